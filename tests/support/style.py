"""The knobs of a generated sheet: everything in which two departments' copies of one form differ."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from hypothesis import strategies as st

#: glyph when ticked, glyph when not; an empty "off" means that an unticked box is simply blank
TICKS: dict[str, tuple[str, str]] = {
    "square": ("■", "□"),
    "ballot": ("☑", "☐"),
    "re": ("レ", ""),
    "check": ("✓", ""),
    "disc": ("●", "○"),
    "circle": ("○", ""),
}
#: tick styles whose cells hold TRUE/FALSE and so can never share a cell with their label
BOOLEAN_TICKS = ("bool", "checkbox")
DASHES = ("－", "―", "‐", "-", "–", "ー", "−")
NUMBERS = (
    "format", "plain", "triangle_format",
    "text", "comma", "full", "full_comma", "unit", "point_zero", "tab", "spaces",
)  # fmt: skip
PLACES = ("front", "left", "right", "group")


@dataclass(frozen=True)
class Style:
    """One way of laying a record out. The defaults are near to the printed form; knobs are independent."""

    # where things stand
    offset_row: int = 0
    offset_col: int = 0
    grid: int = 56  # fine columns a page is wide
    row_span: int = 1  # a logical row is 1..row_span sheet rows
    jitter: float = 0.3  # how far column widths stray from the form's
    aligned: bool = True  # like rows share their column cuts (False: each row has its own)
    merge: str = "all"  # all, none, mixed
    spacer_rows: int = 0
    spacer_cols: int = 0
    block_gaps: int = 1  # up to so many blank rows between the blocks
    # how labels are spelled
    width: str = "as_is"  # as_is, full, mixed: letters, digits and brackets of labels
    spacing: str = "none"  # none, space, wide, break, mixed: what is put inside labels
    marks: str = "circled"  # circled "① x", tight "①x", wide "①　x", paren "(1) x", none "x"
    notes: str = "inline"  # inline, break, none: the explanation in brackets behind a label
    title: str = "none"  # none, plain, year
    # ticks
    tick: str = "square"  # a key of TICKS, or bool, or checkbox (Microsoft 365)
    tick_gap: str = " "
    both_for_none: bool = False  # a question without answer may have both boxes ticked instead of none
    place_period: str = "group"
    place_question: str = "front"
    place_summary: str = "front"
    place_direction: str = "front"
    # numbers: one of each tuple is drawn for each cell
    numbers: tuple[str, ...] = ("format",)
    negatives: tuple[str, ...] = ("▲",)
    dashes: tuple[str, ...] = ("",)  # "" is a blank cell
    formulas: bool = False
    dash_empty_slots: bool = False  # unused indicator rows carry dashes too
    zero_for_empty: bool = False  # 0 as the picture of an empty linked cell, in names and years
    # years
    year_style: str = "bare"  # bare, short, short_nendo, era, gregorian, number
    first_year: str = "31(元)"  # 2019: 31(元), 元, 31, 1
    phase: str = "inline"  # inline, break, below, none: where (実績) stands to 27年度
    phase_brackets: bool = True
    label_year: str = "bare"  # bare, short_nendo, era, gregorian
    period_year: str = "bare"  # bare, short, era, gregorian
    period_apart: bool = False  # the start and end year in cells of their own
    wave: str = "～"
    # codes, names, persons
    code_place: str = "one"  # one, two cells
    code_brackets: bool = True  # in two cells: "(05)" or "05"
    code_width: str = "half"  # half, full
    budget: str = "under"  # under, right of the label
    budget_cells: str = "digit"  # digit, whole
    budget_typed: str = "text"  # text, number (a whole code is then a number shown as 00)
    budget_names: str = "repeat"  # repeat "大事業", named "大事業名", none
    phone: str = "one"  # one, apart
    slots: str = "own"  # own, joined
    reason: str = "inline"  # inline, apart
    reason_sep: str = " "
    padding: bool = False  # stray blanks around typed texts
    # arrangement of blocks
    purpose: str = "beside"  # beside, stacked: tables to the right of their text, or beneath
    plan_purpose: str = "row"  # row, rows: 対象 and 意図 of 施策 in one row or two
    direction_columns: int = 1
    # sheets
    pages: str = "below"  # below, right, sheets
    sheet_names: int = 0
    shuffled: bool = False
    linked_head: bool = False  # the second page's head is formulas on the first's
    guide: str = "none"  # none, first, last
    example: str = "none"
    hidden: str = "none"  # none, hidden, very
    stray: str = "none"  # none, near, far


def _some(values: tuple[str, ...], most: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True).map(tuple)


_CHOICES: dict[str, tuple[Any, ...]] = {
    "offset_row": (0, 1, 2, 5),
    "offset_col": (0, 1, 3),
    "grid": (56, 40, 80),
    "row_span": (1, 2, 3),
    "jitter": (0.3, 0.0, 0.7),
    "aligned": (True, False),
    "merge": ("all", "none", "mixed"),
    "spacer_rows": (0, 2, 8),
    "spacer_cols": (0, 1, 4),
    "block_gaps": (1, 0, 3),
    "width": ("as_is", "full", "mixed"),
    "spacing": ("none", "space", "wide", "break", "mixed"),
    "marks": ("circled", "tight", "wide", "paren", "none"),
    "notes": ("inline", "break", "none"),
    "title": ("none", "plain", "year"),
    "tick": (*TICKS, *BOOLEAN_TICKS),
    "tick_gap": (" ", "", "　"),
    "both_for_none": (False, True),
    "place_period": ("group", "front", "left", "right"),
    "place_question": PLACES,
    "place_summary": PLACES,
    "place_direction": PLACES,
    "formulas": (False, True),
    "dash_empty_slots": (False, True),
    "zero_for_empty": (False, True),
    "year_style": ("bare", "short", "short_nendo", "era", "gregorian", "number"),
    "first_year": ("31(元)", "元", "31", "1"),
    "phase": ("inline", "break", "below", "none"),
    "phase_brackets": (True, False),
    "label_year": ("bare", "short_nendo", "era", "gregorian"),
    "period_year": ("bare", "short", "era", "gregorian"),
    "period_apart": (False, True),
    "wave": ("～", "〜", "~"),
    "code_place": ("one", "two"),
    "code_brackets": (True, False),
    "code_width": ("half", "full"),
    "budget": ("under", "right"),
    "budget_cells": ("digit", "whole"),
    "budget_typed": ("text", "number"),
    "budget_names": ("repeat", "named", "none"),
    "phone": ("one", "apart"),
    "slots": ("own", "joined"),
    "reason": ("inline", "apart"),
    "reason_sep": (" ", "　", "\n"),
    "padding": (False, True),
    "purpose": ("beside", "stacked"),
    "plan_purpose": ("row", "rows"),
    "direction_columns": (1, 2),
    "pages": ("below", "right", "sheets"),
    "sheet_names": (0, 1, 2, 3, 4),
    "shuffled": (False, True),
    "linked_head": (False, True),
    "guide": ("none", "first", "last"),
    "example": ("none", "first", "last"),
    "hidden": ("none", "hidden", "very"),
    "stray": ("none", "near", "far"),
}


def styles(**fixed: Any) -> st.SearchStrategy[Style]:
    """All styles, or those with some knobs held: ``styles(tick="re")``. Shrinks to ``Style()``."""
    knobs: dict[str, st.SearchStrategy[Any]] = {name: st.sampled_from(v) for name, v in _CHOICES.items()}
    knobs["numbers"] = _some(NUMBERS, 4)
    knobs["negatives"] = _some(("▲", "△", "-"), 2)
    knobs["dashes"] = _some(("", *DASHES), 3)
    unknown = set(fixed) - {f.name for f in fields(Style)}
    if unknown:
        raise TypeError(f"no such knob: {', '.join(sorted(unknown))}")
    knobs.update({name: st.just(value) for name, value in fixed.items()})
    return st.builds(Style, **knobs)
