"""P: the direction for next year and the matrix of cost × outcome."""

from __future__ import annotations

from collections.abc import Iterator

from evalxl.arithmetic import yoy_rate
from evalxl.rules.patches import (
    ABOLISHED,
    COSTLY,
    EFFECTIVE,
    EFFICIENT,
    FAIR,
    FINE,
    KEEP,
    KEPT,
    PURPOSE,
    SUSPENDED,
    UNFAIR,
)
from evalxl.rules.registry import Hit, rule
from evalxl.rules.sheet import STOPS, Sheet
from evalxl.settings import Settings, Thresholds
from workbook.record import Indicator

ANY_AXIS = ""
"""The axis of an improvement that serves any (改革改善)."""
_PURPOSE, _OUTCOME, _COST, _FAIRNESS = "policy_fit", "outcome_room", "cost_room", "fairness"
"""Topics that stand for the four axes, whatever letters a form gives them."""
_MERGE_GROUNDS = (_PURPOSE, _OUTCOME, _COST)
_UP, _KEPT_COST, _CUT = "向上", "維持", "削減"
_NOTHING = ("廃止", "終了", "なし", "無し", "しない", "未定")


@rule(
    "P501",
    "error",
    ja="今後の方向性が選ばれていません。",
    en="No direction is ticked.",
    fix_ja="方向性を1つ以上選んでください。",
    fix_en="Tick at least one direction.",
    why_ja="今後の方向性を決めることが、評価の目的です。選ばれていないと、評価を次の年度に生かせません。",
    bad={"directions": ()},
    good=KEPT,
)
def no_direction(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """At least one direction must be ticked.

    Why: the direction is what the evaluation is made for.
    """
    if not sheet.directions:
        yield Hit("directions")


@rule(
    "P502",
    "error",
    ja="両立しない方向性が選ばれています（{found}）。",
    en="Directions that exclude each other are ticked ({found}).",
    fix_ja="現状維持はほかの方向性と、廃止・休止は改善と同時に選べません。",
    fix_en="現状維持 stands alone, and 廃止 or 休止 leave nothing to improve.",
    why_ja="同時には実行できない組合せです。このままでは、次の年度に何をするのかが決まりません。",
    bad={**SUSPENDED, "directions": ("休止", FAIR), **UNFAIR},
    good={**SUSPENDED, "directions": ("休止", "目的再設定")},
)
def directions_exclude_each_other(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """現状維持 excludes every other direction; 廃止 and 休止 exclude improvements.

    Why: it cannot be acted on.
    """
    roles = sheet.roles
    if (sheet.kept and len(sheet.directions) > 1) or (sheet.stopped and "improve" in roles):
        yield Hit("directions", values={"found": list(sheet.directions)})


@rule(
    "P503",
    "error",
    ja="{axes}が見直し余地ありですが、方向性が現状維持です。",
    en="There is room for improvement in {axes}, but the direction is to stay as it is.",
    fix_ja="余地に応じた改善の方向性を選ぶか、評価を見直してください。",
    fix_en="Choose the improvement that follows, or reconsider the evaluation.",
    why_ja="改善の余地があるとしながら何も変えないのでは、評価が生かされません。",
    bad={"directions": (KEEP,), "matrix": (("維持", "維持"),)},
    good=KEPT,
    derived=True,
)
def room_but_kept(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """現状維持 while an axis is 見直し余地あり.

    Why: room for improvement that is seen must be used.
    """
    axes = [f"{axis.key} {axis.label}" for axis in sheet.form.axes if sheet.axis(axis.key)]
    if axes and sheet.kept:
        yield Hit("directions", values={"axes": axes})


@rule(
    "P504",
    "warning",
    ja="A～Dがすべて適切ですが、方向性が現状維持ではありません（{found}）。",
    en="All axes are in order, but the direction is not to stay as it is ({found}).",
    fix_ja="改善の余地があれば評価に書き、なければ現状維持にしてください。",
    fix_en="Say in the evaluation what can be improved, or choose 現状維持.",
    why_ja="評価がすべて適切では、なぜ変えるのかという根拠が示されません。",
    bad=FINE,
    good=KEPT,
    derived=True,
)
def nothing_to_improve_but_changed(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """All axes 適切, but the direction is not 現状維持.

    Why: the change has no ground in the evaluation.
    """
    if _all_fine(sheet) and sheet.directions and not sheet.kept:
        yield Hit("directions", values={"found": list(sheet.directions)})


def _all_fine(sheet: Sheet) -> bool:
    return all(room is False for room in sheet.axes.values())


def _mismatch(sheet: Sheet, topic: str, roles: frozenset[str]) -> Iterator[Hit]:
    """The axis of a topic: with room and no direction that uses it, or a direction for it without room.

    Where P501, P503 or P504 already tells, or where the project is to end, nothing is added.
    """
    axis = sheet.facts.axis_of.get(topic, "")
    flagged, chosen = sheet.axis(axis), sheet.roles
    if flagged is None or not sheet.directions or sheet.kept or _all_fine(sheet):
        return
    fits = not chosen.isdisjoint(roles) or not sheet.improved_axes.isdisjoint((axis, ANY_AXIS))
    if flagged and not fits and not sheet.stopped:
        yield Hit("directions", values={"axis": _axis_label(sheet, axis), "problem": "unused"})
    own = axis in sheet.improved_axes or not chosen.isdisjoint(roles - {"merge"})
    if topic == _PURPOSE and "merge" in chosen:
        own = own or not any(sheet.axis(sheet.facts.axis_of.get(key, "")) for key in _MERGE_GROUNDS)
    if flagged is False and own:
        yield Hit("directions", values={"axis": _axis_label(sheet, axis), "problem": "groundless"})


def _axis_label(sheet: Sheet, key: str) -> str:
    return next((f"{axis.key} {axis.label}" for axis in sheet.form.axes if axis.key == key), key)


_MATCH_JA = "{axis}{problem:word}。"
_MATCH_EN = "{axis} {problem:word}."
_MATCH_FIX_JA = "評価と方向性を合わせてください。"
_MATCH_FIX_EN = "Make evaluation and direction agree."
_MATCH_WORDS = {
    "unused": (
        "は見直し余地ありですが、それに応じた方向性が選ばれていません",
        "has room for improvement, but no direction uses it",
    ),
    "groundless": (
        "は適切ですが、それを見直す方向性が選ばれています",
        "is in order, but a direction is chosen that would change it",
    ),
}


@rule(
    "P505",
    "warning",
    ja=_MATCH_JA,
    en=_MATCH_EN,
    fix_ja=_MATCH_FIX_JA,
    fix_en=_MATCH_FIX_EN,
    why_ja="目的に疑問がある事業は、やり方を改善しても解決しません。"
    "評価と方向性が合わないと、なぜその方向性なのかを説明できません。",
    words=_MATCH_WORDS,
    bad=PURPOSE,
    good={**PURPOSE, "directions": ("目的再設定", EFFECTIVE)},
    derived=True,
)
def purpose_and_direction_differ(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """A 目的妥当性 goes with 廃止, 休止, 目的再設定 or 統廃合, both ways; 統廃合 may also follow from B or C.

    Why: a project with a doubtful purpose is not mended by a better way of doing it.
    """
    return _mismatch(sheet, _PURPOSE, frozenset({*STOPS, "reset", "merge"}))


@rule(
    "P506",
    "warning",
    ja=_MATCH_JA,
    en=_MATCH_EN,
    fix_ja=_MATCH_FIX_JA,
    fix_en=_MATCH_FIX_EN,
    why_ja="有効性に余地があるなら改善につなげ、改善するなら評価に根拠を示すことが必要です。"
    "合っていないと、方向性の理由を説明できません。",
    words=_MATCH_WORDS,
    bad={**UNFAIR, "directions": (FAIR,)},
    good={**UNFAIR, "directions": (EFFECTIVE, FAIR)},
    derived=True,
)
def effectiveness_and_direction_differ(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """B 有効性 goes with 有効性改善 or 統廃合, and 有効性改善 with B.

    Why: room that is seen must be used, and a change needs its ground.
    """
    return _mismatch(sheet, _OUTCOME, frozenset({"merge"}))


@rule(
    "P507",
    "warning",
    ja=_MATCH_JA,
    en=_MATCH_EN,
    fix_ja=_MATCH_FIX_JA,
    fix_en=_MATCH_FIX_EN,
    why_ja="効率性に余地があるなら改善につなげ、改善するなら評価に根拠を示すことが必要です。"
    "合っていないと、方向性の理由を説明できません。",
    words=_MATCH_WORDS,
    bad=COSTLY,
    good={**COSTLY, "directions": (EFFECTIVE, EFFICIENT)},
    derived=True,
)
def efficiency_and_direction_differ(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """C 効率性 goes with 効率性改善 or 統廃合, and 効率性改善 with C.

    Why: room that is seen must be used, and a change needs its ground.
    """
    return _mismatch(sheet, _COST, frozenset({"merge"}))


@rule(
    "P508",
    "warning",
    ja=_MATCH_JA,
    en=_MATCH_EN,
    fix_ja=_MATCH_FIX_JA,
    fix_en=_MATCH_FIX_EN,
    why_ja="公平性に余地があるなら改善につなげ、改善するなら評価に根拠を示すことが必要です。"
    "合っていないと、方向性の理由を説明できません。",
    words=_MATCH_WORDS,
    bad=UNFAIR,
    good={**UNFAIR, "directions": (EFFECTIVE, FAIR)},
    derived=True,
)
def fairness_and_direction_differ(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """D 公平性 goes with 公平性改善, both ways.

    Why: room that is seen must be used, and a change needs its ground.
    """
    return _mismatch(sheet, _FAIRNESS, frozenset())


@rule(
    "P509",
    "warning",
    ja="統廃合・連携が選ばれていますが、{question}で「{expected}」になっていません。",
    en="Merging is chosen, but {question} does not say '{expected}'.",
    fix_ja="{question}に統廃合・連携の相手となる事業を記入し、判断を合わせてください。",
    fix_en="Name the similar project in {question} and make the answer agree.",
    why_ja="統廃合や連携には、相手となる事業が必要です。"
    "設問の答えと食い違うと、何と一緒にするのかが分かりません。",
    bad={"directions": ("事業統廃合・連携", EFFECTIVE)},
    good={
        "directions": ("事業統廃合・連携", EFFECTIVE),
        "judgements.6": ("flagged",),
        "judgements.6.mergeable": ("yes",),
    },
    derived=True,
)
def merge_without_partner(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """統廃合・連携 without ⑥ 統廃合・連携ができる.

    Why: there must be something to merge with.
    """
    number = sheet.asked("similar_projects")
    if number and "merge" in sheet.roles and sheet.mergeable(number) is not True:
        question = sheet.form.question(number)
        expected = question.mergeable.yes if question.mergeable else question.flagged
        yield Hit("directions", values={"question": question.mark or question.label, "expected": expected})


@rule(
    "P510",
    "warning",
    ja="{direction}が選ばれていますが、{label}は「{found}」です。",
    en="{direction} is chosen, but {label} says '{found}'.",
    fix_ja="影響にどう備えるかを方向性の説明に書くか、判断を見直してください。",
    fix_en="Say how the effect will be met, or reconsider.",
    why_ja="影響があるとした事業をやめるときは、利用している人などへの備えが必要です。"
    "備えが書かれていないと、議会や市民に説明できません。",
    bad={**SUSPENDED, "judgements.5": ("flagged",)},
    good=SUSPENDED,
    derived=True,
)
def stopped_in_spite_of_effect(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """廃止 or 休止 while ⑤ says 影響有.

    Why: whoever relied on the project needs an answer.
    """
    number = sheet.asked("abolition_effect")
    if number and sheet.stopped and sheet.flagged(number):
        values = {"found": sheet.form.question(number).flagged, "direction": sheet.direction_of(*STOPS)}
        yield Hit(f"judgements.{number}", values=values)


@rule(
    "P511",
    "warning",
    ja="{direction}が選ばれていますが、{year:fy}の計画に{label}（{found}）があります。",
    en="{direction} is chosen, but the plan of {year:fy} has {label} ({found}).",
    fix_ja="廃止の時期を確かめ、計画を0にするか、方向性を見直してください。",
    fix_en="Check when the project ends; set the plan to 0 or reconsider the direction.",
    why_ja="廃止する事業に次の年度の計画が残っていると、いつやめるのか、予算が要るのかが分かりません。",
    bad={**ABOLISHED, "activity_indicators.ア.values.2018": 100},
    good={**ABOLISHED, "activity_plan": "廃止に伴い機器を処分する。"},
)
def abolished_but_planned(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """廃止, but the plan has cost, activity figures or an activity text.

    Why: a project that ends has no next year. A text that says so (廃止, 終了, なし …) is in order.
    """
    direction = sheet.direction_of("abolish", "end")
    if not direction:
        return
    for year in sheet.planned:
        for row in sheet.facts.cost_rows:
            amount = sheet.cost(row.name, year)
            if amount is not None and amount > 0:
                yield Hit(f"costs.{row.name}.{year}", year, {"found": amount, "direction": direction})
                break
        for indicator in sheet.indicators("activity_indicators"):
            value = indicator.values.get(year)
            if value is not None and value > 0:
                key = f"{indicator.table}.{indicator.slot}.values.{year}"
                yield Hit(key, year, {"found": value, "direction": direction})
                break
    text = sheet.text("activity_plan").strip()
    if sheet.planned and len(text) > 1 and not any(word in text for word in _NOTHING):
        shown = f"{text[:20]}…" if len(text) > 20 else text
        values = {"found": shown, "label": "主な活動", "direction": direction}
        yield Hit("activity_plan", sheet.planned[0], values)


@rule(
    "P512",
    "error",
    ja="改革・改善による期待成果の●が{found}個です（正しくは{expected}個）。",
    en="{found} ● in the matrix of expected results; it should be {expected}.",
    fix_ja="●は1つだけ付けてください。廃止・休止の場合は記入不要です。",
    fix_en="Set exactly one ●; none where the project is abolished or suspended.",
    why_ja="集約表では、●の位置ごとに事業数を数えます。●の数が合わないと、この事業を正しく数えられません。",
    bad={"matrix": ()},
    good=SUSPENDED,
)
def not_one_dot(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """Exactly one ● in the matrix; with 廃止 or 休止 none (記入不要).

    Why: the 3×3 matrix of the summary book counts each project once.
    """
    found, expected = len(sheet.ticked("matrix")), 0 if sheet.stopped else 1
    if found != expected:
        yield Hit("matrix", values={"found": found, "expected": expected})


@rule(
    "P513",
    "error",
    ja="●が、選べないマス（成果{outcome}×コスト{cost}）にあります。",
    en="The ● stands on a cell that is not allowed (outcome {outcome} × cost {cost}).",
    fix_ja="×の印のないマスに●を付けてください。",
    fix_en="Set the ● on a cell without ×.",
    why_ja="×の印のマスは、コストを増やしても成果が上がらないなど、改善とはいえない組合せです。",
    bad={**FINE, **UNFAIR, "directions": (FAIR,), "matrix": (("増加", "維持"),)},
    good={**FINE, **UNFAIR, "directions": (FAIR,), "matrix": (("維持", "維持"),)},
)
def dot_not_allowed(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """● on a cell that the form crosses out.

    Why: more cost without more outcome, or less outcome at the same cost, is no improvement.
    """
    for cost, outcome in sheet.ticked("matrix"):
        if (cost, outcome) in sheet.facts.forbidden:
            yield Hit("matrix", values={"cost": cost, "outcome": outcome, "found": f"{outcome}×{cost}"})


@rule(
    "P514",
    "warning",
    ja="方向性が現状維持ですが、●は成果{outcome}×コスト{cost}にあります。",
    en="The direction is to stay as it is, but the ● stands on outcome {outcome} × cost {cost}.",
    fix_ja="現状維持であれば成果維持×コスト維持に、そうでなければ方向性を見直してください。",
    fix_en="Set the ● on 維持×維持, or reconsider the direction.",
    why_ja="現状維持であれば、成果もコストも変わらないはずです。"
    "食い違うと、変えるのか変えないのかが分かりません。",
    bad={**KEPT, "matrix": (("削減", "維持"),)},
    good=KEPT,
    derived=True,
)
def kept_but_dot_elsewhere(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """現状維持, but ● is not on 成果維持×コスト維持.

    Why: what stays as it is changes neither cost nor outcome.
    """
    dot = sheet.dot()
    if dot and sheet.kept and dot != ("維持", "維持"):
        yield Hit("matrix", values={"cost": dot[0], "outcome": dot[1], "found": f"{dot[1]}×{dot[0]}"})


@rule(
    "P515",
    "warning",
    ja="方向性は{found}ですが、●が{expected}のマスにありません。",
    en="The direction is {found}, but the ● is not on {expected}.",
    fix_ja="期待する成果に合わせて、方向性か●の位置を直してください。",
    fix_en="Make direction and ● agree with what is expected.",
    why_ja="改善の効果は、改善しようとするもの（成果かコスト）に表れるはずです。"
    "合っていないと、何を目指す改善かが伝わりません。",
    bad={"matrix": (("維持", "維持"),)},
    good={**FINE, **COSTLY, "directions": (EFFICIENT,), "matrix": (("削減", "維持"),)},
    derived=True,
)
def improvement_without_its_result(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """有効性改善 goes with 成果向上; 効率性改善 alone goes with コスト削減.

    Why: an improvement is expected to show in what it improves.
    """
    dot, axes = sheet.dot(), sheet.improved_axes
    if not dot:
        return
    effective, efficient = (sheet.facts.axis_of.get(topic) for topic in (_OUTCOME, _COST))
    if effective in axes and dot[1] != _UP:
        yield Hit("matrix", values={"found": "有効性改善", "expected": "成果向上"})
    if axes == {efficient} and len(sheet.directions) == 1 and dot[0] != _CUT:
        yield Hit("matrix", values={"found": "効率性改善", "expected": "コスト削減"})


@rule(
    "P516",
    "warning",
    ja="●はコスト{cost}ですが、{year:fy}の計画の事業費計は{found:money}で、{expected:money}から{rate:rate}です。",
    en="The ● says cost {cost}, but the planned project cost of {year:fy} is {found} against {expected} "
    "({rate:rate}).",
    fix_ja="計画額か●の位置を見直してください。一時的な増加であれば説明に書いてください。",
    fix_en="Reconsider the plan or the ●; explain an increase that will not last.",
    why_ja="コストを増やさないとしながら計画の事業費が増えていると、評価と予算の要求が食い違います。",
    bad={"costs.general.2018": 9369, "costs.project_total.2018": 9369},
    good={"costs.general.2018": 9084, "costs.project_total.2018": 9084},
    compares=True,
)
def plan_above_dot(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """● says コスト維持 or 削減, and the planned 事業費計 is more than 5 % above the evaluated year.

    Why: the budget request says otherwise.
    """
    dot, before = sheet.dot(), sheet.cost("project_total", sheet.fiscal_year)
    if not dot or dot[0] not in (_KEPT_COST, _CUT) or before is None:
        return
    limit = 100 + settings.thresholds.plan_over_percent
    for year in sheet.planned[:1]:
        found = sheet.cost("project_total", year)
        if found is not None and found * 100 > before * limit:
            values = {"found": found, "expected": before, "rate": yoy_rate(found, before), "cost": dot[0]}
            yield Hit(f"costs.project_total.{year}", year, values)


@rule(
    "P517",
    "warning",
    ja="●は成果向上ですが、{year:fy}の計画で良くなる成果指標がありません（{found}）。",
    en="The ● says that the outcome rises, but no outcome indicator's plan of {year:fy} moves in its good "
    "direction ({found}).",
    fix_ja="成果指標の計画値か●の位置を見直してください。",
    fix_en="Reconsider the planned values or the ●.",
    why_ja="成果が向上すると見込むのであれば、指標の計画にも表れるはずです。"
    "数値がないと、次の年度に達成を確かめられません。",
    bad={"outcome_indicators.ア.values.2018": 450, "outcome_indicators.イ.values.2018": 2},
    good={"outcome_indicators.ア.values.2018": 450},
)
def no_outcome_improves(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """● says 成果向上, and no 成果指標's plan moves in its good direction.

    Why: the expectation must show in a figure. Words in the name tell the good direction (事故: down,
    参加者: up; both lists are in the settings). An indicator whose good direction is not known counts as
    moving well when it moves at all; where such ones stand still, the finding is an info.
    """
    dot = sheet.dot()
    if not dot or dot[1] != _UP or not sheet.planned:
        return
    year, sure, names = sheet.planned[0], True, []
    for indicator in sheet.named("outcome_indicators"):
        now, plan = indicator.values.get(sheet.fiscal_year), indicator.values.get(year)
        if now is None or plan is None:
            continue
        good = _good_direction(indicator, settings.thresholds)
        if (plan != now) if good == 0 else (plan - now) * good > 0:
            return
        sure = sure and good != 0
        names.append(f"{indicator.name} {now}→{plan}")
    if names:
        slot = sheet.named("outcome_indicators")[0].slot
        key = f"outcome_indicators.{slot}.values.{year}"
        yield Hit(key, year, {"found": names}, severity=None if sure else "info")


def _good_direction(indicator: Indicator, words: Thresholds) -> int:
    """1 where more is better, -1 where less is, 0 where the name does not tell."""
    name = indicator.name or ""
    lower = any(word in name for word in words.lower_is_better)
    higher = any(word in name for word in words.higher_is_better)
    return int(higher) - int(lower)


@rule(
    "P518",
    "warning",
    ja="方向性の説明が空欄です。",
    en="The text under the direction is blank.",
    fix_ja="何を、いつ、どのように変えるかを記入してください。",
    fix_en="Say what will be changed, when and how.",
    why_ja="何をどう変えるかが書かれていないと、次の年度に、実行できたかどうかを確かめられません。",
    bad={"direction_text": None},
    good={**KEPT, "direction_text": None},
)
def direction_without_text(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """There should be a text under the direction, unless it is 現状維持.

    Why: a change that is not described cannot be followed up.
    """
    key = sheet.form.free_text.name
    if sheet.empty(key) and not sheet.kept:
        yield Hit(key)
