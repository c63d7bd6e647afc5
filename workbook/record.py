"""What one sheet says: typed values by field name, each with the cell it came from.

Keys are flat and read like the JSON path: ``costs.general.2017``, ``judgements.4.reason``,
``activity_indicators.ア.values.2017``. Groups of boxes hold the tuple of what is ticked, under
``period``, ``judgements.4``, ``judgements.6.mergeable``, ``summary.A``, ``directions`` and ``matrix``,
so that a rule can tell none from both.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from workbook.form import Choice, Form, Row, Table

Number = int | Decimal
NUMBERS = (int, Decimal)
_EXACT = 1e15
"""Whole numbers below have no more than Excel's 15 digits."""
Value = Number | str | tuple[Any, ...] | None


class Issue(msgspec.Struct, frozen=True):
    """What the reader noticed at a value: a code of a rule, where, and figures for the message."""

    code: str
    key: str | None
    cell: str | None
    values: dict[str, Any]
    year: int | None = None


class Indicator(msgspec.Struct, frozen=True):
    """One filled slot of an indicator table. ``values`` has every year of the form, blank as None."""

    table: str
    slot: str
    name: str | None
    unit: str | None
    values: dict[int, Number | None]
    answered: frozenset[int] = frozenset()
    """Years that hold a dash: not applicable, which is an answer."""


@dataclasses.dataclass(slots=True)
class Record:
    """One filled sheet."""

    form: Form
    file: str
    sheet: str
    fiscal_year: int
    years: tuple[int, ...]
    """All years of the tables, ascending: settled, the evaluated one last of them, then planned."""
    values: dict[str, Value]
    cells: dict[str, str]
    """Where each key stands, ``Sheet!A1``, also where the value is blank."""
    issues: list[Issue] = dataclasses.field(default_factory=list)
    answered: frozenset[str] = frozenset()
    """Keys of number fields that hold a dash."""
    _made: dict[tuple[str, str], Indicator | None] = dataclasses.field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Indicators by their places, each made once: nothing changes in a record that was read."""
    _found: tuple[tuple[str, str], ...] | None = dataclasses.field(
        default=None, init=False, repr=False, compare=False
    )
    """These places, looked for once."""

    def __reduce__(self) -> tuple[Any, ...]:
        """What was made of the values is not sent to another process: it is soon made anew."""
        return Record, self.given()

    def given(self) -> tuple[Any, ...]:
        """What a record of the same sheet is made of."""
        return (
            self.form, self.file, self.sheet, self.fiscal_year, self.years, self.values, self.cells,
            self.issues, self.answered,
        )  # fmt: skip

    def __getitem__(self, key: str) -> Value:
        """The value under a flat key; None when blank or not on the sheet."""
        return self.values.get(key)

    def text(self, key: str) -> str:
        """A text value; an empty string when blank."""
        value = self.values.get(key)
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> Number | None:
        """A number; None when blank, a dash or no number."""
        value = self.values.get(key)
        return value if isinstance(value, NUMBERS) else None

    def cost(self, row: str, year: int) -> Number | None:
        """A figure of the cost table, in the row's unit (千円 for money)."""
        return self.number(f"costs.{row}.{year}")

    def ticked(self, group: str) -> tuple[Any, ...]:
        """What is ticked in a group of boxes, in the form's order; empty for none."""
        value = self.values.get(group)
        return value if isinstance(value, tuple) else ()

    def flagged(self, question: str) -> bool | None:
        """True for the flagged box of a question, False for the other, None for none or both."""
        return _FLAGGED.get(self.values.get(f"judgements.{question}"))

    def mergeable(self, question: str = "6") -> bool | None:
        """True for 統廃合・連携ができる, False for できない, None for none or both."""
        return _MERGEABLE.get(self.values.get(f"judgements.{question}.mergeable"))

    def axis(self, key: str) -> bool | None:
        """True where the axis has 見直し余地あり, False for 適切, None for none or both."""
        return _ROOM.get(self.values.get(f"summary.{key}"))

    @property
    def directions(self) -> tuple[str, ...]:
        """The ticked directions, in the form's order."""
        return self.ticked("directions")

    @property
    def settled_years(self) -> tuple[int, ...]:
        """Years with 実績 or 決算 columns, the evaluated year last."""
        return tuple(year for year in self.years if year <= self.fiscal_year)

    @property
    def planned_years(self) -> tuple[int, ...]:
        """Years with 計画 columns."""
        return tuple(year for year in self.years if year > self.fiscal_year)

    def indicators(self, table: str) -> list[Indicator]:
        """The slots of an indicator table that hold anything, in the form's order."""
        slots = [slot for name, slot in self.places() if name == table]
        return [indicator for slot in slots if (indicator := self.indicator(table, slot))]

    def places(self) -> tuple[tuple[str, str], ...]:
        """Table and slot of every indicator that the sheet has room for, as they stand on it."""
        if self._found is None:
            self._found = _places(tuple(self.cells))
        return self._found

    def indicator(self, table: str, slot: str) -> Indicator | None:
        """One slot; None when nothing stands in it."""
        place = table, slot
        if place not in self._made:
            self._made[place] = self._indicator(table, slot)
        return self._made[place]

    def _indicator(self, table: str, slot: str) -> Indicator | None:
        name_key, unit_key, keys = indicator_keys(table, slot, self.years)
        name, unit = self.text(name_key) or None, self.text(unit_key) or None
        found = self.values.get
        values = {year: value if isinstance(value := found(key), NUMBERS) else None for year, key in keys}
        if name is None and unit is None and all(value is None for value in values.values()):
            return None
        return Indicator(table, slot, name, unit, values, self._dashes(keys) if self.answered else _NO_YEARS)

    def _dashes(self, keys: Iterable[tuple[int, str]]) -> frozenset[int]:
        return frozenset([year for year, key in keys if key in self.answered])

    def cell(self, key: str) -> str | None:
        """Where a key stands; None when the sheet has no place for it."""
        return self.cells.get(key)

    def with_values(self, changes: Mapping[str, Value]) -> Record:
        """A copy with some values changed, for examples and tests. A dash is given as "－"."""
        answered = set(self.answered)
        values = dict(self.values)
        for key, value in changes.items():
            answered.discard(key)
            if value == "－":
                answered.add(key)
                value = None
            values[key] = value
        cells = self.cells | {key: f"?!{key}" for key in changes if key not in self.cells}
        return dataclasses.replace(self, values=values, cells=cells, answered=frozenset(answered))


