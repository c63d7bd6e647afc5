"""Recognise a form's labels in single cells, however they are spelled. No positions here.

A `Label` holds only what is printed, not what is typed: "■ 結びついている" and "□ 結びついている" give the
same label, so that sheets of one layout have the same labels at the same places. What is typed in the label's
own cell (an inline value, a glyph, the years behind an option) is read by `inline_value` and `option_parts`.
"""

from __future__ import annotations

import datetime
import functools
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from workbook import notation
from workbook.form import Form
from workbook.kept import Kept
from workbook.notation import CIRCLES, OFF, ON, YEAR, fold
from workbook.record import exact


class Meaning(NamedTuple):
    """What a label is: its kind, the name of the thing, the section in which it counts ("" for any)."""

    kind: str
    name: str
    section: str


class Label:
    """What is printed in a cell. Interned: equal labels are the same object, so they compare by identity."""

    __slots__ = (
        "inline", "is_heading", "is_phase", "is_unit", "meanings", "options", "phase", "slot", "year",
    )  # fmt: skip

    def __init__(
        self,
        meanings: tuple[Meaning, ...] = (),
        *,
        inline: bool = False,
        options: tuple[tuple[Meaning, ...], ...] = (),
        year: str = "",
        phase: str = "",
        slot: str = "",
    ) -> None:
        self.meanings = meanings
        self.is_unit = bool(meanings) and meanings[0].kind == "unit"
        """単位, which heads a column."""
        self.is_heading = self.is_unit or bool(year or phase)
        """単位, a year or 実績 and the like, as they head columns of figures."""
        self.inline = inline
        """A value stands behind the label in the same cell."""
        self.options = options
        """The boxes in the cell, each with all that it can mean."""
        self.year = year
        """A year heading, folded."""
        self.is_phase = bool(phase) and not year
        """A word of a phase without its year."""
        self.phase = phase
        """実績, 決算, 計画 … alone in a cell."""
        self.slot = slot
        """A slot mark of an indicator table."""


class OptionPart(NamedTuple):
    """One box in a cell: its glyph ("" for none) and what stands in brackets behind it, both folded."""

    glyph: str
    behind: str


_GLYPH = "".join(sorted(ON | OFF | CIRCLES))
_G = rf"[{_GLYPH}]|\([{_GLYPH}]?\)|\[[{_GLYPH}]?\]"
_MARK = re.compile(
    r"(?:[①-⑳■□◆◇●○◎※*・▼▽]|\(\d{1,2}\)|\d{1,2}[.:)]?|\([ア-ン]\)|[ア-ン][.:)]|[A-D][.:)]?|[IVX]+[.:)])"
)
_NOTE = re.compile(r"(?:\+?\([^()]*(?:\([^()]*\)[^()]*)*\)|[:;*※?。⇒])+$")
_HEADING_NOTE = re.compile(r"(?:【[^】]*】|《[^》]*》|<[^>]*>|\[[^\]]*\])$")
"""【DO】 behind a section's heading. Behind other labels such brackets are what somebody typed."""
_NUMBER = r"(?:[①-⑳]|\(\d{1,2}\)|\d{1,2}[.)]?)?"
"""☑ 1 廃止"""
_BEHIND = (
    rf"(?:\((?![{_GLYPH}]?\))(?:[^()]|\([^()]*\))*\)|:(?=\S)|[年度月~\-\d元平成令和昭和HSR]+|から|まで)*"
)
_BEFORE = frozenset("0123456789①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳■□◆◇●○◎※*▼▽([【<{/、,|元ABCDIVXRHSTM" + _GLYPH)
"""What may stand before a label, as its mark, its tick or a year: then all of the text is looked at."""
_BEHIND_LETTER = frozenset(".:)")
"""Behind a letter as its mark: ア."""
_FIGURE = re.compile(r"\d+(?:,\d+)+|\d{3}|\d{5,}")
"""What is no year, and a label only where the form prints that very figure."""
_FIRST = 4
"""Letters by which texts are told apart from labels at once."""
_BEGINNING = 24
"""Characters that hold these letters, however they are spaced."""
_OPENING, _CLOSING = frozenset("(【<《[「"), frozenset(")】>》]」")
_SLOT = re.compile(r"[(\[]?(.)[)\]]?[.:、]?")
"""A slot mark alone in its cell, folded."""
_SLOT_HEAD = re.compile(r"\s*[(（\[［〔]?\s*(\S)\s*(?:[)）\]］〕]\s*)?[.．:：、・]?\s*")
"""A slot mark before the name of an indicator."""
ESTIMATE = "見込"
"""Behind 決算 or 実績: of the evaluated year before its books are closed, or of the year after it."""
_DECOR = re.compile(
    r"[()\[\]<>※*・,、/み額値後末]|千円|円|年度|分|当初|補正|最終|現計|現年|実施|事業|修正|変更|要求|査定|概算|FY"
)
"""What may stand about a year in a heading."""
_LONGEST = 400
_LONGEST_HEADING = 24
_DAYS = range(32_000, 74_000)
"""The days of 1987 to 2102 as Excel counts them: far more than any number of a year."""
_INLINE_HEAD = 60
_SHORTEST_PREFIX = 6


