"""How the books that this program writes are told from those that departments fill in."""

from __future__ import annotations

import zipfile
from pathlib import Path

OWN_OUTPUT = "evalxl-output"
"""Keyword in the properties of summary books and reports. The blank form does not carry it."""

_PROPERTIES = "docProps/core.xml"


def is_own_output(path: Path | str) -> bool:
    """Whether a file is a summary book or a report of this program, saved again by Excel or not."""
    try:
        with zipfile.ZipFile(path) as book, book.open(_PROPERTIES) as properties:
            return OWN_OUTPUT.encode() in properties.read(1 << 16)
    except Exception:  # whatever is wrong with the file is for the reader to name
        return False
