"""Change a department's workbook part by part, without a library that saves it anew and loses half of it.

For example::

    book = Book.open("電算.xlsx")
    book.sheet("評価シート").put((44, 27), 8652)
    book.notes("評価シート").put((44, 27), "確認済み", "企画課")
    book.save("電算_直し.xlsx")

A cell's value, its format, its note; a sheet, a link, a name. What is not asked for keeps its bytes, its
place in the file and its packing.
What cannot be changed safely is refused with `Unchangeable`, which says why.
"""

from workbook.errors import Unchangeable
from workbook.parts.book import Book, place, quoted
from workbook.parts.notes import Notes
from workbook.parts.sheet import Sheet
from workbook.parts.written import Written, sheet_xml

__all__ = ["Book", "Notes", "Sheet", "Unchangeable", "Written", "place", "quoted", "sheet_xml"]
