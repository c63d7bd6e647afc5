"""年度更新 and 提出: what becomes of the open sheet next year, and handing it in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from evalxl import submission, yearly
from evalxl.paths import Source
from udfs.buttons import comparing, live, texts
from udfs.buttons.excel import Stopped

if TYPE_CHECKING:
    from udfs.buttons import Session


def rollover(session: Session) -> None:
    """Write next year's book of the open sheet, as it stands, into a folder, and open it."""
    with live.opened(session.xl) as book:
        book.result()  # tells what is no evaluation sheet before a folder is asked for
        folder = _folder(session, texts.ROLL_TO.of(session.lang))
        source = Source(book.path.name, book.path, str(book.path))
        rolled = yearly.roll(source, folder, book.form, session.lang)
    if rolled.written.path is not None:
        session.xl.Workbooks.Open(rolled.written.path)
    session.later("\n".join(rolled.told(session.lang)))


def submit(session: Session) -> None:
    """Check the open sheet, as 検証 does, and write its copy into a folder, under its fixed name.

    The add-in's functions are values in the copy, so that no #NAME? reaches a PC without it; the open book
    keeps them. Nothing is written over without a question.
    """
    with live.opened(session.xl) as book:
        result, told = comparing.checked(session, book)
        findings = [f for sheet in result.sheets for f in sheet.findings] + result.refused
        errors = sum(finding.severity == "error" for finding in findings)
        if errors and not session.dialogs.ask(texts.SUBMIT_ERRORS.of(session.lang, error=errors)):
            raise Stopped
        folder = _folder(session, texts.SUBMIT_TO.of(session.lang))
        done = submission.submitted(result, folder=folder, replace=False, lang=session.lang)
        if done.written.reason == "exists":
            again = texts.SUBMIT_AGAIN.of(session.lang, path=done.written.detail)
            if not session.dialogs.ask(again):
                raise Stopped
            done = submission.submitted(result, folder=folder, replace=True, lang=session.lang)
    session.figures = {"errors": errors, "frozen": len(done.frozen)}
    said = ["\n".join(done.told(session.lang)), *told]
    session.later("\n\n".join(said), grave=done.written.path is None)


def _folder(session: Session, title: str) -> Path:
    folder = session.dialogs.folder(title)
    if folder is None:
        raise Stopped
    return folder
