"""A form is data: one TOML file says which labels it has and what hangs on each.

The reader, the blank form, the rules' required fields and the reference all loop over the structures here.
No structure holds a cell address.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, dataclass_transform

import msgspec

from workbook import toml_lines
from workbook.errors import FormError

DEFAULT = "unnan_2017"
"""The form that is meant where none is named."""
DECIDE = "★"
"""Stands in a draft where a person must decide; a form file that still has one is refused."""
Need = Literal["must", "should", "may"]


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all parts of a form: immutable, and a key that is not listed is refused."""


class Years(Struct):
    """How many year columns a table has, and the words that tell a settled year from a planned one."""

    settled: int
    planned: int
    settled_words: list[str]
    planned_words: list[str]


class Section(Struct):
    """A stretch of the form, from its own label to the next section's."""

    name: str
    page: int
    labels: list[str] = []
    print: str = ""
    repeats: list[str] = []


class Field(Struct):
    """A label with one value. ``within`` names the field whose label it must follow."""

    name: str
    section: str
    label: str
    type: Literal["text", "code_name", "digits", "code_text", "phone", "group"] = "text"
    """``code_text`` is a text that stands to its label as the codes of the sheet do: beside or beneath."""
    aliases: list[str] = []
    value: Literal["right", "box", "section"] = "right"
    """Where the value stands: right of the label (or beneath, where nothing is free there), in a box of its
    own, or anywhere in the section that the label opens."""
    within: str = ""
    mark: str = ""
    note: str = ""
    need: Need = "may"
    digits: int = 0
    names: str = ""
    extension: str = ""
    optional: bool = False
    personal: bool = False
    choices: list[str] = []
    """What the blank form offers to choose from; anything may be typed."""

    @property
    def is_box(self) -> bool:
        """Whether the value is a text over several rows."""
        return self.value != "right"

    @property
    def is_coded(self) -> bool:
        """Whether the value stands as the codes of the sheet do: beside their labels or beneath."""
        return self.type in ("digits", "code_text")


class Row(Struct):
    """A row of the cost table; ``source`` marks a funding source (財源)."""

    name: str
    label: str
    unit: str
    aliases: list[str] = []
    source: bool = False
    optional: bool = False
    formula: Literal["", "sources", "labour", "grand_total"] = ""


class Table(Struct):
    """A table of rows × years: indicators by slot, or costs by row label.

    ``totals`` has the rows of a cost table with one figure each and no years (全体計画).
    """

    name: str
    kind: Literal["indicators", "costs", "totals"]
    section: str
    label: str
    heading: str = ""
    aliases: list[str] = []
    note: str = ""
    mark: str = ""
    slots: list[str] = []
    rows: list[Row] = []
    of: str = ""


class Option(Struct):
    """One box of a choice; ``years`` says which years are written in brackets behind it."""

    value: str
    label: str
    aliases: list[str] = []
    years: Literal["", "start", "range"] = ""
    print: str = ""


class Choice(Struct):
    """A group of boxes under one label. ``judged`` ones are asked anew each year, like the directions."""

    name: str
    section: str
    label: str
    options: list[Option]
    aliases: list[str] = []
    mark: str = ""
    note: str = ""
    judged: bool = False

    @property
    def has_years(self) -> bool:
        """Whether a box asks for years, as 事業期間 does."""
        return any(option.years for option in self.options)


class Mergeable(Struct):
    """The two boxes that follow when there is another means (question ⑥)."""

    yes: str
    no: str


class Reason(Struct):
    """The labels beside which a question's reason stands."""

    labels: list[str]


class Axis(Struct):
    """An axis of the evaluation, A–D."""

    key: str
    label: str


class AxisOptions(Struct):
    """The two boxes of an axis in the summary."""

    fine: str
    flagged: str


class Question(Struct):
    """A judgement: two boxes and a reason. ``flagged`` is the box that asks for action or explanation.

    It is printed before the other one, except with ``other_first``.
    """

    number: str
    topic: str
    axis: str
    label: str
    flagged: str
    other: str
    reason: Literal["when_flagged", "always"]
    aliases: list[str] = []
    mark: str = ""
    mergeable: Mergeable | None = None
    means: str = ""
    means_note: str = ""
    help: list[str] = []
    other_first: bool = False


class Direction(Struct):
    """A direction for next year; ``role`` is what the rules ask about."""

    value: str
    role: Literal["abolish", "suspend", "end", "reset", "merge", "improve", "keep"]
    """``end`` is 終了・廃止・休止 in one; ``improve`` without ``axis`` is an improvement of any kind."""
    axis: str = ""
    aliases: list[str] = []


