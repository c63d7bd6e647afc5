"""The formulas: each declared once for Excel, the command line and the reference. Figures stay exact within.

What the rules and the roll-ups compute stands in `evalxl.arithmetic`; here it meets cells as people fill
them. A blank cell and a dash are blank; text where a number belongs is #VALUE!, never passed over; an error
in a cell passes through.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from fractions import Fraction

from evalxl import arithmetic
from evalxl.actions import Example, Parameter, formula
from evalxl.arithmetic import Number
from evalxl.cells import Block, Cell, CellError, Result, Results, checked, flat, is_whole, number, one, result
from evalxl.texts import Text
from workbook.notation import era_year, fiscal_year_of, resolve_end, this_year

YEN_1000 = "千円"


@formula(
    "EV_TOTAL",
    label=Text("合計", "Total"),
    help=Text(
        "数値を合計します。全角、桁区切り、▲、後ろの単位も読みます。空欄と「－」は数えません。"
        "数値でない文字や日付があると #VALUE! になります。すべて空欄なら空欄です。",
        "The sum of the figures as typed; blanks and dashes are left out, all blank is blank. #VALUE! where "
        "a cell holds no number.",
    ),
    parameters=[Parameter("parts", Text("合計する数値（範囲をいくつでも）", "what to add up"), "rest")],
    example=Example(("6091", "▲３５", "－"), 6056.0),
)
def total(*blocks: Block) -> Number | None:
    """The sum of all cells of all blocks, blanks left out; None when all are blank.

    >>> total([[6091.0, None]], [["７，３３８"]])
    13429
    """
    return arithmetic.total([number(cell) for block in blocks for cell in flat(block)])


@formula(
    "EV_YOY",
    label=Text("前年度比（増減）", "Change from last year"),
    help=Text(
        "前年度からの増減（今年度－前年度）です。どちらかが空欄なら空欄です。",
        "This year less last year; blank where one of them is.",
    ),
    parameters=[
        Parameter("this_year", Text("今年度の数値", "this year's figure")),
        Parameter("last_year", Text("前年度の数値", "last year's figure")),
    ],
    example=Example(("8652", "7338"), 1314.0),
)
def yoy(this_year: Number | None, last_year: Number | None) -> Number | None:
    """The change from last year, in the figure's own unit; None when a year is blank.

    >>> yoy(8652, 7338)
    1314
    """
    return arithmetic.yoy(this_year, last_year)


@formula(
    "EV_YOY_RATE",
    label=Text("前年度比（増減率）", "Rate of change"),
    help=Text(
        "前年度に対する増減の割合です（0.1 は 10％）。前年度が0なら「皆増」、今年度が0なら「皆減」、"
        "どちらも0なら「－」、"
        "どちらかが空欄なら空欄です。",
        "The change as a part of last year (0.1 is 10 %); 皆増 from nothing, 皆減 to nothing, － for both 0; "
        "blank where one is.",
    ),
    parameters=[
        Parameter("this_year", Text("今年度の数値", "this year's figure")),
        Parameter("last_year", Text("前年度の数値", "last year's figure")),
    ],
    example=Example(("3", "2"), 0.5),
)
def yoy_rate(this_year: Number | None, last_year: Number | None) -> Fraction | str | None:
    """The change as a part of last year's size, or 皆増, 皆減, －; None when a year is blank.

    >>> yoy_rate(3, 2), yoy_rate(3, 0)
    (Fraction(1, 2), '皆増')
    """
    return arithmetic.yoy_rate(this_year, last_year)


@formula(
    "EV_YOY_TABLE",
    label=Text("前年度比の表", "Table of changes"),
    help=Text(
        "年度を横に並べた表から、年度ごとの増減と増減率を2列ずつ返します（2年度目から）。"
        "数値でないセルは、その年度の結果だけが #VALUE! になります。",
        "For rows of years: a column of differences and one of rates for each year from the second. A cell "
        "that is no number makes #VALUE! of its own results only.",
    ),
    parameters=[Parameter("table", Text("行×年度の数値（古い年度から）", "rows × years"), "block")],
    gives="block",
    example=Example(("7338 8652 9369; 0 5 0",), [[1314.0, 1314 / 7338, 717.0, 717 / 8652],
                                                 [5.0, "皆増", -5.0, "皆減"]]),
)  # fmt: skip
def yoy_table(table: Block) -> Results:
    """Rows × years (oldest first) → rows × 2 (years - 1): difference and rate of each year from the second.

    Raises `CellError` for a table of one year.

    >>> yoy_table([[2.0, 3.0, None]])
    [[1.0, 0.5, None, None]]
    """
    if len(table[0]) < 2:
        raise CellError()
    return [_changes(row) for row in table]


def _changes(row: Iterable[Cell]) -> list[Result]:
    """The difference and the rate of each year from the second."""
    line: list[Result] = []
    before, *rest = map(_figure, row)
    for now in rest:
        if isinstance(before, CellError):
            line += (before, before)
        elif isinstance(now, CellError):
            line += (now, now)
        elif isinstance(now, float) and isinstance(before, float) and now and before:
            # Whole floats: the same results as below, in a tenth of the time.
            line += (now - before, (now - before) / abs(before))
        else:
            exact = _exact(now), _exact(before)
            line += (one(arithmetic.yoy, exact), one(arithmetic.yoy_rate, exact))
        before = now
    return line


def _figure(cell: Cell) -> Number | float | CellError | None:
    """The number of a cell, as a float where that is exact, or what is wrong with it."""
    if is_whole(cell):
        return cell
    try:
        figure = number(cell)
    except CellError as error:
        return error
    return float(figure) if isinstance(figure, int) and is_whole(float(figure)) else figure


def _exact(figure: Number | float | None) -> Number | None:
    return int(figure) if isinstance(figure, float) else figure


@formula(
    "EV_LABOUR",
    label=Text("人件費", "Labour cost"),
    help=Text(
        "延べ時間と1時間あたりの単価（円）から、人件費を千円単位で返します（四捨五入）。"
        "どちらかが空欄なら空欄です。",
        "Hours × yen an hour, in thousand yen, rounded half up; blank where one is.",
    ),
    parameters=[
        Parameter("hours", Text("延べ業務時間（時間）", "hours worked"), unit="時間"),
        Parameter("yen_per_hour", Text("1時間あたりの人件費（円）", "yen an hour"), unit="円"),
    ],
    example=Example(("1987", "4077"), 8101.0),
)
def labour(hours: Number | None, yen_per_hour: Number | None) -> int | None:
    """人件費計(B) in 千円: hours × yen an hour ÷ 1,000, rounded half up; None when one is blank.

    >>> labour(1987, 4077)
    8101
    """
    return arithmetic.labour_cost(hours, yen_per_hour)


@formula(
    "EV_TOTAL_COST",
    label=Text("トータルコスト", "Total cost"),
    help=Text(
        "事業費計(A)と人件費計(B)の和です（千円）。片方が空欄なら0とし、両方が空欄なら空欄です。",
        "Project cost (A) and labour (B) together, in thousand yen; one blank counts as 0, both is blank.",
    ),
    parameters=[
        Parameter("project", Text("事業費計（A、千円）", "project cost (A)"), unit=YEN_1000),
        Parameter("labour", Text("人件費計（B、千円）", "labour cost (B)"), unit=YEN_1000),
    ],
    example=Example(("8652", "8101"), 16753.0),
)
def total_cost(project: Number | None, labour: Number | None) -> Number | None:
    """トータルコスト(A)+(B) in 千円; a blank part counts as 0, None when both are blank.

    >>> total_cost(8652, 8101)
    16753
    """
    return arithmetic.grand_total(project, labour)


@formula(
    "EV_UNIT_COST",
    label=Text("単位コスト", "Unit cost"),
    help=Text(
        "コストを数量（活動量や利用者数など）で割ります。どちらかが空欄か、数量が0なら空欄です。",
        "Cost for one unit of what was done; blank where one is, or the quantity is 0.",
    ),
    parameters=[
        Parameter("cost", Text("コスト（千円など）", "cost")),
        Parameter("quantity", Text("数量（回、人など）", "quantity")),
    ],
    example=Example(("9", "2"), 4.5),
)
def unit_cost(cost: Number | None, quantity: Number | None) -> Fraction | None:
    """Cost for one unit, in the cost's unit; None when one is blank or the quantity is 0.

    >>> unit_cost(9, 2)
    Fraction(9, 2)
    """
    return arithmetic.unit_cost(cost, quantity)


@formula(
    "EV_SHARE",
    label=Text("構成比", "Shares"),
    help=Text(
        "範囲の中での構成比を、合計がちょうど1になるように返します（同じ形の範囲）。"
        "空欄は空欄のままです。合計が0か、負の数があると、すべて空欄です。",
        "Each cell's part of the sum, adding up to exactly 1; blanks stay blank. All are blank where the sum "
        "is 0 or a cell is negative.",
    ),
    parameters=[
        Parameter("parts", Text("財源などの内訳", "the parts"), "block"),
        Parameter("digits", Text("小数点以下の桁数（0～9、省くと3）", "decimals (3)"), optional=True),
    ],
    gives="block",
    example=Example(("1 1 1",), [[0.334, 0.333, 0.333]]),
)
def share(parts: Block, digits: Number | None = None) -> Results:
    """Shares of all cells of the block, in its shape; `evalxl.arithmetic.shares` says how they add to 1.

    >>> share([[652.0], [None], [8000.0]], 2)
    [[0.08], [None], [0.92]]
    """
    digits = 3 if digits is None else digits
    if digits not in range(10):
        raise CellError()
    found = iter(arithmetic.shares([number(cell) for cell in flat(parts)], int(digits)))
    return [[result(next(found)) for _ in row] for row in parts]


@formula(
    "EV_NUMBER",
    label=Text("数値として読む", "Read a number"),
    help=Text(
        "入力されたとおりの数値を読みます（全角、桁区切り、▲、単位）。空欄と「－」は空欄、"
        "数値でなければ #VALUE! です。",
        "The number that people typed; a blank and a dash are blank, #VALUE! for anything else.",
    ),
    parameters=[
        Parameter("value", Text("数値のセル", "the cell"), kind="cell"),
        Parameter("unit", Text("後ろに付いてよい単位", "the unit it may have"), kind="word", optional=True),
    ],
    example=Example(("▲１，９７４千円",), -1974.0),
)
def as_number(value: Cell, unit: str | None = None) -> Number | None:
    """The number in a cell as typed; None for a blank and a dash.

    >>> as_number("１，２００ 回", "回")
    1200
    """
    return number(value, unit or None)


@formula(
    "EV_YEAR",
    label=Text("年度（西暦）", "Fiscal year"),
    help=Text(
        "どの書き方の年度も西暦にします（平成29年度、H29、29、31（元）、2017、29年度（実績）、日付）。"
        "元号のない年は near にいちばん近い年です。年度でなければ #VALUE! です。",
        "Any notation of a year or a date as its Gregorian fiscal year; a bare number is the year nearest to "
        "'near'. #VALUE! for what is no year.",
    ),
    parameters=[
        Parameter("value", Text("年度または日付", "a year or a date"), kind="cell"),
        Parameter("near", Text("元号のない年の目安（西暦、省くと今年度）", "where a bare number lies (now)"),
                  optional=True),
    ],
    example=Example(("平成29年度",), 2017.0),
)  # fmt: skip
def year(value: Cell, near: Number | None = None) -> int | None:
    """A fiscal year (from April) in Gregorian counting; None for a blank.

    >>> year("H29"), year("29", 2018), year(31.0, 2018), year(datetime.date(2018, 3, 31))
    (2017, 2017, 2019, 2017)
    >>> year("H27決算"), year("27年度\\n（実績）", 2018), year("令和元年度(決算見込額)"), year("実績（H29）")
    (2015, 2015, 2019, 2017)
    """
    value = checked(value)
    if isinstance(value, datetime.date):
        return fiscal_year_of(value)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise CellError()
    now = this_year() if near is None else int(near)
    found = resolve_end(str(value), None, now) or resolve_end(_of_heading(str(value)), None, now)
    if found is None:
        raise CellError()
    return found


def _of_heading(text: str) -> str:
    """The year in the heading of a column, as sheets have it: 29年度(実績); "" for a text that is none."""
    from workbook import form as forms  # not for a year alone
    from workbook.labels import vocabulary

    headings = (vocabulary(forms.get(form)).heading(text) for form in forms.ids())
    return next((heading.year for heading in headings if heading), "")


@formula(
    "EV_ERA",
    label=Text("年度（和暦）", "Era year"),
    help=Text(
        "どの書き方の年度も「令和5年度」の形にします。元号のない年は near にいちばん近い年です。"
        "年度でなければ #VALUE! です。",
        "Any notation of a year or a date as 令和5年度; a bare number is the year nearest to 'near'. #VALUE! "
        "for what is no year.",
    ),
    parameters=[
        Parameter("value", Text("年度または日付", "a year or a date"), kind="cell"),
        Parameter("near", Text("元号のない年の目安（西暦、省くと今年度）", "where a bare number lies (now)"),
                  optional=True),
    ],
    example=Example(("2023",), "令和5年度"),
)  # fmt: skip
def era(value: Cell, near: Number | None = None) -> str | None:
    """A fiscal year as a city writes it; None for a blank.

    >>> era(2019.0), era("R5")
    ('令和元年度', '令和5年度')
    """
    found = year(value, near)
    return None if found is None else era_year(found)


@formula(
    "EV_ACHIEVEMENT",
    label=Text("達成率", "Achievement"),
    help=Text(
        "目標に対する達成率です（1 が 100％）。数値が小さいほどよい指標では、"
        "よい方向に「減」を指定すると 目標÷実績 になります。空欄、または割る数が0なら空欄です。",
        "The result as a part of the plan (1 is 100 %); with 減 as the good direction the plan as a part of "
        "the result. Blank where one is, or the divisor is 0.",
    ),
    parameters=[
        Parameter("result", Text("実績", "the result")),
        Parameter("plan", Text("目標（計画）", "the plan")),
        Parameter(
            "good",
            Text("よい方向（増 または 減。省くと増）", "the good direction: 増 (up) or 減 (down)"),
            kind="word",
            optional=True,
        ),
    ],
    example=Example(("300", "400"), 0.75),
)  # fmt: skip
def achievement(result: Number | None, plan: Number | None, good: str | None = None) -> Fraction | None:
    """達成率 by the good direction; None when one is blank or the divisor is 0.

    >>> achievement(300, 400), achievement(50, 40, "減")
    (Fraction(3, 4), Fraction(4, 5))
    """
    wanted = (good or "増").strip().lower()
    if wanted in _UP:
        return arithmetic.achievement(result, plan)
    if wanted in _DOWN:
        return arithmetic.achievement(plan, result)
    raise CellError()


_UP = frozenset(("増", "増加", "上", "上昇", "向上", "↑", "up"))
_DOWN = frozenset(("減", "減少", "下", "低下", "下降", "↓", "down"))
