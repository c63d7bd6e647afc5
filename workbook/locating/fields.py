"""Which labels belong to a field or a reason, and where their values may stand."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import msgspec

from workbook.form import Field
from workbook.grid import Rect, Spot
from workbook.labels import Meaning
from workbook.locating.boxes import Asked
from workbook.locating.page import Page
from workbook.locating.places import FAR, Candidate, FieldPlace, Token


class Chosen(msgspec.Struct, frozen=True):
    """A value's labels, before the space around them is known. ``field`` is None for reasons."""

    key: str
    label: str
    tokens: list[Token]
    bottom: int
    """The last row where the value may stand."""
    field: Field | None = None


def choose_fields(page: Page) -> Iterator[Chosen]:
    """The labels of the page's fields; those that it must have and lacks are noted as missing."""
    for field in _fields(page):
        tokens = _labels_of(page, field)
        if tokens:
            page.found += 1
        elif field.type != "group" and not field.optional:
            page.missing.append(_shown(field))
        if tokens and field.type != "group":
            bottom = page.sections.get(field.section, page.rect).bottom
            yield Chosen(field.name, _shown(field), tokens, bottom, field)


def choose_reasons(page: Page, questions: list[Asked]) -> Iterator[Chosen]:
    """The labels of each question's reason, and of the means that one question asks for."""
    for asked in questions:
        question, rows = asked.question, asked.rows
        key = f"judgements.{question.number}"
        tokens = [t for t in page.here["reason", ""] if t.inside(rows)]
        tokens = [t for t in tokens if not t.label.inline] or tokens
        if page.need(tokens, f"{question.mark}{question.label}の理由"):
            yield Chosen(f"{key}.reason", f"{question.mark}理由", tokens, rows.bottom)
        means = [t for t in page.here["means", question.number] if t.inside(rows)]
        if means:
            yield Chosen(f"{key}.means", question.means, means, rows.bottom)


def reasons_like_boxes(page: Page, questions: list[Asked], chosen: list[Chosen]) -> list[Token]:
    """Reasons that say no more than the words of a box: these stand elsewhere, too, where their boxes are."""
    labels = {choice.key: choice.tokens for choice in chosen}
    return [
        token
        for asked in questions
        for label in labels.get(f"judgements.{asked.question.number}.reason", ())
        if (token := _next(page, label, asked.rows)) and _is_elsewhere(page, token, asked)
    ]


def _next(page: Page, label: Token, rows: Rect) -> Token | None:
    """The label right behind another one, else the first beneath it."""
    behind = min(page.beside(label), key=lambda token: token.col, default=None)
    below = [
        t for t in page.hard if label.bottom < t.row <= rows.bottom and label.col <= t.col <= label.right
    ]
    return behind or min(below, key=lambda token: token.row, default=None)


def _is_elsewhere(page: Page, token: Token, asked: Asked) -> bool:
    """Whether all boxes of a label have another place: those of the question itself, in its own rows."""
    names = {meaning.name for meanings in token.label.options for meaning in meanings}
    others = {name: [t for t, _ in page.boxes[name] if t is not token] for name in names & page.boxes.keys()}
    own = f"judgements.{asked.question.number}"
    return bool(others) and all(
        found and (not name.startswith((f"{own}:", f"{own}.")) or any(t.inside(asked.rows) for t in found))
        for name, found in others.items()
    )


def place_field(page: Page, chosen: Chosen) -> FieldPlace:
    """The areas at each label of a value. To be asked when all labels of the page have been chosen."""
    candidates = []
    for token in chosen.tokens:
        if chosen.field:
            blocks = _field_blocks(page, token, chosen.field, chosen.bottom)
        else:
            blocks = _reason_blocks(page, token, chosen.bottom)
        areas = tuple(page.area(b) for b in blocks if b.left <= b.right and b.top <= b.bottom)
        values = _values_beneath(page, token, chosen) if len(blocks) == 1 else None
        beneath = page.area(values) if values else None
        candidates.append(Candidate(token.spot, token.label.inline, areas, beneath))
    return FieldPlace(chosen.key, chosen.label, tuple(candidates), chosen.field)


