"""Y: against last year's sheet. Silent without it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from evalxl import identity
from evalxl.arithmetic import achievement
from evalxl.identity import alike
from evalxl.past import Match, Past, figures, text_keys
from evalxl.rules.across import Run
from evalxl.rules.registry import Hit, across, label_of, rule
from evalxl.rules.sheet import Sheet
from evalxl.settings import Settings
from workbook.notation import fold
from workbook.record import Number

LEAST_TEXT = 20
"""Letters: a shorter text may well be the same each year."""
LEAST_FIGURES = 3
"""Figures other than 0: fewer may well come out as they were planned."""
PERFORMANCE = ("activity_indicators", "outcome_indicators")
"""The indicators whose plan is to be reached; 対象指標 only count what is there."""

_OTHER = {"project_name": "窓口の案内に使う機器の更新事業", "budget.major": "66", "budget.minor": "77"}


def _match(sheet: Sheet, settings: Settings) -> Match | None:
    previous = settings.previous
    return previous.match(identity.of_record(sheet), sheet.fiscal_year) if previous else None


def _pasts(sheet: Sheet, settings: Settings) -> tuple[Past, ...]:
    match = _match(sheet, settings)
    return match.pasts if match else ()


@rule(
    "Y701",
    "error",
    ja="{year:fy}の{label}は{found}ですが、前回のシートでは{expected}でした（{place}）。",
    en="{label} of {year:fy} is {found}, but last year's sheet has {expected} ({place}).",
    fix_ja="過去の数値は書き換えられません。正しい方を確かめ、訂正であれば理由を添えてください。",
    fix_en="Past figures must stay. Check which is right; a correction needs its reason.",
    why_ja="決算の済んだ年度の数値は、すでに議会に報告されています。"
    "黙って変わると、過去の報告と食い違います。",
    bad={"costs.general.2015": 6127, "costs.project_total.2015": 6127, "costs.grand_total.2015": 9845},
    good={"costs.general.2018": 8800, "costs.project_total.2018": 8800},
    settings={"previous": {}},
)
def past_figure_rewritten(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """A settled figure that both sheets hold must be the same: costs, and indicators of one name and unit.

    Why: a year that is settled has been reported to the council. A blank is no figure, but a blank source
    beside a total is 0. Where projects were merged, one's figure or their sum is right; where one was split,
    nothing is compared.
    """
    match = _match(sheet, settings)
    if not match or not match.pasts or match.split:
        return
    now = figures(sheet)
    for key, before in _befores(sheet, match.pasts).items():
        head, year = key.partition(".")[0], int(key[-4:])
        found = now.get(key)
        if found is None or year not in sheet.settled or key in sheet.unread:
            continue
        allowed = [*before, sum(before)] if head == "costs" else before
        if found not in allowed:
            expected = sum(before) if head == "costs" else before[0]
            place = "、".join(past.file for past in match.pasts)
            yield Hit(key, year, {"found": found, "expected": expected, "place": place})


def _befores(sheet: Sheet, pasts: tuple[Past, ...]) -> dict[str, list[Number]]:
    """Key on this year's sheet → the settled figures that the earlier ones have for it."""
    out: dict[str, list[Number]] = {}
    for past in pasts:
        slots = _slots(sheet, past) if len(pasts) == 1 else {}
        for key, value in past.figures.items():
            if int(key[-4:]) > past.fiscal_year:
                continue
            if key.startswith("costs."):
                out.setdefault(key, []).append(value)
            elif place := slots.get(key[: -len(".values.2000")]):
                out.setdefault(place + key[-len(".values.2000") :], []).append(value)
    return out


def _slots(sheet: Sheet, past: Past) -> dict[str, str]:
    """Last year's slots whose indicator is on this year's sheet with the same unit → its slot there."""
    there = {(i.table, fold(i.name or "")): i for table in sheet.tables().values() for i in table}
    out = {}
    for key, (name, unit) in past.indicators.items():
        table = key.partition(".")[0]
        own = there.get((table, fold(name)))
        if own and _unit(own.unit) == _unit(unit):
            out[key] = f"{table}.{own.slot}"
    return out


def _unit(unit: str | None) -> str:
    """A unit for comparison: 箇所, か所 and ヶ所 are one."""
    folded = fold(unit or "")
    return "箇所" if folded in ("か所", "ヶ所", "カ所", "ケ所", "個所") else folded


