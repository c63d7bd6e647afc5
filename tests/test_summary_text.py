"""What departments write and where files lie must not break the summary book: text, links, limits."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from xlsxwriter import Workbook

from evalxl.consolidation import Report
from evalxl.grouping import literal
from evalxl.results import FileResult
from evalxl.summary import view
from tests.support import many
from tests.support.books import (
    EVIL,
    FIRST,
    SHEETS,
    TABLES,
    changed_cells,
    evil_record,
    make,
    opened,
    stored,
    two_years,
)
from tests.support.office import Office
from workbook.summary import cells
from workbook.summary.datasheet import DataSheet
from workbook.summary.model import Link
from workbook.summary.package import Book


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("mixed")
    return make(two_years(folder), folder)


# ---- text and links


def test_no_text_of_a_department_is_a_formula_or_a_link(tmp_path: Path) -> None:
    results = [many.result(evil_record(text, n), f"{n}.xlsx") for n, text in enumerate(EVIL)]
    path = make(results, tmp_path).output
    found = opened(path)
    for name in ("コスト", "指標", "評価", "方向性", "一覧", "受付簿"):
        for row in found[name].iter_rows():
            for cell in row:
                assert cell.data_type != "f", (name, cell.coordinate, cell.value)
                if cell.hyperlink and cell.hyperlink.target:
                    assert cell.hyperlink.target.startswith(("..\\", "../")), cell.hyperlink.target
    names = {cell.value.rstrip() for cell in found["コスト"]["C"][1:]}
    assert names == set(EVIL)


def test_long_texts_and_control_characters_are_told_not_lost_in_silence(tmp_path: Path) -> None:
    texts = ["長" * 40_000, "改\x0b行\x00と\ufffeベル\x07", "半分\ud800", "_x0041_", " 前後 ", "𠮷" * 20_000]
    results = [
        many.result(many.record(n).with_values({"direction_text": text}), f"{n}.xlsx")
        for n, text in enumerate(texts)
    ]
    path = make(results, tmp_path).output
    found = opened(path)["方向性"]
    column = [cell.value for cell in found[1]].index("説明")
    values = [str(row[column]) for row in found.iter_rows(min_row=2, values_only=True)]
    assert values[0].endswith("…（以下省略）")
    assert all(len(value.encode("utf-16-le")) // 2 <= 32_767 for value in values)
    assert values[5].endswith("…（以下省略）")
    assert "半分" in values[2]
    assert " 前後 " in values


def test_labels_that_sumifs_would_read_otherwise_are_made_literal() -> None:
    for text in ("*", "?課", "~", "=1", ">5", "<>", "2017", "1E5", "10%", "1/2", ""):
        label = literal(text)
        assert not re.match(r"[=<>]", label)
        assert not set(label) & set("*?~")
        assert re.search(r"[^\W\d_eE]", label) or label.startswith("「")
    assert len(literal("部" * 300)) < 255


@pytest.mark.office
def test_sections_with_odd_names_add_up_in_libreoffice(tmp_path: Path, office: Office) -> None:
    names = [
        "*",
        "総務*課",
        "総務課",
        "?",
        "01",
        "1",
        "1.0",
        ">0",
        "<>",
        "総 務課",
        "ＡＢ課",
        "AB課",
        None,
        "~*",
    ]
    results = [
        many.result(many.record(0, project_name=f"事業{n}").with_values({"division": name}), f"{n:02d}.xlsx")
        for n, name in enumerate(names)
    ]
    report = make(results, tmp_path)
    before, after = (office.read(report.output, recalculate=again)["部課別"] for again in (False, True))
    assert changed_cells(before.values, after.values) == []
    assert (
        len({row[1] for row in after.values[FIRST:] if row[1]}) == len(names) - 2
    )  # two pairs are one section


def test_links_are_relative_and_survive_a_move_of_the_folder(tmp_path: Path) -> None:
    home = tmp_path / "R1"
    (home / "提出").mkdir(parents=True)
    results = many.results(2, folder=str(home / "提出"))
    results.append(many.result(many.record(5), "第 1#%20部[a]/電算 'α'.xlsx", folder=str(home / "提出")))
    for result in results:
        Path(result.path).parent.mkdir(parents=True, exist_ok=True)
        Path(result.path).write_bytes(b"")
    path = make(results, home / "集約").output
    moved = tmp_path / "R2"
    home.rename(moved)
    sheet = opened(moved / "集約" / path.name)["一覧"]
    links = [cell.hyperlink for cell in sheet["C"][1:]]
    assert len(links) == 3
    for link in links:
        relative = unquote(link.target.replace("\\", "/"))
        assert (moved / "集約" / relative).is_file(), relative
        assert re.fullmatch(r"'評価シート'![A-Z]+\d+", link.location)


def test_a_link_that_excel_could_not_take_is_plain_text() -> None:
    assert cells.address(Link("a", "提出/" + "長" * 3000)) is None
    assert cells.address(Link("a", "")) is None
    address = cells.address(Link("a", "https://example.jp/a b.xlsx", "シート!A1"))
    assert address == "https://example.jp/a b.xlsx#'シート'!A1"


def test_beyond_the_number_of_links_that_excel_takes_there_is_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbook.summary.datasheet.MAX_LINKS", 3)
    sheet = opened(make(many.results(6), tmp_path).output)["一覧"]
    names = sheet["C"][1:]
    assert [bool(cell.hyperlink) for cell in names] == [True] * 3 + [False] * 3
    assert all(cell.value for cell in names)


def test_targets_on_another_drive_or_address_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    assert view.target("s3://bucket/a.xlsx", "/out") == "s3://bucket/a.xlsx"

    def other_drive(*_: object) -> str:
        raise ValueError("path is on mount 'D:'")

    monkeypatch.setattr(os.path, "relpath", other_drive)
    assert view.target("D:\\提出\\a.xlsx", "/out2") == "D:\\提出\\a.xlsx"


# ---- sizes, and the package itself


@pytest.mark.office
@pytest.mark.parametrize("results", [[], [many.refused("a.xlsx", reason="empty")], many.results(1)])
def test_books_of_nothing_and_of_one_open(tmp_path: Path, office: Office, results: list[FileResult]) -> None:
    found = office.read(make(results, tmp_path).output)
    assert list(found) == SHEETS
    assert all(sheet.errors == "" for sheet in found.values())


def test_the_fast_body_says_what_xlsxwriter_itself_would(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sheet's own writer against XlsxWriter's, cell by cell, formats and links included."""
    values: list[list[Any]] = [
        ["a", "=1", " b ", "", None],
        [1, Decimal("2.5"), 10**15, -3, 10**16],
        ["あ\n", "<r>x</r>", "0", "<&>", "x"],
    ]

    def fill(sheet: Any, first: int, columns: Any, heights: Any) -> None:
        for number, (column, style) in enumerate(columns):
            for row, value in enumerate(column):
                one = style if not callable(style) else style(value)
                put_slowly(sheet, first + row, number, value, one)

    fast, slow = tmp_path / "fast.xlsx", tmp_path / "slow.xlsx"
    write_plain(fast, values)
    monkeypatch.setattr(DataSheet, "fill", fill)
    monkeypatch.delattr(DataSheet, "_write_rows")
    write_plain(slow, values)
    left, right = (opened(path)["表"] for path in (fast, slow))
    assert left.dimensions == right.dimensions
    for one, other in zip(left.iter_rows(), right.iter_rows(), strict=True):
        for a, b in zip(one, other, strict=True):
            assert (a.value, a.data_type, a.number_format, a.alignment.vertical) == (
                b.value, b.data_type, b.number_format, b.alignment.vertical,
            )  # fmt: skip


