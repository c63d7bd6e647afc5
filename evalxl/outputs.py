"""Where results may be written: never in the place of what was given, and said before a long run."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from evalxl.errors import UsageError
from evalxl.texts import Text

LEDGER = ".受付簿.json"
"""How the name of a ledger that is kept beside a summary book ends."""

OVER_INPUT = Text(
    "{path} は読み込むファイルの1つなので、書きかえません。別の名前を指定してください。",
    "{path} is one of the files to be read and is not written over. Please name another.",
)
NOT_XLSX = Text(
    "{path} はExcelのファイルとして書き出します。名前の終わりを .xlsx にしてください。",
    "{path} is written as a workbook. Please let its name end with .xlsx.",
)
OVER_MASTERS = Text(
    "{path} にはマスター（projects.csv）があり、失われるため中止しました。別のフォルダーを指定してください。",
    "{path} holds masters (projects.csv), which would be lost. Nothing was written; name another folder.",
)


def replaceable(path: Path, inputs: Iterable[str | os.PathLike[str] | None] = ()) -> None:
    """Raise where ``path`` cannot be written, or is a file among the ``inputs`` that is no result of ours.

    `UsageError` for an input, `OutputLocked` for what another program holds or what is no place for a file.
    """
    from workbook import atomic, marks

    within = any(_within(path, os.fspath(name)) for name in inputs if name)
    if within and path.is_file() and not marks.is_own_output(path):
        raise UsageError(OVER_INPUT, path=path)
    atomic.ensure_replaceable(path)


def book(path: Path, inputs: Iterable[str | os.PathLike[str] | None] = ()) -> None:
    """`replaceable` for a workbook, which Excel opens under no other ending than its own."""
    if path.suffix.lower() != ".xlsx":
        raise UsageError(NOT_XLSX, path=path)
    replaceable(path, inputs)


def ledger(book: Path) -> Path:
    """Where the ledger of a summary book is kept: 集約.xlsx → 集約.受付簿.json."""
    return book.with_name(book.stem + LEDGER)


def folder(path: Path) -> None:
    """Raise `OutputLocked` where no folder can be at ``path``; nothing is made yet."""
    from workbook.errors import OutputLocked

    # A drive that is not there has no parent that is.
    there = next((parent for parent in (path, *path.absolute().parents) if parent.exists()), None)
    if there is None or not there.is_dir() or not os.access(there, os.W_OK):
        raise OutputLocked(str(path), "folder")


def tables(path: Path) -> None:
    """`folder` for the tidy tables; raises `UsageError` where their projects.csv would replace a master."""
    folder(path)
    if (path / "projects.csv").exists() and not (path / "files.csv").exists():
        raise UsageError(OVER_MASTERS, path=path)


def _within(path: Path, named: str) -> bool:
    """Whether a file is the named one, or stands in the named folder."""
    if "://" in named:
        return False
    real, target = os.path.realpath(path), os.path.realpath(named)
    return real == target or real.startswith(os.path.join(target, ""))
