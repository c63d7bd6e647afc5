"""The demo's files: an invented city's books of two years, laid out in many ways, with planted faults.

`write_demo` writes them and says what it planted; `compare` holds that against what was found.
"""

from __future__ import annotations

import dataclasses
import shutil
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path, PurePath

from evalxl import processes
from evalxl.demo import data as demo_data
from evalxl.demo import masters as demo_masters
from evalxl.demo.city import DIVISIONS, Division, section_in
from evalxl.demo.data import FORM_ID, SAMPLE_NAME, YEARS, Project, Sheet
from evalxl.demo.faults import FAULTS, LOST_LABEL, Fault, Typed
from workbook import broken, filled, form, record
from workbook.filled import Filled
from workbook.styles import Style

STYLES: dict[str, tuple[int, Style]] = {
    "総務課": (1, Style()),
    "情報システム課": (3, Style(coarse=True, on="■")),
    "市民課": (4, Style(coarse=True, on="■", inside=True)),
    "環境課": (1, Style(coarse=True, labels="wide")),
    "福祉課": (3, Style(coarse=True, two_sheets=True)),
    "子育て支援課": (5, Style(coarse=True, top=2, left=1, years="era", break_years=True)),
    "健康づくり課": (9, Style(coarse=True, period_together=True, labels="broken")),
    "農林課": (3, Style(coarse=True, digits_together=True, numbers="comma", text_in="indicators")),
    "商工観光課": (1, Style(coarse=True, inserted=(12, 31), on="レ")),
    "建設課": (4, Style(coarse=True, on="●", off="○", instructions=True)),
    "学校教育課": (3, Style(coarse=True, years="letter", labels="spaced", two_sheets=True, inside=True)),
    "社会教育課": (6, Style(coarse=True, left=2, years="western")),
}
"""How many projects a section puts into a book, and how it lays the form out and types."""


@dataclasses.dataclass(slots=True, frozen=True)
class Planted:
    """A finding that must come: ``file`` is relative to the demo's folder, ``field`` a flat key."""

    file: str
    code: str
    year: int | None = None
    field: str | None = None
    sheet: str | None = None
    """The project on whose sheet it is; None where the whole file is meant."""


Book = tuple[Path, list[Filled], Style]


@dataclasses.dataclass(slots=True)
class Plan:
    """What was written: ``books`` and ``skipped`` (lock files) relative to ``folder``.

    ``differences`` are figures that disagree with last year's file; only a run that is given last year's
    files can find them. ``across`` is what only a consolidation with the masters can find; its ``file`` is
    empty where no file is there.
    """

    folder: Path
    books: list[str] = dataclasses.field(default_factory=list)
    skipped: list[str] = dataclasses.field(default_factory=list)
    planted: list[Planted] = dataclasses.field(default_factory=list)
    differences: list[Planted] = dataclasses.field(default_factory=list)
    across: list[Planted] = dataclasses.field(default_factory=list)
    files: dict[tuple[int, int], str] = dataclasses.field(default_factory=dict)
    """Number of a project and evaluated year → its book."""
    projects: dict[int, int] = dataclasses.field(default_factory=dict)
    """Sheets that can be read, by evaluated year."""
    waiting: list[Book] = dataclasses.field(default_factory=list)
    """What is planned and not yet written."""

    def year_folder(self, fiscal_year: int) -> Path:
        """Where the books of an evaluated year lie."""
        return self.folder / str(fiscal_year)


Found = tuple[str, str, int | None, str | None]
"""A finding: file, code, year, field; of no file: "", code, year, the project's name."""


@dataclasses.dataclass(slots=True)
class Account:
    """Planted against found. ``unexpected`` are errors that nobody planted."""

    found: list[Planted]
    missed: list[Planted]
    unexpected: list[Found]

    @property
    def matches(self) -> bool:
        """Everything planted was found, and no other error."""
        return not self.missed and not self.unexpected


def compare(plan: Plan, found: Iterable[Found], *, beside: bool = False) -> Account:
    """Hold the findings of a run against the plan; a file may be named by any path that ends in the plan's.

    ``beside``: the run was given the masters and last year's files, and so must find all.

    Warnings and infos that were not planted are no mismatch: real sheets have them, too.
    """
    from evalxl.rules import registry

    rules = registry.load()
    by_name = {PurePath(book).parts[-2:]: book for book in plan.books}
    there: set[Found] = {
        (by_name.get(PurePath(f).parts[-2:], f), code, y, registry.field_name(key))
        for f, code, y, key in found
    }
    more = [*plan.differences, *plan.across]
    due = [*plan.planted, *more] if beside else plan.planted
    wanted = {(p.file, p.code, p.year, registry.field_name(p.field)): p for p in due}
    known = {(p.file, p.code, p.year, registry.field_name(p.field)) for p in [*plan.planted, *more]}
    errors = (item for item in there - known if item[1] in rules and rules[item[1]].severity == "error")
    return Account(
        [planted for key, planted in wanted.items() if key in there],
        [planted for key, planted in wanted.items() if key not in there],
        sorted(errors, key=str),
    )


