"""A worksheet for long plain tables: its body goes out a row at a time.

The data sheets hold nearly all cells of a summary book (300,000 for a thousand projects). XlsxWriter looks
at each cell several times on its way to the file; here it is done once, in half of the time. All else (heads,
tables, links, print set-up, the package) stays XlsxWriter's. The few private names that this leans on are in
this file alone, and a test holds the outcome against XlsxWriter's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import cast

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from workbook.summary.cells import MAX_LINKS, address, digits_of, safe_text
from workbook.summary.model import Cell, Link

LARGEST = Decimal("1e300")

StyleOf = Callable[[Cell], Format]


class DataSheet(Worksheet):  # type: ignore[misc]
    """A worksheet whose rows beneath the head are given all at once, with `fill`."""

    def __init__(self) -> None:
        super().__init__()
        self._first = 0
        self._columns: list[tuple[list[str], list[Format] | Format]] = []
        self._heights: Sequence[float] = ()
        self._texts: dict[str, str] = {}

    def fill(
        self,
        first: int,
        columns: Iterable[tuple[Sequence[Cell], Format | StyleOf]],
        heights: Sequence[float],
    ) -> None:
        """Set the rows from ``first`` (counted from 0) on, by column: values, and one format or one for each.

        ``heights`` are in points, one a row.
        """
        self._first, self._heights = first, heights
        for number, (values, style) in enumerate(columns):
            bodies = [self._body(first + row, number, value) for row, value in enumerate(values)]
            formats = style if isinstance(style, Format) else [style(value) for value in values]
            self._columns.append((bodies, formats))
        self._check_dimensions(first + len(heights) - 1, len(self._columns) - 1)

    def _body(self, row: int, column: int, value: Cell) -> str:
        """A cell's XML behind its reference and style."""
        if type(value) is str:
            return self._texts.get(value) or self._text(value)
        if value is None:
            return "/>"
        if isinstance(value, (int, Decimal)):
            if digits_of(value) <= 15 and abs(Decimal(value)) < LARGEST:
                return f"><v>{float(value):.16G}</v></c>"
            return self._text(format(Decimal(value), "f"))  # more than Excel holds: as text, with all digits
        link = cast(Link, value)
        self._link(row, column, link)
        return self._text(link.text)

    def _text(self, text: str) -> str:
        """A text's XML. The same texts come again and again, so it is kept."""
        body = "/>"
        if text:
            index = self.str_table._get_shared_string_index(safe_text(text))
            body = f' t="s"><v>{index}</v></c>'
        self._texts[text] = body
        return body

    def _link(self, row: int, column: int, link: Link) -> None:
        target = address(link)
        if target is not None and self.hlink_count < MAX_LINKS:
            self.ignore_write_string = True  # the text of the cell is ours to write
            self.write_url(row, column, target, None, "")
            self.ignore_write_string = False

    def _write_rows(self) -> None:
        super()._write_rows()
        letters = [xl_col_to_name(number) for number in range(len(self._columns))]
        bodies = zip(*(bodies for bodies, _ in self._columns), strict=True)
        styles = zip(*(_attributes(bodies, formats) for bodies, formats in self._columns), strict=True)
        for row, (cells, formats, height) in enumerate(
            zip(bodies, styles, self._heights, strict=True), start=self._first + 1
        ):
            parts = [
                f'<c r="{letter}{row}" s="{style}"{body}'
                for letter, style, body in zip(letters, formats, cells, strict=True)
            ]
            line = "".join(parts)
            self.fh.write(f'<row r="{row}" ht="{height:g}" customHeight="1">{line}</row>')


def _attributes(bodies: list[str], formats: list[Format] | Format) -> list[int]:
    """The number of each cell's format in the workbook; known only when the book is closed."""
    if isinstance(formats, Format):
        return [formats._get_xf_index()] * len(bodies)
    numbers = {style: style._get_xf_index() for style in set(formats)}
    return [numbers[style] for style in formats]
