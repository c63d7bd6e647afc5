"""Years in printed texts, moved on by one in the notation in which they stand. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Collection

from workbook.notation import ERAS, Era, fold, resolve_start, year_candidates

_ERA_NAMES = "|".join(r"\s*".join(era.name) for era in ERAS)
_LETTERS = "MTSHRＭＴＳＨＲ"
_D = "[0-9０-９]"
_YEAR = re.compile(
    rf"(?P<era>{_ERA_NAMES}|(?<![A-Za-zＡ-Ｚａ-ｚ])[{_LETTERS}](?=\.?\s*(?:{_D}|元)))?(?P<gap>\.?\s*)"
    rf"(?<![0-9０-９])(?P<n>{_D}{{4}}|{_D}{{1,2}}|元)(?!{_D})"
    rf"(?P<both>\s*[(（]\s*(?:{_ERA_NAMES}|[{_LETTERS}])?\s*(?:元|{_D}{{1,2}})\s*[)）](?=\s*年))?"
    r"(?P<suffix>\s*年(?:\s*度)?)?(?!\s*[前後間以])"
)
_WIDE = str.maketrans("0123456789()MTSHR", "０１２３４５６７８９（）ＭＴＳＨＲ")


def moved_on(text: str, years: Collection[int], *, bare: bool = False) -> str:
    """The text with every year of ``years`` in it moved on by one; other numbers stay.

    Without an era a number is a year when 年度 stands behind it; ``bare``: also alone, as in a heading.

    >>> moved_on("27年度\\n(実績)", {2015}), moved_on("平成30年度決算", {2018}), moved_on("Ｈ２９", {2017})
    ('28年度\\n(実績)', '令和元年度決算', 'Ｈ３０')
    >>> moved_on("30年度", {2018}), moved_on("31(元)年度", {2019}), moved_on("2018年度、5年前", {2018, 2023})
    ('31(元)年度', '令和2年度', '2019年度、5年前')
    """
    return _YEAR.sub(lambda match: _next(match, years, bare), text)


def next_number(number: int, years: Collection[int]) -> int:
    """A year that stands as a number, moved on by one: 29 → 30, 31 → 2, 2017 → 2018.

    A number that is none of ``years`` stays.
    """
    year = _year(str(number), years)
    if year is None:
        return number
    return number + 1 if number >= 1000 else _number_in_era(year + 1)


def next_name(stem: str, fiscal_year: int) -> str:
    """A file's name for the next year's sheet: the evaluated year in it moves on, else the new one is added.

    The year after it, in which the sheet is written, moves on as well.

    >>> next_name("評価_2017_電算", 2017), next_name("平成29年度電算", 2017), next_name("電算", 2017)
    ('評価_2018_電算', '平成30年度電算', '電算_2018年度')
    """
    years = {fiscal_year, fiscal_year + 1}
    moved = _YEAR.sub(lambda match: _next(match, years, bare=len(match["n"]) == 4 and not match["era"]), stem)
    return moved if moved != stem else f"{stem}_{fiscal_year + 1}年度"


def pinned(text: str, fiscal_year: int) -> str:
    """The text with an era before its first year, where a sheet of the next year would read it otherwise.

    >>> pinned("（元年度～）", 2018), pinned("（16年度～）", 2018)
    ('（平成元年度～）', '（16年度～）')
    """
    match = _YEAR.search(text)
    if match is None or match["era"]:
        return text
    said = match["n"] + (match["suffix"] or "")
    year = resolve_start(said, fiscal_year)
    if year is None or year == resolve_start(said, fiscal_year + 1):
        return text
    return f"{text[: match.start('n')]}{_era_of(year).name}{text[match.start('n') :]}"


def _next(match: re.Match[str], years: Collection[int], bare: bool) -> str:
    """What stands in the place of a year; the same where it is none of ours."""
    suffix = match["suffix"] or ""
    said = match["era"] or fold(suffix) == "年度" or (len(match["n"]) == 4 and suffix)
    if not (said or bare):
        return match[0]
    year = _year(fold((match["era"] or "") + match["n"] + (match["both"] or "") + suffix), years)
    return match[0] if year is None else _written(match, year + 1) + suffix


def _year(text: str, years: Collection[int]) -> int | None:
    return next((year for year in year_candidates(text.replace(".", "")) if year in years), None)


def _written(match: re.Match[str], year: int) -> str:
    """The new year as the old one was written, without its suffix."""
    number, wide = match["n"], match["n"][0] in "０１２３４５６７８９"
    era, gap = match["era"] or "", match["gap"]
    if len(number) == 4:
        new = f"{era}{gap}{year}"
    elif era:
        new = _with_era(fold(era), era, gap, year)
    else:
        new = gap + _without_era(match, year)
    return new.translate(_WIDE) if wide else new


def _with_era(folded: str, era: str, gap: str, year: int) -> str:
    new = _era_of(year)
    by_letter = len(folded) == 1
    same = folded in (new.name, new.letter)
    name = era if same else (new.letter if by_letter else new.name)
    first = not by_letter and year - new.offset == 1
    return f"{name}{gap}{'元' if first else year - new.offset}"


def _without_era(match: re.Match[str], year: int) -> str:
    new = _era_of(year)
    number = year - new.offset
    old = fold(match["n"])
    if number == 1:  # both notations, as cities wrote it in the year of change
        return f"{year - _before(new).offset}(元)"
    if number == 2 and old not in ("元", "1"):
        return f"{new.name}2" if match["suffix"] else "2"
    return str(number)


def _number_in_era(year: int) -> int:
    new = _era_of(year)
    number = year - new.offset
    return year - _before(new).offset if number == 1 else number


def _era_of(year: int) -> Era:
    return next(era for era in ERAS if year > era.offset)


def _before(era: Era) -> Era:
    return ERAS[ERAS.index(era) + 1]
