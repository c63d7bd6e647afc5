"""The head of the form: names, policy system, persons and budget codes."""

from __future__ import annotations

from typing import Any

from .grid import Block, Box, Formula, HBox, Value, VBox
from .pen import Pen

Record = dict[str, Any]


def names(pen: Pen, record: Record, *, second: bool = False) -> Box:
    """The row of three names that both pages carry; on the second it can be formulas on the first."""
    block = Block([3, 9, 2.4, 5, 2.4, 6], family="names")
    fields = (("事務事業名", "project_name"), ("所属部", "department"), ("所属課", "division"))
    for i, (label, name) in enumerate(fields):
        value: Value = pen.text(record[name])
        if second and pen.style.linked_head:
            # a link to an empty cell shows 0, in Excel and in the cached value
            value = Formula(record[name] or 0, (f"head/{name}",), link=True)
        block.put(0, 2 * i, pen.label(label))
        block.put(0, 2 * i + 1, value, "text", key="" if second else f"head/{name}")
    return block


def body(pen: Pen, record: Record) -> Box:
    """What stands beneath the names on the first page."""
    more = pen.spec.more
    left = VBox(
        [
            _coded(pen, "政策名", record["policy"], purpose=False),
            _coded(pen, "施策名", record["measure"], purpose=not more),
            _coded(pen, "基本事業名", record["basic_program"], purpose=not more),
        ]
    )
    right = VBox([_persons(pen, record), _budget(pen, record["budget"])])
    side = Block([1])
    side.put(0, 0, pen.label("総合計画体系"), "side")
    whole = HBox([side, left, right], [1, 13, 15], family="head")
    return VBox([_more(pen, record), whole]) if more else whole


def _more(pen: Pen, record: Record) -> Block:
    """The fields of the form with eight questions."""
    block = Block([3, 4, 3, 5, 3, 9], family="more")
    fields = (("事務事業ID", "project_id"), ("事務事業区分", "project_type"), ("根拠法令", "legal_basis"))
    for i, (label, name) in enumerate(fields):
        block.put(0, 2 * i, pen.label(label))
        block.put(0, 2 * i + 1, pen.text(record[name]), "text")
    return block


def _code_and_name(pen: Pen, value: Record) -> tuple[str | None, str | None]:
    code, name = value["code"], value["name"]
    if code is not None:
        code = pen.code(f"({code})" if pen.style.code_brackets or pen.style.code_place == "one" else code)
    return code, name


def _coded(pen: Pen, label: str, value: Record, *, purpose: bool) -> Box:
    code, name = _code_and_name(pen, value)
    if pen.style.code_place == "two":
        row = Block([2.5, 1.5, 8.5], family="coded/two")
        row.put(0, 1, pen.text(code), "text")
        row.put(0, 2, pen.text(name), "text")
    else:
        row = Block([2.5, 10], family="coded/one")
        joint = pen.rng.choice((" ", "　", "", "\n"))
        row.put(0, 1, pen.text(joint.join(part for part in (code, name) if part) or None), "text")
    row.put(0, 0, pen.label(label))
    if not purpose:
        return row
    in_rows = pen.style.plan_purpose == "rows"
    below = Block([1.5, 1.5, 9.5] if in_rows else [1.5, 1.5, 4, 1.5, 4], family="plan/purpose")
    below.put(0, 0, pen.label("目的"), "side", rows=2 if in_rows else 1)
    for i, (word, name_) in enumerate((("対象", "target"), ("意図", "intent"))):
        at = (i, 1) if in_rows else (0, 1 + 2 * i)
        below.put(*at, pen.label(word))
        below.put(at[0], at[1] + 1, pen.text(value[name_]), "text")
    return VBox([row, below])


