"""Numbers, years, ticks and labels as people write them. Pure functions on single cells' contents."""

from __future__ import annotations

import datetime
import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal, NamedTuple, TypeVar

from workbook.kept import Kept
from workbook.record import Number, exact

CellValue = (
    str | int | float | bool | datetime.datetime | datetime.date | datetime.time | datetime.timedelta | None
)

Place = TypeVar("Place")

FIRST_DAY = datetime.date(1899, 12, 30)
"""The day that Excel counts from."""
_LAST_DAY = 2_958_466


class Percent(float):
    """A fraction that its cell shows as a percentage.

    >>> str(Percent(0.955)), Percent(0.955) == 0.955
    ('95.5%', True)
    """

    __slots__ = ()

    @property
    def shown(self) -> Number:
        """The figure before the percent sign."""
        return exact((Decimal(format(self, ".15g")) * 100).normalize()) or 0

    def __str__(self) -> str:
        return f"{self.shown}%"


class Thousands(float):
    """A number that its cell shows in thousands: 5,652,000 as 5,652."""

    __slots__ = ()

    @property
    def shown(self) -> Number:
        """The figure without its last three digits."""
        return exact((Decimal(format(self, ".15g")) / 1000).normalize()) or 0

    def __str__(self) -> str:
        return str(exact(float(self)))


def show(cells: dict[Place, CellValue], shown: Iterable[tuple[Place, str]]) -> None:
    """Make the numbers of some cells what these show."""
    for place, how in shown:
        if isinstance(value := cells.get(place), (int, float)) and not isinstance(value, bool):
            cells[place] = as_shown(float(value), how)


def as_shown(value: float, how: str) -> CellValue:
    """A number as its cell shows it: ``%``, ``,`` in thousands, ``date``, or zeros that it is filled up to.

    >>> as_shown(0.5, "%"), as_shown(417.0, "00000"), as_shown(4.5, "00"), as_shown(42826.0, "date")
    (0.5, '00417', 4.5, datetime.date(2017, 4, 1))
    """
    if how == "date":
        return FIRST_DAY + datetime.timedelta(int(value)) if 0 < value < _LAST_DAY else value
    if how == "%":
        return Percent(value)
    if how == ",":
        return Thousands(value)
    return str(int(value)).zfill(len(how)) if value >= 0 and value.is_integer() else value


# NFKC would turn ① into 1 and ㈱ into (株): circled numbers are marks and must stay apart from digits.
_CIRCLED = re.compile("([①-⑳]+)")
_SPACE = re.compile(r"[\s\u200b\u200c\u200d\ufeff\ufe0e\ufe0f]+")
_SAME = str.maketrans(
    {"〜": "~", "～": "~", "∼": "~", "･": "・", "·": "・", "•": "・", "→": "⇒", "➡": "⇒", "⟹": "⇒"}
    | dict.fromkeys("〔［", "[")
    | dict.fromkeys("〕］", "]")
)


@functools.lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """A text for comparison: width, case, white space and look-alike signs do not count. ① stays ①.

    >>> fold("所属 Ｇ") == fold("所属G"), fold("ﾄｰﾀﾙｺｽﾄ（Ａ）")
    (True, 'トータルコスト(A)')
    """
    parts = _CIRCLED.split(text)
    parts[::2] = [unicodedata.normalize("NFKC", part) for part in parts[::2]]
    return _SPACE.sub("", "".join(parts)).translate(_SAME).upper()


def tidy(value: CellValue) -> str | None:
    """A text value: line breaks as ``\\n``, ends stripped; None when blank.

    A bare 0 is what Excel shows for a link to an empty cell: no text.

    >>> tidy(" 総務部\\r\\n"), tidy(0), tidy(4700.0), tidy("0")
    ('総務部', None, '4700', '0')
    """
    if value is None or value == 0:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = value if isinstance(value, str) else str(value)
    return text.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n").strip() or None


# ---- numbers -----------------------------------------------------------------------------------------------

