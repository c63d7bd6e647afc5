"""Run by the system's Python, which has UNO: does with LibreOffice what it is told, a JSON line each.

Start: ``python3 office_server.py PIPE``. It connects to the soffice that listens on that pipe, answers every
line with ``{"ok": …}`` or ``{"error": …}``, and ends with its input.
"""

import json
import sys
import time

import uno
from com.sun.star.awt import Size
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.sheet.FormulaResult import ERROR

FILTERS = {
    "xlsx": "Calc MS Excel 2007 XML",
    "xls": "MS Excel 97",
    "ods": "calc8",
    "pdf": "calc_pdf_Export",
}


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
        book.storeToURL(uno.systemPathToFileUrl(target), options(FilterName=FILTERS[kind]))
    finally:
        book.close(True)


def draw(desktop, path, ticks, texts, targets):
    """Draw form controls over cells, type texts into cells, and save the book under several names."""
    book = load(desktop, path)
    try:
        for name, place, text in texts:
            book.Sheets.getByName(name).getCellRangeByName(place).setString(text)
        for tick in ticks:
            draw_one(book, **tick)
        for target in targets:
            kind = FILTERS[target.rpartition(".")[2]]
            book.storeToURL(uno.systemPathToFileUrl(target), options(FilterName=kind))
    finally:
        book.close(True)


def draw_one(book, sheet, place, kind, caption, state, link):
    """A CheckBox, a RadioButton or an Ellipse over a cell; ``link`` is an address on the same sheet."""
    sheet = book.Sheets.getByName(sheet)
    cell = sheet.getCellRangeByName(place)
    if kind == "Ellipse":
        shape = book.createInstance("com.sun.star.drawing.EllipseShape")
    else:
        model = book.createInstance("com.sun.star.form.component." + kind)
        model.Label, model.State, model.DefaultState = caption, state, state
        shape = book.createInstance("com.sun.star.drawing.ControlShape")
        shape.Control = model
    shape.Position, shape.Size = cell.Position, Size(max(400, cell.Size.Width - 50), cell.Size.Height - 30)
    sheet.DrawPage.add(shape)
    if link:
        bound = uno.createUnoStruct("com.sun.star.beans.NamedValue")
        bound.Name, bound.Value = "BoundCell", sheet.getCellRangeByName(link).CellAddress
        binding = "com.sun.star.table.CellValueBinding"
        model.setValueBinding(book.createInstanceWithArguments(binding, (bound,)))
        model.State = state  # which puts it into the cell


def look(desktop, path):
    """The notes and the ticked state of the controls of every sheet."""
    book = load(desktop, path)
    try:
        return {name: look_at(book.Sheets.getByName(name)) for name in book.Sheets.ElementNames}
    finally:
        book.close(True)


def look_at(sheet):
    notes = {}
    for index in range(sheet.Annotations.Count):
        note = sheet.Annotations.getByIndex(index)
        notes[f"{note.Position.Row},{note.Position.Column}"] = note.getString()
    controls = []
    for index in range(sheet.DrawPage.Count):
        shape = sheet.DrawPage.getByIndex(index)
        if shape.supportsService("com.sun.star.drawing.ControlShape"):
            controls.append(getattr(shape.Control, "State", -1))
    return {"notes": notes, "controls": controls, "shapes": sheet.DrawPage.Count}


def main():
    desktop = connect(sys.argv[1])
    print(json.dumps({"ok": "ready"}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        action = {"read": read, "save": save, "draw": draw, "look": look}[request.pop("action")]
        try:
            answer = {"ok": action(desktop, **request)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
