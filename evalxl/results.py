"""What came of one file: its sheets with their findings, or why it gave none."""

from __future__ import annotations

import dataclasses
from typing import Any

from evalxl.rules.registry import Finding, Lang
from workbook.record import Record, to_json


@dataclasses.dataclass(slots=True)
class SheetResult:
    """One filled sheet and what the rules say about it."""

    record: Record
    findings: list[Finding]


@dataclasses.dataclass(slots=True)
class FileResult:
    """One file. ``refused`` holds F001–F005: of the whole file, or of one of its several projects."""

    file: str
    """The name that people see, short and unique in a run: ``総務部/電算.xlsx``."""
    path: str
    """Where the file stands: an absolute path, or the address it was fetched from."""
    sha256: str = ""
    """Of the file's bytes, in hex; empty where it could not be opened at all."""
    sheets: list[SheetResult] = dataclasses.field(default_factory=list)
    refused: list[Finding] = dataclasses.field(default_factory=list)
    skipped: str | None = None
    """Why the file was not meant to be read: ``lock_file`` (~$), ``own_output``, ``marked_copy`` (of a file
    that is there too). None for all others."""
    seconds: float = 0.0
    """Processor and waiting time that it took to read and check."""


@dataclasses.dataclass(slots=True, frozen=True)
class Outline:
    """What the command line needs of a file; small, so that it comes cheaply from another process."""

    file: str
    path: str
    skipped: str | None
    records: list[dict[str, Any]]
    """As ``read --json`` has them; empty where only the findings were asked for."""
    checked: list[dict[str, Any]]
    """As ``validate --json`` has them: one entry a sheet and one a refusal."""
    refusals: int
    years: tuple[int, ...] = ()
    """The evaluated years of its sheets."""


def recorded(result: FileResult, *, cells: bool, lang: Lang) -> Outline:
    """The records of a file, and why it gave none."""
    records = [to_json(sheet.record, cells=cells) for sheet in result.sheets]
    refused = [_entry(result.file, sheet_of(f), None, [f], lang) for f in result.refused]
    return Outline(result.file, result.path, result.skipped, records, refused, len(refused))


def checked(result: FileResult, *, lang: Lang) -> Outline:
    """The findings of a file, sheet by sheet."""
    sheets = [
        _entry(result.file, sheet.record.sheet, sheet.record.form.id, sheet.findings, lang)
        for sheet in result.sheets
    ]
    refused = [_entry(result.file, sheet_of(f), None, [f], lang) for f in result.refused]
    years = tuple(sheet.record.fiscal_year for sheet in result.sheets)
    return Outline(result.file, result.path, result.skipped, [], sheets + refused, len(refused), years)


def _entry(
    file: str, sheet: str | None, form: str | None, findings: list[Finding], lang: Lang
) -> dict[str, Any]:
    return {"file": file, "sheet": sheet, "form": form, "findings": [f.to_json(lang) for f in findings]}


def sheet_of(finding: Finding) -> str | None:
    """The sheet that a refusal speaks of; None when it speaks of the whole file."""
    sheet = finding.values.get("sheet") or (finding.cell or "").rpartition("!")[0]
    return str(sheet) if sheet else None
