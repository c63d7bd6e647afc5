"""Find where a page's values stand, from its labels and merged blocks alone.

What is typed plays no part here, so sheets with the same labels at the same places have the same layout, and
`locate` is asked once for all of them. `workbook.extract` then reads the values at the places found.
"""

from __future__ import annotations

import dataclasses
import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from workbook.form import Field, Form, Question, Section, Table
from workbook.grid import Grid, Rect, Spot
from workbook.labels import Label, Meaning, vocabulary

FAR = 1_000_000
_BEYOND = 4
"""How many columns right of its label a value may stand at the form's edge, at least."""
_BELOW = 60
"""How many rows below the last label free text may stand."""


class Token(NamedTuple):
    """A label at its place; the block is the merged one where there is one."""

    row: int
    col: int
    bottom: int
    right: int
    label: Label

    @property
    def rect(self) -> Rect:
        """The label's block."""
        return Rect(self.row, self.col, self.bottom, self.right)

    @property
    def spot(self) -> Spot:
        """The label's cell."""
        return self.row, self.col


class Printed(NamedTuple):
    """All that a layout depends on: the labels of a sheet at their places, and the merged blocks."""

    labels: tuple[tuple[int, int, Label], ...]
    merges: tuple[Rect, ...]


@dataclasses.dataclass(slots=True, frozen=True)
class Area:
    """Where to look for a value: a block of cells, and first cells of merged blocks that reach into it."""

    rect: Rect
    extra: tuple[Spot, ...] = ()
    without: Rect | None = None
    others: frozenset[Spot] = frozenset()
    """Blocks that reach into the area but stand beside or beneath a label of their own."""


@dataclasses.dataclass(slots=True, frozen=True)
class Candidate:
    """One label of a field and the areas where its value may stand, the likeliest first."""

    spot: Spot
    inline: bool
    areas: tuple[Area, ...]


@dataclasses.dataclass(slots=True, frozen=True)
class FieldPlace:
    """A value under a flat key. ``field`` is None for reasons and the like, which are texts."""

    key: str
    label: str
    candidates: tuple[Candidate, ...]
    field: Field | None = None
    first_filled: bool = False
    """Several labels are natural here: the first that has a value counts."""


@dataclasses.dataclass(slots=True, frozen=True)
class BoxPlace:
    """One box of a group: the ``index``-th box in its cell, and where its tick may stand beside it."""

    value: str
    spot: Spot
    index: int
    alone: bool
    left: Area
    right: Area


@dataclasses.dataclass(slots=True, frozen=True)
class GroupPlace:
    """The boxes of one group, in the form's order."""

    key: str
    boxes: tuple[BoxPlace, ...]
    exclusive: bool = True


@dataclasses.dataclass(slots=True, frozen=True)
class RowPlace:
    """One row of a table: its label, its name (of an indicator), its unit, one area for each year column."""

    name: str
    spot: Spot
    inline: bool
    title: Area
    unit: Area
    values: tuple[Area, ...]


@dataclasses.dataclass(slots=True, frozen=True)
class TablePlace:
    """A table's year headings (cell, text, phase word) and rows."""

    table: Table
    headings: tuple[tuple[Spot, str, str], ...]
    rows: tuple[RowPlace, ...]


@dataclasses.dataclass(slots=True, frozen=True)
class PageLayout:
    """Everything found on one page; ``missing`` and ``doubled`` are labels that spoil it."""

    page: int
    rect: Rect
    labels: frozenset[Spot]
    fields: tuple[FieldPlace, ...]
    groups: tuple[GroupPlace, ...]
    tables: tuple[TablePlace, ...]
    matrix: tuple[tuple[str, str, Area], ...]
    free: Area | None
    missing: tuple[str, ...]
    doubled: tuple[tuple[str, tuple[Spot, ...]], ...]
    found: int
    """How many labels were found, to tell an altered form from another paper."""

    @property
    def is_form(self) -> bool:
        """Whether this is the page at all: most labels are there, and what only a form has."""
        if self.page == 1:
            structure = any(len(t.headings) >= 2 and t.rows for t in self.tables)
        else:
            structure = sum(len(g.boxes) >= 2 for g in self.groups) >= 3
        return structure and self.found >= len(self.missing)


