"""Next year's book from this year's: years, figures, ticks; what must stay, stays."""

from __future__ import annotations

import io
import json
import time
import warnings
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evalxl.cli import main
from tests.support import hostile, rich
from tests.support.drawn import How, draw
from tests.support.layouts import Style, sample, styles, write_book
from tests.support.office import Office
from tests.support.records import records
from workbook import blank, filled
from workbook import form as forms
from workbook.annotate import Mark, annotate
from workbook.errors import Refused, Unchangeable
from workbook.next_year import moved_on, next_name, next_number, pinned
from workbook.parts import Book, place, quoted
from workbook.read import read_file
from workbook.record import Record
from workbook.rollover import GREY, Rolled, rollover

FORM = forms.get("unnan_2017")
NOTE = "灰色は前年度の計画です。"
SLOW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def rolled(path: Path, name: str = "rolled.xlsx") -> tuple[Rolled, list[Record]]:
    done = rollover(path, note=NOTE)
    target = path.with_name(name)
    target.write_bytes(done.data)
    reading = read_file(target)
    assert not reading.refused
    return done, reading.records


def is_figure(key: str) -> bool:
    return key.split(".")[0] == "costs" or ".values." in key


def expected(old: Record) -> dict[str, Any]:
    """What next year's sheet says: figures without the first year, no ticks but the project's own."""
    first = str(min(old.years))
    kept = {choice.name for choice in FORM.choices}
    said: dict[str, Any] = {}
    for key, value in old.values.items():
        if is_figure(key) and key.endswith(f".{first}"):
            continue
        said[key] = () if isinstance(value, tuple) and key not in kept else value
    return said


def spot(record: Record, key: str) -> tuple[str, tuple[int, int]]:
    sheet, _, cell = record.cells[key].rpartition("!")
    found = place(f"{quoted(sheet)}!{cell}")
    assert found is not None
    return found


def assert_rolled(old: Record, new: Record) -> None:
    assert new.fiscal_year == old.fiscal_year + 1
    assert new.years == tuple(year + 1 for year in old.years)
    said = {k: v for k, v in new.values.items() if not (is_figure(k) and k.endswith(f".{max(new.years)}"))}
    assert said == expected(old)
    planned = [k for k in new.values if is_figure(k) and k.endswith(f".{max(new.years)}")]
    assert planned
    assert all(new.values[key] is None for key in planned)


# ---- years -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "year", "moved"),
    [
        ("27年度(実績)", 2015, "28年度(実績)"),
        ("２７年度\n（決算）", 2015, "２８年度\n（決算）"),
        ("平成29年度", 2017, "平成30年度"),
        ("平成30年度", 2018, "令和元年度"),
        ("平成31(令和元)年度", 2019, "令和2年度"),
        ("30年度", 2018, "31(元)年度"),
        ("31(元)年度(計画)", 2019, "令和2年度(計画)"),
        ("31年度", 2019, "令和2年度"),
        ("元年度", 2019, "2年度"),
        ("令和元年度", 2019, "令和2年度"),
        ("5年度", 2023, "6年度"),
        ("H30決算", 2018, "R1決算"),
        ("Ｈ２９", 2017, "Ｈ３０"),
        ("R元年度", 2019, "R2年度"),
        ("2017年度(実績)", 2017, "2018年度(実績)"),
        ("平 成 29 年 度", 2017, "平 成 30 年 度"),
        ("（平成29年度実績の評価）", 2017, "（平成30年度実績の評価）"),
    ],
)
def test_years_move_on_in_their_own_notation(text: str, year: int, moved: str) -> None:
    assert moved_on(text, {year}) == moved


@pytest.mark.parametrize(
    "text",
    [
        "5年前と比べて",
        "29人",
        "第29回",
        "29",
        "16年度～",
        "電話 0000-29-2017",
        "H290",
        "平成元年から",
        "100年度",
        "29年後",
    ],
)
def test_what_is_no_year_of_the_sheet_stays(text: str) -> None:
    assert moved_on(text, {2015, 2016, 2017, 2018, 2023}) == text


@given(st.integers(1990, 2090), st.sampled_from(["{}年度(実績)", "平成{}年度", "H{}", "{}"]))
def test_every_year_moves_on_by_one(year: int, shape: str) -> None:
    from workbook.notation import fold, year_candidates

    number = year - (1988 if year < 2019 and shape != "{}" else 2018 if shape != "{}" else 0)
    era = "令和" if year >= 2019 else "平成"
    text = shape.replace("平成", era).replace("H", "R" if year >= 2019 else "H").format(number)
    new = moved_on(text, {year}, bare=True)
    said = fold(new).removesuffix("(実績)")
    assert year + 1 in year_candidates(said)


