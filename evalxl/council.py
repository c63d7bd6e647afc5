"""主要な施策の成果: from the sheets of a run to one page a measure, as plain data for the book."""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

from evalxl import counting, grouping, remarks
from evalxl.grouping import HIERARCHIES
from evalxl.masters.model import Masters
from evalxl.placing import placed
from evalxl.rules.across import run_year
from evalxl.summary import summarise
from evalxl.summary.tables import direction_titles
from evalxl.tables import FileRows, SheetRows
from evalxl.texts import Text
from workbook.notation import era_year
from workbook.papers.model import IndicatorLine, Number, Paper, Papers, ProjectLine

By = Literal["measure", "policy", "basic_program", "department", "division"]
LEVELS: dict[By, tuple[int, int]] = {
    "policy": (1, 1), "measure": (1, 2), "basic_program": (1, 3), "department": (0, 1), "division": (0, 2),
}  # fmt: skip
"""What a page can be about: which hierarchy, and how many levels deep."""

TITLE = "主要な施策の成果"
ROUNDING = Text(
    "金額は千円単位のまま合計し、増減率だけを小数第1位までに四捨五入しています。▲は減、皆増は前年度が0、"
    "皆減は当年度が0、－は記入がないか比べられないことを示します。増減では、記入のない年度を0とみなします。",
    "Amounts are added up in thousand yen as they are; only rates are rounded, to one decimal. In changes a "
    "year that is blank counts as 0.",
)
MARKED = Text("※は二重に提出されている事業です。", "※ marks a double submission.")
OLDER = Text(
    "{year}より前の評価シートも読み込んでいます。同じ年度の金額は新しいシートのものです。",
    "There are sheets of years before {year}, too; a year's amounts are those of the newest sheet.",
)
LATER = Text(
    "{year}より後の評価シートが{count}件あります。年度の書き誤りでないか、確かめてください。",
    "{count} sheets are of years after {year}; please see whether their year is a slip.",
)
MANY = 10
"""Projects from which the list needs the room of some indicators."""
INDICATORS, FEWER = 8, 5
"""Indicators that have room on a page; those of the largest projects, one after the other."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Line:
    """A sheet that counts for the page, with its years that count and whether it speaks for its project."""

    sheet: SheetRows
    years: frozenset[int]
    latest: bool
    doubled: bool

    @property
    def unread(self) -> bool:
        """Whether a figure that would count is unknown."""
        return bool(remarks.lost_of(self.sheet, self.years))

    def amount(self, row: str, year: int) -> Number | None:
        """A figure that counts."""
        found = (r[4] for r in self.sheet.costs if r[2] == row and r[0] == year and year in self.years)
        return next(found, None)


def build(
    files: Sequence[FileRows], by: By = "measure", masters: Masters | None = None, *, title: str = TITLE
) -> Papers | None:
    """The pages of a run, in the order of the hierarchy; None without any sheet.

    With ``masters`` measures and sections have the masters' names, and what was merged is one over the years.
    """
    given = [sheet for file in files for sheet in file.sheets]
    if not given:
        return None
    count = counting.speakers(given, masters)
    evaluated = run_year(sheet.fiscal_year for sheet in given) or 0
    sheets = placed(given, masters, evaluated)
    which, depth = LEVELS[by]
    hierarchy = HIERARCHIES[which]
    paths = grouping.paths(hierarchy, sheets)
    ranks = grouping.sections(masters, evaluated) if which == 0 else ()
    order = [node.path for node in grouping.nodes(paths, [{}] * len(paths), [True] * len(paths), ranks)]
    groups: dict[tuple[str, ...], list[_Line]] = {path: [] for path in order if len(path) == depth}
    told = zip(sheets, paths, count.years, count.latest, count.doubles, strict=True)
    for sheet, path, years, latest, doubles_of in told:
        groups[path[:depth]].append(_Line(sheet, years, latest, bool(doubles_of)))
    items = summarise.items(sheets)
    forms = summarise.forms_of(sheets)
    columns = summarise.years_until(evaluated, sheets, count)[-5:]
    axes = {axis.key: axis.label for form in forms for axis in form.axes}
    context = _Context(evaluated, [c.year for c in columns], tuple(axes), direction_titles(forms))
    return Papers(
        title=title,
        level=hierarchy.titles[depth - 1],
        evaluated_year=evaluated,
        years=columns,
        items=items,
        total_items=[item.name for item in items if item.name.endswith("_total")],
        axes=list(axes.items()),
        pages=[context.page(path, lines, by) for path, lines in groups.items()],
        notes=_notes(given, count, evaluated),
    )


def _notes(sheets: Sequence[SheetRows], count: counting.Counting, evaluated: int) -> list[tuple[str, str]]:
    older = any(sheet.fiscal_year < evaluated for sheet in sheets)
    later = sum(sheet.fiscal_year > evaluated for sheet in sheets)
    year = Text(era_year(evaluated), f"FY{evaluated}")
    told = [remark.text for remark in remarks.of(sheets, count)]
    told += [MARKED] if any(count.doubles) else []
    for note, fits in ((OLDER, older), (LATER, later)):
        told += [Text(*(note[side].format(year=year[side], count=later) for side in (0, 1)))] if fits else []
    return [(note.ja, note.en) for note in (*told, ROUNDING)]


@dataclasses.dataclass(frozen=True, slots=True)
class _Context:
    """What all pages share."""

    evaluated: int
    years: Sequence[int]
    axes: Sequence[str]
    directions: Mapping[str, str]

    def page(self, path: tuple[str, ...], lines: Sequence[_Line], by: By) -> Paper:
        """The page of one line of the hierarchy."""
        latest = sorted(
            (line for line in lines if line.latest),
            key=lambda line: -(line.amount("project_total", self.evaluated) or 0),
        )
        indicators = [found for line in latest for found in self._indicators(line)]
        room = INDICATORS if len(latest) < MANY else FEWER
        return Paper(
            title=path[-1],
            above=" › ".join(path[:-1]),
            target=_most(latest, f"{by}_target"),
            intent=_most(latest, f"{by}_intent"),
            sums=self._sums(lines),
            indicators=indicators[:room],
            indicators_left=max(0, len(indicators) - room),
            directions=[
                (title, number)
                for column, title in self.directions.items()
                if (number := sum(line.sheet.head.get(column) is True for line in latest))
            ],
            projects=[self._project(line) for line in latest],
        )

    def _sums(self, lines: Sequence[_Line]) -> dict[str, dict[int, Decimal]]:
        sums: dict[str, dict[int, Decimal]] = defaultdict(dict)
        for line in lines:
            for year, _, row, _, amount, _ in line.sheet.costs:
                if year in line.years and amount is not None:
                    sums[row][year] = sums[row].get(year, Decimal(0)) + amount
        return dict(sums)

    def _indicators(self, line: _Line) -> list[IndicatorLine]:
        """The outcome indicators of a project; of one without any, those of its activity."""
        for family in ("outcome_indicators", "activity_indicators"):
            found: dict[str, dict[int, Number | None]] = defaultdict(dict)
            named: dict[str, tuple[str, str]] = {}
            for name_of_family, slot, name, unit, year, _, value, _ in line.sheet.indicators:
                if name_of_family == family and name:
                    found[slot][year] = value
                    named[slot] = (name, unit or "")
            if found:
                project = line.sheet.head.get("project_name") or ""
                return [
                    IndicatorLine(project, *named[slot], [values.get(year) for year in self.years])
                    for slot, values in found.items()
                ]
        return []

    def _project(self, line: _Line) -> ProjectLine:
        head = line.sheet.head
        options = line.sheet.form.axis_options
        meaning = {options.flagged: True, options.fine: False}
        return ProjectLine(
            name=head.get("project_name") or line.sheet.file,
            section=head.get("division") or head.get("department") or "",
            before=line.amount("project_total", self.evaluated - 1),
            now=line.amount("project_total", self.evaluated),
            labour=line.amount("labour_total", self.evaluated),
            axes=[meaning.get(head.get(f"summary_{key}") or "") for key in self.axes],
            directions="、".join(title for column, title in self.directions.items() if head.get(column)),
            outcome=head.get("matrix_outcome") or "",
            cost=head.get("matrix_cost") or "",
            doubled=line.doubled,
            unread=line.unread,
        )


def _most(lines: Sequence[_Line], column: str) -> str:
    """What most of the sheets say; empty where none says anything."""
    words = Counter(text for line in lines if (text := line.sheet.head.get(column)))
    return words.most_common(1)[0][0] if words else ""
