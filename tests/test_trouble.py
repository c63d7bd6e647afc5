"""What goes wrong for a new user, with every command: told in the language asked for; nothing is written."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from evalxl import cli
from evalxl.rules.words import Lang
from tests.support import hostile, many
from workbook import filled
from workbook.record import to_json

READERS = [
    "read in", "validate in", "validate in --report out.xlsx", "validate in --annotate out",
    "consolidate in -o out.xlsx --data out", "rollup in --by 部 -o out.xlsx", "publish in -o out",
    "report in -o out", "rollover in -o out", "submit in/a.xlsx --to out", "tables in -o out",
]  # fmt: skip
"""Commands that read sheets."""
WITH_MASTERS = [line for line in READERS if line.split()[0] in
                ("validate", "consolidate", "rollup", "publish", "report", "submit")]  # fmt: skip
OTHERS = ["status in", "remind in -o out", "distribute --master in -o out", "form check in/a.xlsx"]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("book") / "a.xlsx"
    filled.write(many.FORM, [to_json(many.record(0))], path)
    return path.read_bytes()


@pytest.fixture
def place(book: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a good sheet in ``in``."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.xlsx").write_bytes(book)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(params=["ja", "en"])
def lang(request: pytest.FixtureRequest) -> Lang:
    found: Lang = request.param
    return found


Told = Callable[..., str]


@pytest.fixture
def told(lang: Lang, capsys: pytest.CaptureFixture[str]) -> Told:
    """Run a line that is no use, and give what is said: in one language, without a trace of the program."""

    def run(line: str, code: int = 2) -> str:
        before = sorted(Path().rglob("*"))
        capsys.readouterr()
        assert cli.main([*line.split(), "--lang", lang]) == code
        out, err = capsys.readouterr()
        said = out + err
        assert "Traceback" not in said
        assert sorted(Path().rglob("*")) == before, "nothing is written, nor half of it"
        kana = re.search("[ぁ-ん]", re.sub(r"'[^']*'|\S*/\S*|in Japanese: .*", "", said))
        assert bool(kana) == (lang == "ja"), said
        return said

    return run


@pytest.mark.parametrize("line", [*READERS, *OTHERS])
def test_a_folder_that_is_not_there(line: str, place: Path, told: Told) -> None:
    said = told(re.sub(r"\bin\b", "none", line))
    assert "none" in said


@pytest.mark.parametrize("line", READERS)
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[rules]\nof = ['C301']", ["2", "of", "off"]),
        ("[thresholds]\nyoy_percent = 'x'", ["2", "yoy_percent", "x"]),
        ("\nform = 'nope'", ["2", "nope", "unnan_2017"]),
        ("x = = 1", ["1", "x = = 1"]),
    ],
)
def test_wrong_settings(line: str, text: str, words: list[str], place: Path, told: Told) -> None:
    (place / "evalxl.toml").write_text(text, encoding="utf-8")
    said = told(line)
    assert "evalxl.toml" in said
    assert all(word in said for word in words)


def test_settings_that_are_not_there_have_no_line(place: Path, told: Told) -> None:
    assert not re.search(r"\d", told("validate in --config none.toml"))


@pytest.mark.parametrize("line", WITH_MASTERS)
@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("rates.csv", "年度,時間単価\n29,abc\n".encode(), ["rates.csv", "2", "時間単価", "abc"]),
        ("rates.csv", "年度,時間単価\n29,4077\n".encode("utf-16"), ["rates.csv", "UTF-16", "CSV UTF-8"]),
        ("rates.csv", b"PK\x03\x04\x14\0", ["rates.csv", "CSV UTF-8"]),
        ("organization.csv", "所属部名,課\n総務部,総務課\n".encode(), ["所属部名", "所属部"]),
        ("organization.csv", "部\n総務部\n".encode(), ["organization.csv", "課"]),
        ("org.csv", b"", ["rates.csv"]),
        ("", b"", ["none", "--master", "evalxl.toml"]),
    ],
)  # fmt: skip
def test_wrong_masters(line: str, name: str, data: bytes, words: list[str], place: Path, told: Told) -> None:
    (place / "evalxl.toml").write_text("master = 'none'", encoding="utf-8")
    if name:
        (place / "none").mkdir()
        (place / "none" / name).write_bytes(data)
    said = told(line)
    assert all(word in said for word in words), said


@pytest.mark.parametrize("line", ["validate in", "consolidate in -o out.xlsx", "submit in/a.xlsx --to out"])
def test_last_year_s_sheets_that_are_not_there(line: str, place: Path, told: Told) -> None:
    (place / "evalxl.toml").write_text("previous = 'none'", encoding="utf-8")
    said = told(line)
    assert "previous" in said
    assert "none" in said


@pytest.mark.parametrize("line", [line for line in [*READERS, *OTHERS] if "out" in line])
def test_an_output_under_a_file(line: str, place: Path, told: Told) -> None:
    (place / "in" / "projects.csv").write_text("事業名,課\n見本事業,総務課\n", encoding="utf-8")
    cli.main(["consolidate", "in", "-o", "in/集約.xlsx", "--master", "in"])  # and somebody to remind
    (place / "file").write_text("x", encoding="utf-8")
    assert "file/" in told(line.replace("out", "file/out"))


@pytest.mark.parametrize("line", ["status in", "remind in -o out"])
@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"version": 99}'])
def test_a_damaged_ledger(line: str, data: bytes, place: Path, told: Told) -> None:
    (place / "in" / "集約.受付簿.json").write_bytes(data)
    said = told(line)
    assert "集約.受付簿.json" in said
    assert "evalxl consolidate" in said
    assert not re.search("truncated|malformed|Expected|Object", said), "no words of a library"


@pytest.mark.parametrize("line", ["rollup tables --by 部", "validate in --previous tables"])
def test_damaged_tables(line: str, place: Path, told: Told) -> None:
    cli.main(["consolidate", "in", "-o", "a.xlsx", "--data", "tables"])
    (place / "tables" / "costs.parquet").write_bytes(b"PAR1")
    said = told(line)
    assert "tables" in said
    assert "--data" in said
    assert "input source" not in said, "no words of a library"


def test_addin_build_under_a_file(place: Path, told: Told) -> None:
    (place / "file").write_text("x", encoding="utf-8")
    assert "file/out" in told("addin build -o file/out")


def test_a_roll_up_of_no_known_kind(place: Path, told: Told) -> None:
    said = told("rollup in --by 部 -o out.pdf")
    assert all(word in said for word in ("out.pdf", ".xlsx", ".csv", "--format"))


def test_a_field_that_there_is_not(place: Path, told: Told) -> None:
    assert "department" in told("rollup in --by foo")
    assert "project_total" in told("rollup in --by 部 --value foo")


@pytest.mark.parametrize(
    ("line", "code"), [("rollup in --by 部 --year 2017 -o out.xlsx", 1), ("report in -o out", 2)]
)
def test_only_files_that_are_refused_are_not_called_no_files(
    line: str, code: int, place: Path, told: Told
) -> None:
    (place / "in" / "a.xlsx").write_bytes(b"")
    assert "evalxl validate" in told(line, code)


@pytest.mark.parametrize("line", [line.replace("in/a.xlsx", "in/empty.xlsx") for line in READERS])
def test_files_that_cannot_be_read(
    line: str, book: bytes, place: Path, lang: Lang, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each of them is named, with its code or the reason; what is written is whole or not at all."""
    (place / "in" / "a.xlsx").unlink()
    evil = dict(itertools.islice(hostile.files(book), 12))
    for name, data in evil.items():
        (place / "in" / name).write_bytes(data)
    assert cli.main([*line.split(), "--lang", lang]) in (1, 2)
    said = "".join(capsys.readouterr())
    assert "Traceback" not in said
    assert bool(re.search("[ぁ-ん]", re.sub(r"'[^']*'|\S*/\S*|lacks?: .*", "", said))) == (lang == "ja"), said
    if line.split()[0] in ("read", "validate", "consolidate", "rollup", "rollover", "publish"):
        assert [name for name in evil if name not in said] == []
    assert [path for path in place.rglob("*") if path.name.startswith((".", "~"))] == []


def test_the_roll_up_names_what_it_could_not_take(place: Path, told: Told) -> None:
    (place / "in" / "a.xlsx").write_bytes(b"")
    assert "F001  a.xlsx" in told("rollup in --by 部", 1)


def test_the_papers_are_told_of_in_english(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["report", "in", "-o", "out", "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "1 pages by measure" in said
    assert "rounded" in said
    assert not re.search("[ぁ-ん]", said.replace("主要な施策の成果.xlsx", ""))
