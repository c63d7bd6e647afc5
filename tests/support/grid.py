"""Boxes that share a fine grid of cells: laid out by weight, loosened by blank rows and columns, written."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from xlsxwriter.utility import quote_sheetname, xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from .style import Style

_PAGE_CHARS = 118  # how many half-width signs a page is wide, whatever the number of its columns
Addresses = dict[str, tuple[str, int, int]]


@dataclass(frozen=True)
class Formula:
    """A formula with its cached value: a sum of cells, a link to one, or (without keys) a constant."""

    cached: int | float | str
    keys: tuple[str, ...] = ()
    link: bool = False

    def text(self, addresses: Addresses, sheet: str) -> str:
        """The formula's text, as seen from ``sheet``."""
        if not self.keys:
            return '=""' if self.cached == "" else f"={self.cached}+0"
        cells = []
        for name, row, col in (addresses[key] for key in self.keys):
            prefix = "" if name == sheet else quote_sheetname(name) + "!"
            cells.append(prefix + xl_rowcol_to_cell(row, col))
        return f"={cells[0]}" if self.link else f"=SUM({','.join(cells)})"


Value = str | int | float | bool | None | Formula


@dataclass(frozen=True)
class Item:
    """A logical cell of a block, in the block's own rows and columns."""

    row: int
    col: int
    value: Value
    kind: str
    rows: int = 1
    cols: int = 1
    shown: str = ""  # number format
    key: str = ""  # by which formulas find the cell
    merge: bool | None = None
    glue: bool = False  # no blank column may be put in on its left


@dataclass
class Block:
    """A table: columns by weight, rows as many as are used."""

    weights: Sequence[float]
    minimums: Sequence[int] = ()
    family: str = ""
    items: list[Item] = field(default_factory=list)

    def put(self, row: int, col: int, value: Value, kind: str = "label", **more: Any) -> None:
        """Add a logical cell."""
        self.items.append(Item(row, col, value, kind, **more))

    @property
    def least(self) -> list[int]:
        """The fine columns that each column needs at least."""
        return list(self.minimums) or [1] * len(self.weights)


@dataclass
class VBox:
    """Boxes one beneath another. ``loose``: departments leave blank rows between them."""

    children: Sequence[Box]
    loose: bool = False


@dataclass
class HBox:
    """Boxes side by side."""

    children: Sequence[Box]
    weights: Sequence[float]
    family: str = ""


Box = Block | VBox | HBox


@dataclass
class Placed:
    """An item on the fine grid; bottom and right are exclusive."""

    item: Item
    top: int
    left: int
    bottom: int
    right: int


def min_width(box: Box) -> int:
    """The fine columns that a box needs at least."""
    if isinstance(box, Block):
        return sum(box.least)
    widths = [min_width(child) for child in box.children]
    return sum(widths) if isinstance(box, HBox) else max(widths)


def _split(
    width: int, weights: Sequence[float], least: Sequence[int], jitter: float, rng: random.Random
) -> list[int]:
    wish = [w * rng.uniform(1 - jitter, 1 + jitter) for w in weights]
    sizes = [max(m, int(width * w / sum(wish))) for w, m in zip(wish, least, strict=True)]
    while sum(sizes) > width:
        sizes[max(range(len(sizes)), key=lambda i: sizes[i] - least[i])] -= 1
    while sum(sizes) < width:
        sizes[max(range(len(sizes)), key=lambda i: wish[i] * width - sizes[i])] += 1
    return sizes


class Layouter:
    """Lays boxes out on the fine grid of one page."""

    def __init__(self, style: Style, seed: str) -> None:
        self.style, self.seed = style, seed
        self.free = random.Random(seed)
        self.placed: list[Placed] = []

    def _rng(self, family: str) -> random.Random:
        # the same seed for like rows makes them share their cuts, as on a form drawn by hand
        return random.Random(f"{self.seed}/{family}") if self.style.aligned and family else self.free

    def lay(self, box: Box, top: int, left: int, width: int) -> int:
        """Place a box; returns its height."""
        if isinstance(box, Block):
            return self._lay_block(box, top, left, width)
        if isinstance(box, VBox):
            down = top
            for i, child in enumerate(box.children):
                down += self.free.randint(0, self.style.block_gaps) if i and box.loose else 0
                down += self.lay(child, down, left, width)
            return down - top
        least = [min_width(child) for child in box.children]
        sizes = _split(width, box.weights, least, self.style.jitter, self._rng(box.family))
        runs, right = list[tuple[int, int, int]](), left
        for child, size in zip(box.children, sizes, strict=True):
            first = len(self.placed)
            height = self.lay(child, top, right, size)
            runs.append((first, len(self.placed), height))
            right += size
        tallest = max(height for _, _, height in runs)
        for first, last, height in runs:
            for cell in self.placed[first:last]:
                if cell.bottom == top + height and cell.item.kind in ("text", "side"):
                    cell.bottom = top + tallest
        return tallest

    def _lay_block(self, block: Block, top: int, left: int, width: int) -> int:
        sizes = _split(width, block.weights, block.least, self.style.jitter, self._rng(block.family))
        cols = [left + sum(sizes[:i]) for i in range(len(sizes) + 1)]
        heights = [
            self.free.randint(1, self.style.row_span) for _ in range(max(i.row + i.rows for i in block.items))
        ]
        for item in block.items:
            if item.rows == 1:
                need = self._lines(item.value, cols[item.col + item.cols] - cols[item.col])
                heights[item.row] = max(heights[item.row], min(need, 24))
        rows = [top + sum(heights[:i]) for i in range(len(heights) + 1)]
        for item in block.items:
            bottom, right = rows[item.row + item.rows], cols[item.col + item.cols]
            self.placed.append(Placed(item, rows[item.row], cols[item.col], bottom, right))
        return sum(heights)

    def _lines(self, value: Value, width: int) -> int:
        if not isinstance(value, str):
            return 1
        signs = max(1, int(width * _PAGE_CHARS / self.style.grid / 1.8))
        return sum(max(1, math.ceil(len(line) / signs)) for line in value.split("\n"))


