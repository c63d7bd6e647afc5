"""Marks in copies of departments' books: colours and notes at the cells, and a sheet that lists the findings.

The copy remembers in a very hidden sheet what each cell looked like, and in hidden names where it stands:
names follow their cells when rows are put in. So the marks can be taken back after Excel has saved the copy.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from workbook import marked
from workbook.grid import Spot, spot_of
from workbook.marked import (
    ANSWER,
    ANSWERED,
    COLOURS,
    HEAD_ROW,
    KEY,
    LONGEST,
    MEMORY,
    RESULTS,
    Answer,
    Look,
    Mark,
    Shown,
    Words,
)
from workbook.parts import Book, Unchangeable, Written, sheet_xml
from workbook.parts.styles import Counts

__all__ = [
    "ANSWERED", "COLOURS", "MEMORY", "Annotated", "Answer", "Back", "Mark", "Marks", "Words", "annotate",
    "answers", "answers_in", "is_marked", "marks_in", "same_cells", "unmark",
]  # fmt: skip

AUTHOR = "evalxl"
_BEFORE_OWN = "\n────────\n"


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
    known = {**(answers or {}), **answers_in(book)}
    _unmark(book)
    before, empty_names = book.styles.counts(), book.has_empty_names()
    shown = marked.by_gravity(marks)
    placed, unmarked = _by_cell(book, shown)
    memory = [_mark_cell(book, n, at, here, words, known) for n, (at, here) in enumerate(placed.items(), 1)]
    name = book.free_sheet_name(words.sheet)
    book.add_sheet(name, _results(book, marked.results(shown, words, known)))
    book.define(RESULTS, name, (HEAD_ROW, 0))
    book.repeat_row(name, HEAD_ROW)
    head = {"before": before, "after": book.styles.counts(), "empty_names": empty_names}
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
    return answers_in(Book(data))


def is_marked(data: bytes) -> bool:
    """Whether a book is a marked copy. Raises `Unchangeable` for a file that could be none."""
    return MEMORY in Book(data).sheet_names()


@dataclasses.dataclass(slots=True, frozen=True)
class Back:
    """What a marked cell gets back."""

    label: str
    """The hidden name that follows the cell."""
    place: tuple[str, Spot] | None
    """None: the cell is gone."""
    fill: str | None = None
    """Its fill as XML; None: it has another colour by now, which stays."""
    note: str | None = None
    """What stays of its note, "" for none; None: the note is not the mark's."""


@dataclasses.dataclass(slots=True, frozen=True)
class Marks:
    """The marks in a book, for those who take them back elsewhere: in the book as Excel has it open."""

    cells: list[Back]
    head: Mapping[str, Any]
    results: tuple[str, Spot] | None
    """Where the headings of the sheet of results stand; None where it is gone."""


def marks_in(book: Book) -> Marks:
    """The marks that a book carries; none in a book without. Raises `Unchangeable` for a damaged memory."""
    rows = list(_remembered(book)) if MEMORY in book.sheet_names() else []
    cells = [_back(book, label, was) for label, was, _ in rows[1:]]
    place = book.place_of(RESULTS)
    there = place if place and place[0] in book.sheet_names() else None
    return Marks(cells, rows[0][1] if rows else {}, there)


def _back(book: Book, label: str, was: Mapping[str, Any]) -> Back:
    place = book.place_of(label)
    if place is None or place[0] not in book.sheet_names():
        return Back(label, None)
    fill = was["fill"] if _still_coloured(book, place, was) else None
    return Back(label, place, fill, _rest_of_note(book, place, was["text"]))


def same_cells(data: bytes, other: bytes) -> bool:
    """Whether two books say the same in all cells, formulas included; sheets of marks are left aside."""
    return _cells(Book(data)) == _cells(Book(other))


def _cells(book: Book) -> dict[tuple[str, Spot], tuple[str, str]]:
    results = book.place_of(RESULTS)
    own = {MEMORY, results[0] if results else ""}
    names = [name for name in book.sheet_names() if name not in own]
    return {(name, spot): said for name in names for spot, said in book.sheet(name).contents()}


# ---- marking -----------------------------------------------------------------------------------------------


def _by_cell(book: Book, marks: Iterable[Mark]) -> tuple[dict[tuple[str, Spot], list[Mark]], list[str]]:
    """The marks of each cell, and the cells that the book does not have."""
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
    colour = marked.colour(marks, known)
    spans, named = sheet.spans(spot[0]), sheet.names_style(spot)
    made = sheet.set_style(spot, book.styles.with_fill(style, colour))
    text = marked.note(marks, words, known)
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
        "named": named,
        "colour": colour,
        "made": made,
        "spans": spans,
    }
    was["text"] = text
    return [label, json.dumps(was, ensure_ascii=False), *_pieces(own or "")]


def _pieces(text: str) -> list[str]:
    """A long text in pieces that a cell can hold."""
    return [text[start : start + LONGEST] for start in range(0, len(text), LONGEST)]


def _memory_xml(book: Book, head: Mapping[str, Any], rows: list[list[str]]) -> bytes:
    first = [MEMORY, json.dumps(head)]
    return sheet_xml([[Written(text) for text in row] for row in [first, *rows]], main=book.main)


# ---- the sheet of results ----------------------------------------------------------------------------------


