"""X: across files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from evalxl import arithmetic, hourly, identity, others, tie_out
from evalxl.hourly import Rates
from evalxl.others import Others
from evalxl.rules.across import Run
from evalxl.rules.registry import Hit, across, declare, rule
from evalxl.rules.sheet import Sheet
from evalxl.settings import Settings
from evalxl.tables import SheetRows

if TYPE_CHECKING:
    from evalxl.masters.model import Project

Hits = Iterator[tuple[int, Hit]]

_PROJECTS = """project_name,department,division,contact
電算セキュリティ対策事業,総務部,情報システム課,内線 1234
"""


@across(
    "X801",
    "error",
    ja="{year:of}「{found}」（{section}、連絡先: {contact:-}）のシートが提出されていません。",
    en="No sheet of {year:of}for '{found}' ({section}, to call: {contact:-}).",
    fix_ja="担当課に提出を求めてください。終了した事業であれば、マスターに終了年度を書いてください。",
    fix_en="Ask the section for it; a project that ended has its last year in the master.",
    why_ja="市全体の合計は、すべての事業がそろって初めて正しくなります。"
    "提出もれがあると、実際より小さくなります。",
    bad=[{}],
    good=[{}, {"project_name": "庁内の回線の更新事業", "budget.minor": "02"}],
    settings={
        "masters": {"projects.csv": _PROJECTS + "庁内の回線の更新事業,総務部,情報システム課,内線 1235\n"}
    },
)
def sheet_missing(run: Run, settings: Settings) -> Iterator[tuple[None, Hit]]:
    """A project of the master that lasts in the evaluated year must have a sheet (未提出).

    Why: a total is the city's only when nobody is missing. Where sheets of several evaluated years come
    together, the latest one must be complete.
    """
    if settings.masters is None or run.year is None:
        return
    for project in missing(run, settings):
        section = project.department + project.division
        values = {"found": project.name, "section": section, "contact": project.contact or None}
        yield None, Hit(None, run.year, values)


def missing(run: Run, settings: Settings) -> list[Project]:
    """The projects of the master that have no sheet of the run's evaluated year."""
    masters, year = settings.masters, run.year
    if masters is None or year is None:
        return []
    own = zip(run.identities, run.sheets, strict=True)
    found = (masters.project_of(wanted, year) for wanted, sheet in own if sheet.fiscal_year == year)
    there = {project.line for project in found if project}
    return [project for project in masters.due(year) if project.line not in there]


@across(
    "X802",
    "error",
    ja="同じ事業の{year:of}シートが、違う内容でほかにもあります（{found}{more:more}）。",
    en="There is another sheet of this project, with other content ({year:of}{found}{more:more}).",
    fix_ja="どちらが正しいかを担当課に確かめ、1つにしてください。",
    fix_en="Ask the section which is right, and keep that one.",
    why_ja="どちらが正しいか決まるまで、両方を合計に含めています。"
    "そのままでは、同じ事業を二重に数えることになります。",
    bad=[{}, {"outline": "2回目に提出した、違う内容の説明です。"}],
    good=[{}, {"project_name": "庁内の回線の更新事業"}],
)
def submitted_twice(run: Run, settings: Settings) -> Hits:
    """A project must have one sheet of an evaluated year (二重提出).

    Why: until a person says which is right, both are added up. Copies without any difference are X803.
    """
    for number, group in enumerate(run.counting.doubles):
        if number in group[:1]:
            yield from _differing(run.sheets, group)


def _differing(sheets: Sequence[SheetRows], group: Sequence[int]) -> Hits:
    """For each sheet of a group those that say something else."""
    by_content = _by_content(sheets, group)
    # The first that differ from a sheet are among the first of each content.
    first = sorted(number for same in by_content.values() for number in same[: others.NAMED])
    for number in group:
        own = sheets[number]
        names = (others.place(sheets[n], own.file) for n in first if sheets[n].content != own.content)
        if found := others.of(names, len(group) - len(by_content[own.content])):
            yield number, _hit(own.fiscal_year, found)


def _by_content(sheets: Sequence[SheetRows], group: Iterable[int]) -> dict[str, list[int]]:
    out: dict[str, list[int]] = {}
    for number in group:
        out.setdefault(sheets[number].content, []).append(number)
    return out


def _hit(year: int | None, found: Others) -> Hit:
    return Hit("project_name", year, {"found": found.named, "more": found.more})


