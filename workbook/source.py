"""Open a workbook safely and give its grids, or say in one typed error why not.

Values come from python-calamine. What it hides is looked up in the file itself: error cells (it gives ''),
formulas without a stored value, hidden rows and columns, links to other books, drawn ticks. There the bounds
are kept too, before python-calamine sees the file.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import python_calamine as calamine

from workbook import controls, quiet
from workbook.errors import Refused
from workbook.facts import MOST_CELLS, MOST_MERGES, SheetFacts
from workbook.formats import sheet_xml
from workbook.grid import Blocks, Grid, Rect, Spot
from workbook.notation import CellValue, show
from workbook.package import Encrypted, Package, TooLarge, Unsafe

LARGEST_FILE = 64 * 2**20
MOST_SHEETS = 200
MOST_MERGED = 500_000
"""Cells in merged blocks: a hundred times those of a form."""
_ROWS_BEYOND, _COLUMNS_BEYOND = 1000, 300
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclasses.dataclass(slots=True)
class Book:
    """An opened workbook: its sheets, and whether it links to other books."""

    sha256: str
    grids: list[Grid]
    has_links: bool = False


def open_book(path: Path | str) -> Book:
    """Read a workbook whole. Raises `Refused` with F001 (and a reason) or F002; the file is never changed."""
    data = content(Path(path))
    with told("open"):
        facts, has_links = _facts(data)
        plain = facts and all(told.cells is not None for told in facts.values())
        grids = list(_plain_grids(facts) if plain else _grids(data, facts))
        controls.lay(grids, {name: (told.controls, told.sizes) for name, told in facts.items()})
    return Book(hashlib.sha256(data).hexdigest(), grids, has_links)


def content(path: Path) -> bytes:
    """A file's bytes. Raises `Refused` (F001) for one that is missing, empty, locked or too large."""
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise Refused("F001", reason="too_large", detail=f"{size:,} bytes")
        data = path.read_bytes()
    except FileNotFoundError:
        raise Refused("F001", reason="missing") from None
    except PermissionError:
        raise Refused("F001", reason="locked") from None
    except OSError as error:
        raise Refused("F001", reason="broken", detail=str(error)) from None
    if not data:
        raise Refused("F001", reason="empty")
    return data


def _facts(data: bytes) -> tuple[dict[str, SheetFacts], bool]:
    """What the file says of its sheets beyond values, by sheet name, and whether it links to other books."""
    if data[:8] == _OLE:
        from workbook.formats import sheet_biff

        return sheet_biff.facts(data), False
    if data[:2] != b"PK":
        raise Refused("F001", reason="not_excel")
    package = Package(data)
    package.verify()
    has_links = any(name.lower().startswith("xl/externallinks/") for name in package.names)
    if "content.xml" in package:
        from workbook.formats import sheet_ods

        return sheet_ods.facts(package), has_links
    if package.workbook.endswith(".bin"):
        from workbook.formats import sheet_bin

        return sheet_bin.facts(package), has_links
    return sheet_xml.facts(package), has_links


def _plain_grids(facts: dict[str, SheetFacts]) -> Iterator[Grid]:
    """The sheets of a book whose values were taken from the file at once."""
    if len(facts) > MOST_SHEETS:
        raise TooLarge(f"{len(facts)} sheets")
    area = 0
    for name, told in facts.items():
        extent = told.extent
        area += extent.area
        if area > MOST_CELLS:
            raise TooLarge(f"{name}: {area:,} cells")
        blocks = _blocks(told.merges or (), extent.bottom + 1, extent.right + 1)
        yield _made(name, told.cells or {}, blocks, told.visible, told)


