"""How the books that this program writes are told from those that departments fill in."""

from __future__ import annotations

import zipfile
from pathlib import Path

OWN_OUTPUT = "evalxl-output"
"""Keyword in the properties of summary books and reports. The blank form does not carry it."""

_PROPERTIES = "docProps/core.xml"
_BOOK = "xl/workbook.xml"


def is_own_output(path: Path | str) -> bool:
    """Whether a file is a summary book or a report of this program, saved again by Excel or not."""
    return _holds(path, _PROPERTIES, OWN_OUTPUT)


def is_marked_copy(path: Path | str) -> bool:
    """Whether a file is a department's book with the marks of a validation in it."""
    from workbook.marked import MEMORY

    return _holds(path, _BOOK, f'"{MEMORY}"')


def _holds(path: Path | str, part: str, word: str) -> bool:
    try:
        with zipfile.ZipFile(path) as book, book.open(part) as opened:
            return word.encode() in opened.read(1 << 20)
    except Exception:  # whatever is wrong with the file is for the reader to name
        return False
