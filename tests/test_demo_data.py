"""The invented city: figures that agree, faults that fire exactly as planned, the same city each time."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from evalxl import demo
from evalxl.demo import data as demo_data
from evalxl.demo.city import DIVISIONS, MEASURES, POLICIES, PROGRAMS, RATES
from evalxl.demo.faults import FAULTS
from evalxl.rules import registry
from evalxl.settings import Settings
from workbook import form
from workbook.filled import Filled, write
from workbook.placed import Formula
from workbook.read import Reading, read_file
from workbook.record import from_json
from workbook.styles import Style

FORM = form.get(demo_data.FORM_ID)
PROJECTS = demo_data.projects()
SETTINGS = Settings()


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> demo.Plan:
    return demo.write_demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def readings(plan: demo.Plan) -> dict[str, Reading]:
    return {book: read_file(plan.folder / book) for book in plan.books}


@pytest.fixture(scope="module")
def found(readings: dict[str, Reading]) -> list[demo.Found]:
    """What a run over all the demo's books finds."""
    out: list[demo.Found] = []
    for book, reading in readings.items():
        out += [(book, refused.code, None, None) for refused in reading.refused]
        for record in reading.records:
            out += [(book, f.code, f.year, f.field) for f in registry.check(record, SETTINGS)]
    return out


def test_the_size_of_the_city() -> None:
    assert len(PROJECTS) + 1 == 118
    assert len(DIVISIONS) == 12
    assert len({division.department for division in DIVISIONS}) == 5
    assert {project.kind.division for project in PROJECTS} == {division.name for division in DIVISIONS}
    assert len({project.name for project in PROJECTS}) == len(PROJECTS)


def test_the_plan_of_the_city_is_a_tree() -> None:
    assert {program.parent for program in PROGRAMS} <= {measure.code for measure in MEASURES}
    assert {measure.parent for measure in MEASURES} == {policy.code for policy in POLICIES}
    assert {project.kind.program for project in PROJECTS} <= {program.code for program in PROGRAMS}


def test_no_two_projects_share_a_budget_line() -> None:
    lines = set()
    for project in PROJECTS:
        budget = demo_data.sheet(project, 2017)["budget"]
        codes = ("account", "kan", "kou", "moku", "major", "minor")
        assert all(len(budget[code]) == 2 for code in codes)
        lines.add(tuple(budget[code] for code in codes))
    assert len(lines) == len(PROJECTS)


@pytest.mark.parametrize("fiscal_year", demo_data.YEARS)
def test_costs_add_up(fiscal_year: int) -> None:
    for project in PROJECTS:
        costs = demo_data.sheet(project, fiscal_year)["costs"]
        for year in range(fiscal_year - 2, fiscal_year + 2):
            at = {row: figures[str(year)] for row, figures in costs.items()}
            assert sum(at[source] or 0 for source in FORM.sources) == at["project_total"]
            assert at["project_total"] + at["labour_total"] == at["grand_total"]
            exact = Decimal(at["work_hours"]) * RATES[min(year, fiscal_year)] / 1000
            assert at["labour_total"] == exact.quantize(Decimal(1), ROUND_HALF_UP)


def test_the_two_years_tell_the_same_past() -> None:
    first, second = demo_data.YEARS
    for project in PROJECTS:
        before, after = (demo_data.sheet(project, year) for year in (first, second))
        for year in (str(first - 1), str(first)):
            for row in before["costs"]:
                assert before["costs"][row][year] == after["costs"][row][year]
            for table in FORM.indicator_tables:
                values = [[i["values"][year] for i in sheet[table.name]] for sheet in (before, after)]
                assert values[0] == values[1]


def test_sheets_without_a_fault_give_no_error_and_no_warning() -> None:
    for fiscal_year in demo_data.YEARS:
        for project in PROJECTS:
            findings = registry.check(from_json(FORM, demo_data.sheet(project, fiscal_year)), SETTINGS)
            assert [f.code for f in findings if f.severity != "info"] == [], project.name
        findings = registry.check(from_json(FORM, demo_data.sample(fiscal_year)), SETTINGS)
        assert [f.code for f in findings if f.severity == "error"] == []


