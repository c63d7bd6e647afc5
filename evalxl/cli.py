"""The command line: arguments in, streams and exit code out. What can be run stands in `evalxl.commands`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from evalxl import commands, interruption, manual, terminal, texts
from evalxl.actions import ACTIONS, DONE, FAILED, Argument, Command, Context, Outcome
from evalxl.errors import UsageError
from evalxl.usage import toml_words, translated

if TYPE_CHECKING:
    from evalxl.rules.words import Lang

__all__ = ["commands", "main"]  # importing the commands is what declares them


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give the exit code. No traceback is shown, except with --debug."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    lang = terminal.language(given)
    terminal.prepare(json="--json" in given)
    try:
        return _shown(given, lang)
    except KeyboardInterrupt:
        return interruption.told(given)
    except Exception as error:
        if "--debug" in given and not isinstance(error, UsageError):
            raise
        for line in explained(error, lang):
            terminal.tell(line)
        if arguments is None:
            # What a library leaves half done may complain once more at the end of the program.
            sys.unraisablehook = lambda _: None
        return FAILED


def _shown(given: list[str], lang: Lang) -> int:
    """The exit code, when all is shown; it is the same where whoever reads has enough before the end."""
    code = DONE
    try:
        try:
            code = _run(given, lang)
        except SystemExit as done:  # argparse ends so after --help and --version
            code = int(done.code or DONE)
        terminal.flush()
    except terminal.OutputEnded as ended:
        if not ended.enough:
            raise
    return code


def _run(given: list[str], lang: Lang) -> int:
    options, rest = _shared(given, lang)
    name = options.pop("command")
    if name not in ACTIONS or not ACTIONS[name].reads:
        _join_beside()  # what reads sheets needs no other command, and these take a while to find
    if name is None:
        return _next_steps(bool(options.get("json")), lang)
    if name in manual.families():
        if not rest or rest[0] in ("-h", "--help"):
            terminal.say(manual.family(name, lang))
            return DONE
        name = f"{name} {rest.pop(0)}"
    if name not in ACTIONS:
        raise _unknown(name)
    options |= vars(parser(ACTIONS[name], lang).parse_intermixed_args(rest))
    shared = {a.parameter: options.pop(a.parameter, a.default) for a in manual.SHARED}
    action, asked = ACTIONS[name], bool(shared["json"])
    context = Context.of(shared["form"], shared["config"], reads=action.reads, lang=lang, json=asked)
    return _print(action.run(context, **options), context.json)


def _next_steps(json: bool, lang: Lang) -> int:
    """What `evalxl` alone prints: what lies in this folder, and what can be done next."""
    from evalxl import here

    found = here.look(Path())
    outcome = Outcome(DONE, here.to_json(found), here.shown(found, lang))
    return _print(outcome, json)


def _unknown(name: str) -> UsageError:
    """A command that there is not; a file or folder in its place was probably meant to be checked."""
    error = UsageError.unknown(texts.UNKNOWN_COMMAND, name, {*ACTIONS, *manual.families()})
    if whole := [command for command in ACTIONS if command.split()[-1] == name]:
        error.near = whole  # evalxl yoy for evalxl calc yoy
    if Path(name).exists():
        error.near = [f"{manual.PROGRAM} validate {name}"]
    error.command = ""
    return error


def _join_beside() -> None:
    """Declare the commands of packages beside this one (the add-in's), which this one must not import."""
    from importlib.metadata import distribution  # takes as long as half of all the others

    for entry in distribution("evalxl").entry_points.select(group="evalxl.commands"):
        entry.load()


def _overview(lang: Lang) -> str:
    _join_beside()
    return manual.overview(lang)


def _print(outcome: Outcome, as_json: bool) -> int:
    try:
        if as_json:
            with terminal.output() as stream:
                json.dump(outcome.data, stream, ensure_ascii=False, indent=1, allow_nan=False)
                print(file=stream)
            for text in outcome.told:
                terminal.tell(text)
        else:
            for line in outcome.lines:
                terminal.say(line)
    except terminal.OutputEnded as ended:
        if not ended.enough:
            raise
    return outcome.code


def explained(error: Exception, lang: Lang) -> list[str]:
    """What went wrong, in words and with what to do about it."""
    from evalxl.masters import MastersError
    from evalxl.settings import SettingsError
    from workbook.errors import FormError, OutputLocked

    if isinstance(error, UsageError):
        near = [texts.DID_YOU_MEAN.of(lang, near=", ".join(error.near))] if error.near else []
        told = [error.text.of(lang, **error.values), *near]
        return [*told, *_example(error, lang), *_see_help(error.command, lang)]
    if isinstance(error, (SettingsError, MastersError)):
        return [error.message(lang)]
    if isinstance(error, FormError):
        reason = texts.FORM_REASONS[error.reason].of(lang, detail=toml_words(error.detail, lang))
        return [texts.WRONG_FORM.of(lang, detail=f"{error.file}:{error.line}: {reason}")]
    if isinstance(error, terminal.OutputEnded):
        return [texts.NOT_SHOWN.of(lang, why=texts.os_words(texts.os_error(error.error), lang))]
    if isinstance(error, OutputLocked):
        return [texts.OUTPUT[error.reason].of(lang, path=error.path)]
    if isinstance(error, OSError) and error.filename:
        why = texts.os_words(texts.os_error(error), lang)
        return [texts.OS_ERROR.of(lang, path=error.filename, why=why)]
    return [texts.UNEXPECTED.of(lang, error=f"{type(error).__name__}: {error}")]


def _example(error: UsageError, lang: Lang) -> list[str]:
    """A line that is right, where something was left out of it."""
    command = ACTIONS.get(error.command or "")
    if command is None or error.text not in (texts.REQUIRED, texts.NO_VALUE):
        return []
    return [texts.FOR_EXAMPLE.of(lang, line=command.examples[0][0])]


def _see_help(command: str | None, lang: Lang) -> list[str]:
    if command is None:
        return []
    return [texts.SEE_HELP.of(lang, command=f"{manual.PROGRAM} {command}".strip())]


class _Parser(argparse.ArgumentParser):
    """argparse with our help pages and our words: its own are English, and end the program by themselves."""

    def __init__(self, *, page: Callable[[], str] = str, of: str = "", **options: Any) -> None:
        super().__init__(add_help=False, allow_abbrev=False, **options)
        self.page = page
        self.of = of

    def print_help(self, file: object = None) -> None:
        terminal.say(self.page())

    def error(self, message: str) -> NoReturn:
        raise translated(message, self.of, [o for action in self._actions for o in action.option_strings])


class _Version(argparse.Action):
    """argparse's own wants the version on every run, and that takes a while to find."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        terminal.say(f"{manual.PROGRAM} {version('evalxl')}")
        parser.exit()


def _shared(given: list[str], lang: Lang) -> tuple[dict[str, Any], list[str]]:
    """The options before the command, the command (None where there is none), and what follows it."""
    top = _Parser(page=lambda: _overview(lang))
    _add(top, manual.COMMON)
    top.add_argument("--version", action=_Version, nargs=0, dest=argparse.SUPPRESS, default=argparse.SUPPRESS)
    top.add_argument("command", nargs="?")
    top.add_argument("rest", nargs=argparse.REMAINDER)
    options = vars(top.parse_args(given))
    return options, options.pop("rest")


def parser(command: Command, lang: Lang = "ja") -> argparse.ArgumentParser:
    """The parser of a command's arguments, built from its declaration."""
    own = _Parser(page=lambda: manual.page(command, lang), of=command.name)
    _add(own, (*command.arguments, *manual.COMMON))
    return own


def place(text: str) -> Path:
    """A path; ValueError for an empty one, which would be the folder where a script runs."""
    if not text.strip():
        raise ValueError(text)
    return Path(text)


def _add(parser: argparse.ArgumentParser, arguments: Iterable[Argument]) -> None:
    shared = {argument.name for argument in manual.SHARED}
    for argument in arguments:
        options: dict[str, Any] = {"dest": argument.parameter}
        # The same option may stand before and behind the command: neither may undo the other.
        options["default"] = argparse.SUPPRESS if argument.name in shared else argument.default
        if argument.name == "--help":
            parser.add_argument("-h", "--help", action="help", default=argparse.SUPPRESS)
            continue
        if argument.positional:
            parser.add_argument(argument.name, nargs=argument.many or None, metavar=argument.metavar)
            continue
        if argument.choices or argument.metavar:
            options.update(
                type=place if argument.kind is Path else argument.kind, metavar=argument.metavar or None
            )
            options["choices"] = argument.choices or None
            if argument.many:  # --by 部 課, or --by 部 --by 課
                options.update(nargs=argument.many, action="extend")
        else:
            options["action"] = "store_true"
        parser.add_argument(*argument.names, required=argument.required, **options)
