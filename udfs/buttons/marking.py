"""検証 and 検証表示を消す: the marks of `workbook.marked` in the book that Excel shows."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from udfs.buttons.batch import Step, at
from udfs.buttons.excel import VERY_HIDDEN, VISIBLE
from udfs.buttons.fills import Setting, bgr, interior
from workbook import marked
from workbook.annotate import Marks, answers_in, marks_in, unmark
from workbook.grid import Spot, address, spot_of
from workbook.marked import MEMORY, RESULTS, Answer, Mark, Shown, Words
from workbook.parts import Book, Sheet, quoted
from workbook.parts.xml import child

_LONGEST, _LONGEST_NOTE = 4000, 2000
"""Letters of a text that is written in a block, of which Excel takes some 8,000; and of a note, which stands
there within the memory, escaped and with the cell's fill."""
_LONGEST_LITERAL = 255
"""Letters of a text within a formula."""
_LINE, _ON_LINE = 13, 30
"""Points a line of a note, and full-width letters on it."""
_TRUE = ("1", "true", "on")


class Structure:
    """What the copy of a live book says about its sheets, their protection and their marks."""

    def __init__(self, data: bytes) -> None:
        self.book = Book(data)
        self.marks = marks_in(self.book)
        self.answers = answers_in(self.book)
        self.sheets = self.book.sheet_names()
        plain = unmark(data)
        self.plain = Book(plain) if plain else self.book
        """The book without marks: what its cells look like themselves."""

    @property
    def locked(self) -> bool:
        """Whether sheets can neither be added nor removed."""
        protection = child(self.book.root, "workbookProtection")
        return protection is not None and protection.get("lockStructure", "0") in _TRUE

    def protected(self, name: str) -> bool:
        """Whether a sheet is protected against changes of its cells or its notes."""
        protection = child(self.book.sheet(name).root, "sheetProtection")
        return protection is not None and any(protection.get(w, "0") in _TRUE for w in ("sheet", "objects"))

    @property
    def results(self) -> str | None:
        """The sheet of an earlier 検証; None where there is none."""
        return self.marks.results[0] if self.marks.results else None

    @property
    def by_hand(self) -> bool:
        """Whether somebody changed the sheet of results beyond its answers."""
        if not self.marks.results:
            return False
        name, (top, left) = self.marks.results
        moved = (top, left) != (marked.HEAD_ROW, 0)
        return (
            moved or self.protected(name) or _digest_of(self.book.sheet(name)) != self.marks.head.get("rows")
        )


@dataclasses.dataclass(slots=True)
class Plan:
    """All that is to be written for a run of 検証."""

    steps: list[Step]
    memory: list[list[str]]
    results: list[list[Shown]]
    protected: list[str]
    """Sheets whose cells are not marked."""


def plan(there: Structure, marks: Sequence[Mark], words: Words) -> Plan:
    """The marks for the cells of a book, after those of an earlier run were taken back."""
    shown = marked.by_gravity(marks)
    results = marked.results(shown, words, there.answers)
    placed = _by_cell(shown, there.sheets)
    protected = [name for name in dict.fromkeys(sheet for sheet, _ in placed) if there.protected(name)]
    free = {at_: here for at_, here in placed.items() if at_[0] not in protected}
    steps: list[Step] = []
    memory = [[MEMORY, json.dumps({"rows": digest(results)})]]
    fills: dict[tuple[str, str], list[Spot]] = defaultdict(list)
    for number, ((sheet, spot), here) in enumerate(free.items(), 1):
        was = _was(there.plain, sheet, spot, here, words, there.answers)
        label = f"{MEMORY}_{number}"
        steps += _cell_steps(label, sheet, spot, was["text"])
        if was["colour"]:
            fills[sheet, was["colour"]].append(spot)
        memory.append([label, json.dumps(was, ensure_ascii=False)])
    for (sheet, colour), spots in fills.items():
        steps += [Step(sheet, line, "color", bgr(colour)) for line in at(spots)]
    return Plan(steps, memory, results, protected)


def _by_cell(marks: Iterable[Mark], sheets: Sequence[str]) -> dict[tuple[str, Spot], list[Mark]]:
    placed: dict[tuple[str, Spot], list[Mark]] = {}
    for mark in marks:
        sheet, _, reference = (mark.cell or "").rpartition("!")
        if sheet in sheets:
            placed.setdefault((sheet, spot_of(reference)), []).append(mark)
    return placed


