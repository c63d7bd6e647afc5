"""A form file for a form that is not known, guessed from a sheet. A person decides what is marked.

What the sheet shares with a known form (labels, tables, boxes) is taken from there, in the sheet's own
numbers: slots, years, rows, questions. What reads like a label and is none that is known stands at the end as
a field to name or to delete. ``★`` stands where only a person can say; the loader refuses a file with any.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from workbook.form import DECIDE, Direction, Field, Form, Question, Static, Struct, Table
from workbook.grid import Spot
from workbook.labels import Meaning, vocabulary
from workbook.locating import PageLayout, TablePlace
from workbook.notation import fold, read_tick, tidy, year_candidates
from workbook.seeing import SeenSheet

_TITLE = re.compile(r"(シート|評価表|評価票|調書|個票)$")
_LONGEST_LABEL = 24
_MARKED = re.compile(r"^[①-⑳]")


def draft(sheets: Sequence[SeenSheet]) -> str:
    """The TOML of a draft. Empty where no sheet has anything in common with a known form."""
    sheets = [sheet for sheet in sheets if sheet.form and sheet.layouts]
    if not sheets:
        return ""
    base = max(sheets, key=lambda sheet: sheet.found).form
    assert base is not None
    own = [sheet for sheet in sheets if sheet.form is base]
    return "\n".join(_Draft(base, own).lines())


@dataclasses.dataclass(slots=True)
class _Draft:
    base: Form
    sheets: list[SeenSheet]

    def lines(self) -> Iterator[str]:
        base = self.base
        yield f"# {DECIDE} の箇所は、人が決めて書き直すか、要らなければその表ごと消してください。"
        yield f"# 「{base.title}」（{base.id}）に近い様式として下書きしました。"
        yield ""
        yield f'id = "{DECIDE}"            # 市と年度の名前（例: city_2024）。ファイル名も同じにします'
        yield f"title = {_value(self._title())}"
        yield f"slot_marks = {_value(self._slots() or base.slot_marks)}"
        yield f"unit_heading = {_value(base.unit_heading)}"
        yield from self._years()
        for key, parts in self._parts():
            for part in parts:
                yield from _block(f"[[{key}]]", part)
        for key in ("reason", "axis_options", "matrix", "free_text"):
            yield from _block(f"[{key}]", getattr(base, key))
        renamed = self._renamed()
        for field, (cell, text) in renamed:
            yield ""
            yield f"# {cell}「{text}」が「{field.label}」なら、label に書きます。なければ表ごと消します。"
            yield from list(_block("[[field]]", msgspec.structs.replace(field, label=DECIDE)))[1:]
        yield from self._unknown({fold(text) for _, (_, text) in renamed})

    def _parts(self) -> Iterator[tuple[str, Iterable[Struct]]]:
        base, here = self.base, self._meant()
        yield "section", [s for s in base.sections if not s.labels or ("section", s.name) in here]
        yield "field", self._fields(here)
        yield "table", [self._table(t) for t in base.tables if ("table", t.name) in here]
        yield "choice", [c for c in base.choices if ("choice", c.name) in here]
        yield "project_type", self._types()
        yield "axis", [axis for axis in base.axes if ("axis", axis.key) in here]
        yield "question", self._questions(here)
        yield "direction", self._directions()
        yield "static", self._statics(here)

    # ---- what stands on the sheets -------------------------------------------------------------------------

    def _layouts(self) -> Iterator[PageLayout]:
        for sheet in self.sheets:
            yield from sheet.layouts

    def _texts(self) -> Iterator[tuple[SeenSheet, Spot, str]]:
        for sheet in self.sheets:
            for spot, value in sorted(sheet.grid.cells.items()):
                if isinstance(value, str) and (text := tidy(value)):
                    yield sheet, spot, text

    def _meant(self) -> set[tuple[str, str]]:
        """Kind and name of every label that stands on the sheets."""
        recognise = vocabulary(self.base).recognise
        labels = [label for _, _, text in self._texts() if (label := recognise(text))]
        found = {(m.kind, m.name) for label in labels for m in label.meanings}
        return found | {(m.kind, m.name) for label in labels for option in label.options for m in option}

    def _places(self) -> Iterator[TablePlace]:
        for layout in self._layouts():
            yield from layout.tables

    def _title(self) -> str:
        titles = (text for _, spot, text in self._texts() if spot[0] < 8 and _TITLE.search(fold(text)))
        return next(titles, self.base.title)

    def _slots(self) -> list[str]:
        rows = (row.name for place in self._places() if place.table.slots for row in place.rows)
        return list(dict.fromkeys(rows))

    def _fields(self, here: set[tuple[str, str]]) -> list[Field]:
        """The fields whose labels stand there, and those that they name."""
        found = [f for f in self.base.fields if ("field", f.name) in here]
        named = {name for field in found for name in (field.names, field.extension, field.within)}
        return [f for f in self.base.fields if f in found or f.name in named]

    # ---- guesses -------------------------------------------------------------------------------------------

    def _years(self) -> Iterator[str]:
        """How many columns are settled, by the words over them."""
        years, words = self.base.years, vocabulary(self.base).settled
        heads = next((p.headings for p in self._places() if p.table.kind == "costs"), ())
        settled = sum(heading.phase in words for heading in heads)
        yield ""
        yield "[years]"
        told = bool(settled)
        comment = (
            "" if told else f"   # {DECIDE} 見出しに実績・決算の文字がありません。列の数を確かめてください"
        )
        yield f"settled = {settled or max(1, len(heads) - years.planned) or years.settled}{comment}"
        yield f"planned = {len(heads) - settled if told else years.planned}"
        yield f"settled_words = {_value(years.settled_words)}"
        yield f"planned_words = {_value(years.planned_words)}"

    def _table(self, table: Table) -> Table:
        place = next((p for p in self._places() if p.table is table), None)
        if place is None:
            return table
        names = [row.name for row in place.rows]
        if table.slots:
            return msgspec.structs.replace(table, slots=list(dict.fromkeys(names)))
        return msgspec.structs.replace(table, rows=[row for row in table.rows if row.name in names])

    def _types(self) -> list[Struct]:
        here = {question.number for question in self.base.questions if question.number in self._numbers()}
        return [
            msgspec.structs.replace(k, skips=[n for n in k.skips if n in here])
            for k in self.base.project_types
        ]

    def _numbers(self) -> set[str]:
        return {name for kind, name in self._meant() if kind == "question"}

    def _questions(self, here: set[tuple[str, str]]) -> Iterator[Question]:
        """Known questions, numbered as the sheet marks them; unknown ones with their boxes."""
        section = self._rows_of("see")
        for question in self.base.questions:
            if ("question", question.number) in here:
                yield self._numbered(question)
        recognise = vocabulary(self.base).recognise
        for sheet, spot, text in self._texts():
            inside = (sheet.grid.name, spot[0]) in section and len(text) <= _LONGEST_LABEL
            if inside and _MARKED.match(text) and recognise(text) is None:
                yield self._new_question(sheet, spot, text)

    def _numbered(self, question: Question) -> Question:
        words = vocabulary(self.base)
        meaning = Meaning("question", question.number, "see")
        for _, _, text in self._texts():
            label = words.recognise(text)
            if label and meaning in label.meanings and _MARKED.match(text):
                return msgspec.structs.replace(question, mark=text[0], number=str(ord(text[0]) - 0x245F))
        return question

    def _new_question(self, sheet: SeenSheet, spot: Spot, text: str) -> Question:
        boxes = self._boxes(sheet, spot[0], spot[0] + 4)
        flagged, other = [*boxes, DECIDE, DECIDE][:2]
        return Question(
            number=str(ord(text[0]) - 0x245F), topic=DECIDE, axis=DECIDE, mark=text[0],
            label=text[1:].strip(), flagged=flagged, other=other, reason="always",
        )  # fmt: skip

    def _directions(self) -> Iterator[Direction]:
        """The ticked words of the section: known ones with their role, others to be decided."""
        known = {fold(text): d for d in self.base.directions for text in (d.value, *d.aliases)}
        found: dict[str, Direction] = {}
        rows = self._rows_of("plan")
        for sheet in self.sheets:
            for row in sorted(row for name, row in rows if name == sheet.grid.name):
                for text in self._boxes(sheet, row, row):
                    plain = Direction(value=text, role="keep", axis=DECIDE)  # the axis marks it
                    found.setdefault(fold(text), known.get(fold(text), plain))
        return iter(found.values() or self.base.directions)

    def _boxes(self, sheet: SeenSheet, first: int, last: int) -> list[str]:
        """Texts with a tick before them in their cell or in the cell to the left."""
        out = []
        for (row, column), value in sorted(sheet.grid.cells.items()):
            if not (first <= row <= last and isinstance(value, str)):
                continue
            before = [c for c, v in sheet.grid.rows.get(row, []) if c < column]
            left = sheet.grid.cells.get((row, before[-1])) if before else None
            if match := re.fullmatch(r"\s*[□■☐☑☒]\s*(\S[^□■☐☑☒]*)", value):
                out.append(match[1].strip())
            elif left is not None and read_tick(left) and not read_tick(value):
                out.append(value.strip())
        return out

    def _rows_of(self, name: str) -> set[tuple[str, int]]:
        """Sheet and row of a section, from its label to the next section's."""
        recognise = vocabulary(self.base).recognise
        out: set[tuple[str, int]] = set()
        for sheet in self.sheets:
            starts = [
                (spot[0], meaning.name)
                for own, spot, text in self._texts()
                if own is sheet and (label := recognise(text))
                for meaning in label.meanings
                if meaning.kind == "section"
            ]
            end = max((spot[0] for spot in sheet.grid.cells), default=0) + 1
            for row, section in starts:
                after = min((r for r, other in starts if r > row and other != section), default=end)
                if section == name:
                    out |= {(sheet.grid.name, r) for r in range(row, after)}
        return out

    def _statics(self, here: set[tuple[str, str]]) -> Iterator[Static]:
        sections = {s.name for s in self.base.sections if not s.labels or ("section", s.name) in here}
        yield from (static for static in self.base.statics if static.section in sections)

    def _renamed(self) -> list[tuple[Field, tuple[str, str]]]:
        """Known fields that are nowhere, and the cell and text nearest to their label.

        In a form that nobody has filled in, such a text would pass for the value of the label before it.
        """
        near = {lack.label: lack.near[0] for sheet in self.sheets for lack in sheet.missing() if lack.near}
        here = self._meant()
        lost = (field for field in self.base.fields if ("field", field.name) not in here)
        return [(field, near[field.label]) for field in lost if field.label in near]

    def _unknown(self, told: set[str]) -> Iterator[str]:
        """What reads like a label, left of a cell or over one, belongs to no known one and is not told."""
        recognise = vocabulary(self.base).recognise
        for sheet in self.sheets:
            typed = {cell.cell for cell in sheet.cells() if cell.role in ("value", "tick")}
            for spot, text in [(spot, text) for own, spot, text in self._texts() if own is sheet]:
                place = sheet.grid.place(spot)
                short = len(text) <= _LONGEST_LABEL and not re.search(r"[。、\d]", fold(text))
                wordy = len(_plain(text)) >= 2 and not year_candidates(fold(text))
                if place in typed or not (short and wordy) or recognise(text) or _MARKED.match(text):
                    continue
                titled = any(fold(text) in fold(title) for title in (self._title(), self.base.title))
                if titled or fold(text) in told:
                    continue
                yield ""
                yield f"# {place}: 見出しなら name と section を決めます。見出しでなければこの表を消します。"
                field = Field(
                    name=DECIDE, section=self._section_of(sheet, spot[0]), label=text, optional=True
                )
                yield from list(_block("[[field]]", field))[1:]

    def _section_of(self, sheet: SeenSheet, row: int) -> str:
        for section in self.base.sections:
            if section.labels and (sheet.grid.name, row) in self._rows_of(section.name):
                return section.name
        return self.base.sections[0].name


def _plain(text: str) -> str:
    """A text without what is printed around a number that is typed: （　年度～）."""
    return re.sub(r"年度?|[^\w]", "", fold(text))


def _block(head: str, part: Struct) -> Iterator[str]:
    """A part as a TOML table; what is as usual is left out."""
    yield ""
    yield head
    for name, value in _settings(part):
        mark = f"   # {DECIDE} 決めてください" if value == DECIDE else ""
        yield f"{name} = {_value(value)}{mark}"


def _settings(part: Struct) -> Iterator[tuple[str, Any]]:
    for field in msgspec.structs.fields(part):
        value = getattr(part, field.name)
        usual = field.default
        if usual is msgspec.NODEFAULT and field.default_factory is not msgspec.NODEFAULT:
            usual = field.default_factory()
        if value != usual and value is not None:
            yield field.name, value


def _value(value: Any) -> str:
    """A value as TOML; parts within parts as inline tables."""
    if isinstance(value, Struct):
        return "{ " + ", ".join(f"{name} = {_value(inner)}" for name, inner in _settings(value)) + " }"
    if isinstance(value, (list, tuple)):
        if value and isinstance(value[0], Struct):
            return "[\n" + "".join(f"  {_value(item)},\n" for item in value) + "]"
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)