def printed(grid: Grid, form: Form) -> Printed:
    """The labels and merged blocks of a sheet."""
    words = vocabulary(form)
    recognise, labels = words.recognise, []
    unit_rows = set()
    known = set()
    for spot, value in grid.cells.items():
        if isinstance(value, str) and (label := recognise(value)):
            labels.append((*spot, label))
            known.add(spot)
            if label.meanings and label.meanings[0].kind == "unit":
                unit_rows.add(spot)
    # A bare number is a year only in the row of 単位, right of it.
    for row, unit_column in sorted(unit_rows):
        for column, value in grid.rows[row]:
            if column > unit_column and (row, column) not in known and (label := words.bare_year(value)):
                labels.append((row, column, label))
                known.add((row, column))
    labels.sort(key=lambda item: item[:2])
    return Printed(tuple(labels), grid.merges)


@functools.lru_cache(maxsize=512)
def locate(form: Form, page_of: Printed) -> tuple[PageLayout, ...]:
    """The pages of the form on a sheet: none, one or both."""
    blocks = {(m.top, m.left): m for m in page_of.merges}
    tokens = []
    for row, column, label in page_of.labels:
        block = blocks.get((row, column), Rect(row, column, row, column))
        tokens.append(Token(row, column, block.bottom, block.right, label))
    return tuple(locate_page(form, tokens, page_of.merges, page, rect) for page, rect in _split(form, tokens))


def locate_page(
    form: Form, tokens: list[Token], merges: tuple[Rect, ...], page: int, rect: Rect | None = None
) -> PageLayout:
    """One page of the form on a part of a sheet; without tokens, all its labels are missing."""
    return _Page(form, tokens, merges, page, rect or Rect(0, 0, FAR, FAR)).layout()


def _split(form: Form, tokens: list[Token]) -> Iterator[tuple[int, Rect]]:
    """Which pages stand on the sheet, and where one ends: beneath each other or side by side."""
    whole = Rect(0, 0, FAR, FAR)
    opens = {s.name: s.page for s in form.sections if s.labels}
    first = [t for t in tokens if _kind(t, "table") or _opens(t, opens) == 1]
    second = [t for t in tokens if _kind(t, "question") or _opens(t, opens) == 2]
    if not second or not first:
        if first:
            yield 1, whole
        if second:
            yield 2, whole
        return
    names = [t for t in tokens if any(m.kind == "field" and m.name == "project_name" for m in t.label.meanings)]
    last_row = max(t.row for t in first)
    if min(t.row for t in second) > last_row:
        top = min(t.row for t in second)
        top = max((t.row for t in names if last_row < t.row < top), default=top)
        yield 1, Rect(0, 0, top - 1, FAR)
        yield 2, Rect(top, 0, FAR, FAR)
        return
    edge = max(t.right for t in tokens if t.label.year)
    left = min(t.col for t in second if t.col > edge) if any(t.col > edge for t in second) else edge + 1
    left = min([left, *(t.col for t in names if t.col > edge)])
    yield 1, Rect(0, 0, FAR, left - 1)
    yield 2, Rect(0, left, FAR, FAR)


def _kind(token: Token, kind: str) -> bool:
    return not token.label.inline and any(m.kind == kind for m in token.label.meanings)


def _opens(token: Token, pages: dict[str, int]) -> int:
    return next((pages.get(m.name, 0) for m in token.label.meanings if m.kind == "section"), 0)


