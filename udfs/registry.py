"""The Windows registry for installation and doctor: read anywhere, written under HKEY_CURRENT_USER alone.

It stands on the API of `winreg`, handed in, so that the same code runs over a registry in memory. There is no
way here to write under HKEY_LOCAL_MACHINE: what a city's IT section decides stays as it is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeVar

T = TypeVar("T")

Root = Literal["HKCU", "HKLM"]
View = Literal[0, 32, 64]
"""Which of the two registries of a 64-bit Windows: that of 32-bit or of 64-bit programs; 0: our own."""
Data = str | int | bytes | list[str] | None


class Registry:
    """Keys by their path under a root, values by name ('' is the key's default value).

    What is not there reads as None or empty; `PermissionError` where a key may not be read or written.
    """

    def __init__(self, winreg: Any) -> None:
        self._winreg = winreg
        self._roots = {"HKCU": winreg.HKEY_CURRENT_USER, "HKLM": winreg.HKEY_LOCAL_MACHINE}
        self._views = {0: 0, 32: winreg.KEY_WOW64_32KEY, 64: winreg.KEY_WOW64_64KEY}

    def exists(self, root: Root, path: str, view: View = 0) -> bool:
        """Whether there is such a key."""
        with self._reading(root, path, view) as key:
            return key is not None

    def get(self, root: Root, path: str, name: str, view: View = 0) -> Data:
        """The data of a value, None where there is none."""
        with self._reading(root, path, view) as key:
            if key is None:
                return None
            try:
                data: Data = self._winreg.QueryValueEx(key, name)[0]
            except FileNotFoundError:
                return None
            return data

    def values(self, root: Root, path: str, view: View = 0) -> dict[str, Data]:
        """All values of a key, in the registry's order."""
        return dict(self._all(self._winreg.EnumValue, root, path, view, lambda value: (value[0], value[1])))

    def keys(self, root: Root, path: str, view: View = 0) -> list[str]:
        """The names of the keys right under a key."""
        return self._all(self._winreg.EnumKey, root, path, view, str)

    def create(self, path: str, view: View = 0) -> None:
        """Make a key of the user, and those above it, unless they are there."""
        with self._winreg.CreateKeyEx(self._roots["HKCU"], path, 0, self._access("write", view)):
            pass

    def set(self, path: str, name: str, data: str | int, view: View = 0) -> None:
        """Set a value of the user: text as REG_SZ, a number as REG_DWORD."""
        kind = self._winreg.REG_SZ if isinstance(data, str) else self._winreg.REG_DWORD
        access = self._access("write", view)
        with self._winreg.CreateKeyEx(self._roots["HKCU"], path, 0, access) as key:
            self._winreg.SetValueEx(key, name, 0, kind, data)

    def delete_value(self, path: str, name: str, view: View = 0) -> None:
        """Delete a value of the user, if it is there."""
        with contextlib.suppress(FileNotFoundError):
            access = self._access("write", view)
            with self._winreg.OpenKey(self._roots["HKCU"], path, 0, access) as key:
                self._winreg.DeleteValue(key, name)

    def delete_empty(self, path: str, view: View = 0) -> bool:
        """Delete a key of the user that holds nothing; whether it is gone."""
        if self.keys("HKCU", path, view) or self.values("HKCU", path, view):
            return False
        with contextlib.suppress(FileNotFoundError):
            self._winreg.DeleteKeyEx(self._roots["HKCU"], path, self._views[view] or self._views[64], 0)
        return True

    def _access(self, what: Literal["read", "write"], view: View) -> int:
        rights = self._winreg.KEY_READ if what == "read" else self._winreg.KEY_WRITE
        return int(rights | self._views[view])

    @contextlib.contextmanager
    def _reading(self, root: Root, path: str, view: View) -> Iterator[Any]:
        try:
            key = self._winreg.OpenKey(self._roots[root], path, 0, self._access("read", view))
        except FileNotFoundError:
            yield None
            return
        with key:
            yield key

    def _all(self, enumerate_: Any, root: Root, path: str, view: View, of: Callable[[Any], T]) -> list[T]:
        found: list[T] = []
        with self._reading(root, path, view) as key:
            while key is not None:
                try:
                    found.append(of(enumerate_(key, len(found))))
                except OSError:  # the registry's way to say that there are no more
                    break
        return found
