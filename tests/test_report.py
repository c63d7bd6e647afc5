"""Papers for the council: exact sums, formulas that give the same, one page each, PDF where it can be had."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

import evalxl
from evalxl import cli, council, counting, masters, tables, totals
from evalxl.council import LEVELS, By
from evalxl.results import FileResult
from tests.support import many
from tests.support.books import EVIL, opened, stored
from tests.support.layouts import Style, write_book
from tests.support.office import Office, office
from tests.support.records import sample
from workbook import marks, pdf
from workbook.papers import book
from workbook.papers.model import Papers

__all__ = ["office"]  # a fixture

COUNT = 60


def papers(results: list[FileResult], by: By = "measure") -> Papers:
    found = council.build([tables.extract(result) for result in results], by)
    assert found
    return found


@pytest.fixture(scope="module")
def results() -> list[FileResult]:
    return many.results(COUNT, 2017)


@pytest.fixture(scope="module")
def written(results: list[FileResult], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("council") / "主要な施策の成果.xlsx"
    book.write(papers(results), path)
    return path


# ---- figures -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", LEVELS)
def test_the_pages_together_are_the_whole_city(by: By) -> None:
    results = many.results(40, 2017) + many.results(20, 2018)
    sheets = [sheet for result in results for sheet in tables.extract(result).sheets]
    whole = totals.counted(sheets, counting.speakers(sheets).years)
    found: totals.Totals = {}
    for page in papers(results, by).pages:
        for row, years in page.sums.items():
            for year, amount in years.items():
                found[row, year] = found.get((row, year), Decimal(0)) + amount
    assert {key: amount for key, amount in whole.items() if amount} == {k: a for k, a in found.items() if a}


def test_every_project_is_on_one_page(results: list[FileResult]) -> None:
    names = [project.name for page in papers(results).pages for project in page.projects]
    assert sorted(names) == sorted(result.sheets[0].record.text("project_name") for result in results)


def test_masters_join_years_and_name_the_pages() -> None:
    """A section that was merged is one page over the years, and a measure has the plan's name."""
    city = masters.parsed(
        {
            "organization.csv": "部,課,開始年度,終了年度,引継先\n"
            "総務部,企画課,,2017,総務部財政課\n総務部,財政課,,,\n",
            "policies.csv": "階層,コード,上位,名称\n施策,07,,災害に強いまち\n",
            "projects.csv": "事業名,部,課,開始年度,終了年度,引継先\n旧事業,総務部,企画課,,2017,新事業\n"
            "新事業,総務部,財政課,2018,,\n",
        }
    )
    plan = {"measure.code": "7", "measure.name": None}
    old = many.record(3, 2017, project_name="旧事業", department="総務部", division="企画課")
    new = many.record(3, 2018, project_name="新事業", department="総務部", division="財政課")
    files = [
        tables.extract(many.result(record.with_values(plan), f"{number}.xlsx"))
        for number, record in enumerate((old, new))
    ]
    by_division = council.build(files, "division", city)
    assert by_division
    (page,) = by_division.pages
    assert page.title == "財政課"
    assert [project.name for project in page.projects] == ["新事業"]
    assert page.sums["project_total"][2017] == new.cost("project_total", 2017)
    by_measure = council.build(files, "measure", city)
    assert by_measure
    assert [page.title for page in by_measure.pages] == ["07 災害に強いまち"]


def test_a_double_submission_is_marked_where_it_counts_twice(tmp_path: Path) -> None:
    twice = [many.result(many.record(3), f"{name}.xlsx") for name in "ab"]
    found = papers([*twice, many.result(many.record(7), "c.xlsx")])
    doubled = {project.name: project.doubled for page in found.pages for project in page.projects}
    assert sorted(doubled.values()) == [False, True]
    told = "".join(note for note, _ in found.notes)
    assert "2件" in told
    assert "※は二重" in told
    book.write(found, tmp_path / "a.xlsx")
    texts = [
        [str(cell) for row in rows for cell in row if cell] for rows in stored(tmp_path / "a.xlsx").values()
    ]
    marked = [sheet for sheet in texts if any(text.startswith("※ 同じ年度") for text in sheet)]
    assert len(marked) == 1
    assert sum(text.startswith("※") for text in marked[0]) == 3


def test_what_is_blank_is_no_zero() -> None:
    blank = {f"costs.{row}.2017": None for row in ("project_total", "labour_total")}
    blank |= dict.fromkeys(("summary.A", "directions"), ())
    record = many.record(0).with_values(blank)
    ((page,), axes) = (found := papers([many.result(record, "a.xlsx")])).pages, found.axes
    (project,) = page.projects
    assert (project.now, project.labour, project.axes[0], project.directions) == (None, None, None, "")
    assert project.before is not None
    assert 2017 not in page.sums["project_total"]
    assert [key for key, _ in axes] == ["A", "B", "C", "D"]


