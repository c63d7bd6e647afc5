"""Results of many invented sheets, as the reader gives them: the sample with other names and figures.

Everything follows from the number of a project, so that a test can say what it expects.
"""

from __future__ import annotations

import copy
import functools
import json
import random
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any

from evalxl.results import FileResult, SheetResult
from evalxl.rules.registry import Finding, finding_of
from workbook import form as forms
from workbook.record import Record, from_json

FORM = forms.get("unnan_2017")
SECTIONS = [
    ("総務部", "総務課"), ("総務部", "情報システム課"), ("総務部", "財政課"), ("市民部", "市民課"),
    ("市民部", "環境対策課"), ("健康福祉部", "健康推進課"), ("健康福祉部", "子育て支援課"),
    ("産業観光部", "農政課"), ("産業観光部", "商工観光課"), ("建設部", "道路維持課"),
    ("教育委員会", "学校教育課"), ("教育委員会", "社会教育課"),
]  # fmt: skip
POLICIES = [
    ("I", "みんなで築くまち《協働・行政経営》"),
    ("II", "安全で快適なまち《生活環境》"),
    ("III", "支えあい健やかなまち《保健・福祉》"),
    ("IV", "ふるさとを学び育つまち《教育・文化》"),
    ("V", "挑戦し活力を産みだすまち《産業》"),
]
THINGS = (
    "施設維持管理",
    "相談窓口運営",
    "補助金交付",
    "研修",
    "広報",
    "計画策定",
    "点検",
    "地域連携",
    "調査",
)
SOURCES = ("national", "prefectural", "bonds", "other", "general")


@functools.cache
def _sample() -> str:
    return (resources.files("workbook") / "forms" / "unnan_2017_sample.json").read_text(encoding="utf-8")


def record(number: int = 0, fiscal_year: int = 2017, **changes: Any) -> Record:
    """The record of the project with that number, evaluated in that year."""
    data = json.loads(_sample())
    chance = random.Random(number)
    department, division = SECTIONS[number % len(SECTIONS)]
    policy = number % len(POLICIES)
    data.update(
        fiscal_year=fiscal_year,
        project_name=f"{chance.choice(THINGS)}事業 その{number + 1}",
        department=department,
        division=division,
        policy={"code": POLICIES[policy][0], "name": POLICIES[policy][1]},
    )
    measure = f"{policy * 4 + number % 4 + 1:02d}"
    data["measure"] |= {"code": measure, "name": f"第{measure}の施策"}
    data["basic_program"] |= {"code": f"{measure}{number % 3 + 1}", "name": f"基本事業{number % 3 + 1}"}
    data["budget"] |= {"account": f"{1 + (number % 9 == 8):02d}", "kan": f"{2 + policy:02d}"}
    data["budget"] |= {
        "kou": f"{1 + number % 3:02d}",
        "moku": f"{1 + number % 4:02d}",
        "minor": f"{number % 90:02d}",
    }
    data["costs"] = _costs(number, fiscal_year)
    for table in ("activity_indicators", "target_indicators", "outcome_indicators"):
        for indicator in data[table]:
            old = indicator["values"].values()
            indicator["values"] = dict(zip(map(str, _years(fiscal_year)), old, strict=True))
    direction = number % 8
    data["directions"] = [FORM.directions[direction].value]
    cost, outcome = (("削減", "維持"), ("維持", "向上"), ("維持", "維持"), ("増加", "向上"))[number % 4]
    data["matrix"] = {"cost": cost, "outcome": outcome} if direction > 1 else None
    data.update(copy.deepcopy(changes))
    return _placed(from_json(FORM, data))


def _years(fiscal_year: int) -> range:
    return range(fiscal_year - 2, fiscal_year + 2)


def amount(number: int, row: str, year: int) -> int:
    """The figure of a source: the same for a year whichever sheet states it, except that plans differ."""
    chance = random.Random(f"{number}-{row}-{year}")
    share = {"general": 1.0, "other": 0.3, "national": 0.6, "prefectural": 0.3, "bonds": 0.8}[row]
    if row != "general" and random.Random(f"{number}-{row}").random() > 0.3:
        return 0
    return int(chance.randint(300, 20_000) * share)


def _costs(number: int, fiscal_year: int) -> dict[str, dict[str, int | None]]:
    costs: dict[str, dict[str, int | None]] = {row.name: {} for row in FORM.costs.rows}
    for year in _years(fiscal_year):
        key = str(year)
        plan = 111 if year > fiscal_year else 0
        for row in SOURCES:
            value = amount(number, row, year)
            costs[row][key] = (value or None) if row != "general" else value + plan
        hours = random.Random(f"{number}-{year}").randint(100, 4000)
        costs["project_total"][key] = sum(costs[row][key] or 0 for row in SOURCES)
        costs["staff_count"][key] = 1 + hours // 1500
        costs["work_hours"][key] = hours
        costs["labour_total"][key] = hours * 4
        costs["grand_total"][key] = (costs["project_total"][key] or 0) + hours * 4
    return costs


def _placed(found: Record) -> Record:
    """With addresses such as a reader gives: the sheet's name and a place."""
    found.sheet = "評価シート"
    found.cells = {
        key: f"評価シート!{chr(65 + number % 26)}{2 + number // 26}"
        for number, key in enumerate(found.values)
    }
    return found


def result(found: Record, file: str, findings: Iterable[Finding] = (), folder: str = "/提出") -> FileResult:
    """A file with that one sheet."""
    found.file = file
    sha256 = f"{abs(hash(file)):064x}"[:64]
    return FileResult(file, f"{folder}/{file}", sha256, [SheetResult(found, list(findings))])


def refused(file: str, code: str = "F001", folder: str = "/提出", **values: Any) -> FileResult:
    """A file that could not be read."""
    return FileResult(file, f"{folder}/{file}", "0" * 64, refused=[finding_of(code, **values)])


def results(count: int, fiscal_year: int = 2017, folder: str = "/提出") -> list[FileResult]:
    """So many files, one project each, with a few findings of the rules' kinds."""
    found = []
    for number in range(count):
        sheet = record(number, fiscal_year)
        file = f"{sheet['department']}/{sheet['division']}/{fiscal_year}_{number + 1:03d}.xlsx"
        found.append(result(sheet, file, _findings(number, sheet), folder))
    return found


def _findings(number: int, sheet: Record) -> list[Finding]:
    from evalxl.rules.registry import check
    from evalxl.settings import Settings

    return check(sheet, Settings())


def sums(records: Iterable[tuple[Record, Mapping[int, bool] | None]]) -> dict[tuple[str, int], int]:
    """Sums by (row, year) the simplest way, over records and, where given, the years that count."""
    out: dict[tuple[str, int], int] = {}
    for sheet, years in records:
        for row in sheet.form.costs.rows:
            for year in sheet.years:
                if years is None or years.get(year):
                    out[row.name, year] = out.get((row.name, year), 0) + int(sheet.cost(row.name, year) or 0)
    return out
