"""Output folders appear whole or not at all: built in a temporary folder beside, then put in place.

A folder may take the place of an older one only when all in it was written by this program: a list of its own
files lies in each. So nothing that people put there is ever lost.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from workbook.atomic import PREFIX, SUFFIX
from workbook.errors import OutputLocked, WorkbookError

LIST = "evalxl-files.json"
"""The list of the files in a folder that this program wrote, itself left out."""


class ForeignFilesError(WorkbookError):
    """The output folder ``path`` holds what this program did not write, ``file`` among it."""

    def __init__(self, path: str, file: str) -> None:
        super().__init__(f"{path}: {file}")
        self.path = path
        self.file = file

    def __reduce__(self) -> tuple[type[ForeignFilesError], tuple[str, str]]:
        return ForeignFilesError, (self.path, self.file)


@contextlib.contextmanager
def replacing_folder(path: Path | str) -> Iterator[Path]:
    """A new empty folder beside ``path``; it takes the place of ``path`` when the block ends well.

    After an error nothing is left of it, and an older folder is as it was. Raises `ForeignFilesError` when
    ``path`` holds files of others, `OutputLocked` when it cannot be replaced or its place takes no files.
    """
    target = Path(os.path.abspath(path))
    ensure_own(target)
    temporary = _beside(target)
    try:
        yield temporary
        names = _files(temporary)
        (temporary / LIST).write_text(
            json.dumps(names, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        ensure_own(target)
        _swap(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def ensure_own(path: Path) -> None:
    """Raise when a folder at ``path`` may not be replaced. Cheap: call it before long work."""
    if not path.exists():
        return
    if not path.is_dir():
        raise OutputLocked(str(path), "folder")
    known = {LIST, *_listed(path)}
    for name in _files(path):
        if name not in known:
            raise ForeignFilesError(str(path), name)


def _listed(folder: Path) -> list[str]:
    try:
        names = json.loads((folder / LIST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _files(folder: Path) -> list[str]:
    """All files under a folder, relative, in one order on every system."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def _beside(target: Path) -> Path:
    temporary = target.with_name(f"{PREFIX}{secrets.token_hex(6)}{SUFFIX}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.mkdir()
    except OSError:
        raise OutputLocked(str(target), "folder") from None
    return temporary


def _swap(new: Path, target: Path) -> None:
    """Put the new folder in place. The old one goes aside first, and comes back when that fails."""
    if not target.exists():
        _rename(new, target)
        return
    aside = target.with_name(f"{PREFIX}{secrets.token_hex(6)}{SUFFIX}")
    _rename(target, aside)
    try:
        _rename(new, target)
    except OutputLocked:
        os.replace(aside, target)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _rename(source: Path, target: Path) -> None:
    try:
        os.replace(source, target)
    except OSError:
        # On Windows a folder that a program has open cannot be renamed.
        raise OutputLocked(str(target), "open") from None
