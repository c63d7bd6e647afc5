"""Macros: what there is, what takes their place, and buttons that call the add-in, all else as it was."""

from __future__ import annotations

import io
import json
import re
import warnings
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from evalxl import commands, replacing
from evalxl.actions import ACTIONS
from evalxl.buttons import ADDIN, BUTTONS
from evalxl.cli import main
from evalxl.replacing import OFFERS, proposal
from tests.support import rich, vba
from tests.support.office import Office
from workbook.errors import Refused, Unchangeable
from workbook.macros import Macros, adopt, look
from workbook.macros.vba import Unreadable, modules
from workbook.parts import Book

SHEET = "操作"
COMMAND_BUTTON = "{D7053240-CE69-11CD-A777-00DD01143C57}"
_MS = "http://schemas.microsoft.com/office"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RIBBON = (
    '<customUI xmlns="http://schemas.microsoft.com/office/2009/07/customui"><ribbon><tabs><tab id="t">'
    '<group id="g"><button id="b" label="集約" onAction="集約する"/></group></tab></tabs></ribbon></customUI>'
)


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return vba.project(tmp_path_factory.mktemp("vba") / "made.xlsm")


@pytest.fixture(scope="module")
def book(project: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Buttons of every kind, as Excel keeps them."""
    folder = tmp_path_factory.mktemp("macros")
    (folder / "vbaProject.bin").write_bytes(project)
    made = xlsxwriter.Workbook(str(folder / "plain.xlsm"))
    made.add_vba_project(str(folder / "vbaProject.bin"))
    made.set_vba_name("ThisWorkbook")
    sheet = made.add_worksheet(SHEET)
    sheet.set_vba_name("Sheet1")
    for row, (caption, macro) in enumerate(
        (("集める", "集約する"), ("実行", "Macro1"), ("別の人の", "消えた")), 1
    ):
        sheet.insert_button(row * 2, 1, {"macro": macro, "caption": caption, "width": 90, "height": 30})
    sheet.insert_textbox(2, 4, "印刷する")
    made.close()
    parts = rich.parts(folder / "plain.xlsm")
    rich._change(
        parts, "xl/drawings/drawing1.xml", lambda t: t.replace('macro=""', 'macro="[0]!Module1.印刷"', 1)
    )
    _controls(parts)
    parts["customUI/customUI14.xml"] = RIBBON.encode()
    tag = (
        f'<Relationship Id="rIdU" Type="{_MS}/2007/relationships/ui/extensibility" '
        'Target="customUI/customUI14.xml"/></Relationships>'
    )
    rich._change(parts, "_rels/.rels", lambda text: text.replace("</Relationships>", tag))
    with zipfile.ZipFile(folder / "集約.xlsm", "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return folder / "集約.xlsm"


def _controls(parts: dict[str, bytes]) -> None:
    """A button that stands in the sheet's list as well as in VML, and one of ActiveX."""
    part = "xl/worksheets/sheet1.xml"
    parts["xl/ctrlProps/ctrlProp1.xml"] = (
        f'<formControlPr xmlns="{_MS}/spreadsheetml/2009/9/main" objectType="Button" lockText="1"/>'.encode()
    )
    rich._type(parts, "xl/ctrlProps/ctrlProp1.xml", "application/vnd.ms-excel.controlproperties+xml")
    rich._relate(parts, part, "rIdC", f"{_R}/ctrlProp", "../ctrlProps/ctrlProp1.xml")
    parts["xl/activeX/activeX1.xml"] = (
        f'<ax:ocx xmlns:ax="{_MS}/2006/activeX" ax:classid="{COMMAND_BUTTON}" '
        'ax:persistence="persistStorage"/>'
    ).encode()
    rich._type(parts, "xl/activeX/activeX1.xml", "application/vnd.ms-office.activeX+xml")
    rich._relate(parts, part, "rIdX", f"{_R}/control", "../activeX/activeX1.xml")
    xdr = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
    corners = "".join(
        f"<{name}><xdr:col>7</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>9</xdr:row><xdr:rowOff>0</xdr:rowOff></{name}>"
        for name in ("from", "to")
    )
    ident = re.search(
        rb'_s(\d+)"[^>]*>(?:(?!</v:shape>).)*Macro1', parts["xl/drawings/vmlDrawing1.vml"], re.DOTALL
    )
    assert ident
    number = ident[1].decode()
    controls = (
        f'<control shapeId="{number}" r:id="rIdC" name="ボタン 2">'
        '<controlPr defaultSize="0" macro="[0]!Macro1">'
        f'<anchor xmlns:xdr="{xdr}">{corners}</anchor></controlPr></control>'
        f'<control shapeId="2001" r:id="rIdX" name="CommandButton1"><controlPr>'
        f'<anchor xmlns:xdr="{xdr}">{corners}</anchor></controlPr></control>'
    )
    legacy = re.compile(r"(<legacyDrawing [^>]*/>)")
    rich._change(
        parts, part, lambda text: legacy.sub(lambda m: f"{m[1]}<controls>{controls}</controls>", text)
    )


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


# ---- looking -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found(book: Path) -> Macros:
    return look(book)


def test_modules_and_their_procedures(found: Macros) -> None:
    assert [(m.name, m.kind) for m in found.modules] == [
        ("ThisWorkbook", "document"), ("Sheet1", "document"), ("Module1", "standard"),
    ]  # fmt: skip
    procedures = found.modules[2].procedures
    assert [(p.name, p.kind, p.line) for p in procedures] == [
        ("集約する", "sub", 4), ("印刷", "sub", 10), ("合計額", "function", 13), ("Macro1", "sub", 16),
    ]  # fmt: skip
    assert [p.shortcut for p in procedures] == ["", "p", "", ""]
    assert [p.private for p in procedures] == [False, False, True, False]
    assert procedures[1].code == "Sub 印刷()\n    ActiveSheet.PrintOut\nEnd Sub"


def test_every_kind_of_button_and_what_it_calls(found: Macros) -> None:
    said = {b.label: (b.kind, b.cell, [(p.module, p.name) for p in b.procedures]) for b in found.buttons}
    assert said == {
        "集める": ("control", f"{SHEET}!B3", [("Module1", "集約する")]),
        "実行": ("control", f"{SHEET}!H10", [("Module1", "Macro1")]),
        "別の人の": ("control", f"{SHEET}!B7", []),
        "印刷する": ("shape", f"{SHEET}!E3", [("Module1", "印刷")]),
        "CommandButton1": ("activex", f"{SHEET}!H10", [("Sheet1", "CommandButton1_Click")]),
        "集約": ("ribbon", None, [("Module1", "集約する")]),
    }


def test_what_runs_without_a_click(found: Macros) -> None:
    assert [(p.module, p.name) for p in found.events] == [("ThisWorkbook", "Workbook_Open")]


def test_a_macro_of_another_book_is_named_with_it(book: Path, tmp_path: Path) -> None:
    parts = members(book.read_bytes())
    rich._change(
        parts, "xl/drawings/vmlDrawing1.vml", lambda t: t.replace("[0]!消えた", "'旧 集約.xls'!取込")
    )
    (button,) = [b for b in look(packed(tmp_path / "a.xlsm", parts)).buttons if b.label == "別の人の"]
    assert (button.book, button.procedures) == ("旧 集約.xls", ())


def packed(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return path


def test_a_broken_project_is_told_and_the_buttons_are_still_listed(book: Path, tmp_path: Path) -> None:
    parts = members(book.read_bytes())
    parts["xl/vbaProject.bin"] = parts["xl/vbaProject.bin"][:700]
    found = look(packed(tmp_path / "a.xlsm", parts))
    assert [reason for reason, _ in found.problems] == ["unreadable_vba"]
    assert len(found.buttons) == 6
    assert not found.modules


def test_source_that_unpacks_to_a_flood_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = vba.project(tmp_path / "a.xlsm", module=vba.MODULE + "' " + "x" * 2**20)
    assert len(modules(data)[0]) == 3
    monkeypatch.setattr("workbook.macros.vba.LARGEST", 2**19)
    assert len(data) < 2**16
    with pytest.raises(Unreadable, match="Module1"):
        modules(data)


def test_a_book_without_macros_has_none(tmp_path: Path) -> None:
    xlsxwriter.Workbook(str(tmp_path / "a.xlsx")).close()
    found = look(tmp_path / "a.xlsx")
    assert (found.modules, found.buttons, found.events, found.problems) == ([], [], [], [])


def test_what_is_no_book_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsm").write_bytes(b"no workbook")
    with pytest.raises(Refused, match="F001"):
        look(tmp_path / "a.xlsm")


@pytest.mark.office
def test_vba_that_another_program_wrote(book: Path, tmp_path: Path, office: Office) -> None:
    """LibreOffice keeps the VBA when it saves the book in another format."""
    old = office.save_again(book, tmp_path / "a.xls")
    found = look(old)
    assert [reason for reason, _ in found.problems] == ["old_format"]
    names = {p.name for module in found.modules for p in module.procedures}
    assert names == {"集約する", "印刷", "合計額", "Macro1", "Workbook_Open", "CommandButton1_Click"}
    assert look(office.save_again(book, tmp_path / "a.ods")).modules == []


# ---- proposals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("エラーチェック", "validate"), ("検証する", "validate"), ("検証結果を消す", "unmark"),
        ("各課の取込み", "consolidate"), ("shuuyaku", "consolidate"), ("部課別集計", "rollup"),
        ("翌年度シート作成", "rollover"), ("提出", "submit"), ("議会資料", "report"),
        ("ホームページ用", "publish"), ("未提出課へ督促", "remind"), ("様式を配布", "distribute"),
        ("合計を再計算", "formulas"), ("CheckBox12_Click", None), ("ボタン1_Click", None), ("印刷", None),
    ],
)  # fmt: skip
def test_a_name_tells_what_takes_its_place(text: str, command: str | None) -> None:
    found = proposal([text], [])
    assert (found.offer.command if found else None) == command


