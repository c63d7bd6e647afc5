"""What may stand in a cell: text as text, figures as figures, links that survive a move of the folder."""

from __future__ import annotations

import re
from decimal import Decimal

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from workbook.summary.model import Link

MAX_TEXT = 32_767
"""Excel's limit for a cell, in UTF-16 units."""
MAX_TARGET = 2_000
_CUT = "…（以下省略）"
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPES = {"%": "%25", " ": "%20", "#": "%23", '"': "%22", "<": "%3c", ">": "%3e", "[": "%5b", "]": "%5d"}
_ESCAPES |= {"^": "%5e", "`": "%60", "{": "%7b", "}": "%7d"}
_TO_ESCAPE = str.maketrans(_ESCAPES)


def digits_of(value: int | Decimal) -> int:
    """How many digits of a figure are significant; Excel holds 15.

    >>> digits_of(8_652_000), digits_of(Decimal("0.10")), digits_of(1234567890123456)
    (4, 1, 16)
    """
    digits = str(abs(value)) if isinstance(value, int) else "".join(map(str, value.as_tuple().digits))
    return len(digits.strip("0"))


def safe_text(text: str) -> str:
    """A text as a cell may hold it: within Excel's limit (a cut is told), without broken characters."""
    if not text.isascii():
        text = _SURROGATE.sub("\ufffd", text)
    if len(text) > MAX_TEXT // 2 and len(text.encode("utf-16-le")) // 2 > MAX_TEXT:
        kept = text.encode("utf-16-le")[: 2 * (MAX_TEXT - len(_CUT))]
        text = kept.decode("utf-16-le", "ignore") + _CUT
    if text.startswith("<r>") and text.endswith("</r>"):
        # XlsxWriter takes such a text for rich text of its own making and would not escape it.
        text += " "
    return text


def address(link: Link) -> str | None:
    """The address as XlsxWriter takes it; None where there is none that Excel would take.

    A path is escaped here: XlsxWriter would take a ``#`` in a file's name for the start of the cell.

    >>> address(Link("A1", "第1部/電算 #2.xlsx", "評価シート!A1"))
    "external:第1部/電算%20%232.xlsx#'評価シート'!A1"
    """
    if not link.target:
        return None
    scheme = "" if "://" in link.target else "external:"
    path = link.target if "://" in link.target else link.target.translate(_TO_ESCAPE)
    place = f"#{quoted(link.cell)}" if link.cell and "!" in link.cell else ""
    whole = scheme + path + place
    return whole if len(whole) <= MAX_TARGET else None


def quoted(cell: str) -> str:
    """``Sheet!A1`` with the sheet's name in quotes, as formulas and links need it.

    >>> quoted("O'Hara!B2")
    "'O''Hara'!B2"
    """
    sheet, _, place = cell.rpartition("!")
    return "'" + sheet.replace("'", "''") + f"'!{place}"


def span(sheet: Worksheet, area: tuple[int, int, int, int], text: str, style: Format) -> None:
    """A text over an area: merged, or plainly written where the area is one cell."""
    if area[:2] == area[2:]:
        sheet.write_string(area[0], area[1], safe_text(text), style)
    else:
        sheet.merge_range(*area, safe_text(text), style)


def sheet_name(text: str, taken: set[str]) -> str:
    """A name that Excel takes for a sheet and no other sheet has; it goes into ``taken``.

    >>> sheet_name("収入/支出", {"収入／支出"})
    '収入／支出（2）'
    """
    base = safe_text(text).translate(_NO_SHEET).strip("'")[:25] or "集計"
    name, number = base, 2
    while name.upper() in {other.upper() for other in taken}:
        name, number = f"{base}（{number}）", number + 1
    taken.add(name)
    return name


_NO_SHEET = str.maketrans("/\\?*:[]", "／＼？＊：［］")
