"""How a command or a formula is declared: once, for the command line, Excel, its help and the documents.

A command takes what the user asks for and gives an `Outcome`: what a program reads, what people read, and the
exit code. The commands themselves stand in `evalxl.commands`.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from msgspec import Struct

from evalxl import terminal, texts
from evalxl.errors import UsageError
from evalxl.texts import Text

if TYPE_CHECKING:
    from evalxl.paths import Found, Source
    from evalxl.results import FileResult
    from evalxl.rules.registry import Lang
    from evalxl.settings import Settings
    from evalxl.tables import FileRows
    from workbook.form import Form

T = TypeVar("T")
Through = Callable[["Sequence[Source]", Callable[["Sequence[Source]"], Generator[T]]], Generator[T]]
"""Gives the results of all files in their order, and has only those read that it does not know."""
FailOn = Literal["error", "warning", "never"]

DONE, FINDINGS, FAILED = 0, 1, 2
"""Exit codes: done; findings or refused files; wrong usage or nothing to read."""


class Argument(Struct, frozen=True):
    """One argument of a command: ``name`` is ``--name`` or ``-o``; ``paths`` for what stands by itself."""

    name: str
    help: Text
    metavar: str = ""
    """What stands for the value in the help; empty for a switch that takes none."""
    also: str = ""
    """A second name."""
    to: str = ""
    """The parameter of the command it is given as; empty: its name."""
    kind: Callable[[str], Any] = str
    many: Literal["", "?", "+"] = ""
    choices: tuple[str, ...] = ()
    default: Any = None
    required: bool = False

    @property
    def positional(self) -> bool:
        """Whether it stands without a name."""
        return not self.name.startswith("-")

    @property
    def names(self) -> tuple[str, ...]:
        """All names of an option."""
        return (self.name, self.also) if self.also else (self.name,)

    @property
    def parameter(self) -> str:
        """The name of the command's parameter."""
        return self.to or self.name.lstrip("-").replace("-", "_")

    @property
    def shown(self) -> str:
        """How it stands in a usage line and a help page."""
        value = "|".join(self.choices) or self.metavar
        if self.positional:
            return f"[{value}]" if self.many == "?" else f"{value}…" if self.many else value
        return f"{self.name} {value}{'…' if self.many else ''}".rstrip()


class Outcome(Struct):
    """What came of a command. ``data`` is printed with --json, ``lines`` without."""

    code: int
    data: Any
    lines: Iterable[str]
    told: Sequence[str] = ()
    """What the lines say and the data do not, such as why a file gave no record."""