def test_numbers_as_headings() -> None:
    years = {2016, 2017, 2018, 2019}
    assert [next_number(number, years) for number in (28, 30, 31, 2018, 7)] == [29, 31, 2, 2019, 7]


def test_a_start_gets_its_era_where_the_next_year_would_read_it_otherwise() -> None:
    assert pinned("（元年度～）", 2018) == "（平成元年度～）"
    assert pinned("（元年度～）", 2017) == "（元年度～）"
    assert pinned("（16年度～28年度）", 2017) == "（16年度～28年度）"


@pytest.mark.parametrize(
    ("stem", "year", "new"),
    [
        ("2017_総務部_電算", 2017, "2018_総務部_電算"),
        ("平成29年度評価シート", 2017, "平成30年度評価シート"),
        ("H29電算", 2017, "H30電算"),
        ("H30電算", 2018, "R1電算"),
        ("H30評価（H29実績）", 2017, "R1評価（H30実績）"),
        ("電算", 2017, "電算_2018年度"),
        ("20170531電算", 2017, "20170531電算_2018年度"),
        ("第2017号", 2017, "第2018号"),
    ],
)
def test_names_of_files(stem: str, year: int, new: str) -> None:
    assert next_name(stem, year) == new


# ---- whole books -------------------------------------------------------------------------------------------


@SLOW
@given(style=styles(), seed=st.integers(0, 10**6), record=st.one_of(st.just(sample()), records()))
def test_any_layout_rolls_over(
    tmp_path_factory: pytest.TempPathFactory, style: Style, seed: int, record: dict[str, Any]
) -> None:
    path = tmp_path_factory.mktemp("roll") / "a.xlsx"
    write_book(path, [record], style, seed)
    (old,) = read_file(path).records
    done, (new,) = rolled(path)
    assert done.kept == []
    assert_rolled(old, new)


def test_over_the_change_of_era_year_after_year(tmp_path: Path) -> None:
    path = tmp_path / "0.xlsx"
    write_book(path, [sample()], Style())
    for number in range(1, 6):
        _, (new,) = rolled(path, f"{number}.xlsx")
        path = tmp_path / f"{number}.xlsx"
        assert new.fiscal_year == 2017 + number
        assert not [issue for issue in new.issues if issue.code == "F009"]


def test_a_tick_is_never_taken_for_a_start_year(tmp_path: Path) -> None:
    """On a sheet of 2018 a bare 1 would be pinned to 平成, and TRUE is stored as 1."""
    record = json.loads(json.dumps(sample()).replace('"2018"', '"2019"').replace('"2017"', '"2018"').replace(
        '"2016"', '"2017"').replace('"2015"', '"2016"'))  # fmt: skip
    record |= {"fiscal_year": 2018, "period": {"kind": "single_year", "start_year": None, "end_year": None}}
    path = tmp_path / "a.xlsx"
    write_book(path, [record], Style(tick="bool", place_period="front"))
    (old,) = read_file(path).records
    done, (new,) = rolled(path)
    assert done.kept == []
    assert new.ticked("period") == old.ticked("period") == ("single_year",)


def test_several_projects_in_a_book(tmp_path: Path) -> None:
    other = sample() | {"project_name": "別の事業"}
    write_book(tmp_path / "a.xlsx", [sample(), other], Style())
    old = read_file(tmp_path / "a.xlsx").records
    done, new = rolled(tmp_path / "a.xlsx")
    assert (done.sheets, len(new)) == (2, 2)
    for before, after in zip(old, new, strict=True):
        assert_rolled(before, after)


def test_labels_and_titles_move_on_and_the_input_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    filled.write(FORM, [sample()], path)
    before = path.read_bytes()
    rolled(path)
    assert path.read_bytes() == before
    texts = {str(cell.value) for row in loaded(tmp_path / "rolled.xlsx").worksheets[0] for cell in row}
    assert "（30年度実績の評価）" in texts
    assert "30年度実績（30年度に行った主な活動）" in texts
    assert not any("27年度" in text for text in texts)


def loaded(path: Path) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path)


