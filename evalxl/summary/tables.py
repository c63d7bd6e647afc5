"""The data sheets of the summary book, as plain tables: one function a sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from evalxl import texts
from evalxl.grouping import HIERARCHIES
from evalxl.summary.view import View
from evalxl.summary.years import TOTAL
from evalxl.tables import FileRows, FindingRow, IndicatorRow, SheetRows, direction_column
from workbook.form import Form, Question
from workbook.notation import era_year
from workbook.summary.model import (
    COUNTED,
    LATEST,
    MAX_LINKS,
    YEAR,
    Cell,
    Column,
    DataTable,
    by_column,
)

SEVERITY_WORDS = {severity: words.ja for severity, words in texts.SEVERITY.items()}
PHASE_WORDS = {"settled": "決算", "plan": "計画"}
PERIOD_WORDS = {"single_year": "単年度のみ", "recurring": "単年度繰返", "multi_year": "期間限定複数年度"}
SKIPPED_WORDS = {
    "lock_file": "Excelで開いている間だけできる一時ファイルのため、読みません。",
    "marked_copy": "検証の印を付けた写しで、もとのファイルと内容が同じため、読みません。",
    "own_output": "evalxlが書き出した集約表などのため、読みません。",
}


_SECTION = [Column("部", "text", 14), Column("課", "text", 16), Column("事業名", "text", 30)]
_PLACE = [
    Column(title, "text", 24 if hierarchy is HIERARCHIES[1] else 8)
    for hierarchy in HIERARCHIES[1:]
    for title in hierarchy.titles
]
_SOURCE = Column("出典", "link", 30)
UNREAD = "値の分からない項目"
"""The column of コスト that names what is unknown, each with the code that tells why: 事業費計（F007）."""
NUMBER, KEY = "番号", "事業キー"
"""What holds the rows of a sheet together over the data sheets, and what its project is known by."""
_NUMBER = Column(NUMBER, "count", 7)
_HEAD = {"グループ": "group", "大事業": "budget_major", "中事業": "budget_minor", "様式": "form"}
"""Columns of 一覧 for what no other data sheet has."""


def _named(view: View, index: int, sheet: SheetRows) -> tuple[str | None, ...]:
    return (*view.section(index), sheet.head.get("project_name"))


# ---- 一覧 --------------------------------------------------------------------------------


def projects(view: View) -> DataTable:
    """一覧: one row a sheet, its figures of the evaluated year beside last year's and the plan."""
    axes = axis_titles(view.forms)
    columns = [
        *_SECTION[:2], Column("事業名", "link", 34), Column("評価年度", "year", 9),
        *(Column(title, "amount", 14) for title in _MONEY),
        Column("今後の方向性", "wrap", 26), Column("成果", "center", 7), Column("コスト", "center", 7),
        *(Column(title, "center", 15) for title in axes.values()),
        *(Column(word, "count", 7) for word in SEVERITY_WORDS.values()),
        Column("事業期間", "text", 24), *_PLACE, Column(LATEST, "center", 7), Column("ファイル", "text", 40),
        Column("シート", "text", 20), *(Column(title, "text", 10) for title in _HEAD),
        Column(KEY, "text", 30), _NUMBER,
    ]  # fmt: skip
    printed = [column.title for column in columns].index("事業期間")
    numbers = {item.name: number for number, item in enumerate(view.items)}
    figures = [(numbers.get(row), offset) for row, offset in _MONEY.values()]
    rows, files, cells = [], [], []
    for index, file, sheet in view.newest_first():
        row, of_row = _project(view, index, file, sheet, (tuple(axes), figures))
        rows.append(row)
        files.append(file)
        cells.append(of_row)
    return DataTable(
        "一覧",
        "一覧表",
        columns,
        by_column(columns, rows),
        3,
        printed,
        "1事業1行の一覧（単位：千円。灰色は、より新しい評価年度のシートがあるもの）",
        leads=view.leads(files, ("事業名", *_MONEY), cells),
    )


_MONEY = {
    "前年度 事業費計": (TOTAL, -1),
    "事業費計": (TOTAL, 0),
    "計画 事業費計": (TOTAL, 1),
    "人件費計": ("labour_total", 0),
    "トータルコスト": ("grand_total", 0),
}
"""Columns of 一覧 → a row of the cost table, and which year of it, seen from the evaluated one."""


