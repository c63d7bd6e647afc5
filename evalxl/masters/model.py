"""What the masters say: who must submit, the city's plan, its organisation over the years, its accounts."""

from __future__ import annotations

import dataclasses
import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from evalxl.identity import Budget, Identity, Index, Section, code_key, of_values, section_key
from evalxl.masters.values import Repair
from workbook.notation import fold


class Lasting(Struct, frozen=True):
    """What holds from one fiscal year to another; None where open."""

    from_year: int | None
    to_year: int | None

    def holds(self, year: int) -> bool:
        """Whether it holds in that fiscal year."""
        return (self.from_year or year) <= year <= (self.to_year or year)


class Project(Struct, frozen=True):
    """A line of projects.csv: a project, who runs it, and who is to be called."""

    line: int
    id: str
    name: str
    department: str
    division: str
    codes: Mapping[str, str]
    """policy, measure, basic_program, account … minor → code; empty where not told."""
    contact: str
    lasting: Lasting
    successors: tuple[int, ...] = ()
    """Lines of the projects that go on with it."""

    @property
    def identity(self) -> Identity:
        """What it is recognised by."""
        names = {"project_id": self.id, "project_name": self.name, "department": self.department}
        names |= {"division": self.division, **self.codes}
        return of_values(lambda name: names.get(name, ""), "", "measure")


class Aim(Struct, frozen=True):
    """A line of policies.csv: ``level`` is one of `identity.LEVELS`, ``parent`` a code of the level above."""

    line: int
    level: str
    code: str
    parent: str
    name: str
    lasting: Lasting


class Unit(Struct, frozen=True):
    """A line of organization.csv: a section (or a group in it) and who goes on with its work."""

    line: int
    department: str
    division: str
    group: str
    lasting: Lasting
    successors: tuple[int, ...] = ()
    """Lines of the sections that go on with it."""

    @property
    def key(self) -> Section:
        """部 and 課, folded."""
        return section_key(self.department, self.division)


class Account(Struct, frozen=True):
    """A line of accounts.csv: a 予算科目 of one year with its amounts in yen; None where blank."""

    line: int
    fiscal_year: int
    codes: tuple[str, ...]
    """会計 … 中事業 as printed; the lower ones may be empty."""
    name: str
    settled_yen: int | Decimal | None
    budget_yen: int | Decimal | None

    @property
    def key(self) -> Budget:
        """The codes that are told, for comparison."""
        return tuple(code_key(code) for code in self.codes if code)


class Change(Struct, frozen=True):
    """A line of the mapping over the years: what (a section or a project) became what."""

    kind: str
    """``section`` or ``project``."""
    before: str
    after: str
    year: int | None
    """The first year of the new."""
    how: str
    """``renamed`` 1→1, ``split`` 1→n, ``merged`` n→1, ``regrouped`` n→n."""


