"""Hierarchies for the roll-ups: which line a sheet belongs to, and how that line is written.

Departments type their names by hand, so lines are told apart by codes, or by names without width, case and
spaces; a line carries the spelling that occurs most. The words of a line stand in the cost sheet and in the
formulas that ask for it, so they must be ones that SUMIFS takes literally (`literal`).
"""

from __future__ import annotations

import functools
import operator
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from evalxl.tables import SheetRows
from workbook.notation import fold
from workbook.record import Number
from workbook.summary.model import Node

if TYPE_CHECKING:
    from evalxl.masters import Masters

Part = tuple[str, str]
"""What tells a line from its neighbours (folded), and how this sheet writes it."""
Amounts = dict[int, Sequence[Number]]
"""fiscal_year → sum of each item; whole numbers are added as such, which is quicker."""
Level = tuple[str, Callable[[SheetRows], Part]]

UNKNOWN = "（未記入）"
MAX_LABEL = 80
"""SUMIFS takes no criterion over 255 characters; a line's label is cut long before."""
_WILDCARDS = str.maketrans({"*": "＊", "?": "？", "~": "～"})
_COMPARISONS = {"=": "＝", "<": "＜", ">": "＞"}


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """A roll-up's name, title and levels from the top: each a column title and what a sheet has for it."""

    sheet: str
    title: str
    levels: tuple[Level, ...]

    @property
    def titles(self) -> tuple[str, ...]:
        """The column titles of the levels."""
        return tuple(title for title, _ in self.levels)


def named(field: str) -> Callable[[SheetRows], Part]:
    """A text of the head, told apart without width, case and spaces."""

    def part(sheet: SheetRows) -> Part:
        text = sheet.head.get(field) or ""
        return fold(text), " ".join(text.split())

    return part


def coded(field: str) -> Callable[[SheetRows], Part]:
    """A code with its name: told apart by the code, or by the name where there is none."""

    def part(sheet: SheetRows) -> Part:
        code, name = (sheet.head.get(f"{field}_{end}") or "" for end in ("code", "name"))
        return fold(code) or fold(name), " ".join(f"{code} {name}".split())

    return part


def digits(field: str, word: str) -> Callable[[SheetRows], Part]:
    """A code alone, with the word that says of what."""

    def part(sheet: SheetRows) -> Part:
        code = "・".join((sheet.head.get(field) or "").split())
        return fold(code), f"{code}{word}" if code else ""

    return part


HIERARCHIES = (
    Hierarchy("部課別", "部・課別の集計", (("部", named("department")), ("課", named("division")))),
    Hierarchy(
        "施策別",
        "政策・施策・基本事業別の集計",
        (("政策", coded("policy")), ("施策", coded("measure")), ("基本事業", coded("basic_program"))),
    ),
    Hierarchy(
        "予算科目別",
        "予算科目別の集計",
        (
            ("会計", digits("budget_account", "会計")),
            ("款", digits("budget_kan", "款")),
            ("項", digits("budget_kou", "項")),
            ("目", digits("budget_moku", "目")),
        ),
    ),
)

Path = tuple[str, ...]


def paths(hierarchy: Hierarchy, sheets: Sequence[SheetRows]) -> list[Path]:
    """For each sheet the labels of its line, from the top level to the lowest."""
    columns = [[part(sheet) for sheet in sheets] for _, part in hierarchy.levels]
    found: list[tuple[Part, ...]] = list(zip(*columns, strict=True))
    words: dict[Path, Counter[str]] = defaultdict(Counter)
    numbers = Counter(found)  # lines are few and sheets many: each line is worked out once
    for parts, number in numbers.items():
        for path, (_, label) in zip(_keys(parts), parts, strict=True):
            words[path][label] += number
    labels = _labels(words)
    lines = {parts: tuple(labels[path] for path in _keys(parts)) for parts in numbers}
    return [lines[parts] for parts in found]


def _keys(parts: Sequence[Part]) -> list[Path]:
    """What tells each level's line from all others, from the top."""
    keys = tuple(key for key, _ in parts)
    return [keys[:depth] for depth in range(1, len(keys) + 1)]


def _labels(words: Mapping[Path, Counter[str]]) -> dict[Path, str]:
    """One label for each line, unlike those of its neighbours."""
    labels: dict[Path, str] = {}
    taken: set[tuple[Path, str]] = set()
    for path, spellings in words.items():
        label = base = literal(spellings.most_common(1)[0][0])
        number = 2
        while (path[:-1], fold(label)) in taken:
            label, number = f"{base}（{number}）", number + 1
        taken.add((path[:-1], fold(label)))
        labels[path] = label
    return labels


