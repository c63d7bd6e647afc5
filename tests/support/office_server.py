"""Run by the system's Python, which has UNO: does with LibreOffice what it is told, a JSON line each.

Start: ``python3 office_server.py PIPE``. It connects to the soffice that listens on that pipe, answers every
line with ``{"ok": …}`` or ``{"error": …}``, and ends with its input.
"""

import json
import sys
import time

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.sheet.FormulaResult import ERROR

XLSX, PDF = "Calc MS Excel 2007 XML", "calc_pdf_Export"


def connect(pipe, seconds=60):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    end = time.monotonic() + seconds
    while True:
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except NoConnectException:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def options(**values):
    return tuple(PropertyValue(name, 0, value, 0) for name, value in values.items())


def load(desktop, path):
    book = desktop.loadComponentFromURL(uno.systemPathToFileUrl(path), "_blank", 0, options(Hidden=True))
    if book is None:
        raise ValueError(f"LibreOffice does not open {path}")
    return book


def grid(sheet):
    """All cells up to the last used one: values, formulas, and where a formula gave an error."""
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    end = cursor.RangeAddress
    area = sheet.getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow)
    return {
        "values": area.getDataArray(),
        "formulas": area.getFormulaArray(),
        "errors": area.queryFormulaCells(ERROR).RangeAddressesAsString,
    }


def read(desktop, path, recalculate, changes):
    book = load(desktop, path)
    try:
        for name, place, value in changes:
            cell = book.Sheets.getByName(name).getCellRangeByName(place)
            if isinstance(value, str):
                cell.setString(value)
            else:
                cell.setValue(value)
        if recalculate:
            book.calculateAll()
        return {name: grid(book.Sheets.getByName(name)) for name in book.Sheets.ElementNames}
    finally:
        book.close(True)


def save(desktop, path, target, kind):
    book = load(desktop, path)
    try:
        chosen = {"xlsx": XLSX, "pdf": PDF}[kind]
        book.storeToURL(uno.systemPathToFileUrl(target), options(FilterName=chosen))
    finally:
        book.close(True)


def main():
    desktop = connect(sys.argv[1])
    print(json.dumps({"ok": "ready"}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        action = {"read": read, "save": save}[request.pop("action")]
        try:
            answer = {"ok": action(desktop, **request)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