class _Labels(Kept[str, Label | None]):
    """Labels by the texts of their cells. Of a long text, which is not kept, one with its value at most."""

    def __missing__(self, text: str) -> Label | None:
        if len(text) <= _LONGEST:
            return super().__missing__(text)
        label = self[text[:_LONGEST]]
        return label if label and label.inline else None


class Vocabulary:
    """All labels of one form, ready for look-up by folded text."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.exact: dict[str, list[Meaning]] = defaultdict(list)
        self.options: dict[str, list[Meaning]] = defaultdict(list)
        self.inline: set[str] = set()
        self.dated: list[tuple[re.Pattern[str], Meaning]] = []
        self.before_years: list[str] = []
        """What stands before the year in labels that have one."""
        self.statics: list[tuple[str, Meaning]] = []
        for label, meaning, inline in _labels(form):
            self._add(label, meaning, inline)
        for label, meaning in _options(form):
            self.options[fold(label)].append(meaning)
        self._compile(form)

    def _add(self, label: str, meaning: Meaning, inline: bool) -> None:
        if "{" in label:
            pattern = re.escape(fold(label)).replace(r"\{EVALUATED\}", YEAR).replace(r"\{PLANNED\}", YEAR)
            self.dated.append((re.compile(pattern), meaning))
            self.before_years.append(fold(label).partition("{")[0])
            return
        folded = fold(label)
        for text in {folded, _NOTE.sub("", folded)}:
            if text and meaning not in self.exact[text]:
                self.exact[text].append(meaning)
                if inline:
                    self.inline.add(text)
        if meaning.kind == "static" and len(folded) >= _SHORTEST_PREFIX:
            self.statics.append((folded, meaning))

    def _compile(self, form: Form) -> None:
        self.settled = {fold(word) for word in form.years.settled_words}
        self.estimates = {f"{word}{ESTIMATE}" for word in self.settled}
        words = self.settled | self.estimates | set(map(fold, form.years.planned_words))
        phases = "|".join(sorted(words, key=len, reverse=True))
        # A year heading says 年, an era or a phase; a bare number may be anything.
        self.year = re.compile(
            rf"(?=.*(?:年|元|[MTSHR]\.?\d|{phases})){YEAR}"
            rf"[(\[<]?(?P<phase>{phases})?(?:見込)?み?(?:額|値)?[)\]>]?"
        )
        self.phase = re.compile(rf"[(\[<]?({phases})み?(?:額|値)?[)\]>]?")
        self.phase_word = re.compile(phases)
        options = "|".join(re.escape(o) for o in sorted(self.options, key=len, reverse=True))
        self.box = re.compile(rf"(?:[①-⑳]|\(\d\))?[・/、,|]?(?:{_G})?{_NUMBER}(?:{options})")
        self.leading = re.compile(rf"[・/、,|]?(?P<g>{_G})?{_NUMBER}(?P<o>{options})(?P<b>{_BEHIND})")
        self.trailing = re.compile(rf"[・/、,|]?{_NUMBER}(?P<o>{options})(?P<b>{_BEHIND})(?P<g>{_G})?")
        groups = [
            text for text, meant in self.exact.items() if meant[0].kind in ("axis", "question", "choice")
        ]
        before = "|".join(re.escape(text) for text in sorted(groups, key=len, reverse=True))
        self.before_boxes = re.compile(rf"(?P<label>{_MARK.pattern}{{0,2}}(?:{before})):?(?=.)")
        heads = "|".join(re.escape(o) for o in sorted(self.inline, key=len, reverse=True))
        self.inline_start = re.compile(rf"{_MARK.pattern}{{0,2}}[(\[【]?(?:{heads})")
        notes = [field.note for field in form.fields] + [q.means_note for q in form.questions]
        self.notes = {_without_years(fold(note)) for note in notes if note}
        self.slots = {fold(mark) for mark in form.slot_marks}
        self.slot_runs = _runs(form)
        self.slot_rows = sum(len(table.slots) for table in form.indicator_tables)
        self.static_starts = tuple(static for static, _ in self.statics)
        self.starts = self._starts(words)
        self._interned: dict[tuple[object, ...], Label] = {}
        self.labels = _Labels(self._recognise)
        """What `recognise` gives, by text: for whoever asks for every cell of a sheet."""
        self.unread_years = Kept(self._unread_year)
        """The year in a text that stands where headings do and is none: 30年度(暫定); "" for none."""
        self.ticks: Kept[str, tuple[notation.Tick | None, ...]] = Kept(self._ticks)
        """The tick that each box of a cell has in its text; None for one that has none."""

    def _starts(self, phases: set[str]) -> frozenset[str]:
        """The first letters of all that can be a label: fewer where it is shorter, or a year follows."""
        eras = (era.name for era in notation.ERAS)
        texts = [*self.exact, *self.options, *phases, *self.before_years, *eras]
        figures = (text for text in (*self.exact, *self.options, *self.slots) if _FIGURE.fullmatch(text))
        return frozenset((*(text[:_FIRST] for text in texts if text), *self.slots, *_BEFORE, *figures))

    def _may_begin(self, folded: str) -> bool:
        """Whether a label may begin as the text does: most texts that people type are told apart by that."""
        if _FIGURE.fullmatch(folded):
            return folded in self.starts
        item = folded.lstrip("・")  # far more often the point of a list than a label's mark
        return self._starts_like_one(folded) or (item not in ("", folded) and self._starts_like_one(item))

    def _starts_like_one(self, folded: str) -> bool:
        starts = self.starts
        return (
            folded[0] in starts
            or folded[:2] in starts
            or folded[:3] in starts
            or folded[:_FIRST] in starts
            or folded[1:2] in _BEHIND_LETTER
        )

    def _intern(self, meanings: tuple[Meaning, ...] = (), **more: object) -> Label:
        key = (meanings, *more.items())
        if key not in self._interned:
            self._interned[key] = Label(meanings, **more)  # type: ignore[arg-type]
        return self._interned[key]

    def recognise(self, text: str) -> Label | None:
        """The label in a cell's text; None for a text that is no label."""
        return self.labels[text]

    def _recognise(self, text: str) -> Label | None:
        begins = fold(text.lstrip()[:_BEGINNING])
        if not begins or not self._may_begin(begins):
            return None
        folded = fold(text)
        if (slot := _SLOT.fullmatch(folded)) and slot[1] in self.slots:
            return self._intern(slot=slot[1])
        if label := self._boxes(folded) or self._year(folded):
            return label
        if meanings := self.meanings(folded):
            return self._intern(meanings)
        return self._with_value(text) or self._static(folded)

    def heading(self, value: notation.CellValue) -> Label | None:
        """The heading that a cell is where only those of years can stand: 27, 決算(H29), 30年度当初予算."""
        if (
            isinstance(value, float) and _DAYS[0] <= value <= _DAYS[-1]
        ):  # a date that a format of eras shows as its year
            value = notation.FIRST_DAY + datetime.timedelta(value)
        if isinstance(value, datetime.date):
            year = str(value.year)
            return self._intern(year=year) if notation.year_candidates(year) else None
        text = fold(str(exact(value) if isinstance(value, float) else value))
        years = list(re.finditer(YEAR, text)) if len(text) <= _LONGEST_HEADING else []
        if isinstance(value, bool) or len(years) != 1 or not notation.year_candidates(years[0][0]):
            return None
        about = text[: years[0].start()] + text[years[0].end() :]
        phases = self.phase_word.findall(about)
        if _DECOR.sub("", self.phase_word.sub("", about)):
            return None  # 前年度比(29年度実績)
        phase = phases[0] if phases else ""
        if ESTIMATE in phases[1:] and phase + ESTIMATE in self.estimates:  # 決算(見込)
            phase += ESTIMATE
        return self._intern(year=years[0][0], phase=phase)

    def _unread_year(self, text: str) -> str:
        folded, label = fold(text), self.labels[text]
        years = [match[0] for match in re.finditer(YEAR, folded)] if len(folded) <= _LONGEST_HEADING else []
        is_read = self.heading(text) or (label and {meaning.kind for meaning in label.meanings} != {"static"})
        return "" if is_read or len(years) != 1 else years[0]

    def glued_slot(self, value: notation.CellValue) -> str:
        """The slot mark that a text begins with, whatever follows: イ研修参加者数; "" where there is none."""
        match = _SLOT_HEAD.match(value) if isinstance(value, str) else None
        slot = fold(match[1]) if match else ""
        return slot if slot in self.slots else ""

    def glued(self, slot: str) -> Label:
        """The label of an indicator whose name stands behind its slot mark."""
        return self._intern(slot=slot, inline=True)

    def meanings(self, folded: str) -> tuple[Meaning, ...]:
        """What a folded text can mean as a whole label, with or without mark and note."""
        for variant in _variants(folded):
            if variant in self.exact:
                return tuple(self.exact[variant])
            heading = self.exact.get(_HEADING_NOTE.sub("", variant), ())
            if any(meaning.kind == "section" for meaning in heading):
                return tuple(heading)
            for pattern, meaning in self.dated:
                if pattern.fullmatch(variant):
                    return (meaning,)
        return ()

    def _boxes(self, folded: str) -> Label | None:
        parts = self._split_boxes(folded)
        if not parts:
            return None
        options = tuple(tuple(self.options[option]) for option, _ in parts)
        head = None if self.box.match(folded) else self.before_boxes.match(folded)
        return self._intern(self.meanings(head["label"]) if head else (), options=options)

    @functools.lru_cache(maxsize=4096)  # noqa: B019 (vocabularies live as long as the program)
    def _split_boxes(self, folded: str) -> tuple[tuple[str, OptionPart], ...]:
        if not self.box.match(folded):
            head = self.before_boxes.match(folded)  # B 有効性 ■適切 □見直し余地あり
            return self._split_boxes(folded[head.end() :]) if head else ()
        trailing = not re.match(_G, folded) and re.search(rf"(?:{_G})$", folded)
        pattern = self.trailing if trailing else self.leading
        for start in (0, *(m.end() for m in [re.match(r"[①-⑳]|\(\d\)", folded)] if m)):
            parts, position = [], start
            while match := pattern.match(folded, position):
                parts.append((match["o"], OptionPart(match["g"] or "", match["b"] or "")))
                position = match.end()
            if parts and position == len(folded):
                return tuple(parts)
        return ()

    def option_parts(self, text: str) -> list[OptionPart]:
        """The boxes of a cell, in the order of the label's ``options``."""
        return [part for _, part in self._split_boxes(fold(text))]

    def _ticks(self, text: str) -> tuple[notation.Tick | None, ...]:
        parts = self.option_parts(text)
        return tuple(notation.glyph_tick(part.glyph) if part.glyph else None for part in parts)

    def _year(self, folded: str) -> Label | None:
        match = self.year.fullmatch(folded)
        if match:
            # "29年度実績" heads a column, or a text box: both are said, the position decides.
            return self._intern(self._dated(folded), year=folded, phase=match["phase"] or "")
        match = self.phase.fullmatch(folded)
        return self._intern(phase=match[1]) if match else None

    def _dated(self, folded: str) -> tuple[Meaning, ...]:
        return tuple(meaning for pattern, meaning in self.dated if pattern.fullmatch(folded))

    def _with_value(self, text: str) -> Label | None:
        slot = _slot_cut(text, self.slots)
        if slot:
            return self._intern(slot=slot, inline=True)
        cut = self._cut(text)
        return self._intern(self.meanings(fold(text[:cut])), inline=True) if cut else None

    def _cut(self, text: str) -> int:
        """Where the label ends and its value begins; 0 when there is no label with a value."""
        text = text.lstrip()
        if not self.inline_start.match(fold(text[:_INLINE_HEAD])) and not self._dated_start(text):
            return 0
        ends = [m.end() for m in re.finditer(r"[\s:：⇒→]+", text[: _INLINE_HEAD * 3]) if m.end() < len(text)]
        meant = {end: self.meanings(fold(text[:end])) for end in ends}
        found = [end for end in ends if any(meaning.kind != "static" for meaning in meant[end])]
        # 対象 and a line break may be the beginning of 対象・意図の妥当性; 意図 and ※ are 意図 all the same.
        end = next(
            (end for end in reversed(found) if meant[end] != meant[found[0]]), found[0] if found else 0
        )
        return end + self._note_length(text[end:]) if end else 0

    def _note_length(self, rest: str) -> int:
        """How much of what follows a label is still its printed note."""
        if not rest.startswith(("(", "（")):
            return 0
        ends = (match.end() for match in re.finditer(r"[)）]\s*", rest[:_LONGEST]))
        return next((e for e in ends if e < len(rest) and _without_years(fold(rest[:e])) in self.notes), 0)

    def _dated_start(self, text: str) -> bool:
        return any(p.match(v) for v in _variants(fold(text[:_INLINE_HEAD])) for p, _ in self.dated)

    def inline_value(self, text: str) -> str | None:
        """What is typed behind a label, or a slot mark, in the same cell."""
        text = text.strip()
        if _slot_cut(text, self.slots):
            return self.behind_slot(text)
        return notation.tidy(text[self._cut(text) :])

    def behind_slot(self, text: str) -> str | None:
        """What is typed behind a slot mark in the same cell.

        >>> from workbook import form
        >>> words = vocabulary(form.get("unnan_2017"))
        >>> words.behind_slot("(イ) 参加者数"), words.behind_slot("ア対応済み"), words.behind_slot("ウ．")
        ('参加者数', '対応済み', None)
        """
        match = _SLOT_HEAD.match(text)
        return notation.tidy(text[match.end() :] if match else text)

    def _static(self, folded: str) -> Label | None:
        for variant in _variants(folded):
            if variant.startswith(self.static_starts):
                return self._intern((next(m for static, m in self.statics if variant.startswith(static)),))
        return None


