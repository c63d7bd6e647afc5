"""In what the forms of the family differ, as printed: the generators of layouts and records loop over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_QUESTIONS = (
    "policy_fit", "public_role", "target_fit", "outcome_room", "abolition_effect", "similar_projects",
    "cost_room", "labour_room", "fairness",
)  # fmt: skip


@dataclass(frozen=True)
class Spec:
    """One form. ``topics`` are its questions in the order of their numbers; ``more`` are its own parts."""

    id: str
    title: str
    settled: int
    slots: tuple[str, str, str]
    marks: tuple[str, str, str]
    prefectural: str
    topics: tuple[str, ...]
    axes: tuple[tuple[str, str, str], ...]
    directions: tuple[str, ...]
    more: bool = False

    def years(self, evaluated: int) -> list[int]:
        """The years of its columns."""
        return list(range(evaluated - self.settled + 1, evaluated + 2))


UNNAN = Spec(
    "unnan_2017",
    "事務事業マネジメントシート",
    3,
    ("アイウエ", "アイウ", "アイウ"),
    ("②", "③", "④"),
    "県支出金",
    _QUESTIONS,
    (("A", "目的妥当性", "123"), ("B", "有効性", "456"), ("C", "効率性", "78"), ("D", "公平性", "9")),
    #: as the sheet prints them; the record has full-width brackets
    (
        "廃止",
        "休止",
        "目的再設定",
        "事業統廃合・連携",
        "事業のやり方改善(有効性改善)",
        "事業のやり方改善(効率性改善)",
        "事業のやり方改善(公平性改善)",
        "現状維持(従来通りで特に改革改善をしない)",
    ),
)
MEBUKI = Spec(
    "mebuki_2019",
    "事務事業評価シート",
    5,
    ("アイウ", "カキク", "サシス"),
    ("⑤", "⑥", "⑦"),
    "都道府県支出金",
    tuple(topic for topic in _QUESTIONS if topic != "similar_projects"),
    (("A", "目的妥当性", "123"), ("B", "有効性", "45"), ("C", "効率性", "67"), ("D", "公平性", "8")),
    ("現状維持", "改革改善", "終了・廃止・休止"),
    more=True,
)
SPECS = {spec.id: spec for spec in (UNNAN, MEBUKI)}


def spec_of(record: dict[str, Any]) -> Spec:
    """The form that a record is of."""
    return SPECS[record.get("form", UNNAN.id)]