@rule(
    "Y702",
    "warning",
    ja="{label}が、前回のシートの文章とほぼ同じです（{found}%）。",
    en="{label} is nearly the same as on last year's sheet ({found}%).",
    fix_ja="この年度の内容に書き改めてください。変わりがなければ、そのままで結構です。",
    fix_en="Write about this year; leave it as it is where nothing has changed.",
    why_ja="実施したこと、計画、評価は、年度ごとのものです。"
    "前の年度の文章のままでは、この年度の評価になりません。",
    bad={"direction_text": "標的型メールへの対応訓練を全職員に広げ、年2回実施する。手順書も見直す。"},
    good={"direction_text": "訓練の結果をもとに、手順書と連絡体制を見直し、委託先にも参加を求める。"},
    settings={
        "previous": {
            "direction_text": "標的型メールへの対応訓練を全職員に広げ、年1回実施する。手順書も見直す。"
        }
    },
)
def text_copied(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """A text that speaks of a year should not be 95 % the same as last year's; short ones are not compared.

    Why: what was done, what is planned and how it is judged belong to a year. What the project is for (対象,
    意図, 事業内容) may well stay.
    """
    for past in _pasts(sheet, settings):
        least = Fraction(settings.thresholds.same_text_percent) / 100
        for key in text_keys(sheet):
            now, before = fold(sheet.text(key)), fold(past.texts.get(key, ""))
            if min(len(now), len(before)) >= LEAST_TEXT and (same := alike(now, before)) >= least:
                yield Hit(key, values={"found": int(same * 100), "place": past.file})


@rule(
    "Y703",
    "warning",
    ja="{label}「{name}」の{year:fy}の実績{found}は、前回のシートの計画{expected}の{rate}%です。",
    en="{label} '{name}': the result of {year:fy}, {found}, is {rate}% of the {expected} planned on last "
    "year's sheet.",
    fix_ja="数値を確かめ、届かなかった理由を評価に書いてください。",
    fix_en="Check the figures, and say in the evaluation why the plan was missed.",
    why_ja="計画に大きく届かなかったときは、理由の説明が必要です。数値の書き誤りに気づくこともできます。",
    bad={"activity_indicators.イ.values.2017": 250},
    good={"activity_indicators.イ.values.2017": 450},
    settings={"previous": {"activity_indicators.イ.values.2017": 500}},
    compares=True,
)
def result_far_below_plan(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """The result of a 活動指標 or 成果指標 should not be under 60 % of what last year's sheet planned.

    Why: a plan that is missed by so much needs a reason. Under 80 % it is an info. Where less is better
    (事故, 苦情 …) nothing is asked.
    """
    pasts, year, words = _pasts(sheet, settings), sheet.fiscal_year, settings.thresholds
    for past in pasts if len(pasts) == 1 else ():
        for before, place in _slots(sheet, past).items():
            plan, found = past.figures.get(f"{before}.values.{year}"), sheet.number(f"{place}.values.{year}")
            name = past.indicators[before][0]
            if not place.startswith(PERFORMANCE) or any(word in name for word in words.lower_is_better):
                continue
            reached = achievement(found, plan)
            if reached is None or (plan or 0) < 0 or reached * 100 >= words.below_plan_info:
                continue
            grave = reached * 100 < words.below_plan_warning
            values = {"found": found, "expected": plan, "rate": _percent(reached), "name": name}
            yield Hit(f"{place}.values.{year}", year, values, severity=None if grave else "info")


def _percent(part: Fraction) -> Decimal:
    return (Decimal(part.numerator) * 100 / Decimal(part.denominator)).quantize(Decimal("0.1"))


@rule(
    "Y704",
    "warning",
    ja="{label}が前回のシートと違います（{what:word}。前回: {expected}、今回: {found:-}）。",
    en="{label} is not as on last year's sheet ({what:word}; before: {expected}, now: {found:-}).",
    fix_ja="指標を変えたときは、変えた理由を書き、過去の値も新しい指標に合わせてください。",
    fix_en="Where the indicator was changed, say why, and restate the past values.",
    why_ja="指標の名前や単位が変わると、年度をまたいで比べられなくなります。",
    bad={"activity_indicators.ア.unit": "件"},
    good={"activity_indicators.ア.unit": "台 "},
    settings={"previous": {}},
    words={
        "unit": ("単位の変更", "another unit"),
        "name": ("名称の変更", "another name"),
        "gone": ("指標がなくなりました", "it has disappeared"),
    },
    compares=True,
)
def indicator_changed(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """An indicator should keep its name and unit from year to year, and not disappear.

    Why: a series breaks where its name or unit changes. An indicator that moved to another slot is the same.
    """
    pasts = _pasts(sheet, settings)
    for past in pasts if len(pasts) == 1 else ():
        same = _slots(sheet, past)
        moved = set(same.values())
        for key, (name, unit) in past.indicators.items():
            if key not in same and key.partition(".")[0] in sheet.slots:
                yield _changed(sheet, key, name, unit, moved)


def _changed(sheet: Sheet, key: str, name: str, unit: str | None, taken: set[str]) -> Hit:
    table, _, slot = key.partition(".")
    expected = f"{name}（{unit}）" if unit else name
    own = next((i for i in sheet.named(table) if fold(i.name or "") == fold(name)), None)
    here = sheet.indicator(table, slot)
    if own:
        found, what, slot = f"{own.name}（{own.unit or '－'}）", "unit", own.slot
    elif here and here.name and key not in taken:
        found, what = here.name, "name"
    else:
        found, what = None, "gone"
    field = f"{table}.{slot}.{'unit' if what == 'unit' else 'name'}"
    values = {"found": found, "expected": expected, "what": what, "label": label_of(sheet, field)}
    return Hit(field, values=values)


@rule(
    "Y705",
    "info",
    ja="「{found}」は、前回（{expected:fy}）のシートにない新しい事業です。",
    en="'{found}' is new: it is not among the sheets of {expected:fy}.",
    fix_ja="新しい事業であれば、そのままで結構です。名称やコードを変えた事業であれば、マスターに引継先を書いてください。",
    fix_en="Nothing, if it is new. If it had another name or code, name the successor in the masters.",
    why_ja="新しい事業には、始めた理由の説明が必要です。"
    "名称が変わっただけの事業が新規として扱われると、過去の数値とのつながりが失われます。",
    bad=_OTHER,
    good={"department": "企画部"},
    settings={"previous": {}},
    compares=True,
)
def new_project(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """The project has no sheet among last year's; of one file of last year's, only its own section is asked.

    Why: a new project needs its start to be explained; one that was only renamed must not lose its past.
    """
    match = _match(sheet, settings)
    if not match or match.pasts or not settings.previous:
        return
    if settings.previous.covers(identity.of_record(sheet).section):
        expected = settings.previous.year_before(sheet.fiscal_year)
        yield Hit("project_name", values={"found": sheet.text("project_name"), "expected": expected})


@across(
    "Y706",
    "warning",
    ja="前回（{year:fy}）のシートにあった「{found}」（{section}）のシートがありません（{place}）。",
    en="'{found}' ({section}) had a sheet in {year:fy} and has none now ({place}).",
    fix_ja="終了した事業か、提出もれかを確かめてください。統合・改称した事業であれば、マスターに引継先を書いてください。",
    fix_en="Check whether it ended or was forgotten; name the successor in the masters where it was merged.",
    why_ja="事業が知らないうちに消えると、その費用が前の年度との比較から抜けてしまいます。",
    bad=[{}],
    good=[{}, _OTHER],
    settings={"previous": [{}, _OTHER]},
)
def vanished_project(run: Run, settings: Settings) -> Iterator[tuple[None, Hit]]:
    """A project of last year's sheets has none this year, though it was not to end.

    Why: a project that silently disappears takes its costs out of the comparison.
    """
    if settings.previous is None or run.year is None:
        return
    pairs = ((wanted, sheet.fiscal_year) for wanted, sheet in zip(run.identities, run.sheets, strict=True))
    for past in settings.previous.vanished(pairs, run.year):
        values = {"found": past.name, "section": past.section, "place": past.file}
        yield None, Hit(None, past.fiscal_year, values)


@rule(
    "Y707",
    "warning",
    ja="{year:fy}の{what:word}の数値{count}個が、前回のシートに書いた計画とすべて同じです（{label}など）。",
    en="All {count} figures of {what:word} of {year:fy} are what last year's sheet planned ({label} …).",
    fix_ja="計画のままになっていないかを確かめ、決算・実績の数値に書きかえてください。"
    "計画どおりであれば、そのままで結構です。",
    fix_en="See whether the plan was left there, and put the actual figures in its place; leave them as they "
    "are where all came out as planned.",
    why_ja="年度更新したシートには、前の年度に立てた計画が灰色で入っています。"
    "書きかえるのを忘れると、計画の金額が決算として集約されます。",
    bad={"costs.work_hours.2017": 1950},
    good={"costs.work_hours.2017": 1987},
    settings={"previous": {}},
    words={"costs": ("コスト", "the costs"), "indicators": ("指標", "the indicators")},
)
def plan_left_as_result(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """The results of a year should not all be what last year's sheet planned for it.

    Why: the sheet that was rolled over shows last year's plan until it is overwritten; what is forgotten
    would be added up as settled. What is calculated from other figures is not compared, nor are fewer than
    three figures. Projects that were merged are not asked.
    """
    pasts = _pasts(sheet, settings)
    for past in pasts if len(pasts) == 1 else ():
        for what, planned in (("costs", _cost_plans(sheet, past)), ("indicators", _aims(sheet, past))):
            found = {key: value for key in planned if (value := sheet.number(key)) is not None}
            same = found and all(value == planned[key] for key, value in found.items())
            if same and sum(value != 0 for value in found.values()) >= LEAST_FIGURES:
                values = {"count": len(found), "what": what}
                yield Hit(next(iter(found)), sheet.fiscal_year, values)


def _cost_plans(sheet: Sheet, past: Past) -> dict[str, Number | None]:
    """What was planned for the year in the rows that people fill in, by this year's keys."""
    rows = (row for row in sheet.form.costs.rows if row.formula not in ("labour", "grand_total"))
    keys = (f"costs.{row.name}.{sheet.fiscal_year}" for row in rows)
    return {key: past.figures.get(key) for key in keys}


def _aims(sheet: Sheet, past: Past) -> dict[str, Number | None]:
    """What was planned for the year of the indicators of both sheets, by this year's keys."""
    year = sheet.fiscal_year
    slots = _slots(sheet, past).items()
    return {f"{place}.values.{year}": past.figures.get(f"{before}.values.{year}") for before, place in slots}
