"""No output takes the place of what was given; where nothing can be written, it is said in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalxl import cli, outputs
from tests.support import many
from workbook import filled
from workbook.blank import blank
from workbook.errors import OutputLocked


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two departments' books in a folder, a master and a file where a folder is wanted."""
    (tmp_path / "提出").mkdir()
    for number in (1, 2):
        filled.write(many.FORM, [many.record(number)], tmp_path / "提出" / f"{number}.xlsx")
    (tmp_path / "マスター").mkdir()
    (tmp_path / "マスター" / "projects.csv").write_text("project_name\n研修\n", encoding="utf-8")
    (tmp_path / "ファイル").write_text("x", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize(
    "line",
    [
        "consolidate 提出 -o 提出/2.xlsx",
        "consolidate 提出/1.xlsx 提出/2.xlsx -o 提出/2.xlsx",
        "consolidate 提出/1.xlsx -o 提出/2.xlsx --previous 提出/2.xlsx",
        "consolidate 提出 -o 集約.xlsx --data マスター",
        "validate 提出 --report 提出/2.xlsx",
        "validate 提出 --annotate 提出",
        "rollup 提出 --by 部 -o 提出/2.xlsx",
        "rollup 提出/2.xlsx --by 部 -o 提出/../提出/2.xlsx",
        "rollover 提出 -o 提出",
        "unmark 提出 -o 提出",
        "blank -o 提出/2.xlsx",
        "form draft 提出/1.xlsx -o 提出/2.xlsx",
        "demo .",
    ],
)
@pytest.mark.parametrize("lang", ["ja", "en"])
def test_what_was_given_is_never_written_over(
    city: Path, line: str, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(city)
    assert cli.main([*line.split(), "--lang", lang]) == 2
    assert contents(city) == before
    told = capsys.readouterr().err
    assert any(word in told for word in ("別の", "空のフォルダー", "nother", "an empty folder")), told


@pytest.mark.parametrize(
    "line",
    [
        "consolidate 提出 -o ファイル/a.xlsx",
        "consolidate 提出 -o 集約.csv",
        "consolidate 提出 -o 集約.xlsx --data ファイル",
        "validate 提出 --report 指摘.txt",
        "validate 提出 --annotate ファイル",
        "publish 提出 -o ファイル",
        "report 提出 --by measure -o ファイル",
        "rollover 提出 -o ファイル",
        "submit 提出/1.xlsx --to ファイル",
        "unmark 提出 -o ファイル",
        "distribute --master マスター -o ファイル",
        "demo ファイル",
        "addin build -o ファイル",
        "blank -o 様式.txt",
    ],
)
def test_no_place_for_an_output_is_told_with_the_mend(
    city: Path, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(city)
    assert cli.main(line.split()) == 2
    told = capsys.readouterr().err
    assert told.rstrip().endswith("ください。")
    assert "不具合" not in told
    assert contents(city) == before


def test_results_may_be_written_anew(city: Path) -> None:
    """Our own summary book, also one within the folder, and an empty form are no inputs."""
    for _ in range(2):
        assert (
            cli.main(["consolidate", "提出", "-o", "提出/集約.xlsx", "--data", "表", "--fail-on", "never"])
            == 0
        )
        assert cli.main(["blank", "-o", "様式.xlsx", "--year", "H30"]) == 0
    blank(many.FORM, city / "様式2.xlsx", 2018)
    assert cli.main(["blank", "-o", "様式2.xlsx", "--year", "2018"]) == 0


@pytest.mark.parametrize(
    ("year", "code"), [("平成30年度", 0), ("2018", 0), ("1", 2), ("99999", 2), ("abc", 2)]
)
def test_a_year_is_typed_as_people_write_it(city: Path, year: str, code: int) -> None:
    assert cli.main(["blank", "-o", "様式.xlsx", "--year", year]) == code


@pytest.mark.parametrize("address", ["foo://x/y", "foo+bar://x"])
def test_an_address_that_nothing_reads_is_told(
    city: Path, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["consolidate", address, "-o", "集約.xlsx"]) == 2
    told = capsys.readouterr().err
    assert address in told
    assert "共有フォルダー" in told


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("rollup --by 部", "例: evalxl rollup 提出 --by 部 課"),
        ("consolidate 提出", "例: evalxl consolidate 提出 -o 集約.xlsx"),
        ("consolidate 提出 -o 集約.xlsx --jobs 0", "1以上の数"),
        ("fields --form unan_2017", "もしかして: unnan_2017"),
        ("rules C999", "evalxl rules"),
        ("rollup 提出 --by 部 --value 一般", "もしかして: 一般財源"),
        ("form show 提出", "フォルダーです"),
        ("unmark 無い -o 写し", "無い"),
        ("rollover 無い -o 写し", "無い"),
        ("macros 無い", "無い"),
    ],
)
def test_what_is_wrong_with_a_line_is_told_with_what_would_be_right(
    city: Path, line: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(line.split()) == 2
    assert told in capsys.readouterr().err


def test_a_wrong_kind_of_value_in_a_form_file_is_told_in_japanese(
    city: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (city / "様式.toml").write_text('id = "x"\ntitle = 3\n', encoding="utf-8")
    assert cli.main(["read", "提出", "--form", "様式.toml"]) == 2
    told = capsys.readouterr().err
    assert "様式.toml:2" in told
    assert "引用符で囲んだ文字" in told
    assert "Expected" not in told


def test_a_drive_that_is_not_there_is_no_place_for_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "exists", lambda path: False)
    with pytest.raises(OutputLocked):
        outputs.folder(Path("Z:/配布"))
