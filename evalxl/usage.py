"""What argparse says of a wrong command line, as our errors: in both languages, with what was meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evalxl import texts
from evalxl.errors import UsageError
from evalxl.texts import Text

if TYPE_CHECKING:
    from evalxl.rules.words import Lang

_UNKNOWN = re.compile(r"unrecognized arguments: (?P<word>.*)")
_REST: tuple[tuple[re.Pattern[str], Text], ...] = (
    (re.compile(r"the following arguments are required: (?P<names>.*)"), texts.REQUIRED),
    (re.compile(r"argument (?P<name>\S+): expected .*"), texts.NO_VALUE),
    (
        re.compile(r"argument (?P<name>\S+): invalid choice: '(?P<word>.*?)' \(choose from (?P<known>.*)\)"),
        texts.NO_CHOICE,
    ),
    (re.compile(r"argument (?P<name>\S+): invalid positive value: '(?P<word>.*)'"), texts.WRONG_NUMBER),
    (re.compile(r"argument (?P<name>\S+): invalid fiscal_year value: '(?P<word>.*)'"), texts.WRONG_YEAR),
    (re.compile(r"argument (?P<name>\S+): invalid place value: .*"), texts.NO_VALUE),
    (re.compile(r"argument (?P<name>\S+): invalid address value: '(?P<word>.*)'"), texts.WRONG_ADDRESS),
    (re.compile(r"argument (?P<name>\S+): invalid \w+ value: '(?P<word>.*)'"), texts.WRONG_VALUE),
)


def translated(message: str, command: str, options: list[str]) -> UsageError:
    """The error that argparse words as ``message``; ``options`` are those that the command has."""
    error = _translated(message, options)
    error.command = command
    return error


def _translated(message: str, options: list[str]) -> UsageError:
    if found := _UNKNOWN.match(message):
        return UsageError.unknown(texts.UNKNOWN_OPTION, found["word"], options)
    for pattern, text in _REST:
        if found := pattern.match(message):
            values = {name: value.replace("'", "") for name, value in found.groupdict().items()}
            return UsageError(text, **values)
    return UsageError(texts.WRONG_USAGE, detail=message)


_TYPE = re.compile(r"Expected `(?P<expected>[\w |]+)`, got `(?P<found>\w+)`(?: - at `\$\.?(?P<place>.*)`)?")
_ENUM = re.compile(r"Invalid enum value '?(?P<word>.*?)'?(?: - at `\$\.?(?P<place>.*)`)?$")


def toml_words(detail: str, lang: Lang) -> str:
    """What the library that reads form files says of a value, in words; anything else stays as it is.

    >>> toml_words("[title] Expected `str`, got `int`", "en")
    '[title] a whole number where a text in quotes is needed'
    """
    if found := _TYPE.search(detail):
        kinds = {key: _kinds(found[key], lang) for key in ("expected", "found")}
        said = texts.TOML_TYPE.of(lang, **kinds)
    elif found := _ENUM.search(detail):
        said = texts.TOML_ENUM.of(lang, word=found["word"])
    else:
        return detail
    place = f"{found['place']}: " if found["place"] else ""
    return f"{detail[: found.start()]}{place}{said}"


def _kinds(names: str, lang: Lang) -> str:
    known = texts.TOML_KINDS
    return " / ".join(known[n].of(lang) if n in known else n for n in names.split(" | "))
