"""The hand that types: draws, for each label and value, one of the notations that a style allows."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from .grid import Block, Value
from .notations import bare_end_is_clear, bare_start_is_clear, full_width, number_text, space_out, year_name
from .spec import UNNAN, Spec
from .style import BOOLEAN_TICKS, TICKS, Style

_CIRCLED = "①②③④⑤⑥⑦⑧⑨"
_SEPARATORS = {"space": " ", "wide": "　", "break": "\n"}
_OPTION_WEIGHTS: dict[str, list[float]] = {"front": [4], "left": [0.7, 4], "right": [4, 0.7]}
_NUMERIC = ("plain", "format", "triangle_format")


class Pen:
    """Types one record. ``evaluated`` is needed because bare years are read against it."""

    def __init__(self, style: Style, rng: random.Random, evaluated: int, spec: Spec = UNNAN) -> None:
        self.style, self.rng, self.evaluated, self.spec = style, rng, evaluated, spec
        self.years = spec.years(evaluated)

    # labels ---------------------------------------------------------------------------------------
    def widen(self, text: str) -> str:
        """Letters, digits and brackets as this sheet (or, mixed, this label) has them."""
        how = self.style.width
        return full_width(text) if how == "full" or (how == "mixed" and self.rng.random() < 0.5) else text

    def spell(self, text: str, *, breaks: bool = True) -> str:
        """The words of a label with blanks or line breaks inside."""
        how = self.style.spacing
        if how == "mixed":
            how = self.rng.choice(("none", *_SEPARATORS))
        if how != "none" and self.rng.random() < 0.6:
            sep = _SEPARATORS[how]
            text = space_out(text, " " if sep == "\n" and not breaks else sep, self.rng)
        return self.widen(text)

    def mark(self, mark: str) -> str:
        """A leading ① (or a section's own number), with what stands behind it."""
        how = self.style.marks
        if not mark or how == "none":
            return ""
        if how == "paren" and mark in _CIRCLED:
            mark = f"({_CIRCLED.index(mark) + 1})"
        # a bare "1" must not grow together with a word that begins with a figure ("1次評価")
        return self.widen(mark) + {"tight": "" if mark in _CIRCLED else " ", "wide": "　"}.get(how, " ")

    def label(self, text: str, note: str = "", mark: str = "") -> str:
        """A printed label: mark, words, explanation."""
        note = {"inline": note, "break": "\n" + note if note else "", "none": ""}[self.style.notes]
        return self.mark(mark) + self.spell(text) + self.widen(note)

    # typed values ---------------------------------------------------------------------------------
    def text(self, value: str | None) -> str | None:
        """A typed text, with the stray blanks that a reader must strip."""
        if value is None or not self.style.padding:
            return value
        return self.rng.choice(("", " ", "　", "\n")) + value + self.rng.choice(("", " ", "　", "\n", "\t"))

    def code(self, value: str) -> str:
        """A code in the sheet's width."""
        return full_width(value) if self.style.code_width == "full" else value

    def empty_name(self) -> Value:
        """What stands where a name or year is missing: nothing, or the 0 of an empty linked cell."""
        return 0 if self.style.zero_for_empty and self.rng.random() < 0.5 else None

    def number(self, value: int | float | None, unit: str | None) -> tuple[Value, str]:
        """A figure as cell value and number format."""
        if value is None:
            return self.rng.choice(self.style.dashes) or None, ""
        how = self.rng.choice(self.style.numbers)
        if how not in _NUMERIC:
            return number_text(value, how, self.rng.choice(self.style.negatives), unit), ""
        shown = "#,##0" if isinstance(value, int) else "#,##0.0##"
        return value, {"plain": "", "format": shown, "triangle_format": f"{shown};▲{shown}"}[how]

    # years ----------------------------------------------------------------------------------------
    def label_year(self, year: int) -> str:
        """A year within a label, such as 29年度 of 29年度実績."""
        return year_name(year, self.style.label_year, self.style.first_year)

    def headings(self, words: Sequence[str]) -> list[tuple[Value, str | None]]:
        """The year columns' headings, each with what stands in the row below it (if the heading has two)."""
        style, out = self.style, list[tuple[Value, str | None]]()
        for year, word in zip(self.years, words, strict=True):
            name = self.widen(year_name(year, style.year_style, style.first_year))
            phase = self.widen(f"({word})" if style.phase_brackets or style.year_style == "number" else word)
            if style.phase in ("inline", "break"):
                out.append((name + ("\n" if style.phase == "break" else "") + phase, None))
                continue
            number = style.year_style == "number" and name.isdecimal() and self.rng.random() < 0.5
            out.append((int(name) if number else name, phase if style.phase == "below" else None))
        return out

    def period_year(self, year: int | None, start: int | None = None) -> str:
        """A start or (with ``start``) an end year without 年度; bare only where it can be read in one way."""
        if year is None:
            return ""
        how = self.style.period_year
        clear = (
            bare_end_is_clear(year, start, self.evaluated)
            if start
            else bare_start_is_clear(year, self.evaluated)
        )
        if how == "bare" and not clear:
            how = "era"
        return self.widen(year_name(year, how, "元").removesuffix("年度"))

    # ticks ----------------------------------------------------------------------------------------
    @property
    def mark_only(self) -> bool:
        """Unticked boxes are blank cells, so only nearness tells which label a mark belongs to."""
        return self.style.tick in TICKS and not TICKS[self.style.tick][1]

    def place(self, wanted: str) -> str:
        """Where the box can stand: TRUE/FALSE needs its own cell; lone marks cannot share one."""
        if self.style.tick in BOOLEAN_TICKS and wanted in ("front", "group"):
            return "left"
        return "front" if self.mark_only and wanted == "group" else wanted

    def pair(self, answer: bool | None) -> tuple[bool, bool]:
        """The two boxes of a yes/no question: no answer is none ticked, or both."""
        if answer is None:
            both = self.style.both_for_none and self.rng.random() < 0.5
            return both, both
        return answer, not answer

    def boxed(self, label: str, on: bool) -> str:
        """Box and label in one cell."""
        glyph = TICKS[self.style.tick][0 if on else 1]
        return glyph + self.style.tick_gap + label if glyph else label

    def options(self, options: Mapping[str, bool], wanted: str, family: str) -> Block:
        """Tick boxes side by side in one row (or one cell)."""
        place = self.place(wanted)
        labels = [(self.spell(text, breaks=place != "group"), on) for text, on in options.items()]
        if place == "group":
            joint = self.rng.choice(("　", "  ", "\n"))
            block = Block([1], family=family)
            block.put(0, 0, joint.join(self.boxed(*label) for label in labels), "option")
            return block
        weights, minimums = list[float](), list[int]()
        for i in range(len(labels)):
            if i and self.mark_only:
                weights.append(0.1)
                minimums.append(3)
            weights += _OPTION_WEIGHTS[place]
            minimums += [1] if place == "front" else [1, 1]
        block = Block(weights, minimums, family=f"{family}/{place}")
        for i, (label, on) in enumerate(labels):
            self.put_option(block, i * (len(minimums) + self.mark_only) // len(labels), label, on, place)
        return block

    def put_option(self, block: Block, col: int, label: str, on: bool, place: str) -> None:
        """One box with its label, from column ``col`` of the block's first row."""
        if place == "front":
            block.put(0, col, self.boxed(label, on), "option")
            return
        first_is_box = place == "left"
        merge = True if self.mark_only else None
        # glue: a blank column put between box and label would make the mark's owner a matter of taste
        block.put(0, col + first_is_box, label, "option", merge=merge, glue=first_is_box and self.mark_only)
        box: Value = (
            on if self.style.tick in BOOLEAN_TICKS else TICKS[self.style.tick][0 if on else 1] or None
        )
        kind = "checkbox" if self.style.tick == "checkbox" else "tick"
        block.put(
            0, col + (not first_is_box), box, kind, merge=merge, glue=not first_is_box and self.mark_only
        )
