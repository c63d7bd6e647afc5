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
    return list(_doubles(sheets, count))


def _doubles(sheets: Sequence[SheetRows], count: Counting) -> Iterator[Remark]:
    """Double submissions and copies, and how much of the totals is there because of them."""
    doubled = [number for number, others in enumerate(count.doubles) if others]
    if not doubled:
        return
    year = max(sheets[number].fiscal_year for number in doubled)
    again = [n for n in doubled if min(count.doubles[n]) < n and year in count.years[n]]
    amount = _sum(_amount(sheets[number], year) for number in again)
    yield _remark(
        "二重提出", texts.DOUBLES, count=len(doubled), amount=f"{amount:,}",
        year=Text(era_year(year), texts.FISCAL_YEAR.en.format(year=year)),
    )  # fmt: skip


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