@functools.lru_cache(maxsize=256)
def _places(keys: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The indicators among the keys of a record; most sheets of a run have the same keys."""
    names = (key.removesuffix(".name").partition(".") for key in keys if key.endswith(".name"))
    return tuple((table, slot) for table, _, slot in names if slot)


@functools.lru_cache(maxsize=256)
def cost_keys(form: Form, years: tuple[int, ...]) -> tuple[tuple[Row, tuple[tuple[int, str], ...]], ...]:
    """The rows of the cost table, each with its years and their keys."""
    rows = form.costs.rows
    return tuple((row, tuple((year, f"costs.{row.name}.{year}") for year in years)) for row in rows)


@functools.lru_cache(maxsize=4096)
def indicator_keys(
    table: str, slot: str, years: tuple[int, ...]
) -> tuple[str, str, tuple[tuple[int, str], ...]]:
    """The keys of an indicator: its name, its unit, its values by year."""
    key = f"{table}.{slot}"
    return f"{key}.name", f"{key}.unit", tuple((year, f"{key}.values.{year}") for year in years)


_NO_YEARS: frozenset[int] = frozenset()

_FLAGGED: Mapping[Value, bool] = {("flagged",): True, ("other",): False}
_MERGEABLE: Mapping[Value, bool] = {("yes",): True, ("no",): False}
_ROOM: Mapping[Value, bool] = {("flagged",): True, ("fine",): False}
"""What is ticked in a pair of boxes → its meaning; none and both mean nothing."""


def plain(number: Number | None) -> int | float | None:
    """A number as JSON has it: an integer where it is whole."""
    if number is None or isinstance(number, int):
        return number
    return int(number) if number == number.to_integral_value() else float(number)


def to_json(record: Record, *, cells: bool = False) -> dict[str, Any]:
    """The record with the names of the field list, ready for ``json.dumps``. Blank is None, never 0."""
    form, out = record.form, dict[str, Any]()
    out.update(file=record.file, sheet=record.sheet, form=form.id, fiscal_year=record.fiscal_year)
    for field in form.fields:
        if field.type != "group" and not field.section.startswith("summary"):
            _put_field(out, field.name, field.type, record)
    for choice in form.choices:
        _put(out, choice.name, _choice_json(record, choice))
    for table in form.indicator_tables:
        out[table.name] = [_indicator_json(i) for i in record.indicators(table.name)]
    out["costs"] = _costs_json(record, form.costs)
    for table in form.totals_tables:
        out[table.name] = {r.name: plain(record.number(f"{table.name}.{r.name}")) for r in table.rows}
    out["judgements"] = {q.number: _judgement_json(record, q.number) for q in form.questions}
    out["summary"] = {axis.key: _axis_json(record, axis.key) for axis in form.axes}
    out["summary"]["text"] = record["summary.text"]
    out["directions"] = list(record.directions)
    cell = _single(record.ticked("matrix"))
    out["matrix"] = {"cost": cell[0], "outcome": cell[1]} if cell else None
    out[form.free_text.name] = record[form.free_text.name]
    if cells:
        out["cells"] = _json_cells(record)
    return out


def _json_cells(record: Record) -> dict[str, str]:
    """The cells by the paths of the JSON: a group of boxes is also named by what it decides."""
    cells = dict(record.cells)
    for choice in record.form.choices:
        if choice.name in cells and choice.has_years:
            cells[f"{choice.name}.kind"] = cells[choice.name]
    for question in record.form.questions:
        key = f"judgements.{question.number}"
        if key in cells:
            cells[f"{key}.flagged"] = cells[key]
    return cells


def _put_field(out: dict[str, Any], name: str, kind: str, record: Record) -> None:
    if kind == "code_name":
        out[name] = {"code": record[f"{name}.code"], "name": record[f"{name}.name"], **out.get(name, {})}
        return
    _put(out, name, record[name])


def _put(out: dict[str, Any], name: str, value: Any) -> None:
    parent, _, child = name.rpartition(".")
    (out.setdefault(parent, {}) if parent else out)[child] = value


def _choice_json(record: Record, choice: Choice) -> Any:
    kind = _single(record.ticked(choice.name))
    if not choice.has_years:
        return kind
    years = {name: record[f"{choice.name}.{name}"] for name in ("start_year", "end_year")}
    return {"kind": kind, **years}


def _single(ticked: tuple[Any, ...]) -> Any:
    return ticked[0] if len(ticked) == 1 else None


def _indicator_json(indicator: Indicator) -> dict[str, Any]:
    values = {str(year): plain(value) for year, value in indicator.values.items()}
    return {"slot": indicator.slot, "name": indicator.name, "unit": indicator.unit, "values": values}


def _costs_json(record: Record, table: Table) -> dict[str, dict[str, int | float | None]]:
    return {r.name: {str(y): plain(record.cost(r.name, y)) for y in record.years} for r in table.rows}


def _judgement_json(record: Record, number: str) -> dict[str, Any]:
    question, key = record.form.question(number), f"judgements.{number}"
    out: dict[str, Any] = {
        "topic": question.topic,
        "flagged": record.flagged(number),
        "reason": record[f"{key}.reason"],
    }
    if question.mergeable:
        out["mergeable"] = record.mergeable(number)
    if question.means and record[f"{key}.means"]:
        out["means"] = record[f"{key}.means"]
    return out


def _axis_json(record: Record, key: str) -> str | None:
    options = record.form.axis_options
    return {True: options.flagged, False: options.fine, None: None}[record.axis(key)]


def from_json(form: Form, data: Mapping[str, Any]) -> Record:
    """A record from the JSON names, for examples, tests and the demo; its cells are the keys themselves."""
    values = dict(_flat(form, data))
    years = tuple(sorted(int(y) for y in next(iter(data["costs"].values()))))
    cells = {key: f"{form.title}!{key}" for key in values}
    return Record(form, data.get("file", ""), form.title, data["fiscal_year"], years, values, cells)


def _flat(form: Form, data: Mapping[str, Any]) -> Iterator[tuple[str, Value]]:
    for field in form.fields:
        yield from _flat_field(field.name, field.type, data)
    for choice in form.choices:
        yield from _flat_choice(choice, data)
    for table in form.indicator_tables:
        yield from _flat_indicators(table, data.get(table.name) or [])
    for name, row in data["costs"].items():
        yield from ((f"costs.{name}.{year}", exact(value)) for year, value in row.items())
    for table in form.totals_tables:
        figures = data.get(table.name) or {}
        yield from ((f"{table.name}.{row.name}", exact(figures.get(row.name))) for row in table.rows)
    yield from _flat_judgements(form, data["judgements"])
    for axis in form.axes:
        text = data["summary"].get(axis.key)
        yield f"summary.{axis.key}", _tuple({form.axis_options.fine: "fine"}.get(text, text and "flagged"))
    yield "directions", tuple(data["directions"])
    cell = data.get("matrix")
    yield "matrix", ((cell["cost"], cell["outcome"]),) if cell else ()
    yield form.free_text.name, data.get(form.free_text.name)


def _flat_field(name: str, kind: str, data: Mapping[str, Any]) -> Iterator[tuple[str, Value]]:
    if kind == "code_name":
        value = _held(data, name) or {}
        yield f"{name}.code", value.get("code")
        yield f"{name}.name", value.get("name")
    elif kind != "group":
        yield name, _held(data, name)


def _held(data: Mapping[str, Any], name: str) -> Any:
    parent, _, child = name.rpartition(".")
    holder = (data.get(parent) or {}) if parent else data
    return holder.get(child)


def _flat_choice(choice: Choice, data: Mapping[str, Any]) -> Iterator[tuple[str, Value]]:
    value = _held(data, choice.name)
    if not choice.has_years:
        yield choice.name, _tuple(value)
        return
    value = value or {}
    yield choice.name, _tuple(value.get("kind"))
    for name in ("start_year", "end_year"):
        yield f"{choice.name}.{name}", value.get(name)


def _flat_indicators(table: Table, items: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Value]]:
    by_slot = {item["slot"]: item for item in items}
    for slot in table.slots:
        item, key = by_slot.get(slot, {}), f"{table.name}.{slot}"
        yield f"{key}.name", item.get("name")
        yield f"{key}.unit", item.get("unit")
        yield from ((f"{key}.values.{y}", exact(v)) for y, v in item.get("values", {}).items())


def _flat_judgements(form: Form, data: Mapping[str, Any]) -> Iterator[tuple[str, Value]]:
    for question in form.questions:
        item, key = data[question.number], f"judgements.{question.number}"
        yield key, {True: ("flagged",), False: ("other",), None: ()}[item.get("flagged")]
        yield f"{key}.reason", item.get("reason")
        if question.mergeable:
            yield f"{key}.mergeable", {True: ("yes",), False: ("no",), None: ()}[item.get("mergeable")]
            yield f"{key}.means", item.get("means")


def _tuple(value: Any) -> tuple[Any, ...]:
    return () if value is None else (value,)


def exact(value: int | float | Decimal | None) -> Number | None:
    """A number without binary noise: whole numbers as int, others as Decimal to Excel's 15 digits."""
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer() and -_EXACT < value < _EXACT:
        return int(value)
    number = Decimal(format(value, ".15g")) if isinstance(value, float) else value
    return int(number) if number == number.to_integral_value() else number
