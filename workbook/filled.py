"""Filled books: records laid out on the form in many a department's way. For the demo and for tests.

Same engine as the blank form (`workbook.place`); written with XlsxWriter, which is fast.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbook import atomic, blank, layout, place, styles
from workbook.form import Form
from workbook.looks import FONT, LOOKS
from workbook.placed import Content, Formula, Placed
from workbook.record import Record, from_json
from workbook.styles import Laid, Style

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

MARK = "●"
_CREATED = datetime.datetime(2018, 5, 31, tzinfo=datetime.UTC)  # the same bytes each time


@dataclasses.dataclass(slots=True, frozen=True)
class Filled:
    """A record and what was typed instead: by flat key, ``label:…``, ``link:…`` or ``heading:table.year``."""

    record: Record
    typed: Mapping[str, Content] = dataclasses.field(default_factory=dict)


def write(
    form: Form,
    sheets: Iterable[Filled | Record | Mapping[str, Any]],
    path: Path,
    style: Style | None = None,
) -> None:
    """Write records as one department's book: one sheet a project, or two with ``style.two_sheets``.

    A record may be given as the JSON that ``evalxl read`` prints. Figures are written as plain values, texts
    always as text. Raises `FormError` for a form without layout.
    """
    style = style or Style()
    filled = [_filled(form, sheet) for sheet in sheets]
    write_as = _write_uncalculated if any(_uncalculated(sheet) for sheet in filled) else _write_calculated
    with atomic.replacing(path) as temporary:
        write_as(form, filled, temporary, style)


def _filled(form: Form, sheet: Filled | Record | Mapping[str, Any]) -> Filled:
    if isinstance(sheet, Filled):
        return sheet
    return Filled(sheet if isinstance(sheet, Record) else from_json(form, sheet))


def _write_calculated(form: Form, sheets: Sequence[Filled], path: Path, style: Style) -> None:
    import xlsxwriter

    options = {"default_format_properties": {"font_name": FONT}, "in_memory": True}
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"created": _CREATED})
    writer = _Writer(book, form, style)
    if style.instructions:
        writer.instructions()
    taken: set[str] = set()
    for sheet in sheets:
        writer.sheet(sheet, _names(form, sheet.record, style, len(sheets) > 1, taken))
    book.close()


def _names(form: Form, record: Record, style: Style, many: bool, taken: set[str]) -> Sequence[str]:
    """Sheet names: the form's own, or the project's name before them where a book holds several."""
    plan = layout.of(form)
    names = plan.sheets if style.two_sheets else (plan.sheet,)
    if many:
        project = re.sub(r"[\[\]:*?/\\']", "", record.text("project_name"))[:20]
        names = tuple(f"{project} {name}" for name in names) if style.two_sheets else (project,)
    while taken & set(names):
        names = tuple(f"{name}_" for name in names)
    taken.update(names)
    return names


def _uncalculated(sheet: Filled) -> bool:
    return any(isinstance(typed, Formula) and typed.value is None for typed in sheet.typed.values())


def _write_uncalculated(form: Form, sheets: Sequence[Filled], path: Path, style: Style) -> None:
    """With openpyxl, as XlsxWriter stores a value beside every formula."""
    from openpyxl import Workbook as Book

    style = dataclasses.replace(style, coarse=False)  # this writer knows the even grid only
    book, taken = Book(), set[str]()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        names = _names(form, sheet.record, style, len(sheets) > 1, taken)
        for name, laid in zip(names, styles.sheets(form, sheet.record.fiscal_year, style), strict=True):
            blank.Sheet(book.create_sheet(name), form, laid.pages).draw(contents(sheet, style))
    book.save(path)


def contents(sheet: Filled, style: Style) -> Callable[[Placed], Content]:
    """A function from a placed cell to what stands in it."""
    filler = _Filler(sheet, style)
    return filler.content


class _Filler:
    """What stands in each cell of one filled sheet."""

    def __init__(self, sheet: Filled, style: Style) -> None:
        self.record = sheet.record
        self.typed = sheet.typed
        self.style = style

    def content(self, cell: Placed) -> Content:
        """What stands in a cell; None for nothing."""
        name = {"heading": f"heading:{cell.key}.{cell.option}", "value": cell.key, "number": cell.key}
        typed = name.get(cell.kind, f"{cell.kind}:{cell.key}")
        if typed in self.typed:
            return self.typed[typed]
        if cell.kind in ("print", "label", "heading"):
            return cell.text
        filled: Callable[[Placed], Content] = getattr(self, f"_{cell.kind}")
        return filled(cell)

    def _value(self, cell: Placed) -> Content:
        record, key = self.record, cell.key
        if f"{key}.code" not in record.values:
            return record.text(key)
        code, name = record.text(f"{key}.code"), record.text(f"{key}.name")
        return f"({code}) {name}".strip() if code else name

    _link = _value

    def _number(self, cell: Placed) -> Content:
        number = self.record.number(cell.key)
        if number is None:
            return "－" if cell.key in self.record.answered else None
        if self.style.text_in == "indicators" and self.unit(cell.key):
            return styles.plain_number(number)
        return styles.spell_number(number, self.unit(cell.key), self.style)

    def _digit(self, cell: Placed) -> Content:
        code = self.record.text(cell.key)
        if not cell.option:
            return code
        at = int(cell.option)
        return code[at] if at < len(code) else None

    def _tick(self, cell: Placed) -> Content:
        return self.style.on if cell.option in self.record.ticked(cell.key) else self.style.off

    def _year(self, cell: Placed) -> Content:
        choice, _, end = cell.key.rpartition(".")
        year = self.record.number(cell.key)
        if year is None or cell.option not in self.record.ticked(choice):
            return None
        start = self.record.number(f"{choice}.start_year") if end == "end_year" else None
        known = None if start is None else int(start)
        return styles.spell_period_year(int(year), self.record.fiscal_year, known)

    def _mark(self, cell: Placed) -> Content:
        ticked = {f"{cost}×{outcome}" for cost, outcome in self.record.ticked("matrix")}
        return MARK if cell.option in ticked else cell.text

    def _joined(self, cell: Placed) -> Content:
        texts: list[str] = []
        for part in cell.parts:
            text = self.content(part)
            text = "　　" if text is None else str(text)
            if part.kind == "tick":
                texts.append(f"{chr(10) if texts else ''}{text} ")
            else:
                texts.append(text)
        return "".join(texts)

    def unit(self, key: str) -> str:
        """The unit of a number's cell; empty where its row has none of its own."""
        parts = key.split(".")
        tables = (table for table in self.record.form.tables if table.name == parts[0])
        return next((row.unit for table in tables for row in table.rows if row.name == parts[1]), "")


