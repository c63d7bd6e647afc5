"""What is kept of last year's sheets for the comparison with this year's: figures, names, texts."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from evalxl import identity
from evalxl.identity import Identity, Index, Section
from workbook.record import Number, Record

if TYPE_CHECKING:
    from evalxl.masters.model import Masters, Project


@dataclasses.dataclass(slots=True)
class Past:
    """One sheet of an earlier year. Keys are the flat ones of a record."""

    identity: Identity
    name: str
    """事務事業名, as it was written."""
    section: str
    """部 and 課, as they were written."""
    fiscal_year: int
    file: str
    figures: dict[str, Number]
    """Costs (千円, 人, 時間) and the values of named indicators, of all years; a dash of a cost is 0."""
    indicators: dict[str, tuple[str, str | None]]
    """``activity_indicators.ア`` → name and unit."""
    texts: dict[str, str] = dataclasses.field(default_factory=dict)
    ends: bool = False
    """The sheet said that the project ends: 廃止 or 終了, or its period is over."""


def figures(record: Record) -> dict[str, Number]:
    """The costs and the values of named indicators. A dash of a cost adds nothing and is 0."""
    out: dict[str, Number] = {}
    for row in record.form.costs.rows:
        for year in record.years:
            key = f"costs.{row.name}.{year}"
            value = 0 if key in record.answered else record.number(key)
            if value is not None:
                out[key] = value
    for table in record.form.indicator_tables:
        for found in record.indicators(table.name):
            for year, value in found.values.items():
                if found.name and value is not None:
                    out[f"{table.name}.{found.slot}.values.{year}"] = value
    return filled_sources(out, record.form.sources, record.years)


def filled_sources(
    found: dict[str, Number], sources: Iterable[str], years: Iterable[int]
) -> dict[str, Number]:
    """A blank funding source of a year with 事業費計 is 0, as the sums have it."""
    for year in years:
        if f"costs.project_total.{year}" in found:
            for source in sources:
                found.setdefault(f"costs.{source}.{year}", 0)
    return found


def text_keys(record: Record) -> list[str]:
    """The texts that speak of a year and so must change with it."""
    form = record.form
    boxes = [f.name for f in form.fields if f.is_box and _of_a_year(f.label + f.note)]
    return [*boxes, "summary.text", form.free_text.name]


def _of_a_year(label: str) -> bool:
    return "{evaluated}" in label or "{planned}" in label


def past_of(record: Record) -> Past:
    """What is kept of a sheet."""
    tables = [table.name for table in record.form.indicator_tables]
    named = [indicator for table in tables for indicator in record.indicators(table)]
    return Past(
        identity=identity.of_record(record),
        name=record.text("project_name"),
        section=record.text("department") + record.text("division"),
        fiscal_year=record.fiscal_year,
        file=record.file,
        figures=figures(record),
        indicators={f"{i.table}.{i.slot}": (i.name, i.unit) for i in named if i.name},
        texts={key: text for key in text_keys(record) if (text := record.text(key))},
        ends=_ends(record),
    )


def _ends(record: Record) -> bool:
    roles = {direction.value: direction.role for direction in record.form.directions}
    if any(roles.get(value) in ("abolish", "end") for value in record.directions):
        return True
    end = record["period.end_year"]
    limited = record.ticked("period") == ("multi_year",) and isinstance(end, int)
    return record.ticked("period") == ("single_year",) or (limited and end <= record.fiscal_year)  # type: ignore[operator]


@dataclasses.dataclass(slots=True, frozen=True)
class Match:
    """The earlier sheets that a sheet goes on with: none for a new project, several for a merged one."""

    pasts: tuple[Past, ...]
    split: bool = False
    """The earlier project went over into several, so that its figures are not this one's alone."""


@dataclasses.dataclass(frozen=True, eq=False)
class Previous:
    """The sheets of earlier years that a run is compared with."""

    pasts: Sequence[Past]
    masters: Masters | None = None
    whole: bool = True
    """All that was submitted is among them, and what is not was not there: a folder, a summary book."""

    @functools.cached_property
    def digest(self) -> str:
        """The same for two runs that were given the same."""
        return hashlib.sha256(repr((self.whole, self.pasts)).encode("utf-8", "surrogatepass")).hexdigest()

    @functools.cached_property
    def _by_year(self) -> Mapping[int, Index[Past]]:
        years: dict[int, dict[Identity, Past]] = defaultdict(dict)
        for past in self.pasts:  # of two sheets of the same project the last one stands
            years[past.fiscal_year][past.identity] = past
        return {year: Index(found.items()) for year, found in years.items()}

    def year_before(self, fiscal_year: int) -> int | None:
        """The evaluated year that sheets of ``fiscal_year`` are compared with; None where there is none."""
        return max((year for year in self._by_year if year < fiscal_year), default=None)

    def covers(self, section: Section) -> bool:
        """Whether a section's projects are among them: always in a whole year, in one file only its own."""
        return self.whole or self._family(section) in self._sections

    @functools.cached_property
    def _sections(self) -> frozenset[Section]:
        return frozenset(self._family(past.identity.section) for past in self.pasts)

    def _family(self, section: Section) -> Section:
        return self.masters.family_of(section) if self.masters else section

    def of_year(self, fiscal_year: int) -> list[Past]:
        """The sheets of one evaluated year, each project once."""
        index = self._by_year.get(fiscal_year)
        return [past for _, past in index.items] if index else []

    def match(self, wanted: Identity, fiscal_year: int) -> Match | None:
        """What a sheet goes on with; None where no earlier year is there to compare with."""
        year = self.year_before(fiscal_year)
        if year is None:
            return None
        index, masters = self._by_year[year], self.masters
        project = masters.project_of(wanted, fiscal_year) if masters else None
        before = masters.forebears(project) if masters and project else []
        names = masters.names_of(wanted.section) if masters else ()
        found = [index.find(wanted, names), *(index.find(p.identity, self._names(p)) for p in before)]
        pasts = {id(past): past for past in found if past}
        return Match(tuple(pasts.values()), any(len(other.successors) > 1 for other in before))

    def _names(self, project: Project) -> Iterable[Any]:
        return self.masters.names_of(project.identity.section) if self.masters else ()

    def vanished(self, sheets: Iterable[tuple[Identity, int]], fiscal_year: int) -> Iterator[Past]:
        """The projects of the year before ``fiscal_year`` that no sheet of ``fiscal_year`` goes on with.

        ``sheets`` are identities and evaluated years. What was to end, or ended by the master, is not among
        them.
        """
        year = self.year_before(fiscal_year)
        if year is None:
            return
        matches = (self.match(wanted, y) for wanted, y in sheets if y == fiscal_year)
        gone_on = {id(past) for match in matches if match for past in match.pasts}
        for past in self.of_year(year):
            if id(past) not in gone_on and not past.ends and not self._ended(past, fiscal_year):
                yield past

    def _ended(self, past: Past, fiscal_year: int) -> bool:
        masters = self.masters
        project = masters.project_of(past.identity, past.fiscal_year) if masters else None
        return masters is not None and project is not None and masters.ended(project, fiscal_year)

    def __reduce__(self) -> tuple[type[Previous], tuple[object, ...]]:
        # Only what was read crosses process borders; what is looked up is made anew.
        return Previous, (self.pasts, self.masters, self.whole)
