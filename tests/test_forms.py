"""The second form of the family, end to end; which form a sheet is of; what teaches evalxl another one."""

from __future__ import annotations

import functools
import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from evalxl import cli
from evalxl.rules.registry import check
from evalxl.settings import Settings
from tests.support.layouts import Style, styles, write_book
from tests.support.layouts import sample as first_sample
from tests.support.office import Office
from tests.support.records import records
from tests.support.spec import MEBUKI
from tests.test_read import SLOW, assert_same, read_records
from workbook import drafting, filled, fitting, picture, rollover, seeing
from workbook import form as forms
from workbook.blank import blank
from workbook.errors import FormError
from workbook.form import Form
from workbook.notation import fold
from workbook.read import Reading, read_book, read_file
from workbook.record import from_json, to_json
from workbook.source import open_book

FORM = forms.get("mebuki_2019")
FIRST = forms.get("unnan_2017")
FOLDER = Path(forms.__file__).parent / "forms"


def sample() -> dict[str, Any]:
    """The sheet of a children's club, which passes all rules."""
    found: dict[str, Any] = json.loads((FOLDER / "mebuki_2019_sample.json").read_text(encoding="utf-8"))
    return found | {"form": FORM.id}


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, Any]:
    """A command with --json: exit code and data."""
    capsys.readouterr()
    code = cli.main([*map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out or "null")


# ---- read --------------------------------------------------------------------------------------------------


@settings(SLOW, max_examples=8)
@given(style=styles(), seed=st.integers(0, 10**6))
def test_any_layout_of_the_second_form_reads_the_same(tmp_path: Path, style: Style, seed: int) -> None:
    write_book(tmp_path / "a.xlsx", [sample()], style, seed)
    (found,) = read_records(tmp_path / "a.xlsx")
    assert_same(found, sample())


@settings(SLOW, max_examples=8)
@given(style=styles(budget_typed="text"), seed=st.integers(0, 10**6), record=records(spec=MEBUKI))
def test_any_record_of_the_second_form_reads_the_same(
    tmp_path: Path, style: Style, seed: int, record: dict[str, Any]
) -> None:
    write_book(tmp_path / "a.xlsx", [record], style, seed)
    (found,) = read_records(tmp_path / "a.xlsx")
    assert_same(found, record)


@pytest.mark.parametrize("seed", range(93950, 93954))
def test_without_merged_blocks_a_value_may_stand_beyond_the_last_label(tmp_path: Path, seed: int) -> None:
    style = Style(merge="none", grid=56, jitter=0.7, year_style="bare", first_year="31(元)")
    write_book(tmp_path / "a.xlsx", [sample()], style, seed)
    (found,) = read_records(tmp_path / "a.xlsx")
    assert_same(found, sample())


@pytest.mark.office
def test_saved_again_by_libreoffice_it_reads_the_same(tmp_path: Path, office: Office) -> None:
    filled.write(FORM, [sample()], tmp_path / "a.xlsx")
    office.save_again(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    (found,) = read_records(tmp_path / "b.xlsx")
    assert_same(found, sample())


def plain_sheet(path: Path, record: dict[str, Any]) -> None:
    """The form as somebody would type it in a hurry: no merges, one label a row, figures to the right."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for part in (plain_head, plain_do, plain_see, plain_plan):
        for row in part(record):
            sheet.append(row)
    book.save(path)


Rows = Iterator[list[Any]]
WORDS = {field.name: field.label for field in FORM.fields}


def plain_head(record: dict[str, Any]) -> Rows:
    yield ["令和5年度　事務事業評価シート"]  # the year it is filled in, not the one evaluated
    for name in ("project_id", "project_name", "project_type", "department", "division", "legal_basis"):
        yield [WORDS[name], record[name]]
    for name in ("division_head", "contact_name", "phone"):
        yield [WORDS[name], record[name]]
    for name in ("policy", "measure", "basic_program"):
        yield [WORDS[name], f"({record[name]['code']}) {record[name]['name']}"]
    for name in ("account", "kan", "kou", "moku", "major", "minor"):
        yield [WORDS[f"budget.{name}"], record["budget"][name]]


def plain_do(record: dict[str, Any]) -> Rows:
    yield ["1 現状把握【DO】"]
    yield ["① 事業期間", "□ 単年度のみ", "□ 単年度繰返（　年度～）", "■ 期間限定複数年度（H30年度～R6年度）"]
    yield ["全体計画（千円）"]
    for row in FORM.costs.rows:
        yield [row.label, record["whole_plan"][row.name]]
    for name in ("origin", "outline"):
        yield from plain_text(WORDS[name], record[name])
    yield from plain_text("令和4年度実績", record["activity_actual"])
    yield from plain_text("令和5年度計画", record["activity_plan"])
    yield from plain_table("⑤活動指標", plain_indicators(record["activity_indicators"]), "実績")
    for text, name in (("target", "target_indicators"), ("intent", "outcome_indicators")):
        yield from plain_text(f"②{WORDS[text]}", record[text])
        yield from plain_table(FORM.table(name).label, plain_indicators(record[name]), "実績")
    yield from plain_text("④結果", record["result"])
    yield from plain_text("①事業費の内訳", record["cost_breakdown"])
    rows = [(row.label, None, row.unit, record["costs"][row.name]) for row in FORM.costs.rows]
    yield from plain_table("②コストの推移", rows, "決算")
    for name in ("environment", "reforms", "opinions"):
        yield from plain_text(WORDS[name], record[name])


def plain_text(label: str, text: str) -> Rows:
    yield [label]
    yield [text]


def plain_table(label: str, rows: Iterable[tuple[str, Any, Any, dict[str, Any]]], phase: str) -> Rows:
    names = ["H30年度", "R1年度", "R2年度", "R3年度", "R4年度", "R5年度"]
    yield [label, None, "単位", *(f"{name}（{'計画' if name == 'R5年度' else phase}）" for name in names)]
    for slot, name, unit, values in rows:
        yield [slot, name, unit, *(values.get(str(year)) for year in range(2018, 2024))]


def plain_indicators(given: list[dict[str, Any]]) -> Iterator[tuple[str, Any, Any, dict[str, Any]]]:
    return ((one["slot"], one["name"], one["unit"], one["values"]) for one in given)


def plain_see(record: dict[str, Any]) -> Rows:
    yield ["2 事後評価【SEE】"]
    for question in FORM.questions:
        answer = record["judgements"][question.number]
        yield [f"{question.mark}{question.label}"]
        on = ("■", "□") if answer["flagged"] else ("□", "■")
        yield [f"{on[0]} {question.flagged}", f"{on[1]} {question.other}"]
        yield ["理由" if question.reason == "always" else "余地がある場合⇒", answer["reason"]]
    yield ["評価の総括"]
    for axis in FORM.axes:
        on = ("■", "□") if record["summary"][axis.key] == "適切" else ("□", "■")
        yield [f"{axis.key} {axis.label}", f"{on[0]} 適切", f"{on[1]} 見直し余地あり"]
    yield from plain_text("1次評価結果の総括", record["summary"]["text"])


def plain_plan(record: dict[str, Any]) -> Rows:
    yield ["3 今後の方向性【PLAN】"]
    yield ["成果＼コスト", None, "削減", "維持", "増加"]
    for outcome in FORM.matrix.outcomes:
        ticked = record["matrix"]["cost"] if record["matrix"]["outcome"] == outcome else None
        yield ["成果", outcome, *("●" if cost == ticked else None for cost in FORM.matrix.costs)]
    yield [f"{'■' if d.value in record['directions'] else '□'} {d.value}" for d in FORM.directions]
    yield [record["direction_text"]]
    chosen, text = record["division_head_opinion"]["direction"], record["division_head_opinion"]["text"]
    yield ["課長等意見", *(f"{'☑' if d.value == chosen else '☐'} {d.value}" for d in FORM.directions)]
    yield [None, text]


CODES = {"account": "01", "kan": "03", "kou": "02", "moku": "05", "major": "11", "minor": "12"}
LINES = (("account", "kan", "major"), ("kou", "moku", "minor"))


def codes_beneath(path: Path, typed: dict[str, str], after: list[str | None], *, split: bool) -> None:
    """The plain sheet with two lines of codes beneath their labels, and a row directly beneath them."""
    plain_sheet(path, sample())
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    words = {field.name: field.label for field in FORM.fields}
    top = next(row for row in range(1, 60) if sheet.cell(row, 1).value == words["budget.account"])
    sheet.delete_rows(top, len(CODES))
    block: list[list[str | None]] = []
    for line in LINES:
        parts = [[*(typed.get(name) or "  ")] if split else [typed.get(name)] for name in line]
        labels = [
            [words[f"budget.{name}"], *[None] * (len(part) - 1)]
            for name, part in zip(line, parts, strict=True)
        ]
        block += [[cell for part in row for cell in part] for row in (labels, parts)]
    sheet.insert_rows(top, len(block) + 1)
    for i, row in enumerate([*block, after]):
        for j, value in enumerate(row):
            sheet.cell(top + i, 1 + j).value = (value or "").strip() or None
    book.save(path)


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize(
    "blank", [(), ("moku",), ("account", "kan"), LINES[0], LINES[1], tuple(CODES)], ids=str
)
@pytest.mark.parametrize(
    "after",
    [
        ["財務コード", "77"],
        ["財務コード", "77", "予備", "88"],
        ["所属G", "12"],
        ["1234"],
        [None, "7"],
        [None] * 4 + ["財務係"],
        ["※2桁で記入"],
    ],
    ids=str,
)
def test_the_row_beneath_the_codes_is_never_read_as_a_code(
    tmp_path: Path, after: list[str | None], blank: tuple[str, ...], split: bool
) -> None:
    typed = {name: code for name, code in CODES.items() if name not in blank}
    codes_beneath(tmp_path / "a.xlsx", typed, after, split=split)
    (found,) = read_records(tmp_path / "a.xlsx")
    assert {name: code for name, code in found["budget"].items() if code is not None} == typed


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("blank", [(), LINES[0], LINES[1], ("kou", "moku")], ids=str)
def test_codes_keep_all_their_digits_however_many_the_form_prints(
    tmp_path: Path, blank: tuple[str, ...], split: bool
) -> None:
    codes = {"account": "1", "kan": "488", "kou": "0502", "moku": "7", "major": "110", "minor": "12345"}
    typed = {name: code for name, code in codes.items() if name not in blank}
    codes_beneath(tmp_path / "a.xlsx", typed, ["財務コード", "77"], split=split)
    (found,) = read_records(tmp_path / "a.xlsx")
    assert {name: code for name, code in found["budget"].items() if code is not None} == typed


def test_a_row_of_figures_beneath_codes_beside_their_labels_is_none(tmp_path: Path) -> None:
    plain_sheet(tmp_path / "a.xlsx", sample())
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet = book.worksheets[0]
    words = {field.name: field.label for field in FORM.fields}
    top = next(row for row in range(1, 60) if sheet.cell(row, 1).value == words["budget.account"])
    for i, name in enumerate(CODES):
        sheet.cell(top + i, 2).value = None
        assert sheet.cell(top + i, 1).value == words[f"budget.{name}"]
    sheet.insert_rows(top + len(CODES))
    sheet.cell(top + len(CODES), 1).value = "1234"
    book.save(tmp_path / "a.xlsx")
    (found,) = read_records(tmp_path / "a.xlsx")
    assert not any(found["budget"].values())


def test_codes_stand_a_blank_row_beneath_their_labels(tmp_path: Path) -> None:
    codes_beneath(tmp_path / "a.xlsx", CODES, ["所属G", "12"], split=False)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet = book.worksheets[0]
    rows = [cell.row for row in sheet.iter_rows(max_col=1) for cell in row if cell.value in ("01", "02")]
    for row in sorted(rows, reverse=True):
        sheet.insert_rows(row)
    book.save(tmp_path / "a.xlsx")
    (found,) = read_records(tmp_path / "a.xlsx")
    assert {name: code for name, code in found["budget"].items() if code is not None} == CODES


def test_a_layout_that_no_generator_made(tmp_path: Path) -> None:
    plain_sheet(tmp_path / "a.xlsx", sample())
    (found,) = read_records(tmp_path / "a.xlsx")
    written = sample() | {"group": None, "extension": None}
    written["budget"] = written["budget"] | {"major_name": None, "minor_name": None}
    assert_same(found, written)


Rows = list[list[Any]]


def row_of(rows: Rows, text: str) -> int:
    return next(i for i, row in enumerate(rows) if row[0] and text in str(row[0]))


def beside_costs(rows: Rows, plan: Rows, lower: int) -> None:
    """The whole plan left of the cost table, on its rows or some further down."""
    at = row_of(rows, "コストの推移")
    for i in range(11 + lower):
        left = [*plan[i - lower][:2], None] if i >= lower else [None] * 3
        if i < 11:
            rows[at + i] = [*left, *rows[at + i]]
        else:
            rows.insert(at + i, left)


def right_of_costs(rows: Rows, plan: Rows) -> None:
    at = row_of(rows, "コストの推移")
    for i, line in enumerate(plan):
        rows[at + i] = [*rows[at + i][:9], None, *line[:2]]


def titled_at_the_left(rows: Rows, plan: Rows) -> None:
    at = row_of(rows, "開始のきっかけ")
    rows[at:at] = [[plan[0][0] if i == 0 else None, *line[:2]] for i, line in enumerate(plan[1:])]


def with_units(rows: Rows, plan: Rows) -> None:
    at = row_of(rows, "開始のきっかけ")
    lines = zip(plan[1:], FORM.costs.rows, strict=True)
    rows[at:at] = [plan[0], *([line[0], row.unit, line[1]] for line, row in lines)]


def under_costs(rows: Rows, plan: Rows) -> None:
    at = row_of(rows, "コストの推移") + 11
    rows[at:at] = plan


def over_costs(rows: Rows, plan: Rows) -> None:
    at = row_of(rows, "コストの推移")
    rows[at:at] = plan


@pytest.mark.parametrize(
    "move",
    [
        under_costs,
        over_costs,
        right_of_costs,
        titled_at_the_left,
        with_units,
        functools.partial(beside_costs, lower=0),
        functools.partial(beside_costs, lower=1),
    ],
)
def test_the_whole_plan_is_never_taken_for_the_costs(
    tmp_path: Path, move: Callable[[Rows, Rows], None]
) -> None:
    plain_sheet(tmp_path / "a.xlsx", sample())
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]]
    at = row_of(rows, "全体計画")
    plan = rows[at : at + 11]
    del rows[at : at + 11]
    move(rows, plan)
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(tmp_path / "b.xlsx")
    (found,) = read_records(tmp_path / "b.xlsx")
    assert found["whole_plan"] == sample()["whole_plan"]
    assert found["costs"] == sample()["costs"]


# ---- end to end --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [FIRST, FORM], ids=lambda form: form.id)
@pytest.mark.parametrize("two_sheets", [False, True])
def test_the_blank_form_is_read_as_that_form(tmp_path: Path, form: Form, two_sheets: bool) -> None:
    blank(form, tmp_path / "a.xlsx", 2022, two_sheets=two_sheets)
    (record,) = read_file(tmp_path / "a.xlsx").records
    assert record.form is form
    assert record.fiscal_year == 2022
    assert len(record.settled_years), len(record.planned_years) == (form.years.settled, form.years.planned)


def test_the_sample_passes_all_rules() -> None:
    assert check(from_json(FORM, sample()), Settings()) == []


def test_forms_of_two_years_in_one_folder_make_one_book(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    first = json.loads((FOLDER / "unnan_2017_sample.json").read_text(encoding="utf-8"))
    filled.write(FIRST, [first], folder / "a.xlsx")
    filled.write(FORM, [sample()], folder / "b.xlsx")
    code, report = run(
        capsys, "consolidate", folder, "-o", tmp_path / "out.xlsx", "--data", tmp_path / "data", "--fresh"
    )
    assert (code, report["consolidated"], report["refused"]) == (0, 2, [])
    assert report["totals"]["project_total"]["2022"] == 7500
    judged = (tmp_path / "data" / "judgements.csv").read_text(encoding="utf-8-sig").splitlines()
    topics = [line.split(",")[7] for line in judged[1:]]
    assert topics.count("fairness") == 2
    assert topics.count("similar_projects") == 1
    book = CalamineWorkbook.from_path(str(tmp_path / "out.xlsx"))
    lines = book.get_sheet_by_name("評価").to_python()
    titles = [str(title) for title in next(line for line in lines if "総括" in line) if title]
    assert (
        len([title for title in titles if title.startswith("受益機会")]) == 2
    )  # the judgement and its reason
    assert len(set(titles)) == len(titles)
    code, sums = run(
        capsys, "rollup", tmp_path / "out.xlsx", "--by", "project_id", "--value", "project_total"
    )
    assert [line["amounts"]["2022"] for line in sums["lines"] if line["amounts"].get("2022")] == [7500]


def test_sheets_of_two_forms_in_one_book(tmp_path: Path) -> None:
    """A section that kept last year's sheet on the old form beside the new one."""
    for form, name, json_name in ((FIRST, "a", "unnan_2017"), (FORM, "b", "mebuki_2019")):
        record = json.loads((FOLDER / f"{json_name}_sample.json").read_text(encoding="utf-8"))
        filled.write(form, [record], tmp_path / f"{name}.xlsx")
    books = [open_book(tmp_path / f"{name}.xlsx") for name in "ab"]
    books[1].grids[0].name = "新様式"
    books[0].grids.extend(books[1].grids)
    reading = Reading()
    read_book(books[0], "ab.xlsx", reading)
    assert not reading.refused
    assert sorted(record.form.id for record in reading.records) == ["mebuki_2019", "unnan_2017"]


def test_next_year(tmp_path: Path) -> None:
    filled.write(FORM, [sample()], tmp_path / "a.xlsx")
    rolled = rollover.rollover(tmp_path / "a.xlsx", note="前年度の計画")
    (tmp_path / "b.xlsx").write_bytes(rolled.data)
    (record,) = read_file(tmp_path / "b.xlsx").records
    found, old = to_json(record), sample()
    assert (rolled.kept, found["fiscal_year"]) == ([], 2023)
    assert found["costs"]["general"]["2022"] == old["costs"]["general"]["2022"]
    assert found["costs"]["general"]["2023"] == old["costs"]["general"]["2023"]  # the plan, to compare with
    assert found["whole_plan"] == old["whole_plan"]
    assert found["period"] == old["period"]
    assert found["division_head_opinion"] == {**old["division_head_opinion"], "direction": None}
    assert (found["directions"], found["matrix"]) == ([], None)
    assert {judgement["flagged"] for judgement in found["judgements"].values()} == {None}


# ---- rules -------------------------------------------------------------------------------------------------

ENDED = {
    "directions": ("終了・廃止・休止",), "matrix": (), "summary.A": ("flagged",),
    "judgements.1": ("flagged",), "judgements.1.reason": "国の制度と重なる。",
    "judgements.4": ("other",), "summary.B": ("fine",),
}  # fmt: skip


@pytest.mark.parametrize(
    ("patch", "codes"),
    [
        ({"judgements.5": (), "judgements.5.reason": None}, {"E401", "E403"}),
        ({"judgements.5": (), "judgements.5.reason": None, "project_type": "Ｂ　施設整備"}, set()),
        ({"judgements.8": (), "judgements.8.reason": None, "summary.D": (), "project_type": "B"}, set()),
        ({"judgements.7": (), "judgements.7.reason": None, "project_type": "Ｄ補助金"}, set()),
        ({"judgements.7": (), "judgements.7.reason": None, "project_type": "区分なし"}, {"E401", "E403"}),
        ({"project_type": None}, {"H102"}),
        ({"division_head_opinion.direction": ("現状維持", "改革改善")}, {"F014"}),
        ({"directions": ()}, {"P501"}),
        ({"directions": ("現状維持", "改革改善")}, {"P502", "P503", "P514"}),
        ({"directions": ("現状維持",)}, {"P503", "P514"}),
        ({**ENDED, "judgements.5": ("other",)}, {"P511"}),
        (ENDED, {"P510", "P511"}),
        ({"summary.B": ("fine",)}, {"E406", "P504"}),
        ({"costs.prefectural.2022": 1260}, {"C301"}),
        ({"outcome_indicators.シ.name": None}, {"I201"}),
    ],
)  # fmt: skip
def test_rules_work_through_topics_and_roles(patch: dict[str, Any], codes: set[str]) -> None:
    found = check(from_json(FORM, sample()).with_values(patch), Settings())
    assert {finding.code for finding in found} == codes
    assert all(finding.message("ja") and finding.message("en") for finding in found)


# ---- a third form, as TOML only ----------------------------------------------------------------------------


@pytest.fixture
def forms_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The form files, to which one can be added."""
    folder = tmp_path / "forms"
    shutil.copytree(FOLDER, folder)
    monkeypatch.setattr(forms, "folder", lambda: folder)
    monkeypatch.setattr(fitting, "_RECENT", type(fitting._RECENT)())
    return folder


def variant(folder: Path, changes: dict[str, str], **more: object) -> Form:
    """The first form under another name, with some words changed."""
    text = (folder / "unnan_2017.toml").read_text(encoding="utf-8")
    for old, new in {'id = "unnan_2017"': 'id = "kasumi_2024"', **changes}.items():
        assert old in text
        text = text.replace(old, new)
    head = "".join(f"{name} = {value}\n" for name, value in more.items())
    (folder / "kasumi_2024.toml").write_text(head + text, encoding="utf-8")
    forms._shipped.cache_clear()
    return forms.get("kasumi_2024")


def forget(*names: str) -> None:
    """A form of a test is known no longer."""
    forms.get.cache_clear()
    forms._shipped.cache_clear()
    for name in names:
        forms._KNOWN.pop(name, None)


def test_a_third_form_is_one_file(
    forms_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    third = variant(
        forms_folder, {'label = "一般財源"': 'label = "市の一般財源"', "公平・公正である": "公平である"}
    )
    try:
        filled.write(third, [first_sample()], tmp_path / "c.xlsx")
        filled.write(FIRST, [first_sample()], tmp_path / "a.xlsx")
        for name, form in (("c", third), ("a", forms.get("unnan_2017"))):
            (record,) = read_file(tmp_path / f"{name}.xlsx").records
            assert record.form.id == form.id
            assert_same(to_json(record), first_sample())
            assert "F015" not in {issue.code for issue in record.issues}
        code, report = run(capsys, "form", "check", tmp_path / "c.xlsx")
        assert (code, report["sheets"][0]["form"]) == (0, "kasumi_2024")
    finally:
        forget("kasumi_2024")


@pytest.mark.parametrize(
    ("since", "fiscal_year", "form_id", "reason"),
    [(2024, 2017, "unnan_2017", "year"), (2017, 2017, "kasumi_2024", "newest")],
)
def test_two_forms_that_both_fit_are_told(
    forms_folder: Path, tmp_path: Path, since: int, fiscal_year: int, form_id: str, reason: str
) -> None:
    variant(forms_folder, {'title = "事務事業マネジメントシート"': 'title = "改訂シート"'}, since=since)
    try:
        filled.write(FIRST, [first_sample()], tmp_path / "a.xlsx")
        for _ in range(2):  # whichever form came last
            (record,) = read_file(tmp_path / "a.xlsx").records
            (told,) = [issue for issue in record.issues if issue.code == "F015"]
            assert (record.form.id, told.values["reason"]) == (form_id, reason)
            found = [f.message() for f in check(record, Settings()) if f.code == "F015"]
            assert "改訂シート" in found[0]
    finally:
        forget("kasumi_2024")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('kind = "costs"', 'kind = "cost"', "wrong_value"),
        ('section = "head"', 'section = "heads"', "unknown_section"),
        ('name = "department"', 'nome = "department"', "wrong_value"),
        ('skips = ["5", "8"]', 'skips = ["5", "9"]', "unknown_question"),
        ('axis = "D"', 'axis = "E"', "unknown_axis"),
        ("[years]", "[year]", "unknown_key"),
        ('id = "mebuki_2019"', 'id = "★"', "to_decide"),
        ('label = "結果"', 'label = "結果', "syntax"),
        ('heading = "決算"', "", "wrong_heading"),
    ],
)
def test_a_wrong_form_names_the_line_and_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, reason: str
) -> None:
    text = (FOLDER / "mebuki_2019.toml").read_text(encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    path = tmp_path / "wrong.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FormError) as refused:
        forms.load(path)
    assert refused.value.reason == reason
    assert abs(refused.value.line - line) <= 8  # a part that misses a key is named by its own head
    assert cli.main(["fields", "--form", str(path)]) == 2
    assert f"wrong.toml:{refused.value.line}: " in capsys.readouterr().err


# ---- form show, check, draft -------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [FIRST, FORM], ids=lambda form: form.id)
def test_a_draft_of_a_known_form_is_near_it(tmp_path: Path, form: Form) -> None:
    record = sample() if form is FORM else first_sample()
    filled.write(form, [record], tmp_path / "a.xlsx")
    text = drafting.draft(seeing.see(open_book(tmp_path / "a.xlsx").grids, [FIRST, FORM]))
    with pytest.raises(FormError, match="to_decide"):
        forms.parse(text)
    text = re.sub(r"\n# [^\n]*見出しなら(?:.|\n)*", "", text).replace('id = "★"', 'id = "draft"')
    drafted = forms.parse(text)
    for part in msgspec.structs.fields(form):
        if part.name not in ("id", "since", "layout", "slot_marks"):
            ours, theirs = (msgspec.to_builtins(getattr(f, part.name)) for f in (form, drafted))
            assert ours == theirs, part.name
    (found,) = read_file(tmp_path / "a.xlsx", form=drafted).records
    assert_same(to_json(found), record)


def test_a_draft_of_another_form_marks_what_a_person_decides(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain_sheet(tmp_path / "a.xlsx", sample())
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet = book.worksheets[0]
    for row in sheet.iter_rows(max_col=1):
        if row[0].value == "根拠法令":
            row[0].value = "関係する計画"
    book.save(tmp_path / "b.xlsx")
    target = tmp_path / "city.toml"
    code, data = run(capsys, "form", "draft", tmp_path / "b.xlsx", "-o", target)
    assert code == 0
    text = target.read_text(encoding="utf-8")
    assert (
        data["decide"][0]
        == text.splitlines().index(
            'id = "★"            # 市と年度の名前（例: city_2024）。ファイル名も同じにします'
        )
        + 1
    )
    assert 'label = "関係する計画"' in text
    assert "settled = 5" in text
    assert (
        cli.main(["form", "draft", str(tmp_path / "b.xlsx"), "-o", str(target)]) == 2
    )  # nothing is written over


def test_a_draft_of_an_empty_form_offers_the_nearest_text_for_a_known_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nothing is filled in, a label of other words would pass for the value of the label before it."""
    blank(FORM, tmp_path / "a.xlsx", 2022)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    for cell in (cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row):
        if cell.value == "事務事業名":
            cell.value = "事業の名称"
    book.save(tmp_path / "b.xlsx")
    _, data = run(capsys, "form", "draft", tmp_path / "b.xlsx")
    assert len(data["decide"]) == 2
    assert "「事業の名称」が「事務事業名」なら" in data["toml"]
    assert 'name = "project_name"\nsection = "head"\nlabel = "★"' in data["toml"]


def test_check_names_the_nearest_texts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain_sheet(tmp_path / "a.xlsx", sample())
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet = book.worksheets[0]
    (cell,) = [row[0] for row in sheet.iter_rows(max_col=1) if row[0].value == "根拠法令"]
    cell.value = "根拠となる法令"
    book.save(tmp_path / "a.xlsx")
    code, data = run(capsys, "form", "check", tmp_path / "a.xlsx")
    (missing,) = data["sheets"][0]["missing"]
    assert (code, missing["label"]) == (1, "根拠法令")
    assert missing["near"][0] == {"cell": f"Sheet!{cell.coordinate}", "text": "根拠となる法令"}


def test_show_says_what_every_cell_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filled.write(FORM, [sample()], tmp_path / "a.xlsx")
    code, data = run(capsys, "form", "show", tmp_path / "a.xlsx", "-o", tmp_path / "a.svg")
    (sheet,) = data["sheets"]
    by_text = {fold(cell["text"]): cell for cell in sheet["cells"]}
    assert (code, sheet["form"], sheet["complete"]) == (0, FORM.id, True)
    assert by_text["00417"] | {"cell": ""} == {
        "cell": "",
        "text": "00417",
        "role": "value",
        "name": "project_id",
    }
    assert by_text["根拠法令"]["role"] == "label"
    assert by_text["30年度(決算)"]["role"] == "year"
    assert {table["name"] for table in sheet["tables"]} == {table.name for table in FORM.tables}
    drawn = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "放課後児童クラブ" in drawn
    words = dict.fromkeys(picture.FILLS, "x")
    page = picture.html(seeing.see(open_book(tmp_path / "a.xlsx").grids, [FORM]), "<b>", words)
    assert "&lt;b&gt;" in page


def test_other_papers_have_nothing_of_a_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["買い物", 3])
    book.save(tmp_path / "a.xlsx")
    assert run(capsys, "form", "check", tmp_path / "a.xlsx")[0] == 1
    assert run(capsys, "form", "draft", tmp_path / "a.xlsx") == (
        1,
        {"file": "a.xlsx", "output": None, "decide": [], "toml": ""},
    )
    assert cli.main(["form", "show", str(tmp_path / "nothing.xlsx")]) == 2
    assert cli.main(["form", "show", str(tmp_path / "a.xlsx"), "-o", str(tmp_path / "a.png")]) == 2
