"""The first page: head and 現状把握【DO】."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from . import head
from .grid import Block, Box, Formula, HBox, Value, VBox
from .head import Record
from .pen import Pen

SOURCES = (
    ("national", "国庫支出金"),
    ("prefectural", "県支出金"),
    ("bonds", "地方債"),
    ("other", "その他"),
    ("general", "一般財源"),
)
TOTALS = (
    ("project_total", "事業費計(A)", "千円"),
    ("staff_count", "正規職員従事人数", "人"),
    ("work_hours", "延べ業務時間", "時間"),
    ("labour_total", "人件費計(B)", "千円"),
    ("grand_total", "トータルコスト(A)+(B)", "千円"),
)
ENVIRONMENT = (
    (
        *("environment", "①", "環境変化"),
        "(この事務事業を取り巻く状況(対象者や根拠法令等)はどう変化しているか？ "
        "開始時期あるいは5年前と比べてどう変わったのか？)",
    ),
    (
        *("reforms", "②", "改革改善の経緯"),
        "(この事務事業に関してこれまでどのような改革改善をしているか？)",
    ),
    (
        *("opinions", "③", "関係者からの意見・要望"),
        "(この事務事業に対して市民、議会、事業対象者、利害関係者等からどんな意見や要望が寄せられているか？)",
    ),
)


def front(pen: Pen, record: Record) -> Box:
    """The whole first page."""
    parts = [
        *title(pen),
        head.names(pen, record),
        head.body(pen, record),
        heading(pen, "1", "現状把握【DO】"),
    ]
    outline = pen.label("事業内容", "(期間限定複数年度事業は全体像を記述)", "②")
    about: list[Box] = [_period(pen, record["period"]), text_box(outline, pen.text(record["outline"]))]
    parts += [heading(pen, "(1)", "事業概要"), *(_more_about(pen, record, about) if pen.spec.more else about)]
    parts += [heading(pen, "(2)", "事務事業の手段・指標"), _means(pen, record)]
    parts += [heading(pen, "(3)", "事務事業の目的・指標"), _purpose(pen, record)]
    parts += [heading(pen, "(4)", "事務事業のコスト"), _costs(pen, record)]
    parts += [heading(pen, "(5)", "事務事業の環境変化、住民意見等"), _environment(pen, record)]
    return VBox(parts, loose=True)


def title(pen: Pen) -> list[Box]:
    """The form's own title; its year is the one the sheet is filled in, not the one evaluated."""
    if pen.style.title == "none":
        return []
    year = pen.label_year(pen.evaluated + 1) + " " if pen.style.title == "year" else ""
    return [heading(pen, "", year + pen.spec.title)]


def heading(pen: Pen, mark: str, text: str) -> Block:
    """A section's heading across the page."""
    block = Block([1])
    block.put(0, 0, pen.mark(mark) + pen.widen(text), "heading")
    return block


def text_box(label: str, text: str | None) -> Block:
    """A label with a big box of text beneath it."""
    block = Block([1])
    block.put(0, 0, label)
    block.put(1, 0, text, "text")
    return block


def side_label(pen: Pen, text: str, mark: str = "") -> Block:
    """A label that stands left of a whole table."""
    block = Block([1])
    block.put(0, 0, pen.label(text, mark=mark), "side")
    return block


def _period(pen: Pen, period: Record) -> Box:
    label = Block([1])
    label.put(0, 0, pen.label("事業期間", mark="①"))
    kind, start, end = period["kind"], period["start_year"], period["end_year"]
    one, many, long = (kind == k for k in ("single_year", "recurring", "multi_year"))
    since = pen.period_year(start) if many else ""
    first = pen.period_year(start) if long else ""
    last = pen.period_year(end, start) if long else ""
    if pen.style.period_apart and pen.style.place_period != "group":
        rows: list[Box] = [pen.options({"単年度のみ": one}, pen.style.place_period, "period")]
        rows.append(_apart(pen, "単年度繰返", many, [since]))
        rows.append(_apart(pen, "期間限定複数年度", long, [first, last]))
        return VBox([label, *rows])
    wave = pen.style.wave
    repeat = pen.widen("(") + f"{since}年度{wave}" + pen.widen(")")
    limit = pen.widen("(") + f"{first}年度{wave} {last}年度" + pen.widen(")")
    above = {"単年度のみ": one, "単年度繰返 " + repeat: many}
    beneath = {"期間限定複数年度 " + limit: long}
    if pen.style.place_period == "group" and pen.rng.random() < 0.4:
        return VBox([label, pen.options(above | beneath, "group", "period")])
    return VBox([label, *(pen.options(line, pen.style.place_period, "period") for line in (above, beneath))])