def write_demo(folder: Path, jobs: int | None = 1) -> Plan:
    """Write the departments' books of both years into ``folder``; the same city each time.

    ``jobs`` processes write them; None: as many as there are processors.
    """
    plan = Plan(folder)
    faults = _assigned()
    for fiscal_year in YEARS:
        plan.year_folder(fiscal_year).mkdir(parents=True, exist_ok=True)
        plan.projects[fiscal_year] = len(demo_data.projects()) + 1
        _write_sample(plan, fiscal_year)
        for division in DIVISIONS:
            _write_division(plan, division, fiscal_year, faults)
    copied, copy = _double(plan, YEARS[-1])
    _write_waiting(plan, jobs)
    shutil.copyfile(plan.folder / copied, plan.folder / copy)
    _write_refused(plan, YEARS[-1])
    return plan


def _write_waiting(plan: Plan, jobs: int | None) -> None:
    """Write all that is planned, in processes where there are many books."""
    number = processes.wanted(len(plan.waiting), jobs)
    try:
        if number > 1:
            _in_processes(plan.waiting, number)
    except BrokenProcessPool:  # there are machines where none can work
        number = 1
    if number == 1:
        for book in plan.waiting:
            _write_book(book)
    plan.waiting.clear()


def _in_processes(books: list[Book], number: int) -> None:
    pool = ProcessPoolExecutor(number, processes.context(), signal.signal, (signal.SIGINT, signal.SIG_IGN))
    try:
        with processes.without_script():
            written = pool.map(_write_book, books, chunksize=2)
        list(written)
    finally:
        pool.shutdown(cancel_futures=True)


def _write_book(book: Book) -> None:
    path, sheets, style = book
    filled.write(form.get(FORM_ID), sheets, path, style)


def write_masters(plan: Plan, folder: Path) -> None:
    """Write the city's masters into ``folder``, and add to the plan what they are to find."""
    demo_masters.write(folder)
    year = YEARS[-1]
    plan.across += [Planted("", "X801", year, name) for name, *_ in demo_masters.MISSING]
    for number, code, field in (
        *((number, "X806", f"costs.project_total.{year}") for number in demo_masters.OTHER_ACCOUNTS),
        (OLD_RATE, "C304", f"costs.labour_total.{year}"),
        (OLD_RATE, "X805", f"costs.labour_total.{year}"),
        (OLD_SECTION, "H104", "division"),
    ):
        plan.across.append(Planted(plan.files[number, year], code, year if "." in field else None, field))
    for fiscal_year in YEARS:
        plan.across.append(
            Planted(plan.files[demo_masters.UNKNOWN, fiscal_year], "X804", None, "project_name")
        )


Assigned = dict[tuple[int, int], Fault]
"""Project's number and evaluated year → the fault planted there."""


def _assigned() -> Assigned:
    """Each fault to a project it fits, spread over the sections; the two years share them out."""
    out: Assigned = {}
    taken: set[int] = set()
    sheets = {(p.number, year): demo_data.sheet(p, year) for p in demo_data.projects() for year in YEARS}
    per_division = dict.fromkeys(STYLES, 0)
    for i, fault in enumerate([*FAULTS, LOST_LABEL]):
        fiscal_year = YEARS[i % 2]
        free = (project for project in demo_data.projects() if project.number not in taken)
        fitting = [p for p in free if _fits(fault, p, sheets[p.number, fiscal_year])]
        project = min(fitting, key=lambda p: (per_division[p.division.name], p.number))
        taken.add(project.number)
        per_division[project.division.name] += 1
        out[project.number, fiscal_year] = fault
    return out


def _fits(fault: Fault, project: Project, sheet: Sheet) -> bool:
    size, style = STYLES[project.division.name]
    apart = size == 1 and not style.two_sheets
    if project.verdict not in fault.verdicts or (fault.alone and not apart):
        return False
    return fault.fit(sheet)


def _write_sample(plan: Plan, fiscal_year: int) -> None:
    """The city's own example, on the form as printed."""
    data = demo_data.sample(fiscal_year)
    name = f"{fiscal_year}/{data['department']}_{data['division']}_{SAMPLE_NAME}.xlsx"
    _write(plan, name, [Filled(_record(data))], Style())


def _write_division(plan: Plan, division: Division, fiscal_year: int, faults: Assigned) -> None:
    size, style = STYLES[division.name]
    mine = [project for project in demo_data.projects() if project.division is division]
    sections: dict[tuple[str, str], list[Project]] = {}
    for project in mine:
        sections.setdefault(section_in(division, project.kind.program, fiscal_year), []).append(project)
    for section, own in sections.items():
        for number, start in enumerate(range(0, len(own), size), 1):
            group = own[start : start + size]
            what = group[0].name if size == 1 else f"{number}"
            name = f"{fiscal_year}/{'_'.join(section)}_{what}.xlsx"
            _write(plan, name, [_filled(plan, name, p, fiscal_year, faults) for p in group], style)


