"""E: the judgements (1–9), the axes A–D and the summary."""

from __future__ import annotations

from collections.abc import Iterator

from evalxl.rules.patches import COSTLY, EFFECTIVE, EFFICIENT, FAIR, KEPT, PURPOSE, UNFAIR
from evalxl.rules.registry import Hit, rule
from evalxl.rules.sheet import STOPS, Sheet
from evalxl.rules.words import NOT_ONE_BOX
from evalxl.settings import Settings
from workbook.form import Question


def _boxes(question: Question, ticked: tuple[object, ...]) -> list[str]:
    """The labels of the ticked boxes of a question."""
    labels = {"flagged": question.flagged, "other": question.other}
    return [labels.get(str(value), str(value)) for value in ticked]


@rule(
    "E401",
    "error",
    ja="{label}{what:word}{found:aside}。",
    en="{label} {what:word}{found:aside}.",
    fix_ja="{expected}のどちらか1つにチェックしてください。",
    fix_en="Tick exactly one of {expected}.",
    why_ja="チェックのない設問は、評価していないのと同じです。"
    "2つともチェックされていると、どちらの判断か分かりません。",
    bad={"judgements.8": ()},
    good={"judgements.8": ("other",)},
    compares=True,
    words=NOT_ONE_BOX,
)
def question_not_one_box(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """Each question needs exactly one of its two boxes ticked.

    Why: a question without an answer was not evaluated, and two answers are none.
    """
    for question in sheet.questions:
        key = f"judgements.{question.number}"
        ticked = sheet.ticked(key)
        if len(ticked) != 1:
            values = {"expected": [question.flagged, question.other], "what": "several" if ticked else "none"}
            yield Hit(key, values={"found": _boxes(question, ticked), **values})


@rule(
    "E402",
    "error",
    ja="{label}で「{found}」を選んでいますが、理由が空欄です。",
    en="{label}: '{found}' is ticked, but its reason is blank.",
    fix_ja="「余地がある場合⇒」の欄に理由を記入してください。",
    fix_en="Fill in the reason.",
    why_ja="理由がないと、何をどう見直せばよいかが分からず、改善につなげられません。",
    bad={**PURPOSE, "judgements.1.reason": None, "directions": ("目的再設定", EFFECTIVE)},
    good={**PURPOSE, "directions": ("目的再設定", EFFECTIVE)},
)
def flagged_without_reason(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """①–③: where there is room for reconsideration, the reason must be there (余地がある場合⇒).

    Why: without a reason nobody can act on it.
    """
    for question in sheet.questions:
        key = f"judgements.{question.number}.reason"
        if question.reason == "when_flagged" and sheet.flagged(question.number) and sheet.empty(key):
            yield Hit(key, values={"found": question.flagged})


@rule(
    "E403",
    "error",
    ja="{label}の理由が空欄です。",
    en="{label}: the reason is blank.",
    fix_ja="どちらを選んだ場合も、理由を記入してください。",
    fix_en="Fill in the reason, whichever box is ticked.",
    why_ja="どちらを選んだ場合も、判断には根拠が必要です。"
    "理由がないと、読む人が判断の妥当性を確かめられません。",
    bad={"judgements.9.reason": None},
    good={"judgements.2.reason": None, "judgements.9.reason": "市民を等しく守るため。"},
)
def reason_blank(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """④–⑨: the form prints 理由 without a condition, so there must be one.

    Why: "no room" needs as good a reason as "room".
    """
    for question in sheet.questions:
        key = f"judgements.{question.number}.reason"
        if question.reason == "always" and sheet.empty(key):
            yield Hit(key)


@rule(
    "E404",
    "error",
    ja="{label}で「{box}」を選んでいますが、統廃合・連携の可否のチェックが{found}個です（正しくは{expected}個）。",
    en="{label}: '{box}' is ticked, and {found} of the boxes on merging (it should be {expected}).",
    fix_ja="他に手段がある場合だけ、統廃合・連携ができる・できないのどちらか1つにチェックしてください。",
    fix_en="Tick one of the two boxes on merging only where there is another means.",
    why_ja="似た事業と一緒にできないかを考えるための設問です。"
    "答えが抜けたり食い違ったりしていると、統廃合や連携を検討できません。",
    bad={"judgements.6.mergeable": ("no",)},
    good={"judgements.6": ("flagged",), "judgements.6.mergeable": ("no",)},
)
def merging_boxes_contradict(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """⑥: another means needs exactly one of 統廃合・連携ができる/できない; no other means needs neither.

    Why: whether projects can be merged is what the question is for.
    """
    for question in sheet.questions:
        if not question.mergeable:
            continue
        flagged, key = sheet.flagged(question.number), f"judgements.{question.number}.mergeable"
        found = len(sheet.ticked(key))
        if flagged is not None and found != int(flagged):
            box = question.flagged if flagged else question.other
            yield Hit(key, values={"found": found, "expected": int(flagged), "box": box})


def _room(sheet: Sheet, topics: list[str]) -> tuple[bool | None, list[str]]:
    """Whether any of these questions finds room, None where an answer that matters is missing; and which.

    For the question on similar projects it is 統廃合・連携ができる that counts.
    """
    answers: dict[str, bool | None] = {}
    for topic in topics:
        number = sheet.asked(topic)
        if number:
            answers[number] = (
                _mergeable(sheet, number) if topic == "similar_projects" else sheet.flagged(number)
            )
    marks = [sheet.facts.marks[number] for number, answer in answers.items() if answer]
    if marks:
        return True, marks
    return (False if answers and None not in answers.values() else None), []


def _mergeable(sheet: Sheet, number: str) -> bool | None:
    return False if sheet.flagged(number) is False else sheet.mergeable(number)


def _contradiction(sheet: Sheet, own: tuple[str, ...]) -> Iterator[Hit]:
    """The axis of these topics against all its questions. An axis is the matter of one rule: its first's."""
    axis = next((sheet.facts.axis_of[topic] for topic in own if topic in sheet.facts.axis_of), "")
    topics = sheet.facts.summed_up.get(axis)
    if not topics or topics[0] not in own:
        return
    found, (expected, marks) = sheet.axis(axis), _room(sheet, topics)
    if found is None or expected is None or found == expected:
        return
    options = sheet.form.axis_options
    boxes = {True: options.flagged, False: options.fine}
    numbers = [number for topic in topics if (number := sheet.asked(topic))]
    asked = "・".join(sheet.facts.marks[number] for number in numbers)
    values = {"found": boxes[found], "expected": boxes[expected], "questions": "・".join(marks) or asked}
    yield Hit(f"summary.{axis}", values={**values, "room": "room" if marks else "none"})


_AXIS_JA = "{label}は「{found}」ですが、{questions}{room:word}。"
_AXIS_EN = "{label} is '{found}', but {room:word} {questions}."
_AXIS_FIX_JA = "{questions}の判断に合わせて「{expected}」にするか、判断を見直してください。"
_AXIS_FIX_EN = "Make it '{expected}', as {questions} say, or reconsider them."
_AXIS_WORDS = {
    "room": ("に余地があります", "there is room for improvement in"),
    "none": ("に余地がありません", "there is no room for improvement in"),
}


@rule(
    "E405",
    "error",
    ja=_AXIS_JA,
    en=_AXIS_EN,
    fix_ja=_AXIS_FIX_JA,
    fix_en=_AXIS_FIX_EN,
    why_ja="目的妥当性は、政策との整合、公共の関与、対象と意図についての設問の答えをまとめたものです。"
    "答えと食い違うと、どちらが本当の評価か分かりません。",
    words=_AXIS_WORDS,
    bad={"summary.A": ("flagged",), "directions": ("目的再設定", EFFECTIVE)},
    good={**PURPOSE, "directions": ("目的再設定", EFFECTIVE)},
    derived=True,
)
def purpose_contradicts_questions(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """A 目的妥当性 must be 見直し余地あり exactly where ①, ② or ③ is.

    Why: the axis sums the questions up. Where an answer that matters is missing, E401 tells instead.
    """
    return _contradiction(sheet, ("policy_fit", "public_role", "target_fit"))


@rule(
    "E406",
    "error",
    ja=_AXIS_JA,
    en=_AXIS_EN,
    fix_ja=_AXIS_FIX_JA,
    fix_en=_AXIS_FIX_EN,
    why_ja="有効性は、成果の向上余地と、類似事業との統廃合についての設問の答えをまとめたものです。"
    "答えと食い違うと、どちらが本当の評価か分かりません。",
    words=_AXIS_WORDS,
    bad={"judgements.4": ("other",)},
    good={"judgements.4": ("other",), "judgements.6": ("flagged",), "judgements.6.mergeable": ("yes",)},
    derived=True,
)
def effectiveness_contradicts_questions(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """B 有効性 must be 見直し余地あり exactly where ④ is, or where ⑥ says that projects can be merged.

    Why: the axis sums the questions up. ⑤ says what would be lost, not what could be improved.
    """
    return _contradiction(sheet, ("outcome_room", "similar_projects"))


@rule(
    "E407",
    "error",
    ja=_AXIS_JA,
    en=_AXIS_EN,
    fix_ja=_AXIS_FIX_JA,
    fix_en=_AXIS_FIX_EN,
    why_ja="効率性は、事業費と人件費の削減余地についての設問の答えをまとめたものです。"
    "答えと食い違うと、どちらが本当の評価か分かりません。",
    words=_AXIS_WORDS,
    bad={"judgements.7": ("flagged",)},
    good={**COSTLY, "directions": (EFFECTIVE, EFFICIENT)},
    derived=True,
)
def efficiency_contradicts_questions(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """C 効率性 must be 見直し余地あり exactly where ⑦ or ⑧ is.

    Why: the axis sums the questions up.
    """
    return _contradiction(sheet, ("cost_room", "labour_room"))


@rule(
    "E408",
    "error",
    ja=_AXIS_JA,
    en=_AXIS_EN,
    fix_ja=_AXIS_FIX_JA,
    fix_en=_AXIS_FIX_EN,
    why_ja="公平性は、受益機会と費用負担についての設問の答えをまとめたものです。"
    "答えと食い違うと、どちらが本当の評価か分かりません。",
    words=_AXIS_WORDS,
    bad={"judgements.9": ("flagged",)},
    good={**UNFAIR, "directions": (EFFECTIVE, FAIR)},
    derived=True,
)
def fairness_contradicts_question(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """D 公平性 must be 見直し余地あり exactly where ⑨ is.

    Why: the axis sums the question up.
    """
    return _contradiction(sheet, ("fairness",))


@rule(
    "E409",
    "warning",
    ja="{label}が「{found}」で有効性も「適切」ですが、廃止・休止・統廃合のどれも選ばれていません。",
    en="{label} is '{found}' and effectiveness is in order, yet neither abolition, suspension nor merging "
    "is chosen.",
    fix_ja="やめても影響のない事業を続ける理由を確かめ、方向性か{label}の判断を見直してください。",
    fix_en="Why go on where stopping does no harm? Reconsider the direction or {label}.",
    why_ja="やめても影響がないとした事業を続けるには、続ける理由が必要です。"
    "理由がないと、お金と人手をかけ続ける根拠を説明できません。",
    bad={**KEPT, "judgements.5": ("other",)},
    good={**KEPT, "judgements.5": ("flagged",)},
    derived=True,
)
def no_effect_yet_continued(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """⑤影響無 while B is 適切, and neither 廃止, 休止 nor 統廃合 is chosen.

    Why: a project whose end would harm nothing needs a reason to go on.
    """
    number = sheet.asked("abolition_effect")
    axis = sheet.facts.axis_of.get("abolition_effect", "")
    if number is None or sheet.flagged(number) is not False or sheet.axis(axis) is not False:
        return
    if sheet.roles.isdisjoint((*STOPS, "merge")):
        yield Hit(f"judgements.{number}", values={"found": sheet.form.question(number).other})


@rule(
    "E410",
    "error",
    ja="{label}{what:word}{found:aside}。",
    en="{label} {what:word}{found:aside}.",
    fix_ja="{expected}のどちらか1つにチェックしてください。",
    fix_en="Tick exactly one of {expected}.",
    why_ja="評価の視点ごとの判断は、集約表で事業数を数えるもとになります。"
    "チェックがないか2つあると、この事業を数えられません。",
    bad={"summary.C": ("fine", "flagged")},
    good={**COSTLY, "directions": (EFFECTIVE, EFFICIENT)},
    compares=True,
    words=NOT_ONE_BOX,
)
def axis_not_one_box(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """Each axis A–D needs exactly one box ticked.

    Why: the axes are what the summary book counts. An axis of which the form asks nothing of this kind of
    project may stay blank.
    """
    asked = {question.axis for question in sheet.questions} or {axis.key for axis in sheet.form.axes}
    options = sheet.form.axis_options
    labels = {"fine": options.fine, "flagged": options.flagged}
    for axis in sheet.form.axes:
        ticked = sheet.ticked(f"summary.{axis.key}")
        if len(ticked) != 1 and (ticked or axis.key in asked):
            found = [labels.get(value, value) for value in ticked]
            values = {"expected": list(labels.values()), "what": "several" if ticked else "none"}
            yield Hit(f"summary.{axis.key}", values={"found": found, **values})


@rule(
    "E411",
    "error",
    ja="評価結果の総括が空欄です。",
    en="The summary of the evaluation is blank.",
    fix_ja="評価の根拠と理由を記入してください。",
    fix_en="Give the grounds and reasons of the evaluation.",
    why_ja="総括は、議員や市民が読むところです。空欄では、どのような考えで評価したかが伝わりません。",
    bad={"summary.text": None},
    good={"summary.text": "続ける。"},
)
def summary_text_blank(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """1次評価結果の総括 must be there.

    Why: it is what councillors and citizens read.
    """
    if sheet.empty("summary.text"):
        yield Hit("summary.text")
