"""The summary book's package: its parts are packed as they are written.

XlsxWriter writes each part into a temporary file and packs them all at the end: fifty files that are written,
read and removed again. The few private names that this leans on are in this file and in `datasheet`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedWriter, StringIO, TextIOWrapper
from types import ModuleType
from typing import Any, BinaryIO, Literal
from zipfile import ZipFile

import xlsxwriter.packager
import xlsxwriter.workbook
from xlsxwriter import Workbook
from xlsxwriter.packager import Packager
from xlsxwriter.relationships import Relationships
from xlsxwriter.sharedstrings import SharedStrings

from workbook import deflate

_BUFFER = 1 << 17
_MARKED = re.compile("[\x00-\x08\x0b-\x1f&<>_\ufffe\uffff]")
"""What a text may hold that XML, or Excel in it, has other words for."""


class Book(Workbook):  # type: ignore[misc]
    """A workbook without temporary files for its parts, packed as quickly as Excel's own are."""

    def _store_workbook(self) -> None:
        with (
            _instead(xlsxwriter.workbook, ZipFile=self._opened),
            _instead(xlsxwriter.packager, SharedStrings=_Strings, Relationships=_Relations),
            deflate.packing_quickly(),
        ):
            super()._store_workbook()

    def _opened(self, file: str, mode: Literal["w"], **options: Any) -> ZipFile:
        self._package: ZipFile = ZipFile(file, mode, **options, compresslevel=deflate.LEVEL)
        return self._package

    def _get_packager(self) -> Packager:
        return _Packager(self._package)


@contextmanager
def _instead(module: ModuleType, **names: Any) -> Iterator[None]:
    """Others in the place of a module's own names in this block: XlsxWriter has no options for these."""
    kept = {name: getattr(module, name) for name in names}
    vars(module).update(names)
    try:
        yield
    finally:
        vars(module).update(kept)


class _Packager(Packager):  # type: ignore[misc]
    """Puts each part into the package when the next one begins."""

    def __init__(self, package: ZipFile) -> None:
        super().__init__()
        self._package = package
        self._part: _Part | None = None

    def _filename(self, xml_filename: str) -> _Part:
        self._finish()
        self._part = _Part(self._package, xml_filename)
        return self._part

    def _finish(self) -> None:
        if self._part is not None:
            self._part.close()

    def _create_package(self) -> list[Any]:
        try:
            return list(super()._create_package())
        finally:
            self._finish()


class _Part(StringIO):
    """What XlsxWriter takes for a text in memory."""

    def __init__(self, package: ZipFile, name: str) -> None:
        super().__init__()
        member: Any = package.open(name, "w")
        self._text = TextIOWrapper(BufferedWriter(member, _BUFFER), encoding="utf-8", newline="")
        self.write = self._text.write  # type: ignore[method-assign]
        self.flush = self._text.flush  # type: ignore[method-assign]

    @property
    def buffer(self) -> BinaryIO:
        """Where its bytes go."""
        return self._text.buffer

    def close(self) -> None:
        self._text.close()
        super().close()


class _Strings(SharedStrings):  # type: ignore[misc]
    """The texts of the book; most of them go out as they are."""

    def _write_si(self, string: str) -> None:
        if _MARKED.search(string) or string != string.strip():
            super()._write_si(string)
        else:
            self.fh.write(f"<si><t>{string}</t></si>")


class _Relations(Relationships):  # type: ignore[misc]
    """Relations of a part: a data sheet has one for each file that it leads to."""

    def _write_relationship(self, relationship: tuple[str, str, str | None]) -> None:
        kind, target, mode = relationship
        if mode is None:
            super()._write_relationship(relationship)
            return
        target = self._escape_attributes(target)
        self.fh.write(
            f'<Relationship Id="rId{self.id}" Type="{kind}" Target="{target}" TargetMode="{mode}"/>'
        )
        self.id += 1
