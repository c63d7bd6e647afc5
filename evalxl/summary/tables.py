"""The data sheets of the summary book, as plain tables: one function a sheet."""

from __future__ import annotations

import functools
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from evalxl import texts
from evalxl.counting import Counting
from evalxl.grouping import HIERARCHIES
from evalxl.ledger import Entry
from evalxl.tables import FileRows, FindingRow, SheetRows, direction_column
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
    Item,
    Link,
    Number,
)

SEVERITY_WORDS = {severity: words.ja for severity, words in texts.SEVERITY.items()}
PHASE_WORDS = {"settled": "決算", "plan": "計画"}
PERIOD_WORDS = {"single_year": "単年度のみ", "recurring": "単年度繰返", "multi_year": "期間限定複数年度"}
SKIPPED_WORDS = {
    "lock_file": "Excelで開いている間だけできる一時ファイルのため、読みません。",
    "marked_copy": "検証の印を付けた写しで、もとのファイルと内容が同じため、読みません。",
    "own_output": "evalxlが書き出した集約表などのため、読みません。",
}


@dataclass(frozen=True, slots=True)
class View:
    """What the tables are made from."""

    files: Sequence[FileRows]
    entries: Sequence[Entry]
    counting: Counting
    lines: Mapping[str, Sequence[tuple[str, ...]]]
    """Roll-up → for each sheet the labels of its line."""
    items: Sequence[Item]
    output: Path
    forms: Sequence[Form]
    extra: Sequence[FindingRow] = ()
    """Findings of the run itself (X807)."""

    def sheets(self) -> Iterator[tuple[int, FileRows, SheetRows]]:
        """Every sheet with its number and its file."""
        pairs = ((file, sheet) for file in self.files for sheet in file.sheets)
        return ((index, file, sheet) for index, (file, sheet) in enumerate(pairs))

    def newest_first(self) -> list[tuple[int, FileRows, SheetRows]]:
        """Like `sheets`; those that a newer one of the same project speaks for come last."""
        return sorted(self.sheets(), key=lambda found: not self.counting.latest[found[0]])

    def section(self, index: int) -> tuple[str, ...]:
        """部 and 課 of a sheet, as its line of the roll-up has them."""
        return tuple(self.lines[HIERARCHIES[0].sheet][index])

    def place(self, index: int) -> tuple[str, ...]:
        """The labels of all levels of all roll-ups."""
        return tuple(label for hierarchy in HIERARCHIES for label in self.lines[hierarchy.sheet][index])

    def link(self, file: FileRows, cell: str | None, text: str | None = None) -> Link:
        """A link to a cell of a source file, relative to the summary book wherever it can be."""
        return Link(text or cell or file.file, target(file.path, self.output), cell)

    def figure(self, file: FileRows, amount: Number | None, cell: str | None) -> Cell:
        """A figure that leads to the cell it came from; plain where that is not known."""
        if amount is None or cell is None:
            return amount
        return Link("", target(file.path, self.output), cell, amount)


@functools.lru_cache(maxsize=4096)
def target(path: str, output: Path) -> str:
    """The way from the summary book to a file: relative, so that it survives a move of the folder.

    An address stays as it is; so does a path on another drive, which has no relative way.
    """
    if "://" in path or not path:
        return path
    try:
        return Path(os.path.relpath(path, output.absolute().parent)).as_posix()
    except ValueError:
        return path


_SECTION = [Column("部", "text", 14), Column("課", "text", 16), Column("事業名", "text", 30)]
_PLACE = [
    Column(title, "text", 24 if hierarchy is HIERARCHIES[1] else 8)
    for hierarchy in HIERARCHIES[1:]
    for title in hierarchy.titles
]
_SOURCE = Column("出典", "link", 30)
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
    money = ("前年度 事業費計", "事業費計", "計画 事業費計", "人件費計", "トータルコスト")
    columns = [
        *_SECTION[:2], Column("事業名", "link", 34), Column("評価年度", "year", 9),
        *(Column(title, "amount", 14) for title in money),
        Column("今後の方向性", "wrap", 26), Column("成果", "center", 7), Column("コスト", "center", 7),
        *(Column(title, "center", 15) for title in axes.values()),
        *(Column(word, "count", 7) for word in SEVERITY_WORDS.values()),
        Column("事業期間", "text", 24), *_PLACE, Column(LATEST, "center", 7), Column("ファイル", "text", 40),
        Column("シート", "text", 20), *(Column(title, "text", 10) for title in _HEAD),
        Column(KEY, "text", 30), _NUMBER,
    ]  # fmt: skip
    printed = [column.title for column in columns].index("事業期間")
    rows = [_project(view, index, file, sheet, tuple(axes)) for index, file, sheet in view.newest_first()]
    return DataTable(
        "一覧",
        "一覧表",
        columns,
        rows,
        3,
        printed,
        "1事業1行の一覧（単位：千円。灰色は、より新しい評価年度のシートがあるもの）",
    )


