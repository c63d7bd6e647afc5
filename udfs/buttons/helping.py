"""設定 and 診断: the city's settings in an editor, and what stands between this PC and the add-in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from evalxl.settings import FILE_NAME, SettingsError, find, load
from udfs.buttons import live, texts
from udfs.buttons.excel import Trouble

if TYPE_CHECKING:
    from udfs.buttons import Session


def settings(session: Session) -> None:
    """Open the settings that hold for the open book; where there are none, offer to make a file beside it."""
    folder = live.folder_of(session.xl)
    if folder is None:
        raise Trouble(texts.SETTINGS_NOWHERE)
    path, made = find(folder), False
    if path is None:
        path, made = folder / FILE_NAME, True
        if not session.dialogs.ask(texts.SETTINGS_NEW.of(session.lang, path=path)):
            return
        with path.open("x", encoding="utf-8", newline="\r\n") as file:
            file.write(texts.SETTINGS_TEMPLATE)
    edit(path)
    text = (texts.SETTINGS_MADE if made else texts.SETTINGS_AT).of(session.lang, path=path)
    try:
        load(path)
    except SettingsError as error:
        text += "\n\n" + texts.WRONG_SETTINGS.of(session.lang, detail=error.message(session.lang))
    session.later(text)


def edit(path: Path) -> None:
    """Show a file in Windows' own editor; elsewhere its place is told and no more."""
    if sys.platform == "win32":
        subprocess.Popen(["notepad.exe", str(path)])


def doctor(session: Session) -> None:
    """Tell what the checks of this PC found."""
    from udfs import doctor as checks

    found = checks.report(lang=session.lang)
    session.figures = {"problems": sum(one.status == "problem" for one in found)}
    session.later(checks.brief(found, session.lang))
