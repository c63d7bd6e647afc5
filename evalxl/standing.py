"""Whether the summary book of the last run still stands: nothing went into it that would make another one.

A planning section consolidates again and again while files trickle in; most times nothing has come. The kept
ledger holds a hash of all that the book was made from, and one of the book itself. Only where both are the
same is it left as it is; whatever else there is, it is written anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

import msgspec

from evalxl import packing, program
from evalxl.reception import Reception
from evalxl.settings import Settings
from evalxl.tables import FileRows, FindingRow

WRITER = "XlsxWriter"


def made_from(
    files: Sequence[FileRows],
    extra: Sequence[FindingRow],
    settings: Settings,
    desk: Reception,
    *words: str | None,
) -> str:
    """A hash of all that decides what stands in a summary book: rows, ledger, settings, masters, program.

    Empty, which is like no other, for texts that cannot be encoded.
    """
    # Links are made from paths, and those from where the run was started.
    digest = hashlib.sha256(f"{program.fingerprint()} {metadata.version(WRITER)} {Path.cwd()}".encode())
    try:
        digest.update(msgspec.msgpack.encode((settings.decisive(), desk, list(extra), words), order="sorted"))
        for file in files:
            digest.update(packing.whole(file))
    except UnicodeEncodeError:  # half a character, which the book replaces
        return ""
    return digest.hexdigest()


def stands(before: Reception | None, made: str, output: Path) -> bool:
    """Whether the last run's book is still there as it was, and the same one would be written now."""
    return before is not None and bool(made) and before.made_from == made and before.book == of(output)


def of(output: Path) -> str:
    """The hash of a book; empty where there is none that can be read."""
    try:
        return hashlib.sha256(output.read_bytes()).hexdigest()
    except OSError:
        return ""
