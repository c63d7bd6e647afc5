"""Read a folder of masters: each file by its own columns, then what one line says of another."""

from __future__ import annotations

import difflib
import hashlib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import msgspec

from evalxl import texts
from evalxl.identity import BUDGET, LEVELS, code_key
from evalxl.masters import values
from evalxl.masters.csvfile import Column, Row, parse, unused
from evalxl.masters.errors import MastersError
from evalxl.masters.model import Account, Aim, Lasting, Masters, Project, Unit
from evalxl.masters.values import Repair
from workbook.notation import fold

Line = TypeVar("Line", Project, Unit)

_YEARS = (
    Column("from_year", ("開始年度", "始期")),
    Column("to_year", ("終了年度", "終期")),
)
_SUCCESSOR = Column("successor", ("引継先", "引継ぎ先", "引き継ぎ先", "引継ぎ", "承継先", "後継"))
_BUDGET_WORDS = {
    "account": ("会計", "会計コード"), "kan": ("款", "款コード"), "kou": ("項", "項コード"),
    "moku": ("目", "目コード"), "major": ("大事業", "大事業コード"), "minor": ("中事業", "中事業コード"),
}  # fmt: skip
_BUDGET = tuple(
    Column(part, (*words, f"{part}_code", f"budget_{part}", f"budget.{part}", f"{words[0]}CD"))
    for part, words in _BUDGET_WORDS.items()
)
_LEVEL_WORDS = {
    "policy": ("政策", "政策名"), "measure": ("施策", "施策名"), "basic_program": ("基本事業", "基本事業名"),
}  # fmt: skip
_DIGITS = 2
"""予算科目 have at least so many digits a level."""

COLUMNS: dict[str, tuple[Column, ...]] = {
    "projects.csv": (
        Column("project_id", ("事務事業ID", "事業ID", "事務事業コード")),
        Column("project_name", ("事務事業名", "事業名"), required=True),
        Column("department", ("所属部", "部", "部名")),
        Column("division", ("所属課", "課", "課名"), required=True),
        *(
            Column(level, (*words, f"{level}_code", f"{level}.code", f"{words[0]}コード", f"{words[0]}CD"))
            for level, words in _LEVEL_WORDS.items()
        ),
        *_BUDGET,
        Column("contact", ("連絡先", "担当者", "提出者")),
        *_YEARS,
        _SUCCESSOR,
    ),
    "policies.csv": (
        Column("level", ("階層", "区分"), required=True),
        Column("code", ("コード",), required=True),
        Column("parent", ("上位", "上位コード", "親コード")),
        Column("name", ("名称", "名"), required=True),
        *_YEARS,
    ),
    "organization.csv": (
        Column("department", ("所属部", "部", "部名")),
        Column("division", ("所属課", "課", "課名"), required=True),
        Column("group", ("所属G", "所属グループ", "グループ", "係")),
        *_YEARS,
        _SUCCESSOR,
    ),
    "accounts.csv": (
        Column("fiscal_year", ("年度", "会計年度"), required=True),
        *(Column(c.name, c.aliases, required=c.name in ("account", "kan", "kou", "moku")) for c in _BUDGET),
        Column("name", ("名称", "事業名", "科目名")),
        Column("settled_yen", ("決算額", "支出済額", "決算額（円）"), required=True),
        Column("budget_yen", ("予算額", "予算現額", "予算額（円）")),
    ),
    "rates.csv": (
        Column("fiscal_year", ("年度",), required=True),
        Column("yen_per_hour", ("時間単価", "単価", "円"), required=True),
    ),
}
"""The files of a folder of masters, and the headings that each may have."""


