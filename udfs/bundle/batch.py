"""The .bat files of an offline folder. All of them are ASCII with CRLF: cmd.exe reads them in any code page.

What they have to say in Japanese is said by Python, or is a text in the code page of Japanese Windows that
``type`` shows as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

_HEAD = """@echo off
setlocal EnableExtensions DisableDelayedExpansion
set "PY="
"""
_ENDED = """
set "CODE=%ERRORLEVEL%"
setlocal EnableDelayedExpansion
if /i not "!cmdcmdline:%~nx0=!"=="!cmdcmdline!" (
  pause
  exit %CODE%
)
exit /b %CODE%
"""
"""A window that was opened for the .bat stays until a key is pressed; ``exit`` also ends what cmd would run
of a path behind an ``&``."""
_INSTALLED = (
    r"%LOCALAPPDATA%\evalxl\python\python.exe",
    r"%LOCALAPPDATA%\evalxl\python\Scripts\python.exe",
)
_PORTABLE = r"%~dp0python\python.exe"
_NONE = """if not defined PY (
  type "%~dp0files\\{text}"
  pause
  exit /b 2
)
"""


def _first(programs: Sequence[str]) -> str:
    known = " ".join(f'"{program}"' for program in programs)
    return f'for %%P in ({known}) do if not defined PY if exist "%%~P" set "PY=%%~P"\n'


def _launcher(pythons: Sequence[str]) -> str:
    lines = [
        f'if not defined PY for /f "delims=" %%P in (\'py -{python} -c "import sys; '
        f"print(sys.executable)\" 2^>nul') "
        'do set "PY=%%P"\n'
        for python in sorted(
            pythons, key=lambda python: [int(part) for part in python.split(".")], reverse=True
        )
    ]
    return "".join(lines)


def dragged(command: str) -> bytes:
    """Runs a command on what is dragged onto it."""
    text = _HEAD + _first([*_INSTALLED, _PORTABLE]) + _NONE.format(text="not-installed.txt")
    text += 'setlocal EnableDelayedExpansion\nset "EVALXL_LINE=!cmdcmdline!"\n'
    text += 'if "!cmdcmdline:%~nx0=!"=="!cmdcmdline!" set "EVALXL_LINE="\n'
    text += f'"!PY!" -P -m udfs.bundle.dropped {command} %*'
    return _bytes(text + _ENDED)


def command(line: str) -> bytes:
    """Runs one command of evalxl."""
    text = _HEAD + _first([*_INSTALLED, _PORTABLE]) + _NONE.format(text="not-installed.txt")
    return _bytes(text + f'"%PY%" -P -m evalxl {line}' + _ENDED)


def setup(pythons: Sequence[str], options: str) -> bytes:
    """Sets up, or removes, with the portable Python beside it or one that is installed."""
    text = _HEAD + _first([_PORTABLE]) + _launcher(pythons) + _NONE.format(text="no-python.txt")
    return _bytes(text + f'"%PY%" "%~dp0files\\setup.py" {options}'.rstrip() + " %*" + _ENDED)


def _bytes(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode("ascii")


def message(text: str) -> bytes:
    """A text that ``type`` shows in a window of Japanese Windows."""
    return text.replace("\n", "\r\n").encode("cp932")