def test_code_tells_where_the_name_does_not(found: Macros) -> None:
    (button,) = [b for b in found.buttons if b.label == "実行"]
    told = replacing.for_button(button)
    assert told is not None
    assert (told.offer.command, told.why) == ("consolidate", "code")


def test_every_offer_is_a_command_and_a_button_that_there_is() -> None:
    assert commands
    assert {offer.command for offer in OFFERS} <= {*ACTIONS, replacing.FORMULAS}
    assert {offer.button for offer in OFFERS if offer.button} == set(BUTTONS)


# ---- adopting ----------------------------------------------------------------------------------------------


def test_buttons_call_the_add_in_and_all_else_keeps_its_bytes(book: Path, tmp_path: Path) -> None:
    data = book.read_bytes()
    adopted = adopt(data, {"[0]!集約する": "EvConsolidate", "[0]!Macro1": "EvConsolidate"}, ADDIN)
    before, after = members(data), members(adopted.data)
    assert {name for name in before if before[name] != after[name]} == {
        "[Content_Types].xml", "xl/_rels/workbook.xml.rels", "xl/workbook.xml", "xl/worksheets/sheet1.xml",
        "xl/drawings/vmlDrawing1.vml",
    }  # fmt: skip
    assert sorted(after.keys() - before.keys()) == [
        "xl/externalLinks/_rels/externalLink1.xml.rels", "xl/externalLinks/externalLink1.xml",
    ]  # fmt: skip
    assert adopted.changed == 3
    (tmp_path / "a.xlsm").write_bytes(adopted.data)
    now = {b.label: (b.calls, b.book) for b in look(tmp_path / "a.xlsm").buttons}
    assert now["集める"] == now["実行"] == ("[1]!EvConsolidate", ADDIN)
    assert now["印刷する"] == ("[0]!Module1.印刷", "")
    for part, old, new in (
        (
            "xl/drawings/vmlDrawing1.vml",
            b"[0]!\xe9\x9b\x86\xe7\xb4\x84\xe3\x81\x99\xe3\x82\x8b",
            b"[1]!EvConsolidate",
        ),
        ("xl/worksheets/sheet1.xml", b'macro="[0]!Macro1"', b'macro="[1]!EvConsolidate"'),
    ):
        assert before[part].replace(old, new).replace(b"[0]!Macro1", b"[1]!EvConsolidate") == after[part]


