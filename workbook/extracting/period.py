"""Start and end year, which stand in brackets behind a box: in its cell, or in cells of their own."""

from __future__ import annotations

import datetime
import re

from msgspec import Struct

from workbook import notation
from workbook.extracting.draft import Draft
from workbook.extracting.page import FormPage, Found
from workbook.form import Choice
from workbook.grid import Rect
from workbook.locating import BoxPlace
from workbook.notation import CellValue, fold, read_tick, resolve_end, resolve_start, tidy

_PERIOD = re.compile(rf"(?:[()\d元年度月日./~\-]|{notation.ERA}|から|まで)+")
_NUMBER = re.compile(r"\d|元")
_YEAR = re.compile(
    rf"(?P<era>{notation.ERA})?\.?(?P<number>\d{{4}}|\d{{1,2}}|元)(?:\((?:\d{{1,2}}|元)\))?"
    r"(?:(?:[./]|年)(?P<month>[1-9]|1[0-2])(?=[./月年]|$))?"
)


class Behind(Struct, frozen=True):
    """What is written behind a box, folded, and where; blank when it has no year. ``unread``: H16頃."""

    text: str = ""
    cell: str = ""
    unread: str = ""


def read_period(draft: Draft, pages: list[FormPage], choice: Choice) -> None:
    """The years behind the box that is ticked, or behind the only one that has any."""
    if not choice.has_years:
        return
    ticked = draft.values.get(choice.name)
    options = {o.value: o for o in choice.options if o.years}
    behind = {value: _behind(draft, pages, choice.name, value) for value in options}
    if isinstance(ticked, tuple) and ticked:
        chosen = [value for value in options if value in ticked]
    else:
        chosen = [value for value in options if behind[value].text]
    start = end = None
    cell = draft.cells.get(choice.name, "")
    if len(chosen) == 1:
        written = behind[chosen[0]]
        cell = written.cell or cell
        is_range = options[chosen[0]].years == "range"
        start, end = _years(written.text, is_range, draft.fiscal_year)
        if written.unread:
            draft.note("F012", f"{choice.name}.start_year", cell, found=written.unread, expected="年度")
    for name, year in (("start_year", start), ("end_year", end)):
        draft.values[f"{choice.name}.{name}"] = year
        draft.cells[f"{choice.name}.{name}"] = cell


def _behind(draft: Draft, pages: list[FormPage], group: str, value: str) -> Behind:
    for page in pages:
        for place in page.layout.groups:
            for box in place.boxes:
                if place.key == group and box.value == value:
                    return _written(draft, page, box)
    return Behind()


def _written(draft: Draft, page: FormPage, box: BoxPlace) -> Behind:
    parts = draft.words.option_parts(str(page.grid.cells[box.spot]))
    own = parts[box.index].behind
    last = box.index == len(parts) - 1
    found = page.found(box.right) if last else []
    if last and not found and not own:
        found = _beneath(page, box)
    typed = [(spot, value) for spot, value in found if read_tick(value) is None]
    folded = [_folded(value) for _, value in typed]
    beside = [text for text in folded if _PERIOD.fullmatch(text)]
    text = own + "".join(beside)
    if _NUMBER.search(text):
        return Behind(text, page.place(found[0][0] if beside and not own else box.spot))
    for (spot, value), said in zip(typed, folded, strict=True):
        if _NUMBER.search(said):
            return Behind("", page.place(spot), str(value).strip())
    return Behind("", page.place(box.spot))


def _beneath(page: FormPage, box: BoxPlace) -> Found:
    """What stands in the row right beneath a box, where no label does."""
    block = page.block(box.spot)
    row, right = block.bottom + 1, max(block.right, box.right.rect.right)
    found = page.grid.within(Rect(row, block.left, row, right))
    return [] if any(spot in page.layout.labels for spot, _ in found) else found


def _folded(value: CellValue) -> str:
    if isinstance(value, datetime.date):
        return f"{value.year}.{value.month}"
    return fold(tidy(value) or "")


def _years(text: str, is_range: bool, fiscal_year: int) -> tuple[int | None, int | None]:
    """The fiscal years from which and to which something is done: 16年度~, H16.4.1~, 26年度~32年度."""
    parts = re.split(r"[~\-]|から", text, maxsplit=1)
    first = _YEAR.search(parts[0])
    start = _fiscal(first, resolve_start(_year(first), fiscal_year)) if first else None
    if not is_range or len(parts) < 2:
        return start, None
    last = _YEAR.search(parts[1])
    return start, _fiscal(last, resolve_end(_year(last), start, fiscal_year)) if last else None


def _year(written: re.Match[str]) -> str:
    return (written["era"] or "") + written["number"]


def _fiscal(written: re.Match[str], year: int | None) -> int | None:
    if year is None or written["month"] is None:
        return year
    return notation.fiscal_year_of(datetime.date(year, int(written["month"]), 1))
