"""Ticks that are no text: typed and drawn ones give the same record, and what is unclear is told."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from evalxl import cli
from tests.support import drawn
from tests.support.drawn import How, draw
from tests.support.layouts import Style, styles, write_book
from tests.support.office import Office
from tests.support.records import sample
from workbook.controls import Box, Control, lay
from workbook.grid import Grid, Rect, address
from workbook.read import read_file
from workbook.record import Issue, Record
from workbook.sizes import PIXEL, Sizes
from workbook.source import open_book

PLACES = ("front", "left", "right", "group")
WAYS = {
    "all three parts": How(),
    "ctrlProp and drawing": How(parts="ctrlprop"),
    "no fallback": How(parts="ctrlprop", fallback=False),
    "VML alone": How(parts="vml"),
    "captions in VML": How(captions="vml"),
    "captions in VML alone": How(captions="vml", parts="vml"),
    "captions in the drawing": How(captions="drawing", parts="ctrlprop"),
    "linked on the sheet": How(link="here"),
    "linked, captions": How(link="here", captions="vml", parts="vml"),
    "option buttons": How(kind="option"),
    "option buttons, VML alone": How(kind="option", captions="vml", parts="vml"),
    "ActiveX with linked cells": How(kind="activex", link="here"),
    "ActiveX, VML alone": How(kind="activex", link="here", parts="vml"),
    "ovals in the matrix": How(ovals=True),
}


def placed(where: str, **more: Any) -> Style:
    return Style(place_period=where, place_question=where, place_summary=where, place_direction=where, **more)


def only(path: Path) -> Record:
    reading = read_file(path)
    assert not reading.refused, reading.refused[0].values
    (record,) = reading.records
    return record


def unclear(record: Record) -> list[Issue]:
    return [issue for issue in record.issues if issue.code == "F014"]


def no_cells(record: Record) -> dict[str, Any]:
    """The record without places: a tick in a label's cell and one left of it stand in different cells."""
    return {k: v for k, v in record.values.items() if v not in (None, ())}


# ---- the same record ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("how", WAYS.values(), ids=WAYS)
def test_drawn_ticks_say_what_typed_ticks_say(where: str, how: How, tmp_path: Path) -> None:
    write_book(tmp_path / "typed.xlsx", [sample()], placed(where))
    typed = only(tmp_path / "typed.xlsx")
    controls = draw(tmp_path / "typed.xlsx", tmp_path / "drawn.xlsx", how)
    assert len(controls) > 35
    assert not any("■" in str(v) for g in _raw(tmp_path / "drawn.xlsx") for v in g.values()), "all are drawn"
    found = only(tmp_path / "drawn.xlsx")
    assert found.values == typed.values
    assert found.issues == typed.issues


