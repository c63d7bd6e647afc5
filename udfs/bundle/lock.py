"""Which of the locked packages a PC of another kind needs, as pip's requirements with their hashes.

pip judges the conditions of a requirement (``sys_platform == 'win32'``) by the machine that it runs on, even
when it downloads for another. So they are judged here, for the machine that is meant.
"""

from __future__ import annotations

import dataclasses
import re
from importlib import resources

from packaging.requirements import Requirement

PYTHONS = ("3.11", "3.12", "3.13")
"""The Pythons that evalxl is tried on."""


@dataclasses.dataclass(slots=True, frozen=True)
class Target:
    """The PCs that a folder is for."""

    name: str
    platforms: tuple[str, ...]
    """pip's names of the platforms whose wheels run there, best first."""
    environment: dict[str, str]
    """What the conditions of requirements are judged by, apart from the Python."""

    def markers(self, python: str) -> dict[str, str]:
        """The environment of one Python there."""
        return {
            **self.environment,
            "python_version": python,
            "python_full_version": f"{python}.0",
            "implementation_name": "cpython",
            "implementation_version": f"{python}.0",
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_version": "",
            "extra": "",
        }


_GLIBC = tuple(f"manylinux_2_{minor}_x86_64" for minor in range(34, 16, -1))
TARGETS = {
    target.name: target
    for target in (
        Target(
            "win_amd64",
            ("win_amd64",),
            {
                "os_name": "nt",
                "sys_platform": "win32",
                "platform_system": "Windows",
                "platform_machine": "AMD64",
            },
        ),
        Target(
            "linux_x86_64",
            (*_GLIBC, "manylinux2014_x86_64", "linux_x86_64"),
            {
                "os_name": "posix",
                "sys_platform": "linux",
                "platform_system": "Linux",
                "platform_machine": "x86_64",
            },
        ),
    )
}


def locked() -> str:
    """The list of the locked packages that goes along with this version."""
    return (resources.files("udfs.bundle") / "offline.lock").read_text(encoding="utf-8")


def requirements(target: Target, python: str, lock: str | None = None) -> list[str]:
    """The packages for one Python on the target: ``name==version --hash=sha256:… …``, without conditions."""
    markers = target.markers(python)
    found: list[str] = []
    for entry in re.split(r"\n(?=[A-Za-z0-9])", locked() if lock is None else lock):
        pinned, *hashes = re.split(r"\s*\\?\s+--hash=", re.sub(r"(?m)^\s*#.*$", "", entry).strip())
        requirement = Requirement(pinned)
        if requirement.marker is None or requirement.marker.evaluate(markers):
            lines = [f"{requirement.name}{requirement.specifier}", *(f"--hash={h.strip()}" for h in hashes)]
            found.append(" \\\n    ".join(lines))
    return found
