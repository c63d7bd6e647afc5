"""The values of a master's cells: codes, years, amounts, as people and Excel write them."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from evalxl.masters.csvfile import Row
from workbook.notation import read_number, resolve_end, resolve_start, this_year

_MANGLED = re.compile(r"\d(\.\d+)?E[+-]\d+|\d+月\d+日|\d+-[A-Za-z]{3}|[A-Za-z]{3}-\d+|\d{4}[/-]\d+[/-]\d+")


@dataclasses.dataclass(slots=True, frozen=True)
class Repair:
    """A code that got back its leading zeros: in ``file`` at ``line`` in ``column``."""

    file: str
    line: int
    column: str
    found: str
    repaired: str


def code(row: Row, column: str) -> str:
    """A code in half-width letters, without spaces; empty when blank."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", row[column]))
    if _MANGLED.fullmatch(text):
        raise row.error(column, "mangled")
    return text


def widened(
    found: Iterable[tuple[Row, str, str]], least: int = 0
) -> tuple[dict[tuple[int, str], str], list[Repair]]:
    """Codes with their leading zeros: as long as the longest of ``found`` (or ``least``) that are numbers.

    Args:
        found: lines, columns and codes that are of one kind and so of one length.

    Returns:
        (line, column) → code, and what was repaired. Codes with letters stay as they are.
    """
    found = list(found)
    width = max([least, *(len(text) for _, _, text in found if text.isdecimal())])
    out: dict[tuple[int, str], str] = {}
    repairs = []
    for row, column, text in found:
        whole = text.zfill(width) if text.isdecimal() else text
        out[row.line, column] = whole
        if whole != text:
            repairs.append(Repair(row.file, row.line, row.headings.get(column, column), text, whole))
    return out, repairs


def year(row: Row, column: str) -> int:
    """A fiscal year; a bare number is the latest that is not after next year. Blank is an error."""
    if not row[column]:
        raise row.error(column, "blank")
    found = resolve_start(row[column], _next_year())
    if found is None:
        raise row.error(column, "year")
    return found


def period(row: Row) -> tuple[int | None, int | None]:
    """from_year and to_year; None where open."""
    start = year(row, "from_year") if row["from_year"] else None
    end = None
    if row["to_year"]:
        end = resolve_end(row["to_year"], start, _next_year())
        if end is None:
            raise row.error("to_year", "year")
        if start is not None and end < start:
            raise row.error("to_year", "period", f"{row['from_year']}～{row['to_year']}")
    return start, end


def yen(row: Row, column: str) -> int | Decimal | None:
    """An amount in yen; None when blank or a dash."""
    read = read_number(row[column] or None, "円")
    if read.kind == "bad":
        raise row.error(column, "number")
    return read.number


def filled(row: Row, column: str) -> str:
    """A text that must not be blank."""
    if not row[column]:
        raise row.error(column, "blank")
    return row[column]


def _next_year() -> int:
    return this_year() + 1
