"""The scan for what must not get out: phone numbers, mail addresses, 12-digit numbers, officials' names.

It looks at every text that would be published, and at figures of indicators for 12 digits. It would rather
stop a harmless text than let one pass: a person looks at what it names and mends the sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from evalxl.pages.officials import HONORIFICS, TITLES, any_of, plain
from evalxl.pages.officials import people as people_in
from evalxl.texts import Text
from workbook.record import Record

Kind = Literal["phone", "mail", "number12", "name"]


@dataclass(frozen=True, slots=True)
class Leak:
    """Something that must not be published: where it stands and what it is."""

    file: str
    sheet: str
    cell: str | None
    field: str
    kind: Kind
    found: str


KINDS: dict[Kind, Text] = {
    "phone": Text("電話番号と思われる「{found}」があります。", "'{found}' looks like a phone number."),
    "mail": Text("メールアドレスと思われる「{found}」があります。", "'{found}' looks like a mail address."),
    "number12": Text(
        "12桁の数字「{found}」があります（マイナンバーのおそれがあります）。",
        "'{found}' has 12 digits and may be an individual number (My Number).",
    ),
    "name": Text("職員の氏名「{found}」があります。", "'{found}' is the name of an official."),
}
MENDS: dict[Kind, Text] = {
    "phone": Text(
        "番号を消し、「担当課へ」のように書き換えてください。", "Delete it, or name the section instead."
    ),
    "mail": Text(
        "アドレスを消し、「担当課へ」のように書き換えてください。", "Delete it, or name the section instead."
    ),
    "number12": Text(
        "すぐに消してください。マイナンバーであれば、ファイルの取り扱いも確かめてください。",
        "Delete it at once; if it is a My Number, see who had the file, too.",
    ),
    "name": Text("氏名を消し、「職員」のように書き換えてください。", "Delete it, or write 'an official'."),
}

_CANDIDATE = re.compile(
    r"(?<![\d.,])\(?(?:\+81[-. (]*\(?0?\)?\d{1,4}|0\d{1,4})\)?[-. (]*\d{1,4}[-. )]*\d{3,4}(?![\d,])"
)
_BY_SIGN = r"\s*[-./・()~]\s*"
_APART = rf"(?:{_BY_SIGN}|\s+)"
_CANDIDATE_APART = re.compile(
    rf"(?<![\d.,/])\(?0[1-9]\d{{0,3}}{_APART}\d{{1,4}}{_APART}\d{{3,4}}(?![\d,]|[-./]\d)"
)
"""With signs and line breaks between its groups that would join other figures, were the groups not whole."""
_CALLED = re.compile(
    r"(?:電話|TEL|FAX|ファックス|ファクス|☎|☏|📞|内線)(?:番号)?[\s::.は=()]*(\d[\d-]{2,}\d)", re.IGNORECASE
)
_AT = rf"\s?(?:@|[(\[<{{【〔]\s?(?:{any_of('at アット アットマーク あっと')})\s?[)\]>}}】〕])\s?"
_DOT = r"(?:\.|\s?[(\[<{【〔]\s?(?:dot|ドット)\s?[)\]>}】〕]\s?)"
_MAIL = re.compile(rf"[\w.+-]{{1,64}}{_AT}[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}})+", re.IGNORECASE)
_TWELVE = re.compile(r"(?<![\d.,])\d{4}[- ]?\d{4}[- ]?\d{4}(?![\d,]|\.\d)")
_CALLERS = "担当 担当者 課長 部長 係長 主任 主事 主査 責任者 リーダー"
_HIRAGANA, _KANJI = re.compile("[ぁ-ゖ]+"), re.compile("[一-鿿々]+")
_SHORTEST, _WITH_AREA, _LONGEST = 6, 10, 11
"""Digits of a phone number: without its area, with it, and of a mobile one."""
_SECTION = ("department", "division", "group")


def scan(records: Iterable[Record], people: Iterable[str], numbers: Iterable[str]) -> list[Leak]:
    """All leaks in redacted records, in their order; ``people`` and ``numbers`` as `names` and `phones` give.

    ``people`` are the officials' names of the whole run: a name may stand on another section's sheet.
    """
    named, called = _names(people), _literal(numbers)
    return [leak for record in records for leak in _of_record(record, named, called)]


def names(record: Record) -> set[str]:
    """The officials' names on a sheet: what its personal text fields hold."""
    fields = (field for field in record.form.fields if field.personal and field.type == "text")
    section = [record.text(name) for name in _SECTION]
    return {name for field in fields for name in people_in(record.text(field.name), section)}