def _grids(data: bytes, facts: dict[str, SheetFacts]) -> Iterator[Grid]:
    with quiet.panics():
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [m for m in book.sheets_metadata if m.typ == calamine.SheetTypeEnum.WorkSheet]
        if not sheets:
            raise Refused("F001", reason="broken", detail="no worksheet")
        if len(sheets) > MOST_SHEETS:
            raise TooLarge(f"{len(sheets)} sheets")
        cells = 0
        for meta in sheets:
            sheet = book.get_sheet_by_name(meta.name)
            cells += sheet.height * sheet.width
            if cells > MOST_CELLS:
                raise TooLarge(f"{meta.name}: {cells:,} cells")
            yield _grid(meta, sheet, facts.get(meta.name) or SheetFacts())


def _grid(meta: calamine.SheetMetadata, sheet: calamine.CalamineSheet, facts: SheetFacts) -> Grid:
    top, left = sheet.start or (0, 0)
    ranges: tuple[tuple[int, int, int, int], ...] | None = facts.merges
    if ranges is None:
        ranges = tuple((*first, *last) for first, last in sheet.merged_cell_ranges or ())
    if len(ranges) > MOST_MERGES:
        raise TooLarge(f"{meta.name}: {len(ranges):,} merged blocks")
    merges = _blocks(ranges, top + sheet.height, left + sheet.width)
    cells: dict[Spot, CellValue] = {
        (row, column): value
        for row, values in enumerate(sheet.to_python(skip_empty_area=True), top)
        for column, value in enumerate(values, left)
        if value != "" and not (isinstance(value, str) and value.isspace())
    }
    cells.update(facts.booleans)
    show(cells, facts.shown.items())
    return _made(meta.name, cells, merges, meta.visible == calamine.SheetVisibleEnum.Visible, facts)


def _made(
    name: str, cells: dict[Spot, CellValue], merges: tuple[Rect, ...], visible: bool, facts: SheetFacts
) -> Grid:
    return Grid(
        name,
        cells,
        merges,
        visible,
        dict(facts.errors),
        frozenset(facts.uncached),
        facts.hidden_rows,
        facts.hidden_columns,
        lacking=facts.lacking,
    )


@functools.lru_cache(maxsize=64)
def _blocks(ranges: tuple[tuple[int, int, int, int], ...], rows: int, columns: int) -> tuple[Rect, ...]:
    """The merged blocks of a sheet of that size; kept, as most sheets of a run have the same.

    A block that runs on to the end of the sheet is cut a good way behind the last value. Blocks of a real
    sheet lie side by side: together they cover no more than the cells that there are. Raises `TooLarge` for
    others, before their cells are listed.
    """
    merges = Blocks(
        Rect(
            top,
            left,
            min(bottom, max(top, rows) + _ROWS_BEYOND),
            min(right, max(left, columns) + _COLUMNS_BEYOND),
        )
        for top, left, bottom, right in ranges
    )
    area = sum((m.bottom - m.top + 1) * (m.right - m.left + 1) for m in merges)
    if area > MOST_MERGED:
        raise TooLarge(f"{area:,} cells in merged blocks")
    return merges


class told:  # noqa: N801 (reads as a statement)
    """Turns whatever goes wrong inside a file, the reader's panics included, into one F001 or F002."""

    def __init__(self, doing: str) -> None:
        self.doing = doing

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if error is None or isinstance(error, (Refused, KeyboardInterrupt, SystemExit, GeneratorExit)):
            return
        text = f"{type(error).__name__}: {error}"[:300]
        if isinstance(error, (Encrypted, calamine.PasswordError)) or "password" in str(error).lower():
            raise Refused("F002") from None
        if not isinstance(error, Exception):  # pyo3's PanicException is none
            raise Refused("F001", reason="panic", detail=text) from None
        raise Refused("F001", reason=_reason(error), detail=text) from None


def _reason(error: Exception) -> str:
    if isinstance(error, (TooLarge, MemoryError)):
        return "too_large"
    if isinstance(error, Unsafe):
        return "unsafe"
    # A package cut off while copying still begins like one.
    return "truncated" if isinstance(error, (zipfile.BadZipFile, EOFError)) else "broken"
