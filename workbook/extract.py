"""Read the values at the places that `workbook.locate` found. Nothing is guessed and nothing dropped in silence."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from workbook import notation
from workbook.errors import Refused
from workbook.form import Field, Form
from workbook.grid import Grid, Rect, Spot
from workbook.labels import vocabulary
from workbook.locate import Area, Candidate, FieldPlace, PageLayout, RowPlace, TablePlace
from workbook.notation import CellValue, fold, read_number, read_tick, tidy
from workbook.record import Issue, Record, Value
from workbook.ticks import read_boxes

Found = list[tuple[Spot, CellValue]]
_CODE_NAME = re.compile(r"\s*[(（\[〔]\s*([^()（）\[\]〔〕]+?)\s*[)）\]〕]\s*(.*)", re.DOTALL)
_CODE_SPACE = re.compile(r"\s*([0-9０-９]{1,4}(?:[-－][0-9０-９]{1,4})*|[IVXⅠ-Ⅻ]{1,5})[\s.:：]+(\S.*)", re.DOTALL)
_CODE = re.compile(r"[(\[]?([0-9A-Z\-]{1,8})[)\]]?")  # folded
_EXTENSION = re.compile(r"[\s(（]*内線\s*[)）:：]*\s*([0-9０-９\-－]*)\s*[)）]?")
_PERIOD = re.compile(r"[()\d元年度~\-明治大正昭和平成令和MTSHR]+|から|まで")
_YEAR_IN_TEXT = re.compile(r"(?:明治|大正|昭和|平成|令和|[MTSHR])?(?:\d{4}|\d{1,2}|元)(?:\((?:\d{1,2}|元)\))?")


@dataclasses.dataclass(slots=True)
class Page:
    """A page of the form on its sheet."""

    layout: PageLayout
    grid: Grid


class Extract:
    """Reads one project from its pages into a record."""

    def __init__(self, form: Form, file: str, pages: list[Page], latest: int) -> None:
        self.form, self.file, self.pages, self.latest = form, file, pages, latest
        self.words = vocabulary(form)
        self.values: dict[str, Value] = {}
        self.cells: dict[str, str] = {}
        self.issues: list[Issue] = []
        self.answered: set[str] = set()
        self.uncached: list[str] = []
        self.used: set[Spot] = set()
        self.years: set[int] = set()
        self.fiscal_year = 0

    def record(self) -> Record:
        """The record. Raises `Refused` F005 where a doubled label makes a value ambiguous."""
        for page in self.pages:
            self._years(page)
        for page in self.pages:
            self._fields(page)
            for table in page.layout.tables:
                self._table(page, table)
            self._matrix(page)
            self._free(page)
        self._boxes()
        if self.uncached:
            self._issue("F007", None, self.uncached[0], found=len(self.uncached), cells=self.uncached)
        return Record(
            self.form, self.file, self.pages[0].grid.name, self.fiscal_year, tuple(sorted(self.years)),
            self.values, self.cells, self.issues, frozenset(self.answered),
        )  # fmt: skip

    def _issue(self, code: str, key: str | None, cell: str | None, year: int | None = None, **values: Any) -> None:
        self.issues.append(Issue(code, key, cell, values, year))

    # -- cells --

    def _found(self, page: Page, area: Area) -> Found:
        """What is not blank in an area, labels left out, in reading order."""
        grid, labels, (top, left, bottom, right) = page.grid, page.layout.labels, area.rect
        labels = labels.union(area.others, self.used) if area.others or self.used else labels
        found: Found = [
            (s, grid.cells.get(s)) for s in area.extra if s not in labels and (s in grid.cells or s in grid.errors)
        ]
        for row in range(top, bottom + 1):
            for column, value in grid.rows.get(row, ()):
                if left <= column <= right and (row, column) not in labels:
                    found.append(((row, column), value))
        if area.extra:
            found.sort(key=lambda item: item[0])
        if area.without:
            out = area.without
            found = [f for f in found if not (out.top <= f[0][0] <= out.bottom and out.left <= f[0][1] <= out.right)]
        return found

    def _put(self, page: Page, key: str, value: Value, spot: Spot) -> None:
        self.values[key] = value
        self.cells[key] = page.grid.place(spot)

    def _check(self, page: Page, key: str, found: Iterable[tuple[Spot, CellValue]], year: int | None = None) -> None:
        """Tell error values and formulas that were never calculated."""
        for spot, _ in found:
            if spot in page.grid.errors:
                cell = page.grid.place(spot)
                self._issue("F011", key, cell, year, found=page.grid.errors[spot])

    def _check_uncached(self, page: Page, area: Area) -> None:
        if page.grid.uncached:
            top, left, bottom, right = area.rect
            for row, column in sorted(page.grid.uncached):
                if top <= row <= bottom and left <= column <= right:
                    place = page.grid.place((row, column))
                    if place not in self.uncached:
                        self.uncached.append(place)

    # -- fields --

    def _fields(self, page: Page) -> None:
        codes_below = self._codes_below(page)
        self._one_digit_a_cell = self._digit_cells(page, codes_below)
        # Codes first: a blank value must not take the code beneath the next label for its own.
        self.used = set()
        for place in sorted(page.layout.fields, key=lambda p: not _is_coded(p)):
            again = page.layout.page > 1 and place.key in self.values
            results = [self._candidate(page, place, c, codes_below) for c in place.candidates]
            if _is_coded(place):
                self.used.update(spot for _, _, found in results for spot, _ in found)
            filled = [r for r in results if any(v is not None for v in r[0].values())]
            if again:
                self._compare_heads(page, place, (filled or results)[0])
                continue
            if len(filled) > 1 and not place.first_filled:
                filled = [self._merge_or_refuse(page, place, filled)]
            values, spot, found = (filled or results)[0]
            for key, value in values.items():
                if value is not None or key not in self.values:
                    self._put(page, key, value, spot)
            self._check(page, place.key, found)

    Result = tuple[dict[str, Value], Spot, Found]

    def _candidate(self, page: Page, place: FieldPlace, candidate: Candidate, codes_below: bool) -> Result:
        kind = place.field.type if place.field else "text"
        box = place.field is None or place.field.value == "box"
        if candidate.inline:
            text = self.words.inline_value(str(page.grid.cells[candidate.spot]))
            if text:
                return _typed(place, [text]), candidate.spot, []
        areas = candidate.areas
        if kind == "digits":
            return self._digits(page, place, candidate, codes_below)
        if kind == "code_text":
            areas = self._going(candidate, codes_below)
        for area in areas:
            self._check_uncached(page, area)
            found = self._found(page, area)
            if box:
                run = self._fitting(page, area, [f for f in found if read_tick(f[1]) is None])
            else:
                run = self._run(page, found, code=kind == "code_name")
            texts = self._texts(run) if box else [t for _, v in run if (t := tidy(v))]
            if texts or run:
                spot = run[0][0]
                return _typed(place, texts), spot, run
        spot = (areas[0].rect.top, areas[0].rect.left) if areas else candidate.spot
        return _typed(place, []), spot, []

    def _run(self, page: Page, found: Found, *, code: bool = False) -> Found:
        """The value nearest to its label and what adjoins it: a memo further right is none of it.

        Behind a code (``code``) its name may stand at a distance.
        """
        if len(found) < 2:
            return found
        found = sorted(found, key=lambda item: item[0][1])
        run = found[:1]
        for spot, value in found[1:]:
            last = self._block(page, run[-1][0])
            text = "".join(tidy(v) or "" for _, v in run)
            open_code = code and (_CODE.fullmatch(fold(text)) is not None or text in "（(")
            if spot[1] != last.right + 1 and not open_code:
                break
            run.append((spot, value))
        return run

    def _fitting(self, page: Page, area: Area, found: Found) -> Found:
        """The cells of a text box; a remark across the whole page beneath it is none of it."""
        if len(found) < 2:
            return found
        blocks = {(m.top, m.left): m for m in page.grid.merges}
        fitting = [
            (spot, value) for spot, value in found
            if spot not in blocks or area.rect.left <= spot[1] and blocks[spot].right <= area.rect.right
        ]  # fmt: skip
        return fitting or found

    def _texts(self, found: Found) -> list[str]:
        """One text for each row of a box that was written over several rows."""
        rows: dict[int, list[str]] = {}
        for (row, _), value in found:
            if text := tidy(value):
                rows.setdefault(row, []).append(text)
        return ["\n".join(" ".join(texts) for texts in rows.values())] if rows else []

    def _merge_or_refuse(self, page: Page, place: FieldPlace, filled: list[Result]) -> Result:
        """Two labels with one value are no harm; with two values nobody can tell which is meant."""
        merged: dict[str, Value] = {}
        for values, _, _ in filled:
            for key, value in values.items():
                if value is None:
                    continue
                if merged.get(key, value) != value:
                    cells = [page.grid.place(c.spot) for c in place.candidates]
                    raise Refused("F005", sheet=page.grid.name, cell=cells[0], label=place.label, cells=cells)
                merged[key] = value
        return merged, filled[0][1], filled[0][2]

    def _compare_heads(self, page: Page, place: FieldPlace, result: Result) -> None:
        values, spot, found = result
        self._check(page, place.key, found)
        first, second = self.values.get(place.key), values.get(place.key)
        if isinstance(first, str) and isinstance(second, str) and fold(first) != fold(second):
            self._issue("F010", place.key, page.grid.place(spot), label=place.label, found=second, expected=first)

    # -- codes in digits --

    def _codes_below(self, page: Page) -> bool:
        """Whether this sheet writes its codes beneath their labels; all codes go the same way."""
        beside = below = 0
        for place in page.layout.fields:
            if place.field and place.field.type == "digits":
                for candidate in place.candidates:
                    for area in candidate.areas:
                        hit = any(_is_code(v) for _, v in self._found(page, area))
                        right = area.rect.top <= candidate.spot[0]
                        beside, below = beside + (hit and right), below + (hit and not right)
        return below > beside

    def _digits(self, page: Page, place: FieldPlace, candidate: Candidate, codes_below: bool) -> Result:
        field = place.field
        assert field is not None
        areas = self._going(candidate, codes_below)
        found = [item for area in areas for item in self._found(page, area)]
        if codes_below and found:  # one row of codes: the next one has labels of its own
            found = [item for item in found if item[0][0] <= self._block(page, found[0][0]).bottom]
        for area in areas:
            self._check_uncached(page, area)
        codes = [(s, v) for s, v in found if _is_code(v)]
        values: dict[str, Value] = {place.key: self._code(page, field, codes)}
        names = [t for _, v in found if not _is_code(v) and (t := tidy(v))]
        if field.names:
            if not names and codes_below:
                names = self._beside(page, candidate, areas)
            values[field.names] = _joined(names)
        elif names and not codes:
            values[place.key] = _joined(names)  # a name where a code belongs: kept as typed
        default = (areas[0].rect.top, areas[0].rect.left) if areas else candidate.spot
        return values, (found[0][0] if found else default), found

    def _going(self, candidate: Candidate, codes_below: bool) -> tuple[Area, ...]:
        """The areas that lie the way this sheet's codes go."""
        areas = tuple(a for a in candidate.areas if (a.rect.top > candidate.spot[0]) == codes_below)
        return areas or candidate.areas[:1]

    def _beside(self, page: Page, candidate: Candidate, used: tuple[Area, ...]) -> list[str]:
        """A name in the label's other area, where the codes are not."""
        others = [a for a in candidate.areas if a not in used]
        return [t for a in others for _, v in self._found(page, a) if not _is_code(v) and (t := tidy(v))]

    def _code(self, page: Page, field: Field, codes: Found) -> str | None:
        if not codes:
            return None
        spot, value = codes[0]
        text = "".join(_code_text(v) for _, v in codes)
        number = isinstance(value, (int, float)) and len(codes) == 1
        if number and len(text) < field.digits and not self._one_digit_a_cell:
            # A number cannot hold its leading zero; where digits have a cell each, one may be missing.
            self._issue("F013", field.name, page.grid.place(spot), found=text, expected=text.zfill(field.digits))
            text = text.zfill(field.digits)
        return text

    def _digit_cells(self, page: Page, codes_below: bool) -> bool:
        """Whether the sheet writes its codes with one digit to a cell."""
        for place in page.layout.fields:
            if place.field and place.field.type == "digits":
                for candidate in place.candidates:
                    found = [v for a in self._going(candidate, codes_below) for _, v in self._found(page, a)]
                    if sum(_is_code(v) for v in found) > 1:
                        return True
        return False

    # -- tables --

    def _years(self, page: Page) -> None:
        """The years of each table; the cost table's evaluated year is the sheet's."""
        tables = page.layout.tables
        read = {t.table.name: (*self._table_years(page, t), t) for t in tables}
        self._columns: dict[str, list[int]] = {**getattr(self, "_columns", {})}
        if not read:
            return
        main = next((t for t in tables if t.table.kind == "costs"), tables[0]).table.name
        expected, evaluated, _, _ = read[main]
        self.fiscal_year = expected[evaluated]
        for name, (years, index, consecutive, place) in read.items():
            self._columns[name] = years
            self.years.update(years)
            if not consecutive or years[index] != self.fiscal_year or years != expected:
                typed = [text for _, text, _ in place.headings]
                cell = page.grid.place(place.headings[0][0])
                run = [self.fiscal_year + i - index for i in range(len(years))]
                label = place.table.label
                self._issue("F009", name, cell, label=label, found=typed, expected=[str(y) for y in run])

    def _table_years(self, page: Page, place: TablePlace) -> tuple[list[int], int, bool]:
        typed = [text for _, text, _ in place.headings]
        numbers = [_year_part(text) for text in typed]
        evaluated = self._evaluated(place)
        years = notation.resolve_columns(numbers, evaluated, self.latest)
        if years:
            return years, evaluated, True
        return _years_as_typed(numbers, evaluated, self.latest), evaluated, False

    def _evaluated(self, place: TablePlace) -> int:
        """The index of the last settled column."""
        settled = {fold(word) for word in self.form.years.settled_words}
        marked = [i for i, (_, _, phase) in enumerate(place.headings) if phase in settled]
        if marked:
            return marked[-1]
        return max(0, len(place.headings) - 1 - self.form.years.planned)

    def _table(self, page: Page, place: TablePlace) -> None:
        doubled: dict[str, list[RowPlace]] = {}
        for row in place.rows:
            doubled.setdefault(row.name, []).append(row)
        for name, rows in doubled.items():
            row = rows[0] if len(rows) == 1 else self._only_filled(page, place, rows)
            if place.table.kind == "costs":
                self._cost_row(page, place, name, row)
            else:
                self._indicator_row(page, place, name, row)

    def _only_filled(self, page: Page, place: TablePlace, rows: list[RowPlace]) -> RowPlace:
        """Of rows with one label the one that is filled; two different fillings are ambiguous."""
        contents = [tuple(str(v) for a in r.values for _, v in self._found(page, a)) for r in rows]
        filled = [(r, c) for r, c in zip(rows, contents, strict=True) if c]
        if len({c for _, c in filled}) > 1:
            cells = [page.grid.place(r.spot) for r, _ in filled]
            label = next((r.label for r in place.table.rows if r.name == rows[0].name), rows[0].name)
            raise Refused("F005", sheet=page.grid.name, cell=cells[0], label=label, cells=cells)
        return filled[0][0] if filled else rows[0]

    def _cost_row(self, page: Page, place: TablePlace, name: str, row: RowPlace) -> None:
        unit = next(r.unit for r in place.table.rows if r.name == name)
        printed = tidy(page.grid.cells.get((row.unit.rect.top, row.unit.rect.left)))
        in_yen = unit == "千円" and printed is not None and fold(printed) == "円"
        for year, area in self._by_year(place, row):
            key = f"costs.{name}.{year}"
            self._number(page, key, year, area, "円" if in_yen else unit)
            value = self.values[key]
            if in_yen and isinstance(value, (int, Decimal)):
                thousands = notation.exact(Decimal(value) / 1000)
                self.values[key] = thousands
                self._issue("F013", key, self.cells[key], year, found=f"{value}円", expected=f"{thousands}千円")

    def _by_year(self, place: TablePlace, row: RowPlace) -> Iterator[tuple[int, Area]]:
        seen = set()
        for year, area in zip(self._columns[place.table.name], row.values, strict=True):
            if year not in seen:  # a year headed twice is F009
                seen.add(year)
                yield year, area

    def _indicator_row(self, page: Page, place: TablePlace, slot: str, row: RowPlace) -> None:
        key = f"{place.table.name}.{slot}"
        name = self.words.inline_value(str(page.grid.cells[row.spot])) if row.inline else None
        found = self._found(page, row.title)
        name = name or _joined([t for _, v in found if (t := tidy(v))])
        at = row.spot if row.inline or not row.title else found[0][0] if found else _corner(row.title)
        self._put(page, f"{key}.name", name, at)
        self._check(page, f"{key}.name", found)
        units = self._found(page, row.unit)
        unit = _joined([t for _, v in units if (t := tidy(v))])
        self._put(page, f"{key}.unit", unit, units[0][0] if units else _corner(row.unit))
        for year, area in self._by_year(place, row):
            self._number(page, f"{key}.values.{year}", year, area, unit)

    def _number(self, page: Page, key: str, year: int, area: Area, unit: str | None) -> None:
        self._check_uncached(page, area)
        found = self._found(page, area)
        if not found:
            self._put(page, key, None, _corner(area))
            return
        spot, value = found[0]
        if len(found) > 1:
            value = " ".join(str(v) for _, v in found)
        self._check(page, key, found, year)
        read = read_number(value, unit)
        self._put(page, key, read.number, spot)
        if read.kind == "dash":
            self.answered.add(key)
        elif read.kind == "bad":
            self._issue("F012", key, self.cells[key], year, found=str(value), expected=unit or "")
        elif read.normalised:
            self._issue("F013", key, self.cells[key], year, found=str(value).strip(), expected=read.number)

    # -- boxes, matrix, free text --

    def _boxes(self) -> None:
        pages = [(p.layout, p.grid) for p in self.pages]
        for page, group, ticked, spot in read_boxes(pages, self.words):
            self.values[group.key] = ticked
            self.cells[group.key] = page[1].place(spot)
        self._period()

    def _period(self) -> None:
        """Start and end year stand in brackets behind the box, in its cell or in cells of their own."""
        for choice in self.form.choices:
            ticked = self.values.get(choice.name) or ()
            options = {o.value: o for o in choice.options if o.years}
            texts = {value: self._behind(choice.name, value) for value in options}
            chosen = [v for v in options if v in ticked] if ticked else [v for v in options if texts[v][0]]
            start = end = None
            spot_cell = self.cells.get(choice.name, "")
            if len(chosen) == 1:
                text, cell = texts[chosen[0]]
                spot_cell = cell or spot_cell
                start, end = _period_years(text, options[chosen[0]].years == "range", self.fiscal_year)
            for name, year in (("start_year", start), ("end_year", end)):
                self.values[f"{choice.name}.{name}"] = year
                self.cells[f"{choice.name}.{name}"] = spot_cell

    def _behind(self, group: str, value: str) -> tuple[str, str]:
        for page in self.pages:
            for place in page.layout.groups:
                if place.key != group:
                    continue
                for box in place.boxes:
                    if box.value == value:
                        parts = self.words.option_parts(str(page.grid.cells[box.spot]))
                        found = self._found(page, box.right) if box.index == len(parts) - 1 else []
                        folded = (fold(tidy(v) or "") for _, v in found if read_tick(v) is None)
                        beside = [text for text in folded if _PERIOD.fullmatch(text)]
                        text = parts[box.index].behind + "".join(beside)
                        spot = found[0][0] if beside and not parts[box.index].behind else box.spot
                        return (text if re.search(r"\d|元", text) else ""), page.grid.place(spot)
        return "", ""

    def _matrix(self, page: Page) -> None:
        if not page.layout.matrix:
            return
        marks = []
        spot = _corner(page.layout.matrix[0][2])
        for cost, outcome, area in page.layout.matrix:
            found = self._found(page, area)
            self._check(page, "matrix", found)
            for at, value in found:
                if read_tick(value) in ("on", "circle"):
                    marks.append((cost, outcome))
                    spot = at
        self._put(page, "matrix", tuple(marks), spot)

    def _free(self, page: Page) -> None:
        if page.layout.free is None:
            return
        found = [f for f in self._found(page, page.layout.free) if read_tick(f[1]) is None]
        self._check(page, self.form.free_text.name, found)
        block: Found = []
        for spot, value in found:
            # The text runs on in the rows beneath or in blocks of the same width; remarks further down do not.
            if block:
                first, last = self._block(page, block[0][0]), self._block(page, block[-1][0])
                here = self._block(page, spot)
                if spot[0] > last.bottom + 1 and (here.left, here.right) != (first.left, first.right):
                    break
            block.append((spot, value))
        texts = self._texts(block)
        key = self.form.free_text.name
        self._put(page, key, texts[0] if texts else None, block[0][0] if block else _corner(page.layout.free))

    def _block(self, page: Page, spot: Spot) -> Rect:
        return next((m for m in page.grid.merges if (m.top, m.left) == spot), Rect(*spot, *spot))


