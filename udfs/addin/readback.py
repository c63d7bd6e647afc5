"""A built add-in taken apart again, and held against what it was built from."""

from __future__ import annotations

import dataclasses
import tempfile
import zipfile
from pathlib import Path

from lxml import etree
from pyopenvba import ExcelFile

from udfs import ribbon
from udfs.addin import texts, vba

_CELLS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


class DiffersError(Exception):
    """The file says something else than what it was built from."""


@dataclasses.dataclass(slots=True, frozen=True)
class Contents:
    """What stands in an add-in's file."""

    modules: dict[str, str]
    """VBA by name, with line ends as in our files."""
    ribbons: dict[str, str]
    texts: list[list[str]]


def contents(data: bytes) -> Contents:
    """Read an add-in's file. Raises `DiffersError` where its VBA project does not hold together."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "addin.xlam"
        path.write_bytes(data)
        with ExcelFile(path) as book:
            if problems := book.validate():
                raise DiffersError("; ".join(problems))
            modules = {name: source.replace("\r\n", "\n") for name, source in book.vba_modules().items()}
        with zipfile.ZipFile(path) as archive:
            ribbons = {name: archive.read(name).decode() for name in ribbon.NAMESPACES}
            table, sheet = (
                etree.fromstring(archive.read(f"xl/{name}.xml"))
                for name in ("sharedStrings", "worksheets/sheet1")
            )
    known = [str(text.findtext(f"{_CELLS}t")) for text in table]
    rows = [
        [known[int(cell.findtext(f"{_CELLS}v") or 0)] for cell in row] for row in sheet.iter(f"{_CELLS}row")
    ]
    return Contents(modules, ribbons, rows)


def verify(data: bytes) -> None:
    """Raise `DiffersError` unless the file holds exactly what was meant."""
    found = contents(data)
    for name, source in vba.modules().items():
        if found.modules.get(name) != source:
            raise DiffersError(f"VBA module {name}")
    if set(found.modules) - set(vba.modules()) != {vba.BOOK, "Sheet1"}:
        raise DiffersError(f"VBA modules {sorted(found.modules)}")
    if not found.modules[vba.BOOK].endswith(vba.book_code()):
        raise DiffersError(f"VBA module {vba.BOOK}")
    for name, namespace in ribbon.NAMESPACES.items():
        if found.ribbons[name] != ribbon.xml(namespace):
            raise DiffersError(name)
    if found.texts != texts.rows():
        raise DiffersError("texts")
