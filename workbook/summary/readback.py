"""A summary book read again: its data sheets as rows, for roll-ups and the comparison with the next year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from workbook.errors import Refused

Rows = list[Mapping[str, Any]]
"""A row by the titles of the columns; empty cells are None."""


def read(path: Path | str, sheets: Iterable[str]) -> dict[str, Rows]:
    """The rows of those data sheets that the book has; none of them: it is no summary book.

    Raises `Refused` when the book cannot be opened.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(path)
        there = set(book.sheet_names)
        return {name: _rows(book.get_sheet_by_name(name).to_python()) for name in sheets if name in there}
    except (CalamineError, OSError, ValueError) as error:
        raise Refused("F001", reason="broken", detail=str(error)) from error


def _rows(cells: list[list[Any]]) -> Rows:
    if not cells:
        return []
    titles = [str(title) for title in cells[0]]
    return [
        {title: None if value == "" else value for title, value in zip(titles, row, strict=True)}
        for row in cells[1:]
        if any(value != "" for value in row)
    ]