def literal(text: str) -> str:
    """A label that SUMIFS takes as it stands: no wildcard, no comparison, nothing it would read as a number.

    >>> literal("市民*課"), literal("=総務"), literal("2017"), literal(""), literal("総務部")
    ('市民＊課', '＝総務', '「2017」', '（未記入）', '総務部')
    """
    if not text:
        return UNKNOWN
    text = text.translate(_WILDCARDS)[:MAX_LABEL]
    text = _COMPARISONS.get(text[0], text[0]) + text[1:]
    # Only digits and signs: a number, a date, a time or a percentage to SUMIFS. "1E5" is one too.
    if not re.search(r"[^\W\d_eE]", text):
        return f"「{text}」"
    return text


Ranks = Mapping[str, int]
"""Words of a level (folded, with or without the words of the level above) → their place among one another."""


def ranks(words: Iterable[str]) -> Ranks:
    """The places of words that stand in the order in which people print them."""
    found: dict[str, int] = {}
    for number, word in enumerate(words):
        found.setdefault(fold(word), number)
    return found


def sections(masters: Masters | None, year: int | None) -> tuple[Ranks, Ranks, Ranks]:
    """部, 課 and グループ as the master of the organisation lists them for that year (建制順)."""
    units = masters.units_of(year) if masters and year else []
    departments = ranks(unit.department for unit in units)
    divisions = ranks(word for u in units for word in (u.department + u.division, u.division))
    return departments, divisions, ranks(word for u in units for word in (u.division + u.group, u.group))


def nodes(
    lines: Sequence[Path],
    sums: Sequence[Mapping[int, Sequence[Number]]],
    counts: Sequence[bool],
    ranks: Sequence[Ranks] = (),
    items: Sequence[str] = (),
) -> list[Node]:
    """The lines of a roll-up in the order of printing: every level, a subtotal before what is under it.

    ``lines``, ``sums`` (year → what counts, by item) and ``counts`` (is a project of the year) are by sheet;
    ``ranks`` by level; ``items`` are the items' names.
    """
    of_lines: dict[Path, Amounts] = {}
    projects: Counter[Path] = Counter()
    for line, amounts, counted in zip(lines, sums, counts, strict=True):
        _add(of_lines.setdefault(line, {}), amounts)
        projects[line] += counted
    added: dict[Path, Amounts] = {}
    numbers: Counter[Path] = Counter()
    for line, amounts in of_lines.items():
        for depth in range(1, len(line) + 1):
            _add(added.setdefault(line[:depth], {}), amounts)
            numbers[line[:depth]] += projects[line]
    return [Node(path, numbers[path], _exact(added[path], items)) for path in sorted(added, key=order(ranks))]


def _exact(amounts: Amounts, items: Sequence[str]) -> dict[str, dict[int, Decimal]]:
    return {
        item: {year: Decimal(amounts[year][number]) for year in sorted(amounts)}
        for number, item in enumerate(items)
    }


def _add(to: Amounts, amounts: Mapping[int, Sequence[Number]]) -> None:
    for year, own in amounts.items():
        to[year] = list(map(operator.add, to[year], own)) if year in to else own


Rank = tuple[int, int, str]


def order(ranks: Sequence[Ranks] = ()) -> Callable[[Path], tuple[Rank, ...]]:
    """Lines as people print them, whatever the order of the files; a key for sorting.

    Words with a place of their own (``ranks``, by level) first, then codes by their number (Roman ones too),
    other names by the Japanese standard's order of characters, which follows their readings, unknown last.
    """

    @functools.cache
    def rank(level: int, above: str, label: str) -> Rank:
        placed = ranks[level] if level < len(ranks) else {}
        place = placed.get(fold(above + label), placed.get(fold(label)))
        return _rank(label) if place is None else (0, place, "")

    def key(path: Path) -> tuple[Rank, ...]:
        return tuple(rank(i, path[i - 1] if i else "", label) for i, label in enumerate(path))

    return key


_ROMAN = re.compile(r"(?=[IVX])(X{0,3})(IX|IV|V?I{0,3})(?![A-Z])")
_NUMBER = re.compile(r"\d+")


def _rank(label: str) -> Rank:
    folded = fold(label)
    if label.startswith(UNKNOWN):
        return 3, 0, folded
    if number := _NUMBER.match(folded):
        return 1, int(number[0]), folded
    if roman := _ROMAN.match(folded):
        tens, units = len(roman[1]), roman[2]
        value = {"IX": 9, "IV": 4}.get(units, 5 * units.count("V") + units.count("I"))
        return 1, 10 * tens + value, folded
    return 2, 0, reading(folded)


def reading(name: str) -> str:
    """A key that sorts names like Windows' Japanese code page: kana, then common kanji by their readings.

    Numbers inside count as numbers; characters that the code page lacks come last.

    >>> sorted(["総務部", "第10部", "会計課", "第2部"], key=reading)
    ['会計課', '総務部', '第2部', '第10部']
    """
    numbered = _NUMBER.sub(lambda number: number[0].zfill(12), name)
    return "".join(map(_place, numbered))


@functools.lru_cache(maxsize=16384)
def _place(char: str) -> str:
    try:
        return char.encode("cp932").decode("latin-1")
    except UnicodeEncodeError:
        return f"\xff{char}"
