"""The ledger of a run: what became of every file that was given.

Without a master of projects it tells submitted, refused, passed by and double; who has not submitted at all
needs the master.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Sequence

from evalxl.counting import Counting
from evalxl.tables import FileRows, SheetRows, Status


@dataclasses.dataclass(slots=True, frozen=True)
class Entry:
    """A line of the ledger: one for each sheet that was consolidated, refused, or file that was passed by."""

    status: Status
    file: FileRows
    sheet: SheetRows | None
    sheet_name: str | None
    code: str | None
    message: str | None
    doubles: tuple[str, ...] = ()
    """Where the same project of the same year stands again: ``file``, or ``file!sheet`` in the same file."""
    same_content: tuple[str, ...] = ()
    """Files whose bytes are the same."""
    superseded: bool = False
    """A sheet of a later evaluated year is here too and speaks for the years that both hold."""
    renumbered: bool = False
    """Joined with another year's sheet by name and section though its codes differ."""


def ledger(files: Sequence[FileRows], counting: Counting) -> list[Entry]:
    """The entries, in the order of the files."""
    sheets = [sheet for file in files for sheet in file.sheets]
    copies = _copies(files)
    entries: list[Entry] = []
    index = 0
    for file in files:
        own = iter(file.sheets)
        for status, code, name, message in file.rows:
            if status != "consolidated":
                entries.append(Entry(status, file, None, name, code, message))
                continue
            doubles = tuple(_place(sheets[i], file) for i in counting.doubles[index])
            same = copies.get(file.file, ())
            how = (not counting.latest[index], counting.renumbered[index])
            entries.append(Entry(status, file, next(own), name, code, message, doubles, same, *how))
            index += 1
    return entries


def _place(sheet: SheetRows, seen_from: FileRows) -> str:
    return f"{sheet.file}!{sheet.sheet}" if sheet.file == seen_from.file else sheet.file


def _copies(files: Sequence[FileRows]) -> dict[str, tuple[str, ...]]:
    """Files with the same bytes, by file."""
    by_content: dict[str, list[str]] = defaultdict(list)
    for file in files:
        if file.sha256 and file.sheets:
            by_content[file.sha256].append(file.file)
    return {
        name: tuple(other for other in same if other != name)
        for same in by_content.values()
        if len(same) > 1
        for name in same
    }
