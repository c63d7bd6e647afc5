"""The doctor names what stops the add-in and what to ask for, and changes nothing (a registry in memory)."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evalxl.cli import main
from tests.support.pc import OPTIONS, PC, install, pc
from udfs import doctor, examinations, installation
from udfs.machine import Machine
from udfs.registry import Registry

__all__ = ["pc"]  # the fixture

SECURITY = r"Software\Microsoft\Office\16.0\Excel\Security"
POLICY = r"Software\Policies\Microsoft\Office\16.0\Excel\Security"
CLOUD = r"Software\Policies\Microsoft\Cloud\Office\16.0\Excel\Security"
DISABLED = r"Software\Microsoft\Office\16.0\Excel\Resiliency\DisabledItems"


@pytest.fixture
def healthy(pc: PC, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PC:
    """The add-in installed, its Python there, on a local disk, and xlwings and pywin32, too."""
    program = tmp_path / "python"
    program.mkdir()
    (program / "pythonw.exe").touch()
    # A path of Windows that this system can look for, too: ntpath takes both slashes.
    pc.machine = dataclasses.replace(pc.machine, executable=f"{program}/python.exe")
    monkeypatch.setattr(
        installation, "command_line", lambda machine: f'"{program}/pythonw.exe" -P -m udfs.server'
    )
    monkeypatch.setattr(Machine, "on_network", lambda self, path: False)
    monkeypatch.setattr(examinations, "version_of", lambda name: "0.1.0")
    install(pc)
    return pc


def found(pc: PC, name: str, lang: Any = "ja") -> doctor.Check:
    return {check.check: check for check in doctor.report(pc.machine, lang)}[name]


def test_a_healthy_pc_has_no_problem(healthy: PC) -> None:
    checks = doctor.report(healthy.machine)
    assert {check.check for check in checks if check.status == "unchecked"} == {"started_programs"}
    assert not [check for check in checks if check.status == "problem"]
    assert found(healthy, "excel").found == "16.0"


def test_the_doctor_changes_nothing(healthy: PC) -> None:
    before = healthy.winreg.dump(), healthy.files()
    healthy.winreg.writes.clear()
    doctor.report(healthy.machine)
    assert not healthy.winreg.writes
    assert (healthy.winreg.dump(), healthy.files()) == before


def policy(name: str, data: Any, key: str = POLICY, root: str = "HKCU") -> Callable[[PC], None]:
    return lambda pc: pc.put(key, name, data, root)


def changed(pc: PC) -> None:
    pc.addin.write_bytes(b"changed")


def unregistered(pc: PC) -> None:
    pc.winreg.roots[pc.winreg.HKEY_CURRENT_USER].keys["software"].keys["classes"].keys.clear()


TRUSTED_OFF = rf"{POLICY}\Trusted Locations"


@pytest.mark.parametrize(
    ("spoil", "check", "in_found", "in_ask"),
    [
        (policy("VBAWarnings", 4), "macros", "警告せずに", "情報システム担当"),
        (policy("VBAWarnings", 3, SECURITY), "macros", "署名された", "証明書"),
        (policy("VBAWarnings", 4, CLOUD), "macros", "Cloud", "検証.bat"),
        (policy("VBAWarnings", 4, root="HKLM"), "macros", "HKLM", "検証.bat"),
        (
            policy("VbaOff", 1, r"Software\Policies\Microsoft\Office\16.0\Common", "HKLM"),
            "macros",
            "VBA そのもの",
            "集約.bat",
        ),
        (policy("DisableAllAddins", 1), "addins_allowed", POLICY, "市の方針"),
        (policy("DisableAllAddins", 1, SECURITY), "addins_allowed", SECURITY, "トラスト センター"),
        (policy("RequireAddinSig", 1), "addins_allowed", "署名のある", "例外"),
        (
            policy("AllLocationsDisabled", 1, TRUSTED_OFF),
            "trusted_location",
            "すべて無効",
            "情報システム担当",
        ),
        (
            policy("1", "\0evalxl.xlam".encode("utf-16-le"), DISABLED),
            "addin_disabled",
            "止めて",
            "使用できないアイテム",
        ),
        (
            policy(examinations.NO_CHILDREN, "1", examinations.ASR, "HKLM"),
            "started_programs",
            "規則",
            "よいか",
        ),
        (policy("OPEN", '"other.xlam"', OPTIONS), "addin_registered", "一覧に", "evalxl addin install"),
        (changed, "addin_file", "書き換え", "evalxl addin install"),
        (lambda pc: pc.addin.unlink(), "addin_file", "ありません", "evalxl addin install"),
        (unregistered, "com_class", "登録されていません", "evalxl addin install"),
    ],
)
def test_each_obstacle_is_named_with_what_to_ask_for(
    healthy: PC, spoil: Callable[[PC], None], check: str, in_found: str, in_ask: str
) -> None:
    assert found(healthy, check).status != "problem"
    spoil(healthy)
    told = found(healthy, check)
    assert told.status == "problem"
    assert in_found in told.found
    assert in_ask in told.ask
    problems = [one.check for one in doctor.report(healthy.machine) if one.status == "problem"]
    assert problems == [check]
    english = found(healthy, check, "en")
    assert english.found != told.found
    assert "{" not in told.found + told.ask + english.found + english.ask


def test_the_button_shows_what_a_message_box_holds(healthy: PC) -> None:
    fine = doctor.brief(doctor.report(healthy.machine), "ja")
    assert "よし 13件、問題 0件" in fine
    assert "確かめられなかったもの: Officeから起動するプログラムの制限" in fine
    assert "［よし］" not in fine
    for name in ("VBAWarnings", "DisableAllAddins"):
        healthy.put(POLICY, name, 4)
    unregistered(healthy)
    told = doctor.brief(doctor.report(healthy.machine), "ja")
    assert told.startswith("［問題］連携プログラム")
    assert len(told) <= doctor.LONGEST
    many = doctor.brief([*doctor.report(healthy.machine)] * 5, "ja")
    assert len(many) == doctor.LONGEST
    assert many.endswith("evalxl addin doctor で見られます。")


def test_a_policy_wins_over_the_user(healthy: PC) -> None:
    healthy.put(SECURITY, "VBAWarnings", 4)
    healthy.put(POLICY, "VBAWarnings", 2)
    assert found(healthy, "macros").status == "ok"


def test_another_python_is_told(healthy: PC, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        installation, "command_line", lambda machine: r'"D:\new\pythonw.exe" -P -m udfs.server'
    )
    told = found(healthy, "com_class")
    assert (told.status, "別の場所の Python" in told.found) == ("problem", True)


def test_the_mark_of_the_web(healthy: PC, monkeypatch: pytest.MonkeyPatch) -> None:
    for zone, status in (
        ("[ZoneTransfer]\nZoneId=3\n", "problem"),
        ("ZoneId=1", "ok"),
        ("", "ok"),
        (None, "unchecked"),
    ):
        monkeypatch.setattr(Machine, "zone", lambda self, file, zone=zone: zone)
        assert found(healthy, "blocked_mark").status == status


def test_the_mark_is_read_from_the_files_stream(healthy: PC) -> None:
    Path(f"{healthy.addin}:Zone.Identifier").write_text("[ZoneTransfer]\nZoneId=4\n")
    assert "ZoneId=4" in found(healthy, "blocked_mark").found


def test_a_trusted_location_is_recognised_with_its_variables(healthy: PC) -> None:
    assert "ありません" in found(healthy, "trusted_location").found
    locations = rf"{SECURITY}\Trusted Locations\Location9"
    healthy.put(locations, "Path", "%APPDATA%/Microsoft/AddIns/")
    told = found(healthy, "trusted_location")
    assert (told.status, told.found.endswith("信頼できる場所です。")) == ("ok", True)


def test_network_places(healthy: PC, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Machine, "on_network", lambda self, path: True)
    assert {found(healthy, name).status for name in ("network_path", "place")} == {"problem"}
    monkeypatch.undo()
    assert Machine("win32").on_network(Path("//server/share/evalxl.xlam"))
    assert Machine("win32").on_network(Path(r"\\server\share\evalxl.xlam"))


def test_what_may_not_be_read_is_said_and_the_rest_goes_on(healthy: PC) -> None:
    healthy.winreg.forbid(POLICY)
    told = found(healthy, "macros")
    assert (told.status, "権限がない" in told.found) == ("unchecked", True)
    assert found(healthy, "excel").status == "ok"


def test_no_excel(healthy: PC) -> None:
    healthy.winreg.roots[healthy.winreg.HKEY_LOCAL_MACHINE].keys.clear()
    healthy.winreg.roots[healthy.winreg.HKEY_CURRENT_USER].keys["software"].keys.pop("microsoft")
    assert found(healthy, "excel").status == "problem"
    assert found(healthy, "macros").status == "unchecked"


def test_on_any_system_it_says_what_it_could_not_check(capsys: pytest.CaptureFixture[str]) -> None:
    if Machine.here().windows:
        pytest.skip("Windows itself")
    assert main(["addin", "doctor", "--json"]) == 0
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert [check["check"] for check in checks] == list(doctor.CHECKS)
    for check in checks:
        assert check.keys() == {"check", "label", "status", "found", "ask"}
        assert check["status"] in ("ok", "unchecked")
    assert main(["addin", "doctor"]) == 0
    assert "［未確認］Excel: Windows以外の機械では" in capsys.readouterr().out


def test_the_command_reports_problems_by_its_exit_code(
    healthy: PC, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Machine, "here", classmethod(lambda cls: healthy.machine))
    assert main(["addin", "doctor"]) == 0
    healthy.put(POLICY, "VBAWarnings", 4)
    assert main(["addin", "doctor"]) == 1
    assert "［問題］マクロの設定" in capsys.readouterr().out


def test_install_and_uninstall_by_command(
    pc: PC, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Machine, "here", classmethod(lambda cls: pc.machine))
    monkeypatch.setattr(installation, "version_of", lambda name: "0.1.0")
    before = pc.winreg.dump()
    given = tmp_path / "handed out.xlam"
    given.write_bytes(b"the add-in")
    assert main(["addin", "install", "--xlam", str(given)]) == 0
    assert "「信頼できる場所」やマクロの設定は変えていません" in capsys.readouterr().out
    assert pc.addin.read_bytes() == b"the add-in"
    assert main(["addin", "uninstall", "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert str(pc.addin) in done["removed"]
    assert done["left"] == []
    assert pc.winreg.dump() == before
    assert main(["addin", "install", "--xlam", str(tmp_path / "none.xlam")]) == 2
    assert Registry(pc.winreg).get("HKCU", OPTIONS, "OPEN") is None


@pytest.mark.parametrize("missing", [["pywin32"], ["xlwings", "pywin32"]], ids=["pywin32", "both"])
def test_without_what_excel_calls_nothing_is_installed(
    missing: list[str], pc: PC, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As after the short setup of the README: the add-in would be there and each of its buttons fail."""
    monkeypatch.setattr(Machine, "here", classmethod(lambda cls: pc.machine))
    monkeypatch.setattr(installation, "version_of", lambda name: "" if name in missing else "1.0")
    before = pc.winreg.dump(), pc.files()
    assert main(["addin", "install"]) == 2
    told = capsys.readouterr().err
    assert f"部品（{'、'.join(missing)}）が、このPythonに入っていません" in told
    assert '-m pip install "evalxl[excel]"' in told
    assert (pc.winreg.dump(), pc.files()) == before
