"""Open a workbook safely and give its grids, or say in one typed error why not.

Values come from python-calamine. What it hides is looked up in the package itself: error cells (it gives ''),
formulas without a stored value, hidden rows and columns, links to other books.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import python_calamine as calamine

from workbook import sheet_xml
from workbook.errors import Refused
from workbook.grid import Grid, Rect
from workbook.sheet_xml import SheetFacts

LARGEST_FILE = 64 * 2**20
LARGEST_UNPACKED = 256 * 2**20
MOST_MEMBERS = 5000
MOST_SHEETS = 200
MOST_MERGES = 20000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclasses.dataclass(slots=True)
class Book:
    """An opened workbook: its sheets, and whether it links to other books."""

    sha256: str
    grids: list[Grid]
    has_links: bool = False


def open_book(path: Path | str) -> Book:
    """Read a workbook whole. Raises `Refused` with F001 (and a reason) or F002; the file is never changed."""
    data = _bytes(Path(path))
    book = Book(hashlib.sha256(data).hexdigest(), [])
    if data[:8] == _OLE:
        if _ENCRYPTED in data:
            raise Refused("F002")
        book.grids = list(_grids(data, {}))
    elif data[:2] == b"PK":
        facts, book.has_links = _facts(data)
        book.grids = list(_grids(data, facts))
    else:
        raise Refused("F001", reason="not_excel")
    return book


def _bytes(path: Path) -> bytes:
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
    """What the package says of its sheets beyond values, by sheet name, and whether it links to other books."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = package.infolist()
            if len(members) > MOST_MEMBERS or sum(m.file_size for m in members) > LARGEST_UNPACKED:
                raise Refused("F001", reason="too_large")
            if any(m.flag_bits & 1 for m in members):
                raise Refused("F002")
            names = [m.filename for m in members]
            has_links = any(re.match(r"/?xl/externalLinks/", name) for name in names)
            return sheet_xml.facts(package, names), has_links
    except zipfile.BadZipFile as error:
        # A package cut off while copying still begins like one.
        raise Refused("F001", reason="truncated", detail=str(error)) from None
    except sheet_xml.Unsafe as error:
        raise Refused("F001", reason="unsafe", detail=str(error)) from None
    except Refused:
        raise
    except Exception as error:  # zipfile and zlib raise many kinds on broken members
        raise Refused("F001", reason="broken", detail=f"{type(error).__name__}: {error}") from None


def _grids(data: bytes, facts: dict[str, SheetFacts]) -> Iterator[Grid]:
    with _told("open"):
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [m for m in book.sheets_metadata if m.typ == calamine.SheetTypeEnum.WorkSheet]
    if not sheets:
        raise Refused("F001", reason="broken", detail="no worksheet")
    if len(sheets) > MOST_SHEETS:
        raise Refused("F001", reason="too_large", detail=f"{len(sheets)} sheets")
    for meta in sheets:
        with _told(meta.name):
            yield _grid(book, meta, facts.get(meta.name, sheet_xml.NOTHING))


def _grid(book: calamine.CalamineWorkbook, meta: calamine.SheetMetadata, facts: SheetFacts) -> Grid:
    sheet = book.get_sheet_by_name(meta.name)
    merges = tuple(Rect(*first, *last) for first, last in sheet.merged_cell_ranges or ())
    if len(merges) > MOST_MERGES or sheet.height * sheet.width > sheet_xml.MOST_CELLS:
        raise Refused("F001", reason="too_large", detail=meta.name)
    top, left = sheet.start or (0, 0)
    cells: dict[tuple[int, int], Any] = {
        (row, column): value
        for row, values in enumerate(sheet.to_python(skip_empty_area=True), top)
        for column, value in enumerate(values, left)
        if value != ""
    }
    return Grid(
        meta.name,
        cells,
        merges,
        meta.visible == calamine.SheetVisibleEnum.Visible,
        dict(facts.errors),
        frozenset(facts.uncached),
        facts.hidden_rows,
        facts.hidden_columns,
    )


class _told:  # noqa: N801 (reads as a statement)
    """Turns whatever the reader raises, its panics included, into one F001 or F002."""

    def __init__(self, doing: str) -> None:
        self.doing = doing

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if error is None or isinstance(error, (Refused, KeyboardInterrupt, SystemExit, GeneratorExit)):
            return
        if isinstance(error, calamine.PasswordError) or "password" in str(error).lower():
            raise Refused("F002") from None
        reason = "broken" if isinstance(error, Exception) else "panic"  # pyo3's PanicException is no Exception
        raise Refused("F001", reason=reason, detail=f"{self.doing}: {error}"[:300]) from None
