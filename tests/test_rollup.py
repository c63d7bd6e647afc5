"""Roll-ups: every line re-adds to the whole, nothing counts twice, rates and shares as finance has them."""

from __future__ import annotations

import csv
import io
import itertools
import json
import shutil
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evalxl
from evalxl import counting, lake, tables
from evalxl.cli import main
from evalxl.consolidation import Report, consolidate
from evalxl.errors import UsageError
from evalxl.masters import Masters, parsed
from evalxl.rolling import book, fields, loading, shown, values
from evalxl.rolling.compare import Change, change, movers, rounded, shares_of
from evalxl.rolling.compute import UNSPLIT, Facts, Rolled, labels, roll, scaled
from evalxl.tables import SheetRows
from tests.support import many
from tests.support.office import Office
from tests.support.runs import run
from workbook import filled
from workbook.record import to_json

SOURCES = ("national", "prefectural", "bonds", "other", "general")
FIELDS = (
    "department", "division", "policy", "measure", "basic_program", "kan", "moku", "direction", "period",
    "summary_B", "judgement_cost_room", "matrix_cost", "evaluated_year", "project", "direction_improve_B",
)  # fmt: skip


def rolled(
    sheets: Sequence[SheetRows], by: Sequence[str], value: str = "project_total", years: Sequence[int] = ()
) -> Rolled:
    found = fields.resolve(by, [sheet.form for sheet in sheets])
    return roll(Facts.of(sheets), found, values.resolve([value], sheets), years)


def lines(found: Rolled) -> dict[tuple[str, ...], dict[int, Any]]:
    return {line.path: dict(line.amounts) for line in found.lines}


def sheets_of(*records: Any) -> list[SheetRows]:
    return [row for n, r in enumerate(records) for row in tables.extract(many.result(r, f"{n}.xlsx")).sheets]


def costs(number: int, **changes: Any) -> Any:
    keys = {f"costs.{name.replace('__', '.')}": amount for name, amount in changes.items()}
    return many.record(number).with_values(keys)


# ---- whatever the sheets: all lines re-add, nothing twice


AMOUNTS = st.one_of(
    st.none(),
    st.integers(-(10**6), 10**9),
    st.decimals(-(10**6), 10**6, places=3, allow_nan=False, allow_infinity=False),
    st.just(10**30),
)


@st.composite
def city(draw: st.DrawFn) -> list[SheetRows]:
    """Sheets of few projects, sections and codes, so that they meet; of one to three evaluated years."""
    found = []
    for number in range(draw(st.integers(1, 8))):
        year = draw(st.sampled_from((2017, 2018, 2019)))
        pick = st.sampled_from
        head = {
            "form": many.FORM.id,
            "project_name": draw(pick(("甲", "乙", "丙"))), "measure_name": "施策", "policy_name": "政策",
            "department": draw(pick(("総務部", "市民部", None))),
            "division": draw(pick(("総務課", "総 務課", "市民課", ""))),
            "policy_code": draw(pick(("I", "Ⅱ", None))),
            "measure_code": draw(pick(("05", "０５", "6", None))),
            "basic_program_code": "1", "budget_account": "01", "budget_kan": draw(pick(("02", "2", None))),
            "budget_kou": draw(pick(("1", None))), "budget_moku": draw(pick(("01", "02"))),
            "period_kind": draw(pick(("recurring", None))), "matrix_cost": draw(pick(("削減", None))),
            "summary_B": draw(pick(("適切", None))), "direction_keep": draw(st.booleans()),
            "direction_improve_B": draw(st.booleans()),
        }  # fmt: skip
        figures: list[tables.CostRow] = [
            (y, "plan" if y > year else "settled", row.name, row.unit, draw(AMOUNTS), None)
            for row in many.FORM.costs.rows[:6]
            for y in range(year - 1, year + 2)
        ]
        judged: list[tables.JudgementRow] = [("7", "cost_room", "C", draw(st.booleans()), None, None, None)]
        key = f"01|{head['measure_code']}|{head['project_name']}"
        found.append(
            SheetRows(key, f"{number}.xlsx", "表", many.FORM, year, head, figures, [], judged, [], {})
        )
    return found


def added(sheets: Sequence[SheetRows], row: str) -> dict[int, Decimal | int]:
    """The sum of what counts, the plainest way."""
    out: dict[int, Any] = {}
    for sheet, years in zip(sheets, counting.speakers(sheets).years, strict=True):
        for year, _, name, _, amount, _ in sheet.costs:
            if name == row and year in years and amount is not None:
                out[year] = out.get(year, 0) + (amount if isinstance(amount, int) else Decimal(amount))
    return out


@settings(max_examples=120, deadline=None)
@given(city(), st.lists(st.sampled_from(FIELDS), min_size=1, max_size=3, unique=True))
def test_lines_of_every_level_re_add_to_the_whole(sheets: list[SheetRows], by: list[str]) -> None:
    import decimal

    with decimal.localcontext(prec=80):
        found = rolled(sheets, by, "general")
        expected = added(sheets, "general")
        total = found.totals[0].amounts
        assert {year: amount for year, amount in total.items() if amount is not None} == expected
        for depth in range(1, len(by) + 1):
            level = [line for line in found.lines if line.level == depth]
            assert len({line.path for line in level}) == len(level)
            for year in total:
                filled = [line.amounts[year] for line in level if line.amounts[year] is not None]
                assert sum(map(Decimal, filled), Decimal(0)) == expected.get(year, 0)
        for line in found.lines:
            under = [other for other in found.lines if other.path[:-1] == line.path]
            for year in total if under else ():
                parts = [Decimal(other.amounts[year] or 0) for other in under]
                assert sum(parts, Decimal(0)) == Decimal(line.amounts[year] or 0)


