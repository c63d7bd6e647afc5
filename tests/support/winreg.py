"""Windows' registry in memory, under the API of `winreg`, as Python documents it.

What Windows does and a dictionary would not: names without regard to case; a default value named '';
FileNotFoundError for what is not there, OSError at the end of an enumeration, PermissionError for a write
through a key opened to read, for a key that is locked (`forbid`), for the deletion of a key that has keys;
and two views of HKLM\\SOFTWARE and of the user's CLSID keys, one for 32-bit and one for 64-bit programs.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

Data = Any


@dataclasses.dataclass
class Node:
    """One key: its own name as it was first written, keys below, values with their kind."""

    name: str = ""
    keys: dict[str, Node] = dataclasses.field(default_factory=dict)
    values: dict[str, tuple[str, Data, int]] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Handle:
    """An open key."""

    node: Node | None
    access: int

    def __enter__(self) -> Handle:
        return self

    def __exit__(self, *_: object) -> None:
        self.Close()

    def Close(self) -> None:  # noqa: N802
        self.node = None


class Winreg:
    """Handed in where the module ``winreg`` would be. All names are as there."""

    HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE = 0x80000001, 0x80000002
    KEY_READ, KEY_WRITE, KEY_WOW64_64KEY, KEY_WOW64_32KEY = 0x20019, 0x20006, 0x0100, 0x0200
    REG_SZ, REG_EXPAND_SZ, REG_BINARY, REG_DWORD = 1, 2, 3, 4

    def __init__(self) -> None:
        self.roots = {self.HKEY_CURRENT_USER: Node("HKCU"), self.HKEY_LOCAL_MACHINE: Node("HKLM")}
        self.locked: list[str] = []
        self._system = False
        self.writes: list[tuple[int, str]] = []
        """Each root and path that was opened to write or deleted."""

    # ---- the module's functions ----------------------------------------------------------------------------

    def OpenKey(self, key: int, sub_key: str, reserved: int = 0, access: int = KEY_READ) -> Handle:  # noqa: N802
        self._guard(key, sub_key, access)
        node = self.roots[key]
        for name in self._parts(key, sub_key, access):
            if name.lower() not in node.keys:
                raise FileNotFoundError(2, "The system cannot find the file specified")
            node = node.keys[name.lower()]
        return Handle(node, access)

    def CreateKeyEx(self, key: int, sub_key: str, reserved: int = 0, access: int = KEY_WRITE) -> Handle:  # noqa: N802
        self._guard(key, sub_key, access)
        node = self.roots[key]
        for name in self._parts(key, sub_key, access):
            node = node.keys.setdefault(name.lower(), Node(name))
        return Handle(node, access)

    def QueryValueEx(self, handle: Handle, name: str) -> tuple[Data, int]:  # noqa: N802
        values = self._node(handle).values
        if name.lower() not in values:
            raise FileNotFoundError(2, "The system cannot find the file specified")
        return values[name.lower()][1:]

    def SetValueEx(self, handle: Handle, name: str, reserved: int, kind: int, data: Data) -> None:  # noqa: N802
        node = self._node(handle, write=True)
        wanted = {self.REG_SZ: str, self.REG_EXPAND_SZ: str, self.REG_DWORD: int, self.REG_BINARY: bytes}[
            kind
        ]
        if not isinstance(data, wanted) or (kind == self.REG_DWORD and not 0 <= data < 2**32):
            raise TypeError("could not convert the data to the specified type")
        shown = node.values[name.lower()][0] if name.lower() in node.values else name
        node.values[name.lower()] = (shown, data, kind)

    def DeleteValue(self, handle: Handle, name: str) -> None:  # noqa: N802
        if self._node(handle, write=True).values.pop(name.lower(), None) is None:
            raise FileNotFoundError(2, "The system cannot find the file specified")

    def DeleteKeyEx(self, key: int, sub_key: str, access: int = KEY_WOW64_64KEY, reserved: int = 0) -> None:  # noqa: N802
        self._guard(key, sub_key, self.KEY_WRITE)
        *above, last = self._parts(key, sub_key, access)
        node = self.roots[key]
        for name in above:
            if name.lower() not in node.keys:
                raise FileNotFoundError(2, "The system cannot find the file specified")
            node = node.keys[name.lower()]
        if last.lower() not in node.keys:
            raise FileNotFoundError(2, "The system cannot find the file specified")
        if node.keys[last.lower()].keys:
            raise PermissionError(5, "Access is denied")
        del node.keys[last.lower()]

    def EnumKey(self, handle: Handle, index: int) -> str:  # noqa: N802
        return self._at([node.name for node in self._node(handle).keys.values()], index)

    def EnumValue(self, handle: Handle, index: int) -> tuple[str, Data, int]:  # noqa: N802
        return self._at(list(self._node(handle).values.values()), index)

    # ---- what tests need -----------------------------------------------------------------------------------

    def put(self, root: int, path: str, name: str, data: Data, view: int = 0) -> None:
        """Write as whoever may: Windows, Excel or the IT section."""
        locked, self.locked, self._system = self.locked, [], True
        kind = {str: self.REG_SZ, int: self.REG_DWORD, bytes: self.REG_BINARY}[type(data)]
        with self.CreateKeyEx(root, path, 0, self.KEY_WRITE | view) as key:
            self.SetValueEx(key, name, 0, kind, data)
        self.locked, self._system = locked, False
        self.writes.clear()

    def forbid(self, path: str) -> None:
        """From now on the user may neither read nor write this key and what is below it."""
        self.locked.append(path.lower())

    def dump(self) -> dict[str, Data]:
        """All keys and values of both roots and views, by path."""
        return {path: data for root in self.roots.values() for path, data in _walk(root, root.name)}

    def _guard(self, root: int, path: str, access: int) -> None:
        if access & self.KEY_WRITE & ~self.KEY_READ:
            if root == self.HKEY_LOCAL_MACHINE and not self._system:
                raise PermissionError(5, "Access is denied")
            self.writes.append((root, path))
        if any(path.lower() == locked or path.lower().startswith(f"{locked}\\") for locked in self.locked):
            raise PermissionError(5, "Access is denied")

    def _parts(self, root: int, path: str, access: int) -> list[str]:
        if access & self.KEY_WOW64_32KEY:
            redirected = (
                r"(?i)^(software\\classes)\\(clsid\b)"
                if root == self.HKEY_CURRENT_USER
                else r"(?i)^(software)\\(?!policies\\)()"
            )
            path = re.sub(redirected, r"\1\\Wow6432Node\\\2", path)
        return path.split("\\")

    def _node(self, handle: Handle, write: bool = False) -> Node:
        if handle.node is None:
            raise OSError(6, "The handle is invalid")
        if write and not handle.access & self.KEY_WRITE & ~self.KEY_READ:
            raise PermissionError(5, "Access is denied")
        return handle.node

    @staticmethod
    def _at(items: list[Any], index: int) -> Any:
        if index >= len(items):
            raise OSError(259, "No more data is available")
        return items[index]


def _walk(node: Node, path: str) -> Iterator[tuple[str, Data]]:
    yield path, None
    for name, data, _ in node.values.values():
        yield f"{path}:{name}", data
    for below in node.keys.values():
        yield from _walk(below, f"{path}\\{below.name}")
