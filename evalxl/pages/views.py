"""What the templates show, ready to print: one view a project, one of the whole."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from evalxl.arithmetic import Number, moved, total
from evalxl.pages import charts, wording
from evalxl.pages.charts import Column, Series
from evalxl.pages.gather import Gathered, Project
from evalxl.pages.wording import money
from evalxl.summary.summarise import forms_of
from evalxl.summary.tables import PERIOD_WORDS, PHASE_WORDS, direction_titles
from evalxl.tables import direction_column
from workbook.form import Form
from workbook.palette import source_layers
from workbook.record import Record

Fact = tuple[str, str]
"""A label and its words."""


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A line of a table by years: ``strong`` for a total, ``indent`` for a part of one."""

    label: str
    unit: str
    values: list[str]
    change: str
    rate: str
    strong: bool = False
    indent: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class IndicatorView:
    """An indicator with its chart."""

    name: str
    unit: str
    values: list[str]
    chart: str


@dataclasses.dataclass(frozen=True, slots=True)
class Judgement:
    """A question with its answer; ``flagged`` where it asks for action."""

    axis: str
    label: str
    answer: str
    reason: str
    flagged: bool


@dataclasses.dataclass(frozen=True, slots=True)
class ProjectView:
    """A project's page, and its line in the list."""

    ident: str
    name: str
    department: str
    division: str
    policy: str
    measure: str
    year: str
    columns: list[Column]
    facts: list[Fact]
    texts: list[Fact]
    surroundings: list[Fact]
    breakdown: Fact | None
    costs: list[Line]
    cost_chart: str
    series: list[tuple[int, str]]
    indicators: list[tuple[str, list[IndicatorView]]]
    axes: list[tuple[str, str, bool]]
    judgements: list[Judgement]
    conclusion: str
    directions: list[str]
    matrix: tuple[str, str] | None
    direction_text: str
    cost: Number | None
    change: Number | None
    cost_words: str
    change_words: str
    rate_words: str
    short_directions: list[str]
    search: str
    unread: str
    """The costs that are unknown, as their cells gave no number, in words; empty where there are none."""


LATER = ("environment", "reforms", "opinions")
"""Texts that stand after the costs."""


def project(of: Project) -> ProjectView:
    """The page of a project."""
    record, form = of.record, of.record.form
    columns = [_column(year, record.fiscal_year) for year in record.years]
    now, before = (record.cost("project_total", record.fiscal_year - back) for back in (0, 1))
    difference, (change_words, rate_words) = moved(now, before), wording.change(now, before)
    texts = [
        field for field in form.fields if field.section not in ("head", "summary") and record.text(field.name)
    ]
    facts = {field.name: (wording.label_of(field.label, record), record.text(field.name)) for field in texts}
    breakdown = facts.pop("cost_breakdown", None)
    matrix = record.ticked("matrix")
    series = _series(record)
    return ProjectView(
        ident=of.ident,
        name=record.text("project_name") or "（事業名の記入なし）",
        department=of.section[0],
        division=of.section[1],
        policy=of.place[0],
        measure=of.place[1],
        year=wording.year(record.fiscal_year),
        columns=columns,
        facts=list(_facts(record, form)),
        texts=[fact for name, fact in facts.items() if name not in LATER],
        surroundings=[fact for name, fact in facts.items() if name in LATER],
        breakdown=breakdown,
        costs=list(_costs(record)),
        cost_chart=charts.stacked("cost", "事業費の推移（財源別）", "千円", columns, series),
        series=[(layer.number, layer.name) for layer in series],
        indicators=list(_indicators(record, columns)),
        axes=list(_axes(record)),
        judgements=list(_judgements(record)),
        conclusion=record.text("summary.text"),
        directions=list(record.directions),
        matrix=matrix[0] if len(matrix) == 1 else None,
        direction_text=record.text(form.free_text.name),
        cost=now,
        change=difference[0] if difference else None,
        cost_words=money(now),
        change_words=change_words,
        rate_words=rate_words,
        short_directions=_short_directions(record),
        unread=_unread(of),
        search=wording.searchable(" ".join(v for v in record.values.values() if isinstance(v, str))),
    )


def _unread(of: Project) -> str:
    rows = {row for row, _ in of.rows.unread}
    return "、".join(row.label for row in of.record.form.costs.rows if row.name in rows)


def _column(year: int, evaluated: int) -> Column:
    phase = "plan" if year > evaluated else "settled"
    return Column(wording.year(year), wording.short_year(year), year, PHASE_WORDS[phase], phase == "plan")


