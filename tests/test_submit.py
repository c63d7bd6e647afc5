"""Handing in: checked, functions of the add-in as values, under the fixed name, nothing written over."""

from __future__ import annotations

import copy
import errno
import io
import json
import os
import re
import warnings
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalxl.cli import main
from evalxl.naming import fixed_name, name_of
from tests.support import rich
from tests.support.layouts import Style, sample, write_book
from tests.support.office import Office
from workbook import atomic
from workbook.errors import Unchangeable
from workbook.freeze import freeze
from workbook.parts import Book
from workbook.read import read_file

NAME = "2017_総務部_情報システム課_電算セキュリティ対策事業.xlsx"
ADDIN = r"C:\Users\m\AppData\Roaming\Microsoft\AddIns\evalxl.xlam"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return {name: book.read(name) for name in book.namelist()}


def changed(data: bytes, **changes: Callable[[str], str]) -> bytes:
    """The file with parts changed as texts; "sheet1" stands for its part."""
    parts = members(data)
    for name, change in changes.items():
        part = next(p for p in parts if PurePosixPath(p).stem == name and not p.endswith(".rels"))
        before = parts[part].decode()
        parts[part] = change(before).encode()
        assert parts[part].decode() != before, name
    return packed(parts)


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return out.getvalue()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The sample sheet, written as a department has it."""
    path = tmp_path_factory.mktemp("plain") / "電算.xlsx"
    write_book(path, [sample()], Style())
    return path.read_bytes()


@pytest.fixture(scope="module")
def cell(plain: bytes, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the total of 2017 stands."""
    path = tmp_path_factory.mktemp("cell") / "電算.xlsx"
    path.write_bytes(plain)
    return read_file(path).records[0].cells["costs.project_total.2017"]


def with_formula(data: bytes, cell: str, formula: str, attributes: str = "") -> bytes:
    """The sheet with a formula before the stored value of a cell."""
    address = cell.rpartition("!")[2]
    pattern = re.compile(rf'(<c r="{address}"[^>]*>)(?:<f>[^<]*</f>)?(<v>)')
    return changed(data, sheet1=lambda text: pattern.sub(rf"\1<f{attributes}>{formula}</f>\2", text))


# ---- the command -------------------------------------------------------------------------------------------


@pytest.fixture
def book(tmp_path: Path, plain: bytes, cell: str) -> Path:
    (tmp_path / "電算.xlsx").write_bytes(with_formula(plain, cell, "EV_TOTAL(A1:A5)"))
    return tmp_path / "電算.xlsx"


