"""Totals, year-over-year, unit cost: exact figures. The rules, the tables and Excel's functions call these.

Figures are int or Decimal (money in 千円), blank is None; ratios are `Fraction`, so that nothing is rounded
before it is shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

Number = int | Decimal

NEW, GONE, NEITHER = "皆増", "皆減", "－"
"""What public finance writes in place of a rate: from nothing, to nothing, nothing in both years."""


def total(parts: Iterable[Number | None]) -> Number | None:
    """The sum of what is filled, blanks left out; None when all are blank.

    >>> total([6091, None, Decimal("0.5")]), total([None, None])
    (Decimal('6091.5'), None)
    """
    filled = [part for part in parts if part is not None]
    return sum(filled) if filled else None


def labour_cost(hours: Number | None, yen_per_hour: Number | None) -> int | None:
    """人件費計(B) in 千円: hours × yen an hour ÷ 1,000, rounded half up; None when one is blank.

    >>> labour_cost(1987, 4077), labour_cost(1, 500), labour_cost(None, 4077)
    (8101, 1, None)
    """
    if hours is None or yen_per_hour is None:
        return None
    return round_half_up(Fraction(hours) * Fraction(yen_per_hour) / 1000)


def round_half_up(number: Number | Fraction) -> int:
    """The nearest whole number, a half rounded away from 0 (四捨五入).

    >>> round_half_up(Decimal("2.5")), round_half_up(Decimal("-2.5")), round_half_up(Decimal("2.49"))
    (3, -3, 2)
    """
    if number < 0:
        return -round_half_up(-number)
    return math.floor(Fraction(number) + Fraction(1, 2))


def hundredths(number: Number | Fraction) -> Decimal:
    """A figure to two decimals, a half rounded away from 0, for people; whole where it is.

    >>> hundredths(Fraction(16753, 888)), hundredths(Decimal("2.50")), hundredths(3)
    (Decimal('18.87'), Decimal('2.5'), Decimal('3'))
    """
    whole, rest = divmod(round_half_up(Fraction(number) * 100), 100)
    if not rest:
        return Decimal(whole)
    found = Decimal(100 * whole + rest).scaleb(-2)
    return found if rest % 10 else found.quantize(Decimal("0.1"))


def for_people(figure: float) -> Decimal:
    """A figure as it was typed, or to two decimals where it was worked out, such as a cost per unit.

    Yen in 千円 have three decimals, so that more of them are of no figure that anybody typed.

    >>> for_people(18.865990990990990), for_people(8299.6), for_people(0.125)
    (Decimal('18.87'), Decimal('8299.6'), Decimal('0.125'))
    """
    typed = Decimal(repr(figure))
    return typed if typed == round(typed, 3) else hundredths(typed)


def size(number: Number) -> Number:
    """A figure without its sign.

    >>> size(-35), size(Decimal("0.5"))
    (35, Decimal('0.5'))
    """
    return -number if number < 0 else number


def grand_total(project: Number | None, labour: Number | None) -> Number | None:
    """トータルコスト(A)+(B) in 千円; a blank part counts as 0, None when both are blank.

    >>> grand_total(8652, 8101), grand_total(9369, None)
    (16753, 9369)
    """
    return total((project, labour))


def yoy(this_year: Number | None, last_year: Number | None) -> Number | None:
    """The change from last year, in the figure's own unit; None when a year is blank.

    >>> yoy(8652, 7338), yoy(8652, None)
    (1314, None)
    """
    if this_year is None or last_year is None:
        return None
    return this_year - last_year


def yoy_rate(this_year: Number | None, last_year: Number | None) -> Fraction | str | None:
    """The change from last year as a part of last year's size; None when a year is blank.

    As public finance writes it: 皆増 where last year was 0, 皆減 where this year is 0, － where both are.

    >>> yoy_rate(8652, 7338), yoy_rate(5, 0), yoy_rate(0, 5), yoy_rate(0, 0), yoy_rate(5, None)
    (Fraction(219, 1223), '皆増', '皆減', '－', None)
    """
    if this_year is None or last_year is None:
        return None
    if last_year == 0:
        return NEW if this_year != 0 else NEITHER
    if this_year == 0:
        return GONE
    return change_rate(this_year, last_year)


def change_rate(now: Number | Fraction, before: Number | Fraction) -> Fraction:
    """The change as a part of the size before, which is not 0.

    >>> change_rate(8652, 7338), change_rate(Fraction(1, 2), -1)
    (Fraction(219, 1223), Fraction(3, 2))
    """
    # In whole numbers, so that one fraction is reduced instead of four.
    (a, b), (c, d) = now.as_integer_ratio(), before.as_integer_ratio()
    return Fraction(a * d - c * b, b * abs(c))


def moved(this_year: Number | None, last_year: Number | None) -> tuple[Number, Fraction | str] | None:
    """The change of a line in a table of sums, and its rate; None when both years are blank.

    In a sum a blank adds nothing, so one blank year is as 0 here: only then do the lines' changes add up to
    the change of their total.

    >>> moved(8652, 7338), moved(466, None), moved(None, 5), moved(None, None)
    ((1314, Fraction(219, 1223)), (466, '皆増'), (-5, '皆減'), None)
    """
    if this_year is None and last_year is None:
        return None
    difference, rate = yoy(this_year or 0, last_year or 0), yoy_rate(this_year or 0, last_year or 0)
    assert difference is not None
    assert rate is not None
    return difference, rate


def unit_cost(cost: Number | None, quantity: Number | None) -> Fraction | None:
    """Cost for one unit, in the cost's unit; None when one is blank or the quantity is 0.

    >>> unit_cost(16753, 888), unit_cost(16753, 0)
    (Fraction(16753, 888), None)
    """
    if cost is None or quantity is None or quantity == 0:
        return None
    (a, b), (c, d) = cost.as_integer_ratio(), quantity.as_integer_ratio()
    return Fraction(a * d, b * c)


def shares(parts: Sequence[Number | None], digits: int = 3) -> list[Decimal | None]:
    """Each part of their sum, to ``digits`` decimals, adding to exactly 1 (the largest remainders round up).

    A blank stays None; all are None when the sum is 0 or a part is negative.

    >>> shares([1, 1, 1, None])
    [Decimal('0.334'), Decimal('0.333'), Decimal('0.333'), None]
    """
    filled = [(i, Fraction(part)) for i, part in enumerate(parts) if part is not None]
    whole = sum(part for _, part in filled)
    if whole <= 0 or any(part < 0 for _, part in filled):
        return [None] * len(parts)
    scale = 10**digits
    exact = {i: part * scale / whole for i, part in filled}
    units = {i: math.floor(share) for i, share in exact.items()}
    by_remainder = sorted(exact, key=lambda i: (units[i] - exact[i], i))
    for i in by_remainder[: scale - sum(units.values())]:
        units[i] += 1
    return [Decimal(units[i]).scaleb(-digits) if i in units else None for i in range(len(parts))]


def achievement(result: Number | None, plan: Number | None) -> Fraction | None:
    """達成率: the result as a part of the plan; None when one is blank or the plan is 0.

    >>> achievement(300, 400), achievement(300, 0)
    (Fraction(3, 4), None)
    """
    return unit_cost(result, plan)
