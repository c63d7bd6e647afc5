"""A form as it was handed out, and what of its printed texts was altered on a filled sheet.

Where a text stands, how it is spaced, its figures, years, marks and boxes play no part: the same words are
the same text. What is typed into the form is none of its texts, neither here nor there.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from workbook.extracting import FormPage
from workbook.form import Form
from workbook.grid import Spot
from workbook.labels import vocabulary
from workbook.notation import YEAR, fold
from workbook.record import Issue, Record

_LONGEST = 400
"""A text of more letters is typed, not printed."""
_LIKE = 0.6
"""How alike two texts are when one was made of the other."""
_MOST, _NAMED = 5, 40
"""So many texts are named, with so many letters of each."""
_YEARS = re.compile(f"{YEAR}|年度")


class Template(msgspec.Struct, frozen=True):
    """What a form prints: each text by the words that it is compared by, in reading order."""

    form: str
    texts: dict[str, str]


def template_of(form: Form, pages: Iterable[FormPage]) -> Template:
    """The template that the pages of a blank form are."""
    texts: dict[str, str] = {}
    for page in pages:
        places = _value_places(page)
        for spot, text, words in _texts(page):
            if _is_label(form, page, spot, text) or spot not in places:
                texts.setdefault(words, text)
    return Template(form.id, texts)


def issue(form: Form, pages: Sequence[FormPage], record: Record, known: Iterable[Template]) -> Issue | None:
    """The F006 of one project, against the nearest template of its form; None for no difference."""
    own = [template for template in known if template.form == form.id]
    found = [_differences(form, pages, record, template) for template in own]
    lacking, other = min(found, key=lambda pair: sum(map(len, pair)), default=([], {}))
    if not (lacking or other):
        return None
    first = next(iter(other.values()), None) or _first_label(pages)
    values = {"expected": _named(lacking), "found": _named(list(other))}
    return Issue("F006", None, first, values)


def _differences(
    form: Form, pages: Sequence[FormPage], record: Record, template: Template
) -> tuple[list[str], dict[str, str]]:
    """The texts of the template that a project's pages lack, and those that they have instead, with cells."""
    here = {words: (page, spot, text) for page in reversed(pages) for spot, text, words in _texts(page)}
    lacking = [words for words in template.texts if words not in here]
    strange = [words for words in here if words not in template.texts]
    if lacking:
        everything = "\n".join(here)  # a value may stand behind its label
        lacking = [words for words in lacking if words not in everything]
    typed = {cell for key, cell in record.cells.items() if record.values.get(key) not in (None, ())}
    printed = [words for words in strange if here[words][0].place(here[words][1]) not in typed]
    changed = {near for words in lacking for near in difflib.get_close_matches(words, printed, 1, _LIKE)}
    known = "\n".join(template.texts)
    added = {words for words in printed if words not in known and _is_label(form, *here[words])}
    other = [here[words] for words in printed if words in changed or words in added]
    other.sort(key=lambda found: (pages.index(found[0]), found[1]))
    return [template.texts[w] for w in lacking], {text: page.place(spot) for page, spot, text in other}


def _texts(page: FormPage) -> Iterator[tuple[Spot, str, str]]:
    """The texts on a page with the words that they are compared by; what is only a mark is left out."""
    rect = page.layout.rect
    for row, cells in sorted(page.grid.rows.items()):
        for column, value in cells:
            if isinstance(value, str) and len(value) <= _LONGEST and rect.holds((row, column)):
                words = _words(value)
                if len(words) > 1:
                    yield (row, column), value.strip(), words


@functools.lru_cache(maxsize=4096)
def _words(text: str) -> str:
    """A text for comparison: its letters alone."""
    return "".join(filter(str.isalpha, _YEARS.sub("", fold(text))))


def _is_label(form: Form, page: FormPage, spot: Spot, text: str) -> bool:
    """Whether a text is a label of the form, with no value behind it in its cell."""
    label = vocabulary(form).recognise(text) if spot in page.layout.labels else None
    return label is not None and not label.inline


def _value_places(page: FormPage) -> set[Spot]:
    """The cells of a page that stand where values do."""
    layout = page.layout
    areas = [area for place in layout.fields for found in place.candidates for area in found.areas]
    areas += [layout.free] if layout.free else []
    for table in layout.tables:
        for row in table.rows:
            areas += [row.title, *row.values]
            if table.table.kind == "indicators":  # elsewhere the units are printed
                areas.append(row.unit)
    return {spot for area in areas for spot, _ in page.found(area)}


def _first_label(pages: Iterable[FormPage]) -> str | None:
    spots = ((page, min(page.layout.labels)) for page in pages if page.layout.labels)
    return next((page.grid.place(spot) for page, spot in spots), None)


def _named(texts: Sequence[str]) -> list[str]:
    """Texts as they are named in a message: some of them, each in one line, long ones by their beginning."""
    lines = ["".join(map(str.strip, text.splitlines())) for text in texts[:_MOST]]
    short = (line if len(line) <= _NAMED else f"{line[:_NAMED]}…" for line in lines)
    return [f"「{text}」" for text in short] + ["…"] * (len(texts) > _MOST)
