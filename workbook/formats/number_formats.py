"""How a cell shows its number, by the code of its number format: what all formats of files have in common."""

from __future__ import annotations

import re

_NO_LETTERS = re.compile(r'"[^"]*"|\\.|[_*].|\[(?![hms]+\])[^\]]*\]|General|@', re.IGNORECASE)
_LETTER = re.compile(r"[A-Za-z年月日時分秒]")
"""What is a date's or a time's where it is not quoted, or the E of 0.0E+0."""
_POWER = re.compile("E[+-]", re.IGNORECASE)
_ERA = re.compile("[ge]", re.IGNORECASE)
"""Years of an era, which value readers do not take for dates."""
_SCALED = re.compile(r"[0#?],(?![0#?,])")
"""A comma behind the digits: shown in thousands."""
_PADDED = re.compile("0{2,}")
_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
"""The numbers of the formats of dates and times that need no code."""
_PERCENTS = frozenset((9, 10))
"""Those of percentages."""


def is_date(number: int, code: str | None) -> bool:
    """Whether a format may show a date or a time. ``code`` is None for one that the file need not spell.

    >>> is_date(14, None), is_date(176, "yyyy/m/d"), is_date(176, '0.0"年"')
    (True, True, False)
    """
    return number in _DATES if code is None else bool(_LETTER.search(_bare(code)))


def how(number: int, code: str | None) -> str:
    """How a format shows a number, as `notation.as_shown` has it; "" where it shows it as it is.

    >>> how(9, None), how(176, "#,##0,"), how(176, "00000"), how(176, "ggge年"), how(3, None)
    ('%', ',', '00000', 'date', '')
    """
    if code is None:
        return "%" if number in _PERCENTS else ""
    bare = _bare(code)
    if _LETTER.search(bare):
        return "date" if _ERA.search(_POWER.sub("", bare)) else ""
    first = bare.partition(";")[0].strip()
    if "%" in first:
        return "%"
    if _SCALED.search(first):
        return ","
    return first if _PADDED.fullmatch(first) else ""


def _bare(code: str) -> str:
    return _NO_LETTERS.sub("", code)
