"""The second page: 事後評価【SEE】 and 今後の方向性【PLAN】."""

from __future__ import annotations

from dataclasses import dataclass, replace

from . import head
from .front import heading, side_label, text_box
from .grid import Block, Box, HBox, VBox
from .head import Record
from .pen import Pen
from .spec import UNNAN, Spec


@dataclass(frozen=True)
class Question:
    """One of the nine questions as printed."""

    number: str
    topic: str
    title: str
    helper: str
    flagged: str
    other: str
    lead: str = "理由"


_IF_ROOM = "* 余地がある場合⇒"
_ROOM = "見直し余地がある"
QUESTIONS = (
    Question(
        *("1", "policy_fit", "政策体系との整合性"),
        "この事務事業の目的は市の政策体系に結びつくか？ 意図することが結びついているか？",
        *(_ROOM, "結びついている", _IF_ROOM),
    ),
    Question(
        *("2", "public_role", "公共関与の妥当性"),
        "なぜこの事業を市が行わなければならないのか？ 税金を投入して達成する目的か？",
        *(_ROOM, "妥当である", _IF_ROOM),
    ),
    Question(
        *("3", "target_fit", "対象・意図の妥当性"),
        "対象を限定・追加する必要はないか？ 意図を限定・拡充する必要はないか？",
        *(_ROOM, "適切である", _IF_ROOM),
    ),
    Question(
        *("4", "outcome_room", "成果の向上余地"),
        "成果を向上させる余地はあるか？ 成果を向上させるため現在より良いやり方はあるか？ "
        "何が原因で成果向上が期待できないのか？",
        *("向上余地がある", "向上余地がない"),
    ),
    Question(
        *("5", "abolition_effect", "廃止・休止の成果への影響"),
        "この事務事業を廃止・休止した場合の影響の有無とその内容は？",
        *("影響有", "影響無"),
    ),
    Question(
        *("6", "similar_projects", "類似事業との統廃合・連携の可能性"),
        "目的達成には、この事務事業以外の手段(類似事業)はないか？ "
        "ある場合、その類似事業との統廃合・連携ができるか？",
        *("他に手段がある", "他に手段がない"),
    ),
    Question(
        *("7", "cost_room", "事業費の削減余地"),
        "成果を下げずに事業費を削減できないか？ (仕様や工法の適正化、住民の協力など)",
        *("削減余地がある", "削減余地がない"),
    ),
    Question(
        *("8", "labour_room", "人件費(延べ業務時間)の削減余地"),
        "成果を下げずにやり方の工夫で延べ業務時間を削減できないか？ 正職員以外や外部委託ができないか？",
        *("削減余地がある", "削減余地がない"),
    ),
    Question(
        *("9", "fairness", "受益機会・費用負担の適正化余地"),
        "事業内容が一部の受益者に偏っていて不公平ではないか？ 受益者負担が公平・公正か？",
        *(_ROOM, "公平・公正である"),
    ),
)
DIRECTIONS = UNNAN.directions
COSTS, OUTCOMES = ("削減", "維持", "増加"), ("向上", "維持", "低下")
FORBIDDEN = {("増加", "維持"), ("維持", "低下"), ("増加", "低下")}  # (cost, outcome)


def questions_of(spec: Spec) -> tuple[Question, ...]:
    """The questions of a form with its own numbers."""
    by_topic = {question.topic: question for question in QUESTIONS}
    return tuple(replace(by_topic[topic], number=str(i)) for i, topic in enumerate(spec.topics, start=1))


def record_name(direction: str) -> str:
    """A direction as the record has it."""
    return direction.replace("(", "（").replace(")", "）")


def back(pen: Pen, record: Record) -> Box:
    """The whole second page."""
    parts: list[Box] = [head.names(pen, record, second=True), heading(pen, "2", "事後評価【SEE】")]
    questions = {question.number: question for question in questions_of(pen.spec)}
    for letter, name, numbers in pen.spec.axes:
        boxes = [_question(pen, questions[n], record["judgements"][n]) for n in numbers]
        parts.append(HBox([side_label(pen, name, letter), VBox(boxes)], [1.6, 26], family="axis"))
    parts += [_summary(pen, record["summary"]), heading(pen, "3", "今後の方向性【PLAN】"), _plan(pen, record)]
    if pen.spec.more:
        parts.append(_opinion(pen, record["division_head_opinion"]))
    return VBox(parts, loose=True)


def _question(pen: Pen, question: Question, answer: Record) -> Box:
    title = pen.label(question.title, mark="①②③④⑤⑥⑦⑧⑨"[int(question.number) - 1])
    # the printed form has this odd heading beside ①: words of a tick label where no tick is
    odd = question.number == "1"
    top = Block([8, 14, 5] if odd else [8, 19], family=f"question/{odd}")
    top.put(0, 0, title)
    top.put(0, 1, pen.widen(question.helper), "plain")
    if odd:
        top.put(0, 2, "見直し余地があると理由", "plain")
    flagged, other = pen.pair(answer["flagged"])
    place = pen.style.place_question
    if question.topic == "similar_projects":
        return VBox([top, *_similar(pen, question, answer, flagged, other)])
    boxes = {question.flagged: flagged, question.other: other}
    if question.topic == "abolition_effect":  # printed the other way round
        boxes = dict(reversed(boxes.items()))
    row = HBox(
        [pen.options(boxes, place, "question"), _reason(pen, question.lead, answer["reason"])],
        [12, 15],
        "answer",
    )
    return VBox([top, row])


