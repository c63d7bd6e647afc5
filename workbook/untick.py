"""Take the ticks out of a page, however they were set: in a label's cell, beside it, as TRUE, as a control.

What a box shows when it is not ticked is taken from the other boxes of the page.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

from workbook.grid import Grid, Rect, Spot
from workbook.labels import vocabulary
from workbook.locating import Area, BoxPlace, PageLayout
from workbook.notation import CIRCLES, OFF, ON, Tick, fold, read_tick
from workbook.parts import Book
from workbook.parts.controls import untick
from workbook.parts.sheet import Sheet
from workbook.record import Record

_PARTNERS = str.maketrans({"■": "□", "⬛": "⬜", "◼": "◻", "☑": "☐", "☒": "☐", "●": "○", "◉": "○", "◎": "○"})


@dataclasses.dataclass(slots=True)
class Part:
    """A page of a project on its sheet."""

    record: Record
    layout: PageLayout
    grid: Grid
    sheet: Sheet
    book: Book


def on(rect: Rect, spot: Spot) -> bool:
    return rect.top <= spot[0] <= rect.bottom and rect.left <= spot[1] <= rect.right


def spots_in(part: Part, area: Area) -> Iterator[Spot]:
    """The cells of an area that hold anything, and the first cells of blocks that reach into it."""
    top, left, bottom, right = area.rect
    yield from area.extra
    for row in range(top, bottom + 1):
        yield from ((row, column) for column, _ in part.grid.rows.get(row, ()) if left <= column <= right)


def clear_ticks(part: Part) -> None:
    """Untick what somebody judges: questions, summary, directions, matrix. 事業期間 and the like stay."""
    form = part.record.form
    facts = {choice.name for choice in form.choices if not choice.judged}
    groups = [group for group in part.layout.groups if group.key not in facts]
    if not groups:
        return
    circle = _circle_is_on(part)
    ons = ON | CIRCLES if circle else ON
    off = _off_glyph(part, circle)
    for box in (box for group in groups for box in group.boxes):
        _clear_label(part, box, ons, off)
        for area in (box.left, box.right):
            for spot, tick in _ticks(part, area):
                if tick == "on" or (tick == "circle" and circle):
                    _clear_cell(part, spot, ons, off)
    for area in (cell.area for cell in part.layout.matrix):
        for spot, tick in _ticks(part, area):
            if tick != "off":
                _clear_cell(part, spot, ON | CIRCLES, "")
    fact_boxes = {box.spot for group in part.layout.groups if group.key in facts for box in group.boxes}
    untick(part.sheet, lambda rect: _belongs(part.layout.rect, rect) and not _near(fact_boxes, rect))


def _belongs(page: Rect, rect: Rect) -> bool:
    return on(page, ((rect.top + rect.bottom) // 2, (rect.left + rect.right) // 2))


def _near(spots: set[Spot], rect: Rect) -> bool:
    return any(rect.top <= row <= rect.bottom for row, _ in spots)


def _ticks(part: Part, area: Area) -> Iterator[tuple[Spot, Tick]]:
    for spot in spots_in(part, area):
        if spot not in area.others and (tick := read_tick(part.grid.cells.get(spot))):
            yield spot, tick


def _circle_is_on(part: Part) -> bool:
    """Whether ○ is the mark on this sheet: some box that was read as ticked has nothing else."""
    words = vocabulary(part.record.form)
    for group in part.layout.groups:
        ticked = part.record.ticked(group.key)
        for box in group.boxes:
            if box.value in ticked:
                glyphs = words.option_parts(str(part.grid.cells.get(box.spot, "")))
                own = glyphs[box.index].glyph if box.index < len(glyphs) else ""
                beside = {tick for area in (box.left, box.right) for _, tick in _ticks(part, area)}
                if set(own) & CIRCLES or (not own and "circle" in beside and "on" not in beside):
                    return True
    return False


def _off_glyph(part: Part, circle: bool) -> str:
    """What stands in this page's boxes that are not ticked; "" where nothing does."""
    offs = OFF if circle else OFF | CIRCLES
    counts: dict[str, int] = {}
    for box in (box for group in part.layout.groups for box in group.boxes):
        texts = [str(part.grid.cells.get(box.spot, ""))]
        texts += [
            str(part.grid.cells.get(spot, "")) for a in (box.left, box.right) for spot, _ in _ticks(part, a)
        ]
        for char in "".join(texts):
            if char in offs:
                counts[char] = counts.get(char, 0) + 1
    return max(counts, key=lambda char: counts[char]) if counts else ""


def _clear_label(part: Part, box: BoxPlace, ons: frozenset[str], off: str) -> None:
    """Untick the boxes that stand in the label's own cell."""
    text = part.sheet.text(box.spot)
    parts = vocabulary(part.record.form).option_parts(text)
    if not any(set(p.glyph) & ons for p in parts):
        return
    _say(part, box.spot, _untick_text(text, ons, off))


def _untick_text(text: str, ons: frozenset[str], off: str) -> str:
    """The text with its ticks off: レ and the like count only where they stand by themselves."""
    glyphs = "".join(sorted(ons)) + "ﾚ" * ("レ" in ons)
    alone = re.compile(
        rf"(?<![^\s(（\[［・/、,|。」）)\]］])[{glyphs}](?!ー)|[{re.sub('[レﾚ]', '', glyphs)}]"
    )
    return alone.sub(lambda match: _off_for(match[0], off, text, match.end()), text)


def _off_for(glyph: str, off: str, text: str, end: int) -> str:
    partner = fold(glyph).translate(_PARTNERS)
    if off:
        return off
    if partner != fold(glyph):
        return partner
    return "　" if text[end : end + 1] in (")", "）", "]", "］") else ""


def _clear_cell(part: Part, spot: Spot, ons: frozenset[str], off: str) -> None:
    """Untick a cell that holds a tick and nothing else. One drawn over it is not the cell's."""
    if not part.sheet.text(spot):
        return
    value = part.grid.cells.get(spot)
    if isinstance(value, bool):
        if part.sheet.has_formula(spot):
            return
        part.sheet.put(spot, False)
        return
    text = part.sheet.text(spot)
    if read_tick(text) in ("on", "circle"):
        bracketed = re.sub(f"[{''.join(ons)}]", "　", text) if len(fold(text)) > 1 else off
        _say(part, spot, bracketed)


def _say(part: Part, spot: Spot, text: str) -> None:
    if part.sheet.has_formula(spot):
        part.sheet.set_result(spot, text)
    else:
        part.sheet.put(spot, text or None)
