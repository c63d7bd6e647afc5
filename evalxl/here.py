"""What lies in this folder, and what can be done with it next: what `evalxl` alone shows.

Files are told by their names and nothing is opened, so that the answer comes at once in any folder.
"""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalxl import terminal, texts
from evalxl.actions import ACTIONS
from evalxl.terminal import coloured, columns, folded
from evalxl.texts import Text

if TYPE_CHECKING:
    from evalxl.rules.words import Lang

MOST = 5000
"""Entries of a folder that are looked at; beyond them numbers are "at least"."""
MARKED, HANDED_OUT = "印付き", "配布"
"""Folders that the proposed lines write books into: no input of the next line."""
MASTERS = frozenset({"projects.csv", "policies.csv", "organization.csv", "accounts.csv", "rates.csv"})


@dataclasses.dataclass(frozen=True, slots=True)
class Here:
    """What a folder holds: each a list of paths relative to it, in the order of their names."""

    sheets: dict[str, int]
    """Folder (``.`` for the folder itself) → how many Excel files it holds, at any depth."""
    ledgers: list[str]
    summaries: list[str]
    """Summary books: those with a ledger beside them."""
    tables: list[str]
    masters: list[str]
    settings: str | None
    """The evalxl.toml that holds here, which may stand in a folder above."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to go on with."""
        return not (self.sheets or self.ledgers or self.tables or self.masters)


def look(folder: Path) -> Here:
    """What the folder and the folders right in it hold. Folders that may not be read are passed over."""
    from evalxl import settings
    from evalxl.outputs import LEDGER

    inside = [path for path in _entries(folder) if path.is_dir() and not path.name.startswith(".")]
    ledgers, tables, masters = [], [], []
    sheets: dict[str, int] = {}
    for place in (folder, *inside):
        names = {path.name for path in _entries(place)}
        shown = place.relative_to(folder).as_posix()
        ledgers += [(place / name).relative_to(folder).as_posix() for name in names if name.endswith(LEDGER)]
        tables += [shown] if {"projects.parquet", "costs.parquet"} <= names else []
        masters += [shown] if names & MASTERS and "costs.csv" not in names else []
    own = {ledger.removesuffix(LEDGER) + ".xlsx" for ledger in ledgers}
    for place in (folder, *inside):
        count = sum(path.relative_to(folder).as_posix() not in own for path in _books(place, place != folder))
        if count and place.name not in (MARKED, HANDED_OUT):
            sheets[place.relative_to(folder).as_posix()] = count
    found = settings.find(folder)
    return Here(
        sheets,
        ledgers=sorted(ledgers),
        summaries=sorted(book for book in own if (folder / book).is_file()),
        tables=sorted(tables),
        masters=sorted(masters),
        settings=str(found) if found else None,
    )


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())[:MOST]
    except OSError:
        return []


def _books(folder: Path, deep: bool) -> Iterator[Path]:
    """Excel files of a folder; ``deep``: of the folders in it, too. Excel's own lock files do not count."""
    from evalxl.paths import SUFFIXES

    found: Iterable[Path] = folder.rglob("*") if deep else _entries(folder)
    for number, path in enumerate(found):
        if number >= MOST:
            return
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(("~$", ".")):
            yield path


def steps(here: Here) -> list[tuple[str, Text]]:
    """What can be done next: command lines that work here as they stand, each with what it does."""
    if here.empty:
        return [("evalxl demo", texts.TRY_DEMO), ("evalxl blank -o 評価シート.xlsx", texts.TRY_BLANK)]
    lines: list[tuple[str, Text]] = []
    if here.sheets:
        sheets = _quoted(max(here.sheets, key=lambda name: here.sheets[name]))
        master = f" --master {_quoted(here.masters[0])}" if here.masters else ""
        lines.append((f"evalxl validate {sheets}", texts.TRY_VALIDATE))
        lines.append((f"evalxl validate {sheets} --annotate {MARKED}", texts.TRY_ANNOTATE))
        lines.append((f"evalxl consolidate {sheets} -o 集約.xlsx --data 表{master}", texts.TRY_CONSOLIDATE))
    elif here.masters:
        lines.append(
            (f"evalxl distribute --master {_quoted(here.masters[0])} -o {HANDED_OUT}", texts.TRY_DISTRIBUTE)
        )
    if here.ledgers:
        ledger = _quoted(here.ledgers[0])
        lines.append((f"evalxl status {ledger}", texts.TRY_STATUS))
        lines.append((f"evalxl remind {ledger} -o 督促", texts.TRY_REMIND))
    if here.tables:
        lines.append((f"evalxl rollup {_quoted(here.tables[0])} --by 部 課", texts.TRY_ROLLUP))
    return lines


def _quoted(path: str) -> str:
    """A path as it is typed: in double quotes where it has a blank, which every shell understands."""
    return f'"{path}"' if shlex.quote(path) != path and " " in path else path


def to_json(here: Here) -> dict[str, Any]:
    """What was found and what can be done, as data."""
    return {"found": dataclasses.asdict(here), "next": [line for line, _ in steps(here)]}


def shown(here: Here, lang: Lang) -> Iterator[str]:
    """What people read: what lies here, what comes next, where to read more."""
    yield from (coloured(line, "head") for line in folded(texts.OVERVIEW.of(lang), columns()))
    yield from _section(texts.FOUND_HERE, _found(here, lang), lang)
    yield from _section(texts.NEXT_STEPS, [(line, text.of(lang)) for line, text in steps(here)], lang)
    yield from ("", coloured(f"{texts.COMMANDS.of(lang)}:", "head"))
    yield from _wrapped(list(dict.fromkeys(name.split()[0] for name in ACTIONS)))
    yield from ("", *folded(texts.MORE_HELP.of(lang), columns()))


def _wrapped(words: list[str]) -> Iterator[str]:
    import textwrap

    wide = min(terminal.columns() or 76, 76)
    return iter(textwrap.wrap("  ".join(words), wide, initial_indent="  ", subsequent_indent="  "))


def _found(here: Here, lang: Lang) -> Iterator[tuple[str, str]]:
    for name, count in here.sheets.items():
        yield texts.THIS_FOLDER.of(lang) if name == "." else name, texts.EXCEL_FILES.of(lang, count=count)
    kinds = (
        (here.summaries, texts.A_SUMMARY),
        (here.ledgers, texts.A_LEDGER),
        (here.tables, texts.TABLE_FOLDER),
        (here.masters, texts.MASTER_FOLDER),
    )
    for names, text in kinds:
        yield from ((name, text.of(lang)) for name in names)
    if here.settings:
        yield here.settings, texts.SETTINGS_FILE.of(lang)


def _section(title: Text, rows: Iterable[tuple[str, str]], lang: Lang) -> Iterator[str]:
    rows = list(rows)
    if rows:
        yield from ("", coloured(f"{title.of(lang)}:", "head"))
        yield from terminal.table(rows)