DASHES = frozenset("-－―‐‑–—ー−─━ｰ")
_SIGN = "".join(sorted(DASHES)).replace("-", "") + "-"
_NUMBER = re.compile(
    rf"(?P<sign>[▲△+{_SIGN}])?\s*(?P<digits>\d{{1,3}}(?:,\d{{3}}){{1,9}}|\d{{1,30}})(?P<fraction>\.\d*)?"
    r"\s*(?P<unit>\D.*)?"
)
UNITS = frozenset(
    "人 件 回 台 % 円 千円 時間 箇所 か所 ヶ所 カ所 ケ所 戸 世帯 団体 校 園 m km m2 m3 ha t kg g 冊 枚 本"
    " 日 年 月 歳 点 ポイント 組 社 店 施設 講座 名 件数 路線 頭 匹 部 館 地区 kl l kwh".upper().split()
)


class ReadNumber(NamedTuple):
    """What a number cell holds: a number, nothing, a dash (not applicable), or something else."""

    kind: Literal["number", "blank", "dash", "bad"]
    number: Number | None = None
    normalised: bool = False
    """The number was typed as text, with full-width digits, ▲, commas or a unit."""


_LARGEST, _MOST_PLACES, _MOST_DIGITS = 10**15, 15, 15
"""Excel's own limits. Decimal adds up 28 digits exactly: 10,000 figures below 10**9, more than a city spends
in thousand yen, or of any size with up to nine places."""
_BLANK, _DASH, _BAD = ReadNumber("blank"), ReadNumber("dash"), ReadNumber("bad")


def read_number(value: CellValue, unit: str | None = None) -> ReadNumber:
    """Read a number as typed. A unit behind it must be ``unit`` where that is known; never a guess.

    A percentage, and an amount shown in thousands, is the figure that is shown.

    >>> read_number("▲１，９７４ 千円", "千円").number, read_number("－").kind, read_number("29（4）").kind
    (-1974, 'dash', 'bad')
    """
    if isinstance(value, str):
        return _read_text_number(value, unit)
    if value is None:
        return _BLANK
    if type(value) is float and value - value == 0:  # no Percent and the like, not inf, not nan
        return _within_bounds(exact(value))
    if isinstance(value, (bool, datetime.date, datetime.time, datetime.timedelta)):
        return _BAD
    if isinstance(value, float) and value - value != 0:  # inf, nan
        return _BAD
    if isinstance(value, Percent) and (unit is None or fold(unit) == "%"):
        return _within_bounds(value.shown, normalised=True)
    if isinstance(value, Thousands) and unit == "千円":
        return _within_bounds(value.shown, normalised=True)
    return _within_bounds(exact(value))


def _within_bounds(number: Number | None, *, normalised: bool = False) -> ReadNumber:
    """A number whose digits Excel can hold; no form asks for more, and sums of a city's stay exact.

    >>> _within_bounds(Decimal("99999999999999.5")).kind, _within_bounds(Decimal("0.1234567890123456")).kind
    ('number', 'bad')
    """
    if number is None or not -_LARGEST < number < _LARGEST:
        return _BAD
    if isinstance(number, Decimal) and not _is_short(number):
        return _BAD
    return ReadNumber("number", number, normalised)


def _is_short(number: Decimal) -> bool:
    # Not by normalize() or abs(): these round to Decimal's digits what is longer.
    whole, _, fraction = format(number.copy_abs(), "f").partition(".")
    fraction = fraction.rstrip("0")
    return len((whole + fraction).lstrip("0")) <= _MOST_DIGITS and len(fraction) <= _MOST_PLACES


@functools.lru_cache(maxsize=16384)
def _read_text_number(text: str, unit: str | None) -> ReadNumber:
    if _has_footnote(text):
        return _BAD
    text = _SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip()
    if not text:
        return _BLANK
    if all(char in DASHES for char in text):
        return _DASH
    match = _NUMBER.fullmatch(text)
    if not match or not _unit_fits(match["unit"], unit):
        return _BAD
    number = Decimal(match["digits"].replace(",", "") + (match["fraction"] or "").rstrip("."))
    negative = match["sign"] is not None and match["sign"] != "+"
    return _within_bounds(exact(-number if negative else number), normalised=True)


def _has_footnote(text: str) -> bool:
    """Whether there is a circled or raised digit that belongs to no unit: 100②, 10², but not 12m²."""
    marks = (at for at, char in enumerate(text) if not char.isascii() and unicodedata.category(char) == "No")
    return any(not text[:at].rstrip()[-1:].isalpha() for at in marks)


