"""受付簿: who has submitted what, who is missing, what goes back, and what changed since the last run.

It is kept beside the summary book (`path_of`), so that the next run can tell what changed, and so that
``evalxl status`` and ``evalxl remind`` need not read the sheets again.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from evalxl import texts
from evalxl.grouping import order, sections
from evalxl.identity import Section, section_key
from evalxl.ledger import Entry
from evalxl.masters.model import Masters, Project
from evalxl.rules.across import Run
from evalxl.settings import Settings
from evalxl.tables import FindingRow, SheetRows
from workbook.atomic import replacing
from workbook.notation import fold

Status = Literal["submitted", "returned", "double", "refused", "missing", "skipped"]
"""``returned``: it has errors and goes back; ``double``: the project has another sheet of that year."""
Change = Literal["new", "changed", "same"]
VERSION = 1


class Open(msgspec.Struct, frozen=True):
    """An error that the section must mend."""

    code: str
    cell: str | None
    message: str
    hint: str


class Line(msgspec.Struct, kw_only=True):
    """A line of the ledger: a sheet, a refused or skipped file, or a project that is missing."""

    status: Status
    department: str = ""
    division: str = ""
    project: str = ""
    """事務事業名."""
    project_id: str = ""
    key: str = ""
    """What tells its project from another of the same name: the master's line, else the sheet's key."""
    fiscal_year: int | None = None
    file: str | None = None
    sheet: str | None = None
    sha256: str = ""
    errors: int = 0
    warnings: int = 0
    open: list[Open] = []
    """The errors, of a refused file the reason."""
    contact: str = ""
    """Whom to call, as the master of projects has it."""
    change: Change | None = None
    """Against the last run; None where there was none."""
    mended: int = 0
    """Errors of the last run that are gone."""
    doubles: list[str] = []
    """The first of the sheets of the same project and year."""
    doubles_more: int = 0
    """How many there are besides."""
    due: bool = False
    """Counts in the progress: a project of the evaluated year."""


class Progress(msgspec.Struct, kw_only=True):
    """A section's line: projects of the evaluated year."""

    department: str
    division: str
    expected: int | None
    """Of the master; None without a master of projects."""
    submitted: int = 0
    """Sheets, double ones once; refused files are not among them."""
    ready: int = 0
    """Of these, the ones without errors."""
    returned: int = 0
    double: int = 0
    missing: int = 0
    refused: int = 0
    contact: str = ""


class Reception(msgspec.Struct, kw_only=True):
    """The ledger of a run, as it is kept between runs."""

    version: int = VERSION
    output: str
    """The summary book's file name."""
    updated: str
    """The day, as ISO 8601."""
    fiscal_year: int | None
    """The evaluated year that must be complete."""
    lines: list[Line]
    sections: list[Progress]
    gone: list[str] = []
    """Files of the last run that are not there any more."""
    compared: str | None = None
    """The day of the run that it was compared with."""
    made_from: str = ""
    book: str = ""
    """Hashes of what the summary book was made from, and of the book (`evalxl.standing`)."""


class LedgerError(Exception):
    """The kept ledger cannot be read: ``path``, ``detail`` (``damaged``, ``version``, a system's error)."""

    def __init__(self, path: str, detail: str) -> None:
        super().__init__(f"{path}: {detail}")
        self.path = path
        self.detail = detail


def read(path: Path) -> Reception | None:
    """The kept ledger; None where there is none. Raises `LedgerError`."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Reception)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LedgerError(str(path), texts.os_error(error)) from error
    except msgspec.DecodeError as error:
        raise LedgerError(str(path), "damaged") from error
    if found.version != VERSION:
        raise LedgerError(str(path), "version")
    return found


def last(path: Path) -> Reception | None:
    """The kept ledger for a comparison; None where there is none that can be read."""
    try:
        return read(path)
    except LedgerError:
        return None


def write(reception: Reception, path: Path) -> None:
    """Keep a ledger, whole or not at all. Raises `workbook.errors.OutputLocked`."""
    data = msgspec.json.format(msgspec.json.encode(reception), indent=1)
    with replacing(path) as temporary:
        temporary.write_bytes(data)


# ---- making it ---------------------------------------------------------------------------------------------


def receive(
    entries: Sequence[Entry], run: Run, settings: Settings, before: Reception | None, output: str, day: str
) -> Reception:
    """The ledger of a run. ``before`` is the last one, for what changed; ``day`` is today's, ISO 8601."""
    return _Desk(run, settings, before).reception(entries, output, day)


