"""Next year's book from this year's: the same file with years moved on, figures shifted, judgements cleared.

Nothing else is touched: layout, formulas, controls, macros stay as they are (`workbook.parts`).

- Year headings and years in printed texts move on by one, each in its own notation.
- Figures move one column to the left. So the evaluated year's column shows what was planned for it a year
  ago, in grey and with a note, until it is overwritten; the planned column is blank. Formulas stay, and
  show the results that belong to the moved figures.
- Ticks of judgements, directions and the matrix are cleared, × stays. What the project is (事業期間, its
  head) stays. Texts stay in grey as last year's.
"""

from __future__ import annotations

import dataclasses
import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

from workbook import annotate, palette
from workbook.errors import Refused, Unchangeable
from workbook.form import Form
from workbook.grid import Grid, Spot
from workbook.labels import vocabulary
from workbook.locating import Area, PageLayout, TablePlace, locate, printed
from workbook.next_year import moved_on, next_number, pinned
from workbook.notation import read_tick
from workbook.parts import Book, place, quoted
from workbook.read import Reading, read_book, read_file
from workbook.record import Record
from workbook.source import content, open_book
from workbook.untick import Part, clear_ticks, on, spots_in

GREY = palette.bare(palette.GREY)
AUTHOR = "evalxl"
_LONGEST_PRINT = 120


@dataclasses.dataclass(slots=True)
class Rolled:
    """Next year's book. ``kept`` are cells to look at: they should have changed and did not, such as
    headings that are formulas, or read differently now."""

    data: bytes
    fiscal_year: int
    """The year that it evaluates."""
    sheets: int
    kept: list[str]


def rollover(path: Path | str, *, note: str, form: Form | None = None) -> Rolled:
    """The next year's book of a file, which is left as it is; marks of `workbook.annotate` are taken out.

    ``note`` stands at the heading over last year's plan. The result is read again before it is given:
    years one later, all sheets there. Raises `Refused` for a file that cannot be read, `Unchangeable`
    for one that cannot be changed safely.
    """
    data = content(Path(path))
    book = Book(data)
    plain = annotate.unmark(data)
    with _beside(path, plain) as source:
        reading, grids = _read(source, form)
    book = Book(plain) if plain else book
    kept: list[str] = []
    for record in reading.records:
        for part in _parts(book, record, grids):
            kept += _roll(part, note)
    rolled = book.to_bytes()
    kept += _proven(rolled, reading, form)
    year = reading.records[0].fiscal_year + 1
    return Rolled(rolled, year, len(reading.records), kept)


class _beside:  # noqa: N801 (reads as a statement)
    """The file itself, or a temporary one with other bytes."""

    def __init__(self, path: Path | str, data: bytes | None) -> None:
        self.path, self.data = Path(path), data
        self.folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Path:
        if self.data is None:
            return self.path
        self.folder = tempfile.TemporaryDirectory(prefix="evalxl-")
        copy = Path(self.folder.name) / self.path.name
        copy.write_bytes(self.data)
        return copy

    def __exit__(self, *_: object) -> None:
        if self.folder:
            self.folder.cleanup()


def _read(path: Path, form: Form | None) -> tuple[Reading, dict[str, Grid]]:
    book, reading = open_book(path), Reading()
    read_book(book, path.name, reading, form)
    if reading.refused:
        raise reading.refused[0]
    if not reading.records:
        raise Refused("F003", nearest="", missing=[])
    return reading, {grid.name: grid for grid in book.grids}


def _proven(data: bytes, before: Reading, form: Form | None) -> list[str]:
    """Read the new book: the years must have moved. Gives the cells that did not come out right."""
    with _beside("rolled.xlsx", data) as path:
        after = read_file(path, form=form)
    years = [record.fiscal_year + 1 for record in before.records]
    if after.refused or [record.fiscal_year for record in after.records] != years:
        detail = (
            after.refused[0].code if after.refused else ",".join(str(r.fiscal_year) for r in after.records)
        )
        raise Unchangeable("not_rolled", detail)
    return [
        new.cells[key]
        for old, new in zip(before.records, after.records, strict=True)
        for key in _wrong(old, new)
        if key in new.cells
    ]


