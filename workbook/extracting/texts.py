"""Which of the cells in an area make up a value, and the text that they give."""

from __future__ import annotations

import itertools
import re

from workbook.extracting.page import FormPage, Found
from workbook.form import Field
from workbook.grid import Rect, Spot
from workbook.labels import Vocabulary
from workbook.locating import Area, Candidate, FieldPlace
from workbook.locating.places import FAR
from workbook.notation import DASHES, fold, tidy
from workbook.record import Value

_CODE_NAME = re.compile(r"\s*[(（\[〔]\s*([^()（）\[\]〔〕]*?)\s*[)）\]〕]\s*(.*)", re.DOTALL)
_CODE_SPACE = re.compile(
    r"\s*([0-9０-９]{1,4}(?:[-－][0-9０-９]{1,4})*|[IVXⅠ-Ⅻ]{1,5})[\s.:：]+(\S.*)", re.DOTALL
)
_CODE = re.compile(r"[(\[]?([0-9A-Z\-]{1,8})[)\]]?")
"""A code alone in a cell, folded."""
_DIGIT = re.compile("[0-9]")
_SURELY_CODE = re.compile(r"\d|^\(|^[IVX]+$")
_EXTENSION = re.compile(r"[\s(（]*内線\s*[)）:：]*\s*([0-9０-９\-－]*)\s*[)）]?")


def joined(texts: list[str]) -> str | None:
    """The texts in one line; None when there are none."""
    return " ".join(texts) or None


def named(found: Found) -> str | None:
    """The text in one line; None for a dash, which says that there is none."""
    text = joined(each(found))
    return None if text and DASHES.issuperset(text) else text


def each(found: Found) -> list[str]:
    """The text of each cell that has one."""
    return [text for _, value in found if (text := tidy(value))]


def of_code(found: Found) -> list[str]:
    """The texts of a code and its name, which may have a cell for each digit: a 0 before others is one."""
    before, last = found[:-1], found[-1:]
    texts = ["0" if value == 0 and not isinstance(value, bool) else tidy(value) for _, value in before]
    return [text for text in (*texts, *each(last)) if text]


def lines(found: Found) -> str | None:
    """The text of a box that was written over several rows, row by row; None when blank."""
    if len(found) == 1:
        return tidy(found[0][1])
    rows: dict[int, list[str]] = {}
    for (row, _), value in found:
        if text := tidy(value):
            rows.setdefault(row, []).append(text)
    return "\n".join(" ".join(texts) for texts in rows.values()) or None


def typed_on(page: FormPage, area: Area, found: Found, words: Vocabulary) -> Found:
    """Lines that were typed on beneath a box where it was too small: each a plain cell alone in its row."""
    row, column = area.rect.bottom + 1, min((spot[1] for spot, _ in found), default=area.rect.left)
    more: Found = []
    while len(cells := page.grid.rows.get(row, [])) == 1 and cells[0][0] == column:
        if row > page.layout.rect.bottom or not page.block((row, column)).is_cell:
            break
        if words.recognise(str(cells[0][1])):
            break
        more.append(((row, column), cells[0][1]))
        row += 1
    return [item for item in more if item[0] not in page.claimed]


def begins_beside(page: FormPage, candidate: Candidate) -> tuple[Area, ...]:
    """The areas of a text, that beside its label first where the text begins there and not beneath it."""
    areas, first = candidate.areas, candidate.spot[0]
    beside = [area for area in areas if area.rect.top == first]
    if not any(spot[0] == first for area in beside for spot, _ in page.found(area)):
        return areas
    label = page.block(candidate.spot)
    beneath = [value for area in areas for spot, value in page.found(area) if _is_beneath(spot, label)]
    if all(str(value).lstrip().startswith("※") for value in beneath):
        return (*beside, *(area for area in areas if area not in beside))
    return areas


def _is_beneath(spot: Spot, label: Rect) -> bool:
    return spot[0] > label.bottom and label.left <= spot[1] <= label.right


