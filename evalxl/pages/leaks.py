"""The scan for what must not get out: phone numbers, mail addresses, 12-digit numbers, officials' names.

It looks at every text that would be published, and at figures of indicators for 12 digits. It would rather
stop a harmless text than let one pass: a person looks at what it names and mends the sheet.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from evalxl.texts import Text
from workbook.notation import DASHES
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

_DASHES = str.maketrans(dict.fromkeys(DASHES | set("−‒﹣‑"), "-"))
_CIRCLED = re.compile("[①-⑳]")
_CANDIDATE = re.compile(
    r"(?<![\d.,])\(?(?:\+81[-. (]*\(?0?\)?\d{1,4}|0\d{1,4})\)?[-. (]*\d{1,4}[-. )]*\d{3,4}(?![\d,])"
)
_CALLED = re.compile(
    r"(?:電話|TEL|FAX|ファックス|ファクス|☎|☏|📞|内線)(?:番号)?[\s::.は=()]*(\d[\d-]{2,}\d)", re.IGNORECASE
)
_MAIL = re.compile(r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_TWELVE = re.compile(r"(?<![\d.,])\d{4}[- ]?\d{4}[- ]?\d{4}(?![\d,]|\.\d)")
_OFFICE = re.compile("(?:課|係|部|室|局|所|グループ|チーム|担当|担当者|係員|職員)$")
"""What stands in a field for a name and is none."""
_TITLES = (
    "さん|さま|様|氏|殿|課長|部長|次長|室長|所長|係長|班長|主任|主事|主査|主幹|参事|補佐|技師|書記|職員"
    "|リーダー"
)
_CALLERS = "担当者?|課長|部長|係長|主任|主事|主査|責任者|リーダー"


def plain(text: str) -> str:
    """A text as it is searched: half-width, one sort of dash; circled numbers are marks and no digits."""
    return unicodedata.normalize("NFKC", _CIRCLED.sub(" ", text)).translate(_DASHES)


def scan(records: Iterable[Record], people: Iterable[str], numbers: Iterable[str]) -> list[Leak]:
    """All leaks in redacted records, in their order; ``people`` and ``numbers`` as `names` and `phones` give.

    ``people`` are the officials' names of the whole run: a name may stand on another section's sheet.
    """
    named, called = _names(people), _literal(numbers)
    return [leak for record in records for leak in _of_record(record, named, called)]


def names(record: Record) -> set[str]:
    """The officials' names on a sheet: what its personal text fields hold."""
    fields = (field for field in record.form.fields if field.personal and field.type == "text")
    found = {record.text(field.name).strip() for field in fields}
    return {name for name in found if not _digits(name) and not _OFFICE.search(plain(name))}


def phones(record: Record) -> set[str]:
    """The phone numbers on a sheet that are long enough to be told from other figures."""
    texts = (plain(record.text(field.name)) for field in record.form.fields if field.personal)
    return {text.strip() for text in texts if len(_digits(text)) >= 6}


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
    for match in _CANDIDATE.finditer(text):
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
    patterns: dict[str, None] = {}
    for person in sorted(people):
        parts = plain(person).split()
        if not parts:
            continue
        whole = "".join(parts)
        if len(parts) > 1 or len(whole) > 2:
            patterns[r"\s*".join(map(re.escape, whole))] = None
        surname = re.escape(parts[0])
        patterns[rf"(?:(?<![一-鿿々])|(?<=[課係部室局])){surname}\s?(?:{_TITLES})"] = None
        patterns[rf"(?:{_CALLERS})\s?[::()]?\s?{surname}(?![一-鿿々])"] = None
    return re.compile("|".join(patterns)) if patterns else None


def _literal(numbers: Iterable[str]) -> re.Pattern[str] | None:
    words = "|".join(re.escape(number) for number in sorted(numbers))
    return re.compile(rf"(?<!\d)(?:{words})(?!\d)") if words else None


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())
