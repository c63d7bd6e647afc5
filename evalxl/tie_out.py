"""突合: the sheets' 事業費計 against the accounting system's figures, 予算科目 by 予算科目.

One 科目 may be split over several projects, and one project may have several 科目: what hangs together is
compared together. The accounts are in yen, the sheets in 千円; each project may be off by its rounding.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from evalxl.budget import BudgetLine, lines_of
from evalxl.counting import Counting
from evalxl.identity import Budget
from evalxl.tables import SheetRows

if TYPE_CHECKING:
    from evalxl.masters.model import Account, Masters

Verdict = Literal["equal", "rounding", "differs", "no_sheet", "no_account", "unclear", "blank"]


@dataclasses.dataclass(slots=True)
class Group:
    """Accounts and sheets that hang together, of one fiscal year."""

    fiscal_year: int
    accounts: list[Account]
    sheets: list[int]
    """Numbers of the sheets in the run; of several copies of one project only the first."""
    lines: list[BudgetLine]
    """What the sheets write as their 予算科目."""
    amounts: list[Decimal | None]
    """事業費計 of each sheet, in 千円; None where it is blank."""
    tolerance: Decimal
    """千円 that rounding may explain."""
    copies: bool = False
    """Some project was submitted more than once."""
    unclear: bool = False
    """The codes of a sheet do not fit together."""

    @property
    def settled(self) -> Decimal | None:
        """The accounts' amount in 千円, exact to the yen; None where one is blank."""
        if any(account.settled_yen is None for account in self.accounts) or not self.accounts:
            return None
        return sum((Decimal(a.settled_yen or 0) for a in self.accounts), Decimal(0)) / 1000

    @property
    def stated(self) -> Decimal | None:
        """The sheets' amount in 千円; None without any sheet that has one."""
        found = [amount for amount in self.amounts if amount is not None]
        return sum(found, Decimal(0)) if found else None

    @property
    def difference(self) -> Decimal | None:
        """The sheets less the accounts, in 千円."""
        if self.settled is None or self.stated is None:
            return None
        return self.stated - self.settled

    @property
    def verdict(self) -> Verdict:
        """How they stand to each other."""
        if self.unclear:
            return "unclear"
        if not self.accounts:
            return "no_account"
        if not self.sheets:
            return "no_sheet"
        if self.difference is None:
            return "blank"
        if self.difference == 0:
            return "equal"
        return "rounding" if abs(self.difference) <= self.tolerance else "differs"


def groups(
    sheets: Sequence[SheetRows], counting: Counting, masters: Masters, tolerance: Decimal
) -> list[Group]:
    """All accounts and sheets of the evaluated years that the accounts are there for.

    ``tolerance`` is in 千円 a project. A year without accounts is left out: `missing_years` tells it.
    """
    out: list[Group] = []
    for year in sorted({sheet.fiscal_year for sheet in sheets} & set(masters.account_years)):
        out += _Year(year, sheets, counting, masters).groups(tolerance)
    return out


def missing_years(sheets: Iterable[SheetRows], masters: Masters) -> list[int]:
    """Evaluated years for which there are no accounts, though there are some of other years."""
    years = {sheet.fiscal_year for sheet in sheets}
    return sorted(years - set(masters.account_years)) if masters.account_years else []


class _Year:
    """The accounts and the sheets of one evaluated year, joined by their codes."""

    def __init__(self, year: int, sheets: Sequence[SheetRows], counting: Counting, masters: Masters) -> None:
        self.year, self.sheets = year, sheets
        self.masters = masters
        self.parent: dict[object, object] = {}
        self.copies: set[int] = set()
        self.numbers: list[int] = []
        for number, sheet in enumerate(sheets):
            if sheet.fiscal_year == year:
                first = counting.doubles[number][:1] in ((), (number,))
                (self.numbers.append if first else self.copies.add)(number)
        self.doubled = {n for n in self.numbers if counting.doubles[n]}
        self.lines = {n: lines_of(_text_of(sheets[n]), "budget_") for n in self.numbers}

    def groups(self, tolerance: Decimal) -> Iterator[Group]:
        accounts = {account.key: account for account in self.masters.accounts_of(self.year)}
        for number, lines in self.lines.items():
            for line in lines or []:
                account = self.masters.account_of(line.key, self.year) if line.key else None
                self._join(number, account.key if account else ("?", *line.key) if line.key else number)
        members: dict[object, tuple[list[Account], list[int]]] = defaultdict(lambda: ([], []))
        for key, account in sorted(accounts.items()):
            members[self._root(key)][0].append(account)
        for number in self.numbers:
            members[self._root(number)][1].append(number)
        for found, numbers in members.values():
            yield self._group(found, numbers, tolerance)

    def _group(self, accounts: list[Account], numbers: list[int], tolerance: Decimal) -> Group:
        lines = [line for number in numbers for line in self.lines[number] or []]
        return Group(
            self.year, accounts, numbers, lines,
            [_amount(self.sheets[number]) for number in numbers],
            tolerance * len(numbers),
            copies=not self.doubled.isdisjoint(numbers),
            unclear=any(self.lines[number] is None for number in numbers),
        )  # fmt: skip

    def _root(self, item: object) -> object:
        while item in self.parent:
            item = self.parent[item]
        return item

    def _join(self, a: object, b: object) -> None:
        a, b = self._root(a), self._root(b)
        if a != b:
            self.parent[a] = b


def _text_of(sheet: SheetRows) -> Callable[[str], str]:
    return lambda name: str(sheet.head.get(name) or "")


def _amount(sheet: SheetRows) -> Decimal | None:
    """事業費計 of the evaluated year in 千円."""
    amount = sheet.sums.get(("project_total", sheet.fiscal_year))
    return None if amount is None else Decimal(amount)


def shown(key: Budget | tuple[str, ...]) -> str:
    """The codes of a 予算科目 for people."""
    return "-".join(code for code in key if code)
