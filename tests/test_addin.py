"""The add-in: what is declared, generated, built and read back agrees; its VBA runs, to Python and back."""

from __future__ import annotations

import inspect
import re
import runpy
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openxml_audit
import pytest
from lxml import etree
from pyopenvba.interpreter._values import VBACurrency

from evalxl import buttons as adopted
from evalxl import cli
from evalxl.actions import FORMULAS
from evalxl.cells import ERRORS
from tests.support import com
from tests.support.com import modules as stub
from udfs import addin, buttons, identity, ribbon, server
from udfs.addin import texts, vba

ROOT = Path(__file__).parent.parent
_CUSTOM = "{http://schemas.microsoft.com/office/2009/07/customui}"


@pytest.fixture(scope="module")
def built() -> bytes:
    return addin.build()


@pytest.fixture
def excel(built: bytes) -> Iterator[com.Excel]:
    """An Excel with the shipped modules, as read back from the add-in's file, and our server."""
    instance = com.Excel()
    for name in vba.modules():
        instance.module(addin.contents(built).modules[name], name)
    instance.serve(identity.PROGID, server.Bridge)
    yield instance
    instance.close()


# ---- what is declared, what is built -----------------------------------------------------------------------


def test_generated_files_are_fresh() -> None:
    files = runpy.run_path(str(ROOT / "tools" / "generate.py"))["files"]()
    assert len(files) == 6
    for path, text in files.items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run python tools/generate.py"


def test_the_same_bytes_each_time_and_from_the_command_line(built: bytes, tmp_path: Path) -> None:
    assert cli.main(["addin", "build", "-o", str(tmp_path / "配布")]) == 0
    assert (tmp_path / "配布" / "evalxl.xlam").read_bytes() == built
    assert len(built) < 100_000


def test_the_file_is_valid(built: bytes, tmp_path: Path) -> None:
    path = tmp_path / "evalxl.xlam"
    path.write_bytes(built)
    result = openxml_audit.OpenXmlValidator().validate(path)
    assert result.is_valid
    assert not result.errors


def test_every_formula_has_a_wrapper_and_help_and_every_wrapper_a_formula(built: bytes) -> None:
    contents = addin.contents(built)
    wrapped = re.findall(
        r"^Public Function (EV_\w+)\((.*)\) As Variant$", contents.modules["EvFunctions"], re.M
    )
    assert [name for name, _ in wrapped] == list(FORMULAS)
    for name, declared in wrapped:
        names = re.findall(r"(\w+)(?:\(\))? As Variant", declared)
        assert names == [parameter.name for parameter in FORMULAS[name].parameters]
    helped = {row[0]: row for row in contents.texts}
    for name, formula in FORMULAS.items():
        assert helped[name][1:3] == [formula.help.ja, "事務事業評価"]
        assert helped[name][3:] == [parameter.help.ja for parameter in formula.parameters]


def test_the_ribbon_has_the_buttons_and_both_parts_say_the_same(built: bytes) -> None:
    newer, older = (etree.fromstring(text.encode()) for text in addin.contents(built).ribbons.values())
    found = [dict(button.attrib) for button in newer.iter(f"{_CUSTOM}button")]
    assert [button["tag"] for button in found] == list(buttons.NAMES)
    assert [button["label"] for button in found] == [one.button.label.ja for one in ribbon.buttons()]
    assert [dict(one.attrib) for one in older.iter() if one.tag.endswith("button")] == found
    assert {button["onAction"] for button in found} == {"EvOnRibbon"}
    source = addin.contents(built).modules["EvButtons"]
    assert re.findall(r"Public Sub (\w+)\(\)", source) == [button["id"] for button in found]
    assert set(adopted.BUTTONS) < set(buttons.NAMES)
    assert identity.FILE == adopted.ADDIN


def test_the_ribbon_is_valid_by_what_office_documents(built: bytes) -> None:
    for text in addin.contents(built).ribbons.values():
        for button in (one for one in etree.fromstring(text.encode()).iter() if one.tag.endswith("button")):
            assert len(button.get("supertip")) <= 1024
            assert len(button.get("label")) <= 1024
            assert re.fullmatch(r"[A-Za-z_][\w.]*", button.get("id"))


