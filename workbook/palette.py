"""Every colour of what people see: form, marks, books, papers, pages, documents. No other module names one.

A colour never speaks alone: what it means also stands in words, for black and white print. ``TEXTS`` and
``TELL_APART`` say which colours meet; tests compute their contrast, and how colour-blind readers see them.
"""

from __future__ import annotations

from collections.abc import Iterable

WHITE, BLACK = "#FFFFFF", "#000000"
NAVY = "#1F3A5F"
TEAL = "#2A7F8E"
PALE = "#E3EEF0"
PAPER = "#F4F6F8"
LINE = "#B4BEC8"
GRID = "#E1E6EA"
INK = "#222B33"
GREY = "#525D68"
LINK = "#1A5FA8"
FOCUS = "#E3A63B"

ERROR, ERROR_PALE = "#9B1C1C", "#F9D3CC"
WARNING, WARNING_PALE = "#7A4B00", "#FFEEBF"
INFO, INFO_PALE = "#34495E", "#E4ECF5"

MARKS = {"error": "#FFC7CE", "warning": "#FFEB9C", "info": "#DDEBF7"}
"""Fills of marked cells, by severity: stronger than the pale ones, to be found on a full page."""
ANSWERED = "#CCC4E4"
ANSWER_CELL = "#FFFFF0"
NOTE = "#FFFFE1"
"""The yellow of Excel's own notes."""
CHOICE = "#FFF8DC"
"""A cell where the reader chooses something."""

LABEL = "#E4ECF5"
HEADING = "#C9D8EA"
SHADE = "#F4F4F0"
FORBIDDEN = "#D9D9D9"

BAR, FALLING_BAR = "#BFDDE2", "#F2C9C2"
BAR_PRINTED = "#A9CFD5"
SCALE = "#6FB0BB"
"""The dark end of a scale that begins with white."""
MISSING_BAR, OPEN_BAR = "#E9A9A2", "#F2D08A"
"""Bars of what was not submitted, and of what went back."""

SERIES = ("#1F3A5F", "#2A9D8F", "#A9D6D3", "#E3A63B", "#5B6470")
"""Layers of charts in their order: neighbours differ in lightness, for print without colour."""
SOURCES = ("general", "other", "bonds", "prefectural", "national")
"""The funding sources in the order of their colours: one is never another's, whatever stands beside it."""

TEXTS = (
    (INK, WHITE), (INK, PAPER), (INK, PALE), (GREY, WHITE), (GREY, PAPER), (LINK, WHITE), (NAVY, WHITE),
    (NAVY, PALE), (WHITE, NAVY), (TEAL, WHITE), (ERROR, ERROR_PALE), (WARNING, WARNING_PALE),
    (INFO, INFO_PALE), (ERROR, WHITE), (WARNING, WHITE), (INFO, WHITE), (GREY, INFO_PALE),
    (GREY, ERROR_PALE), (GREY, WARNING_PALE),
    *((BLACK, fill) for fill in (*MARKS.values(), ANSWERED, ANSWER_CELL, NOTE, CHOICE)),
    *((BLACK, fill) for fill in (LABEL, HEADING, SHADE, FORBIDDEN, BAR, FALLING_BAR, SCALE)),
)  # fmt: skip
"""Text colours and what they stand on: a contrast of 4.5 or more (WCAG 2.2, AA)."""

TELL_APART = (
    SERIES,
    (*MARKS.values(), ANSWERED),
    (ERROR_PALE, WARNING_PALE, INFO_PALE),
    (BAR, FALLING_BAR),
    (MISSING_BAR, OPEN_BAR),
)
"""Colours that stand beside each other and mean different things."""


def source_layers(names: Iterable[str]) -> dict[str, int]:
    """Which of ``SERIES`` a funding source has, in every book and page; a form's own sources come last.

    >>> source_layers(["prefectural", "fees", "general"])
    {'prefectural': 3, 'fees': 0, 'general': 0}
    """
    names = list(names)
    own = [name for name in names if name not in SOURCES]
    order = [*SOURCES, *own]
    return {name: order.index(name) % len(SERIES) for name in names}


def bare(colour: str) -> str:
    """A colour as Excel's files write it: without ``#``.

    >>> bare(NAVY)
    '1F3A5F'
    """
    return colour[1:]
