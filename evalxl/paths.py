"""What a user names, files, folders and addresses, turned into the workbooks to read, in a fixed order."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from msgspec import Struct

from evalxl import texts
from evalxl.errors import UsageError

SUFFIXES = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlsb", ".ods"})
"""What is looked at in a folder. Whether it can be read is for the reader to say."""

LOCK_PREFIX = "~$"
"""Excel's lock files: they hold a user's name and no workbook."""


class Source(Struct, frozen=True):
    """One workbook to read."""

    file: str
    """What people see: the path within the folder that was named, ``/`` between its parts."""
    path: Path
    """Where it can be opened."""
    address: str
    """Where it stands: the absolute path, or the address that ``path`` is a copy of."""
    fetched: bool = True
    """False for an address of which there is no copy at ``path`` yet: `opened` fetches one."""


@contextlib.contextmanager
def opened(source: Source) -> Iterator[Path]:
    """A local path of a file, which is fetched from its address for the length of the block where need be.

    Raises what the address' file system raises.
    """
    if source.fetched:
        yield source.path
        return
    import fsspec

    system, name = fsspec.core.url_to_fs(source.address)
    with tempfile.TemporaryDirectory(prefix="evalxl-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / source.path.name
        system.get_file(name, str(copy))
        yield copy


class Found(Struct):
    """All that stands under the named paths."""

    sources: list[Source]
    skipped: list[Source]
    """Excel's lock files (~$)."""
    missing: list[str]
    """Named paths that are not there, and folders that may not be opened."""


@contextlib.contextmanager
def find(
    paths: Sequence[str | os.PathLike[str]], *, leave_out: Iterable[Path] = (), fetch: bool = True
) -> Iterator[Found]:
    """Walk ``paths`` (files, folders, fsspec addresses) and give what there is to read, each file once.

    Folders are walked to the bottom, sorted; hidden files and folders and other kinds of files are left out.
    A file that is named itself is always given, whatever its name ends with. ``leave_out`` are files that are
    not input: the output of this very run. Copies of remote files live as long as the block; without
    ``fetch`` there are none, for those who fetch each file where it is read.
    """
    with tempfile.TemporaryDirectory(prefix="evalxl-", ignore_cleanup_errors=True) as folder:
        missing: list[str] = []
        entries: list[_Entry] = []
        for number, named in enumerate(os.fspath(path) for path in paths):
            if not named.strip():  # an empty variable of a script, and not the folder where it runs
                raise UsageError(texts.NO_PATH)
            if _ADDRESS.match(named):
                entries += _remote(named, Path(folder) / str(number) if fetch else None, missing)
            else:
                entries += _local(Path(named), missing)
        yield _sorted_out(entries, leave_out, missing)


# Two letters at least: "C://" is a drive.
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


class _Entry(Struct, frozen=True):
    path: Path
    within: PurePosixPath
    address: str
    identity: str
    """The same for two spellings of one file, and for links to it."""
    fetched: bool = True


def _local(named: Path, missing: list[str]) -> list[_Entry]:
    """The workbooks under a local path."""
    if named.is_dir():
        return sorted(_walk(named, missing), key=lambda entry: _order(entry.within))
    if not named.exists():
        missing.append(str(named))
        return []
    return [_Entry(named, PurePosixPath(named.name), str(named.absolute()), _identity(named))]


def _walk(folder: Path, missing: list[str]) -> Iterator[_Entry]:
    seen: set[str] = set()  # linked folders are followed, but not in circles
    for parent, folders, files in os.walk(
        folder, onerror=lambda error: missing.append(str(error.filename)), followlinks=True
    ):
        real, here = os.path.realpath(parent), Path(parent)
        within, address = PurePosixPath(here.relative_to(folder).as_posix()), str(here.absolute())
        folders[:] = [] if real in seen else [name for name in folders if not name.startswith(".")]
        for name in [] if real in seen else files:
            if not name.startswith(".") and _suffix(name) in SUFFIXES:
                path = here / name
                # On a network drive each look at a file is a way there and back.
                own = _identity(path) if os.path.islink(path) else os.path.normcase(os.path.join(real, name))
                yield _Entry(path, within / name, os.path.join(address, name), own)
        seen.add(real)


