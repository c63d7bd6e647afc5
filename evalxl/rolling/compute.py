"""Adding up: facts by line and year, exactly, and each line against the year before.

A project's figures of a year count once (`counting`), in the line of the sheet that states them, as in the
summary book; by what is judged and planned, in the line of the project's newest sheet (`Field.newest`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from evalxl import counting
from evalxl.grouping import Hierarchy, Part, Path, Ranks, order, paths, ranks, sections
from evalxl.placing import placed
from evalxl.rolling.fields import CODES, SECTIONS, SOURCE, Field, known
from evalxl.rolling.values import DEFAULT, Value, matches
from evalxl.rules.across import run_year
from evalxl.summary.summarise import items, year_columns
from evalxl.tables import SheetRows
from workbook.record import Number
from workbook.summary.model import YearColumn

if TYPE_CHECKING:
    import numpy
    import pandas

    from evalxl.masters import Masters

UNSPLIT = "（財源内訳との差）"
"""What a project total has beyond its funding sources, so that a roll-up by source re-adds to it."""


@dataclasses.dataclass(slots=True)
class Facts:
    """All cost figures that count, as columns; ``amount`` in units of ``10**-places``."""

    sheets: Sequence[SheetRows]
    counting: counting.Counting
    years: list[YearColumn]
    frame: pandas.DataFrame
    """sheet (number), year, row (number in ``rows``), amount: one row a filled figure that counts."""
    rows: dict[str, int]
    places: int
    sections: Mapping[str, Ranks]
    """Field → the places of its words in the master of the organisation."""

    @classmethod
    def of(
        cls,
        sheets: Sequence[SheetRows],
        uncounted: Sequence[frozenset[int]] = (),
        masters: Masters | None = None,
    ) -> Facts:
        """Decide what counts, and set it into columns; ``uncounted`` are years that do not, by sheet.

        With ``masters`` the sheets stand under its names, those of the latest evaluated year.
        """
        import pandas

        count = counting.speakers(sheets, masters)
        evaluated = run_year(sheet.fiscal_year for sheet in sheets)
        sheets = placed(sheets, masters, evaluated)
        if uncounted:
            years = [found - out for found, out in zip(count.years, uncounted, strict=True)]
            count = dataclasses.replace(count, years=years)
        rows = {item.name: number for number, item in enumerate(items(sheets))}
        found = [
            (number, year, rows[row], amount)
            for number, (sheet, years) in enumerate(zip(sheets, count.years, strict=True))
            for year, _, row, _, amount, _ in sheet.costs
            if amount is not None and year in years
        ]
        columns = list(zip(*found, strict=True)) or [(), (), (), ()]
        amounts, places = scaled(columns[3])
        frame = pandas.DataFrame(
            {"sheet": columns[0], "year": columns[1], "row": columns[2]}, dtype="int64"
        ).assign(amount=amounts)
        places_of = dict(zip(SECTIONS, sections(masters, evaluated), strict=True))
        return cls(sheets, count, year_columns(sheets, count), frame, rows, places, places_of)


def scaled(amounts: Sequence[Number]) -> tuple[numpy.ndarray[Any, Any], int]:
    """The amounts as whole numbers of their smallest decimal place, and how many places that is.

    64-bit integers where no sum of them can be too large, else Python's integers (an array of objects).

    >>> scaled([1, Decimal("0.25")])
    (array([100,  25]), 2)
    """
    import numpy

    places = max((-int(a.as_tuple().exponent) for a in amounts if isinstance(a, Decimal)), default=0)
    places = max(places, 0)
    factor = 10**places
    whole = [a * factor if isinstance(a, int) else int(Fraction(a) * factor) for a in amounts]
    fits = sum(map(abs, whole)) < 2**62
    return numpy.array(whole, dtype="int64" if fits else object), places


def unscaled(amount: int, places: int) -> Number:
    """The amount in its own unit again: int where it is whole.

    >>> unscaled(125, 2), unscaled(200, 2)
    (Decimal('1.25'), 2)
    """
    whole, rest = divmod(amount, 10**places)
    return whole if not rest else Decimal(f"{amount}e-{places}")


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A line of the outcome: ``path`` are the words of its levels, empty for the total.

    ``amounts`` by year hold what is filled: None for a year in which nothing is.
    """

    path: Path
    value: Value
    amounts: Mapping[int, Number | None]

    @property
    def level(self) -> int:
        """0 for the total, 1 for the topmost level."""
        return len(self.path)


