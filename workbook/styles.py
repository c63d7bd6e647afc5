"""The ways in which departments lay the same form out and type into it, for filled books.

A `Style` changes where things stand (offsets, inserted rows, ticks inside their labels) and how labels, years
and numbers are spelled; never what the sheet says.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Callable
from typing import Literal

from workbook import place
from workbook.form import Form
from workbook.notation import era_year, resolve_end, resolve_start
from workbook.placed import Placed
from workbook.record import Number

_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
_TICK_PARTS = {"tick_label", "bracket", "bracket_end", "year_input"}


@dataclasses.dataclass(slots=True, frozen=True)
class Style:
    """How a filled book is laid out and typed. The default is the form as printed."""

    top: int = 0
    left: int = 0
    two_sheets: bool = False
    on: str = "☑"
    off: str = "□"
    inside: bool = False
    """The tick stands before its label in one cell."""
    period_together: bool = False
    """All boxes of the period stand in one cell."""
    digits_together: bool = False
    """A code stands in one cell, not one digit to a cell."""
    numbers: Literal["number", "comma", "wide", "unit"] = "number"
    text_in: Literal["all", "indicators"] = "all"
    """Where numbers are typed as text."""
    years: Literal["short", "era", "letter", "western"] = "short"
    break_years: bool = False
    labels: Literal["plain", "wide", "spaced", "broken"] = "plain"
    inserted: tuple[int, ...] = ()
    """Rows of the first page before which a department inserted an empty one."""
    coarse: bool = False
    """Only as many rows and columns as the form needs, of many sizes, instead of a fine even grid."""
    instructions: bool = False
    """A sheet 記入要領 that holds the same words stands first."""


@dataclasses.dataclass(slots=True, frozen=True)
class Laid:
    """A sheet as a style lays it out: the cells of its pages, and how many grid rows and columns each row
    and column of the sheet is high and wide."""

    pages: tuple[tuple[Placed, ...], ...]
    rows: tuple[int, ...]
    columns: tuple[int, ...]


@functools.lru_cache(maxsize=64)
def sheets(form: Form, fiscal_year: int, style: Style) -> tuple[Laid, ...]:
    """The form's sheets as that style lays them out."""
    names = place.year_names(form, fiscal_year)
    names = {year: _year_name(style, year, name) for year, name in names.items()}
    pages = place.pages(form, fiscal_year, names)
    pages = [_arranged(cells, style, style.inserted if i == 0 else ()) for i, cells in enumerate(pages)]
    groups = [[page] for page in pages] if style.two_sheets else [place.stacked(pages)]
    return tuple(_laid(group, style) for group in groups)


def _arranged(cells: list[Placed], style: Style, inserted: tuple[int, ...]) -> list[Placed]:
    """A page's cells joined, pushed apart and spelled."""
    if style.inside:
        cells = _joined(cells, lambda cell: cell.kind == "tick")
    elif style.period_together:
        cells = _joined(cells, lambda cell: cell.kind == "tick" and cell.key == "period")
    if style.period_together:
        cells = _together(cells, "period")
    if style.digits_together:
        cells = _whole_codes(cells)
    for row in sorted(inserted, reverse=True):
        cells = _with_row_before(cells, row)
    return [_spelled(cell, style) for cell in cells]


def _laid(pages: list[list[Placed]], style: Style) -> Laid:
    cells = [cell for page in pages for cell in page]
    rows = sorted({edge for cell in cells for edge in (cell.row, cell.bottom)})
    columns = sorted({edge for cell in cells for edge in (cell.col, cell.right)})
    if not style.coarse:
        rows, columns = list(range(rows[-1] + 1)), list(range(columns[-1] + 1))
    row_at, column_at = ({edge: i for i, edge in enumerate(edges)} for edges in (rows, columns))

    def put(cell: Placed) -> Placed:
        top, left = row_at[cell.row], column_at[cell.col]
        height, width = row_at[cell.bottom] - top, column_at[cell.right] - left
        return dataclasses.replace(
            cell, row=top + style.top, col=left + style.left, height=height, width=width
        )

    placed = tuple(tuple(put(cell) for cell in page) for page in pages)
    return Laid(placed, (1,) * style.top + _steps(rows), (1,) * style.left + _steps(columns))


def _steps(edges: list[int]) -> tuple[int, ...]:
    return tuple(after - before for before, after in itertools.pairwise(edges))


def plain_number(number: Number) -> int | float:
    """A number as Excel holds it."""
    return number if isinstance(number, int) else float(number)


