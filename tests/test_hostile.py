"""No file may take the program down, hang it, fill the memory, or come out as an empty success."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import hostile
from tests.support.layouts import Style, write_book
from tests.support.records import sample
from workbook import quiet
from workbook.package import known
from workbook.read import Reading, read_file

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path(os.environ.get("EVALXL_HOSTILE", ROOT.parent / "shared" / "hostile"))
SECONDS, MEGABYTES = 10, 500
READ = """
import json, resource, sys, time
from workbook.read import read_file

def peak():
    # Of this program alone: ru_maxrss would begin with the peak of the test run that started it.
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20

resource.setrlimit(resource.RLIMIT_AS, (3 * 2**30, 3 * 2**30))
for name in sys.argv[1:]:
    print(json.dumps(name), end=" ", flush=True)
    start = time.perf_counter()
    reading = read_file(name)
    took = time.perf_counter() - start
    print(json.dumps([len(reading.records), [r.code for r in reading.refused], took, peak()]), flush=True)
"""


def outcomes(paths: list[Path]) -> dict[str, list[Any]]:
    """Read files in a process of their own: number of records, codes, seconds, peak memory so far in MB."""
    pytest.importorskip("resource")
    done = subprocess.run(
        [sys.executable, "-c", READ, *map(str, paths)],
        cwd=ROOT, capture_output=True, text=True, timeout=SECONDS * len(paths), check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"died of {done.stdout.splitlines()[-1]}: {done.stderr[-500:]}"
    assert done.stderr == "", "the terminal stays clean"
    lines = (line.split(" [", 1) for line in done.stdout.splitlines())
    return {Path(json.loads(name)).name: json.loads(f"[{said}") for name, said in lines}


def in_tens(paths: list[Path]) -> Iterator[tuple[str, list[Any]]]:
    for start in range(0, len(paths), 10):
        yield from outcomes(paths[start : start + 10]).items()


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("hostile") / "good.xlsx"
    write_book(path, [sample()], Style())
    return path.read_bytes()


@pytest.mark.slow
def test_files_made_to_harm(book: bytes, tmp_path: Path) -> None:
    paths = []
    for name, data in hostile.files(book):
        (tmp_path / name).write_bytes(data)
        paths.append(tmp_path / name)
    assert len(paths) > 70
    wrong = {}
    for name, (records, codes, seconds, megabytes) in in_tens(paths):
        one_finding = records == 0 and len(codes) == 1 and codes[0] in ("F001", "F002", "F003", "F004")
        if Path(name).stem in hostile.READABLE:
            one_finding = one_finding or (records == 1 and not codes)
        if not one_finding or seconds > SECONDS or megabytes > MEGABYTES:
            wrong[name] = (records, codes, seconds, megabytes)
    assert not wrong


@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no folder of hostile files: EVALXL_HOSTILE or {FOLDER}")
def test_hostile_files_of_other_projects() -> None:
    paths = [p for p in sorted(FOLDER.iterdir()) if p.suffix in (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")]
    assert len(paths) > 20
    for name, (records, codes, seconds, megabytes) in in_tens(paths):
        assert (records, len(codes)) == (0, 1), name
        assert codes[0] in ("F001", "F002", "F003"), name
        assert seconds < SECONDS, name
        assert megabytes < MEGABYTES, name


@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no folder of hostile files: EVALXL_HOSTILE or {FOLDER}")
def test_readable_books_of_others_are_no_form() -> None:
    names = (
        "SimpleStrict.xlsx", "strict_iso_paths.xlsx", "errors.xlsx", "stress002.xlsx", "date_1904.xlsx",
        "UsingPhonetics.xlsx", "phonetic_text.xls", "activex_checkbox.xlsx", "checkbox01.xlsx",
        "workbookProtection-sheet_password-2013.xlsx", "comment03.xlsx", "issue_174.xlsx",
    )  # fmt: skip
    found = {
        name: [r.code for r in read_file(FOLDER / name).refused] for name in names if (FOLDER / name).exists()
    }
    assert found
    assert set(map(tuple, found.values())) == {("F003",)}, found


@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no folder of hostile files: EVALXL_HOSTILE or {FOLDER}")
def test_encrypted_files_are_told_as_such() -> None:
    for name in ("pass_protected.xlsx", "password.xls"):
        if (FOLDER / name).exists():
            assert [r.code for r in read_file(FOLDER / name).refused] == ["F002"]


def sound(reading: Reading) -> bool:
    """Something came out of it: a record, or a reason why there is none."""
    codes = {r.code for r in reading.refused}
    return bool(reading.records or reading.refused) and codes <= {"F001", "F002", "F003", "F004", "F005"}


RELAXED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=100, deadline=None, suppress_health_check=RELAXED)
@given(data=st.data())
def test_flipped_bits(data: st.DataObject, book: bytes, tmp_path: Path) -> None:
    changed = bytearray(book)
    for place in data.draw(st.lists(st.integers(0, len(book) - 1), min_size=1, max_size=8)):
        changed[place] ^= 1 << data.draw(st.integers(0, 7))
    (tmp_path / "a.xlsx").write_bytes(changed)
    assert sound(read_file(tmp_path / "a.xlsx"))


@settings(max_examples=100, deadline=None, suppress_health_check=RELAXED)
@given(data=st.data())
def test_changed_bytes_inside_parts(data: st.DataObject, book: bytes, tmp_path: Path) -> None:
    """The package is whole; a part of it is not."""
    parts = hostile.unpack(book)
    name = data.draw(st.sampled_from(sorted(parts)))
    part = bytearray(parts[name])
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(part)))
        gone = data.draw(st.integers(0, 40))
        part[start : start + gone] = data.draw(
            st.binary(max_size=20) | st.sampled_from([b"<", b'"', b"/>", b"9" * 30, b"&x;"])
        )
    (tmp_path / "a.xlsx").write_bytes(hostile.pack(parts | {name: bytes(part)}))
    assert sound(read_file(tmp_path / "a.xlsx"))


def test_a_panic_leaves_the_terminal_clean_and_other_errors_do_not(capfd: pytest.CaptureFixture[str]) -> None:
    class PanicException(BaseException):
        """Named as the library names its own."""

    def panic() -> None:
        with quiet.panics():
            os.write(2, b"thread '<unnamed>' panicked at src\n")
            raise PanicException

    with pytest.raises(PanicException):
        panic()
    assert capfd.readouterr().err == ""
    with quiet.panics(), quiet.panics():
        os.write(2, "本物の誤り\n".encode())
    assert capfd.readouterr().err == "本物の誤り\n"


def test_what_comes_of_a_large_part_is_not_kept() -> None:
    """Kept by their bytes, a few huge parts would fill the memory of a run."""
    read: list[int] = []

    @known
    def length(data: bytes) -> int:
        read.append(len(data))
        return len(data)

    for size in (10, 2**20):
        assert length(bytes(size)) == length(bytes(size)) == size
    assert read == [10, 2**20, 2**20]