def test_a_shape_is_adopted_too_and_a_second_time_needs_no_second_link(book: Path) -> None:
    once = adopt(book.read_bytes(), {"[0]!Module1.印刷": "EvRollup"}, ADDIN).data
    twice = adopt(once, {"[0]!Macro1": "EvConsolidate"}, ADDIN).data
    assert b'macro="[1]!EvRollup"' in members(twice)["xl/drawings/drawing1.xml"]
    assert sum(name.startswith("xl/externalLinks/externalLink") for name in members(twice)) == 1


def test_nothing_to_adopt_changes_nothing(book: Path) -> None:
    data = book.read_bytes()
    assert adopt(data, {"[0]!ない": "EvSubmit"}, ADDIN).data == data


def test_a_signed_book_is_not_changed(book: Path, tmp_path: Path) -> None:
    signed = packed(tmp_path / "a.xlsm", members(book.read_bytes()) | {"_xmlsignatures/s.xml": b"<s/>"})
    with pytest.raises(Unchangeable, match="signed"):
        adopt(signed.read_bytes(), {"[0]!Macro1": "EvSubmit"}, ADDIN)


@pytest.mark.office
def test_libreoffice_shows_the_same_controls(book: Path, tmp_path: Path, office: Office) -> None:
    (tmp_path / "a.xlsm").write_bytes(adopt(book.read_bytes(), {"[0]!集約する": "EvConsolidate"}, ADDIN).data)
    assert office.look(tmp_path / "a.xlsm") == office.look(book)