def head(form: Form, page: Page) -> tuple[str, ...]:
    """The texts by which the pages of one project are paired: project, department, division, folded."""
    extract = Extract(form, "", [page], 0)
    try:
        extract._fields(page)
    except Refused:
        return ()
    values = (extract.values.get(key) for key in ("project_name", "department", "division"))
    return tuple(fold(value) if isinstance(value, str) else "" for value in values)


def _is_coded(place: FieldPlace) -> bool:
    return place.field is not None and place.field.type in ("digits", "code_text")


def _corner(area: Area) -> Spot:
    return area.rect.top, area.rect.left


def _joined(texts: list[str]) -> str | None:
    return " ".join(texts) or None


def _typed(place: FieldPlace, texts: list[str]) -> dict[str, Value]:
    """The values of a field from the texts found for it."""
    field = place.field
    if field and field.type == "code_name":
        code, name = _code_and_name(texts)
        return {f"{place.key}.code": code, f"{place.key}.name": name}
    if field and field.type == "phone":
        return _phone(field, _joined(texts))
    return {place.key: _joined(texts)}


def _code_and_name(texts: list[str]) -> tuple[str | None, str | None]:
    """"(05) 行政サービス" in one cell, or its code and name in cells of their own."""
    if not texts:
        return None, None
    alone = _CODE.fullmatch(fold(texts[0]))
    if alone and (len(texts) > 1 or re.search(r"\d|^\(|^[IVX]+$", fold(texts[0]))):
        return fold(alone[1]), _joined(texts[1:])
    text = " ".join(texts)
    match = _CODE_NAME.fullmatch(text) or _CODE_SPACE.fullmatch(text)
    if match:
        return fold(match[1]), tidy(match[2])
    return None, tidy(text)


