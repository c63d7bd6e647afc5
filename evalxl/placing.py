"""Sheets under the names that the masters give them: the sections of one year, the plan's official names.

For roll-ups, the summary book, the council's papers and the citizens' pages, so that a section that was
reorganised is one line over the years and a measure has one name. The tables keep what a sheet itself says.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence

from evalxl import identity
from evalxl.identity import LEVELS, code_key, section_key
from evalxl.masters.model import Aim, Masters, Unit
from evalxl.tables import SheetRows
from workbook.notation import fold


def placed(sheets: Sequence[SheetRows], masters: Masters | None, year: int | None) -> list[SheetRows]:
    """The sheets with their sections as they are called in ``year``, and the plan's codes and names.

    A level whose code was left blank is known by its name. A sheet whose section is no more stands with the
    section that goes on with its project: the only heir, or of several the one that its newer sheet or the
    master's list of projects names. All else stays as it is.
    """
    if masters is None or year is None:
        return list(sheets)
    newer = {sheet.project: _section(sheet) for sheet in sheets if sheet.fiscal_year == year}
    now = {unit.key for unit in masters.units_of(year)}
    out = []
    for sheet in sheets:
        names = dict(_plan(sheet, masters))
        if masters.units and {section_key(*_section(sheet)), ("", _division(sheet))}.isdisjoint(now):
            names |= _heir(sheet, masters, year, newer)
        out.append(dataclasses.replace(sheet, head={**sheet.head, **names}) if names else sheet)
    return out


def moved(before: Sequence[SheetRows], after: Sequence[SheetRows]) -> dict[tuple[str, str], int]:
    """Section as written → section it was placed in, in words, with the number of sheets."""
    pairs = (tuple("".join(_section(sheet)) for sheet in pair) for pair in zip(before, after, strict=True))
    return dict(Counter((old, new) for old, new in pairs if old != new))


def _section(sheet: SheetRows) -> tuple[str, str]:
    return sheet.head.get("department") or "", sheet.head.get("division") or ""


def _division(sheet: SheetRows) -> str:
    return section_key("", sheet.head.get("division"))[1]


def _heir(sheet: SheetRows, masters: Masters, year: int, newer: dict[str, tuple[str, str]]) -> dict[str, str]:
    """部 and 課 of the section that goes on with a sheet's project; empty where that cannot be told."""
    heirs = masters.heirs(section_key(*_section(sheet)), year)
    if len(heirs) > 1:
        later = newer.get(sheet.project, ("", ""))
        heirs = _named(heirs, later) or _named(heirs, _listed(sheet, masters, year))
    if len(heirs) != 1:
        return {}
    (unit,) = heirs
    department = unit.department or newer.get(sheet.project, _section(sheet))[0]
    return {"department": department, "division": unit.division}


def _named(units: Sequence[Unit], section: tuple[str, str]) -> list[Unit]:
    key = section_key(*section)
    return [unit for unit in units if unit.key in (key, ("", key[1]))]


def _listed(sheet: SheetRows, masters: Masters, year: int) -> tuple[str, str]:
    """Where the master's list of projects of that year has the sheet's project."""
    project = masters.project_of(identity.of_head(sheet.head), year)
    return (project.department, project.division) if project else ("", "")


def _plan(sheet: SheetRows, masters: Masters) -> Iterator[tuple[str, str]]:
    """The columns of 政策, 施策, 基本事業 that the master writes otherwise."""
    for number, level in enumerate(LEVELS):
        code, name = (sheet.head.get(f"{level}_{end}") for end in ("code", "name"))
        aims = masters.aims_of(level, code, sheet.fiscal_year) if code else []
        if not code and name:
            aims = [aim for aim in masters.aims if _called(aim, level, name, sheet.fiscal_year)]
        above = sheet.head.get(f"{LEVELS[number - 1]}_code") if number else None
        aim = _only(aims, code_key(above))
        if aim:
            own = {f"{level}_code": aim.code, f"{level}_name": aim.name}
            yield from ((key, text) for key, text in own.items() if sheet.head.get(key) != text)


def _called(aim: Aim, level: str, name: str, year: int) -> bool:
    return aim.level == level and fold(aim.name) == fold(name) and aim.lasting.holds(year)


def _only(aims: Sequence[Aim], above: str) -> Aim | None:
    """The one line that a code means, by the code above it where several parents number their own."""
    fitting = [aim for aim in aims if not (aim.parent and above) or code_key(aim.parent) == above]
    return fitting[0] if len(fitting) == 1 else None