@dataclasses.dataclass(frozen=True, eq=False)
class Masters:
    """All masters of a run; a list is empty where its file is not there."""

    projects: Sequence[Project] = ()
    aims: Sequence[Aim] = ()
    units: Sequence[Unit] = ()
    accounts: Sequence[Account] = ()
    rates: Mapping[int, int | Decimal] = dataclasses.field(default_factory=dict)
    repairs: Sequence[Repair] = ()
    """Codes that got back the leading zeros that Excel takes away."""
    unused: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)
    """File → headings of columns that are not used: a note, or a heading written in other words."""
    digest: str = ""
    """Of the files' bytes: two runs with the same digest had the same masters."""

    # ---- projects ------------------------------------------------------------------------------------------

    @functools.cached_property
    def _by_year(self) -> dict[int, Index[Project]]:
        return {}

    def _index(self, year: int) -> Index[Project]:
        if year not in self._by_year:
            lasting = [project for project in self.projects if project.lasting.holds(year)]
            self._by_year[year] = Index((project.identity, project) for project in lasting)
        return self._by_year[year]

    def project_of(self, identity: Identity, year: int) -> Project | None:
        """The master's project that a sheet of that evaluated year is about; None where there is none."""
        return self._index(year).find(identity, self.names_of(identity.section))

    def due(self, year: int) -> list[Project]:
        """The projects that must have a sheet of that evaluated year."""
        return [project for project in self.projects if project.lasting.holds(year)]

    @functools.cached_property
    def _families(self) -> dict[int, int]:
        found = {project.line: project.line for project in self.projects}
        for project in self.projects:
            for line in project.successors:
                one, other = sorted((found[project.line], found[line]))
                found = {key: one if value == other else value for key, value in found.items()}
        return found

    def family_of_project(self, project: Project) -> int:
        """One number for all projects that became one another over the years."""
        return self._families[project.line]

    def ends_of(self, project: Project) -> list[Project]:
        """The projects that it has become in the end; itself where nothing goes on with it."""
        found, seen, waiting = [], set[int](), [project.line]
        while waiting:
            line = waiting.pop()
            if line not in seen:
                seen.add(line)
                after = self._projects_by_line[line].successors
                waiting += after
                found += [] if after else [line]
        return [self._projects_by_line[line] for line in sorted(found)]

    @functools.cached_property
    def _projects_by_line(self) -> dict[int, Project]:
        return {project.line: project for project in self.projects}

    def ended(self, project: Project, year: int) -> bool:
        """Whether a project was no more in ``year``: nothing goes on with it, under its name or another."""
        last = project.lasting.to_year
        if last is None or last >= year or project.successors:
            return False
        goes_on = project.identity.name in self._names_due(year) or self.project_of(project.identity, year)
        return not goes_on

    @functools.cached_property
    def _due_names(self) -> dict[int, frozenset[str]]:
        return {}

    def _names_due(self, year: int) -> frozenset[str]:
        if year not in self._due_names:
            self._due_names[year] = frozenset(project.identity.name for project in self.due(year))
        return self._due_names[year]

    # ---- organisation --------------------------------------------------------------------------------------

    @functools.cached_property
    def _units_by_line(self) -> dict[int, Unit]:
        return {unit.line: unit for unit in self.units}

    @functools.cached_property
    def _kin(self) -> dict[Section, set[Section]]:
        """Section → what it was before and became after, all along the line."""
        after: dict[Section, set[Section]] = defaultdict(set)
        for unit in self.units:
            for line in unit.successors:
                after[unit.key].add(self._units_by_line[line].key)
        before: dict[Section, set[Section]] = defaultdict(set)
        for old, new in after.items():
            for section in new:
                before[section].add(old)
        known = {*after, *before}
        return {key: (_reach(key, after) | _reach(key, before)) - {key} for key in known}

    @functools.cached_property
    def _section_families(self) -> dict[Section, Section]:
        out: dict[Section, Section] = {}
        for section in self._kin:
            if section not in out:
                family = {section}
                while grown := family.union(*(self._kin[one] for one in family)) - family:
                    family |= grown
                out |= dict.fromkeys(family, min(family))
        return out

    def family_of(self, section: Section) -> Section:
        """One name for all sections that became one another over the years; itself where it stayed."""
        return self._section_families.get(section, section)

    def names_of(self, section: Section) -> Iterable[Section]:
        """Other sections whose work this one's is or was, over all years."""
        return sorted(self._kin.get(section, ()))

    def units_of(self, year: int) -> list[Unit]:
        """The sections of a year."""
        return [unit for unit in self.units if unit.lasting.holds(year)]

    def heirs(self, section: Section, year: int) -> list[Unit]:
        """The sections of ``year`` that go on with the work of a section that is no more."""
        found: dict[int, Unit] = {}
        waiting = [line for unit in self.units if unit.key == section for line in unit.successors]
        seen: set[int] = set()
        while waiting:
            line = waiting.pop()
            unit = self._units_by_line[line]
            if line not in seen:
                seen.add(line)
                if unit.lasting.holds(year):
                    found[line] = unit
                else:
                    waiting += unit.successors
        return [found[line] for line in sorted(found)]

    # ---- the city's plan -----------------------------------------------------------------------------------

    @functools.cached_property
    def _aims_by_code(self) -> dict[tuple[str, str], list[Aim]]:
        found: dict[tuple[str, str], list[Aim]] = defaultdict(list)
        for aim in self.aims:
            found[aim.level, code_key(aim.code)].append(aim)
        return dict(found)

    def aims_of(self, level: str, code: str, year: int) -> list[Aim]:
        """The lines of a level with that code in a year; several where each parent numbers its own."""
        return [a for a in self._aims_by_code.get((level, code_key(code)), ()) if a.lasting.holds(year)]

    def has_level(self, level: str, year: int) -> bool:
        """Whether the master has any line of that level in that year."""
        return any(aim.level == level and aim.lasting.holds(year) for aim in self.aims)

    # ---- accounts ------------------------------------------------------------------------------------------

    @functools.cached_property
    def _accounts(self) -> dict[int, dict[Budget, Account]]:
        found: dict[int, dict[Budget, Account]] = defaultdict(dict)
        for account in self.accounts:
            found[account.fiscal_year][account.key] = account
        return dict(found)

    @property
    def account_years(self) -> list[int]:
        """The fiscal years that the accounts are there for."""
        return sorted(self._accounts)

    def accounts_of(self, year: int) -> list[Account]:
        """The accounts of a year."""
        return list(self._accounts.get(year, {}).values())

    def account_of(self, budget: Budget, year: int) -> Account | None:
        """The line of a year that a 予算科目 belongs to: the longest one that its codes begin with."""
        lines = self._accounts.get(year, {})
        found = (lines.get(budget[:depth]) for depth in range(len(budget), 0, -1))
        return next((account for account in found if account), None)

    def account_depth(self, budget: Budget, year: int) -> int:
        """How many of the codes, from 会計 down, any line of that year begins with."""
        starts = self._account_starts.get(year, frozenset())
        return max((depth for depth in range(len(budget) + 1) if budget[:depth] in starts), default=0)

    @functools.cached_property
    def _account_starts(self) -> dict[int, frozenset[Budget]]:
        return {
            year: frozenset(key[:depth] for key in lines for depth in range(len(key) + 1))
            for year, lines in self._accounts.items()
        }

    # ---- what became of what -------------------------------------------------------------------------------

    def changes(self) -> list[Change]:
        """The mapping of sections and projects over the years, as the masters have it."""
        units = {u.line: (u.department + u.division + u.group, u.lasting, u.successors) for u in self.units}
        projects = {p.line: (p.name, p.lasting, p.successors) for p in self.projects}
        return [*_changes("section", units), *_changes("project", projects)]

    def forebears(self, project: Project) -> list[Project]:
        """The projects that a project goes on with, as far back as the master tells."""
        before: dict[int, list[Project]] = defaultdict(list)
        for other in self.projects:
            for line in other.successors:
                before[line].append(other)
        found: dict[int, Project] = {}
        waiting = [project.line]
        while waiting:
            for other in before.get(waiting.pop(), ()):
                if other.line not in found:
                    found[other.line] = other
                    waiting.append(other.line)
        return [found[line] for line in sorted(found)]

    def __reduce__(self) -> tuple[type[Masters], tuple[object, ...]]:
        # Only what was read crosses process borders; what is looked up is made anew.
        return Masters, tuple(getattr(self, field.name) for field in dataclasses.fields(self))


def _reach(start: Section, ways: Mapping[Section, set[Section]]) -> set[Section]:
    found: set[Section] = set()
    waiting = [start]
    while waiting:
        for section in ways.get(waiting.pop(), ()):
            if section not in found:
                found.add(section)
                waiting.append(section)
    return found


def _changes(kind: str, lines: Mapping[int, tuple[str, Lasting, tuple[int, ...]]]) -> Iterator[Change]:
    came_from: dict[int, set[str]] = defaultdict(set)
    for name, _, successors in lines.values():
        for line in successors:
            came_from[line].add(fold(name))
    for name, lasting, successors in lines.values():
        for line in successors:
            new, new_lasting, _ = lines[line]
            split, merged = len(successors) > 1, len(came_from[line]) > 1
            how = {(0, 0): "renamed", (1, 0): "split", (0, 1): "merged", (1, 1): "regrouped"}[split, merged]
            year = new_lasting.from_year or (lasting.to_year + 1 if lasting.to_year else None)
            yield Change(kind, name, new, year, how)
