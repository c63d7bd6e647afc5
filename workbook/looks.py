"""How the form's cells look: fonts, fills, lines, alignment. Named here once, used by both writers."""

from __future__ import annotations

import dataclasses
from typing import Literal

from workbook import palette

FONT = "ＭＳ Ｐゴシック"
NUMBER = "#,##0;▲#,##0;0"
DECIMAL = "#,##0.0##;▲#,##0.0##;0"
"""For a number that is not whole: Excel would print a stray point behind a whole one."""

LABEL_FILL = palette.bare(palette.LABEL)
HEADING_FILL = palette.bare(palette.HEADING)
BAR_FILL = palette.bare(palette.NAVY)
SHADE_FILL = palette.bare(palette.SHADE)
FORBIDDEN_FILL = palette.bare(palette.FORBIDDEN)

Across = Literal["left", "center", "right"]
Down = Literal["top", "center"]


@dataclasses.dataclass(slots=True, frozen=True)
class Look:
    """The appearance of a cell. ``line`` draws a thin line around it; ``open`` leaves it unlocked."""

    size: float = 10
    bold: bool = False
    colour: str = palette.bare(palette.BLACK)
    fill: str = ""
    across: Across = "left"
    down: Down = "center"
    wrap: bool = True
    shrink: bool = False
    upright: bool = False
    line: bool = True
    open: bool = False
    number_format: str = "General"
    indent: int = 0


_LABEL = Look(size=9, fill=LABEL_FILL, across="center")
_INPUT = Look(open=True)

LOOKS: dict[str, Look] = {
    "": Look(line=False),
    "title": Look(size=16, bold=True, line=False, wrap=False),
    "subtitle": Look(size=10, across="right", line=False, wrap=False),
    "bar": Look(size=11, bold=True, colour=palette.bare(palette.WHITE), fill=BAR_FILL, indent=1, wrap=False),
    "heading": Look(size=10, bold=True, fill=HEADING_FILL, indent=1, wrap=False),
    "label": _LABEL,
    "label_left": dataclasses.replace(_LABEL, across="left", wrap=False, shrink=True),
    "label_fit": dataclasses.replace(_LABEL, wrap=False, shrink=True),
    "label_long": dataclasses.replace(_LABEL, size=8, across="left"),
    "upright": dataclasses.replace(_LABEL, upright=True),
    "axis": dataclasses.replace(_LABEL, bold=True),
    "question": dataclasses.replace(_LABEL, across="left", bold=True, shrink=True, wrap=False),
    "help": Look(size=8, fill=SHADE_FILL),
    "note": Look(size=7, line=False),
    "slot": dataclasses.replace(_LABEL, size=8),
    "year": dataclasses.replace(_LABEL, size=8, wrap=False, shrink=True),
    "unit": Look(size=8.5, across="center", fill=SHADE_FILL),
    "name": dataclasses.replace(_INPUT, size=11, bold=True),
    "name_again": Look(size=11, bold=True, shrink=True, wrap=False),
    "again": Look(),
    "input": _INPUT,
    "small": dataclasses.replace(_INPUT, size=8.5),
    "box": dataclasses.replace(_INPUT, size=9, down="top"),
    "unit_input": dataclasses.replace(_INPUT, size=9, across="center", wrap=False, shrink=True),
    "name_input": dataclasses.replace(_INPUT, size=9.5, wrap=False, shrink=True),
    "money": dataclasses.replace(_INPUT, across="right", number_format=NUMBER, wrap=False, shrink=True),
    "quantity": dataclasses.replace(_INPUT, across="right", number_format=NUMBER, wrap=False, shrink=True),
    "decimal": dataclasses.replace(_INPUT, across="right", number_format=DECIMAL, wrap=False, shrink=True),
    "sum": Look(across="right", fill=SHADE_FILL, number_format=NUMBER, bold=True, wrap=False, shrink=True),
    "sum_open": Look(
        across="right", fill=SHADE_FILL, number_format=NUMBER, bold=True, wrap=False, shrink=True, open=True
    ),
    "digit": dataclasses.replace(_INPUT, size=10, across="center", number_format="@", wrap=False),
    "tick": dataclasses.replace(_INPUT, size=10, across="center", line=False, wrap=False),
    "tick_label": Look(size=9, line=False, wrap=False, shrink=True),
    "tick_label_box": Look(size=9, line=False),
    "bracket": Look(size=9, line=False, across="right", wrap=False),
    "bracket_end": Look(size=9, line=False, wrap=False),
    "year_input": dataclasses.replace(_INPUT, across="center", wrap=False),
    "mark": dataclasses.replace(_INPUT, size=12, across="center", wrap=False),
    "forbidden": Look(size=11, across="center", fill=FORBIDDEN_FILL, wrap=False),
}
