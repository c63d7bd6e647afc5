"""The reference of functions and buttons, from their declarations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evalxl.actions import FORMULAS, Formula, Parameter
from evalxl.calling import call  # noqa: F401 (declares the formulas)
from evalxl.cells import CellError
from evalxl.commands.calculating import CALC
from udfs import identity, ribbon

_MADE = "`python tools/generate.py` が作るページです。手で書き換えないでください。"
_SHAPES = {
    "each": "セル（範囲ならセルごと）/ a cell, or a range cell by cell",
    "block": "範囲 / a range",
    "rest": "セルや範囲をいくつでも / any cells and ranges",
}


def pages() -> dict[str, str]:
    """The text of each page by its file name."""
    return {"udfs.md": "\n".join(_functions()), "buttons.md": "\n".join(_buttons())}


def _functions() -> Iterator[str]:
    yield from ["# 関数 / Functions", "", _MADE, ""]
    yield f"Excelの関数の分類は「{identity.CATEGORY}」です。同じ計算が `evalxl {CALC}` でもできます。"
    yield from ["", "| 関数 | | |", "|---|---|---|"]
    for formula in FORMULAS.values():
        yield f"| [{formula.name}](#{formula.name.lower()}) | {formula.label.ja} | {formula.label.en} |"
    yield from ["", "## どの関数にも共通 / All of them", ""]
    yield from (f"- {line}" for line in _COMMON)
    for formula in FORMULAS.values():
        yield from ["", *_function(formula)]
    yield ""


_COMMON = (
    "数値は、全角・桁区切り・▲・後ろの単位（「８，６５２千円」など）も読みます。"
    "空欄と「－」は空欄として扱います。",
    "数値が要るところの文字・日付・TRUE/FALSE は #VALUE! です。黙って読み飛ばすことはありません。",
    "セルのエラー（#N/A、#DIV/0! など）は、そのまま結果になります。Excelのエラーなので、"
    "SUM などでも見落としません。",
    "セルを1つずつ受け取る関数に範囲を渡すと、同じ形の範囲を返します。1行・1列・1セルは、"
    "ほかの引数の大きさに合わせて繰り返します。"
    "大きさが合わなければ #VALUE! です。",
    '結果が空欄のときは "" を返します（SUM では0と同じです）。',
    "日付は `EV_YEAR` と `EV_ERA` が読みます。通貨書式のセルも、表示されない小数まで使います。",
    "プログラムが応答しないときは #N/A です。リボンの「診断」で理由が分かります。",
    "列全体（A:A）は、使われている最後の行までを読みます。離れた範囲をかっこでまとめた引数は #VALUE! です。",
)


def _function(formula: Formula) -> Iterator[str]:
    yield from [f"## {formula.name}", "", f"**{formula.label.ja}** / {formula.label.en}", ""]
    yield from [formula.help.ja, "", formula.help.en, ""]
    yield from ["| 引数 | 説明 | 形 |", "|---|---|---|"]
    for parameter in formula.parameters:
        optional = "（省略可）" if parameter.optional else ""
        text = f"{parameter.help.ja} / {parameter.help.en}{_unit(parameter)}"
        yield f"| `{parameter.name}`{optional} | {text} | {_SHAPES[parameter.shape]} |"
    gives = "範囲 / a block" if formula.gives == "block" else "セル、範囲を渡せば範囲 / a cell, or a block"
    yield from ["", f"結果 / result: {gives}", "", "例 / example:", "", *_example(formula)]


def _unit(parameter: Parameter) -> str:
    return f"（{parameter.unit}）" if parameter.unit and parameter.unit not in parameter.help.ja else ""


def _example(formula: Formula) -> Iterator[str]:
    words = (f'"{text}"' if " " in text else text for text in formula.example.arguments)
    yield f"    evalxl {CALC} {formula.word} {' '.join(words)}"
    value = formula.example.value
    for row in value if formula.gives == "block" else [[value]]:
        yield f"    → {' | '.join(map(_shown, row))}"


def _shown(value: Any) -> str:
    if isinstance(value, CellError):
        return value.kind
    return (
        f"{value:.6g}"
        if isinstance(value, float) and value != int(value)
        else str(int(value) if isinstance(value, float) else value)
    )


def _buttons() -> Iterator[str]:
    yield from ["# リボン / The ribbon", "", _MADE, ""]
    yield f"タブ「{ribbon.TAB.ja}」のボタンです。"
    yield "図形やほかのボタンからは、マクロ名で呼べます（`evalxl.xlam!EvValidate` など）。"
    yield from ["", "![リボンの配置](../pictures/ribbon.png)", ""]
    yield "リボンの定義から描いた配置図です（Excelの画面ではありません）。"
    yield "Drawn from the ribbon's definition; not a screenshot of Excel."
    for group in ribbon.GROUPS:
        yield from ["", f"## {group.label.ja} / {group.label.en}", ""]
        yield from ["| ボタン | すること | マクロ |", "|---|---|---|"]
        for one in group.buttons:
            label = f"{one.button.label.ja} / {one.button.label.en}"
            yield f"| {label} | {one.help.ja}<br>{one.help.en} | `{one.button.macro}` |"
    yield from ["", "## 検証結果", "", "![検証結果のシート](../pictures/findings.png)", ""]
    yield "検証結果のシートを LibreOffice で印刷したものです。"
    yield "The sheet of findings, printed by LibreOffice."
    yield ""
