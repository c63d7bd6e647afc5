"""The formulas: what each gives for cells as people fill them, in every shape of range."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalxl import arithmetic, cli
from evalxl.actions import FORMULAS, Formula
from evalxl.calling import call
from evalxl.cells import ERRORS, CellError, Result

NAMES = {
    "EV_TOTAL", "EV_YOY", "EV_YOY_RATE", "EV_YOY_TABLE", "EV_LABOUR", "EV_TOTAL_COST", "EV_UNIT_COST",
    "EV_SHARE", "EV_NUMBER", "EV_YEAR", "EV_ERA", "EV_ROLLUP", "EV_ACHIEVEMENT",
}  # fmt: skip
NUMERIC = [
    name
    for name in FORMULAS
    if all(p.kind == "number" and p.shape == "each" for p in FORMULAS[name].parameters)
]


def shown(rows: list[list[Result]]) -> list[list[Any]]:
    return [[cell.kind if isinstance(cell, CellError) else cell for cell in row] for row in rows]


def test_all_formulas_are_there() -> None:
    assert set(FORMULAS) >= NAMES


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=lambda formula: formula.name)
def test_a_formula_is_declared_whole(formula: Formula, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(formula.help.ja) <= 255  # what Excel's wizard takes
    assert all(len(parameter.help.ja) <= 255 for parameter in formula.parameters)
    optional = [parameter.optional for parameter in formula.parameters]
    assert optional == sorted(optional)
    assert sum(optional) <= 1
    assert cli.main(["calc", formula.word, *formula.example.arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == formula.example.value


@pytest.mark.parametrize("name", sorted(NUMERIC))
@pytest.mark.parametrize("bad", ["別紙", True, datetime.datetime(2018, 4, 1), "29（4）"])  # noqa: DTZ001
def test_what_is_no_number_is_an_error_in_its_own_cell(name: str, bad: Any) -> None:
    count = len(FORMULAS[name].parameters)
    found = shown(call(name, [[[bad], [2.0]], *[[[3.0]]] * (count - 1)]))
    assert found[0] == ["#VALUE!"]
    assert isinstance(found[1][0], float)


@pytest.mark.parametrize("name", sorted(NUMERIC))
@pytest.mark.parametrize("error", ERRORS)
def test_errors_pass_through(name: str, error: str) -> None:
    count = len(FORMULAS[name].parameters)
    assert shown(call(name, [[[error]], *[[[3.0]]] * (count - 1)])) == [[error]]


@pytest.mark.parametrize("blank", [None, "", "　", "－"])
def test_blanks_are_blank(blank: Any) -> None:
    assert call("EV_YOY", [[[blank]], [[1.0]]]) == [[None]]
    assert call("EV_TOTAL", [[[blank, blank]]]) == [[None]]
    assert call("EV_TOTAL", [[[blank, 5.0]]]) == [[5.0]]
    assert call("EV_NUMBER", [[[blank]]]) == [[None]]


def test_a_total_never_skips_text() -> None:
    with pytest.raises(CellError, match="#VALUE!"):
        call("EV_TOTAL", [[[1.0, "約100"]]])
    with pytest.raises(CellError, match="#REF!"):
        call("EV_TOTAL", [[[1.0]], [["#REF!"]]])
    assert call("EV_TOTAL", [[[0.1, 0.2]], [["▲０．３"]]]) == [[0.0]]
    # An error of a newer Excel, for which xlwings has no text.
    with pytest.raises(CellError):
        call("EV_TOTAL", [[[-2146826243]]])


shapes = st.tuples(st.integers(1, 4), st.integers(1, 4))


@given(shape=shapes, row=st.booleans(), column=st.booleans(), data=st.data())
def test_blocks_meet_cell_by_cell(
    shape: tuple[int, int], row: bool, column: bool, data: st.DataObject
) -> None:
    height, width = shape
    figure = st.sampled_from([None, 0.0, 0.5, 3.0, -7.25, 1e9])
    now = data.draw(
        st.lists(st.lists(figure, min_size=width, max_size=width), min_size=height, max_size=height)
    )
    low, wide = (1 if row else height), (1 if column else width)
    before = data.draw(st.lists(st.lists(figure, min_size=wide, max_size=wide), min_size=low, max_size=low))
    found = call("EV_YOY", [now, before])
    assert (len(found), {len(line) for line in found}) == (height, {width})
    for i in range(height):
        for j in range(width):
            alone = call("EV_YOY", [[[now[i][j]]], [[before[i % low][j % wide]]]])
            assert found[i][j] == alone[0][0]


def test_blocks_that_do_not_fit_are_an_error() -> None:
    with pytest.raises(CellError, match="#VALUE!"):
        call("EV_YOY", [[[1.0], [2.0]], [[1.0], [2.0], [3.0]]])
    with pytest.raises(CellError, match=r"#NAME\?"):
        call("EV_NOTHING", [])
    for blocks in ([], [[[1.0]]], [[[1.0]]] * 3):
        with pytest.raises(CellError, match="#VALUE!"):
            call("EV_YOY", blocks)


typed = st.sampled_from(
    [None, "", "－", "▲１，９７４千円", "0.1", "９９９９９９９９９９９９９９９９", "別紙", "#N/A",
     0.0, -3.0, True, 1e15, -1e15, 999_999_999_999_999.0, 1e300, 0.1, -7.25, Decimal("0.123456")]
) | st.integers(-(10**15), 10**15).map(float) | st.floats(-1e12, 1e12)  # fmt: skip


@given(table=st.lists(st.lists(typed, min_size=3, max_size=3), min_size=1, max_size=4))
def test_a_table_of_changes_is_its_single_changes(table: list[list[Any]]) -> None:
    found = shown(call("EV_YOY_TABLE", [table]))
    for line, row in zip(found, table, strict=True):
        for index in (0, 1):
            before, now = [[row[index]]], [[row[index + 1]]]
            if "#N/A" in (before[0][0], now[0][0]):  # either error may be told where both are wrong
                assert line[2 * index] == line[2 * index + 1] in ("#N/A", "#VALUE!")
                continue
            assert [line[2 * index]] == shown(call("EV_YOY", [now, before]))[0]
            assert [line[2 * index + 1]] == shown(call("EV_YOY_RATE", [now, before]))[0]


@given(now=st.integers(1 - 10**15, 10**15 - 1), before=st.integers(1 - 10**15, 10**15 - 1))
def test_changes_of_floats_are_the_nearest_to_the_exact_ones(now: int, before: int) -> None:
    found = call("EV_YOY_TABLE", [[[float(before), float(now)]]])
    assert found[0][0] == now - before
    if now and before:
        assert found[0][1] == float(Fraction(now - before) / abs(Fraction(before)))


@pytest.mark.parametrize("name", sorted(NUMERIC))
@given(data=st.data())
def test_a_block_is_its_single_cells(name: str, data: st.DataObject) -> None:
    rows = data.draw(st.integers(1, 4))
    column = st.lists(typed, min_size=rows, max_size=rows)
    blocks = [[[cell] for cell in data.draw(column)] for _ in FORMULAS[name].parameters]
    single = [shown(call(name, [[block[i]] for block in blocks]))[0] for i in range(rows)]
    assert shown(call(name, blocks)) == single


def test_a_bad_cell_of_a_table_spoils_its_own_years_alone() -> None:
    assert shown(call("EV_YOY_TABLE", [[[1.0, "x", 3.0, 4.0]]])) == [["#VALUE!"] * 4 + [1.0, 1 / 3]]
    with pytest.raises(CellError):
        call("EV_YOY_TABLE", [[[1.0]]])


@pytest.mark.parametrize(
    ("typed", "near", "year"),
    [
        ("平成29年度", None, 2017), ("H29", None, 2017), ("２９", 2018.0, 2017), (29.0, 2018.0, 2017),
        ("31（元）年度", None, 2019), ("令和元年度", None, 2019), (2017.0, None, 2017), ("10", 2026.0, 2028),
        (datetime.datetime(2018, 3, 31), None, 2017), (datetime.datetime(2018, 4, 1), None, 2018),  # noqa: DTZ001
        (None, None, None), (" ", None, None),
        ("H27決算", None, 2015), ("27年度(実績)", 2018.0, 2015), ("27年度\n（実績）", 2018.0, 2015),
        ("30年度計画", 2018.0, 2018), ("令和元年度（決算見込額）", None, 2019),
    ],
)  # fmt: skip
def test_years_in_any_notation(typed: Any, near: float | None, year: int | None) -> None:
    blocks = [[[typed]]] if near is None else [[[typed]], [[near]]]
    assert call("EV_YEAR", blocks) == [[year]]


@pytest.mark.parametrize("typed", ["来年", 43000.0, 17.5, True, "13月", "実績", "27年度の実績について"])
def test_what_is_no_year(typed: Any) -> None:
    assert shown(call("EV_YEAR", [[[typed]]])) == [["#VALUE!"]]
    assert shown(call("EV_ERA", [[[typed]]])) == [["#VALUE!"]]


def test_achievement_knows_the_good_direction() -> None:
    assert call("EV_ACHIEVEMENT", [[[50.0]], [[40.0]], [["減"]]]) == [[0.8]]
    assert call("EV_ACHIEVEMENT", [[[50.0]], [[40.0]], [["増"]]]) == [[1.25]]
    assert call("EV_ACHIEVEMENT", [[[0.0]], [[40.0]], [["↓"]]]) == [[None]]
    assert shown(call("EV_ACHIEVEMENT", [[[50.0]], [[40.0]], [["横"]]])) == [["#VALUE!"]]


@given(parts=st.lists(st.none() | st.integers(0, 10**9).map(float), min_size=1, max_size=9))
def test_shares_add_to_one_in_their_shape(parts: list[float | None]) -> None:
    column = call("EV_SHARE", [[[part] for part in parts]])
    assert [row[0] for row in column] == call("EV_SHARE", [[parts]])[0]
    filled = [Decimal(str(row[0])) for row in column if row[0] is not None]
    assert sum(filled) == (1 if sum(part or 0 for part in parts) else 0)


TABLE = [
    ["課", "年度", "事業費", "人件費"],
    ["総務課", "29", 10.0, 1.0], ["税務課", 29.0, "２０", None], ["総務課", "平成30年度", 5.0, 2.0],
    [None, None, None, None],
]  # fmt: skip


def test_rollups() -> None:
    assert call("EV_ROLLUP", [TABLE, [["課"]], [["事業費", "人件費"]]]) == [
        ["課", "事業費", "人件費"], ["総務課", 15.0, 3.0], ["税務課", 20.0, None], ["合　計", 35.0, 3.0],
    ]  # fmt: skip
    assert call("EV_ROLLUP", [TABLE, [["課"]], [["事業費"]], [[2017.0]]])[1:] == [
        ["総務課", 10.0], ["税務課", 20.0], ["合　計", 30.0],
    ]  # fmt: skip
    bad = [*TABLE, ["税務課", "29", "別紙", 1.0]]
    assert shown(call("EV_ROLLUP", [bad, [["課"]], [["事業費"]]]))[1:] == [
        ["総務課", 15.0], ["税務課", "#VALUE!"], ["合　計", "#VALUE!"],
    ]  # fmt: skip
    with pytest.raises(CellError, match="#N/A"):
        call("EV_ROLLUP", [TABLE, [["部"]], [["事業費"]]])


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_an_error_on_the_command_line_says_which(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["calc", "yoy", "別紙", "1", "--lang", lang]) == 2
    assert "#VALUE!" in capsys.readouterr().err


def test_rules_and_formulas_share_their_arithmetic() -> None:
    assert call("EV_LABOUR", [[[1987.0]], [["４，０７７円"]]]) == [
        [float(arithmetic.labour_cost(1987, 4077) or 0)]
    ]
    assert call("EV_TOTAL_COST", [[[8652.0]], [[8101.0]]]) == [[16753.0]]
