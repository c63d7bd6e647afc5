"""I: the indicators (活動, 対象, 成果)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

from evalxl.arithmetic import yoy_rate
from evalxl.rules.patches import emptied
from evalxl.rules.registry import Hit, rule
from evalxl.rules.sheet import Sheet
from evalxl.settings import Settings
from workbook.notation import fold
from workbook.record import Indicator

ACTIVITY, TARGET, OUTCOME = "activity_indicators", "target_indicators", "outcome_indicators"
_PLACES = frozenset({"箇所", "か所", "カ所", "ヶ所", "ヵ所", "ケ所", "個所"})
_PERSONS = frozenset({"人", "名"})
_AS_COUNTED = ("のべ", "延べ", "延")


def _key(indicator: Indicator, rest: str | int) -> str:
    middle = "values." if isinstance(rest, int) else ""
    return f"{indicator.table}.{indicator.slot}.{middle}{rest}"


def _unit(indicator: Indicator) -> str:
    unit = fold(indicator.unit or "")
    return "箇所" if unit in _PLACES else unit


def _blank(sheet: Sheet, indicator: Indicator, year: int) -> bool:
    if indicator.values.get(year) is not None or year in indicator.answered:
        return False
    return not sheet.unread or sheet.blank(_key(indicator, year))


@rule(
    "I201",
    "error",
    ja="{label}に数値がありますが、指標名が空欄です。",
    en="{label} has figures but no name.",
    fix_ja="指標名を記入するか、不要な数値を消してください。",
    fix_en="Fill in its name, or delete figures that are not needed.",
    why_ja="指標名がないと、何を数えた値なのかが分からず、評価に使えません。",
    bad={"activity_indicators.ウ.name": None},
    good={"activity_indicators.エ.unit": "人"},
)
def values_without_name(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """An indicator with figures must have a name.

    Why: nobody can tell what was counted.
    """
    for indicators in sheet.tables().values():
        for indicator in indicators:
            if not indicator.name and any(value is not None for value in indicator.values.values()):
                yield Hit(_key(indicator, "name"))


@rule(
    "I202",
    "warning",
    ja="{label}: {problem:word}。",
    en="{label}: {problem:word}.",
    fix_ja="単位を記入し、指標は上の欄から順に詰めて記入してください。",
    fix_en="Fill in the unit; fill the slots from the top without a gap.",
    why_ja="単位のない数値は、ほかと比べられません。"
    "間の欄が空いているときは、指標が誤って消えていることがあります。",
    bad={"activity_indicators.イ.unit": None},
    good={
        "activity_indicators.エ.name": "監査の回数",
        "activity_indicators.エ.unit": "回",
        "activity_indicators.エ.values.2015": 1,
        "activity_indicators.エ.values.2016": 2,
        "activity_indicators.エ.values.2017": 2,
        "activity_indicators.エ.values.2018": 3,
    },
    words={
        "unit": ("指標名がありますが、単位が空欄です", "it has a name but no unit"),
        "gap": ("この欄が空いたまま、次の欄が記入されています", "it is empty, but a slot after it is filled"),
    },
)
def unit_missing_or_gap(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """A named indicator needs a unit, and the slots are filled in order (ア, イ, ウ).

    Why: figures without a unit cannot be compared; a gap is often an indicator that was lost.
    """
    for table, indicators in sheet.tables().items():
        for indicator in indicators:
            if indicator.name and not indicator.unit:
                yield Hit(_key(indicator, "unit"), values={"problem": "unit"})
        filled, slots = [indicator.slot for indicator in indicators], sheet.slots[table]
        for slot in slots[: slots.index(filled[-1])] if filled else ():
            if slot not in filled:
                yield Hit(f"{table}.{slot}.name", values={"problem": "gap"})


@rule(
    "I203",
    "warning",
    ja="{label}が1つもありません。",
    en="There is no {label} at all.",
    fix_ja="{label}を1つ以上設定してください。",
    fix_en="Set at least one {label}.",
    why_ja="指標がないと、何をしたか、誰のためか、どんな成果があったかを数値で示せません。",
    bad={**emptied("target_indicators", "ア"), **emptied("target_indicators", "イ")},
    good=emptied("target_indicators", "イ"),
)
def no_indicator_of_a_kind(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """Each of 活動指標, 対象指標 and 成果指標 should have an indicator.

    Why: without one, the table says nothing about what was done, for whom, or with what effect.
    """
    for table, indicators in sheet.tables().items():
        if not indicators:
            slots, label = sheet.slots[table], sheet.form.table(table).label
            yield Hit(f"{table}.{slots[0]}.name" if slots else table, values={"label": label})


@rule(
    "I204",
    "error",
    ja="{label}の{year:fy}の実績が空欄です。",
    en="{label}: the result of {year:fy} is blank.",
    fix_ja="実績を記入してください。該当しない年度は「－」とします。",
    fix_en="Fill in the result; － means not applicable.",
    why_ja="途中の年度が空欄では、年度ごとの比較ができません。"
    "該当しない年度に「－」と書いてあれば、記入もれと区別できます。",
    bad={"activity_indicators.イ.values.2016": None},
    good={"activity_indicators.イ.values.2016": "－"},
)
def settled_value_blank(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """A named indicator with other years filled must have every settled year; a dash is an answer.

    Why: a gap breaks the comparison over the years. Years before the project's start are not asked for.
    """
    years = sheet.expected_years()
    for table in sheet.tables():
        for indicator in sheet.named(table):
            values = indicator.values.values()
            if None not in values or not (indicator.answered or any(v is not None for v in values)):
                continue
            for year in years:
                if _blank(sheet, indicator, year):
                    yield Hit(_key(indicator, year), year)


@rule(
    "I205",
    "warning",
    ja="{label}の{year:fy}の計画が空欄です。",
    en="{label}: the plan of {year:fy} is blank.",
    fix_ja="計画値を記入してください。該当しない場合は「－」とします。",
    fix_en="Fill in the plan; － means not applicable.",
    why_ja="次の年度の実績は、この計画と比べて評価します。"
    "計画がないと、目標に届いたかどうかを判断できません。",
    bad={"activity_indicators.イ.values.2018": None},
    good={"activity_indicators.イ.values.2018": "－"},
)
def plan_blank(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """A named indicator should have a plan.

    Why: next year's result is judged by it. A project to be abolished or suspended needs none.
    """
    if sheet.stopped:
        return
    for table in sheet.tables():
        for indicator in sheet.named(table):
            for year in sheet.planned:
                if _blank(sheet, indicator, year):
                    yield Hit(_key(indicator, year), year)


@rule(
    "I206",
    "warning",
    ja="{label}は{other}と同じ名前ですが、{year:fy}の値か単位が違います（{found}、{expected}）。",
    en="{label} has the same name as {other}, but another value in {year:fy} or another unit "
    "({found}, {expected}).",
    fix_ja="どちらが正しいか確かめ、値と単位をそろえてください。別のものであれば名前を分けてください。",
    fix_en="Make values and units agree, or name the indicators apart.",
    why_ja="同じ名前で値や単位が違うときは、片方の更新を忘れていることがよくあります。"
    "そのままでは、どちらが正しいか分かりません。",
    bad={
        "target_indicators.ア.name": "セキュリティ対応済み パソコンののべ台数",
        "target_indicators.ア.values.2017": 880,
    },
    good={
        "target_indicators.ア.name": "セキュリティ対応済み　パソコンののべ台数",
        "target_indicators.ア.unit": " 台",
    },
    compares=True,
)
def same_name_other_values(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """Indicators of the same name in two tables must have the same values and units.

    Why: one of the two was not brought up to date. Width, spaces and 「ヶ所/か所」 do not count.
    """
    names = {table: [(fold(i.name or ""), i) for i in sheet.named(table)] for table in sheet.tables()}
    for first, second in combinations(names, 2):
        for (name, a), (same, b) in product(names[first], names[second]):
            if name != same:
                continue
            other = f"{sheet.form.table(first).label} {a.slot}"
            if _unit(a) != _unit(b) and a.unit and b.unit:
                units = {"other": other, "found": b.unit, "expected": a.unit}
                yield Hit(_key(b, "unit"), sheet.fiscal_year, units)
            elif (year := _differing_year(a, b)) is not None:
                values = {"other": other, "found": b.values[year], "expected": a.values[year]}
                yield Hit(_key(b, year), year, values)


def _differing_year(a: Indicator, b: Indicator) -> int | None:
    for year, value in a.values.items():
        other = b.values.get(year)
        if value is not None and other is not None and value != other:
            return year
    return None


@rule(
    "I207",
    "info",
    ja="{label}（{found}人）が、{year:fy}の対象の人数（{expected}人）より多くなっています。",
    en="{label} counts {found} persons in {year:fy}, more than the {expected} persons of the target.",
    fix_ja="延べ人数であれば指標名に「延べ」と書いてください。",
    fix_en="Where persons are counted more than once, say so in the name (延べ).",
    why_ja="対象の範囲が狭すぎるか、同じ人を重ねて数えていると考えられます。"
    "説明がないと、数え方を誤解されるおそれがあります。",
    bad={"activity_indicators.イ.values.2017": 500},
    good={"activity_indicators.イ.values.2017": 490},
    compares=True,
)
def more_persons_than_the_target(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """An activity counted in persons should not exceed the persons of the target.

    Why: either the target is too narrow or persons are counted twice (延べ, which is not compared).
    The evaluated year counts; where it is in order, the years before it, then the plan.
    """
    targets = [t for t in sheet.named(TARGET) if _unit(t) in _PERSONS]
    years = (*reversed(sheet.settled), *sheet.planned)
    for indicator in sheet.named(ACTIVITY) if targets else ():
        name = indicator.name or ""
        if _unit(indicator) not in _PERSONS or any(word in name for word in _AS_COUNTED):
            continue
        for year in years:
            limits = [v for t in targets if (v := t.values.get(year)) is not None]
            value = indicator.values.get(year)
            if limits and value is not None and value > max(limits):
                yield Hit(_key(indicator, year), year, {"found": value, "expected": max(limits)})
                break


@rule(
    "I208",
    "warning",
    ja="{label}が{other}と同じ「{found}」です。",
    en="{label} is the same as {other}: '{found}'.",
    fix_ja="成果指標には、活動の結果として対象がどう変わったかを表すものを選んでください。",
    fix_en="Choose an outcome that shows how the target changed, not what was done.",
    why_ja="何をしたかと、その結果どうなったかは、別のことです。活動と同じ指標では、成果を測れません。",
    bad={
        "outcome_indicators.ア.name": "研修 参加者数",
        "outcome_indicators.ア.unit": "人",
        "outcome_indicators.ア.values.2015": 372,
        "outcome_indicators.ア.values.2016": 325,
        "outcome_indicators.ア.values.2017": 300,
        "outcome_indicators.ア.values.2018": 300,
    },
    good={"outcome_indicators.ア.name": "研修参加者の割合"},
)
def outcome_is_an_activity(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """A 成果指標 must not be one of the 活動指標.

    Why: what was done is not what came of it.
    """
    activities = {fold(a.name or ""): a for a in sheet.named(ACTIVITY)}
    for outcome in sheet.named(OUTCOME):
        same = activities.get(fold(outcome.name or ""))
        if same:
            other = f"{sheet.form.table(ACTIVITY).label} {same.slot}"
            yield Hit(_key(outcome, "name"), values={"other": other, "found": outcome.name})


@rule(
    "I209",
    "info",
    ja="{label}の値が{first:fy}から{year:fy}まで同じ{found}です。",
    en="{label} has the same value, {found}, from {first:fy} to {year:fy}.",
    fix_ja="前年度の値が残ったままになっていないか確かめてください。",
    fix_en="See whether an older value was left standing.",
    why_ja="数え直さずに、前の年度の値が残っていることがあります。",
    bad={"activity_indicators.ア.values.2018": 888},
    good={"activity_indicators.ア.values.2018": 889},
)
def same_value_three_years(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """The same value in three years on end, the plan included, is worth a look.

    Why: it may never have been counted anew.
    """
    for table in sheet.tables():
        for indicator in sheet.named(table):
            values = [*indicator.values.values()]
            for i in range(len(values) - 2):
                first, second, third = values[i : i + 3]
                if first is not None and first == second == third:
                    start, _, year = sheet.years[i : i + 3]
                    yield Hit(_key(indicator, year), year, {"first": start, "found": first})
                    break


@rule(
    "I210",
    "warning",
    ja="{label}が前年度の{expected}から{year:fy}は{found}に大きく変わりました（{rate:rate}）。",
    en="{label} went from {expected} to {found} in {year:fy} ({rate:rate}).",
    fix_ja="値と単位を確かめ、正しければ理由を本文に書いてください。",
    fix_en="Check value and unit; where they are right, give the reason in the text.",
    why_ja="これほどの変化は実際にはまれで、単位の違いやけたの誤りであることがよくあります。",
    bad={"outcome_indicators.ア.values.2017": 2},
    good={"outcome_indicators.ア.values.2017": 22},
    compares=True,
)
def value_jumped(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """A fall by 95 % or more, or a rise to 20 times the year before, needs a look.

    Why: it is rarely true and often another unit or a lost digit. A year before of 0 has no rate.
    """
    year, limits = sheet.fiscal_year, settings.thresholds
    for table in sheet.tables():
        for indicator in sheet.named(table):
            now, before = indicator.values.get(year), indicator.values.get(year - 1)
            if now is None or before is None or before <= 0:
                continue
            fell = (before - now) * 100 >= before * limits.indicator_fall_percent
            if fell or now >= before * limits.indicator_rise_factor:
                values = {"found": now, "expected": before, "rate": yoy_rate(now, before)}
                yield Hit(_key(indicator, year), year, values)
