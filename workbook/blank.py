"""The empty form as a workbook, made by looping over the form's file. Written with openpyxl."""

from __future__ import annotations

import copy
import functools
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbook import atomic, layout, place
from workbook.form import Form
from workbook.looks import DECIMAL, FONT, LOOKS
from workbook.placed import MEDIUM, THIN, Content, Formula, Placed

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

Number = int | Decimal
ON, OFF = "☑", "□"
MARK = "●"
_LINES = {0: None, THIN: "thin", MEDIUM: "medium"}


def blank(
    form: Form,
    path: Path,
    fiscal_year: int,
    *,
    rates: Mapping[int, Number] | None = None,
    two_sheets: bool = False,
) -> None:
    """Write the empty form for the evaluated ``fiscal_year``, to be filled in Excel.

    ``rates`` are yen per hour by fiscal year: 人件費計 is a formula where the year's rate is set, else typed.
    ``two_sheets`` puts each page on a sheet of its own (表面, 裏面). Raises `FormError` for a form without
    layout.
    """
    book = workbook(form, fiscal_year, rates=rates or {}, two_sheets=two_sheets)
    with atomic.replacing(path) as temporary:  # openpyxl writes files of its own: a full disk shows there
        saved = io.BytesIO()
        book.save(saved)
        temporary.write_bytes(_timeless(saved.getvalue()))


_TIMES = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")


def _timeless(data: bytes) -> bytes:
    """The book without the time of its making: the same form has the same bytes each time.

    So a form that was written before is known again, and is no other file that stands in the way.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name in given.namelist():
            part = given.read(name)
            if name == "docProps/core.xml":
                part = _TIMES.sub(b"", part)
            book.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def workbook(form: Form, fiscal_year: int, *, rates: Mapping[int, Number], two_sheets: bool) -> Workbook:
    """The empty form as an openpyxl workbook."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    _set_default_font(book)
    book.properties.title, book.properties.creator = form.title, ""
    plan = layout.of(form)
    pages = place.pages(form, fiscal_year)
    groups = [[page] for page in pages] if two_sheets else [place.stacked(pages)]
    names = plan.sheets if two_sheets else (plan.sheet,)
    sheets = [Sheet(book.create_sheet(name), form, group) for name, group in zip(names, groups, strict=True)]
    places = {key: where for sheet in sheets for key, where in sheet.places().items()}
    for sheet in sheets:
        sheet.draw(functools.partial(_content, formulas=Formulas(form, places, rates, sheet.name)))
    return book


class Formulas:
    """The formulas of the form, in words of the cells where its values stand."""

    def __init__(
        self, form: Form, places: Mapping[str, tuple[str, str]], rates: Mapping[int, Number], sheet: str
    ) -> None:
        self.form = form
        self.places = places
        self.rates = rates
        self.sheet = sheet

    def at(self, key: str) -> str:
        """The address of a key's cell, as a formula on this sheet writes it."""
        sheet, cell = self.places[key]
        return cell if sheet == self.sheet else f"'{sheet}'!{cell}"

    def link(self, key: str) -> str:
        """Shows another cell, and nothing where that is blank."""
        return f'=IF({self.at(key)}="","",{self.at(key)})'

    def figure(self, key: str) -> str:
        """The formula of a figure such as ``costs.project_total.2017``; empty where it is typed."""
        name, _, rest = key.partition(".")
        table = next((t for t in self.form.tables if t.name == name and t.rows), None)
        if table is None:
            return ""
        row, _, year = rest.partition(".")
        behind = f".{year}" if year else ""
        kind = next(part.formula for part in table.rows if part.name == row)
        if kind == "sources":
            sources = [part.name for part in table.rows if part.source]
            first, last = (self.at(f"{name}.{source}{behind}") for source in (sources[0], sources[-1]))
            return f'=IF(COUNT({first}:{last})=0,"",SUM({first}:{last}))'
        if kind == "labour" and year and int(year) in self.rates:
            hours = self.at(f"{name}.work_hours.{year}")
            return f'=IF(ISNUMBER({hours}),ROUND({hours}*{self.rates[int(year)]}/1000,0),"")'
        if kind == "grand_total":
            parts = [self.at(f"{name}.{part}{behind}") for part in ("project_total", "labour_total")]
            return f'=IF(COUNT({",".join(parts)})<2,"",{"+".join(parts)})'
        return ""


