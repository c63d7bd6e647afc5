"""The invented city's masters: as its offices keep them, each in an encoding and a notation of its own.

Some of it is not as the sheets have it (`planted`): projects without a sheet, one that the master does not
know, accounts that differ.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from evalxl.demo import data as demo_data
from evalxl.demo.city import MEASURES, MERGED, POLICIES, PROGRAMS, RATES, REORGANISED_IN, Aim, units
from evalxl.demo.data import Project, Sheet
from workbook import atomic
from workbook.notation import era_year

MISSING = (
    ("防災備蓄倉庫更新事業", "総務部", "総務課", "見本 太郎（0000-00-0010）"),
    ("空き店舗活用事業", "産業建設部", "産業振興課", "仮名 冬子（0000-00-0090）"),
)
"""Projects of the master that nobody submits a sheet for."""
UNKNOWN = 33
"""The number of the project that the master has forgotten."""
OTHER_ACCOUNTS = {21: -120_000, 47: 250_000, 76: 1_900}
"""Number of a project → yen that the accounts of the later year have more or less than its sheet."""
WITHOUT_MINOR = 0
"""The number of a project whose 大事業 the accounts do not split up: all its projects share one line."""

Line = Sequence[str | int]


def write(folder: Path) -> None:
    """Write the five masters into ``folder``; the same bytes each time."""
    for name, encoding, lines in (
        ("projects.csv", "cp932", _projects()),
        ("policies.csv", "utf-8-sig", _policies()),
        ("organization.csv", "cp932", _organization()),
        ("accounts.csv", "utf-8-sig", _accounts()),
        ("rates.csv", "utf-8", _rates()),
    ):
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows(lines)
        with atomic.replacing(folder / name) as temporary:
            temporary.write_bytes(text.getvalue().encode(encoding))


def _budget(sheet: Sheet) -> list[str]:
    return [sheet["budget"][part] for part in ("account", "kan", "kou", "moku", "major", "minor")]


def _in_excel(codes: Sequence[str]) -> list[str]:
    """Codes as Excel leaves them in a CSV that it has opened and saved: without leading zeros."""
    return [str(int(code)) if code.isdecimal() else code for code in codes]


def _projects() -> Iterator[Line]:
    codes = ("会計", "款", "項", "目", "大事業", "中事業")
    yield (
        "事務事業名",
        "所属部",
        "所属課",
        "施策",
        "基本事業",
        *codes,
        "連絡先",
        "開始年度",
        "終了年度",
        "引継先",
    )
    for project in demo_data.projects():
        if project.number != UNKNOWN:
            sheet = demo_data.sheet(project, demo_data.YEARS[-1])
            yield _project(sheet, f"{project.division.head}（{project.division.phone}）")
    yield _project(demo_data.sample(demo_data.YEARS[-1]), "見本 一郎（0000-00-0020）")
    for name, department, division, contact in MISSING:
        yield (name, department, division, *[""] * 8, contact, "", "", "")
    first = demo_data.projects()[WITHOUT_MINOR].name
    ended = era_year(demo_data.YEARS[0] - 1)
    for name in MERGED:  # two of long ago that became one
        yield (name, "総務部", "総務課", *[""] * 8, "", "", ended, first)


def _project(sheet: Sheet, contact: str) -> Line:
    codes = (sheet["measure"]["code"], sheet["basic_program"]["code"], *_budget(sheet))
    named = (sheet["project_name"], sheet["department"], sheet["division"])
    return (*named, *_in_excel(codes), contact, "", "", "")


def _policies() -> Iterator[Line]:
    yield ("level", "code", "parent", "name")
    levels: tuple[tuple[str, tuple[Aim, ...]], ...] = (
        ("政策", POLICIES), ("施策", MEASURES), ("基本事業", PROGRAMS),
    )  # fmt: skip
    for level, aims in levels:
        yield from ((level, aim.code, aim.parent, aim.name) for aim in aims)


def _organization() -> Iterator[Line]:
    yield ("部", "課", "開始年度", "終了年度", "引継先")
    last, first = era_year(REORGANISED_IN - 1), era_year(REORGANISED_IN)
    for (department, division), heirs in units().items():
        stays = (department, division) in heirs
        yield (
            department,
            division,
            "",
            "" if stays else last,
            "" if stays else "、".join(h[1] for h in heirs),
        )
    old = units()
    for department, division in dict.fromkeys(heir for heirs in old.values() for heir in heirs):
        if (department, division) not in old:
            yield (department, division, first, "", "")


def _accounts() -> Iterator[Line]:
    codes = ("会計", "款", "項", "目", "大事業", "中事業")
    yield ("年度", *codes, "名称", "決算額", "予算額")
    for fiscal_year in demo_data.YEARS:
        year = f"H{fiscal_year - 1988}"
        shared: dict[tuple[str, ...], int] = {}
        for project in demo_data.projects():
            sheet = demo_data.sheet(project, fiscal_year)
            yen = _yen(project, sheet, fiscal_year)
            line = _budget(sheet)
            if project.kind is demo_data.projects()[WITHOUT_MINOR].kind:
                shared[tuple(line[:-1])] = shared.get(tuple(line[:-1]), 0) + yen
            else:
                yield (year, *line, project.name, f"{yen:,}", f"{-(-yen // 10**6) * 10**6:,}")
        for key, yen in shared.items():
            yield (year, *key, "", "", f"{yen:,}", "")
        sample = demo_data.sample(fiscal_year)
        yen = sample["costs"]["project_total"][str(fiscal_year)] * 1000 - 274
        yield (year, *_budget(sample), sample["budget"]["minor_name"], f"{yen:,}", "")


def _yen(project: Project, sheet: Sheet, fiscal_year: int) -> int:
    """What the accounts have for a project: to the yen, where its sheet rounds to 千円."""
    stated: int = sheet["costs"]["project_total"][str(fiscal_year)] * 1000
    odd = project.chance(f"yen {fiscal_year}").randint(-499, 500) if stated else 0
    planted = OTHER_ACCOUNTS.get(project.number, 0) if fiscal_year == demo_data.YEARS[-1] else 0
    return stated + odd + planted


def _rates() -> Iterator[Line]:
    yield ("年度", "時間単価")
    yield from ((era_year(year), rate) for year, rate in RATES.items() if year <= demo_data.YEARS[-1])
