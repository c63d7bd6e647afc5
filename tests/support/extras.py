"""What stands in a book beside the filled sheets: instructions, hidden lists, cells formatted far away."""

from __future__ import annotations

import random
from typing import Any

from xlsxwriter.worksheet import Worksheet

from .back import QUESTIONS
from .front import ENVIRONMENT, SOURCES, TOTALS
from .grid import Formats

_GUIDE = (
    ("事務事業名", "予算書の事業名ではなく、事務事業一覧の名称を記入してください。"),
    ("所属部・所属課", "評価する年度の所属を記入してください。"),
    ("電話番号 (内線)", "問い合わせ先を記入してください。"),
    ("政策名", "総合計画の番号と名称を記入してください。例：(I) みんなで…"),
    ("施策名", "目的の「対象」「意図」も転記してください。"),
    ("予算科目", "会計、款、項、目、大事業、中事業を記入してください。"),
    ("① 事業期間", "■ 単年度繰返 を選んだ場合は開始年度（16年度～）を記入してください。"),
    ("② 事業内容", "期間限定複数年度事業は全体像を記述してください。"),
    ("29年度実績", "29年度に行った主な活動を具体的に記入してください。"),
    ("② 活動指標", "27年度(実績)から30年度(計画)まで、数値を記入してください。"),
    ("① 対象", "誰、何を対象にしているのかを記入してください。"),
    ("② 意図", "対象がどのような状態になるのかを記入してください。"),
    ("④ 成果指標", "意図の達成度を表す指標を記入してください。"),
)


def guide(sheet: Worksheet, formats: Formats) -> None:
    """A sheet of instructions: the form's labels in one column, explanations in the next."""
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 90)
    rows = [*_GUIDE, *((word, f"決算書と合わせてください（{word}）。") for _, word in SOURCES)]
    rows += [(word, f"{unit}単位で記入してください。") for _, word, unit in TOTALS]
    rows += [(word, note.strip("()")) for _, _, word, note in ENVIRONMENT]
    rows += [
        (
            f"{'①②③④⑤⑥⑦⑧⑨'[int(q.number) - 1]} {q.title}",
            f"□ {q.flagged} □ {q.other} のどちらかを選び、理由を記入",
        )
        for q in QUESTIONS
    ]
    sheet.write_string(0, 0, "事務事業マネジメントシート 記入要領", formats.get("heading"))
    for row, (word, meaning) in enumerate(rows, start=2):
        sheet.write_string(row, 0, word, formats.get("label"))
        sheet.write_string(row, 1, meaning, formats.get("plain"))


def hidden_list(sheet: Worksheet, very: bool) -> None:
    """A hidden sheet of choices, as drop-down lists use it."""
    words = (
        "適切",
        "見直し余地あり",
        "向上",
        "維持",
        "低下",
        "削減",
        "増加",
        "総務部",
        "所属課",
        "■",
        "□",
        "●",
        "×",
    )
    for row, word in enumerate(words):
        sheet.write_string(row, 0, word)
        sheet.write_number(row, 1, row)
    if very:
        sheet.very_hidden()
    else:
        sheet.hide()


def stray(sheet: Worksheet, formats: Formats, how: str, rng: random.Random) -> None:
    """Blank cells with a format far from the form: the declared dimension then says nothing."""
    fmt = formats.get("plain")
    if how == "near":
        sheet.write_blank(rng.randint(900, 1825), rng.randint(0, 200), None, fmt)
    elif how == "far":
        sheet.write_blank(1_048_575, 16_383, None, fmt)


def example(record: dict[str, Any]) -> dict[str, Any]:
    """The record that a 記入例 sheet is filled with: so complete that taking it for a project would show."""
    return record | {
        "project_name": "○○○○事業",
        "department": "○○部",
        "division": "△△課",
        "group": "□□グループ",
        "division_head": "○○ ○○",
        "contact_name": "△△ △△",
    }
