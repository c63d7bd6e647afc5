"""Forms of the real density to measure with: some 390 filled cells, 370 merged blocks, 25 KB each."""

from __future__ import annotations

import shutil
from pathlib import Path

from evalxl import demo_data
from workbook import filled, form, record
from workbook.styles import Style

_STYLES = (
    Style(),
    Style(on="■", inside=True),
    Style(two_sheets=True),
    Style(on="●", off="○", numbers="comma"),
)


def make(folder: Path, count: int) -> list[Path]:
    """Write ``count`` books of one project each; those that stand there from an earlier run are kept.

    Some 240 are distinct; the rest are copies of them, which cost a reader just as much.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number:05}.xlsx" for number in range(count)]
    shipped = form.get(demo_data.FORM_ID)
    sheets = [(p, year) for year in demo_data.YEARS for p in demo_data.projects()]
    for number, path in enumerate(paths):
        if path.exists():
            continue
        if number >= len(sheets):
            shutil.copyfile(paths[number % len(sheets)], path)
            continue
        project, year = sheets[number]
        written = record.from_json(shipped, demo_data.sheet(project, year))
        filled.write(shipped, [written], path, _STYLES[number % len(_STYLES)])
    return paths
