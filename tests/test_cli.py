"""The command line: what is printed where, exit codes, help, and that staff never see a traceback."""

from __future__ import annotations

import copy
import inspect
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

import evalxl
from evalxl import cli, manual, texts, usage
from evalxl.actions import ACTIONS
from evalxl.annotating import COLUMNS
from evalxl.commands.reference import last_fiscal_year
from evalxl.errors import UsageError
from evalxl.fields import lines as field_lines
from evalxl.rules.words import Lang
from evalxl.texts import Text
from tests.support.layouts import Style, write_book
from tests.support.records import sample
from workbook import form as forms
from workbook.marked import HEAD_ROW

LANGS = ("ja", "en")


def faulty() -> dict[str, Any]:
    """The 2017 sheet with two digits of 事業費計(A) swapped: C301, and C303 for the sum above it."""
    record = copy.deepcopy(sample())
    record["costs"]["project_total"]["2017"] = 8562
    return record


@pytest.fixture(scope="session")
def masters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Books that tests copy: a good one and one with errors."""
    folder = tmp_path_factory.mktemp("books")
    write_book(folder / "good.xlsx", [sample()], Style())
    write_book(folder / "faulty.xlsx", [faulty()], Style(), seed=1)
    return folder


@pytest.fixture
def books(masters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder; ``in`` holds a good book, one with errors, one that is none and a lock file."""
    folder = tmp_path / "in"
    (folder / "総務部").mkdir(parents=True)
    (folder / "総務部" / "電算.xlsx").write_bytes((masters / "good.xlsx").read_bytes())
    (folder / "faulty.xlsx").write_bytes((masters / "faulty.xlsx").read_bytes())
    (folder / "broken.xlsx").write_bytes(b"no workbook")
    (folder / "~$faulty.xlsx").write_bytes(b"\x06" * 165)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The real program, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "evalxl", *arguments],
        env=os.environ | environment,
        capture_output=True,
        check=False,
    )


# ---- exit codes and JSON -----------------------------------------------------------------------------------


