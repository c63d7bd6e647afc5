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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import IO, Any, cast
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

StyleOf = Callable[[Cell], Format]


class DataSheet(Worksheet):  # type: ignore[misc]
    """A worksheet whose rows beneath the head are given all at once, with `fill`."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: IO[str] | None = None
        self._texts: dict[Cell, str] = {}
        self._links: list[tuple[int, int, Link]] = []
        self._figures: list[tuple[int, int, Link]] = []

    def __del__(self) -> None:
        if self._rows is not None:  # a book given up before it was written
            self._rows.close()

    def fill(
        self,
        first: int,
        columns: Sequence[tuple[Sequence[Cell], Format | StyleOf]],
        heights: Sequence[float],
    ) -> None:
        """Write the rows from ``first`` (counted from 0) on, by column: values, one format or one for each.

        ``heights`` are in points, one a row.
        """
        # Open until the sheet is written.
        self._rows = tempfile.TemporaryFile("w+", encoding="utf-8", newline="")  # noqa: SIM115
        template = _template([style for _, style in columns])
        for start in range(0, len(heights), _BLOCK):
            end = start + _BLOCK
            bodies = (
                self._bodies(first + start, column, values[start:end], style)
                for column, (values, style) in enumerate(columns)
            )
            of_rows = zip(map("{:g}".format, heights[start:end]), *bodies, strict=True)
            lines = [
                template.replace(_NUMBER, str(number)) % parts
                for number, parts in enumerate(of_rows, start=first + start + 1)
            ]
            self._rows.write("".join(lines))
        self._texts.clear()
        self._check_dimensions(first + len(heights) - 1, len(columns) - 1)

    def head(self, rows: int, columns: int, options: Mapping[str, Any]) -> None:
        """Make all of the sheet, with so many rows beneath the head, one Excel table.

        XlsxWriter notes every cell of a table, to tell when two overlap: here there is just one, so it is
        given as two rows and then stretched.
        """
        self.add_table(0, 0, 1, columns - 1, options)
        area = xl_range(0, 0, rows, columns - 1)
        self.tables[-1].update({"range": area, "a_range": area, "autofilter": area})

    def _bodies(self, row: int, column: int, values: Sequence[Cell], style: Format | StyleOf) -> list[str]:
        """What goes into the template for the cells of a column, from a row on."""
        kinds, texts = set(map(type, values)), self._texts
        texts[None] = "/>"
        if kinds <= {str, type(None)}:
            bodies = [texts.get(value) or self._text(cast(str, value)) for value in values]
        else:
            bodies = [self._body(row + n, column, value) for n, value in enumerate(values)]
        if isinstance(style, Format):
            return bodies
        return [f'{style(v)._get_xf_index()}"{body}' for v, body in zip(values, bodies, strict=True)]

    def _body(self, row: int, column: int, value: Cell) -> str:
        """A cell's XML behind its reference and style."""
        if value is None or isinstance(value, str):
            return self._texts.get(value) or self._text(cast(str, value))
        if isinstance(value, (int, Decimal)):
            return self._number(value)
        (self._links if value.value is None else self._figures).append((row, column, value))
        if value.value is not None:
            return self._number(value.value)
        return self._texts.get(value.text) or self._text(value.text)

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
        """The links, row by row; texts come before figures where Excel takes no more. One relation a file."""
        chosen = sorted((self._links + self._figures)[:MAX_LINKS])
        tags = "".join(self._tags(chosen))
        if tags:
            self.fh.write(f"<hyperlinks>{tags}</hyperlinks>")

    def _tags(self, links: Iterable[tuple[int, int, Link]]) -> Iterator[str]:
        relations: dict[str, int] = {}
        letters = [xl_col_to_name(number) for number in range((self.dim_colmax or 0) + 1)]
        for row, column, link in links:
            _, path, cell, _ = link
            relation = relations.get(path)
            if relation is None:
                target = _relation(path)
                if target is None:
                    continue
                self.rel_count += 1
                relation = relations[path] = self.rel_count
                self.external_hyper_links.append(["/hyperlink", target, "External"])
            if len(path) + len(cell or "") > _SHORT and address(link) is None:
                continue
            yield f'<hyperlink ref="{letters[column]}{row + 1}" r:id="rId{relation}"{_location(cell)}/>'

    def _write_rows(self) -> None:
        super()._write_rows()
        if self._rows is not None:
            with self._rows as rows:
                rows.seek(0)
                shutil.copyfileobj(rows, self.fh, 1 << 20)


class FormulaSheet(Worksheet):  # type: ignore[misc]
    """A worksheet with thousands of formulas, none of them of a function that came after Excel 2016.

    XlsxWriter looks for the names of some thirty of those in each formula.
    """

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")


def _template(styles: Sequence[Format | StyleOf]) -> str:
    """A row's XML: a mark for its number, then places for its height and its cells' bodies.

    Where each cell has a format of its own, that one's number comes with the body.
    """
    cells = (
        f'<c r="{xl_col_to_name(column)}{_NUMBER}" s="'
        + (f'{style._get_xf_index()}"%s' if isinstance(style, Format) else "%s")
        for column, style in enumerate(styles)
    )
    return f'<row r="{_NUMBER}" ht="%s" customHeight="1">{"".join(cells)}</row>'


@functools.lru_cache(maxsize=16384)
def _relation(path: str) -> str | None:
    """A link's way to a file as the package's relations have it; None where Excel would take none."""
    whole = address(Link("", path))
    return Url(whole)._target() if whole is not None else None


@functools.lru_cache(maxsize=16384)
def _location(cell: str | None) -> str:
    return f' location="{_attribute(quoted(cell))}"' if cell and "!" in cell else ""


def _attribute(text: str) -> str:
    return escape(text, {'"': "&quot;"})
