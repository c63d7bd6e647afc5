"""The summary book's package: its parts are packed as they are written.

XlsxWriter writes each part into a temporary file and packs them all at the end: fifty files that are written,
read and removed again. The few private names that this leans on are in this file alone.
"""

from __future__ import annotations

from io import BufferedWriter, StringIO, TextIOWrapper
from typing import Any, BinaryIO, Literal
from zipfile import ZipFile

import xlsxwriter.workbook
from xlsxwriter import Workbook
from xlsxwriter.packager import Packager

from workbook import deflate

_BUFFER = 1 << 17


class Book(Workbook):  # type: ignore[misc]
    """A workbook without temporary files for its parts, packed as quickly as Excel's own are."""

    def _store_workbook(self) -> None:
        usual = xlsxwriter.workbook.ZipFile
        xlsxwriter.workbook.ZipFile = self._opened  # XlsxWriter has no option for that
        try:
            with deflate.packing_quickly():
                super()._store_workbook()
        finally:
            xlsxwriter.workbook.ZipFile = usual

    def _opened(self, file: str, mode: Literal["w"], **options: Any) -> ZipFile:
        self._package: ZipFile = ZipFile(file, mode, **options, compresslevel=deflate.LEVEL)
        return self._package

    def _get_packager(self) -> Packager:
        return _Packager(self._package)


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
