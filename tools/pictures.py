"""The pictures of the documentation, made by the real programs: ``python -m tools.pictures docs/pictures``.

Books are printed by LibreOffice, pages are shown by Chromium, and the terminal's pictures are what the
program wrote on a real terminal (a pty). Nothing is drawn by hand. It needs Linux with LibreOffice, poppler
and Chromium.
"""

from __future__ import annotations

import argparse
import contextlib
import html
import io
import itertools
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy
from playwright.sync_api import sync_playwright
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from evalxl import texts
from tests.support.browser import FLAGS, program

MOST = 200_000
"""Bytes of a picture: the bundle holds them all."""
COLUMNS = 124
CELL = 12.2
"""Width of a cell in rich's drawing."""
SHEET = "提出/2018/市民生活部_環境課_可燃ごみ収集運搬事業.xlsx"
FAMILY = "'BIZ UDGothic', 'Noto Sans Mono CJK JP', 'ＭＳ ゴシック', monospace"


def main() -> None:
    """Make the demo in a folder of its own, and all pictures of it."""
    parser = argparse.ArgumentParser(description="Make the pictures of the documentation.")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, contextlib.chdir(place):
        run("demo", "練習")
        terminals(folder)
        books(folder)
        pages(folder)
    for path in sorted(folder.iterdir()):
        size = path.stat().st_size
        print(f"{size:>8,} {path.name}")
        if size > MOST:
            raise SystemExit(f"{path.name} is larger than {MOST:,} bytes")


def run(*arguments: str) -> None:
    """Run the program and pass over what it says; 1 is an exit code of findings."""
    done = subprocess.run([sys.executable, "-m", "evalxl", *arguments], capture_output=True, check=False)
    if done.returncode > 1:
        raise SystemExit(done.stderr.decode())


# ---- the terminal ------------------------------------------------------------------------------------------


def terminals(folder: Path) -> None:
    """What the guides' commands write."""
    shots = {
        "start": ([], "練習", 40),
        "validate": (["validate", f"練習/{SHEET}"], ".", 24),
        "status": (["status", "練習"], ".", 30),
        "rollup": (["rollup", "練習/表", "--by", "部", "--year", "2017", "2018"], ".", 30),
        "consolidate": (
            ["consolidate", "練習/提出/2018", "-o", "集約.xlsx", "--master", "練習/マスター"], ".", 14,
        ),
    }  # fmt: skip
    for name, (arguments, place, lines) in shots.items():
        line = " ".join(["evalxl", *arguments])
        whole = written_on_a_terminal([sys.executable, "-m", "evalxl", *arguments], place)
        shown = whole.splitlines()[:lines]
        (folder / f"terminal-{name}.svg").write_text(drawn(line, "\n".join(shown)), encoding="utf-8")


def written_on_a_terminal(line: list[str], place: str) -> str:
    """All that a program writes when it has a terminal, colours and all, as it stands at the end."""
    own, its = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(COLUMNS)}
    environment.pop("NO_COLOR", None)
    with subprocess.Popen(line, cwd=place, stdin=its, stdout=its, stderr=its, env=environment) as process:
        os.close(its)
        written = b"".join(iter(lambda: _read(own), b""))
        process.wait()
    os.close(own)
    shown = re.sub(r".*\x1b\[2K", "", written.decode().replace("\r\n", "\n"))
    return "".join(line for line in shown.splitlines(keepends=True) if "━" not in line)  # a bar is gone again


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so where the program has ended
        return b""


