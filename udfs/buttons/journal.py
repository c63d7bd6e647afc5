"""The log of the buttons: which, when, how long, what error. Never what stands in a sheet, nor its name."""

from __future__ import annotations

import functools
import logging
import os
import sys
import tempfile
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path

PLACE = "EVALXL_LOG"
"""The variable that names another file for the log."""
_LARGEST = 2**20


def path() -> Path:
    """Where the log lies: the user's own folder of this system, else that of passing files."""
    named = os.environ.get(PLACE)
    if named:
        return Path(named)
    try:
        return _own_folder() / "evalxl" / "evalxl.log"
    except RuntimeError:
        return Path(tempfile.gettempdir()) / "evalxl" / "evalxl.log"


def _own_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")


@functools.cache
def _log(place: Path) -> logging.Logger:
    log = logging.Logger("evalxl.buttons")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = RotatingFileHandler(
            place, maxBytes=_LARGEST, backupCount=1, encoding="utf-8", delay=True
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.addHandler(handler)
    return log


def note(button: str, outcome: str, seconds: float = 0.0, **figures: int) -> None:
    """What came of a button."""
    parts = " ".join(f"{name}={value}" for name, value in figures.items())
    _log(path()).info("%s %s %.2fs %s", button, outcome, seconds, parts)


def note_error(button: str, error: BaseException) -> None:
    """An error: its kind, a COM error's number, and where in the program it happened. Its text may quote a
    sheet and stays out."""
    number = getattr(error, "hresult", "")
    where = [
        f"  {frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    _log(path()).error("%s %s %s\n%s", button, type(error).__name__, number, "\n".join(where))
