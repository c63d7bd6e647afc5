"""Summary books for tests, and how to look into them with other libraries than the one that wrote them."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from evalxl.consolidation import Report, consolidate
from evalxl.results import FileResult
from tests.support import many

SHEETS = [
    "概要", "一覧", "部課別", "施策別", "予算科目別", "財源別", "部課別前年度比", "施策別前年度比",
    "予算科目別前年度比", "増減の大きい事業", "コスト", "指標", "評価", "方向性",
    "検証結果", "受付簿",
]  # fmt: skip
TABLES = ["一覧", *SHEETS[SHEETS.index("コスト") :]]
"""The sheets that are one Excel table each."""
ROLLUPS = {"部課別": 2, "施策別": 3, "予算科目別": 4}
"""Sheet → how many levels it has."""
CHOICE, HEAD, FIRST = 2, 4, 6
EVIL = [
    "=cmd|' /C calc'!A0", "+1", "-1+2", "@x", "{=1}", "http://example.jp/", "<r>a</r>", "mailto:a@b.jp",
    "1E5",
]  # fmt: skip


def make(results: Sequence[FileResult], folder: Path, name: str = "集約.xlsx") -> Report:
    return consolidate(results, folder / name, created="2018年8月1日")


def two_years(folder: Path, count: int = 36) -> list[FileResult]:
    """Sheets of two evaluated years, a double submission, a refused file."""
    place = str(folder)
    found = many.results(count, 2017, place) + many.results(count // 2, 2018, place)
    found.append(many.result(many.record(3), "市民部/写し #1.xlsx", folder=place))
    found.append(many.refused("市民部/壊れた.xlsx", folder=place, reason="empty"))
    return found


def stored(path: Path) -> dict[str, list[list[Any]]]:
    """The stored values of all sheets, as another library than ours reads them."""
    found = CalamineWorkbook.from_path(path)
    return {
        name: found.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in found.sheet_names
    }


def opened(path: Path) -> openpyxl.Workbook:
    """The book for openpyxl, which warns that it would drop the data bars' newer part."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path)


def table(sheet: list[list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(sheet[0], row, strict=True)) for row in sheet[1:]]


def changed_cells(before: list[list[Any]], after: list[list[Any]]) -> list[tuple[int, int, Any, Any]]:
    return [
        (r, c, x, y)
        for r, (left, right) in enumerate(zip(before, after, strict=True))
        for c, (x, y) in enumerate(zip(left, right, strict=True))
        if x != y
        and not (isinstance(x, float) and isinstance(y, float) and y == pytest.approx(x, 1e-12, 1e-9))
    ]


def evil_record(text: str, number: int) -> Any:
    places = ["project_name", "department", "division", "policy.name", "measure.name", "direction_text"]
    places += ["activity_indicators.ア.name", "judgements.4.reason", "summary.text", "measure.code"]
    return many.record(number).with_values(dict.fromkeys(places, text))