def _similar(pen: Pen, question: Question, answer: Record, flagged: bool, other: bool) -> list[Box]:
    """Question ⑥: a way, then whether to merge, then no way."""
    place = pen.style.place_question
    yes, no = pen.pair(answer["mergeable"])
    merge = {"統廃合・連携ができる": yes, "統廃合・連携ができない": no}
    aside = Block([1])
    aside.put(0, 0, pen.widen("* ある場合⇒ (具体的な手段や類似事業名)"), "plain")
    reason = _reason(pen, question.lead, answer["reason"])
    if pen.place(place) == "group" and pen.rng.random() < 0.5:
        lines = {question.flagged: flagged} | merge | {question.other: other}
        return [HBox([pen.options(lines, place, "question"), VBox([aside, reason])], [12, 15], "answer")]
    return [
        HBox([pen.options({question.flagged: flagged}, place, "question/one"), aside], [12, 15], "answer"),
        HBox([pen.options(merge, place, "question"), reason], [12, 15], "answer"),
        pen.options({question.other: other}, place, "question/last"),
    ]


def _reason(pen: Pen, lead: str, reason: str | None) -> Block:
    lead = pen.widen(lead) if lead == _IF_ROOM else pen.spell(lead)
    if pen.style.reason == "apart":
        block = Block([3, 10] if lead.startswith(("*", "＊")) else [1.5, 11.5], family=f"reason/{lead}")
        block.put(0, 0, lead)
        block.put(0, 1, pen.text(reason), "text")
        return block
    block = Block([1])
    block.put(0, 0, lead + (pen.style.reason_sep + (pen.text(reason) or "") if reason else ""), "text")
    return block


def _summary(pen: Pen, summary: Record) -> Box:
    axes: list[Box] = [Block([1])]
    assert isinstance(axes[0], Block)
    axes[0].put(0, 0, pen.label("1次評価者としての評価結果", mark="①"))
    for letter, name, _ in pen.spec.axes:
        label = Block([1])
        label.put(0, 0, pen.widen(f"{letter} ") + pen.spell(name))
        answer = summary[letter]
        fit, room = pen.pair(None if answer is None else answer == "適切")
        boxes = pen.options({"適切": fit, "見直し余地あり": room}, pen.style.place_summary, "summary")
        axes.append(HBox([label, boxes], [4, 9], "summary"))
    text = text_box(pen.label("1次評価結果の総括", "(根拠と理由)", "②"), pen.text(summary["text"]))
    return HBox([side_label(pen, "評価の総括"), VBox(axes), text], [1.4, 13, 13], "total")


def _plan(pen: Pen, record: Record) -> Box:
    label = Block([1])
    words = "1次評価者としての事務事業の方向性"
    label.put(0, 0, pen.label(words, "(改革改善案)・・・複数選択可", "①"))
    left = VBox([label, *_directions(pen, record["directions"])])
    text = Block([1])
    text.put(0, 0, pen.text(record["direction_text"]), "text")
    return VBox([HBox([left, _matrix(pen, record["matrix"])], [14, 13], "plan"), text])


def _opinion(pen: Pen, opinion: Record) -> Box:
    """課長等意見: the boxes of the directions again, and a text without a label of its own."""
    boxes = {name: name == opinion["direction"] for name in pen.spec.directions}
    text = Block([1])
    text.put(0, 0, pen.text(opinion["text"]), "text")
    lines = pen.options(boxes, pen.style.place_direction, "direction")
    label = side_label(pen, "課長等意見")
    if pen.rng.random() < 0.5:
        return HBox([label, lines, text], [2.5, 14, 11], "opinion")
    return HBox([label, VBox([lines, text])], [2.5, 25], "opinion/below")


def _directions(pen: Pen, ticked: list[str]) -> list[Box]:
    boxes = {name: record_name(name) in ticked for name in pen.spec.directions}
    place, names = pen.style.place_direction, list(boxes)
    if pen.place(place) == "group":
        at = pen.rng.choice((len(names) // 2, len(names)))
        lines = [
            pen.options({n: boxes[n] for n in part}, place, "direction")
            for part in (names[:at], names[at:])
            if part
        ]
        return list(lines)
    step = pen.style.direction_columns
    rows = [names[i : i + step] for i in range(0, len(names), step)]
    return [pen.options({n: boxes[n] for n in row}, place, "direction") for row in rows]


def _matrix(pen: Pen, chosen: Record | None) -> Box:
    label = Block([1])
    label.put(0, 0, pen.label("改革・改善による期待成果", mark="②"))
    block = Block([1, 1.4, 2, 2, 2], family="matrix")
    block.put(0, 2, pen.spell("コスト"), cols=3)
    block.put(2, 0, pen.spell("成果"), "side", rows=3)
    for i, word in enumerate(COSTS):
        block.put(1, 2 + i, pen.spell(word))
    for row, outcome in enumerate(OUTCOMES, start=2):
        block.put(row, 1, pen.spell(outcome))
        for i, cost in enumerate(COSTS):
            sign = "×" if (cost, outcome) in FORBIDDEN else None
            if chosen == {"cost": cost, "outcome": outcome}:
                sign = "●"
            block.put(row, 2 + i, sign, "tick")
    note = Block([1])
    note.put(0, 0, "廃止・休止の場合は記入不要。", "plain")
    second = (
        "コストが増加(新たに費やし)で成果が向上しない、"
        "もしくはコスト維持で成果低下では改革・改善とはならない。"
    )
    note.put(1, 0, pen.widen(second), "plain")
    return VBox([label, block, note])
