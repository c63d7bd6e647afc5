"""The terminal: streams that never fail on a character, colour and progress only where people look."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import sys
import time
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress

    from evalxl.rules.words import Lang

T = TypeVar("T")

PATIENCE = 2.0
"""Seconds before a progress bar appears: shorter work needs none."""

NARROWEST = 40
"""Screens narrower than this are not catered for."""
_STEERING = re.compile(r"\x1b(?!\[[\d;]*m)|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]")
"""What would steer the terminal, but for lines, tabs and our own colours: a name or a cell may hold it."""
_COLOURS = {"error": "31", "warning": "33", "info": "36", "head": "1"}


class OutputEnded(Exception):
    """stdout takes no more, as ``error`` says."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error

    @property
    def enough(self) -> bool:
        """Whether whoever read it has enough (`| head`); Windows has another word for that."""
        closed = sys.platform == "win32" and self.error.errno == errno.EINVAL
        return closed or isinstance(self.error, BrokenPipeError)


def prepare(*, json: bool) -> None:
    """Make both streams safe: JSON is always UTF-8, and no other text fails on an old code page.

    Windows consoles take any text, but a pipe or a file there has the code page (cp932). Where a stream is
    closed, or there is none as in a task without a window, what would be shown is left out.
    """
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115 - for as long as the program runs
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)  # a stream that a test or Excel put there has none
        if reconfigure is None:
            continue
        if json and stream is sys.stdout:
            reconfigure(encoding="utf-8", errors="replace", newline="\n")
        else:
            reconfigure(errors="replace")


def language(given: Sequence[str]) -> Lang:
    """The language asked for anywhere on the line: help and messages need it before the line is parsed."""
    found = re.findall(r"^--lang[=\n](\w+)$", "\n".join(given), re.MULTILINE)
    return "en" if found and found[-1] == "en" else "ja"


def tell(text: str) -> None:
    """A message, on stderr; nobody can be told that nothing can be told."""
    with contextlib.suppress(OSError):
        print(_printable(text, sys.stderr), file=sys.stderr, flush=True)


def say(text: str) -> None:
    """A line of the result, on stdout. Raises `OutputEnded` where that takes no more."""
    with output() as stream:
        print(_printable(text, stream), file=stream)


@contextlib.contextmanager
def output() -> Iterator[IO[str]]:
    """stdout, for what is written in the block. Raises `OutputEnded` where it takes no more."""
    try:
        yield sys.stdout
    except OSError as error:
        with contextlib.suppress(OSError, ValueError):  # or Python would complain of it once more at its end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OutputEnded(error) from None


def flush() -> None:
    """Have all shown that was said. Raises `OutputEnded` where stdout does not take it."""
    with output() as stream:
        stream.flush()


def _printable(text: str, stream: IO[str]) -> str:
    text = _STEERING.sub("\N{REPLACEMENT CHARACTER}", text)
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return text.replace("›", ">")  # cp932 has no such arrow; the rest is replaced by the stream
    return text


def coloured(text: str, kind: str) -> str:
    """The text in the colour of a severity (or ``head``), where `has_colour` says that stdout shows it."""
    return f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m" if has_colour(sys.stdout) else text


def has_colour(stream: IO[str]) -> bool:
    """Whether colour codes are wanted on a stream: never into pipes and files, nor with NO_COLOR."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not stream.isatty():
        return False
    # The console of older Windows shows the codes as text; Windows Terminal and all others know them.
    return sys.platform != "win32" or "WT_SESSION" in os.environ or "TERM" in os.environ


def width(text: str) -> int:
    """Columns on a terminal: full-width letters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def padded(text: str, columns: int) -> str:
    """The text with blanks behind it, up to that many columns."""
    return text + " " * (columns - width(text))


def columns() -> int | None:
    """How wide the screen is, as COLUMNS or the terminal says; None into pipes and files."""
    typed = os.environ.get("COLUMNS", "")
    if typed.isdigit() and int(typed) >= NARROWEST:
        return int(typed)
    isatty = getattr(sys.stdout, "isatty", lambda: False)
    return max(NARROWEST, shutil.get_terminal_size().columns) if isatty() else None


def folded(text: str, wide: int | None) -> list[str]:
    """The text in lines of at most ``wide`` columns: between words, and between full-width letters.

    No line begins with a mark that closes (、。」). None leaves the text in one line.

    >>> folded("点検し、直します。See the help.", 12)
    ['点検し、直し', 'ます。See', 'the help.']
    """
    lines = [""]
    for piece in _PIECE.findall(text) if wide else [text]:
        if wide and lines[-1] and width(lines[-1]) + width(piece.rstrip()) > wide:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines]


def table(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Two columns, the second folded to the screen; beneath the first where that takes half of it."""
    wide = columns()
    first = max((width(name) for name, _ in rows), default=0) + 2
    beneath = wide is not None and first > wide // 2
    indent = " " * (6 if beneath else first + 2)
    for name, text in rows:
        lines = folded(text, wide - len(indent) if wide else None)
        if beneath:
            yield from (f"  {name}", *(f"{indent}{line}" for line in lines))
        else:
            yield f"  {padded(name, first)}{lines[0]}"
            yield from (f"{indent}{line}" for line in lines[1:])


_PIECE = re.compile(
    r"[（「『【〔]*(?:[!-~]+|.)[、。，．）」』】〕・…ー：！？:;,.)ぁぃぅぇぉっゃゅょァィゥェォッャュョ]* *"
)


def progress(results: Iterable[T], total: int, label: str, left: str = "") -> Iterator[T]:
    """Pass the results through; a bar on stderr when that is a terminal and it takes longer than a moment.

    The bar shows how many are done and, behind the word ``left``, the time that the rest will take.
    """
    if not sys.stderr.isatty():
        yield from results
        return
    started, bar = time.monotonic(), None
    try:
        for done, result in enumerate(results, 1):
            if bar is None and time.monotonic() - started > PATIENCE:
                bar = _bar(total, label, left)
            if bar is not None:
                bar.update(bar.task_ids[0], completed=done)
            yield result
    finally:
        if bar is not None:
            bar.stop()


def _bar(total: int, label: str, left: str) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn(left))
    bar = Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True)
    bar.add_task(label, total=total)
    bar.start()
    return bar
