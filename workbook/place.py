"""Where everything of a form stands: the layout's boxes put on the fine grid.

One engine for the blank form and for filled books: it yields `Placed` cells, and thin writers draw them.
Rows and columns count from 0 within their page.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from workbook import layout
from workbook.form import Choice, Field, Form, Question, Table
from workbook.layout import Box
from workbook.notation import era_year
from workbook.placed import MEDIUM, THIN, Kind, Placed, Rect, draw_edges


def year_names(form: Form, fiscal_year: int) -> dict[int, str]:
    """The years of the form's columns as a city writes them, without the era's name where one era is enough.

    Over the change of era: 29年度, 30年度, 31(元)年度, 令和2年度.
    """
    first = fiscal_year - form.years.settled + 1
    years = range(first, fiscal_year + form.years.planned + 1)
    if 2018 in years and 2019 in years:
        reiwa = {year: era_year(year) for year in years if year > 2019}
        return {year: era_year(year, short=True) for year in years} | {2019: "31(元)年度"} | reiwa
    return {year: era_year(year, short=True) for year in years}


def pages(form: Form, fiscal_year: int, names: Mapping[int, str] | None = None) -> list[list[Placed]]:
    """The cells of each page of the form as printed for the evaluated year.

    ``names`` are the years as they are to be written; `year_names` by default.
    Raises `FormError` when the form has no layout or the layout is wrong.
    """
    names = names or year_names(form, fiscal_year)
    return [_Page(form, fiscal_year, names).draw(page.rows) for page in layout.of(form).page]


def moved(cells: list[Placed], rows: int, cols: int = 0) -> list[Placed]:
    """The cells further down and to the right."""
    return [dataclasses.replace(cell, row=cell.row + rows, col=cell.col + cols) for cell in cells]


def height(cells: Iterable[Placed]) -> int:
    """How many rows the cells take."""
    return max(cell.bottom for cell in cells)


def stacked(printed: list[list[Placed]]) -> list[list[Placed]]:
    """Pages one beneath the other, as they stand on one sheet."""
    out: list[list[Placed]] = []
    for cells in printed:
        out.append(moved(cells, height(out[-1]) if out else 0))
    return out


class Part(NamedTuple):
    """A cell of a line: how wide, and what stands in it."""

    width: int
    kind: Kind
    look: str
    text: str = ""
    key: str = ""
    option: str = ""


class _Page:
    """Draws the boxes of one page."""

    def __init__(self, form: Form, fiscal_year: int, names: Mapping[int, str]) -> None:
        self.form = form
        self.columns = layout.of(form).columns
        self.years = names
        self.evaluated, self.planned = self.years[fiscal_year], self.years.get(fiscal_year + 1, "")
        self.fiscal_year = fiscal_year
        self.cells: list[Placed] = []
        self.outlines: list[tuple[Rect, int]] = []

    def draw(self, rows: tuple[Box, ...]) -> list[Placed]:
        height = sum(box.h or box.questions for box in rows)
        self.box(Box(rows=rows), (0, 0, height, self.columns))
        draw_edges(self.cells, self.outlines)
        return self.cells

    def box(self, box: Box, rect: Rect) -> None:
        """Draw a box into its rectangle."""
        if box.frame:
            self.outlines.append((rect, MEDIUM))
        if box.kind in ("rows", "cols"):
            self._boxes(box, rect)
        elif box.kind:
            leaf: Callable[[Box, Rect], None] = getattr(self, f"_{box.kind}")
            leaf(box, rect)
        else:
            self.put(rect, "print", box.look)

    def put(self, rect: Rect, kind: Kind, look: str, text: str = "", key: str = "", option: str = "") -> None:
        """Place one cell; nothing where the rectangle is empty."""
        row, col, height, width = rect
        if height > 0 and width > 0:
            self.cells.append(Placed(row, col, height, width, kind, look, text, key, option))

    def line(self, rect: Rect, *parts: Part) -> None:
        """Cells side by side; what is left over stays empty."""
        row, col, height, width = rect
        for part in parts:
            self.put((row, col, height, part.width), part.kind, part.look, part.text, part.key, part.option)
            col, width = col + part.width, width - part.width
        self.put((row, col, height, width), "print", "")

    def _boxes(self, box: Box, rect: Rect) -> None:
        row, col, height, width = rect
        inner = box.rows or box.cols
        sizes = [b.h or b.questions for b in box.rows] if box.rows else [b.w for b in box.cols]
        rest = (height if box.rows else width) - sum(sizes)
        for part, size in zip(inner, sizes, strict=True):
            if not size:
                size, rest = rest, 0
            self.box(part, (row, col, size, width) if box.rows else (row, col, height, size))
            row, col = (row + size, col) if box.rows else (row, col + size)
        if rest:
            self.put((row, col, rest, width) if box.rows else (row, col, height, rest), "print", "")

    # ---- leaves: one for each word of the layout ----------------------------------------------------------

    def _text(self, box: Box, rect: Rect) -> None:
        self.put(rect, "print", box.look or "label", self.words(box.text))

    def _label(self, box: Box, rect: Rect) -> None:
        part = self.labelled(box.label)
        label, note = self.words(part.label), self.words(getattr(part, "note", ""))
        boxed = not isinstance(part, Field) or part.is_box
        mark = f"{part.mark} " if part.mark else ""
        text = f"（{label}）" if box.brackets else f"{mark}{label}{note}"
        self.put(rect, "label", box.look or ("label_left" if boxed else "label"), text, box.label)

    def _value(self, box: Box, rect: Rect) -> None:
        boxed = box.value == self.form.free_text.name or self.form.field(box.value).is_box
        self.put(rect, "value", box.look or ("box" if boxed else "input"), key=box.value)

    def _link(self, box: Box, rect: Rect) -> None:
        self.put(rect, "link", box.look or "again", key=box.link)

    def _digits(self, box: Box, rect: Rect) -> None:
        count = self.form.field(box.digits).digits
        row, col, height, width = rect
        for i in range(count):
            start, end = col + width * i // count, col + width * (i + 1) // count
            self.put((row, start, height, end - start), "digit", "digit", key=box.digits, option=str(i))

    def _option(self, box: Box, rect: Rect) -> None:
        name, _, value = box.option.rpartition(".")
        choice = next(c for c in self.form.choices if c.name == name)
        option = next(o for o in choice.options if o.value == value)
        parts = [_tick(name, value), _words(option.label, look="tick_label", kind="label")]
        if option.years:
            parts += [_words("（", look="bracket"), _year(name, "start_year", value)]
        if option.years == "range":
            parts += [_words("年度～"), _year(name, "end_year", value), _words("年度）")]
        elif option.years:
            parts.append(_words("年度～）"))
        self.line(rect, *parts)

    def _table(self, box: Box, rect: Rect) -> None:
        table = self.form.table(box.table)
        row, col, height, width = rect
        slot, name, unit, year = box.widths
        name = width - slot - unit - year * len(self.years)
        rows = len(table.rows) or len(table.slots)
        tops = [row + height * i // (rows + 1) for i in range(rows + 2)]
        heading = f"{table.mark} {table.label}" if table.mark else table.label
        head: Rect = (row, col, tops[1] - row, slot + name)
        self.put(head, "label", "label_left", heading, table.name)
        self.put((row, col + slot + name, head[2], unit), "print", "year", self.form.unit_heading)
        for i, heading in enumerate(self.headings(table)):
            left = col + slot + name + unit + year * i
            which = str(list(self.years)[i])
            self.put((row, left, head[2], year), "heading", "year", heading, table.name, which)
        lines = [(top, col, bottom - top, width) for top, bottom in itertools.pairwise(tops[1:])]
        if table.kind == "costs":
            self.cost_rows(table, lines, (slot, name, unit, year), box.group)
        else:
            self.indicator_rows(table, lines, (slot, name, unit, year))

    def _totals(self, box: Box, rect: Rect) -> None:
        """The rows of a table without years, one figure each."""
        table = self.form.table(box.totals)
        row, col, height, width = rect
        slot, unit, value = box.widths
        count = len(table.rows)
        tops = [row + height * i // count for i in range(count + 1)]
        lines = [(top, col, bottom - top, width) for top, bottom in itertools.pairwise(tops)]
        self.group(table, lines, slot, box.group)
        for part, (top, left, high, wide) in zip(table.rows, lines, strict=True):
            indent = slot if part.source else 0
            label = Part(
                wide - indent - unit - value, "label", "label_left", part.label, f"{table.name}.{part.name}"
            )
            look = "sum_open" if part.formula else "quantity" if part.unit == "人" else "money"
            figure = Part(value, "number", look, key=f"{table.name}.{part.name}")
            self.line(
                (top, left + indent, high, wide - indent),
                label,
                Part(unit, "print", "unit", part.unit),
                figure,
            )

    def group(self, table: Table, lines: list[Rect], width: int, text: str) -> None:
        """The label that the funding sources share, before them."""
        sources = [line for row, line in zip(table.rows, lines, strict=True) if row.source]
        if sources:
            self.put(
                (sources[0][0], sources[0][1], sum(s[2] for s in sources), width), "print", "upright", text
            )

    def headings(self, table: Table) -> Iterator[str]:
        """The years over the columns: 29年度(決算)."""
        for year, name in self.years.items():
            settled = year <= self.fiscal_year
            yield f"{name}({table.heading if settled else self.form.years.planned_words[0]})"

    def indicator_rows(self, table: Table, lines: list[Rect], widths: tuple[int, int, int, int]) -> None:
        """One line for each slot."""
        slot, name, unit, year = widths
        for mark, line in zip(table.slots, lines, strict=True):
            key = f"{table.name}.{mark}"
            years = [Part(year, "number", "quantity", key=f"{key}.values.{y}") for y in self.years]
            named = Part(name, "value", "name_input", key=f"{key}.name")
            in_unit = Part(unit, "value", "unit_input", key=f"{key}.unit")
            self.line(line, Part(slot, "label", "slot", mark), named, in_unit, *years)

    def cost_rows(
        self, table: Table, lines: list[Rect], widths: tuple[int, int, int, int], group: str
    ) -> None:
        """One line for each row; the sources share the group's label before them."""
        slot, name, unit, year = widths
        self.group(table, lines, slot, group)
        for row, (top, col, height, width) in zip(table.rows, lines, strict=True):
            indent = slot if row.source else 0
            label = Part(slot + name - indent, "label", "label_left", row.label, f"costs.{row.name}")
            look = "sum" if row.formula else "quantity" if row.unit == "人" else "money"
            # The plan's total may be known before its sources: only there may a sum be typed over.
            looks = {y: f"{look}_open" if row.formula and y > self.fiscal_year else look for y in self.years}
            cells = [Part(year, "number", looks[y], key=f"costs.{row.name}.{y}") for y in self.years]
            unit_cell = Part(unit, "print", "unit", row.unit)
            self.line((top, col + indent, height, width - indent), label, unit_cell, *cells)

    def _questions(self, box: Box, rect: Rect) -> None:
        row, col, _, width = rect
        axis_width, label_width, reason_width = box.widths
        for axis in self.form.axes:
            top = row
            for question in self.form.questions:
                if question.axis == axis.key:
                    area = (row, col + axis_width, _question_height(question), width - axis_width)
                    self.question(question, area, label_width, reason_width)
                    row += area[2]
            self.put((top, col, row - top, axis_width), "print", "axis", f"{axis.key}\n{axis.label}")
            self.outlines.append(((top, col, row - top, width), MEDIUM))

    def question(self, question: Question, rect: Rect, label_width: int, reason_width: int) -> None:
        """The question with its help above, its boxes to the left and its reason to the right."""
        row, col, height, width = rect
        head = _help_rows(question)
        mark = f"{question.mark} " if question.mark else ""
        key = f"judgements.{question.number}"
        self.put((row, col, head, label_width), "label", "question", mark + question.label, key)
        beside = (row, col + label_width, head, width - label_width)
        self.put(beside, "print", "help", " ".join(question.help))
        self.boxes_of(question, (row + head, col, height - head, label_width))
        right: Rect = (row + head, col + label_width, height - head, width - label_width)
        if question.means:
            means = question.means + question.means_note
            line = (right[0], right[1], 1, right[3])
            typed = Part(right[3] - _MEANS_WIDTH, "value", "small", key=f"{key}.means")
            self.line(line, Part(_MEANS_WIDTH, "label", "help", means), typed)
            right = (right[0] + 1, right[1], right[2] - 1, right[3])
        reason = self.form.reason.labels[0 if question.reason == "always" else -1]
        value = Part(right[3] - reason_width, "value", "box", key=f"{key}.reason")
        self.line(right, Part(reason_width, "label", "label_fit", reason), value)

    def boxes_of(self, question: Question, rect: Rect) -> None:
        """A question's boxes: both in one line, or one to a line where there are four."""
        row, col, height, width = rect
        self.outlines.append((rect, THIN))
        key = f"judgements.{question.number}"
        first, last = (key, "flagged", question.flagged), (key, "other", question.other)
        if question.mergeable is None:
            middle = width // 2
            left, right = (last, first) if question.other_first else (first, last)
            self.option((row, col, height, middle), *left)
            self.option((row, col + middle, height, width - middle), *right)
            return
        inner = f"{key}.mergeable"
        self.option((row, col, 1, width), *first)
        self.put((row + 1, col, 2, 1), "print", "")
        self.option((row + 1, col + 1, 1, width - 1), inner, "yes", question.mergeable.yes)
        self.option((row + 2, col + 1, 1, width - 1), inner, "no", question.mergeable.no)
        self.option((row + 3, col, height - 3, width), *last)

    def option(self, rect: Rect, key: str, value: str, text: str) -> None:
        """A box and its label, over the whole rectangle."""
        self.line(rect, _tick(key, value), Part(rect[3] - 1, "label", "tick_label", text, option=value))

    def _axes(self, box: Box, rect: Rect) -> None:
        row, col, height, width = rect
        label, fine, flagged = box.widths
        options = self.form.axis_options
        count = len(self.form.axes)
        for i, axis in enumerate(self.form.axes):
            top, bottom = row + height * i // count, row + height * (i + 1) // count
            key = f"summary.{axis.key}"
            line = (top, col, bottom - top, width)
            self.outlines.append((line, THIN))
            self.put((top, col, line[2], label), "label", "label_left", f"{axis.key} {axis.label}", key)
            self.option((top, col + label, line[2], fine), key, "fine", options.fine)
            self.option((top, col + label + fine, line[2], flagged), key, "flagged", options.flagged)

    def _directions(self, box: Box, rect: Rect) -> None:
        row, col, _, width = rect
        waiting = list(self.form.directions)
        for i, count in enumerate(box.directions):
            for j, direction in enumerate(waiting[:count]):
                part: Rect = (row + i, col + width * j // count, 1, width // count)
                self.option(part, "directions", direction.value, direction.value)
            waiting = waiting[count:]

    def _matrix(self, box: Box, rect: Rect) -> None:
        matrix = self.form.matrix
        row, col, _, _ = rect
        side, name, cell = box.widths
        left = col + side + name
        self.put((row, col, 2, side + name), "print", "label")
        self.put((row, left, 1, cell * len(matrix.costs)), "label", "label", matrix.cost_label)
        self.put((row + 2, col, len(matrix.outcomes), side), "label", "upright", matrix.outcome_label)
        for i, cost in enumerate(matrix.costs):
            self.put((row + 1, left + cell * i, 1, cell), "label", "label", cost)
        for j, outcome in enumerate(matrix.outcomes):
            self.put((row + 2 + j, col + side, 1, name), "label", "label", outcome)
            for i, cost in enumerate(matrix.costs):
                barred = (cost, outcome) in matrix.forbidden
                look, text = ("forbidden", "×") if barred else ("mark", "")
                place = (row + 2 + j, left + cell * i, 1, cell)
                self.put(place, "mark", look, text, "matrix", f"{cost}×{outcome}")

    # ---- words -------------------------------------------------------------------------------------------

    def words(self, text: str) -> str:
        """A printed text with the years filled in."""
        return text.replace("{evaluated}", self.evaluated).replace("{planned}", self.planned)

    def labelled(self, name: str) -> Field | Table | Choice:
        """The field, table or choice of that name."""
        parts: list[Field | Table | Choice] = [*self.form.fields, *self.form.tables, *self.form.choices]
        return next(part for part in parts if part.name == name)


_MEANS_WIDTH = 9  # the label is one printed line


def _tick(key: str, option: str) -> Part:
    return Part(1, "tick", "tick", key=key, option=option)


def _year(choice: str, end: str, option: str) -> Part:
    return Part(2, "year", "year_input", key=f"{choice}.{end}", option=option)


def _words(text: str, *, look: str = "bracket_end", kind: Kind = "print", width: int = 0) -> Part:
    # A grid column holds about two full-width letters at this size.
    return Part(width or math.ceil((len(text) * 9 + 4) / 17), kind, look, text)


def _help_rows(question: Question) -> int:
    return 2 if sum(map(len, question.help)) > 48 else 1


def _question_height(question: Question) -> int:
    boxes = 4 if question.mergeable else 3 if question.reason == "always" else 2
    return _help_rows(question) + boxes
