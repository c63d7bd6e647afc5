"""The tidy tables: one row a fact, as ``consolidate --data`` writes them and the summary book shows them.

`extract` turns one file's result into plain rows (it runs where the file was read and its outcome is small);
`tidy` sets the rows of many files into columns. Amounts stay exact: int or Decimal, never float.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import msgspec

from evalxl.arithmetic import hundredths
from evalxl.identity import BUDGET, code_key
from evalxl.results import FileResult, SheetResult
from evalxl.rules.registry import Finding, Lang, field_name, typed_value
from evalxl.unread import unread
from workbook import form as forms
from workbook.form import Form, Question
from workbook.notation import fold
from workbook.record import NUMBERS, Number, Record, cost_keys, indicator_keys

Phase = Literal["settled", "plan"]
Status = Literal["consolidated", "refused", "skipped"]
Kind = Literal["text", "int", "bool", "decimal"]

DEFAULT_FORM = forms.DEFAULT
"""Whose fields, rows and directions are shown where a run has no sheet at all."""

FileRow = tuple[Status, str | None, str | None, str | None]
"""status, code, sheet, message: one for each sheet, each refusal, or the file that was passed by."""
CostRow = tuple[int, Phase, str, str, Number | None, str | None]
"""fiscal_year, phase, row, unit, amount, cell."""
IndicatorRow = tuple[str, str, str | None, str | None, int, Phase, Number | None, str | None]
"""family, slot, name, unit, fiscal_year, phase, value, cell."""
JudgementRow = tuple[str, str, str, bool | None, str | None, bool | None, str | None]
"""question, topic, axis, flagged, reason, mergeable, cell."""
FindingRow = tuple[str, str, str | None, int | None, str | None, str, str, str | None, str | None]
"""code, severity, field, year, cell, message, hint, found, expected."""
RewrittenRow = tuple[str, str, int, Number, Number, str, str | None]
"""field, label, fiscal_year, before, after, the earlier file, cell."""


@dataclasses.dataclass(slots=True)
class SheetRows:
    """The rows of one sheet. What is the same in all of them stands here once."""

    project: str
    file: str
    sheet: str
    form: Form
    fiscal_year: int
    head: dict[str, Any]
    """The columns of ``projects`` by name."""
    costs: list[CostRow]
    indicators: list[IndicatorRow]
    judgements: list[JudgementRow]
    findings: list[FindingRow]
    sums: dict[tuple[str, int], Number]
    """(row, fiscal_year) → amount as the record has it: what X807 holds the tables against."""
    content: str = ""
    """The same for two sheets that say the same (in hex)."""
    rewritten: list[RewrittenRow] = dataclasses.field(default_factory=list)
    """Settled figures that last year's sheet has otherwise (Y701)."""
    unread: dict[tuple[str, int], str] = dataclasses.field(default_factory=dict)
    """(row, fiscal_year) of costs that are unknown, as their cells gave no number → the code that tells."""

    @property
    def dimensions(self) -> tuple[str, str | None, str | None, str, str, int]:
        """project, department, division, file, sheet, evaluated year: the first columns of every table."""
        head = self.head
        return (
            self.project, head.get("department"), head.get("division"), self.file, self.sheet,
            self.fiscal_year,
        )  # fmt: skip


@dataclasses.dataclass(slots=True)
class FileRows:
    """The rows of one file."""

    file: str
    path: str
    sha256: str
    rows: list[FileRow]
    sheets: list[SheetRows]
    findings: list[FindingRow]
    """Of the file itself: why it, or one of its projects, was refused."""
    seconds: float = 0.0


@dataclasses.dataclass(slots=True, frozen=True)
class Table:
    """Columns of equal length, by name, each with the kind of its values. Absent is None."""

    columns: dict[str, list[Any]]
    kinds: Mapping[str, Kind]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))


def extract(result: FileResult, lang: Lang = "ja") -> FileRows:
    """The rows of one file; texts of findings in ``lang``."""
    rows: list[FileRow] = [("consolidated", None, sheet.record.sheet, None) for sheet in result.sheets]
    rows += [
        ("refused", finding.code, _sheet_of(finding), finding.message(lang)) for finding in result.refused
    ]
    if result.skipped:
        rows.append(("skipped", result.skipped, None, None))
    return FileRows(
        file=result.file,
        path=result.path,
        sha256=result.sha256,
        rows=rows,
        sheets=[extract_sheet(sheet, result.file, lang) for sheet in result.sheets],
        findings=[finding_row(finding, lang) for finding in result.refused],
        seconds=result.seconds,
    )


