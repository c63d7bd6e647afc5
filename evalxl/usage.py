"""What argparse says of a wrong command line, as our errors: in both languages, with what was meant."""

from __future__ import annotations

import re

from evalxl import texts
from evalxl.actions import UsageError
from evalxl.texts import Text

_UNKNOWN = re.compile(r"unrecognized arguments: (?P<word>.*)")
_REST: tuple[tuple[re.Pattern[str], Text], ...] = (
    (re.compile(r"the following arguments are required: (?P<names>.*)"), texts.REQUIRED),
    (re.compile(r"argument (?P<name>\S+): expected .*"), texts.NO_VALUE),
    (
        re.compile(r"argument (?P<name>\S+): invalid choice: '(?P<word>.*?)' \(choose from (?P<known>.*)\)"),
        texts.NO_CHOICE,
    ),
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
