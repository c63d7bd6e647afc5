"""Amounts in 千円 that stand in a free text, such as 事業費の内訳."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from workbook.record import Number, exact

# NFKC would turn ① into 1 and "①4,246千円" into another amount: only the characters of numbers are folded.
_NARROW = str.maketrans("０１２３４５６７８９，．−－△", "0123456789,.--▲")
_ASIDE = re.compile(
    r"[(（〔\[［][^)）〕\]］]*(?:うち|内数|前年|昨年|予算|千円\s*[×xX*✕])[^)）〕\]］]*[)）〕\]］]"
)
_OTHER_UNIT = re.compile(r"\d\s*(?:億|万|百万|十億)")
_AMOUNT = re.compile(r"(?<![\d.,])([▲-]?)\s*(\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(\.\d{1,15})?\s*千円")
_TIMES = re.compile(r"\s*[×xX*✕]\s*\d")
_TOTAL = re.compile(
    r"(?:^|[\s、。,・:：(（)）】\]＝=＊*※…]|\d)(?:事業費|決算額?|支出額?|総)?(?:合計|小計|総計|累計|総額|事業費計|総事業費|計)"
    r"(?:\([AＡ]\)|（[AＡ]）)?[\s:：)）】\]＝=…・はが額]*$"
)
_RESULT = re.compile(r"[=＝]\s*$")


class Amounts(NamedTuple):
    """The amounts of a text in 千円, in its order: of single items, and of totals over them."""

    items: list[Number]
    totals: list[Number]


def amounts_in(text: str) -> Amounts | None:
    """Read every "n千円" of a text; None when the amounts cannot be added up.

    Asides in brackets (うち…, 前年度…, 20千円×10回) are left out; of "10千円×3=30千円" the result counts;
    amounts in 万円 or 億円 beside them make the text uncountable.

    >>> amounts_in("・更新 4,246千円\\n・使用料 ２，６７１ 千円（うち国庫 500千円）\\n計 6,917千円")
    Amounts(items=[4246, 2671], totals=[6917])
    """
    text = _ASIDE.sub("", text.translate(_NARROW))
    if _OTHER_UNIT.search(text):
        return None
    found = Amounts([], [])
    for line in text.splitlines():
        for label, amount in _in_line(line):
            (found.totals if _TOTAL.search(label) else found.items).append(amount)
    return found


def _in_line(line: str) -> Iterator[tuple[str, Number]]:
    """Each amount of a line with the text between it and the amount before."""
    end, results = 0, "=" in line or "＝" in line
    for match in _AMOUNT.finditer(line):
        label, end = line[end : match.start()], match.end()
        if results and _TIMES.match(line, end) and not _RESULT.search(label):
            continue  # a factor: its product follows
        digits, fraction = match[2].replace(",", ""), match[3]
        number = exact(Decimal(digits + fraction)) or 0 if fraction else int(digits)
        yield label, -number if match[1] else number
