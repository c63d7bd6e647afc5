"""What a reader of totals must know of the sheets behind them: the same sentences wherever totals stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from evalxl import texts
from evalxl.tables import SheetRows
from evalxl.texts import Text
from workbook.notation import era_year
from workbook.record import Number

if TYPE_CHECKING:
    from evalxl.counting import Counting

TOTAL = "project_total"
SHOWN = 6
"""So many names stand in a sentence; of the rest the number."""


class Remark(NamedTuple):
    """A sentence in both languages, with the word that stands before it on the first page."""

    head: str
    text: Text

    @property
    def notice(self) -> Text:
        """As it stands on the first page of the summary book, and on the screen."""
        return Text(f"【{self.head}】{self.text.ja}", self.text.en)


def of(sheets: Sequence[SheetRows], count: Counting) -> list[Remark]:
    """All that is to be said of these sheets, of which ``count`` says what counts."""
    return [
        *_doubles(sheets, count),
        *_ended(sheets, count),
        *_split(sheets, count),
        *_namesakes(sheets, count),
        *_unread(sheets, count),
    ]


def _doubles(sheets: Sequence[SheetRows], count: Counting) -> Iterator[Remark]:
    """Double submissions and copies, and how much of the totals is there because of them."""
    doubled = [number for number, others in enumerate(count.doubles) if others]
    if not doubled:
        return
    year = max(sheets[number].fiscal_year for number in doubled)
    again = [n for n in doubled if count.doubles[n][0] < n and year in count.years[n]]
    amount = _sum(_amount(sheets[number], year) for number in again)
    yield _remark(
        "二重提出", texts.DOUBLES, count=len(doubled), amount=f"{amount:,}",
        year=Text(era_year(year), texts.FISCAL_YEAR.en.format(year=year)),
    )  # fmt: skip


def _ended(sheets: Sequence[SheetRows], count: Counting) -> Iterator[Remark]:
    """Plans of projects that ended, which nothing would have replaced."""
    found = [
        (sheets[number], year, amount)
        for number, years in enumerate(count.ended)
        for year in sorted(years)
        if (amount := _amount(sheets[number], year)) is not None
    ]
    names = [
        Text(
            f"{_name(sheet)} {era_year(year)} {amount:,}千円",
            f"{_name(sheet)}, {texts.FISCAL_YEAR.en.format(year=year)}, {amount:,}",
        )
        for sheet, year, amount in found
    ]
    if found:
        yield _remark("終了した事業", texts.ENDED, count=len(names), names=_list(names))


def _split(sheets: Sequence[SheetRows], count: Counting) -> Iterator[Remark]:
    """Projects that were split, and have figures that the sheets of those they became do not state again."""
    found = [
        number
        for number, sheet in enumerate(sheets)
        if not count.latest[count.newest[number]]
        and any(row[4] is not None for row in sheet.costs if row[0] in count.years[number])
    ]
    names = dict.fromkeys(_name(sheets[number]) for number in found)
    if names:
        shown = _list([Text(name, name) for name in names])
        yield _remark("分かれた事業", texts.SPLIT, count=len(names), names=shown)


def _namesakes(sheets: Sequence[SheetRows], count: Counting) -> Iterator[Remark]:
    """What may be one project but is added up as two."""
    pairs = [(sheets[old], sheets[new]) for old, new in count.namesakes]
    names = [
        Text(*(f"{_name(old)}: {_place(old, side)}→{_place(new, side)}" for side in (0, 1)))
        for old, new in pairs
    ]
    if names:
        yield _remark("同じ名前の事業", texts.NAMESAKES, count=len(names), names=_list(names))


def _unread(sheets: Sequence[SheetRows], count: Counting) -> Iterator[Remark]:
    """Figures that no total has, as their cells give none."""
    found = {
        number: lost for number, sheet in enumerate(sheets) if (lost := lost_of(sheet, count.years[number]))
    }
    if not found:
        return
    codes = sorted({code for number, lost in found.items() for code in _codes(sheets[number], lost)})
    names = [Text(*(f"{_name(sheets[n])}: {_rows(sheets[n], lost)}",) * 2) for n, lost in found.items()]
    cells = sum(map(len, found.values()))
    yield _remark(
        "値の分からない金額", texts.UNREAD, count=len(found), cells=cells, names=_list(names),
        codes=Text("・".join(codes), ", ".join(codes)),
    )  # fmt: skip


def lost_of(sheet: SheetRows, years: Iterable[int]) -> list[tuple[str, int]]:
    """Row and year of a sheet's costs that would count in these years, and whose value is unknown."""
    return [cost for cost in sheet.unread if cost[1] in years]


def _codes(sheet: SheetRows, lost: Iterable[tuple[str, int]]) -> set[str]:
    return {sheet.unread[cost] for cost in lost}


def _rows(sheet: SheetRows, lost: Iterable[tuple[str, int]]) -> str:
    """The labels of the rows, in the form's order."""
    rows = {row for row, _ in lost}
    return "・".join(row.label for row in sheet.form.costs.rows if row.name in rows)


def _place(sheet: SheetRows, side: int) -> str:
    """The year and the section of a sheet."""
    year = (era_year(sheet.fiscal_year), texts.FISCAL_YEAR.en.format(year=sheet.fiscal_year))[side]
    return f"{year} {sheet.head.get('department') or ''}{sheet.head.get('division') or ''}"


def _name(sheet: SheetRows) -> str:
    return sheet.head.get("project_name") or sheet.file


def _list(names: Sequence[Text]) -> Text:
    """The first of the names, and how many more there are."""
    more = len(names) - SHOWN
    japanese, english = ("、".join(n.ja for n in names[:SHOWN]), "; ".join(n.en for n in names[:SHOWN]))
    return (
        Text(f"{japanese} ほか{more}件", f"{english} and {more} more")
        if more > 0
        else Text(japanese, english)
    )


def _remark(head: str, text: Text, **values: str | int | Text) -> Remark:
    """The sentence with its values; one that is a text stands in its language."""
    japanese, english = (
        {name: value[side] if isinstance(value, Text) else value for name, value in values.items()}
        for side in (0, 1)
    )
    return Remark(head, Text(text.ja.format(**japanese), text.en.format(**english)))


def _amount(sheet: SheetRows, year: int) -> Number | None:
    return next((row[4] for row in sheet.costs if row[0] == year and row[2] == TOTAL), None)


def _sum(amounts: Iterable[Number | None]) -> Number:
    whole = sum((amount for amount in amounts if amount is not None), Decimal(0))
    return int(whole) if whole == int(whole) else whole
