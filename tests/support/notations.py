"""How people type years, numbers, codes and labels. Pure functions; the choice among them is the Pen's."""

from __future__ import annotations

import random
from decimal import Decimal

#: long name, letter, the Gregorian year before the era's first
ERAS = (("令和", "R", 2018), ("平成", "H", 1988), ("昭和", "S", 1925))
#: the year in which an era changed is written in four ways; the long and short forms that belong to each
_CHANGE = {
    "31(元)": ("平成31(令和元)年度", "H31(R元)"),
    "元": ("令和元年度", "R元"),
    "31": ("平成31年度", "H31"),
    "1": ("令和1年度", "R1"),
}
_TO_FULL = {
    code: code + 0xFEE0
    for code in map(ord, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ()+,.")
}
#: units that may stand behind a figure in its own cell; "85%" is left out, Excel itself would make it 0.85
PLAIN_UNITS = ("千円", "人", "時間", "台", "件", "回", "校")


def full_width(text: str) -> str:
    """ASCII letters, digits and brackets in their full-width forms."""
    return text.translate(_TO_FULL)


def era_of(year: int) -> tuple[str, str, int]:
    """The era that a fiscal year is counted in, and its number there: 2004 -> ("平成", "H", 16)."""
    for name, letter, base in ERAS:
        if year > base:
            return name, letter, year - base
    raise ValueError(f"expected a year after 1925, got {year}")


def year_name(year: int, how: str, first: str = "元") -> str:
    """A fiscal year as ``how`` (bare, short, short_nendo, era, gregorian, number) writes it."""
    if how == "gregorian":
        return f"{year}年度"
    name, letter, number = era_of(year)
    ordinal = "元" if number == 1 else str(number)
    long, short = f"{name}{ordinal}年度", f"{letter}{ordinal}"
    if year == 2019:
        ordinal, (long, short) = first, _CHANGE[first]
    forms = {
        "bare": f"{ordinal}年度",
        "short": short,
        "short_nendo": f"{short}年度",
        "era": long,
        "number": ordinal,
    }
    return forms[how]


def bare_start_is_clear(year: int, evaluated: int) -> bool:
    """Whether a start year's bare number leads back to it: the latest era that is not in the future."""
    number = era_of(year)[2]
    return next(base + number for _, _, base in ERAS if base + number <= evaluated) == year


def bare_end_is_clear(year: int, start: int | None, evaluated: int) -> bool:
    """Whether an end year's bare number can mean one year only: it may lie ahead, so the start anchors it."""
    if start is None:
        return False
    number = era_of(year)[2]
    return [b + number for _, _, b in ERAS if start <= b + number <= evaluated + 30] == [year]


def number_text(value: int | float, how: str, negative: str, unit: str | None) -> str:
    """A figure as typed text. Every form keeps all digits, so that it can be read back exactly."""
    amount = abs(Decimal(str(value)))
    plain, comma = f"{amount:f}", f"{amount:,f}"
    point = plain + "0" if "." in plain else plain + ".0"
    forms = {
        "text": plain,
        "comma": comma,
        "full": full_width(plain),
        "full_comma": full_width(comma),
        "unit": comma + (unit if unit in PLAIN_UNITS else ""),
        "point_zero": point,
        "tab": plain + "\t",
        "spaces": f" {comma} ",
    }
    text = forms[how]
    return negative + text.lstrip() if value < 0 else text


def _one_word(two: str) -> bool:
    """Signs that nobody tears apart: Latin letters, digits and what brackets them, figures of any width."""
    return two.isascii() or two.isdecimal()


def space_out(text: str, sep: str, rng: random.Random) -> str:
    """Blanks or a line break inside a label: between all signs of a short one, at one place in a long one."""
    if len(text) <= 4:
        return sep.join(text)
    spots = [i for i in range(1, len(text)) if not _one_word(text[i - 1] + text[i])]
    if not spots:
        return text
    at = rng.choice(spots)
    return text[:at] + sep + text[at:]
