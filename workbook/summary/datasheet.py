"""A worksheet for long plain tables: its body goes out a row at a time.

The data sheets hold nearly all cells of a summary book (300,000 for a thousand projects). XlsxWriter keeps
each cell as an object and looks at it several times on its way to the file; here a cell becomes text once, in
a temporary file that XlsxWriter's sheet takes in when it is written. All else (heads, tables, print set-up,
the package) stays XlsxWriter's. The few private names that this leans on are in this file alone, and a test
holds the outcome against XlsxWriter's own.
"""

from __future__ import annotations

import functools
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from types import NoneType
from typing import IO, Any, TypeAlias, cast
from xml.sax.saxutils import escape

from xlsxwriter.format import Format
from xlsxwriter.url import Url
from xlsxwriter.utility import xl_col_to_name, xl_range
from xlsxwriter.worksheet import Worksheet

from workbook.summary.cells import address, digits_of, quoted, safe_text
from workbook.summary.model import MAX_LINKS, Cell, Link, Number

LARGEST = Decimal("1e300")
_PLAIN = 10**15
"""Whole numbers below are written as they stand: Excel holds all their digits."""

_SHORT = 500
"""Links up to that length are no matter of Excel's limit, whatever has to be escaped in them."""

_BLOCK = 1_000
"""Rows that are made at a time: by column, which is quicker than cell by cell."""

_NUMBER = "\0"
"""Where a row's number goes in its template: nothing that XML could hold."""

Style: TypeAlias = Format | Sequence[Format]
"""The format of a column's cells: one, or one for each."""

Cells = Mapping[int, Sequence[str | None]]
"""Column → by row the cell that it leads to, empty for the file itself; None for no link."""


class DataSheet(Worksheet):  # type: ignore[misc]
    """A worksheet whose rows beneath the head are given all at once: `fill`, and `lead` for their links."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: IO[bytes] | None = None
        self._texts: dict[Cell, str] = {}
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
        self._texts[None] = "/>"
        template = _template([style for _, style in columns])
        for start in range(0, len(heights), _BLOCK):
            block = slice(start, start + _BLOCK)
            bodies = (
                self._styled(values[block], style if isinstance(style, Format) else style[block])
                for values, style in columns
            )
            of_rows = zip(map("{:g}".format, heights[block]), *bodies, strict=True)
            lines = [
                template.replace(_NUMBER, str(number)) % parts
                for number, parts in enumerate(of_rows, start=first + start + 1)
            ]
            self._rows.write("".join(lines).encode())
        self._texts.clear()
        self._check_dimensions(first + len(heights) - 1, len(columns) - 1)

    def lead(self, files: Sequence[str], cells: Cells) -> None:
        """Give the rows their links, each to its file.

        The first of the columns comes before the others where Excel takes no more.
        """
        self._files, self._cells = files, _taken(files, cells)

    def head(self, rows: int, columns: int, options: Mapping[str, Any]) -> None:
        """Make all of the sheet, with so many rows beneath the head, one Excel table.

        XlsxWriter notes every cell of a table, to tell when two overlap: here there is just one, so it is
        given as two rows and then stretched.
        """
        self.add_table(0, 0, 1, columns - 1, options)
        area = xl_range(0, 0, rows, columns - 1)
        self.tables[-1].update({"range": area, "a_range": area, "autofilter": area})

    def _styled(self, values: Sequence[Cell], style: Style) -> list[str]:
        """What goes into the template for the cells of a column."""
        bodies = self._bodies(values)
        if isinstance(style, Format):
            return bodies
        numbers = {one: f'{one._get_xf_index()}"' for one in dict.fromkeys(style)}
        return [numbers[one] + body for one, body in zip(style, bodies, strict=True)]

    def _bodies(self, values: Sequence[Cell]) -> list[str]:
        """The cells' XML behind their references and styles."""
        kinds, texts = set(map(type, values)), self._texts
        if kinds <= {str, NoneType}:
            return [texts.get(value) or self._text(cast(str, value)) for value in values]
        if kinds <= {int, NoneType}:
            return ["/>" if value is None else self._number(cast(int, value)) for value in values]
        return list(map(self._body, values))

    def _body(self, value: Cell) -> str:
        if value is None or isinstance(value, str):
            return self._texts.get(value) or self._text(cast(str, value))
        return self._number(value)

    def _number(self, value: Number) -> str:
        if type(value) is int and -_PLAIN < value < _PLAIN:
            return f"><v>{value}</v></c>"
        if digits_of(value) <= 15 and abs(Decimal(value)) < LARGEST:
            return f"><v>{float(value):.16G}</v></c>"
        return self._text(format(Decimal(value), "f"))  # more than Excel holds: as text, with all digits

    def _text(self, text: str) -> str:
        """A text's XML. The same texts come again and again, so it is kept."""
        body = "/>"
        if text:
            index = self.str_table._get_shared_string_index(safe_text(text))
            body = f' t="s"><v>{index}</v></c>'
        self._texts[text] = body
        return body

    def _write_hyperlinks(self) -> None:
        tags = "".join(self._tags())
        if tags:
            self.fh.write(f"<hyperlinks>{tags}</hyperlinks>")

    def _tags(self) -> Iterator[str]:
        """The links, row by row. One relation a file."""
        relations: dict[str, int | None] = {}
        columns = sorted(self._cells)
        heads = [f'<hyperlink ref="{xl_col_to_name(column)}' for column in columns]
        by_row = zip(self._files, *(self._cells[column] for column in columns), strict=True)
        for row, (file, *cells) in enumerate(by_row, start=self._first + 1):
            if not any(cell is not None for cell in cells):
                continue
            if file not in relations:
                relations[file] = self._related(file)
            relation = relations[file]
            if relation is None:
                continue
            end = f'{row}" r:id="rId{relation}"'
            for head, cell in zip(heads, cells, strict=True):
                if cell is not None:
                    yield f"{head}{end}{_location(cell)}/>"

    def _related(self, file: str) -> int | None:
        """The number of a relation to a file; None where Excel would take none."""
        target = _relation(file)
        if target is None:
            return None
        self.rel_count += 1
        self.external_hyper_links.append(["/hyperlink", target, "External"])
        return int(self.rel_count)

    def _write_rows(self) -> None:
        super()._write_rows()
        if self._rows is not None:
            with self._rows as rows:
                rows.seek(0)
                self.fh.flush()
                shutil.copyfileobj(rows, self.fh.buffer, 1 << 20)