def test_the_change_of_the_total_is_that_of_the_totals_where_projects_are_new(
    tmp_path: Path, office: Office
) -> None:
    """A new project is 皆増 and an ended one 皆減 in the list, too, and no formula fails over its dash."""
    rows = ("project_total", *many.SOURCES)
    blank = {year: dict.fromkeys(f"costs.{row}.{year}" for row in rows) for year in (2016, 2017)}
    measure = {"measure.code": "01", "measure.name": "第01の施策", "policy.code": "I", "policy.name": "まち"}
    records = [many.record(number).with_values(measure) for number in range(4)]
    records[1], records[2] = records[1].with_values(blank[2016]), records[2].with_values(blank[2017])
    lone = many.record(5).with_values(blank[2016] | {"measure.code": "02", "measure.name": "第02の施策"})
    path = tmp_path / "a.xlsx"
    found = papers([many.result(r, f"{i}.xlsx") for i, r in enumerate([*records, lone])])
    book.write(found, path)
    for sheets in (office.read(path, recalculate=False), office.read(path)):
        for page in found.pages:
            sheet = sheets[page.title]
            assert sheet.errors == ""
            heads = [str(line[0]) for line in sheet.values]
            first, last = heads.index("事業", heads.index("事業") + 1) + 1, heads.index("計")
            assert last - first == len(page.projects)
            before, now, change = sheet.values[last][2:5]
            assert change == now - before == sum(line[4] for line in sheet.values[first:last])
            assert change == next(line for line in sheet.values if line[0] == "事業費計（千円）")[6]


def test_indicators_without_room_are_counted(results: list[FileResult]) -> None:
    for page in papers(results).pages:
        there = sum(
            len(record.indicators("outcome_indicators") or record.indicators("activity_indicators"))
            for result in results
            for record in [result.sheets[0].record]
            if record.text("project_name") in {project.name for project in page.projects}
        )
        assert len(page.indicators) + page.indicators_left == there
        assert len(page.indicators) <= council.INDICATORS


def test_no_sheet_is_no_paper() -> None:
    assert council.build([], "measure") is None


# ---- the workbook ------------------------------------------------------------------------------------------


def test_the_contents_lead_to_one_sheet_a_measure(written: Path, results: list[FileResult]) -> None:
    pages = papers(results).pages
    values = stored(written)
    assert list(values) == [book.CONTENTS, *(page.title for page in pages)]
    lines = values[book.CONTENTS][book.HEAD + 1 :]
    for line, page in zip(lines, pages, strict=False):
        assert line[0] == page.title
        assert line[1] == len(page.projects)
        assert Decimal(str(line[4])) == page.sums["project_total"][2017]
    total = next(line for line in lines if line[0] == "合　計")
    assert total[1] == COUNT
    assert Decimal(str(total[4])) == sum(page.sums["project_total"][2017] for page in pages)


def test_nobody_is_named(written: Path, results: list[FileResult]) -> None:
    cells = {str(cell) for rows in stored(written).values() for row in rows for cell in row}
    for result in results:
        record = result.sheets[0].record
        for name in ("division_head", "contact_name", "phone"):
            assert not [cell for cell in cells if record.text(name) in cell]


def test_sheets_of_one_name_stay_apart() -> None:
    long = "05 " + "とても長い名前の施策" * 5
    names = book.sheet_names([long, long.upper(), "a[b]:c*?/\\d", "'quoted'", "目次", ""])
    assert len({name.casefold() for name in names}) == 6
    assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)
    assert not [name for name in names if name.startswith("'") or name == "目次"]


def test_texts_never_become_formulas(tmp_path: Path, office: Office) -> None:
    changes = [
        {"project_name": text, "measure.name": f"{text}/[x]", "outcome_indicators.ア.name": text}
        for text in EVIL
    ]
    records = [many.record(number).with_values(change) for number, change in enumerate(changes)]
    path = tmp_path / "evil.xlsx"
    book.write(papers([many.result(record, f"{i}.xlsx") for i, record in enumerate(records)]), path)
    sheets = office.read(path)  # recalculated: a text that had become a formula would be another
    assert not [name for name, sheet in sheets.items() if sheet.errors]
    values = {str(cell).strip() for sheet in sheets.values() for row in sheet.values for cell in row}
    assert set(EVIL) <= values


def test_the_formulas_give_what_is_stored(written: Path, office: Office) -> None:
    before, after = office.read(written, recalculate=False), office.read(written)
    formulas = 0
    for name, sheet in after.items():
        assert sheet.errors == "", name
        for row, line in enumerate(sheet.values):
            for column, value in enumerate(line):
                if sheet.is_formula(row, column):
                    formulas += 1
                    old = before[name].values[row][column]
                    assert value == (pytest.approx(old) if isinstance(old, float) else old), (
                        name,
                        row,
                        column,
                    )
    assert formulas > 500


