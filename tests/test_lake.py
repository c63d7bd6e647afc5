"""Tables in parts: nothing is lost on the way into them, and what they add up to is exact."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pyarrow.dataset
import pytest

from evalxl import cli, demo, export, lake, tables
from evalxl.counting import speakers
from evalxl.tables import FileRows
from tests.support import many
from workbook.folders import ForeignFilesError


@pytest.fixture(scope="module")
def files() -> list[FileRows]:
    """Sheets of two evaluated years, a refused file, one that is passed over."""
    results = [*many.results(30, 2017), *many.results(20, 2018), many.refused("壊れた.xlsx", reason="empty")]
    return [tables.extract(result) for result in results]


def rows(table: pyarrow.Table) -> list[str]:
    """The rows of a table in some order, in words, so that None and figures compare."""
    return sorted(repr(sorted(row.items())) for row in table.to_pylist())


@pytest.mark.parametrize("batch", [7, 1000])
@pytest.mark.parametrize("name", lake.YEAR)
def test_the_parts_together_are_the_tidy_table(
    files: list[FileRows], tmp_path: Path, name: str, batch: int
) -> None:
    lake.write(iter(files), tmp_path / "lake", batch=batch)
    sheets = [sheet for file in files for sheet in file.sheets]
    whole = export.to_arrow(tables.tidy(files, speakers(sheets).years)[name]())
    parts = lake.dataset(tmp_path / "lake", name).to_table()
    names = [column for column in whole.column_names if column != "counted"]
    assert set(parts.column_names) == set(names)
    assert rows(parts.select(names)) == rows(whole.select(names))


def test_years_have_folders_of_their_own(files: list[FileRows], tmp_path: Path) -> None:
    lake.write(files, tmp_path / "lake")
    years = {path.name for path in (tmp_path / "lake" / "costs").iterdir()}
    assert years == {f"fiscal_year={year}" for year in range(2015, 2020)}


@pytest.mark.parametrize(
    "by", [(), ("department",), ("department", "division"), ("policy_code", "fiscal_year")]
)
def test_sums_are_those_of_the_sheets(files: list[FileRows], tmp_path: Path, by: tuple[str, ...]) -> None:
    lake.write(files, tmp_path / "lake", batch=11)
    for year in (None, 2017, 2018, 1999):
        expected: dict[tuple[object, ...], Decimal] = defaultdict(Decimal)
        for sheet in (sheet for file in files for sheet in file.sheets):
            for at, _, row, _, amount, _ in sheet.costs:
                if row == "general" and at == sheet.fiscal_year and at == (year or at):
                    known = {**sheet.head, "fiscal_year": at}
                    expected[tuple(known[name] for name in by)] += amount or 0
        assert lake.sums(tmp_path / "lake", by, "general", year) == expected


def test_figures_of_many_places_stay_exact(files: list[FileRows], tmp_path: Path) -> None:
    """Parts whose decimals differ make one table of the widest."""
    fine = [dataclasses.replace(files[n], file=f"{n}.xlsx") for n in range(2)]
    cost = Decimal("0.1234567")
    for file in fine:
        (sheet,) = file.sheets
        costs = [(y, p, r, u, cost if r == "general" else a, c) for y, p, r, u, a, c in sheet.costs]
        file.sheets = [dataclasses.replace(sheet, file=file.file, costs=costs)]
        cost = Decimal(7)
    lake.write(fine, tmp_path / "lake", batch=1)
    assert lake.sums(tmp_path / "lake", [], "general") == {(): Decimal("7.1234567")}


def test_a_run_without_any_sheet_leaves_tables_with_columns(tmp_path: Path) -> None:
    refused = tables.extract(many.refused("a.xlsx", reason="empty"))
    written = lake.write([refused], tmp_path / "lake")
    assert (written.files["refused"], written.rows["costs"]) == (1, 0)
    assert lake.dataset(tmp_path / "lake", "costs").to_table().num_rows == 0


def test_a_folder_of_others_is_not_replaced(files: list[FileRows], tmp_path: Path) -> None:
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake" / "見本.txt").write_text("大切")
    with pytest.raises(ForeignFilesError):
        lake.write(files, tmp_path / "lake")
    assert (tmp_path / "lake" / "見本.txt").exists()


def test_what_is_asked_for_must_be_there(files: list[FileRows], tmp_path: Path) -> None:
    lake.write(files, tmp_path / "lake")
    with pytest.raises(KeyError):
        lake.sums(tmp_path / "lake", ["nothing"])
    with pytest.raises(FileNotFoundError):
        lake.sums(tmp_path, ["department"])


def test_no_more_than_a_batch_is_held(files: list[FileRows], tmp_path: Path) -> None:
    """The rows are taken one batch after the other, as fast as they are written."""
    taken, seen = 0, []

    def given() -> object:
        nonlocal taken
        for file in files:
            taken += 1
            seen.append(len(list((tmp_path).rglob("files/part-*"))))
            yield file

    lake.write(given(), tmp_path / "lake", batch=10)  # type: ignore[arg-type]
    assert taken == len(files)
    assert seen == [number // 10 for number in range(len(files))]


def test_the_command_writes_a_lake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    demo.write_demo(tmp_path / "提出")
    assert cli.main(["tables", str(tmp_path / "提出"), "-o", str(tmp_path / "表"), "--lang", "en"]) == 1
    assert "sheets" in capsys.readouterr().out
    assert lake.sums(tmp_path / "表", ["fiscal_year"])