def _project(
    view: View,
    index: int,
    file: FileRows,
    sheet: SheetRows,
    wanted: tuple[tuple[str, ...], list[tuple[int | None, int]]],
) -> tuple[tuple[Cell, ...], list[str | None]]:
    """A row, and the cells to which its name and its figures lead."""
    axes, items = wanted
    head, year = sheet.head, sheet.fiscal_year
    figures = [view.cost(index, item, year + offset) for item, offset in items]
    severities = [row[1] for row in sheet.findings]
    first = figures[1][1] or f"{sheet.sheet}!A1"
    row = (
        *view.section(index), head.get("project_name") or file.file, year,
        *(amount for amount, _ in figures),
        _short_directions(view, head), head.get("matrix_outcome"), head.get("matrix_cost"),
        *(head.get(f"summary_{key}") for key in axes),
        *(severities.count(severity) for severity in SEVERITY_WORDS),
        _period(head), *view.place(index), int(view.counting.latest[index]), file.file,
        sheet.sheet, *(" ".join((head.get(name) or "").split()) or None for name in _HEAD.values()),
        sheet.project, index + 1,
    )  # fmt: skip
    return row, [first, *(None if amount is None else cell for amount, cell in figures)]


def _short_directions(view: View, head: Mapping[str, Any]) -> str | None:
    titles = direction_titles(view.forms)
    return "、".join(title for column, title in titles.items() if head.get(column)) or None


def direction_titles(forms: Sequence[Form]) -> dict[str, str]:
    """Column of ``projects`` → a short title: 有効性改善 for 事業のやり方改善（有効性改善）."""
    return {
        direction_column(direction.role, direction.axis): (direction.aliases or [direction.value])[0]
        for form in forms
        for direction in form.directions
    }


def axis_titles(forms: Sequence[Form]) -> dict[str, str]:
    """Key of an axis → its column."""
    return {axis.key: f"{axis.key} {axis.label}" for form in forms for axis in form.axes}


def _period(head: Mapping[str, Any]) -> str | None:
    kind = PERIOD_WORDS.get(head.get("period_kind") or "")
    start, end = head.get("period_start_year"), head.get("period_end_year")
    if not (start or end):
        return kind
    years = f"{era_year(start) if start else ''}～{era_year(end) if end else ''}"
    return f"{kind or ''}（{years}）"


# ---- コスト, 指標 --------------------------------------------------------------------------------


def costs(view: View) -> DataTable:
    """コスト: one row a sheet and year, a column for each row of the cost table. What roll-ups ask."""
    columns = [
        *_SECTION, Column(YEAR, "year", 8), Column("区分", "center", 7),
        *(Column(item.title, "amount", 14) for item in view.items),
        Column(COUNTED, "center", 7), Column("評価年度", "year", 9), *_PLACE, Column(UNREAD, "text", 24),
        _SOURCE, _NUMBER,
    ]  # fmt: skip
    titles = {item.name: item.title for item in view.items}
    printed = [column.title for column in columns].index(COUNTED) + 2
    rows: list[tuple[Cell, ...]] = []
    files, sources, figures = [], [], []
    for index, file, sheet in view.sheets():
        named, place = _named(view, index, sheet), view.place(index)
        for year, own in view.years[index].items():
            counted = int(year in view.counting.years[index])
            source = own.source or file.file
            lost = [f"{titles[row]}（{code}）" for (row, at), code in sheet.unread.items() if at == year]
            rows.append((
                *named, year, PHASE_WORDS[own.phase], *own.amounts, counted, sheet.fiscal_year, *place,
                "、".join(lost) or None, source, index + 1,
            ))  # fmt: skip
            files.append(file)
            sources.append(own.source or "")
            figures.append(own.leads)
    values = by_column(columns, rows)
    table = DataTable("コスト", "コスト表", columns, values, 3, printed, _COSTS)
    unlinked = _unlinked(figures, table.of(COUNTED))
    cells = [
        (source, *([None] * len(own) if number in unlinked else own))
        for number, (source, own) in enumerate(zip(sources, figures, strict=True))
    ]
    leads = view.leads(files, (_SOURCE.title, *(item.title for item in view.items)), cells)
    return msgspec.structs.replace(table, unlinked=sum(unlinked.values()), leads=leads)


_COSTS = "事業・年度ごとのコスト（金額は千円、正規職員は人、業務は時間。灰色は集計に含めない行）"