def _facts(record: Record, form: Form) -> Iterator[Fact]:
    """The head in the form's order, the budget codes in one line, then the period."""
    for field in form.fields:
        name = field.name
        if field.section != "head" or name in ("project_name", "department", "division"):
            continue
        if name == "budget":
            words = wording.budget(record)
        elif name.startswith("budget."):
            continue
        elif field.type == "code_name":
            words = " ".join(filter(None, (record.text(f"{name}.code"), record.text(f"{name}.name"))))
        else:
            words = record.text(name)
        if words:
            yield wording.field_label(form, name), words
    if words := wording.period(record, PERIOD_WORDS):
        yield form.choices[0].label, words


def _costs(record: Record) -> Iterator[Line]:
    for row in record.form.costs.rows:
        values = [record.cost(row.name, year) for year in record.years]
        if all(value is None for value in values):
            continue
        now, before = (record.cost(row.name, record.fiscal_year - back) for back in (0, 1))
        strong = row.name.endswith("_total")
        change, rate = wording.change(now, before)
        yield Line(row.label, row.unit, [money(v) for v in values], change, rate, strong, row.source)


def _series(record: Record) -> list[Series]:
    """The funding sources that have any figure.

    From the last on the form, 一般財源, which is the largest of most projects and stands at the foot.
    """
    found = []
    rows = [row for row in record.form.costs.rows[::-1] if row.source]
    layers = source_layers(row.name for row in rows)
    for row in rows:
        values = [record.cost(row.name, year) for year in record.years]
        if any(values):
            found.append(Series(row.label, layers[row.name] + 1, values))
    return found


def _indicators(record: Record, columns: Sequence[Column]) -> Iterator[tuple[str, list[IndicatorView]]]:
    for table in record.form.indicator_tables:
        views: list[IndicatorView] = []
        for found in record.indicators(table.name):
            name, unit = found.name or "（名称の記入なし）", found.unit or ""
            values = [found.values.get(year) for year in record.years]
            ident = f"{table.name}-{len(views)}"
            chart = charts.small(ident, f"{name}の推移", unit, columns, values)
            views.append(IndicatorView(name, unit, [money(v) for v in values], chart))
        if views:
            yield table.label, views


def _axes(record: Record) -> Iterator[tuple[str, str, bool]]:
    options = record.form.axis_options
    for axis in record.form.axes:
        flagged = record.axis(axis.key)
        if flagged is not None:
            words = options.flagged if flagged else options.fine
            yield f"{axis.key} {axis.label}", words, flagged


def _judgements(record: Record) -> Iterator[Judgement]:
    axes = {axis.key: f"{axis.key} {axis.label}" for axis in record.form.axes}
    for question in record.form.questions:
        flagged = record.flagged(question.number)
        reason = record.text(f"judgements.{question.number}.reason")
        if flagged is None and not reason:
            continue
        answer = wording.BLANK if flagged is None else question.flagged if flagged else question.other
        if question.mergeable and (mergeable := record.mergeable(question.number)) is not None:
            answer += f"（{question.mergeable.yes if mergeable else question.mergeable.no}）"
        label = f"{question.mark}{question.label}"
        yield Judgement(axes[question.axis], label, answer, reason, bool(flagged))


def _short_directions(record: Record) -> list[str]:
    titles = direction_titles([record.form])
    chosen = (d for d in record.form.directions if d.value in record.directions)
    return [titles[direction_column(d.role, d.axis)] for d in chosen]


# ---- the whole ---------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """An entry of a filter, with those beneath it."""

    value: str
    label: str
    below: list[Choice]


@dataclasses.dataclass(frozen=True, slots=True)
class Overview:
    """The first page without its list."""

    year: str
    columns: list[Column]
    cards: list[tuple[str, str, str, str]]
    """Label, figure, unit, and what is beneath it."""
    lines: list[Line]
    cost_chart: str
    series: list[tuple[int, str]]
    direction_chart: str
    policy_chart: str
    sections: list[Choice]
    measures: list[Choice]
    directions: list[str]
    notes: list[str]


def overview(gathered: Gathered) -> Overview:
    """Totals of the projects that have a page, in the years of the evaluated year's sheets."""
    projects, evaluated, years = gathered.projects, gathered.evaluated or 0, gathered.years
    columns = [_column(year, evaluated) for year in years]
    sums = _sums(projects, years)
    series = [s for s in _total_series(projects, sums, years) if any(s.values)]
    return Overview(
        year=wording.year(evaluated) if evaluated else "",
        columns=columns,
        cards=_cards(projects, sums, evaluated),
        lines=list(_total_lines(projects, sums, years, evaluated)),
        cost_chart=charts.stacked("city", "事業費の推移（財源別）", "千円", columns, series),
        series=[(layer.number, layer.name) for layer in series],
        direction_chart=charts.bars("plans", "今後の方向性ごとの事業数", "件", _direction_counts(projects)),
        policy_chart=charts.bars("policies", "政策ごとの事業費", "千円", _policy_sums(projects, evaluated)),
        sections=_choices(p.section for p in projects),
        measures=_choices(p.place[:2] for p in projects),
        directions=[title for title, _ in _direction_counts(projects)],
        notes=_notes(gathered, evaluated),
    )


