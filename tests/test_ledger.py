"""受付簿: who is missing, double, unknown, what changed since the last run, and what sections are told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evalxl import cli, outputs, reception
from evalxl.identity import BUDGET
from evalxl.reception import Line, Reception
from evalxl.results import FileResult
from evalxl.rules.across import run_year
from evalxl.rules.registry import finding_of
from tests.support import many
from tests.support.books import stored, table
from tests.support.runs import PROJECTS, codes, config, run
from workbook import filled
from workbook.errors import OutputLocked
from workbook.styles import Style

OTHER = {"project_name": "庁内の回線の更新事業", "budget.minor": "02"}
MASTER = (
    PROJECTS
    + "電算セキュリティ対策事業,総務部,情報システム課,1,10,5,50,1,1,内線 1234\n"
    + "庁内の回線の更新事業,総務部,情報システム課,1,10,5,50,1,2,内線 1234\n"
    + "市民相談事業,市民部,市民課,1,2,3,4,1,1,内線 5678\n"
)
WRONG: dict[str, Any] = {**OTHER, "summary.text": None}


def lines_of(output: Path) -> dict[str | None, Line]:
    kept = reception.read(outputs.ledger(output))
    assert kept
    return {line.file: line for line in kept.lines}


def lines(report: Any) -> dict[str, Line]:
    return {line.file or line.project: line for line in report.reception.lines}


# ---- X801 to X804


def test_missing_double_copied_and_unknown_are_told_once_each(tmp_path: Path) -> None:
    sheets = {
        "a.xlsx": {},
        "a2.xlsx": {"outline": "書き直した説明です。"},
        "b.xlsx": OTHER,
        "b2.xlsx": OTHER,
        "c.xlsx": {"project_name": "だれも知らない取組", "budget.minor": "77"},
    }
    report = run(sheets, tmp_path / "集約.xlsx", config(projects=MASTER))
    assert codes(report) == {
        "": ["X801"], "a.xlsx": ["X802"], "a2.xlsx": ["X802"], "b.xlsx": ["X803"], "b2.xlsx": ["X803"],
        "c.xlsx": ["X804"],
    }  # fmt: skip
    assert "市民相談事業" in report.checks[0].message()
    assert "内線 5678" in report.checks[0].message()
    assert report.to_json()["findings"]["error"] == 3


def test_projects_of_one_name_in_one_section_are_counted_one_by_one(tmp_path: Path) -> None:
    names = [{"budget.minor": minor} for minor in ("01", "02", "03")]
    sheets = {f"{number}.xlsx": values for number, values in enumerate(names)}
    rows = "".join(f"電算セキュリティ対策事業,総務部,情報システム課,1,10,5,50,1,{n},\n" for n in (1, 2, 3))
    for master in (None, config(projects=PROJECTS + rows)):
        (section,) = run(sheets, tmp_path / "集約.xlsx", master).reception.sections
        assert (section.submitted, section.ready, section.missing) == (3, 3, 0)


def test_a_few_of_many_copies_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    """A folder that was copied again and again: what is told grows with the files, not with their square."""
    inputs = tmp_path / "in"
    filled.write(many.FORM, [many.record(3)], inputs / "00.xlsx")
    for number in range(1, 20):
        shutil.copyfile(inputs / "00.xlsx", inputs / f"{number:02}.xlsx")
    filled.write(many.FORM, [many.record(3).with_values({"outline": "別の説明です。"})], inputs / "99.xlsx")
    output = tmp_path / "集約.xlsx"
    assert cli.main(["consolidate", str(inputs), "-o", str(output), "--data", str(tmp_path / "表")]) == 1
    findings = pd.read_parquet(tmp_path / "表" / "findings.parquet").query("code in ('X802', 'X803')")
    found = {(row.code, row.file): (row.found, row.message) for row in findings.itertuples()}
    first = "01.xlsx、02.xlsx、03.xlsx、04.xlsx、05.xlsx"
    assert found["X803", "00.xlsx"][0] == first
    assert f"（{first} ほか14件）" in found["X803", "00.xlsx"][1]
    assert found["X803", "03.xlsx"][0] == "00.xlsx、01.xlsx、02.xlsx、04.xlsx、05.xlsx"
    assert found["X802", "00.xlsx"] == (
        "99.xlsx",
        "同じ事業の平成29年度のシートが、違う内容でほかにもあります（99.xlsx）。",
    )
    assert "04.xlsx ほか15件）" in found["X802", "99.xlsx"][1]
    assert len(found) == 20 + 21
    line = lines_of(output)["99.xlsx"]
    assert (line.doubles, line.doubles_more) == ([f"0{n}.xlsx" for n in range(5)], 15)
    remarks = {row["ファイル"]: row["備考"] for row in table(stored(output)["受付簿"])}
    assert "04.xlsx ほか15件" in remarks["99.xlsx"]
    assert f"内容がまったく同じファイルがあります：{first} ほか14件" in remarks["00.xlsx"]


def test_a_code_without_its_zeros_is_the_same_project(tmp_path: Path) -> None:
    """Excel takes 05 for 5 where a code is typed into a cell of numbers."""
    record = many.record(3)
    assert record.text("budget.moku") == "04"
    filled.write(many.FORM, [record], tmp_path / "in" / "a.xlsx")
    shorter = filled.Filled(record.with_values({"budget.moku": "4"}))
    filled.write(many.FORM, [shorter], tmp_path / "in" / "b.xlsx", Style(digits_together=True))
    output = tmp_path / "集約.xlsx"
    assert cli.main(["consolidate", str(tmp_path / "in"), "-o", str(output), "--fail-on", "never"]) == 0
    found = {name: line.status for name, line in lines_of(output).items()}
    assert found == {"a.xlsx": "double", "b.xlsx": "double"}


def test_a_project_of_two_contents_names_the_other_of_each(tmp_path: Path) -> None:
    contents = [{}, {"outline": "書き直した説明です。"}, {"outline": "もう一度直した説明です。"}]
    report = run({f"{n}.xlsx": contents[n % 3] for n in range(9)}, tmp_path / "集約.xlsx")
    found = {
        file.file: row[7] for file in report.files for row in file.sheets[0].findings if row[0] == "X802"
    }
    for number in range(9):
        others = [f"{n}.xlsx" for n in range(9) if n % 3 != number % 3]
        assert found[f"{number}.xlsx"] == "、".join(others[:5])


def test_sections_stand_as_the_organisation_lists_them(tmp_path: Path) -> None:
    found = []
    for number, names in enumerate(
        ["市民部,市民課\n総務部,情報システム課", "総務部,情報システム課\n市民部,市民課"]
    ):
        masters = config(projects=MASTER, organization=f"department,division\n{names}\n")
        report = run({"a.xlsx": {}, "b.xlsx": OTHER}, tmp_path / f"{number}.xlsx", masters)
        found.append([section.division for section in report.reception.sections])
    assert found == [["市民課", "情報システム課"], ["情報システム課", "市民課"]]


def test_a_refused_file_does_not_stand_for_its_project(tmp_path: Path) -> None:
    refused = FileResult("2017_市民部_市民課.xlsx", "/x", "0" * 64, refused=[finding_of("F002")])
    report = run({"a.xlsx": {}, "b.xlsx": OTHER}, tmp_path / "集約.xlsx", config(projects=MASTER), refused)
    assert codes(report) == {"": ["X801"]}
    section = next(s for s in report.reception.sections if s.division == "市民課")
    assert (section.refused, section.missing, section.expected, section.contact) == (1, 1, 1, "内線 5678")


def test_only_projects_that_last_in_the_year_are_asked_for(tmp_path: Path) -> None:
    text = (
        "project_name,division,from_year,to_year\n電算セキュリティ対策事業,情報システム課,,\n"
        "昔の事業,情報システム課,,H28\nこれからの事業,情報システム課,30,\n今の事業,情報システム課,2017,2017\n"
    )
    report = run({"a.xlsx": {}}, tmp_path / "集約.xlsx", config(projects=text))
    assert [finding.values["found"] for finding in report.checks] == ["今の事業"]


def test_a_stray_year_is_not_the_year_that_must_be_complete() -> None:
    assert run_year([2018] * 5 + [2017] * 6) == 2018
    assert run_year([2018] * 9 + [2028]) == 2018


def test_without_a_master_nobody_is_missing_or_unknown(tmp_path: Path) -> None:
    report = run({"a.xlsx": {}, "b.xlsx": OTHER}, tmp_path / "集約.xlsx")
    assert codes(report) == {}
    assert [s.expected for s in report.reception.sections] == [None]


def test_results_can_be_consolidated_again(tmp_path: Path) -> None:
    first = run({"a.xlsx": {}, "a2.xlsx": {}}, tmp_path / "1.xlsx")
    from evalxl.consolidation import consolidate

    again = consolidate(first.files, tmp_path / "2.xlsx")
    assert codes(first)["a.xlsx"] == ["X803"]
    assert len(codes(again)["a.xlsx"]) == 2  # given rows are taken as they are ...
    assert len(first.files[0].sheets[0].findings) == 1  # ... and left as they are


# ---- the state between runs


def test_what_changed_since_the_last_run_goes_by_the_bytes(tmp_path: Path) -> None:
    output = tmp_path / "集約.xlsx"
    first = run({"a.xlsx": {}, "b.xlsx": WRONG, "gone.xlsx": {"budget.minor": "09"}}, output)
    assert {line.change for line in first.reception.lines} == {None}
    assert lines(first)["b.xlsx"].status == "returned"
    assert [item.code for item in lines(first)["b.xlsx"].open] == ["E411"]
    second = run({"a.xlsx": {}, "b.xlsx": OTHER, "new.xlsx": {"budget.minor": "08"}}, output)
    found = {name: (line.change, line.mended, line.status) for name, line in lines(second).items()}
    assert found == {
        "a.xlsx": ("same", 0, "submitted"), "b.xlsx": ("changed", 1, "submitted"),
        "new.xlsx": ("new", 0, "submitted"),
    }  # fmt: skip
    assert second.reception.gone == ["gone.xlsx"]
    rows = {row["ファイル"]: row for row in table(stored(output)["受付簿"])}
    assert rows["b.xlsx"]["前回から"] == "差替え"
    assert "前回の誤り1件が直りました" in rows["b.xlsx"]["備考"]


def test_the_state_is_kept_beside_the_book_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "集約.xlsx"
    kept = run({"a.xlsx": {}}, output).reception
    path = tmp_path / "集約.受付簿.json"
    assert outputs.ledger(output) == path
    assert reception.read(path) == kept
    before = path.read_bytes()

    def locked(*_: object) -> None:
        raise PermissionError(13, "in use")

    monkeypatch.setattr("os.replace", locked)
    with pytest.raises(OutputLocked):
        reception.write(kept, path)
    assert path.read_bytes() == before
    assert {p.name for p in tmp_path.iterdir()} == {"集約.受付簿.json", "集約.xlsx"}


@pytest.mark.parametrize("damage", [b"", b"{", b'{"version": 99}', b'{"lines": 3}'])
def test_a_damaged_state_does_not_stop_a_run(damage: bytes, tmp_path: Path) -> None:
    output = tmp_path / "集約.xlsx"
    outputs.ledger(output).write_bytes(damage)
    with pytest.raises(reception.LedgerError):
        reception.read(outputs.ledger(output))
    assert run({"a.xlsx": {}}, output).reception.compared is None
    assert reception.read(outputs.ledger(output)) is not None


# ---- the sheets of the book


def test_the_book_shows_the_missing_first_with_whom_to_call(tmp_path: Path) -> None:
    output = tmp_path / "集約.xlsx"
    run({"a.xlsx": {}, "b.xlsx": WRONG}, output, config(projects=MASTER))
    rows = table(stored(output)["受付簿"])
    assert [(r["状況"], r["事業名"], r["連絡先"]) for r in rows] == [
        ("未提出", "市民相談事業", "内線 5678"),
        ("差戻し", "庁内の回線の更新事業", "内線 1234"),
        ("提出", "電算セキュリティ対策事業", "内線 1234"),
    ]
    progress = {row["課"]: row for row in table(stored(output)["提出状況"])}
    assert [progress["情報システム課"][k] for k in ("対象事業", "提出", "誤りなし", "差戻し")] == [2, 2, 1, 1]
    assert progress["市民課"]["未提出"] == 1


# ---- status and remind


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    refused = FileResult("だれかの.xlsx", "/x", "0" * 64, refused=[finding_of("F002")])
    sheets = {"a.xlsx": {}, "b.xlsx": WRONG, "b2.xlsx": {**OTHER, "outline": "別の内容の説明です。"}}
    run(sheets, tmp_path / "集約.xlsx", config(projects=MASTER), refused)
    return tmp_path


@pytest.mark.parametrize("name", ["", "集約.xlsx", "集約.受付簿.json"])
def test_status_finds_the_ledger(kept: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["status", str(kept / name)]) == 0
    shown = capsys.readouterr().out
    assert "市民部 市民課" in shown
    assert "だれかの.xlsx" in shown
    assert cli.main(["status", str(kept / name), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert {s["division"]: (s["expected"], s["submitted"], s["missing"]) for s in data["sections"]} == {
        "情報システム課": (2, 2, 0), "市民課": (1, 0, 1),
    }  # fmt: skip
    assert data["fiscal_year"] == 2017


def test_status_without_a_ledger_says_how_to_get_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["status", str(tmp_path)]) == 2
    assert "evalxl consolidate" in capsys.readouterr().err
    (tmp_path / "x.受付簿.json").write_text("{}", "utf-8")
    assert cli.main(["status", str(tmp_path)]) == 2
    assert "x.受付簿.json" in capsys.readouterr().err


def test_remind_writes_one_text_a_section_with_what_is_missing_and_wrong(kept: Path) -> None:
    assert cli.main(["remind", str(kept), "-o", str(kept / "督促")]) == 0
    texts = {path.stem: path.read_bytes().decode("utf-8-sig") for path in (kept / "督促").iterdir()}
    assert set(texts) == {"総務部_情報システム課", "市民部_市民課", "所属不明"}
    assert "市民相談事業（連絡先: 内線 5678）" in texts["市民部_市民課"]
    wrong = texts["総務部_情報システム課"]
    assert "[E411]" in wrong
    assert "[X802]" in wrong
    assert "直し方:" in wrong
    assert "\r\n" in wrong
    assert "電算セキュリティ対策事業" not in wrong  # nothing is wrong with it
    assert "だれかの.xlsx" in texts["所属不明"]


def test_a_letter_of_an_earlier_run_is_not_left_to_be_sent_when_all_is_in(
    kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    letters = kept / "督促"
    assert cli.main(["remind", str(kept), "-o", str(letters)]) == 0
    own = {
        "課内の控え.txt": "だれかの書いたもの",
        "市民部_税務課.txt": "件名: 会議の開催について（市民部税務課）",
    }
    for name, text in own.items():
        (letters / name).write_text(text, "utf-8")
    elsewhere = letters / "昨年の市民課.txt"
    subject = "件名: 平成28年度事務事業評価シートの提出について（市民部市民課）"
    elsewhere.write_text(subject + "\r\n", "utf-8-sig")

    citizens = {"project_name": "市民相談事業", "department": "市民部", "division": "市民課"}
    citizens |= dict(zip((f"budget.{part}" for part in BUDGET), ("1", "2", "3", "4", "1", "1"), strict=True))
    run({"a.xlsx": {}, "b.xlsx": WRONG, "c.xlsx": citizens}, kept / "集約.xlsx", config(projects=MASTER))
    capsys.readouterr()
    assert cli.main(["remind", str(kept), "-o", str(letters), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {path.name for path in letters.iterdir()} == {"総務部_情報システム課.txt", *own, elsewhere.name}
    assert {Path(path).name for path in told["removed"]} == {"市民部_市民課.txt", "所属不明.txt"}
    assert told["others"] == [str(elsewhere)]  # of another year: perhaps of another ledger


def test_a_section_cannot_name_a_file_elsewhere(tmp_path: Path) -> None:
    from evalxl import reminding

    lines = [Line(status="missing", department="../..", division="a/b:c", project="x", due=True)]
    ledger = Reception(output="x", updated="2018-08-01", fiscal_year=2017, lines=lines, sections=[])
    ((name, _),) = reminding.letters(ledger, "ja")
    assert not set(name) & set('/\\:*?"<>|')
    assert not name.startswith(".")