def test_last_plan_and_texts_are_grey_and_the_plan_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_book(path, [sample()], Style())
    _, (new,) = rolled(path)
    book = loaded(tmp_path / "rolled.xlsx")

    def colour(key: str) -> str:
        sheet, (row, column) = spot(new, key)
        shade = book[sheet].cell(row + 1, column + 1).font.color
        return str(shade.rgb) if shade is not None and shade.type == "rgb" else ""

    assert new["activity_indicators.ア.values.2018"] == 888
    for key in ("activity_indicators.ア.values.2018", "environment", "judgements.4.reason", "direction_text"):
        assert colour(key) == f"FF{GREY}", key
    for key in ("activity_indicators.ア.values.2017", "project_name", "measure.name"):
        assert colour(key) != f"FF{GREY}", key
    notes = Book.open(tmp_path / "rolled.xlsx").notes(new.sheet).texts()
    assert NOTE in notes.values()


def test_formulas_stay_and_their_results_move_along(tmp_path: Path, office: Office) -> None:
    """The stored results are those that a real calculation gives."""
    path, target = tmp_path / "a.xlsx", tmp_path / "rolled.xlsx"
    blank.blank(FORM, path, 2017, rates=dict.fromkeys(range(2015, 2020), 4000))
    (empty,) = read_file(path).records
    given_values = {
        f"costs.{row}.{year}": 100 * number + year % 100
        for number, row in enumerate(("national", "general", "work_hours"))
        for year in (2015, 2016, 2017, 2018)
    }
    changes = []
    for key, value in given_values.items():
        sheet, _, cell = empty.cells[key].rpartition("!")
        changes.append((sheet, cell, value))
    from workbook.grid import spot_of

    book = Book.open(path)
    for sheet, cell, value in changes:
        book.sheet(sheet).put(spot_of(cell), value)
    book.save(path)
    calculated = office.save_again(path, tmp_path / "calculated.xlsx")
    (old,) = read_file(calculated).records
    assert old["costs.project_total.2016"] is not None
    done, (new,) = rolled(calculated, target.name)
    assert new["costs.project_total.2016"] == old["costs.project_total.2016"]
    assert new["costs.project_total.2019"] is None
    sheet, _, cell = new.cells["costs.project_total.2018"].rpartition("!")
    row, column = spot_of(cell)
    truth = office.read(target)[sheet]
    assert truth.is_formula(row, column)
    assert truth.values[row][column] == new["costs.project_total.2018"] == old["costs.project_total.2018"]
    assert b'fullCalcOnLoad="1"' in rich.parts(target)["xl/workbook.xml"]
    assert done.kept == []


def test_unchanged_parts_keep_their_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_book(path, [sample()], Style())
    rolled(path)
    before, after = rich.parts(path), rich.parts(tmp_path / "rolled.xlsx")
    changed = {name for name in before if before[name] != after.get(name)}
    assert all(name.startswith("xl/worksheets/") or name in (
        "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml") for name in changed)  # fmt: skip
    assert "xl/sharedStrings.xml" not in changed


@pytest.mark.parametrize(
    "how",
    [
        How(),
        How(parts="ctrlprop"),
        How(parts="vml"),
        How(link="here"),
        How(captions="vml"),
        How(kind="option"),
    ],
    ids=["both", "ctrlProp", "vml", "linked", "captions", "option"],
)
def test_drawn_ticks_are_cleared(tmp_path: Path, how: How) -> None:
    write_book(tmp_path / "typed.xlsx", [sample()], Style())
    draw(tmp_path / "typed.xlsx", tmp_path / "a.xlsx", how)
    (old,) = read_file(tmp_path / "a.xlsx").records
    assert old.flagged("4") is True
    done, (new,) = rolled(tmp_path / "a.xlsx")
    assert done.kept == []
    assert not any(new.ticked(key) for key in new.values if key.startswith(("judgements", "summary", "dir")))
    assert new.ticked("period") == old.ticked("period")


def test_ovals_are_told_not_passed_over(tmp_path: Path) -> None:
    """What is drawn by hand may mean anything: it stays, and the cell is named."""
    write_book(tmp_path / "typed.xlsx", [sample()], Style())
    draw(tmp_path / "typed.xlsx", tmp_path / "a.xlsx", How(ovals=True))
    (old,) = read_file(tmp_path / "a.xlsx").records
    assert old.ticked("matrix")
    done, (new,) = rolled(tmp_path / "a.xlsx")
    assert new.ticked("matrix")
    assert done.kept == [new.cells["matrix"]]


def test_marks_of_an_earlier_check_are_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_book(path, [sample()], Style())
    (old,) = read_file(path).records
    mark = Mark("error", "C301", "x", cell=old.cells["costs.general.2017"], sheet=old.sheet)
    from evalxl.annotating import words

    plain, _ = rolled(path)
    path.write_bytes(annotate(path.read_bytes(), [mark], words("ja")).data)
    done, (new,) = rolled(path)
    assert_rolled(old, new)
    assert Book(done.data).sheet_names() == Book(plain.data).sheet_names()