def test_the_vba_is_ascii_and_free_of_what_poisons_or_scares(built: bytes) -> None:
    for name, source in addin.contents(built).modules.items():
        assert source.isascii(), name
        for word in ("Declare ", "#If", "#Const", "Shell", "WScript", "GetObject"):
            assert word not in source, (name, word)
        assert all(len(line) < 1000 for line in source.splitlines())


def test_a_file_that_differs_is_noticed(built: bytes) -> None:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(built)) as archive, zipfile.ZipFile(out, "w") as other:
        for name in archive.namelist():
            data = archive.read(name)
            other.writestr(
                name, data.replace("検証".encode(), "検算".encode()) if "customUI/" in name else data
            )
    with pytest.raises(addin.DiffersError, match="customUI"):
        addin.verify(out.getvalue())


def test_what_xlwings_knows_of_each_function() -> None:
    com.install()
    from xlwings.udfs import get_udf_module

    module = get_udf_module("udfs.functions", None)
    for name, formula in FORMULAS.items():
        declared = getattr(module, name).__xlfunc__
        assert (declared["name"], declared["category"]) == (name, "事務事業評価")
        assert declared["ret"]["doc"] == formula.help.ja
        assert declared["ret"]["options"] == {"convert": "raw"}
        for argument, parameter in zip(declared["args"], formula.parameters, strict=True):
            assert (argument["name"], argument["doc"]) == (parameter.name, parameter.help.ja)
            assert argument["options"] == {"convert": "raw"}
            assert ("optional" in argument, argument["vararg"]) == (
                parameter.optional,
                parameter.shape == "rest",
            )


# ---- VBA, xlwings' server, and back ------------------------------------------------------------------------


def cells(excel: com.Excel, values: list[list[Any]]) -> Any:
    """Cells of a new book with these values, as VBA gets a range; a formula makes an error."""
    sheet = excel.new().sheets[0].api
    area = sheet.Range(sheet.Cells(1, 1), sheet.Cells(len(values), len(values[0])))
    for i, row in enumerate(values, 1):
        for j, value in enumerate(row, 1):
            if value is not None:
                sheet.Cells(i, j).Value = value
    return area


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=lambda formula: formula.name)
def test_every_function_gives_its_example_in_cells(excel: com.Excel, formula: Any) -> None:
    from evalxl.commands.calculating import block

    given = [
        cells(excel, [list(row) for row in block(typed)]) if parameter.shape == "block" else typed
        for typed, parameter in zip(
            formula.example.arguments, [*formula.parameters, *formula.parameters[-1:] * 9], strict=False
        )
    ]
    found = excel.run(formula.name, *given)
    value = formula.example.value
    assert found == (tuple(map(tuple, value)) if formula.gives == "block" else value)


def test_ranges_of_every_shape(excel: com.Excel) -> None:
    block = cells(excel, [[3.0, 5.0], [2.0, 4.0]])
    assert excel.run("EV_YOY", block, 1.0) == ((2.0, 4.0), (1.0, 3.0))
    row, column = cells(excel, [[3.0, 5.0]]), cells(excel, [[3.0], [5.0]])
    assert excel.run("EV_YOY", row, 1.0) == ((2.0, 4.0),)
    assert excel.run("EV_YOY", column, 1.0) == ((2.0,), (4.0,))
    assert excel.run("EV_YOY", cells(excel, [[3.0]]), 1.0) == 2.0
    assert excel.run("EV_YOY", row, column) == ((0.0, 2.0), (-2.0, 0.0))
    assert excel.run("EV_TOTAL", block, column, 1.0) == 23.0


@pytest.mark.parametrize(("typed", "error"), [("=1/0", "#DIV/0!"), ("=NA()", "#N/A"), ("別紙", "#VALUE!")])
def test_errors_are_errors_of_excel(excel: com.Excel, typed: str, error: str) -> None:
    scode = -2146826288 + ERRORS[error] - 2000
    assert excel.run("EV_TOTAL", cells(excel, [[1.0, typed]])) == scode
    assert excel.run("EV_YOY", cells(excel, [[typed], [5.0]]), 1.0) == ((scode,), (4.0,))


def test_blanks_dates_and_currency(excel: com.Excel) -> None:
    assert excel.run("EV_YOY", cells(excel, [[None]]), 1.0) == ""
    assert excel.run("EV_YEAR", cells(excel, [[datetime(2018, 3, 31)]])) == 2017.0  # noqa: DTZ001
    assert excel.run("EV_TOTAL", cells(excel, [[datetime(2018, 3, 31)]])) == -2146826273  # noqa: DTZ001


