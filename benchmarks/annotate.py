"""``python -m benchmarks.annotate [--rounds N]``: marking a book beside openpyxl's load and save of it.

Prints medians and their ratio, and what each loses: parts that are gone or no longer the same.
The book is one with controls, threaded comments, furigana and more; a second one is of a form's real density.
"""

from __future__ import annotations

import argparse
import io
import statistics
import tempfile
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import books
from evalxl.annotating import words
from tests.support import rich
from workbook.annotate import Mark, annotate
from workbook.parts import Book

_ELEMENTS = (b"<rPh", b"xfComplement", b"<controls", b"x14:", b'ObjectType="Checkbox"', b"threadedComment ")
"""What may be lost inside a part that stays."""


def main() -> None:
    """Make both books, run both ways in turns, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        dense = books.make(Path(folder) / "dense", 1)[0]
        for name, path in (("form", dense), ("rich", rich.write(Path(folder) / "rich.xlsm"))):
            _compare(name, path.read_bytes(), rounds)


def _compare(name: str, data: bytes, rounds: int) -> None:
    ways: dict[str, Callable[[bytes], bytes]] = {
        "evalxl annotate": _annotate,
        "openpyxl load + save": _openpyxl,
    }
    times: dict[str, list[float]] = {way: [] for way in ways}
    results = {way: run(data) for way, run in ways.items()}  # the first run is not counted
    for _ in range(rounds):
        for way, run in ways.items():
            start = time.process_time()
            run(data)
            times[way].append((time.process_time() - start) * 1000)
    print(f"{name}: {len(data) / 1024:.0f} KB, {rounds} rounds in turns, processor time")
    for way, result in results.items():
        gone, changed, lost = _losses(data, result)
        print(
            f"  {way:22}{statistics.median(times[way]):7.1f} ms  parts gone {len(gone)}, other {len(changed)}"
        )
        for what, found in (("gone", gone), ("lost within parts", lost)):
            if found:
                print(f"    {what}: {', '.join(found)}")
    pairs = zip(times["openpyxl load + save"], times["evalxl annotate"], strict=True)
    print(f"  openpyxl takes {statistics.median(slow / fast for slow, fast in pairs):.1f} times as long")


def _annotate(data: bytes) -> bytes:
    sheet = Book(data).sheet_names()[0]
    cells = [f"{column}{row}" for row, column in enumerate("DEFGHJKLMN", 5)]
    marks = [
        Mark("error", "C301", "合いません。", "照合してください。", f"{sheet}!{c}", sheet, c) for c in cells
    ]
    return annotate(data, marks, words("ja")).data


def _openpyxl(data: bytes) -> bytes:
    """Macros left out: with ``keep_vba`` openpyxl fails on the unclosed <br> that Excel writes into VML."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(data))
        out = io.BytesIO()
        book.save(out)
    return out.getvalue()


def _losses(before: bytes, after: bytes) -> tuple[list[str], list[str], list[str]]:
    """Parts that are gone, parts with other bytes, and elements of which there are fewer."""
    old, new = _parts(before), _parts(after)
    gone = [name for name in old if name not in new]
    changed = [name for name in old if name in new and old[name] != new[name]]
    counts = [sum(part.count(e) for part in parts.values()) for e in _ELEMENTS for parts in (old, new)]
    pairs = zip(_ELEMENTS, counts[::2], counts[1::2], strict=True)
    return gone, changed, [f"{e.decode().strip('< ')} {was} → {now}" for e, was, now in pairs if now < was]


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return {name: book.read(name) for name in book.namelist()}


if __name__ == "__main__":
    main()