@dataclasses.dataclass(slots=True, frozen=True)
class _Place:
    """A section as it is written, and its key."""

    department: str
    division: str

    @property
    def key(self) -> Section:
        return section_key(self.department, self.division)


class _Desk:
    """Takes the entries of a run in, one after the other."""

    def __init__(self, run: Run, settings: Settings, before: Reception | None) -> None:
        self.run, self.before = run, before
        self.masters: Masters = settings.masters or Masters()
        self.due = self.masters.due(run.year) if run.year is not None else []
        self.taken: set[int] = set()
        """Lines of the master whose project has a sheet."""
        self.old = {(line.file, line.sheet): line for line in before.lines} if before else {}
        self.hashes = {line.file: line.sha256 for line in before.lines} if before else {}
        self.sections = self._known_sections()

    def _known_sections(self) -> dict[Section, _Place]:
        places = [_Place(project.department, project.division) for project in self.due]
        heads = (sheet.head for sheet in self.run.sheets)
        places += [_Place(h.get("department") or "", h.get("division") or "") for h in heads]
        found: dict[Section, _Place] = {}
        for place in places:
            found.setdefault(place.key, place)
        return found

    def reception(self, entries: Sequence[Entry], output: str, day: str) -> Reception:
        numbers = iter(range(len(self.run.sheets)))
        lines = [self._line(entry, next(numbers) if entry.sheet else None) for entry in entries]
        for line in lines:
            self._compare(line)
        lines += self._missing()
        there = {line.file for line in lines}
        return Reception(
            output=output,
            updated=day,
            fiscal_year=self.run.year,
            lines=lines,
            sections=list(self._progress(lines)),
            gone=sorted({file for file in self.hashes if file and file not in there}),
            compared=self.before.updated if self.before else None,
        )

    def _line(self, entry: Entry, number: int | None) -> Line:
        if entry.sheet is None or number is None:
            return self._without_sheet(entry)
        sheet = entry.sheet
        project = self._project(number)
        due = sheet.fiscal_year == self.run.year
        if project and due:
            self.taken.add(project.line)
        place = self._place(sheet, project)
        errors = [_open(row) for row in sheet.findings if row[1] == "error"]
        return Line(
            status="double" if entry.doubles else "returned" if errors else "submitted",
            department=place.department,
            division=place.division,
            project=sheet.head.get("project_name") or "",
            project_id=sheet.head.get("project_id") or (project.id if project else ""),
            key=f"#{project.line}" if project else sheet.project,
            fiscal_year=sheet.fiscal_year,
            file=sheet.file,
            sheet=sheet.sheet,
            sha256=entry.file.sha256,
            errors=len(errors),
            warnings=sum(row[1] == "warning" for row in sheet.findings),
            open=errors,
            contact=project.contact if project else "",
            doubles=list(entry.doubles.named),
            doubles_more=entry.doubles.more,
            due=due,
        )

    def _project(self, number: int) -> Project | None:
        """The project of the master that a sheet is about."""
        if not self.masters.projects:  # nor need it be known what a sheet is recognised by
            return None
        return self.masters.project_of(self.run.identities[number], self.run.sheets[number].fiscal_year)

    def _place(self, sheet: SheetRows, project: Project | None) -> _Place:
        """The section, written as the master or the first sheet has it."""
        if project:
            return _Place(project.department, project.division)
        own = _Place(sheet.head.get("department") or "", sheet.head.get("division") or "")
        return self.sections.get(own.key, own)

    def _without_sheet(self, entry: Entry) -> Line:
        if entry.status == "skipped":
            return Line(status="skipped", file=entry.file.file, sha256=entry.file.sha256)
        place = self._named(entry.file.file)
        reason = Open(entry.code or "", None, entry.message or "", _hint(entry))
        return Line(
            status="refused",
            department=place.department if place else "",
            division=place.division if place else "",
            file=entry.file.file,
            sheet=entry.sheet_name,
            sha256=entry.file.sha256,
            errors=1,
            open=[reason],
        )

    def _named(self, file: str) -> _Place | None:
        """The section whose name a refused file bears; None where that is none, or several."""
        name = fold(file)
        found = [place for (_, division), place in self.sections.items() if division and division in name]
        longest = max((len(place.division) for place in found), default=0)
        found = [place for place in found if len(place.division) == longest]
        return self._now(found[0]) if len(found) == 1 else None

    def _now(self, place: _Place) -> _Place:
        """The section that goes on with the work of one that is no more."""
        heirs = self.masters.heirs(place.key, self.run.year or 0)
        known = {section_key(project.department, project.division) for project in self.due}
        if place.key in known or len(heirs) != 1:
            return place
        return _Place(heirs[0].department or place.department, heirs[0].division)

    def _compare(self, line: Line) -> None:
        """What changed since the last run, by the file's bytes."""
        if self.before is None or line.status == "skipped":
            return
        if line.file not in self.hashes:
            line.change = "new"
            return
        line.change = "same" if self.hashes[line.file] == line.sha256 else "changed"
        old = self.old.get((line.file, line.sheet))
        if old:
            now = Counter((item.code, item.cell) for item in line.open)
            line.mended = (Counter((item.code, item.cell) for item in old.open) - now).total()

    def _missing(self) -> Iterator[Line]:
        for project in self.due:
            if project.line not in self.taken:
                yield Line(
                    status="missing",
                    department=project.department,
                    division=project.division,
                    project=project.name,
                    project_id=project.id,
                    fiscal_year=self.run.year,
                    contact=project.contact,
                    due=True,
                )

    def _progress(self, lines: Iterable[Line]) -> Iterator[Progress]:
        """The sections as the organisation lists them, else the projects, then the sheets."""
        expected = Counter(section_key(project.department, project.division) for project in self.due)
        by_section: dict[Section, list[Line]] = {key: [] for key in self.sections if key in expected}
        for line in lines:
            key = section_key(line.department, line.division)
            if line.due or (line.status == "refused" and key != ("", "")):
                by_section.setdefault(key, []).append(line)
        found = [
            (self.sections.get(key) or _Place(own[0].department, own[0].division), own)
            for key, own in by_section.items()
        ]
        if self.masters.units:
            rank = order(sections(self.masters, self.run.year))
            found.sort(key=lambda pair: rank((pair[0].department, pair[0].division)))
        for place, own in found:
            total = expected[place.key] if self.due else None
            yield _progress(place, own, total, self._contact(place.key))

    def _contact(self, key: Section) -> str:
        """Whom to call: who stands for most projects of the section."""
        own = (p.contact for p in self.due if p.contact and section_key(p.department, p.division) == key)
        found = Counter(own).most_common(1)
        return found[0][0] if found else ""


def _progress(place: _Place, lines: list[Line], expected: int | None, contact: str) -> Progress:
    sheets: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if line.status in ("submitted", "returned", "double"):
            sheets[line.key].append(line)
    counts = Counter(line.status for line in lines)
    return Progress(
        department=place.department,
        division=place.division,
        expected=expected,
        submitted=len(sheets),
        ready=sum(all(line.status == "submitted" for line in own) for own in sheets.values()),
        returned=counts["returned"],
        double=counts["double"],
        missing=counts["missing"],
        refused=counts["refused"],
        contact=contact,
    )


def _open(row: FindingRow) -> Open:
    return Open(row[0], row[4], row[5], row[6])


def _hint(entry: Entry) -> str:
    """How a refused file is to be mended."""
    rows = (row for row in entry.file.findings if row[0] == entry.code and row[5] == entry.message)
    return next((row[6] for row in rows), "")
