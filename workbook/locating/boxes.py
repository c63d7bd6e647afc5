"""Groups of boxes: choices, judgements, the axes of the summary, directions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from workbook.form import Question
from workbook.grid import Rect
from workbook.locating.page import Page
from workbook.locating.places import FAR, BoxPlace, GroupPlace, Token


class Asked(Struct, frozen=True):
    """A question and its rows: from its label to the next question's."""

    question: Question
    rows: Rect


def find_questions(page: Page) -> list[Asked]:
    """The questions of the page, whose labels become hard. The first page has none."""
    if page.number != 2 or not page.form.questions:
        return []
    found: list[tuple[Question, Token]] = []
    for question in page.form.questions:
        tokens = page.here["question", question.number]
        tokens = [t for t in tokens if not t.label.inline] or tokens
        if page.need(tokens, question.label):
            found.append((question, tokens[0]))
        if len(tokens) > 1:
            page.doubled.append((question.label, tuple(t.spot for t in tokens)))
    page.harden(token for _, token in found)
    see = page.sections["see"]
    tops = sorted(token.row for _, token in found)
    return [
        Asked(q, see._replace(top=t.row, bottom=min([see.bottom, *(row - 1 for row in tops if row > t.row)])))
        for q, t in found
    ]


def find_groups(page: Page, questions: list[Asked]) -> list[GroupPlace]:
    """All groups of boxes of the page."""
    groups = [*_choices(page), *_judgements(page, questions)]
    if page.number == 2:
        groups += [*_axes(page), *_directions(page)]
    return groups


def _choices(page: Page) -> Iterator[GroupPlace]:
    for choice in page.form.choices:
        if choice.section in page.sections:
            titles = page.here["choice", choice.name]
            page.need(titles, choice.label)
            boxes = [(option.value, option.label) for option in choice.options]
            rect = page.sections[choice.section]
            yield _group(page, choice.name, boxes, _under(page, titles[0], rect) if titles else rect)


def _under(page: Page, title: Token, rect: Rect) -> Rect:
    """The columns of a choice: to the next title beside its own, where there is one."""
    titles = [t.col for t in page.beside(title) if page.kinds(t) & {"field", "table", "choice"}]
    return rect._replace(right=min([rect.right, *(col - 1 for col in titles)]))


def _judgements(page: Page, questions: list[Asked]) -> Iterator[GroupPlace]:
    for asked in questions:
        question, key = asked.question, f"judgements.{asked.question.number}"
        yield _group(page, key, [("flagged", question.flagged), ("other", question.other)], asked.rows)
        if question.mergeable:
            boxes = [("yes", question.mergeable.yes), ("no", question.mergeable.no)]
            yield _group(page, f"{key}.mergeable", boxes, asked.rows)


def _axes(page: Page) -> Iterator[GroupPlace]:
    found = []
    for axis in page.form.axes:
        tokens = page.here["axis", axis.key]
        if page.need(tokens, f"{axis.key} {axis.label}"):
            found.append((axis.key, tokens[0]))
    options = page.form.axis_options
    boxes = [("fine", options.fine), ("flagged", options.flagged)]
    for key, rect in _bands(found, page.sections["summary"]) if found else ():
        yield _group(page, f"summary.{key}", boxes, rect)


def _bands(items: list[tuple[str, Token]], within: Rect) -> Iterator[tuple[str, Rect]]:
    """The rows of each item down to the next, or the columns where they stand side by side."""
    if len({t.row for _, t in items}) == len(items):
        tops = [t.row for _, t in items]
        for key, token in items:
            after = min([within.bottom + 1, *(row for row in tops if row > token.row)])
            yield key, within._replace(top=token.row, bottom=after - 1)
        return
    lefts = [t.col for _, t in items]
    for key, token in items:
        after = min([within.right + 1, *(col for col in lefts if col > token.col)])
        yield key, within._replace(top=token.row, left=token.col, right=after - 1)


def _directions(page: Page) -> Iterator[GroupPlace]:
    section = page.form.matrix.section
    if section in page.sections:
        boxes = [(d.value, d.value) for d in page.form.directions]
        yield _group(page, "directions", boxes, page.sections[section])


def _group(page: Page, key: str, boxes: Iterable[tuple[str, str]], rect: Rect) -> GroupPlace:
    """The boxes (value, label) of a group within a block."""
    places = []
    for value, label in boxes:
        found = [(token, index) for token, index in page.boxes[f"{key}:{value}"] if token.inside(rect)]
        if page.need(found, label):
            places.append(_box(page, value, *found[0], rect))
    return GroupPlace(key, tuple(places))


def _box(page: Page, value: str, token: Token, index: int, rect: Rect) -> BoxPlace:
    """A box and the space on both sides of it, to the next label or the end of its group's block."""
    rows = token.rect
    before = [t.right for t in page.hard if t.right < token.col and t.shares_rows(rows)]
    after = min((t.col for t in page.beside(token)), default=FAR) - 1
    left = rows._replace(left=max([rect.left - 1, *before]) + 1, right=token.col - 1)
    right = rows._replace(left=token.right + 1, right=min(after, rect.right))
    alone = len(token.label.options) == 1
    return BoxPlace(value, token.spot, index, alone, page.area(left), page.area(right))
