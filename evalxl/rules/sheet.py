"""A record as the rules look at it: what its form says, looked up once; indicators built once."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from evalxl.unread import unread
from workbook.form import Form, Question, Row
from workbook.notation import DASHES, fold
from workbook.record import NUMBERS, Indicator, Issue, Number, Record, cost_keys

_NO_TEXT = " \n\t\r\u3000" + "".join(sorted(DASHES))


STOPS = ("abolish", "suspend", "end")
"""Roles of the directions after which the project goes on no more."""


class Asked(NamedTuple):
    """What is asked of a kind of project."""

    questions: tuple[Question, ...]
    numbers: Mapping[str, str]
    """Topic → the number of its question."""


def _asked(questions: Iterable[Question]) -> Asked:
    asked = tuple(questions)
    return Asked(asked, {question.topic: question.number for question in reversed(asked)})


class Facts:
    """What the rules ask of a form, looked up once for each form."""

    def __init__(self, form: Form) -> None:
        self.must = tuple(_required(form, "must"))
        self.should = tuple(field for field in form.fields if field.need == "should")
        self.choices = {choice.name: choice for choice in form.choices}
        self.marks = {question.number: question.mark for question in form.questions}
        self.axes = tuple(axis.key for axis in form.axes)
        self.axis_of = {question.topic: question.axis for question in form.questions}
        """The axis to which the question with a topic belongs."""
        self.summed_up = {axis: _summed_up(form, axis) for axis in self.axes}
        """The topics that decide an axis."""
        self.directions = {direction.value: direction for direction in form.directions}
        self.sources = tuple(form.sources)
        self.cost_rows = tuple(form.costs.rows)
        self.money_rows = tuple(row for row in form.costs.rows if row.unit == "千円")
        self.forbidden = frozenset(form.matrix.forbidden)
        boxes = [field for field in form.fields if field.is_box]
        self.evaluated_texts = tuple(f.name for f in boxes if "{evaluated}" in f.label + f.note)
        self.planned_texts = tuple(f.name for f in boxes if "{planned}" in f.label + f.note)
        reasons = (f"judgements.{question.number}.reason" for question in form.questions)
        self.texts = (*(field.name for field in boxes), *reasons, form.free_text.name)
        self._all = _asked(form.questions)
        self._kinds = [
            (
                fold(kind.label),
                re.compile(rf"{re.escape(fold(kind.key))}(?![A-Z0-9])"),
                _asked(question for question in form.questions if question.number not in kind.skips),
            )
            for kind in form.project_types
        ]

    def row(self, name: str) -> Row | None:
        """The cost row of that name; None where the form has none."""
        return next((row for row in self.cost_rows if row.name == name), None)

    def asked(self, project_type: str) -> Asked:
        """What is asked of a kind, told by its letter (Ｅ　一般, E) or label (一般); all of one not known."""
        if not project_type:
            return self._all
        typed = fold(project_type)
        known = (asked for label, key, asked in self._kinds if typed == label or key.match(typed))
        return next(known, self._all)


def _summed_up(form: Form, axis: str) -> list[str]:
    topics = (question.topic for question in form.questions if question.axis == axis)
    return [topic for topic in topics if topic != "abolition_effect"]  # no room for improvement


def _required(form: Form, need: str) -> Iterator[str]:
    for field in form.fields:
        if field.need == need:
            yield f"{field.name}.code" if field.type == "code_name" else field.name


@functools.lru_cache(maxsize=64)
def _facts(form: Form) -> Facts:
    return Facts(form)


@functools.lru_cache(maxsize=256)
def _slots(form: Form, places: tuple[tuple[str, str], ...]) -> Mapping[str, tuple[str, ...]]:
    """The slots of each indicator table as the form prints them; those with an unknown mark come last."""
    order = {mark: i for i, mark in enumerate(form.slot_marks)}
    known = sorted(places, key=lambda place: (order.get(place[1], len(order)), place[1]))
    tables = (table.name for table in form.indicator_tables)
    return {table: tuple(slot for name, slot in known if name == table) for table in tables}


class Sheet(Record):
    """A record for the length of one check; its values must not be changed meanwhile."""

    __slots__ = (
        "_amounts", "_costs", "_named", "_noticed", "_numbers", "_tables", "_wording", "axes", "facts",
        "improved_axes", "kept", "planned", "questions", "roles", "settled", "slots", "stopped", "unread",
    )  # fmt: skip

    def __init__(self, record: Record) -> None:
        super().__init__(*record.given())
        self._made = record._made
        self.facts = _facts(record.form)
        self.settled = record.settled_years
        self.planned = record.planned_years
        self.unread = frozenset(unread(record))
        """Keys of cells that hold something which could not be read as a number; the F rules tell."""
        self.questions, self._numbers = self.facts.asked(record.text("project_type"))
        """The questions that are asked of this kind of project."""
        self.axes = {key: record.axis(key) for key in self.facts.axes}
        """The axes of the summary: True for 見直し余地あり."""
        self.slots = _slots(record.form, record.places())
        """Each indicator table and the slots that the sheet has room for, as the form prints them."""
        self._look_at_directions()
        self._look_at_costs()
        self._tables: dict[str, list[Indicator]] | None = None
        self._named: dict[str, list[Indicator]] = {}
        self._wording: str | None = None
        self._noticed: dict[str, list[Issue]] = {}
        for issue in record.issues:
            self._noticed.setdefault(issue.code, []).append(issue)

    def _look_at_directions(self) -> None:
        known = self.facts.directions
        ticked = [known[value] for value in self.directions if value in known]
        self.roles = {direction.role for direction in ticked}
        """What the ticked directions mean: abolish, suspend, end, reset, merge, keep, improve."""
        self.improved_axes = {direction.axis for direction in ticked if direction.role == "improve"}
        """The axes of the ticked improvements; an empty one for an improvement of any kind."""
        self.kept = "keep" in self.roles
        """Whether 現状維持 is among the directions."""
        self.stopped = not self.roles.isdisjoint(STOPS)
        """Whether the project is to be abolished or suspended."""

    def _look_at_costs(self) -> None:
        """Set the figures of the cost table by row and year."""
        values = self.values
        self._costs: dict[str, dict[int, Number]] = {
            row.name: {year: value for year, key in keys if isinstance(value := values.get(key), NUMBERS)}
            for row, keys in cost_keys(self.form, self.years)
        }

    def noticed(self, code: str) -> Sequence[Issue]:
        """What the reader noticed under a code."""
        return self._noticed.get(code, ())

    def wording(self) -> str:
        """All texts of the sheet in one: a word that is not in it need not be looked for in each of them."""
        if self._wording is None:
            self._wording = "\n".join([value for value in self.values.values() if isinstance(value, str)])
        return self._wording

    def indicators(self, table: str) -> list[Indicator]:
        """The slots of an indicator table that hold anything, in the form's order."""
        return self.tables().get(table, [])

    def named(self, table: str) -> list[Indicator]:
        """The indicators that have a name."""
        if table not in self._named:
            self._named[table] = [indicator for indicator in self.indicators(table) if indicator.name]
        return self._named[table]

    def tables(self) -> dict[str, list[Indicator]]:
        """All indicator tables."""
        if self._tables is None:
            self._tables = {
                table: [indicator for slot in slots if (indicator := self.indicator(table, slot))]
                for table, slots in self.slots.items()
            }
        return self._tables

    def blank(self, key: str) -> bool:
        """Whether nothing stands there: no value, no dash, nothing that the reader could not read."""
        return self.values.get(key) is None and key not in self.answered and key not in self.unread

    def empty(self, key: str) -> bool:
        """Whether a text field holds no text; a dash alone is none."""
        return not self.text(key).strip(_NO_TEXT)

    def costs(self, row: str) -> Mapping[int, Number]:
        """The figures of a row of the cost table by year, without those that are blank or a dash."""
        return self._costs.get(row) or {}

    def cost(self, row: str, year: int) -> Number | None:
        """A figure of the cost table, in the row's unit (千円 for money); None for a blank and a dash."""
        found = self._costs.get(row)
        return found.get(year) if found else None

    def readable(self, rows: Iterable[str], year: int) -> bool:
        """Whether every cell of these cost rows that holds something could be read."""
        return not self.unread or all(f"costs.{row}.{year}" not in self.unread for row in rows)

    def expected_years(self) -> tuple[int, ...]:
        """The settled years in which the project ran: none before its start is asked for figures."""
        start = self.values.get("period.start_year")
        if self.ticked("period") == ("single_year",):
            start = self.fiscal_year
        return tuple(y for y in self.settled if y >= start) if isinstance(start, int) else self.settled

    def asked(self, topic: str) -> str | None:
        """The number of the question with that topic; None where the form does not ask it here."""
        return self._numbers.get(topic)

    def direction_of(self, *roles: str) -> str:
        """The first ticked direction of these roles, in the form's words; empty where there is none."""
        known = self.facts.directions
        return next((v for v in self.directions if v in known and known[v].role in roles), "")

    def dot(self) -> tuple[str, str] | None:
        """Cost and outcome of the one ● in the matrix; None where there is none or more."""
        ticked = self.ticked("matrix")
        return (ticked[0][0], ticked[0][1]) if len(ticked) == 1 else None

    def axis(self, key: str) -> bool | None:
        """True where the axis has 見直し余地あり, False for 適切, None for none or both."""
        return self.axes.get(key)