def _wrong(old: Record, new: Record) -> Iterator[str]:
    """What did not come out right: ticks that are still there, facts and texts that read differently."""
    kept = {choice.name for choice in old.form.choices if not choice.judged}
    for key, value in old.values.items():
        if isinstance(value, tuple) and key not in kept:
            if new.ticked(key):
                yield key
        elif not _is_figure(old, key) and new[key] != value:
            yield key


def _is_figure(record: Record, key: str) -> bool:
    tables = {table.name for table in record.form.tables}
    return key.partition(".")[0] in tables and key.rpartition(".")[2].isdigit()


def _parts(book: Book, record: Record, grids: dict[str, Grid]) -> Iterator[Part]:
    """The pages of a record: those of its form on the sheets where its values stand."""
    names = dict.fromkeys(cell.rpartition("!")[0] for cell in record.cells.values())
    for name in names:
        grid = grids.get(name)
        if grid is not None:
            for layout in locate(record.form, printed(grid, record.form)):
                if layout.is_form:
                    yield Part(record, layout, grid, book.sheet(name), book)


def _roll(part: Part, note: str) -> list[str]:
    """Change one page; gives the cells that had to stay."""
    kept = list(_move_headings(part))
    _move_prints(part)
    for table in part.layout.tables:
        shows_plan, rows = _shift(part, table)
        kept += rows
        if shows_plan:
            _tell_plan(part, table, note)
    _pin_starts(part)
    _grey_texts(part)
    clear_ticks(part)
    return kept


# ---- years -------------------------------------------------------------------------------------------------


def _move_headings(part: Part) -> Iterator[str]:
    for table in part.layout.tables:
        for spot in (heading.spot for heading in table.headings):
            value = part.grid.cells.get(spot)
            if part.sheet.has_formula(spot):
                yield part.grid.place(spot)
            elif isinstance(value, (int, float)) and not isinstance(value, bool):
                part.sheet.put(spot, next_number(int(value), part.record.years))
            elif isinstance(value, str):
                part.sheet.put(spot, moved_on(value, part.record.years, bare=True))


def _move_prints(part: Part) -> None:
    """Years in labels and in what else is printed on the page, such as its title."""
    layout, grid = part.layout, part.grid
    headings = {heading.spot for table in layout.tables for heading in table.headings}
    boxes = {box.spot for group in layout.groups for box in group.boxes}
    areas = [area.rect for area in _areas(layout)]
    timed = {choice.name for choice in part.record.form.choices if choice.has_years}
    areas += [box.right.rect for group in layout.groups if group.key in timed for box in group.boxes]
    words = vocabulary(part.record.form)
    for spot, value in list(grid.cells.items()):
        if not isinstance(value, str) or spot in headings | boxes or not on(layout.rect, spot):
            continue
        if part.sheet.has_formula(spot):
            continue
        if spot in layout.labels:
            typed = words.inline_value(value) if (label := words.recognise(value)) and label.inline else None
            head = len(value) - len(typed) if typed and value.rstrip().endswith(typed) else len(value)
            new = moved_on(value[:head], part.record.years) + value[head:]
        elif len(value) <= _LONGEST_PRINT and not any(on(rect, spot) for rect in areas):
            new = moved_on(value, part.record.years)
        else:
            continue
        if new != value:
            part.sheet.put(spot, new)


def _pin_starts(part: Part) -> None:
    """元年度～ on a sheet of 2018 is 1989, on one of 2019 it would be 2019: such a start gets its era."""
    for choice in (c for c in part.record.form.choices if c.has_years):
        key = f"{choice.name}.start_year"
        spot = _spot(part, key)
        # Without a start the key's cell is that of the tick.
        if part.record[key] is None or spot is None or part.sheet.has_formula(spot):
            continue
        text = part.sheet.text(spot)
        new = pinned(text, part.record.fiscal_year)
        if new != text:
            part.sheet.put(spot, new)


