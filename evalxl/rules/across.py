"""All sheets of a run together, as the rules across files look at them (families X and Y)."""

from __future__ import annotations

import dataclasses
import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from evalxl import identity
from evalxl.identity import Identity
from evalxl.rules.registry import Finding, finding_across, load
from evalxl.settings import Settings

if TYPE_CHECKING:
    from evalxl.counting import Counting
    from evalxl.tables import SheetRows

STRAY = 4
"""An evaluated year with fewer than a fourth of the commonest one's sheets is a slip."""


@dataclasses.dataclass(frozen=True, eq=False)
class Run:
    """The sheets of a run, in order, and how they stand to each other."""

    sheets: Sequence[SheetRows]
    counting: Counting

    @functools.cached_property
    def identities(self) -> list[Identity]:
        """What each sheet's project is recognised by."""
        return [identity.of_head(sheet.head) for sheet in self.sheets]

    @functools.cached_property
    def year(self) -> int | None:
        """The evaluated year that must be complete: the latest that is no slip. None without any sheet."""
        return run_year(sheet.fiscal_year for sheet in self.sheets)


def run_year(years: Iterable[int]) -> int | None:
    """The latest evaluated year that more than a stray sheet is of.

    >>> run_year([2017] * 8 + [2018] * 7), run_year([2017] * 8 + [2028]), run_year([])
    (2018, 2017, None)
    """
    counts = Counter(years)
    most = max(counts.values(), default=0)
    return max((year for year, count in counts.items() if count * STRAY >= most), default=None)


def check_run(run: Run, settings: Settings) -> Iterator[tuple[int | None, Finding]]:
    """The findings across files, by code, each with the number of its sheet (None: of no sheet)."""
    for code, declared in load().items():
        if declared.across is None or not settings.is_on(code):
            continue
        for number, hit in declared.across(run, settings):
            form = None if number is None else run.sheets[number].form
            yield number, finding_across(declared, hit, form, settings)
