"""What the papers show, as plain data. Money is in 千円; a blank is None."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from workbook.summary.model import Item, YearColumn

Number = int | Decimal


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """An indicator of one of the projects, with its values by the year columns of the book."""

    project: str
    name: str
    unit: str
    values: Sequence[Number | None]


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """A project of the page. ``axes`` are True for 見直し余地あり, False for 適切, None where not said."""

    name: str
    section: str
    before: Number | None
    now: Number | None
    labour: Number | None
    axes: Sequence[bool | None]
    directions: str
    outcome: str
    cost: str
    doubled: bool = False
    """The same project has another sheet of the same year; both are counted."""
    unread: bool = False
    """A figure of it is unknown, as its cell gave no number, and is missing in the sums."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One page: a measure, or another line of a hierarchy."""

    title: str
    above: str
    """The levels above, in words; empty at the top."""
    target: str
    intent: str
    sums: Mapping[str, Mapping[int, Decimal]]
    """item name → fiscal year → exact sum."""
    indicators: Sequence[IndicatorLine]
    indicators_left: int
    """Indicators that have no room on the page."""
    directions: Sequence[tuple[str, int]]
    projects: Sequence[ProjectLine]


@dataclass(frozen=True, slots=True)
class Papers:
    """The book of all pages."""

    title: str
    level: str
    """What a page is about, in words: 施策."""
    evaluated_year: int
    years: Sequence[YearColumn]
    items: Sequence[Item]
    total_items: Sequence[str]
    axes: Sequence[tuple[str, str]]
    """Key and words of the axes of the evaluation."""
    pages: Sequence[Paper]
    notes: Sequence[tuple[str, str]]
    """What is to be known of the figures: as printed, and in English."""
