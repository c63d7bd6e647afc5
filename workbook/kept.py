"""What a function gave, kept for the next time it is asked the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(dict[Key, Value]):
    """What ``make`` gives for each key, made when first asked for with ``kept[key]``.

    For what is asked for with every cell of thousands of sheets: `functools.lru_cache` costs twice as much.
    When ``most`` are kept, all are forgotten. ``get`` and ``in`` are a dict's, and make nothing.

    >>> lengths = Kept(len)
    >>> lengths["事業"], lengths["事業"], dict(lengths)
    (2, 2, {'事業': 2})
    """

    def __init__(self, make: Callable[[Key], Value], most: int = 16384) -> None:
        super().__init__()
        self._make = make
        self._most = most

    def __missing__(self, key: Key) -> Value:
        """Make what is not there yet, and keep it."""
        if len(self) >= self._most:
            self.clear()
        value = self[key] = self._make(key)
        return value
