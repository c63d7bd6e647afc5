"""T: the texts."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator

from evalxl.rules.registry import Hit, noticed, rule
from evalxl.rules.sheet import Sheet
from evalxl.settings import Settings
from workbook.notation import year_candidates
from workbook.record import Issue

# 条例：, 事例： and the like are words of their own.
_LEFTOVER = re.compile(r"記入例|記載例|(?<![一-鿿])例\s*[:：]|[（(〔【\[［]例[）)〕】\]］]")
_YEAR = re.compile(
    r"((?:明治|大正|昭和|平成|令和|[MTSHRＭＴＳＨＲ])?\s*(?<![0-9０-９])(?:[0-9０-９]{1,2}|[12１２][0-9０-９]{3}|元))年度(?:に?は)"
)
_NOTHING = frozenset({"なし", "無し", "特になし", "特に無し", "とくになし", "特になし。", "なし。"})


@rule(
    "T601",
    "warning",
    ja="{label}に記入例の文言「{found}」が残っています。",
    en="{label} still holds words of the instructions: '{found}'.",
    fix_ja="記入例の文言を消し、この事業の内容を書いてください。",
    fix_en="Delete them and write what applies to this project.",
    why_ja="記入例の文言が残っているときは、続く文章も例のままであることがよくあります。"
    "この事業のものではない説明が公表されるおそれがあります。",
    bad={"opinions": "例：議会から要望があった。"},
    good={"opinions": "条例：改正を求める声がある。"},
)
def instructions_left_over(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """No text may hold leftovers of the instructions (記入例, 例：).

    Why: the rest of that text is often the example's, too. 条例：and 事例：are no leftovers.
    """
    for key in sheet.facts.texts if "例" in sheet.wording() else ():
        text = sheet.text(key)
        if "例" in text and (match := _LEFTOVER.search(text)):
            yield Hit(key, values={"found": match[0]})


@rule(
    "T602",
    "info",
    ja="{label}に古い年度の記述「{found}」があります（この欄は{expected:fy}のものです）。",
    en="{label} speaks of an older year, '{found}'; it is about {expected:fy}.",
    fix_ja="前回の文章が残っていないか確かめてください。",
    fix_en="See whether last year's text was left standing.",
    why_ja="前の年度の文章を写したまま、直し忘れていることがよくあります。"
    "そのままでは、この年度の評価になりません。",
    bad={"activity_actual": "27年度は研修を2回行った。"},
    good={"activity_actual": "27年度から続く研修を、平成29年度は2回行った。"},
    compares=True,
)
def stale_year(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """A text about the evaluated year (or about the plan) should not say "27年度は" of an older one.

    Why: the text was copied. Only the boxes that the form gives to one year are looked at, and only a year
    that is the subject: 「27年度から」 is a fact of the past.
    """
    plan = sheet.planned[0] if sheet.planned else sheet.fiscal_year + 1
    texts = ((sheet.facts.evaluated_texts, sheet.fiscal_year), (sheet.facts.planned_texts, plan))
    for keys, expected in texts:
        for key in keys:
            match = _stale(sheet.text(key), expected)
            if match:
                yield Hit(key, expected, {"found": match, "expected": expected})


def _stale(text: str, expected: int) -> str | None:
    """The first older year that is a subject in the text, as typed."""
    for match in _YEAR.finditer(text) if "年度" in text else ():
        years = year_candidates(match[1])
        if years and min(years, key=lambda year: abs(year - expected)) < expected:
            return match[0]
    return None


@rule(
    "T603",
    "info",
    ja="{label}が「{found}」だけです。",
    en="{label} says only '{found}'.",
    fix_ja="本当に何もないか確かめてください。",
    fix_en="See whether there is really nothing to say.",
    why_ja="欄を埋めるためだけに書かれていることがあります。"
    "本当に何もないか、ご確認いただくためのお知らせです。",
    bad={"opinions": "特になし"},
    good={"opinions": "特になしと答えた人が多い。"},
)
def only_nothing(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """A text that is only なし or 特になし is worth knowing.

    Why: it is often typed to get past the box.
    """
    for key in sheet.facts.texts:
        text = sheet.text(key)
        if text and len(text) <= 8 and text.strip("・ 　\n") in _NOTHING:
            yield Hit(key, values={"found": text})


@rule(
    "T604",
    "info",
    ja="{label}に、ほかのシステムで文字化けするおそれのある文字があります（{found}）。",
    en="{label} holds characters that other systems may lose ({found}).",
    fix_ja="半角カナは全角に、㈱や㎡などは「(株)」「平方メートル」などに書き換えてください。",
    fix_en="Write half-width kana in full width, and ㈱ or ㎡ in plain letters.",
    why_ja="ほかのシステムに移したときに、消えたり別の文字に変わったりして、内容が正しく伝わらなくなります。",
    bad={"outline": "㈱見本のｿﾌﾄを使う。"},
    good={"outline": "①更新～②監査－③研修"},
)
def characters_that_get_lost(sheet: Sheet, settings: Settings) -> Iterator[Hit]:
    """Half-width kana, 機種依存文字 (㈱ ㎡ Ⅰ 髙), control characters and what JIS X 0208 lacks (emoji).

    Why: they are lost or garbled when the text goes into another system. ①–⑳ are let pass: the form itself
    prints them. The dashes and waves that differ only between code tables are let pass, too.
    """
    lost = lost_characters()
    for key, value in sheet.values.items() if lost.search(sheet.wording()) else ():
        found = dict.fromkeys(lost.findall(value)) if isinstance(value, str) else ()
        if found:
            yield Hit(key, values={"found": [_visible(char) for char in found]})


_ALWAYS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳～∥－―—–−〜‖¢£¬￠￡￢‐‑ー\n\t\r"


@functools.cache
def lost_characters() -> re.Pattern[str]:
    """What finds all but ASCII, JIS X 0208 without half-width kana and what is let pass. Made once: 10 ms."""
    leads, trails = (*range(0x81, 0xA0), *range(0xE0, 0xEB)), (*range(0x40, 0x7F), *range(0x80, 0xFD))
    ends = [bytes((trail,)) for trail in trails]
    pairs = b"".join(start + start.join(ends) for start in (bytes((0x0A, lead)) for lead in leads))
    kept = re.sub("[\n｡-ﾟ]", "", pairs.decode("shift_jis", "ignore")) + _ALWAYS
    return re.compile(rf"[^\x20-\x7e{re.escape(kept)}]")


def _visible(char: str) -> str:
    """The character, or its number where it cannot be seen."""
    return f"U+{ord(char):04X}" if unicodedata.category(char)[0] in "CZ" else char


@rule(
    "T605",
    "info",
    ja="{label}の文章は{found}行ほどになり、枠に印刷されるのは{expected}行ほどです。",
    en="The text of {label} takes some {found} lines; its cell prints some {expected}.",
    fix_ja="文章を短くするか、行の高さを広げて、すべて印刷されるか確かめてください。",
    fix_en="Shorten the text or make the row higher, and see that all of it is printed.",
    why_ja="枠に入りきらない文章は、画面では読めても、印刷すると終わりの部分が切れてしまいます。"
    "紙の資料だけを見る人には、続きが伝わりません。",
    bad={"issues": (Issue("T605", "outline", None, {"found": 9, "expected": 6}),)},
    good={"outline": "対策ソフトの更新と、職員の研修を行う。"},
    compares=True,
)
def text_longer_than_its_cell(sheet: Sheet, settings: Settings) -> Iterable[Hit]:
    """A text should need no more lines than its cell prints.

    Why: what a cell has no room for is cut off on paper, and nobody who reads the paper knows of it. The
    lines are an estimate by the sizes of cell and letters, told only where the text surely does not fit: some
    15 % are spared for narrow letters. It is made for .xlsx and .xlsm; in the other formats (.xls, .xlsb,
    .ods) the sizes are not looked at. A cell whose text goes on in no other line, or is made smaller to fit,
    is not told, nor a row that Excel makes as high as its text.
    """
    return noticed(sheet, "T605")
