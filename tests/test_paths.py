"""What is named on the command line → the workbooks that are read, in a fixed order, each once."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path, PurePosixPath

import fsspec
import pytest

from evalxl import cli, paths


def touch(folder: Path, *names: str) -> None:
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")


def names(*named: Path | str, leave_out: tuple[Path, ...] = ()) -> list[str]:
    with paths.find(named, leave_out=leave_out) as found:
        return [source.file for source in found.sources]


def test_a_folder_is_walked_to_the_bottom_in_a_fixed_order(tmp_path: Path) -> None:
    touch(tmp_path, "b.xlsx", "総務部/情報/電算.xlsm", "a.xlsx", "総務部/税.XLSX", "z.xls", "y.ods", "x.xlsb")
    found = names(tmp_path)
    assert found == [
        "a.xlsx",
        "b.xlsx",
        "x.xlsb",
        "y.ods",
        "z.xls",
        "総務部/情報/電算.xlsm",
        "総務部/税.XLSX",
    ]


def test_what_is_hidden_or_no_workbook_is_left_out(tmp_path: Path) -> None:
    touch(tmp_path, ".git/a.xlsx", ".a.xlsx", "memo.docx", "list.csv", "a.xlsx.tmp", "b.xlsx")
    assert names(tmp_path) == ["b.xlsx"]


def test_a_file_that_is_named_is_given_whatever_its_ending(tmp_path: Path) -> None:
    touch(tmp_path, "memo.docx")
    assert names(tmp_path / "memo.docx") == ["memo.docx"]


def test_lock_files_are_passed_over_and_known(tmp_path: Path) -> None:
    touch(tmp_path, "a.xlsx", "~$a.xlsx")
    with paths.find([tmp_path, tmp_path / "~$a.xlsx"]) as found:
        assert [source.file for source in found.sources] == ["a.xlsx"]
        assert [source.file for source in found.skipped] == ["~$a.xlsx"]


def test_a_file_is_given_once_however_often_it_is_named(tmp_path: Path) -> None:
    touch(tmp_path, "総務部/a.xlsx", "b.xlsx")
    twice = [tmp_path, tmp_path / "b.xlsx", tmp_path / "総務部" / ".." / "b.xlsx", tmp_path / "総務部"]
    assert names(*twice) == ["b.xlsx", "総務部/a.xlsx"]


def test_the_output_is_no_input(tmp_path: Path) -> None:
    touch(tmp_path, "a.xlsx", "集約.xlsx")
    assert names(tmp_path, leave_out=(tmp_path / "集約.xlsx",)) == ["a.xlsx"]


def test_two_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    touch(tmp_path, "h29/総務/a.xlsx", "h30/総務/a.xlsx", "h30/b.xlsx")
    assert names(tmp_path / "h29", tmp_path / "h30") == ["h29/総務/a.xlsx", "b.xlsx", "h30/総務/a.xlsx"]


def test_a_name_never_leads_out_of_the_folder_of_the_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, "a.xlsx", "提出/a.xlsx")
    monkeypatch.chdir(tmp_path / "提出")
    found = names("../a.xlsx", "a.xlsx")
    assert found == [f"{tmp_path.name}/a.xlsx", "提出/a.xlsx"]


@pytest.mark.parametrize(
    ("addresses", "shown"),
    [
        (["C:/提出/a.xlsx", "D:/提出/a.xlsx"], ["C/提出/a.xlsx", "D/提出/a.xlsx"]),
        (["/提出/a.xlsx", "/x/提出/a.xlsx"], ["提出/a.xlsx", "x/提出/a.xlsx"]),
        (["s3://提出/a.xlsx", "gs://提出/a.xlsx"], ["s3/提出/a.xlsx", "gs/提出/a.xlsx"]),
    ],
)
def test_a_drive_a_root_and_a_protocol_are_folders_in_a_name(addresses: list[str], shown: list[str]) -> None:
    entries = [paths._Entry(Path(a), PurePosixPath("a.xlsx"), a, a) for a in addresses]
    assert paths._names(entries) == shown


@pytest.mark.skipif(sys.platform == "win32", reason="no such file names there")
def test_a_name_cannot_steer_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    touch(tmp_path, "in/a\x1b]0;owned\x07.xlsx", "in/b\u202excod.xlsx", "in/c\x1b[2J/d.xlsx")
    assert names(tmp_path / "in") == ["a�]0;owned�.xlsx", "b�xcod.xlsx", "c�[2J/d.xlsx"]
    for arguments in (["validate", "in"], ["macros", "in"], ["rollover", "x\x1b.xlsx", "-o", "out"]):
        with contextlib.chdir(tmp_path):
            cli.main(arguments)
        said = capsys.readouterr()
        assert "�" in said.out + said.err
        assert not set(said.out + said.err) & set("\x1b\x07")


def test_one_address_that_gives_nothing_is_told_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    memory = fsspec.filesystem("memory")
    for name in ("a.xlsx", "b.xlsx", "c.xlsx"):
        memory.pipe_file(f"/partly/{name}", b"x")

    def refusing(address: str, local: str, **_: object) -> None:
        if address.endswith("b.xlsx"):
            raise PermissionError(13, "no")
        Path(local).write_bytes(memory.cat_file(address))

    monkeypatch.setattr(type(memory), "get_file", lambda _, *names, **options: refusing(*names, **options))
    assert cli.main(["validate", "memory://partly", "--json"]) == 1
    assert [entry["file"] for entry in json.loads(capsys.readouterr().out)] == ["a.xlsx", "b.xlsx", "c.xlsx"]
    assert cli.main(["rollover", "memory://partly", "-o", str(tmp_path / "out"), "--json"]) == 1
    assert [entry["reason"] for entry in json.loads(capsys.readouterr().out)] == [
        "not_xlsx", "unreadable", "not_xlsx",
    ]  # fmt: skip


def test_paths_that_are_not_there_are_known(tmp_path: Path) -> None:
    touch(tmp_path, "a.xlsx")
    with paths.find([tmp_path / "no.xlsx", tmp_path]) as found:
        assert found.missing == [str(tmp_path / "no.xlsx")]
        assert len(found.sources) == 1


def test_a_linked_folder_is_followed_but_not_in_circles(tmp_path: Path) -> None:
    touch(tmp_path, "in/a.xlsx", "elsewhere/b.xlsx")
    try:
        os.symlink(tmp_path / "elsewhere", tmp_path / "in" / "link", target_is_directory=True)
        os.symlink(tmp_path / "in", tmp_path / "in" / "circle", target_is_directory=True)
    except OSError as error:
        pytest.skip(f"no links here: {error}")
    assert names(tmp_path / "in") == ["a.xlsx", "link/b.xlsx"]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names there are always Unicode")
def test_a_name_in_shift_jis_can_be_read_by_people(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + "電算.xlsx".encode("cp932"))).write_bytes(b"x")
    assert names(tmp_path) == ["電算.xlsx"]


def test_addresses_are_read_through_copies_that_vanish() -> None:
    memory = fsspec.filesystem("memory")
    for name in ("/in/総務部/a.xlsx", "/in/b.xlsx", "/in/.hidden/c.xlsx", "/in/d.txt", "/in/~$b.xlsx"):
        memory.pipe_file(name, name.encode())
    with paths.find(["memory://in"]) as found:
        assert [source.file for source in found.sources] == ["b.xlsx", "総務部/a.xlsx"]
        assert [source.address for source in found.sources] == [
            "memory:///in/b.xlsx",
            "memory:///in/総務部/a.xlsx",
        ]
        assert [source.path.read_text() for source in found.sources] == ["/in/b.xlsx", "/in/総務部/a.xlsx"]
        assert [source.file for source in found.skipped] == ["~$b.xlsx"]
    assert not any(source.path.exists() for source in found.sources)
    with paths.find(["memory://nowhere", "memory://in/b.xlsx"]) as found:
        assert found.missing == ["memory://nowhere"]
        assert [source.file for source in found.sources] == ["b.xlsx"]