def _raw(path: Path) -> list[dict[Any, Any]]:
    """The cells without what is drawn on them."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(path)
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    return [{(r, c): v for r, line in enumerate(s) for c, v in enumerate(line)} for s in sheets]


# Shrinking a book takes minutes and tells little more.
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(
    styles(tick="square", hidden="none", guide="none", example="none", both_for_none=False),
    st.sampled_from(list(WAYS)),
)
def test_on_any_layout(tmp_path: Path, style: Style, way: str) -> None:
    if style.merge != "all":  # several choices in one narrow cell: nobody could draw boxes on that
        style = dataclasses.replace(
            style,
            place_period="front",
            place_question="front",
            place_summary="front",
            place_direction="front",
        )
    write_book(tmp_path / "typed.xlsx", [sample()], style)
    typed = only(tmp_path / "typed.xlsx")
    draw(tmp_path / "typed.xlsx", tmp_path / "drawn.xlsx", WAYS[way])
    found = only(tmp_path / "drawn.xlsx")
    assert not unclear(found)
    assert no_cells(found) == no_cells(typed)


def test_linked_cells_on_another_sheet(tmp_path: Path) -> None:
    write_book(tmp_path / "typed.xlsx", [sample()], placed("left", hidden="hidden"), seed=3)
    typed = only(tmp_path / "typed.xlsx")
    names = [g.name for g in open_book(tmp_path / "typed.xlsx").grids if not g.visible]
    draw(tmp_path / "typed.xlsx", tmp_path / "drawn.xlsx", How(link=names[0]))
    found = only(tmp_path / "drawn.xlsx")
    assert (found.values, unclear(found)) == (typed.values, [])
    everything = draw(
        tmp_path / "typed.xlsx", tmp_path / "wrong.xlsx", How(link=names[0], wrong=frozenset(range(40)))
    )
    assert len(unclear(only(tmp_path / "wrong.xlsx"))) == min(40, len(everything))


@pytest.mark.parametrize("tick", ["bool", "checkbox"])
def test_booleans_and_the_check_boxes_of_microsoft_365(tick: str, tmp_path: Path) -> None:
    write_book(tmp_path / "typed.xlsx", [sample()], placed("left"))
    write_book(tmp_path / "boxes.xlsx", [sample()], placed("left", tick=tick))
    assert only(tmp_path / "boxes.xlsx").values == only(tmp_path / "typed.xlsx").values


# ---- contradictions ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [How(link="here"), How(link="here", parts="vml")], ids=["ctrlProp", "VML"])
def test_a_linked_cell_that_differs_is_told_and_not_believed(how: How, tmp_path: Path) -> None:
    write_book(tmp_path / "typed.xlsx", [sample()], placed("front"))
    typed = only(tmp_path / "typed.xlsx")
    controls = draw(tmp_path / "typed.xlsx", tmp_path / "drawn.xlsx", how)
    ticked = [c.number for c in controls if c.state]
    blank = [c.number for c in controls if not c.state]
    wrong = frozenset((ticked[3], blank[3]))
    draw(tmp_path / "typed.xlsx", tmp_path / "drawn.xlsx", dataclasses.replace(how, wrong=wrong))
    found = only(tmp_path / "drawn.xlsx")
    told = unclear(found)
    assert sorted((i.values["found"], i.values["expected"]) for i in told) == [(False, True), (True, False)]
    for issue in told:
        assert issue.values["reason"] == "differs"
        assert issue.key in typed.values
        (control,) = [
            c for c in controls if f"{found.sheet}!{address(c.block.top, c.block.left)}" == issue.cell
        ]
        assert control.number in wrong
    keys = {i.key for i in told if i.values["found"]}
    for key, value in typed.values.items():
        if key not in keys:
            assert found.values[key] == value, "neither side of a contradiction is believed"
        else:
            assert found.values[key] == ()


def test_activex_without_a_linked_cell_is_told(tmp_path: Path) -> None:
    write_book(tmp_path / "typed.xlsx", [sample()], placed("front"))
    controls = draw(tmp_path / "typed.xlsx", tmp_path / "drawn.xlsx", How(kind="activex"))
    told = unclear(only(tmp_path / "drawn.xlsx"))
    assert [i.values["reason"] for i in told] == ["activex"] * len(controls)
    assert all(issue.cell for issue in told)


def test_a_mixed_box_is_told(tmp_path: Path) -> None:
    write_book(tmp_path / "typed.xlsx", [sample()], placed("front"))
    controls = draw(tmp_path / "typed.xlsx", tmp_path / "drawn.xlsx", How())
    one = next(c.number for c in controls if c.state) + 1
    part = f"xl/ctrlProps/ctrlProp{one}.xml"
    drawn.change(tmp_path / "drawn.xlsx", part, lambda data: data.replace(b'"Checked"', b'"Mixed"'))
    (issue,) = unclear(only(tmp_path / "drawn.xlsx"))
    assert issue.values["reason"] == "mixed"


def test_the_check_is_a_finding_of_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_book(tmp_path / "typed.xlsx", [sample()], placed("front"))
    draw(tmp_path / "typed.xlsx", tmp_path / "drawn.xlsx", How(link="here", wrong=frozenset((5,))))
    assert cli.main(["validate", str(tmp_path / "drawn.xlsx"), "--json"]) == 1
    (entry,) = json.loads(capsys.readouterr().out)
    (finding,) = [f for f in entry["findings"] if f["code"] == "F014"]
    assert (finding["severity"], finding["found"], finding["expected"]) == ("error", False, True)
    assert finding["cell"].startswith(f"{entry['sheet']}!")
    assert "矛盾" in finding["message"]
    assert finding["message"].startswith("②公共関与の妥当性の"), "many boxes say 見直し余地がある"


# ---- ovals -------------------------------------------------------------------------------------------------


def without_ticks(record: dict[str, Any]) -> dict[str, Any]:
    copy = dict(record)
    copy["summary"] = {**record["summary"], "A": None}
    return copy


@pytest.mark.parametrize("geometry", ["ellipse", "donut", "flowChartConnector"])
def test_a_circle_around_a_choice(geometry: str, tmp_path: Path) -> None:
    write_book(tmp_path / "a.xlsx", [without_ticks(sample())], placed("left", tick="circle", jitter=0.0))
    before = only(tmp_path / "a.xlsx")
    grid = open_book(tmp_path / "a.xlsx").grids[0]
    first = min(s for s, v in grid.cells.items() if v == "適切")
    assert before.values["summary.A"] == ()
    block = next((m for m in grid.merges if (m.top, m.left) == first), Rect(*first, *first))
    around_block(tmp_path / "a.xlsx", block, geometry)
    after = only(tmp_path / "a.xlsx")
    assert after.values["summary.A"] == ("fine",)
    assert {k: v for k, v in after.values.items() if k != "summary.A"} == {
        k: v for k, v in before.values.items() if k != "summary.A"
    }


def around_block(path: Path, block: Rect, geometry: str) -> None:
    _add_drawing(path, drawn.oval(block, 7, geometry=geometry))


def _add_drawing(path: Path, shapes: str) -> None:
    xdr = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
    names = f'xmlns:xdr="{xdr}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    drawn.change(
        path, "xl/drawings/drawing1.xml", lambda _: f"<xdr:wsDr {names}>{shapes}</xdr:wsDr>".encode()
    )
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing"
    one = f'<Relationship Id="rIdD" Type="{kind}" Target="../drawings/drawing1.xml"/>'
    rels = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{one}</Relationships>'
    drawn.change(path, "xl/worksheets/_rels/sheet1.xml.rels", lambda _: rels.encode())


def test_a_circle_around_an_empty_box_is_told(tmp_path: Path) -> None:
    write_book(tmp_path / "a.xlsx", [without_ticks(sample())], placed("front"))
    grid = open_book(tmp_path / "a.xlsx").grids[0]
    first = min(s for s, v in grid.cells.items() if v == "□ 適切")
    block = next((m for m in grid.merges if (m.top, m.left) == first), Rect(*first, *first))
    around_block(tmp_path / "a.xlsx", block, "ellipse")
    (issue,) = unclear(only(tmp_path / "a.xlsx"))
    assert (issue.key, issue.values["reason"]) == ("summary.A", "glyph")


# ---- laying, cell by cell ----------------------------------------------------------------------------------


def laid(cells: dict[tuple[int, int], Any], *controls: Control, merges: tuple[Rect, ...] = ()) -> Grid:
    grid = Grid("様式", dict(cells), merges)
    lay([grid], {"様式": (list(controls), Sizes())})
    return grid


def at(row: int, column: int, *, width: int = 1, right: int = 2) -> Box:
    sizes = Sizes()
    left, top = sizes.point(column, right * PIXEL, row, 2 * PIXEL)
    return Box(left, top, sizes.left(column + width), top + 12 * PIXEL)


def check(row: int, column: int, state: bool | None = True, caption: str = "", **more: Any) -> Control:
    width, right = more.pop("width", 1), more.pop("right", 2)
    return Control("check", at(row, column, width=width, right=right), state, caption, **more)


def test_a_captioned_control_on_a_blank_cell_becomes_its_text() -> None:
    assert laid({}, check(2, 3, True, "適切")).cells == {(2, 3): "■ 適切"}


def test_a_default_caption_is_none() -> None:
    for caption in ("Check Box 12", "チェック 3", "オプション 1", "Option Button 4"):
        assert laid({(2, 3): "適切"}, check(2, 3, True, caption)).cells == {(2, 3): "■ 適切"}


def test_several_on_one_block_come_in_the_order_of_their_places() -> None:
    block = Rect(2, 3, 3, 20)
    controls = [check(2, 10, True, "単年度繰返"), check(2, 4, False, "単年度のみ")]
    assert laid({}, *controls, merges=(block,)).cells == {(2, 3): "□ 単年度のみ　■ 単年度繰返"}


@pytest.mark.parametrize("between", ["　", "  ", "\n", " ", "・", "／".replace("／", "/")])
def test_controls_beside_each_other_stand_for_the_words_of_a_cell(between: str) -> None:
    block = Rect(2, 3, 2, 20)
    grid = laid(
        {(2, 3): f"適切{between}見直し余地あり"}, check(2, 3, False), check(2, 9, True), merges=(block,)
    )
    assert grid.cells == {(2, 3): "□ 適切　■ 見直し余地あり"}


def test_a_word_with_a_dot_is_one_word() -> None:
    block = Rect(2, 3, 2, 20)
    text = "公平・公正である　見直し余地がある"
    grid = laid({(2, 3): text}, check(2, 3, False), check(2, 9, True), merges=(block,))
    assert grid.cells == {(2, 3): "□ 公平・公正である　■ 見直し余地がある"}


def test_words_that_overflow_into_blank_cells_keep_their_controls() -> None:
    grid = laid({(2, 3): "適切　　見直し余地あり"}, check(2, 3, False), check(2, 4, True))
    assert grid.cells == {(2, 3): "□ 適切　■ 見直し余地あり"}


def test_more_controls_than_words_are_told_where_ticked() -> None:
    grid = laid({(2, 3): "適切"}, check(2, 3, True), check(2, 3, False, right=30))
    assert [n.reason for n in grid.notes] == ["place"]


def test_a_control_on_a_typed_glyph_that_agrees_changes_nothing() -> None:
    assert laid({(2, 3): "☑ 適切"}, check(2, 3, True)).cells == {(2, 3): "■ 適切"}
    assert not laid({(2, 3): "☑ 適切"}, check(2, 3, True)).notes


@pytest.mark.parametrize("state", [True, False])
def test_a_control_on_a_typed_glyph_that_differs_is_told(state: bool) -> None:
    grid = laid({(2, 3): "□ 適切" if state else "■ 適切"}, check(2, 3, state))
    (note,) = grid.notes
    assert (note.spot, note.label, note.reason, note.found) == ((2, 3), "適切", "glyph", state)
    assert grid.cells == {(2, 3): "□ 適切"}


def test_the_linked_cell_under_the_control_itself() -> None:
    grid = laid({(2, 3): True, (2, 4): "適切"}, check(2, 3, True, link="$D$3"))
    assert (grid.cells, grid.notes) == ({(2, 3): "■", (2, 4): "適切"}, [])


def test_a_linked_boolean_beside_another_label_is_no_tick_of_it() -> None:
    grid = laid({(2, 3): "適切", (2, 8): True, (2, 9): "備考"}, check(2, 3, True, link="$I$3"))
    assert grid.cells == {(2, 3): "■ 適切", (2, 9): "備考"}


@pytest.mark.parametrize(("value", "told"), [(1, 0), (0, 1), (None, 0), ("TRUE?", 1), (True, 0), (False, 1)])
def test_what_a_linked_cell_can_hold(value: Any, told: int) -> None:
    cells = {(2, 3): "適切"} | ({(9, 9): value} if value is not None else {})
    assert len(laid(cells, check(2, 3, True, link="J10")).notes) == told


def test_an_error_in_the_linked_cell_is_a_mixed_box() -> None:
    grid = Grid("様式", {(2, 3): "適切"}, errors={(9, 9): "#N/A"})
    lay([grid], {"様式": ([check(2, 3, False, link="J10")], Sizes())})
    assert [n.reason for n in grid.notes] == ["mixed"]
    assert not grid.errors


@pytest.mark.parametrize(("number", "told"), [(2, 0), (1, 2), (0, 1)])
def test_the_linked_cell_of_option_buttons_holds_a_number(number: int, told: int) -> None:
    buttons = [
        Control("option", at(2, 3), False, "維持", "J10", 1),
        Control("option", at(3, 3), True, "改善", "", 1),
        Control("option", at(4, 3), False, "廃止", "", 1),
    ]
    grid = laid({(9, 9): number}, *buttons)
    assert len(grid.notes) == told
    assert (9, 9) not in grid.cells


def test_a_caption_on_another_text_goes_to_the_blank_cell_beneath_it() -> None:
    grid = laid({(2, 3): "事業期間"}, check(2, 3, True, "単年度のみ", width=4))
    assert grid.cells == {(2, 3): "事業期間", (2, 4): "■ 単年度のみ"}


def test_a_caption_that_has_no_place_is_told() -> None:
    grid = laid({(2, 3): "事業期間", (2, 4): "備考"}, check(2, 3, True, "単年度のみ", width=2))
    assert [(n.reason, n.label) for n in grid.notes] == [("place", "単年度のみ")]


def test_ovals() -> None:
    oval = Control("oval", at(2, 3, width=3), True)
    assert laid({}, oval).cells == {(2, 4): "●"}
    assert laid({(2, 4): "向上"}, oval).cells == {(2, 4): "● 向上"}
    assert laid({(2, 3): "向上"}, oval).cells == {(2, 3): "● 向上"}, "a text that begins left and overflows"
    two = laid({(2, 3): "向上", (2, 5): "維持"}, oval)
    assert [n.reason for n in two.notes] == ["place"]
    choices = laid({(2, 4): "○ 向上　○ 維持"}, oval)
    assert [n.reason for n in choices.notes] == ["place"]


def test_ten_thousand_controls_are_refused(tmp_path: Path) -> None:
    write_book(tmp_path / "a.xlsx", [sample()], Style())
    one = drawn.oval(Rect(1, 1, 1, 1), 1)
    _add_drawing(tmp_path / "a.xlsx", one * 6000)
    (refused,) = read_file(tmp_path / "a.xlsx").refused
    assert (refused.code, refused.values["reason"]) == ("F001", "too_large")


# ---- LibreOffice -------------------------------------------------------------------------------------------


@pytest.mark.office
@pytest.mark.parametrize("captions", [False, True], ids=["labels in cells", "captions"])
@pytest.mark.parametrize("kind", ["CheckBox", "RadioButton"])
def test_controls_that_libreoffice_wrote(office: Office, kind: str, captions: bool, tmp_path: Path) -> None:
    write_book(tmp_path / "typed.xlsx", [sample()], placed("front"))
    typed = only(tmp_path / "typed.xlsx")
    (grid,) = open_book(tmp_path / "typed.xlsx").grids
    ticks, texts = [], []
    for spot, value in grid.cells.items():
        if isinstance(value, str) and (match := re.fullmatch(r"([■□])\s*(\S.*)", value, re.DOTALL)):
            place, caption = address(*spot), match[2] if captions else ""
            ticks.append(
                {"sheet": grid.name, "place": place, "kind": kind, "caption": caption,
                 "state": int(match[1] == "■"), "link": ""}
            )  # fmt: skip
            texts.append((grid.name, place, "" if captions else match[2]))
        elif value == "●":
            oval = {
                "sheet": grid.name,
                "place": address(*spot),
                "kind": "Ellipse",
                "caption": "",
                "state": 0,
                "link": "",
            }
            ticks.append(oval)
            texts.append((grid.name, address(*spot), ""))
    targets = [tmp_path / f"office.{kind}" for kind in ("xlsx", "xls", "ods")]
    office.draw(tmp_path / "typed.xlsx", ticks, texts, targets)
    for target in targets:
        if kind == "RadioButton" and target.suffix == ".xlsx":
            # LibreOffice writes no state of option buttons into .xlsx, nor their places: that has to be told.
            if captions:
                assert [r.code for r in read_file(target).refused] == ["F004"]
            else:
                assert {i.values["reason"] for i in unclear(only(target))} == {"lost"}
            continue
        found = only(target)
        assert not unclear(found), target
        assert no_cells(found) == no_cells(typed), target
