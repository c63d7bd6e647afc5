"""What the summary book shows, as plain data: tables, hierarchies with exact sums, counts.

Who fills this in decides what counts; who writes the book decides how it looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from msgspec import Struct

Number = int | Decimal
Kind = Literal["text", "wrap", "center", "year", "count", "amount", "figure", "link", "severity"]
"""``amount``: figures of one unit, with as many decimals as one of them needs; ``figure``: each its own."""

YEAR = "年度"
COUNTED = "集計対象"
LATEST = "最新"
"""Columns that the roll-ups' formulas ask for; 1 in the last two means yes."""


class Link(NamedTuple):
    """A text that leads to a cell of another file; or a figure that does, where ``value`` is one.

    In data tables links stand beside the cells (`Leads`).

    ``target`` is a path relative to the summary book (or absolute, or an address); ``cell`` is ``Sheet!A1``.
    """

    text: str
    target: str
    cell: str | None = None
    value: Number | None = None


Cell = str | int | Decimal | None

MAX_LINKS = 65_530
"""Excel's limit of hyperlinks for one sheet."""


def figure(cell: Cell | Link) -> Number | None:
    """The figure of a cell, with or without a link; None for anything else."""
    value = cell.value if isinstance(cell, Link) else cell
    return value if isinstance(value, (int, Decimal)) else None


class Column(Struct, frozen=True):
    """A column of a data table: its title (unique in the table), what it holds, its width in characters."""

    title: str
    kind: Kind = "text"
    width: float = 12


class Leads(Struct, frozen=True):
    """Where the rows of a data table lead: each to a file, cells of some columns to a cell of it."""

    files: Sequence[str]
    """By row: a path relative to the summary book (or absolute, or an address)."""
    cells: Mapping[str, Sequence[str | None]]
    """Column's title → by row ``Sheet!A1``, empty for the file itself, None for no link.

    The first of the columns comes before the others where Excel takes no more links.
    """


def by_column(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> list[tuple[Cell, ...]]:
    """The values of a data table, from its rows."""
    return list(zip(*rows, strict=True)) or [() for _ in columns]


class DataTable(Struct, frozen=True):
    """A sheet that is one Excel table named ``name``; its values are by column."""

    sheet: str
    name: str
    columns: Sequence[Column]
    values: Sequence[Sequence[Cell]]
    frozen: int = 0
    """How many columns stay in sight when scrolling."""
    printed: int = 0
    """How many columns print, from the left; 0 for all. What is for filtering and tracing stays off paper."""
    description: str = ""
    unlinked: int = 0
    """Figures that have no link because Excel takes no more of them on a sheet."""
    leads: Leads | None = None

    def __len__(self) -> int:
        return len(self.values[0])

    def of(self, title: str) -> Sequence[Cell]:
        """The values of a column."""
        return self.values[[column.title for column in self.columns].index(title)]


class Item(Struct, frozen=True):
    """A row of the cost table: its name, the title of its column in the cost sheet, its unit."""

    name: str
    title: str
    unit: str
    source: bool = False


class YearColumn(Struct, frozen=True):
    """A fiscal year (Gregorian), how it is titled (平成29年度) and what its figures are (決算, 計画)."""

    year: int
    title: str
    phase: str


Sums = Mapping[str, Mapping[int, Decimal]]
"""item name → fiscal year → sum of what counts; a blank counts as 0."""


class Node(Struct, frozen=True):
    """A line of a roll-up: the values of its levels from the top, and the exact sums of what is under it.

    ``path`` may be empty (the total). The values are those that stand in the cost sheet's columns.
    """

    path: tuple[str, ...]
    count: int
    sums: Sums


class Rollup(Struct, frozen=True):
    """A sheet of sums along a hierarchy. ``levels`` are titles of columns of the cost sheet.

    ``nodes`` stand in the order of printing: a subtotal before what it is made of.
    """

    sheet: str
    title: str
    levels: tuple[str, ...]
    nodes: Sequence[Node]


class Card(Struct, frozen=True):
    """A figure at the head of the overview. ``tone`` colours it where it is not 0."""

    label: str
    value: int
    tone: Literal["plain", "error", "warning"] = "plain"


class Matrix(Struct, frozen=True):
    """How many projects expect which outcome (rows) at which cost (columns)."""

    costs: Sequence[str]
    outcomes: Sequence[str]
    counts: Mapping[tuple[str, str], int]
    """(cost, outcome) → projects."""
    forbidden: Sequence[tuple[str, str]] = ()


class Section(Struct, frozen=True):
    """A section's line on the overview."""

    department: str
    division: str
    projects: int
    errors: int
    warnings: int
    infos: int


class Asked(Struct, frozen=True):
    """A question's answers, each project once: how many answered with which word."""

    title: str
    """Of its column in 評価."""
    flagged: tuple[str, ...]
    """The words that ask for action; those of several forms."""
    other: tuple[str, ...]
    counts: tuple[int, int]
    """flagged, other."""


class Mover(Struct, frozen=True):
    """A project whose cost moved: its name and figures with their links."""

    section: tuple[str, ...]
    """部 and 課."""
    project: Link
    this: Link | Number
    before: Link | Number

    @property
    def difference(self) -> Number:
        """This year's less last year's."""
        return (figure(self.this) or 0) - (figure(self.before) or 0)


class Movers(Struct, frozen=True):
    """The projects that moved most from the year before to the evaluated one, largest first."""

    item: str
    """Title of the item that is compared."""
    years: tuple[str, str]
    """Titles of the year before and of the evaluated one."""
    up: Sequence[Mover]
    down: Sequence[Mover]


class Overview(Struct, frozen=True):
    """The counts of the first sheet. ``directions`` are (column title in 方向性, projects)."""

    cards: Sequence[Card]
    notices: Sequence[str]
    directions: Sequence[tuple[str, int]]
    matrix: Matrix
    sections: Sequence[Section]
    asked: Sequence[Asked] = ()
    years: Sequence[YearColumn] = ()
    """Those of the table of costs: none that only sheets after the evaluated year have."""


class SummaryData(Struct, frozen=True):
    """All of a summary book."""

    title: str
    created: str
    """When, in words; shown as it is."""
    evaluated_year: int | None
    """The evaluated year of the run, which is compared with the year before. None without any sheet."""
    years: Sequence[YearColumn]
    items: Sequence[Item]
    default_item: str
    """Name of the item that the roll-ups show when the book is opened."""
    total_items: Sequence[str]
    """Names of the items beneath the sources: 事業費計, 人件費計, トータルコスト."""
    total: Node
    rollups: Sequence[Rollup]
    listing: DataTable
    costs: DataTable
    tables: Sequence[DataTable]
    """The further data sheets, in order: 指標, 評価, 方向性, 検証結果, 受付簿, and what comes after them."""
    overview: Overview
    movers: Movers | None = None
    """None without two years to compare."""
