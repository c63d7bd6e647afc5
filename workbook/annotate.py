"""Marks in copies of departments' books: colours and notes at the cells, and a sheet that lists the findings.

The copy remembers in a very hidden sheet what each cell looked like, and in hidden names where it stands:
names follow their cells when rows are put in. So the marks can be taken back after Excel has saved the copy.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from workbook.grid import Spot
from workbook.parts import Book, Unchangeable, Written, quoted, sheet_xml
from workbook.parts.styles import Counts

MEMORY = "_evalxl"
"""The sheet that remembers, and what the hidden names begin with."""

COLOURS = {"error": "FFC7CE", "warning": "FFEB9C", "info": "DDEBF7"}
ANSWERED = "E2EFDA"
AUTHOR = "evalxl"
_RESULTS = f"{MEMORY}_results"
_BEFORE_OWN = "\n────────\n"
_HEAD = 2
"""The row of the headings on the sheet of results."""
_WIDTHS = (7, 8, 18, 60, 48, 18, 18, 40, 10, 10)
_ANSWER, _KEY = 7, 9
_LONG = 30_000
_LINE = 15.0
"""Points a line."""


@dataclasses.dataclass(slots=True, frozen=True)
class Mark:
    """A finding in words, and where it is to be shown."""

    severity: str
    code: str
    message: str
    hint: str = ""
    cell: str | None = None
    """``評価シート!AB45``; None where the finding has no cell."""
    sheet: str | None = None
    field: str | None = None
    year: int | None = None
    found: Any = None
    expected: Any = None

    @property
    def key(self) -> str:
        """What makes it the same finding in another run, though rows were put in or figures changed."""
        place = [self.field, self.year] if self.field else [self.cell, self.year]
        return json.dumps([self.code, self.sheet, *place], ensure_ascii=False)


@dataclasses.dataclass(slots=True, frozen=True)
class Words:
    """What is printed in one language."""

    sheet: str
    title: str
    headings: tuple[str, ...]
    """Severity, code, place, message, how to mend it, found, expected, answer, state."""
    severities: Mapping[str, str]
    mend: str
    """``直し方: {hint}``"""
    answer: str
    """``回答: {answer}``"""
    answered: str
    open: str
    mended: str
    """The state of a finding that was answered and is no more."""


@dataclasses.dataclass(slots=True)
class Answer:
    """What staff wrote beside a finding, and the row as it was shown."""

    text: str
    row: list[str]


@dataclasses.dataclass(slots=True)
class Annotated:
    """The marked copy: how many cells are marked, findings answered, and cells that could not be marked."""

    data: bytes
    cells: int
    answered: int
    unmarked: list[str]


def annotate(
    data: bytes, marks: Sequence[Mark], words: Words, answers: Mapping[str, Answer] | None = None
) -> Annotated:
    """A workbook's bytes with the marks; those of an earlier run are taken out first, their answers kept.

    ``answers`` are added to those in the book itself. Raises `Unchangeable` with the reason.
    """
    book = Book(data)
    known = {**(answers or {}), **_answers(book)}
    _unmark(book)
    before = book.styles.counts()
    shown = _sorted(marks)
    placed, unmarked = _by_cell(book, shown)
    memory = [_mark_cell(book, n, at, here, words, known) for n, (at, here) in enumerate(placed.items(), 1)]
    name = book.free_sheet_name(words.sheet)
    book.add_sheet(name, _results(book, shown, words, known))
    book.define(_RESULTS, name, (_HEAD, 0))
    head = {"before": before, "after": book.styles.counts()}
    book.add_sheet(MEMORY, _memory_xml(book, head, memory), state="veryHidden")
    answered = sum(mark.key in known for mark in marks)
    return Annotated(book.to_bytes(), len(placed), answered, unmarked)


def unmark(data: bytes) -> bytes | None:
    """The workbook without the marks, each cell and note as it was; None when it carries no marks.

    What staff changed since is kept: figures, answers' cells aside, and a fill that is no longer the mark's.
    Raises `Unchangeable`.
    """
    book = Book(data)
    return book.to_bytes() if _unmark(book) else None


def answers(data: bytes) -> dict[str, Answer]:
    """The answers in a marked copy, by the key of the finding; empty for any other book."""
    return _answers(Book(data))


def is_marked(data: bytes) -> bool:
    """Whether a book is a marked copy. Raises `Unchangeable` for a file that could be none."""
    return MEMORY in Book(data).sheet_names()


def same_cells(data: bytes, other: bytes) -> bool:
    """Whether two books say the same in all cells, formulas included; sheets of marks are left aside."""
    return _cells(Book(data)) == _cells(Book(other))


def _cells(book: Book) -> dict[tuple[str, Spot], tuple[str, str]]:
    results = book.place_of(_RESULTS)
    own = {MEMORY, results[0] if results else ""}
    names = [name for name in book.sheet_names() if name not in own]
    return {(name, spot): said for name in names for spot, said in book.sheet(name).contents()}


# ---- marking -----------------------------------------------------------------------------------------------


def _sorted(marks: Iterable[Mark]) -> list[Mark]:
    order = list(COLOURS)
    return sorted(marks, key=lambda m: (order.index(m.severity), m.code))


def _by_cell(book: Book, marks: Iterable[Mark]) -> tuple[dict[tuple[str, Spot], list[Mark]], list[str]]:
    """The marks of each cell, and the cells that the book does not have."""
    from workbook.parts.sheet import spot_of

    placed: dict[tuple[str, Spot], list[Mark]] = {}
    unmarked: list[str] = []
    names = set(book.sheet_names())
    for mark in marks:
        sheet, _, reference = (mark.cell or "").rpartition("!")
        try:
            spot = spot_of(reference)
        except ValueError:
            continue
        if sheet in names:
            placed.setdefault((sheet, spot), []).append(mark)
        elif mark.cell:
            unmarked.append(mark.cell)
    return placed, unmarked


def _mark_cell(
    book: Book,
    number: int,
    at: tuple[str, Spot],
    marks: list[Mark],
    words: Words,
    known: Mapping[str, Answer],
) -> list[str]:
    """Colour a cell and put a note on it; gives what must be known to take that back."""
    name, spot = at
    sheet, notes = book.sheet(name), book.notes(name)
    style = sheet.style(spot)
    fill, applied = book.styles.fill_of(style)
    waiting = [mark for mark in marks if mark.key not in known]
    colour = COLOURS[waiting[0].severity] if waiting else ANSWERED
    spans = sheet.spans(spot[0])
    made = sheet.set_style(spot, book.styles.with_fill(style, colour))
    text = "\n".join(_note(mark, words, known.get(mark.key)) for mark in marks)[:_LONG]
    own = notes.xml(spot)
    if spot in notes.threaded():
        text, own = "", None
    else:
        text += _BEFORE_OWN if own is not None else ""
        notes.put(spot, text, AUTHOR)
    label = f"{MEMORY}_{number}"
    book.define(label, name, spot)
    was: dict[str, Any] = {
        "fill": fill,
        "applied": applied,
        "style": style,
        "colour": colour,
        "made": made,
        "spans": spans,
    }
    was["text"] = text
    return [label, json.dumps(was, ensure_ascii=False), *_pieces(own or "")]


def _note(mark: Mark, words: Words, answer: Answer | None) -> str:
    lines = [f"{words.severities[mark.severity]} {mark.code}", mark.message]
    lines += [words.mend.format(hint=mark.hint)] if mark.hint else []
    lines += [words.answer.format(answer=answer.text)] if answer else []
    return "\n".join(lines)


def _pieces(text: str) -> list[str]:
    """A long text in pieces that a cell can hold."""
    return [text[start : start + _LONG] for start in range(0, len(text), _LONG)]


def _memory_xml(book: Book, head: Mapping[str, Counts], rows: list[list[str]]) -> bytes:
    first = [MEMORY, json.dumps(head)]
    return sheet_xml([[Written(text) for text in row] for row in [first, *rows]], main=book.main)


# ---- the sheet of results ----------------------------------------------------------------------------------


def _results(book: Book, marks: Sequence[Mark], words: Words, known: Mapping[str, Answer]) -> bytes:
    styles = book.styles
    plain = styles.with_wrap(0)
    look = {name: styles.with_fill(plain, colour) for name, colour in COLOURS.items()}
    link = styles.with_font(plain, colour="0563C1", underline=True)
    head = styles.with_fill(styles.with_font(plain, bold=True), "D9D9D9")
    answer = styles.with_fill(plain, "FFFFF0")
    rows = [[Written(words.title, styles.with_font(0, bold=True, size=14))], []]
    rows.append([Written(text, head) for text in words.headings])
    for mark in marks:
        given = known.get(mark.key)
        rows.append(
            [
                Written(words.severities[mark.severity], look[mark.severity]),
                Written(mark.code, plain),
                Written(mark.cell or mark.sheet or "", link if mark.cell else plain, _location(mark)),
                Written(mark.message, plain),
                Written(mark.hint, plain),
                Written(_shown(mark.found), plain),
                Written(_shown(mark.expected), plain),
                Written(given.text if given else "", answer),
                Written(words.answered if given else words.open, plain),
                Written(mark.key),
            ]
        )
    there = {mark.key for mark in marks}
    faint = styles.with_colour(plain, "7F7F7F")
    for key, old in known.items():
        if key not in there:
            texts = [*old.row[:_ANSWER], old.text, words.mended]
            rows.append([*(Written(text, faint) for text in texts), Written(key)])
    heights = {number: _height(row) for number, row in enumerate(rows) if number >= _HEAD}
    return sheet_xml(rows, main=book.main, widths=_WIDTHS, hidden=[_KEY], frozen=_HEAD + 1, heights=heights)


def _height(row: Sequence[Written]) -> float:
    """Points for the longest of a row's texts, full-width letters counted double."""
    lines = 1
    for cell, width in zip(row[:_KEY], _WIDTHS, strict=False):
        for number, line in enumerate(str(cell.text).split("\n"), 1):
            letters = sum(2 if ord(char) > 0xFF else 1 for char in line)
            lines = max(lines, number + int(letters * 1.1 // width))
    return min(_LINE * lines + 3, 400)


def _location(mark: Mark) -> str:
    sheet, _, reference = (mark.cell or "").rpartition("!")
    return f"{quoted(sheet)}!{reference}" if sheet else ""


def _shown(value: Any) -> str | int | float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if isinstance(value, (list, tuple)):
        return "、".join(str(_shown(part)) for part in value)[:_LONG]
    return "" if value is None else str(value)[:_LONG]


def _answers(book: Book) -> dict[str, Answer]:
    """What staff wrote into the sheet of results. Rows may have been sorted."""
    place = book.place_of(_RESULTS)
    if place is None or place[0] not in book.sheet_names():
        return {}
    sheet, (top, left) = book.sheet(place[0]), place[1]
    found: dict[str, Answer] = {}
    for row in sheet.used_rows():
        key = sheet.text((row, left + _KEY))
        text = sheet.text((row, left + _ANSWER)).strip()
        if row > top and key and text:
            found[key] = Answer(text, [sheet.text((row, left + column)) for column in range(_KEY)])
    return found


# ---- taking back -------------------------------------------------------------------------------------------


def _unmark(book: Book) -> bool:
    if MEMORY not in book.sheet_names():
        return False
    rows = list(_remembered(book))
    head = rows[0][1] if rows else {}
    untouched = head.get("after") == list(book.styles.counts())
    for label, was, own in reversed(rows[1:]):
        place = book.place_of(label)
        if place is not None and place[0] in book.sheet_names():
            _restore_note(book, place, was["text"], own)
            _restore_style(book, place, was, untouched)
        book.undefine(label)
    results = book.place_of(_RESULTS)
    book.undefine(_RESULTS)
    for name in (MEMORY, results[0] if results else ""):
        if name in book.sheet_names():
            book.remove_sheet(name)
    if untouched:
        highest = max((book.sheet(name).highest_style() for name in book.sheet_names()), default=0)
        book.styles.trim(Counts(*head["before"]), highest)
    return True


def _remembered(book: Book) -> Iterator[tuple[str, dict[str, Any], str]]:
    sheet = book.sheet(MEMORY)
    for row in sheet.used_rows():
        pieces, column = [], 2
        while piece := sheet.text((row, column)):
            pieces.append(piece)
            column += 1
        try:
            was = json.loads(sheet.text((row, 1)))
        except ValueError:
            raise Unchangeable("broken", MEMORY) from None
        yield sheet.text((row, 0)), was, "".join(pieces)


def _restore_style(book: Book, place: tuple[str, Spot], was: Mapping[str, Any], untouched: bool) -> None:
    sheet, spot = book.sheet(place[0]), place[1]
    style = sheet.style(spot)
    if book.styles.fill_colour(style) != was["colour"]:
        return  # somebody gave it another colour since
    if untouched and style == book.styles.with_fill(was["style"], was["colour"]):
        sheet.set_style(spot, was["style"])
    else:  # saved by Excel, which numbers the formats anew
        sheet.set_style(spot, book.styles.with_fill_of(style, was["fill"], was["applied"]))
    if was["made"]:
        sheet.drop_cell(spot, was["spans"])


def _restore_note(book: Book, place: tuple[str, Spot], text: str, own: str) -> None:
    notes, spot = book.notes(place[0]), place[1]
    now = notes.texts().get(spot)
    if now is None or not text or not _plain(now).startswith(_plain(text)):
        return
    rest = _plain(now)[len(_plain(text)) :]
    if own and _plain(notes.text_of_xml(own)) == rest:
        notes.put_xml(spot, own)
    elif rest.strip():
        notes.put_plain(spot, rest.strip())
    else:
        notes.remove(spot)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