def plain_sums(
    sheets: Sequence[SheetRows], by: Sequence[str], row: str
) -> dict[tuple[str, ...], dict[int, Any]]:
    """Every line and what is in it, the plainest way: one figure after the other."""
    facts = Facts.of(sheets)
    out: dict[tuple[str, ...], dict[int, Any]] = {}
    words = labels(fields.resolve(by, [sheet.form for sheet in sheets]), facts)
    for sheet, years, path in zip(sheets, facts.counting.years, words, strict=True):
        for year, _, name, _, amount, _ in sheet.costs:
            if year in years and amount is not None and name == row:
                for depth in range(1, len(path) + 1):
                    line = out.setdefault(path[:depth], {})
                    line[year] = line.get(year, 0) + (amount if isinstance(amount, int) else Decimal(amount))
    return out


@settings(max_examples=40, deadline=None)
@given(city(), st.lists(st.sampled_from(FIELDS), min_size=1, max_size=3, unique=True))
def test_all_rows_at_once_are_the_plain_sums_of_each(sheets: list[SheetRows], by: list[str]) -> None:
    import decimal

    with decimal.localcontext(prec=80):
        rows = [row.name for row in many.FORM.costs.rows]
        asked = values.resolve([*rows, "projects"], sheets)
        found = roll(Facts.of(sheets), fields.resolve(by, [sheet.form for sheet in sheets]), asked)
        for value in asked[:-1]:
            shown_lines = {
                line.path: {year: amount for year, amount in line.amounts.items() if amount is not None}
                for line in found.of(value)
            }
            assert shown_lines == plain_sums(sheets, by, value.name)


@settings(max_examples=80, deadline=None)
@given(city(), st.sampled_from(FIELDS), st.booleans())
def test_by_source_re_adds_to_the_project_total_also_where_sheets_do_not(
    sheets: list[SheetRows], field: str, first: bool
) -> None:
    import decimal

    with decimal.localcontext(prec=80):
        by = ["source", field] if first else [field, "source"]
        found = rolled(sheets, by)
        for year in found.totals[0].amounts:
            leaves = [Decimal(line.amounts[year] or 0) for line in found.leaves]
            assert sum(leaves, Decimal(0)) == added(sheets, "project_total").get(year, 0)
            general = [Decimal(line.amounts[year] or 0) for line in found.leaves if "一般財源" in line.path]
            assert sum(general, Decimal(0)) == added(sheets, "general").get(year, 0)


@settings(max_examples=60, deadline=None)
@given(city(), st.lists(st.sampled_from(FIELDS), min_size=1, max_size=2, unique=True))
def test_shares_of_the_lowest_lines_add_to_exactly_one(sheets: list[SheetRows], by: list[str]) -> None:
    found = rolled(sheets, by, "general")
    for year in found.totals[0].amounts:
        shares = shares_of(found, found.values[0], year)
        leaves = [shares[line.path] for line in found.leaves]
        filled = [share for share in leaves if share is not None]
        negative = any((line.amounts[year] or 0) < 0 for line in found.leaves)
        if filled:
            assert sum(filled) == 1
            tops = [share for path, share in shares.items() if len(path) == 1 and share is not None]
            assert sum(tops) == 1
        else:
            assert negative or not (found.totals[0].amounts[year] or 0)


@settings(max_examples=60, deadline=None)
@given(city())
def test_the_number_of_projects_is_the_number_of_sheets_that_speak(sheets: list[SheetRows]) -> None:
    found = rolled(sheets, ["direction"], "projects")
    speaking = counting.speakers(sheets).years
    for year, amount in found.totals[0].amounts.items():
        expected = sum(
            any(row[0] == year and row[4] is not None for row in sheet.costs)
            for sheet, years in zip(sheets, speaking, strict=True)
            if year in years
        )
        assert (amount or 0) == expected


def test_the_property_would_see_a_figure_that_counts_twice() -> None:
    sheets = sheets_of(many.record(1, 2017), many.record(1, 2018))
    once = rolled(sheets, ["project"]).totals[0].amounts[2017]
    assert once == many.record(1, 2018).cost("project_total", 2017)
    other = sheets_of(many.record(1, project_name="別の事業"))
    both = rolled([*sheets_of(many.record(1)), *other], ["project"])
    assert both.totals[0].amounts[2017] == 2 * (once or 0)


# ---- fields


def test_names_are_told_apart_without_width_and_spaces_and_by_what_is_above_them() -> None:
    one, two = (many.record(n).with_values({"department": d, "division": c}) for n, d, c in
                [(0, "総務部", "総務課"), (1, "市民部", " 総務 課")])  # fmt: skip
    three = many.record(2).with_values({"department": "総務部", "division": "財政課"})
    assert [line.path for line in rolled(sheets_of(one, two, three), ["課"]).lines] == [
        ("財政課",), ("市民部 総務 課",), ("総務部 総務課",),
    ]  # fmt: skip
    again = many.record(4).with_values({"department": "総務部", "division": "総　務課"})
    found = rolled(sheets_of(one, three, again), ["部課"])
    assert [line.path for line in found.lines] == [("総務部",), ("総務部", "財政課"), ("総務部", "総務課")]


