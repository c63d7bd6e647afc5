"""Put the papers together: the contents, then one page each, written whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from workbook import palette
from workbook.atomic import replacing
from workbook.marks import OWN_OUTPUT
from workbook.papers.model import Papers
from workbook.papers.page import Page
from workbook.summary import styles
from workbook.summary.book import OPTIONS
from workbook.summary.cells import quoted, safe_text
from workbook.summary.listing import write_note
from workbook.summary.page import set_page
from workbook.summary.rollups import show_fractions, write_change
from workbook.summary.styles import Styles

CONTENTS = "目次"
HEAD = 2
"""The row of the contents' heads, counted from 0."""


def write(papers: Papers, path: Path | str) -> None:
    """Write the book to ``path``, in place of what stands there, only once it is complete.

    Raises `workbook.errors.OutputLocked` when ``path`` is open in Excel, ``OSError`` when the disk is full.
    """
    with replacing(path) as temporary:
        book = Workbook(str(temporary), OPTIONS)
        try:
            _fill(book, papers)
            book.close()
        except FileCreateError as error:
            raise OSError(str(error)) from error
        finally:
            book.fileclosed = True  # or its destructor complains about a book given up


def _fill(book: Workbook, papers: Papers) -> None:
    book.set_properties({"title": papers.title, "keywords": OWN_OUTPUT})
    look = Styles(book)
    book.formats[0].set_font_name(styles.FONT)
    book.formats[0].set_font_size(10)
    contents = book.add_worksheet(CONTENTS)
    contents.set_tab_color(styles.NAVY)
    names = sheet_names([paper.title for paper in papers.pages])
    pages = []
    for paper, name in zip(papers.pages, names, strict=True):
        sheet = book.add_worksheet(name)
        sheet.set_tab_color(styles.TEAL)
        page = Page(book, sheet, paper, papers, look)
        page.write()
        pages.append(page)
    _contents(contents, pages, papers, look)
    contents.activate()


def sheet_names(titles: Sequence[str]) -> list[str]:
    """Names that Excel takes for sheets, unlike each other.

    >>> sheet_names(["05 まち/くらし", "05 まち/くらし", "目次"])
    ['05 まち・くらし', '05 まち・くらし (2)', '目次 (2)']
    """
    taken = {CONTENTS.casefold()}
    names = []
    for title in titles:
        base = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "・", title).strip("' ") or "－"
        name, number = base[:31], 2
        while name.casefold() in taken:
            ending = f" ({number})"
            name, number = base[: 31 - len(ending)] + ending, number + 1
        taken.add(name.casefold())
        names.append(name)
    return names


def _contents(sheet: Worksheet, pages: Sequence[Page], papers: Papers, look: Styles) -> None:
    """One line a page: its name as a link, and its figures taken from the page by formulas."""
    years = papers.years
    last = 2 + len(years) + 1
    band = look.of(bold=True, font_size=18, font_color=palette.WHITE, bg_color=styles.NAVY, indent=1)
    sheet.merge_range(0, 0, 0, last, safe_text(papers.title), band)
    sheet.set_row(0, 36)
    widths = [46, 8, *[13] * (last - 1)]
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.set_default_row(18)
    wrapped = look.of(font_color=styles.GREY, font_size=9, text_wrap=True, valign="top")
    words = f"{papers.level}ごとの{pages[0].total_item.title}（千円）"
    sheet.write_string(1, 0, words, look.of(font_color=styles.GREY))
    heads = [papers.level, "事業数", *(f"{year.title}\n{year.phase}" for year in years)]
    now = next((year.title for year in years if year.year == papers.evaluated_year), "")
    heads += [f"{now}の\n対前年度増減", "増減率"]
    for column, head in enumerate(heads):
        sheet.write_string(HEAD, column, head, look.header)
    sheet.set_row(HEAD, 32)
    for row, page in enumerate(pages, start=HEAD + 1):
        _contents_line(sheet, row, page, papers, look)
    foot = HEAD + 1 + len(pages)
    _contents_total(sheet, foot, pages, papers, look)
    show_fractions(sheet, (HEAD + 1, foot), range(2, last), look)
    for number, note in enumerate((printed for printed, _ in papers.notes), start=foot + 2):
        write_note(sheet, number, last, note, sum(widths), wrapped)
    set_page(sheet, papers.title, repeat=(HEAD, HEAD), file_name=False)
    sheet.freeze_panes(HEAD + 1, 1)


def _contents_line(sheet: Worksheet, row: int, page: Page, papers: Papers, look: Styles) -> None:
    money, rate = look.cell(num_format=styles.MONEY), look.cell(num_format=styles.RATE, align="right")
    link = look.cell(font_color=styles.LINK, underline=1, shrink=True)
    sheet.write_url(row, 0, f"internal:{quoted(f'{page.sheet.name}!A1')}", link, safe_text(page.paper.title))
    sheet.write_number(row, 1, len(page.paper.projects), look.cell(num_format="#,##0"))
    for number, year in enumerate(papers.years):
        place = xl_rowcol_to_cell(*page.total_place(number), row_abs=True, col_abs=True)
        value = float(page.sum_of(page.total_item.name, year.year))
        sheet.write_formula(row, 2 + number, f"={quoted(f'{page.sheet.name}!{place}')}", money, value)
    _change(sheet, row, papers, page.values_of_change(page.total_item.name), (money, rate))


def _contents_total(sheet: Worksheet, row: int, pages: Sequence[Page], papers: Papers, look: Styles) -> None:
    base = {"bold": True, "bg_color": styles.PALE, "top": 2}
    money, rate = (
        look.cell(num_format=styles.MONEY, **base),
        look.cell(num_format=styles.RATE, align="right", **base),
    )
    sheet.write_string(row, 0, "合　計", look.cell(**base))
    name = pages[0].total_item.name
    counts = sum(len(page.paper.projects) for page in pages)
    sums = [sum((page.sum_of(name, year.year) for page in pages), Decimal(0)) for year in papers.years]
    for column, value in enumerate([Decimal(counts), *sums], start=1):
        first, end = (xl_rowcol_to_cell(line, column) for line in (HEAD + 1, row - 1))
        sheet.write_formula(row, column, f"=SUM({first}:{end})", money, float(value))
    pairs = [page.values_of_change(name) for page in pages]
    both = (sum((p[0] for p in pairs), Decimal(0)), sum((p[1] for p in pairs), Decimal(0)))
    _change(sheet, row, papers, both, (money, rate))


def _change(
    sheet: Worksheet,
    row: int,
    papers: Papers,
    values: tuple[Decimal, Decimal],
    formats: tuple[Format, Format],
) -> None:
    places = {year.year: 2 + number for number, year in enumerate(papers.years)}
    if papers.evaluated_year - 1 not in places:
        return
    both = (papers.evaluated_year, papers.evaluated_year - 1)
    cells = tuple(xl_rowcol_to_cell(row, places[year]) for year in both)
    write_change(sheet, row, 2 + len(papers.years), cells, values, formats)
