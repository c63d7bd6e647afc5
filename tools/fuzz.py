"""Coverage-guided fuzzing of what reads departments' files: ``python tools/fuzz.py [--seconds 60]``.

Mutated parts (sheets, drawings, controls, .xls and .xlsb records, .ods content) go through the reader's own
parsers. They may refuse an input by one of the errors that the reader turns into a finding; any other error,
a hang of ten seconds or 500 MB of memory is a failure, and libFuzzer leaves the input behind as ``crash-…``.
Needs atheris, which exists for Linux: ``pip install --group fuzz``.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import struct
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

try:
    import atheris
except ImportError:
    sys.exit("atheris is not installed: pip install --group fuzz (Linux only)")

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

with atheris.instrument_imports(include=["workbook"]):
    from workbook.controls import lay
    from workbook.errors import Refused
    from workbook.facts import SheetFacts
    from workbook.formats import sheet_biff, sheet_bin, sheet_ods, sheet_xml
    from workbook.grid import Grid
    from workbook.package import Encrypted, Package, Unsafe
    from workbook.read import Reading, read_book
    from workbook.source import Book

from lxml import etree

from tests.support import drawn, formats, hostile
from tests.support.layouts import Style, write_book
from tests.support.records import sample

REFUSALS = (
    Unsafe, Encrypted, zipfile.BadZipFile, etree.XMLSyntaxError, ValueError, KeyError, EOFError, struct.error,
    OverflowError,
)  # fmt: skip
"""What the reader turns into F001 or F002."""

PARTS = (
    "xl/worksheets/sheet1.xml", "xl/drawings/vmlDrawing1.vml", "xl/drawings/drawing1.xml",
    "xl/ctrlProps/ctrlProp1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels",
    "xl/worksheets/_rels/sheet1.xml.rels",
)  # fmt: skip


class Target:
    """The reader's parsers, each fed with one kind of input; the first byte of an input chooses."""

    def __init__(self, folder: Path) -> None:
        write_book(folder / "typed.xlsx", [sample()], Style())
        drawn.draw(
            folder / "typed.xlsx",
            folder / "drawn.xlsx",
            drawn.How(link="here", captions="drawing", ovals=True),
        )
        formats.xlsb(folder / "typed.xlsx", folder / "typed.xlsb")
        self.parts = hostile.unpack((folder / "drawn.xlsx").read_bytes())
        self.binary = hostile.unpack((folder / "typed.xlsb").read_bytes())
        self.kinds: list[Callable[[bytes], None]] = [
            *(lambda data, part=part: self.part(part, data) for part in PARTS),
            self.binary_sheet,
            self.records,
            self.open_document,
            self.cells,
        ]

    def seeds(self, folder: Path) -> None:
        """One input of each kind to begin with."""
        folder.mkdir(parents=True, exist_ok=True)
        contents = [self.parts[part] for part in PARTS] + [
            self.binary["xl/worksheets/sheet1.bin"],
            b"",
            b"",
            b"",
        ]
        for kind, content in enumerate(contents):
            (folder / f"seed{kind}").write_bytes(bytes([kind]) + content)

    def __call__(self, data: bytes) -> None:
        if not data:
            return
        try:
            self.kinds[data[0] % len(self.kinds)](data[1:])
        except REFUSALS:
            return

    def part(self, name: str, data: bytes) -> None:
        """A part of an .xlsx with controls, and what is drawn on it laid into a sheet."""
        package = Package(_stored(self.parts | {name: data}))
        package.verify()
        self._lay(sheet_xml.facts(package))

    def binary_sheet(self, data: bytes) -> None:
        """The sheet of an .xlsb."""
        sheet_bin.facts(Package(_stored(self.binary | {"xl/worksheets/sheet1.bin": data})))

    def records(self, data: bytes) -> None:
        """The Workbook stream of an .xls."""
        self._lay(sheet_biff.facts_of_stream(data))

    def open_document(self, data: bytes) -> None:
        """The content of an .ods."""
        self._lay(sheet_ods.facts(Package(_stored({"content.xml": data}))))

    def cells(self, data: bytes) -> None:
        """Any texts in any cells: the reader proper gives a record or a refusal."""
        provider = atheris.FuzzedDataProvider(data)
        cells = {}
        while provider.remaining_bytes() > 4:
            spot = provider.ConsumeIntInRange(0, 60), provider.ConsumeIntInRange(0, 20)
            cells[spot] = provider.ConsumeUnicodeNoSurrogates(20)
        with contextlib.suppress(Refused):
            read_book(Book("", [Grid("様式", cells)]), "a.xlsx", Reading())

    def _lay(self, facts: dict[str, SheetFacts]) -> None:
        grids = [Grid(name, {(0, 0): "適切", (3, 2): True}) for name in facts]
        lay(grids, {name: (told.controls, told.sizes) for name, told in facts.items()})


def _stored(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as book:
        for name, data in parts.items():
            book.writestr(name, data)
    return out.getvalue()


def main() -> None:
    """Fuzz for some time; ends with an error when an input breaks the reader."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--corpus", type=Path, default=Path("build/fuzz"), help="kept from run to run")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        target = Target(Path(folder))
    target.seeds(asked.corpus)
    options = [f"-max_total_time={asked.seconds}", "-timeout=10", "-rss_limit_mb=1000", "-max_len=400000"]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={asked.corpus}/", str(asked.corpus)], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