def nearest_run(page: FormPage, found: Found, *, coded: bool = False, whole: bool = False) -> Found:
    """The value nearest to its label and what adjoins it: a memo further right is none of it.

    Behind a code (``coded``) its name may stand at a distance. A value that is ``whole`` in a merged block
    ends with that.
    """
    if len(found) < 2:
        return found
    first = min(row for (row, _), _ in found)
    found = sorted((item for item in found if item[0][0] == first), key=lambda item: item[0][1])
    run = found[:1]
    if whole and not page.block(run[0][0]).is_cell:
        return run
    for spot, value in found[1:]:
        adjoins = spot[1] == page.block(run[-1][0]).right + 1
        if not adjoins and not (coded and _awaits_name("".join(each(run)))):
            break
        run.append((spot, value))
    return run


def _awaits_name(text: str) -> bool:
    """Whether what was read so far is a code alone, or only its opening bracket."""
    return _CODE.fullmatch(fold(text)) is not None or text in "（("


def first_text(page: FormPage, found: Found) -> Found:
    """The text runs on in the rows beneath or in blocks of the same width; remarks further down do not."""
    text: Found = []
    for spot, value in found:
        if text:
            first, last, here = page.block(text[0][0]), page.block(text[-1][0]), page.block(spot)
            if spot[0] > last.bottom + 1 and (here.left, here.right) != (first.left, first.right):
                break
        text.append((spot, value))
    return text


def without_table(page: FormPage, found: Found) -> Found:
    """What stands in a box that nothing ends, without a table further down.

    Beneath the last label and a blank row, rows of several cells are no text that was typed on.
    """
    if len(found) < 2:
        return found
    rows = [spot[0] for spot, _ in found]
    starts = [row for above, row in itertools.pairwise(rows) if row > above + 1]
    last = max((row for row, _ in page.layout.labels), default=-1) if starts else -1
    for start, end in itertools.pairwise([*starts, FAR]):
        block = [row for row in rows if start <= row < end]
        if start > last and len(set(block)) < len(block):
            return [item for item in found if item[0][0] < start]
    return found


def box_cells(page: FormPage, area: Area, found: Found) -> Found:
    """The cells of a text box; a remark across the whole page beneath it is none of it."""
    if len(found) < 2:
        return found
    blocks = [(item, page.block(item[0])) for item in found]
    fitting = [
        item
        for item, block in blocks
        if block.is_cell or (area.rect.left <= item[0][1] and block.right <= area.rect.right)
    ]
    return fitting or found


def typed(place: FieldPlace, texts: list[str]) -> dict[str, Value]:
    """The values of a field, by key, from the texts found for it."""
    if place.type == "code_name":
        code, name = code_and_name(texts)
        return {f"{place.key}.code": code, f"{place.key}.name": name}
    if place.field and place.type == "phone":
        return phone(place.field, joined(texts))
    return {place.key: joined(texts)}


def code_and_name(texts: list[str]) -> tuple[str | None, str | None]:
    """Code and name from "(05) 行政サービス" in one cell, or from cells of their own.

    Brackets that are printed for the code and were left blank hold none.
    """
    if not texts:
        return None, None
    digits = list(itertools.takewhile(_DIGIT.fullmatch, map(fold, texts)))
    if len(digits) > 1:
        texts = ["".join(digits), *texts[len(digits) :]]
    alone = _CODE.fullmatch(fold(texts[0]))
    if alone and (len(texts) > 1 or _SURELY_CODE.search(fold(texts[0]))):
        return fold(alone[1]), joined(texts[1:])
    text = " ".join(texts)
    match = _CODE_NAME.fullmatch(text) or _CODE_SPACE.fullmatch(text)
    if match:
        return fold(match[1]) or None, tidy(match[2])
    return None, tidy(text)


def phone(field: Field, text: str | None) -> dict[str, Value]:
    """A telephone number and the extension written behind it."""
    if text is None:
        return {field.name: None}
    match = _EXTENSION.search(text)
    if not match:
        return {field.name: fold(text)}
    number = fold(text[: match.start()] + text[match.end() :])
    return {field.name: number or None, field.extension: fold(match[1]) or None}