def _apart(pen: Pen, label: str, on: bool, years: Sequence[str]) -> Box:
    """A period's box whose years are typed into cells between the printed brackets."""
    block = Block([2, *[1, 1.5] * len(years)], family=f"period/{len(years)}")
    block.put(0, 0, pen.widen("("), "plain")
    for i, year in enumerate(years):
        number = year.isascii() and year.isdecimal() and pen.rng.random() < 0.5
        typed: Value = int(year) if number else year or pen.empty_name()
        block.put(0, 1 + 2 * i, typed, "number")
        last = i == len(years) - 1
        after = "年度" + ("" if i else pen.style.wave) + (pen.widen(")") if last else "")
        block.put(0, 2 + 2 * i, after, "plain")
    return HBox([pen.options({label: on}, pen.style.place_period, "period"), block], [4, 5], family="period")


def _means(pen: Pen, record: Record) -> Box:
    past, plan = pen.label_year(pen.evaluated), pen.label_year(pen.evaluated + 1)
    top = Block([1])
    top.put(0, 0, pen.label("主な活動", mark="①"))
    boxes = [
        text_box(
            pen.widen(past + "実績") + pen.label("", f"({past}に行った主な活動)"),
            pen.text(record["activity_actual"]),
        ),
        text_box(
            pen.widen(plan + "計画") + pen.label("", f"({plan}に計画する主な活動)"),
            pen.text(record["activity_plan"]),
        ),
    ]
    table = _indicators(pen, 0, "活動指標", record["activity_indicators"])
    inner = VBox([top, HBox(boxes, [1, 1]), table])
    return HBox([side_label(pen, "手段"), inner], [1, 27], family="sided")


def _purpose(pen: Pen, record: Record) -> Box:
    parts = (
        ("target", "①", "対象", "(誰、何を対象にしているのか)", 1, "対象指標"),
        ("intent", "②", "意図", "(対象がどのような状態になるのか)", 2, "成果指標"),
    )
    boxes: list[Box] = []
    for name, mark, word, note, number, table_word in parts:
        text = text_box(pen.label(word, note, mark), pen.text(record[name]))
        list_name = "target_indicators" if name == "target" else "outcome_indicators"
        table = _indicators(pen, number, table_word, record[list_name])
        boxes.append(
            HBox([text, table], [9, 18], "purpose") if pen.style.purpose == "beside" else VBox([text, table])
        )
    if pen.spec.more:
        label = pen.label("結果", "(どのような結果に結び付けるのか)", "④")
        boxes.append(text_box(label, pen.text(record["result"])))
    return HBox([side_label(pen, "目的"), VBox(boxes)], [1, 27], family="sided")


def _more_about(pen: Pen, record: Record, about: list[Box]) -> list[Box]:
    """The start of the project, and its whole plan beside or beneath what it is about."""
    label = pen.label("開始のきっかけ", "(いつ、どのような経緯で始まったか)", "②")
    about = [about[0], text_box(label, pen.text(record["origin"])), *about[1:]]
    if pen.rng.random() < 0.5:
        return [*about, _whole_plan(pen, record["whole_plan"])]
    return [HBox([VBox(about), _whole_plan(pen, record["whole_plan"])], [15, 12], "about")]


def _whole_plan(pen: Pen, figures: Record) -> Block:
    """Rows with the labels of the cost table, one figure each, with or without a column for the unit."""
    in_units = pen.rng.random() < 0.6
    block = Block([0.9, 5, *([1.4] if in_units else []), 3], family=f"whole/{in_units}")
    block.put(0, 0, pen.label("全体計画", "(※期間限定複数年度のみ)"), cols=3 + in_units)
    block.put(1, 0, pen.label("財源内訳"), "side", rows=len(SOURCES))
    for row, (name, word, unit) in enumerate(cost_rows(pen), start=1):
        source = row <= len(SOURCES)
        block.put(row, int(source), pen.label(word), cols=1 if source else 2)
        if in_units:
            block.put(row, 2, unit, "text")
        value, shown = pen.number(figures[name], unit)
        block.put(row, 2 + in_units, value, "number", shown=shown)
    return block


def cost_rows(pen: Pen) -> list[tuple[str, str, str]]:
    """Name, label and unit of the rows of costs."""
    words = dict(SOURCES) | {"prefectural": pen.spec.prefectural}
    return [*((name, word, "千円") for name, word in words.items()), *TOTALS]


def _year_heads(pen: Pen, block: Block, col: int, words: Sequence[str]) -> int:
    """Puts the headings of the year columns; returns the rows they take."""
    heads = pen.headings(words)
    for i, (upper, lower) in enumerate(heads):
        block.put(0, col + i, upper)
        if lower is not None:
            block.put(1, col + i, lower)
    return 2 if heads[0][1] is not None else 1


