"""Many small changes of a book in one call: the add-in's own macro does them inside Excel.

Where the macro cannot be reached (the add-in goes by another name), the same steps are done one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from udfs import identity
from udfs.buttons import texts
from udfs.buttons.excel import VISIBLE, Trouble, com_error, is_busy
from workbook.grid import Spot, address

MACRO = f"{identity.FILE}!EvBatch"
_LONGEST = 255
"""Letters of an address that Excel takes."""
_TOP, _WIDE = -4160, 300


class Step(NamedTuple):
    """One change: of a sheet, or of the cells at an address of it; ``what`` is a word of `EvBatch.bas`."""

    sheet: str
    address: str
    what: str
    value: str | float = ""


def perform(xl: Any, book: Any, name: str, steps: Sequence[Step]) -> None:
    """Do the steps in their order in the book of that name. Raises `Trouble` with the first that fails."""
    if not steps:
        return
    try:
        done = xl.Run(MACRO, name, tuple(map(tuple, steps)))
    except com_error() as error:
        if is_busy(error):
            raise
        done = _one_by_one(book, steps)
    if done < 0:
        failed = steps[-int(done) - 1]
        place = f"{failed.sheet}!{failed.address} {failed.what}"
        raise Trouble(texts.REFUSED, detail=place)


def at(cells: Iterable[Spot]) -> Iterator[str]:
    """The addresses of some cells, as many in one as Excel takes."""
    line = ""
    for spot in cells:
        one = address(*spot)
        if line and len(line) + 1 + len(one) > _LONGEST:
            yield line
            line = ""
        line = f"{line},{one}" if line else one
    if line:
        yield line


def _one_by_one(book: Any, steps: Sequence[Step]) -> int:
    for number, step in enumerate(steps, 1):
        try:
            _do(book, step)
        except com_error() as error:
            if is_busy(error):
                raise
            return -number
    return len(steps)


def _do(book: Any, step: Step) -> None:
    if step.what == "name":
        book.Names.Add(step.address, step.value, False)
    elif step.what == "unname":
        book.Names(step.address).Delete()
    elif step.what == "add":
        book.Worksheets.Add(After=book.Worksheets(book.Worksheets.Count)).Name = step.sheet
    elif step.address:
        _format(book.Worksheets(step.sheet).Range(step.address), step.what, step.value)
    else:
        _sheet(book.Worksheets(step.sheet), step.what, step.value)


def _sheet(sheet: Any, what: str, value: str | float) -> None:
    match what:
        case "rename":
            sheet.Name = value
        case "visible":
            sheet.Visible = value
        case "delete":
            sheet.Visible = VISIBLE
            sheet.Delete()
        case "activate":
            sheet.Activate()
        case "clear":
            _clear(sheet)
        case "freeze":
            _freeze(sheet.Parent.Windows(1), int(value))


def _clear(sheet: Any) -> None:
    """Empty a sheet. A filter or a table would let cells be passed over."""
    sheet.AutoFilterMode = False
    while sheet.ListObjects.Count:
        sheet.ListObjects(1).Unlist()
    sheet.Cells.Clear()
    sheet.Cells.EntireRow.Hidden = False


def _freeze(window: Any, rows: int) -> None:
    """Keep the first rows of the sheet in front in sight. Not every view can: then they are not."""
    try:
        if not window.FreezePanes:
            window.Split = False
            window.ScrollRow, window.SplitRow, window.FreezePanes = 1, rows, True
    except com_error() as error:
        if is_busy(error):
            raise


_INTERIOR = {
    "color": "Color", "pattern": "Pattern", "index": "ColorIndex", "theme": "ThemeColor",
    "tint": "TintAndShade",
}  # fmt: skip
_FONT = {"bold": "Bold", "size": "Size", "fontcolor": "Color", "underline": "Underline"}
_RANGE = {"width": "ColumnWidth", "height": "RowHeight", "hidden": "Hidden", "format": "NumberFormat"}


def _format(target: Any, what: str, value: str | float) -> None:
    if what in _INTERIOR:
        setattr(target.Interior, _INTERIOR[what], value)
    elif what in _FONT:
        setattr(target.Font, _FONT[what], value)
    elif what in _RANGE:
        setattr(target, _RANGE[what], value)
    else:
        _note(target, what, value)


def _note(target: Any, what: str, value: str | float) -> None:
    match what:
        case "wrap":
            target.WrapText, target.VerticalAlignment = value, _TOP
        case "note":
            target.AddComment(value)
        case "notetext":
            target.Comment.Text(value)
        case "noteheight":
            target.Comment.Shape.Width, target.Comment.Shape.Height = _WIDE, value
        case "unnote":
            target.ClearComments()