def _runs(form: Form) -> frozenset[str]:
    """The slot marks of two rows or more from a table's top, one after the other."""
    tables = [[fold(mark) for mark in table.slots] for table in form.indicator_tables]
    return frozenset("".join(marks[:n]) for marks in tables for n in range(2, len(marks) + 1))


def _without_years(folded: str) -> str:
    return re.sub(rf"\{{(?:EVALUATED|PLANNED)\}}|{YEAR}", "", folded)


def _slot_cut(text: str, slots: set[str]) -> str:
    match = re.match(r"\s*(\S)(?:\s+|[.．:：、)）]\s*)(?=\S)", text)
    slot = fold(match[1]) if match else ""
    return slot if slot in slots else ""


def _variants(folded: str) -> Iterator[str]:
    """The text itself, then without its leading marks, each also without its trailing notes."""
    for _ in range(3):
        yield folded
        bare = _NOTE.sub("", folded)
        if bare and bare != folded:
            yield bare
        match = _MARK.match(folded)
        if not match:
            break
        folded = folded[match.end() :]
    if folded[:1] in _OPENING and folded[-1:] in _CLOSING:  # (内線), 【理由】
        yield folded[1:-1]


def _labels(form: Form) -> Iterator[tuple[str, Meaning, bool]]:
    """Every label of the form: text, meaning, and whether a value may stand behind it in its cell."""
    for section in form.sections:
        for text in section.labels:
            yield text, Meaning("section", section.name, ""), False
    for field in form.fields:
        for text in (field.label, *field.aliases):
            yield text, Meaning("field", field.name, field.section), field.type != "group"
    for table in form.tables:
        for text in (table.label, *table.aliases):
            yield text, Meaning("table", table.name, table.section), False
        for row in table.rows:
            for text in (row.label, *row.aliases):
                yield text, Meaning("row", row.name, table.section), False
    for choice in form.choices:
        for text in (choice.label, *choice.aliases):
            yield text, Meaning("choice", choice.name, choice.section), False
    yield form.unit_heading, Meaning("unit", "", ""), False
    yield from _evaluation_labels(form)
    for static in form.statics:
        for text in static.texts:
            yield text, Meaning("static", "", static.section), False