@across(
    "X803",
    "warning",
    ja="内容がまったく同じシートが、別の名前でもあります（{found}{more:more}）。",
    en="The same content is there under another name, too ({found}{more:more}).",
    fix_ja="写しであれば、片方を取り除いてください。",
    fix_en="Take the copy away.",
    why_ja="写しが残っていると、同じ事業が二重に集計されます。",
    bad=[{}, {}],
    good=[{}, {"project_name": "庁内の回線の更新事業", "budget.minor": "02"}],
)
def same_content_twice(run: Run, settings: Settings) -> Hits:
    """Two sheets say exactly the same, under two file or sheet names.

    Why: a copy that was forgotten is added up twice.
    """
    for same in _by_content(run.sheets, range(len(run.sheets))).values():
        for number in same if len(same) > 1 else ():
            yield number, _hit(None, others.beside(run.sheets, same, number))


@rule(
    "X804",
    "warning",
    ja="「{found}」は事務事業のマスターにありません。",
    en="'{found}' is not in the master of projects.",
    fix_ja="名称、コード、所属を確かめてください。新しい事業であれば、マスターに加えてください。",
    fix_en="Check name, codes and section; add the project to the master where it is new.",
    why_ja="名称などに書き誤りがあると、本来の事業は未提出に、このシートは別の事業に見えてしまいます。",
    bad={"project_name": "窓口の案内に使う機器の更新事業"},
    good={"project_name": "電算　セキュリティ対策事業"},
    settings={"masters": {"projects.csv": _PROJECTS}},
)
def project_not_in_master(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """The project of a sheet should be in the master of its year.

    Why: a slip in the name makes one project missing and another one appear.
    """
    masters, year = settings.masters, sheet.fiscal_year
    if masters and masters.due(year) and not masters.project_of(identity.of_record(sheet), year):
        yield Hit("project_name", values={"found": sheet.text("project_name")})


@across(
    "X805",
    "warning",
    ja="{year:fy}の人件費計(B){found:money}÷{hours}時間は1時間{low}～{high}円ですが、"
    "{votes}枚のシートは{expected}円です。",
    en="{year:fy}: labour cost (B) {found} ÷ {hours} hours is {low} to {high} yen an hour; "
    "{votes} sheets imply {expected} yen.",
    fix_ja="その年度の時間単価で計算し直してください。",
    fix_en="Calculate it again with that year's hourly rate.",
    why_ja="同じ年度の時間単価は、市の中で1つのはずです。"
    "前の年度の単価などで計算されていると、事業どうしの人件費を比べられません。",
    bad=[
        {"budget.minor": "02"},
        {"budget.minor": "03"},
        {"budget.minor": "04"},
        {"budget.minor": "05", "costs.labour_total.2017": 7880, "costs.grand_total.2017": 16532},
    ],
    good=[
        {"budget.minor": "02"},
        {"budget.minor": "03"},
        {
            "budget.minor": "04",
            "costs.work_hours.2017": 2000,
            "costs.labour_total.2017": 8154,
            "costs.grand_total.2017": 16806,
        },
    ],
    compares=True,
)
def hourly_rate_differs(run: Run, settings: Settings) -> Hits:
    """人件費計(B) ÷ 延べ業務時間 should be the rate that the majority of the year's sheets imply.

    Why: last year's rate is often left in the formula. 人件費 is rounded, so each sheet implies an interval,
    (B ± 0.5) × 1,000 ÷ hours; the rate that most intervals hold is the city's, where more than half do.
    A sheet that fits the rate that the city has set is right (C304), whatever the others say.
    """
    found: dict[int, list[tuple[int, Rates]]] = {}
    for number, sheet in enumerate(run.sheets):
        for year in {row[0] for row in sheet.costs if row[1] == "settled"}:
            labour, hours = sheet.sums.get(("labour_total", year)), sheet.sums.get(("work_hours", year))
            if rates := hourly.implied(labour, hours):
                found.setdefault(year, []).append((number, rates))
    for year, pairs in sorted(found.items()):
        if most := hourly.majority([rates for _, rates in pairs]):
            for number, rates in pairs:
                if not rates.meets(most[0]) and not _as_set(run.sheets[number], year, settings):
                    yield number, _other_rate(run.sheets[number], year, rates, most)


def _as_set(sheet: SheetRows, year: int, settings: Settings) -> bool:
    """Whether 人件費(B) is what the year's rate of the settings or the masters gives."""
    labour, hours = sheet.sums.get(("labour_total", year)), sheet.sums.get(("work_hours", year))
    expected = arithmetic.labour_cost(hours, settings.rates.get(year))
    if labour is None or expected is None:
        return False
    return abs(Decimal(labour) - expected) <= settings.thresholds.rate_tolerance


def _other_rate(sheet: SheetRows, year: int, rates: Rates, most: tuple[Rates, int]) -> Hit:
    middle = (most[0].low + most[0].high) / 2
    values = {
        "found": sheet.sums["labour_total", year],
        "hours": sheet.sums["work_hours", year],
        "low": rates.low,
        "high": rates.high,
        "expected": Decimal(round(middle)) if most[0].low <= round(middle) <= most[0].high else middle,
        "votes": most[1],
    }
    return Hit(f"costs.labour_total.{year}", year, values, _cell(sheet, "labour_total", year))


@across(
    "X806",
    "error",
    ja="{year:fy}の事業費計は{found:money}ですが、会計の同じ科目（{codes}）は{expected:money}です"
    "（{projects}事業、差 {gap:money}）。",
    en="Project cost of {year:fy} is {found}, but the accounts have {expected} for {codes} "
    "({projects} projects, difference {gap}, thousand yen).",
    fix_ja="決算書と照合し、科目か金額を直してください。くわしくは突合表をご覧ください。",
    fix_en="Compare with the accounts and mend the code or the amount; see the tie-out table.",
    why_ja="議会には、決算とこの評価の両方が示されます。金額が食い違うと、どちらが正しいのかを問われます。",
    bad=[{"budget.minor": "01"}, {"budget.minor": "02", "project_name": "庁内の回線の更新事業"}],
    good=[{"budget.minor": "01"}, {"budget.minor": "01", "project_name": "庁内の回線の更新事業"}],
    settings={
        "masters": {
            "accounts.csv": "年度,会計,款,項,目,大事業,中事業,決算額\n平成29,1,10,5,50,1,1,17304499\n"
            "平成29,1,10,5,50,1,2,8652400\n"
        }
    },
)
def cost_differs_from_accounts(run: Run, settings: Settings) -> Hits:
    """事業費計(A) of the evaluated year must be the accounting system's figure of the same 予算科目.

    Why: the council gets both. One 科目 may be split over projects: what hangs together is compared together,
    within 1 千円 a project for the rounding from yen. A year without accounts is not compared.
    """
    if settings.masters is None:
        return
    tolerance = Decimal(settings.thresholds.tie_out_tolerance)
    for group in tie_out.groups(run.sheets, run.counting, settings.masters, tolerance):
        if group.verdict != "differs":
            continue
        codes = [tie_out.shown(account.codes) for account in group.accounts]
        values = {"found": group.stated, "expected": group.settled, "codes": codes, "gap": group.difference}
        for number in group.sheets:
            sheet, year = run.sheets[number], group.fiscal_year
            cell = _cell(sheet, "project_total", year)
            yield (
                number,
                Hit(f"costs.project_total.{year}", year, {**values, "projects": len(group.sheets)}, cell),
            )


def _cell(sheet: SheetRows, row: str, year: int) -> str | None:
    """Where a cost stands on its sheet."""
    return next((cost[5] for cost in sheet.costs if cost[0] == year and cost[2] == row), None)


declare(
    "X807",
    "error",
    "summary-differs-from-sheets",
    """A total of the summary must equal the sum of the sheets it was made of, in exact decimal arithmetic.

    Why: a row dropped or counted twice on the way would make the city's total wrong without a sign.
    This is a check of evalxl itself; it is run on every consolidation.
    """,
    ja="集約表の{year:fy}の{row}の合計は{found}ですが、各シートの合計は{expected}です。",
    en="The summary's total of {row} for {year:fy} is {found}, but the sheets add up to {expected}.",
    fix_ja="この集約結果は使わず、evalxlの担当者に知らせてください。",
    fix_en="Do not use this summary; report it to whoever maintains evalxl.",
    why_ja="途中で行が落ちたり、二重に数えられたりすると、誰も気づかないまま市の合計が誤ったものになります。"
    "そのため、集約のたびに検算しています。",
    example={"row": "事業費計(A)", "year": 2017, "found": 8652000, "expected": 8652001},
)