def _project(
    view: View, index: int, file: FileRows, sheet: SheetRows, axes: tuple[str, ...]
) -> tuple[Cell, ...]:
    head, year = sheet.head, sheet.fiscal_year
    amounts = {(row[2], row[0]): (row[4], row[5]) for row in sheet.costs}
    places = (
        ("project_total", -1),
        ("project_total", 0),
        ("project_total", 1),
        ("labour_total", 0),
        ("grand_total", 0),
    )
    severities = [row[1] for row in sheet.findings]
    cell = f"{sheet.sheet}!A1"
    first = next((row[5] for row in sheet.costs if row[2] == "project_total" and row[0] == year), None)
    return (
        *view.section(index), view.link(file, first or cell, head.get("project_name") or file.file), year,
        *(view.figure(file, *amounts.get((row, year + offset), (None, None))) for row, offset in places),
        _short_directions(view, head), head.get("matrix_outcome"), head.get("matrix_cost"),
        *(head.get(f"summary_{key}") for key in axes),
        *(severities.count(severity) for severity in SEVERITY_WORDS),
        _period(head), *view.place(index)[2:], int(view.counting.latest[index]), file.file,
        sheet.sheet, *(" ".join((head.get(name) or "").split()) or None for name in _HEAD.values()),
        sheet.project, index + 1,
    )  # fmt: skip


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
        Column(COUNTED, "center", 7), Column("評価年度", "year", 9), *_PLACE, _SOURCE,
        _NUMBER,
    ]  # fmt: skip
    printed = [column.title for column in columns].index(COUNTED) + 2
    linked, unlinked = _linked(view)
    rows = [
        row
        for index, file, sheet in view.sheets()
        for row in _cost_rows(view, index, file, sheet, linked.get(index))
    ]
    title = "事業・年度ごとのコスト（金額は千円、正規職員は人、業務は時間。灰色は集計に含めない行）"
    return DataTable("コスト", "コスト表", columns, rows, 3, printed, title, unlinked)


def _linked(view: View) -> tuple[Mapping[int, frozenset[int]], int]:
    """The years of each sheet whose figures get links, and how many figures get none.

    Every row has its link to the project total beside the figures; they take what is left of the number of
    links that Excel allows: what counts first, then the rest, in the order of the sheets.
    """
    wanted: list[tuple[bool, int, int, int]] = []
    for index, _, sheet in view.sheets():
        filled = Counter(row[0] for row in sheet.costs if row[4] is not None and row[5])
        years = {row[0] for row in sheet.costs}
        wanted += [(year not in view.counting.years[index], index, year, filled[year]) for year in years]
    room = MAX_LINKS - len(wanted)
    linked: dict[int, frozenset[int]] = {}
    unlinked = 0
    for _, index, year, count in sorted(wanted):
        if count <= room:
            linked[index] = linked.get(index, frozenset()) | {year}
            room -= count
        else:
            unlinked += count
    return linked, unlinked


def _cost_rows(
    view: View, index: int, file: FileRows, sheet: SheetRows, linked: frozenset[int] | None
) -> Iterator[tuple[Cell, ...]]:
    by_year: dict[int, dict[str, Cell]] = {}
    phases, cells = dict[int, str](), dict[int, str | None]()
    for year, phase, row, _, amount, cell in sheet.costs:
        found = view.figure(file, amount, cell) if linked and year in linked else amount
        by_year.setdefault(year, {})[row] = found
        phases[year] = PHASE_WORDS[phase]
        if row == "project_total" or year not in cells:
            cells[year] = cell
    named, place = _named(view, index, sheet), view.place(index)[2:]
    names = [item.name for item in view.items]
    for year, amounts in sorted(by_year.items()):
        counted = int(year in view.counting.years[index])
        figures = map(amounts.get, names)
        link = view.link(file, cells[year])
        yield (*named, year, phases[year], *figures, counted, sheet.fiscal_year, *place, link, index + 1)