class Context(Struct):
    """What all commands share."""

    settings: Settings
    lang: Lang = "ja"
    json: bool = False
    """Whether a program reads the result."""
    form: Form | None = None
    """The form asked for with --form or in the settings; None: whichever is known."""

    quiet: bool = False
    """In a program: no progress, and what is passed over goes to the log instead of stderr."""

    watch: Callable[[Iterable[Any], int], Iterator[Any]] | None = None
    """Who shows the progress instead of the terminal: given the results and how many there will be."""

    meanwhile: Callable[[], object] | None = None
    """What to do once while processes begin to read: load what will be needed when they have read."""

    @classmethod
    def of(
        cls, form: str | None, config: str | os.PathLike[str] | None, *, reads: bool = True, **rest: Any
    ) -> Context:
        """With the settings of ``config`` (else the nearest evalxl.toml) and a form by its id or file.

        ``reads``: whether sheets will be read.
        """
        from evalxl import settings

        resolved = settings.resolve(os.fspath(config) if config else None, templates=reads)
        return cls(resolved, form=_form(form or resolved.form), **rest)

    def tell(self, text: Text, **values: Any) -> None:
        """A message to whoever watches."""
        if self.quiet:
            logging.getLogger("evalxl").info(text.of("en", **values))
        else:
            terminal.tell(text.of(self.lang, **values))

    def one_form(self) -> Form:
        """The form asked for, else the usual one."""
        from workbook import form

        return self.form or form.get(form.DEFAULT)

    def tell_missing(self, found: Found) -> None:
        """Say what is not there or passed over. Raises `UsageError` when there is nothing to read."""
        for path in found.missing:
            self.tell(texts.MISSING, path=path)
        for source in found.skipped:
            self.tell(texts.SKIPPED_LOCK, file=source.file)
        if not found.sources:
            raise UsageError(texts.NOTHING)

    @contextlib.contextmanager
    def results(
        self,
        paths: list[str],
        jobs: int | None,
        then: Callable[[FileResult], T],
        *,
        leave_out: Iterable[Path] = (),
        scheduler: str | None = None,
        through: Through[T] | None = None,
    ) -> Iterator[Iterator[T]]:
        """What ``then`` gives for every file under ``paths``; what is passed over is told on stderr.

        Lock files, as skipped ones, and paths that are not there, as refused ones, come first. Raises
        `UsageError` when there is nothing to read. With a ``scheduler`` the files are read by its workers
        (`evalxl.cluster`). ``through`` may know the results of some files and have only the others read.
        """
        from evalxl.paths import find, marked_copies
        from evalxl.results import FileResult

        with find(paths, leave_out=leave_out, fetch=scheduler is None) as found:
            self.tell_missing(found)
            copies = marked_copies(found.sources)
            if copies:
                self.tell(texts.SKIPPED_COPIES, count=len(copies), file=copies[0].file)
                passed = {source.file for source in copies}
                found.sources = [source for source in found.sources if source.file not in passed]
            beside = [FileResult(s.file, s.address, skipped="lock_file") for s in found.skipped]
            beside += [FileResult(s.file, s.address, skipped="marked_copy") for s in copies]
            beside += map(self._lost, found.missing)
            read = functools.partial(self._read, then=then, jobs=jobs, scheduler=scheduler)
            results = through(found.sources, read) if through else read(found.sources)
            with contextlib.closing(results):
                yield chain(map(then, beside), self._watched(results, len(found.sources)))

    def _lost(self, path: str) -> FileResult:
        from evalxl.reader import refusal
        from evalxl.results import FileResult
        from workbook.errors import Refused

        return FileResult(path, path, refused=[refusal(Refused("F001", reason="missing"), self.settings)])

    def _watched(self, results: Iterable[T], total: int) -> Iterable[T]:
        if self.watch:
            return self.watch(results, total)
        label, left = texts.READING.of(self.lang), texts.LEFT.of(self.lang)
        return results if self.quiet else terminal.progress(results, total, label, left)

    def _read(
        self,
        sources: Sequence[Source],
        then: Callable[[FileResult], T],
        jobs: int | None,
        scheduler: str | None,
    ) -> Generator[T]:
        if scheduler is not None:
            from evalxl import cluster

            return cluster.run_then(sources, self.settings, then, scheduler, form=self.form, jobs=jobs)
        if not sources:
            return _nothing()
        from evalxl import processes

        processes.ahead(len(sources), jobs)
        from evalxl import runner  # takes a while, in which the processes' server loads the same

        return runner.run_then(
            sources, self.settings, then, form=self.form, jobs=jobs, meanwhile=self.meanwhile
        )

    @contextlib.contextmanager
    def rows(
        self,
        paths: list[str],
        jobs: int | None = None,
        *,
        leave_out: Iterable[Path] = (),
        scheduler: str | None = None,
        fresh: bool = False,
    ) -> Iterator[Iterator[FileRows]]:
        """The rows of every file under ``paths``, as `results` gives them.

        Files that did not change since an earlier run are not read again (`evalxl.store`); with ``fresh`` all
        of them are.
        """
        from evalxl import store, tables

        then = functools.partial(tables.extract, lang=self.lang)
        with store.opened(self.settings, self.form, self.lang, fresh=fresh) as kept:
            through = kept.results if kept else None
            with self.results(
                paths, jobs, then, leave_out=leave_out, scheduler=scheduler, through=through
            ) as found:
                yield found
        if kept and kept.told.rebuilt:
            self.tell(texts.STORE_REBUILT)
        if kept and kept.told.reused:
            self.tell(texts.REUSED, files=kept.told.reused)