def test_every_planted_fault_is_found_and_no_other_error(plan: demo.Plan, found: list[demo.Found]) -> None:
    account = demo.compare(plan, found)
    assert account.missed == []
    assert account.unexpected == []
    assert account.matches
    assert {planted.code for planted in plan.planted} >= {code for f in FAULTS for code, _, _ in f.expected}


def test_the_account_tells_what_is_missed_and_what_was_not_planted(
    plan: demo.Plan, found: list[demo.Found]
) -> None:
    without = [finding for finding in found if finding[1] != "C301"]
    assert [planted.code for planted in demo.compare(plan, without).missed] == ["C301"]
    extra: demo.Found = (plan.books[0], "E411", None, "summary.text")
    assert demo.compare(plan, [*found, extra]).unexpected == [extra]
    elsewhere = [(f"/somewhere/else/{file}", code, year, field) for file, code, year, field in found]
    assert demo.compare(plan, elsewhere).matches


def test_the_plan_says_what_lies_in_the_folder(plan: demo.Plan, readings: dict[str, Reading]) -> None:
    files = {path.relative_to(plan.folder).as_posix() for path in plan.folder.rglob("*") if path.is_file()}
    assert files == {*plan.books, *plan.skipped}
    assert len(plan.books) > 60
    readable = [record for reading in readings.values() for record in reading.records]
    for fiscal_year, count in plan.projects.items():
        assert sum(record.fiscal_year == fiscal_year for record in readable) == count


def test_the_same_city_each_time(plan: demo.Plan, tmp_path: Path) -> None:
    again = demo.write_demo(tmp_path)
    assert (again.books, again.planted, again.differences) == (plan.books, plan.planted, plan.differences)
    changed = {b for b in plan.books if (tmp_path / b).read_bytes() != (plan.folder / b).read_bytes()}
    # openpyxl writes the book that was never calculated, and stamps the time into it.
    assert changed <= {planted.file for planted in plan.planted if planted.code == "F007"}


STYLES = {
    "as printed": Style(),
    "inside": Style(inside=True, on="■"),
    "together": Style(inside=True, period_together=True, digits_together=True, two_sheets=True),
    "text": Style(numbers="unit", labels="wide", years="letter", break_years=True),
    "moved": Style(top=3, left=2, inserted=(12, 31, 40), labels="spaced", instructions=True),
    "coarse": Style(coarse=True, period_together=True, numbers="wide", years="western", on="レ"),
    "circles": Style(on="●", off="○", coarse=True, two_sheets=True, labels="broken", years="era"),
}


@pytest.mark.parametrize("name", STYLES)
def test_what_is_written_is_read_back(name: str, tmp_path: Path) -> None:
    merge = next(project for project in PROJECTS if project.verdict == "merge")
    bridge = next(project for project in PROJECTS if project.kind.program == "072")
    sheets = [demo_data.sample(2017), demo_data.sheet(merge, 2017), demo_data.sheet(bridge, 2017)]
    records = [from_json(FORM, sheet) for sheet in sheets]
    write(FORM, records, tmp_path / "book.xlsx", STYLES[name])
    reading = read_file(tmp_path / "book.xlsx")
    assert not reading.refused
    for written, read in zip(records, reading.records, strict=True):
        for key in {*written.values, *read.values}:
            assert (read[key] or None) == (written[key] or None), key


def test_a_text_that_looks_like_a_formula_stays_a_text(tmp_path: Path) -> None:
    record = from_json(FORM, demo_data.sample(2017)).with_values({"outline": "=1+1", "intent": "@SUM(A1)"})
    for typed in ({}, {"costs.staff_count.2018": Formula("=2+3")}):
        write(FORM, [Filled(record, typed)], tmp_path / "book.xlsx")
        (read,) = read_file(tmp_path / "book.xlsx").records
        assert (read["outline"], read["intent"]) == ("=1+1", "@SUM(A1)")
