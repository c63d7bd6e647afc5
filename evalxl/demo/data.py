"""The invented city's projects: a sheet for each and every year, whose figures agree with each other.

Everything follows from a project's number, so the same city comes out each time.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import random
from decimal import ROUND_HALF_UP, Decimal
from importlib import resources
from typing import Any

from evalxl.demo import words as demo_words
from evalxl.demo.city import DIVISIONS, MEASURES, POLICIES, PROGRAMS, RATES, Aim, Division, section_in
from evalxl.demo.kinds import KINDS, Kind, Measure

YEARS = (2017, 2018)
"""The evaluated years for which sheets are written."""
ALL_YEARS = range(YEARS[0] - 2, YEARS[-1] + 2)
SLOTS = "アイウエ"
FORM_ID = "unnan_2017"
SAMPLE_NAME = "電算セキュリティ対策事業"

Figures = dict[int, int | float]
Sheet = dict[str, Any]
"""A sheet with the names of the field list, as ``evalxl read --json`` prints it."""


@dataclasses.dataclass(frozen=True, eq=False)
class Project:
    """One project of the city. ``verdict`` is how it judges itself: a key of `demo_words.VERDICTS`."""

    number: int
    kind: Kind
    thing: str
    verdict: str

    def verdict_of(self, fiscal_year: int) -> demo_words.Verdict:
        """How it is judged that year; what is to end is judged so in the last year only."""
        ends_later = self.verdict == "abolish" and fiscal_year < YEARS[-1]
        return demo_words.VERDICTS["keep" if ends_later else self.verdict]

    @property
    def name(self) -> str:
        """事務事業名."""
        return self.kind.name.replace("{x}", self.thing)

    @property
    def division(self) -> Division:
        """The section that runs it."""
        return next(division for division in DIVISIONS if division.name == self.kind.division)

    def chance(self, what: str) -> random.Random:
        """A source of chance that gives the same for this project and purpose each time."""
        return random.Random(f"{self.number} {what}")


@functools.cache
def projects() -> tuple[Project, ...]:
    """All projects but the one of the 2017 sample, in the order of their sections."""
    order = [division.name for division in DIVISIONS]
    pairs = [(kind, thing) for kind in KINDS for thing in kind.things]
    pairs.sort(key=lambda pair: order.index(pair[0].division))
    chosen = []
    for number, (kind, thing) in enumerate(pairs):
        verdict = demo_words.CYCLE[number % len(demo_words.CYCLE)]
        chosen.append(Project(number, kind, thing, verdict))
    return tuple(chosen)


def sheet(project: Project, fiscal_year: int) -> Sheet:
    """The project's sheet of one year; a fresh dictionary, free to be changed."""
    years = range(fiscal_year - 2, fiscal_year + 2)
    rows = _costs(project, fiscal_year)
    costs = {row: {str(year): figures.get(year) for year in years} for row, figures in rows.items()}
    out: Sheet = {"form": FORM_ID, "fiscal_year": fiscal_year, "project_name": project.name}
    out |= _head(project, fiscal_year)
    out |= _texts(project, fiscal_year)
    out["cost_breakdown"] = _breakdown(project, int(costs["project_total"][str(fiscal_year)] or 0))
    out["costs"] = costs
    for table, measures in (
        ("activity_indicators", project.kind.activities),
        ("target_indicators", project.kind.targets),
        ("outcome_indicators", project.kind.outcomes),
    ):
        out[table] = [
            _indicator(project, table, i, measure, fiscal_year) for i, measure in enumerate(measures)
        ]
    out |= project.verdict_of(fiscal_year).judge(project.name)
    turn = (project.number + fiscal_year) % 3
    out["summary"]["text"] += demo_words.REMARKS[turn]
    if out["direction_text"] and "廃止" not in out["directions"]:
        out["direction_text"] += demo_words.STEPS[turn]
    return out


