"""The findings as a table for `workbook.report`: what `validate --report` hands to the departments."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from evalxl import texts
from evalxl.arithmetic import for_people
from evalxl.results import Outline
from evalxl.rules.registry import SEVERITIES, Lang, right_value, typed_value
from workbook.summary.model import Cell, Column, DataTable, Kind, Leads, by_column

_COLUMNS: tuple[tuple[str, Kind, float], ...] = (
    ("severity", "severity", 8),
    ("code", "center", 8),
    ("file", "wrap", 28),
    ("place", "link", 30),
    ("message", "wrap", 48),
    ("hint", "wrap", 36),
    ("found", "wrap", 18),
    ("expected", "wrap", 20),
    ("answer", "wrap", 30),
)


def table(outlines: Iterable[Outline], output: Path, lang: Lang) -> DataTable:
    """The findings of all files, the gravest first, then in the files' order; the cell leads to its place.

    Links are relative to ``output``, so that they survive a move of the folder that holds both.
    """
    columns = [Column(texts.FINDING_HEADS[name].of(lang), kind, width) for name, kind, width in _COLUMNS]
    checked = [
        (outline, entry, finding)
        for outline in outlines
        for entry in outline.checked
        for finding in entry["findings"]
    ]
    checked.sort(key=lambda one: SEVERITIES.index(one[2]["severity"]))
    rows = (_row(outline, entry, finding, lang) for outline, entry, finding in checked)
    leads = Leads(
        [relative(outline.path, output) for outline, _, _ in checked],
        {texts.FINDING_HEADS["place"].of(lang): [finding["cell"] or "" for _, _, finding in checked]},
    )
    return DataTable(
        sheet=texts.FINDINGS_SHEET.of(lang),
        name="findings",
        columns=columns,
        values=by_column(columns, rows),
        frozen=2,
        description=texts.FINDINGS_TITLE.of(lang),
        leads=leads,
    )


def _row(outline: Outline, entry: dict[str, Any], finding: dict[str, Any], lang: Lang) -> list[Cell]:
    return [
        texts.SEVERITY[finding["severity"]].of(lang),
        finding["code"],
        outline.file,
        finding["cell"] or entry["sheet"] or texts.OPEN_FILE.of(lang),
        finding["message"],
        finding["hint"],
        _cell(typed_value(finding["code"], finding["found"], lang)),
        _cell(right_value(finding["code"], finding["expected"])),
        None,
    ]


def _cell(value: Any) -> Cell:
    """A figure as figure, all else as text."""
    if value is None or type(value) is int:
        return value
    if isinstance(value, float):
        return for_people(value)
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def relative(path: str, output: Path) -> str:
    """Where a file stands, seen from the folder of ``output``; as it is on another drive or at an address."""
    if "://" in path:
        return path
    try:
        return Path(os.path.relpath(path, output.absolute().parent)).as_posix()
    except ValueError:
        return path