def test_the_package_holds_what_xlsxwriters_own_would(tmp_path: Path) -> None:
    """Every part, byte for byte, with all that a text may need other words for."""
    texts = [
        "a",
        " b",
        "c ",
        "d\n",
        "\n e",
        "f\tg",
        "<&>\"'",
        "_x0041_",
        "snake_case",
        "\x07",
        "\ufffe",
        "\u3000",
    ]
    values: list[list[Any]] = [texts, [*range(len(texts))]]
    parts = []
    for kind in (Workbook, Book):
        path = tmp_path / f"{kind.__name__}.xlsx"
        write_plain(path, values, kind, [f"第{number}部/a&b.xlsx" for number in range(len(texts))])
        with zipfile.ZipFile(path) as package:
            parts.append({name: package.read(name) for name in package.namelist()})
    del parts[0]["docProps/core.xml"], parts[1]["docProps/core.xml"]  # the time
    assert parts[0] == parts[1]


def put_slowly(sheet: Any, row: int, column: int, value: Any, style: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, str):
        sheet.write_string(row, column, cells.safe_text(value), style)
    elif cells.digits_of(value) > 15:
        sheet.write_string(row, column, str(value), style)
    else:
        sheet.write_number(row, column, float(value), style)


def write_plain(
    path: Path, columns: list[list[Any]], kind: type[Workbook] = Workbook, files: Sequence[str] = ()
) -> None:
    workbook = kind(str(path))
    sheet = workbook.add_worksheet("表", worksheet_class=DataSheet)
    style = workbook.add_format({"num_format": "#,##0", "valign": "top"})
    sheet.write_string(0, 0, "見出し")
    sheet.fill(1, [(column, style) for column in columns], [15.0] * len(columns[0]))
    if files:
        sheet.lead(files, {0: [f"シート!A{row}" for row, _ in enumerate(files, start=1)]})
    workbook.close()


def test_the_same_run_gives_the_same_cells(tmp_path: Path) -> None:
    first, second = (stored(make(many.results(12), tmp_path, f"{n}.xlsx").output) for n in (1, 2))
    assert first == second


def test_table_names_and_heads_are_ones_that_excel_takes(mixed: Report) -> None:
    found = opened(mixed.output)
    names = [name for sheet in found for name in sheet.tables]
    assert sorted(names) == sorted(f"{name}表" for name in TABLES)
    for sheet in found:
        for one in sheet.tables.values():
            heads = [column.name for column in one.tableColumns]
            assert len({head.lower() for head in heads}) == len(heads)
            assert all(len(head) < 255 and not set(head) & set("[]#'@") for head in heads)


def test_print_set_up_repeats_heads_and_fits_the_width(mixed: Report) -> None:
    for sheet in opened(mixed.output):
        assert sheet.page_setup.paperSize in ("8", "9", 8, 9)
        fit = sheet.sheet_properties.pageSetUpPr
        if sheet.title == "概要":  # its page breaks would be passed over where a page fits by itself
            assert (sheet.page_setup.scale, len(sheet.row_breaks.brk)) == (60, 1)
            continue
        assert fit is not None
        assert fit.fitToPage
        if sheet.title not in ("財源別", "増減の大きい事業"):
            assert sheet.print_title_rows, sheet.title