def _was(
    book: Book, name: str, spot: Spot, marks: Sequence[Mark], words: Words, known: Mapping[str, Answer]
) -> dict[str, Any]:
    """What must be known to take a mark back; the same as `workbook.annotate` keeps.

    A note of the cell's own is left alone, as is a fill that Excel could not be given back exactly.
    """
    sheet, notes = book.sheet(name), book.notes(name)
    style = sheet.style(spot)
    fill, applied = book.styles.fill_of(style)
    own = spot in notes.texts() or spot in notes.threaded()
    text = "" if own else _cut(marked.note(marks, words, known), _LONGEST_NOTE)
    return {
        "fill": fill,
        "applied": applied,
        "style": style,
        "colour": marked.colour(marks, known) if interior(fill) is not None else "",
        "made": False,
        "spans": "",
        "text": text,
    }


def _cell_steps(label: str, sheet: str, spot: Spot, text: str) -> Iterator[Step]:
    row, column = spot
    yield Step(sheet, label, "name", f"={quoted(sheet)}!${letters(column)}${row + 1}")
    if text:
        lines = sum(1 + len(line) // _ON_LINE for line in text.split("\n"))
        yield Step(sheet, address(*spot), "note", text)
        yield Step(sheet, address(*spot), "noteheight", _LINE * (lines + 1))


# ---- taking back -------------------------------------------------------------------------------------------


def back(there: Structure, *, results: bool) -> tuple[list[Step], list[str]]:
    """The steps that take the marks out, and cells whose fill cannot be put back.

    ``results``: the sheet of results goes, too.
    """
    marks = there.marks
    steps: list[Step] = []
    lost: list[str] = []
    looks: dict[tuple[str, tuple[Setting, ...]], list[Spot]] = defaultdict(list)
    bare: dict[str, list[Spot]] = defaultdict(list)
    names = there.book.names()
    for cell in marks.cells:
        steps += [Step("", cell.label, "unname")] if cell.label in names else []
        if cell.place is None:
            continue
        sheet, spot = cell.place
        settings = interior(cell.fill) if cell.fill else []
        if settings is None:
            lost.append(f"{sheet}!{address(*spot)}")
        elif settings:
            looks[sheet, tuple(settings)].append(spot)
        if cell.note == "":
            bare[sheet].append(spot)
        elif cell.note is not None:
            steps.append(Step(sheet, address(*spot), "notetext", cell.note.strip()))
    for (sheet, settings_), spots in looks.items():
        steps += [Step(sheet, line, what, value) for line in at(spots) for what, value in settings_]
    for sheet, spots in bare.items():
        steps += [Step(sheet, line, "unnote") for line in at(spots)]
    if MEMORY in there.sheets:
        steps.append(Step(MEMORY, "", "delete"))
    if results and marks.results:
        steps += [Step("", RESULTS, "unname"), Step(marks.results[0], "", "delete")]
    return steps, lost


def marked_sheets(marks: Marks) -> list[str]:
    """The sheets on which cells are marked."""
    return list(dict.fromkeys(cell.place[0] for cell in marks.cells if cell.place))


# ---- the sheet of results ----------------------------------------------------------------------------------


def block(rows: Sequence[Sequence[Shown]], book: str = "") -> tuple[tuple[str | float, ...], ...]:
    """The rows as they are written in one block: texts never become formulas, links are formulas of ours.

    ``book``: the book that the links lead to, where that is another.
    """
    width = marked.KEY + 1
    return tuple(
        tuple(_value(cell, book) for cell in (*row, *[Shown()] * (width - len(row)))) for row in rows
    )


def text_block(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Rows of texts as they are written in one block, each whole."""
    width = max(map(len, rows))
    return tuple(
        tuple(f"'{text}" if text else "" for text in (*row, *[""] * (width - len(row)))) for row in rows
    )


def long_answers(rows: Sequence[Sequence[Shown]]) -> Iterator[tuple[str, str]]:
    """The answers that are too long for a block, each with its address: they are written one by one."""
    for number, row in enumerate(rows):
        answer = str(row[marked.ANSWER].value) if len(row) > marked.ANSWER else ""
        if len(answer) > _LONGEST:
            yield address(number, marked.ANSWER), f"'{answer}"


def _value(cell: Shown, book: str) -> str | float:
    target = _doubled(f"[{book}]{cell.location}" if book else f"#{cell.location}")
    if cell.location and len(target) <= _LONGEST_LITERAL:
        return f'=HYPERLINK("{target}","{_doubled(str(cell.value))}")'
    return _text(cell.value) if isinstance(cell.value, str) else cell.value


def _text(text: str) -> str:
    """A text that Excel takes as one, whatever it begins with."""
    return f"'{_cut(text, _LONGEST)}" if text else ""


def _cut(text: str, most: int) -> str:
    """A text that is too long, with a sign that it goes on."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _doubled(text: str) -> str:
    return text.replace('"', '""')


def looks(sheet: str, rows: Sequence[Sequence[Shown]]) -> Iterator[Step]:
    """How the sheet of results looks: the same as in a marked copy."""
    last = max(len(rows), marked.HEAD_ROW + 1)
    yield Step(sheet, f"A{marked.HEAD_ROW + 1}:{letters(marked.STATE)}{last}", "wrap", True)
    yield from (Step(sheet, _column(number), "width", width) for number, width in enumerate(marked.WIDTHS))
    yield Step(sheet, _column(marked.KEY), "hidden", True)
    title = address(0, 0)
    yield from (Step(sheet, title, "bold", True), Step(sheet, title, "size", marked.TITLE_SIZE))
    cells: dict[str, list[Spot]] = defaultdict(list)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            cells[cell.look].append((number, column))
    for look, settings in _LOOKS.items():
        for line in at(cells[look]):
            yield from (Step(sheet, line, what, value) for what, value in settings)
    if len(rows) > marked.HEAD_ROW + 1:  # an answer that begins with = must not become a formula
        answer = letters(marked.ANSWER)
        yield Step(sheet, f"{answer}{marked.HEAD_ROW + 2}:{answer}{last}", "format", "@")
    heights: dict[float, list[Spot]] = defaultdict(list)
    for number, height in enumerate(marked.heights(rows)):
        if number >= marked.HEAD_ROW:
            heights[height].append((number, 0))
    yield from (
        Step(sheet, line, "height", height) for height, spots in heights.items() for line in at(spots)
    )


_LOOKS: dict[str, list[Setting]] = {
    "head": [("color", bgr(marked.HEAD)), ("bold", True)],
    **{name: [("color", bgr(colour))] for name, colour in marked.COLOURS.items()},
    "link": [("fontcolor", bgr(marked.LINK)), ("underline", 2)],
    "answer": [("color", bgr(marked.ANSWER_CELL))],
    "faint": [("fontcolor", bgr(marked.FAINT))],
}


def letters(column: int) -> str:
    """The letters of a column, counted from 0."""
    return "".join(filter(str.isalpha, address(0, column)))


def _column(number: int) -> str:
    return f"{letters(number)}:{letters(number)}"


def digest(rows: Sequence[Sequence[Shown]]) -> str:
    """What the sheet of results says besides answers, in whatever order its rows stand."""
    return _hash([[cell.value for cell in row] for row in rows])


def _digest_of(sheet: Sheet) -> str:
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for (row, column), _ in sheet.contents():
        found[row][column] = sheet.text((row, column))
    return _hash([[row.get(column, "") for column in range(max(row) + 1)] for row in found.values()])


def _hash(rows: Iterable[Sequence[str | float]]) -> str:
    lines = []
    for row in rows:
        cells = [_plain(value) for number, value in enumerate(row) if number != marked.ANSWER]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            lines.append("\x1f".join(cells))
    return hashlib.sha256("\x1e".join(sorted(lines)).encode()).hexdigest()


def _plain(value: str | float) -> str:
    """A value as it stands in any program's file."""
    try:
        return f"{float(value):.10g}"
    except ValueError:
        return _cut(str(value), _LONGEST).replace("\r\n", "\n").strip()


def in_front(sheet: str) -> list[Step]:
    """Shows the sheet of results with its headings always in sight."""
    return [
        Step(sheet, "", "visible", VISIBLE),
        Step(sheet, "", "activate"),
        Step(sheet, "", "freeze", marked.HEAD_ROW + 1),
    ]


HIDE_MEMORY = Step(MEMORY, "", "visible", VERY_HIDDEN)