def drawn(line: str, shown: str) -> str:
    """The terminal as SVG, with fonts of the reader's machine: rich's own would be fetched from elsewhere."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ {line}", style="bold"))
    console.print(Text.from_ansi(shown))
    svg = console.export_svg(title="evalxl", unique_id="evalxl")
    svg = re.sub(r"@font-face\s*{[^}]*}", "", svg)
    svg = re.sub(r"font-family:\s*[^;]+;", f"font-family: {FAMILY};", svg)
    return re.sub(r'x="([\d.]+)"( y="[^"]*") textLength="[^"]*"([^>]*)>([^<]*)<', _in_cells, svg) + "\n"


def _in_cells(text: re.Match[str]) -> str:
    """A text with each letter in its cell: rich counts letters, of which the full-width ones have two."""
    letters = html.unescape(text[4]).rstrip("\xa0")
    widths = itertools.accumulate((cell_len(letter) for letter in letters), initial=0)
    places = " ".join(f"{float(text[1]) + width * CELL:.1f}" for width in widths)
    return f'x="{places}"{text[2]}{text[3]}>{html.escape(letters)}<'


# ---- books -------------------------------------------------------------------------------------------------


def books(folder: Path) -> None:
    """The form, marks, results, reports and the summary book, each the page of a PDF with a certain text."""
    run("blank", "-o", "様式.xlsx", "--year", "2018")
    run("validate", f"練習/{SHEET}", "--annotate", "印付き")
    run("validate", "練習/提出/2018", "--report", "指摘.xlsx")
    marked = f"印付き/{Path(SHEET).name}"
    form, copy, report, summary = printed("様式.xlsx", marked, "指摘.xlsx", "練習/集約.xlsx")
    picture(form, 1, folder / "form-1.png", 80)
    picture(form, 2, folder / "form-2.png", 80)
    picture(copy, 1, folder / "marks.png", 88)
    picture(copy, page_with(copy, texts.FINDINGS_TITLE.ja, last=True), folder / "findings.png", 84)
    picture(report, 1, folder / "report.png", 76, most=470)
    picture(summary, 1, folder / "summary.png", 84, most=720)
    picture(summary, page_with(summary, "会計 決算額"), folder / "tie-out.png", 90, most=480)
    picture(next(Path("練習").rglob("*.pdf")), 1, folder / "paper.png", 62)


def printed(*names: str) -> list[Path]:
    """The books as LibreOffice prints them."""
    profile = f"-env:UserInstallation={Path('profile').resolve().as_uri()}"
    line = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", "pdf", *names]
    subprocess.run(line, capture_output=True, check=True)
    return [Path("pdf") / f"{Path(name).stem}.pdf" for name in names]


def page_with(pdf: Path, text: str, last: bool = False) -> int:
    """The first (or last) page that holds the text."""
    words = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True, text=True
    )
    found = [number for number, page in enumerate(words.stdout.split("\f"), 1) if text in page]
    return found[-1 if last else 0]


def picture(pdf: Path, page: int, target: Path, dots: int, most: int = 4000) -> None:
    """One page as PNG, without the paper's margins, at most so many dots high."""
    line = ["pdftoppm", "-r", str(dots), "-f", str(page), "-l", str(page), "-singlefile"]
    raw = subprocess.run([*line, str(pdf)], capture_output=True, check=True).stdout
    x, y, width, height = inked(raw)
    box = ["-x", str(x), "-y", str(y), "-W", str(width), "-H", str(min(height, most))]
    subprocess.run([*line, *box, "-png", str(pdf), str(target.with_suffix(""))], check=True)


def inked(ppm: bytes, margin: int = 8) -> tuple[int, int, int, int]:
    """The part of a picture (binary PPM) that is not white: left, top, width, height."""
    head = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", ppm)
    assert head
    size = int(head[1]), int(head[2])
    dark = (
        numpy.frombuffer(ppm, numpy.uint8, offset=head.end()).reshape(size[1], size[0], 3).min(axis=2) < 250
    )
    edges = [numpy.flatnonzero(dark.any(axis=axis)) for axis in (0, 1)]
    (left, right), (top, bottom) = ((max(e[0] - margin, 0), e[-1] + margin) for e in edges)
    return int(left), int(top), int(min(right, size[0]) - left), int(min(bottom, size[1]) - top)


# ---- pages -------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def shown(width: int, height: int) -> Iterator:  # type: ignore[type-arg]
    """A page of a browser window."""
    alone = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=[*FLAGS, *alone])
        yield browser.new_context(viewport={"width": width, "height": height}, offline=True).new_page()
        browser.close()


def pages(folder: Path) -> None:
    """The pages for citizens."""
    with shown(1000, 900) as page:
        page.goto((Path("練習") / "公表" / "index.html").resolve().as_uri())
        page.screenshot(path=folder / "pages.png")


if __name__ == "__main__":
    if not shutil.which("pdftoppm"):
        raise SystemExit("pdftoppm is needed (poppler-utils)")
    main()