def _phone(field: Field, text: str | None) -> dict[str, Value]:
    if text is None:
        return {field.name: None}
    match = _EXTENSION.search(text)
    if not match:
        return {field.name: fold(text)}
    number = fold(text[: match.start()] + text[match.end() :])
    return {field.name: number or None, field.extension: fold(match[1]) or None}


def _is_code(value: CellValue) -> bool:
    return bool(re.fullmatch(r"[0-9]+", _code_text(value).replace("\n", "")))


def _code_text(value: CellValue) -> str:
    if isinstance(value, str):
        return "\n".join(fold(line).lstrip("'") for line in value.splitlines() if line.strip())
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    return str(notation.exact(value))


def _year_part(heading: str) -> str:
    """The year of a folded heading, without the phase."""
    match = re.match(notation.YEAR, heading)
    return match[0] if match else heading


def _years_as_typed(numbers: list[str], evaluated: int, latest: int) -> list[int]:
    """Years that do not run on: each as typed, in the era that puts it nearest to the evaluated one."""
    candidates = [notation.year_candidates(n) for n in numbers]
    anchor = next((y for y in candidates[evaluated] if y <= latest), latest)
    return [
        min(c, key=lambda y: abs(y - (anchor + i - evaluated))) if c else anchor + i - evaluated
        for i, c in enumerate(candidates)
    ]


def _period_years(text: str, is_range: bool, fiscal_year: int) -> tuple[int | None, int | None]:
    parts = re.split(r"[~\-]|から", text, maxsplit=1)
    first = _YEAR_IN_TEXT.search(parts[0])
    start = notation.resolve_start(first[0], fiscal_year) if first else None
    if not is_range or len(parts) < 2:
        return start, None
    last = _YEAR_IN_TEXT.search(parts[1])
    return start, notation.resolve_end(last[0], start, fiscal_year) if last else None
