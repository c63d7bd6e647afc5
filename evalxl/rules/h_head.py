"""H: the head of the sheet and the project's period."""

from __future__ import annotations

from collections.abc import Iterator

from evalxl.rules import against
from evalxl.rules.patches import KEPT
from evalxl.rules.registry import Hit, rule
from evalxl.rules.sheet import Sheet
from evalxl.rules.words import NOT_ONE_BOX
from evalxl.settings import Settings
from workbook.form import Field


@rule(
    "H101",
    "error",
    ja="{label}が空欄です。",
    en="{label} is blank.",
    fix_ja="{label}を記入してください。",
    fix_en="Fill in {label}.",
    why_ja="事業名、所属、政策体系のコードは、シートを整理し、集計する手がかりです。"
    "空欄では、どこの事業として数えればよいか分かりません。",
    bad={"measure.code": None},
    good={"measure.name": None},
)
def required_head_field_blank(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """Project name, department, division and the codes of policy, measure and basic program must be there.

    Why: they are what a sheet is filed and rolled up by. Names beside a code may be blank.
    """
    for key in sheet.facts.must:
        if sheet.empty(key):
            suffix = "のコード" if key.endswith(".code") else ""
            name = key.removesuffix(".code")
            yield Hit(key, values={"label": sheet.form.field(name).label + suffix})


@rule(
    "H102",
    "warning",
    ja="{label}が空欄か、けたが足りません{found:aside 記入: }。",
    en="{label} is blank or lacks a digit{found:aside found: }.",
    fix_ja="{label}を記入してください。",
    fix_en="Fill in {label}.",
    why_ja="内容の確認は、ここに書かれた担当者に連絡して行います。"
    "予算科目のけたが足りないと、財政の数値と結び付けられません。",
    bad={"budget.minor": "1"},
    good={"budget.major": "01\n02", "budget.minor": "01\n04"},
)
def contact_or_budget_code_incomplete(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """Head of division, contact, phone and all digits of the budget codes should be there.

    Why: the reviewer calls the contact, and finance finds the project by its budget code. Several budget
    lines may stand in one cell; each must have all its digits. A budget with gaps is one finding.
    """
    groups: dict[str, list[Field]] = {}
    for field in sheet.facts.should:
        if _incomplete(sheet.text(field.name), field.digits):
            parent = field.name.rpartition(".")[0]
            groups.setdefault(parent or field.name, []).append(field)
    for name, fields in groups.items():
        parts = "、".join(field.label for field in fields)
        grouped = fields[0].name != name
        label = f"{sheet.form.field(name).label}（{parts}）" if grouped else parts
        found = [sheet.text(field.name) for field in fields if sheet.text(field.name)]
        yield Hit(fields[0].name, values={"label": label, "found": "、".join(found) or None})


def _incomplete(text: str, digits: int) -> bool:
    lines = text.split()
    return not lines or min(map(len, lines)) < digits


_POLICIES = """level,code,parent,name
政策,I,,みんなで築くまち《協働・行政経営》
施策,05,I,時代にあった行政サービスの実現
施策,06,I,市民と進めるまちづくり
基本事業,012,05,業務と組織機構の効率化
基本事業,032,06,地域活動の推進
"""
_ORGANIZATION = """department,division,group,from_year,to_year,successor
総務部,情報システム課,,,平成30年度,デジタル推進課
総務部,情報政策課,,,28,情報システム課
総務部,デジタル推進課,,令和元年度,,
"""


@rule(
    "H103",
    "error",
    ja="{label}「{found}」は{what:word}{expected:aside マスター: }。",
    en="{label} '{found}' {what:word}{expected:aside master: }.",
    fix_ja="その年度のマスターにあるコードと名称に直してください。マスターが古いときは、マスターを直します。",
    fix_en="Use the code and the name of that year's master; mend the master where it is out of date.",
    why_ja="集計も会計との突合も、このコードで行います。"
    "マスターにないコードでは、違うところに集計されたり、突合から漏れたりします。",
    bad={"basic_program.code": "032"},
    good={"measure.code": "０５", "department": "総務 部"},
    settings={
        "masters": {
            "policies.csv": _POLICIES,
            "organization.csv": _ORGANIZATION,
            "accounts.csv": "年度,会計,款,項,目,大事業,中事業,name,決算額\n"
            "H29,1,10,5,50,1,1,電算総務管理事業,8652000\n",
        }
    },
    words={
        "missing": ("マスターにありません", "is not in the master"),
        "parent": ("マスターでは別の上位に属しています", "belongs elsewhere in the master"),
    },
)
def code_not_in_master(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """政策体系, 組織 and 予算科目 must be in the master of the evaluated year, under their right parent.

    Why: roll-ups and the accounts go by these codes. Leading zeros, width and spaces do not count; of a
    予算科目 the first level that is not there is told. Without a master nothing is compared.
    """
    if settings.masters:
        yield from against.plan(sheet, settings.masters)
        yield from against.organisation(sheet, settings.masters)
        yield from against.budget(sheet, settings.masters)


@rule(
    "H104",
    "warning",
    ja="{label}「{found}」は、マスターでは「{expected}」です（{what:word}）。",
    en="{label} '{found}' is '{expected}' in the master ({what:word}).",
    fix_ja="マスターの名称に合わせてください。名称が変わったときは、新しい名称を書きます。",
    fix_en="Use the master's name; the new one where it was renamed.",
    why_ja="名称の書き方が違うと、集計表で同じものが2行に分かれてしまいます。",
    bad={"division": "情報政策課"},
    good={"division": "情報システム課 "},
    settings={"masters": {"policies.csv": _POLICIES, "organization.csv": _ORGANIZATION}},
    words={
        "name": ("名称の違い", "another name"),
        "renamed": ("組織の改編", "reorganised"),
    },
)
def name_differs_from_master(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """A name should be the master's name of that code; a section that was renamed has its new name.

    Why: two spellings become two lines in a roll-up. Width and spaces do not count.
    """
    if settings.masters:
        yield from against.plan_names(sheet, settings.masters)
        yield from against.reorganised(sheet, settings.masters)
        yield from against.project_name(sheet, settings.masters)
        yield from against.budget_names(sheet, settings.masters)


@rule(
    "H105",
    "error",
    ja="事業期間{what:word}{found:aside}。",
    en="The project period {what:word}{found:aside}.",
    fix_ja="単年度のみ、単年度繰返、期間限定複数年度のどれか1つにチェックしてください。",
    fix_en="Tick exactly one of the boxes.",
    why_ja="事業期間が決まらないと、次の年度も続く事業かどうかが分かりません。",
    bad={"period": ()},
    good={"period": ("single_year",), "period.start_year": None},
    words=NOT_ONE_BOX,
)
def period_not_one_box(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """Exactly one box of 事業期間 must be ticked.

    Why: without it nobody knows whether the project goes on.
    """
    ticked = sheet.ticked("period")
    if len(ticked) != 1 and "period" in sheet.facts.choices:
        options = {option.value: option.label for option in sheet.facts.choices["period"].options}
        found = [options.get(value, value) for value in ticked]
        yield Hit("period", values={"found": found, "what": "several" if found else "none"})


def _years_asked(sheet: Sheet) -> str:
    """Which years the one ticked box asks for: "", "start" or "range"."""
    choice, ticked = sheet.facts.choices.get("period"), sheet.ticked("period")
    if choice is None or len(ticked) != 1:
        return ""
    return next((option.years for option in choice.options if option.value == ticked[0]), "")


@rule(
    "H106",
    "error",
    ja="事業期間の年度が足りないか、{expected:fy}を含んでいません（開始: {start:fy}、終了: {end:fy}）。",
    en="The years of the project period are missing or do not include {expected:fy} "
    "(start: {start:fy}, end: {end:fy}).",
    fix_ja="単年度繰返は開始年度を、期間限定複数年度は開始年度と終了年度を記入してください。",
    fix_en="Fill in the start year, and the end year of a limited period.",
    why_ja="評価の対象年度が期間に入っていないときは、年度の書き誤りか、別の事業のシートと考えられます。"
    "年度が空欄では、いつまで続く事業かが分かりません。",
    bad={"period.start_year": None},
    good={"period": ("multi_year",), "period.start_year": 2017, "period.end_year": 2017},
    compares=True,
)
def period_years_wrong(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """単年度繰返 needs a start year; 期間限定複数年度 needs start ≤ evaluated year ≤ end.

    Why: a project evaluated outside its own period is a typing slip or another project's sheet.
    """
    asked = _years_asked(sheet)
    start, end = sheet["period.start_year"], sheet["period.end_year"]
    values = {"start": start, "end": end, "expected": sheet.fiscal_year}
    if asked and not isinstance(start, int):
        yield Hit("period.start_year", values=values)
    elif asked == "range" and not isinstance(end, int):
        yield Hit("period.end_year", values=values)
    elif asked == "range" and isinstance(start, int) and isinstance(end, int):
        if start > sheet.fiscal_year:
            yield Hit("period.start_year", values={**values, "found": start})
        elif end < max(start, sheet.fiscal_year):
            yield Hit("period.end_year", values={**values, "found": end})


@rule(
    "H107",
    "warning",
    ja="期間限定複数年度の事業ですが、事業内容（全体像）が空欄です。",
    en="A project of several limited years without a description of the whole (事業内容).",
    fix_ja="事業内容に、期間全体の姿（総事業費、年次計画など）を記述してください。",
    fix_en="Describe the whole project in 事業内容.",
    why_ja="何年もかける事業は、1年分の数値だけでは進みぐあいを判断できません。"
    "全体の計画が分かる説明が必要です。",
    bad={
        "period": ("multi_year",),
        "period.start_year": 2015,
        "period.end_year": 2019,
        "outline": None,
    },
    good={"outline": None},
)
def limited_period_without_outline(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """期間限定複数年度 needs 事業内容: the form prints "全体像を記述".

    Why: one year's figures say little about a project that is built over several.
    """
    if _years_asked(sheet) == "range" and sheet.empty("outline"):
        yield Hit("outline")


@rule(
    "H108",
    "warning",
    ja="事業期間は{found:fy}までですが、今後の方向性が現状維持です。",
    en="The project's period ends with {found:fy}, but its direction is to stay as it is.",
    fix_ja="終了する事業であれば方向性を見直し、続ける事業であれば事業期間を直してください。",
    fix_en="Reconsider the direction, or correct the period where the project goes on.",
    why_ja="「現状維持」は、次の年度も続けるという意味です。期間が終わる事業に選ぶと、事業期間と矛盾します。",
    bad={**KEPT, "period": ("multi_year",), "period.start_year": 2015, "period.end_year": 2017},
    good={**KEPT, "period": ("multi_year",), "period.start_year": 2015, "period.end_year": 2018},
)
def ended_but_kept(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """A project whose period ends in the evaluated year, or has ended, cannot stay as it is.

    Why: 現状維持 says that it goes on. 「単年度のみ」 ends with its year.
    """
    end = sheet["period.end_year"] if _years_asked(sheet) == "range" else None
    if sheet.ticked("period") == ("single_year",):
        end = sheet.fiscal_year
    if isinstance(end, int) and end <= sheet.fiscal_year and sheet.kept:
        yield Hit("directions", values={"found": end})