class Sheet:
    """One worksheet of the form, written with openpyxl."""

    def __init__(self, sheet: Worksheet, form: Form, pages: Sequence[Sequence[Placed]]) -> None:
        self.sheet = sheet
        self.form = form
        self.pages = pages
        self.columns = layout.of(form).columns
        self.styles: dict[tuple[str, tuple[int, int, int, int]], Any] = {}

    @property
    def name(self) -> str:
        """The sheet's name."""
        return str(self.sheet.title)

    def places(self) -> dict[str, tuple[str, str]]:
        """Where each value stands: flat key → (sheet, cell)."""
        cells = (cell for page in self.pages for cell in page if cell.kind in ("value", "number"))
        return {cell.key: (self.name, _address(cell)) for cell in cells}

    def draw(self, content: Callable[[Placed], Content]) -> None:
        """Write everything: cells, lists to choose from, protection, print setup."""
        ticks, marks, quantities = [], [], []
        offered = {field.name: field.choices for field in self.form.fields if field.choices}
        for cell in (cell for page in self.pages for cell in page):
            self.cell(cell, content(cell))
            if cell.kind == "value" and cell.key in offered:
                self.choose_from(offered[cell.key], [_address(cell)], strict=False)
            if cell.kind == "tick":
                ticks.append(_address(cell))
            elif cell.kind == "mark" and not cell.text:
                marks.append(_range(cell))
            elif cell.look == "quantity":
                quantities.append(_address(cell))
        self.choose_from([OFF, ON], ticks)
        self.choose_from([MARK], marks)
        self.show_decimals(quantities)
        self.size()
        self.protect()
        self.set_up_print()

    def cell(self, cell: Placed, content: Content) -> None:
        """One cell or merged range. Its lines are drawn from all its cells, so each has the style."""
        for row in range(cell.row + 1, cell.bottom + 1):
            for column in range(cell.col + 1, cell.right + 1):
                self.dress(self.sheet.cell(row, column), cell)
        first = self.sheet.cell(cell.row + 1, cell.col + 1)
        if isinstance(content, Formula):
            first.value = content.text
        elif content not in (None, ""):
            first.value = content
            first.data_type = "s" if isinstance(content, str) else "n"  # a text is never a formula
        if cell.height > 1 or cell.width > 1:
            self.sheet.merged_cells.add(_range(cell))

    def dress(self, target: Any, cell: Placed) -> None:
        """Give an openpyxl cell its style. Looking styles up is slow, so each is set once and then copied."""
        wanted = (cell.look, cell.edges)
        if wanted in self.styles:
            target._style = copy.copy(self.styles[wanted])
            return
        for name, value in _style(*wanted).items():
            setattr(target, name, value)
        self.styles[wanted] = target._style

    def choose_from(self, choices: list[str], ranges: list[str], *, strict: bool = True) -> None:
        """A drop-down list on all the ranges; unless ``strict``, anything else may be typed."""
        from openpyxl.worksheet.datavalidation import DataValidation

        listed = DataValidation(type="list", formula1=f'"{",".join(choices)}"', allow_blank=True)
        listed.error = f"{'・'.join(choices)} から選んでください。"
        listed.errorTitle = self.form.title[:31]
        listed.showErrorMessage = strict
        for where in ranges:
            listed.add(where)
        self.sheet.add_data_validation(listed)

    def show_decimals(self, cells: list[str]) -> None:
        """Quantities show decimals where they have any, and no stray point where they have none."""
        from openpyxl.formatting.rule import Rule
        from openpyxl.styles.differential import DifferentialStyle
        from openpyxl.styles.numbers import NumberFormat

        decimals = DifferentialStyle(numFmt=NumberFormat(numFmtId=200, formatCode=DECIMAL))
        for cell in cells:
            whole = f"AND(ISNUMBER({cell}),{cell}<>INT({cell}))"
            self.sheet.conditional_formatting.add(cell, Rule("expression", dxf=decimals, formula=[whole]))

    def size(self) -> None:
        """The fine grid."""
        from openpyxl.utils import get_column_letter

        plan = layout.of(self.form)
        for column in range(1, self.columns + 1):
            self.sheet.column_dimensions[get_column_letter(column)].width = plan.column_width
        for row in range(1, place.height(self.pages[-1]) + 1):
            self.sheet.row_dimensions[row].height = plan.row_height
        self.sheet.sheet_view.showGridLines = False
        self.sheet.sheet_view.zoomScale = 110

    def protect(self) -> None:
        """Only input cells can be changed; there is no password, and rows may be made higher."""
        protection = self.sheet.protection
        protection.sheet = True
        protection.formatRows = False
        protection.formatCells = False

    def set_up_print(self) -> None:
        """One A4 page for each page of the form, with the page's number beneath."""
        from openpyxl.worksheet.pagebreak import Break
        from openpyxl.worksheet.properties import PageSetupProperties

        sheet = self.sheet
        # Two areas, not one: Excel ignores a manual break where it fits to pages, but never joins two areas.
        areas = [_range(_hull(page, self.columns)) for page in self.pages]
        sheet.print_area = ",".join(areas)
        for page in self.pages[:-1]:
            sheet.row_breaks.append(Break(id=place.height(page)))
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "portrait", 9
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, len(self.pages)
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        margins = sheet.page_margins
        margins.left = margins.right = 0.4
        margins.top, margins.bottom, margins.header, margins.footer = 0.45, 0.5, 0.2, 0.25
        sheet.print_options.horizontalCentered = True
        footer: Any = sheet.oddFooter  # the stubs take its parts for absent
        footer.center.text, footer.left.text = ("&P / &N" if len(self.pages) > 1 else "&A"), self.form.title
        for part in (footer.center, footer.left):
            part.size, part.font = 8, FONT


