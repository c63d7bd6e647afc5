# ruff: noqa: N802 (names of UNO)
"""Run by the system's Python, which has UNO: LibreOffice runs the add-in's VBA, and Python answers it.

``office_vba.py PIPE PYTHON BOOK`` connects to the soffice on that pipe, opens the book with its macros, and
does what each line of JSON asks. VBA reaches Python through the service `evalxl.Bridge`, which this program
gives LibreOffice in the place of the COM class of Windows; it hands every call to the real server in PYTHON.
"""

import json
import subprocess
import sys
import tempfile
import time

import uno
import unohelper
from com.sun.star.awt import Point, Size
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import XServiceInfo, XSingleComponentFactory
from com.sun.star.script import ScriptEventDescriptor
from com.sun.star.task import XJob


def connect(pipe, seconds=90):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    end = time.monotonic() + seconds
    while True:
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def options(**values):
    return tuple(PropertyValue(name, 0, value, 0) for name, value in values.items())


class Bridge(unohelper.Base, XJob):
    """What VBA asks: a function's value, or a press of a button."""

    def __init__(self, python):
        line = [python, "-m", "tests.support.bridge"]
        self.server = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.python = python
        self.desktop = None
        self.pressed, self.found = [], []

    def execute(self, given):
        values = {one.Name: one.Value for one in given}
        if "press" in values:
            self.press(values["press"])
            return True
        self.server.stdin.write(json.dumps([values["name"], values["values"]]) + "\n")
        self.server.stdin.flush()
        errors, value = json.loads(self.server.stdout.readline())
        return (errors, tuple(map(tuple, value)) if isinstance(value, list) else value)

    def press(self, name):
        """The live book as it stands goes to the program; its sheet of results comes into the live book."""
        book = self.desktop.getCurrentComponent()
        with tempfile.TemporaryDirectory() as folder:
            copy = uno.systemPathToFileUrl(f"{folder}/live.xlsx")
            book.storeToURL(copy, options(FilterName="Calc MS Excel 2007 XML"))
            line = [
                self.python,
                "-m",
                "evalxl",
                name,
                f"{folder}/live.xlsx",
                "--annotate",
                f"{folder}/marked",
            ]
            subprocess.run(line, capture_output=True, check=False)
            marked = uno.systemPathToFileUrl(f"{folder}/marked/live.xlsx")
            other = self.desktop.loadComponentFromURL(marked, "_blank", 0, options(Hidden=True))
            found = other.Sheets.getByName("検証結果")
            cursor = found.createCursor()
            cursor.gotoEndOfUsedArea(False)
            end = cursor.RangeAddress
            book.Sheets.insertNewByName("検証結果", book.Sheets.Count)
            area = (0, 0, end.EndColumn, end.EndRow)
            rows = found.getCellRangeByPosition(*area).getDataArray()
            book.Sheets.getByName("検証結果").getCellRangeByPosition(*area).setDataArray(rows)
            self.found = [list(row) for row in rows]
            other.close(True)
        self.pressed.append(name)


class Factory(unohelper.Base, XSingleComponentFactory, XServiceInfo):
    """Makes the service `evalxl.Bridge`: there is only one."""

    def __init__(self, made):
        self.made = made

    def getImplementationName(self):
        return "evalxl.tests.Bridge"

    def supportsService(self, name):
        return name == "evalxl.Bridge"

    def getSupportedServiceNames(self):
        return ("evalxl.Bridge",)

    def createInstanceWithContext(self, context):
        return self.made

    def createInstanceWithArgumentsAndContext(self, arguments, context):
        return self.made


def calculate(book, rows):
    """Type values and formulas into the first sheet; all of its cells after recalculation."""
    sheet = book.Sheets.getByIndex(0)
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            if isinstance(value, str) and value.startswith("{"):
                height, width, formula = value[1:].split("|", 2)
                area = sheet.getCellRangeByPosition(j, i, j + int(width) - 1, i + int(height) - 1)
                area.setArrayFormula(formula)
            elif value is not None:
                sheet.getCellByPosition(j, i).setFormula(str(value))
    book.calculateAll()
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    end = cursor.RangeAddress
    area = sheet.getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow)
    errors = [
        [sheet.getCellByPosition(j, i).getError() for j in range(end.EndColumn + 1)]
        for i in range(end.EndRow + 1)
    ]
    return {"values": area.getDataArray(), "errors": errors}


def button(book, macro):
    """Put a wide button that calls the macro onto the first.

    Gives a place on the screen where the button is.
    """
    sheet = book.Sheets.getByIndex(0)
    model = book.createInstance("com.sun.star.form.component.CommandButton")
    model.Label = model.Name = "検証"
    shape = book.createInstance("com.sun.star.drawing.ControlShape")
    shape.Control, shape.Position, shape.Size = model, Point(500, 500), Size(40000, 20000)
    sheet.DrawPage.add(shape)
    event = ScriptEventDescriptor(
        "XActionListener", "actionPerformed", "", "Script",
        f"vnd.sun.star.script:VBAProject.{macro}?language=Basic&location=document",
    )  # fmt: skip
    controls = model.Parent
    names = [controls.getByIndex(number).Name for number in range(controls.Count)]
    controls.registerScriptEvent(names.index("検証"), event)
    controller = book.CurrentController
    controller.setActiveSheet(sheet)
    controller.setFormDesignMode(False)
    time.sleep(2)
    book.CurrentController.Frame.ContainerWindow.setPosSize(0, 0, 1280, 900, 15)
    time.sleep(2)
    return [640, 600]


def main():
    pipe, python, path = sys.argv[1:]
    context = connect(pipe)
    manager = context.ServiceManager
    bridge = Bridge(python)
    bridge.desktop = manager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    manager.insert(Factory(bridge))
    url = uno.systemPathToFileUrl(path)
    book = bridge.desktop.loadComponentFromURL(url, "_blank", 0, options(MacroExecutionMode=4))
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "rows" in request:
                answer = calculate(book, request["rows"])
            elif "button" in request:
                answer = button(book, request["button"])
            else:
                answer = {
                    "sheets": book.Sheets.ElementNames,
                    "pressed": bridge.pressed,
                    "found": bridge.found,
                }
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)
    bridge.server.stdin.close()
    book.close(True)


main()