def _areas(layout: PageLayout) -> Iterator[Area]:
    """Where values may stand."""
    for field in layout.fields:
        for candidate in field.candidates:
            yield from candidate.areas
    for table in layout.tables:
        for row in table.rows:
            yield from (row.title, row.unit, *row.values)
    if layout.free:
        yield layout.free


# ---- figures -----------------------------------------------------------------------------------------------


def _shift(part: Part, table: TablePlace) -> tuple[bool, list[str]]:
    """Move the figures of a table one column to the left.

    Tells whether a plan stands as comparison now, and the rows whose columns do not fit their headings.
    """
    shows_plan, kept = False, []
    for row in table.rows if table.headings else ():
        prefix = f"{table.table.name}.{row.name}." + ("" if table.table.kind == "costs" else "values.")
        columns = _columns(part, prefix)
        if len(columns) != len(table.headings):
            kept.append(part.grid.place(row.spot))
            continue
        shows_plan |= _shift_row(part, columns)
    return shows_plan, kept


def _columns(part: Part, prefix: str) -> list[tuple[int, Spot]]:
    """Year and cell of each column of a row, as it was read."""
    keys = (key for key in part.record.cells if key.startswith(prefix))
    found = {int(key[len(prefix) :]): _spot(part, key) for key in keys}
    return [(year, spot) for year, spot in sorted(found.items()) if spot is not None]


def _shift_row(part: Part, columns: list[tuple[int, Spot]]) -> bool:
    sheet, shows_plan = part.sheet, False
    for (year, target), (_, source) in itertools.pairwise(columns):
        sheet.copy_value(source, target)
        if year == part.record.fiscal_year and sheet.text(target) and not sheet.has_formula(target):
            _grey(part, target)
            shows_plan = True
    last = columns[-1][1]
    if sheet.has_formula(last):
        sheet.set_result(last, "")
    else:
        sheet.put(last, None)
    return shows_plan


def _spot(part: Part, key: str) -> Spot | None:
    """The cell of a key, if it is on this page."""
    where = _place(part.record.cells.get(key, ""))
    return where[1] if where and where[0] == part.grid.name and on(part.layout.rect, where[1]) else None


def _place(cell: str) -> tuple[str, Spot] | None:
    sheet, _, reference = cell.rpartition("!")
    return place(f"{quoted(sheet)}!{reference}") if sheet else None


def _tell_plan(part: Part, table: TablePlace, note: str) -> None:
    """A note at the heading of the evaluated year."""
    index = part.record.years.index(part.record.fiscal_year)
    if index < len(table.headings):
        notes = part.book.notes(part.grid.name)
        spot = table.headings[index].spot
        if spot not in notes.threaded() and not notes.texts().get(spot, "").startswith(note):
            notes.put(spot, note, AUTHOR)


# ---- texts -------------------------------------------------------------------------------------------------


def _grey_texts(part: Part) -> None:
    """Everything written into the text boxes of the page; behind a label in the same cell, that cell."""
    words = vocabulary(part.record.form)
    for field in part.layout.fields:
        for candidate in field.candidates if field.is_box else ():
            text = part.grid.cells.get(candidate.spot)
            if candidate.inline and isinstance(text, str) and words.inline_value(text):
                _grey(part, candidate.spot)
            area = next((a for a in candidate.areas if any(_texts_in(part, a))), None)
            for spot in _texts_in(part, area) if area else ():
                _grey(part, spot)
    for spot in _texts_in(part, part.layout.free) if part.layout.free else ():
        _grey(part, spot)


def _texts_in(part: Part, area: Area) -> Iterator[Spot]:
    """Texts that stand in an area and are no labels, no ticks and not calculated."""
    for spot in spots_in(part, area):
        value = part.grid.cells.get(spot)
        free = spot not in part.layout.labels | area.others and not (area.without and on(area.without, spot))
        if free and isinstance(value, str) and read_tick(value) is None and not part.sheet.has_formula(spot):
            yield spot


def _grey(part: Part, spot: Spot) -> None:
    part.sheet.set_style(spot, part.book.styles.with_colour(part.sheet.style(spot), GREY))
    part.sheet.paint_runs(spot, GREY)
