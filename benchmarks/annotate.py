"""``python -m benchmarks.annotate [--rounds N] [--write]``: marking a book, beside other libraries' edits.

Ten cells are coloured and get a note, as far as a library can. Two books: a form of the real density, and one
with controls, pictures, threaded comments, furigana, slicers, a ribbon and VBA. Medians of processor time,
run in turns, and what each library destroyed on the way.

The peers cellrune and wolfxl come with ``pip install --group bench``; one that is missing is told.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks import books
from benchmarks.destroyed import changed, destroyed
from evalxl.annotating import words
from tests.support import rich
from workbook.annotate import Mark, annotate
from workbook.grid import address
from workbook.parts import Book

PAGE = Path("docs/performance-annotate.md")
OWN, OPENPYXL, CELLRUNE, WOLFXL = "evalxl annotate", "openpyxl", "cellrune", "wolfxl"
COLOUR = "FFC7CE"
CELLS = 10
TEXT = "誤り C301\n合いません。\n直し方: 照合してください。"
Way = Callable[[bytes, str, Sequence[str]], bytes]
"""A workbook, a sheet's name and its cells; gives the edited workbook."""
INTRODUCTION = """\
{cells} cells are coloured and get a note, as far as the library can; evalxl also adds its two sheets and the
names by which it takes the marks back. Medians of processor time over {rounds} runs in turns, from bytes to
bytes. `python -m benchmarks.annotate --write` writes this page.

openpyxl copies the borders of each of the form's 370 merged blocks when it loads the book, which is most of
its time there. What is destroyed is counted in the parts before and after, whatever the library calls its
parts; "shapes of a kind that is not there" are form controls that Excel can no longer draw.\
"""
HEAD = (
    "| Way | What it did | ms | Times evalxl | Parts changed | Destroyed or broken |\n"
    "|---|---|---:|---:|---:|---|"
)


def main() -> None:
    """Print the tables, or write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE}")
    asked = parser.parse_args()
    text = page(asked.rounds)
    print(text)
    if asked.write:
        PAGE.write_text(text, encoding="utf-8", newline="\n")


def page(rounds: int = 30) -> str:
    """The tables with what must be known to read them, as Markdown."""
    return "\n".join(_page(rounds)) + "\n"


def _page(rounds: int) -> Iterator[str]:
    yield "# Marks in a department's book\n"
    yield INTRODUCTION.format(cells=CELLS, rounds=rounds)
    missing = [name for name in (CELLRUNE, WOLFXL) if not _is_there(name)]
    if missing:
        yield f"\nNot measured, because not installed: {', '.join(missing)}."
    with tempfile.TemporaryDirectory() as folder:
        dense = books.make(Path(folder) / "dense", 1)[0].read_bytes()
        full = rich.write(Path(folder) / "rich.xlsm").read_bytes()
    for title, data in (("A form of the real density", dense), ("A book with everything", full)):
        yield f"\n## {title} ({len(data) / 1024:.0f} KB)\n"
        yield HEAD
        yield from _compared(data, rounds)


def _compared(data: bytes, rounds: int) -> Iterator[str]:
    sheet, cells = _marked(data)
    results: dict[str, bytes] = {}
    failed: dict[str, str] = {}
    for way, (_, run) in WAYS.items():
        if _is_there(way):
            try:
                results[way] = run(data, sheet, cells)  # the first run is not counted
            except Exception as error:
                failed[way] = f"{type(error).__name__}: {str(error).splitlines()[0]}"
    times: dict[str, list[float]] = {way: [] for way in results}
    for _ in range(rounds):
        for way in results:
            start = time.process_time()
            WAYS[way][1](data, sheet, cells)
            times[way].append((time.process_time() - start) * 1000)
    for way, after in results.items():
        ratio = statistics.median(t / own for t, own in zip(times[way], times[OWN], strict=True))
        lost = "; ".join(destroyed(data, after)) or "nothing"
        told = f"| {_named(way)} | {WAYS[way][0]} | {statistics.median(times[way]):.1f} | {ratio:.1f} |"
        yield f"{told} {changed(data, after)} | {lost} |"
    for way, why in failed.items():
        yield f"| {_named(way)} | {WAYS[way][0]} | – | – | – | could not: {why} |"


def _marked(data: bytes) -> tuple[str, list[str]]:
    """The first sheet and its first filled cells."""
    book = Book(data)
    sheet = book.sheet_names()[0]
    contents = book.sheet(sheet).contents()
    return sheet, [address(*spot) for (spot, _), _ in zip(contents, range(CELLS), strict=False)]


def _named(way: str) -> str:
    return way if way == OWN else f"{way} {version(way)}"


def _is_there(way: str) -> bool:
    return way == OWN or importlib.util.find_spec(way) is not None


# ---- the ways ----------------------------------------------------------------------------------------------


def _annotate(data: bytes, name: str, cells: Sequence[str]) -> bytes:
    marks = [
        Mark("error", "C301", "合いません。", "照合してください。", f"{name}!{c}", name, c) for c in cells
    ]
    return annotate(data, marks, words("ja")).data


def _openpyxl(data: bytes, name: str, cells: Sequence[str]) -> bytes:
    """Macros left out: with ``keep_vba`` openpyxl fails on the unclosed <br> that Excel writes into VML."""
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(data))
        sheet = book[name]
        for cell in cells:
            sheet[cell].fill = PatternFill("solid", fgColor=COLOUR)
            sheet[cell].comment = Comment(TEXT, "evalxl")
        out = io.BytesIO()
        book.save(out)
    return out.getvalue()


def _wolfxl(data: bytes, name: str, cells: Sequence[str]) -> bytes:
    import wolfxl
    from wolfxl.comments import Comment
    from wolfxl.styles import PatternFill

    book = wolfxl.load_workbook(data, modify=True)
    sheet = book[name]
    for cell in cells:
        sheet[cell].fill = PatternFill("solid", fgColor=COLOUR)
        sheet[cell].comment = Comment(TEXT, "evalxl")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cellrune(data: bytes, name: str, cells: Sequence[str]) -> bytes:
    import cellrune

    book = cellrune.Workbook.from_bytes(data)
    fill = {"pattern": "solid", "foreground": {"kind": "argb", "argb": f"FF{COLOUR}"}}
    changes = [{"kind": "set_cell_format", "sheet": name, "address": cell, "fill": fill} for cell in cells]
    book.apply_changes_v2(0, changes)
    edited: bytes = book.edits_to_bytes()
    return edited


WAYS: dict[str, tuple[str, Way]] = {
    OWN: ("fills, notes, list of findings", _annotate),
    OPENPYXL: ("fills, notes", _openpyxl),
    WOLFXL: ("fills, notes", _wolfxl),
    CELLRUNE: ("fills (it has no notes)", _cellrune),
}


if __name__ == "__main__":
    main()
