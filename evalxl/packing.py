"""The rows of a file as bytes, and back: what the store keeps.

Plain data and nothing that could run; a checksum tells damage. What depends on where the file stands (its
name, its path) is put in anew, as the file may have been moved.
"""

from __future__ import annotations

import dataclasses
import zlib
from decimal import Decimal
from typing import Any, get_type_hints

import msgspec

from evalxl import interruption
from evalxl.paths import Source
from evalxl.tables import FileRows, SheetRows, placed_key
from workbook import form as forms
from workbook.form import Form


class DamagedError(Exception):
    """Bytes that are not what `packed` made."""


def _like(kind: type, **other: Any) -> Any:
    """A compact double of a dataclass, with other types for some fields."""
    hints = get_type_hints(kind) | other
    return msgspec.defstruct(
        f"Packed{kind.__name__}", [(f.name, hints[f.name]) for f in dataclasses.fields(kind)], array_like=True
    )


_SHEET = _like(SheetRows, form=str)  # by its name
_FILE = _like(FileRows, sheets=list[_SHEET])  # type: ignore[valid-type]
_DECIMAL = 1
"""The mark of a decimal where anything may stand: without it, it would come back as a text."""


def _marked(code: int, data: memoryview) -> Any:
    if code == _DECIMAL:
        return Decimal(str(data, "ascii"))
    raise DamagedError(f"mark {code}")


_encode = msgspec.msgpack.Encoder().encode
with interruption.put_off():  # it crashes the program when Ctrl+C reaches it while it looks at the types
    _decode = msgspec.msgpack.Decoder(_FILE, ext_hook=_marked).decode
_CHECKSUM = 4


def packed(rows: FileRows) -> bytes:
    """The rows of a file, some 3 KB for a sheet."""
    data = zlib.compress(_encoded(rows, file="", path="", sha256=""), 1)
    return zlib.crc32(data).to_bytes(_CHECKSUM, "big") + data


def whole(rows: FileRows) -> bytes:
    """All that the rows of a file say, where it stands and by what name, too: for a hash."""
    return _encoded(rows)


def _encoded(rows: FileRows, **instead: Any) -> bytes:
    fields = _values(rows) | {"seconds": 0.0, "sheets": list(map(_packed, rows.sheets))} | instead
    return _encode(_FILE(**fields))


def _packed(sheet: SheetRows) -> Any:
    head = {
        name: msgspec.msgpack.Ext(_DECIMAL, str(value).encode()) if isinstance(value, Decimal) else value
        for name, value in sheet.head.items()
    }
    fields = _values(sheet) | {"file": "", "form": sheet.form.id, "head": head}
    if sheet.project == placed_key(sheet.file, sheet.sheet):
        fields["project"] = ""  # a sheet known by its place only
    return _SHEET(**fields)


def _values(of: Any) -> dict[str, Any]:
    return {name: getattr(of, name) for name in of.__slots__}


def unpacked(data: bytes, sha256: str, source: Source, form: Form | None = None) -> FileRows:
    """The rows as `packed` was given them, of the file where it stands now.

    ``form`` is the one that the run was given; None: those that are known. Raises `DamagedError`.
    """
    try:
        if zlib.crc32(data[_CHECKSUM:]) != int.from_bytes(data[:_CHECKSUM], "big"):
            raise DamagedError("checksum")
        found = _decode(zlib.decompress(data[_CHECKSUM:]))
        known = {form.id: form} if form else {name: forms.get(name) for name in forms.ids()}
        sheets = [_unpacked(sheet, source.file, known[sheet.form]) for sheet in found.sheets]
    except (zlib.error, msgspec.MsgspecError, KeyError) as error:
        raise DamagedError(str(error)) from error
    place = {"file": source.file, "path": source.address, "sha256": sha256}
    return FileRows(**_fields(found) | place | {"sheets": sheets})


def _unpacked(found: Any, file: str, form: Form) -> SheetRows:
    fields = _fields(found) | {"file": file, "form": form}
    fields["project"] = found.project or placed_key(file, found.sheet)
    return SheetRows(**fields)


def _fields(found: Any) -> dict[str, Any]:
    return {name: getattr(found, name) for name in found.__struct_fields__}
