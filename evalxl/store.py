"""What was read before: the rows of unchanged files, so that they are not read again.

Kept by the hash of a file's bytes and of all else that decides its rows: program, forms, settings, masters,
last year's sheets, the language of the findings. So a result with the store is the result without it.

* Whether a file is unchanged is told by its size and times, and by its hash where these leave a doubt: a file
  that was moved, copied or touched is known by its content.
* The store is one SQLite file in the user's own cache folder, not beside the output: it holds what the
  sheets hold, names of officials among it, and SQLite's locks do not work on network drives.
* It is only ever a help: one that is locked by another run, damaged, of another program or cannot be written
  costs time, never the run and never a result. Nothing in it is code.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import logging
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from evalxl import packing, program
from evalxl.paths import Source
from evalxl.rules.registry import Lang
from evalxl.settings import Settings
from evalxl.tables import FileRows
from workbook.form import Form
from workbook.notation import this_year

PLACE = "EVALXL_CACHE"
"""The variable that names another folder for the store; ``off`` means none."""
NAME = "read.sqlite"
LARGEST = 256 * 2**20
"""Bytes that the store may take: some 60,000 sheets. The longest unused go first."""
PATIENCE = 3.0
"""Seconds to wait for another run that is writing."""
SETTLED = 3.0
"""Seconds after which a file's times are trusted: on some disks they are pairs of whole seconds."""
_APPLICATION, _VERSION = 0x6576786C, 1
_BATCH = 100
"""Files whose results are written in one transaction."""
_NEARLY = 0.7
"""How full the store may be before a batch is written."""
_PAGE = 4096

_TABLES = """
CREATE TABLE results (
  sha256 BLOB, key BLOB, size INTEGER, used INTEGER, rows BLOB, PRIMARY KEY (sha256, key)
);
CREATE INDEX sizes ON results (key, size);
CREATE INDEX ages ON results (used);
CREATE TABLE seen (address TEXT PRIMARY KEY, state BLOB, sha256 BLOB) WITHOUT ROWID;
"""

_log = logging.getLogger("evalxl")


def folder() -> Path | None:
    """Where the store lies: the user's cache folder of this system.

    None where none is wanted, or the user has no folder, as in some services and containers.
    """
    named = os.environ.get(PLACE)
    if named:
        return None if named == "off" else Path(named)
    try:
        return _own_folder()
    except RuntimeError as error:
        _log.info("no store: %s", error)
        return None


def _own_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "evalxl" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "evalxl"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "evalxl"


def key_of(settings: Settings, form: Form | None, lang: Lang) -> bytes:
    """The hash of all that decides the rows of a file besides its bytes.

    The fiscal year of today is part of it: it decides between two readings of a year such as 元年.
    """
    around = (program.fingerprint(), this_year(), lang, form)
    encode = msgspec.msgpack.Encoder(order="deterministic").encode
    return hashlib.sha256(encode((*around, *settings.decisive()))).digest()


@dataclasses.dataclass(slots=True)
class Told:
    """What is worth telling of a run: files that were not read again, and whether the store was mended."""

    reused: int = 0
    rebuilt: bool = False


