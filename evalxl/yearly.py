"""What happens once a year: last year's books become this year's, and every section gets its form."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from evalxl.annotating import Made, Written, unwritten, writing
from evalxl.naming import fixed_name
from evalxl.texts import Text
from workbook.notation import DASHES

if TYPE_CHECKING:
    from decimal import Decimal

    from evalxl.masters import Masters, Project
    from evalxl.paths import Source
    from evalxl.rules.registry import Lang
    from workbook.form import Form

PLAN_NOTE = Text(
    "灰色の数字は、前年度に立てたこの年度の計画です。実績（決算）に書きかえてください。",
    "The grey figures are what was planned for this year. Replace them by the actual ones.",
)
TO_CHECK = Text(
    "ご確認ください: {file} › {cells}（自動では直せなかったか、前年度と読み方が変わりました）",
    "Please check: {file} › {cells} (could not be changed, or reads differently now)",
)


@dataclasses.dataclass(slots=True, frozen=True)
class Rolled:
    """What came of one file of last year."""

    written: Written
    fiscal_year: int | None = None
    check: tuple[str, ...] = ()

    def told(self, lang: Lang) -> Iterator[str]:
        """The same in words."""
        yield from self.written.told(lang)
        if self.check:
            yield TO_CHECK.of(lang, file=self.written.file, cells=", ".join(self.check))


def roll(source: Source, folder: Path, form: Form | None, lang: Lang) -> Rolled:
    """Write the next year's book of a file into the folder. Another file of its name is never replaced.

    Never raises for a file.
    """
    from workbook.next_year import next_name
    from workbook.rollover import rollover

    name = PurePosixPath(source.file)
    try:
        rolled = rollover(source.path, note=PLAN_NOTE.of(lang), form=form)
    except Exception as error:
        return Rolled(unwritten(source.file, error))
    new = name.with_name(next_name(name.stem, rolled.fiscal_year - 1) + name.suffix)
    written = _new(str(new), folder, lambda: rolled.data)
    return Rolled(dataclasses.replace(written, file=source.file), rolled.fiscal_year, tuple(rolled.kept))


def _new(name: str, folder: Path, data: Callable[[], bytes]) -> Written:
    """Write a file whose name no other one may have."""

    def make(_: bytes, target: Path) -> Made:
        return data(), Written(name)

    return writing(name, "", folder, make, replace=False)


def distribute(
    masters: Masters, folder: Path, form: Form, fiscal_year: int, rates: dict[int, int | Decimal]
) -> list[Written]:
    """Write one book for each project that is due, its head filled in. Other files are never replaced."""
    from workbook import prefill

    projects = masters.due(fiscal_year)
    empty = prefill.template(form, fiscal_year, rates)
    names = _names(projects, fiscal_year)

    def filled(project: Project) -> bytes:
        return prefill.prefilled(empty, form, fiscal_year, _values(masters, project, fiscal_year))

    return [
        _new(name, folder, functools.partial(filled, project))
        for name, project in zip(names, projects, strict=True)
    ]


def _names(projects: Iterable[Project], fiscal_year: int) -> list[str]:
    """A name for each that no other has, also where upper and lower case are one, as on Windows.

    Where two are the same the project's id or line tells them apart.
    """
    names: dict[str, str] = {}
    for project in projects:
        named = functools.partial(fixed_name, fiscal_year, project.department, project.division)
        twins = (named(project.name, f"_{number}.xlsx") for number in itertools.count(project.line))
        tries = (named(project.name), named(f"{project.name}_{project.id or project.line}"))
        name = next(name for name in itertools.chain(tries, twins) if name.casefold() not in names)
        names[name.casefold()] = name
    return list(names.values())


_DASH = f"[{re.escape(''.join(sorted(DASHES)))}]"
_OPEN, _CLOSE = r"[\s、,，(（]*", r"\s*[)）]?"
_EXTENSION = re.compile(rf"{_OPEN}内線(?:番号)?\s*[:：]?\s*(\d+){_CLOSE}")
_PHONE = re.compile(
    rf"{_OPEN}(?:電話(?:番号)?|TEL|℡)?\s*[:：.]?\s*((?:0|０)\d{{1,4}}{_DASH}\d{{1,4}}{_DASH}\d{{3,4}}){_CLOSE}",
    re.IGNORECASE,
)


def reached(contact: str) -> dict[str, str]:
    """Whom to call, by the fields of the form: a name, a phone number and an extension have each their own.

    >>> reached("総務係 中野（0852-00-0001 内線 12）")
    {'contact_name': '総務係 中野', 'phone': '0852-00-0001', 'extension': '12'}
    >>> reached("内線 1234"), reached("見本 一郎")
    ({'extension': '1234'}, {'contact_name': '見本 一郎'})
    """
    found: dict[str, str] = {}
    for name, pattern in (("extension", _EXTENSION), ("phone", _PHONE)):
        if match := pattern.search(contact):
            found[name] = match[1]
            contact = contact[: match.start()] + " " + contact[match.end() :]
    if called := contact.strip(" \u3000、,，()（）"):
        found["contact_name"] = called
    return dict(reversed(found.items()))


def _values(masters: Masters, project: Project, fiscal_year: int) -> dict[str, str]:
    """The head of the sheet, by the names of its fields."""
    from evalxl.identity import LEVELS

    values = {"project_id": project.id, "project_name": project.name}
    values |= {
        "department": project.department,
        "division": project.division,
        **reached(project.contact),
    }
    values |= {f"budget.{name}": code for name, code in project.codes.items() if name not in LEVELS}
    above = ""
    for level in reversed(LEVELS):
        code = project.codes.get(level) or above
        aims = masters.aims_of(level, code, fiscal_year) if code else []
        values[level] = f"({code}) {aims[0].name}" if len(aims) == 1 else f"({code})" if code else ""
        above = aims[0].parent if len(aims) == 1 else ""
    return {name: value for name, value in values.items() if value}
