"""集約, 集計, 年度更新, 提出, 設定 and 診断, each pressed in an Excel over the stub."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.support.com import modules
from tests.support.layouts import sample
from tests.support.pressing import Desk, department, wrong
from udfs import buttons
from workbook.read import read_file


@pytest.fixture
def submitted(tmp_path: Path) -> Path:
    """A folder of three departments' books."""
    folder = tmp_path / "提出"
    folder.mkdir()
    for number in range(3):
        record = sample()
        record["project_name"] = f"事業{number}"
        record["department"] = ("総務部", "市民部", "総務部")[number]
        department(folder / f"{number}.xlsx", record)
    return folder


def books(desk: Desk) -> list[str]:
    return [book.name for book in desk.excel.app.books]


# ---- 集約 and 集計 -----------------------------------------------------------------------------------------


def test_a_folder_becomes_a_summary_that_is_opened(
    quick: Desk, submitted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(buttons.Session, "status", lambda self, text: shown.append(text))
    quick.excel.picks = [submitted]
    before = quick.state()
    (told,) = quick.press("consolidate")
    assert "3ファイルのうち3事業" in told
    assert books(quick) == ["集約_提出.xlsx"]
    assert shown[-1] == "集約：3 / 3 ファイル（Escキーで中止できます）"
    assert quick.state() == before
    assert "一覧" in openpyxl.load_workbook(submitted / "集約_提出.xlsx", read_only=True).sheetnames


def test_esc_stops_and_leaves_nothing_behind(quick: Desk, submitted: Path) -> None:
    quick.excel.picks = [submitted]
    before = quick.state()
    assert quick.press("consolidate", escaped=True) == ["中止しました。書きかけのファイルは残していません。"]
    assert sorted(path.name for path in submitted.iterdir()) == ["0.xlsx", "1.xlsx", "2.xlsx"]
    assert quick.state() == before
    assert books(quick) == []


def test_a_window_closed_without_a_choice_does_nothing(quick: Desk, submitted: Path) -> None:
    quick.excel.picks = [None]
    assert quick.press("consolidate") == []
    assert len(list(submitted.iterdir())) == 3


def test_a_folder_without_sheets_is_told(quick: Desk, tmp_path: Path) -> None:
    (tmp_path / "空").mkdir()
    quick.excel.picks = [tmp_path / "空"]
    (told,) = quick.press("consolidate")
    assert "読み込めるExcelファイルがありません" in told


def test_the_open_summary_is_added_up_by_a_field(quick: Desk, submitted: Path) -> None:
    quick.excel.picks = [submitted]
    quick.press("consolidate")
    quick.excel.typed = ["９９", "１"]  # the first is asked again; digits may be wide
    assert quick.press("rollup") == []
    assert "1  部・課別" in quick.excel.asked[-1]
    assert books(quick)[-1] == "集約_提出_部・課別.xlsx"
    found = openpyxl.load_workbook(submitted / "集約_提出_部・課別.xlsx")
    words = {cell.value for sheet in found for row in sheet for cell in row}
    assert {"総務部", "市民部"} <= {str(word).strip() for word in words}


def test_only_a_summary_can_be_added_up(quick: Desk, tmp_path: Path) -> None:
    quick.excel.open(department(tmp_path / "電算.xlsx"))
    (told,) = quick.press("rollup")
    assert "集約の結果（集約表）ではありません" in told


def test_choosing_nothing_adds_nothing_up(quick: Desk, submitted: Path) -> None:
    quick.excel.picks = [submitted]
    quick.press("consolidate")
    quick.excel.typed = [False]
    assert quick.press("rollup") == []
    assert books(quick) == ["集約_提出.xlsx"]


# ---- 年度更新 ----------------------------------------------------------------------------------------------


def test_next_year_s_book_is_written_and_opened(quick: Desk, tmp_path: Path) -> None:
    book = quick.excel.open(department(tmp_path / "電算_2017.xlsx", sample()))
    book.sheets[0].range("AX63").value = 8653  # not saved
    quick.excel.picks = [tmp_path / "翌年度"]
    (told,) = quick.press("rollover")
    assert "書き出しました" in told
    (path,) = (tmp_path / "翌年度").iterdir()
    assert books(quick) == ["電算_2017.xlsx", path.name]
    (record,) = read_file(path).records
    assert record.fiscal_year == 2018
    assert record["costs.project_total.2017"] == 8653


# ---- 提出 --------------------------------------------------------------------------------------------------


def with_function(desk: Desk, cell: Any, formula: str, value: float) -> None:
    """A cell with a function of the add-in and the value that it shows: the stub's Excel has none of them."""
    cell.formula = formula
    inner = desk.excel.inner.workbooks()[0].sheets_[0].cell(cell.row, cell.column)
    inner.value, inner.stale = value, False
    assert (cell.formula, cell.value) == (formula, value)


def test_the_copy_has_its_fixed_name_and_values_for_the_add_in_s_functions(
    quick: Desk, tmp_path: Path
) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx", sample()))
    cell = book.sheets[0].range("AX63")
    with_function(quick, cell, "=EV_TOTAL(8000,652)", 8652.0)
    quick.excel.picks = [tmp_path / "提出先"]
    (told,) = quick.press("submit")
    (path,) = (tmp_path / "提出先").iterdir()
    (record,) = read_file(path).records
    assert path.name.startswith(f"2017_{record.text('department')}_")
    assert str(path) in told
    assert "アドインの関数を値にしました: 1セル" in told
    copy = openpyxl.load_workbook(path)
    assert copy.worksheets[0]["AX63"].value == 8652
    assert cell.formula == "=EV_TOTAL(8000,652)", "the open book keeps it"


def test_a_function_without_a_value_is_not_handed_in(quick: Desk, tmp_path: Path) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx", sample()))
    book.sheets[0].range("A200").formula = "=EV_UNKNOWN(1)"
    quick.excel.picks = [tmp_path / "提出先"]
    (told,) = quick.press("submit")
    assert "A200" in told
    assert list((tmp_path / "提出先").glob("*.xlsx")) == []


def test_errors_and_another_file_are_asked_about(quick: Desk, tmp_path: Path) -> None:
    target = tmp_path / "提出先"
    book = quick.excel.open(department(tmp_path / "電算.xlsx", wrong()))
    quick.answer(7)
    (asked,) = quick.press("submit")
    assert "誤りが1件" in asked
    assert not target.exists()

    quick.excel.picks = [target]
    quick.answer(6)
    quick.press("submit")
    (path,) = target.iterdir()
    before = path.read_bytes()

    book.sheets[0].range("AX65").value = 1988
    quick.excel.picks = [target]
    quick.answer(6, 7)
    assert "差しかえますか" in quick.press("submit")[1]
    assert path.read_bytes() == before

    quick.excel.picks = [target]
    quick.answer(6, 6)
    quick.press("submit")
    assert path.read_bytes() != before


# ---- 設定 and 診断 -----------------------------------------------------------------------------------------


def test_settings_are_made_beside_the_book_and_shown(
    quick: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evalxl import settings
    from udfs.buttons import helping

    shown: list[Path] = []
    monkeypatch.setattr(helping, "edit", shown.append)
    quick.excel.open(department(tmp_path / "電算.xlsx"))
    quick.answer(7)
    quick.press("settings")
    assert not (tmp_path / "evalxl.toml").exists()
    quick.answer(6)
    quick.press("settings")
    assert shown == [tmp_path / "evalxl.toml"]
    assert settings.load(shown[0]) == settings.Settings()
    text = shown[0].read_text(encoding="utf-8")
    lines = [line.removeprefix("# ") for line in text.splitlines() if not line.startswith("# evalxl")]
    assert settings.parse("\n".join(lines)).off == {"T603"}, "each line works when its # goes"


def test_wrong_settings_are_told_with_their_line(
    quick: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from udfs.buttons import helping

    monkeypatch.setattr(helping, "edit", lambda path: None)
    (tmp_path / "evalxl.toml").write_text("[rules]\nof = []\n", encoding="utf-8")
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    for button in ("settings", "validate"):
        (told,) = quick.press(button)
        assert "2行目" in told
    assert len(book.sheets) == 1


def test_the_doctor_s_report_is_shown(quick: Desk) -> None:
    from udfs import doctor

    (told,) = quick.press("doctor")
    assert told == doctor.brief(doctor.report(lang="ja"), "ja")
    assert len(told) <= doctor.LONGEST
    assert "問題 " in told


def test_every_button_is_known_and_an_unknown_one_is_a_mistake_of_ours(quick: Desk) -> None:
    assert set(buttons.NAMES) == {
        "validate", "clear_marks", "consolidate", "rollup", "rollover", "submit", "settings", "doctor",
    }  # fmt: skip
    with pytest.raises(KeyError):
        buttons.run("format_disk", quick.excel.app)
    modules.dialogs.clear()


def test_without_a_book_each_button_says_what_to_do(quick: Desk) -> None:
    for button in ("validate", "clear_marks", "rollup", "rollover", "submit", "settings"):
        (told,) = quick.press(button)
        assert "評価シートを開いてから" in told
