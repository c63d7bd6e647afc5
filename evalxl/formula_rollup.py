"""EV_ROLLUP: sums of a table in a sheet, as `evalxl rollup` makes them of whole consolidations."""

from __future__ import annotations

from collections.abc import Sequence

from evalxl import arithmetic, texts
from evalxl.actions import Example, Parameter, formula
from evalxl.arithmetic import Number
from evalxl.cells import NOT_FOUND, Block, Cell, CellError, Result, Results, flat, number, result, word
from evalxl.formulas import year as read_year
from evalxl.texts import Text
from workbook.notation import fold

_YEAR = tuple(map(fold, ("年度", "会計年度", "fiscal_year", "year")))
"""Headings of the column that `year` picks rows by."""


@formula(
    "EV_ROLLUP",
    label=Text("集計", "Roll-up"),
    help=Text(
        "1行目が見出しの表を、見出しの名前で集計します。見出し、集計した行（表に出る順）、合計の行を返します。"
        "見出しがなければ #N/A、値が数値でない行はその合計が #VALUE! です。",
        "Sums of a table with headings: a row for each group in the order they come, and the total. #N/A for "
        "a heading that is not there; a value that is no number makes #VALUE! of its sums.",
    ),
    parameters=[
        Parameter("table", Text("見出しの行を含む表", "the table with its headings"), "block"),
        Parameter(
            "by", Text("集計の単位にする見出し（いくつでも）", "headings to group by"), "block", "word"
        ),
        Parameter("value", Text("合計する見出し（いくつでも）", "headings to add up"), "block", "word"),
        Parameter(
            "year",
            Text("「年度」の列で選ぶ年度（省くとすべて）", "the year to pick by the column 年度"),
            kind="cell",
            optional=True,
        ),
    ],
    gives="block",
    example=Example(
        ("課 事業費; 総務課 10; 税務課 5; 総務課 1", "課", "事業費"),
        [["課", "事業費"], ["総務課", 11.0], ["税務課", 5.0], [texts.TOTAL.ja, 16.0]],
    ),
)
def rollup(table: Block, by: Block, value: Block, year: Cell = None) -> Results:
    """Headings, one row a group in the order of the table, and a row of totals.

    A sum is blank where all its cells are. Rows that are blank in all columns concerned are left out.

    >>> rollup([["課", "費"], ["a", 1.0], ["b", 2.0], ["a", None]], [["課"]], [["費"]])
    [['課', '費'], ['a', 1.0], ['b', 2.0], ['合\u3000計', 3.0]]
    """
    groups, values = _columns(table[0], by), _columns(table[0], value)
    rows = [row for row in _rows(table, year) if any(row[c] not in (None, "") for c in groups + values)]
    found: dict[tuple[str, ...], list[Sequence[Cell]]] = {}
    for row in rows:
        found.setdefault(tuple(word(row[c]) for c in groups), []).append(row)
    head: list[Result] = [word(table[0][c]) for c in groups + values]
    lines = [[*key, *(_sum(members, c) for c in values)] for key, members in found.items()]
    padding = [None] * (len(groups) - 1)
    return [head, *lines, [texts.TOTAL.ja, *padding, *(_sum(rows, c) for c in values)]]


def _columns(heads: Sequence[Cell], names: Block) -> list[int]:
    """The columns under these headings."""
    known = {fold(word(cell)): number for number, cell in reversed(list(enumerate(heads)))}
    wanted = [fold(name) for cell in flat(names) if (name := word(cell))]
    if not wanted or any(name not in known for name in wanted):
        raise CellError(NOT_FOUND)
    return [known[name] for name in wanted]


def _rows(table: Block, year: Cell) -> Sequence[Sequence[Cell]]:
    wanted = read_year(year)
    if wanted is None:
        return table[1:]
    column = next((n for n, cell in enumerate(table[0]) if fold(word(cell)) in _YEAR), None)
    if column is None:
        raise CellError(NOT_FOUND)
    return [row for row in table[1:] if read_year(row[column], wanted) == wanted]


def _sum(rows: Sequence[Sequence[Cell]], column: int) -> Result:
    figures: list[Number | None] = []
    for row in rows:
        try:
            figures.append(number(row[column]))
        except CellError as error:
            return error
    return result(arithmetic.total(figures))
