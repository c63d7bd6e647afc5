"""What can be rolled up: the rows of the cost table, the number of projects, indicators."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence
from typing import Literal

from evalxl import texts
from evalxl.errors import UsageError
from evalxl.rolling.fields import split
from evalxl.summary.summarise import items
from evalxl.tables import SheetRows
from workbook.notation import fold
from workbook.summary.model import Item

PROJECTS = "projects"
DEFAULT = "project_total"

Kind = Literal["cost", "count", "indicator"]


@dataclasses.dataclass(frozen=True, slots=True)
class Value:
    """One figure: ``name`` as typed and printed, ``title`` for people."""

    name: str
    title: str
    unit: str
    kind: Kind = "cost"
    rows: tuple[tuple[str, str], ...] = ()
    """Of an indicator: the (family, slot) or (family, folded name) that belong to it."""


def resolve(names: Iterable[str], sheets: Sequence[SheetRows]) -> list[Value]:
    """The values that these names mean; a row's label or title goes too.

    An indicator is ``FAMILY.SLOT`` (``outcome_indicators.ア``) or ``indicator:NAME``. Figures of different
    units are never added up: such a name becomes one value for each unit met.

    Raises `UsageError` with the nearest names for one that is unknown.
    """
    rows = items(sheets)
    words = _dictionary(rows, sheets)
    found: list[Value] = []
    typed = [part for name in names for part in ([name] if _NAMED.fullmatch(name) else split([name]))]
    for name in typed:
        values = [words[fold(name)]] if fold(name) in words else _indicator(name, sheets)
        if not values:
            told = {
                "titles": "、".join(item.title for item in rows),
                "names": ", ".join([PROJECTS, *(i.name for i in rows)]),
            }
            raise UsageError.unknown(texts.UNKNOWN_VALUE, name, _shown(rows, sheets), **told)
        found += [value for value in values if value not in found]
    return found


def count() -> Value:
    """How many projects have any figure in the year."""
    return Value(PROJECTS, "事業数", "件", "count")


def _dictionary(rows: Sequence[Item], sheets: Sequence[SheetRows]) -> dict[str, Value]:
    words = {PROJECTS: count(), "事業数": count(), "count": count()}
    for item in rows:
        value = Value(item.name, item.title, item.unit)
        words |= {item.name: value, item.title: value, f"costs.{item.name}": value}
    for form in {sheet.form.id: sheet.form for sheet in sheets}.values():
        for row in form.costs.rows:
            words |= dict.fromkeys((row.label, *row.aliases), words[row.name])
    return {fold(word): value for word, value in words.items()}


_NAMED = re.compile(r"(?:indicator|指標)\s*[:：]\s*(?P<name>.+)", re.IGNORECASE)


def _indicator(name: str, sheets: Sequence[SheetRows]) -> list[Value]:
    """The values of an indicator, one a unit, in the order they are met."""
    wanted = fold(name)
    named = _NAMED.fullmatch(name)
    title = fold(named["name"]) if named else None
    units: dict[str, tuple[str, str]] = {}
    for sheet in sheets:
        for family, slot, label, unit, *_ in sheet.indicators:
            if fold(label or "") == title if title else fold(f"{family}.{slot}") == wanted:
                units.setdefault(fold(unit or ""), (family, unit or ""))
    several = len(units) > 1
    return [
        Value(
            f"{name}[{unit}]" if several else name,
            named["name"] if named else name,
            unit,
            "indicator",
            (("name", title) if title else ("slot", wanted), ("unit", key)),
        )
        for key, (_, unit) in units.items()
    ]


def matches(value: Value, family: str, slot: str, label: str | None, unit: str | None) -> bool:
    """Whether an indicator's row belongs to the value."""
    (how, wanted), (_, of_unit) = value.rows
    found = fold(label or "") if how == "name" else fold(f"{family}.{slot}")
    return found == wanted and fold(unit or "") == of_unit


def _shown(rows: Sequence[Item], sheets: Sequence[SheetRows]) -> list[str]:
    slots = {f"{row[0]}.{row[1]}": None for sheet in sheets for row in sheet.indicators}
    return [PROJECTS, *(item.name for item in rows), *(item.title for item in rows), *slots]