class _Writer:
    """One workbook, written with XlsxWriter."""

    def __init__(self, book: Workbook, form: Form, style: Style) -> None:
        self.book = book
        self.form = form
        self.style = style
        self.formats: dict[tuple[str, tuple[int, int, int, int]], Format] = {}

    def sheet(self, filled: Filled, names: Sequence[str]) -> None:
        """One project, on as many sheets as there are names."""
        fiscal_year = filled.record.fiscal_year
        content = contents(filled, self.style)
        for name, laid in zip(names, styles.sheets(self.form, fiscal_year, self.style), strict=True):
            sheet = self.book.add_worksheet(name)
            self.size(sheet, laid)
            for cell in (cell for page in laid.pages for cell in page):
                self.cell(sheet, cell, content(cell))

    def size(self, sheet: Worksheet, laid: Laid) -> None:
        """The grid and the print setup."""
        plan = layout.of(self.form)
        for column, width in enumerate(laid.columns):
            sheet.set_column(column, column, plan.column_width * width)
        sheet.set_default_row(plan.row_height)
        headings = [cell for page in laid.pages for cell in page if cell.kind == "heading"]
        broken = {cell.row for cell in headings if "\n" in cell.text}
        for row, height in enumerate(laid.rows):
            if height > 1 or row in broken:
                sheet.set_row(row, plan.row_height * (1.6 if row in broken else height))
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, len(laid.pages))
        sheet.set_margins(0.4, 0.4, 0.45, 0.5)
        sheet.center_horizontally()
        # Two areas, as on the blank form: each is a page of its own. `print_area` would take only one.
        areas = (self.area(sheet.name, page) for page in laid.pages)
        self.book.define_name(f"'{sheet.name}'!_xlnm.Print_Area", "=" + ",".join(areas))

    def area(self, name: str, page: Sequence[Placed]) -> str:
        """The stretch of a page, as a formula writes it."""
        from xlsxwriter.utility import xl_range_abs

        top, left = min(cell.row for cell in page), min(cell.col for cell in page)
        stretch = xl_range_abs(top, left, place.height(page) - 1, max(cell.right for cell in page) - 1)
        return f"'{name}'!{stretch}"

    def cell(self, sheet: Worksheet, cell: Placed, content: Content) -> None:
        """One cell or merged range; nothing for a stretch that shows nothing."""
        if not (content or cell.kind != "print" or any(cell.edges)):
            return
        if isinstance(content, float) and cell.look == "quantity":
            cell = dataclasses.replace(cell, look="decimal")
        look = self.format(cell)
        if cell.height > 1 or cell.width > 1:
            sheet.merge_range(cell.row, cell.col, cell.bottom - 1, cell.right - 1, "", look)
        if content is None or content == "":
            return
        if isinstance(content, str):
            sheet.write_string(cell.row, cell.col, content, look)
        elif isinstance(content, Formula):
            sheet.write_formula(cell.row, cell.col, content.text, look, content.value)
        else:
            sheet.write_number(cell.row, cell.col, content, look)

    def format(self, cell: Placed) -> Format:
        """The format of a look with its lines."""
        wanted = (cell.look, cell.edges)
        if wanted not in self.formats:
            self.formats[wanted] = self.book.add_format(_properties(*wanted))
        return self.formats[wanted]

    def instructions(self) -> None:
        """The sheet that explains the form with the form's own words."""
        sheet = self.book.add_worksheet("記入要領")
        sheet.set_column(0, 0, 90)
        lines = [f"{self.form.title} 記入要領", "次の欄に記入してください。"]
        for page in place.pages(self.form, 2017):
            labels = (cell.text for cell in page if cell.kind == "label" and len(cell.text) > 2)
            lines += [f"{label}：評価シートの同じ欄に記入します。" for label in labels]
        for row, line in enumerate(lines):
            sheet.write_string(row, 0, line)


def _properties(look_name: str, edges: tuple[int, int, int, int]) -> dict[str, Any]:
    look = LOOKS[look_name]
    properties: dict[str, Any] = {
        "font_name": FONT,
        "font_size": look.size,
        "bold": look.bold,
        "font_color": f"#{look.colour}",
        "align": look.across,
        "valign": "top" if look.down == "top" else "vcenter",
        "text_wrap": look.wrap and not look.upright,
        "shrink": look.shrink,
        "rotation": 270 if look.upright else 0,
        "num_format": look.number_format,
        "locked": not look.open,
        "indent": look.indent,
    }
    if look.fill:
        properties.update(pattern=1, bg_color=f"#{look.fill}")
    return properties | dict(zip(("left", "right", "top", "bottom"), edges, strict=True))