Sums = Mapping[tuple[str, int], Number]


def _sums(projects: Iterable[Project], years: Sequence[int]) -> Sums:
    sums: dict[tuple[str, int], Number] = {}
    for project in projects:
        for row in project.record.form.costs.rows:
            for year in years:
                amount = project.record.cost(row.name, year)
                if amount is not None:
                    sums[row.name, year] = sums.get((row.name, year), Decimal(0)) + amount
    return sums


def _rows(projects: Sequence[Project]) -> Iterator[tuple[str, str, str, bool]]:
    """name, label, unit and whether it is a source, of all forms' cost rows, each name once."""
    rows: dict[str, tuple[str, str, str, bool]] = {}
    for form in forms_of([p.rows for p in projects]):
        for row in form.costs.rows:
            rows.setdefault(row.name, (row.name, row.label, row.unit, row.source))
    return iter(rows.values())


def _total_lines(
    projects: Sequence[Project], sums: Sums, years: Sequence[int], evaluated: int
) -> Iterator[Line]:
    for name, label, unit, source in _rows(projects):
        values = [sums.get((name, year)) for year in years]
        if any(value is not None for value in values):
            now, before = sums.get((name, evaluated)), sums.get((name, evaluated - 1))
            change, rate = wording.change(now, before)
            words = [money(value) for value in values]
            yield Line(label, unit, words, change, rate, name.endswith("_total"), source)


def _total_series(projects: Sequence[Project], sums: Sums, years: Sequence[int]) -> Iterator[Series]:
    sources = [(name, label) for name, label, _, source in _rows(projects) if source]
    layers = source_layers(name for name, _ in sources)
    for name, label in sources[::-1]:
        yield Series(label, layers[name] + 1, [sums.get((name, year)) for year in years])


def _cards(projects: Sequence[Project], sums: Sums, evaluated: int) -> list[tuple[str, str, str, str]]:
    labels = {name: label for name, label, _, _ in _rows(projects)}
    cards = [("公表している事業", f"{len(projects):,}", "件", "")]
    for name in ("project_total", "labour_total", "grand_total"):
        now, before = sums.get((name, evaluated)), sums.get((name, evaluated - 1))
        if now is not None:
            cards.append((labels[name], money(now), "千円", f"前年度比 {wording.change(now, before)[1]}"))
    return cards


def _direction_counts(projects: Sequence[Project]) -> list[tuple[str, Number]]:
    counts = Counter(title for p in projects for title in _short_directions(p.record))
    titles = direction_titles(forms_of([p.rows for p in projects])).values()
    return [(title, counts[title]) for title in dict.fromkeys(titles) if counts[title]]


def _policy_sums(projects: Sequence[Project], evaluated: int) -> list[tuple[str, Number]]:
    found: dict[str, list[Number | None]] = {}
    for project in projects:
        found.setdefault(project.place[0], []).append(project.record.cost("project_total", evaluated))
    return [(policy, amount) for policy, amounts in found.items() if (amount := total(amounts)) is not None]


def _choices(paths: Iterable[tuple[str, ...]]) -> list[Choice]:
    """Two levels of a hierarchy, in the order met; a value is ``upper/lower``."""
    found: dict[str, dict[str, None]] = {}
    for upper, lower in paths:
        found.setdefault(upper, {})[lower] = None
    return [
        Choice(upper, upper, [Choice(f"{upper}/{lower}", lower, []) for lower in below])
        for upper, below in found.items()
    ]


def _notes(gathered: Gathered, evaluated: int) -> list[str]:
    notes = []
    older = sum(p.record.fiscal_year < evaluated for p in gathered.projects)
    if older:
        notes.append(
            f"{older}件の事業は、{wording.year(evaluated)}の評価シートがないため、前の年度の評価を載せています。"
        )
    later = sum(p.record.fiscal_year > evaluated for p in gathered.projects)
    if later:
        notes.append(f"{later}件の事業は、{wording.year(evaluated)}より後の年度の評価を載せています。")
    unknown = [p.record.text("project_name") for p in gathered.projects if p.rows.unread]
    if unknown:
        notes.append(
            "担当する課のシートで計算されていないなどのため、値の分からない金額や時間があり、合計に入っていない事業が"
            f"あります：{'、'.join(unknown)}"
        )
    if gathered.doubles:
        names = "、".join(gathered.doubles)
        notes.append(f"評価シートが2つあるため、両方を載せ、金額もそれぞれ数えている事業があります：{names}")
    return notes