def _remote(address: str, folder: Path | None, missing: list[str]) -> list[_Entry]:
    """The workbooks at an fsspec address, with local copies where ``folder`` is given."""
    import fsspec

    try:
        system, root = fsspec.core.url_to_fs(address)
    except (ImportError, ValueError):  # no such protocol, or what speaks it is not installed
        raise UsageError(texts.NO_PROTOCOL, address=address, protocol=address.partition(":")[0]) from None
    if system.protocol == "file" or "file" in system.protocol:
        return _local(Path(root), missing)
    if not system.exists(root):
        missing.append(address)
        return []
    inside = system.isdir(root)
    names = sorted(system.find(root), key=lambda name: _order(PurePosixPath(name))) if inside else [root]
    entries: list[_Entry] = []
    for number, name in enumerate(names):
        within = PurePosixPath(name[len(root) :].lstrip("/") if inside else PurePosixPath(name).name)
        hidden = any(part.startswith(".") for part in within.parts)
        if inside and (hidden or _suffix(within.name) not in SUFFIXES):
            continue
        copy = (folder or Path()) / str(number) / Path(within.name).name
        whole = system.unstrip_protocol(name)
        entries.append(_Entry(copy, within, whole, whole, bool(folder) and _fetch(system, name, copy)))
    return entries


def _fetch(system: Any, name: str, copy: Path) -> bool:
    """Whether a file could be copied. One that could not is for its reader to tell, the others are read."""
    copy.parent.mkdir(parents=True)
    try:
        system.get_file(name, str(copy))
    except Exception:  # each file system has errors of its own
        copy.unlink(missing_ok=True)
        return False
    return True


def _sorted_out(entries: list[_Entry], left_out: Iterable[Path], missing: list[str]) -> Found:
    seen = {_identity(path) for path in left_out}
    once: list[_Entry] = []
    for entry in entries:
        if entry.identity not in seen:
            seen.add(entry.identity)
            once.append(entry)
    sources = [Source(name, e.path, e.address, e.fetched) for e, name in zip(once, _names(once), strict=True)]
    locks = [PurePosixPath(source.file).name.startswith(LOCK_PREFIX) for source in sources]
    return Found(
        sources=[source for source, lock in zip(sources, locks, strict=True) if not lock],
        skipped=[source for source, lock in zip(sources, locks, strict=True) if lock],
        missing=missing,
    )


def _names(entries: list[_Entry]) -> list[str]:
    """Short names; where two folders hold the same one, as much of the address as tells them apart.

    None begins at a drive or a root, nor goes up: a copy of that name lies within the folder of the copies.
    """
    names = [readable(str(entry.within)) for entry in entries]
    for depth in range(1, 64):
        double = {name for name, count in Counter(names).items() if count > 1}
        if not double:
            break
        for number, name in enumerate(names):
            if name in double:
                parts = _steps(entries[number].address)
                names[number] = readable("/".join(parts[-len(entries[number].within.parts) - depth :]))
    return names


def _steps(address: str) -> list[str]:
    """The names on the way to a file, that of its drive or protocol first."""
    straight = address if _ADDRESS.match(address) else os.path.normpath(address)
    names = (name.rstrip(":") for name in straight.replace(os.sep, "/").split("/"))
    return [name for name in names if name not in ("", ".", "..")]


def marked_copies(sources: Sequence[Source]) -> list[Source]:
    """The marked copies that say nothing new: the book itself is there too, with the same cells.

    They were written into a folder within the one that is read. A copy in which a department has since
    mended something is a sheet like any other.
    """
    from workbook import marks

    books = {source.file: source for source in sources}
    found = []
    for source in sources:
        parts = source.file.split("/")
        originals = [books[name] for n in range(1, len(parts)) if (name := "/".join(parts[n:])) in books]
        if originals and source.fetched and marks.is_marked_copy(source.path):
            found += [source] if any(_says_the_same(one, source) for one in originals) else []
    return found


def _says_the_same(book: Source, copy: Source) -> bool:
    from workbook import annotate
    from workbook.errors import Unchangeable

    try:
        return annotate.same_cells(book.path.read_bytes(), copy.path.read_bytes())
    except (Unchangeable, OSError):
        return False


_STEERING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def readable(name: str) -> str:
    """A file's name as text that can be printed and stored.

    Names in Shift_JIS, as old zip files leave them on Linux, and names in decomposed letters, as macOS leaves
    them, come out as people typed them. What would steer a terminal, or turn a line's direction, is replaced.
    """
    if name.isascii() and name.isprintable():
        return name
    if any("\udc80" <= letter <= "\udcff" for letter in name):
        name = os.fsencode(name).decode("cp932", "replace")
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", unicodedata.normalize("NFC", name))


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _order(name: PurePosixPath) -> list[str]:
    """The same order on every system: by the letters of each part, in code points."""
    return [readable(part) for part in name.parts]


def _identity(path: Path) -> str:
    return os.path.normcase(os.path.realpath(path))