def extract_sheet(result: SheetResult, file: str, lang: Lang = "ja") -> SheetRows:
    """The rows of one sheet."""
    record = result.record
    return SheetRows(
        project=project_key(record, file),
        file=file,
        sheet=record.sheet,
        form=record.form,
        fiscal_year=record.fiscal_year,
        head=_head(record),
        costs=_costs(record),
        indicators=_indicators(record),
        judgements=_judgements(record),
        findings=[finding_row(finding, lang) for finding in result.findings],
        sums=_sums(record),
        content=_content(record),
        rewritten=[_rewritten(finding) for finding in result.findings if finding.code == "Y701"],
        unread=unread_costs(record),
    )


def unread_costs(record: Record) -> dict[tuple[str, int], str]:
    """See `SheetRows.unread`."""
    return {_cost_of(key): code for key, code in unread(record).items() if key.startswith("costs.")}


def _content(record: Record) -> str:
    """A digest of all that a sheet says, wherever it stands."""
    said = {key: value for key, value in record.values.items() if value or value == 0}
    try:
        data = _in_order((record.fiscal_year, said, record.answered))
    except UnicodeEncodeError:  # a broken character
        data = repr((record.fiscal_year, sorted(said.items()), sorted(record.answered))).encode()
    return hashlib.sha256(data).hexdigest()


_in_order = msgspec.json.Encoder(order="deterministic").encode


def _rewritten(finding: Finding) -> RewrittenRow:
    values = finding.values
    return (
        field_name(finding.field) or "", values["label"], finding.year or 0, values["expected"],
        values["found"], values["place"], finding.cell,
    )  # fmt: skip


def project_key(record: Record, file: str) -> str:
    """What a project is known by over files and years: its id, else ``budget|measure|name``.

    All are compared without width, case and spaces, the codes of budget and measure without their leading
    zeros; an id keeps them. A sheet with neither id nor name is known by where it stands, so that it never
    passes for another.
    """
    if identity := record.text("project_id"):
        return fold(identity)
    name = fold(record.text("project_name"))
    if not name:
        return placed_key(file, record.sheet)
    levels = (record.text(f"budget.{part}").split() for part in BUDGET)  # a code of each budget line
    budget = "-".join("+".join(map(code_key, level)) for level in levels)
    return f"{budget}|{code_key(record.text('measure.code'))}|{name}"


def current_key(key: str) -> str:
    """A project key as `project_key` writes it, from tables and books that still have leading zeros in it.

    >>> current_key("01-10-05-50-01-01|07|電算事業"), current_key("0042"), current_key("07.xlsx#05")
    ('1-10-5-50-1-1|7|電算事業', '0042', '07.xlsx#05')
    """
    budget, _, rest = key.partition("|")
    measure, bar, name = rest.partition("|")
    if not bar:
        return key
    return f"{'-'.join(map(code_key, budget.split('-')))}|{code_key(measure)}|{name}"


def placed_key(file: str, sheet: str) -> str:
    """The key of a sheet with neither id nor name: where it stands."""
    return f"{file}#{sheet}"


def phase_of(record: Record, year: int) -> Phase:
    """Whether a year's figures are settled or planned."""
    return "settled" if year <= record.fiscal_year else "plan"


def _sheet_of(finding: Finding) -> str | None:
    sheet = finding.values.get("sheet") or (finding.cell or "").rpartition("!")[0]
    return str(sheet) if sheet else None


def _head(record: Record) -> dict[str, Any]:
    """A row of ``projects`` without the dimensions: head fields, period, axes, directions, matrix."""
    form, get = record.form, record.values.get
    out: dict[str, Any] = {"form": form.id}
    for column, key in _head_columns(form):
        out[column] = get(key)
    period = record.ticked("period")
    out["period_kind"] = period[0] if len(period) == 1 else None
    out["period_start_year"] = record["period.start_year"]
    out["period_end_year"] = record["period.end_year"]
    options = form.axis_options
    for axis in form.axes:
        flagged = record.axis(axis.key)
        out[f"summary_{axis.key}"] = None if flagged is None else options.flagged if flagged else options.fine
    out["summary_text"] = record["summary.text"]
    directions = record.directions
    out["directions"] = "、".join(directions) or None
    for direction in form.directions:
        out[direction_column(direction.role, direction.axis)] = direction.value in directions
    for choice in form.choices:
        if not choice.has_years:
            ticked = record.ticked(choice.name)
            out[choice.name.replace(".", "_")] = ticked[0] if len(ticked) == 1 else None
    for table in form.totals_tables:
        for row in table.rows:
            out[f"{table.name}_{row.name}"] = record.number(f"{table.name}.{row.name}")
    matrix = record.ticked("matrix")
    out["matrix_cost"], out["matrix_outcome"] = matrix[0] if len(matrix) == 1 else (None, None)
    out[form.free_text.name] = record[form.free_text.name]
    return out


