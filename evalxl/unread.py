"""What stands in a sheet's cells and gave no value: unknown, which is neither blank nor 0."""

from __future__ import annotations

from collections.abc import Sequence

from workbook.record import Record

CODES = ("F007", "F011", "F012")
"""What the reader says of a cell that holds something which gave no number."""


def unread(record: Record) -> dict[str, str]:
    """The keys of such values, each with the code under which the reader told it."""
    found: dict[str, str] = {}
    issues = [issue for issue in record.issues if issue.code in CODES]
    if not issues:
        return found
    by_cell: dict[str, list[str]] = {}
    for key, cell in record.cells.items():
        by_cell.setdefault(cell, []).append(key)
    for issue in issues:
        cells = (issue.cell or "", *_listed(issue.values.get("cells")))
        keys = [key for cell in cells for key in by_cell.get(cell, ())]
        for key in (*keys, issue.key or ""):
            if key and record.values.get(key) is None:
                found.setdefault(key, issue.code)
    return found


def _listed(cells: object) -> Sequence[str]:
    return cells if isinstance(cells, (list, tuple)) else ()
