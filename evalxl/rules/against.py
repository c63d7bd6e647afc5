"""A sheet's head against the masters: what H103 and H104 tell."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from evalxl import identity
from evalxl.budget import BudgetLine, lines_of
from evalxl.identity import LEVELS, code_key, section_key
from evalxl.rules.registry import Hit
from evalxl.rules.sheet import Sheet
from workbook.notation import fold

if TYPE_CHECKING:
    from evalxl.masters.model import Aim, Masters, Unit


def plan(sheet: Sheet, masters: Masters) -> Iterator[Hit]:
    """H103 of 政策, 施策, 基本事業: the code is not there, or not under the sheet's own parent."""
    year = sheet.fiscal_year
    for level in LEVELS:
        code = sheet.text(f"{level}.code")
        if not code or not masters.has_level(level, year):
            continue
        aims = masters.aims_of(level, code, year)
        if not aims:
            near = [aim for aim in masters.aims if aim.level == level and aim.lasting.holds(year)]
            yield _not_there(sheet, level, code, near)
        elif _misplaced(sheet, level, aims):
            parents = [f"{aim.parent} > {aim.code}" for aim in aims]
            yield Hit(f"{level}.code", values={"found": code, "expected": parents, "what": "parent"})


def _not_there(sheet: Sheet, level: str, code: str, aims: list[Aim]) -> Hit:
    """A code that is not there, with the code of the same name where there is one."""
    name = fold(sheet.text(f"{level}.name"))
    expected = [f"{aim.code} {aim.name}" for aim in aims if name and fold(aim.name) == name]
    return Hit(f"{level}.code", values={"found": code, "expected": expected, "what": "missing"})


def _misplaced(sheet: Sheet, level: str, aims: list[Aim]) -> bool:
    """Whether none of the lines stands under the parent that the sheet names."""
    above = LEVELS[LEVELS.index(level) - 1] if level != LEVELS[0] else ""
    parent = code_key(sheet.text(f"{above}.code")) if above else ""
    return bool(parent) and all(aim.parent and code_key(aim.parent) != parent for aim in aims)


def plan_names(sheet: Sheet, masters: Masters) -> Iterator[Hit]:
    """H104 of 政策, 施策, 基本事業."""
    for level in LEVELS:
        code, name = sheet.text(f"{level}.code"), sheet.text(f"{level}.name")
        aims = masters.aims_of(level, code, sheet.fiscal_year) if code and name else []
        own = [aim for aim in aims if not _misplaced(sheet, level, [aim])]
        if own and fold(name) not in {fold(aim.name) for aim in own}:
            yield Hit(f"{level}.name", values={"found": name, "expected": own[0].name, "what": "name"})


def organisation(sheet: Sheet, masters: Masters) -> Iterator[Hit]:
    """H103 of 部 and 課: no such section in that year, and none that it was renamed to."""
    department, division = sheet.text("department"), sheet.text("division")
    units = masters.units_of(sheet.fiscal_year)
    key = section_key(department, division)
    if not division or not units or any(_is(unit, key) for unit in units):
        return
    if masters.heirs(key, sheet.fiscal_year):
        return  # H104 suggests the new name
    same = [unit for unit in units if fold(unit.division) == key[1]]
    if same:
        expected = [unit.department + unit.division for unit in same]
        yield Hit("department", values={"found": department, "expected": expected, "what": "parent"})
    else:
        names = {fold(unit.division): unit.division for unit in units}
        near = [names[name] for name in difflib.get_close_matches(key[1], names, 2, 0.5)]
        yield Hit("division", values={"found": division, "expected": near, "what": "missing"})


def _is(unit: Unit, key: tuple[str, str]) -> bool:
    """Whether a sheet's section is that unit; a master may leave the departments out."""
    department, division = unit.key
    return division == key[1] and department in ("", key[0])


def reorganised(sheet: Sheet, masters: Masters) -> Iterator[Hit]:
    """H104 of 部 and 課: a section of another year that others go on with."""
    department, division = sheet.text("department"), sheet.text("division")
    key, year = section_key(department, division), sheet.fiscal_year
    if not division or any(_is(unit, key) for unit in masters.units_of(year)):
        return
    heirs = [unit.department + unit.division for unit in masters.heirs(key, year)]
    if heirs:
        yield Hit("division", values={"found": department + division, "expected": heirs, "what": "renamed"})


def project_name(sheet: Sheet, masters: Masters) -> Iterator[Hit]:
    """H104 of 事務事業名: the master has another name for this id or 予算科目."""
    own = masters.project_of(identity.of_record(sheet), sheet.fiscal_year)
    name = sheet.text("project_name")
    if own and name and fold(own.name) != fold(name):
        yield Hit("project_name", values={"found": name, "expected": own.name, "what": "name"})


def budget(sheet: Sheet, masters: Masters) -> Iterator[Hit]:
    """H103 of 予算科目: not among the accounts of that year; the first level that is not there is told."""
    year = sheet.fiscal_year
    if year not in masters.account_years:
        return
    for line in lines_of(sheet.text) or []:
        if line.whole and masters.account_of(line.key, year) is None:
            depth = min(masters.account_depth(line.key, year), len(identity.BUDGET) - 1)
            expected = _same_name(sheet, masters)
            values = {"found": line.shown, "expected": expected, "what": "missing"}
            yield Hit(f"budget.{identity.BUDGET[depth]}", values=values)


def _same_name(sheet: Sheet, masters: Masters) -> list[str]:
    """The 予算科目 of that year whose name is the sheet's."""
    names = {fold(sheet.text(f"budget.{part}_name")) for part in ("major", "minor")} - {""}
    accounts = masters.accounts_of(sheet.fiscal_year)
    found = ["-".join(filter(None, account.codes)) for account in accounts if fold(account.name) in names]
    return found[:3]


def budget_names(sheet: Sheet, masters: Masters) -> Iterator[Hit]:
    """H104 of 大事業 and 中事業: the accounts name the code otherwise. Only where one line is there."""
    lines: list[BudgetLine] = lines_of(sheet.text) or []
    account = masters.account_of(lines[0].key, sheet.fiscal_year) if len(lines) == 1 else None
    if account is None or not account.name:
        return
    part = {5: "major", 6: "minor"}.get(len(account.key))
    name = sheet.text(f"budget.{part}_name") if part else ""
    if name and fold(name) != fold(account.name):
        values = {"found": name, "expected": account.name, "what": "name"}
        yield Hit(f"budget.{part}_name", values=values)