class Store:
    """The store of one run. Make it with `opened`."""

    def __init__(self, path: Path, key: bytes, form: Form | None, *, fresh: bool = False) -> None:
        self.told = Told()
        self._path, self._key, self._form, self._fresh = path, key, form, fresh
        self._useful = True
        self._database = self._connected()
        self._new: list[tuple[str, bytes, FileRows]] = []
        self._used: set[bytes] = set()

    # ---- use ---------------------------------------------------------------------------------------------

    def results(
        self, sources: Sequence[Source], read: Callable[[Sequence[Source]], Generator[FileRows]]
    ) -> Generator[FileRows]:
        """The rows of all files in their order: those that are kept, and from ``read`` all the others."""
        found = self._look_up(sources)
        unread = [source for source, (_, sha256) in zip(sources, found, strict=True) if sha256 is None]
        with contextlib.closing(read(unread)) as others:
            for source, (state, sha256) in zip(sources, found, strict=True):
                kept = self._load(sha256, source) if sha256 else None
                if kept:
                    self.told.reused += 1
                    yield kept
                    continue
                rows = next(others) if sha256 is None else next(read([source]))
                self._keep(source, state, rows)
                yield rows

    def close(self) -> None:
        """Write what is new, and make room."""
        self._write()
        with self._surely() as database:
            today = _today()
            database.executemany(
                "UPDATE results SET used = ? WHERE sha256 = ? AND key = ? AND used < ?",
                [(today, sha256, self._key, today) for sha256 in self._used],
            )
            database.commit()
        self._database.close()

    # ---- what is known -----------------------------------------------------------------------------------

    def _look_up(self, sources: Sequence[Source]) -> list[tuple[bytes, bytes | None]]:
        """For each file its state (size and times), and its hash where its rows are kept."""
        unknown: list[tuple[bytes, bytes | None]] = [(_state(source), None) for source in sources]
        if self._fresh:
            return unknown
        with self._surely() as database:
            sizes = {
                size for (size,) in database.execute("SELECT size FROM results WHERE key = ?", [self._key])
            }
            if sizes:  # else there is nothing to know anything by
                pairs = zip(sources, unknown, strict=True)
                return [(state, self._known(database, source, state, sizes)) for source, (state, _) in pairs]
        return unknown

    def _known(
        self, database: sqlite3.Connection, source: Source, state: bytes, sizes: set[int]
    ) -> bytes | None:
        """The hash of a file whose rows are kept; None for one that has to be read."""
        wanted = "SELECT state, sha256 FROM seen WHERE address = ?"
        seen = database.execute(wanted, [source.address]).fetchone()
        if state and seen and seen[0] == state:
            sha256 = seen[1]
        else:
            sha256 = _hash(source.path) if _size(state) in sizes else None
            if sha256 and _is_settled(state):
                self._note(database, source, state, sha256)
        there = "SELECT 1 FROM results WHERE sha256 = ? AND key = ?"
        return sha256 if sha256 and database.execute(there, [sha256, self._key]).fetchone() else None

    def _load(self, sha256: bytes, source: Source) -> FileRows | None:
        """The rows of a file as they stand in the store; None when they are gone or damaged."""
        with self._surely() as database:
            wanted = "SELECT rows FROM results WHERE sha256 = ? AND key = ?"
            row = database.execute(wanted, [sha256, self._key]).fetchone()
            if row:
                self._used.add(sha256)
                with contextlib.suppress(packing.DamagedError):
                    return packing.unpacked(row[0], sha256.hex(), source, self._form)
        return None

    # ---- what is new -------------------------------------------------------------------------------------

    def _keep(self, source: Source, state: bytes, rows: FileRows) -> None:
        if rows.sha256 and self._useful:  # a file that could not even be opened has none
            self._new.append((source.address, state, rows))
            if len(self._new) >= _BATCH:
                self._write()

    def _write(self) -> None:
        """Write what has come together, in one short transaction."""
        with self._surely() as database:
            self._make_room(database)
            for address, state, rows in self._new:
                sha256 = bytes.fromhex(rows.sha256)
                database.execute(
                    "INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?)",
                    [sha256, self._key, _size(state), _today(), packing.packed(rows)],
                )
                if _is_settled(state):
                    self._note(database, Source(rows.file, Path(), address), state, sha256)
            database.commit()
        self._new.clear()

    def _note(self, database: sqlite3.Connection, source: Source, state: bytes, sha256: bytes) -> None:
        database.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", [source.address, state, sha256])

    def _make_room(self, database: sqlite3.Connection) -> None:
        """Drop a fourth of the results, the longest unused first, where the store is nearly full."""
        pages = _pragma(database, "page_count") - _pragma(database, "freelist_count")
        if pages * _PAGE > LARGEST * _NEARLY:
            least = "SELECT rowid FROM results ORDER BY used LIMIT (SELECT count(*) / 4 + 1 FROM results)"
            database.execute(f"DELETE FROM results WHERE rowid IN ({least})")
            database.execute("DELETE FROM seen WHERE sha256 NOT IN (SELECT sha256 FROM results)")
            database.commit()
            database.execute("PRAGMA incremental_vacuum").fetchall()

    # ---- the file ----------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _surely(self) -> Iterator[sqlite3.Connection]:
        """The database; whatever goes wrong with it ends its use, and the block, but not the run."""
        try:
            yield self._database
        except sqlite3.Error as error:
            self._database.close()
            self._database = self._instead(error)

    def _connected(self) -> sqlite3.Connection:
        try:
            return _connect(self._path)
        except (sqlite3.Error, OSError) as error:
            without = self._instead(error)
        if not self.told.rebuilt:
            return without
        with contextlib.suppress(sqlite3.Error, OSError):
            anew = _connect(self._path)
            self._useful = True
            return anew
        return without

    def _instead(self, error: Exception) -> sqlite3.Connection:
        """An empty database in memory for the rest of the run; a damaged one is put aside for the next."""
        _log.info("the store %s is of no use: %s", self._path, error)
        self._useful = False
        # Only locked, or no place for it: that is an OperationalError.
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            self.told.rebuilt |= _put_aside(self._path)
        return _connect(":memory:")


