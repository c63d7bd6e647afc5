"""A worksheet for long plain tables: its body goes out as text, by column.

The data sheets hold nearly all cells of a summary book (300,000 for a thousand projects). XlsxWriter keeps
each cell as an object and looks at it several times on its way to the file; here a cell becomes text once, in
a temporary file that XlsxWriter's sheet takes in when it is written. All else (heads, tables, print set-up)
stays XlsxWriter's. The few private names that this leans on are in this file and in `package`, and tests hold
the outcome against XlsxWriter's own.
"""

from __future__ import annotations

import functools
import html
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain, repeat
from types import NoneType
from typing import IO, Any, TypeAlias

from xlsxwriter.format import Format
from xlsxwriter.sharedstrings import SharedStringTable
from xlsxwriter.url import Url
from xlsxwriter.utility import xl_col_to_name, xl_range
from xlsxwriter.worksheet import CellFormulaTuple, Worksheet

from workbook.summary.cells import address, digits_of, quoted, safe_text
from workbook.summary.model import MAX_LINKS, Cell, Link, Number

LARGEST = Decimal("1e300")
_PLAIN = 10**15
"""Whole numbers below are written as they stand: Excel holds all their digits."""

_SHORT = 500
"""Links up to that length are no matter of Excel's limit, whatever has to be escaped in them."""

_BLOCK = 1_000
"""Rows that are made at a time: by column, which is quicker than cell by cell."""

Style: TypeAlias = Format | Sequence[Format]
"""The format of a column's cells: one, or one for each."""

Cells = Mapping[int, Sequence[str | None]]
"""Column → by row the cell that it leads to, empty for the file itself; None for no link."""


class _Sheet(Worksheet):  # type: ignore[misc]
    """A worksheet without any formula of a function that came after Excel 2016.

    XlsxWriter looks for the names of some sixty of those in each formula, those of its looks among them.
    """

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")


class DataSheet(_Sheet):
    """A worksheet whose rows beneath the head are given all at once: `fill`, and `lead` for their links."""

    def __init__(self) -> None:
        super().__init__()
        self.dim_rowmax: int | None = None
        self._rows: IO[bytes] | None = None
        self._first = 0
        self._files: Sequence[str] = ()
        self._cells: Cells = {}

    def __del__(self) -> None:
        if self._rows is not None:  # a book given up before it was written
            self._rows.close()

    def fill(
        self, first: int, columns: Sequence[tuple[Sequence[Cell], Style]], heights: Sequence[float]
    ) -> None:
        """Write the rows from ``first`` (counted from 0) on, by column: values and how they look.

        ``heights`` are in points, one a row.
        """
        self._rows = tempfile.TemporaryFile()  # noqa: SIM115 - open until the sheet is written
        self._first = first
        texts = _Texts(self.str_table)
        points = {height: f"{height:g}" for height in set(heights)}
        heads = [_head(number, style) for number, (_, style) in enumerate(columns)]
        for start in range(0, len(heights), _BLOCK):
            block = slice(start, start + _BLOCK)
            numbers = [str(row) for row, _ in enumerate(heights[block], start=first + start + 1)]
            parts = [repeat('<row r="'), numbers, repeat('" ht="'), map(points.__getitem__, heights[block])]
            parts.append(repeat('" customHeight="1">'))
            for (values, style), (before, behind) in zip(columns, heads, strict=True):
                bodies = _bodies(values[block], texts)
                if not isinstance(style, Format):
                    bodies = _styled(bodies, style[block])
                parts += [repeat(before), numbers, repeat(behind), bodies]
            parts.append(repeat("</row>"))
            self._rows.write("".join(map("".join, zip(*parts, strict=False))).encode())
        self._check_dimensions(first + len(heights) - 1, len(columns) - 1)

    def lead(self, files: Sequence[str], cells: Cells) -> None:
        """Give the rows their links, each to its file; it has no file where it has no link.

        The first of the columns comes before the others where Excel takes no more.
        """
        self._files, self._cells = _taken(files, cells)

    def head(self, rows: int, columns: int, options: Mapping[str, Any]) -> None:
        """Make all of the sheet, with so many rows beneath the head, one Excel table.

        XlsxWriter notes every cell of a table, to tell when two overlap: here there is just one, so it is
        given as two rows and then stretched.
        """
        self.add_table(0, 0, 1, columns - 1, options)
        area = xl_range(0, 0, rows, columns - 1)
        self.tables[-1].update({"range": area, "a_range": area, "autofilter": area})

    def _write_hyperlinks(self) -> None:
        tags = "".join(self._tags())
        if tags:
            self.fh.write(f"<hyperlinks>{tags}</hyperlinks>")

    def _tags(self) -> Iterator[str]:
        """The links, row by row. One relation a file."""
        relations = {file: self._related(file) for file in dict.fromkeys(self._files)}
        ends = [
            f'{row}" r:id="rId{relations[file]}"' if relations[file] else None
            for row, file in enumerate(self._files, start=self._first + 1)
        ]
        columns = [_hyperlinks(column, cells, ends) for column, cells in sorted(self._cells.items())]
        return chain.from_iterable(zip(*columns, strict=True))

    def _related(self, file: str) -> int | None:
        """The number of a relation to a file; None where Excel would take none."""
        target = _relation(file)
        if target is None:
            return None
        self.rel_count += 1
        self.external_hyper_links.append(["/hyperlink", target, "External"])
        return int(self.rel_count)

    def _write_rows(self) -> None:
        if self._rows is None:
            super()._write_rows()
            return
        last, self.dim_rowmax = self.dim_rowmax, self._first - 1  # XlsxWriter's own cells are the head's
        super()._write_rows()
        self.dim_rowmax = last
        with self._rows as rows:
            rows.seek(0)
            self.fh.flush()
            shutil.copyfileobj(rows, self.fh.buffer, 1 << 20)


