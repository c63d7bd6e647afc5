"""What people write instead, as one process each: ``python -m benchmarks.peers NAME FOLDER``."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path


def pandas_loop(folder: Path) -> None:
    """The usual loop: every sheet of every book into a frame."""
    import pandas

    for path in sorted(folder.glob("*.xlsx")):
        pandas.read_excel(path, engine="openpyxl", sheet_name=None, header=None)


def openpyxl_books(folder: Path) -> None:
    """Every book with its merged blocks."""
    import openpyxl

    for path in sorted(folder.glob("*.xlsx")):
        openpyxl.load_workbook(path)


def calamine_bare(folder: Path) -> None:
    """Values and merged blocks of every sheet, and nothing done with them."""
    import python_calamine

    for path in sorted(folder.glob("*.xlsx")):
        book = python_calamine.CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            sheet.to_python()
            _ = sheet.merged_cell_ranges


def inflate(folder: Path) -> None:
    """Every part of every book unpacked: no reader can be faster."""
    for path in sorted(folder.glob("*.xlsx")):
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                package.read(name)


def evalxl_read(folder: Path) -> None:
    """evalxl: all fields and all rules, in one process, nothing written."""
    from evalxl.rules import registry
    from evalxl.settings import Settings
    from workbook.read import read_file

    settings = Settings()
    for path in sorted(folder.glob("*.xlsx")):
        for record in read_file(path).records:
            registry.check(record, settings)


PEERS = {
    "pandas": pandas_loop,
    "openpyxl": openpyxl_books,
    "calamine": calamine_bare,
    "inflate": inflate,
    "evalxl": evalxl_read,
}

if __name__ == "__main__":
    PEERS[sys.argv[1]](Path(sys.argv[2]))
