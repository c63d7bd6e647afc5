"""The PC as installation and doctor see it. Each question has an answer, or None: it cannot be told here."""

from __future__ import annotations

import dataclasses
import importlib
import os
import struct
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from udfs.registry import Registry

ZONE = ":Zone.Identifier"
"""The stream of an NTFS file that tells where it came from: the mark of the web."""
_REMOTE = 4
"""DRIVE_REMOTE, as GetDriveTypeW answers for a network drive."""


CALLED_BY_EXCEL = ("xlwings", "pywin32")
"""Packages that Excel's calls need; the extra ``excel`` and the offline folder bring them."""


def version_of(package: str) -> str:
    """The version of an installed package, empty where it is not installed."""
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


@dataclasses.dataclass(slots=True)
class Machine:
    """A system, its user's environment and registry; the one we run on unless a test says otherwise."""

    system: str = sys.platform
    environment: Mapping[str, str] = dataclasses.field(default_factory=lambda: os.environ)
    executable: str = sys.executable
    bits: int = struct.calcsize("P") * 8
    registry: Registry | None = None
    """None where there is none: every system but Windows."""

    @classmethod
    def here(cls) -> Machine:
        """This PC."""
        on_windows = sys.platform == "win32"
        return cls(registry=Registry(importlib.import_module("winreg")) if on_windows else None)

    @property
    def windows(self) -> bool:
        """Whether Excel and COM are to be expected here."""
        return self.system == "win32"

    def folder(self, variable: str) -> Path | None:
        """A folder of the user, such as APPDATA, as its environment names it."""
        value = self.environment.get(variable)
        return Path(value) if value else None

    def zone(self, file: Path) -> str | None:
        """What the file's mark of the web says; '' without one, None where the system keeps none."""
        if not self.windows:
            return None
        try:
            with open(f"{file}{ZONE}", encoding="utf-8", errors="replace") as stream:
                return stream.read()
        except FileNotFoundError:
            return ""
        except OSError:
            return None

    def on_network(self, path: Path) -> bool | None:
        """Whether a path leads to another machine: \\\\server\\share, or a drive connected to one."""
        text = str(path)
        if text.startswith(("\\\\", "//")) and not text.startswith("\\\\?\\"):
            return True
        if sys.platform != "win32":
            return None
        import ctypes

        return int(ctypes.windll.kernel32.GetDriveTypeW(path.anchor)) == _REMOTE

    def excel_runs(self) -> bool | None:
        """Whether an Excel is open: it writes its list of add-ins when it ends, over what was changed."""
        if not self.windows:
            return None
        line = ["tasklist", "/FI", "IMAGENAME eq EXCEL.EXE", "/NH", "/FO", "CSV"]
        try:
            done = subprocess.run(line, capture_output=True, check=True, timeout=30)
        except (OSError, subprocess.SubprocessError):
            return None
        return b"EXCEL.EXE" in done.stdout.upper()