def test_what_is_no_sheet_is_refused(tmp_path: Path) -> None:
    rich.write(tmp_path / "other.xlsm")
    with pytest.raises(Refused):
        rollover(tmp_path / "other.xlsm", note=NOTE)
    (tmp_path / "text.xlsx").write_bytes(b"text")
    with pytest.raises(Unchangeable):
        rollover(tmp_path / "text.xlsx", note=NOTE)


# ---- commands ----------------------------------------------------------------------------------------------


def test_the_command_names_files_for_the_new_year(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("総務部/2017_電算.xlsx", "市民部/窓口.xlsx"):
        (tmp_path / "提出" / name).parent.mkdir(parents=True)
        write_book(tmp_path / "提出" / name, [sample()], Style())
    assert run("rollover", tmp_path / "提出", "-o", tmp_path / "次", "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert [item["fiscal_year"] for item in data] == [2018, 2018]
    names = sorted(str(path.relative_to(tmp_path / "次")) for path in (tmp_path / "次").rglob("*.xlsx"))
    assert names == ["市民部/窓口_2018年度.xlsx", "総務部/2018_電算.xlsx"]


def test_an_existing_file_is_not_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_book(tmp_path / "2017.xlsx", [sample()], Style())
    target = tmp_path / "out" / "2018.xlsx"
    target.parent.mkdir()
    target.write_bytes(b"mine")
    assert run("rollover", tmp_path / "2017.xlsx", "-o", tmp_path / "out") == 1
    assert target.read_bytes() == b"mine"
    assert f"同じ名前の別のファイルがあります: {target}" in capsys.readouterr().out


def test_running_twice_does_no_harm_and_is_no_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_book(tmp_path / "2017.xlsx", [sample()], Style())
    (tmp_path / "projects.csv").write_text(
        "project_name,department,division\n窓口,市民部,市民課\n相談,市民部,市民課\n", encoding="utf-8"
    )
    rolling = ("rollover", tmp_path / "2017.xlsx", "-o", tmp_path / "次")
    distributing = ("distribute", "--master", tmp_path, "-o", tmp_path / "配布", "--year", 2017)
    for line, folder in ((rolling, "次"), (distributing, "配布")):
        assert run(*line) == 0
        before = {path: path.read_bytes() for path in (tmp_path / folder).iterdir()}
        monkeypatch.setattr("time.localtime", lambda *_: time.gmtime(2_000_000_000))  # another day
        capsys.readouterr()
        assert run(*line) == 0
        assert capsys.readouterr().out.count("同じ内容のファイルがすでにあります") == len(before)
        assert {path: path.read_bytes() for path in (tmp_path / folder).iterdir()} == before
        monkeypatch.undo()
    with zipfile.ZipFile(next(iter(before))) as form:
        assert b"<dcterms:" not in form.read("docProps/core.xml")
    filled_in = tmp_path / "配布" / "2017_市民部_市民課_窓口.xlsx"
    book = Book(filled_in.read_bytes())
    book.sheet(book.sheet_names()[0]).put((60, 60), 1)
    filled_in.write_bytes(kept := book.to_bytes())
    assert run(*distributing) == 1
    assert f"同じ名前の別のファイルがあります: {filled_in}" in capsys.readouterr().out
    assert filled_in.read_bytes() == kept


def test_what_cannot_be_rolled_over_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_book(tmp_path / "a.xlsx", [sample()], Style())
    rich.write(tmp_path / "other.xlsm")
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert run("rollover", tmp_path, "-o", tmp_path / "out") == 1
    out = capsys.readouterr().out
    assert (
        "other.xlsm（評価シートとして読み取れません（F003）。evalxl validate で理由を確かめてください）"
        in out
    )
    assert "old.xls（.xlsx か .xlsm のファイルではありません" in out
    assert (tmp_path / "out" / "a_2018年度.xlsx").exists()


def test_a_file_that_breaks_the_program_is_told_and_the_rest_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.xlsx", "z.xlsx"):
        write_book(folder / name, [sample()], Style())
    (folder / "b.xlsx").symlink_to(tmp_path / "ない.xlsx")
    noted = Book((folder / "a.xlsx").read_bytes())
    noted.notes(noted.sheet_names()[0]).put((0, 0), "確認済み", "企画課")
    parts = hostile.unpack(noted.to_bytes())
    (comments,) = (name for name in parts if "comments" in name)
    parts[comments] = parts[comments].replace(b'ref="A1"', b'ref="?"')
    (folder / "c.xlsx").write_bytes(hostile.pack(parts))
    assert run("rollover", folder, "-o", tmp_path / "out", "--json") == 1
    told = {item["file"]: item["reason"] for item in json.loads(capsys.readouterr().out)}
    assert told == {"a.xlsx": None, "b.xlsx": "unreadable", "c.xlsx": "broken", "z.xlsx": None}
    assert run("unmark", folder, "-o", tmp_path / "plain", "--json") == 1
    assert json.loads(capsys.readouterr().out)[1]["reason"] == "unreadable"


def test_a_project_that_does_not_fit_is_told_and_the_others_get_their_forms(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["一つめ", "長" * 33_000, "三つめ"]
    rows = "".join(f"{name},総務部,情報課{number}\n" for number, name in enumerate(names))
    (tmp_path / "projects.csv").write_text(f"project_name,department,division\n{rows}", encoding="utf-8")
    run("distribute", "--master", tmp_path, "-o", tmp_path / "out", "--year", 2017, "--json")
    assert [item["reason"] for item in json.loads(capsys.readouterr().out)] == [None, "too_long", None]


def test_every_project_gets_its_form(tmp_path: Path) -> None:
    master = tmp_path / "マスター"
    master.mkdir()
    (master / "projects.csv").write_text(
        "project_id,project_name,department,division,measure,account,kan,kou,moku,major,minor,contact\n"
        "A1,電算/保守,総務部,情報課,05,01,10,05,50,01,01,見本 一郎\n"
        "A2,=1+1,総務部,情報課,05,01,10,05,50,01,02,総務係 中野（0000-00-0001）\n"
        "A3,=1+1,総務部,情報課,05,01,10,05,50,01,03,\n",
        encoding="utf-8",
    )
    (master / "policies.csv").write_text(
        "level,code,parent,name\npolicy,I,,まちづくり\nmeasure,05,I,行政サービス\n", encoding="utf-8"
    )
    out = tmp_path / "配布"
    assert run("distribute", "--master", master, "-o", out, "--year", 2017) == 0
    names = sorted(path.name for path in out.iterdir())
    assert names == [
        "2017_総務部_情報課_=1+1.xlsx", "2017_総務部_情報課_=1+1_A3.xlsx", "2017_総務部_情報課_電算保守.xlsx",
    ]  # fmt: skip
    (record,) = read_file(out / names[2]).records
    assert record.fiscal_year == 2017
    assert record["project_name"] == "電算/保守"
    assert (record["policy.code"], record["policy.name"]) == ("I", "まちづくり")
    assert (record["measure.code"], record["measure.name"]) == ("05", "行政サービス")
    assert [record[f"budget.{name}"] for name in ("account", "kan", "kou", "moku", "major", "minor")] == [
        "01", "10", "05", "50", "01", "01",
    ]  # fmt: skip
    assert record["contact_name"] == "見本 一郎"
    (called,) = read_file(out / names[0]).records
    assert (called["contact_name"], called["phone"]) == ("総務係 中野", "0000-00-0001")
    name = openpyxl.load_workbook(out / names[0]).active[called.cells["contact_name"].partition("!")[2]]  # type: ignore[index]
    assert name.alignment.shrink_to_fit  # a long name is not cut off
    assert run("distribute", "--master", master, "-o", out, "--year", 2017) == 0  # they stay


def test_no_two_projects_get_one_name_whatever_the_case_and_the_length(tmp_path: Path) -> None:
    long = "長い名前の事業" * 20
    projects = ["ABC事業", "abc事業", "ＡＢＣ事業", "同じ", "同じ_7", "同じ", long, long]
    heads = "project_name,department,division,account,kan,kou,moku,major,minor\n"
    rows = "".join(f"{name},総務部,情報課,1,2,3,4,5,{minor}\n" for minor, name in enumerate(projects))
    (tmp_path / "projects.csv").write_text(heads + rows, encoding="utf-8")
    out = tmp_path / "配布"
    assert run("distribute", "--master", tmp_path, "-o", out, "--year", 2017) == 0
    names = [path.name.casefold() for path in out.iterdir()]
    assert len(set(names)) == len(names) == len(projects)


def test_zip_of_a_rolled_book_is_sound(tmp_path: Path) -> None:
    write_book(tmp_path / "a.xlsx", [sample()], Style())
    done, _ = rolled(tmp_path / "a.xlsx")
    with zipfile.ZipFile(io.BytesIO(done.data)) as book:
        assert book.testzip() is None
