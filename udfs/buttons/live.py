"""The book that Excel shows, read as the file that it would be if it were saved now.

One call a book: Excel writes a copy of it as it stands, unsaved changes included, into a folder of its own
that is gone at the end of the button. So the reader, the rules and everything else see just what they see in
a department's file: ticks drawn as controls, merged cells, hidden rows. Cell values alone would not tell.
"""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath
from typing import Any

from evalxl import paths, settings
from evalxl.reader import Task
from evalxl.results import FileResult
from evalxl.rules.registry import Finding
from evalxl.settings import Settings
from udfs.buttons import texts
from udfs.buttons.excel import Trouble
from workbook.form import Form

_NO_PAPER = {"F001", "F002", "F003"}
"""The file is broken, locked or another paper: there is nothing to be marked."""


@dataclasses.dataclass(slots=True)
class Live:
    """The active book, and its copy in ``path`` as long as the block of `opened` lasts."""

    book: Any
    """The COM object."""
    name: str
    folder: Path | None
    """Where it is saved; None for a book never saved, or at an address."""
    read_only: bool
    shared: bool
    path: Path
    settings: Settings
    form: Form | None

    @property
    def data(self) -> bytes:
        """The bytes of the copy."""
        return self.path.read_bytes()

    def result(self) -> FileResult:
        """What the reader and the rules say. Raises `Trouble` for what is no evaluation sheet at all."""
        source = paths.Source(self.path.name, self.path, str(self.path))
        result = Task(self.settings, self.form, _itself).of(source)
        if not result.sheets and (grave := _no_paper(result)):
            raise Trouble(texts.NO_SHEET, book=self.name, message=grave.message(), hint=grave.hint())
        return result


@contextlib.contextmanager
def opened(xl: Any) -> Iterator[Live]:
    """Copy the active book and tell about it. Raises `Trouble` where there is none."""
    book, name, place = _active(xl)
    known, form = known_settings(place)
    with tempfile.TemporaryDirectory(prefix="evalxl-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / _file_name(name)
        book.SaveCopyAs(str(path))
        yield Live(book, name, place, bool(book.ReadOnly), bool(book.MultiUserEditing), path, known, form)


def known_settings(folder: Path | None) -> tuple[Settings, Form | None]:
    """The settings that hold for a folder, and the form that they ask for."""
    from workbook import form as forms

    known = settings.resolve(folder=folder) if folder else Settings()
    return known, forms.get(known.form) if known.form else None


def folder_of(xl: Any) -> Path | None:
    """Where the active book is saved; None for one never saved, or at an address."""
    return _active(xl)[2]


def _active(xl: Any) -> tuple[Any, str, Path | None]:
    """The active book, its name and its folder. Raises `Trouble` where there is none."""
    book = xl.ActiveWorkbook
    if book is None:
        raise Trouble(texts.NO_BOOK)
    full = str(book.FullName)
    name = PureWindowsPath(full).name if "\\" in full else Path(full).name
    return book, name, _folder(full, name)


def _folder(full: str, name: str) -> Path | None:
    if "://" in full or full == name:
        return None
    return Path(full[: -len(name)])


def _file_name(name: str) -> str:
    """A book never saved has no ending; it would get this one."""
    return name if Path(name).suffix.lower() in paths.SUFFIXES else f"{name}.xlsx"


def _no_paper(result: FileResult) -> Finding | None:
    if result.skipped:
        from evalxl.rules import registry
        from workbook.errors import Refused

        return registry.finding_of_refusal(Refused("F003", nearest="事務事業評価シート", missing=[]))
    return next((finding for finding in result.refused if finding.code in _NO_PAPER), None)


def _itself(result: FileResult) -> FileResult:
    return result