class _ForeignError(sqlite3.DatabaseError):
    """A database, but not one of this program and version."""


def _connect(path: Path | Literal[":memory:"]) -> sqlite3.Connection:
    """The database at ``path``, made where there is none. Raises what SQLite raises of one that is no use."""
    if isinstance(path, Path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = sqlite3.connect(path, timeout=PATIENCE)
    try:
        database.execute("PRAGMA journal_mode = WAL").fetchall()
        database.execute("PRAGMA synchronous = NORMAL")
        if _is_empty(database):
            _create(database)
        marks = [_pragma(database, name) for name in ("application_id", "user_version")]
        if marks != [_APPLICATION, _VERSION]:
            raise _ForeignError(str(marks))
        database.execute(f"PRAGMA max_page_count = {LARGEST // _PAGE}").fetchall()
        database.execute("SELECT 1 FROM results, seen LIMIT 1").fetchall()
    except BaseException:
        database.close()
        raise
    return database


def _pragma(database: sqlite3.Connection, name: str) -> int:
    return int(database.execute(f"PRAGMA {name}").fetchone()[0])


def _is_empty(database: sqlite3.Connection) -> bool:
    return int(database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]) == 0


def _create(database: sqlite3.Connection) -> None:
    """Make the tables, unless another run has made them meanwhile."""
    database.execute(f"PRAGMA page_size = {_PAGE}")
    database.execute("PRAGMA auto_vacuum = INCREMENTAL")
    database.execute("BEGIN IMMEDIATE")
    if _is_empty(database):
        for statement in _TABLES.split(";"):
            database.execute(statement)
        database.execute(f"PRAGMA application_id = {_APPLICATION}")
        database.execute(f"PRAGMA user_version = {_VERSION}")
    database.commit()


def _put_aside(path: Path) -> bool:
    """Rename a file that is no store of ours, so that nothing of others is lost; False where that fails."""
    try:
        for ending in ("-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        path.replace(path.with_name(path.name + ".damaged"))
    except OSError as error:
        _log.info("no store at %s: %s", path, error)
        return False
    return True


@contextlib.contextmanager
def opened(
    settings: Settings, form: Form | None, lang: Lang, *, fresh: bool = False
) -> Iterator[Store | None]:
    """The store for a run with these settings; None where none is wanted.

    With ``fresh`` nothing of it is used, and all that is read replaces what it holds.
    """
    place = folder()
    if place is None:
        yield None
        return
    store = Store(place / NAME, key_of(settings, form, lang), form, fresh=fresh)
    try:
        yield store
    finally:
        store.close()


# ---- files -------------------------------------------------------------------------------------------------


def _state(source: Source) -> bytes:
    """Size and times of a file, and its number on the disk; empty when it cannot be told."""
    if not source.fetched:
        return b""
    try:
        stat = source.path.stat()
    except OSError:
        return b""
    return msgspec.msgpack.encode((stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino))


def _size(state: bytes) -> int:
    size: int = msgspec.msgpack.decode(state)[0] if state else -1
    return size


def _is_settled(state: bytes) -> bool:
    """Whether a later change would surely show in the file's times."""
    if not state:
        return False
    _, modified, changed, _ = msgspec.msgpack.decode(state)
    newest: int = max(modified, changed)
    return newest < time.time_ns() - int(SETTLED * 1e9)


def _hash(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return None  # the reader will say why


def _today() -> int:
    return int(time.time()) // 86400
