"""What a project is recognised by over files, years and masters: id, codes, name, section.

People type names and codes by hand, so all is compared without width, case and spaces, and codes without
their leading zeros, which Excel takes away from a CSV that it opens.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from workbook.notation import fold
from workbook.record import Record

T = TypeVar("T")

BUDGET = ("account", "kan", "kou", "moku", "major", "minor")
"""The levels of 予算科目 from the top: 会計, 款, 項, 目, 大事業, 中事業."""
LEVELS = ("policy", "measure", "basic_program")
"""政策, 施策, 基本事業: the fields of a sheet that have a code and a name, from the top."""
Section = tuple[str, str]
"""部 and 課, folded."""
Budget = tuple[str, ...]
"""The codes of one 予算科目 from 会計 down, as `code_key` gives them; what is not told is empty."""

SIMILAR = 0.5
"""How alike two names must be for the same 予算科目 to be taken as the same project under a new name."""


def code_key(code: str | None) -> str:
    """A code for comparison.

    >>> code_key("０５"), code_key("5"), code_key("Ⅰ"), code_key("000"), code_key(None)
    ('5', '5', 'I', '0', '')
    """
    folded = fold(code or "")
    return (folded.lstrip("0") or "0") if folded.isdecimal() else folded


@dataclasses.dataclass(slots=True, frozen=True)
class Identity:
    """A project as one source tells it; everything folded, what is not told is empty."""

    id: str
    name: str
    section: Section
    budget: Budget = ()
    """Of the first budget line, where there are several."""
    measure: str = ""

    @property
    def whole_budget(self) -> Budget:
        """The budget codes where all of them are told; else empty."""
        return self.budget if len(self.budget) == len(BUDGET) and all(self.budget) else ()


def section_key(department: str | None, division: str | None) -> Section:
    """A section for comparison.

    >>> section_key("総務部", "情報　政策課 ")
    ('総務部', '情報政策課')
    """
    return fold(department or ""), fold(division or "")


def of_record(record: Record) -> Identity:
    """The identity of a sheet."""
    return of_values(record.text, "budget.", "measure.code")


def of_head(head: Mapping[str, Any]) -> Identity:
    """The identity of a row of the table ``projects``."""

    def text(name: str) -> str:
        value = head.get(name)
        return value if isinstance(value, str) else ""

    return of_values(text, "budget_", "measure_code")


def of_values(text: Callable[[str], str], budget: str, measure: str) -> Identity:
    """The identity from a function that gives the text of a field."""
    first = ((text(f"{budget}{part}").split() or [""])[0] for part in BUDGET)
    return Identity(
        code_key(text("project_id")),
        fold(text("project_name")),
        section_key(text("department"), text("division")),
        tuple(map(code_key, first)),
        code_key(text(measure)),
    )


class Index(Generic[T]):
    """Finds what belongs to a project among many, the surest way first; never one of several by chance."""

    def __init__(self, items: Iterable[tuple[Identity, T]]) -> None:
        self.items = list(items)
        self._by: dict[tuple[str, Any], list[int]] = defaultdict(list)
        for number, (identity, _) in enumerate(self.items):
            for key in _keys(identity, [identity.section]):
                self._by[key].append(number)

    def find(self, wanted: Identity, sections: Iterable[Section] = ()) -> T | None:
        """The one item that is the same project; None where there is none, or no way to tell which.

        ``sections`` are further names of the project's section: what it was called before.
        """
        number = self.number_of(wanted, sections)
        return None if number is None else self.items[number][1]

    def number_of(self, wanted: Identity, sections: Iterable[Section] = ()) -> int | None:
        """Like `find`, the number of the item."""
        for key in _keys(wanted, [wanted.section, *sections]):
            found = [n for n in self._by.get(key, ()) if self._may_be(wanted, n, key[0])]
            if len(found) == 1:
                return found[0]
            if found and key[0] == "id":
                return None
        return None

    def _may_be(self, wanted: Identity, number: int, way: str) -> bool:
        other = self.items[number][0]
        if wanted.id and other.id and wanted.id != other.id:
            return False
        if way == "name":  # two sections may each have a project of that name
            return not (wanted.whole_budget and other.whole_budget) or wanted.section == other.section
        return way != "renamed" or alike(wanted.name, other.name) >= SIMILAR


def alike(a: str, b: str) -> float:
    """How alike two folded texts are, 0 to 1."""
    return difflib.SequenceMatcher(None, a, b, autojunk=False).ratio()


def _keys(identity: Identity, sections: Iterable[Section]) -> Iterable[tuple[str, Any]]:
    """What an item is looked up by, the surest first."""
    if identity.id:
        yield "id", identity.id
    budget, places = identity.whole_budget, list(dict.fromkeys(sections))
    if identity.name:
        if budget:
            yield "budget", (budget, identity.measure, identity.name)
            yield "line", (budget, identity.name)
        for place in places:
            yield "place", (place, identity.name)
        for _, division in places:
            if division:
                yield "division", (division, identity.name)
        yield "name", identity.name
    if budget:
        for place in places:
            yield "renamed", (budget, place)
