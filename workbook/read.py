"""Grid + form → records. A sheet that cannot be read is refused with everything that it lacks."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from workbook import form as forms
from workbook import notes, template
from workbook.errors import Refused
from workbook.extracting import FormPage, extract, head
from workbook.fitting import Fit, chosen, fits, rivals
from workbook.form import Form
from workbook.grid import Grid, spot_of
from workbook.locating import empty_page, locate, printed
from workbook.notation import fold, this_year
from workbook.record import Issue, Record
from workbook.source import Book, open_book, told
from workbook.template import Template, template_of

_EXAMPLE = re.compile(
    r"記入(例|要領|方法|上)|記載(例|要領)|作成(例|要領)|入力例|見本|サンプル|手引|説明|様式説明"
)


@dataclasses.dataclass(slots=True)
class Reading:
    """What a file gave: records, and one refusal for each sheet (or the file) that gave none."""

    records: list[Record] = dataclasses.field(default_factory=list)
    refused: list[Refused] = dataclasses.field(default_factory=list)
    sha256: str | None = None


def read_file(
    path: Path | str,
    *,
    form: Form | None = None,
    name: str | None = None,
    templates: Sequence[Template] = (),
) -> Reading:
    """Read every project of a workbook. Never raises for bad input: what is refused stands in ``refused``.

    ``form``: only this form; else the shipped form that fits best. ``name``: how the file is called in the
    records (default: its own name). ``templates``: the forms as they were handed out, to be compared with.
    """
    reading = Reading()
    try:
        book = open_book(path)
        reading.sha256 = book.sha256
        read_book(book, name or Path(path).name, reading, form, templates)
    except Refused as refused:
        reading.refused.append(refused)
    return reading


def read_templates(path: Path | str) -> list[Template]:
    """What the blank forms in a workbook print. Raises `Refused` where there is none."""
    with told("read"):
        found = fits(
            open_book(path).grids, [forms.get(form_id) for form_id in forms.ids()], this_year(), pages_of
        )
        by_form = chosen(found)
        if not by_form:
            raise _no_form(found)
        return [template_of(fit.form, _wanted(pages)) for fit, pages in by_form]


def read_book(
    book: Book, name: str, reading: Reading, form: Form | None = None, templates: Sequence[Template] = ()
) -> None:
    """Add the records and refusals of an opened book to ``reading``.

    Raises `Refused` F003 for another paper.
    """
    choices = [form] if form else [forms.get(form_id) for form_id in forms.ids()]
    latest = this_year()  # that can have been evaluated
    found = fits(book.grids, choices, latest, pages_of)
    by_form = chosen(found)
    if not by_form:
        raise _no_form(found)
    wanted = {id(p) for p in _wanted([p for _, pages in by_form for p in pages])}
    first = len(reading.records)
    for fit, pages in by_form:
        spare = [p for p in fit.pages if not p.layout.is_form]
        for project in _projects([p for p in pages if id(p) in wanted], fit.form, spare):
            try:
                record = _read_project(project, fit.form, name, latest)
            except Refused as refused:
                refused.sheet = refused.sheet or project[0].grid.name
                reading.refused.append(refused)
                continue
            _tell_hidden(record, project, book)
            if templates and (altered := template.issue(fit.form, project, record, templates)):
                record.issues.append(altered)
            for other, reason in rivals(project, fit, found, latest):
                values = {"found": fit.form.title, "expected": other.title, "reason": reason}
                record.issues.append(Issue("F015", None, None, values))
            reading.records.append(record)
    if len(reading.records) > first:
        reading.records[first].issues += _left_out(by_form, wanted)


def pages_of(form: Form, grids: list[Grid]) -> list[FormPage]:
    """What of a form stands on the sheets: its pages, altered ones too."""
    return [FormPage(layout, grid) for grid in grids for layout in locate(form, printed(grid, form))]


def _read_project(project: list[FormPage], form: Form, name: str, latest: int) -> Record:
    _refuse_spoilt(project, form)
    record = extract(form, name, project, latest)
    record.issues.extend(notes.issues(form, project))
    return record


def _no_form(found: list[Fit]) -> Refused:
    best = max(found, key=lambda fit: max((p.layout.found for p in fit.pages), default=0))
    page = max(best.pages, key=lambda p: p.layout.found, default=None)
    missing = page.layout.missing if page else empty_page(best.form, 1).missing
    title = best.form.title
    return Refused("F003", sheet=page.grid.name if page else None, nearest=title, missing=list(missing))


def _wanted(pages: list[FormPage]) -> list[FormPage]:
    """Leave out filled examples and hidden copies, unless there is nothing else of that page."""
    for unwanted in (lambda p: _EXAMPLE.search(fold(p.grid.name)), lambda p: not p.grid.visible):
        kept = [p for p in pages if not unwanted(p)]
        kept_numbers = {p.layout.page for p in kept}
        pages = [p for p in pages if p in kept or p.layout.page not in kept_numbers]
    return pages


def _projects(pages: list[FormPage], form: Form, spare: list[FormPage]) -> Iterator[list[FormPage]]:
    """The pages of each project, in the order of the front pages: on one sheet, or paired by their heads."""
    fronts = [p for p in pages if p.layout.page == 1]
    backs = [p for p in pages if p.layout.page == 2]
    pairs = {id(f): b for f in fronts for b in backs if f.grid is b.grid}
    loose_fronts = [f for f in fronts if id(f) not in pairs]
    loose_backs = [b for b in backs if b not in pairs.values()]
    heads = {id(p): head(form, p) for p in (*loose_fronts, *loose_backs)} if len(loose_fronts) > 1 else {}
    for length in (3, 1):  # the whole head, else the project's name
        for front in list(loose_fronts) if heads else ():
            mine = heads[id(front)][:length]
            back = next((b for b in loose_backs if mine and heads[id(b)][:length] == mine), None)
            if back:
                pairs[id(front)] = back
                loose_fronts.remove(front)
                loose_backs.remove(back)
    for front, back in zip(list(loose_fronts), list(loose_backs), strict=False):
        pairs[id(front)] = back  # their heads differ: F010 tells
        loose_fronts.remove(front)
        loose_backs.remove(back)
    for front in fronts:
        back = pairs.get(id(front)) or _altered(front, spare, form, 2)
        yield [front, back]
    for back in loose_backs:
        yield [_altered(back, spare, form, 1), back]


def _altered(page: FormPage, spare: list[FormPage], form: Form, number: int) -> FormPage:
    """The other page of one that has none: what is left of it, so that what it lacks can be told."""
    rest = [p for p in spare if p.layout.page == number and p.grid.visible]
    best = max(rest, key=lambda p: p.layout.found, default=None)
    return best or FormPage(empty_page(form, number), page.grid)


def _refuse_spoilt(project: list[FormPage], form: Form) -> None:
    missing = [label for page in project for label in page.layout.missing]
    if missing:
        raise Refused(
            "F004", sheet=project[0].grid.name, missing=list(dict.fromkeys(missing)), form=form.title
        )
    for page in project:
        for label, spots in page.layout.doubled:
            cells = [page.grid.place(spot) for spot in spots]
            raise Refused("F005", sheet=page.grid.name, cell=cells[0], label=label, cells=cells)


def _left_out(by_form: list[tuple[Fit, list[FormPage]]], wanted: set[int]) -> Iterator[Issue]:
    """The hidden sheets that are filled in, and not read because others are to be seen."""
    told: set[str] = set()
    for fit, pages in by_form:
        for page in pages:
            name = page.grid.name
            if id(page) in wanted or page.grid.visible or name in told or _EXAMPLE.search(fold(name)):
                continue
            if any(head(fit.form, page)):
                told.add(name)
                yield Issue("F008", None, page.place((0, 0)), {"found": "sheet_left_out"})


def _tell_hidden(record: Record, project: list[FormPage], book: Book) -> None:
    """Tell each way in which values are out of sight once, with the first cell."""
    said = [issue for issue in record.issues if issue.code == "F008"]
    record.issues = [issue for issue in record.issues if issue.code != "F008"]
    what = {issue.values["found"]: issue.cell for issue in reversed(said)}
    for grid in {id(p.grid): p.grid for p in project}.values():
        if not grid.visible:
            what.setdefault("hidden_sheet", grid.place((0, 0)))
        if grid.hidden_rows or grid.hidden_columns:
            spots = sorted(
                spot_of(cell.rpartition("!")[2])
                for k, cell in record.cells.items()
                if record.values.get(k) not in (None, ()) and cell.startswith(f"{grid.name}!")
            )
            for spot in spots:
                if spot[0] in grid.hidden_rows:
                    what.setdefault("hidden_row", grid.place(spot))
                if spot[1] in grid.hidden_columns:
                    what.setdefault("hidden_column", grid.place(spot))
    if book.has_links:
        what["external_link"] = None
    record.issues += [Issue("F008", None, cell, {"found": kind}) for kind, cell in what.items()]