def sample(fiscal_year: int) -> Sheet:
    """The 2017 sheet that is shipped with the form, and its invented successor a year later."""
    folder = resources.files("workbook") / "forms"
    data: Sheet = json.loads((folder / f"{FORM_ID}_sample.json").read_text(encoding="utf-8"))
    if fiscal_year == data["fiscal_year"]:
        return data
    planned = data["fiscal_year"] + 1
    data["fiscal_year"] = planned
    for table in ("activity_indicators", "target_indicators", "outcome_indicators"):
        for indicator in data[table]:
            expected = indicator["values"][str(planned)]
            _roll(indicator["values"], planned, expected, expected)
    settled = {"general": 9214, "project_total": 9214, "staff_count": 5, "work_hours": 1840}
    settled["labour_total"] = labour(settled["work_hours"], planned)
    settled["grand_total"] = settled["project_total"] + settled["labour_total"]
    following = {"general": 9300, "project_total": 9300}
    for row, values in data["costs"].items():
        _roll(values, planned, settled.get(row), following.get(row))
    data["cost_breakdown"] = (
        "【使用料】\n・対策ソフトのライセンス更新 4,418千円\n・無害化サービスの使用料 2,871千円\n"
        "【賃借料】\n・対策機器のリース料 1,925千円"
    )
    return data


def labour(hours: int, year: int) -> int:
    """人件費計 in 千円: hours × the year's rate, rounded half up."""
    return int((Decimal(hours * RATES[year]) / 1000).quantize(Decimal(1), ROUND_HALF_UP))


def _roll(values: dict[str, Any], settled: int, result: Any, plan: Any) -> None:
    """One year on: the first year leaves, the plan becomes a result, a new plan follows."""
    del values[str(settled - 3)]
    values[str(settled)] = result
    values[str(settled + 1)] = plan


def _head(project: Project, fiscal_year: int) -> Sheet:
    division = project.division
    chance = project.chance("head")
    program = _aim(PROGRAMS, project.kind.program)
    measure = _aim(MEASURES, program.parent)
    policy = _aim(POLICIES, measure.parent)
    major = f"{1 + KINDS.index(project.kind) % 12:02}"
    department, section = section_in(division, program.code, fiscal_year)
    minor = f"{1 + project.kind.things.index(project.thing):02}"
    return {
        "department": department,
        "division": section,
        "group": chance.choice(division.groups),
        "division_head": division.head,
        "contact_name": chance.choice(demo_words.CONTACTS),
        "phone": division.phone,
        "extension": str(1200 + project.number),
        "policy": {"code": policy.code, "name": policy.name},
        "measure": _with_aim(measure),
        "basic_program": _with_aim(program),
        "budget": {
            "account": "01",
            "kan": division.kan,
            "kou": division.kou,
            "moku": f"{1 + int(program.code) % 7:02}",
            "major": major,
            "minor": minor,
            "major_name": project.kind.name.replace("{x}", ""),
            "minor_name": project.name,
        },
        "period": _period(project),
    }


def _aim(aims: tuple[Aim, ...], code: str) -> Aim:
    return next(aim for aim in aims if aim.code == code)


def _with_aim(aim: Aim) -> Sheet:
    return {"code": aim.code, "name": aim.name, "target": aim.target, "intent": aim.intent}


def _period(project: Project) -> Sheet:
    start = project.chance("period").randint(1975, 2013)
    if project.kind.program == "072":
        return {"kind": "multi_year", "start_year": 2014, "end_year": 2021 + project.number % 3}
    return {"kind": "recurring", "start_year": start, "end_year": None}


# ---- figures -----------------------------------------------------------------------------------------------


def _costs(project: Project, fiscal_year: int) -> dict[str, Figures]:
    """The ten rows: settled figures, and the plan of the year after ``fiscal_year``."""
    sources = [*("national", "prefectural", "bonds", "other"), "general"]
    rows: dict[str, Figures] = {row: {} for row in sources}
    totals, hours = _totals(project), _hours(project)
    rows |= {"project_total": {}, "staff_count": {}, "work_hours": {}, "labour_total": {}, "grand_total": {}}
    for year in range(fiscal_year - 2, fiscal_year + 2):
        planned = year > fiscal_year
        total = totals[year, planned]
        rest = total
        for source in sources[:-1]:
            share = project.kind.shares.get(source)
            if share:
                rows[source][year] = round(total * share)
                rest -= rows[source][year]  # type: ignore[assignment]
        rows["general"][year] = rest
        worked = hours[year, planned]
        pay = labour(worked, min(year, fiscal_year))
        staff = _staff(project) if worked else 0
        figures = (total, staff, worked, pay, total + pay)
        names = ("project_total", "staff_count", "work_hours", "labour_total", "grand_total")
        for row, value in zip(names, figures, strict=True):
            rows[row][year] = value
    return rows


