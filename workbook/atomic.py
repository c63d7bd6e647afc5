"""Output files appear whole or not at all: written to a temporary file beside, then renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from workbook.errors import OutputLocked

PREFIX, SUFFIX = ".~", ".tmp"
"""What temporary files are named: one that a killed run left is never taken for a department's workbook."""


@contextlib.contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """A temporary path beside ``path``; it takes the place of ``path`` when the block ends well.

    After an error nothing is left of it; after a kill the old file is intact and a temporary one may stay.
    Raises `OutputLocked` when another program holds ``path``, its folder takes no files or the disk is full.
    """
    with replacing_all([path]) as (temporary,):
        yield temporary


@contextlib.contextmanager
def creating(path: Path | str) -> Iterator[Path]:
    """Like `replacing`, but never in the place of a file: FileExistsError where there is one by then.

    So of two runs at once one is told, and no file is lost without a word.
    """
    with _placing([path], _create) as (temporary,):
        yield temporary


def replacing_all(paths: Iterable[Path | str]) -> contextlib.AbstractContextManager[list[Path]]:
    """Like `replacing` for several files that belong together: none is replaced before all are written."""
    return _placing(paths, _rename)


@contextlib.contextmanager
def _placing(paths: Iterable[Path | str], place: Callable[[Path, Path], None]) -> Iterator[list[Path]]:
    targets = [Path(path) for path in paths]
    for target in targets:
        ensure_replaceable(target)
    temporaries: list[Path] = []
    try:
        for target in targets:
            temporaries.append(_beside(target))
        yield temporaries
        for target in targets:
            ensure_replaceable(target)
        for temporary, target in zip(temporaries, targets, strict=True):
            place(temporary, target)
    except Exception as error:
        if _disk_is_full(error):
            raise OutputLocked(str(targets[0]), "full") from error
        raise
    finally:
        for temporary in temporaries:
            temporary.unlink(missing_ok=True)


def ensure_replaceable(path: Path | str) -> None:
    """Raise `OutputLocked` when another program holds ``path``. Cheap: call it before long work."""
    try:
        with open(path, "r+b"):
            pass
    except FileNotFoundError:
        return
    except (IsADirectoryError, NotADirectoryError):
        raise OutputLocked(str(path), "folder") from None
    except PermissionError:
        # Excel on Windows shares an open workbook with nobody who wants to write.
        raise OutputLocked(str(path), "open") from None


def remove(path: Path | str) -> None:
    """Take a file away that this program wrote. Raises `OutputLocked` when another program holds it."""
    try:
        Path(path).unlink(missing_ok=True)
    except PermissionError:
        raise OutputLocked(str(path), "open") from None


def _beside(target: Path) -> Path:
    """A new empty file in the target's folder, made with the user's usual permissions."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f"{PREFIX}{secrets.token_hex(6)}{SUFFIX}")
        temporary.open("xb").close()
    except (PermissionError, FileNotFoundError, FileExistsError, NotADirectoryError):
        raise OutputLocked(str(target), "folder") from None
    return temporary


_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def _disk_is_full(error: BaseException | None) -> bool:
    """Whether a full disk lies beneath an error: writers wrap the system's error in their own."""
    while error is not None:
        inner = next((arg for arg in error.args if isinstance(arg, OSError)), error)
        if isinstance(inner, OSError) and inner.errno in _FULL:
            return True
        if any(f"IO_{errno.errorcode[code]}" in str(error) for code in _FULL):  # as lxml words it
            return True
        error = error.__cause__ or error.__context__
    return False


def _rename(temporary: Path, target: Path) -> None:
    try:
        os.replace(temporary, target)
    except PermissionError:
        raise OutputLocked(str(target), "open") from None


def _create(temporary: Path, target: Path) -> None:
    """Put a file where none is, in one step."""
    if sys.platform == "win32":
        os.rename(temporary, target)  # which replaces nothing there, on a share neither
        return
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:  # a disk, or a share, that has no links: take the name first
        target.open("xb").close()
        _rename(temporary, target)
