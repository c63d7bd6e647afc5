"""Forms of the real density to measure with: some 390 filled cells, 370 merged blocks, 25 KB each."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from evalxl.demo import data as demo_data
from workbook import filled, form, record
from workbook.styles import Style

_STYLES = (
    Style(),
    Style(on="■", inside=True),
    Style(two_sheets=True),
    Style(on="●", off="○", numbers="comma"),
)
_TEXTS = "xl/sharedStrings.xml"


def make(folder: Path, count: int) -> list[Path]:
    """Write ``count`` books of one project each; those that stand there from an earlier run are kept.

    Some 240 are invented one by one. The rest are like them under other names of projects: no two have the
    same bytes, and no project is handed in twice.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number:06}.xlsx" for number in range(count)]
    shipped = form.get(demo_data.FORM_ID)
    sheets = [(p, year) for year in demo_data.YEARS for p in demo_data.projects()]
    originals: dict[int, bytes] = {}
    for number, path in enumerate(paths):
        if path.exists():
            continue
        kind = number % len(sheets)
        project, year = sheets[kind]
        if number < len(sheets):
            written = record.from_json(shipped, demo_data.sheet(project, year))
            filled.write(shipped, [written], path, _STYLES[number % len(_STYLES)])
            continue
        if kind not in originals:
            originals[kind] = paths[kind].read_bytes()
        path.write_bytes(_renamed(originals[kind], project.name, f"その{number // len(sheets) + 1}"))
    return paths


def _renamed(book: bytes, name: str, more: str) -> bytes:
    """The same book for a project whose name goes on with ``more``."""
    out = io.BytesIO()
    text = re.compile(rf"(<t[^>]*>{re.escape(name)})(?=</t>)")
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            data = old.read(member)
            if member.filename == _TEXTS:
                changed, found = text.subn(rf"\g<1> {more}", data.decode("utf-8"))
                if not found:
                    raise ValueError(f"{name} is not in the book")
                data = changed.encode("utf-8")
            new.writestr(member, data)
    return out.getvalue()