def _nothing() -> Generator[Any]:
    yield from ()


def _form(name: str | None) -> Form | None:
    """A shipped form by its id, or a form file."""
    from workbook import form

    if name is None:
        return None
    if name in form.ids():
        return form.get(name)
    if Path(name).is_file():
        return form.load(name)
    raise UsageError.unknown(texts.UNKNOWN_FORM, name, form.ids(), forms=", ".join(form.ids()))


class Command(Struct, frozen=True):
    """Something a user can run."""

    name: str
    label: Text
    """On a button and in lists."""
    help: Text
    """One sentence: what it does."""
    arguments: tuple[Argument, ...]
    examples: tuple[tuple[str, Text], ...]
    run: Callable[..., Outcome]
    """Called with a `Context` and the arguments by name."""
    exits: bool = True
    """Whether its exit code speaks of findings."""

    @property
    def reads(self) -> bool:
        """Whether it reads sheets."""
        return any(argument.parameter == "paths" for argument in self.arguments)


ACTIONS: dict[str, Command] = {}


def command(
    name: str,
    *,
    label: Text,
    help: Text,
    arguments: Iterable[Argument] = (),
    examples: Iterable[tuple[str, Text]],
    exits: bool = False,
) -> Callable[[Callable[..., Outcome]], Callable[..., Outcome]]:
    """Declare the decorated function as the command ``name``."""

    def declare(run: Callable[..., Outcome]) -> Callable[..., Outcome]:
        ACTIONS[name] = Command(name, label, help, tuple(arguments), tuple(examples), run, exits)
        return run

    return declare


# ---- formulas ----------------------------------------------------------------------------------------------

Shape = Literal["each", "block", "rest"]
Kind = Literal["number", "cell", "word"]


class Parameter(Struct, frozen=True):
    """One argument of a formula."""

    name: str
    help: Text
    shape: Shape = "each"
    """``each``: one cell at a time, a range cell by cell; ``block``: a whole range; ``rest``: any number."""
    kind: Kind = "number"
    """``number``: as people type it; ``word``: a text; ``cell``: whatever stands there."""
    unit: str = ""
    optional: bool = False


class Example(Struct, frozen=True):
    """A formula at work: arguments as typed on the command line, and the value it gives."""

    arguments: tuple[str, ...]
    value: Any


class Formula(Struct, frozen=True):
    """A function that takes cells and gives a cell or a block; it opens no file and writes no cell."""

    name: str
    """As Excel knows it: ``EV_YOY``."""
    label: Text
    help: Text
    """What it gives, with its unit, what a blank means, and its errors: one line in Excel's wizard."""
    parameters: tuple[Parameter, ...]
    gives: Literal["cell", "block"]
    """``cell``: one value, and for a range one for each cell of it; ``block``: rows and columns."""
    example: Example
    run: Callable[..., Any]

    @property
    def word(self) -> str:
        """The name on the command line: ``yoy-rate`` for EV_YOY_RATE."""
        return self.name.removeprefix("EV_").lower().replace("_", "-")


FORMULAS: dict[str, Formula] = {}
"""By name, in the order of the help; `evalxl.formulas` declares them."""
_F = TypeVar("_F", bound=Callable[..., Any])


def formula(
    name: str,
    *,
    label: Text,
    help: Text,
    parameters: Iterable[Parameter],
    example: Example,
    gives: Literal["cell", "block"] = "cell",
) -> Callable[[_F], _F]:
    """Declare the decorated function as the formula ``name``."""

    def declare(run: _F) -> _F:
        FORMULAS[name] = Formula(name, label, help, tuple(parameters), gives, example, run)
        return run

    return declare