def _filled(plan: Plan, file: str, project: Project, fiscal_year: int, faults: Assigned) -> Filled:
    """A project's sheet with what is planted in it."""
    data, typed = _with_fault(project, fiscal_year, faults)
    plan.files[project.number, fiscal_year] = file
    if fault := faults.get((project.number, fiscal_year)):
        plan.planted += _planted(fault, file, project, fiscal_year)
    if fiscal_year == YEARS[-1]:
        lost = faults.get((project.number, YEARS[0])) is LOST_LABEL
        before = None if lost else _with_fault(project, YEARS[0], faults)[0]
        plan.differences += _differences(file, project, before, data)
    return Filled(_record(data), typed)


def _with_fault(project: Project, fiscal_year: int, faults: Assigned) -> tuple[Sheet, Typed]:
    data, typed = demo_data.sheet(project, fiscal_year), Typed()
    if fiscal_year == YEARS[-1]:
        _differ(project, data)
    if fault := faults.get((project.number, fiscal_year)):
        fault.plant(data, typed, fiscal_year)
    return data, typed


def _planted(fault: Fault, file: str, project: Project, fiscal_year: int) -> Iterator[Planted]:
    for code, field, year in fault.findings(fiscal_year):
        yield Planted(file, code, year, field, project.name if field else None)


REWRITTEN = (4, 50)
"""Numbers of projects whose sheet of the later year has another past figure than the one of a year before."""
OLD_RATE, OLD_SECTION = 60, 68
"""Numbers of projects: one reckons with last year's hourly rate, one still writes its old section's name."""
TWICE, COPIED = 5, 7
"""Numbers of projects that are submitted twice: one with other content, one as a mere copy."""


def _differ(project: Project, sheet: Sheet) -> None:
    """What a sheet of the later year has that only masters and last year's files can find wrong."""
    costs, year = sheet["costs"], sheet["fiscal_year"]
    if project.number in REWRITTEN:
        for row in ("general", "project_total", "grand_total"):
            costs[row][str(year - 2)] += 36
    if project.number == OLD_RATE:
        paid = demo_data.labour(costs["work_hours"][str(year)], year - 1)
        costs["grand_total"][str(year)] += paid - costs["labour_total"][str(year)]
        costs["labour_total"][str(year)] = paid
    if project.number == OLD_SECTION:
        sheet["division"] = project.division.name


def _differences(file: str, project: Project, before: Sheet | None, sheet: Sheet) -> Iterator[Planted]:
    """The settled costs that both years' sheets hold and that are not the same."""
    year = sheet["fiscal_year"]
    for row in sheet["costs"] if before else ():
        for past in range(year - 2, year):
            old, new = (side["costs"][row].get(str(past)) for side in (before or sheet, sheet))
            if None not in (old, new) and old != new:
                yield Planted(file, "Y701", past, f"costs.{row}.{past}", project.name)


def _double(plan: Plan, fiscal_year: int) -> tuple[str, str]:
    """A project that is there twice with other content, and a book that is copied under another name."""
    twice, copied = (plan.files[number, fiscal_year] for number in (TWICE, COPIED))
    again = demo_data.sheet(demo_data.projects()[TWICE], fiscal_year)
    again["opinions"] = "提出のあとで、議会からの意見を書き加えた。"
    corrected, copy = twice.replace(".xlsx", "（修正）.xlsx"), copied.replace(".xlsx", "（写し）.xlsx")
    _write(plan, corrected, [Filled(_record(again))], Style())
    plan.books.append(copy)
    plan.projects[fiscal_year] += 2
    plan.across += [Planted(file, "X802", fiscal_year, "project_name") for file in (twice, corrected)]
    plan.across += [Planted(file, "X803", None, "project_name") for file in (copied, copy)]
    return copied, copy


def _write_refused(plan: Plan, fiscal_year: int) -> None:
    """Files that no reader can take, each refused with one finding, and a lock file that is passed over."""
    folder = plan.year_folder(fiscal_year)
    whole = folder.parent / plan.books[-1]
    for name, code, make in (
        ("総務部_総務課_空.xlsx", "F001", lambda path: path.write_bytes(b"")),
        ("総務部_総務課_途中まで.xlsx", "F001", lambda path: broken.truncate(whole, path)),
        ("市民生活部_環境課_文書.xlsx", "F001", broken.text),
        ("健康福祉部_福祉課_鍵付き.xlsx", "F002", broken.encrypted),
        ("産業建設部_建設課_備品台帳.xlsx", "F003", broken.foreign),
    ):
        make(folder / name)
        plan.books.append(f"{fiscal_year}/{name}")
        plan.planted.append(Planted(f"{fiscal_year}/{name}", code))
    broken.lock(whole)
    plan.skipped.append(f"{fiscal_year}/~${whole.name}")
    for planted in plan.planted:
        if planted.code == "F004":
            plan.projects[int(PurePath(planted.file).parts[0])] -= 1


def _record(data: Sheet) -> record.Record:
    return record.from_json(form.get(FORM_ID), data)


def _write(plan: Plan, name: str, sheets: list[Filled], style: Style) -> None:
    plan.waiting.append((plan.folder / name, sheets, style))
    plan.books.append(name)