def test_currency_keeps_its_digits(excel: com.Excel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Value tells four decimals of a cell in a format of currency; the server then asks for all digits."""
    area = cells(excel, [[0.123456, "x"]])
    kind = type(area._oleobj_.target)
    told: Callable[..., Any] = kind.vba_get

    def as_excel_does(self: Any, name: str, *rest: Any) -> Any:
        # This Excel in memory knows no formats of currency: all numbers get one.
        value = told(self, name, *rest)
        if name.lower() == "value" and hasattr(value, "items"):
            value.items = [VBACurrency(v) if isinstance(v, float) else v for v in value.items]
        return value

    monkeypatch.setattr(kind, "vba_get", as_excel_does)
    assert area.Value[0][0] == Decimal("0.1235"), "what Value tells"
    assert excel.run("EV_NUMBER", area)[0][0] == 0.123456


def test_the_server_asks_for_the_digits_of_currency() -> None:
    com.install()
    bridge = server.Bridge()
    assert bridge.Udf("EV_TOTAL", (((Decimal("0.1235"), 1.0),),)) == ("currency", "")
    assert bridge.Udf("EV_TOTAL", (((0.123456, 1.0),),)) == ("", 1.123456)


def test_where_python_is_not_there_cells_are_na_and_buttons_say_so(built: bytes) -> None:
    excel = com.Excel()
    for name in vba.modules():
        excel.module(addin.contents(built).modules[name], name)
    assert excel.run("EV_YOY", 3.0, 2.0) == -2146826246
    excel.close()


def test_a_server_that_has_ended_is_started_again(excel: com.Excel) -> None:
    class Ended:
        _public_methods_ = ("Udf",)

        def Udf(self, name: str, values: Any) -> None:  # noqa: N802
            raise ConnectionError("the server has gone")

    excel.serve(identity.PROGID, Ended)
    assert excel.run("EV_YOY", 3.0, 2.0) == -2146826246
    excel.serve(identity.PROGID, server.Bridge)
    assert excel.run("EV_YOY", 3.0, 2.0) == 1.0


# ---- the server --------------------------------------------------------------------------------------------


def test_the_server_offers_two_calls_and_refuses_what_is_not_declared() -> None:
    com.install()
    bridge = server.Bridge()
    public = [name for name, _ in inspect.getmembers(bridge, inspect.ismethod)]
    assert tuple(sorted(public)) == tuple(sorted(bridge._public_methods_)) == ("Press", "Udf")
    assert bridge.Udf("__import__('os')", ()) == ("0,0,2029", "#NAME?")
    assert bridge.Udf("EV_YOY", ()) == ("0,0,2015", "#VALUE!")
    with pytest.raises(ValueError, match="button"):
        bridge.Press("Exec", None)


def test_the_class_factory_makes_our_narrow_object(monkeypatch: pytest.MonkeyPatch) -> None:
    com.install()
    made: list[Any] = []
    import win32event  # type: ignore[import-untyped, unused-ignore]
    from xlwings import com_server

    monkeypatch.setattr(com_server, "XLPython", com_server.XLPython)
    monkeypatch.setattr(com_server, "_start_background_loop", lambda: None)

    def wait(*_: Any) -> int:
        made.append(stub.create_instance(identity.CLSID))
        return int(win32event.WAIT_OBJECT_0)

    monkeypatch.setattr(win32event, "MsgWaitForMultipleObjects", wait)
    server.main()
    assert made
    assert isinstance(made[0].obj, server.Bridge)


def test_a_press_of_the_ribbon_reaches_the_button(excel: com.Excel, monkeypatch: pytest.MonkeyPatch) -> None:
    pressed: list[tuple[str, int]] = []
    monkeypatch.setattr(buttons, "run", lambda name, app: pressed.append((name, app.pid)) or True)
    excel.new()
    for one in ribbon.buttons():
        excel.run(one.button.macro)
    assert pressed == [(name, excel.hwnd) for name in buttons.NAMES]


def test_the_hidden_sheet_has_what_the_vba_says() -> None:
    keys = {row[0] for row in texts.rows()}
    said = {key for source in vba.modules().values() for key in re.findall(r'EvText\("(\w+)"\)', source)}
    assert said == set(texts.MESSAGES)
    assert keys == said | set(FORMULAS)
