"""What ``evalxl status`` shows and ``evalxl remind`` writes: the ledger by section, in words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from evalxl.identity import section_key
from evalxl.reception import Line, Progress, Reception
from evalxl.rules.registry import Lang
from evalxl.rules.words import and_more
from evalxl.terminal import coloured, padded, width
from evalxl.texts import Text
from workbook.notation import era_year

UNKNOWN = Text("所属不明", "section unknown")
_HEADS = (
    Text("部・課", "Section"),
    Text("対象", "due"),
    Text("提出", "in"),
    Text("誤りなし", "ready"),
    Text("差戻し", "returned"),
    Text("二重", "double"),
    Text("受付不可", "refused"),
    Text("未提出", "missing"),
    Text("進み", "progress"),
    Text("連絡先", "to call"),
)
_TITLE = Text(
    "受付簿 {output}（{updated}）: {year}の評価シート", "Ledger of {output} ({updated}): sheets of {year}"
)
_TOTAL = Text("合計", "Total")
_CHANGES = Text(
    "前回（{compared}）から: 新規{new}件、差替え{changed}件、なくなったもの{gone}件、直った誤り{mended}件",
    "Since {compared}: {new} new, {changed} changed, {gone} files gone, {mended} errors mended",
)
_UNKNOWN_FILES = Text("どの課のものか分からないファイル: {files}", "Files of no known section: {files}")
_BAR = 10


def year_words(reception: Reception, lang: Lang) -> str:
    """The evaluated year of the ledger."""
    year = reception.fiscal_year
    if year is None:
        return "－" if lang == "ja" else "no year"
    return era_year(year) if lang == "ja" else f"FY{year}"


# ---- status ------------------------------------------------------------------------------------------------


def status(reception: Reception, lang: Lang) -> Iterator[str]:
    """The ledger as a table by section, with a bar of the progress."""
    values = {"output": reception.output, "updated": reception.updated}
    yield coloured(_TITLE.of(lang, **values, year=year_words(reception, lang)), "head")
    yield ""
    total = Progress(department=_TOTAL.of(lang), division="", expected=_sum_expected(reception.sections))
    for section in reception.sections:
        for name in ("submitted", "ready", "returned", "double", "missing", "refused"):
            setattr(total, name, getattr(total, name) + getattr(section, name))
    rows = [[head.of(lang) for head in _HEADS], *(_row(s, lang) for s in (*reception.sections, total))]
    columns = [max(width(row[number]) for row in rows) + 2 for number in range(len(_HEADS))]
    for row in rows:
        first, *figures, contact = row
        cells = (" " * (room - width(cell)) + cell for cell, room in zip(figures, columns[1:], strict=False))
        yield (padded(first, columns[0]) + "".join(cells) + "  " + contact).rstrip()
    if reception.compared:
        yield ""
        yield _changes(reception, lang)
    lost = [line.file or "" for line in reception.lines if line.status == "refused" and not line.division]
    if lost:
        yield _UNKNOWN_FILES.of(lang, files="、".join(lost) if lang == "ja" else ", ".join(lost))


def _sum_expected(sections: Sequence[Progress]) -> int | None:
    found = [section.expected for section in sections if section.expected is not None]
    return sum(found) if found else None


def _row(section: Progress, lang: Lang) -> list[str]:
    name = f"{section.department} {section.division}".strip() or UNKNOWN.of(lang)
    counts = (section.submitted, section.ready, section.returned, section.double, section.refused)
    expected = "－" if section.expected is None else str(section.expected)
    return [name, expected, *map(str, counts), str(section.missing), _bar(section), section.contact]


def _bar(section: Progress) -> str:
    """What part of the projects is in and without errors, as a bar and in percent."""
    whole = section.expected if section.expected is not None else section.submitted
    if not whole:
        return "－"
    part = min(section.ready / whole, 1.0)
    full = int(part * _BAR)
    return "█" * full + "░" * (_BAR - full) + f" {int(part * 100):3}%"


def _changes(reception: Reception, lang: Lang) -> str:
    files = {line.file: line.change for line in reception.lines if line.change}
    changes = list(files.values())
    return _CHANGES.of(
        lang, compared=reception.compared, new=changes.count("new"), changed=changes.count("changed"),
        gone=len(reception.gone), mended=sum(line.mended for line in reception.lines),
    )  # fmt: skip


# ---- reminders ---------------------------------------------------------------------------------------------

_LETTER = {
    "subject": Text("件名: {year}事務事業評価シートの提出について（{section}）",
                    "Subject: evaluation sheets of {year} ({section})"),
    "to": Text("{section}　{contact}", "{section}  {contact}"),
    "intro": Text("事務事業評価シートについて、次のとおりお願いします（{updated}現在）。",
                  "Please see to the following evaluation sheets (as of {updated})."),
    "missing": Text("■ まだ提出されていないもの（{count}件）", "* Not submitted yet ({count})"),
    "double": Text("■ 2つ以上提出されているもの（{count}件）　正しい方を1つだけ残してください。",
                   "* Submitted more than once ({count}): please leave the right one only."),
    "refused": Text("■ 受け付けられなかったファイル（{count}件）",
                    "* Files that could not be taken ({count})"),
    "returned": Text("■ 誤りを直していただくもの（{count}件）", "* To be mended ({count})"),
    "warnings": Text("このほかに、確かめていただく注意が{count}件あります。",
                     "There are {count} warnings to be looked at besides."),
    "place": Text("    {file} {cell}", "    {file} {cell}"),
    "hint": Text("    直し方: {hint}", "    How to mend it: {hint}"),
    "call": Text("（連絡先: {contact}）", " (to call: {contact})"),
}  # fmt: skip


def letters(reception: Reception, lang: Lang) -> Iterator[tuple[str, str]]:
    """A file name and a text for each section that something is missing or wrong at."""
    names: set[str] = set()
    for section, lines in _by_section(reception).items():
        if not any(line.status != "submitted" for line in lines):
            continue
        department, division = section
        label = f"{department}{division}" or UNKNOWN.of(lang)
        name = base = _file_name(f"{department}_{division}".strip("_") or UNKNOWN.of(lang))
        number = 2
        while name.casefold() in names:
            name, number = f"{base}_{number}", number + 1
        names.add(name.casefold())
        yield f"{name}.txt", "\n".join(_letter(reception, label, lines, lang)) + "\n"


def overtaken(
    reception: Reception, subjects: Mapping[str, str], written: Collection[str]
) -> tuple[list[str], list[str]]:
    """Texts of earlier runs that were not written anew: those with nothing left to ask for, and the others.

    ``subjects`` are the first lines of the files there, by name. Only what bears the subject of a letter was
    written by us. One of this year to a section of this ledger has nothing left to ask for; one of another
    year, or to a section that the ledger does not have, may belong to another ledger.
    """
    names = (f"{section.department}{section.division}" for section in reception.sections)
    settled = {
        _say("subject", lang, year=year_words(reception, lang), section=name)
        for name in (*names, *UNKNOWN)
        for lang in _LANGS
    }
    ours = {name: line for name, line in subjects.items() if name not in written and _SUBJECT.fullmatch(line)}
    return (
        [name for name, line in ours.items() if line in settled],
        [name for name, line in ours.items() if line not in settled],
    )


def _by_section(reception: Reception) -> dict[tuple[str, str], list[Line]]:
    out: dict[tuple[str, str], list[Line]] = {}
    labels: dict[tuple[str, str], tuple[str, str]] = {}
    for line in reception.lines:
        if line.due or line.status == "refused":
            key = section_key(line.department, line.division)
            out.setdefault(labels.setdefault(key, (line.department, line.division)), []).append(line)
    return out


def _file_name(label: str) -> str:
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "＿", label).strip(". ")[:80]


def _letter(reception: Reception, label: str, lines: Sequence[Line], lang: Lang) -> Iterator[str]:
    contacts = dict.fromkeys(line.contact for line in lines if line.contact)
    yield _say("subject", lang, year=year_words(reception, lang), section=label)
    yield ""
    yield _say("to", lang, section=label, contact="、".join(contacts)).rstrip()
    yield ""
    yield _say("intro", lang, updated=reception.updated)
    found = {status: [line for line in lines if line.status == status] for status in _ORDER}
    for status, own in found.items():
        wrong = [line for line in own if status != "double" or line.doubles]
        if wrong:
            yield ""
            yield _say(status, lang, count=len(wrong))
            for line in wrong:
                yield from _item(line, lang)
    warnings = sum(line.warnings for line in lines)
    if warnings:
        yield ""
        yield _say("warnings", lang, count=warnings)


_ORDER = ("missing", "double", "refused", "returned")


def _item(line: Line, lang: Lang) -> Iterator[str]:
    call = _say("call", lang, contact=line.contact) if line.contact and line.status == "missing" else ""
    yield f"・{line.project or line.file}{call}"
    if line.status == "missing":
        return
    if line.doubles:
        places = " ／ " + "、".join(line.doubles) + and_more(line.doubles_more, lang)
        yield _say("place", lang, file=line.file or "", cell=places)
    for item in line.open:
        yield f"  [{item.code}] {item.message}"
        if item.cell or line.project:
            yield _say("place", lang, file=line.file or "", cell=item.cell or "").rstrip()
        if item.hint:
            yield _say("hint", lang, hint=item.hint)


def _say(name: str, lang: Lang, **values: object) -> str:
    return _LETTER[name].of(lang, **values)


_LANGS: tuple[Lang, ...] = ("ja", "en")
_SUBJECT = re.compile(
    "|".join(re.escape(_say("subject", lang, year="\0", section="\0")).replace("\0", ".*") for lang in _LANGS)
)