class Matrix(Struct):
    """The table of cost (columns) × outcome (rows); ``forbidden`` holds (cost, outcome) pairs printed ×."""

    section: str
    cost_label: str
    outcome_label: str
    costs: list[str]
    outcomes: list[str]
    forbidden: list[tuple[str, str]] = []


class FreeText(Struct):
    """Text of a section that has no label of its own."""

    name: str
    section: str


class ProjectType(Struct):
    """A kind of project (事務事業区分), and the questions that are not asked of it."""

    key: str
    label: str
    skips: list[str] = []


class Static(Struct):
    """Texts that are printed on the form and carry no value."""

    section: str
    texts: list[str]


class Form(Struct, eq=False):  # compared and hashed by identity, so that caches can key on it
    """A whole form. Load one with `load` or `get`."""

    id: str
    title: str
    slot_marks: list[str]
    unit_heading: str
    years: Years
    sections: list[Section]
    fields: list[Field]
    tables: list[Table]
    choices: list[Choice]
    reason: Reason
    axes: list[Axis]
    axis_options: AxisOptions
    questions: list[Question]
    directions: list[Direction]
    matrix: Matrix
    free_text: FreeText
    since: int = 0
    """The first fiscal year evaluated on this form; of two forms that fit a sheet its year decides."""
    until: int = 0
    """The last one; 0: still in use."""
    project_types: list[ProjectType] = []
    statics: list[Static] = []
    layout: dict[str, Any] = {}

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Forms cross process borders by name: a record must not carry its whole form along."""
        return (_known, (self.id,)) if _KNOWN.get(self.id) is self else super().__reduce__()

    def field(self, name: str) -> Field:
        """The field of that name; KeyError when the form has none."""
        return _by_name(self)[name]

    def table(self, name: str) -> Table:
        """The table of that name; KeyError when the form has none."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)

    @property
    def costs(self) -> Table:
        """The cost table."""
        return next(table for table in self.tables if table.kind == "costs")

    @property
    def indicator_tables(self) -> list[Table]:
        """The indicator tables, in the form's order."""
        return [table for table in self.tables if table.kind == "indicators"]

    @property
    def totals_tables(self) -> list[Table]:
        """The tables of rows without years."""
        return [table for table in self.tables if table.kind == "totals"]

    @property
    def sources(self) -> list[str]:
        """Names of the funding source rows (財源), in the form's order."""
        return [row.name for row in self.costs.rows if row.source]

    def question(self, number: str) -> Question:
        """The question of that number; KeyError when the form has none."""
        for question in self.questions:
            if question.number == number:
                return question
        raise KeyError(number)

    def evaluates(self, fiscal_year: int) -> bool:
        """Whether the form was in use for that evaluated year."""
        return self.since <= fiscal_year <= (self.until or fiscal_year)

    def direction(self, value: str) -> Direction:
        """The direction of that text; KeyError when the form has none."""
        for direction in self.directions:
            if direction.value == value:
                return direction
        raise KeyError(value)


_KNOWN: dict[str, Form] = {}
"""The shipped forms that were asked for, by id."""


def _known(form_id: str) -> Form:
    return get(form_id)


@functools.cache
def _by_name(form: Form) -> dict[str, Field]:
    return {field.name: field for field in form.fields}


# The TOML uses singular array headers ([[field]]), the structure plural names (form.fields).
_ARRAYS: dict[str, tuple[str, type[Struct]]] = {
    "section": ("sections", Section),
    "field": ("fields", Field),
    "table": ("tables", Table),
    "choice": ("choices", Choice),
    "axis": ("axes", Axis),
    "question": ("questions", Question),
    "direction": ("directions", Direction),
    "project_type": ("project_types", ProjectType),
    "static": ("statics", Static),
}
_TABLES: dict[str, type[Struct]] = {
    "years": Years,
    "reason": Reason,
    "axis_options": AxisOptions,
    "matrix": Matrix,
    "free_text": FreeText,
}
_SCALARS: dict[str, Any] = {
    "id": str, "title": str, "slot_marks": list[str], "unit_heading": str, "since": int, "until": int,
}  # fmt: skip
_OPTIONAL = {"static", "layout", "project_type", "since", "until"}


def load(path: Path | str) -> Form:
    """Load a form file. Raises `FormError` with file, line and reason when it is wrong."""
    path = Path(path)
    return parse(path.read_text(encoding="utf-8"), path.name)


