"""What is left out before anything else sees a record: officials' names and phones, and what the city names.

All that is published is made from redacted records, so that no template or table can let slip what is left
out here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from workbook.form import Form
from workbook.record import Record


def personal(form: Form) -> list[str]:
    """The names of the form's personal fields."""
    return [field.name for field in form.fields if field.personal]


def known(form: Form) -> set[str]:
    """All names that can be left out: fields, tables, cost rows, judgements, and what holds them."""
    names = {field.name for field in form.fields} | {table.name for table in form.tables}
    names |= {choice.name for choice in form.choices} | {form.free_text.name}
    names |= {f"{form.costs.name}.{row.name}" for row in form.costs.rows}
    for question in form.questions:
        names |= {f"judgements.{question.number}", f"judgements.{question.number}.reason"}
    names |= {f"summary.{axis.key}" for axis in form.axes}
    return names | {"directions", "matrix", "summary", "summary.text", "judgements"}


def is_left_out(key: str, names: Iterable[str]) -> bool:
    """Whether a flat key is one of the names or beneath one.

    >>> is_left_out("costs.general.2017", ["costs.general"]), is_left_out("phone", ["contact_name"])
    (True, False)
    """
    return any(key == name or key.startswith(f"{name}.") for name in names)


def redacted(record: Record, leave_out: Sequence[str]) -> Record:
    """A copy without personal fields and without what ``leave_out`` names; their cells go, too."""
    names = [*personal(record.form), *leave_out]
    kept = {key: value for key, value in record.values.items() if not is_left_out(key, names)}
    cells = {key: cell for key, cell in record.cells.items() if not is_left_out(key, names)}
    answered = frozenset(key for key in record.answered if not is_left_out(key, names))
    return dataclasses.replace(record, values=kept, cells=cells, answered=answered, issues=[])
