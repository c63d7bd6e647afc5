"""From files to what may be published: redacted records, their rows, and the names to look for."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from evalxl import counting, grouping, remarks, tables
from evalxl.grouping import HIERARCHIES
from evalxl.masters.model import Masters
from evalxl.pages import leaks
from evalxl.pages.redaction import is_left_out, redacted
from evalxl.placing import placed
from evalxl.remarks import Remark
from evalxl.results import FileResult, SheetResult
from evalxl.rules.across import run_year
from evalxl.rules.registry import Lang
from evalxl.tables import FileRows, SheetRows
from workbook.record import Record


@dataclasses.dataclass(slots=True)
class PublicFile:
    """One file, without what is left out. ``names`` and ``phones`` are only for the scan."""

    rows: FileRows
    records: list[Record]
    names: set[str]
    phones: set[str]


def public(result: FileResult, leave_out: Sequence[str], lang: Lang) -> PublicFile:
    """What of a file may go on. Done where the file is read, so that no more than that comes back."""
    records = [sheet.record for sheet in result.sheets]
    kept = [redacted(record, leave_out) for record in records]
    sheets = [SheetResult(r, sheet.findings) for r, sheet in zip(kept, result.sheets, strict=True)]
    rows = tables.extract(dataclasses.replace(result, sheets=sheets), lang)
    for own, record in zip(rows.sheets, records, strict=True):
        own.unread = {
            cost: code
            for cost, code in tables.unread_costs(record).items()
            if not is_left_out(f"costs.{cost[0]}", leave_out)
        }
    names = {name for record in records for name in leaks.names(record)}
    return PublicFile(rows, kept, names, {phone for record in records for phone in leaks.phones(record)})


@dataclasses.dataclass(frozen=True, slots=True)
class Project:
    """A project that gets a page: its latest sheet, and its place in the city's hierarchies."""

    ident: str
    """Part of its page's address; the same each year as long as its codes and name are."""
    record: Record
    rows: SheetRows
    section: tuple[str, ...]
    """部, 課."""
    place: tuple[str, ...]
    """政策, 施策, 基本事業."""


@dataclasses.dataclass(frozen=True, slots=True)
class Gathered:
    """All that is published, in the order of 施策; ``doubles`` are names that stand there more than once."""

    evaluated: int | None
    """The evaluated year of the whole (`run_year`), None without any sheet."""
    years: list[int]
    """Those that its sheets have."""

    projects: list[Project]
    superseded: int
    """Sheets of earlier years, whose projects have a later one."""
    doubles: list[str]
    remarks: list[Remark]
    """What those who publish must know of the figures."""


def gather(files: Iterable[PublicFile], masters: Masters | None = None) -> Gathered:
    """The projects, each by its latest sheet. A double submission gives two pages, and is told.

    With ``masters`` a project that was renamed or merged is one over the years, and sections and measures
    have the masters' names.
    """
    given = [pair for file in files for pair in zip(file.rows.sheets, file.records, strict=True)]
    count = counting.speakers([rows for rows, _ in given], masters)
    year = run_year(rows.fiscal_year for rows, _ in given)
    sheets = placed([rows for rows, _ in given], masters, year)
    pairs = [(own, _renamed(*pair, own)) for pair, own in zip(given, sheets, strict=True)]
    pairs = [_without(*pair, years) for pair, years in zip(pairs, count.ended, strict=True)]
    sections, places = (grouping.paths(hierarchy, sheets) for hierarchy in HIERARCHIES[:2])
    seen: Counter[str] = Counter()
    projects = []
    for i, (rows, record) in enumerate(pairs):
        if count.latest[i]:
            ident = _ident(rows.project)
            seen[ident] += 1
            ident += f"-{seen[ident]}" if seen[ident] > 1 else ""
            projects.append(Project(ident, record, rows, tuple(sections[i]), tuple(places[i])))
    nodes = grouping.nodes(places, [{}] * len(places), [True] * len(places))
    order = {node.path: number for number, node in enumerate(nodes)}
    projects.sort(key=lambda p: (order[p.place], p.record.text("project_name"), p.ident))
    doubles = {p.record.text("project_name") for p in projects if seen[p.ident] > 1}
    told = remarks.of([rows for rows, _ in given], count)
    years = sorted({of for _, record in given if record.fiscal_year == year for of in record.years})
    return Gathered(year, years, projects, len(pairs) - len(projects), sorted(doubles), told)


def _renamed(before: SheetRows, record: Record, rows: SheetRows) -> Record:
    """The record with the names that the masters gave its rows."""
    if rows is before:
        return record
    named = {
        re.sub("_(code|name)$", r".\1", column): text
        for column, text in rows.head.items()
        if text != before.head.get(column)
    }
    return dataclasses.replace(record, values={**record.values, **named})


def _without(rows: SheetRows, record: Record, years: frozenset[int]) -> tuple[SheetRows, Record]:
    """The sheet without its costs of these years, which count nowhere: plans for after the project's end."""
    if not years:
        return rows, record
    costs = [(*row[:4], None, row[5]) if row[0] in years else row for row in rows.costs]
    blank = {f"costs.{row[2]}.{row[0]}": None for row in rows.costs if row[0] in years}
    values = {**record.values, **blank}
    return dataclasses.replace(rows, costs=costs), dataclasses.replace(record, values=values)


def _ident(key: str) -> str:
    return "p" + hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:10]
