"""LibreOffice as the judge of what we write: opens, recalculates, prints, saves again.

One headless soffice with a profile of its own serves a whole test run. Python's UNO belongs to the system's
interpreter, so a small server (``office_server.py``) runs there and is spoken to in JSON lines. Where
LibreOffice is missing, tests that ask for the fixture `office` are skipped with a reason that pytest prints.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SYSTEM_PYTHON = "/usr/bin/python3"
UTF8 = {"LC_ALL": "C.UTF-8"}
"""For programs that take names of files by the locale: with LC_ALL=C LibreOffice opens no アドイン.xlsm."""
Value = float | str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as LibreOffice has it, from its first cell to the last used one; blank is ''."""

    values: list[list[Value]]
    formulas: list[list[str]]
    """What was typed into each cell; begins with = for a formula."""
    errors: str
    """Ranges of formulas whose result is an error; '' for none."""

    def column(self, title: str, head: int = 0) -> list[Value]:
        """The values under a head in the given row (counted from 0)."""
        number = self.values[head].index(title)
        return [row[number] for row in self.values[head + 1 :]]

    def is_formula(self, row: int, column: int) -> bool:
        """Whether the cell (counted from 0) holds a formula."""
        return str(self.formulas[row][column]).startswith("=")


class Office:
    """A running LibreOffice. Use it as a context."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="evalxl-office-"))
        _profile(self._folder / "profile")
        pipe = f"evalxl{os.getpid()}"
        self._office = subprocess.Popen(
            [
                "soffice", "--headless", "--norestore", "--nologo", "--nodefault",
                f"-env:UserInstallation={(self._folder / 'profile').as_uri()}",
                f"--accept=pipe,name={pipe};urp;",
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            env={**os.environ, **UTF8},
        )  # fmt: skip
        server = Path(__file__).with_name("office_server.py").read_text(encoding="utf-8")
        # By its text: beside the file stands a package `com`, which would hide UNO's own.
        self._server = subprocess.Popen(
            [SYSTEM_PYTHON, "-c", server, pipe],
            cwd=self._folder,
            env={**os.environ, **UTF8},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            self._answer()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Office:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(
        self, path: Path, *, recalculate: bool = True, changes: Sequence[tuple[str, str, Value]] = ()
    ) -> dict[str, Sheet]:
        """All sheets by name. ``changes`` are (sheet, address, value), typed in before recalculating.

        Without ``recalculate`` these are the values that are stored in the file.
        """
        found = self._ask(action="read", path=str(path), recalculate=recalculate, changes=list(changes))
        return {name: Sheet(**sheet) for name, sheet in found.items()}

    def pdf(self, path: Path, target: Path) -> Path:
        """Print the book to a PDF file."""
        self._ask(action="save", path=str(path), target=str(target), kind="pdf")
        return target

    def save_again(self, path: Path, target: Path) -> Path:
        """Save the book as LibreOffice would, in the format of the target's name: .xlsx, .xls or .ods."""
        self._ask(action="save", path=str(path), target=str(target), kind=target.suffix[1:])
        return target

    def draw(
        self,
        path: Path,
        ticks: Sequence[Mapping[str, Any]],
        texts: Sequence[tuple[str, str, str]],
        targets: Sequence[Path],
    ) -> None:
        """Draw form controls over cells, type ``texts`` (sheet, address, text), save under several names.

        A tick has ``sheet``, ``place``, ``kind`` (CheckBox, RadioButton, Ellipse), ``caption``, ``state`` and
        ``link``, an address on its sheet or "".
        """
        names = [str(target) for target in targets]
        self._ask(action="draw", path=str(path), ticks=list(ticks), texts=list(texts), targets=names)

    def look(self, path: Path) -> dict[str, dict[str, Any]]:
        """What is drawn on each sheet: ``notes`` by "row,column" (from 0), ``controls``, ``shapes``."""
        found: dict[str, dict[str, Any]] = self._ask(action="look", path=str(path))
        return found

    def pictures(self, path: Path, folder: Path, dots: int = 70) -> list[Path]:
        """The printed pages as PNG files, in order."""
        pdf = self.pdf(path, folder / f"{path.stem}.pdf")
        subprocess.run(["pdftoppm", "-png", "-r", str(dots), pdf, folder / path.stem], check=True)
        return sorted(folder.glob(f"{path.stem}-*.png"))

    def close(self) -> None:
        """End the server and LibreOffice, and take the profile away."""
        for process in (self._server, self._office):
            if process.stdin:
                process.stdin.close()
            process.terminate()
        for process in (self._server, self._office):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout:
                process.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _ask(self, **request: Any) -> Any:
        assert self._server.stdin
        self._server.stdin.write(json.dumps(request) + "\n")
        self._server.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._server.stdout
        line = self._server.stdout.readline()
        if not line:
            raise RuntimeError("LibreOffice, or the server that speaks to it, has ended")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["ok"]


def _profile(folder: Path) -> None:
    """A profile in which fonts of Windows that we name have a stand-in for Japanese and Latin letters."""
    pairs = "".join(
        f'<item oor:path="/org.openoffice.Office.Common/Font/Substitution/FontPairs">'
        f'<node oor:name="_{number}" oor:op="replace">'
        f'<prop oor:name="ReplaceFont"><value>{font}</value></prop>'
        '<prop oor:name="SubstituteFont"><value>Noto Sans CJK JP</value></prop>'
        '<prop oor:name="Always"><value>true</value></prop>'
        '<prop oor:name="OnScreenOnly"><value>false</value></prop></node></item>'
        for number, font in enumerate(("游ゴシック", "Yu Gothic", "ＭＳ Ｐゴシック", "ＭＳ ゴシック"))
    )
    on = (
        '<item oor:path="/org.openoffice.Office.Common/Font/Substitution">'
        '<prop oor:name="Replacement" oor:op="fuse"><value>true</value></prop></item>'
    )
    settings = folder / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{on}{pairs}</oor:items>\n',
        encoding="utf-8",
    )


def missing() -> str | None:
    """What keeps us from using LibreOffice, in words; None when all is there."""
    for program in ("soffice", "pdftoppm"):
        if not shutil.which(program):
            return f"LibreOffice is NOT CHECKED: {program} is not installed (libreoffice-calc, poppler-utils)"
    try:
        subprocess.run([SYSTEM_PYTHON, "-c", "import uno"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return f"LibreOffice is NOT CHECKED: {SYSTEM_PYTHON} has no UNO (python3-uno)"
    return None


@pytest.fixture(scope="session")
def office() -> Iterator[Office]:
    """A running LibreOffice for the whole run; skips, with the reason, where there is none."""
    if reason := missing():
        pytest.skip(reason)
    with Office() as running:
        yield running
