"""検証 and 検証表示を消す."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from evalxl import annotating
from udfs.buttons import comparing, live, marking, texts
from udfs.buttons.batch import Step, perform
from udfs.buttons.excel import Trouble
from workbook import marked
from workbook.errors import Unchangeable
from workbook.marked import MEMORY, RESULTS, Mark, Shown
from workbook.parts import quoted

if TYPE_CHECKING:
    from typing import Any

    from udfs.buttons import Session


def validate(session: Session) -> None:
    """Check the live book, colour and note its cells, and list the findings on a sheet of it."""
    with live.opened(session.xl) as book:
        result, told = comparing.checked(session, book)
        marks = list(annotating.marks_of(result, session.lang))
        there, hindrance, reason = _structure(session, book)
        if there is None or hindrance:
            told += [texts.OTHER_BOOK[hindrance].of(session.lang, reason=reason)] if marks else []
            answered = 0
            if marks:
                _in_another_book(session, book, marks)
        else:
            told += _in_the_book(session, book, there, marks)
            answered = sum(mark.key in there.answers for mark in marks)
        if book.read_only and marks:
            told.append(texts.READ_ONLY.of(session.lang))
    counts = Counter(mark.severity for mark in marks)
    session.figures = dict(counts)
    if marks:
        figures = {severity: counts[severity] for severity in marked.COLOURS}
        first = texts.FOUND.of(session.lang, book=book.name, answered=answered, **figures)
    else:
        first = texts.CLEAN.of(session.lang, book=book.name)
    if told or not marks:  # else the sheet of results says it all
        session.later("\n\n".join([first, *told]))


def clear_marks(session: Session) -> None:
    """Take the marks out of the live book: colours and notes are as they were."""
    with live.opened(session.xl) as book:
        there, hindrance, _ = _structure(session, book)
    if there is None or not (MEMORY in there.sheets or there.results):
        session.later(texts.NO_MARKS.of(session.lang, book=book.name))
        return
    if hindrance:
        raise Trouble(texts.FIXED_BOOK)
    _unprotected(there)
    drop = True
    if there.results and (there.answers or there.by_hand):
        drop = session.dialogs.ask(texts.DROP_ANSWERS.of(session.lang, sheet=there.results))
    steps, lost = marking.back(there, results=drop)
    perform(session.xl, book.book, book.name, steps)
    session.figures = {"cells": len(there.marks.cells)}
    if lost:
        session.later(texts.STILL_MARKED.of(session.lang, cells="、".join(lost)))


def _structure(session: Session, book: live.Live) -> tuple[marking.Structure | None, str, str]:
    """What the copy says, and why the book cannot be marked ("" where it can), in a word and in words.

    Raises `Trouble` where marks are there and what is needed to take them back is not.
    """
    try:
        there = marking.Structure(book.data)
    except Unchangeable as error:
        if (error.reason, error.detail) == ("broken", MEMORY):
            raise Trouble(texts.DAMAGED) from error
        reason = annotating.REASONS[error.reason].of(session.lang, detail=error.detail)
        return None, "format", reason
    if book.shared:
        return there, "shared", ""
    return there, "structure" if there.locked else "", ""


def _unprotected(there: marking.Structure) -> None:
    """See that the marks of an earlier run can be taken back. Raises `Trouble`."""
    locked = [name for name in marking.marked_sheets(there.marks) if there.protected(name)]
    if locked:
        raise Trouble(texts.PROTECTED_MARKS, sheets="、".join(locked))


def _in_the_book(
    session: Session, book: live.Live, there: marking.Structure, marks: Sequence[Mark]
) -> list[str]:
    """Mark the cells, write the sheet of results; gives what is to be told.

    What is needed to take the marks back is written before the first mark.
    """
    _unprotected(there)
    words = annotating.words(session.lang)
    planned = marking.plan(there, marks, words)
    before, lost = marking.back(there, results=False)
    sheet, making, told = _results_sheet(session, there, words.sheet)
    perform(session.xl, book.book, book.name, [*before, *making, Step(MEMORY, "", "add")])
    _write(book.book, MEMORY, marking.text_block(planned.memory))
    _list(book.book, sheet, planned.results)
    after = [marking.HIDE_MEMORY, *planned.steps, *marking.looks(sheet, planned.results)]
    perform(session.xl, book.book, book.name, [*after, *marking.in_front(sheet)])
    if planned.protected:
        told.append(texts.NOT_MARKED.of(session.lang, sheets="、".join(planned.protected)))
    if lost:
        told.append(texts.STILL_MARKED.of(session.lang, cells="、".join(lost)))
    return told


def _results_sheet(
    session: Session, there: marking.Structure, name: str
) -> tuple[str, list[Step], list[str]]:
    """The sheet for the results, how it comes to be, and what is to be told: one changed by hand is kept."""
    old = there.results
    if old and not there.by_hand:
        return old, [Step(old, "", "clear")], []
    making: list[Step] = []
    told: list[str] = []
    if old:
        kept = there.book.free_sheet_name(texts.OLD_SHEET.of(session.lang, name=old[:25]))
        making += [Step("", RESULTS, "unname"), Step(old, "", "rename", kept)]
        told = [texts.KEPT_RESULTS.of(session.lang, old=old, new=kept)]
    sheet = name if old == name else there.book.free_sheet_name(name)
    making += [Step(sheet, "", "add")]
    making += [Step(sheet, RESULTS, "name", f"={quoted(sheet)}!$A${marked.HEAD_ROW + 1}")]
    return sheet, making, told


def _in_another_book(session: Session, book: live.Live, marks: Sequence[Mark]) -> None:
    """List the findings in a new book, as the live one cannot take a sheet."""
    words = annotating.words(session.lang)
    results = marked.results(marked.by_gravity(marks), words, {})
    new = session.xl.Workbooks.Add()
    first = str(new.Worksheets(1).Name)
    place = str(book.folder / book.name) if book.folder else book.name
    name = str(new.Name)
    perform(session.xl, new, name, [Step(first, "", "rename", words.sheet)])
    _list(new, words.sheet, results, place)
    after = [*marking.looks(words.sheet, results), *marking.in_front(words.sheet)]
    perform(session.xl, new, name, after)


def _list(book: Any, sheet: str, rows: Sequence[Sequence[Shown]], place: str = "") -> None:
    """Write the sheet of results; ``place``: of the book that its links lead to, where that is another."""
    _write(book, sheet, marking.block(rows, place))
    for cell, answer in marking.long_answers(rows):
        book.Worksheets(sheet).Range(cell).Value = answer


def _write(book: Any, sheet: str, block: Sequence[Sequence[str | float]]) -> None:
    """Write a block of cells from A1, in one call."""
    place = f"A1:{marking.letters(len(block[0]) - 1)}{len(block)}"
    book.Worksheets(sheet).Range(place).Value = block