def test_indicators_have_results_where_costs_have_accounts(written: Path) -> None:
    for name, rows in stored(written).items():
        if name != book.CONTENTS:
            costs = next(row for row in rows if row[0] == "区分")
            indicators = next(row for row in rows if row[0] == "事業" and row[1] == "指標（単位）")
            assert sum(str(cell).endswith("\n決算") for cell in costs) == 3
            assert [cell.partition("\n")[2] for cell in indicators[4:8]] == ["実績", "実績", "実績", "計画"]


def test_the_header_of_a_page_is_no_file_name(written: Path) -> None:
    for sheet in opened(written):
        assert sheet.oddHeader.left.text == council.TITLE
        assert sheet.oddHeader.right.text is None


def test_notes_keep_to_the_width_of_the_table(written: Path, results: list[FileResult]) -> None:
    (contents,) = (sheet for sheet in opened(written) if sheet.title == book.CONTENTS)
    notes = [note for note, _ in papers(results).notes]
    cells = [cell for row in contents.iter_rows() for cell in row if cell.value in notes]
    assert len(cells) == len(notes) > 0
    merged = {str(block).partition(":")[0]: block.max_col for block in contents.merged_cells.ranges}
    assert {merged[cell.coordinate] for cell in cells} == {contents.max_column}
    assert all(cell.alignment.wrap_text for cell in cells)


# ---- paper -------------------------------------------------------------------------------------------------


def test_each_measure_is_one_a4_page(
    written: Path, results: list[FileResult], office: Office, tmp_path: Path
) -> None:
    printed = office.pdf(written, tmp_path / "a.pdf")
    words = subprocess.run(
        ["pdftotext", "-layout", printed, "-"], capture_output=True, check=True
    ).stdout.decode()
    sheets = words.split("\f")[:-1]
    pages = papers(results).pages
    assert len(sheets) == 1 + len(pages)
    for page, text in zip(pages, sheets[1:], strict=True):
        assert page.title.split()[-1] in text
        assert all(project.name.split()[0] in text for project in page.projects)
    sizes = subprocess.run(["pdfinfo", "-l", "99", printed], capture_output=True, check=True).stdout.decode()
    assert len(re.findall(r"\(A4\)", sizes)) == len(sheets)


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "in").mkdir()
    write_book(tmp_path / "in" / "電算.xlsx", [sample()], Style())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_writes_book_and_pdf(
    books: Path, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["report", "in", "--by", "measure", "-o", "議会", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["pages"][0]["totals"]["project_total"] == {
        "2015": 6091,
        "2016": 7338,
        "2017": 8652,
        "2018": 9369,
    }
    assert marks.is_own_output(books / data["book"])
    assert (books / data["pdf"]).read_bytes().startswith(b"%PDF")


def test_without_libreoffice_the_book_is_written_and_the_rest_is_told(
    books: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "program", lambda: None)
    (books / "議会").mkdir()
    (books / "議会" / "主要な施策の成果.pdf").write_bytes(b"%PDF of last year")
    assert cli.main(["report", "in", "-o", "議会"]) == 0
    told = capsys.readouterr()
    assert "LibreOffice が入っていません" in told.err
    assert [path.name for path in (books / "議会").iterdir()] == ["主要な施策の成果.xlsx"]
    assert (
        CalamineWorkbook.from_path(books / "議会" / "主要な施策の成果.xlsx").sheet_names[0] == book.CONTENTS
    )


def test_a_libreoffice_that_fails_is_told(
    books: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "program", lambda: "false")
    assert cli.main(["report", "in", "-o", "議会"]) == 0
    assert "LibreOffice が応答しませんでした" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_libreoffice_that_hangs_is_ended_with_what_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launcher, child = tmp_path / "soffice", tmp_path / "child"
    launcher.write_text(f"#!/bin/sh\nsleep 600 &\necho $! > '{child}'\nwait\n")
    launcher.chmod(0o755)
    monkeypatch.setattr(pdf, "program", lambda: str(launcher))
    monkeypatch.setattr(pdf, "PATIENCE", 3)
    assert pdf.print_book(tmp_path / "a.xlsx", tmp_path / "a.pdf") is False
    assert _ends(int(child.read_text()))


def _ends(process: int) -> bool:
    """Whether a process is gone, or but waits for somebody to note its end; one that is not is ended here."""
    for _ in range(300):
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.01)
    os.kill(process, signal.SIGKILL)
    return False


def test_refused_files_make_it_exit_1_and_nothing_to_report_2(
    books: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "program", lambda: None)
    (books / "in" / "壊れた.xlsx").write_bytes(b"no workbook")
    assert cli.main(["report", "in", "-o", "議会"]) == 1
    assert "壊れた.xlsx" in capsys.readouterr().out
    assert cli.main(["report", "in/壊れた.xlsx", "-o", "別"]) == 2
    assert not (books / "別").exists()


def test_the_library_function_gives_the_same(books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "program", lambda: None)
    data = evalxl.report("in", "議会", by="division")
    assert (data["pdf"], data["pages"][0]["title"]) == (None, "情報システム課")
