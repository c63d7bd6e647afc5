"""What a marked book shows, as a file or live in Excel: colours, notes, the sheet of results."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from workbook import palette
from workbook.parts import quoted

MEMORY = "_evalxl"
"""The sheet that remembers, and what the hidden names begin with."""
RESULTS = f"{MEMORY}_results"
"""The hidden name of the place where the headings begin on the sheet of results."""

COLOURS = {severity: palette.bare(fill) for severity, fill in palette.MARKS.items()}
ANSWERED, ANSWER_CELL = palette.bare(palette.ANSWERED), palette.bare(palette.ANSWER_CELL)
HEAD = palette.bare(palette.HEADING)
LINK, FAINT = palette.bare(palette.LINK), palette.bare(palette.GREY)
TITLE_SIZE = 14
HEAD_ROW = 2
"""The row of the headings, counted from 0."""
WIDTHS = (7, 8, 18, 60, 48, 18, 18, 40, 10, 10)
PLACE, ANSWER, STATE, KEY = 2, 7, 8, 9
ANSWER_HEADS = ("回答", "Answer")
"""What the heading of the answers begins with, in either language."""
LONGEST = 30_000
"""Letters that a note or a cell is given at most."""
_LINE = 15.0
"""Points a line."""

Look = Literal["none", "plain", "title", "head", "error", "warning", "info", "link", "answer", "faint"]


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


@dataclasses.dataclass(slots=True, frozen=True)
class Shown:
    """A cell of the sheet of results: its value, how it looks, and where it leads (``'評価シート'!AB45``)."""

    value: str | int | float = ""
    look: Look = "plain"
    location: str = ""


def by_gravity(marks: Iterable[Mark]) -> list[Mark]:
    """The gravest first, then by code."""
    order = list(COLOURS)
    return sorted(marks, key=lambda m: (order.index(m.severity), m.code))


def colour(marks: Sequence[Mark], known: Mapping[str, Answer]) -> str:
    """The colour of a cell: of the gravest finding that waits for an answer (they come in that order)."""
    waiting = [mark for mark in marks if mark.key not in known]
    return COLOURS[waiting[0].severity] if waiting else ANSWERED


def note(marks: Iterable[Mark], words: Words, known: Mapping[str, Answer]) -> str:
    """The text of a cell's note."""
    return "\n".join(_note(mark, words, known.get(mark.key)) for mark in marks)[:LONGEST]


def _note(mark: Mark, words: Words, answer: Answer | None) -> str:
    lines = [f"{words.severities[mark.severity]} {mark.code}", mark.message]
    lines += [words.mend.format(hint=mark.hint)] if mark.hint else []
    lines += [words.answer.format(answer=answer.text)] if answer else []
    return "\n".join(lines)


def results(marks: Iterable[Mark], words: Words, known: Mapping[str, Answer]) -> list[list[Shown]]:
    """The rows of the sheet of results: title, headings, findings, at the end those answered and mended."""
    marks = list(marks)
    rows = [[Shown(words.title, "title")], []]
    rows.append([Shown(text, "head") for text in words.headings])
    rows += [_result(mark, words, known.get(mark.key)) for mark in marks]
    there = {mark.key for mark in marks}
    for key, old in known.items():
        if key not in there:
            texts = [*old.row[:ANSWER], old.text, words.mended]
            rows.append([*(Shown(text, "faint") for text in texts), Shown(key, "none")])
    return rows


def _result(mark: Mark, words: Words, given: Answer | None) -> list[Shown]:
    severity: Any = mark.severity
    return [
        Shown(words.severities[mark.severity], severity),
        Shown(mark.code),
        Shown(mark.cell or mark.sheet or "", "link" if mark.cell else "plain", _location(mark)),
        Shown(mark.message),
        Shown(mark.hint),
        Shown(_shown(mark.found)),
        Shown(_shown(mark.expected)),
        Shown(given.text if given else "", "answer"),
        Shown(words.answered if given else words.open),
        Shown(mark.key, "none"),
    ]


def heights(rows: Sequence[Sequence[Shown]]) -> list[float]:
    """Points for the longest of each row's texts, full-width letters counted double."""
    return [_height(row) for row in rows]


def _height(row: Sequence[Shown]) -> float:
    lines = 1
    for cell, width in zip(row[:KEY], WIDTHS, strict=False):
        for number, line in enumerate(str(cell.value).split("\n"), 1):
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
        return "、".join(str(_shown(part)) for part in value)[:LONGEST]
    return "" if value is None else str(value)[:LONGEST]
