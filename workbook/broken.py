"""Files that a reader must refuse, for the demo and for tests: cut off, encrypted, of another kind."""

from __future__ import annotations

import datetime
import struct
from pathlib import Path

_SECTOR = 512
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_STREAM_SECTORS = 8  # the smallest stream that needs no mini sectors: 4,096 bytes


def truncate(source: Path, path: Path) -> None:
    """The first third of a file, as a copy that broke off leaves it."""
    data = source.read_bytes()
    path.write_bytes(data[: len(data) // 3])


def text(path: Path) -> None:
    """A plain text under an Excel name."""
    path.write_text("事務事業の評価は別の様式で提出します。\n", encoding="utf-8")


def encrypted(path: Path) -> None:
    """An OLE container as Excel makes for a password: streams EncryptionInfo and EncryptedPackage.

    Their content is no real ciphertext: no password opens the file.
    """
    names = ("EncryptionInfo", "EncryptedPackage")
    first_stream = 2  # after the allocation table and the directory
    table = [_TABLE, _END]
    for i in range(len(names)):
        start = first_stream + i * _STREAM_SECTORS
        table += [*range(start + 1, start + _STREAM_SECTORS), _END]
    table += [_FREE] * (_SECTOR // 4 - len(table))
    directory = _entry("Root Entry", 5, child=1, start=_END)
    directory += _entry(names[0], 2, right=2, start=first_stream)
    directory += _entry(names[1], 2, start=first_stream + _STREAM_SECTORS)
    directory += _entry("", 0, start=0, size=0)
    streams = bytes(range(256)) * (len(names) * _STREAM_SECTORS * _SECTOR // 256)
    path.write_bytes(_header() + struct.pack(f"<{len(table)}I", *table) + directory + streams)


def foreign(path: Path) -> None:
    """A workbook that is no evaluation sheet: a list of equipment."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"created": datetime.datetime(2018, 5, 31, tzinfo=datetime.UTC)})
    sheet = book.add_worksheet("備品台帳")
    rows = [("番号", "品名", "数量", "購入年度"), (1, "机", 12, 25), (2, "いす", 12, 25), (3, "書庫", 4, 27)]
    for row, line in enumerate(rows):
        sheet.write_row(row, 0, line)
    book.close()


def lock(path: Path) -> None:
    """The lock file that Excel leaves beside an open book: ``~$`` before its name."""
    path.with_name(f"~${path.name}").write_bytes(b"\x06" + "見本 花子".encode("utf-16-le").ljust(164, b"\0"))


def _header() -> bytes:
    head = struct.pack("<8s16sHHHHH6x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6)
    # No directory sectors counted, one table sector; the directory is sector 1; no mini streams, no DIFAT.
    head += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0, 0)
    return head.ljust(_SECTOR, b"\xff")


def _entry(
    name: str, kind: int, *, right: int = _FREE, child: int = _FREE, start: int, size: int | None = None
) -> bytes:
    stored = name.encode("utf-16-le")
    length = len(stored) + 2 if name else 0
    if size is None:
        size = _STREAM_SECTORS * _SECTOR if kind == 2 else 0
    return struct.pack(
        "<64sHBBIII16sI8s8sIQ",
        *(stored, length, kind, 1, _FREE, right, child, b"", 0, b"", b"", start, size),
    )
