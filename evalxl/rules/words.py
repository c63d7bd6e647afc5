"""Figures as staff read them, in the two languages of the texts."""

from __future__ import annotations

import functools
import string
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from evalxl.arithmetic import round_half_up
from workbook.notation import era_year

Lang = Literal["ja", "en"]
Words = Mapping[str, tuple[str, str]]
"""A word of the figures → its Japanese and its English."""

NOT_ONE_BOX: Words = {
    "none": ("のチェックがありません", "has no box ticked"),
    "several": ("に2つ以上のチェックがあります", "has more than one box ticked"),
}
"""What is wrong where exactly one box must be ticked."""

_COMMON = frozenset((str, int))
"""Types of most figures."""
_ASIDE = "aside"
_RATES: Words = {"皆増": ("皆増", "from nothing"), "皆減": ("皆減", "to nothing"), "－": ("－", "none")}


def render(text: str, values: Mapping[str, Any], lang: Lang, words: Words | None = None) -> str:
    """A text with its figures.

    Numbers have thousands with commas, and ▲ for negatives in Japanese. Specs: ``{year:fy}`` 平成29年度 or
    FY2017 · ``{rate:rate}`` a fraction in percent with one decimal · ``{what:word}`` the rule's words.
    ``{reason:mend}`` the words of ``reason mend``, else of ``mend``.
    ``{found:money}`` 8,652千円 or 8,652 · ``{year:of}`` 平成29年度の or FY2017, nothing where there is no
    year · ``{left:more}`` ほか3件, nothing where none is left · ``{expected:aside 単位: }`` （単位: 人） or
    (単位: 人), nothing where there is nothing to be said. Blank is 空欄, or － with the spec ``-``; an empty
    list is －.
    """
    shown = [
        literal if name is None else literal + _show(values.get(name), spec, lang, words or {})
        for literal, name, spec in _parts(text)
    ]
    return "".join(shown)


def and_more(count: int, lang: Lang = "ja") -> str:
    """What stands behind a list of which only the first are named; nothing where they are all.

    >>> and_more(1594), and_more(1594, "en"), and_more(0)
    (' ほか1,594件', ' and 1,594 more', '')
    """
    if not count:
        return ""
    return f" ほか{count:,}件" if lang == "ja" else f" and {count:,} more"


def placeholders(text: str) -> set[str]:
    """The names of the figures in a text."""
    return {name for _, name, _ in _parts(text) if name}


@functools.cache
def _parts(text: str) -> tuple[tuple[str, str | None, str], ...]:
    return tuple((literal, name, spec or "") for literal, name, spec, _ in string.Formatter().parse(text))


def _show(value: Any, spec: str, lang: Lang, words: Words) -> str:
    if not spec and type(value) in _COMMON:
        return value.replace("\n", "⏎") if isinstance(value, str) else _number(value, lang)
    ja = lang == "ja"
    if spec.startswith(_ASIDE):
        return _aside(value, spec.removeprefix(_ASIDE), lang)
    if isinstance(value, (list, tuple, frozenset, set)):
        shown = [_show(item, spec, lang, words) for item in value]
        return ("、" if ja else ", ").join(shown) or ("－" if ja else "-")
    if spec == "more":
        return and_more(value or 0, lang)
    if spec == "of":
        return "" if value is None else _show(value, "fy", lang, words) + ("の" if ja else " ")
    if value is None:
        return ("－" if ja else "-") if spec == "-" else "空欄" if ja else "blank"
    if isinstance(value, bool):
        return ("オン" if value else "オフ") if ja else ("on" if value else "off")
    if spec == "mend":
        return (words.get(f"{value} mend") or words["mend"])[0 if ja else 1]
    if spec == "word":
        return words[value][0 if ja else 1] if value in words else str(value)
    if spec == "fy" and isinstance(value, int):
        return era_year(value) if ja else f"FY{value}"
    if spec == "rate":
        return _rate(value, lang)
    if isinstance(value, (int, Decimal, Fraction)):
        return _number(value, lang) + ("千円" if ja and spec == "money" else "")
    return str(value).replace("\n", "⏎")


def _aside(value: Any, words: str, lang: Lang) -> str:
    """A remark in brackets: with its words before it, and only where there is anything to be said."""
    if not value and value != 0:
        return ""
    shown = words.lstrip() + _show(value, "", lang, {})
    return f"（{shown}）" if lang == "ja" else f" ({shown})"


def _number(value: int | Decimal | Fraction, lang: Lang) -> str:
    if not isinstance(value, (int, Decimal)):
        value = Decimal(round_half_up(value * 100)) / 100
    sign = "" if value >= 0 else "▲" if lang == "ja" else "-"
    return sign + (f"{abs(value):,f}" if isinstance(value, Decimal) else f"{abs(value):,}")


def _rate(value: Any, lang: Lang) -> str:
    if not isinstance(value, Fraction):
        return _RATES[value][0 if lang == "ja" else 1] if value in _RATES else str(value)
    tenths = round_half_up(value * 1000)
    sign = "+" if tenths > 0 else "" if tenths == 0 else "▲" if lang == "ja" else "-"
    return f"{sign}{abs(tenths) // 10:,}.{abs(tenths) % 10}%"
