"""Write the tidy tables as CSV (for Excel) and Parquet (for programs).

Parquet holds every text and figure exactly: amounts are decimals with as many places as the data need (at
least three: a yen in 千円), so that sums in any tool are exact. CSV is UTF-8 with BOM, so that Excel reads
the Japanese; figures are written out in full, never in exponents.

A CSV knows no types: Excel runs a text that begins with ``=``, ``+``, ``-`` or ``@`` (also full-width) as a
formula. Such a text gets an apostrophe before it in the CSV, and only there: whoever needs the exact text
takes it from the Parquet file. A lone dash (not applicable) and plain figures are harmless and stay.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalxl.tables import Kind, Makers, Table
from workbook.atomic import replacing_all

if TYPE_CHECKING:
    import pyarrow  # type: ignore[import-untyped]

_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
_HARMLESS = re.compile(r"[+\-－]?[0-9０-９][0-9０-９,，.．]*|[-－]")
PLACES = 3
"""The fewest decimal places of a Parquet decimal: 千円 down to the yen."""


def write(tables: Makers, folder: Path | str) -> list[Path]:
    """Write every table as ``NAME.csv`` and ``NAME.parquet``; all of them appear, or none does."""
    import pyarrow.parquet  # type: ignore[import-untyped]

    paths = [Path(folder) / f"{name}{ending}" for name in tables for ending in (".csv", ".parquet")]
    with replacing_all(paths) as temporaries:
        pairs = zip(temporaries[::2], temporaries[1::2], strict=True)
        for make, (csv_path, parquet_path) in zip(tables.values(), pairs, strict=True):
            table = make()
            write_csv(table, csv_path)
            pyarrow.parquet.write_table(to_arrow(table), parquet_path)
            del table  # before the next one is made
    return paths


def write_csv(table: Table, path: Path) -> None:
    """Write one table as CSV for Excel: UTF-8 with BOM, no text that would run as a formula."""
    columns = (_csv_column(column, table.kinds[name]) for name, column in table.columns.items())
    with open(path, "w", encoding="utf-8-sig", newline="", errors="replace") as file:
        writer = csv.writer(file)
        writer.writerow(table.columns)
        writer.writerows(zip(*columns, strict=True))


def _csv_column(column: list[Any], kind: Kind) -> Iterable[Any]:
    if kind == "int":
        return column
    write = _CSV[kind]
    known = {value: write(value) for value in set(column)}  # few different ones in thousands of rows
    return map(known.__getitem__, column)


def safe_text(text: str | None) -> str | None:
    """A text as a CSV may hold it: one that Excel would run as a formula has an apostrophe before it.

    >>> safe_text("=1+1"), safe_text("-35"), safe_text("－"), safe_text("- 研修"), safe_text("総務部")
    ("'=1+1", '-35', '－', "'- 研修", '総務部')
    """
    if text and _FORMULA.match(text) and not _HARMLESS.fullmatch(text):
        return f"'{text}"
    return text


def _csv_number(value: Decimal | int | None) -> str | int | None:
    return format(value, "f") if isinstance(value, Decimal) else value


def _csv_bool(value: bool | None) -> str | None:
    return None if value is None else "true" if value else "false"


_CSV: dict[Kind, Callable[[Any], Any]] = {"text": safe_text, "bool": _csv_bool, "decimal": _csv_number}


def to_arrow(table: Table) -> pyarrow.Table:
    """The table for Arrow: texts, 64-bit integers, booleans, decimals."""
    import pyarrow

    plain = {"int": pyarrow.int64(), "bool": pyarrow.bool_()}
    arrays = []
    for name, column in table.columns.items():
        kind = table.kinds[name]
        if kind == "decimal":
            arrays.append(_decimals(column))
        elif kind == "text":
            arrays.append(_texts(column))
        else:
            arrays.append(pyarrow.array(column, plain[kind]))
    return pyarrow.table(arrays, names=list(table.columns))


def _texts(column: list[str | None]) -> pyarrow.Array:
    import pyarrow

    try:
        return pyarrow.array(column, pyarrow.string())
    except UnicodeEncodeError:  # half of a character, such as a broken file may hold
        whole = (text and text.encode("utf-8", "replace").decode("utf-8") for text in column)
        return pyarrow.array(list(whole), pyarrow.string())


def _decimals(column: Iterable[int | Decimal | None]) -> pyarrow.Array:
    """Exact decimals: 128 bits where 38 digits are enough, else 256."""
    import pyarrow

    values = [None if value is None else Decimal(value) for value in column]
    places, digits = PLACES, 1
    for value in values:
        if value is not None:
            _, all_digits, exponent = value.as_tuple()
            places = max(places, -int(exponent))
            digits = max(digits, len(all_digits) + int(exponent))
    fits = digits + places <= 38
    kind = pyarrow.decimal128(38, places) if fits else pyarrow.decimal256(76, places)
    return pyarrow.array(values, kind)