def _unit_fits(typed: str | None, unit: str | None) -> bool:
    if not typed:
        return True
    return fold(typed) == fold(unit) if unit else fold(typed) in UNITS


# ---- years -------------------------------------------------------------------------------------------------


class Era(NamedTuple):
    """A Japanese era; year n is ``offset + n``. n ran to ``last``; plans were written up to ``planned``."""

    name: str
    letter: str
    offset: int
    last: int
    planned: int


ERAS = (
    Era("令和", "R", 2018, 99, 99),
    Era("平成", "H", 1988, 31, 45),  # a plan of 平成29 ends in 平成33
    Era("昭和", "S", 1925, 64, 64),
    Era("大正", "T", 1911, 15, 15),
    Era("明治", "M", 1867, 45, 45),
)
ERA = "|".join(f"{era.name}|{era.letter}|{era.name[0]}" for era in ERAS)
"""An era as people write it, as a regular expression without groups: 平成, H, 平."""
_NUMBERED = rf"(?:(?:{ERA})\.?)?(?:\d{{4}}|\d{{1,2}}|元)"
_OTHER = rf"(?:年度|年)?\({_NUMBERED}(?:年度|年)?\)|[・/](?:元|(?:{ERA})(?:元|\d{{1,2}}))"
YEAR = rf"(?:{_NUMBERED}(?:{_OTHER})?(?:年度|年|(?!\d)))"
"""A year in a folded text, in two notations where an era begins, as a regular expression without groups."""
_YEAR = re.compile(
    rf"(?:(?P<era>{ERA})\.?)?(?P<n>\d{{4}}|\d{{1,2}}|元)(?:年度|年)?"
    rf"(?:[(・/](?P<era2>{ERA})?(?P<n2>\d{{4}}|\d{{1,2}}|元)(?:年度|年)?\)?)?(?:年度|年)?"
)


@functools.lru_cache(maxsize=4096)
def year_candidates(text: str) -> tuple[int, ...]:
    """The fiscal years that a typed year can mean, latest first; empty when it is no year.

    >>> year_candidates("平成29年度"), year_candidates("29"), year_candidates("31(元)年度")
    ((2017,), (2047, 2017, 1954), (2019,))
    >>> year_candidates("平成31年度(令和元年度)"), year_candidates("29年度(2017)")
    ((2019,), (2017,))
    """
    match = _YEAR.fullmatch(fold(text))
    if not match:
        return ()
    years = _candidates(match["era"], match["n"])
    if match["n2"]:  # 31(元): both notations of one year
        both = set(years) & set(_candidates(match["era2"], match["n2"]))
        years = tuple(year for year in years if year in both)
    return years


def _candidates(era_name: str | None, digits: str) -> tuple[int, ...]:
    if len(digits) == 4:
        return (int(digits),) if not era_name and 1868 <= int(digits) <= 2200 else ()
    number = 1 if digits == "元" else int(digits)
    eras = [era for era in ERAS if era_name in (era.name, era.letter, era.name[0])] if era_name else ERAS[:3]
    return tuple(era.offset + number for era in eras if 1 <= number <= era.planned)


def fiscal_year_of(day: datetime.date) -> int:
    """The Japanese fiscal year (from April) of a day."""
    return day.year - (day.month < 4)


def this_year() -> int:
    """The fiscal year of today, by the user's own clock."""
    return fiscal_year_of(datetime.datetime.now().astimezone().date())


def resolve_columns(typed: list[str], evaluated: int, latest: int) -> list[int] | None:
    """The fiscal years of consecutive columns; None when they cannot be read as consecutive years.

    ``evaluated`` is the index of the evaluated year's column, which is not after ``latest``. A bare number
    belongs to the latest era that allows it; columns run on over a change of era.

    >>> resolve_columns(["29", "30", "31(元)", "2"], 2, 2026)
    [2017, 2018, 2019, 2020]
    """
    candidates = [year_candidates(text) for text in typed]
    for year in candidates[evaluated]:
        years = [year + i - evaluated for i in range(len(typed))]
        if year <= latest and all(y in c for y, c in zip(years, candidates, strict=True)):
            return years
    return None


