"""Strategies for what people write into the sheet: texts, names, units, codes, figures."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

# Among them are bits of labels, glyphs of ticks, figures and years: a text must come back untouched by these.
_PHRASES = (
    *("関係団体と協議しながら進めた", "対象者の増加", "意図した成果があがっていない"),
    *("事業費の増加が見込まれる", "H29から委託", "市民１人あたり1,200円", "広報・HPで周知（年4回）"),
    *("R元年度に見直し", "e-ラーニングを導入", "㈱みほんに委託", "理由：国の基準による", "検討中？"),
    *("ｱﾝｹｰﾄで要望あり", "▲5%のシーリング", "県補助金 2/3", "コスト削減に努める", "＜継続＞"),
    *("ア 直営、イ 委託", "～令和2年3月", "①周知 ②募集 ③決定", "特になし", "要望書（6月）"),
    *("髙齢者・子ども、﨑など", "単位：千円", 'A&B "連携" <試行>'),
)
_BULLETS = ("", "", "・", "※", "■", "●", "○", "→", "　", "(1) ", "１．")
_SIGNS = (
    "市民事業計画実施管理改善環境福祉道路学校地域活動支援"
    "あいうえおかきくけこさしすせそのをにはがアイウエオカキクケコサシー々〆、。・「」（）"
    "0123456789０１２AaＢ %％～"
)
_KANJI = (
    "市民事業計画実施管理改善環境福祉道路学校地域活動支援"
    "整備促進保全補修体験高齢者農林水産商工観光防災消防文化図書館"
)
_WORDS = ("地域", "環境", "高齢者", "道路", "学校", "農業", "観光", "防災", "子ども", "情報")
_TAILS = (
    "整備事業",
    "支援事業",
    "管理事務",
    "の推進",
    "（継続分）",
    "・保全",
    "のべ人数",
    "Ⅱ",
    "2期",
    "《協働》",
    "率(％)",
    "",
)
_UNITS = (
    "人",
    "件",
    "台",
    "回",
    "校",
    "%",
    "％",
    "箇所",
    "か所",
    "ha",
    "㏊",
    "ｍ",
    "m",
    "千円",
    "人/日",
    "時間",
    "10a",
)


def _line() -> st.SearchStrategy[str]:
    loose = st.text(_SIGNS, min_size=1, max_size=30)
    words = st.lists(st.sampled_from(_PHRASES) | loose, min_size=1, max_size=3).map("、".join)
    return st.builds(str.__add__, st.sampled_from(_BULLETS), words)


def text(lines: int = 5) -> st.SearchStrategy[str]:
    """Free text, stripped at its ends, now and then with an empty line; it begins with a word."""
    opening = st.builds(
        str.__add__, st.sampled_from(("", "・", "※", "【概要】\n")), st.sampled_from(_PHRASES)
    )
    rest = st.lists(st.one_of(_line(), _line(), _line(), st.just("")), max_size=lines - 1)
    return st.builds(lambda first, more: "\n".join([first, *more]).strip(), opening, rest)


def names() -> st.SearchStrategy[str]:
    """Names of one line: no label, no figure, no bracket in front (that would look like a code)."""
    middle = st.text(_KANJI, max_size=6)
    return st.builds(lambda a, b, c: a + b + c, st.sampled_from(_WORDS), middle, st.sampled_from(_TAILS))


def units() -> st.SearchStrategy[str]:
    """Units as they are typed."""
    return st.sampled_from(_UNITS)


def codes(size: int) -> st.SearchStrategy[str]:
    """Codes of digits with leading zeros."""
    return st.integers(0, 10**size - 1).map(lambda number: f"{number:0{size}}")


def numbers(*, negative: bool = True) -> st.SearchStrategy[Any]:
    """Whole figures and short decimals, as ints where they are whole."""
    low = -20_000 if negative else 0
    whole = st.one_of(st.integers(0, 20), st.integers(low, 20_000), st.integers(0, 90_000_000))
    # the last digit is drawn apart, so that it is never 0 and no figure turns out whole
    decimal = st.builds(
        lambda front, last, places: (front * 10 + last) / 10**places,
        st.integers(low, 90_000),
        st.integers(1, 9),
        st.integers(1, 3),
    )
    return st.one_of(whole, whole, decimal)
