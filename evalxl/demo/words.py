"""What the invented sections write: how they judge their projects, and the texts around it."""

from __future__ import annotations

import dataclasses
from typing import Any

from workbook import form

OUTLINES = (
    "事業は計画に沿って進め、年度の終わりに成果を確かめている。",
    "関係する団体と役割を分けて進めている。",
    "対象となる方への案内、実施、結果の確認を年間を通して行う。",
)
DONE = (
    "年度の当初に立てた計画のとおりに実施できた。",
    "関係する団体との打合せを重ね、予定した内容を終えた。",
    "申込みや問合せに早く応じるよう、手順を改めて実施した。",
)
PLANNED = (
    "時期を早めて案内を行う。",
    "前年度の課題を踏まえて実施する。",
    "関係する団体との連携を強めて実施する。",
)
ENVIRONMENT = (
    "・人口が減り、対象となる方の年齢が上がっている\n・求められる内容が人により異なるようになった",
    "・根拠となる法令が改正され、市の役割が増した\n・近隣の自治体でも同じ取組が広がっている",
    "・施設と機器が古くなり、維持にかかる費用が増えている",
)
REFORMS = (
    "・手続きを簡素にした\n・委託の範囲を見直した",
    "・案内の方法を改め、参加しやすい日時に変えた",
    "・関係する課と情報を共有し、重なる作業をなくした",
)
OPINIONS = (
    "利用した市民から、続けてほしいという声が多く寄せられている。",
    "議会から、費用と成果を分かりやすく示すよう求められている。",
    "関係する団体から、早めの情報提供を望む声がある。",
)
REMARKS = (
    "この年度は、案内の時期を早めたことで申込みが平準化した。",
    "この年度は、天候の影響を受けたが、日程を組み替えて予定した内容を終えた。",
    "この年度は、関係する団体との役割分担を改め、問合せへの対応が早くなった。",
)
STEPS = (
    "まず担当者の間で手順書を改め、秋までに試行を終える。",
    "年度の前半に利用者への聞き取りを行い、結果を次の計画に反映する。",
    "近隣市の取組を調べたうえで、見直しの案を年内にまとめる。",
)
LAST_PLAN = "終了の手続きを終えたため、事業は行わない。"
CONTACTS = (
    "見本 花子",
    "例示 三郎",
    "架空 桃子",
    "仮名 七郎",
    "試作 梅子",
    "例示 竹子",
    "架空 八郎",
    "仮名 桜子",
)

_PAST = {
    "する": "した", "行う": "行った", "配る": "配った", "運ぶ": "運んだ", "直す": "直した",
    "つなぐ": "つないだ",
    "開く": "開いた", "保つ": "保った",
}  # fmt: skip


def past(work: str) -> str:
    """What is done, told as what was done: 配る → 配った."""
    for ending, done in _PAST.items():
        if work.endswith(ending):
            return work.removesuffix(ending) + done
    return work.removesuffix("る") + "た"


_FLAGGED = {
    "1": "上位の計画が改められたため、目的を新しい計画に合わせて見直す必要がある。",
    "2": "民間の事業者による同様の取組が広がり、市が担う必要が小さくなっている。",
    "4": "案内の方法を改め、実施の時期と回数を見直せば、成果を伸ばすことができる。",
    "5": "取組を支えとしている市民がおり、やめれば暮らしに影響が出る。",
    "6": "目的の近い事業と合わせて行えば、対象を広げながら進めることができる。",
    "7": "契約の方法と仕様を見直せば、成果を下げずに費用を抑えることができる。",
    "8": "手順をまとめ、委託できる作業を委ねれば、時間を減らすことができる。",
    "9": "利用する人としない人の負担に差があり、料金のあり方を見直す余地がある。",
}
_OTHER = {
    "4": "目標とした水準に達しており、これ以上の向上は見込みにくい。",
    "5": "利用が減り、ほかの取組で補えるため、影響は小さい。",
    "6": "似た事業はない。",
    "7": "必要な経費に限って支出しており、これ以上の削減は成果を下げる。",
    "8": "最小の人数で行っており、これ以上の削減は難しい。",
    "9": "誰もが同じ条件で利用でき、負担も適正である。",
}