@functools.cache
def _head_columns(form: Form) -> list[tuple[str, str]]:
    """The columns of ``projects`` for a form's head fields, each with its key in a record."""
    return [
        (field.name.replace(".", "_") + suffix, field.name + suffix.replace("_", "."))
        for field in form.fields
        if (field.section == "head" or field.value == "section") and field.type != "group"
        for suffix in (("_code", "_name") if field.type == "code_name" else ("",))
    ]


@functools.cache
def direction_column(role: str, axis: str) -> str:
    """The column of ``projects`` that says whether a direction is ticked: ``direction_improve_B``."""
    return f"direction_{role}_{axis}" if axis else f"direction_{role}"


def _costs(record: Record) -> list[CostRow]:
    number, cell, phases = record.number, record.cells.get, _phases(record)
    return [
        (year, phases[year], row.name, row.unit, number(key), cell(key))
        for row, keys in cost_keys(record.form, record.years)
        for year, key in keys
    ]


def _phases(record: Record) -> dict[int, Phase]:
    return {year: phase_of(record, year) for year in record.years}


def _sums(record: Record) -> dict[tuple[str, int], Number]:
    """The record's own figures, read another way than `_costs` does: over what it holds, not its form."""
    held = record.values
    costs = _costs_among(tuple(held))
    return {cost: value for key, cost in costs if isinstance(value := held[key], NUMBERS)}


@functools.lru_cache(maxsize=256)
def _costs_among(keys: tuple[str, ...]) -> list[tuple[str, tuple[str, int]]]:
    """The costs among the keys of a record, each with row and year; most sheets have the same keys."""
    return [(key, _cost_of(key)) for key in keys if key.startswith("costs.")]


@functools.lru_cache(maxsize=4096)
def _cost_of(key: str) -> tuple[str, int]:
    """Row and year of a key such as ``costs.general.2017``; one object for all sheets, as there are many."""
    _, row, year = key.split(".")
    return row, int(year)


def _indicators(record: Record) -> list[IndicatorRow]:
    cell, phases = record.cells.get, _phases(record)
    return [
        (i.table, i.slot, i.name, i.unit, year, phases[year], i.values[year], cell(key))
        for table in record.form.indicator_tables
        for i in record.indicators(table.name)
        for year, key in indicator_keys(i.table, i.slot, record.years)[2]
    ]


def _judgements(record: Record) -> list[JudgementRow]:
    return [_judgement(record, question) for question in record.form.questions]


def _judgement(record: Record, question: Question) -> JudgementRow:
    number, cells = question.number, record.cells
    key = f"judgements.{number}"
    reason, mergeable = f"{key}.reason", record.mergeable(number) if question.mergeable else None
    return (
        number, question.topic, question.axis, record.flagged(number), record.text(reason) or None, mergeable,
        cells.get(key) or cells.get(reason),
    )  # fmt: skip


def finding_row(finding: Finding, lang: Lang) -> FindingRow:
    """A finding as a row, its texts in ``lang``."""
    found = typed_value(finding.code, finding.values.get("found"), lang)
    expected = finding.values.get("expected")
    return (
        finding.code, finding.severity, field_name(finding.field), finding.year, finding.cell,
        finding.message(lang), finding.hint(lang), _plain_text(found), _plain_text(expected),
    )  # fmt: skip


def _plain_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)):
        return "、".join(_plain_text(part) or "" for part in value)
    if isinstance(value, Fraction):  # worked out, such as a cost per unit: as its message has it
        value = hundredths(value)
    return format(value, "f") if isinstance(value, Decimal) else str(value)


# ---- many files --------------------------------------------------------------------------------------------

_DIMENSIONS: dict[str, Kind] = {
    "project": "text", "department": "text", "division": "text", "file": "text", "sheet": "text",
    "evaluated_year": "int",
}  # fmt: skip
_COSTS: dict[str, Kind] = {
    "fiscal_year": "int", "phase": "text", "row": "text", "unit": "text", "amount": "decimal", "cell": "text",
    "counted": "bool", "unread": "text",
}  # fmt: skip
_INDICATORS: dict[str, Kind] = {
    "family": "text", "slot": "text", "name": "text", "unit": "text", "fiscal_year": "int", "phase": "text",
    "value": "decimal", "cell": "text",
}  # fmt: skip
_JUDGEMENTS: dict[str, Kind] = {
    "question": "text", "topic": "text", "axis": "text", "flagged": "bool", "reason": "text",
    "mergeable": "bool", "cell": "text",
}  # fmt: skip
_FINDINGS: dict[str, Kind] = {
    "code": "text", "severity": "text", "field": "text", "year": "int", "cell": "text", "message": "text",
    "hint": "text", "found": "text", "expected": "text",
}  # fmt: skip
_FILES: dict[str, Kind] = {
    "file": "text", "sha256": "text", "status": "text", "code": "text", "project": "text",
    "department": "text", "division": "text", "sheet": "text", "fiscal_year": "int", "message": "text",
}  # fmt: skip