def load(folder: Path | str) -> Masters:
    """Read the masters of a folder; all of the files are optional, but one must be there.

    Raises `MastersError` with file, line and column when one is wrong.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise MastersError(str(folder), 0, "", "no_folder")
    there = {path.name.lower(): path for path in sorted(folder.iterdir()) if path.is_file()}
    found = {name: _bytes(there[name]) for name in COLUMNS if name in there}
    if not found:
        raise MastersError(str(folder), 0, "", "nothing", expected=", ".join(COLUMNS))
    return parsed(found)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise MastersError(path.name, 0, "", "unreadable", found=texts.os_error(error)) from None


def parsed(files: Mapping[str, bytes | str]) -> Masters:
    """The masters from the contents of their files, by name. Raises `MastersError`."""
    whole = {name: data.encode() if isinstance(data, str) else data for name, data in files.items()}
    rows = {name: parse(data, name, COLUMNS[name]) for name, data in whole.items()}
    repairs: list[Repair] = []
    digest = hashlib.sha256()
    for name, data in sorted(whole.items()):
        digest.update(name.encode() + hashlib.sha256(data).digest())
    return Masters(
        projects=_projects(rows.get("projects.csv", []), repairs),
        aims=_aims(rows.get("policies.csv", []), repairs),
        units=_units(rows.get("organization.csv", [])),
        accounts=_accounts(rows.get("accounts.csv", []), repairs),
        rates=_rates(rows.get("rates.csv", [])),
        repairs=repairs,
        unused={name: heads for name, data in whole.items() if (heads := unused(data, name, COLUMNS[name]))},
        digest=digest.hexdigest(),
    )


# ---- projects ----------------------------------------------------------------------------------------------


def _projects(rows: Sequence[Row], repairs: list[Repair]) -> list[Project]:
    columns = ("project_id", *LEVELS, *BUDGET)
    codes = {name: _codes(rows, name, repairs, _DIGITS if name in BUDGET else 0) for name in columns}
    found = [
        Project(
            line=row.line,
            id=codes["project_id"][row.line],
            name=values.filled(row, "project_name"),
            department=row["department"],
            division=values.filled(row, "division"),
            codes={name: codes[name][row.line] for name in (*LEVELS, *BUDGET)},
            contact=row["contact"],
            lasting=Lasting(*values.period(row)),
        )
        for row in rows
    ]
    _no_doubles(rows, found, _same_project, "project_name")
    known = {project.line: {fold(project.id), fold(project.name)} - {""} for project in found}
    return _with_successors(rows, found, known)


def _same_project(project: Project) -> tuple[object, ...]:
    if project.id:
        return code_key(project.id), project.lasting
    identity = project.identity
    return identity.name, identity.section, identity.budget, project.lasting


def _codes(rows: Sequence[Row], column: str, repairs: list[Repair], least: int = 0) -> dict[int, str]:
    """The codes of one column by line, with their leading zeros."""
    typed = [(row, column, text) for row in rows if (text := values.code(row, column))]
    wide, repaired = values.widened(typed, least)
    repairs += repaired
    return {row.line: wide.get((row.line, column), "") for row in rows}


def _no_doubles(
    rows: Sequence[Row], found: Sequence[Line], key: Callable[[Line], tuple[object, ...]], column: str
) -> None:
    seen: dict[tuple[object, ...], int] = {}
    for row, item in zip(rows, found, strict=True):
        other = seen.setdefault(key(item), item.line)
        if other != item.line:
            raise row.error(column, "double", other=other)


# ---- successors --------------------------------------------------------------------------------------------

_BETWEEN = re.compile(r"[;；、,，|｜\n]")


def _with_successors(rows: Sequence[Row], found: Sequence[Line], known: Mapping[int, set[str]]) -> list[Line]:
    """The lines with the lines of those that go on with them."""
    out = []
    for row, item in zip(rows, found, strict=True):
        names = [name for name in _BETWEEN.split(row["successor"]) if name.strip()]
        lines = tuple(dict.fromkeys(_successor(row, name, item, found, known) for name in names))
        out.append(msgspec.structs.replace(item, successors=lines))
    _no_circle(rows, out)
    return out


def _successor(row: Row, name: str, item: Line, found: Sequence[Line], known: Mapping[int, set[str]]) -> int:
    """The line of the one that goes on; of those with that name the one that begins when this one ends."""
    wanted = re.sub(r"[/／>＞]", "", fold(name))
    lines = [other for other in found if other.line != item.line and wanted in known[other.line]]
    if not lines:
        words = {word: word for words in known.values() for word in words}
        near = difflib.get_close_matches(wanted, words, 1, 0.5)
        raise row.error("successor", "successor", name.strip(), nearest="".join(near))
    if len(lines) > 1 and item.lasting.to_year is not None:
        after = item.lasting.to_year + 1
        lines = [other for other in lines if other.lasting.holds(after)] or lines
    if len(lines) > 1 and not _is_one_section(lines):
        raise row.error("successor", "ambiguous", name.strip())
    return max(lines, key=lambda other: other.lasting.to_year or math.inf).line


def _is_one_section(lines: Sequence[Line]) -> bool:
    """Whether these are groups of one section, so that any of them stands for it."""
    groups = [line for line in lines if isinstance(line, Unit) and line.group]
    return len(groups) == len(lines) and len({group.key for group in groups}) == 1


def _no_circle(rows: Sequence[Row], found: Sequence[Line]) -> None:
    after = {item.line: item.successors for item in found}
    for row in rows:
        seen: set[int] = set()
        waiting = list(after[row.line])
        while waiting:
            line = waiting.pop()
            if line == row.line:
                raise row.error("successor", "circle")
            if line not in seen:
                seen.add(line)
                waiting += after[line]


# ---- organisation, plan, accounts, rates -------------------------------------------------------------------


def _units(rows: Sequence[Row]) -> list[Unit]:
    found = [
        Unit(row.line, row["department"], values.filled(row, "division"), row["group"],
             Lasting(*values.period(row)))
        for row in rows
    ]  # fmt: skip
    _no_doubles(rows, found, lambda unit: (*unit.key, fold(unit.group), unit.lasting), "division")
    return _with_successors(rows, found, _names(found))


def _names(units: Sequence[Unit]) -> dict[int, set[str]]:
    """How each may be named; a section that stands in the file by its groups alone is any of their lines."""
    whole = {unit.key for unit in units if not unit.group}
    names = {unit.line: _names_of(unit) for unit in units}
    for unit in units:
        if unit.key not in whole:
            names[unit.line] |= _names_of(msgspec.structs.replace(unit, group=""))
    return names


def _names_of(unit: Unit) -> set[str]:
    """How a section may be named: 課, 部課; a group by its own name, 課 and group, or all three."""
    department, division, group = (fold(part) for part in (unit.department, unit.division, unit.group))
    if group:
        return {group, division + group, department + division + group}
    return {division, department + division}


def _aims(rows: Sequence[Row], repairs: list[Repair]) -> list[Aim]:
    words = {fold(word): level for level, names in _LEVEL_WORDS.items() for word in (level, *names)}
    words |= {str(number): level for number, level in enumerate(LEVELS, 1)}
    levels = {}
    for row in rows:
        level = words.get(fold(values.filled(row, "level")))
        if level is None:
            raise row.error("level", "level", expected=" / ".join(LEVELS))
        levels[row.line] = level
    codes: dict[tuple[int, str], str] = {}
    for number, level in enumerate(LEVELS):
        own = [(row, "code", values.code(row, "code")) for row in rows if levels[row.line] == level]
        below = LEVELS[number + 1] if number + 1 < len(LEVELS) else ""
        children = [row for row in rows if levels[row.line] == below]
        own += [(row, "parent", text) for row in children if (text := values.code(row, "parent"))]
        wide, repaired = values.widened(own)
        codes |= wide
        repairs += repaired
    return _aims_of(rows, levels, codes)


def _aims_of(
    rows: Sequence[Row], levels: Mapping[int, str], codes: Mapping[tuple[int, str], str]
) -> list[Aim]:
    seen: dict[tuple[object, ...], int] = {}
    known = {(levels[row.line], code_key(codes[row.line, "code"])) for row in rows}
    out = []
    for row in rows:
        level, lasting = levels[row.line], Lasting(*values.period(row))
        code, parent = codes[row.line, "code"], codes.get((row.line, "parent"), "")
        if not code:
            raise row.error("code", "blank")
        above = LEVELS[LEVELS.index(level) - 1] if level != LEVELS[0] else ""
        if parent and above and (above, code_key(parent)) not in known:
            raise row.error("parent", "parent")
        other = seen.setdefault((level, code_key(code), code_key(parent), lasting), row.line)
        if other != row.line:
            raise row.error("code", "double", other=other)
        out.append(Aim(row.line, level, code, parent, values.filled(row, "name"), lasting))
    return out


def _accounts(rows: Sequence[Row], repairs: list[Repair]) -> list[Account]:
    codes = {part: _codes(rows, part, repairs, _DIGITS) for part in BUDGET}
    out: list[Account] = []
    seen: dict[tuple[object, ...], int] = {}
    for row in rows:
        whole = tuple(codes[part][row.line] for part in BUDGET)
        depth = len([code for code in whole if code])
        gap = next((part for part, code in zip(BUDGET[: max(depth, 4)], whole, strict=False) if not code), "")
        if gap:  # 会計 to 目 must be there, and no level may be left out
            raise row.error(gap, "blank")
        year = values.year(row, "fiscal_year")
        amounts = values.yen(row, "settled_yen"), values.yen(row, "budget_yen")
        account = Account(row.line, year, whole, row["name"], *amounts)
        other = seen.setdefault((year, account.key), row.line)
        if other != row.line:
            raise row.error("account", "double", "-".join(code for code in whole if code), other=other)
        out.append(account)
    return out


def _rates(rows: Sequence[Row]) -> dict[int, int | Decimal]:
    out: dict[int, int | Decimal] = {}
    lines: dict[int, int] = {}
    for row in rows:
        year, rate = values.year(row, "fiscal_year"), values.yen(row, "yen_per_hour")
        if rate is None or rate <= 0:
            raise row.error("yen_per_hour", "number" if row["yen_per_hour"] else "blank")
        if year in out:
            raise row.error("fiscal_year", "double", other=lines[year])
        out[year], lines[year] = rate, row.line
    return out
