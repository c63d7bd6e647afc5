"""Tables of rows × years: their year headings, units and rows."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Sequence

from workbook.form import Table
from workbook.grid import Rect, Spot
from workbook.labels import vocabulary
from workbook.locating.page import Page
from workbook.locating.places import FAR, Area, Heading, RowPlace, TablePlace, Token

_LEFT = 2
"""How many columns left of its title a row label may stand."""


def find_tables(page: Page) -> list[TablePlace]:
    """The tables of the page. Their headings become labels; what a table lacks is noted as missing."""
    tables = [t for t in page.form.tables if t.section in page.sections]
    found = [place for t in tables if t.kind != "totals" and (place := _table(page, t))]
    by_year = {row.spot for place in found for row in place.rows}
    totals = [place for t in tables if t.kind == "totals" and (place := _totals(page, t, by_year))]
    places = found + totals
    page.soften(_only_like_labels(page, places))
    return places


def _only_like_labels(page: Page, places: list[TablePlace]) -> list[Token]:
    """Names of indicators that read like a label, and row labels in no table, such as その他 in a list."""
    rows = {row.spot for place in places for row in place.rows}
    names = [row.title.rect for place in places if place.table.slots for row in place.rows]
    return [
        t
        for t in page.hard
        if (t.spot not in rows and page.kinds(t) == {"row"}) or any(t.inside(name) for name in names)
    ]


def _table(page: Page, table: Table) -> TablePlace | None:
    titles = page.here["table", table.name]
    if not page.need(titles, table.label):
        return None
    found = [(title, _headings(page, title)) for title in titles]
    title, headings = max(found, key=lambda item: len(item[1]))
    if sum(len(years) >= 2 for _, years in found) > 1:
        page.doubled.append((table.label, tuple(t.spot for t in titles)))
    if not page.need(len(headings) >= 2, f"{table.label}の年度見出し"):
        return None
    lowest = max(t.bottom for t in (title, *headings)) + 1
    pairs = _pairs(page, headings, lowest)
    columns = _chosen(page, pairs) or headings
    phases: Sequence[Token | None] = (
        columns
        if pairs
        else [
            _phase(page, heading, lowest) or _phase_above(page, heading, title, headings)
            for heading in headings
        ]
    )
    own_rows = [*filter(None, phases), *itertools.chain(*pairs)]
    page.harden([*headings, *own_rows])
    unit = _unit(page, title, headings)
    head = [*headings, *own_rows, *([unit] if unit else [])]
    last = max(t.bottom for t in head)
    left = min(unit.col if unit else headings[0].col, headings[0].col)
    frame = Rect(last + 1, title.col, _end(page, table, title, headings, last), left - 1)
    rows = _cost_rows(page, table, frame) if table.rows else _slot_rows(page, table, frame)
    lines = _lines(page, [token for _, token in rows], frame, headings[0].col) if table.slots else {}
    return TablePlace(
        table,
        tuple(_heading(heading, phase) for heading, phase in zip(headings, phases, strict=True)),
        tuple(_row(page, name, token, frame, (columns, unit), lines.get(token.spot)) for name, token in rows),
        title.spot,
    )


def _headings(page: Page, title: Token) -> list[Token]:
    """The year headings right of a title: the row near it that has most of them."""
    beside = [t for t in page.tokens if t.col > title.right and t.row == title.row]
    stop = min((t.col for t in beside if t.is_a("table")), default=FAR)
    rows: dict[int, list[Token]] = defaultdict(list)
    for token in page.tokens:
        near = title.row - 1 <= token.row <= title.bottom + 1
        if token.label.year and near and title.right < token.col < stop:
            rows[token.row].append(token)
    return max(rows.values(), key=len, default=[])


def _phase(page: Page, heading: Token, lowest: int) -> Token | None:
    """実績 or 計画 beneath a heading that has only the year."""
    if heading.label.phase:
        return None
    for token in page.tokens:
        beneath = heading.bottom < token.row <= lowest and heading.col <= token.col <= heading.right
        if token.label.is_phase and beneath:
            return token
    return None


def _pairs(page: Page, headings: list[Token], lowest: int) -> list[list[Token]]:
    """目標 and 実績 beneath the years, where years have a column for each; else nothing."""
    step = headings[-1].col - headings[-2].col
    ends = [*(heading.col for heading in headings[1:]), headings[-1].col + step]
    beneath = [t for t in page.tokens if t.label.is_phase and headings[0].bottom < t.row <= lowest]
    pairs = [
        [t for t in beneath if heading.col <= t.col < end]
        for heading, end in zip(headings, ends, strict=True)
    ]
    return pairs if all(pairs) and sum(len(pair) > 1 for pair in pairs) > 1 else []


def _chosen(page: Page, pairs: list[list[Token]]) -> list[Token]:
    """The column of each year that counts: 実績, and of the years that the form plans the other one."""
    settled = vocabulary(page.form).settled
    planned_from = len(pairs) - page.form.years.planned
    return [
        next((t for t in pair if (t.label.phase in settled) == (number < planned_from)), pair[0])
        for number, pair in enumerate(pairs)
    ]


def _phase_above(page: Page, heading: Token, title: Token, headings: list[Token]) -> Token | None:
    """実績 or 計画 above headings that have only years: it heads them up to the next one."""
    if heading.label.phase:
        return None
    above = [
        t
        for t in page.tokens
        if t.label.is_phase
        and (title.row <= t.row or (title.row - 1 == t.row and not _is_of_a_table(page, t.row)))
        and t.bottom < heading.row
        and headings[0].col <= t.col <= heading.right
    ]
    return max(above, key=lambda token: (token.row, token.col), default=None)


def _is_of_a_table(page: Page, row: int) -> bool:
    """Whether a row has a label of a table's row, as the last one of the table above has."""
    return any(t.row == row and (t.label.slot or "row" in page.kinds(t)) for t in page.tokens)