Makers = Mapping[str, Callable[[], Table]]
"""The tables by name, each made when it is asked for: a large run need not hold all of them at once."""


def tidy(
    files: Sequence[FileRows], counted: Sequence[frozenset[int]], extra: Sequence[FindingRow] = ()
) -> Makers:
    """The tables: files, projects, costs, indicators, judgements, findings.

    ``counted`` has, for each sheet in order, the years whose figures count in totals (`counting.speakers`);
    ``extra`` are findings of the run itself (X807).
    """
    sheets = [sheet for file in files for sheet in file.sheets]
    return {
        "files": lambda: _grid(_FILES, _file_rows(files)),
        "projects": lambda: _projects(sheets),
        "costs": lambda: _grid({**_DIMENSIONS, **_COSTS}, _cost_rows(sheets, counted)),
        "indicators": lambda: _grid({**_DIMENSIONS, **_INDICATORS}, _rows(sheets, "indicators")),
        "judgements": lambda: _grid({**_DIMENSIONS, **_JUDGEMENTS}, _rows(sheets, "judgements")),
        "findings": lambda: _grid({**_DIMENSIONS, **_FINDINGS}, _finding_rows(files, extra)),
    }


def _grid(kinds: Mapping[str, Kind], rows: Iterable[tuple[Any, ...]]) -> Table:
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in kinds]
    return Table(dict(zip(kinds, columns, strict=True)), kinds)


def _rows(sheets: Iterable[SheetRows], table: Literal["indicators", "judgements"]) -> Iterator[Any]:
    for sheet in sheets:
        dimensions = sheet.dimensions
        for row in getattr(sheet, table):
            yield dimensions + row


def _cost_rows(sheets: Iterable[SheetRows], counted: Sequence[frozenset[int]]) -> Iterator[tuple[Any, ...]]:
    for sheet, years in zip(sheets, counted, strict=True):
        dimensions = sheet.dimensions
        for row in sheet.costs:
            yield (*dimensions, *row, row[0] in years, sheet.unread.get((row[2], row[0])))


def _finding_rows(files: Iterable[FileRows], extra: Iterable[FindingRow]) -> Iterator[tuple[Any, ...]]:
    for file in files:
        for finding in file.findings:
            yield (None, None, None, file.file, (finding[4] or "").rpartition("!")[0] or None, None, *finding)
        for sheet in file.sheets:
            dimensions = sheet.dimensions
            for finding in sheet.findings:
                yield dimensions + finding
    for finding in extra:
        yield (None, None, None, None, None, None, *finding)


def _file_rows(files: Iterable[FileRows]) -> Iterator[tuple[Any, ...]]:
    for file in files:
        sheets = iter(file.sheets)
        for status, code, name, message in file.rows:
            sheet = next(sheets) if status == "consolidated" else None
            project, department, division, _, _, year = sheet.dimensions if sheet else (None,) * 6
            yield (
                file.file, file.sha256 or None, status, code, project, department, division, name, year,
                message,
            )  # fmt: skip


def _projects(sheets: Sequence[SheetRows]) -> Table:
    """One row a sheet. Columns are those of all forms met; a field that a form does not have is None."""
    names = dict.fromkeys(name for form in _forms(sheets) or [_head(_nothing())] for name in form)
    kinds: dict[str, Kind] = {
        "project": "text", "department": "text", "division": "text", "file": "text", "sheet": "text",
        "fiscal_year": "int",
    }  # fmt: skip
    kinds |= {name: _kind(name) for name in names if name not in kinds}
    kinds |= {
        f"{table.name}_{row.name}": "decimal"
        for sheet in sheets
        for table in sheet.form.totals_tables
        for row in table.rows
    }
    extra = list(kinds)[6:]
    rows = ((*sheet.dimensions, *(sheet.head.get(name) for name in extra)) for sheet in sheets)
    return _grid(kinds, rows)


def _forms(sheets: Iterable[SheetRows]) -> list[Iterable[str]]:
    return list({sheet.form.id: sheet.head.keys() for sheet in sheets}.values())


def _nothing() -> Record:
    """An empty record, for the columns of a run that has no sheet at all."""
    return Record(forms.get(DEFAULT_FORM), "", "", 0, (), {}, {})


def _kind(name: str) -> Kind:
    if name in ("period_start_year", "period_end_year"):
        return "int"
    return "bool" if name.startswith("direction_") and name != "direction_text" else "text"