def spell_number(number: Number, unit: str, style: Style) -> str | int | float:
    """A number as that style types it; a number of Excel's own by default."""
    if style.numbers == "number":
        return plain_number(number)
    text = f"{'▲' if number < 0 else ''}{abs(number):,}"
    if style.numbers == "wide":
        return text.translate(_WIDE)
    return f"{text}{unit}" if style.numbers == "unit" else text


def spell_period_year(year: int, fiscal_year: int, start: int | None) -> int | str:
    """A year of the period as typed into its box: the bare number where that is clear, with its era else."""
    name = era_year(year).removesuffix("年度")
    bare = "1" if name.endswith("元") else name[2:]
    read = resolve_start(bare, fiscal_year) if start is None else resolve_end(bare, start, fiscal_year)
    return int(bare) if read == year else name


def _year_name(style: Style, year: int, name: str) -> str:
    if style.years == "western":
        return f"{year}年度"
    if style.years == "era":
        return era_year(year)
    if style.years == "letter":
        era = era_year(year).removesuffix("年度")
        return ("H" if era.startswith("平成") else "R") + era[2:]
    return name


def _spelled(cell: Placed, style: Style) -> Placed:
    text = cell.text
    if cell.kind == "heading" and style.break_years:
        text = text.replace("(", "\n(")
    elif cell.kind == "label" and cell.look != "tick_label" and (style.labels != "broken" or cell.height > 1):
        text = _LABELS[style.labels](text)
    return dataclasses.replace(cell, text=text)


def _spaced(text: str) -> str:
    return "　".join(text) if len(text) <= 3 else text.replace("(", " (")


def _broken(text: str) -> str:
    return f"{text[: len(text) // 2]}\n{text[len(text) // 2 :]}" if 3 < len(text) < 10 else text


_LABELS: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "wide": lambda text: text.translate(_WIDE),
    "spaced": _spaced,
    "broken": _broken,
}


def _joined(cells: list[Placed], wanted: Callable[[Placed], bool]) -> list[Placed]:
    """Ticks joined with the label and years that follow them in their line."""
    out: list[Placed] = []
    for cell in cells:
        last = out[-1] if out else None
        follows = last is not None and (cell.row, cell.col) == (last.row, last.right)
        if wanted(cell):
            out.append(dataclasses.replace(cell, kind="joined", look="tick_label", parts=(cell,)))
        elif last is not None and last.kind == "joined" and follows and cell.look in _TICK_PARTS:
            out[-1] = _spanning(last, cell)
        else:
            out.append(cell)
    return out


def _spanning(first: Placed, last: Placed) -> Placed:
    left, _, top, _ = first.edges
    _, right, _, bottom = last.edges
    return dataclasses.replace(
        first,
        height=last.bottom - first.row,
        width=max(first.right, last.right) - first.col,
        parts=(*first.parts, *(last.parts or (last,))),
        edges=(left, right, top, bottom),
    )


def _together(cells: list[Placed], key: str) -> list[Placed]:
    """All boxes of a group in one cell, one beneath the other; it takes the blanks to their right, too."""
    members = [cell for cell in cells if cell.kind == "joined" and cell.key == key]
    if not members:
        return cells
    whole = functools.reduce(_spanning, members)
    beside = [cell for cell in cells if whole.row <= cell.row < whole.bottom and _blank_beside(cell, whole)]
    right = max(cell.right for cell in [whole, *beside])
    whole = dataclasses.replace(whole, width=right - whole.col, look="tick_label_box")
    kept = [c for c in cells if not (whole.row <= c.row < whole.bottom and whole.col <= c.col < right)]
    return [*kept, whole]


def _blank_beside(cell: Placed, whole: Placed) -> bool:
    return cell.kind == "print" and cell.look == "" and not cell.text and cell.col >= whole.col


def _whole_codes(cells: list[Placed]) -> list[Placed]:
    out: list[Placed] = []
    for cell in cells:
        if cell.kind == "digit" and cell.option != "0":
            out[-1] = dataclasses.replace(out[-1], width=cell.right - out[-1].col)
        else:
            out.append(dataclasses.replace(cell, option="") if cell.kind == "digit" else cell)
    return out


def _with_row_before(cells: list[Placed], row: int) -> list[Placed]:
    """An empty row pushed in: what lies beneath moves down, what spans it grows."""
    out = []
    for cell in cells:
        if cell.row >= row:
            cell = dataclasses.replace(cell, row=cell.row + 1)
        elif cell.bottom > row:
            cell = dataclasses.replace(cell, height=cell.height + 1)
        out.append(cell)
    return out