def phones(record: Record) -> set[str]:
    """The phone numbers on a sheet that are long enough to be told from other figures: digits, by groups."""
    texts = (plain(record.text(field.name)) for field in record.form.fields if field.personal)
    pieces = (piece for text in texts for piece in re.split(r"[^\d\s()./・~-]+", text))
    return {number for piece in pieces for number in _numbers(piece)}


def _numbers(piece: str, at: Sequence[str] = (r"\s+", "[/~]+")) -> Iterator[str]:
    """The numbers in figures with only signs and blanks between them; parted where they are too long."""
    groups = re.findall(r"\d+", piece)
    digits = sum(map(len, groups))
    if _SHORTEST <= digits <= _LONGEST:
        yield "-".join(groups)
    elif digits > _LONGEST and at:
        for part in re.split(at[0], piece):
            yield from _numbers(part, at[1:])


def _of_record(
    record: Record, named: re.Pattern[str] | None, called: re.Pattern[str] | None
) -> Iterator[Leak]:
    for key, value in record.values.items():
        if isinstance(value, str):
            found = _of_text(plain(value), named, called)
        elif isinstance(value, (int, Decimal)) and not key.startswith(f"{record.form.costs.name}."):
            whole = str(abs(value))
            found = [("number12", whole)] if len(whole) == 12 and whole.isdigit() else []
        else:
            continue
        for kind, text in dict.fromkeys(found):
            yield Leak(record.file, record.sheet, record.cells.get(key), key, kind, text)


def _of_text(
    text: str, named: re.Pattern[str] | None, called: re.Pattern[str] | None
) -> list[tuple[Kind, str]]:
    found: list[tuple[Kind, str]] = [("mail", match[0]) for match in _MAIL.finditer(text)]
    found += [("number12", match[0]) for match in _TWELVE.finditer(text)]
    for match in (*_CANDIDATE.finditer(text), *_CANDIDATE_APART.finditer(text)):
        if len(_digits(match[0].replace("+81", "0", 1))) in (10, 11):
            number = match[0].strip()
            found.append(("phone", number if ")" in number else number.lstrip("(")))
    taken = " ".join(words for _, words in found)
    found += [("phone", match[1]) for match in _CALLED.finditer(text) if match[1] not in taken]
    if called:
        found += [("phone", match[0]) for match in called.finditer(text) if match[0] not in taken]
    if named:
        found += [("name", match[0].strip()) for match in named.finditer(text)]
    return found


def _names(people: Iterable[str]) -> re.Pattern[str] | None:
    """Full names wherever they stand; a surname only beside a title, or 森 would stop every 森林."""
    known = [plain(person).split() for person in sorted(people)]
    wholes = dict.fromkeys("".join(parts) for parts in known if len(parts) > 1 or _is_whole(*parts))
    surnames = "|".join(
        re.escape(name) for name in dict.fromkeys(s for parts in known for s in _surnames(parts))
    )
    if not surnames:
        return None
    beside = [
        rf"(?:(?<![一-鿿々])|(?<=[課係部室局]))(?:{surnames})\s?副?(?:{any_of(TITLES + ' ' + HONORIFICS)})",
        rf"(?:{any_of(_CALLERS)})\s?[::()]?\s?(?:{surnames})(?![一-鿿々])",
    ]
    return re.compile("|".join([*map(_anywhere, wholes), *beside]))


def _is_whole(word: str) -> bool:
    """Whether a word without a blank is searched for by itself: さくら is a flower, too."""
    return len(word) > (3 if _HIRAGANA.fullmatch(word) else 2)


def _surnames(parts: Sequence[str]) -> Iterator[str]:
    """What may be the surname; of 見本一郎, which has no blank, 見本."""
    yield parts[0]
    if len(parts) == 1 and _KANJI.fullmatch(parts[0]):
        yield from (parts[0][:length] for length in range(2, len(parts[0]) - 1))


def _anywhere(name: str) -> str:
    """A pattern for a name with or without blanks; スミス is no part of a longer word."""
    pattern = r"\s*".join(map(re.escape, name))
    for letters in ("ァ-ヶ", "A-Za-z"):
        before = rf"(?<![{letters}])" if re.match(f"[{letters}]", name) else ""
        behind = rf"(?![{letters}])" if re.search(f"[{letters}]$", name) else ""
        pattern = before + pattern + behind
    return pattern


def _literal(numbers: Iterable[str]) -> re.Pattern[str] | None:
    """Known numbers, however parted; without an area only at their groups, as a figure is like them."""
    words = "|".join(
        _BY_SIGN.join(number.split("-"))
        if len(_digits(number)) < _WITH_AREA
        else rf"{_APART}?".join(_digits(number))
        for number in sorted(numbers)
    )
    return re.compile(rf"(?<!\d)(?:{words})(?!\d)") if words else None


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())
