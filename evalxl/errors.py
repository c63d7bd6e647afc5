"""What goes wrong before any sheet is read: the user asked for something that cannot be done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from evalxl.texts import Text


class UsageError(Exception):
    """What the user asked for cannot be done as asked: ``text`` says why. Exit code 2."""

    def __init__(self, text: Text, **values: Any) -> None:
        super().__init__(text.of("en", **values))
        self.text = text
        self.values = values
        self.near: list[str] = []
        """What was probably meant."""
        self.command: str | None = None
        """The command whose help says more; empty for the overview, None where no help is of use."""

    @classmethod
    def unknown(cls, text: Text, word: str, known: Iterable[str], **values: Any) -> UsageError:
        """A word that is none of the known ones; the nearest of them go along."""
        import difflib

        names = {name.lower(): name for name in known}
        error = cls(text, word=word, **values)
        error.near = [names[near] for near in difflib.get_close_matches(word.lower(), names, 2)]
        return error