def _unlinked(rows: Sequence[Sequence[str | None]], counted: Sequence[Cell]) -> dict[int, int]:
    """The rows whose figures get no links, and how many figures these are.

    Every row has its link to the project total beside the figures; they take what is left of the number of
    links that Excel allows: what counts first, then the rest, in the order of the sheets.
    """
    numbers = [len(cells) - cells.count(None) for cells in rows]
    room = MAX_LINKS - len(rows)
    if sum(numbers) <= room:
        return {}
    left: dict[int, int] = {}
    for row in sorted(range(len(rows)), key=lambda row: not counted[row]):
        if numbers[row] <= room:
            room -= numbers[row]
        else:
            left[row] = numbers[row]
    return left


def indicators(view: View) -> DataTable:
    """指標: one row an indicator, its years side by side."""
    years = sorted({row[4] for _, _, sheet in view.sheets() for row in sheet.indicators})
    columns = [
        *_SECTION, Column("評価年度", "year", 9), Column("種別", "text", 10), Column("記号", "center", 6),
        Column("指標名", "wrap", 34), Column("単位", "center", 8),
        *(Column(era_year(year), "figure", 11) for year in years), _SOURCE, _NUMBER,
    ]  # fmt: skip
    labels = {table.name: table.label for form in view.forms for table in form.indicator_tables}
    rows, files, cells = [], [], []
    for index, file, sheet in view.newest_first():
        named = (*_named(view, index, sheet), sheet.fiscal_year)
        found: dict[tuple[str, str], dict[int, Any]] = {}
        firsts: dict[tuple[str, str], IndicatorRow] = {}
        for row in sheet.indicators:
            key = row[:2]
            if key not in firsts:
                firsts[key], found[key] = row, {}
            found[key][row[4]] = row[6]
        for key, (family, slot, name, unit, *_, cell) in firsts.items():
            of_years = map(found[key].get, years)
            rows.append((*named, labels[family], slot, name, unit, *of_years, cell or file.file, index + 1))
            files.append(file)
            cells.append((cell or "",))
    leads = view.leads(files, [_SOURCE.title], cells)
    values = by_column(columns, rows)
    return DataTable(
        "指標", "指標表", columns, values, 3, len(columns) - 1, "活動・対象・成果指標", leads=leads
    )


# ---- 評価, 方向性 --------------------------------------------------------------------------------


def judgements(view: View) -> DataTable:
    """評価: one row a sheet; what was ticked, the axes, the reasons. Questions are told by topic."""
    questions = {q.topic: q for form in view.forms for q in form.questions}
    axes = axis_titles(view.forms)
    mergeable = [topic for topic, q in questions.items() if q.mergeable]
    titles = question_titles(view.forms)
    columns = [
        *_SECTION, Column("評価年度", "year", 9),
        *(Column(titles[topic].question, "wrap", 11) for topic in questions),
        *(Column(titles[topic].merging, "wrap", 9) for topic in mergeable),
        *(Column(title, "wrap", 9) for title in axes.values()), Column("総括", "wrap", 46),
        *(Column(titles[topic].reason, "wrap", 32) for topic in questions), Column(LATEST, "center", 7),
        _SOURCE, _NUMBER,
    ]  # fmt: skip
    found = view.newest_first()
    sources = [next((row[6] for row in sheet.judgements if row[6]), "") for _, _, sheet in found]
    rows = (
        _judgement(view, index, file, sheet, (questions, mergeable, tuple(axes)))
        for index, file, sheet in found
    )
    printed = [column.title for column in columns].index("総括") + 1
    return DataTable(
        "評価",
        "評価表",
        columns,
        by_column(columns, rows),
        3,
        printed,
        "設問ごとの評価と総括（理由は右の列）",
        leads=view.leads([file for _, file, _ in found], [_SOURCE.title], [(cell,) for cell in sources]),
    )


class QuestionTitles(NamedTuple):
    """The columns of a question in 評価."""

    question: str
    reason: str
    merging: str


def question_titles(forms: Sequence[Form]) -> dict[str, QuestionTitles]:
    """Topic → its columns. A mark such as ⑥ names a question only where the forms met agree on it."""
    questions = {q.topic: q for form in forms for q in form.questions}
    marks = {(q.topic, q.mark) for form in forms for q in form.questions}
    doubtful = {topic for topic, mark in marks for other, same in marks if (topic == other) != (mark == same)}
    out = {}
    for topic, question in questions.items():
        mark = "" if topic in doubtful else question.mark
        out[topic] = QuestionTitles(
            f"{mark}{question.label}",
            f"{mark or question.label}の理由",
            f"{mark or f'{question.label}:'}統廃合・連携",
        )
    return out