def _persons(pen: Pen, record: Record) -> Box:
    phone, extension = record["phone"], record["extension"]
    apart = pen.style.phone == "apart"
    block = Block([2.4, 4, 2.4, 3.4, 1.6, 1.6] if apart else [2.4, 4.5, 2.4, 5.5], family="persons")
    last = 3 if apart else 1
    block.put(0, 0, pen.label("所属G"))
    block.put(0, 1, pen.text(record["group"]), "text")
    block.put(0, 2, pen.label("課長名"))
    block.put(0, 3, pen.text(record["division_head"]), "text", cols=last)
    block.put(1, 0, pen.label("担当者名"))
    block.put(1, 1, pen.text(record["contact_name"]), "text")
    block.put(1, 2, pen.label("電話番号"))
    inner = pen.widen("(内線)")
    if apart:
        block.put(1, 3, pen.text(phone), "text")
        block.put(1, 4, inner)
        # typed as a number now and then: an extension has no leading zero
        number = extension is not None and pen.rng.random() < 0.5
        block.put(1, 5, int(extension) if number else pen.text(extension), "text")
        return block
    tail = pen.rng.choice(
        (f"{inner} {extension or ''}", f"{inner}{extension or ''}", f"{pen.widen('(')}内線 {extension})")
    )
    if extension is None:
        tail = pen.rng.choice((inner, "")) if phone else inner
    block.put(1, 3, pen.text(" ".join(part for part in (phone, tail.strip()) if part)), "text")
    return block


def _budget(pen: Pen, budget: Record) -> Box:
    """Two lines of three codes and a name each, behind one label."""
    lines = (
        (("会計", "account"), ("款", "kan"), ("大事業", "major")),
        (("項", "kou"), ("目", "moku"), ("中事業", "minor")),
    )
    side = Block([1])
    side.put(0, 0, pen.label("予算科目"), "side")
    make = _codes_under if pen.style.budget == "under" else _codes_right
    return HBox([side, VBox([make(pen, budget, line) for line in lines])], [1.6, 13], family="budget")


def _cells_of(pen: Pen, code: str | None) -> list[Value]:
    """A code as the cells it takes: one a digit, or one for all."""
    if pen.style.budget_cells == "whole":
        number = code is not None and pen.style.budget_typed == "number"
        return [int(code) if number and code else None if code is None else pen.code(code)]
    digits = code or "  "
    if pen.style.budget_typed == "number":
        return [int(digit) if digit.strip() else None for digit in digits]
    return [pen.code(digit.strip()) or None for digit in digits]


def _shown(pen: Pen, code: str | None) -> str:
    # a whole code typed as a number keeps its leading zeros only in what Excel shows
    whole = pen.style.budget_cells == "whole" and pen.style.budget_typed == "number"
    return "0" * len(code) if whole and code else ""


def _name_label(pen: Pen, word: str) -> str | None:
    return {"repeat": pen.label(word), "named": pen.label(word + "名"), "none": None}[pen.style.budget_names]


def _codes_under(pen: Pen, budget: Record, line: tuple[tuple[str, str], ...]) -> Block:
    cells = [(word, budget[name], _cells_of(pen, budget[name])) for word, name in line]
    block = Block([1.0 / len(c) for _, _, c in cells for _ in c] + [4.0], family="budget/under")
    col = 0
    for word, code, parts in cells:
        block.put(0, col, pen.label(word), cols=len(parts))
        for i, part in enumerate(parts):
            block.put(1, col + i, part, "number", shown=_shown(pen, code))
        col += len(parts)
    if label := _name_label(pen, line[2][0]):
        block.put(0, col, label)
    block.put(1, col, pen.text(budget[line[2][1] + "_name"]), "text")
    return block


def _codes_right(pen: Pen, budget: Record, line: tuple[tuple[str, str], ...]) -> Block:
    weights, puts = list[float](), list[tuple[Value, str, str]]()
    for word, name in line:
        parts = _cells_of(pen, budget[name])
        weights += [1.2, *[1.0 / len(parts)] * len(parts)]
        puts.append((pen.label(word), "label", ""))
        puts += [(part, "number", _shown(pen, budget[name])) for part in parts]
    if label := _name_label(pen, line[2][0]):
        weights.append(1.4)
        puts.append((label, "label", ""))
    weights.append(4)
    puts.append((pen.text(budget[line[2][1] + "_name"]), "text", ""))
    block = Block(weights, family="budget/right")
    for col, (value, kind, shown) in enumerate(puts):
        block.put(0, col, value, kind, shown=shown)
    return block