def resolve_start(text: str, fiscal_year: int) -> int | None:
    """A start year: the latest meaning that is not after ``fiscal_year``; an explicit era stands as typed.

    >>> resolve_start("16", 2017), resolve_start("16年度", 2023), resolve_start("S55", 2017)
    (2004, 2004, 1980)
    """
    years = year_candidates(text)
    if len(years) <= 1:
        return years[0] if years else None
    begun = [year for year in years if year <= fiscal_year]
    # 35 on a sheet of 2023 is 昭和35: 平成 had ended when it was written.
    real = [year for year in begun if _within_its_era(year, text)]
    return max(real or begun, default=years[-1])


def _within_its_era(year: int, text: str) -> bool:
    match = _YEAR.fullmatch(fold(text))
    number = 0 if match is None or match["n"] == "元" else int(match["n"])
    return any(year - era.offset == number <= era.last for era in ERAS)


def resolve_end(text: str, start: int | None, fiscal_year: int) -> int | None:
    """An end year: the earliest meaning not before the start (or, without one, nearest to the year).

    >>> resolve_end("31", 2016, 2017), resolve_end("2", 2016, 2017)
    (2019, 2020)
    """
    years = year_candidates(text)
    if len(years) <= 1:
        return years[0] if years else None
    if start is not None:
        return min((year for year in years if year >= start), default=years[0])
    return min(years, key=lambda year: abs(year - fiscal_year))


@functools.lru_cache(maxsize=1024)
def era_year(year: int, *, short: bool = False) -> str:
    """A fiscal year as a city writes it; ``short`` leaves the era's name out. April decides the era.

    >>> era_year(2017), era_year(2019), era_year(2017, short=True), era_year(2019, short=True)
    ('平成29年度', '令和元年度', '29年度', '元年度')
    """
    era = next(era for era in ERAS if year > era.offset)
    number = "元" if year - era.offset == 1 else str(year - era.offset)
    return f"{'' if short else era.name}{number}年度"


# ---- ticks -------------------------------------------------------------------------------------------------

ON = frozenset("■☑☒✓✔✅レV√∨●◉◎☻⬛◼⚫⬤")
"""V is what some type for レ."""
OFF = frozenset("□☐⬜◻▢")
CIRCLES = frozenset("○◯〇")
GLYPHS = ON | OFF | CIRCLES
_BRACKETED = re.compile(r"[(\[](.?)[)\]]")

_TICK = 8
"""Letters of the longest tick, spaces and brackets among them."""

Tick = Literal["on", "off", "circle"]


def read_tick(value: CellValue) -> Tick | None:
    """A cell that holds nothing but a tick; a circle depends on the form. None for anything else.

    >>> read_tick("☑"), read_tick(False), read_tick("( )"), read_tick("○"), read_tick("レポート")
    ('on', 'off', 'off', 'circle', None)
    """
    if isinstance(value, str):
        return _TICKS[value] if len(value) <= _TICK else None
    if isinstance(value, bool):
        return "on" if value else "off"
    return None


def ticks_among(cells: Mapping[Place, CellValue]) -> dict[Place, Tick]:
    """The cells that hold nothing but a tick: `read_tick` for all cells of a sheet at once.

    >>> ticks_among({1: "□", 2: "事業", 3: True, 4: 1.0})
    {1: 'off', 3: 'on'}
    """
    of_texts = {
        place: tick
        for place, value in cells.items()
        if isinstance(value, str) and len(value) <= _TICK and (tick := _TICKS[value])
    }
    if bool not in set(map(type, cells.values())):
        return of_texts
    of_truths: dict[Place, Tick] = {
        place: "on" if value else "off" for place, value in cells.items() if value is True or value is False
    }
    return of_texts | of_truths


def glyph_tick(folded: str) -> Tick | None:
    """The tick of a folded glyph, alone or in brackets."""
    match = _BRACKETED.fullmatch(folded)
    char = match[1] if match else folded
    if match and not char:
        return "off"
    if char in ON:
        return "on"
    if char in OFF:
        return "off"
    return "circle" if char in CIRCLES else None


_TICKS: Kept[str, Tick | None] = Kept(lambda text: glyph_tick(fold(text)))
