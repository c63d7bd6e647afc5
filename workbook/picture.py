"""A sheet as an annotated picture (SVG, also inside an HTML page): its labels, values, years and ticks.

The picture shows places, not looks: all rows are of one height, and a column is as wide as its cells need.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from workbook import palette
from workbook.grid import Rect, address
from workbook.notation import fold
from workbook.seeing import SeenCell, SeenSheet

_ROW, _SIZE, _NARROW, _WIDE = 20, 11, 22, 150
_HEAD, _TOP = 24, 60
FILLS = {
    "label": palette.LABEL,
    "value": palette.ANSWER_CELL,
    "year": palette.HEADING,
    "tick": palette.ANSWERED,
    "text": palette.WHITE,
}
_LIMIT = 400
"""Rows and columns beyond are left out of the picture."""


def svg(sheet: SeenSheet, words: Mapping[str, str]) -> str:
    """One sheet as SVG; ``words`` are what the roles are called."""
    cells = [cell for cell in sheet.cells() if cell.block.top < _LIMIT and cell.block.left < _LIMIT]
    lefts = _columns(cells)
    height = _TOP + _ROW * (1 + max((cell.block.bottom for cell in cells), default=0)) + 8
    width = max(lefts[-1] + 8, 560)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="{_SIZE}">',
        f'<rect width="{width}" height="{height}" fill="{palette.WHITE}"/>',
        *_legend(sheet.grid.name, words),
        *_grid(cells, lefts),
        "</svg>",
    ]
    return "\n".join(parts)


def html(sheets: Sequence[SeenSheet], title: str, words: Mapping[str, str]) -> str:
    """All sheets on one page that needs nothing else."""
    pictures = "\n".join(svg(sheet, words) for sheet in sheets)
    return (
        f'<!doctype html>\n<html lang="ja"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>svg {{ display: block; margin: 0 0 2em }}</style></head>\n"
        f"<body>\n{pictures}\n</body></html>\n"
    )


def stacked(sheets: Sequence[SeenSheet], words: Mapping[str, str]) -> str:
    """All sheets in one SVG, one beneath the other."""
    pictures, top, width = [], 0, 0
    for sheet in sheets:
        picture = svg(sheet, words)
        head = picture.partition("\n")[0]
        wide, high = (int(head.split(f'{name}="')[1].split('"')[0]) for name in ("width", "height"))
        pictures.append(picture.replace("<svg ", f'<svg y="{top}" ', 1))
        top, width = top + high + _ROW, max(width, wide)
    size = f'width="{width}" height="{top}" viewBox="0 0 {width} {top}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n' + "\n".join(pictures) + "\n</svg>\n"


def _legend(name: str, words: Mapping[str, str]) -> list[str]:
    parts = [_text(4, _HEAD - 8, name, f'font-weight="bold" font-size="{_SIZE + 3}"')]
    x = 4
    for role, fill in FILLS.items():
        parts.append(
            f'<rect x="{x}" y="{_HEAD + 2}" width="14" height="14" fill="{fill}" stroke="{palette.LINE}"/>'
        )
        parts.append(_text(x + 18, _HEAD + 13, words[role]))
        x += 30 + _SIZE * len(words[role])
    return parts


def _grid(cells: Sequence[SeenCell], lefts: list[int]) -> list[str]:
    parts = []
    for cell in cells:
        x, y, width, height = _place(cell.block, lefts)
        name = f" = {cell.name}" if cell.name else ""
        parts.append(
            f"<g><title>{escape(cell.cell + name)}</title>"
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{FILLS[cell.role]}" '
            f'stroke="{palette.LINE}"/>{_lines(cell.text, x, y, width, height)}</g>'
        )
    rows = sorted({cell.block.top for cell in cells})
    parts += [_text(2, _TOP + row * _ROW + 13, str(row + 1), f'fill="{palette.GREY}"') for row in rows]
    columns = sorted({cell.block.left for cell in cells})
    for column in columns:
        letters = address(0, column).rstrip("0123456789")
        parts.append(_text(lefts[column], _TOP - 3, letters, f'fill="{palette.GREY}" font-size="8"'))
    return parts


def _lines(text: str, x: int, y: int, width: int, height: int) -> str:
    """As much of a text as its block has room for."""
    per_line, rows = max(1, (width - 6) // _SIZE), max(1, height // _ROW)
    pieces = [line[i : i + per_line] for line in text.split("\n") for i in range(0, len(line) or 1, per_line)]
    if len(pieces) > rows:
        pieces = [*pieces[: rows - 1], pieces[rows - 1][: max(1, per_line - 1)] + "…"]
    return "".join(_text(x + 3, y + 14 + i * _ROW, piece) for i, piece in enumerate(pieces))


def _text(x: int, y: int, text: str, more: str = "") -> str:
    fill = "" if "fill=" in more else f'fill="{palette.INK}"'
    printable = "".join(c for c in text if c >= " ")
    return f'<text x="{x}" y="{y}" {fill} {more}>{escape(printable)}</text>'


def _place(block: Rect, lefts: list[int]) -> tuple[int, int, int, int]:
    right = min(block.right, len(lefts) - 2)
    bottom = min(block.bottom, _LIMIT)
    top = _TOP + block.top * _ROW
    left = lefts[block.left]
    return left, top, max(lefts[right + 1] - left, _NARROW), (bottom - block.top + 1) * _ROW


def _columns(cells: Sequence[SeenCell]) -> list[int]:
    """The left edge of each column, and the right edge of the last one."""
    last = min(max((cell.block.right for cell in cells), default=0), _LIMIT)
    widths = [_NARROW] * (last + 1)
    for cell in cells:
        if cell.block.left == cell.block.right <= last:
            need = max((len(fold(line)) for line in cell.text.split("\n")), default=0) * _SIZE + 8
            widths[cell.block.left] = max(widths[cell.block.left], min(need, _WIDE))
    edges = [_NARROW]
    for width in widths:
        edges.append(edges[-1] + width)
    return edges
