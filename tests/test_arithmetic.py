"""The figures that rules, tables and Excel share: what must hold for any figures."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalxl import arithmetic
from evalxl.rules import words

money = st.integers(-(10**12), 10**12) | st.decimals(-(10**12), 10**12, places=3)
blankable = st.none() | money


@given(parts=st.lists(blankable, max_size=8))
def test_a_total_is_exact_and_blank_only_where_all_is(parts: list[int | Decimal | None]) -> None:
    filled = [part for part in parts if part is not None]
    found = arithmetic.total(parts)
    assert (found is None) == (not filled)
    assert found is None or Fraction(found) == sum(map(Fraction, filled))


@given(hours=money, rate=st.integers(1, 10**5))
def test_labour_cost_is_the_nearest_and_a_half_goes_up(hours: int | Decimal, rate: int) -> None:
    exact = Fraction(hours) * rate / 1000
    found = arithmetic.labour_cost(hours, rate)
    assert found is not None
    assert abs(found - exact) <= Fraction(1, 2)
    if abs(found - exact) == Fraction(1, 2):
        assert abs(found) > abs(exact)


@given(now=blankable, before=blankable)
def test_a_rate_leads_back_to_the_year(now: int | Decimal | None, before: int | Decimal | None) -> None:
    rate = arithmetic.yoy_rate(now, before)
    if now is None or before is None:
        assert rate is None
        assert arithmetic.yoy(now, before) is None
    elif before == 0:
        assert rate == ("皆増" if now else "－")
    elif now == 0:
        assert rate == "皆減"
    else:
        assert isinstance(rate, Fraction)
        assert Fraction(before) + rate * abs(Fraction(before)) == Fraction(now)


@given(parts=st.lists(st.none() | st.integers(0, 10**9), max_size=9), digits=st.integers(0, 5))
def test_shares_add_to_exactly_one(parts: list[int | None], digits: int) -> None:
    found = arithmetic.shares(parts, digits)
    whole = sum(part or 0 for part in parts)
    assert [share is None for share in found] == [part is None or not whole for part in parts]
    if whole:
        assert sum(share for share in found if share is not None) == 1
        for part, share in zip(parts, found, strict=True):
            if part is not None and share is not None:
                assert abs(Fraction(share) - Fraction(part, whole)) < Fraction(1, 10**digits)


@given(cost=money, quantity=money.filter(bool))
def test_unit_cost_is_exact(cost: int | Decimal, quantity: int | Decimal) -> None:
    found = arithmetic.unit_cost(cost, quantity)
    assert found is not None
    assert found * Fraction(quantity) == Fraction(cost)


@pytest.mark.parametrize(
    ("text", "value", "ja", "en"),
    [
        ("{x}", -1234, "▲1,234", "-1,234"),
        ("{x}", Decimal("1234.50"), "1,234.50", "1,234.50"),
        ("{x:money}", 8652, "8,652千円", "8,652"),
        ("{x:money}", None, "空欄", "blank"),
        ("{x:-}", None, "－", "-"),
        ("{x:of}A", None, "A", "A"),
        ("{x:of}A", 2019, "令和元年度のA", "FY2019 A"),
        ("{x:rate}", Fraction(-1, 3), "▲33.3%", "-33.3%"),
        ("{x:rate}", Fraction(1671, 1000), "+167.1%", "+167.1%"),
        ("{x:rate}", Fraction(0), "0.0%", "0.0%"),
        ("{x:rate}", "皆増", "皆増", "from nothing"),
        ("{x}", ["a", "b"], "a、b", "a, b"),
        ("{x}", (), "－", "-"),
        ("a{x:aside}。", ["b", "c"], "a（b、c）。", "a (b, c)。"),
        ("a{x:aside 単位: }。", "人", "a（単位: 人）。", "a (単位: 人)。"),
        ("a{x:aside 単位: }。", "", "a。", "a。"),
        ("a{x:aside}。", [], "a。", "a。"),
        ("a{x:aside}。", 0, "a（0）。", "a (0)。"),
        ("{x}", True, "オン", "on"),
        ("{x}", "a\nb{y}", "a⏎b{y}", "a⏎b{y}"),
        ("{x}", 10**6, "1,000,000", "1,000,000"),
    ],
)
def test_figures_as_staff_read_them(text: str, value: object, ja: str, en: str) -> None:
    assert words.render(text, {"x": value}, "ja") == ja
    assert words.render(text, {"x": value}, "en") == en
