"""A line against the year before, its share of the whole, and which lines moved most."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from evalxl.arithmetic import moved, round_half_up, shares, size
from evalxl.grouping import Path
from evalxl.rolling.compute import Line, Rolled
from evalxl.rolling.values import Value
from workbook.record import Number

Rate = Decimal | str
"""A rate of change as a fraction to three places (one decimal of a percentage), or 皆増, 皆減, －."""


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """A year against an earlier one: the difference in the figure's unit, and the rate."""

    before: int
    difference: Number
    rate: Rate


def change(line: Line, year: int, before: Mapping[int, int]) -> Change | None:
    """How a line moved to ``year``; None without an earlier year, or where nothing is filled in both."""
    earlier = before.get(year)
    found = None if earlier is None else moved(line.amounts[year], line.amounts[earlier])
    if earlier is None or found is None:
        return None
    difference, rate = found
    return Change(earlier, difference, rate if isinstance(rate, str) else rounded(rate))


def rounded(rate: Fraction) -> Decimal:
    """To a tenth of a percentage, a half away from 0.

    >>> rounded(Fraction(1314, 7338)), rounded(Fraction(-1, 2000))
    (Decimal('0.179'), Decimal('-0.001'))
    """
    return Decimal(round_half_up(rate * 1000)).scaleb(-3)


def shares_of(rolled: Rolled, value: Value, year: int) -> dict[Path, Decimal | None]:
    """Each line's share of the total in a year, to a tenth of a percentage; None for a blank one.

    The lowest lines add up to exactly 1 (largest remainders), a subtotal is the sum of what is under it. All
    are None where the total is 0 or a line is negative: then there is nothing to take parts of.
    """
    leaves = [line for line in rolled.leaves if line.value == value]
    found: dict[Path, Decimal | None] = {}
    for leaf, share in zip(leaves, shares([leaf.amounts[year] for leaf in leaves]), strict=True):
        for depth in range(1, leaf.level + 1):
            path = leaf.path[:depth]
            old = found.get(path)
            found[path] = old if share is None else share + (old or 0)
    return found


@dataclasses.dataclass(frozen=True, slots=True)
class Mover:
    """A lowest line and how it moved."""

    line: Line
    change: Change


def movers(rolled: Rolled, value: Value, count: int) -> tuple[list[Mover], list[Mover]]:
    """Of the lowest lines, those that rose and those that fell most to the reference year, largest first."""
    if rolled.reference is None:
        return [], []
    found = [
        Mover(line, moved)
        for line in rolled.leaves
        if line.value == value
        and (moved := change(line, rolled.reference, rolled.before)) is not None
        and moved.difference
    ]
    found.sort(key=lambda mover: (-size(mover.change.difference), mover.line.path))
    up = [mover for mover in found if mover.change.difference > 0]
    down = [mover for mover in found if mover.change.difference < 0]
    return up[:count], down[:count]