def test_a_budget_code_carries_those_above_it() -> None:
    sheets = sheets_of(*(many.record(n) for n in range(12)))
    alone, full = rolled(sheets, ["目"]), rolled(sheets, ["budget"])
    leaves = ["".join(line.path) for line in full.leaves]
    assert sorted(line.path[0] for line in alone.lines) == sorted(leaves)
    assert alone.lines[0].path == ("01会計02款01項01目",)


def test_two_directions_are_one_line() -> None:
    both = many.record(0, directions=[many.FORM.directions[4].value, many.FORM.directions[5].value])
    found = rolled(sheets_of(both, many.record(1)), ["方向性"], "事業数")
    assert ("有効性改善、効率性改善",) in lines(found)
    assert found.totals[0].amounts[2017] == 2


def test_all_years_of_a_project_stand_where_its_newest_evaluation_puts_it() -> None:
    def sheet(year: int, direction: int, division: str) -> Any:
        directions = [many.FORM.directions[direction].value]
        return many.record(0, year, directions=directions, division=division)

    sheets = sheets_of(sheet(2017, 7, "総務課"), sheet(2018, 0, "財政課"))
    found = lines(rolled(sheets, ["direction"]))
    assert list(found) == [("廃止",)]
    assert None not in found["廃止",].values()
    by_division = lines(rolled(sheets, ["division"]))
    assert [y for y, amount in by_division["総務課",].items() if amount is not None] == [2015]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["部課"], ["department", "division"]),
        (["部,課"], ["department", "division"]),
        (["政策＞施策", "基本事業"], ["policy", "measure", "basic_program"]),
        (["予算科目"], ["account", "kan", "kou", "moku"]),
        (["budget.kan", "budget_kou"], ["kan", "kou"]),
        (["measure_code"], ["measure"]),
        (["judgement.7", "cost_room"], ["judgement_cost_room"]),
        (["期間", "財源", "方向性", "事業"], ["period", "source", "direction", "project"]),
    ],
)  # fmt: skip
def test_words_that_name_fields(typed: list[str], meant: list[str]) -> None:
    assert [field.name for field in fields.resolve(typed, [many.FORM])] == meant


@pytest.mark.parametrize(
    ("typed", "near"),
    [("mesure", "measure"), ("departement", "department"), ("予算科", "予算科目")],
)
def test_a_wrong_field_names_the_nearest(typed: str, near: str) -> None:
    with pytest.raises(UsageError) as caught:
        fields.resolve([typed], [many.FORM])
    assert near in caught.value.near


def test_personal_fields_are_none_to_roll_up_by() -> None:
    assert not {"phone", "extension", "division_head", "contact_name"} & set(fields.known([many.FORM]))


def test_every_field_that_there_is_can_be_rolled_up_by() -> None:
    sheets = sheets_of(*(many.record(n) for n in range(9)))
    whole = added(sheets, "project_total")
    for name in fields.known([many.FORM]):
        found = rolled(sheets, [name])
        assert {year: sum(line.amounts[year] or 0 for line in found.leaves) for year in whole} == whole, name


# ---- the order of the lines


def order_of(by: str, *records: Any, masters: Masters | None = None) -> list[str]:
    sheets = sheets_of(*records)
    facts = Facts.of(sheets, masters=masters)
    return [
        line.path[-1]
        for line in roll(
            facts, fields.resolve([by], [many.FORM]), values.resolve(["projects"], sheets)
        ).leaves
    ]


@given(st.permutations(["総務部", "会計課", "第2部", "第10部", "市民部", "ごみ対策室", "２課", "10課", ""]))
@settings(max_examples=10, deadline=None)
def test_lines_without_code_stand_in_one_order_whatever_the_order_of_the_files(names: list[str]) -> None:
    records = [many.record(n).with_values({"department": name or None}) for n, name in enumerate(names)]
    assert order_of("部", *records) == [
        "２課", "10課", "ごみ対策室", "会計課", "市民部", "総務部", "第2部", "第10部", "（未記入）",
    ]  # fmt: skip


def test_sections_stand_as_the_organisation_lists_them() -> None:
    text = "部,課\n総務部,総務課\n総務部,会計課\n市民部,市民課\n市民部,総務課\n"
    masters = parsed({"organization.csv": text})
    places = [("市民部", "総務課"), ("市民部", "市民課"), ("総務部", "会計課"), ("総務部", "総務課")]
    records = [
        many.record(n).with_values({"department": d, "division": c}) for n, (d, c) in enumerate(places)
    ]
    other = many.record(9).with_values({"department": "会計室", "division": "会計係"})
    assert order_of("部", *records, other, masters=masters) == ["総務部", "市民部", "会計室"]
    assert order_of("部,課", *records, masters=masters) == ["総務課", "会計課", "市民課", "総務課"]
    assert order_of("課", *records, masters=masters) == [
        "総務部 総務課", "会計課", "市民課", "市民部 総務課",
    ]  # fmt: skip


def test_what_is_ticked_stands_as_the_form_prints_it() -> None:
    titles = [direction.value for direction in many.FORM.directions]
    records = [
        many.record(n, directions=[title], matrix={"cost": "維持", "outcome": outcome})
        for n, (title, outcome) in enumerate(zip(titles[::-1], itertools.cycle(("低下", "向上", "維持"))))
    ]
    short = [(d.aliases or [d.value])[0] for d in many.FORM.directions]
    assert order_of("方向性", *records) == short
    assert order_of("matrix_outcome", *records) == ["向上", "維持", "低下"]