def _fields(page: Page) -> Iterator[Field]:
    """The fields of the page's sections, and those of the first page that its head repeats."""
    repeated = {name: s.name for s in page.form.sections if s.page == page.number for name in s.repeats}
    for field in page.form.fields:
        if field.section in page.sections:
            yield field
        elif field.name in repeated:
            tokens = _repeated(page, field, page.sections[repeated[field.name]])
            if tokens:
                page.here["field", field.name] = tokens
                page.harden(tokens)
                yield msgspec.structs.replace(field, optional=True)


def _repeated(page: Page, field: Field, rows: Rect) -> list[Token]:
    meaning = Meaning("field", field.name, field.section)
    return [t for t in page.tokens if meaning in t.label.meanings and rows.top <= t.row <= rows.bottom][:1]


def _labels_of(page: Page, field: Field) -> list[Token]:
    """The labels of a field: exact ones, else such with the value in the same cell."""
    columns = {t.spot for t in page.hard if t.label.year}  # column headings that read the same
    tokens = [t for t in page.here["field", field.name] if t.spot not in columns]
    if field.within:
        tokens = _within(page, field, tokens)
    return [t for t in tokens if not t.label.inline] or tokens


def _within(page: Page, field: Field, tokens: list[Token]) -> list[Token]:
    """Which of several equal labels belongs to this field: the one that follows its parent's label."""
    twins = [f for f in page.form.fields if f.label == field.label and f.section == field.section]
    if len(tokens) == len(twins):
        return [tokens[twins.index(field)]]
    start = _first(page, field.within)
    after = min((p for f in twins if (p := _first(page, f.within)) > start), default=(FAR, FAR))
    return [t for t in tokens if start < t.spot < after]


def _first(page: Page, name: str) -> Spot:
    tokens = page.here["field", name]
    return tokens[0].spot if tokens else (FAR, FAR)


def _shown(field: Field) -> str:
    return field.label.replace("{evaluated}", "○年度").replace("{planned}", "○年度")


def _field_blocks(page: Page, token: Token, field: Field, bottom: int) -> list[Rect]:
    """Where a field's value may stand, the likeliest place first."""
    if field.value == "section":
        rows = page.sections[field.section]
        return [page.wide_rows(rows if page.beyond else rows._replace(right=min(page.edge, rows.right)))]
    right = page.right_of(token)
    below = page.beneath(token, min(bottom, page.bottom))
    boxed = field.is_box
    if not (boxed or field.is_coded):
        beneath = page.slot_beneath(token, below)
        if right.left > right.right and field.type != "phone":
            return [beneath]
        in_a_row = _heads_column(page, token)
        at_the_edge = token.right >= page.edge and page.slot(token) is not None
        return [right, beneath] if in_a_row or at_the_edge else [right]
    if field.is_coded:
        return [right, page.codes_beneath(token, below)]
    # A merged box holds the whole text: what stands beside or beneath it is written beside the form.
    if box := page.box(token, bottom):
        return [box]
    return [below, page.grown(token, bottom)]


def _values_beneath(page: Page, token: Token, chosen: Chosen) -> Rect | None:
    """The row beneath a label whose value should stand beside it, if that row may be one of values."""
    if not chosen.field or not _stands_in_line(chosen.field):
        return None
    row = token.bottom + 1
    if any(t.row == row for t in page.hard):
        return None
    below = page.beneath(token, min(chosen.bottom, page.bottom))
    return None if below.bottom < row else below._replace(bottom=row)


def _heads_column(page: Page, token: Token) -> bool:
    """Whether a label stands in a row of labels with no room between them: there values stand beneath."""
    row = sorted((t for t in page.hard if t.row == token.row), key=lambda t: t.col)
    return any(
        label.right == following.col - 1 and kind == "field" and _stands_beside(page.form.field(name))
        for label, following in itertools.pairwise(row)
        for kind, name, _ in page.meant.get(label.spot, ())
    )


def _stands_beside(field: Field) -> bool:
    return _stands_in_line(field) and field.type != "phone"


def _stands_in_line(field: Field) -> bool:
    """Whether the field is one line of text, with or without a code."""
    return not (field.is_box or field.is_coded or field.type == "group")


def _reason_blocks(page: Page, token: Token, bottom: int) -> list[Rect]:
    """A reason stands beside its label or beneath it, the means only beside."""
    beside = page.grown(token, bottom)
    if page.meant[token.spot][0].kind == "means":
        return [beside]
    return [beside, page.beneath(token, bottom)]
