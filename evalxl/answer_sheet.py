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
from evalxl.texts import Text
from workbook.summary.model import Cell, Column, DataTable, Kind, Link

_COLUMNS: tuple[tuple[Text, Kind, float], ...] = (
    (Text("重さ", "Severity"), "severity", 8),
    (Text("コード", "Code"), "center", 8),
    (Text("ファイル", "File"), "wrap", 28),
    (Text("シート", "Sheet"), "wrap", 14),
    (Text("セル", "Cell"), "link", 10),
    (Text("内容", "What is wrong"), "wrap", 48),
    (Text("直し方", "How to mend it"), "wrap", 36),
    (Text("記入値", "Found"), "wrap", 14),
    (Text("正しいと見込まれる値", "Expected"), "wrap", 14),
    (Text("回答", "Answer"), "wrap", 30),
)


def table(outlines: Iterable[Outline], output: Path, lang: Lang) -> DataTable:
    """The findings of all files, in their order; the cell leads to its place in the file.

    Links are relative to ``output``, so that they survive a move of the folder that holds both.
    """
    return DataTable(
        sheet=texts.FINDINGS_SHEET.of(lang),
        name="findings",
        columns=[Column(title.of(lang), kind, width) for title, kind, width in _COLUMNS],
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
                entry["sheet"],
                Link(cell.rpartition("!")[2], target, cell) if cell else Link("", target),
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