@dataclasses.dataclass(slots=True, frozen=True)
class Verdict:
    """How a section judges a project; ``next_cost`` is the planned cost as parts of this year's."""

    flagged: frozenset[str]
    axes: frozenset[str]
    directions: tuple[str, ...]
    matrix: tuple[str, str] | None
    summary: str
    direction_text: str
    next_cost: tuple[float, float]
    mergeable: bool | None = None

    def judge(self, project: str) -> dict[str, Any]:
        """The SEE and PLAN parts of a sheet, with the names of the field list."""
        shape = form.get("unnan_2017")
        options = shape.axis_options
        judgements = {}
        for question in shape.questions:
            number, flagged = question.number, question.number in self.flagged
            reason = _FLAGGED.get(number) if flagged else _OTHER.get(number)
            judgements[number] = {"topic": question.topic, "flagged": flagged, "reason": reason}
        judgements["6"]["mergeable"] = self.mergeable
        if self.mergeable:
            judgements["6"]["means"] = "目的の近い事業との共同の実施"
        axes = {a.key: options.flagged if a.key in self.axes else options.fine for a in shape.axes}
        matrix = {"cost": self.matrix[0], "outcome": self.matrix[1]} if self.matrix else None
        return {
            "judgements": judgements,
            "summary": {**axes, "text": f"{project}は、{self.summary}"},
            "directions": list(self.directions),
            "matrix": matrix,
            "direction_text": self.direction_text,
        }


def _verdict(
    flagged: str,
    axes: str,
    directions: tuple[str, ...],
    matrix: tuple[str, str] | None,
    summary: str,
    direction_text: str,
    next_cost: tuple[float, float],
    mergeable: bool | None = None,
) -> Verdict:
    return Verdict(
        frozenset(flagged), frozenset(axes), directions, matrix, summary, direction_text, next_cost, mergeable
    )


KEEP = "現状維持（従来通りで特に改革改善をしない）"
EFFECTIVE = "事業のやり方改善（有効性改善）"
EFFICIENT = "事業のやり方改善（効率性改善）"
FAIR = "事業のやり方改善（公平性改善）"
MERGE, RESET, ABOLISH = "事業統廃合・連携", "目的再設定", "廃止"

VERDICTS: dict[str, Verdict] = {
    "keep": _verdict(
        "5", "", (KEEP,), ("維持", "維持"),
        "目的、成果、費用、負担のいずれも適切であり、今の進め方を続ける。",
        "今の水準を保ち、計画に沿って続ける。", (0.97, 1.03),
    ),
    "effective": _verdict(
        "45", "B", (EFFECTIVE,), ("維持", "向上"),
        "案内と実施の方法に工夫の余地があり、成果を伸ばすことができる。",
        "案内の方法を改め、参加しやすい時期と回数に見直す。", (0.97, 1.03),
    ),
    "efficient": _verdict(
        "578", "C", (EFFICIENT,), ("削減", "維持"),
        "成果を保ちながら、費用と時間を減らす余地がある。",
        "契約の方法と手順を見直し、費用と時間を減らす。", (0.88, 0.95),
    ),
    "fair": _verdict(
        "59", "D", (FAIR,), ("維持", "維持"),
        "利用する人の負担のあり方に見直しの余地がある。",
        "料金と減免の基準を見直し、負担の公平を図る。", (0.97, 1.02),
    ),
    "merge": _verdict(
        "56", "B", (MERGE,), ("削減", "維持"),
        "目的の近い事業と合わせて行う余地がある。",
        "目的の近い事業と共同で実施し、重なる作業をなくす。", (0.9, 0.96), True,
    ),
    "reset": _verdict(
        "15", "A", (RESET,), ("維持", "維持"),
        "計画の改定に合わせて目的を見直す必要がある。",
        "目的と対象を新しい計画に合わせて定め直す。", (0.97, 1.03),
    ),
    "abolish": _verdict(
        "2", "A", (ABOLISH,), None,
        "市が担う必要が小さくなり、役割を終えた。",
        "利用者への説明を終え、年度の終わりに廃止する。", (0.0, 0.0),
    ),
}  # fmt: skip

CYCLE = (
    "keep", "effective", "keep", "efficient", "keep", "effective", "keep", "keep", "fair", "effective",
    "keep",
    "efficient", "keep", "keep", "effective", "merge", "keep", "effective", "keep", "reset", "efficient",
    "keep",
    "fair", "keep", "effective", "keep", "abolish", "keep", "effective",
)  # fmt: skip
"""The verdicts of the city's projects, one after the other, again and again."""