def test_the_audit_finds_nothing_new(book: Path, tmp_path: Path) -> None:
    audit = pytest.importorskip("openxml_audit", reason="openxml-audit is not installed: NOT CHECKED")
    (tmp_path / "a.xlsm").write_bytes(
        adopt(book.read_bytes(), {"[0]!集約する": "EvConsolidate", "[0]!Macro1": "EvRollup"}, ADDIN).data
    )

    def errors(path: Path) -> set[tuple[str, str]]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = audit.OpenXmlValidator().validate(str(path)).errors
        return {(error.part_uri or "", error.description) for error in found}

    assert errors(tmp_path / "a.xlsm") <= errors(book)


# ---- the command -------------------------------------------------------------------------------------------


def test_the_command_lists_and_says_what_there_is_instead(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("macros", book, "--json") == 0
    (said,) = json.loads(capsys.readouterr().out)
    assert said["file"] == "集約.xlsm"
    offers = {button["label"]: (button["offer"], button["why"]) for button in said["buttons"]}
    assert offers == {
        "集める": ("consolidate", "name"), "実行": ("consolidate", "code"), "別の人の": (None, None),
        "印刷する": (None, None), "CommandButton1": (None, None), "集約": ("consolidate", "name"),
    }  # fmt: skip
    assert run("macros", book) == 0
    text = capsys.readouterr().out
    assert "操作!B3「集める」（フォームコントロール） → Module1.集約する（4行目）" in text
    assert "Ctrl+P → Module1.印刷（10行目）" in text
    assert "消えた（見つかりません）" in text


def test_adopt_writes_a_copy_and_tells_what_stays(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = book.read_bytes()
    out = tmp_path / "out"
    assert run("macros", book, "--adopt", "-o", out, "--assign", "消えた=提出", "--json") == 0
    (said,) = json.loads(capsys.readouterr().out)
    assert said["path"] == str(out / "集約.xlsm")
    assert {(b["label"], b["macro"]) for b in said["adopted"]} == {
        ("集める", "evalxl.xlam!EvConsolidate"), ("実行", "evalxl.xlam!EvConsolidate"),
        ("別の人の", "evalxl.xlam!EvSubmit"),
    }  # fmt: skip
    assert {(b["label"], b["reason"]) for b in said["left"]} == {
        ("印刷する", "no_offer"), ("CommandButton1", "activex"), ("集約", "ribbon"),
    }  # fmt: skip
    assert book.read_bytes() == before
    assert (
        members((out / "集約.xlsm").read_bytes())["xl/vbaProject.bin"] == members(before)["xl/vbaProject.bin"]
    )
    assert run("macros", book, "--adopt", "-o", out) == 1  # it is there already
    capsys.readouterr()
    assert run("macros", out, "--adopt", "-o", tmp_path / "again", "--json") == 1
    (again,) = json.loads(capsys.readouterr().out)
    assert {b["reason"] for b in again["left"]} == {"adopted", "activex", "ribbon", "no_offer"}
    assert not (tmp_path / "again").exists()


def test_buttons_of_one_macro_that_say_different_things_are_left(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = members(book.read_bytes())
    vml = "xl/drawings/vmlDrawing1.vml"
    rich._change(parts, vml, lambda t: t.replace("[0]!集約する", "[0]!消えた").replace("別の人の", "検証"))
    source = packed(tmp_path / "a.xlsm", parts)
    assert run("macros", source, "--adopt", "-o", tmp_path / "out", "--json") == 0
    (said,) = json.loads(capsys.readouterr().out)
    reasons = {b["label"]: b["reason"] for b in said["left"]}
    assert (reasons["集める"], reasons["検証"]) == ("ambiguous", "ambiguous")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--adopt"], ["--adopt", "-o", "."], ["--adopt", "-o", "out", "--assign", "Macro1=踊る"],
        ["--adopt", "-o", "out", "--assign", "集約"],
    ],
)  # fmt: skip
def test_wrong_usage(book: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[Any]) -> None:
    monkeypatch.chdir(book.parent)
    assert run("macros", "集約.xlsm", *arguments) == 2
    assert not Path("out").exists()


def test_a_file_that_cannot_be_opened_has_its_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.xlsm").write_bytes(b"no workbook")
    assert run("macros", tmp_path, "--json") == 1
    (said,) = json.loads(capsys.readouterr().out)
    assert said["finding"]["code"] == "F001"


def test_the_add_in_is_linked_once_and_by_name(book: Path) -> None:
    data = adopt(book.read_bytes(), {"[0]!Macro1": "EvConsolidate"}, ADDIN).data
    relations = members(data)["xl/externalLinks/_rels/externalLink1.xml.rels"].decode()
    assert 'Target="evalxl.xlam"' in relations
    assert 'TargetMode="External"' in relations
    assert Book(data).sheet_names() == [SHEET]
