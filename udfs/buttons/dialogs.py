"""What a button asks and tells: in Excel's windows, or in whatever a test puts in their place."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from evalxl.rules.registry import Lang
from udfs.buttons import texts

FOLDER_PICKER, PRESSED_OK = 4, -1
TEXT = 2


class Dialogs(Protocol):
    """The windows that a button opens."""

    def tell(self, text: str, *, grave: bool = False) -> None:
        """Say something; ``grave`` with the sign of a warning."""

    def ask(self, text: str) -> bool:
        """Yes or no."""

    def folder(self, title: str) -> Path | None:
        """A folder; None when the user thinks better of it."""

    def choose(self, text: str, choices: Sequence[str]) -> int | None:
        """The number of one of the choices, from 0; None when the user thinks better of it."""


@dataclasses.dataclass(slots=True, frozen=True)
class ExcelDialogs:
    """Message boxes over Excel's window, and Excel's own windows for folders and input."""

    app: Any
    """An `xlwings.App`."""
    lang: Lang = "ja"

    def tell(self, text: str, *, grave: bool = False) -> None:
        """A message box with OK."""
        self.app.alert(text, texts.TITLE.of(self.lang), mode="critical" if grave else "info")

    def ask(self, text: str) -> bool:
        """A message box with yes and no."""
        return bool(self.app.alert(text, texts.TITLE.of(self.lang), buttons="yes_no") == "yes")

    def folder(self, title: str) -> Path | None:
        """Excel's window for a folder."""
        picker = self.app.api.FileDialog(FOLDER_PICKER)
        picker.Title = title
        return Path(picker.SelectedItems(1)) if picker.Show() == PRESSED_OK else None

    def choose(self, text: str, choices: Sequence[str]) -> int | None:
        """Excel's window for input, with the choices numbered; asked again for what is no number of one."""
        lines = "\n".join(f"{number}  {choice}" for number, choice in enumerate(choices, 1))
        typed: Any = "1"
        while True:
            typed = self.app.api.InputBox(f"{text}\n\n{lines}", texts.TITLE.of(self.lang), typed, Type=TEXT)
            if typed is False:
                return None
            number = _number(str(typed))
            if 1 <= number <= len(choices):
                return number - 1


def _number(typed: str) -> int:
    """A number as typed, in digits of either width; 0 for none."""
    return int(typed.strip()) if typed.strip().isdecimal() else 0