def _heading(heading: Token, phase: Token | None) -> Heading:
    return Heading(
        heading.spot, heading.label.year, heading.label.phase or (phase.label.phase if phase else "")
    )


def _unit(page: Page, title: Token, headings: list[Token]) -> Token | None:
    """The heading 単位 between the title and the years, else the one right behind them."""
    first, last = headings[0], headings[-1]
    head = Rect(min(title.row, first.row), title.col + 1, max(title.bottom, first.bottom), last.right + 1)
    units = [t for t in page.here["unit", ""] if head.left <= t.col <= head.right and t.shares_rows(head)]
    return next((t for t in units if t.col < first.col or t.col > last.right), None)


def _end(page: Page, table: Table, title: Token, headings: list[Token], last: int) -> int:
    """The row above the next label beneath the table."""
    left, right = title.col, headings[-1].right
    bottom = page.sections[table.section].bottom
    slots = {t.row: t.col for t in page.tokens if table.slots and t.label.slot and t.col <= right}
    for token in page.hard:
        if token.row <= last or token.col > right:
            continue
        if slots.get(token.row, FAR) < token.col:
            continue  # the name of an indicator, whatever it says
        kinds = page.kinds(token)
        if token.col < left and _heads_totals_beside(page, token, left):
            continue
        # A text box may stand left of the table, another table may not.
        if kinds & {"table", "section", "choice"} or ("field" in kinds and token.right >= left):
            bottom = min(bottom, token.row - 1)
    return bottom


def _heads_totals_beside(page: Page, title: Token, left: int) -> bool:
    """Whether a title is that of a table without years whose rows stand left of the table in question."""
    tables = [page.form.table(name) for kind, name, _ in page.meant[title.spot] if kind == "table"]
    return any(
        table.kind == "totals"
        and any(
            title.row <= t.row and t.right < left for row in table.rows for t in page.here["row", row.name]
        )
        for table in tables
    )


