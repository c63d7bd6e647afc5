"""The findings as a table for `workbook.report`: what `validate --report` hands to the departments."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from evalxl import texts
from evalxl.arithmetic import hundredths
from evalxl.results import Outline
from evalxl.rules.registry import Lang
from workbook.summary.model import Cell, Column, DataTable, Kind, Link

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
    """The findings of all files, in their order; the cell leads to its place in the file.

    Links are relative to ``output``, so that they survive a move of the folder that holds both.
    """
    return DataTable(
        sheet=texts.FINDINGS_SHEET.of(lang),
        name="findings",
        columns=[Column(texts.FINDING_HEADS[name].of(lang), kind, width) for name, kind, width in _COLUMNS],
        rows=[row for outline in outlines for row in _rows(outline, output, lang)],
        frozen=2,
        description=texts.FINDINGS_TITLE.of(lang),
    )


def _rows(outline: Outline, output: Path, lang: Lang) -> Iterator[list[Cell]]:
    target = relative(outline.path, output)
    for entry in outline.checked:
        for finding in entry["findings"]:
            cell = finding["cell"]
            yield [
                texts.SEVERITY[finding["severity"]].of(lang),
                finding["code"],
                outline.file,
                Link(cell or entry["sheet"] or texts.OPEN_FILE.of(lang), target, cell),
                finding["message"],
                finding["hint"],
                _cell(finding["found"]),
                _cell(finding["expected"]),
                None,
            ]


def _cell(value: Any) -> Cell:
    """A figure as figure, all else as text."""
    if value is None or type(value) is int:
        return value
    if isinstance(value, float):
        figure = Decimal(repr(value))
        # Yen in 千円 have three decimals; more has only what was worked out, such as a cost per unit.
        return figure if figure == round(figure, 3) else hundredths(figure)
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def relative(path: str, output: Path) -> str:
    """Where a file stands, seen from the folder of ``output``; as it is on another drive or at an address."""
    if "://" in path:
        return path
    try:
        return Path(os.path.relpath(path, output.absolute().parent)).as_posix()
    except ValueError:
        return path