def loosen(placed: list[Placed], style: Style, rng: random.Random) -> None:
    """Insert blank rows and columns anywhere, as somebody does who needs a little more room."""
    height, width = max(p.bottom for p in placed), max(p.right for p in placed)
    glued = {p.left for p in placed if p.item.glue}
    rows = [rng.randint(1, height - 1) for _ in range(style.spacer_rows)]
    free = [col for col in range(1, width) if col not in glued]
    cols = [rng.choice(free) for _ in range(style.spacer_cols)]

    def moved(at: int, inserted: list[int]) -> int:
        return at + sum(spot <= at for spot in inserted)

    for cell in placed:
        cell.top, cell.bottom = moved(cell.top, rows), moved(cell.bottom - 1, rows) + 1
        cell.left, cell.right = moved(cell.left, cols), moved(cell.right - 1, cols) + 1


_LOOKS: dict[str, dict[str, Any]] = {
    "label": {"bg_color": "#EEEEEE", "valign": "vcenter"},
    "side": {"bg_color": "#DDDDDD", "align": "center", "valign": "vcenter"},
    "heading": {"border": 0, "bold": True},
    "number": {"align": "right"},
    "tick": {"align": "center"},
    "checkbox": {"align": "center"},
}


class Formats:
    """The cell formats of one workbook, made once each."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.made: dict[tuple[str, str, bool], Any] = {}

    def get(self, kind: str, shown: str = "", *, alone: bool = False) -> Any:
        """The format of a kind of cell, with a number format if it has one.

        A text that stands ``alone`` in one cell of its place runs over the empty ones beside it, as in Excel.
        """
        key = (kind, shown, alone)
        if key not in self.made:
            look = {"font_name": "MS Gothic", "font_size": 8, "valign": "top", "border": 1} | _LOOKS.get(
                kind, {}
            )
            if alone:
                look |= {"border": 0, "shrink": kind in ("number", "tick", "checkbox")}
            else:
                look["text_wrap"] = True
            if kind == "checkbox":
                look["checkbox"] = True
            if shown:
                look["num_format"] = shown
            self.made[key] = self.book.add_format(look)
        return self.made[key]


class SheetWriter:
    """Writes placed cells to one worksheet."""

    def __init__(self, sheet: Worksheet, formats: Formats, style: Style, rng: random.Random) -> None:
        self.sheet, self.formats, self.style, self.rng = sheet, formats, style, rng

    def write(self, placed: list[Placed], addresses: Addresses, row: int, col: int) -> None:
        """Write a page with its top left cell at ``row``, ``col``; notes the keyed cells in ``addresses``."""
        for cell in placed:
            if cell.item.key:
                addresses[cell.item.key] = (self.sheet.get_name(), cell.top + row, cell.left + col)
        for cell in placed:
            self._write_cell(cell, addresses, cell.top + row, cell.left + col)

    def _write_cell(self, cell: Placed, addresses: Addresses, row: int, col: int) -> None:
        item, merge = cell.item, cell.item.merge
        if merge is None:
            merge = {"all": True, "none": False}.get(self.style.merge, self.rng.random() < 0.5)
        high, wide = cell.bottom - cell.top, cell.right - cell.left
        alone = high * wide > 1 and not merge
        fmt = self.formats.get(item.kind, item.shown, alone=alone)
        if high * wide > 1 and merge:
            self.sheet.merge_range(row, col, row + high - 1, col + wide - 1, "", fmt)
        self.put(row, col, item.value, fmt, addresses)

    def put(self, row: int, col: int, value: Value, fmt: Any, addresses: Addresses) -> None:
        """Write one value as the type it has: a text that looks like a number or formula stays text."""
        if value is None:
            self.sheet.write_blank(row, col, None, fmt)
        elif isinstance(value, bool):
            self.sheet.write_boolean(row, col, value, fmt)
        elif isinstance(value, str):
            self.sheet.write_string(row, col, value, fmt)
        elif isinstance(value, Formula):
            self.sheet.write_formula(
                row, col, value.text(addresses, self.sheet.get_name()), fmt, value.cached
            )
        else:
            self.sheet.write_number(row, col, value, fmt)