def _results(book: Book, shown: Sequence[Sequence[Shown]]) -> bytes:
    styles = book.styles
    plain = styles.with_wrap(0)
    looks: dict[Look, int] = {
        "none": 0,
        "plain": plain,
        "title": styles.with_font(0, bold=True, size=marked.TITLE_SIZE),
        "head": styles.with_fill(styles.with_font(plain, bold=True), marked.HEAD),
        "error": styles.with_fill(plain, COLOURS["error"]),
        "warning": styles.with_fill(plain, COLOURS["warning"]),
        "info": styles.with_fill(plain, COLOURS["info"]),
        "link": styles.with_font(plain, colour=marked.LINK, underline=True),
        "answer": styles.with_fill(plain, marked.ANSWER_CELL),
        "faint": styles.with_colour(plain, marked.FAINT),
    }
    typed = {
        look: styles.as_text(looks[look]) for look in {row[ANSWER].look for row in shown[HEAD_ROW + 1 :]}
    }
    rows = [[Written(cell.value, looks[cell.look], cell.location) for cell in row] for row in shown]
    for row, cells in zip(rows[HEAD_ROW + 1 :], shown[HEAD_ROW + 1 :], strict=True):
        row[ANSWER] = dataclasses.replace(row[ANSWER], style=typed[cells[ANSWER].look])
    heights = {n: height for n, height in enumerate(marked.heights(shown)) if n >= HEAD_ROW}
    return sheet_xml(
        rows, main=book.main, widths=marked.WIDTHS, hidden=[KEY], frozen=HEAD_ROW + 1, heights=heights
    )


def answers_in(book: Book) -> dict[str, Answer]:
    """What staff wrote into the sheet of results. Rows may have been sorted, columns put in or deleted."""
    place = book.place_of(RESULTS)
    if place is None or place[0] not in book.sheet_names():
        return {}
    sheet, (top, left) = book.sheet(place[0]), place[1]
    columns = range(left + _SEARCHED)
    heads = [n for n in columns if sheet.text((top, n)).startswith(marked.ANSWER_HEADS)]
    found: dict[str, Answer] = {}
    for row in sheet.used_rows() if heads else ():
        key = next((text for n in reversed(columns) if _is_key(text := sheet.text((row, n)))), "")
        text = sheet.text((row, heads[0])).strip()
        if row > top and key and text:
            found[key] = Answer(text, [sheet.text((row, left + column)) for column in range(KEY)])
    return found


_SEARCHED = 2 * KEY
"""Columns in which the answers and the keys are looked for."""


def _is_key(text: str) -> bool:
    """Whether it is a `Mark.key`."""
    try:
        return text.startswith('["') and len(json.loads(text)) > 2
    except ValueError:
        return False


# ---- taking back -------------------------------------------------------------------------------------------


def _unmark(book: Book) -> bool:
    if MEMORY not in book.sheet_names():
        return False
    rows = list(_remembered(book))
    head = rows[0][1] if rows else {}
    untouched = head.get("after") == list(book.styles.counts())
    keep = bool(head.get("empty_names"))
    for label, was, own in reversed(rows[1:]):
        place = book.place_of(label)
        if place is not None and place[0] in book.sheet_names():
            _restore_note(book, place, was["text"], own)
            _restore_style(book, place, was, untouched)
        book.undefine(label, keep_empty=keep)
    results = book.place_of(RESULTS)
    for name in (MEMORY, results[0] if results else ""):
        if name in book.sheet_names():
            book.remove_sheet(name)
    book.undefine(RESULTS, keep_empty=keep)  # last: the sheet's own name goes with the sheet
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
    if not _still_coloured(book, place, was):
        return
    sheet, spot = book.sheet(place[0]), place[1]
    style = sheet.style(spot)
    if untouched and style == book.styles.with_fill(was["style"], was["colour"]):
        sheet.set_style(spot, was["style"] if was.get("named", True) else None)
    else:  # saved by Excel, which numbers the formats anew
        sheet.set_style(spot, book.styles.with_fill_of(style, was["fill"], was["applied"]))
    if was["made"]:
        sheet.drop_cell(spot, was["spans"])


def _still_coloured(book: Book, place: tuple[str, Spot], was: Mapping[str, Any]) -> bool:
    """Whether the cell has the mark's colour: somebody may have given it another since."""
    colour = book.styles.fill_colour(book.sheet(place[0]).style(place[1]))
    return colour.upper() == str(was["colour"]).upper() != ""


def _restore_note(book: Book, place: tuple[str, Spot], text: str, own: str) -> None:
    notes, spot = book.notes(place[0]), place[1]
    rest = _rest_of_note(book, place, text)
    if rest is None:
        return
    if own and _plain(notes.text_of_xml(own)) == rest:
        notes.put_xml(spot, own)
    elif rest.strip():
        notes.put_plain(spot, rest.strip())
    else:
        notes.remove(spot)


def _rest_of_note(book: Book, place: tuple[str, Spot], text: str) -> str | None:
    """What a note says besides the mark's text; None where that text is there no more."""
    now = book.notes(place[0]).texts().get(place[1])
    if now is None or not text or not _plain(now).startswith(_plain(text)):
        return None
    return _plain(now)[len(_plain(text)) :]


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
