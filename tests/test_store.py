"""What was read before: never a result that reading would not give, whatever happens to the store."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import multiprocessing
import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Generator, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from evalxl import cli, demo, packing, program, runner, store, tables
from evalxl.paths import Source, find
from evalxl.results import FileResult, SheetResult
from evalxl.rules.registry import Lang
from evalxl.settings import Settings, Thresholds
from evalxl.tables import FileRows
from tests.support import many
from udfs.buttons import journal
from workbook import filled, form
from workbook.record import from_json

FORM = form.get("unnan_2017")
LONG_AGO = time.time() - 1000


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's books: many layouts, several projects in one, broken ones, lock files."""
    folder = tmp_path_factory.mktemp("city")
    demo.write_demo(folder)
    _age(folder)
    return folder


@pytest.fixture
def books(city: Path, tmp_path: Path) -> Path:
    """A few of them, to be changed."""
    folder = tmp_path / "提出"
    folder.mkdir()
    for path in sorted(city.rglob("*.xlsx"))[:6]:
        shutil.copy(path, folder / f"{len(list(folder.iterdir()))}_{path.name}")
    _age(folder)
    return folder


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of the test's own, whose files' times are trusted at once."""
    monkeypatch.setenv(store.PLACE, str(tmp_path / "store"))
    monkeypatch.setattr(store, "SETTLED", 0.0)
    monkeypatch.setattr(program, "fingerprint", same_program)
    return tmp_path / "store" / store.NAME


def same_program() -> str:
    """The fingerprint of a program that nobody changes while its tests run."""
    return "one program"


def _age(folder: Path) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (LONG_AGO, LONG_AGO))


def sources(*paths: Path) -> list[Source]:
    with find(list(paths)) as found:
        return found.sources


@dataclasses.dataclass
class Reader:
    """Reads as the runner does, and remembers what."""

    settings: Settings = dataclasses.field(default_factory=Settings)
    files: list[str] = dataclasses.field(default_factory=list)

    def __call__(self, some: Sequence[Source]) -> Generator[FileRows]:
        self.files += [source.file for source in some]
        yield from runner.run_then(some, self.settings, tables.extract, jobs=1)


def run(
    *paths: Path, settings: Settings | None = None, lang: Lang = "ja", fresh: bool = False
) -> tuple[list[FileRows], list[str], store.Told]:
    """A run with the store: its rows, the files that had to be read, what is to be told."""
    reader = Reader(settings or Settings())
    with store.opened(reader.settings, None, lang, fresh=fresh) as kept:
        assert kept
        rows = list(kept.results(sources(*paths), reader))
    return timeless(rows), reader.files, kept.told


def plain(*paths: Path, settings: Settings | None = None) -> list[FileRows]:
    """A run without the store."""
    return timeless(list(Reader(settings or Settings())(sources(*paths))))


def timeless(rows: list[FileRows]) -> list[FileRows]:
    return [dataclasses.replace(row, seconds=0.0) for row in rows]


# ---- the same results --------------------------------------------------------------------------------------


def test_results_are_the_same_with_and_without(city: Path) -> None:
    expected = plain(city)
    first, read, _ = run(city)
    again, read_again, told = run(city)
    assert expected == first == again
    assert len(read) == len(expected)
    unreadable = [row.file for row in expected if not row.sha256]
    assert 0 < len(unreadable) < 8
    assert read_again == unreadable  # nothing is kept of what could not even be opened
    assert told == store.Told(reused=len(expected) - len(unreadable))


def test_figures_keep_their_kind(books: Path) -> None:
    """1 == 1.0 == Decimal(1) == True: what comes back must be of the same type too."""
    first, again = run(books)[0], run(books)[0]
    assert repr(first) == repr(again)


def test_decimals_stay_decimals_wherever_they_stand(tmp_path: Path) -> None:
    """The whole plan of the second form stands among the head's values, which may be of any kind."""
    second = form.get("mebuki_2019")
    sample = Path(form.__file__).parent / "forms" / "mebuki_2019_sample.json"
    record = from_json(second, json.loads(sample.read_text(encoding="utf-8")))
    record.values["whole_plan.general"] = Decimal("12.50")
    rows = tables.extract(FileResult("a", "/a", "0", sheets=[SheetResult(record, [])]))
    found = packing.unpacked(packing.packed(rows), "0", Source("a", Path("/a"), "/a"))
    (sheet,), (again,) = rows.sheets, found.sheets
    assert isinstance(sheet.head["whole_plan_general"], Decimal)
    kinds = {name: (type(value), value) for name, value in sheet.head.items()}
    assert kinds == {name: (type(value), value) for name, value in again.head.items()}


