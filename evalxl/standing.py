"""Whether the summary book of the last run still stands: nothing went into it that would make another one.

A planning section consolidates again and again while files trickle in; most times nothing has come. The kept
ledger holds a hash of all that the book was made from, and one of the book itself. Only where both are the
same is it left as it is; whatever else there is, it is written anew.

What a file's rows say is decided by its bytes and by what all files share, as `evalxl.store` has it, too. So
its own hash stands for them, with what was found in it, as a caller may have read with other settings; except
where something else than its bytes was the reason: a file that could not be opened, or took too long.
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
from workbook.notation import this_year

WRITER = "XlsxWriter"


def made_from(
    files: Sequence[FileRows],
    extra: Sequence[FindingRow],
    settings: Settings,
    desk: Reception,
    *words: str | None,
) -> str:
    """A hash of all that decides what stands in a summary book: files, ledger, settings, masters, program.

    Empty, which is like no other, for texts that cannot be encoded.
    """
    forms = list({sheet.form.id: sheet.form for file in files for sheet in file.sheets}.values())
    # Links are made from paths, and those from where the run was started. Today decides what 元年 means.
    around = (program.fingerprint(), metadata.version(WRITER), str(Path.cwd()), this_year())
    encode = msgspec.msgpack.Encoder(order="sorted").encode
    digest = hashlib.sha256()
    try:
        digest.update(encode((around, settings.decisive(), desk, list(extra), words, forms)))
        for file in files:
            if file.findings or not file.sha256:
                digest.update(packing.whole(file))
                continue
            said = [(sheet.content, sheet.findings) for sheet in file.sheets]
            digest.update(encode((file.file, file.path, file.sha256, said)))
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