def parse(text: str, name: str = "form.toml") -> Form:
    """Build a form from TOML text; ``name`` is the file's name for messages."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        wrong = toml_lines.line_of_syntax_error(error, text)
        raise FormError(name, wrong, "syntax", toml_lines.shown(text, wrong)) from None
    for number, line in enumerate(text.splitlines(), 1):
        if DECIDE in line.partition("#")[0]:
            raise FormError(name, number, "to_decide", line.strip())
    form = _convert(data, text, name)
    for key, index, code, detail in _contradictions(form):
        raise FormError(name, toml_lines.line_of(text, key, index), code, detail)
    return form


def _convert(data: dict[str, Any], text: str, name: str) -> Form:
    known = {*_ARRAYS, *_TABLES, *_SCALARS, "layout"}
    parts: dict[str, Any] = {}
    for key, value in data.items():
        if key not in known:
            raise FormError(name, toml_lines.line_of(text, key), "unknown_key", _nearest(key, known))
        if key in _ARRAYS:
            plural, kind = _ARRAYS[key]
            items = value if isinstance(value, list) else [value]
            parts[plural] = [_part(item, kind, text, name, key, i) for i, item in enumerate(items)]
        elif key == "layout":
            parts[key] = value
        else:
            parts[key] = _part(value, _TABLES.get(key) or _SCALARS[key], text, name, key, 0)
    for key in known - _OPTIONAL:
        if key not in data:
            raise FormError(name, 1, "missing_key", key)
    return Form(**parts)


def _part(value: Any, kind: Any, text: str, name: str, key: str, index: int) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        inner = toml_lines.key_in_message(str(error))
        line = toml_lines.line_of(text, key, index, inner)
        raise FormError(name, line, "wrong_value", f"[{key}] {error}") from None


def _nearest(key: str, known: set[str]) -> str:
    import difflib

    near = difflib.get_close_matches(key, sorted(known), 1)
    return f"{key} → {near[0]}?" if near else key


Contradiction = tuple[str, int, str, str]


def _contradictions(form: Form) -> Iterator[Contradiction]:
    """What a single part cannot show: names used twice, references to nothing."""
    sections = {section.name for section in form.sections}
    named: dict[str, Sequence[Field | Table | Choice]] = {
        "field": form.fields,
        "table": form.tables,
        "choice": form.choices,
    }
    for key, parts in named.items():
        seen: set[str] = set()
        for i, part in enumerate(parts):
            if part.section not in sections:
                yield key, i, "unknown_section", part.section
            if part.name in seen:
                yield key, i, "name_twice", part.name
            if not part.label.strip():
                yield key, i, "empty_label", part.name
            seen.add(part.name)
    yield from _loose_references(form)


def _loose_references(form: Form) -> Iterator[Contradiction]:
    fields = {field.name for field in form.fields}
    axes = {axis.key for axis in form.axes}
    for i, field in enumerate(form.fields):
        for name in (field.within, field.names, field.extension):
            if name and name not in fields:
                yield "field", i, "unknown_field", name
    for i, question in enumerate(form.questions):
        if question.axis not in axes:
            yield "question", i, "unknown_axis", question.axis
    sections = {section.name for section in form.sections}
    for name, wanted in (("see", form.questions), ("summary", form.axes)):
        if wanted and name not in sections:
            yield "section", 0, "missing_section", name
    numbers = {question.number for question in form.questions}
    for i, kind in enumerate(form.project_types):
        for number in set(kind.skips) - numbers:
            yield "project_type", i, "unknown_question", number
    for i, table in enumerate(form.tables):
        if bool(table.heading) == (table.kind == "totals"):
            yield "table", i, "wrong_heading", table.name
        if bool(table.rows) == (table.kind == "indicators") or bool(table.slots) == bool(table.rows):
            yield "table", i, "wrong_rows", table.name
    for i, direction in enumerate(form.directions):
        if direction.axis and direction.axis not in axes:
            yield "direction", i, "unknown_axis", direction.axis
    for cost, outcome in form.matrix.forbidden:
        if cost not in form.matrix.costs or outcome not in form.matrix.outcomes:
            yield "matrix", 0, "unknown_cell", f"{cost}×{outcome}"
    if sum(table.kind == "costs" for table in form.tables) != 1:
        yield "table", 0, "one_cost_table", ""


def folder() -> Path:
    """Where the form files are: one that is put there is known, without any code."""
    return Path(__file__).with_name("forms")


def ids() -> list[str]:
    """The ids of the forms that are shipped, by name."""
    return list(_shipped(folder()))


@functools.cache
def _shipped(where: Path) -> tuple[str, ...]:
    names = (entry.name for entry in where.iterdir())
    return tuple(sorted(n.removesuffix(".toml") for n in names if n.endswith(".toml") and "sample" not in n))


@functools.cache
def get(form_id: str) -> Form:
    """A shipped form by its id; KeyError when there is none of that id."""
    if form_id not in ids():
        raise KeyError(form_id)
    entry = folder() / f"{form_id}.toml"
    _KNOWN[form_id] = parse(entry.read_text(encoding="utf-8"), entry.name)
    return _KNOWN[form_id]
