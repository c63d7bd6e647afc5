"""The matrix of cost × outcome, and the free text of its section."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from workbook.grid import Rect
from workbook.locating.page import Page
from workbook.locating.places import Area, MatrixCell, Token

Line = dict[str, Token]
"""The labels of one side of the matrix, by name, in the form's order."""


def find_matrix(page: Page) -> tuple[tuple[MatrixCell, ...], Rect | None]:
    """The cells of the matrix, whichever of cost and outcome heads the columns, and the block it fills."""
    matrix = page.form.matrix
    if matrix.section not in page.sections or page.number != 2:
        return (), None
    costs = {name: page.here["cost", name] for name in matrix.costs}
    outcomes = {name: page.here["outcome", name] for name in matrix.outcomes}
    shown = [(matrix.cost_label, *item) for item in costs.items()]
    shown += [(matrix.outcome_label, *item) for item in outcomes.items()]
    # The first that is missing stands for all: a matrix is mended as a whole.
    if not all(page.need(tokens, f"{label} {name}") for label, name, tokens in shown):
        return (), None
    if (heads := _in_a_row(costs)) and (sides := _in_a_column(outcomes)):
        return _cells(page, heads, sides, cost_heads=True), _frame(heads, sides)
    if (heads := _in_a_row(outcomes)) and (sides := _in_a_column(costs)):
        return _cells(page, heads, sides, cost_heads=False), _frame(heads, sides)
    page.missing.append(f"{matrix.cost_label}×{matrix.outcome_label}")
    return (), None


def _cells(page: Page, heads: Line, sides: Line, *, cost_heads: bool) -> tuple[MatrixCell, ...]:
    cells = []
    for head, top in heads.items():
        for side, token in sides.items():
            area = page.area(Rect(token.row, top.col, token.bottom, top.right))
            cost, outcome = (head, side) if cost_heads else (side, head)
            cells.append(MatrixCell(cost, outcome, area))
    return tuple(cells)


def _frame(heads: Line, sides: Line) -> Rect:
    tokens = [*heads.values(), *sides.values()]
    return Rect(
        min(t.row for t in tokens),
        min(t.col for t in tokens),
        max(t.bottom for t in tokens),
        max(t.right for t in heads.values()),
    )


def find_free_text(page: Page, matrix: Rect | None) -> Area | None:
    """What stands free beneath the boxes of the directions, the matrix left out."""
    section = page.form.free_text.section
    found = [t for key, some in page.boxes.items() if key.startswith("directions:") for t, _ in some]
    boxes = [t for t in found if t.spot in page.hard_spots]
    if section not in page.sections or not boxes:
        return None
    top = max(t.bottom for t in boxes) + 1
    right = min(page.edge, page.rect.right)
    rows = Rect(top, page.rect.left, page.sections[section].bottom, right)
    return page.area(page.wide_rows(rows, one_box=True), matrix)


def _in_a_row(tokens: dict[str, list[Token]]) -> Line:
    """One token of each name, all in one row, in the order given; empty when there is no such row."""
    return _aligned(tokens, lambda t: t.row, lambda t: t.col)


def _in_a_column(tokens: dict[str, list[Token]]) -> Line:
    """One token of each name, all in one column, in the order given; empty when there is no such column."""
    return _aligned(tokens, lambda t: t.col, lambda t: t.row)


def _aligned(
    tokens: dict[str, list[Token]], across: Callable[[Token], int], along: Callable[[Token], int]
) -> Line:
    for anchor in next(iter(tokens.values())):
        line = {name: [t for t in found if across(t) == across(anchor)] for name, found in tokens.items()}
        if all(line.values()):
            chosen = {name: found[0] for name, found in line.items()}
            places = [along(t) for t in chosen.values()]
            if all(before < after for before, after in itertools.pairwise(places)):
                return chosen
    return {}
