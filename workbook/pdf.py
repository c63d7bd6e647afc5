"""A workbook as PDF, printed by LibreOffice where that is installed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from workbook.atomic import replacing
from workbook.summary.styles import FONT

PATIENCE = 300
"""Seconds for one book."""
STAND_IN = "Noto Sans CJK JP"
"""Takes the place of Windows' font on systems without it; else glyphs of other languages may come."""
_QUIET = {"SAL_DISABLE_PRINTERLIST": "1", "SAL_DISABLE_CUPS": "1"}
"""LibreOffice would ask the print service for printers, over a socket, though it prints to a file."""


def program() -> str | None:
    """LibreOffice's program; None where it is not installed."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found:
        return found
    folders = [os.environ.get("PROGRAMFILES", ""), os.environ.get("PROGRAMFILES(X86)", "")]
    places = [Path(folder, "LibreOffice", "program", "soffice.exe") for folder in folders if folder]
    places.append(Path("/Applications/LibreOffice.app/Contents/MacOS/soffice"))
    return next((str(place) for place in places if place.is_file()), None)


def print_book(path: Path, target: Path) -> bool:
    """Print the book to ``target``; False where LibreOffice is missing or gives nothing.

    It runs with a profile of its own, so that one that a person has open does not matter.
    """
    soffice = program()
    if soffice is None:
        return False
    with tempfile.TemporaryDirectory(prefix="evalxl-", ignore_cleanup_errors=True) as folder:
        profile = Path(folder) / "profile"
        _prepare(profile)
        printed = Path(folder) / "out" / f"{path.stem}.pdf"
        command = [
            soffice, "--headless", "--norestore", f"-env:UserInstallation={profile.as_uri()}",
            "--convert-to", "pdf", "--outdir", str(printed.parent), str(path),
        ]  # fmt: skip
        if not _runs_well(command) or not printed.is_file():
            return False
        with replacing(target) as temporary:
            shutil.copyfile(printed, temporary)
    return True


def _runs_well(command: list[str]) -> bool:
    """Run LibreOffice to its end; False where it cannot be run, fails or takes too long.

    What is started is but a launcher: one that is given up, or that Ctrl-C ends, is ended with its children.
    """
    nothing = subprocess.DEVNULL
    environment = {**os.environ, **_QUIET}
    try:
        process = subprocess.Popen(
            command, env=environment, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
        )
    except OSError:
        return False
    try:
        return process.wait(PATIENCE) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        if process.returncode is None:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process of a session of its own with all that it started."""
    if sys.platform == "win32":  # which has no such sessions, but knows who started whom
        taskkill = Path(os.environ.get("SYSTEMROOT", ""), "System32", "taskkill.exe")
        with contextlib.suppress(OSError):
            subprocess.run([taskkill, "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _prepare(profile: Path) -> None:
    """Where Windows' font is missing, a Japanese one in its place."""
    if sys.platform in ("win32", "darwin"):
        return
    table = "/org.openoffice.Office.Common/Font/Substitution"
    settings = profile / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        f'<item oor:path="{table}"><prop oor:name="Replacement" oor:op="fuse"><value>true</value></prop>'
        "</item>"
        f'<item oor:path="{table}/FontPairs"><node oor:name="_0" oor:op="replace">'
        f'<prop oor:name="ReplaceFont"><value>{FONT}</value></prop>'
        f'<prop oor:name="SubstituteFont"><value>{STAND_IN}</value></prop>'
        '<prop oor:name="Always"><value>true</value></prop>'
        '<prop oor:name="OnScreenOnly"><value>false</value></prop></node></item></oor:items>\n',
        encoding="utf-8",
    )