class FormulaSheet(Worksheet):  # type: ignore[misc]
    """A worksheet with thousands of formulas, none of them of a function that came after Excel 2016.

    XlsxWriter looks for the names of some thirty of those in each formula.
    """

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")


def _template(styles: Sequence[Style]) -> str:
    """A row's XML: a mark for its number, then places for its height and its cells' bodies.

    Where each cell has a format of its own, that one's number comes with the body.
    """
    cells = (
        f'<c r="{xl_col_to_name(column)}{_NUMBER}" s="'
        + (f'{style._get_xf_index()}"%s' if isinstance(style, Format) else "%s")
        for column, style in enumerate(styles)
    )
    return f'<row r="{_NUMBER}" ht="%s" customHeight="1">{"".join(cells)}</row>'


def _taken(files: Sequence[str], cells: Cells) -> Cells:
    """The links that Excel takes: not too many, none too long."""
    longest = max(map(len, files), default=0) + max(map(len, filter(None, chain(*cells.values()))), default=0)
    if longest <= _SHORT and sum(len(own) - own.count(None) for own in cells.values()) <= MAX_LINKS:
        return cells
    first = next(iter(cells))
    places = [
        (column != first, row, column)
        for column, own in cells.items()
        for row, cell in enumerate(own)
        if cell is not None
    ]
    taken: dict[int, list[str | None]] = {column: [None] * len(files) for column in cells}
    for _, row, column in sorted(places)[:MAX_LINKS]:
        cell = cells[column][row]
        if address(Link("", files[row], cell)) is not None:
            taken[column][row] = cell
    return taken


@functools.lru_cache(maxsize=16384)
def _relation(path: str) -> str | None:
    """A link's way to a file as the package's relations have it; None where Excel would take none."""
    whole = address(Link("", path))
    return Url(whole)._target() if whole is not None else None


@functools.lru_cache(maxsize=16384)
def _location(cell: str) -> str:
    return f' location="{_attribute(quoted(cell))}"' if "!" in cell else ""


def _attribute(text: str) -> str:
    return escape(text, {'"': "&quot;"})