Planned = tuple[int, bool]


@functools.cache
def _totals(project: Project) -> dict[Planned, int]:
    """事業費計 by (year, planned?). A plan stays near the year before, a result near its plan."""
    return _walk(project, "cost", project.kind.cost, (0.95, 1.06))


@functools.cache
def _hours(project: Project) -> dict[Planned, int]:
    return _walk(project, "hours", project.kind.hours, (0.93, 1.07))


def _walk(project: Project, what: str, usual: int, steps: tuple[float, float]) -> dict[Planned, int]:
    chance = project.chance(what)
    value = round(usual * chance.uniform(0.7, 1.3))
    out: dict[Planned, int] = {}
    for year in ALL_YEARS:
        if year > YEARS[0]:
            out[year, True] = round(value * chance.uniform(*project.verdict_of(year - 1).next_cost))
            value = round(out[year, True] * chance.uniform(0.96, 1.02))
        elif year > ALL_YEARS[0]:
            value = round(value * chance.uniform(*steps))
        out[year, False] = value
    return out


def _staff(project: Project) -> int:
    """正規職員従事人数: some hundred hours to each, in every year the same."""
    most = max(_hours(project).values())
    return max(1, -(-most // 1500))


def _indicator(project: Project, table: str, slot: int, measure: Measure, fiscal_year: int) -> Sheet:
    values = _values(project, f"{table} {slot}", measure)
    years = range(fiscal_year - 2, fiscal_year + 2)
    return {
        "slot": SLOTS[slot],
        "name": measure.name.replace("{x}", project.thing),
        "unit": measure.unit,
        "values": {str(year): values[year, year > fiscal_year] for year in years},
    }


def _values(project: Project, what: str, measure: Measure) -> dict[Planned, int | float]:
    """An indicator's values by (year, planned?); every plan is better than the result before it."""
    chance = project.chance(what)
    share = measure.unit == "%" or isinstance(measure.usual, float)
    value = measure.usual * chance.uniform(0.85, 1.05)
    out: dict[Planned, int | float] = {}
    for year in ALL_YEARS:
        if year > YEARS[0]:
            ending = not any(project.verdict_of(year - 1).next_cost)
            out[year, True] = 0 if ending else _better(out[year - 1, False], measure, share)
        value *= chance.uniform(0.96, 1.05)
        if measure.unit == "%":
            value = min(value, 97.0)
        out[year, False] = round(value, 1) if share else max(1, round(value))
    return out


def _better(value: int | float, measure: Measure, share: bool) -> int | float:
    step = max(abs(value) * 0.02, 0.1 if share else 1)
    if share:
        return round(value + measure.good * step, 1)
    return max(0, round(value + measure.good * step))


# ---- texts -------------------------------------------------------------------------------------------------


def _texts(project: Project, fiscal_year: int) -> Sheet:
    kind, chance = project.kind, project.chance(f"texts {fiscal_year}")
    work, target = kind.work.replace("{x}", project.thing), kind.target.replace("{x}", project.thing)
    ending = not any(project.verdict_of(fiscal_year).next_cost)
    turn = (project.number + fiscal_year) % 3  # no section writes the same two years running
    return {
        "outline": f"{work}。\n{chance.choice(demo_words.OUTLINES)}",
        "activity_actual": f"{demo_words.past(work)}。{demo_words.DONE[turn]}",
        "activity_plan": demo_words.LAST_PLAN if ending else f"{work}。{demo_words.PLANNED[turn]}",
        "target": f"・{target}",
        "intent": f"・{kind.intent}",
        "environment": chance.choice(demo_words.ENVIRONMENT),
        "reforms": chance.choice(demo_words.REFORMS),
        "opinions": chance.choice(demo_words.OPINIONS),
    }


def _breakdown(project: Project, total: int) -> str:
    """The lines of 事業費の内訳, which add up to the year's 事業費計."""
    items, chance = project.kind.items, project.chance("items")
    weights = [chance.uniform(0.5, 2.0) / (i + 1) for i in range(len(items))]
    amounts = [int(total * weight / sum(weights)) for weight in weights[1:]]
    priced = zip(items, [total - sum(amounts), *amounts], strict=True)
    return "\n".join(f"・{item} {amount:,}千円" for item, amount in priced)