def test_a_good_sheet_is_done_with(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["validate", "in/総務部/電算.xlsx", "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert entry.keys() == {"file", "sheet", "form", "findings"}
    assert entry["file"] == "電算.xlsx"
    assert entry["form"] == "unnan_2017"
    assert {finding["code"] for finding in entry["findings"]} >= {"C302", "C311", "I210", "P516"}
    keys = {"code", "severity", "field", "year", "cell", "message", "hint", "found", "expected"}
    assert all(finding.keys() == keys for finding in entry["findings"])
    assert all(finding["cell"].startswith(f"{entry['sheet']}!") for finding in entry["findings"])


@pytest.mark.parametrize(("fail_on", "code"), [("error", 0), ("warning", 1), ("never", 0)])
def test_fail_on_decides_the_exit_code_of_warnings(books: Path, fail_on: str, code: int) -> None:
    assert cli.main(["validate", "in/総務部/電算.xlsx", "--fail-on", fail_on]) == code


@pytest.mark.parametrize(("fail_on", "code"), [("error", 1), ("warning", 1), ("never", 0)])
def test_fail_on_decides_the_exit_code_of_errors(books: Path, fail_on: str, code: int) -> None:
    assert cli.main(["validate", "in/faulty.xlsx", "--fail-on", fail_on]) == code


def test_one_bad_file_does_not_stop_the_others(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["validate", "in", "--json"]) == 1
    captured = capsys.readouterr()
    entries = {entry["file"]: entry for entry in json.loads(captured.out)}
    assert list(entries) == ["broken.xlsx", "faulty.xlsx", "総務部/電算.xlsx"]
    assert [finding["code"] for finding in entries["broken.xlsx"]["findings"]] == ["F001"]
    assert {"C301", "C303"} <= {finding["code"] for finding in entries["faulty.xlsx"]["findings"]}
    assert "~$faulty.xlsx" in captured.err


def test_a_single_refused_file_was_found_and_has_its_finding(
    books: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["validate", "in/broken.xlsx", "--json"]) == 1
    (entry,) = json.loads(capsys.readouterr().out)
    assert (entry["sheet"], entry["form"], len(entry["findings"])) == (None, None, 1)


@pytest.mark.parametrize("command", ["read", "validate", "consolidate"])
@pytest.mark.parametrize("path", ["nowhere", "empty", "in/~$faulty.xlsx"])
def test_nothing_to_read(books: Path, command: str, path: str, capsys: pytest.CaptureFixture[str]) -> None:
    (books / "empty").mkdir()
    output = ["-o", "out.xlsx"] if command == "consolidate" else []
    assert cli.main([command, path, "--json", *output]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert texts.NOTHING.ja in captured.err
    assert not (books / "out.xlsx").exists()


def test_a_path_that_is_missing_among_others_is_refused(
    books: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["validate", "in/nowhere.xlsx", "in/総務部", "--json"]) == 1
    entries = json.loads(capsys.readouterr().out)
    assert [(entry["file"], entry["form"]) for entry in entries] == [
        (str(Path("in/nowhere.xlsx")), None),
        ("電算.xlsx", "unnan_2017"),
    ]


def test_read_prints_records(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["read", "in", "--json"]) == 1
    captured = capsys.readouterr()
    found = {record["file"]: record for record in json.loads(captured.out)}
    assert list(found) == ["faulty.xlsx", "総務部/電算.xlsx"]
    record = found["総務部/電算.xlsx"]
    assert "cells" not in record
    assert record["project_name"] == sample()["project_name"]
    assert record["costs"]["general"]["2017"] == 8652
    assert "F001  broken.xlsx" in captured.err


def test_read_tells_the_cells(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["read", "in/総務部", "--json", "--cells"]) == 0
    (record,) = json.loads(capsys.readouterr().out)
    sheet, _, place = record["cells"]["costs.general.2017"].rpartition("!")
    book = openpyxl.load_workbook("in/総務部/電算.xlsx")
    assert sheet == record["sheet"]
    assert str(book[sheet][place].value).replace(",", "") == "8652"


def test_the_json_of_a_field_list_names_every_part_of_a_record(
    books: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.main(["read", "in/総務部", "--json"])
    (record,) = json.loads(capsys.readouterr().out)
    cli.main(["fields", "--json"])
    names = {line["name"] for line in json.loads(capsys.readouterr().out)}
    beside = {"file", "sheet", "form"}
    assert set(_paths(record)) - beside == names & set(_paths(record))


def _paths(value: Any, path: str = "") -> list[str]:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [name for item in value for name in _paths(item, path)]
    if not isinstance(value, dict):
        return [path]
    keys = ("YEAR" if re.fullmatch(r"\d{4}", key) else key for key in value)
    return [
        name
        for key, part in zip(keys, value.values(), strict=True)
        for name in _paths(part, f"{path}.{key}".lstrip("."))
    ]


def test_consolidate_writes_book_tables_and_report(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["consolidate", "in", "-o", "集約.xlsx", "--data", "表", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report.keys() == {"files", "consolidated", "refused", "findings", "totals", "seconds"}
    assert (report["files"], report["consolidated"]) == (3, 2)
    assert [(refused["file"], refused["code"]) for refused in report["refused"]] == [("broken.xlsx", "F001")]
    assert report["findings"]["error"] >= 3
    assert CalamineWorkbook.from_path("集約.xlsx").sheet_names[0] == "概要"
    assert {path.name for path in Path("表").iterdir()} >= {"costs.csv", "costs.parquet", "files.csv"}


def test_the_outputs_are_no_input_of_the_next_run(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        cli.main(["consolidate", "in", "-o", "in/集約.xlsx", "--json"])
        cli.main(["validate", "in", "--report", "in/指摘.xlsx", "--json"])
    capsys.readouterr()
    cli.main(["consolidate", "in", "-o", "別.xlsx", "--json"])
    captured = capsys.readouterr()
    assert json.loads(captured.out)["files"] == 3
    assert captured.err.count(texts.SKIPPED_OWN.ja.split("{")[0]) >= 3
    assert "集約.xlsx" in captured.err
    assert "指摘.xlsx" in captured.err


def test_only_own_outputs_is_nothing_to_read(books: Path) -> None:
    cli.main(["consolidate", "in", "-o", "out/集約.xlsx"])
    assert cli.main(["validate", "out"]) == 2
    assert cli.main(["consolidate", "out", "-o", "again.xlsx"]) == 2
    assert not Path("again.xlsx").exists()


def test_the_report_is_a_book_for_answers(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = faulty()
    record["project_name"] = '=HYPERLINK("x")'
    write_book("in/faulty.xlsx", [record], Style())
    cli.main(["validate", "in", "--report", "out/指摘.xlsx", "--json"])
    findings = [f for entry in json.loads(capsys.readouterr().out) for f in entry["findings"]]
    sheet = openpyxl.load_workbook("out/指摘.xlsx").active
    assert sheet is not None
    rows = list(sheet.iter_rows(min_row=2))
    gravity = ["error", "warning", "info"]
    assert len({finding["severity"] for finding in findings}) == 3
    findings.sort(key=lambda finding: gravity.index(finding["severity"]))  # in the files' order within each
    assert [row[1].value for row in rows] == [finding["code"] for finding in findings]
    assert all(cell.data_type != "f" for row in rows for cell in row)
    assert str(sheet.cell(1, sheet.max_column).value).startswith("回答")
    assert all(row[-1].value is None for row in rows)
    place = next(row[3] for row in rows if row[1].value == "C301")
    assert place.hyperlink is not None
    assert (place.hyperlink.target or "").replace("\\", "/") == "../in/faulty.xlsx"
    assert place.hyperlink.location == str(place.value).replace("1!", "'1'!", 1)


def test_only_what_should_stand_there_is_shown_as_the_right_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    record = faulty()
    record["judgements"]["8"]["flagged"] = None
    write_book("in/a.xlsx", [record], Style())
    book = openpyxl.load_workbook("in/a.xlsx")
    (cell,) = [c for row in book.active.iter_rows() for c in row if c.value == 16753]  # type: ignore[union-attr]
    cell.value = "別紙"
    book.save("in/a.xlsx")
    cli.main(["validate", "in", "--report", "r.xlsx", "--annotate", "m", "--json"])
    (entry,) = json.loads(capsys.readouterr().out)
    told = {finding["code"]: finding["expected"] for finding in entry["findings"]}
    report, marked = openpyxl.load_workbook("r.xlsx").active, openpyxl.load_workbook("m/a.xlsx")["検証結果"]
    assert report is not None
    lists = {
        "report": {row[1]: row[7] for row in report.iter_rows(min_row=2, values_only=True)},
        "marked": {row[1]: row[6] or None for row in marked.iter_rows(min_row=4, values_only=True)},
    }
    for shown in lists.values():
        assert shown["C301"] == told["C301"] == 8652
        for code in ("C311", "E401", "F012"):  # last year's figure, both boxes, a unit
            assert told[code]
            assert not shown[code]


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_marked_copies_and_the_report_head_the_same_columns_the_same_way(books: Path, lang: Lang) -> None:
    write_book("in/faulty.xlsx", [faulty()], Style())
    cli.main(["validate", "in", "--report", "out/r.xlsx", "--annotate", "out/m", "--lang", lang])
    cli.main(["consolidate", "in", "-o", "out/s.xlsx"])
    report = openpyxl.load_workbook("out/r.xlsx").active
    marked = openpyxl.load_workbook("out/m/faulty.xlsx")[texts.FINDINGS_SHEET.of(lang)]
    with CalamineWorkbook.from_path("out/s.xlsx") as book:
        summary = book.get_sheet_by_name(texts.FINDINGS_SHEET.ja).to_python()
    heads = {name: text.of(lang) for name, text in texts.FINDING_HEADS.items()}
    assert report is not None
    assert [cell.value for cell in report[1]] == [head for name, head in heads.items() if name != "state"]
    row = marked[HEAD_ROW + 1][: len(COLUMNS)]
    assert [cell.value for cell in row] == [head for name, head in heads.items() if name != "file"]
    japanese = {text.ja for text in texts.FINDING_HEADS.values()}
    own = {"部", "課", "事業名", "年度"}
    titled = next(row for row in summary if "コード" in row)
    assert {str(head) for head in titled if head} - own <= japanese


@pytest.mark.parametrize(
    "line",
    ["validate in", "consolidate in -o a.xlsx", "submit in/faulty.xlsx --to out", "rollup in --by 部",
     "report in -o out", "publish in -o out"],
)  # fmt: skip
def test_the_masters_of_the_settings_are_used_by_every_command_that_takes_some(
    books: Path, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("マスター").mkdir()
    Path("マスター/organization.csv").write_text("部,課\n総務部,\n", encoding="utf-8")
    Path("evalxl.toml").write_text("master = 'マスター'\n", encoding="utf-8")
    assert cli.main(line.split()) == 2
    assert "organization.csv の2行目" in capsys.readouterr().err
    Path("別").mkdir()
    Path("別/organization.csv").write_text("部,課\n総務部,情報システム課\n", encoding="utf-8")
    assert cli.main([*line.split(), "--master", "別"]) < 2, "what the command line names comes first"


def test_blank_form_can_be_read_back(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["blank", "-o", "様式.xlsx", "--year", "2018"]) == 0
    assert "様式.xlsx" in capsys.readouterr().out
    assert cli.main(["read", "様式.xlsx", "--json"]) == 0
    (record,) = json.loads(capsys.readouterr().out)
    assert record["fiscal_year"] == 2018
    assert record["project_name"] is None


def test_memory_addresses(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import fsspec

    fsspec.filesystem("memory").pipe_file("/cli/電算.xlsx", Path("in/総務部/電算.xlsx").read_bytes())
    assert cli.main(["validate", "memory://cli", "--json"]) == 0
    assert [entry["file"] for entry in json.loads(capsys.readouterr().out)] == ["電算.xlsx"]


def test_rules_and_fields_print_the_reference(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rules"]) == 0
    assert "C301" in capsys.readouterr().out
    assert cli.main(["rules", "c301", "--lang", "en"]) == 0
    assert "C301" in capsys.readouterr().out
    assert cli.main(["fields"]) == 0
    printed = capsys.readouterr().out
    for line in field_lines(forms.get("unnan_2017")):
        assert line.name in printed
        assert line.label in printed


# ---- streams -----------------------------------------------------------------------------------------------


def test_stdout_is_pure_json_even_where_the_console_is_cp932(books: Path) -> None:
    done = run("validate", "in", "--json", PYTHONIOENCODING="cp932")
    entries = json.loads(done.stdout.decode("utf-8"))
    assert "総務部/電算.xlsx" in {entry["file"] for entry in entries}
    assert b"\r" not in done.stdout
    assert "読み飛ばしました" in done.stderr.decode("cp932")


def test_people_on_cp932_can_read_it(books: Path) -> None:
    printed = run("validate", "in", PYTHONIOENCODING="cp932").stdout.decode("cp932")
    assert re.search(r"誤り C301  faulty.xlsx > .+![A-Z]+\d+", printed)


def test_people_read_where_what_and_how_to_mend(books: Path) -> None:
    printed = run("validate", "in", PYTHONIOENCODING="utf-8").stdout.decode()
    summary, *rest = printed.splitlines()
    assert re.match(r"3ファイル・2シートを検証しました: 誤り \d+件、注意 \d+件、参考 \d+件", summary)
    at = next(number for number, line in enumerate(rest) if line.startswith("誤り C301"))
    assert re.fullmatch(r"誤り C301  faulty.xlsx › .+![A-Z]+\d+", rest[at])
    assert re.match(r"  .*8,562千円", rest[at + 1])
    assert rest[at + 2].startswith("  直し方: ")


def test_english_is_english(books: Path) -> None:
    done = run("validate", "in/faulty.xlsx", "--lang", "en", PYTHONIOENCODING="utf-8")
    printed = done.stdout.decode()
    assert "error C301  faulty.xlsx" in printed
    assert "How to mend it: " in printed
    entries = json.loads(run("--lang=en", "validate", "in/faulty.xlsx", "--json").stdout)
    finding = next(f for f in entries[0]["findings"] if f["code"] == "C301")
    assert finding["message"] in printed
    assert not re.search("[ぁ-ん]", finding["message"])


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    ("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colour_is_for_terminals_and_can_be_refused(
    books: Path, environment: dict[str, str], coloured: bool
) -> None:
    import pty

    ours, theirs = pty.openpty()
    clean = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    subprocess.run(
        [sys.executable, "-m", "evalxl", "validate", "in/総務部/電算.xlsx"],
        env=clean | {"TERM": "xterm"} | environment,
        stdout=theirs,
        check=False,
    )
    os.close(theirs)
    assert (b"\x1b[" in os.read(ours, 1 << 16)) is coloured
    os.close(ours)


def test_no_colour_into_pipes(books: Path) -> None:
    assert b"\x1b[" not in run("validate", "in", TERM="xterm").stdout


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
def test_a_reader_that_has_enough_is_no_error(books: Path) -> None:
    done = subprocess.run(
        f"{shlex.quote(sys.executable)} -m evalxl fields | head -n 1",
        shell=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert done.stderr == b""


def shell(line: str) -> subprocess.CompletedProcess[str]:
    """A line with ``evalxl`` in it, in a shell."""
    program = f"{shlex.quote(sys.executable)} -m evalxl"
    return subprocess.run(
        ["bash", "-c", line.replace("evalxl", program)], capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
@pytest.mark.parametrize("rest", ["", " --json", " --fail-on never"])
def test_the_exit_code_is_that_of_the_checks_however_much_of_them_is_read(books: Path, rest: str) -> None:
    code = run("validate", "in", *rest.split()).returncode
    assert code == (0 if "never" in rest else 1)
    for line in ("evalxl validate in{} | true; exit ${{PIPESTATUS[0]}}", "evalxl validate in{} >&-"):
        done = shell(line.format(rest))
        assert (done.returncode, done.stdout) == (code, "")
        assert "Error" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(
    "line", ["validate in", "validate in --json", "fields", "--help", "rules --help", "--version"]
)
def test_results_that_cannot_be_shown_are_told(books: Path, line: str) -> None:
    for lang in LANGS:
        done = shell(f"evalxl {line} --lang {lang} > /dev/full")
        why = texts.os_words("ENOSPC", lang)
        assert done.returncode == 2
        assert done.stderr.endswith(texts.NOT_SHOWN.of(lang, why=why) + "\n")
        assert "Error" not in done.stderr
    assert shell("evalxl validate in --fail-on never 2> /dev/full").returncode == 0


# ---- help and wrong usage ----------------------------------------------------------------------------------


def test_alone_it_gives_an_overview(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 0
    printed = capsys.readouterr().out
    assert all(re.search(rf"(^| ){name.split()[0]}( |$)", printed, re.MULTILINE) for name in ACTIONS)
    assert len(printed.splitlines()) < 40


@pytest.mark.parametrize("name", [*ACTIONS, ""])
@pytest.mark.parametrize("lang", LANGS)
def test_every_command_explains_itself_in_both_languages(
    name: str, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([*name.split(), "--help", "--lang", lang]) == 0
    printed = capsys.readouterr().out
    assert (texts.USAGE.ja if lang == "ja" else texts.USAGE.en) in printed
    if lang == "ja":
        assert re.search("[ぁ-ん]", printed)
    else:
        assert not re.search("[ぁ-ん]", printed.replace("提出", "").replace("見え方", ""))
    for argument in ACTIONS[name].arguments if name else ():
        assert argument.help.of(lang) in printed  # type: ignore[arg-type]


@pytest.mark.parametrize("command", ACTIONS.values(), ids=lambda command: command.name)
def test_every_command_is_declared_whole(command: Any) -> None:
    assert re.fullmatch(r"[a-z]+( [a-z-]+)?", command.name)
    parameters = list(inspect.signature(command.run).parameters)
    assert parameters[0] == "context"
    assert set(parameters[1:]) == {argument.parameter for argument in command.arguments}
    assert command.examples
    for line, _ in command.examples:
        words = shlex.split(line.partition(" > ")[0])
        named = [manual.PROGRAM, *command.name.split()]
        assert words[: len(named)] == named
        cli.parser(command).parse_intermixed_args(words[len(named) :])


def test_texts_have_the_same_places_in_both_languages() -> None:
    found = [value for value in vars(texts).values() if isinstance(value, Text)]
    found += [*texts.SEVERITY.values(), *texts.OUTPUT.values()]
    assert len(found) > 40
    for text in found:
        assert text.ja.strip()
        assert text.en.strip()
        assert set(re.findall(r"{(\w+)", text.ja)) == set(re.findall(r"{(\w+)", text.en)), text


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("vaildate in", "validate"),
        ("validate in --jsn", "--json"),
        ("validate", "PATH"),
        ("validate in --fail-on sometimes", "warning"),
        ("validate in --jobs 0", "--jobs"),
        ("validate in --report", "--report"),
        ("consolidate in", "-o"),
        ("rules CC301", "C301"),
        ("fields --form unnan_2071", "unnan_2017"),
        ("fields --config nowhere.toml", "nowhere.toml"),
        ("validate ''", "."),
        ("validate in ' '", "."),
        ("validate in --master ''", "--master"),
        ("consolidate in -o ''", "-o"),
        ("consolidate in -o out.xlsx --scheduler foo", "tcp://"),
        ("consolidate in -o out.xlsx --scheduler ''", "tcp://"),
    ],
)
@pytest.mark.parametrize("lang", LANGS)
def test_wrong_usage_says_what_was_meant(
    books: Path, line: str, told: str, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([*shlex.split(line), "--lang", lang]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert told in captured.err
    assert bool(re.search("[ぁ-ん]", captured.err)) is (lang == "ja")


def test_what_argparse_may_say_else_is_passed_on() -> None:
    error = usage.translated("something new", "read", [])
    assert isinstance(error, UsageError)
    assert "something new" in error.text.of("ja", **error.values)


def test_options_may_stand_anywhere(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for line in (
        "--json validate in",
        "validate --json in",
        "validate in --json",
        "validate in --json in/総務部",
    ):
        cli.main(line.split())
        assert isinstance(json.loads(capsys.readouterr().out), list)


def test_settings_are_found_and_obeyed(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("evalxl.toml").write_text('[rules]\noff = ["C301", "C303"]\n', encoding="utf-8")
    cli.main(["validate", "in/faulty.xlsx", "--json"])
    (entry,) = json.loads(capsys.readouterr().out)
    assert not {"C301", "C303"} & {finding["code"] for finding in entry["findings"]}
    Path("evalxl.toml").write_text("[rules]\nof = []\n", encoding="utf-8")
    assert cli.main(["validate", "in/faulty.xlsx"]) == 2
    assert "off" in capsys.readouterr().err


def test_a_mistake_of_ours_is_told_politely(
    books: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("見本")

    monkeypatch.setattr("evalxl.show.validation", broken)
    assert cli.main(["validate", "in"]) == 2
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert "--debug" in told
    with pytest.raises(RuntimeError):
        cli.main(["validate", "in", "--debug"])


def test_a_form_file_may_be_given(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shipped = Path(forms.__file__).parent / "forms" / "unnan_2017.toml"
    Path("own.toml").write_text(shipped.read_text(encoding="utf-8").replace('"unnan_2017"', '"own"'), "utf-8")
    assert cli.main(["validate", "in/総務部", "--form", "own.toml", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["form"] == "own"
    Path("own.toml").write_text('id = "own"\n', "utf-8")
    assert cli.main(["validate", "in/総務部", "--form", "own.toml"]) == 2
    assert "own.toml:1" in capsys.readouterr().err


@pytest.mark.slow
def test_the_demo_finds_what_it_planted(tmp_path: Path) -> None:
    done = run("demo", str(tmp_path / "見本"), "--json")
    assert done.returncode == 0, done.stderr.decode()
    account = json.loads(done.stdout)
    assert account["planted"] == account["found"] > 30
    assert account["missed"] == account["unexpected"] == []
    for name in ("summary", "report", "data", "rollup", "reminders", "papers", "pages", "ledger", "masters"):
        assert Path(account[name]).exists()
    assert list(Path(account["papers"]).glob("*.xlsx"))
    assert len(list((Path(account["pages"]) / "projects").glob("*.html"))) > 100
    assert len(list(Path(account["reminders"]).iterdir())) > 5
    assert account["consolidated"]["consolidated"] > 200
    assert {refused["code"] for refused in account["consolidated"]["refused"]} >= {
        "F001",
        "F002",
        "F003",
        "F004",
    }


# ---- the library -------------------------------------------------------------------------------------------


def test_the_library_gives_what_the_command_line_prints(
    books: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.main(["read", "in", "--json"])
    printed = json.loads(capsys.readouterr().out)
    with pytest.warns(UserWarning, match=r"broken\.xlsx"):
        assert evalxl.read("in") == printed
    cli.main(["validate", "in", "--json"])
    assert evalxl.validate([Path("in")]) == json.loads(capsys.readouterr().out)
    for _ in range(2):
        report = evalxl.consolidate("in", "集約.xlsx", data="表")
        assert report["consolidated"] == 2
    assert capsys.readouterr() == ("", "")
    with pytest.raises(FileNotFoundError):
        evalxl.read("nowhere")


@pytest.mark.parametrize(
    "asked",
    [
        lambda: evalxl.read("in", form="nothing"),
        lambda: evalxl.rollup("in", "nothing"),
        lambda: evalxl.validate("in", previous="nowhere"),
        lambda: evalxl.consolidate("in", "in/faulty.xlsx"),
    ],
    ids=["form", "field", "last year", "its own output"],
)
def test_what_the_library_cannot_do_is_an_error_of_pythons_own(
    asked: Callable[[], object], books: Path
) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        asked()


def test_last_fiscal_year() -> None:
    from datetime import date

    assert last_fiscal_year(date(2018, 4, 1)) == 2017
    assert last_fiscal_year(date(2018, 3, 31)) == 2016


def test_the_second_word_alone_is_understood_as_a_slip(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["yoy", "1", "2"]) == 2
    assert "calc yoy" in capsys.readouterr().err