@dataclasses.dataclass(slots=True)
class Rolled:
    """The outcome: for each value its lines in the order of printing, subtotals before what they hold."""

    fields: list[Field]
    values: list[Value]
    years: list[YearColumn]
    """Those asked for."""
    before: dict[int, int]
    """Year → the year it is compared with: the one before, else the nearest earlier one shown."""
    reference: int | None
    """The year of shares and top movers: the latest evaluated one that is shown, else the last shown."""
    lines: list[Line]
    totals: list[Line]
    """One a value."""

    @property
    def leaves(self) -> Iterator[Line]:
        """The lowest lines: each figure is in exactly one of them."""
        return (line for line in self.lines if line.level == len(self.fields))

    def of(self, value: Value) -> list[Line]:
        """The lines of a value, without its total."""
        return [line for line in self.lines if line.value == value]

    def total(self, value: Value) -> Line:
        """The total of a value."""
        return next(line for line in self.totals if line.value == value)


Sums = dict[Path, dict[int, int]]
"""Lowest line → year → scaled amount of what is filled."""


def roll(facts: Facts, fields: Sequence[Field], values: Sequence[Value], years: Sequence[int] = ()) -> Rolled:
    """Add up ``values`` by ``fields``; all years where none is asked for.

    Every filled figure that counts is in exactly one of the lowest lines, so that lines re-add to the total.
    """
    columns = {column.year: column for column in facts.years}
    shown = [columns[year] for year in sorted(set(years) or columns) if year in columns]
    before = _before([column.year for column in shown], columns)
    wanted = sorted({*before.values(), *(column.year for column in shown)})
    of_sheet = [field for field in fields if field.name != SOURCE]
    place = next((number for number, field in enumerate(fields) if field.name == SOURCE), None)
    sums = _Sums(facts, labels(of_sheet, facts), wanted, place)
    rank = order([_ranks(field, facts) for field in fields])
    out = Rolled(list(fields), list(values), shown, before, _reference(facts, shown), [], [])
    for value in values:
        leaves, places = sums.of(value)
        every = _with_subtotals(leaves)
        for path in sorted(every, key=rank):
            out.lines.append(_line(path, value, every[path], wanted, places))
        total = _added(leaves.values())
        out.totals.append(_line((), value, total, wanted, places))
    return out


def _before(shown: Sequence[int], held: Collection[int]) -> dict[int, int]:
    found = {}
    for number, year in enumerate(shown):
        if year - 1 in held:
            found[year] = year - 1
        elif number:
            found[year] = shown[number - 1]
    return found


def _reference(facts: Facts, shown: Sequence[YearColumn]) -> int | None:
    evaluated = run_year(sheet.fiscal_year for sheet in facts.sheets) or 0
    years = [column.year for column in shown]
    return max((year for year in years if year <= evaluated), default=max(years, default=None))


def _ranks(field: Field, facts: Facts) -> Ranks:
    """The places of a field's words: as the form prints them, or the master of the organisation."""
    if field.name == SOURCE:
        return ranks([*(item.title for item in items(facts.sheets) if item.source), UNSPLIT])
    return facts.sections.get(field.name) or ranks(field.words)


def labels(fields: Sequence[Field], facts: Facts) -> list[Path]:
    """For each sheet the words of its line. Lines of one name under different parents stay apart."""
    if not fields:
        return [()] * len(facts.sheets)
    pairs = zip(facts.sheets, facts.counting.newest, strict=True)
    newest = {id(sheet): facts.sheets[number] for sheet, number in pairs}
    levels = []
    for number, field in enumerate(fields):
        above = [f.name for f in fields[:number]]
        part = _qualified(field, tuple(name for name in field.within if name not in above), facts.sheets)
        levels.append((field.title.ja, _of_newest(part, newest) if field.newest else part))
    return paths(Hierarchy("", "", tuple(levels)), facts.sheets)


def _of_newest(
    part: Callable[[SheetRows], Part], newest: Mapping[int, SheetRows]
) -> Callable[[SheetRows], Part]:
    return lambda sheet: part(newest[id(sheet)])


def _qualified(
    field: Field, missing: tuple[str, ...], sheets: Sequence[SheetRows]
) -> Callable[[SheetRows], Part]:
    """The field's part, told apart by those above it that are not asked for.

    A code says nothing without them and always carries them; a name does only where another has the same.
    """
    if not missing:
        return field.part
    fixed = known([])
    above = [fixed[name].part for name in missing]
    homes: dict[str, set[tuple[str, ...]]] = {}
    for sheet in sheets:
        homes.setdefault(field.part(sheet)[0], set()).add(tuple(part(sheet)[0] for part in above))

    def part(sheet: SheetRows) -> Part:
        key, label = field.part(sheet)
        if not label:
            return key, label
        parents = [part(sheet) for part in above]
        if field.name in CODES:
            label = "".join([*(text for _, text in parents), label])
        elif len(homes[key]) > 1:
            label = " ".join([*(text for _, text in parents), label])
        return "\0".join([*(folded for folded, _ in parents), key]), label

    return part


