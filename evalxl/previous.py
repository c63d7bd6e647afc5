"""Last year's sheets from what is left of them: departments' books, the tidy tables, or a summary book."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from evalxl import identity
from evalxl.past import Past, filled_sources, past_of
from evalxl.results import FileResult
from evalxl.rules.registry import Lang
from evalxl.summarise import items_of
from evalxl.summary_tables import direction_titles
from evalxl.tables import SheetRows
from workbook import form as forms
from workbook import marks
from workbook.form import Form
from workbook.notation import year_candidates
from workbook.record import Number, exact
from workbook.summary import readback

SHEETS = ("コスト", "指標", "評価", "方向性")
"""The data sheets of a summary book that hold what is compared."""


@dataclasses.dataclass(slots=True, frozen=True)
class Kept:
    """What is kept of one file of last year's."""

    file: str
    path: str
    pasts: list[Past]
    refused: list[tuple[str, str]]
    """Code and message."""
    own: bool
    """The file is a summary book or a report of this program."""


def keep(result: FileResult, *, lang: Lang) -> Kept:
    """What is kept of a file; small, so that it comes cheaply from another process."""
    refused = [(finding.code, finding.message(lang)) for finding in result.refused]
    pasts = [past_of(sheet.record) for sheet in result.sheets]
    return Kept(result.file, result.path, pasts, refused, result.skipped == "own_output")


# ---- tidy tables -------------------------------------------------------------------------------------------


def of_rows(sheet: SheetRows) -> Past:
    """What is kept of a sheet of the tidy tables."""
    head = sheet.head
    figures = {f"costs.{row}.{year}": v for year, _, row, _, v, _ in sheet.costs if v is not None}
    named: dict[str, tuple[str, str | None]] = {}
    for table, slot, name, unit, year, _, value, _ in sheet.indicators:
        if name:
            named[f"{table}.{slot}"] = (name, unit)
            if value is not None:
                figures[f"{table}.{slot}.values.{year}"] = value
    text = sheet.form.free_text.name
    texts = {"summary.text": head.get("summary_text"), text: head.get(text)}
    years = {row[0] for row in sheet.costs}
    return Past(
        identity=identity.of_head(head),
        name=head.get("project_name") or "",
        section=(head.get("department") or "") + (head.get("division") or ""),
        fiscal_year=sheet.fiscal_year,
        file=sheet.file,
        figures=filled_sources(figures, sheet.form.sources, years),
        indicators=named,
        texts={key: value for key, value in texts.items() if value},
        ends=_ended(head, sheet.fiscal_year),
    )


def _ended(head: Mapping[str, Any], fiscal_year: int) -> bool:
    kind, end = head.get("period_kind"), head.get("period_end_year")
    limited = kind == "multi_year" and isinstance(end, int) and end <= fiscal_year
    return bool(head.get("direction_abolish")) or kind == "single_year" or limited


# ---- a summary book ----------------------------------------------------------------------------------------

_Key = tuple[Any, ...]


def of_summary(path: str) -> list[Past]:
    """What a summary book holds of each sheet; empty where the file is none, such as a report.

    Raises `Refused` when it cannot be opened.
    """
    if not marks.is_own_output(path):
        return []
    tables = readback.read(path, SHEETS)
    if "コスト" not in tables:
        return []
    known = [forms.get(form_id) for form_id in forms.ids()]
    pasts = dict(_of_costs(tables["コスト"], known))
    _add_indicators(pasts, tables.get("指標", []), known)
    _add_texts(pasts, tables.get("評価", []), "総括", "summary.text")
    _add_texts(pasts, tables.get("方向性", []), "説明", known[0].free_text.name)
    abolished = [title for column, title in direction_titles(known).items() if column == "direction_abolish"]
    for row in tables.get("方向性", []):
        past = pasts.get(_key(row))
        if past and any(row.get(title) for title in abolished):
            past.ends = True
    return list(pasts.values())


def _key(row: Mapping[str, Any]) -> _Key:
    """What tells the sheets of a summary book apart. Its lines are written the same in all data sheets."""
    return row.get("部"), row.get("課"), row.get("事業名"), row.get("評価年度")


def _of_costs(rows: readback.Rows, known: list[Form]) -> Iterator[tuple[_Key, Past]]:
    titles = {item.title: item.name for item in items_of(known)}
    by_key: dict[_Key, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_key.setdefault(_key(row), []).append(row)
    sources = {source for form in known for source in form.sources}
    for key, own in by_key.items():
        first = own[0]
        years = [int(row["年度"]) for row in own]
        figures = {
            f"costs.{titles[title]}.{year}": value
            for row, year in zip(own, years, strict=True)
            for title in titles
            if (value := _number(row.get(title))) is not None
        }
        shown = [title for title in titles if title in first and titles[title] in sources]
        yield (
            key,
            Past(
                identity=identity.of_values(_text_of(first), "", "measure"),
                name=_text(first.get("事業名")),
                section=_text(first.get("部")) + _text(first.get("課")),
                fiscal_year=int(first["評価年度"]),
                file=_text(first.get("出典")) or _text(first.get("事業名")),
                figures=filled_sources(figures, [titles[title] for title in shown], years),
                indicators={},
            ),
        )


def _text_of(row: Mapping[str, Any]) -> Callable[[str], str]:
    names = {"project_name": "事業名", "department": "部", "division": "課"}
    return lambda field: _text(row.get(names.get(field, "")))


def _add_indicators(pasts: Mapping[_Key, Past], rows: readback.Rows, known: list[Form]) -> None:
    tables = {table.label: table.name for form in known for table in form.indicator_tables}
    for row in rows:
        past, table, name = pasts.get(_key(row)), tables.get(_text(row.get("種別"))), _text(row.get("指標名"))
        if past is None or table is None or not name:
            continue
        place = f"{table}.{_text(row.get('記号'))}"
        past.indicators[place] = (name, _text(row.get("単位")) or None)
        for title, value in row.items():
            years, number = year_candidates(title), _number(value)
            if len(years) == 1 and number is not None:
                past.figures[f"{place}.values.{years[0]}"] = number


def _add_texts(pasts: Mapping[_Key, Past], rows: Iterable[Mapping[str, Any]], title: str, key: str) -> None:
    for row in rows:
        past, text = pasts.get(_key(row)), _text(row.get(title))
        if past and text:
            past.texts[key] = text


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _number(value: Any) -> Number | None:
    return exact(value) if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) else None
