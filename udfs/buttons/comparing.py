"""What 検証 and 提出 compare the live book with: the masters and last year's sheets that evalxl.toml names.

Nothing of it is needed: where a network folder is away, the book is checked without, and that is told.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from evalxl import texts as commands_texts
from evalxl.actions import Context
from evalxl.commands import beside
from evalxl.errors import UsageError
from evalxl.masters import MastersError
from evalxl.texts import Text
from udfs.buttons import progress, texts

if TYPE_CHECKING:
    from evalxl.masters import Masters
    from evalxl.past import Previous
    from evalxl.results import FileResult
    from udfs.buttons import Session
    from udfs.buttons.live import Live

_MOST = 3
"""Files of last year's that are named in a dialog."""


class _Collecting(Context):
    """What is told of last year's sheets is kept for the dialog; the rest is the planning section's."""

    said: list[str] = msgspec.field(default_factory=list)

    def tell(self, text: Text, **values: Any) -> None:
        if text in (commands_texts.PREVIOUS_REFUSED, commands_texts.PREVIOUS_LATER):
            self.said.append(text.of(self.lang, **values))
        else:
            Context.tell(self, text, **values)


def checked(session: Session, book: Live) -> tuple[FileResult, list[str]]:
    """What the rules say of the live book beside the masters and last year's sheets, and what is to be told.

    Raises `Stopped` when Esc was pressed meanwhile, `Trouble` for what is no evaluation sheet.
    """
    told = _compare(session, book)
    result = book.result()
    context = _Collecting(book.settings, session.lang, quiet=True)
    beside.told_uncompared(context, (sheet.record.fiscal_year for sheet in result.sheets))
    return result, told + context.said


def _compare(session: Session, book: Live) -> list[str]:
    """Give the settings of the live book the masters and last year's sheets."""
    watch = progress.watcher(session, texts.READING_PREVIOUS, texts.STOPPED_CHECK)
    context = _Collecting(book.settings, session.lang, form=book.form, quiet=True, watch=watch)
    folder, place = beside.configured(context, None, None)
    told: list[str] = []
    masters = _masters(context, folder, told) if folder else None
    previous = _previous(context, place, masters, told) if place else None
    book.settings = book.settings.beside(masters, previous)
    return told


def _masters(context: _Collecting, folder: Path, told: list[str]) -> Masters | None:
    try:
        return beside.masters_of(context, folder)
    except MastersError as error:
        told.append(texts.NO_MASTERS.of(context.lang, detail=error.message(context.lang)))
    except OSError as error:
        told.append(texts.NO_MASTERS.of(context.lang, detail=f"{folder} {error.strerror or error}"))
    return None


def _previous(context: _Collecting, place: str, masters: Masters | None, told: list[str]) -> Previous | None:
    """Last year's sheets, read once: many take seconds, and 検証 is pressed again and again."""
    try:
        key = (place, context.form.id if context.form else None, _state(place))
        if key not in _kept:
            found = beside.previous_of(context, place, None)
            _kept.clear()
            _kept[key] = found, context.said
        previous, refused = _kept[key]
    except (UsageError, OSError):
        told.append(texts.NO_PREVIOUS.of(context.lang, path=place))
        return None
    if refused:
        more = texts.AND_MORE.of(context.lang, count=len(refused) - _MOST) if len(refused) > _MOST else ""
        told.append("\n".join([*refused[:_MOST], *([more] if more else [])]))
    return dataclasses.replace(previous, masters=masters)


_kept: dict[Hashable, tuple[Previous, list[str]]] = {}
"""The sheets of last year's that were read last, and which files could not be, by place and state."""


def _state(place: str) -> Hashable:
    """What changes when a file of last year's does. Raises `OSError` where nothing is there."""
    if "://" in place:
        return object()
    path = Path(place)
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    stats = [(str(file), file.stat()) for file in files]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)