def _evaluation_labels(form: Form) -> Iterator[tuple[str, Meaning, bool]]:
    for question in form.questions:
        for text in (question.label, *question.aliases):
            yield text, Meaning("question", question.number, "see"), True
        for text in question.help:
            yield text, Meaning("static", "", "see"), False
        if question.means:
            yield question.means, Meaning("means", question.number, "see"), True
    for text in form.reason.labels:
        yield text, Meaning("reason", "", "see"), True
    for axis in form.axes:
        yield axis.label, Meaning("axis", axis.key, "summary"), False
        yield axis.label, Meaning("static", "", "see"), False
    matrix = form.matrix
    yield matrix.cost_label, Meaning("static", "", matrix.section), False
    yield matrix.outcome_label, Meaning("static", "", matrix.section), False
    for kind, names in (("cost", matrix.costs), ("outcome", matrix.outcomes)):
        for name in names:
            yield name, Meaning(kind, name, matrix.section), False


def _options(form: Form) -> Iterator[tuple[str, Meaning]]:
    """Every box of the form: its label, and as name ``group:value``."""
    for choice in form.choices:
        for option in choice.options:
            for text in (option.label, *option.aliases):
                yield text, Meaning("option", f"{choice.name}:{option.value}", choice.section)
    for question in form.questions:
        group = f"judgements.{question.number}"
        yield question.flagged, Meaning("option", f"{group}:flagged", "see")
        yield question.other, Meaning("option", f"{group}:other", "see")
        if question.mergeable:
            yield question.mergeable.yes, Meaning("option", f"{group}.mergeable:yes", "see")
            yield question.mergeable.no, Meaning("option", f"{group}.mergeable:no", "see")
    for axis in form.axes:
        yield form.axis_options.fine, Meaning("option", f"summary.{axis.key}:fine", "summary")
        yield form.axis_options.flagged, Meaning("option", f"summary.{axis.key}:flagged", "summary")
    for direction in form.directions:
        for text in (direction.value, *direction.aliases):
            yield text, Meaning("option", f"directions:{direction.value}", form.matrix.section)


@functools.cache
def vocabulary(form: Form) -> Vocabulary:
    """The vocabulary of a form, built once."""
    return Vocabulary(form)
