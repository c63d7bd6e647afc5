"""What of docs/windows-checklist.md can be done without a person: run it on a Windows PC with Excel.

    python tools\\windows_check.py                    looks, opens an Excel of its own, and closes it again
    python tools\\windows_check.py --install evalxl.xlam   also installs the add-in first
    python tools\\windows_check.py --uninstall        also takes it out at the end, and looks for what is left

Nothing of the user's own is opened or changed: the sheets are invented ones in a temporary folder. Each step
ends as ok, FAIL or skip; all of them are run. The report is written to windows-check.json beside the caller.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import platform
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from evalxl import demo
from evalxl.actions import FORMULAS
from evalxl.cells import Block
from evalxl.commands.calculating import block
from udfs import buttons, doctor, excel_keys, identity, installation
from udfs.machine import Machine

RESULTS = "検証結果"


class Skip(Exception):
    """The step cannot be done here, and why."""


@dataclasses.dataclass
class Step:
    """One step of the checklist and how it ended."""

    number: str
    """As in docs/windows-checklist.md."""
    what: str
    status: str
    detail: str
    seconds: float


@dataclasses.dataclass
class Told:
    """Stands for a person at the dialogs: says yes, chooses the first, notes what was told."""

    folder_chosen: Path | None = None
    texts: list[str] = dataclasses.field(default_factory=list)

    def tell(self, text: str, *, grave: bool = False) -> None:
        self.texts.append(f"{'! ' if grave else ''}{text}")

    def ask(self, text: str) -> bool:
        self.texts.append(f"? {text}")
        return True

    def folder(self, title: str) -> Path | None:
        return self.folder_chosen

    def choose(self, text: str, choices: Sequence[str]) -> int | None:
        return 0


def run(number: str, what: str, step: Callable[[], str]) -> Step:
    """Do one step; whatever happens is noted."""
    started = time.perf_counter()
    try:
        status, detail = "ok", step()
    except Skip as skipped:
        status, detail = "skip", str(skipped)
    except Exception:
        status, detail = "FAIL", traceback.format_exc(limit=-3)
    done = Step(number, what, status, detail, round(time.perf_counter() - started, 2))
    print(f"{status:4}  {number:4} {what}  {detail.splitlines()[-1] if detail else ''}", flush=True)
    return done


# ---- without Excel -----------------------------------------------------------------------------------------


def examine() -> str:
    """The doctor finds no problem."""
    checks = doctor.report()
    problems = [f"{one.label}: {one.found}" for one in checks if one.status == "problem"]
    if problems:
        raise AssertionError("\n".join(problems))
    return f"{len(checks)} checks"


def server() -> str:
    """Windows starts our program for the class that the add-in asks for."""
    if not Machine.here().windows:
        raise Skip("Windows only")
    import win32com.client

    win32com.client.Dispatch(identity.PROGID)
    return identity.PROGID


def nothing_left() -> str:
    """After uninstall nothing of what install writes is there."""
    machine = Machine.here()
    if machine.registry is None:
        raise Skip("Windows only")
    left = [
        key
        for key in (rf"Software\Classes\{identity.PROGID}", installation.class_key())
        if machine.registry.exists("HKCU", key)
    ]
    for version in excel_keys.versions(machine.registry):
        left += [entry for entry in excel_keys.opened(machine.registry, version) if identity.FILE in entry]
    left += [
        str(path) for path in (installation.target(machine), installation.list_path(machine)) if path.exists()
    ]
    if left:
        raise AssertionError("\n".join(left))
    return "nothing"


# ---- with Excel --------------------------------------------------------------------------------------------


def listed(app: Any) -> str:
    """Excel has the add-in in its list, ticked."""
    for number in range(1, app.api.AddIns.Count + 1):
        addin = app.api.AddIns(number)
        if addin.Name.lower() == identity.FILE:
            assert addin.Installed, "not ticked"
            return str(addin.FullName)
    raise AssertionError(f"{identity.FILE} is not in the list")


def opens(app: Any) -> str:
    """The add-in opens; an Excel that a program started does not open it by itself."""
    file = installation.target(Machine.here())
    app.api.Workbooks.Open(str(file))
    assert app.api.Workbooks(identity.FILE).IsAddin
    return str(file)


def formulas(app: Any) -> str:
    """Each formula gives in a cell what its example says."""
    book = app.books.add()
    wrong = []
    try:
        for name, formula in FORMULAS.items():
            given = [block(argument) for argument in formula.example.arguments]
            wrong += _tried(book.sheets[0], name, given, formula.example.value)
    finally:
        book.close()
    if wrong:
        raise AssertionError("\n".join(wrong))
    return f"{len(FORMULAS)} formulas"


def _tried(sheet: Any, name: str, given: list[Block], expected: Any) -> list[str]:
    """The formula in the first cell, its arguments as ranges beside it; what differs."""
    sheet.clear()
    places, column = [], 3
    for cells in given:
        place = sheet.range((1, column), (len(cells), column + len(cells[0]) - 1))
        place.value = cells
        places.append(place.address)
        column += len(cells[0]) + 1
    sheet.range((1, 1)).formula = f"={name}({','.join(places)})"
    found = sheet.range((1, 1)).value
    while isinstance(expected, list):
        expected = expected[0]
    same = found == expected
    if isinstance(expected, float) and isinstance(found, float):
        same = abs(found - expected) < 1e-9
    return [] if same else [f"{name}{given}: {found!r} instead of {expected!r}"]


def validates(app: Any, folder: Path) -> str:
    """検証 marks the live book, and takes all of it back again."""
    path = next(iter(sorted((folder / "提出").rglob("*.xlsx"))))
    book = app.books.open(str(path))
    before = _state(book)
    told = Told()
    started = time.perf_counter()
    assert buttons.run("validate", app, dialogs=told), told.texts
    seconds = time.perf_counter() - started
    assert RESULTS in [sheet.name for sheet in book.sheets], told.texts
    assert buttons.run("clear_marks", app, dialogs=told), told.texts
    after = _state(book)
    book.close()
    assert after == before, "the book is not as it was"
    return f"検証 {seconds:.1f} s"


def _state(book: Any) -> dict[str, Any]:
    return {sheet.name: (sheet.used_range.address, sheet.used_range.formula) for sheet in book.sheets}


def consolidates(app: Any, folder: Path) -> str:
    """集約 writes the summary book of a folder and opens it."""
    told = Told(folder / "提出")
    started = time.perf_counter()
    assert buttons.run("consolidate", app, dialogs=told, escaped=lambda: False), told.texts
    seconds = time.perf_counter() - started
    names = [sheet.name for sheet in app.books.active.sheets]
    app.books.active.close()
    assert "概要" in names, names
    return f"集約 {seconds:.1f} s"


def busy(app: Any, folder: Path) -> str:
    """A book that is no evaluation sheet is told in a dialog; Excel is as it was afterwards."""
    book = app.books.add()
    told = Told()
    screen, calculation = app.api.ScreenUpdating, app.api.Calculation
    buttons.run("validate", app, dialogs=told)
    book.close()
    assert told.texts, "nothing was told"
    assert (app.api.ScreenUpdating, app.api.Calculation) == (screen, calculation)
    assert app.api.StatusBar in (False, "FALSE"), app.api.StatusBar
    return told.texts[-1].splitlines()[0]


def with_excel(app: Any, folder: Path) -> Iterator[Step]:
    """The steps that need an Excel, in the order of the checklist."""
    yield run("6", "検証 and 検証表示を消す", lambda: validates(app, folder))
    yield run("7", "集約", lambda: consolidates(app, folder))
    yield run("9", "a book that is no evaluation sheet", lambda: busy(app, folder))


def main() -> int:
    """Run all steps, write the report; 1 when one failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--install", type=Path, metavar="XLAM")
    parser.add_argument("--uninstall", action="store_true")
    asked = parser.parse_args()
    steps: list[Step] = []
    if asked.install:
        steps.append(run("1", "addin install", lambda: _command("install", "--xlam", str(asked.install))))
    steps += [run("2", "addin doctor", examine), run("3", "the COM class answers", server)]
    steps += _excel()
    if asked.uninstall:
        steps.append(run("11", "addin uninstall", lambda: _command("uninstall")))
        steps.append(run("11", "nothing is left", nothing_left))
    report = {
        "system": platform.platform(),
        "python": sys.version,
        "steps": [dataclasses.asdict(s) for s in steps],
    }
    Path("windows-check.json").write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
    return int(any(step.status == "FAIL" for step in steps))


def _excel() -> list[Step]:
    if not Machine.here().windows:
        return [run("4-9", "all that needs Excel", _no_excel)]
    import xlwings

    app = xlwings.App(visible=True, add_book=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            demo.write_demo(Path(folder) / "提出")
            steps = [run("4", "the add-in is in Excel's list", lambda: listed(app))]
            steps.append(run("4", "the add-in opens", lambda: opens(app)))
            steps.append(run("5", "the formulas", lambda: formulas(app)))
            return [*steps, *with_excel(app, Path(folder))]
    finally:
        app.quit()


def _no_excel() -> str:
    raise Skip("there is no Excel here")


def _command(*line: str) -> str:
    from evalxl import cli

    code = cli.main(["addin", *line])
    assert code == 0, f"exit code {code}"
    return "exit code 0"


if __name__ == "__main__":
    sys.exit(main())
