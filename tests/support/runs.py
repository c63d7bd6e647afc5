"""Whole runs from patches on the sample sheet: what a consolidation makes of a few small files."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evalxl import masters
from evalxl.consolidation import Report, consolidate
from evalxl.results import FileResult, SheetResult
from evalxl.rules import registry, sample
from evalxl.settings import Settings
from workbook.record import Record

PROJECTS = "project_name,department,division,account,kan,kou,moku,major,minor,contact\n"


def config(previous: Any = None, **files: str) -> Settings:
    """Settings with the masters of these texts, by file name without its ending."""
    found = masters.parsed({f"{name}.csv": text for name, text in files.items()}) if files else None
    return Settings().beside(found, previous)


def file_of(record: Record, name: str, settings: Settings) -> FileResult:
    """A file of one sheet, checked; its hash follows from what it says."""
    record = dataclasses.replace(record, file=name)
    sha256 = hashlib.sha256(repr(sorted(record.values.items(), key=str)).encode()).hexdigest()
    return FileResult(name, f"/提出/{name}", sha256, [SheetResult(record, registry.check(record, settings))])


def run(
    sheets: Mapping[str, Mapping[str, Any] | Record],
    output: Path,
    settings: Settings | None = None,
    *more: FileResult,
    data: Path | None = None,
) -> Report:
    """A consolidation of files, each a patch on the sample or a record."""
    settings = settings or Settings()
    files = [
        file_of(one if isinstance(one, Record) else sample.patched(one), name, settings)
        for name, one in sheets.items()
    ]
    return consolidate([*files, *more], output, settings=settings, created="2018年8月1日", data=data)


def codes(report: Report) -> dict[str, list[str]]:
    """The codes of the families X and Y by file; those of no file under ""."""
    found = {"": [finding.code for finding in report.checks]}
    for file in report.files:
        rows = [row[0] for sheet in file.sheets for row in sheet.findings]
        found[file.file] = [code for code in rows if code[0] in "XY"]
    return {name: own for name, own in found.items() if own}
