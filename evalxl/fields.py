"""The reference of fields: every name of a record, with its label on the form, from the form's own file."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from evalxl import texts
from evalxl.rules.registry import Lang
from evalxl.terminal import coloured, padded, width
from evalxl.texts import Text
from workbook.form import Form


@dataclasses.dataclass(slots=True, frozen=True)
class Line:
    """One name of a record."""

    name: str
    """As ``read --json`` has it; ``YEAR`` and ``SLOT`` stand for any year and slot."""
    label: str
    kind: str
    """``text``, ``code``, ``number``, ``year``, ``tick`` or ``list``."""
    unit: str = ""
    values: tuple[str, ...] = ()
    """What it can be, where that is a closed list."""


def lines(form: Form) -> Iterator[Line]:
    """All names that a record of this form has, in the record's order."""
    yield Line("fiscal_year", texts.EVALUATED_YEAR.ja, "year")
    yield from _fields(form)
    for choice in form.choices:
        values = tuple(option.value for option in choice.options)
        if not choice.has_years:
            yield Line(choice.name, choice.label, "tick", values=values)
            continue
        yield Line(f"{choice.name}.kind", choice.label, "tick", values=values)
        yield Line(f"{choice.name}.start_year", choice.label, "year")
        yield Line(f"{choice.name}.end_year", choice.label, "year")
    for table in form.indicator_tables:
        slots = tuple(table.slots)
        yield Line(f"{table.name}.slot", table.label, "text", values=slots)
        yield Line(f"{table.name}.name", table.label, "text")
        yield Line(f"{table.name}.unit", form.unit_heading, "text")
        yield Line(f"{table.name}.values.YEAR", table.label, "number")
    for row in form.costs.rows:
        yield Line(f"{form.costs.name}.{row.name}.YEAR", row.label, "number", row.unit)
    for table in form.totals_tables:
        for row in table.rows:
            yield Line(f"{table.name}.{row.name}", f"{table.label} {row.label}", "number", row.unit)
    yield from _evaluation(form)


def _fields(form: Form) -> Iterator[Line]:
    for field in form.fields:
        if field.type == "code_name":
            yield Line(f"{field.name}.code", field.label, "code")
            yield Line(f"{field.name}.name", field.label, "text")
        elif field.type != "group":
            yield Line(field.name, field.label, "code" if field.type == "digits" else "text")


def _evaluation(form: Form) -> Iterator[Line]:
    for question in form.questions:
        name, label = f"judgements.{question.number}", f"{question.mark}{question.label}"
        yield Line(f"{name}.flagged", label, "tick", values=(question.flagged, question.other))
        yield Line(f"{name}.reason", label, "text")
        yield Line(f"{name}.topic", label, "text", values=(question.topic,))
        if question.mergeable:
            both = (question.mergeable.yes, question.mergeable.no)
            yield Line(f"{name}.mergeable", label, "tick", values=both)
    for axis in form.axes:
        both = (form.axis_options.fine, form.axis_options.flagged)
        yield Line(f"summary.{axis.key}", f"{axis.key} {axis.label}", "tick", values=both)
    directions = tuple(direction.value for direction in form.directions)
    yield Line("directions", texts.DIRECTIONS.ja, "list", values=directions)
    yield Line("matrix.cost", form.matrix.cost_label, "tick", values=tuple(form.matrix.costs))
    yield Line("matrix.outcome", form.matrix.outcome_label, "tick", values=tuple(form.matrix.outcomes))
    yield Line(form.free_text.name, texts.FREE_TEXT.ja, "text")


KINDS = {
    "text": Text("文字", "text"),
    "code": Text("コード", "code"),
    "number": Text("数値", "number"),
    "year": Text("年度", "year"),
    "tick": Text("選択", "choice"),
    "list": Text("複数選択", "choices"),
}


def to_json(form: Form) -> list[dict[str, Any]]:
    """The reference as data."""
    return [dataclasses.asdict(line) for line in lines(form)]


def shown(form: Form, lang: Lang) -> Iterator[str]:
    """The reference as aligned columns: name, kind, label."""
    found = list(lines(form))
    columns = max(width(line.name) for line in found) + 2
    kinds = max(width(kind.of(lang)) for kind in KINDS.values()) + 2
    yield coloured(f"{form.title} ({form.id})", "head")
    for line in found:
        kind = KINDS[line.kind].of(lang)
        unit = f" [{line.unit}]" if line.unit else ""
        values = f": {' / '.join(line.values)}" if line.values else ""
        yield f"{padded(line.name, columns)}{padded(kind, kinds)}{line.label}{unit}{values}"
