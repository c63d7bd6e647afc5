"""Where the figures of a roll-up come from: sheets just read, or the tidy tables of earlier consolidations.

Each year's consolidation leaves its tables in a folder of its own (``consolidate --data``); ``tables`` leaves
them in parts by year. Several such folders, and workbooks beside them, make one series: what stands in two of
them is taken once.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalxl.tables import DEFAULT_FORM, FileRows, SheetRows, current_key
from workbook import form as forms

if TYPE_CHECKING:
    import pyarrow  # type: ignore[import-untyped]

NEEDED = ("projects", "costs")
"""The tables without which a folder is no store."""


@dataclasses.dataclass(slots=True)
class Loaded:
    """The sheets of all sources, and what was left out so that nothing is counted twice."""

    sheets: list[SheetRows]
    same: int = 0
    """Sheets left out because the very same file came from another source too."""
    replaced: int = 0
    """Sheets left out because a source named later holds the same project's sheet of the same year."""
    uncounted: list[frozenset[int]] = dataclasses.field(default_factory=list)
    """For each sheet the years that its own consolidation did not count: it may have known more (masters)."""


@dataclasses.dataclass(slots=True, frozen=True)
class Origin:
    """The sheets of one source, each with the hash of its file."""

    sheets: list[SheetRows]
    hashes: list[str]
    uncounted: list[frozenset[int]]


def stores(path: str | os.PathLike[str]) -> list[Path]:
    """The folders of tidy tables at a path: itself, or those right beneath it; none for anything else."""
    folder = Path(path)
    if not folder.is_dir():
        return []
    if _is_store(folder):
        return [folder]
    return sorted(inner for inner in folder.iterdir() if inner.is_dir() and _is_store(inner))


def _is_store(folder: Path) -> bool:
    return all(_is_table(folder, name) for name in NEEDED)


def _is_table(folder: Path, name: str) -> bool:
    """Whether a table is there: as one file, or in parts by year (`evalxl.lake`)."""
    return (folder / f"{name}.parquet").is_file() or next(
        (folder / name).rglob("*.parquet"), None
    ) is not None


def of_files(files: Iterable[FileRows]) -> Origin:
    """The sheets of files that were read in this run."""
    pairs = [(sheet, file.sha256) for file in files for sheet in file.sheets]
    return Origin([sheet for sheet, _ in pairs], [sha256 for _, sha256 in pairs], [frozenset()] * len(pairs))


def of_store(folder: Path) -> Origin:
    """The sheets of a folder of tidy tables, as they were when it was written. Findings stay behind.

    Raises ``ValueError`` when a table there is damaged or was written by something else.
    """
    try:
        return _of_store(folder)
    except (KeyError, TypeError, OSError) as error:
        raise ValueError(f"{folder}: {error}") from error


def _of_store(folder: Path) -> Origin:
    costs = _grouped(_rows(folder, "costs", _COSTS))
    uncounted, unread = _uncounted(folder), _unread(folder)
    indicators = _grouped(_rows(folder, "indicators", _INDICATORS))
    judgements = _grouped(_rows(folder, "judgements", _JUDGEMENTS))
    sheets, silent = [], []
    for head in _table(folder, "projects").to_pylist():
        key = (head.pop("file"), head.pop("sheet"), head.pop("project"))
        file, sheet, project = key
        year, form = head.pop("fiscal_year"), head["form"]
        silent.append(frozenset(uncounted.get(key, ())))
        sheets.append(
            SheetRows(
                project=current_key(project),
                file=file,
                sheet=sheet,
                fiscal_year=year,
                head=head,
                form=forms.get(form if form in forms.ids() else DEFAULT_FORM),
                costs=costs.get(key, []),
                indicators=indicators.get(key, []),
                judgements=judgements.get(key, []),
                findings=[],
                sums={},
                unread=unread.get(key, {}),
            )
        )
    hashes = _hashes(folder)
    return Origin(sheets, [hashes.get(one.file, "") for one in sheets], silent)


def _uncounted(folder: Path) -> dict[tuple[str, str, str], set[int]]:
    """The years of each sheet that the consolidation did not count; tables in parts leave that open."""
    found: dict[tuple[str, str, str], set[int]] = {}
    if (folder / "costs.parquet").is_file():
        for *key, year, counted in _rows(folder, "costs", ("fiscal_year", "counted")):
            if not counted:
                found.setdefault((key[0], key[1], key[2]), set()).add(year)
    return found