def indicators(view: View) -> DataTable:
    """指標: one row an indicator, its years side by side."""
    years = sorted({row[4] for _, _, sheet in view.sheets() for row in sheet.indicators})
    columns = [
        *_SECTION, Column("評価年度", "year", 9), Column("種別", "text", 10), Column("記号", "center", 6),
        Column("指標名", "wrap", 34), Column("単位", "center", 8),
        *(Column(era_year(year), "figure", 11) for year in years), _SOURCE, _NUMBER,
    ]  # fmt: skip
    labels = {table.name: table.label for form in view.forms for table in form.indicator_tables}
    rows: list[tuple[Cell, ...]] = []
    for index, file, sheet in view.newest_first():
        found: dict[tuple[str, str], dict[int, Any]] = {}
        heads: dict[tuple[str, str], tuple[Any, ...]] = {}
        for family, slot, name, unit, year, _, value, cell in sheet.indicators:
            found.setdefault((family, slot), {})[year] = value
            heads.setdefault((family, slot), (name, unit, cell))
        named = (*_named(view, index, sheet), sheet.fiscal_year)
        for (family, slot), values in found.items():
            name, unit, cell = heads[family, slot]
            link = view.link(file, cell)
            rows.append((*named, labels[family], slot, name, unit, *map(values.get, years), link, index + 1))
    return DataTable("指標", "指標表", columns, rows, 3, len(columns) - 1, "活動・対象・成果指標")


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
    rows = [
        _judgement(view, index, file, sheet, (questions, mergeable, tuple(axes)))
        for index, file, sheet in view.newest_first()
    ]
    printed = [column.title for column in columns].index("総括") + 1
    return DataTable("評価", "評価表", columns, rows, 3, printed, "設問ごとの評価と総括（理由は右の列）")


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
    merges = [{True: "できる", False: "できない", None: None}[found[topic][5]] for topic in mergeable]
    cell = next((row[6] for row in sheet.judgements if row[6]), None)
    return (
        *_named(view, index, sheet), sheet.fiscal_year, *ticks, *merges,
        *(sheet.head.get(f"summary_{key}") for key in axes), sheet.head.get("summary_text"),
        *(row[4] for row in found.values()), int(view.counting.latest[index]),
        view.link(file, cell, file.file), index + 1,
    )  # fmt: skip


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
    for index, file, sheet in view.newest_first():
        head = sheet.head
        ticks = ("○" if head.get(column) else None for column in titles)
        text = head.get(sheet.form.free_text.name)
        rows.append((
            *_named(view, index, sheet), sheet.fiscal_year, *ticks, head.get("matrix_outcome"),
            head.get("matrix_cost"), text, int(view.counting.latest[index]), view.link(file, None),
            index + 1,
        ))  # fmt: skip
    return DataTable("方向性", "方向性表", columns, rows, 3, len(columns) - 3, "今後の方向性と期待成果")


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
    rows: list[tuple[str, tuple[Cell, ...]]] = [
        (row[1], _finding(row, (None,) * 3, None, None)) for row in view.extra
    ]
    for file in view.files:
        rows += [(row[1], _finding(row, (None,) * 3, file, view)) for row in file.findings]
    for index, file, sheet in view.sheets():
        named = _named(view, index, sheet)
        rows += [(row[1], _finding(row, named, file, view)) for row in sheet.findings]
    order = list(SEVERITY_WORDS)
    rows.sort(key=lambda pair: order.index(pair[0]))
    return DataTable(
        "検証結果", "検証結果表", columns, [row for _, row in rows], 2, 0, "検証の指摘（重いものから）"
    )


def _finding(
    row: FindingRow, named: tuple[str | None, ...], file: FileRows | None, view: View | None
) -> tuple[Cell, ...]:
    code, severity, _, year, cell, message, hint, _, _ = row
    place = view.link(file, cell, None if cell else texts.OPEN_FILE.ja) if view and file else None
    name = file.file if file else None
    when = era_year(year) if year else None
    return (SEVERITY_WORDS[severity], code, *named, when, message, hint, place, name)


TABLES: tuple[Callable[[View], DataTable], ...] = (indicators, judgements, directions, findings)
"""The data sheets behind コスト, in the order of the book."""
