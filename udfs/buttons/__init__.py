"""The buttons of the ribbon, over xlwings: what each does with the Excel that it was pressed in.

`run` is the one way in. It keeps Excel quiet meanwhile and leaves it as it was, tells every trouble in a
dialog with what to do about it, and notes in a log what happened, never what stands in a sheet.
"""

from __future__ import annotations

import dataclasses
import importlib
import time
from collections.abc import Callable
from typing import Any

from evalxl.errors import UsageError
from evalxl.masters import MastersError
from evalxl.rules.registry import Lang
from evalxl.settings import SettingsError
from udfs import ribbon
from udfs.buttons import excel, journal, texts
from udfs.buttons.dialogs import Dialogs, ExcelDialogs
from workbook.errors import OutputLocked

_MODULES = {
    "validate": "validating",
    "clear_marks": "validating",
    "consolidate": "consolidating",
    "rollup": "consolidating",
    "rollover": "handing",
    "submit": "handing",
    "settings": "helping",
    "doctor": "helping",
}
"""In which module of this package a button's function stands, under the button's name."""
NAMES = tuple(_MODULES)
_LABELS = {found.button.name: found.button.label for found in ribbon.buttons()}


@dataclasses.dataclass(slots=True)
class Session:
    """One press of a button."""

    app: Any
    """The `xlwings.App` it was pressed in: with two Excels open, that one."""
    dialogs: Dialogs
    lang: Lang = "ja"
    escaped: Callable[[], bool] = lambda: False
    figures: dict[str, int] = dataclasses.field(default_factory=dict)
    """Figures for the log."""
    told: list[tuple[str, bool]] = dataclasses.field(default_factory=list)
    """What is still to be said, and whether it is grave."""

    @property
    def xl(self) -> Any:
        """Excel's own Application object."""
        return self.app.api

    def later(self, text: str, *, grave: bool = False) -> None:
        """Say something when Excel is itself again."""
        self.told.append((text, grave))

    def status(self, text: str) -> None:
        """Show how far it is."""
        self.app.api.StatusBar = text


def run(
    name: str,
    app: Any,
    *,
    dialogs: Dialogs | None = None,
    lang: Lang = "ja",
    escaped: Callable[[], bool] | None = None,
) -> bool:
    """Do what a button does; whether it came to its end. Never raises: troubles are told in dialogs.

    Args:
        name: one of `NAMES`; KeyError for another.
        app: the `xlwings.App` whose button it is.
        dialogs: what takes the place of Excel's windows.
        lang: the language of texts.
        escaped: whether Esc is pressed; by default the keyboard is asked.
    """
    module, label = _MODULES[name], _LABELS[name].of(lang)
    press = escaped or (lambda: excel.escape_pressed(app.api))
    session = Session(app, dialogs or ExcelDialogs(app, lang), lang, press)
    started = time.perf_counter()
    try:
        with excel.patient():
            excel.ready(app.api)
            with excel.quiet(app.api, texts.WORKING.of(lang, button=label)):
                getattr(importlib.import_module(f"{__name__}.{module}"), name)(session)
        outcome = "done"
    except excel.Stopped as stopped:
        outcome = "stopped"
        session.told += [(text.of(lang), False) for text in stopped.args]
    except Exception as error:
        outcome = "failed"
        journal.note_error(name, error)
        _tell(session, _words(error, lang), grave=True)
    journal.note(name, outcome, time.perf_counter() - started, **session.figures)
    for text, grave in session.told:
        _tell(session, text, grave=grave)
    return outcome == "done"


def _tell(session: Session, text: str, *, grave: bool = False) -> None:
    try:
        session.dialogs.tell(text, grave=grave)
    except Exception as error:  # an Excel that is gone shows nothing any more
        journal.note_error("dialog", error)


def _words(error: Exception, lang: Lang) -> str:
    """An error in words, with what to do about it."""
    if isinstance(error, excel.Trouble):
        return error.text.of(lang, **error.values)
    if isinstance(error, UsageError):
        return error.text.of(lang, **error.values)
    if isinstance(error, MastersError):
        return texts.WRONG_MASTERS.of(lang, detail=error.message(lang))
    if isinstance(error, SettingsError):
        return texts.WRONG_SETTINGS.of(lang, detail=error.message(lang))
    if isinstance(error, OutputLocked):
        return texts.LOCKED.of(lang, path=error.path)
    if isinstance(error, excel.com_error()):
        return (
            texts.BUSY.of(lang)
            if excel.is_busy(error)
            else texts.REFUSED.of(lang, detail=excel.detail(error))
        )
    if isinstance(error, OSError):
        return texts.UNREADABLE.of(lang, path=error.filename or "", detail=error.strerror or error)
    return texts.UNEXPECTED.of(lang, error=type(error).__name__, log=journal.path())