# ---- values


def test_the_rest_of_a_project_total_is_told() -> None:
    record = costs(0, general__2017=8000, national__2017=None, prefectural__2017=None, bonds__2017=None,
                   other__2017=None, project_total__2017=8652)  # fmt: skip
    found = lines(rolled(sheets_of(record), ["source"]))
    assert found["一般財源",][2017] == 8000
    assert found[UNSPLIT,][2017] == 652
    assert found[UNSPLIT,][2016] is None


def test_indicators_of_different_units_are_never_added_up() -> None:
    one = many.record(0)
    two = many.record(1).with_values({"activity_indicators.ア.unit": "回"})
    slot = next(iter(sheets_of(one)[0].indicators))
    sheets = sheets_of(one, two, many.record(2))
    found = values.resolve(["activity_indicators.ア"], sheets)
    assert [value.unit for value in found] == [slot[3], "回"]
    by_name = values.resolve([f"指標:{slot[2]}"], sheets)
    assert [value.unit for value in by_name] == [slot[3], "回"]
    facts = Facts.of(sheets)
    total = roll(facts, fields.resolve(["部"], [many.FORM]), found).totals
    assert [line.amounts[2017] for line in total] == [2 * _of(one), _of(two)]


def _of(record: Any) -> Any:
    return record["activity_indicators.ア.values.2017"]


def test_amounts_are_exact_whatever_their_size() -> None:
    found, places = scaled([10**30, Decimal("0.001")])
    assert (found.dtype, list(found), places) == (object, [10**33, 1], 3)
    tenths = [costs(n, general__2017=Decimal("0.1")) for n in range(10)]
    assert rolled(sheets_of(*tenths), ["部"], "general").totals[0].amounts[2017] == 1


# ---- differences, rates, shares, movers


def moved(before: Any, this: Any) -> Change | None:
    record = costs(0, general__2016=before, general__2017=this)
    found = rolled(sheets_of(record), ["部"], "general")
    return change(found.lines[0], 2017, found.before)


@pytest.mark.parametrize(
    ("before", "this", "difference", "rate"),
    [
        (7338, 8652, 1314, Decimal("0.179")), (0, 5, 5, "皆増"), (None, 5, 5, "皆増"), (5, 0, -5, "皆減"),
        (5, None, -5, "皆減"), (0, 0, 0, "－"), (0, None, 0, "－"), (10, 9, -1, Decimal("-0.1")),
        (-10, -5, 5, Decimal("0.5")), (3, Decimal("3.5"), Decimal("0.5"), Decimal("0.167")),
    ],
)  # fmt: skip
def test_a_change_is_written_as_public_finance_writes_it(
    before: Any, this: Any, difference: Any, rate: Any
) -> None:
    assert moved(before, this) == Change(2016, difference, rate)


def test_nothing_in_both_years_is_no_change() -> None:
    assert moved(None, None) is None


@given(st.fractions(-5, 5))
def test_a_rate_is_rounded_to_a_tenth_of_a_percent_away_from_zero(rate: Any) -> None:
    found = rounded(rate)
    assert abs(found - Decimal(rate.numerator) / rate.denominator) <= Decimal("0.0005000001")
    assert rounded(-rate) == -found


def test_figures_and_rates_in_words() -> None:
    assert shown.amount_text(-1234567) == "▲1,234,567"
    assert [shown.rate_text(r) for r in (Decimal("0.1"), Decimal("-0.004"), "皆減", None)] == [
        "10.0%", "▲0.4%", "皆減", "－",
    ]  # fmt: skip


def test_a_year_alone_is_still_compared_with_the_one_before() -> None:
    found = rolled(sheets_of(many.record(0)), ["部"], years=[2017])
    assert [column.year for column in found.years] == [2017]
    assert found.before == {2017: 2016}
    gap = rolled(sheets_of(many.record(0)), ["部"], years=[2015, 2018])
    assert gap.before == {2018: 2017}


def test_those_that_moved_most_come_first() -> None:
    pairs = {0: (10, 100), 1: (100, 10), 2: (10, 11), 3: (50, 50), 4: (0, 500)}
    records = [
        costs(n, general__2016=a, general__2017=b).with_values({"project_name": f"事業{n}"})
        for n, (a, b) in pairs.items()
    ]
    found = rolled(sheets_of(*records), ["事業"], "general")
    up, down = movers(found, found.values[0], 2)
    assert [m.line.path[0] for m in up] == ["事業4", "事業0"]
    assert [(m.line.path[0], m.change.difference) for m in down] == [("事業1", -90)]


# ---- years and consolidations joined


@pytest.fixture(scope="module")
def yearly(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Report]:
    """A store for each of two years, and the report of both consolidated at once."""
    folder = tmp_path_factory.mktemp("years")
    first, second = many.results(12, 2017), many.results(8, 2018)
    for name, results in (("2017", first), ("2018", second), ("both", [*first, *second])):
        report = consolidate(results, folder / f"{name}.xlsx", data=folder / name)
    return folder, report


