"""The tidy tables of more sheets than memory holds: Parquet in parts, by year, written as the results come.

``FOLDER/costs/fiscal_year=2017/part-00003.parquet``: costs and indicators by fiscal year, projects,
judgements and findings by evaluated year, files undivided. Any program that knows Hive partitions reads such
a folder as one table (pandas, DuckDB, polars, Spark); `sums` adds it up without loading it.

What needs all sheets at once is left to a consolidation of one city: which sheet speaks for a year that
several sheets hold (``counted``), and the rules across files.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from evalxl import export, tables
from evalxl.tables import FileRows, Table
from workbook.folders import replacing_folder

if TYPE_CHECKING:
    import pyarrow  # type: ignore[import-untyped]
    import pyarrow.dataset  # type: ignore[import-untyped]

BATCH = 1000
"""Files whose rows become one part of each table: some 100 MB while it is written."""
YEAR = {
    "files": None,
    "projects": "fiscal_year",
    "costs": "fiscal_year",
    "indicators": "fiscal_year",
    "judgements": "evaluated_year",
    "findings": "evaluated_year",
}
"""By which year a table is divided; None: not at all."""
UNKNOWN = "__HIVE_DEFAULT_PARTITION__"
"""The folder of rows without a year, as all programs name it."""


@dataclasses.dataclass(slots=True)
class Written:
    """What went into a lake."""

    files: Counter[str] = dataclasses.field(default_factory=Counter)
    """Sheets consolidated, files refused or skipped."""
    findings: Counter[str] = dataclasses.field(default_factory=Counter)
    """By severity."""
    rows: Counter[str] = dataclasses.field(default_factory=Counter)
    """By table."""


def write(files: Iterable[FileRows], folder: Path | str, *, batch: int = BATCH) -> Written:
    """Write the rows of all files; never more than ``batch`` of them are held.

    The folder appears whole or not at all, in place of an older one of this program's.

    Raises:
        ForeignFilesError: the folder holds what this program did not write.
        OutputLocked: it cannot be written.
    """
    written = Written()
    with replacing_folder(folder) as place:
        rest = iter(files)
        for number in itertools.count():
            some = list(itertools.islice(rest, batch))
            if not some and number:
                break
            _write_part(some, place, number, written)
    return written


def _write_part(files: Sequence[FileRows], place: Path, number: int, written: Written) -> None:
    for file in files:
        written.files.update(row[0] for row in file.rows)
        written.findings.update(row[1] for row in file.findings)
        written.findings.update(row[1] for sheet in file.sheets for row in sheet.findings)
    count = sum(len(file.sheets) for file in files)
    for name, make in tables.tidy(files, [frozenset()] * count).items():
        table = make()
        written.rows[name] += len(table)
        for folder, part in _divided(name, table):
            _write_table(part, place / name / folder, number)


def _divided(name: str, table: Table) -> Iterator[tuple[str, Table]]:
    """The parts of a table by year, with the folder of each; its own column goes into the folder's name."""
    columns = {key: column for key, column in table.columns.items() if key != "counted"}
    year = YEAR[name]
    if year is None or not len(table):
        yield "", Table(columns, table.kinds)
        return
    years = columns.pop(year)
    for value in sorted(set(years), key=lambda value: value or 0):
        chosen = [number for number, found in enumerate(years) if found == value]
        part = {key: [column[number] for number in chosen] for key, column in columns.items()}
        yield f"{year}={UNKNOWN if value is None else value}", Table(part, table.kinds)


def _write_table(table: Table, folder: Path, number: int) -> None:
    import pyarrow.parquet  # type: ignore[import-untyped]

    if not len(table) and number:
        return  # the first part tells the columns, even of a table without rows
    folder.mkdir(parents=True, exist_ok=True)
    pyarrow.parquet.write_table(
        export.to_arrow(table), folder / f"part-{number:05}.parquet", compression="zstd"
    )


# ---- adding up ---------------------------------------------------------------------------------------------


def dataset(folder: Path | str, table: str) -> pyarrow.dataset.Dataset:
    """A table of a lake as a pyarrow dataset; nothing is read yet.

    Decimals of parts may differ in their places: the widest is taken. Raises FileNotFoundError for no lake.
    """
    import pyarrow
    import pyarrow.dataset

    place = Path(folder) / table
    if not place.is_dir():
        raise FileNotFoundError(place)
    year = YEAR[table]
    parts = pyarrow.dataset.HivePartitioning(pyarrow.schema([(year, pyarrow.int64())])) if year else None
    found = pyarrow.dataset.dataset(place, partitioning=parts, format="parquet")
    types = {field.name: field.type for field in found.schema}
    for fragment in found.get_fragments():
        for field in fragment.physical_schema:
            types[field.name] = max(types[field.name], field.type, key=_width)
    return found.replace_schema(pyarrow.schema(list(types.items())))


def _width(kind: pyarrow.DataType) -> tuple[int, int]:
    """What decimals are compared by; all else is alike. A part's are as wide as its figures ask for."""
    import pyarrow

    return (kind.bit_width, kind.scale) if pyarrow.types.is_decimal(kind) else (0, 0)


def sums(
    folder: Path | str, by: Sequence[str], row: str = "project_total", year: int | None = None
) -> dict[tuple[object, ...], Decimal]:
    """Exact sums of a cost row, by columns of ``costs`` or ``projects`` such as ``department``.

    Only figures of a sheet's own evaluated year: settled, and each by the sheet that is about it. So no year
    of a project is added up twice, except where it was handed in twice. ``year``: that one alone. Blank adds
    nothing. Of the files only the columns and years that are asked for are read. Raises KeyError for a
    column that there is not.
    """
    import pyarrow.compute  # type: ignore[import-untyped]

    field = pyarrow.compute.field
    costs, projects = dataset(folder, "costs"), dataset(folder, "projects")
    wanted = (field("row") == row) & (field("fiscal_year") == field("evaluated_year"))
    mine = [name for name in by if name in costs.schema.names]
    theirs = [name for name in by if name not in mine]
    for name in theirs:
        if name not in projects.schema.names:
            raise KeyError(name)
    of_year = None if year is None else field("fiscal_year") == year
    if of_year is not None:
        wanted &= of_year
    key = ["file", "sheet"]
    found = costs.to_table(columns=list(dict.fromkeys([*key, *mine, "amount"])), filter=wanted)
    if theirs:
        found = found.join(projects.to_table(columns=[*key, *theirs], filter=of_year), keys=key)
    lines = found.group_by(list(by)).aggregate([("amount", "sum")]).to_pylist()
    return {
        tuple(line[name] for name in by): line["amount_sum"]
        for line in lines
        if line["amount_sum"] is not None
    }
