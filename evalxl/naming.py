"""The fixed name of a project's book, 年度_部_課_事業.xlsx: one on every system and from every way to it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from evalxl.paths import SUFFIXES
from workbook.notation import fold
from workbook.record import Record

_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
_SPACES = re.compile(r"\s+")
_SECTION, _LONGEST = 60, 190
"""Bytes of a section's name, and of the whole name without its ending: every file system takes them."""
AND_MORE = "ほか{count}件"


def fixed_name(fiscal_year: int, department: str, division: str, project: str, suffix: str = ".xlsx") -> str:
    """A book's name, 年度_部_課_事業.xlsx, without letters that a file system forbids.

    What is blank is left out.

    >>> fixed_name(2017, "総務部", "情報システム課", "電算/保守")
    '2017_総務部_情報システム課_電算保守.xlsx'
    """
    section = (_cut(_safe(part), _SECTION) for part in (department, division))
    head = "_".join([str(fiscal_year), *(part for part in section if part)])
    name = _cut(_safe(project), _LONGEST - len(head.encode()))
    return "_".join(part for part in (head, name) if part) + suffix


def name_of(records: Sequence[Record], suffix: str = ".xlsx") -> str:
    """The fixed name of a book with these sheets; of several projects the first, and how many more there are.

    Raises ValueError where no sheet says what the project is called.
    """
    first = next((record for record in records if _safe(record.text("project_name"))), None)
    if first is None:
        raise ValueError("no project name")
    project, more = first.text("project_name"), len(records) - 1
    if more:
        project = _cut(_safe(project), _LONGEST // 2) + AND_MORE.format(count=more)
    return fixed_name(first.fiscal_year, first.text("department"), first.text("division"), project, suffix)


def otherwise_written(target: Path) -> list[Path]:
    """Books beside a fixed name that are the same project's: the name with other spaces, width or ending.

    People write names by hand, and a corrected name must not leave the sheet under the old one behind.
    """
    if not target.parent.is_dir():
        return []
    same = fold(target.stem)
    beside = (path for path in target.parent.iterdir() if path.suffix.lower() in SUFFIXES)
    return sorted(path for path in beside if fold(path.stem) == same and not _is(path, target))


def _is(path: Path, target: Path) -> bool:
    """Whether both names are one file's, as on systems that do not tell capitals apart."""
    return path.name == target.name or (target.exists() and path.samefile(target))


def _safe(text: str) -> str:
    text = _FORBIDDEN.sub("", _SPACES.sub(" ", unicodedata.normalize("NFC", text)))
    return text.encode("utf-8", "ignore").decode().strip(" .　")


def _cut(text: str, most: int) -> str:
    """As many letters as fit into so many bytes."""
    return text.encode()[: max(most, 0)].decode("utf-8", "ignore").rstrip(" .　")