def test_years_joined_are_what_one_consolidation_of_all_would_be(yearly: tuple[Path, Report]) -> None:
    folder, report = yearly
    joined = evalxl.rollup([folder / "2017", folder / "2018"], ["部", "課"], ["project_total", "work_hours"])
    at_once = evalxl.rollup(folder / "both", ["部", "課"], ["project_total", "work_hours"])
    assert joined["lines"] == at_once["lines"]
    for total in joined["totals"]:
        for year, amount in total["amounts"].items():
            assert amount == report.totals[total["value"], int(year)]
    assert list(total["amounts"]) == ["2015", "2016", "2017", "2018", "2019"]


def test_the_same_source_twice_counts_once(yearly: tuple[Path, Report]) -> None:
    folder, _ = yearly
    once = evalxl.rollup([folder / "2017", folder / "2018"], "部")
    again = evalxl.rollup([folder / "2017", folder / "both", folder / "2018", folder / "2017"], "部")
    assert again["totals"] == once["totals"]
    assert again["lines"] == once["lines"]
    assert any("1回だけ" in note for note in again["notes"])
    beneath = evalxl.rollup(folder, "部")
    assert beneath["totals"] == once["totals"]


def test_a_later_source_speaks_for_a_sheet_that_was_handed_in_anew(tmp_path: Path) -> None:
    old, new = many.record(3), costs(3, project_total__2017=999)
    consolidate([many.result(old, "旧.xlsx")], tmp_path / "1.xlsx", data=tmp_path / "1")
    consolidate([many.result(new, "新.xlsx")], tmp_path / "2.xlsx", data=tmp_path / "2")
    found = evalxl.rollup([tmp_path / "1", tmp_path / "2"], "部")
    assert found["totals"][0]["amounts"]["2017"] == 999
    assert any("後に指定した" in note for note in found["notes"])
    turned = evalxl.rollup([tmp_path / "2", tmp_path / "1"], "部")
    assert turned["totals"][0]["amounts"]["2017"] == old.cost("project_total", 2017)


def test_tables_whose_keys_still_have_leading_zeros_are_of_the_same_projects(tmp_path: Path) -> None:
    import pyarrow.parquet

    consolidate([many.result(many.record(3), "a.xlsx")], tmp_path / "1.xlsx", data=tmp_path / "1")
    consolidate([many.result(many.record(3), "b.xlsx")], tmp_path / "2.xlsx", data=tmp_path / "2")
    (sheet,) = loading.of_store(tmp_path / "1").sheets
    budget, _, rest = sheet.project.partition("|")
    padded = "-".join(code.zfill(2) for code in budget.split("-")) + "|" + rest
    for path in (tmp_path / "1").glob("*.parquet"):
        rows = pyarrow.parquet.read_table(path)
        if "project" in rows.column_names:
            number = rows.column_names.index("project")
            keys = pyarrow.array([padded] * len(rows))
            pyarrow.parquet.write_table(rows.set_column(number, "project", keys), path)
    found = evalxl.rollup([tmp_path / "1", tmp_path / "2"], "部")
    assert found["totals"][0]["amounts"]["2017"] == many.record(3).cost("project_total", 2017)
    assert any("後に指定した" in note for note in found["notes"])


def test_a_double_submission_in_one_source_counts_as_in_the_book_and_is_told(tmp_path: Path) -> None:
    results = [many.result(many.record(3), f"{n}.xlsx") for n in "ab"]
    report = consolidate(results, tmp_path / "a.xlsx", data=tmp_path / "data")
    found = evalxl.rollup(tmp_path / "data", "部")
    assert found["totals"][0]["amounts"]["2017"] == report.totals["project_total", 2017]
    assert any("同じ事業・同じ評価年度" in note for note in found["notes"])


def test_a_store_gives_back_what_went_in(tmp_path: Path) -> None:
    record = costs(5, general__2017=Decimal("0.125"), other__2016=None)
    consolidate([many.result(record, "a.xlsx")], tmp_path / "a.xlsx", data=tmp_path / "data")
    (sheet,) = loading.of_store(tmp_path / "data").sheets
    (expected,) = tables.extract(many.result(record, "a.xlsx")).sheets
    assert sheet.costs == expected.costs
    assert sheet.indicators == expected.indicators
    assert sheet.judgements == expected.judgements
    assert {k: v for k, v in sheet.head.items() if v is not None} == {
        k: v for k, v in expected.head.items() if v is not None
    }


def test_what_a_consolidation_did_not_count_is_not_counted_later(tmp_path: Path) -> None:
    """A master may have told it that two projects are one; its tables say what counts."""
    import pyarrow.parquet

    consolidate([many.result(many.record(3), "a.xlsx")], tmp_path / "a.xlsx", data=tmp_path / "data")
    path = tmp_path / "data" / "costs.parquet"
    costs = pyarrow.parquet.read_table(path)
    counted = [year != 2016 for year in costs.column("fiscal_year").to_pylist()]
    number = costs.column_names.index("counted")
    pyarrow.parquet.write_table(costs.set_column(number, "counted", pyarrow.array(counted)), path)
    amounts = evalxl.rollup(tmp_path / "data", "部")["totals"][0]["amounts"]
    assert list(amounts) == ["2015", "2017", "2018"]


_MASTER = """事務事業名,部,課,開始年度,終了年度,引継先
旧事業,総務部,財政課,,2017,新事業
新事業,総務部,財政課,2018,,
"""


