"""The terminal: a progress bar only where somebody waits, columns that full-width letters do not shift."""

from __future__ import annotations

import io
import re
import sys

import pytest

from evalxl import cli, show, terminal
from evalxl.actions import ACTIONS


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("patience", "shown"), [(-1.0, True), (60.0, False)])
def test_a_bar_appears_only_when_it_takes_long(
    monkeypatch: pytest.MonkeyPatch, patience: float, shown: bool
) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(terminal, "PATIENCE", patience)
    monkeypatch.setenv("TERM", "xterm")
    assert list(terminal.progress(range(5), 5, "読み込み中")) == list(range(5))
    assert ("読み込み中" in screen.getvalue()) is shown


def test_the_bar_tells_how_many_are_done_and_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(terminal, "PATIENCE", -1.0)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    assert list(terminal.progress(range(5), 5, "読み込み中", "残り")) == list(range(5))
    assert "5/5" in screen.getvalue()
    assert re.search(r"残り.*?\d:\d\d:\d\d", screen.getvalue())


def test_many_findings_are_counted_by_rule_first() -> None:
    finding = {"severity": "error", "code": "C301", "cell": "s!A1", "message": "m", "hint": "h"}
    entry = {"file": "a.xlsx", "sheet": "s", "findings": [finding] * 30}
    lines = list(show.validation([entry], 1, 0, "ja"))
    assert lines[1] == "ルール別: C301×30"
    assert len(list(show.validation([{**entry, "findings": [finding]}], 1, 0, "ja"))) == 5
    assert not any(line.startswith("ルール別") for line in show.validation([], 1, 0, "ja"))


def test_no_bar_into_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(terminal, "PATIENCE", -1.0)
    assert list(terminal.progress(range(5), 5, "読み込み中")) == list(range(5))
    assert stream.getvalue() == ""


def test_the_bar_is_taken_away_when_the_work_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(terminal, "PATIENCE", -1.0)
    monkeypatch.setenv("TERM", "xterm")

    def breaking() -> object:
        yield 1
        raise RuntimeError

    with pytest.raises(RuntimeError):
        list(terminal.progress(breaking(), 2, "読み込み中"))  # type: ignore[arg-type]
    assert screen.getvalue().rstrip().endswith("\x1b[2K"), "the line is cleared and the cursor is back"


def test_full_width_letters_take_two_columns() -> None:
    assert terminal.width("事業費計(A)") == 11
    assert terminal.padded("電算", 6) == "電算  "
    assert terminal.width(terminal.padded("ア", 10)) == terminal.width(terminal.padded("ab", 10)) == 10


def test_what_an_old_code_page_lacks_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="cp932")
    monkeypatch.setattr(sys, "stdout", stream)
    terminal.prepare(json=False)
    terminal.say("電算.xlsx › 評価シート ▲35 𠮷")
    stream.flush()
    assert raw.getvalue().decode("cp932").rstrip() == "電算.xlsx > 評価シート ▲35 ?"


def test_only_our_own_colours_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.say("一\n二\t\x1b[1;31m赤\x1b[0m \x1b[2J \x1b]0;名\x07 \r\x9b2J")
    assert capsys.readouterr().out == "一\n二\t\x1b[1;31m赤\x1b[0m �[2J �]0;名� ��2J\n"


def test_a_stream_that_cannot_be_changed_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    terminal.prepare(json=True)
    terminal.say("ア")
    assert stream.getvalue() == "ア\n"


# ---- narrow screens ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_help_fits_a_narrow_screen(
    lang: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No line of prose is wider than the screen; lines to be typed stay whole."""
    monkeypatch.setenv("COLUMNS", "60")
    pages = [[], ["--help"], *([*name.split(), "--help"] for name in ACTIONS)]
    for page in pages:
        assert cli.main([*page, "--lang", lang]) == 0
        for line in capsys.readouterr().out.splitlines():
            typed = line.strip().startswith("evalxl ") or line.strip() in {line.split()[-1] if line else ""}
            assert typed or terminal.width(line) <= 60, line


def test_no_line_is_folded_into_a_pipe(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert cli.main(["validate", "--help"]) == 0
    assert any(terminal.width(line) > 100 for line in capsys.readouterr().out.splitlines())


def test_no_line_begins_with_a_closing_mark() -> None:
    text = "点検（誤り）を、直します。「研修」の例: 次のとおりです。See evalxl validate --help（説明）。"
    for wide in range(6, 60):
        lines = terminal.folded(text, wide)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert not any(line[0] in "）、。」:" for line in lines)
    assert terminal.folded(text, None) == [text]


def test_a_long_list_is_cut_on_the_screen_alone() -> None:
    message = "足りない項目: " + "、".join(f"項目{n}" for n in range(30)) + "。"
    assert show.shortened(message, "ja").endswith("項目7、ほかに22項目あります。")
    assert show.shortened("対象、意図。", "ja") == "対象、意図。"