def _indicators(pen: Pen, number: int, word: str, filled: list[Record]) -> Block:
    mark, slots = pen.spec.marks[number], pen.spec.slots[number]
    by_slot = {indicator["slot"]: indicator for indicator in filled}
    joined = pen.style.slots == "joined"
    first = 1 if joined else 2
    block = Block([*([] if joined else [0.8]), 6, 1.4, *[2.2] * len(pen.years)], family=f"table/{first}")
    top = _year_heads(pen, block, first + 1, _words(pen, "実績"))
    block.put(0, 0, pen.label(word, mark=mark), cols=first, rows=top)
    block.put(0, first, pen.spell("単位"), rows=top)
    for row, slot in enumerate(slots, start=top):
        indicator = by_slot.get(slot)
        name: Value = pen.text(indicator["name"]) if indicator else pen.empty_name()
        if joined:
            joint = pen.rng.choice((" ", "　"))
            block.put(row, 0, f"{slot}{joint}{name}" if isinstance(name, str) else slot, "text")
        else:
            block.put(row, 0, slot, "label")
            block.put(row, 1, name, "text")
        unit = indicator["unit"] if indicator else None
        block.put(row, first, pen.text(unit), "text")
        for i, year in enumerate(pen.years):
            used = indicator is not None or pen.style.dash_empty_slots
            value, shown = (
                pen.number(indicator["values"][str(year)] if indicator else None, unit)
                if used
                else (None, "")
            )
            block.put(row, first + 1 + i, value, "number", shown=shown)
    return block


def _words(pen: Pen, settled: str) -> list[str]:
    return [settled] * (len(pen.years) - 1) + ["計画"]


def _costs(pen: Pen, record: Record) -> Box:
    text = text_box(
        pen.label("事業費の内訳", f"({pen.label_year(pen.evaluated)}決算)", "①"),
        pen.text(record["cost_breakdown"]),
    )
    block = Block([0.9, 4.6, 1.4, *[2.3] * len(pen.years)], family="costs")
    top = _year_heads(pen, block, 3, _words(pen, "決算"))
    block.put(0, 0, pen.label("コストの推移", mark="②"), cols=2, rows=top)
    block.put(0, 2, pen.spell("単位"), rows=top)
    block.put(top, 0, pen.label("財源内訳"), "side", rows=len(SOURCES))
    rows = cost_rows(pen)
    for row, (_, word, unit) in enumerate(rows, start=top):
        source = row < top + len(SOURCES)
        block.put(row, int(source), pen.label(word), cols=1 if source else 2)
        block.put(row, 2, unit, "text")
    for i, year in enumerate(pen.years):
        _cost_column(
            pen, block, 3 + i, top, {name: (record["costs"][name][str(year)], u) for name, _, u in rows}, year
        )
    return HBox([text, block], [9, 18], "purpose") if pen.style.purpose == "beside" else VBox([text, block])


def _cost_column(
    pen: Pen, block: Block, col: int, top: int, figures: dict[str, tuple[int | float | None, str]], year: int
) -> None:
    typed: dict[str, Value] = {}
    adds = {"project_total": [name for name, _ in SOURCES], "grand_total": ["project_total", "labour_total"]}
    for row, (name, (figure, unit)) in enumerate(figures.items(), start=top):
        value, shown = pen.number(figure, unit)
        if pen.style.formulas and name in adds:
            value, shown = _formula(figure, adds[name], figures, typed, year), "#,##0.###" if figure else ""
        typed[name] = value
        block.put(row, col, value, "number", shown=shown, key=f"cost/{name}/{year}")


def _formula(
    figure: int | float | None,
    adds: list[str],
    figures: dict[str, tuple[int | float | None, str]],
    typed: dict[str, Value],
    year: int,
) -> Formula:
    """A sum where the figures add up and are numbers for Excel; else a formula that needs no other cell."""
    if figure is None:
        return Formula("")
    # SUM passes over texts: a figure typed as text would be missing from what Excel works out
    counted = all(figures[a][0] is None or not isinstance(typed[a], str) for a in adds)
    total = sum(_exact(figures[a][0]) for a in adds)
    if counted and total == _exact(figure):
        return Formula(figure, tuple(f"cost/{a}/{year}" for a in adds))
    return Formula(figure)


def _exact(figure: int | float | None) -> int:
    """Thousandths, because floats do not add up."""
    return 0 if figure is None else int(Decimal(str(figure)) * 1000)


def _environment(pen: Pen, record: Record) -> Box:
    boxes = [
        text_box(pen.label(word, note, mark), pen.text(record[name]))
        for name, mark, word, note in ENVIRONMENT
    ]
    return HBox(boxes, [1, 1, 1], "environment") if pen.style.purpose == "beside" else VBox(boxes)