def test_a_project_that_was_renamed_is_one_with_the_master(tmp_path: Path) -> None:
    here = {"department": "総務部", "division": "財政課"}
    old = many.record(3, 2017, project_name="旧事業", **here)
    new = many.record(3, 2018, project_name="新事業", **here)
    for year, record in ((2017, old), (2018, new)):
        result = many.result(record, f"{year}.xlsx")
        consolidate([result], tmp_path / f"{year}.xlsx", data=tmp_path / str(year))
    stores = [tmp_path / "2017", tmp_path / "2018"]
    assert evalxl.rollup(stores, "事業")["totals"][0]["amounts"]["2017"] == 2 * new.cost(
        "project_total", 2017
    )
    master = tmp_path / "master"
    master.mkdir()
    (master / "projects.csv").write_text(_MASTER, encoding="utf-8")
    found = evalxl.rollup(stores, "事業", master=master)
    assert [line["path"] for line in found["lines"]] == [["新事業"]]
    assert found["totals"][0]["amounts"]["2017"] == new.cost("project_total", 2017)


def test_a_folder_of_something_else_is_told(tmp_path: Path) -> None:
    for name in ("projects", "costs"):
        (tmp_path / f"{name}.parquet").write_bytes(b"no parquet")
    with pytest.raises(ValueError, match="consolidate --data"):
        evalxl.rollup(tmp_path, "部")


EVERYTHING = (
    ["部", "課", "事業"],
    ["政策体系", "予算科目", "大事業", "中事業", "グループ"],
    ["方向性", "期間", "成果の方向", "コストの方向", "評価年度"],
    ["summary_A", "summary_D", "judgement_cost_room", "judgement_fairness"],
)


@pytest.mark.parametrize("by", EVERYTHING, ids=lambda by: by[0])
def test_summary_books_give_what_their_tables_give(yearly: tuple[Path, Report], by: list[str]) -> None:
    folder, _ = yearly
    values = ["project_total", "work_hours", "projects", "outcome_indicators.ア"]
    tables = evalxl.rollup([folder / "2017", folder / "2018"], by, values)
    books = evalxl.rollup([folder / "2017.xlsx", folder / "2018.xlsx"], by, values)
    assert books["lines"] == tables["lines"]
    assert books["totals"] == tables["totals"]
    assert len(books["lines"]) > 4


def test_a_book_and_the_tables_of_another_year_make_one_series(yearly: tuple[Path, Report]) -> None:
    folder, report = yearly
    found = evalxl.rollup([folder / "2017.xlsx", folder / "2018"], "部")
    assert found["totals"] == evalxl.rollup(folder / "both", "部")["totals"]
    assert found["totals"][0]["amounts"]["2017"] == report.totals["project_total", 2017]


def test_a_folder_of_nothing_but_summary_books_is_a_series(
    yearly: tuple[Path, Report], tmp_path: Path
) -> None:
    folder, _ = yearly
    for year in ("2017", "2018"):
        shutil.copy(folder / f"{year}.xlsx", tmp_path / f"集約{year}.xlsx")
    assert evalxl.rollup(tmp_path, "部")["totals"] == evalxl.rollup(folder / "both", "部")["totals"]
    filled.write(many.FORM, [to_json(many.record(3))], tmp_path / "提出.xlsx")
    beside = evalxl.rollup(tmp_path, "事業")  # beside departments' sheets a summary book is their outcome
    assert len(beside["lines"]) == 1


@pytest.mark.filterwarnings("ignore:.*extension is not supported")
def test_a_book_sorted_and_corrected_by_hand_is_read_as_it_stands(tmp_path: Path) -> None:
    import openpyxl

    same = {"project_name": "研修事業", "department": "総務部", "division": "総務課"}
    records = [many.record(n, 2017, **same) for n in (3, 4, 5)]
    run({f"{n}.xlsx": one for n, one in enumerate(records)}, tmp_path / "a.xlsx", data=tmp_path / "data")
    before = evalxl.rollup(tmp_path / "data", ["施策", "事業"])
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    for name in ("コスト", "一覧", "指標", "方向性"):
        sheet = book[name]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        for number, row in enumerate(reversed(rows), start=2):
            for column, value in enumerate(row, start=1):
                sheet.cell(number, column).value = value
    book.save(tmp_path / "b.xlsx")
    turned = evalxl.rollup(tmp_path / "b.xlsx", ["施策", "事業"])
    assert turned["totals"] == before["totals"]
    assert len(turned["lines"]) == len(before["lines"])
    titles = [cell.value for cell in book["コスト"][1]]
    total = book["コスト"].cell(2, titles.index("事業費計") + 1)
    year = str(book["コスト"].cell(2, titles.index("年度") + 1).value)
    total.value += 1000
    book.save(tmp_path / "b.xlsx")
    mended = evalxl.rollup(tmp_path / "b.xlsx", "部")["totals"][0]["amounts"]
    assert mended[year] - before["totals"][0]["amounts"][year] == 1000


