"""The hourly rate that 人件費 ÷ 延べ業務時間 implies, and the one that most sheets of a year imply.

人件費 is rounded to 千円, so that a sheet implies an interval of rates: (B ± 0.5) × 1,000 ÷ hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from evalxl.arithmetic import Number

LEAST_VOTES = 3
"""With fewer sheets there is no majority to speak of."""


class Rates(NamedTuple):
    """All rates from ``low`` to ``high``, in yen an hour: whole numbers of the same ``parts`` of a yen.

    Fractions would be reduced again and again, for each sheet of a run.
    """

    lowest: int
    highest: int
    parts: int

    @property
    def low(self) -> Fraction:
        return Fraction(self.lowest, self.parts)

    @property
    def high(self) -> Fraction:
        return Fraction(self.highest, self.parts)

    def meets(self, other: Rates) -> bool:
        """Whether some rate is in both."""
        return (
            self.lowest * other.parts <= other.highest * self.parts
            and other.lowest * self.parts <= self.highest * other.parts
        )


def implied(labour: Number | None, hours: Number | None) -> Rates | None:
    """The rates that round to this 人件費 (千円); None where one figure is blank or not positive.

    >>> rates = implied(8101, 1987)
    >>> round(float(rates.low), 2), round(float(rates.high), 2)
    (4076.75, 4077.25)
    """
    if not labour or not hours or labour < 0 or hours < 0:
        return None
    (a, b), (c, d) = labour.as_integer_ratio(), hours.as_integer_ratio()
    return Rates((2 * a - b) * 500 * d, (2 * a + b) * 500 * d, b * c)


def majority(found: Sequence[Rates]) -> tuple[Rates, int] | None:
    """The rates that most sheets allow, and how many do; None where that is not more than half of them.

    >>> most = majority([implied(8101, 1987), implied(4077, 1000), implied(408, 100), implied(5000, 1000)])
    >>> float(most[0].low), float(most[0].high), most[1]
    (4076.748867639658, 4077.252138902869, 3)
    """
    scale = 2 * max((rates.parts for rates in found), default=1) ** 2  # rates that differ stay different
    edges = [(rates.lowest * scale // rates.parts, 0, rates.lowest, rates.parts) for rates in found]
    edges += [(rates.highest * scale // rates.parts, 1, rates.highest, rates.parts) for rates in found]
    edges.sort()
    depth, best, region = 0, 0, None
    for number, (_, closing, low, parts) in enumerate(edges):
        if closing:
            depth -= 1
            continue
        depth += 1
        if depth > best:  # the next edge closes this stretch: one that opened further would be deeper
            *_, high, others = edges[number + 1]
            best, region = depth, Rates(low * others, high * parts, parts * others)
    if region is None or len(found) < LEAST_VOTES or best * 2 <= len(found):
        return None
    return region, best