def test_the_command_line_says_the_same(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for more in ([], [], ["--fresh"]):
        code = cli.main(["consolidate", str(books), "-o", str(books / "集約.xlsx"), "--json", *more])
        out, err = capsys.readouterr()
        said.append((code, {k: v for k, v in json.loads(out).items() if k != "seconds"}, "6ファイル" in err))
    assert [reused for _, _, reused in said] == [False, True, False]
    assert said[0][:2] == said[1][:2] == said[2][:2]


# ---- what is read again ------------------------------------------------------------------------------------


def test_only_changed_and_new_files_are_read(books: Path) -> None:
    run(books)
    changed, new = sorted(books.iterdir())[1], books / "9.xlsx"
    filled.write(FORM, [many.record(1)], changed)
    filled.write(FORM, [many.record(2)], new)
    rows, read, _ = run(books)
    assert read == [changed.name, new.name]
    assert rows == plain(books)


def test_a_change_that_keeps_size_and_date_is_seen(books: Path) -> None:
    one, two = sorted(books.iterdir())[:2]
    size = max(one.stat().st_size, two.stat().st_size)
    for path in (one, two):  # Excel and our reader pass over what stands behind a package's end
        path.write_bytes(path.read_bytes().ljust(size, b"\0"))
    _age(books)
    run(books)
    content = two.read_bytes()
    one.write_bytes(content)
    os.utime(one, (LONG_AGO, LONG_AGO))
    rows, read, _ = run(books)
    assert rows == plain(books)
    assert read == []  # the content is known, of the other file


def test_the_times_of_a_file_just_written_are_not_trusted(
    books: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "SETTLED", 3600.0)
    run(books)
    with contextlib.closing(sqlite3.connect(place)) as database:
        assert database.execute("SELECT count(*) FROM seen").fetchone() == (0,)
    assert run(books)[1] == []  # by their hashes


def test_moved_copied_and_touched_files_are_known(books: Path) -> None:
    run(books)
    first, second, third = sorted(books.iterdir())[:3]
    first.rename(books / "別名.xlsx")
    shutil.copy(second, books / "写し.xlsx")
    os.utime(third)
    rows, read, _ = run(books)
    assert read == []
    assert rows == plain(books)
    assert {"別名.xlsx", "写し.xlsx"} <= {row.file for row in rows}


def test_a_sheet_known_by_its_place_is_known_by_the_new_one(tmp_path: Path) -> None:
    folder = tmp_path / "名なし"
    folder.mkdir()
    filled.write(FORM, [many.record(project_name=None)], folder / "a.xlsx")
    before = run(folder)[0][0].sheets[0].project
    (folder / "a.xlsx").rename(folder / "b.xlsx")
    rows, read, _ = run(folder)
    assert not read
    assert rows == plain(folder)
    assert before.startswith("a.xlsx#")
    assert rows[0].sheets[0].project.startswith("b.xlsx#")


@pytest.mark.parametrize(
    "settings",
    [
        Settings(off=frozenset({"T603"})),
        Settings(grades={"C301": "info"}),
        Settings(rates={2017: 4000}),
        Settings(thresholds=Thresholds(yoy_percent=1)),
    ],
    ids=["off", "grade", "rate", "threshold"],
)
def test_other_settings_give_their_own_findings(books: Path, settings: Settings) -> None:
    run(books)
    rows, read, _ = run(books, settings=settings)
    assert len(read) == 6
    assert rows == plain(books, settings=settings)
    assert run(books)[1:] == ([], store.Told(reused=6))  # and the former ones are still there


def test_another_language_another_form_another_program(books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {store.key_of(Settings(), None, "ja"), store.key_of(Settings(), None, "en")}
    keys.add(store.key_of(Settings(), FORM, "ja"))
    monkeypatch.setattr(program, "fingerprint", lambda: "another")
    keys.add(store.key_of(Settings(), None, "ja"))
    assert len(keys) == 4


def test_the_key_is_the_same_in_every_process(books: Path) -> None:
    settings = Settings(off=frozenset({"T601", "T603", "I210", "C311"}), rates={2017: 4000, 2016: 3900})
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(key_elsewhere, (settings,)) == store.key_of(settings, None, "ja")


def key_elsewhere(settings: Settings) -> bytes:
    """The key as another process makes it."""
    program.fingerprint = same_program  # type: ignore[assignment]
    return store.key_of(settings, None, "ja")


def test_fresh_reads_all_and_mends_what_is_kept(books: Path, place: Path) -> None:
    expected = run(books)[0]
    wrong = packing.packed(dataclasses.replace(expected[0], sheets=[], rows=[]))
    with contextlib.closing(sqlite3.connect(place)) as database, database:
        database.execute("UPDATE results SET rows = ?", [wrong])
    assert run(books)[0] != expected  # the store is believed
    rows, read, _ = run(books, fresh=True)
    assert (rows, len(read)) == (expected, 6)
    assert run(books)[:2] == (expected, [])


# ---- a store that is no use --------------------------------------------------------------------------------


def test_a_damaged_store_is_made_anew_and_that_is_told(books: Path, place: Path) -> None:
    run(books)
    place.write_bytes(b"no database at all" * 1000)
    rows, read, told = run(books)
    assert rows == plain(books)
    assert (len(read), told.rebuilt) == (6, True)
    assert run(books)[1:] == ([], store.Told(reused=6))


def test_the_command_line_tells_of_a_damaged_store(
    books: Path, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place.parent.mkdir()
    place.write_bytes(b"no database at all" * 1000)
    cli.main(["consolidate", str(books), "-o", str(books / "集約.xlsx")])
    assert "作り直しました" in capsys.readouterr().err


def test_a_database_of_another_program_is_put_aside_not_lost(books: Path, place: Path) -> None:
    place.parent.mkdir()
    with contextlib.closing(sqlite3.connect(place)) as database, database:
        database.execute("CREATE TABLE theirs (text)")
        database.execute("INSERT INTO theirs VALUES ('見本')")
    _, read, told = run(books)
    assert (len(read), told.rebuilt) == (6, True)
    with contextlib.closing(sqlite3.connect(place.with_name(place.name + ".damaged"))) as database:
        assert database.execute("SELECT text FROM theirs").fetchone() == ("見本",)


@pytest.mark.parametrize("part", [0.0, 0.3, 0.6, 0.9])
def test_a_store_with_a_hole_gives_no_wrong_result(books: Path, place: Path, part: float) -> None:
    expected = run(books)[0]
    data = bytearray(place.read_bytes())
    start = 4096 + int((len(data) - 8192) * part)
    data[start : start + 2048] = bytes(2048)
    place.write_bytes(data)
    assert run(books)[0] == expected
    assert run(books)[0] == expected


def test_a_changed_bit_in_a_row_is_noticed(books: Path, place: Path) -> None:
    expected = run(books)[0]
    with contextlib.closing(sqlite3.connect(place)) as database, database:
        for number, rows in database.execute("SELECT rowid, rows FROM results").fetchall():
            broken = bytearray(rows)
            broken[len(broken) // 2] ^= 4
            database.execute("UPDATE results SET rows = ? WHERE rowid = ?", [bytes(broken), number])
    rows, read, _ = run(books)
    assert (rows, len(read)) == (expected, 6)
    assert run(books)[:2] == (expected, [])


def test_a_store_that_another_run_holds_is_not_waited_for_long(
    books: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "PATIENCE", 0.2)
    expected = run(books)[0]
    shutil.rmtree(place.parent)
    run(books)
    with contextlib.closing(sqlite3.connect(place)) as other:
        other.execute("BEGIN IMMEDIATE")
        filled.write(FORM, [many.record(1)], books / "新しい.xlsx")
        started = time.monotonic()
        rows, read, _ = run(books)
        assert time.monotonic() - started < 5
        other.rollback()
    assert [row for row in rows if row.file != "新しい.xlsx"] == expected
    assert read == ["新しい.xlsx"]


def test_without_a_place_for_it_all_is_read(books: Path, place: Path) -> None:
    place.parent.write_bytes(b"a file where the folder should be")
    rows, read, _ = run(books)
    assert (rows, len(read)) == (plain(books), 6)


def test_no_store_is_wanted(books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(store.PLACE, "off")
    with store.opened(Settings(), None, "ja") as kept:
        assert kept is None


@pytest.mark.parametrize("system", ["win32", "darwin", "linux"])
def test_it_lies_in_the_users_own_cache_folder(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(store.PLACE)
    for name in ("LOCALAPPDATA", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", system)
    found = store.folder()
    assert found
    assert found.is_relative_to(Path.home())
    assert "evalxl" in found.parts


def no_home() -> Path:
    raise RuntimeError("Could not determine home directory.")  # as Python says it


def test_a_user_without_a_folder_has_no_store(
    books: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(store.PLACE)
    for name in ("LOCALAPPDATA", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", no_home)
    assert store.folder() is None
    cli.main(["consolidate", str(books), "-o", str(tmp_path / "集約.xlsx")])
    assert (tmp_path / "集約.xlsx").exists()
    assert journal.path().name == "evalxl.log"
    if sys.platform != "darwin":
        variable = "LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME"
        monkeypatch.setenv(variable, str(tmp_path / "own"))
        found = store.folder()
        assert found
        assert found.is_relative_to(tmp_path / "own")


# ---- several runs ------------------------------------------------------------------------------------------


def at_once(folder: Path, times: int, place: Path) -> list[list[FileRows]]:
    """What a process does that runs beside others. It has the environment of the server that forked it."""
    os.environ[store.PLACE] = str(place.parent)
    program.fingerprint = same_program  # type: ignore[assignment]
    return [run(folder, fresh=bool(number % 2))[0] for number in range(times)]


def test_runs_at_once_do_not_harm_each_other(books: Path, place: Path) -> None:
    expected = plain(books)
    with multiprocessing.get_context("forkserver").Pool(3) as pool:
        for rows in pool.starmap(at_once, [(books, 4, place)] * 3):
            assert rows == [expected] * 4
    with contextlib.closing(sqlite3.connect(place)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert run(books)[:2] == (expected, [])


def test_a_run_given_up_in_the_middle_leaves_a_good_store(books: Path) -> None:
    expected = plain(books)
    with contextlib.suppress(KeyboardInterrupt), store.opened(Settings(), None, "ja") as kept:
        assert kept
        with contextlib.closing(kept.results(sources(books), Reader())) as results:
            for number, _ in enumerate(results):
                if number == 3:
                    raise KeyboardInterrupt
    rows, read, _ = run(books)
    assert rows == expected
    assert len(read) == 2  # the four that were read before the end are kept


# ---- size --------------------------------------------------------------------------------------------------


def filling(count: int, first: int) -> Iterator[tuple[Source, FileRows]]:
    """Results of files that need not exist."""
    body = tables.extract(many.result(many.record(), "見本.xlsx"))
    for number in range(first, first + count):
        name = f"{number}.xlsx"
        rows = dataclasses.replace(body, file=name, path=name, sha256=f"{number:064x}")
        yield Source(name, Path("none") / name, name), rows


def test_the_size_is_bounded_and_the_longest_unused_go_first(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LARGEST", 2**20)
    monkeypatch.setattr(store, "_BATCH", 10)
    for day in range(8):
        monkeypatch.setattr(store, "_today", lambda day=day: day)
        pairs = list(filling(100, day * 100))
        with store.opened(Settings(), None, "ja") as kept:
            assert kept
            list(kept.results([source for source, _ in pairs], lambda _: (rows for _, rows in pairs)))  # noqa: B023
        assert place.stat().st_size <= 2**20
    with contextlib.closing(sqlite3.connect(place)) as database:
        days = [day for (day,) in database.execute("SELECT DISTINCT used FROM results ORDER BY used")]
        assert database.execute("SELECT count(*) FROM results").fetchone()[0] > 100
    assert days[-1] == 7
    assert 0 not in days