@pytest.mark.filterwarnings("ignore:.*extension is not supported")
def test_a_book_that_lost_the_number_of_its_sheets_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import openpyxl

    run({"1.xlsx": many.record(3)}, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    titles = [cell.value for cell in book["コスト"][1]]
    book["コスト"].cell(1, titles.index("番号") + 1).value = "No."
    book.save(tmp_path / "a.xlsx")
    assert main(["rollup", str(tmp_path / "a.xlsx"), "--by", "部", "--year", "2017"]) == 1
    told = "".join(capsys.readouterr())
    assert "a.xlsx" in told
    assert "番号" in told


def test_a_figure_of_more_digits_than_excel_holds_comes_back_whole(tmp_path: Path) -> None:
    large = 12_345_678_901_234_567
    run({"1.xlsx": costs(3, other__2017=large)}, tmp_path / "a.xlsx")
    assert (
        evalxl.rollup(tmp_path / "a.xlsx", "部", "other", year=2017)["totals"][0]["amounts"]["2017"] == large
    )


def test_tables_in_parts_by_year_are_a_series(yearly: tuple[Path, Report], tmp_path: Path) -> None:
    folder, _ = yearly
    for year, count in ((2017, 12), (2018, 8)):
        files = [tables.extract(result) for result in many.results(count, year)]
        lake.write(files, tmp_path / str(year), batch=5)
    for by in (["部", "課", "事業"], ["政策体系", "方向性"]):
        parts = evalxl.rollup([tmp_path / "2017", tmp_path / "2018"], by, ["project_total", "projects"])
        assert parts["lines"] == evalxl.rollup(folder / "both", by, ["project_total", "projects"])["lines"]
    assert evalxl.rollup(tmp_path, "部")["totals"] == evalxl.rollup(folder / "both", "部")["totals"]


_REORGANISED = """部,課,開始年度,終了年度,引継先
総務部,総務課,,2017,総務部人事課；総務部財政課
企画部,企画課,,2017,総務部財政課
総務部,人事課,2018,,
総務部,財政課,2018,,
"""


def test_reorganised_sections_are_one_line_over_the_years_and_the_mapping_is_shown(tmp_path: Path) -> None:
    master = tmp_path / "マスター"
    master.mkdir()
    (master / "organization.csv").write_bytes(_REORGANISED.encode("cp932"))
    old, new = {"department": "総務部", "division": "総務課"}, {"department": "総務部"}
    run(
        {
            "a17.xlsx": many.record(3, 2017, project_name="研修事業", **old),
            "a18.xlsx": many.record(3, 2018, project_name="研修事業", division="人事課", **new),
            "b17.xlsx": many.record(4, 2017, project_name="予算事業", **old),
            "b18.xlsx": many.record(4, 2018, project_name="予算事業", division="財政課", **new),
            "c17.xlsx": many.record(5, 2017, project_name="企画事業", department="企画部", division="企画課"),
            "d17.xlsx": many.record(6, 2017, project_name="終了事業", **old),
        },
        tmp_path / "a.xlsx",
        data=tmp_path / "data",
    )
    found = evalxl.rollup(tmp_path / "data", ["部", "課"], master=master)
    assert [line["path"] for line in found["lines"]] == [
        ["総務部"], ["総務部", "人事課"], ["総務部", "財政課"], ["総務部", "総務課"],
    ]  # fmt: skip
    (note,) = (note for note in found["notes"] if "企画部企画課→総務部財政課" in note)
    assert "総務部総務課→総務部人事課" in note
    # Of a split section what no newer sheet and no master places stays where it was: never by chance.
    stayed = next(line for line in found["lines"] if line["path"][-1] == "総務課")
    assert stayed["amounts"]["2017"] == many.record(6, 2017).cost("project_total", 2017)
    (master / "projects.csv").write_text("事業名,部,課\n終了事業,総務部,財政課\n", encoding="utf-8-sig")
    placed = evalxl.rollup(tmp_path / "data", ["部", "課"], master=master)
    assert [line["path"][-1] for line in placed["lines"]] == ["総務部", "人事課", "財政課"]


def test_the_masters_names_of_the_plan_join_what_people_write(tmp_path: Path) -> None:
    master = tmp_path / "m"
    master.mkdir()
    (master / "policies.csv").write_text("階層,コード,上位,名称\n施策,07,,災害に強いまち\n", encoding="cp932")
    run(
        {
            "1.xlsx": many.record(3).with_values({"measure.code": "7", "measure.name": "防災"}),
            "2.xlsx": many.record(4).with_values({"measure.code": "０７", "measure.name": None}),
        },
        tmp_path / "a.xlsx",
        data=tmp_path / "data",
    )
    apart = evalxl.rollup(tmp_path / "data", "施策")
    assert len(apart["lines"]) == 2
    joined = evalxl.rollup(tmp_path / "data", "施策", master=master)
    assert [line["path"] for line in joined["lines"]] == [["07 災害に強いまち"]]
    assert joined["totals"] == apart["totals"]


# ---- the library and the command line


def test_the_library_raises_what_python_raises(yearly: tuple[Path, Report], tmp_path: Path) -> None:
    folder, _ = yearly
    with pytest.raises(ValueError, match="measure"):
        evalxl.rollup(folder / "2017", "mesure")
    with pytest.raises(ValueError, match="general"):
        evalxl.rollup(folder / "2017", "部", "genral")
    with pytest.raises(ValueError, match="1999"):
        evalxl.rollup(folder / "2017", "部", year=1999)
    with pytest.raises(ValueError, match="funding sources"):
        evalxl.rollup(folder / "2017", ["部", "財源"], "work_hours")
    with pytest.raises(FileNotFoundError):
        evalxl.rollup(tmp_path, "部")


def test_json_has_the_documented_shape(
    yearly: tuple[Path, Report], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _ = yearly
    line = ["--by", "部", "--year", "H29", "2016", "--format", "json"]
    assert main(["rollup", str(folder / "2017"), *line]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found == evalxl.rollup(folder / "2017", "部", year=[2016, 2017])
    assert list(found) == ["by", "values", "years", "lines", "totals", "movers", "notes"]
    assert found["by"] == ["department"]
    assert found["values"] == [{"name": "project_total", "label": "事業費計", "unit": "千円"}]
    assert found["years"][1] == {"year": 2017, "label": "平成29年度", "phase": "決算"}
    entry = found["lines"][0]
    assert list(entry) == ["level", "path", "value", "amounts", "changes", "shares"]
    assert isinstance(entry["amounts"]["2017"], int)
    assert set(entry["changes"]["2017"]) == {"before", "difference", "rate"}
    assert sum(Decimal(str(entry["shares"]["2017"])) for entry in found["lines"]) == 1


def test_csv_re_adds_and_runs_no_formula(tmp_path: Path) -> None:
    evil = many.record(0).with_values({"department": "=cmd()"})
    consolidate(
        [many.result(evil, "a.xlsx"), many.result(many.record(1), "b.xlsx")],
        tmp_path / "x.xlsx",
        data=tmp_path / "d",
    )
    target = tmp_path / "out.csv"
    assert main(["rollup", str(tmp_path / "d"), "--by", "部", "課", "-o", str(target)]) == 0
    text = target.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    assert not any(value and value.startswith("=") for row in rows for value in row.values())
    for level in ("0", "1", "2"):
        found = [Decimal(r["amount"]) for r in rows if r["level"] == level and r["fiscal_year"] == "2017"]
        expected = sum(Decimal(r.cost("project_total", 2017) or 0) for r in (evil, many.record(1)))
        assert sum(found) == expected


def test_the_terminal_shows_whole_figures_in_aligned_columns(
    yearly: tuple[Path, Report], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from evalxl.terminal import width

    monkeypatch.setenv("COLUMNS", "40")
    folder, report = yearly
    assert main(["rollup", str(folder / "both"), "--by", "部", "課"]) == 0
    text = capsys.readouterr().out
    assert f"{report.totals['project_total', 2018]:,}" in text
    assert "100.0%" in text
    assert "…" not in text
    table = text[: text.index("増えたもの")].splitlines()
    ends = {width(line) for line in table if line.strip().endswith("%")}
    assert len(ends) == 1
    assert "\x1b" not in text


def test_markup_in_a_name_is_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = many.record(0).with_values({"department": "[red]総務[/red]部", "division": "[/]"})
    consolidate([many.result(record, "a.xlsx")], tmp_path / "x.xlsx", data=tmp_path / "d")
    assert main(["rollup", str(tmp_path / "d"), "--by", "部課", "--lang", "en"]) == 0
    text = capsys.readouterr().out
    assert "[red]総務[/red]部" in text
    assert "Total" in text


def test_a_book_needs_a_place_and_a_wrong_word_is_exit_code_2(
    yearly: tuple[Path, Report], capsys: pytest.CaptureFixture[str]
) -> None:
    store = str(yearly[0] / "2017")
    assert main(["rollup", store, "--by", "部", "--format", "xlsx"]) == 2
    assert "-o" in capsys.readouterr().err
    assert main(["rollup", store, "--by", "mesure"]) == 2
    assert "measure" in capsys.readouterr().err
    assert main(["rollup", store]) == 2
    capsys.readouterr()
    for lang, named in (("ja", "部、課"), ("ja", "①政策体系との整合性"), ("en", " source,")):
        assert main(["rollup", store, "--by", "判定", "--lang", lang]) == 2
        assert named in capsys.readouterr().err, "a word with nothing near it: what there is, then"


@pytest.mark.office
def test_the_book_shows_the_figures_and_its_formulas_agree(
    yearly: tuple[Path, Report], tmp_path: Path, office: Office
) -> None:
    folder, report = yearly
    target = tmp_path / "集計.xlsx"
    found = evalxl.rollup(folder / "both", ["部", "課"], ["事業費計", "延べ業務時間"], output=target)
    before, after = office.read(target, recalculate=False), office.read(target)
    assert list(after) == ["事業費計", "延べ業務時間"]
    for name, row in (("事業費計", "project_total"), ("延べ業務時間", "work_hours")):
        assert after[name].errors == ""
        assert after[name].values == before[name].values
        line = next(values for values in after[name].values if values[0] == "合　計")
        assert line[2:7] == [float(report.totals[row, year]) for year in range(2015, 2020)]
        assert any(str(cell).startswith("=") for cells in after[name].formulas for cell in cells)
    total = next(entry for entry in found["totals"] if entry["value"] == "project_total")
    changes = [total["changes"][str(year)]["difference"] for year in range(2016, 2020)]
    line = next(values for values in after["事業費計"].values if values[0] == "合　計")
    assert line[7:15:2] == changes


def test_nothing_stands_beside_the_heading_of_the_movers(tmp_path: Path) -> None:
    """A cell beside it would cut the heading off."""
    sheets = sheets_of(many.record(0), many.record(1))
    book.save(rolled(sheets, ["部"], "grand_total"), [], 5, tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    headings = [cell for (cell, *_) in sheet.iter_rows() if str(cell.value).endswith("前年度比）")]
    assert headings
    for cell in headings:
        assert not any(other.value for other in sheet[cell.row][1:])
        assert [other.value for other in sheet[cell.row + 1][:3]] == ["部", "増減", "増減率"]