class _Page:
    """The search on one page. Labels are chosen first, the areas between them come last."""

    def __init__(
        self, form: Form, tokens: list[Token], merges: tuple[Rect, ...], page: int, rect: Rect
    ) -> None:
        self.form, self.page, self.rect = form, page, rect
        self.tokens = [t for t in tokens if t.rect.overlaps(rect) and rect.left <= t.col]
        self.merges = [m for m in merges if m.overlaps(rect) and rect.left <= m.left]
        self.missing: list[str] = []
        self.doubled: list[tuple[str, tuple[Spot, ...]]] = []
        self.found = 0
        self.sections = self._sections([s for s in form.sections if s.page == page])
        self.here: dict[tuple[str, str], list[Token]] = defaultdict(list)
        self.boxes: dict[str, list[tuple[Token, int]]] = defaultdict(list)
        self.hard: list[Token] = []
        self.meant: dict[Spot, list[Meaning]] = {}
        for token in self.tokens:
            self._sort_in(token)
        self.edge = max(
            [t.right for t in self.hard] + [t.right for t in self.tokens if t.label.year]
            + [m.right for m in self.merges] + [0]
        )  # fmt: skip
        left = min([t.col for t in self.hard], default=0)
        self.beyond = max(_BEYOND, (self.edge - left) // 6)

    def _sections(self, sections: list[Section]) -> dict[str, Rect]:
        """The rows of each section; one whose label is missing shares those of the section before it."""
        starts: list[tuple[int, str]] = []
        for section in sections:
            rows = [t.row for t in self.tokens if Meaning("section", section.name, "") in t.label.meanings]
            if rows:
                starts.append((min(rows), section.name))
            elif section.labels:
                self.missing.append(section.labels[0])
        starts.sort()
        top, left, _, right = self.rect
        bottom = self._bottom()
        found: dict[str, Rect] = {}
        ends = [start - 1 for start, _ in starts[1:]] + [bottom]
        for (start, name), end in zip(starts, ends, strict=False):
            found[name] = Rect(start, left, end, right)
        above = Rect(top, left, (starts[0][0] if starts else bottom + 1) - 1, right)
        last = above
        for section in sections:
            last = found.setdefault(section.name, last if section.labels else above)
        return found

    def _bottom(self) -> int:
        if self.rect.bottom < FAR:
            return self.rect.bottom
        return max([t.bottom for t in self.tokens] + [m.bottom for m in self.merges] + [0]) + _BELOW

    def _sort_in(self, token: Token) -> None:
        """Keep what the token means in its section; what means nothing there is a text like any other."""
        names = {name for name, rect in self.sections.items() if rect.top <= token.row <= rect.bottom}
        meant = [m for m in token.label.meanings if m.section in names or not m.section]
        self.meant[token.spot] = meant
        for meaning in meant:
            self.here[meaning.kind, meaning.name].append(token)
        for index, meanings in enumerate(token.label.options):
            for meaning in meanings:
                if meaning.section in names:
                    self.boxes[meaning.name].append((token, index))
        boxed = any(m.section in names for meanings in token.label.options for m in meanings)
        if boxed or (meant and not token.label.inline and not token.label.year):
            self.hard.append(token)

    # -- the whole page --

    def layout(self) -> PageLayout:
        tables = [t for t in self.form.tables if t.section in self.sections]
        table_places = [place for table in tables if (place := self._table(table))]
        chosen = list(self._choose_fields())
        questions = self._questions() if self.page == 2 else []
        chosen += [item for q, rect in questions for item in self._reasons(q, rect)]
        self._harden(t for _, _, tokens, _ in chosen for t in tokens)
        groups = [*self._choices(), *self._judgements(questions), *self._axes(), *self._directions()]
        matrix, matrix_rect = self._matrix()
        return PageLayout(
            page=self.page,
            rect=self.rect,
            labels=frozenset(t.spot for t in self.hard),
            fields=tuple(self._field_place(*item) for item in chosen),
            groups=tuple(groups),
            tables=tuple(table_places),
            matrix=matrix,
            free=self._free(matrix_rect),
            missing=tuple(dict.fromkeys(self.missing)),
            doubled=tuple(self.doubled),
            found=self.found,
        )

    def _harden(self, tokens: Iterable[Token]) -> None:
        known = set(map(id, self.hard))
        self.hard.extend(t for t in tokens if id(t) not in known)

    def _need(self, found: object, label: str) -> bool:
        """Count a label as found, or note it as missing."""
        if found:
            self.found += 1
            return True
        self.missing.append(label)
        return False

    # -- areas --

    def _area(self, rect: Rect, without: Rect | None = None) -> Area:
        """A block with the first cells of merged blocks that reach into it from outside."""
        labels = {t.spot for t in self.hard}
        blocks = [m for m in self.merges if m.overlaps(rect) and (m.top, m.left) not in labels]
        others = frozenset((m.top, m.left) for m in blocks if self._has_own_label(m, rect))
        reaching = [
            (m.top, m.left) for m in blocks
            if not (rect.top <= m.top <= rect.bottom and rect.left <= m.left <= rect.right)
        ]  # fmt: skip
        return Area(rect, tuple(spot for spot in reaching if spot not in others), without, others)

    def _has_own_label(self, block: Rect, rect: Rect) -> bool:
        """Whether a block that is higher than the area has a label beside it within the area, or is a box beneath one."""
        if rect.top <= block.top and block.bottom <= rect.bottom:
            return False
        for token in self.hard:
            beside = rect.left <= token.right < block.left
            if beside and token.row <= block.bottom and token.bottom >= block.top:
                return True
            if token.bottom == block.top - 1 and token.col == block.left and self._opens_block(token):
                return not (token.row <= rect.top - 1 and token.col == rect.left)
        return False

    def _right_of(self, token: Token, *, rows: Rect | None = None) -> Rect:
        """From the label to the next one on its rows, or to the form's edge."""
        band = rows or token.rect
        stop = min((t.col for t in self._beside(token, band)), default=FAR) - 1
        edge = max(self.edge, token.right + self.beyond)
        return Rect(band.top, token.right + 1, band.bottom, min(stop, edge, self.rect.right))

    def _beside(self, token: Token, band: Rect) -> Iterator[Token]:
        return (t for t in self.hard if t.col > token.right and t.row <= band.bottom and t.bottom >= band.top)

    def _beneath(self, token: Token, bottom: int) -> Rect:
        """Beneath the label, as wide as to the next label beside it, down to the next label or the bottom."""
        right = max(self._right_of(token).right, token.right)
        lower = [t for t in self.hard if t.row > token.bottom and t.col <= right]
        ends = [t for t in lower if t.col <= token.right and (t.right >= token.col or self._opens_block(t))]
        bottom = min([bottom, *(t.row - 1 for t in ends)])
        # A label that begins beyond this one's own columns narrows the space, it does not end it.
        right = min([right, *(t.col - 1 for t in lower if t.row <= bottom and t.col > token.right)])
        return Rect(token.bottom + 1, token.col, bottom, right)

    def _codes_beneath(self, token: Token, below: Rect) -> Rect:
        """As wide as to the next label beside, however narrow the code's own label is."""
        right = max(self._right_of(token).right, token.right)
        rows = [t.row for t in self.hard if t.row > token.bottom and t.col <= right and t.right >= token.col]
        bottom = next((r.bottom for r in self.sections.values() if r.top <= token.row <= r.bottom), below.bottom)
        return below._replace(right=right, bottom=min([bottom, *(row - 1 for row in rows)]))

    def _opens_block(self, token: Token) -> bool:
        """Whether a label, though it stands further left, begins the next part of the page."""
        for kind, name, _ in self.meant.get(token.spot, ()):
            if kind in ("table", "section", "choice"):
                return True
            if kind == "field" and self.form.field(name).value == "box":
                return True
        return False

    def _grown(self, token: Token, bottom: int) -> Rect:
        """Right of the label and down while no label stands there: a text in several rows."""
        rect = self._right_of(token)
        rows = [t.row for t in self.hard if t.row > token.bottom and t.col <= rect.right]
        return rect._replace(bottom=max(rect.bottom, min([bottom, *(row - 1 for row in rows)])))

    # -- fields --

    Chosen = tuple[str, str, list[Token], "Field | Rect"]

    def _choose_fields(self) -> Iterator[Chosen]:
        for field in self._fields():
            tokens = self._labels_of(field)
            if not tokens and field.type != "group" and not field.optional:
                self.missing.append(_shown(field))
            elif tokens:
                self.found += 1
            if field.type != "group" and tokens:
                yield field.name, _shown(field), tokens, field

    def _fields(self) -> Iterator[Field]:
        repeated = [n for s in self.form.sections if s.page == self.page for n in s.repeats]
        for field in self.form.fields:
            if field.section in self.sections:
                yield field
            elif field.name in repeated:
                section = next(s.name for s in self.form.sections if field.name in s.repeats)
                label = self._repeated(field, section)
                if label:
                    self.here["field", field.name] = label
                    self._harden(label)
                    yield _optional(field)

    def _repeated(self, field: Field, section: str) -> list[Token]:
        rect = self.sections[section]
        meaning = Meaning("field", field.name, field.section)
        return [t for t in self.tokens if meaning in t.label.meanings and rect.top <= t.row <= rect.bottom][:1]

    def _labels_of(self, field: Field) -> list[Token]:
        """The labels of a field: exact ones, else such with the value in the same cell."""
        tokens = self.here["field", field.name]
        taken = {t.spot for t in self.hard if t.label.year}  # column headings that read the same
        tokens = [t for t in tokens if t.spot not in taken]
        if field.within:
            tokens = self._within(field, tokens)
        exact = [t for t in tokens if not t.label.inline]
        return exact or tokens

    def _within(self, field: Field, tokens: list[Token]) -> list[Token]:
        """Which of several equal labels belongs to this field: the one that follows its parent's label."""
        twins = [f for f in self.form.fields if f.label == field.label and f.section == field.section]
        if len(tokens) == len(twins):
            return [tokens[twins.index(field)]]
        parents = [self._first(f.within) for f in twins]
        start = self._first(field.within)
        after = min((p for p in parents if p > start), default=(FAR, FAR))
        return [t for t in tokens if start < t.spot < after]

    def _first(self, name: str) -> Spot:
        tokens = self.here["field", name]
        return tokens[0].spot if tokens else (FAR, FAR)

    def _field_place(self, key: str, label: str, tokens: list[Token], of: Field | Rect) -> FieldPlace:
        field = of if isinstance(of, Field) else None
        candidates = tuple(
            Candidate(token.spot, token.label.inline, tuple(self._areas(token, of))) for token in tokens
        )
        return FieldPlace(key, label, candidates, field, first_filled=field is None)

    def _areas(self, token: Token, of: Field | Rect) -> Iterator[Area]:
        if isinstance(of, Rect):  # a reason: beside its label, or beneath it
            means = self.meant[token.spot][0].kind == "means"
            rects = [self._grown(token, of.bottom)] + [self._beneath(token, of.bottom)] * (not means)
        else:
            bottom = self.sections.get(of.section, self.rect).bottom
            right, below = self._right_of(token), self._beneath(token, min(bottom, self._bottom()))
            if of.type in ("digits", "code_text"):
                rects = [right, self._codes_beneath(token, below)]
            elif of.value == "box":
                rects = [below, self._grown(token, bottom)]
            else:
                rects = [right] if right.left <= right.right or of.type == "phone" else [below]
        return (self._area(r) for r in rects if r.left <= r.right and r.top <= r.bottom)

    # -- tables --

    def _table(self, table: Table) -> TablePlace | None:
        titles = self.here["table", table.name]
        if not self._need(titles, table.label):
            return None
        found = [(title, self._headings(title)) for title in titles]
        title, headings = max(found, key=lambda item: len(item[1]))
        if sum(len(years) >= 2 for _, years in found) > 1:
            self.doubled.append((table.label, tuple(t.spot for t in titles)))
        if not self._need(len(headings) >= 2, f"{table.label}の年度見出し"):
            return None
        lowest = max(t.bottom for t in (title, *headings)) + 1
        phases = [self._phase(h, lowest) for h in headings]
        self._harden([*headings, *(p for p in phases if p)])
        unit = self._unit(title, headings)
        last = max(t.bottom for t in [*headings, *(p for p in phases if p), *([unit] if unit else [])])
        unit_left = unit.col if unit else headings[0].col
        columns = _columns(headings)
        frame = Rect(last + 1, title.col, self._table_end(table, title, headings, last), unit_left - 1)
        rows = self._cost_rows(table, frame) if table.rows else self._slot_rows(table, frame)
        places = [self._row(name, token, frame, unit_left, columns) for name, token in rows]
        texts = [(h.spot, h.label.year, h.label.phase or (p.label.phase if p else ""))
                 for h, p in zip(headings, phases, strict=True)]  # fmt: skip
        return TablePlace(table, tuple(texts), tuple(places))

    def _headings(self, title: Token) -> list[Token]:
        """The year headings right of a title: the row near it that has most of them."""
        others = [t.col for t in self.tokens if _kind(t, "table") and t.col > title.right and t.row == title.row]
        stop = min(others, default=FAR)
        rows: dict[int, list[Token]] = defaultdict(list)
        for token in self.tokens:
            near = title.row - 1 <= token.row <= title.bottom + 1
            if token.label.year and near and title.right < token.col < stop:
                rows[token.row].append(token)
        return max(rows.values(), key=len, default=[])

    def _phase(self, heading: Token, lowest: int) -> Token | None:
        """実績 or 計画 beneath a heading that has only the year."""
        if heading.label.phase:
            return None
        for token in self.tokens:
            beneath = heading.bottom < token.row <= lowest and heading.col <= token.col <= heading.right
            if token.label.phase and not token.label.year and beneath:
                return token
        return None

    def _unit(self, title: Token, headings: list[Token]) -> Token | None:
        top, bottom = min(title.row, headings[0].row), max(title.bottom, headings[0].bottom)
        for token in self.here["unit", ""]:
            if title.col < token.col < headings[0].col and token.row <= bottom and token.bottom >= top:
                return token
        return None

    def _table_end(self, table: Table, title: Token, headings: list[Token], last: int) -> int:
        """The row above the next label beneath the table."""
        left, right = title.col, headings[-1].right
        bottom = self.sections[table.section].bottom
        for token in self.hard:
            if token.row <= last or token.col > right:
                continue
            kinds = {m.kind for m in self.meant.get(token.spot, ())}
            # A text box may stand left of the table, another table may not.
            if kinds & {"table", "section", "choice"} or ("field" in kinds and token.right >= left):
                bottom = min(bottom, token.row - 1)
        return bottom

    def _cost_rows(self, table: Table, frame: Rect) -> list[tuple[str, Token]]:
        rows = []
        for row in table.rows:
            tokens = [t for t in self.here["row", row.name] if not t.label.inline and _inside(t, frame)]
            if self._need(tokens, row.label):
                rows += [(row.name, token) for token in tokens]
        return rows

    def _slot_rows(self, table: Table, frame: Rect) -> list[tuple[str, Token]]:
        # The slot marks may stand a little left of the title.
        wide = frame._replace(left=max(self.rect.left, frame.left - 2))
        tokens = [t for t in self.tokens if t.label.slot and _inside(t, wide)]
        # Of two marks in a row the left one is the slot, the other one part of a name.
        firsts = [t for t in tokens if not any(o.row == t.row and o.col < t.col for o in tokens)]
        self._harden(firsts)
        self._need(firsts, f"{table.label}の{'・'.join(table.slots)}")
        return [(t.label.slot, t) for t in firsts]

    def _row(self, name: str, token: Token, frame: Rect, unit_left: int, columns: list[tuple[int, int]]) -> RowPlace:
        def cell(left: int, right: int) -> Area:
            return self._area(Rect(token.row, left, token.bottom, right))

        title = cell(token.right + 1, frame.right)
        unit = cell(unit_left, columns[0][0] - 1)
        values = tuple(cell(left, right) for left, right in columns)
        return RowPlace(name, token.spot, token.label.inline, title, unit, values)

    # -- boxes --

    def _group(self, key: str, boxes: Iterable[tuple[str, str]], rect: Rect, *, exclusive: bool = True) -> GroupPlace:
        """The boxes (value, label) of a group within a block."""
        places = []
        for value, label in boxes:
            tokens = [(t, i) for t, i in self.boxes[f"{key}:{value}"] if _inside(t, rect)]
            if self._need(tokens, label):
                places.append(self._box(value, *tokens[0], rect))
        return GroupPlace(key, tuple(places), exclusive)

    def _box(self, value: str, token: Token, index: int, rect: Rect) -> BoxPlace:
        before = [t.right for t in self.hard if t.right < token.col and t.row <= token.bottom and t.bottom >= token.row]
        left = Rect(token.row, max([rect.left - 1, *before]) + 1, token.bottom, token.col - 1)
        after = min((t.col for t in self._beside(token, token.rect)), default=FAR) - 1
        right = Rect(token.row, token.right + 1, token.bottom, min(after, rect.right))
        alone = len(token.label.options) == 1
        return BoxPlace(value, token.spot, index, alone, self._area(left), self._area(right))

    def _choices(self) -> Iterator[GroupPlace]:
        for choice in self.form.choices:
            if choice.section in self.sections:
                titles = self.here["choice", choice.name]
                self._need(titles, choice.label)
                boxes = [(option.value, option.label) for option in choice.options]
                rect = self.sections[choice.section]
                yield self._group(choice.name, boxes, self._under(titles[0], rect) if titles else rect)

    def _under(self, title: Token, rect: Rect) -> Rect:
        """The columns of a choice: to the next title beside its own, where there is one."""
        kinds = ("field", "table", "choice")
        others = (t for t in self._beside(title, title.rect) if any(m.kind in kinds for m in self.meant[t.spot]))
        beside = [t.col for t in others]
        return rect._replace(right=min([rect.right, *(col - 1 for col in beside)]))

    def _questions(self) -> list[tuple[Question, Rect]]:
        """Each question with its rows: from its label to the next question's."""
        see, found = self.sections["see"], []
        for question in self.form.questions:
            tokens = self.here["question", question.number]
            tokens = [t for t in tokens if not t.label.inline] or tokens
            if self._need(tokens, question.label):
                found.append((question, tokens[0]))
            if len(tokens) > 1:
                self.doubled.append((question.label, tuple(t.spot for t in tokens)))
        self._harden(token for _, token in found)
        tops = sorted(token.row for _, token in found)
        return [
            (q, see._replace(top=t.row, bottom=min([see.bottom, *(row - 1 for row in tops if row > t.row)])))
            for q, t in found
        ]

    def _reasons(self, question: Question, rect: Rect) -> Iterator[Chosen]:
        key = f"judgements.{question.number}"
        tokens = [t for t in self.here["reason", ""] if _inside(t, rect)]
        tokens = [t for t in tokens if not t.label.inline] or tokens
        if self._need(tokens, f"{question.mark}{question.label}の理由"):
            yield f"{key}.reason", f"{question.mark}理由", tokens, rect
        means = [t for t in self.here["means", question.number] if _inside(t, rect)]
        if means:
            yield f"{key}.means", question.means, means, rect

    def _judgements(self, questions: list[tuple[Question, Rect]]) -> Iterator[GroupPlace]:
        for question, rect in questions:
            key = f"judgements.{question.number}"
            yield self._group(key, [("flagged", question.flagged), ("other", question.other)], rect)
            if question.mergeable:
                boxes = [("yes", question.mergeable.yes), ("no", question.mergeable.no)]
                yield self._group(f"{key}.mergeable", boxes, rect)

    def _axes(self) -> Iterator[GroupPlace]:
        if self.page != 2:
            return
        found = []
        for axis in self.form.axes:
            tokens = self.here["axis", axis.key]
            if self._need(tokens, f"{axis.key} {axis.label}"):
                found.append((axis.key, tokens[0]))
        options = self.form.axis_options
        for key, rect in _bands([(k, t) for k, t in found], self.sections["summary"]):
            yield self._group(f"summary.{key}", [("fine", options.fine), ("flagged", options.flagged)], rect)

    def _directions(self) -> Iterator[GroupPlace]:
        section = self.form.matrix.section
        if section in self.sections and self.page == 2:
            boxes = [(d.value, d.value) for d in self.form.directions]
            yield self._group("directions", boxes, self.sections[section], exclusive=False)

    # -- matrix and free text --

    def _matrix(self) -> tuple[tuple[tuple[str, str, Area], ...], Rect | None]:
        """The cells of cost × outcome, whichever of the two heads the columns."""
        matrix = self.form.matrix
        if matrix.section not in self.sections or self.page != 2:
            return (), None
        sides = {
            "cost": {name: self.here["cost", name] for name in matrix.costs},
            "outcome": {name: self.here["outcome", name] for name in matrix.outcomes},
        }
        complete = all(
            self._need(tokens, f"{matrix.cost_label if side == 'cost' else matrix.outcome_label} {name}")
            for side, names in sides.items()
            for name, tokens in names.items()
        )
        if not complete:
            return (), None
        for across, down in (("cost", "outcome"), ("outcome", "cost")):
            heads, sides_down = _in_row(sides[across]), _in_column(sides[down])
            if heads and sides_down:
                return self._matrix_cells(heads, sides_down, across == "cost")
        self.missing.append(f"{matrix.cost_label}×{matrix.outcome_label}")
        return (), None

    def _matrix_cells(
        self, heads: dict[str, Token], sides: dict[str, Token], cost_across: bool
    ) -> tuple[tuple[tuple[str, str, Area], ...], Rect]:
        columns = dict(zip(heads, _columns(list(heads.values())), strict=True))
        cells = []
        for head, (left, right) in columns.items():
            for side, token in sides.items():
                area = self._area(Rect(token.row, left, token.bottom, right))
                cells.append((head, side, area) if cost_across else (side, head, area))
        tokens = [*heads.values(), *sides.values()]
        frame = Rect(
            min(t.row for t in tokens), min(t.col for t in tokens), max(t.bottom for t in tokens),
            max(right for _, right in columns.values()),
        )  # fmt: skip
        return tuple(cells), frame

    def _free(self, matrix: Rect | None) -> Area | None:
        """What stands free beneath the boxes of the directions."""
        section = self.form.free_text.section
        tokens = [t for key, found in self.boxes.items() if key.startswith("directions:") for t, _ in found]
        if section not in self.sections or not tokens:
            return None
        bottom = self.sections[section].bottom
        rect = Rect(max(t.bottom for t in tokens) + 1, self.rect.left, bottom, min(self.edge, self.rect.right))
        return self._area(rect, matrix)


def _optional(field: Field) -> Field:
    import msgspec

    return msgspec.structs.replace(field, optional=True)


def _shown(field: Field) -> str:
    return field.label.replace("{evaluated}", "○年度").replace("{planned}", "○年度")


def _inside(token: Token, rect: Rect) -> bool:
    return rect.top <= token.row <= rect.bottom and rect.left <= token.col <= rect.right


def _columns(headings: list[Token]) -> list[tuple[int, int]]:
    """The columns beneath each heading: its own only, as a column of 増減 may have been put beside it."""
    return [(h.col, h.right) for h in headings]


def _bands(items: list[tuple[str, Token]], within: Rect) -> Iterator[tuple[str, Rect]]:
    """The rows of each item down to the next, or the columns where they stand side by side."""
    if len({t.row for _, t in items}) == len(items):
        tops = sorted(t.row for _, t in items)
        for key, token in items:
            after = min([within.bottom + 1, *(row for row in tops if row > token.row)])
            yield key, within._replace(top=token.row, bottom=after - 1)
        return
    lefts = sorted(t.col for _, t in items)
    for key, token in items:
        after = min([within.right + 1, *(col for col in lefts if col > token.col)])
        yield key, within._replace(top=token.row, left=token.col, right=after - 1)


def _in_row(tokens: dict[str, list[Token]]) -> dict[str, Token]:
    """One token of each name, all in one row, in the order given; empty when there is no such row."""
    return _aligned(tokens, 0)


def _in_column(tokens: dict[str, list[Token]]) -> dict[str, Token]:
    return _aligned(tokens, 1)


def _aligned(tokens: dict[str, list[Token]], axis: int) -> dict[str, Token]:
    for anchor in next(iter(tokens.values())):
        line = {name: [t for t in found if t[axis] == anchor[axis]] for name, found in tokens.items()}
        if all(line.values()):
            chosen = {name: found[0] for name, found in line.items()}
            order = [t[1 - axis] for t in chosen.values()]
            if order == sorted(order) and len(set(order)) == len(order):
                return chosen
    return {}
