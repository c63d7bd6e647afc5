"""Which sheet speaks for a project's year, so that no project-year is added up twice.

A run may hold sheets of several evaluated years. Each sheet carries two past years, its own and a planned
one, so that the sheets of 2017 and 2018 both hold 2016, 2017 and 2018 of the same project. The rule:

* sheets of one project are those with the same key; and, where codes were renumbered between the years, those
  of the same name, department and division, as long as each evaluated year has just one such project; and,
  where a master of projects or of the organisation is given, those that it joins over a reorganisation. Of
  two projects of one year that have the same key, such a master may know better;
* a year of a project counts from the sheet of the latest evaluated year that has any figure in that year's
  column, the whole column (so that sources and totals fit together): settled replaces last year's plan;
* what was planned for a year in which the master has the project no more does not count once sheets of that
  year are there: nothing would ever replace it;
* two sheets of the same project and the same evaluated year (a double submission) both count and are told:
  which of them is right only a person can say.

What does not count stays in the tables, marked ``counted = false``, and is told in the summary.
"""

from __future__ import annotations

import dataclasses
import itertools
import operator
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING

from evalxl import identity
from evalxl.rules.across import run_year
from evalxl.tables import SheetRows
from workbook.notation import fold

if TYPE_CHECKING:
    from evalxl.masters.model import Masters, Project

Group = list[int]
"""The sheets of one project, in order."""


@dataclasses.dataclass(slots=True, frozen=True)
class Counting:
    """For each sheet, in order: the years that count, and how it stands to others of its project."""

    years: list[frozenset[int]]
    latest: list[bool]
    """The sheet is of its project's latest evaluated year: it speaks for head, judgements and directions."""
    doubles: list[tuple[int, ...]]
    """The sheets of the same project and evaluated year, this one among them; empty where it is the only one.

    One tuple for all of them, as there may be thousands of copies.
    """
    renumbered: list[bool]
    """The sheet was joined with another year's by name and section though its codes differ."""
    newest: list[int]
    """Which sheet has the project's newest evaluation; itself where it is of the latest evaluated year.

    Where a project was split nothing says how its figures were: its newest sheet is one of its own."""
    ended: list[frozenset[int]]
    """Years that the sheet plans for and that do not count: by the master the project ended before them."""
    namesakes: list[tuple[int, int]]
    """An earlier sheet and a later one of the same name, of what was not taken for one project: nothing but
    the name says that they are, and no year has both."""


def speakers(sheets: Sequence[SheetRows], masters: Masters | None = None) -> Counting:
    """Decide for every sheet which years of it count."""
    from evalxl.masters.model import Masters  # not for processes that only read

    masters = masters or Masters()
    listed = _listed(sheets, masters)
    keys = [
        f"#{project.line}" if project else sheet.project
        for project, sheet in zip(listed, sheets, strict=True)
    ]
    groups, renumbered = _over_the_years(sheets, _families(sheets, listed, masters), masters)
    years: list[frozenset[int]] = [frozenset()] * len(sheets)
    latest = [False] * len(sheets)
    newest = list(range(len(sheets)))
    ended = _ended(sheets, listed, masters)
    for group in groups:
        last = max(sheets[index].fiscal_year for index in group)
        newest_of = _newest(group, sheets, listed, masters)
        for index, counted in zip(group, _counted([sheets[i] for i in group]), strict=True):
            evaluated = sheets[index].fiscal_year
            ended[index] &= counted
            years[index] = counted - ended[index]
            latest[index] = evaluated == last
            newest[index] = index if evaluated == last else newest_of[index]
    joined = [index in renumbered for index in range(len(sheets))]
    doubles = _doubles(sheets, keys)
    return Counting(years, latest, doubles, joined, newest, ended, _namesakes(sheets, groups))


def _doubles(sheets: Sequence[SheetRows], keys: Sequence[str]) -> list[tuple[int, ...]]:
    groups: dict[tuple[str, int], list[int]] = defaultdict(list)
    for index, (sheet, key) in enumerate(zip(sheets, keys, strict=True)):
        groups[key, sheet.fiscal_year].append(index)
    out: list[tuple[int, ...]] = [()] * len(sheets)
    for same in map(tuple, groups.values()):
        for index in same if len(same) > 1 else ():
            out[index] = same
    return out


def _listed(sheets: Sequence[SheetRows], masters: Masters) -> list[Project | None]:
    """The master's project of each sheet."""
    if not masters.projects:
        return [None] * len(sheets)
    return [masters.project_of(identity.of_head(sheet.head), sheet.fiscal_year) for sheet in sheets]


def _families(sheets: Sequence[SheetRows], listed: Sequence[Project | None], masters: Masters) -> list[Group]:
    """The sheets of one key, and those of projects that by the master became one another over the years."""
    by_key: dict[str, Group] = defaultdict(list)
    for index, (sheet, project) in enumerate(zip(sheets, listed, strict=True)):
        by_key[f"#{masters.family_of_project(project)}" if project else sheet.project].append(index)
    return list(by_key.values())


def _ended(
    sheets: Sequence[SheetRows], listed: Sequence[Project | None], masters: Masters
) -> list[frozenset[int]]:
    """For each sheet the years that others have settled, and before which its own project ended."""
    run = run_year(sheet.fiscal_year for sheet in sheets) or 0
    return [
        frozenset(
            year
            for year in range(sheet.fiscal_year + 1, run + 1)
            if project is not None and masters.ended(project, year)
        )
        for sheet, project in zip(sheets, listed, strict=True)
    ]


def _newest(
    group: Group, sheets: Sequence[SheetRows], listed: Sequence[Project | None], masters: Masters
) -> dict[int, int]:
    """For each sheet the one with its project's newest evaluation; of several, such as copies, the first."""
    split = any(len(project.successors) > 1 for index in group if (project := listed[index]))
    found: dict[Hashable, int] = {}
    ends = {index: _ends(sheets[index], listed[index], masters) if split else None for index in group}
    for index in sorted(group, key=lambda index: -sheets[index].fiscal_year):  # stable
        found.setdefault(ends[index], index)
    return {index: found[ends[index]] for index in group}


def _ends(sheet: SheetRows, project: Project | None, masters: Masters) -> frozenset[str]:
    """What a sheet's project became in the end, by name: several where it was split."""
    if project is None:
        return frozenset({fold(sheet.head.get("project_name") or "")})
    return frozenset(fold(end.name) for end in masters.ends_of(project))


def _namesakes(sheets: Sequence[SheetRows], groups: Sequence[Group]) -> list[tuple[int, int]]:
    """See `Counting.namesakes`: of each two projects the last sheet of the one, the first of the other."""
    by_name: dict[str, list[Group]] = defaultdict(list)
    for group in groups:
        ordered = sorted(group, key=lambda index: sheets[index].fiscal_year)
        for name in dict.fromkeys(fold(sheets[index].head.get("project_name") or "") for index in ordered):
            by_name[name].append(ordered)
    return sorted(
        (old[-1], new[0])
        for name, same in by_name.items()
        if name
        for old, new in itertools.permutations(same, 2)
        if sheets[old[-1]].fiscal_year < sheets[new[0]].fiscal_year
        and not (sheets[old[-1]].head.get("project_id") and sheets[new[0]].head.get("project_id"))
    )


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
