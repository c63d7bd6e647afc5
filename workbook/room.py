"""Whether a text has room in its cell when that is printed."""

from __future__ import annotations

from typing import NamedTuple

_LINE = 1.2
"""How high a line is to the size of its letters, at least: that of ＭＳ Ｐゴシック, the lowest of all."""
_SPARE = 1.15
"""Letters of proportional fonts are narrower than they are high, kana above all."""
_CUT = 0.3
"""So much of the last line may be cut off: it can still be read."""


class Lacking(NamedTuple):
    """How many lines a text takes that does not fit its cell, and how many of them are printed."""

    lines: int
    printed: int


class Room(NamedTuple):
    """The width and the height of a cell, or of a merged block, and the size of its letters, in points."""

    width: float
    height: float
    size: float

    def lacking(self, text: str) -> Lacking | None:
        """What it lacks to print a text; None where it may well have room for it.

        >>> room = Room(width=100, height=30, size=10)  # two lines of ten letters
        >>> room.lacking("字" * 22), room.lacking("字" * 33)
        (None, Lacking(lines=4, printed=2))
        """
        if min(self) <= 0:
            return None
        lines = self.height / (self.size * _LINE)
        if lines_of(text, self.width * _SPARE / self.size) <= max(1, int(lines + _CUT)):
            return None
        return Lacking(lines_of(text, self.width / self.size), max(1, int(lines)))


def lines_of(text: str, letters: float) -> int:
    """How many lines a text takes where so many full-width letters have room in each.

    >>> lines_of("総務部", 3), lines_of("総務部\\n総務課", 2.5), lines_of("No. 12", 3)
    (1, 4, 1)
    """
    room = max(int(2 * letters), 2)
    # In this encoding a letter has as many bytes as it is half letters wide; one that it lacks counts as one.
    return sum(max(1, -(-len(line.encode("shift_jis", "replace")) // room)) for line in text.split("\n"))
