"""An Excel with the add-in's macro, a department's book open in it, and buttons to press."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support import com
from tests.support.layouts import Style, sample, write_book
from tests.support.records import Record

BATCH = Path(__file__).parents[2] / "udfs" / "vba" / "EvBatch.bas"


@dataclasses.dataclass
class Desk:
    """What a user has in front of them."""

    excel: com.Excel

    def press(self, name: str, *, escaped: bool = False) -> list[str]:
        """Press a button; gives what the message boxes said. ``escaped``: with Esc held down."""
        from tests.support.com import modules
        from udfs import buttons

        modules.dialogs.clear()
        buttons.run(name, self.excel.app, escaped=lambda: escaped)
        assert not modules.answers, "a question that was expected was not asked"
        return [text for _, text in modules.dialogs]

    def answer(self, *pressed: int) -> None:
        """What will be pressed in the next questions: 6 yes, 7 no, 1 OK."""
        from tests.support.com import modules

        modules.answers[:] = list(pressed)

    def saved(self, path: Path) -> bytes:
        """The active book as a file, as it stands."""
        self.excel.app.books.active.api.SaveCopyAs(str(path))
        return path.read_bytes()

    def state(self) -> list[Any]:
        """What the buttons must leave as it was."""
        xl = self.excel.dispatch
        names = ("ScreenUpdating", "EnableEvents", "DisplayAlerts", "Calculation", "StatusBar")
        return [getattr(xl, name) for name in names]


@contextmanager
def desk(*, batch: bool = True) -> Iterator[Desk]:
    """An Excel; ``batch``: with the add-in's macro, without which every change is a call of its own."""
    excel = com.Excel()
    if batch:
        excel.module(BATCH.read_text(encoding="ascii"), "EvBatch")
    found = Desk(excel)
    found.answer()
    try:
        yield found
    finally:
        excel.close()


def department(path: Path, *records: Record, style: Style | None = None) -> Path:
    """A department's book with an error and warnings in it."""
    write_book(path, list(records) or [wrong()], style or Style())
    return path


def wrong() -> Record:
    """A record whose sources do not add up."""
    record = sample()
    record["costs"]["general"]["2017"] = 8562
    return record


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the buttons' log goes."""
    path = tmp_path / "log" / "evalxl.log"
    monkeypatch.setenv("EVALXL_LOG", str(path))
    return path


@pytest.fixture
def quick(log: Path) -> Iterator[Desk]:
    """A desk with the add-in's macro."""
    with desk() as found:
        yield found
