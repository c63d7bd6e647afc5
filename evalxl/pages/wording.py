"""Figures, years and names as citizens read them."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evalxl.arithmetic import Number, moved, round_half_up
from workbook.form import Form
from workbook.notation import era_year
from workbook.record import Record

BLANK = "－"


def money(value: Number | None) -> str:
    """A figure with thousands separators and ▲ for what is below 0; a blank is －, never 0.

    >>> money(8652), money(-35), money(None), money(Decimal("1234.50"))
    ('8,652', '▲35', '－', '1,234.5')
    """
    if value is None:
        return BLANK
    text = format(abs(value), ",f") if isinstance(value, Decimal) else format(abs(value), ",")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"▲{text}" if value < 0 else text


def change(this_year: Number | None, last_year: Number | None) -> tuple[str, str]:
    """The change from last year and its rate, as public finance writes them and roll-ups count it.

    >>> change(8652, 7338), change(5, 0), change(8, 10), change(1000, 1000)
    (('1,314', '17.9％'), ('5', '皆増'), ('▲2', '▲20.0％'), ('0', '0.0％'))
    >>> change(466, None), change(None, 3), change(None, None)
    (('466', '皆増'), ('▲3', '皆減'), ('－', '－'))
    """
    found = moved(this_year, last_year)
    return (money(found[0]), _rate(found[1])) if found else (BLANK, BLANK)


def _rate(change: Fraction | str) -> str:
    if isinstance(change, str):
        return change
    tenths = round_half_up(abs(change) * 1000)
    return f"{'▲' if change < 0 and tenths else ''}{tenths // 10:,}.{tenths % 10}％"


def year(fiscal_year: int) -> str:
    """A fiscal year in both counts.

    >>> year(2017)
    '平成29年度（2017年度）'
    """
    return f"{era_year(fiscal_year)}（{fiscal_year}年度）"


def short_year(fiscal_year: int) -> str:
    """A fiscal year for the foot of a chart.

    >>> short_year(2017), short_year(2019)
    ('H29', 'R元')
    """
    era = era_year(fiscal_year)
    letters = {"令和": "R", "平成": "H", "昭和": "S", "大正": "T", "明治": "M"}
    return letters[era[:2]] + era[2:].removesuffix("年度")


def searchable(text: str) -> str:
    """A text as the page's search compares it: width, case, space and the two sorts of kana do not count.

    The same is done in ``assets/site.js`` with what people type.

    >>> searchable("ごみ ＡＢＣ"), searchable("ｺﾞﾐ abc")
    ('ゴミABC', 'ゴミABC')
    """
    folded = "".join(unicodedata.normalize("NFKC", text).upper().split())
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in folded)


def label_of(label: str, record: Record) -> str:
    """A form's label with its years filled in: ``{evaluated}実績`` → 平成29年度実績.

    With the era, which the form leaves out: 元年度 alone says nothing to citizens.
    """
    planned = record.planned_years[0] if record.planned_years else record.fiscal_year + 1
    return label.format(evaluated=era_year(record.fiscal_year), planned=era_year(planned))


def budget(record: Record) -> str:
    """The budget codes in one line, with the names of 大事業 and 中事業."""
    parts = []
    for field in record.form.fields:
        if field.name.startswith("budget.") and field.type == "digits" and (code := record.text(field.name)):
            parts.append(f"{field.label} {' '.join(code.split())}")
    named = (record.text(f"budget.{name}") for name in ("major_name", "minor_name"))
    return "　".join([*parts, *dict.fromkeys(name for name in named if name)])


def period(record: Record, options: dict[str, str]) -> str:
    """事業期間 in words; empty where nothing is ticked."""
    kinds = record.ticked("period")
    kind = options.get(kinds[0], "") if len(kinds) == 1 else ""
    begin, end = record["period.start_year"], record["period.end_year"]
    if not isinstance(begin, int) and not isinstance(end, int):
        return kind
    return f"{kind}（{_year(begin)}～{_year(end)}）"


def _year(value: Any) -> str:
    return era_year(value) if isinstance(value, int) else ""


def field_label(form: Form, name: str) -> str:
    """The label of a head field; the names within another say whose they are: 施策名の対象."""
    field = form.field(name)
    return (
        f"{form.field(field.within).label.removesuffix('名')}の{field.label}" if field.within else field.label
    )
