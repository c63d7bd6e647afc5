"""Last year's sheets from what is left of them: departments' books, the tidy tables, or a summary book."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from evalxl import identity
from evalxl.past import Past, filled_sources, past_of
from evalxl.results import FileResult
from evalxl.rolling.books import of_book
from evalxl.rules.registry import Lang
from evalxl.tables import SheetRows


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
    ended = head.get("direction_abolish") or head.get("direction_end")
    return bool(ended) or kind == "single_year" or limited


# ---- a summary book ----------------------------------------------------------------------------------------


def of_summary(path: str) -> list[Past]:
    """What a summary book holds of each sheet; empty where the file is none, such as a report.

    Raises `Refused` when it cannot be read.
    """
    return [of_rows(sheet) for sheet in of_book(path).sheets]
