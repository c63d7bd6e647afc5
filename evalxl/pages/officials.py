"""Whose names stand in the fields for officials.

People write more there than a name: titles, the section, an extension, several people in one cell. What can
be read in two ways gives both names: they are only searched for, and one that nobody has is not found.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator

from workbook.notation import DASHES

_DASHES = str.maketrans(dict.fromkeys(DASHES | set("−‒﹣‑"), "-"))
_CIRCLED = re.compile("[①-⑳]")


def plain(text: str) -> str:
    """A text as it is searched: half-width, one sort of dash; circled numbers are marks and no digits."""
    return unicodedata.normalize("NFKC", _CIRCLED.sub(" ", text)).translate(_DASHES)


def any_of(words: str) -> str:
    """A pattern for words with blanks between them, as they stand in a `plain` text; the longest first."""
    return "|".join(re.escape(word) for word in sorted(plain(words).split(), key=len, reverse=True))


HONORIFICS = "さん さま 様 氏 殿"
TITLES = (
    "課長 部長 次長 室長 所長 局長 係長 班長 館長 園長 課長補佐 主任 主事 主査 主幹 主席 参事 理事 統括 補佐 "
    "技師 書記 司書 専門員 専門官 保健師 保育士 職員 リーダー"
)
_OFFICES = "課 係 班 担当 担当者 係員 職員"
_LONG_OFFICES = "グループ チーム 委員会 センター 事務局 本部 支所 公室"
_SHORT_OFFICES = "部 室 局 所"
"""These end surnames, too: 阿部, 田所."""
_NOBODY = frozenset(
    plain(
        "ほか 他 外 名 人 内 直通 代表 兼 兼務 兼任 代理 代行 不在 未定 欠員 同上 なし 無し 無 正 副 主 同 "
        "氏名 名前 連絡先 電話 内線 番号 主担当 副担当"
    ).split()
)
_NUMBER = re.compile(
    rf"(?:{any_of('内線 電話 直通 代表 携帯 TEL FAX 番号')}|[\s:.=]){{0,9}}\+?\d[\d\s()./#*-]*", re.I
)
# A name such as ミラー ends in a dash.
_BETWEEN = re.compile(r"[・、,/;:&|()\[\]<>「」【】〔〕]|(?<![ァ-ヶ])-|及び|並びに|ほか")
_LED = re.compile(rf"^副?(?:{any_of(TITLES)})(?=.)")
_TITLED = re.compile(rf"(?:副?(?:{any_of(TITLES)})|(?<=..)(?:{any_of(HONORIFICS)}))$")
_OFFICE = re.compile(
    rf"(?:{any_of(_OFFICES)}|(?:{any_of(_LONG_OFFICES)})長?|(?<=...)(?:{any_of(_SHORT_OFFICES)}))$"
)
_MAYBE_OFFICE = re.compile(rf"^..(?:{any_of(_SHORT_OFFICES)})$")
_UNIT, _HEAD = re.compile("[課部室所局係班館園]$"), re.compile("(?<=[課部室所局係班館園])長$")
_WHOLE, _LONGEST = 4, 40
"""Letters from which on a word without a blank is a whole name, and not a surname or a given name alone; and
those beyond which it is a sentence."""


def people(text: str, sections: Iterable[str]) -> set[str]:
    """The names in such a field, surname and given name with a blank between them where they are written so.

    ``sections`` are what the sheet's own section is called.

    >>> sorted(people("情報課長 山田　太郎／鈴木花子主査（内線213）", ["情報課"]))
    ['山田 太郎', '鈴木花子']
    """
    own = {"".join(plain(section).split()) for section in sections} - {""}
    text = _NUMBER.sub("\n", plain(text))
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and all(len(line.strip()) < _WHOLE for line in lines):
        lines.append(" ".join(lines))  # a name in a narrow cell
    pieces = [piece for line in lines for piece in _BETWEEN.split(line)]
    return {name for piece in pieces for words in _between_titles(piece, own) for name in _of_words(words)}


def _of_words(words: list[str]) -> Iterator[str]:
    """The names in words that neither titles nor anything but blanks stand between."""
    if len(words) == 2 and _MAYBE_OFFICE.search(words[0]):  # 総務部 山田, 長谷部 誠
        yield "".join(words)
        words = words[1:]
    if len(words) == 1 and not _MAYBE_OFFICE.search(words[0]):
        yield words[0]
    if len(words) > 1:
        yield from map(" ".join, itertools.pairwise(words))
        yield from (word for word in words if len(word) >= _WHOLE)


def _between_titles(piece: str, own: Collection[str]) -> Iterator[list[str]]:
    """The words of a piece without titles and offices; behind one of these somebody else begins."""
    words: list[str] = []
    for word in piece.split():
        bare = _bare(word, own)
        words += [bare] if bare else []
        if not bare or not word.endswith(bare):
            yield words
            words = []
    yield words


def _bare(word: str, own: Collection[str]) -> str:
    """A word without titles; empty for an office, a title, and what is no name at all."""
    if len(word) > _LONGEST:
        return ""
    while word:
        if word in _NOBODY or _OFFICE.search(word) or _is_section(_HEAD.sub("", word), own):
            return ""
        less = _LED.sub("", _TITLED.sub("", word)).strip(".")
        if less == word:
            break
        word = less
    return word


def _is_section(word: str, names: Collection[str]) -> bool:
    """Whether a section is called so, or so for short."""
    return word in names or (bool(_UNIT.search(word)) and any(name.endswith(word) for name in names))
