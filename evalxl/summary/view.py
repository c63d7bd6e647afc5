"""What the tables of the summary book are made from, and where their rows lead."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evalxl.counting import Counting
from evalxl.grouping import HIERARCHIES
from evalxl.ledger import Entry
from evalxl.summary.years import CostYear
from evalxl.tables import FileRows, FindingRow, SheetRows
from workbook.form import Form
from workbook.record import Number
from workbook.summary.model import Item, Leads


@dataclass(frozen=True, slots=True)
class View:
    """What the tables are made from."""

    files: Sequence[FileRows]
    entries: Sequence[Entry]
    counting: Counting
    lines: Mapping[str, Sequence[tuple[str, ...]]]
    """Roll-up → for each sheet the labels of its line."""
    items: Sequence[Item]
    years: Sequence[Mapping[int, CostYear]]
    """By sheet, the years of its cost table."""
    output: Path
    targets: Mapping[str, str]
    """A file's path → the way to it from the summary book."""
    forms: Sequence[Form]
    extra: Sequence[FindingRow] = ()
    """Findings of the run itself (X807)."""

    def sheets(self) -> Iterator[tuple[int, FileRows, SheetRows]]:
        """Every sheet with its number and its file."""
        pairs = ((file, sheet) for file in self.files for sheet in file.sheets)
        return ((index, file, sheet) for index, (file, sheet) in enumerate(pairs))

    def newest_first(self) -> list[tuple[int, FileRows, SheetRows]]:
        """Like `sheets`; those that a newer one of the same project speaks for come last."""
        return sorted(self.sheets(), key=lambda found: not self.counting.latest[found[0]])

    def section(self, index: int) -> tuple[str, ...]:
        """部 and 課 of a sheet, as its line of the roll-up has them."""
        return self.lines[HIERARCHIES[0].sheet][index]

    def place(self, index: int) -> list[str]:
        """The labels of all levels of the other roll-ups."""
        return [label for hierarchy in HIERARCHIES[1:] for label in self.lines[hierarchy.sheet][index]]

    def cost(self, index: int, item: int | None, year: int) -> tuple[Number | None, str | None]:
        """A figure of a sheet's cost table and where it stands, by the item's number (None: of no form)."""
        found = self.years[index].get(year)
        return (None, None) if item is None or found is None else (found.amounts[item], found.cells[item])

    def leads(
        self, files: Sequence[FileRows | None], titles: Sequence[str], rows: Sequence[Sequence[str | None]]
    ) -> Leads:
        """The links of rows made from these files, each with the cells for the columns so titled."""
        targets = [self.targets[file.path] if file else "" for file in files]
        return Leads(targets, dict(zip(titles, zip(*rows, strict=True), strict=False)))


def target(path: str, start: str) -> str:
    """The way from the summary book's folder to a file: relative, so that it survives a move of both.

    An address stays as it is; so does a path on another drive, which has no relative way.
    """
    if "://" in path or not path:
        return path
    folder, name = os.path.split(os.path.abspath(path))
    try:
        way = _way(folder, start)
    except ValueError:
        return path
    return name if way == os.curdir else f"{way}/{name}"


@functools.lru_cache(maxsize=256)
def _way(folder: str, start: str) -> str:
    return os.path.relpath(folder, start).replace(os.sep, "/")