class FormulaSheet(_Sheet):
    """A worksheet with thousands of formulas, each looked at but once."""

    def _write_formula(
        self, row: int, col: int, formula: str, cell_format: Format | None = None, value: float | str = 0
    ) -> int:
        self._check_dimensions(row, col)
        self.table[row][col] = CellFormulaTuple(formula.removeprefix("="), cell_format, value)
        return 0


class _Texts(dict[Cell, str]):
    """The XML of texts behind their cells' references and styles. The same ones come again and again."""

    def __init__(self, strings: SharedStringTable) -> None:
        super().__init__({None: "/>", "": "/>"})
        self._strings = strings

    def __missing__(self, text: str) -> str:
        index = self._strings._get_shared_string_index(safe_text(text))
        body = self[text] = f' t="s"><v>{index}</v></c>'
        return body


def _head(number: int, style: Style) -> tuple[str, str]:
    """What stands in a column's cells before and behind the row's number.

    Where each cell has a format of its own, that one's number comes with the body.
    """
    index = f'{style._get_xf_index()}"' if isinstance(style, Format) else ""
    return f'<c r="{xl_col_to_name(number)}', f'" s="{index}'


def _styled(bodies: Sequence[str], style: Sequence[Format]) -> list[str]:
    numbers = {one: f'{one._get_xf_index()}"' for one in dict.fromkeys(style)}
    return [numbers[one] + body for one, body in zip(style, bodies, strict=True)]


def _bodies(values: Sequence[Cell], texts: _Texts) -> list[str]:
    """Cells' XML behind their references and styles."""
    if set(map(type, values)) <= {str, NoneType}:
        return list(map(texts.__getitem__, values))
    return [
        "/>"
        if value is None
        else f"><v>{value}</v></c>"
        if type(value) is int and -_PLAIN < value < _PLAIN
        else texts[value]
        if isinstance(value, str)
        else _number(value, texts)
        for value in values
    ]


def _number(value: Number, texts: _Texts) -> str:
    """A figure that is not whole, or a large one."""
    if digits_of(value) <= 15 and abs(Decimal(value)) < LARGEST:
        return f"><v>{float(value):.16G}</v></c>"
    return texts[format(Decimal(value), "f")]  # more than Excel holds: as text, with all digits


def _hyperlinks(column: int, cells: Sequence[str | None], ends: Sequence[str | None]) -> list[str]:
    """The links of a column, empty where there is none; ``ends`` are the same for all links of a row."""
    head = f'<hyperlink ref="{xl_col_to_name(column)}'
    tails = {cell: f"{_location(cell)}/>" for cell in set(cells) if cell is not None}
    return [
        "" if cell is None or end is None else f"{head}{end}{tails[cell]}"
        for cell, end in zip(cells, ends, strict=True)
    ]


def _taken(files: Sequence[str], cells: Cells) -> tuple[Sequence[str], Cells]:
    """The links that Excel takes: not too many, none too long."""
    longest = max(map(len, files), default=0) + max(map(len, filter(None, chain(*cells.values()))), default=0)
    if longest <= _SHORT and sum(len(own) - own.count(None) for own in cells.values()) <= MAX_LINKS:
        return files, cells
    first = next(iter(cells))
    places = sorted(
        (column != first, row, column)
        for column, own in cells.items()
        for row, cell in enumerate(own)
        if cell is not None
    )
    taken: dict[int, list[str | None]] = {column: [None] * len(files) for column in cells}
    for _, row, column in places[:MAX_LINKS]:
        if address(Link("", files[row], cells[column][row])) is not None:
            taken[column][row] = cells[column][row]
    linked = map(any, zip(*([cell is not None for cell in own] for own in taken.values()), strict=True))
    return [file if led else "" for file, led in zip(files, linked, strict=True)], taken


@functools.lru_cache(maxsize=16384)
def _relation(path: str) -> str | None:
    """A link's way to a file as the package's relations have it; None where Excel would take none."""
    whole = address(Link("", path))
    return Url(whole)._target() if whole is not None else None


@functools.lru_cache(maxsize=16384)
def _location(cell: str) -> str:
    return f' location="{_attribute(quoted(cell))}"' if "!" in cell else ""


def _attribute(text: str) -> str:
    return html.escape(text, quote=False).replace('"', "&quot;")
