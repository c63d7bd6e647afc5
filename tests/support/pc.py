"""A PC of one user with Excel 2021, closed, in memory: its registry and its folders."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from tests.support.winreg import Winreg
from udfs import excel_keys, installation
from udfs.machine import Machine
from udfs.registry import Registry

ADDIN = b"the add-in, as it was built"
OPTIONS = r"Software\Microsoft\Office\16.0\Excel\Options"


@dataclasses.dataclass
class PC:
    """A PC of one user with Excel 2021, closed."""

    winreg: Winreg
    machine: Machine
    roaming: Path

    @property
    def addin(self) -> Path:
        return self.roaming / "Microsoft" / "AddIns" / "evalxl.xlam"

    def put(self, path: str, name: str, data: Any, root: str = "HKCU", view: int = 0) -> None:
        roots = {"HKCU": self.winreg.HKEY_CURRENT_USER, "HKLM": self.winreg.HKEY_LOCAL_MACHINE}
        self.winreg.put(roots[root], path, name, data, view)

    def opened(self) -> dict[str, Any]:
        return Registry(self.winreg).values("HKCU", OPTIONS)

    def files(self) -> list[str]:
        return sorted(str(p.relative_to(self.roaming.parent)) for p in self.roaming.parent.rglob("*"))


@pytest.fixture
def pc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PC:
    winreg = Winreg()
    environment = {"APPDATA": str(tmp_path / "Roaming"), "LOCALAPPDATA": str(tmp_path / "Local")}
    (tmp_path / "Roaming").mkdir()
    machine = Machine("win32", environment, r"C:\evalxl\python\python.exe", 64, Registry(winreg))
    monkeypatch.setattr(Machine, "excel_runs", lambda self: False)
    pc = PC(winreg, machine, tmp_path / "Roaming")
    pc.put(
        rf"{excel_keys.OFFICE}\16.0\Excel\InstallRoot",
        "Path",
        "C:\\Office16\\",
        "HKLM",
        winreg.KEY_WOW64_64KEY,
    )
    pc.put(OPTIONS, "DefaultPath", "H:\\")
    return pc


def install(pc: PC, addin: bytes = ADDIN) -> installation.Written:
    return installation.install(pc.machine, addin, "0.1.0")