def _totals(page: Page, table: Table, by_year: set[Spot]) -> TablePlace | None:
    """A table without years: its row labels near its title, those of the tables with years left out."""
    titles = page.here["table", table.name]
    if not page.need(titles, table.label):
        return None
    title = titles[0]
    bottom = page.sections[table.section].bottom
    rows = []
    for row in table.rows:
        labels = [t for t in page.here["row", row.name] if t.spot not in by_year and not t.label.inline]
        near = [t for t in labels if title.row <= t.row <= bottom and t.col >= title.col - _LEFT]
        if near:
            page.found += 1
            rows.append((row.name, min(near, key=lambda t: (abs(t.col - title.col), t.row))))
        elif not row.optional:
            page.missing.append(f"{table.label} {row.label}")
    return TablePlace(table, (), tuple(_total_row(page, name, token) for name, token in rows), title.spot)


def _total_row(page: Page, name: str, token: Token) -> RowPlace:
    right = page.right_of(token)
    area = page.area(right)
    nothing = page.area(right._replace(right=right.left - 1))
    return RowPlace(name, token.spot, False, nothing, nothing, (area,))


def _cost_rows(page: Page, table: Table, frame: Rect) -> list[tuple[str, Token]]:
    """The labels of the cost rows; a label that stands twice gives two rows of one name."""
    rows = []
    for row in table.rows:
        tokens = [t for t in page.here["row", row.name] if not t.label.inline and t.inside(frame)]
        if page.need(tokens, row.label):
            rows += [(row.name, token) for token in tokens]
    return rows


def _slot_rows(page: Page, table: Table, frame: Rect) -> list[tuple[str, Token]]:
    """The slot marks of an indicator table, which become labels."""
    # The slot marks may stand a little left of the title.
    wide = frame._replace(left=max(page.rect.left, frame.left - 2))
    tokens = [t for t in page.tokens if t.label.slot and t.inside(wide)]
    # Of two marks in a row the left one is the slot, the other one part of a name; one in a column of its own
    # is the beginning of a text.
    firsts = [t for t in tokens if not any(o.row == t.row and o.col < t.col for o in tokens)]
    column, most = Counter(t.col for t in firsts).most_common(1)[0] if firsts else (0, 0)
    firsts = [t for t in firsts if t.col == column or most == 1]
    page.harden(firsts)
    page.need(firsts, f"{table.label}の{'・'.join(table.slots)}")
    return [(t.label.slot, t) for t in firsts]


def _lines(page: Page, rows: list[Token], frame: Rect, first: int) -> dict[Spot, tuple[Token, Token]]:
    """実績 and 目標 in rows of their own behind each slot mark, which become labels; most have none."""
    settled = vocabulary(page.form).settled
    found = {}
    for number, token in enumerate(rows, start=1):
        end = rows[number].row if number < len(rows) else frame.bottom + 1
        own = [
            t
            for t in page.tokens
            if t.label.is_phase and token.row <= t.row < end and token.col < t.col < first
        ]
        done, planned = ([t for t in own if (t.label.phase in settled) == is_so] for is_so in (True, False))
        if done and planned and done[0].col == planned[0].col:
            found[token.spot] = done[0], planned[0]
    page.harden(token for line in found.values() for token in line)
    return found


def _row(
    page: Page,
    name: str,
    token: Token,
    frame: Rect,
    heads: tuple[list[Token], Token | None],
    lines: tuple[Token, Token] | None,
) -> RowPlace:
    """A row's areas, each as wide as its heading: a column of 増減 or 基準値 may have been put beside it.

    Where 実績 and 目標 have a line each, 実績 is read of the years that are over, 目標 of the others.
    """
    headings, unit_head = heads

    def cell(left: int, right: int, line: Token = token) -> Area:
        return page.area(Rect(line.row, left, line.bottom, right))

    title = cell(token.right + 1, min(frame.right, lines[0].col - 1) if lines else frame.right)
    unit = cell(frame.right + 1, headings[0].col - 1)
    if unit_head:
        unit = cell(unit_head.col, unit_head.right)
    planned_from = len(headings) - page.form.years.planned
    values = tuple(
        cell(heading.col, heading.right, lines[number >= planned_from] if lines else token)
        for number, heading in enumerate(headings)
    )
    return RowPlace(name, token.spot, token.label.inline, title, unit, values)