def _content(cell: Placed, *, formulas: Formulas) -> Content:
    if cell.kind == "tick":
        return OFF
    if cell.kind == "link":
        return Formula(formulas.link(cell.key))
    if cell.kind == "number":
        formula = formulas.figure(cell.key)
        return Formula(formula) if formula else None
    return cell.text


def _style(look_name: str, edges: tuple[int, int, int, int]) -> dict[str, Any]:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side

    look = LOOKS[look_name]
    left, right, top, bottom = (Side(style=_LINES[edge]) for edge in edges)  # type: ignore[arg-type]
    style: dict[str, Any] = {
        "font": Font(name=FONT, size=look.size, bold=look.bold, color=look.colour),
        "border": Border(left=left, right=right, top=top, bottom=bottom),
        "alignment": Alignment(
            horizontal=look.across,
            vertical=look.down,
            wrap_text=look.wrap and not look.upright,
            shrink_to_fit=look.shrink,
            text_rotation=255 if look.upright else 0,
            indent=look.indent,
        ),
        "protection": Protection(locked=not look.open),
        "number_format": look.number_format,
    }
    if look.fill:
        style["fill"] = PatternFill("solid", start_color=look.fill)
    return style


def _set_default_font(book: Workbook) -> None:
    from openpyxl.styles import Font

    # The default font decides how wide a column of n characters is.
    book._named_styles["Normal"].font = Font(name=FONT, size=11)  # type: ignore[attr-defined]


def _hull(cells: Iterable[Placed], columns: int) -> Placed:
    cells = list(cells)
    top = min(cell.row for cell in cells)
    return Placed(top, 0, place.height(cells) - top, columns, "print", "")


def _address(cell: Placed) -> str:
    from openpyxl.utils import get_column_letter

    return f"{get_column_letter(cell.col + 1)}{cell.row + 1}"


def _range(cell: Placed) -> str:
    from openpyxl.utils import get_column_letter

    last = f"{get_column_letter(cell.right)}{cell.bottom}"
    return f"{_address(cell)}:{last}"