class _Sums:
    """The lowest lines of each value, added up for all rows of the cost table at once."""

    def __init__(
        self, facts: Facts, lines_of: Sequence[Path], years: Sequence[int], place: int | None
    ) -> None:
        """``lines_of`` are by sheet; ``place`` is where the funding source stands among the fields."""
        import numpy

        self.facts, self.years, self.place = facts, years, place
        numbers = {path: number for number, path in enumerate(dict.fromkeys(lines_of))}
        self.lines = list(numbers)
        self.of_sheet = numpy.array([numbers[path] for path in lines_of], "int64")
        self.frame = facts.frame[facts.frame["year"].isin(years)]
        self.rows: list[Sums] | None = None

    def of(self, value: Value) -> tuple[Sums, int]:
        """The lowest lines of a value, and the places its amounts are scaled by."""
        if value.kind == "indicator":
            frame, places = _indicator(self.facts, value, self.years)
            return self._added(frame, ["row"])[0], places
        if value.kind == "count":
            pairs = self.frame.drop_duplicates(["sheet", "year"]).assign(amount=1, row=0)
            return self._added(pairs, ["row"])[0], 0
        if self.rows is None:
            self.rows = self._added(self.frame, list(self.facts.rows))
        of_row = self.rows[self.facts.rows[value.name]]
        split = self.place is not None and value.name == DEFAULT
        return self._by_source(self.rows, of_row) if split else of_row, self.facts.places

    def _added(self, frame: pandas.DataFrame, rows: Sequence[str]) -> list[Sums]:
        """For each row the sums of what is filled, by line and year. Whole numbers: nothing is rounded."""
        import numpy

        line, year = self.of_sheet[frame["sheet"].to_numpy()], numpy.searchsorted(self.years, frame["year"])
        number = (frame["row"].to_numpy() * len(self.lines) + line) * len(self.years) + year
        added = frame["amount"].groupby(number, sort=False).sum()
        out: list[Sums] = [{} for _ in rows]
        for key, amount in zip(added.index.tolist(), added.tolist(), strict=True):
            above, year = divmod(key, len(self.years))
            row, line = divmod(above, len(self.lines))
            out[row].setdefault(self.lines[line], {})[self.years[year]] = amount
        return out

    def _by_source(self, rows: Sequence[Sums], whole: Sums) -> Sums:
        """Each line split into its funding sources, and what they do not explain of the project total."""
        out: Sums = {}
        rest: Sums = {path: dict(years) for path, years in whole.items()}
        for item in items(self.facts.sheets):
            for path, years in rows[self.facts.rows[item.name]].items() if item.source else ():
                out[self._beneath(path, item.title)] = years
                left = rest.setdefault(path, {})
                for year, amount in years.items():
                    left[year] = left.get(year, 0) - amount
        for path, years in rest.items():
            if found := {year: amount for year, amount in years.items() if amount}:
                out[self._beneath(path, UNSPLIT)] = found
        return out

    def _beneath(self, path: Path, source: str) -> Path:
        return (*path[: self.place], source, *path[self.place :])


def _indicator(facts: Facts, value: Value, years: Sequence[int]) -> tuple[pandas.DataFrame, int]:
    """An indicator's filled figures as `Facts.frame` has the costs, and the places they are scaled by."""
    import pandas

    found = [
        (number, year, amount)
        for number, (sheet, counts) in enumerate(zip(facts.sheets, facts.counting.years, strict=True))
        for family, slot, name, unit, year, _, amount, _ in sheet.indicators
        if amount is not None
        and year in counts
        and year in years
        and matches(value, family, slot, name, unit)
    ]
    columns = list(zip(*found, strict=True)) or [(), (), ()]
    amounts, places = scaled(columns[2])
    frame = pandas.DataFrame({"sheet": columns[0], "year": columns[1]}, dtype="int64")
    return frame.assign(row=0, amount=amounts), places


def _with_subtotals(leaves: Sums) -> Sums:
    """The lowest lines and every line above them."""
    out: Sums = {}
    for path, years in leaves.items():
        for depth in range(1, len(path) + 1):
            into = out.setdefault(path[:depth], {})
            for year, amount in years.items():
                into[year] = into.get(year, 0) + amount
    return out


def _added(parts: Iterable[Mapping[int, int]]) -> dict[int, int]:
    out: dict[int, int] = {}
    for years in parts:
        for year, amount in years.items():
            out[year] = out.get(year, 0) + amount
    return out


def _line(path: Path, value: Value, sums: Mapping[int, int], years: Sequence[int], places: int) -> Line:
    return Line(path, value, {year: unscaled(sums[year], places) if year in sums else None for year in years})