def test_a_sheet_is_handed_in_under_its_fixed_name(
    book: Path, tmp_path: Path, cell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = book.read_bytes()
    assert run("submit", book, "--to", tmp_path / "提出", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    target = tmp_path / "提出" / NAME
    assert (said["file"], said["path"], said["fiscal_year"]) == ("電算.xlsx", str(target), 2017)
    assert (said["reason"], said["frozen"], said["unknown"]) == (None, [cell], [])
    assert [entry["form"] for entry in said["sheets"]] == ["unnan_2017"]
    assert book.read_bytes() == before
    assert b"EV_" not in members(target.read_bytes())["xl/worksheets/sheet1.xml"]
    assert read_file(target).records[0].values == read_file(book).records[0].values


def test_the_text_says_where_it_went(book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("submit", book, "--to", tmp_path / "提出") == 0
    said = capsys.readouterr().out
    assert f"提出用に書き出しました: {tmp_path / '提出' / NAME}" in said
    assert "アドインの関数を値にしました: 1セル" in said


def test_without_functions_every_byte_stays(plain: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(plain)
    assert run("submit", tmp_path / "a.xlsx", "--to", tmp_path) == 0
    assert (tmp_path / NAME).read_bytes() == plain


@pytest.mark.parametrize(("fail_on", "code"), [("error", 1), ("warning", 1), ("never", 0)])
def test_a_sheet_with_errors_is_written_and_the_exit_code_tells(
    tmp_path: Path, fail_on: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    record = copy.deepcopy(sample())
    record["costs"]["project_total"]["2017"] = 8562
    write_book(tmp_path / "a.xlsx", [record], Style())
    assert run("submit", tmp_path / "a.xlsx", "--to", tmp_path / "提出", "--fail-on", fail_on) == code
    assert (tmp_path / "提出" / NAME).exists()
    assert "誤りが残っています" in capsys.readouterr().out


def test_another_file_of_that_name_stays_until_it_is_to_be_replaced(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "提出" / NAME
    target.parent.mkdir()
    target.write_bytes(b"what was handed in before")
    assert run("submit", book, "--to", target.parent) == 1
    assert target.read_bytes() == b"what was handed in before"
    assert "--replace" in capsys.readouterr().out
    assert run("submit", book, "--to", target.parent, "--replace") == 0
    assert read_file(target).records
    assert run("submit", book, "--to", target.parent) == 0  # the same again is no other file


def no_links(*_: object) -> None:
    raise PermissionError(errno.EPERM, "no links here")


@pytest.mark.parametrize("links", [True, False])
def test_what_another_run_hands_in_meanwhile_is_not_lost(
    links: bool,
    book: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    beside = atomic._beside

    def meanwhile(target: Path) -> Path:
        temporary = beside(target)
        target.write_bytes(b"what another run hands in")
        return temporary

    monkeypatch.setattr(atomic, "_beside", meanwhile)
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    assert run("submit", book, "--to", tmp_path / "提出", "--json") == 1
    assert json.loads(capsys.readouterr().out)["reason"] == "exists"
    assert [path.read_bytes() for path in (tmp_path / "提出").iterdir()] == [b"what another run hands in"]


@pytest.mark.parametrize("links", [True, False])
def test_of_many_at_once_one_has_the_name(
    links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not links:
        monkeypatch.setattr(os, "link", no_links)

    def hand_in(number: int) -> int | None:
        try:
            with atomic.creating(tmp_path / "a.xlsx") as temporary:
                temporary.write_bytes(b"%d" % number)
        except FileExistsError:
            return None
        return number

    with ThreadPoolExecutor(8) as pool:
        (winner,) = (number for number in pool.map(hand_in, range(40)) if number is not None)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"%d" % winner]


@pytest.mark.parametrize("before", ["電算 ｾｷｭﾘﾃｨ対策事業.xlsx", "電算セキュリティ　対策事業.xlsm"])
def test_a_corrected_name_leaves_no_second_sheet_of_the_project_behind(
    book: Path, tmp_path: Path, before: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "提出"
    folder.mkdir()
    old = folder / f"2017_総務部_情報システム課_{before}"
    other = folder / "2017_総務部_情報システム課_電算セキュリティ対策事業ほか.xlsx"
    for path in (old, other):
        path.write_bytes(b"what was handed in before")
    assert run("submit", book, "--to", folder) == 1
    assert str(old) in capsys.readouterr().out
    assert {path.name for path in folder.iterdir()} == {old.name, other.name}
    assert run("submit", book, "--to", folder, "--replace", "--json") == 0
    assert json.loads(capsys.readouterr().out)["replaced"] == [str(old)]
    assert {path.name for path in folder.iterdir()} == {NAME, other.name}
    assert read_file(folder / NAME).records


def test_a_sheet_is_not_taken_away_to_be_handed_in_where_it_lies(plain: bytes, tmp_path: Path) -> None:
    own = tmp_path / NAME.replace("電算", "電算　")
    own.write_bytes(plain)
    assert run("submit", own, "--to", tmp_path, "--replace") == 1
    assert [path.name for path in tmp_path.iterdir()] == [own.name]


def test_the_file_itself_is_never_the_target(plain: bytes, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(plain)
    assert run("submit", tmp_path / NAME, "--to", tmp_path, "--replace") == 1
    assert (tmp_path / NAME).read_bytes() == plain


def test_what_is_no_sheet_is_not_handed_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"no workbook")
    assert run("submit", tmp_path / "a.xlsx", "--to", tmp_path / "提出", "--json") == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["path"], said["reason"]) == (None, "unreadable")
    assert [finding["code"] for finding in said["sheets"][0]["findings"]] == ["F001"]
    assert not (tmp_path / "提出").exists()


def test_wrong_usage(tmp_path: Path) -> None:
    assert run("submit", tmp_path / "nowhere.xlsx", "--to", tmp_path) == 2
    assert run("submit", tmp_path, "--to", tmp_path) == 2
    assert run("submit", "a.xlsx") == 2


@pytest.mark.parametrize("shown", ["", "#NAME?", "#VALUE!"])
def test_a_function_without_a_value_is_refused_and_named(
    plain: bytes, cell: str, tmp_path: Path, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    data = with_formula(plain, cell, "EV_TOTAL(A1:A5)")
    address = cell.rpartition("!")[2]
    start = f'<c r="{address}"'

    def lose(text: str) -> str:
        head, _, rest = text.partition(start)
        old, _, tail = rest.partition("</c>")
        old = old[: old.index("<v>")]
        kept = f"<v>{shown}</v>" if shown else ""
        return head + start + (' t="e"' if shown else "") + old + kept + "</c>" + tail

    (tmp_path / "a.xlsx").write_bytes(changed(data, sheet1=lose))
    assert run("submit", tmp_path / "a.xlsx", "--to", tmp_path / "提出", "--fail-on", "never", "--json") == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["path"], said["reason"]) == (None, "uncached")
    assert said["unknown"] == [{"cell": cell, "found": shown or None}]
    assert not (tmp_path / "提出").exists()


# ---- values in the place of formulas -----------------------------------------------------------------------

KINDS = {
    "plain": ('<c r="H2"><f>EV_YOY(1,2)</f><v>-1</v></c>', -1),
    "by link": ('<c r="H2"><f>[1]!EV_YOY(1,2)</f><v>-1</v></c>', -1),
    "by path": (f"<c r=\"H2\"><f>'{ADDIN}'!Other(1)</f><v>2.5</v></c>", 2.5),
    "lower case": ('<c r="H2"><f>ev_yoy (1,2)</f><v>-1</v></c>', -1),
    "inside": ('<c r="H2"><f>ROUND(IF(A1=1,EV_YOY(1,2)),0)</f><v>-1</v></c>', -1),
    "text": ('<c r="H2" t="str"><f>EV_YOY_RATE(1,0)</f><v>皆増</v></c>', "皆増"),
    "blank": ('<c r="H2" t="str"><f>EV_YOY_RATE(A1,0)</f><v></v></c>', None),
    "truth": ('<c r="H2" t="b"><f>EV_TOTAL(1)=1</f><v>1</v></c>', True),
    "name": ('<c r="H2"><f>前年度比+1</f><v>7</v></c>', 7),
    "name of a name": ('<c r="H2"><f>増減</f><v>7</v></c>', 7),
}
NAMES = (
    '<definedName name="前年度比">[1]!EV_YOY(1,2)</definedName>'
    '<definedName name="増減">前年度比*2</definedName>'
)
OTHERS = [
    '<c r="H2"><f>B2+1</f><v>1</v></c>',
    '<c r="H2" t="str"><f>"EV_YOY(1)"</f><v>EV_YOY(1)</v></c>',
    "<c r=\"H2\"><f>'EV_表'!A1</f><v>1</v></c>",
    '<c r="H2"><f>MY_EV_YOY(1)</f><v>1</v></c>',
    '<c r="H2"><f>[2]!Other(1)</f><v>1</v></c>',
    '<c r="H2"><v>1</v></c>',
]


def linked(parts: dict[str, bytes], *targets: str) -> None:
    """Links to other files, as Excel writes them, the add-in's the first."""
    numbers = range(1, len(targets) + 1)
    for number, target in zip(numbers, targets, strict=True):
        name = f"xl/externalLinks/externalLink{number}.xml"
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        parts[name] = (
            f'<externalLink xmlns="{main}"><externalBook xmlns:r="{_R}" r:id="rId1"/></externalLink>'.encode()
        )
        parts[f"xl/externalLinks/_rels/externalLink{number}.xml.rels"] = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{_R}/externalLinkPath" Target="{target}" TargetMode="External"/>'
            "</Relationships>"
        ).encode()
        rich._type(
            parts, name, "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml"
        )
        rich._relate(
            parts, "xl/workbook.xml", f"rIdL{number}", f"{_R}/externalLink", name.removeprefix("xl/")
        )
    listed = "".join(f'<externalReference r:id="rIdL{number}"/>' for number in numbers)
    rich._change(
        parts,
        "xl/workbook.xml",
        lambda text: text.replace(
            "<definedNames>", f"<externalReferences>{listed}</externalReferences><definedNames>"
        ),
    )


def calling(path: Path, cells: str, *targets: str) -> bytes:
    """The book that has everything, with cells of the second row from column H on."""
    parts = rich.parts(rich.write(path))
    linked(parts, *(targets or (f"file:///{ADDIN}",)))
    rich._change(
        parts,
        "xl/worksheets/sheet1.xml",
        lambda text: text.replace('</c></row><row r="3"', f'</c>{cells}</row><row r="3"', 1),
    )
    rich._change(
        parts, "xl/workbook.xml", lambda text: text.replace("</definedNames>", f"{NAMES}</definedNames>")
    )
    return packed(parts)


@pytest.mark.parametrize("kind", KINDS)
def test_what_needs_the_add_in_becomes_its_value(kind: str, tmp_path: Path) -> None:
    xml, value = KINDS[kind]
    data = calling(tmp_path / "a.xlsm", xml)
    frozen = freeze(data)
    assert (frozen.cells, frozen.unknown) == ([f"{rich.SHEET}!H2"], [])
    sheet = Book(frozen.data).sheet(rich.SHEET)
    assert not sheet.has_formula((1, 7))
    (tmp_path / "b.xlsm").write_bytes(frozen.data)
    assert stored(tmp_path / "b.xlsm") == value
    before, after = members(data), members(frozen.data)
    different = {name for name in before if before[name] != after.get(name)}
    assert different == {
        "xl/worksheets/sheet1.xml", "xl/calcChain.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml",
    }  # fmt: skip
    assert "xl/calcChain.xml" not in after


def stored(path: Path) -> Any:
    """The cell as another library reads it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says what it would lose if it saved the book
        return openpyxl.load_workbook(path)[rich.SHEET]["H2"].value


@pytest.mark.parametrize("xml", OTHERS)
def test_other_formulas_and_texts_keep_every_byte(xml: str, tmp_path: Path) -> None:
    data = calling(tmp_path / "a.xlsm", xml, f"file:///{ADDIN}", "単価.xlsx")
    assert freeze(data).data == data


def test_an_array_becomes_values_as_a_whole(tmp_path: Path) -> None:
    xml = '<c r="H2" cm="1"><f t="array" ref="H2:I2">EV_YOY(A1:B1,1)</f><v>3</v></c><c r="I2"><v>4</v></c>'
    frozen = freeze(calling(tmp_path / "a.xlsm", xml))
    sheet = Book(frozen.data).sheet(rich.SHEET)
    assert [sheet.text((1, column)) for column in (7, 8)] == ["3", "4"]
    assert b"EV_" not in members(frozen.data)["xl/worksheets/sheet1.xml"]
    sheet.put((1, 8), 5)  # an array would refuse that


def test_an_array_with_an_error_in_it_is_named(tmp_path: Path) -> None:
    xml = (
        '<c r="H2"><f t="array" ref="H2:I2">EV_YOY(A1:B1,1)</f><v>3</v></c><c r="I2" t="e"><v>#VALUE!</v></c>'
    )
    data = calling(tmp_path / "a.xlsm", xml)
    frozen = freeze(data)
    assert frozen.unknown == [(f"{rich.SHEET}!I2", "#VALUE!")]
    assert frozen.data == data


def test_a_shared_formula_becomes_values_cell_by_cell(tmp_path: Path) -> None:
    xml = (
        '<c r="H2"><f t="shared" ref="H2:J2" si="4">EV_YOY(A1,B1)</f><v>3</v></c>'
        '<c r="I2"><f t="shared" si="4"/><v>4</v></c>'
        '<c r="J2"><f t="shared" si="5" ref="J2">B2</f><v>9</v></c>'
    )
    frozen = freeze(calling(tmp_path / "a.xlsm", xml))
    assert frozen.cells == [f"{rich.SHEET}!H2", f"{rich.SHEET}!I2"]
    sheet = Book(frozen.data).sheet(rich.SHEET)
    assert [sheet.text((1, column)) for column in (7, 8, 9)] == ["3", "4", "9"]
    assert [sheet.has_formula((1, column)) for column in (7, 8, 9)] == [False, False, True]


@pytest.mark.parametrize(
    ("targets", "left"),
    [
        ((f"file:///{ADDIN}",), 0),
        (("単価.xlsx", f"file:///{ADDIN}"), 1),
        ((f"file:///{ADDIN}", "単価.xlsx"), 2),
    ],
)
def test_the_link_to_the_add_in_goes_where_it_is_the_last(
    targets: tuple[str, ...], left: int, tmp_path: Path
) -> None:
    number = next(n for n, target in enumerate(targets, 1) if "xlam" in target)
    data = calling(tmp_path / "a.xlsm", f'<c r="H2"><f>[{number}]!EV_YOY(1,2)</f><v>-1</v></c>', *targets)
    data = changed(
        data,
        workbook=lambda text: text.replace(NAMES, ""),
    )
    after = members(freeze(data).data)
    assert sum(name.startswith("xl/externalLinks/externalLink") for name in after) == left
    assert (b"externalReferences" in after["xl/workbook.xml"]) == bool(left)


def test_a_signed_book_keeps_its_signature_or_is_refused(plain: bytes, cell: str) -> None:
    signed = packed(members(plain) | {"_xmlsignatures/sig1.xml": b"<Signature/>"})
    assert freeze(signed).data == signed
    with pytest.raises(Unchangeable, match="signed"):
        freeze(with_formula(signed, cell, "EV_TOTAL(A1)"))


@pytest.mark.office
def test_other_formats_are_handed_in_as_they_are(plain: bytes, tmp_path: Path, office: Office) -> None:
    (tmp_path / "a.xlsx").write_bytes(plain)
    for suffix in ("xls", "ods"):
        made = office.save_again(tmp_path / "a.xlsx", tmp_path / f"b.{suffix}")
        assert run("submit", made, "--to", tmp_path / suffix) == 0
        target = tmp_path / suffix / NAME.replace(".xlsx", f".{suffix}")
        assert target.read_bytes() == made.read_bytes()


# ---- names -------------------------------------------------------------------------------------------------


@given(st.lists(st.text(max_size=300), min_size=3, max_size=3))
def test_a_name_is_one_that_windows_takes(parts: list[str]) -> None:
    name = fixed_name(2017, *parts)
    assert name.startswith("2017")
    assert name.endswith(".xlsx")
    assert len(name.encode()) <= 200
    assert not set('\\/:*?"<>|\n\r\t') & set(name)
    assert name.removesuffix(".xlsx").rstrip(" .　") == name.removesuffix(".xlsx")


def test_a_book_of_several_projects_is_named_for_the_first(tmp_path: Path) -> None:
    other = copy.deepcopy(sample()) | {"project_name": "ほかの事業"}
    write_book(tmp_path / "a.xlsx", [sample(), other], Style())
    records = read_file(tmp_path / "a.xlsx").records
    assert name_of(records).endswith("対策事業ほか1件.xlsx")


def test_a_sheet_without_a_project_has_no_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_book(tmp_path / "a.xlsx", [sample() | {"project_name": None}], Style())
    assert run("submit", tmp_path / "a.xlsx", "--to", tmp_path / "提出", "--json") == 1
    assert json.loads(capsys.readouterr().out)["reason"] == "unnamed"
