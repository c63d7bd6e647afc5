"""Files to ledger, tidy tables, totals and the summary book.

Reading is done elsewhere (`runner`): this takes results, or the rows that `tables.extract` made of them where
they were read, one at a time, so that no record has to be kept.

The module is not called ``consolidate``: that is the function of the public API, which it would hide.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
import operator
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from evalxl import counting, export, finance_tables, outputs, reception, remarks, standing, tables, totals
from evalxl.finance_tables import Beside
from evalxl.ledger import Entry, ledger
from evalxl.reception import Reception
from evalxl.remarks import Remark
from evalxl.results import FileResult
from evalxl.rules.across import Run, check_run
from evalxl.rules.registry import SEVERITIES, Finding, Lang
from evalxl.settings import Settings
from evalxl.summary import summarise
from evalxl.tables import FileRows, FindingRow, SheetRows
from workbook.record import plain
from workbook.summary.model import SummaryData


@dataclasses.dataclass(slots=True, frozen=True)
class Report:
    """What came of a consolidation."""

    files: list[FileRows]
    """In order of their names."""
    entries: list[Entry]
    totals: totals.Totals
    """(row, fiscal_year) → exact sum of what counts; money in 千円."""
    checks: list[Finding]
    """Findings of no one sheet: missing (X801) and vanished (Y706) projects, wrong totals (X807)."""
    output: Path
    seconds: float
    reception: Reception
    """受付簿, as it is kept beside the summary book."""
    remarks: list[Remark]
    """What a reader of the totals must know of the sheets."""
    stands: bool = False
    """Nothing changed since the last run: its book was left as it is."""

    @property
    def sheets(self) -> list[SheetRows]:
        """All sheets that were consolidated."""
        return [sheet for file in self.files for sheet in file.sheets]

    @property
    def refused(self) -> list[Entry]:
        """The files, or projects in files, that gave no record."""
        return [entry for entry in self.entries if entry.status == "refused"]

    @property
    def skipped(self) -> list[Entry]:
        """Files that were not meant to be read, such as ``~$`` lock files."""
        return [entry for entry in self.entries if entry.status == "skipped"]

    def findings(self) -> dict[str, int]:
        """How many findings of each severity, refused files and the self-check among them."""
        counts: Counter[str] = Counter(finding.severity for finding in self.checks)
        for file in self.files:
            counts.update(row[1] for row in file.findings)
            counts.update(row[1] for sheet in file.sheets for row in sheet.findings)
        return {severity: counts[severity] for severity in SEVERITIES}

    def to_json(self) -> dict[str, Any]:
        """The report with the names of the command line's JSON. ``files`` counts what was meant to be read,
        ``consolidated`` sheets (a file may hold several projects)."""
        return {
            "files": sum(bool(file.sheets or file.findings) for file in self.files),
            "consolidated": len(self.sheets),
            "refused": [
                {"file": entry.file.file, "code": entry.code, "message": entry.message}
                for entry in self.refused
            ],
            "findings": self.findings(),
            "totals": {
                row: {str(year): plain(amount) for year, amount in years.items()}
                for row, years in totals.by_row(self.totals).items()
            },
            "seconds": round(self.seconds, 3),
        }


def consolidate(
    results: Iterable[FileResult | FileRows],
    output: Path | str,
    *,
    data: Path | str | None = None,
    settings: Settings | None = None,
    lang: Lang = "ja",
    title: str = summarise.TITLE,
    created: str | None = None,
    started: float | None = None,
    fresh: bool = False,
) -> Report:
    """Write the summary book to ``output`` and, where ``data`` is given, the tidy tables into that folder.

    Args:
        results: one for each file, in any order; refused files among them.
        created: the date on the book, in words; today's by default.
        started: `time.perf_counter` of when reading began, for ``seconds``; by default, now.
        fresh: write the book also where the last run's is the same.

    Raises:
        OutputLocked: the book is open in Excel, or the folder takes no files.

    Sheets of several evaluated years may come together: each project-year counts once (`counting`).
    """
    began = time.perf_counter() if started is None else started
    settings = settings or Settings()
    files = sorted(
        (_own(item) if isinstance(item, FileRows) else tables.extract(item, lang) for item in results),
        key=lambda file: file.file,
    )
    sheets = [sheet for file in files for sheet in file.sheets]
    count = counting.speakers(sheets, settings.masters)
    run = Run(sheets, count)
    checks = _across(run, settings, lang)
    entries, sums = ledger(files, count), totals.counted(sheets, count.years)
    told = remarks.of(sheets, count)
    kept = outputs.ledger(Path(output))
    day = datetime.date.today().isoformat()  # noqa: DTZ011 - the day on the user's own clock
    before = reception.last(kept)
    desk = reception.receive(entries, run, settings, before, Path(output).name, day)
    rows = [tables.finding_row(finding, lang) for finding in checks]
    made = standing.made_from(files, rows, settings, desk, title, created, lang)
    if data is None and not fresh and standing.stands(before, made, Path(output)):
        seconds = time.perf_counter() - began
        return Report(files, entries, sums, checks, Path(output), seconds, desk, told, stands=True)
    beside = Beside(run, settings, desk)
    summary = functools.partial(
        summarise.build, files, entries, count, sums,
        output=Path(output), title=title, created=created, beside=beside,
    )  # fmt: skip
    book = summary(extra=rows)
    tidy = _tidy(beside, files, rows) if data is not None else None
    wrong = _self_check(sheets, count, {"合計": sums, **summarise.carried(book)}, tidy, settings)
    if wrong:
        checks += wrong
        rows = [tables.finding_row(finding, lang) for finding in checks]
        book = summary(extra=rows)
        tidy = _tidy(beside, files, rows) if tidy is not None else None
    if tidy is not None and data is not None:
        export.write(tidy, data)
    _write_book(book, Path(output))
    if not wrong:  # a book that contradicts itself is made anew, whatever changed
        desk.made_from, desk.book = made, standing.of(Path(output))
    reception.write(desk, kept)
    return Report(files, entries, sums, checks, Path(output), time.perf_counter() - began, desk, told)


def _own(file: FileRows) -> FileRows:
    """The rows with lists of findings of their own, to which those across files can be added."""
    sheets = [SheetRows(*_fields(sheet)) for sheet in file.sheets]
    for sheet in sheets:
        sheet.findings = [*sheet.findings]
    return dataclasses.replace(file, sheets=sheets)


_fields = operator.attrgetter(*(field.name for field in dataclasses.fields(SheetRows)))


def _across(run: Run, settings: Settings, lang: Lang) -> list[Finding]:
    """Put the findings across files to their sheets; those of no one sheet come back."""
    of_none = []
    for number, finding in check_run(run, settings):
        if number is None:
            of_none.append(finding)
        else:
            run.sheets[number].findings.append(tables.finding_row(finding, lang))
    for sheet in run.sheets:
        sheet.findings.sort(key=operator.itemgetter(0))  # by code, as they were; stable for the rest
    return of_none


def _tidy(beside: Beside, files: Sequence[FileRows], extra: Sequence[FindingRow]) -> tables.Makers:
    """The tidy tables, those of the masters and of last year among them where the run was given any."""
    return {**tables.tidy(files, beside.run.counting.years, extra), **finance_tables.tidy(beside)}


def _self_check(
    sheets: Sequence[SheetRows],
    count: counting.Counting,
    carriers: dict[str, totals.Totals],
    tidy: tables.Makers | None,
    settings: Settings,
) -> list[Finding]:
    """X807: all that carries the totals against what the records themselves hold."""
    if not settings.is_on("X807"):
        return []
    if tidy is not None:
        carriers["costs"] = totals.of_table(tidy["costs"]())
    labels = {item.name: item.title for item in summarise.items(sheets)}
    return totals.check(totals.stated(sheets, count.years), carriers, labels)


def _write_book(book: SummaryData, output: Path) -> None:
    from workbook.summary import book as writer  # XlsxWriter, only where a book is written

    writer.write(book, output)