def _judgement(
    view: View,
    index: int,
    file: FileRows,
    sheet: SheetRows,
    wanted: tuple[Mapping[str, Question], list[str], tuple[str, ...]],
) -> tuple[Cell, ...]:
    questions, mergeable, axes = wanted
    by_topic = {row[1]: row for row in sheet.judgements}
    own = {q.topic: q for q in sheet.form.questions}
    empty = (None,) * 7
    found = {topic: by_topic.get(topic, empty) for topic in questions}
    ticks = [_tick(own.get(topic), row[3]) for topic, row in found.items()]
    merges = [_MERGEABLE[found[topic][5]] for topic in mergeable]
    return (
        *_named(view, index, sheet), sheet.fiscal_year, *ticks, *merges,
        *(sheet.head.get(f"summary_{key}") for key in axes), sheet.head.get("summary_text"),
        *(row[4] for row in found.values()), int(view.counting.latest[index]),
        file.file, index + 1,
    )  # fmt: skip


_MERGEABLE = {True: "できる", False: "できない", None: None}


def _tick(question: Question | None, flagged: bool | None) -> str | None:
    if question is None or flagged is None:
        return None
    return question.flagged if flagged else question.other


def directions(view: View) -> DataTable:
    """方向性: one row a sheet, ○ where a direction is ticked, and the place in the matrix."""
    titles = direction_titles(view.forms)
    columns = [
        *_SECTION, Column("評価年度", "year", 9), *(Column(title, "center", 9) for title in titles.values()),
        Column("成果", "center", 7), Column("コスト", "center", 7), Column("説明", "wrap", 60),
        Column(LATEST, "center", 7), _SOURCE, _NUMBER,
    ]  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    found = view.newest_first()
    for index, file, sheet in found:
        head = sheet.head
        ticks = ("○" if head.get(column) else None for column in titles)
        text = head.get(sheet.form.free_text.name)
        rows.append((
            *_named(view, index, sheet), sheet.fiscal_year, *ticks, head.get("matrix_outcome"),
            head.get("matrix_cost"), text, int(view.counting.latest[index]), file.file, index + 1,
        ))  # fmt: skip
    return DataTable(
        "方向性",
        "方向性表",
        columns,
        by_column(columns, rows),
        3,
        len(columns) - 3,
        "今後の方向性と期待成果",
        leads=view.leads([file for _, file, _ in found], [_SOURCE.title], [("",)] * len(found)),
    )


# ---- 検証結果 --------------------------------------------------------------------------------


def all_findings(view: View) -> Iterator[FindingRow]:
    """Every finding of the run."""
    yield from view.extra
    for file in view.files:
        yield from file.findings
        for sheet in file.sheets:
            yield from sheet.findings


def findings(view: View) -> DataTable:
    """検証結果: one row a finding, the gravest first."""
    heads = {name: text.ja for name, text in texts.FINDING_HEADS.items()}
    columns = [
        Column(heads["severity"], "severity", 8), Column(heads["code"], "center", 8), *_SECTION,
        Column("年度", "center", 11), Column(heads["message"], "wrap", 52), Column(heads["hint"], "wrap", 44),
        Column(heads["place"], "link", 30), Column(heads["file"], "text", 40),
    ]  # fmt: skip
    none = (None, None, None)
    found: list[tuple[FindingRow, tuple[str | None, ...], FileRows | None]] = [
        *((row, none, None) for row in view.extra),
        *((row, none, file) for file in view.files for row in file.findings),
    ]
    for index, file, sheet in view.sheets():
        named = _named(view, index, sheet)
        found += [(row, named, file) for row in sheet.findings]
    gravity = {severity: place for place, severity in enumerate(SEVERITY_WORDS)}
    found.sort(key=lambda one: gravity[one[0][1]])
    rows = (
        (
            SEVERITY_WORDS[severity], code, *named, era_year(year) if year else None, message, hint,
            (cell or texts.OPEN_FILE.ja) if file else None, file.file if file else None,
        )
        for (code, severity, _, year, cell, message, hint, _, _), named, file in found
    )  # fmt: skip
    cells = [(row[4] or "" if file else None,) for row, _, file in found]
    leads = view.leads([file for _, _, file in found], [heads["place"]], cells)
    title = "検証の指摘（重いものから）"
    return DataTable("検証結果", "検証結果表", columns, by_column(columns, rows), 2, 0, title, leads=leads)


TABLES: tuple[Callable[[View], DataTable], ...] = (indicators, judgements, directions, findings)
"""The data sheets behind コスト, in the order of the book."""
