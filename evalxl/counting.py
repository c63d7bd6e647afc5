"""Which sheet speaks for a project's year, so that no project-year is added up twice.

A run may hold sheets of several evaluated years. Each sheet carries two past years, its own and a planned
one, so that the sheets of 2017 and 2018 both hold 2016, 2017 and 2018 of the same project. The rule:

* sheets of one project are those with the same key; and, where codes were renumbered between the years, those
  of the same name, department and division, as long as each evaluated year has just one such project; and,
  where a master of projects or of the organisation is given, those that it joins over a reorganisation. Of
  two projects of one year that have the same key, such a master may know better;
* a year of a project counts from the sheet of the latest evaluated year that has any figure in that year's
  column, the whole column (so that sources and totals fit together): settled replaces last year's plan;
* two sheets of the same project and the same evaluated year (a double submission) both count and are told:
  which of them is right only a person can say.

What does not count stays in the tables, marked ``counted = false``, and is told in the summary.
"""

from __future__ import annotations

import dataclasses
import operator
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING

from evalxl import identity
from evalxl.tables import SheetRows
from workbook.notation import fold

if TYPE_CHECKING:
    from evalxl.masters.model import Masters


@dataclasses.dataclass(slots=True, frozen=True)
class Counting:
    """For each sheet, in order: the years that count, and how it stands to others of its project."""

    years: list[frozenset[int]]
    latest: list[bool]
    """The sheet is of its project's latest evaluated year: it speaks for head, judgements and directions."""
    doubles: list[tuple[int, ...]]
    """Other sheets of the same project and evaluated year."""
    renumbered: list[bool]
    """The sheet was joined with another year's by name and section though its codes differ."""
    newest: list[int]
    """Which sheet has the project's newest evaluation; itself where it is of the latest evaluated year."""


def speakers(sheets: Sequence[SheetRows], masters: Masters | None = None) -> Counting:
    """Decide for every sheet which years of it count."""
    from evalxl.masters.model import Masters  # not for processes that only read

    masters = masters or Masters()
    keys = _keys(sheets, masters)
    by_key: dict[str, list[int]] = defaultdict(list)
    for index, (_, family) in enumerate(keys):
        by_key[family].append(index)
    groups, renumbered = _over_the_years(sheets, list(by_key.values()), masters)
    years: list[frozenset[int]] = [frozenset()] * len(sheets)
    latest = [False] * len(sheets)
    doubles: list[tuple[int, ...]] = [()] * len(sheets)
    newest = list(range(len(sheets)))
    for group in groups:
        last = max(sheets[index].fiscal_year for index in group)
        for index, counted in zip(group, _counted([sheets[i] for i in group]), strict=True):
            evaluated = sheets[index].fiscal_year
            years[index] = counted
            latest[index] = evaluated == last
            if evaluated != last:
                newest[index] = next(i for i in group if sheets[i].fiscal_year == last)
            doubles[index] = tuple(
                i
                for i in group
                if i != index and sheets[i].fiscal_year == evaluated and keys[i][0] == keys[index][0]
            )
    joined = [index in renumbered for index in range(len(sheets))]
    return Counting(years, latest, doubles, joined, newest)


def _keys(sheets: Sequence[SheetRows], masters: Masters) -> list[tuple[str, str]]:
    """For each sheet the key of its project, and of the projects that became one another over the years."""
    if not masters.projects:
        return [(sheet.project, sheet.project) for sheet in sheets]
    out = []
    for sheet in sheets:
        project = masters.project_of(identity.of_head(sheet.head), sheet.fiscal_year)
        own = (sheet.project, sheet.project)
        out.append((f"#{project.line}", f"#{masters.family_of_project(project)}") if project else own)
    return out


def _counted(group: Sequence[SheetRows]) -> list[frozenset[int]]:
    """The years that count, for each sheet of one project."""
    if len({sheet.fiscal_year for sheet in group}) == 1:
        return [_years(sheet) for sheet in group]
    speaker: dict[int, int] = {}  # year → evaluated year of the sheets that speak for it
    filled = [frozenset(row[0] for row in sheet.costs if row[4] is not None) for sheet in group]
    for sheet, years in sorted(zip(group, filled, strict=True), key=lambda pair: pair[0].fiscal_year):
        speaker.update(dict.fromkeys(years, sheet.fiscal_year))
    for sheet in sorted(group, key=lambda sheet: -sheet.fiscal_year):
        for year in _years(sheet):
            speaker.setdefault(year, sheet.fiscal_year)
    return [frozenset(y for y in _years(sheet) if speaker[y] == sheet.fiscal_year) for sheet in group]


def _years(sheet: SheetRows) -> frozenset[int]:
    return frozenset(map(operator.itemgetter(0), sheet.costs))


Group = list[int]
"""The sheets of one project, in order."""


def _over_the_years(
    sheets: Sequence[SheetRows], groups: list[Group], masters: Masters
) -> tuple[list[Group], set[int]]:
    """Groups of sheets of one project, and the sheets that only name and section brought together.

    A master that lists a project anew, such as under another section, does not make two of it.
    """
    keyed, _ = _joined(sheets, groups, lambda sheet: sheet.project)
    return _joined(sheets, keyed, lambda sheet: _place(sheet, masters))


def _joined(
    sheets: Sequence[SheetRows], groups: list[Group], key: Callable[[SheetRows], Hashable | None]
) -> tuple[list[Group], set[int]]:
    """The groups, those that share a key as one where no evaluated year is in two; and the sheets that do."""
    home = {index: group for group in groups for index in group}
    by_key: dict[Hashable, list[int]] = defaultdict(list)
    for index in sorted(home):
        if (found := key(sheets[index])) is not None:
            by_key[found].append(index)
    joined: set[int] = set()
    for same in by_key.values():
        apart = _distinct(home[index] for index in same)
        years = [year for group in apart for year in {sheets[index].fiscal_year for index in group}]
        if len(apart) > 1 and len(set(years)) == len(years):
            whole = sorted(index for group in apart for index in group)
            home |= dict.fromkeys(whole, whole)
            joined.update(same)
    return _distinct(home[index] for index in sorted(home)), joined


def _distinct(groups: Iterable[Group]) -> list[Group]:
    """Each group once, by its first sheet."""
    return list({group[0]: group for group in groups}.values())


def _place(sheet: SheetRows, masters: Masters) -> tuple[str, ...] | None:
    """Name and section of a project without an id; None where the name or the section is blank."""
    head = sheet.head
    if head.get("project_id"):
        return None
    parts = tuple(fold(head.get(name) or "") for name in ("project_name", "department", "division"))
    return (parts[0], *masters.family_of((parts[1], parts[2]))) if all(parts) else None
