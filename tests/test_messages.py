"""Every text that staff can meet: polite, plain Japanese, with place and mend; English where asked."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest

from evalxl import cli
from evalxl.actions import ACTIONS
from evalxl.rules import registry, sample
from tests.support import many
from tools.reference.texts import JAPANESE, all_texts
from workbook import filled


class Message(NamedTuple):
    where: str
    ja: str
    en: str


def messages() -> Iterator[Message]:
    """All texts of the packages, and those of the rules."""
    yield from (Message(f"{text.module}:{text.line}", text.ja, text.en) for text in all_texts())
    for rule in registry.load().values():
        yield Message(rule.code, rule.ja, rule.en)
        yield Message(f"{rule.code} mend", rule.fix_ja, rule.fix_en)
        yield Message(f"{rule.code} why", rule.why_ja, rule.why_en)


ALL = list(messages())
PLACE = re.compile(r"{[^{}]*}")
TYPED = re.compile(
    r"evalxl(?: [a-z]+)*|(?<!\w)--?[a-z][a-z-]*"
    r"|[\w.*]*\.(?:toml|csv|xlsx?|xlsm|xlam|json|bat|whl|txt|html)\b|\.(?:svg|md)\b"
    r"|\w+://\S*|pip install \S+|(?:HKEY_CURRENT_USER|ZoneId)\S*|EV_[A-Z_]*|#[A-Z]+|\[[\w.]+\]|[a-z]+_[a-z_]+"
)
"""What people type or see as it stands: command lines, options, file names, addresses, names of fields."""
_NAMES = """
Excel VBA CSV Python PDF Parquet LibreOffice Dask Windows ActiveX JSON PC Esc Enter Tab PowerShell
Shift_JIS UTF- TOML MB USB ASR AppLocker Office bash zsh powershell COM GB KB ID Software Classes
error warning info never local demo tables validate consolidate install bundle addin packaging NAME
publish project_total index.html leave_out xlsm xlsx xls whl txt dask pip evalxl
svg html docs forms near true false master previous pyopenvba name label kind costs heading rows slots
"""
NAMES = frozenset(_NAMES.split())
"""Names of products, keys and formats, and words that are typed."""
POLITE = re.compile(r"(?:です|ます|せん|ました|でした|ください|でしょうか|ますか|ませんか|しょう)$")


def test_there_are_many() -> None:
    assert len(ALL) > 700
    assert {text.where.split(".")[0] for text in ALL} >= {"evalxl", "udfs"}


@pytest.mark.parametrize("message", ALL, ids=lambda message: message.where)
def test_a_text_is_japanese_and_its_english_is_english(message: Message) -> None:
    words = re.findall(r"[A-Za-z][A-Za-z_.\-]+", TYPED.sub("", PLACE.sub("", message.ja)))
    assert set(words) <= NAMES, "no English leaks into what staff read"
    bare = PLACE.sub("", message.ja)
    assert JAPANESE.search(bare) or not re.search(r"\w{4}", TYPED.sub("", bare))
    english = re.sub(r"['“\[「(].*?['”\]」)]|\S+\.txt|事業費の内訳", "", message.en)
    assert not re.search("[ぁ-ん]", english), "labels and names of files apart, it is English"
    places = [set(re.findall(r"{(\w*)", text)) for text in (message.ja, message.en)]
    assert places[0] == places[1]


@pytest.mark.parametrize("message", ALL, ids=lambda message: message.where)
def test_every_sentence_is_polite(message: Message) -> None:
    bare = re.sub(r"（[^（）]*）", "", re.sub(r"（[^（）]*）", "", message.ja))  # asides, also one in another
    for sentence in re.split(r"(?<=。)", bare):
        if not sentence.rstrip().endswith("。"):
            continue
        said = sentence.strip().rstrip("。")
        # What stands in brackets at the end is no verb.
        said = re.sub(r"(?:（[^（）]*）|「[^「」]*」|［[^［］]*］|\([^()]*\))+$", "", said)
        if not said or said.endswith((":", "}")) or re.search(r": [^。]*$", said):
            continue  # a list, or words that are filled in
        assert POLITE.search(said), said


@pytest.mark.parametrize("rule", registry.load().values(), ids=lambda rule: rule.code)
def test_every_finding_says_how_to_mend_it(rule: registry.Rule) -> None:
    found = sample.example_of(rule)
    assert found.message("ja").strip()
    assert found.hint("ja").endswith("。")
    assert not PLACE.search(found.message("ja") + found.hint("ja")), "all places are filled"
    assert "None" not in found.message("ja") + found.hint("ja")


@pytest.mark.parametrize("rule", [r for r in registry.load().values() if r.check], ids=lambda rule: rule.code)
def test_every_finding_of_a_sheet_names_its_cell(rule: registry.Rule) -> None:
    for finding in sample.findings_of(rule, rule.bad):
        assert finding.cell or finding.field is None


def test_lists_for_people_show_no_word_of_a_program(tmp_path: Path) -> None:
    filled.write(many.FORM, [many.record()], tmp_path / "隠れた行.xlsx")
    book = openpyxl.load_workbook(tmp_path / "隠れた行.xlsx")
    book.worksheets[0].row_dimensions[3].hidden = True
    book.save(tmp_path / "隠れた行.xlsx")
    (tmp_path / "半分.xlsx").write_bytes((tmp_path / "隠れた行.xlsx").read_bytes()[:5000])
    report = tmp_path / "指摘.xlsx"
    cli.main(["validate", *map(str, tmp_path.glob("*.xlsx")), "--report", str(report)])
    rows = [row for row in openpyxl.load_workbook(report).worksheets[0].values if row[1] in ("F001", "F008")]
    assert {(row[1], row[6]) for row in rows} == {("F001", None), ("F008", "非表示の行")}


# ---- whatever goes wrong, it is told in words --------------------------------------------------------------

ENGLISH = re.compile(r"\b[A-Za-z]{2,}(?: [a-z]{2,}){2,}\b")
"""Three English words in a row: a sentence of a library that leaked."""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One good book, and all kinds of things that are none."""
    filled.write(many.FORM, [many.record()], tmp_path / "良い.xlsx")
    good = (tmp_path / "良い.xlsx").read_bytes()
    (tmp_path / "半分.xlsx").write_bytes(good[: len(good) // 2])
    (tmp_path / "文章.xlsx").write_text("これはExcelではありません", encoding="utf-8")
    (tmp_path / "空.xlsx").write_bytes(b"")
    (tmp_path / "誤り.toml").write_text("[rulse]\n", encoding="utf-8")
    (tmp_path / "構文.toml").write_text("[rules\n", encoding="utf-8")
    (tmp_path / "マスター").mkdir()
    (tmp_path / "マスター" / "projects.csv").write_text("違う,見出し\n1,2\n", encoding="utf-8")
    (tmp_path / "ファイル").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


LINES = """
validate 半分.xlsx 文章.xlsx 空.xlsx
validate ない.xlsx
read 半分.xlsx
validate 良い.xlsx --config 誤り.toml
validate 良い.xlsx --config 構文.toml
validate 良い.xlsx --config ない.toml
validate 良い.xlsx --master マスター
validate 良い.xlsx --master ない
validate 良い.xlsx --previous ない
validate 良い.xlsx --form 誤り.toml
validate 良い.xlsx --form ない
validate 良い.xlsx --report ファイル/x.xlsx
validate 良い.xlsx --annotate ファイル
validate 良い.xlsx --jobs たくさん
validate 良い.xlsx --lang fr
consolidate 良い.xlsx -o ファイル/x.xlsx
consolidate 文章.xlsx -o x.xlsx
status ない
status ファイル
remind ない -o x
rollup ない --by 部
rollup 良い.xlsx --by ぶか
rollup 良い.xlsx --by 部 --value 予算
rollup 良い.xlsx --by 部 --year 1900
rollup 良い.xlsx --by 部 --format xlsx
publish 文章.xlsx -o 公表
publish 良い.xlsx -o マスター
report 文章.xlsx -o 議会
unmark 文章.xlsx -o x
unmark 良い.xlsx -o x
rollover 文章.xlsx -o x
rollover 良い.xlsx -o .
distribute --master ない -o x
distribute --master マスター -o x
blank -o ファイル/x.xlsx
blank -o x.xlsx --year 平成
rules Z999
completion csh
demo ファイル
submit 文章.xlsx --to x
submit ない.xlsx --to x
tables 文章.xlsx -o x
tables ない -o x
validate 良い.xlsx --scheduler tcp://127.0.0.1:1
tables 良い.xlsx -o x --scheduler tcp://127.0.0.1:1
""".strip().splitlines()


@pytest.mark.parametrize("line", LINES)
def test_what_goes_wrong_is_told_in_plain_japanese(
    place: Path, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = cli.main(line.split())
    out, err = capsys.readouterr()
    told = "\n".join(line for line in (out + err).splitlines() if not line.startswith(("使い方", "くわしい")))
    assert code in (0, 1, 2)
    assert JAPANESE.search(told)
    assert "Traceback" not in told
    assert "予期しない不具合" not in told
    assert not ENGLISH.search(TYPED.sub("", told)), told


@pytest.mark.parametrize("command", ACTIONS.values(), ids=lambda command: command.name)
def test_a_command_without_what_it_needs_says_so(
    place: Path, command: object, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(place / "マスター")
    name = command.name  # type: ignore[attr-defined]
    assert cli.main([*name.split(), "--no-such-option"]) == 2
    told = capsys.readouterr().err
    assert "--help" in told
    assert not ENGLISH.search(TYPED.sub("", told)), told
