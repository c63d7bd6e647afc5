"""Which form the sheets of a book are filled in on. Several can be known, and a book may mix them.

Of the forms whose labels are all there, the one with the most of them counts, then the one that was in use in
the evaluated year, then the newest. Where more than one fits, that is told (F015), never passed over.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Literal

from workbook.extracting import FormPage, evaluated_year
from workbook.form import Form
from workbook.grid import Grid
from workbook.labels import vocabulary

_WORD = 3
"""A label of that many Chinese characters is found by them alone, however it is spaced or marked."""
Reason = Literal["labels", "year", "newest"]


@dataclasses.dataclass(slots=True, frozen=True)
class Fit:
    """A form on a book: its pages on the sheets, altered ones too."""

    form: Form
    pages: list[FormPage]

    @property
    def found(self) -> int:
        """How many labels were found on what is a page of the form."""
        return sum(page.layout.found for page in self.pages if page.layout.is_form)

    def holds(self, grid: Grid) -> bool:
        """Whether a sheet is filled in on this form: pages of it stand there, and they lack nothing."""
        own = [page.layout for page in self.pages if page.grid is grid and page.layout.is_form]
        return bool(own) and not any(layout.missing for layout in own)

    def year(self, latest: int) -> int:
        """The evaluated year of the first sheet that has one; 0 for none."""
        years = (evaluated_year(self.form, page, latest) for page in self.pages if page.layout.is_form)
        return next((year for year in years if year), 0)


def fits(
    grids: list[Grid],
    forms: Sequence[Form],
    latest: int,
    pages_of: Callable[[Form, list[Grid]], list[FormPage]],
) -> list[Fit]:
    """The forms on a book's sheets, the best first. Forms that cannot fit any better are left out."""
    found: list[Fit] = []
    for form in _likeliest_first(forms, grids):
        if (
            found
            and all(map(found[0].holds, _filled(found[0])))
            and not _may_hold(found[0].form, form, grids)
        ):
            continue
        found.append(Fit(form, pages_of(form, grids)))
        found.sort(key=lambda fit: fit.found, reverse=True)
    if len(found) > 1 and found[0].found == found[1].found:
        found.sort(key=lambda fit: (fit.found, *_use(fit, latest)), reverse=True)
    _RECENT.put(found[0].form)
    return found


def _likeliest_first(forms: Sequence[Form], grids: list[Grid]) -> list[Form]:
    """The forms of the last books; for the first one, those whose own words stand on its sheets."""

    def stands(form: Form) -> bool:
        return all(_may_hold(other, form, grids) for other in forms if other is not form)

    return sorted(forms, key=_RECENT.index_of if _RECENT.ids else lambda form: not stands(form))


def chosen(found: Sequence[Fit]) -> list[tuple[Fit, list[FormPage]]]:
    """The pages to read, by form: the best form's, and those of sheets that only another one holds."""
    best, others = found[0], found[1:]
    taken = {id(page.grid): fit for fit in reversed(others) for page in fit.pages if fit.holds(page.grid)}
    for page in best.pages:
        if page.layout.is_form and (best.holds(page.grid) or id(page.grid) not in taken):
            taken[id(page.grid)] = best
    own = [(fit, [p for p in fit.pages if p.layout.is_form and taken[id(p.grid)] is fit]) for fit in found]
    return [(fit, pages) for fit, pages in own if pages]


def rivals(
    project: Sequence[FormPage], fit: Fit, found: Sequence[Fit], latest: int
) -> list[tuple[Form, Reason]]:
    """The other forms that fit a project as well as the one it is read by, and why that one was preferred."""
    out: list[tuple[Form, Reason]] = []
    for other in found:
        if other is not fit and all(_has(other, page) for page in project):
            more, use = fit.found != other.found, _use(fit, latest)[0] != _use(other, latest)[0]
            out.append((other.form, "labels" if more else "year" if use else "newest"))
    return out


def _has(fit: Fit, page: FormPage) -> bool:
    same = (p.layout for p in fit.pages if p.grid is page.grid and p.layout.page == page.layout.page)
    return any(layout.is_form and not layout.missing for layout in same)


def _use(fit: Fit, latest: int) -> tuple[bool, int]:
    return fit.form.evaluates(fit.year(latest)), fit.form.since


def _filled(fit: Fit) -> list[Grid]:
    """The sheets that hold pages of a form; one that no form is of where there is none."""
    return [page.grid for page in fit.pages if page.layout.is_form] or [Grid("", {})]


class _Recent:
    """The forms of the last books: most books of a run are of one form, which is tried first."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    def index_of(self, form: Form) -> int:
        return self.ids.index(form.id) if form.id in self.ids else len(self.ids)

    def put(self, form: Form) -> None:
        if self.ids[:1] != [form.id]:
            self.ids = [form.id, *(name for name in self.ids if name != form.id)]


_RECENT = _Recent()


def _may_hold(known: Form, other: Form, grids: list[Grid]) -> bool:
    """Whether the other form can fit as well: its own words stand there, too. Cheap, and never wrongly no."""
    own = _own_word(known, other)
    if own is None:
        return True
    texts = [value for grid in grids for value in grid.cells.values() if isinstance(value, str)]
    for character in own:
        texts = [text for text in texts if character in text]
    return bool(texts)


@functools.cache
def _own_word(known: Form, other: Form) -> str | None:
    """The Chinese characters of a label that the other form must have and the known one does not print.

    None where there is no such label. Spaces, marks and width do not matter to them.
    """
    recognise = vocabulary(known).recognise
    labels = [field.label for field in other.fields if not field.optional and not field.aliases]
    labels += [table.label for table in other.tables if not table.aliases]
    labels += [question.label for question in other.questions if not question.aliases]
    words = ["".join(c for c in label if "一" <= c <= "鿿") for label in labels if recognise(label) is None]
    return max((word for word in words if len(word) >= _WORD), key=len, default=None)
