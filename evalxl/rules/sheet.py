"""A record as the rules look at it: what its form says, looked up once; indicators built once."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator

from workbook.form import Form, ProjectType, Question, Row
from workbook.notation import DASHES, fold
from workbook.record import Indicator, Number, Record

_NO_VALUE = frozenset({"F007", "F011", "F012"})
"""What the reader says of a cell that holds something which gave no number."""

_NO_TEXT = " \n\t\r\u3000" + "".join(sorted(DASHES))


STOPS = ("abolish", "suspend", "end")
"""Roles of the directions after which the project goes on no more."""


class Facts:
    """What the rules ask of a form, looked up once for each form."""

    def __init__(self, form: Form) -> None:
        self.form = form  # keeps it alive: the cache below goes by its identity
        self.must = tuple(_required(form, "must"))
        self.should = tuple(field for field in form.fields if field.need == "should")
        self.choices = {choice.name: choice for choice in form.choices}
        self.marks = {question.number: question.mark for question in form.questions}
        self.axis_of = {question.topic: question.axis for question in form.questions}
        """The axis to which the question with a topic belongs."""
        self.asked: dict[str, tuple[Question, ...]] = {}
        self.directions = {direction.value: direction for direction in form.directions}
        self.indicator_tables = tuple(table.name for table in form.indicator_tables)
        self.slots = {mark: i for i, mark in enumerate(form.slot_marks)}
        self.sources = tuple(form.sources)
        self.cost_rows = tuple(form.costs.rows)
        self.money_rows = tuple(row for row in form.costs.rows if row.unit == "千円")
        self.forbidden = frozenset(form.matrix.forbidden)
        boxes = [field for field in form.fields if field.is_box]
        self.evaluated_texts = tuple(f.name for f in boxes if "{evaluated}" in f.label + f.note)
        self.planned_texts = tuple(f.name for f in boxes if "{planned}" in f.label + f.note)
        reasons = (f"judgements.{question.number}.reason" for question in form.questions)
        self.texts = (*(field.name for field in boxes), *reasons, form.free_text.name)

    def place_order(self, place: tuple[str, str]) -> tuple[int, int, str]:
        """What indicator slots are sorted by: table, slot mark; an unknown mark comes last."""
        table, slot = place
        return self.indicator_tables.index(table), self.slots.get(slot, len(self.slots)), slot

    def row(self, name: str) -> Row | None:
        """The cost row of that name; None where the form has none."""
        return next((row for row in self.cost_rows if row.name == name), None)

    def questions_of(self, project_type: str) -> tuple[Question, ...]:
        """The questions that are asked of a kind of project; all of them where it is blank or not known."""
        if project_type not in self.asked:
            skips = self._kind(fold(project_type)).skips if project_type and self.form.project_types else ()
            self.asked[project_type] = tuple(q for q in self.form.questions if q.number not in skips)
        return self.asked[project_type]

    def _kind(self, typed: str) -> ProjectType:
        """A kind by its letter (Ｅ　一般, E) or by its label (一般)."""
        for kind in self.form.project_types:
            key, label = fold(kind.key), fold(kind.label)
            if typed == label or re.match(rf"{re.escape(key)}(?![A-Z0-9])", typed):
                return kind
        return ProjectType(key="", label="")


def _required(form: Form, need: str) -> Iterator[str]:
    for field in form.fields:
        if field.need == need:
            yield f"{field.name}.code" if field.type == "code_name" else field.name


_FACTS: dict[int, Facts] = {}


def _facts(form: Form) -> Facts:
    facts = _FACTS.get(id(form))
    if facts is None:
        facts = _FACTS[id(form)] = Facts(form)
    return facts


class Sheet(Record):
    """A record for the length of one check; its values must not be changed meanwhile."""

    __slots__ = ("_sorted", "_tables", "facts", "planned", "settled", "unread")

    def __init__(self, record: Record) -> None:
        super().__init__(*(getattr(record, name) for name in _FIELDS))
        self._made = record._made
        self.facts = _facts(record.form)
        self.settled = record.settled_years
        self.planned = record.planned_years
        self.unread = _unread(record) if record.issues else frozenset()
        """Keys of cells that hold something which could not be read as a number; the F rules tell."""
        self._sorted: tuple[tuple[str, str], ...] | None = None
        self._tables: dict[str, list[Indicator]] | None = None

    def indicators(self, table: str) -> list[Indicator]:
        """The slots of an indicator table that hold anything, in the form's order."""
        return self.tables().get(table, [])

    def named(self, table: str) -> Iterator[Indicator]:
        """The indicators that have a name."""
        return (indicator for indicator in self.indicators(table) if indicator.name)

    def tables(self) -> dict[str, list[Indicator]]:
        """All indicator tables."""
        if self._tables is None:
            self._tables = {name: [] for name in self.facts.indicator_tables}
            for table, slot in self.places():
                indicator = self.indicator(table, slot)
                if indicator:
                    self._tables[table].append(indicator)
        return self._tables

    def places(self) -> tuple[tuple[str, str], ...]:
        """Table and slot of every indicator that the sheet has room for, as the form prints them."""
        if self._sorted is None:
            found = [place for place in super().places() if place[0] in self.facts.indicator_tables]
            self._sorted = tuple(sorted(found, key=self.facts.place_order))
        return self._sorted

    def blank(self, key: str) -> bool:
        """Whether nothing stands there: no value, no dash, nothing that the reader could not read."""
        return self.values.get(key) is None and key not in self.answered and key not in self.unread

    def empty(self, key: str) -> bool:
        """Whether a text field holds no text; a dash alone is none."""
        return not self.text(key).strip(_NO_TEXT)

    def amount(self, row: str, year: int) -> Number | None:
        """A figure of the cost table with a dash as 0 (not applicable adds nothing); None when blank."""
        key = f"costs.{row}.{year}"
        return 0 if key in self.answered else self.number(key)

    def readable(self, rows: Iterable[str], year: int) -> bool:
        """Whether every cell of these cost rows that holds something could be read."""
        return not self.unread or all(f"costs.{row}.{year}" not in self.unread for row in rows)

    def expected_years(self) -> tuple[int, ...]:
        """The settled years in which the project ran: none before its start is asked for figures."""
        start = self.values.get("period.start_year")
        if self.ticked("period") == ("single_year",):
            start = self.fiscal_year
        return tuple(y for y in self.settled if y >= start) if isinstance(start, int) else self.settled

    def roles(self) -> set[str]:
        """What the ticked directions mean: abolish, suspend, end, reset, merge, keep, improve."""
        known = (self.facts.directions.get(value) for value in self.directions)
        return {direction.role for direction in known if direction}

    def questions(self) -> tuple[Question, ...]:
        """The questions that are asked of this kind of project."""
        return self.facts.questions_of(self.text("project_type"))

    def asked(self, topic: str) -> str | None:
        """The number of the question with that topic; None where the form does not ask it here."""
        return next((question.number for question in self.questions() if question.topic == topic), None)

    def summed_up(self, axis: str) -> list[str]:
        """The topics that decide an axis. What the project's end would do (⑤) is no room for improvement."""
        topics = (question.topic for question in self.form.questions if question.axis == axis)
        return [topic for topic in topics if topic != "abolition_effect"]

    def improved_axes(self) -> set[str]:
        """The axes of the ticked improvements; an empty one for an improvement of any kind."""
        known = (self.facts.directions.get(value) for value in self.directions)
        return {direction.axis for direction in known if direction and direction.role == "improve"}

    def stopped(self) -> bool:
        """Whether the project is to be abolished or suspended."""
        return not self.roles().isdisjoint(STOPS)

    def direction_of(self, *roles: str) -> str:
        """The first ticked direction of these roles, in the form's words; empty where there is none."""
        known = self.facts.directions
        return next((v for v in self.directions if v in known and known[v].role in roles), "")

    def kept(self) -> bool:
        """Whether 現状維持 is among the directions."""
        return "keep" in self.roles()

    def dot(self) -> tuple[str, str] | None:
        """Cost and outcome of the one ● in the matrix; None where there is none or more."""
        ticked = self.ticked("matrix")
        return (ticked[0][0], ticked[0][1]) if len(ticked) == 1 else None

    def judged(self, topic: str) -> bool | None:
        """The judgement of the question with that topic; None without one, or where the form has none."""
        number = self.asked(topic)
        return self.flagged(number) if number else None

    def axes(self) -> list[bool | None]:
        """The axes of the summary: True for 見直し余地あり."""
        return [self.axis(axis.key) for axis in self.form.axes]


_FIELDS = [field.name for field in dataclasses.fields(Record) if field.init]


def _unread(record: Record) -> frozenset[str]:
    issues = [issue for issue in record.issues if issue.code in _NO_VALUE]
    cells = {cell for issue in issues for cell in (issue.cell, *_listed(issue.values.get("cells"))) if cell}
    by_cell = {key for key, cell in record.cells.items() if cell in cells}
    by_key = {issue.key for issue in issues if issue.key}
    return frozenset(key for key in by_key | by_cell if record.values.get(key) is None)


def _listed(cells: object) -> Iterable[str]:
    return cells if isinstance(cells, (list, tuple)) else ()