def _unread(folder: Path) -> dict[tuple[str, str, str], dict[tuple[str, int], str]]:
    """The costs of each sheet that are unknown; tables of earlier versions do not tell."""
    found: dict[tuple[str, str, str], dict[tuple[str, int], str]] = {}
    if "unread" in _columns(folder, "costs"):
        for *key, row, year, code in _rows(folder, "costs", ("row", "fiscal_year", "unread")):
            if code:
                found.setdefault((key[0], key[1], key[2]), {})[row, year] = code
    return found


_KEY = ("file", "sheet", "project")
_COSTS = ("fiscal_year", "phase", "row", "unit", "amount", "cell")
_INDICATORS = ("family", "slot", "name", "unit", "fiscal_year", "phase", "value", "cell")
_JUDGEMENTS = ("question", "topic", "axis", "flagged", "reason", "mergeable", "cell")


def _table(folder: Path, name: str, columns: Sequence[str] | None = None) -> pyarrow.Table:
    """A table, or only these columns of it."""
    import pyarrow.parquet  # type: ignore[import-untyped]

    wanted = list(columns) if columns else None
    if (folder / f"{name}.parquet").is_file():
        return pyarrow.parquet.read_table(folder / f"{name}.parquet", columns=wanted)
    from evalxl import lake

    return lake.dataset(folder, name).to_table(columns=wanted)


def _columns(folder: Path, name: str) -> list[str]:
    """The names of a table's columns, without reading it."""
    import pyarrow.parquet

    if (folder / f"{name}.parquet").is_file():
        return list(pyarrow.parquet.read_schema(folder / f"{name}.parquet").names)
    from evalxl import lake

    return list(lake.dataset(folder, name).schema.names)


def _rows(folder: Path, name: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """The rows of a table: the key of the sheet, then the columns; nothing where there is no such table."""
    if not _is_table(folder, name):
        return iter(())
    names = (*_KEY, *columns)
    table = _table(folder, name, names)
    return zip(*(_column(table.column(column)) for column in names), strict=True)


def _grouped(rows: Iterable[tuple[Any, ...]]) -> dict[tuple[str, str, str], list[Any]]:
    found: dict[tuple[str, str, str], list[Any]] = {}
    for row in rows:
        found.setdefault(row[:3], []).append(row[3:])
    return found


def _column(column: pyarrow.ChunkedArray) -> list[Any]:
    import pyarrow

    if pyarrow.types.is_decimal(column.type):
        return list(map(_whole, column.to_pylist()))
    if pyarrow.types.is_string(column.type):
        # One text object for all rows that hold it: they are few, and the rows many.
        encoded = column.combine_chunks().dictionary_encode()
        words = [*encoded.dictionary.to_pylist(), None]
        return [words[-1 if index is None else index] for index in encoded.indices.to_pylist()]
    values: list[Any] = column.to_pylist()
    return values


def _whole(value: Decimal | None) -> int | Decimal | None:
    """An int where the figure is whole, as the reader gives it."""
    if value is None:
        return None
    whole = int(value)
    return whole if whole == value else value


def _hashes(folder: Path) -> dict[str, str]:
    if not _is_table(folder, "files"):
        return {}
    table = _table(folder, "files")
    return dict(zip(table.column("file").to_pylist(), table.column("sha256").to_pylist(), strict=True))


def join(origins: Sequence[Origin]) -> Loaded:
    """One series of several sources, no sheet twice.

    The same file from two sources counts once; of two sheets of one project and evaluated year from
    different sources the one of the source that was named later counts: it is the newer consolidation. A
    double submission within one source stays, as it does in the summary book, and is told.
    """
    loaded = Loaded([])
    seen: dict[tuple[str, str, str], int] = {}
    speaker = {
        (sheet.project, sheet.fiscal_year): number
        for number, origin in enumerate(origins)
        for sheet in origin.sheets
    }
    kept: list[tuple[SheetRows, frozenset[int]]] = []
    for number, origin in reversed(list(enumerate(origins))):
        for sheet, sha256, uncounted in zip(origin.sheets, origin.hashes, origin.uncounted, strict=True):
            if sha256 and seen.setdefault((sha256, sheet.sheet, sheet.project), number) != number:
                loaded.same += 1
            elif speaker[sheet.project, sheet.fiscal_year] != number:
                loaded.replaced += 1
            else:
                kept.append((sheet, uncounted))
    kept.sort(key=lambda pair: pair[0].file)  # the order of one consolidation of them all
    loaded.sheets = [sheet for sheet, _ in kept]
    loaded.uncounted = [uncounted for _, uncounted in kept]
    return loaded
