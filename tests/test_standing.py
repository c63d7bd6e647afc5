"""A summary book that would come out the same is left as it is; anything else makes a new one."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from evalxl import cli
from tests.support import many
from workbook import filled


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with three sheets and a summary book that the next run would leave as it is."""
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    for number in (1, 2, 3):
        filled.write(many.FORM, [many.record(number)], Path(f"in/{number}.xlsx"))
    for _ in range(2):  # the second run's ledger says that nothing has changed: so does the third's
        run()
    return tmp_path


def run(*more: str) -> None:
    assert cli.main(["consolidate", "in", "-o", "out.xlsx", "--fail-on", "never", "--json", *more]) in (0, 1)


def is_left(*more: str) -> bool:
    """Whether a run leaves the book as it is, told by its time, which is set far back."""
    os.utime("out.xlsx", (10**9, 10**9))
    run(*more)
    return Path("out.xlsx").stat().st_mtime == 10**9


def test_nothing_new(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    run("--fresh")
    book = Path("out.xlsx").read_bytes()
    first = json.loads(capsys.readouterr().out)
    assert is_left()
    second = json.loads(capsys.readouterr().out)
    assert Path("out.xlsx").read_bytes() == book
    assert first | {"seconds": 0} == second | {"seconds": 0}


def another_figure() -> None:
    filled.write(many.FORM, [many.record(2).with_values({"costs.general.2017": 1})], Path("in/2.xlsx"))


CHANGES: dict[str, Callable[[], object]] = {
    "a figure": another_figure,
    "one more": lambda: filled.write(many.FORM, [many.record(4)], Path("in/4.xlsx")),
    "one less": lambda: Path("in/3.xlsx").unlink(),
    "another name": lambda: Path("in/3.xlsx").rename("in/9.xlsx"),
    "a broken file": lambda: Path("in/5.xlsx").write_bytes(b""),
    "a setting": lambda: Path("evalxl.toml").write_text('[rules]\noff = ["C301"]\n', encoding="utf-8"),
    "the book itself": lambda: Path("out.xlsx").write_bytes(Path("out.xlsx").read_bytes() + b"\0"),
    "the ledger": lambda: Path("out.受付簿.json").write_text("{}", encoding="utf-8"),
    "no ledger": lambda: Path("out.受付簿.json").unlink(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_anything_else(change: Callable[[], object], place: Path) -> None:
    assert is_left()
    change()
    assert not is_left()


def test_a_master(place: Path) -> None:
    Path("masters").mkdir()
    Path("masters/rates.csv").write_text("fiscal_year,yen_per_hour\n2017,4077\n", encoding="utf-8")
    assert not is_left("--master", "masters")


def test_a_lost_book(place: Path) -> None:
    Path("out.xlsx").unlink()
    run()
    assert Path("out.xlsx").exists()


def test_asked_for_anew(place: Path) -> None:
    assert not is_left("--fresh")


def test_tables_are_always_written(place: Path) -> None:
    assert not is_left("--data", "tables")
    assert Path("tables/costs.csv").exists()


def test_the_folder_somewhere_else(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(place, place / "moved", ignore=shutil.ignore_patterns("moved"))
    monkeypatch.chdir(place / "moved")
    assert not is_left()
