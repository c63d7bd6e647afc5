"""The ledger of a run: what became of every file that was given.

Without a master of projects it tells submitted, refused, passed by and double; who has not submitted at all
needs the master.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Sequence

from evalxl import others
from evalxl.counting import Counting
from evalxl.others import NONE, Others
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
    doubles: Others = NONE
    """Where the same project of the same year stands again: ``file``, or ``file!sheet`` in the same file."""
    same_content: Others = NONE
    """Files whose bytes are the same."""
    superseded: bool = False
    """A sheet of a later evaluated year is here too and speaks for the years that both hold."""
    renumbered: bool = False
    """Joined with another year's sheet by name and section though its codes differ."""


def ledger(files: Sequence[FileRows], counting: Counting) -> list[Entry]:
    """The entries, in the order of the files."""
    sheets = [sheet for file in files for sheet in file.sheets]
    copies = dict(_copies(files))
    entries: list[Entry] = []
    index = 0
    for file in files:
        own = iter(file.sheets)
        for status, code, name, message in file.rows:
            if status != "consolidated":
                entries.append(Entry(status, file, None, name, code, message))
                continue
            doubles = others.beside(sheets, counting.doubles[index], index)
            same = copies.get(file.file, NONE)
            how = (not counting.latest[index], counting.renumbered[index])
            entries.append(Entry(status, file, next(own), name, code, message, doubles, same, *how))
            index += 1
    return entries


def _copies(files: Sequence[FileRows]) -> Iterator[tuple[str, Others]]:
    """Files with the same bytes, by file."""
    by_content: dict[str, list[str]] = defaultdict(list)
    for file in files:
        if file.sha256 and file.sheets:
            by_content[file.sha256].append(file.file)
    for same in by_content.values():
        for name in same if len(same) > 1 else ():
            yield name, others.of((other for other in same if other != name), len(same) - 1)
