"""The help pages, made from the declared commands, in columns that full-width letters do not shift."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from evalxl import terminal, texts
from evalxl.actions import ACTIONS, Argument, Command
from evalxl.texts import Text

if TYPE_CHECKING:
    from evalxl.rules.words import Lang

PROGRAM = "evalxl"

JSON = Argument("--json", Text("結果をJSONで出力します", "print the result as JSON"))
SHARED = (
    JSON,
    Argument(
        "--form",
        Text("様式のID、または様式ファイル（.toml）", "a form's id, or a form file (.toml)"),
        metavar="ID",
    ),
    Argument(
        "--config",
        Text(
            "設定ファイル（省くと今のフォルダーから上へ evalxl.toml を探します）",
            "the settings (by default the evalxl.toml found upwards from here)",
        ),
        metavar="FILE",
    ),
    Argument(
        "--lang",
        Text("表示の言語", "language of all texts"),
        choices=("ja", "en"),
        default="ja",
    ),
    Argument(
        "--debug",
        Text("不具合のときに詳しい記録を表示します", "show the details of a mistake of the program"),
    ),
)
"""Options of every command. They may stand before the command or behind it."""

COMMON = (*SHARED, Argument("--help", Text("この説明を表示します", "show this help")))
VERSION = Argument("--version", Text("版を表示します", "show the version"))


_MEMBERS = 4
"""So many of a family stand in the overview."""


def overview(lang: Lang) -> str:
    """What `evalxl --help` prints."""
    words = itertools.groupby(ACTIONS.values(), key=lambda command: command.name.split()[0])
    first = [(line, text.of(lang)) for line, text in (next(own).examples[0] for _, own in words)]
    return "\n".join(
        [
            *terminal.folded(texts.OVERVIEW.of(lang), terminal.columns()),
            "",
            f"{texts.USAGE.of(lang)}: {PROGRAM} {texts.COMMAND.of(lang)} …",
            *_section(texts.COMMANDS.of(lang), _overview_rows(lang)),
            *_section(texts.COMMON.of(lang), _rows((*COMMON, VERSION), lang)),
            *_section(texts.EXAMPLES.of(lang), first),
            *_exits(lang),
            "",
            *terminal.folded(texts.FIRST_STEPS.of(lang), terminal.columns()),
        ]
    )


def _overview_rows(lang: Lang) -> Iterator[tuple[str, str]]:
    """One row a command; the commands of a family share one."""
    for word, members in itertools.groupby(ACTIONS.values(), key=lambda command: command.name.split()[0]):
        commands = list(members)
        if " " not in commands[0].name:
            yield from ((c.name, f"{c.label.of(lang)}: {c.help.of(lang)}") for c in commands)
            continue
        shown, more = commands[:_MEMBERS], "|…" if len(commands) > _MEMBERS else ""
        seconds = "|".join(command.name.split()[1] for command in shown)
        yield f"{word} {seconds}{more}", " / ".join(command.label.of(lang) for command in shown)


def families() -> set[str]:
    """First words of the commands that have two, such as ``addin`` of ``addin build``."""
    return {name.split()[0] for name in ACTIONS if " " in name}


def family(word: str, lang: Lang) -> str:
    """What `evalxl addin` prints: the commands that begin with the word."""
    members = [command for name, command in ACTIONS.items() if name.startswith(f"{word} ")]
    rows = [(command.name, f"{command.label.of(lang)}: {command.help.of(lang)}") for command in members]
    examples = [(line, text.of(lang)) for line, text in (command.examples[0] for command in members)]
    return "\n".join(
        [
            f"{texts.USAGE.of(lang)}: {PROGRAM} {word} {texts.COMMAND.of(lang)} …",
            *_section(texts.COMMANDS.of(lang), rows),
            *_section(texts.EXAMPLES.of(lang), examples),
        ]
    )


def page(command: Command, lang: Lang) -> str:
    """What `evalxl COMMAND --help` prints."""
    return "\n".join(
        [
            *terminal.folded(f"{PROGRAM} {command.name}: {command.help.of(lang)}", terminal.columns()),
            "",
            *_usage(command, lang),
            *_section(texts.ARGUMENTS.of(lang), _rows(command.arguments, lang)),
            *_section(texts.COMMON.of(lang), _rows(COMMON, lang)),
            *_section(texts.EXAMPLES.of(lang), [(line, text.of(lang)) for line, text in command.examples]),
            *(_exits(lang) if command.exits else []),
        ]
    )


def usage(command: Command) -> str:
    """The usage line of a command, what may be left out in brackets."""
    parts = (
        argument.shown if argument.required or argument.positional else f"[{argument.shown}]"
        for argument in sorted(command.arguments, key=lambda a: (not a.positional, not a.required))
    )
    return " ".join([PROGRAM, command.name, *parts])


def _rows(arguments: Iterable[Argument], lang: Lang) -> list[tuple[str, str]]:
    return [(argument.shown, argument.help.of(lang)) for argument in arguments]


def _section(title: str, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    rows = list(rows)
    if not rows:
        return
    yield from ("", f"{title}:")
    yield from terminal.table(rows)


def _usage(command: Command, lang: Lang) -> Iterator[str]:
    wide = terminal.columns()
    lines = terminal.folded(f"{texts.USAGE.of(lang)}: {usage(command)}", wide - 4 if wide else None)
    yield lines[0]
    yield from (f"    {line}" for line in lines[1:])


def _exits(lang: Lang) -> Iterator[str]:
    yield from ("", f"{texts.EXITS.of(lang)}:")
    wide = terminal.columns()
    for line in texts.EXIT_TEXT.of(lang).splitlines():
        first, *more = terminal.folded(line.strip(), wide - 5 if wide else None)
        yield f"  {line[: len(line) - len(line.lstrip())]}{first}"
        yield from (f"     {part}" for part in more)
