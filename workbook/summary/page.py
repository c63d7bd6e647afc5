"""How the sheets print: paper, heads repeated, page numbers."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

PAPERS = {"A3": 8, "A4": 9}


def set_page(
    sheet: Worksheet,
    title: str,
    *,
    paper: str = "A4",
    landscape: bool = True,
    repeat: tuple[int, int] | None = None,
    pages_high: int = 0,
    file_name: bool = True,
) -> None:
    """One page wide, as many high as it takes, the head rows on each.

    ``file_name``: in the header, so that a sheet of paper leads back to its book; not on what goes to others.
    """
    sheet.set_paper(PAPERS[paper])
    (sheet.set_landscape if landscape else sheet.set_portrait)()
    sheet.fit_to_pages(1, pages_high)
    sheet.set_margins(left=0.45, right=0.45, top=0.65, bottom=0.55)
    right = "&R&9&F" if file_name else ""
    sheet.set_header(f"&L&10{title.replace('&', '&&')}{right}", {"margin": 0.3})
    sheet.set_footer("&C&9&P / &N", {"margin": 0.25})
    sheet.center_horizontally()
    sheet.hide_gridlines(2)
    if repeat:
        sheet.repeat_rows(*repeat)
