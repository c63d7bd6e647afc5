"""LibreOffice as the spreadsheet of the add-in's VBA: its functions in cells, its button under a real mouse.

The shipped modules stand in a macro book; only the module that asks for the COM class is another one, which
reaches the same server of ours. LibreOffice shows VBA's CVErr as the text "Error 2015": what Excel makes of
it is on the checklist for Windows.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyopenvba import ExcelFile

from tests.support import office
from tests.support.layouts import Style, sample, write_book
from udfs.addin import vba

ROOT = Path(__file__).parent.parent
SUPPORT = ROOT / "tests" / "support"
pytestmark = [pytest.mark.office, pytest.mark.slow]

ANY_MACRO = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    '<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" '
    'oor:op="fuse"><value>0</value></prop></item></oor:items>'
)


def macro_book(path: Path) -> Path:
    """A book with the shipped modules, and the stub in the place of one; new unless it is there."""
    with ExcelFile(path) if path.exists() else ExcelFile.create_new(path) as book:
        project = book.vba_project() if book.has_vba_project() else book.add_vba_project()
        if "Module1" in project.module_names():
            project.delete_module("Module1")
        stub = (SUPPORT / "office_bridge.bas").read_text(encoding="ascii")
        for name, source in (vba.modules() | {"EvBridge": stub}).items():
            project.add_module(name, source.replace("\n", "\r\n"))
        book.save()
    return path


class Running:
    """LibreOffice with a book open, on a screen of its own or without one."""

    def __init__(self, folder: Path, book: Path, screen: str = "") -> None:
        """Both run when this returns; neither when it raises."""
        profile = folder / "profile"
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(ANY_MACRO, encoding="utf-8")
        pipe = f"evalxlvba{os.getpid()}{len(screen)}"
        window = [] if screen else ["--headless"]
        self.office = subprocess.Popen(
            [
                "soffice", *window, "--norestore", "--nologo", "--nodefault", "--nofirststartwizard",
                f"-env:UserInstallation={profile.as_uri()}", f"--accept=pipe,name={pipe};urp;",
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            env={**os.environ, **office.UTF8, "DISPLAY": screen},
        )  # fmt: skip
        # By its text, and from elsewhere: beside the file stands a package `com`, which would hide UNO's own.
        program = (SUPPORT / "office_vba.py").read_text(encoding="utf-8")
        self.talk = subprocess.Popen(
            [office.SYSTEM_PYTHON, "-c", program, pipe, sys.executable, str(book)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, **office.UTF8},
        )  # fmt: skip
        try:
            assert self._answer() == "ready"
        except BaseException:
            self.close()
            raise

    def ask(self, **request: Any) -> Any:
        """What the program in LibreOffice answers."""
        assert self.talk.stdin
        self.talk.stdin.write(json.dumps(request) + "\n")
        self.talk.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self.talk.stdout
        line = self.talk.stdout.readline()
        assert line, (
            f"the program in LibreOffice has ended; LibreOffice: {self.office.poll()} (None: it runs)"
        )
        found = json.loads(line)
        assert "error" not in found, found
        return found

    def close(self) -> None:
        """End both."""
        for process in (self.talk, self.office):
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def cells(tmp_path: Path) -> Iterator[Running]:
    if reason := office.missing():
        pytest.skip(reason)
    running = Running(tmp_path, macro_book(tmp_path / "アドイン.xlsm"))
    yield running
    running.close()


def test_the_functions_calculate_in_cells(cells: Running) -> None:
    found = cells.ask(
        rows=[
            [7338, 8652, "=EV_YOY(B1;A1)", "=EV_YOY_RATE(B1;A1)", "=EV_TOTAL(A1:B1;5)"],
            ["▲１，９７４千円", "平成29年度", "=EV_NUMBER(A2)", "=EV_YEAR(B2)", "=EV_ERA(D2)"],
            [652, 8000, "=EV_UNIT_COST(9;2)", "=EV_LABOUR(1987;4077)", "=EV_TOTAL_COST(B1;8101)"],
            ["別紙", None, "=EV_YOY(A4;1)", "=EV_YOY(B4;1)", '=EV_ACHIEVEMENT(50;40;"減")'],
            ["{1|2|=EV_SHARE(A3:B3)", None, "{1|2|=EV_YOY_TABLE(A1:B1)"],
            ["課", "費", None, '{3|2|=EV_ROLLUP(A6:B8;"課";"費")'],
            ["総務課", 10],
            ["総務課", 5],
        ]
    )
    assert found["values"] == [
        [7338.0, 8652.0, 1314.0, pytest.approx(1314 / 7338), 15995.0],
        ["▲１，９７４千円", "平成29年度", -1974.0, 2017.0, "平成29年度"],
        [652.0, 8000.0, 4.5, 8101.0, 16753.0],
        ["別紙", "", "Error 2015", "", 0.8],
        [0.075, 0.925, 1314.0, pytest.approx(1314 / 7338), ""],
        ["課", "費", "", "課", "費"],
        ["総務課", 10.0, "", "総務課", 15.0],
        ["総務課", 5.0, "", "合　計", 15.0],
    ]


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[str]:
    """A screen that nobody sees."""
    if reason := office.missing():
        pytest.skip(reason)
    for program in ("Xvfb", "xdotool"):
        if not shutil.which(program):
            pytest.skip(f"The click on a button is NOT CHECKED: {program} is not installed (xvfb, xdotool)")
    read, write = os.pipe()
    # LibreOffice looks at the screen, leaves it and comes back. A server that begins anew when nobody is left
    # (-noreset: it does not) turns it away at times, and LibreOffice does not start.
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write)
    with os.fdopen(read) as number:
        yield f":{number.readline().strip()}"
    server.terminate()
    server.wait(10)


def test_a_click_on_a_button_ends_in_the_sheet_of_findings(tmp_path: Path, screen: str) -> None:
    """Mouse → form button → the macro EvValidate as shipped → our program → 検証結果 in the live book."""
    record = sample()
    record["costs"]["general"]["2017"] = 8562
    book = tmp_path / "電算.xlsm"
    write_book(book, [record], Style())
    running = Running(tmp_path, macro_book(book), screen)
    try:
        x, y = running.ask(button="EvButtons.EvValidate")
        environment = {**os.environ, "DISPLAY": screen}
        subprocess.run(
            ["xdotool", "mousemove", str(x), str(y), "sleep", "0.3", "click", "1"],
            check=True,
            env=environment,
        )
        end = time.monotonic() + 60
        while (found := running.ask(look=True))["pressed"] == [] and time.monotonic() < end:
            time.sleep(0.5)
        assert found["pressed"] == ["validate"]
        assert "検証結果" in found["sheets"]
        assert "C301" in {row[1] for row in found["found"]}
    finally:
        running.close()
