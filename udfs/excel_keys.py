"""Excel's own entries in the registry: its versions, the add-ins it opens, and what its policies say."""

from __future__ import annotations

import ntpath
import re
from typing import NamedTuple

from udfs.registry import Data, Registry, Root, View

OFFICE = r"Software\Microsoft\Office"
CLICK_TO_RUN = rf"{OFFICE}\ClickToRun\Configuration"
OLDEST = 16.0
"""Excel 2016 and all since, the LTSC ones and Microsoft 365 among them, are 16.0."""
POLICIES = (r"Software\Policies\Microsoft\Office", r"Software\Policies\Microsoft\Cloud\Office")
_BOTH: tuple[View, View] = (64, 32)
_OPEN = re.compile(r"OPEN(\d*)", re.IGNORECASE)


def versions(registry: Registry) -> list[str]:
    """The versions of Excel that are installed, oldest first; those before 2016 are left out."""
    found = {
        version
        for view in _BOTH
        for version in registry.keys("HKLM", OFFICE, view)
        if registry.exists("HKLM", rf"{OFFICE}\{version}\Excel\InstallRoot", view)
    }
    if registry.get("HKLM", CLICK_TO_RUN, "Platform", 64):
        found.add("16.0")
    # Where nothing of the machine may be read: what this user has started before.
    found = found or {v for v in registry.keys("HKCU", OFFICE) if registry.exists("HKCU", options(v))}
    known = [v for v in found if re.fullmatch(r"\d+\.\d", v) and float(v) >= OLDEST]
    return sorted(known, key=float)


def bits(registry: Registry, version: str) -> int | None:
    """32 or 64, as this Excel was installed; None where that is not written down."""
    told = registry.get("HKLM", CLICK_TO_RUN, "Platform", 64)
    for view in _BOTH:
        told = told or registry.get("HKLM", rf"{OFFICE}\{version}\Outlook", "Bitness", view)
    return {"x64": 64, "x86": 32}.get(str(told).lower())


def options(version: str) -> str:
    """The key under which Excel keeps a user's options."""
    return rf"{OFFICE}\{version}\Excel\Options"


def opened(registry: Registry, version: str) -> list[str]:
    """What Excel opens as add-ins at its start, in order: the data of OPEN, OPEN1, OPEN2, …"""
    return [data for _, data in _entries(registry, version)]


def _entries(registry: Registry, version: str) -> list[tuple[str, str]]:
    values = registry.values("HKCU", options(version))
    found = {
        int(match[1] or 0): (name, str(data))
        for name, data in values.items()
        if (match := _OPEN.fullmatch(name)) and isinstance(data, str)
    }
    return [found[number] for number in sorted(found)]


def named(entry: str) -> str:
    """The path in an entry such as ``/R "C:\\…\\evalxl.xlam"``."""
    quoted = re.search(r'"([^"]*)"', entry)
    return quoted[1] if quoted else re.sub(r"^(/\w\s+)+", "", entry).strip()


def same_file(one: str, other: str) -> bool:
    """Whether two paths of Windows are the same: without regard to case and to the kind of slash."""
    return ntpath.normcase(ntpath.normpath(one)) == ntpath.normcase(ntpath.normpath(other))


def opens(registry: Registry, version: str, path: str) -> bool:
    """Whether Excel opens that add-in at its start."""
    return any(same_file(named(data), path) for data in opened(registry, version))


def add_opened(registry: Registry, version: str, path: str) -> bool:
    """Have Excel open an add-in at its start; False when it does already."""
    if opens(registry, version, path):
        return False
    entries = _entries(registry, version)
    # Excel reads OPEN, OPEN1, OPEN2, … and stops at the first that is missing.
    used = {int(name[len("OPEN") :] or 0) for name, _ in entries}
    free = next(number for number in range(len(used) + 1) if number not in used)
    registry.set(options(version), _name(free), f'"{path}"')
    return True


def remove_opened(registry: Registry, version: str, path: str) -> bool:
    """Take an add-in out; the entries behind it move up, as Excel moves them. False: it is not there."""
    entries = _entries(registry, version)
    kept = [data for _, data in entries if not same_file(named(data), path)]
    if len(kept) == len(entries):
        return False
    for number, data in enumerate(kept):
        registry.set(options(version), _name(number), data)
    written = {_name(number) for number in range(len(kept))}
    for name, _ in entries:
        if name.upper() not in written:
            registry.delete_value(options(version), name)
    return True


def _name(number: int) -> str:
    return f"OPEN{number or ''}"


class Setting(NamedTuple):
    """What holds for Excel, and who decided it."""

    data: Data
    by_policy: bool
    """Decided by the IT section, not by the user."""
    key: str
    """Where it stands, with its root and name."""


def setting(registry: Registry, version: str, under: str, name: str) -> Setting | None:
    """A setting of Office below its version (``Excel\\Security``): a policy's before the user's own."""
    roots: tuple[Root, Root] = ("HKLM", "HKCU")
    for policies in POLICIES:
        for root in roots:
            key = rf"{policies}\{version}\{under}"
            if (data := registry.get(root, key, name)) is not None:
                return Setting(data, True, rf"{root}\{key}\{name}")
    key = rf"{OFFICE}\{version}\{under}"
    if (data := registry.get("HKCU", key, name)) is None:
        return None
    return Setting(data, False, rf"HKCU\{key}\{name}")


def disabled_items(registry: Registry, version: str) -> list[str]:
    """The files that Excel stopped loading after it failed with them."""
    items = registry.values("HKCU", rf"{OFFICE}\{version}\Excel\Resiliency\DisabledItems")
    return [data.decode("utf-16-le", errors="ignore") for data in items.values() if isinstance(data, bytes)]


def trusted_locations(registry: Registry, version: str) -> list[str]:
    """The folders whose files Excel trusts, of the policies and the user's own."""
    found: list[str] = []
    trusted = rf"{version}\Excel\Security\Trusted Locations"
    for root, above in [("HKLM", p) for p in POLICIES] + [("HKCU", p) for p in (*POLICIES, OFFICE)]:
        of: Root = "HKLM" if root == "HKLM" else "HKCU"
        for name in registry.keys(of, rf"{above}\{trusted}"):
            if path := registry.get(of, rf"{above}\{trusted}\{name}", "Path"):
                found.append(str(path))
    return found
