"""What evalxl offers in the place of a macro, from its name, its button and its code. A proposal only."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from evalxl.actions import ACTIONS
from evalxl.texts import Text
from workbook.notation import fold

if TYPE_CHECKING:
    from evalxl.rules.registry import Lang
    from workbook.macros import Button, Procedure

FORMULAS = "formulas"
FUNCTIONS = Text("関数 EV_TOTAL、EV_YOY など", "functions such as EV_TOTAL and EV_YOY")


@dataclasses.dataclass(slots=True, frozen=True)
class Offer:
    """A command of evalxl, and how a macro that did the same is recognised."""

    command: str
    """Its name on the command line; `FORMULAS` for the functions in cells."""
    words: str
    """What its name or its button's label says, folded."""
    button: str = ""
    """The button of the add-in that does it."""
    code: tuple[str, ...] = ()
    """What all must stand in its code."""

    def said_by(self, text: str) -> bool:
        """Whether a name or label speaks of it."""
        return bool(re.search(self.words, fold(text), re.IGNORECASE))

    def done_by(self, code: str) -> bool:
        """Whether some code does it."""
        return bool(self.code) and all(re.search(sign, code, re.IGNORECASE) for sign in self.code)

    def label(self, lang: Lang) -> str:
        """What it is called."""
        return (FUNCTIONS if self.command == FORMULAS else ACTIONS[self.command].label).of(lang)


_BOOKS = r"Workbooks\.Open|GetObject\s*\("
_MANY = r"\bDir\s*\(|FileSystemObject|FileDialog|GetOpenFilename"
_TAKEN = r"\.Copy\b|\.Value2?\s*=|\.PasteSpecial"
_TOLD = r'MsgBox[^\n]*"[^"\n]*(?:入力|一致|エラー|誤り|不備|確認)'

OFFERS = (
    Offer("unmark", r"(印|色|検証|チェック|エラー|マーク).{0,6}(消|クリア|解除|戻)", "clear_marks"),
    Offer("rollover", r"年度(更新|切替|切り替え|繰越)|[翌次来]年度|繰越|NENDO|ROLLOVER", "rollover"),
    Offer("remind", r"督促|催促|TOKUSOKU|REMIND"),
    Offer("distribute", r"配布|様式.{0,4}作成|HAIFU|DISTRIBUTE"),
    Offer("publish", r"公表|公開|ホームページ|HTML|KOUHYO|PUBLISH"),
    Offer("report", r"議会|主要な?施策|GIKAI"),
    Offer("submit", r"提出|送付|TEI[SC]+H?[YU]+TS?U|SUBMIT", "submit"),
    Offer(
        "consolidate",
        r"集約|とりまとめ|取りまとめ|取まとめ|まとめ|取込|取り込み|読込|読み込み|統合|結合|一覧.{0,4}作成"
        r"|S[HY]+U+YAKU|TORIKOMI|MATOME|CONSOLIDATE|MERGE|IMPORT",
        "consolidate",
        (_BOOKS, _MANY, _TAKEN),
    ),
    Offer("rollup", r"集計|[部課]別|施策別|財源別|増減|推移|S[HY]+U+KEI|ROLLUP|SUMMAR", "rollup"),
    Offer(
        "validate",
        r"検証|点検|チェック|確認|検査|エラー|KENS[HY]+O|TENKEN|CHECK(?!BOX)|VALIDAT|VERIFY",
        "validate",
        (_TOLD,),
    ),
    Offer(FORMULAS, r"合計|小計|計算|KEISAN|GOU?KEI|TOTAL|CALC|\bSUM"),
)
Why = Literal["name", "code", "assigned"]


@dataclasses.dataclass(slots=True, frozen=True)
class Proposal:
    """What is offered for a macro, and what that rests on."""

    offer: Offer
    why: Why


def proposal(texts: Iterable[str], procedures: Iterable[Procedure]) -> Proposal | None:
    """What does the work of a macro; None for nothing.

    The first of its names and labels that says anything counts, else its code.
    """
    for text in texts:
        if offered := next((offer for offer in OFFERS if offer.said_by(text)), None):
            return Proposal(offered, "name")
    codes = [procedure.code for procedure in procedures]
    found = next((offer for offer in OFFERS if any(offer.done_by(code) for code in codes)), None)
    return Proposal(found, "code") if found else None


def for_button(button: Button) -> Proposal | None:
    """What does the work of a button."""
    names = [procedure.name for procedure in button.procedures] or [button.calls.rpartition("!")[2]]
    return proposal([*names, button.label], button.procedures)


def for_procedure(procedure: Procedure) -> Proposal | None:
    """What does the work of a procedure."""
    return proposal([procedure.name], [procedure])
