"""集約 and 集計: many sheets as one summary book, and a roll-up of the summary that is open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from evalxl import commands
from evalxl.actions import Context
from udfs.buttons import live, progress, texts
from udfs.buttons.excel import Stopped, Trouble
from workbook import marks

if TYPE_CHECKING:
    from udfs.buttons import Session

FIELDS = (
    ("organization", "部・課別"),
    ("policies", "政策・施策・基本事業別"),
    ("budget", "予算科目別（会計・款・項・目）"),
    ("source", "財源別"),
    ("direction", "今後の方向性別"),
    ("project", "事業別"),
)
"""What the button 集計 offers, by the names of `evalxl rollup --by`."""


def consolidate(session: Session) -> None:
    """A folder of sheets as a summary book beside them, which is then opened.

    Esc stops it between two files; nothing is written then.
    """
    folder = session.dialogs.folder(texts.CHOOSE_FOLDER.of(session.lang))
    if folder is None:
        raise Stopped
    output = folder / f"{texts.SUMMARY.of(session.lang)}_{folder.name or 'evalxl'}.xlsx"
    outcome = commands.consolidate(_context(session, folder), [str(folder)], output=output)
    report = outcome.data
    session.figures = {"files": report["files"], "refused": len(report["refused"])}
    session.xl.Workbooks.Open(str(output))
    session.later(
        texts.CONSOLIDATED.of(
            session.lang,
            files=report["files"],
            sheets=report["consolidated"],
            refused=len(report["refused"]),
        )
    )


def rollup(session: Session) -> None:
    """Add up the open summary book by a field that is chosen, in a book beside it, which is then opened."""
    with live.opened(session.xl) as book:
        if not marks.is_own_output(book.path):
            raise Trouble(texts.NO_SUMMARY, book=book.name)
        if book.folder is None:
            raise Trouble(texts.NOT_SAVED, book=book.name)
        labels = [label for _, label in FIELDS]
        chosen = session.dialogs.choose(texts.CHOOSE_FIELD.of(session.lang), labels)
        if chosen is None:
            raise Stopped
        name, label = FIELDS[chosen]
        output = book.folder / f"{Path(book.name).stem}_{label.partition('（')[0]}.xlsx"
        commands.rollup(_context(session, book.folder), [str(book.path)], by=[name], output=output)
    session.xl.Workbooks.Open(str(output))


def _context(session: Session, folder: Path) -> Context:
    known, form = live.known_settings(folder)
    return Context(known, session.lang, form=form, quiet=True, watch=progress.watcher(session, texts.READING))
