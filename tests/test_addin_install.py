"""Installing the add-in for one user and taking it out again, over a registry in memory.

What is proven here is our logic against the documented behaviour of `winreg`; no Windows was asked.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from evalxl.errors import UsageError
from tests.support.pc import ADDIN, OPTIONS, PC, install, pc
from tests.support.winreg import Winreg
from udfs import excel_keys, identity, installation
from udfs.machine import Machine
from udfs.registry import Registry
from workbook.errors import OutputLocked

__all__ = ["pc"]  # the fixture


def test_excel_finds_the_addin_and_windows_finds_our_python(pc: PC) -> None:
    install(pc)
    registry = Registry(pc.winreg)
    assert pc.addin.read_bytes() == ADDIN
    assert pc.opened()["OPEN"] == f'"{pc.addin}"'
    clsid = registry.get("HKCU", r"Software\Classes\evalxl.Bridge\CLSID", "")
    assert clsid == identity.CLSID
    for view in (32, 64):  # an Excel of either kind looks in its own registry
        command = registry.get("HKCU", rf"Software\Classes\CLSID\{clsid}\LocalServer32", "", view)
        assert command == rf'"C:\evalxl\python\pythonw.exe" -P -m {identity.SERVER}'
    wow = rf"Software\Classes\Wow6432Node\CLSID\{clsid}\LocalServer32"
    assert registry.exists("HKCU", wow)


def test_uninstall_leaves_the_pc_as_it_was(pc: PC) -> None:
    before = pc.winreg.dump(), pc.files()
    install(pc)
    assert (pc.winreg.dump(), pc.files()) != before
    done = installation.uninstall(pc.machine)
    assert done
    assert not done.left
    assert str(pc.addin) in done.removed
    assert (pc.winreg.dump(), pc.files()) == before
    assert installation.uninstall(pc.machine) is None


def test_the_registry_is_written_under_the_user_alone(pc: PC) -> None:
    install(pc)
    installation.uninstall(pc.machine)
    roots = {root for root, _ in pc.winreg.writes}
    paths = {path.lower() for _, path in pc.winreg.writes}
    assert roots == {pc.winreg.HKEY_CURRENT_USER}
    assert not any("policies" in path or "security" in path or "trusted" in path for path in paths)


def test_installing_anew_replaces_and_one_uninstall_takes_all_back(pc: PC) -> None:
    before = pc.winreg.dump(), pc.files()
    install(pc)
    moved = dataclasses.replace(pc.machine, executable=r"D:\other\python.exe")
    installation.install(moved, b"a newer one", "0.2.0")
    assert pc.addin.read_bytes() == b"a newer one"
    assert list(pc.opened()) == ["DefaultPath", "OPEN"]
    installation.uninstall(moved)
    assert (pc.winreg.dump(), pc.files()) == before


@pytest.mark.parametrize("place", [0, 1, 2])
def test_other_addins_stay_in_their_order(pc: PC, place: int) -> None:
    others = ['/R "C:\\Solver\\Solver.xlam"', '"kaikei.xlam"']
    install(pc)
    entries = [*others[:place], pc.opened()["OPEN"], *others[place:]]
    for number, entry in enumerate(entries):  # as Excel itself may have written them anew
        pc.put(OPTIONS, f"OPEN{number or ''}", entry)
    installation.uninstall(pc.machine)
    assert pc.opened() == {"DefaultPath": "H:\\", "OPEN": others[0], "OPEN1": others[1]}


def test_the_first_free_number_is_taken(pc: PC) -> None:
    pc.put(OPTIONS, "OPEN", '"a.xlam"')
    pc.put(OPTIONS, "Open1", '"b.xlam"')
    install(pc)
    assert pc.opened()["OPEN2"] == f'"{pc.addin}"'


def test_a_gap_before_others_is_taken_so_that_excel_reads_on(pc: PC) -> None:
    pc.put(OPTIONS, "OPEN", '"a.xlam"')
    pc.put(OPTIONS, "OPEN2", '"b.xlam"')
    install(pc)
    assert pc.opened()["OPEN1"] == f'"{pc.addin}"'


def test_what_others_changed_is_left_and_told(pc: PC) -> None:
    install(pc)
    pc.addin.write_bytes(b"someone's own change")
    key = rf"Software\Classes\CLSID\{identity.CLSID}\LocalServer32"
    pc.put(key, "", "another program", view=pc.winreg.KEY_WOW64_64KEY)
    done = installation.uninstall(pc.machine)
    assert done
    assert str(pc.addin) in done.left
    assert rf"HKCU\{key}" in done.left
    assert pc.addin.read_bytes() == b"someone's own change"
    assert Registry(pc.winreg).get("HKCU", key, "", 64) == "another program"
    assert not Registry(pc.winreg).exists("HKCU", key, 32)
    assert "OPEN" not in pc.opened()


def test_every_installed_excel_is_served_and_old_ones_are_not(pc: PC) -> None:
    pc.put(rf"{excel_keys.OFFICE}\17.0\Excel\InstallRoot", "Path", "C:\\", "HKLM", pc.winreg.KEY_WOW64_32KEY)
    pc.put(rf"{excel_keys.OFFICE}\14.0\Excel\InstallRoot", "Path", "C:\\", "HKLM")
    assert [opened.version for opened in install(pc).opened] == ["16.0", "17.0"]


def test_click_to_run_is_found(pc: PC) -> None:
    pc.winreg.roots[pc.winreg.HKEY_LOCAL_MACHINE].keys.clear()
    pc.put(excel_keys.CLICK_TO_RUN, "Platform", "x64", "HKLM")
    assert excel_keys.versions(Registry(pc.winreg)) == ["16.0"]
    assert excel_keys.bits(Registry(pc.winreg), "16.0") == 64


# ---- what stands in the way: nothing changes ---------------------------------------------------------------


def refused(pc: PC, match: str) -> None:
    before = pc.winreg.dump(), pc.files()
    with pytest.raises(UsageError) as told:
        install(pc)
    assert match in told.value.text.of("ja", **told.value.values)
    assert (pc.winreg.dump(), pc.files()) == before


def test_an_open_excel_would_overwrite_its_list(pc: PC, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Machine, "excel_runs", lambda self: True)
    refused(pc, "Excelが開いています")


def test_without_excel(pc: PC) -> None:
    pc.winreg.roots[pc.winreg.HKEY_LOCAL_MACHINE].keys.clear()
    pc.winreg.roots[pc.winreg.HKEY_CURRENT_USER].keys.clear()
    refused(pc, "Excel 2016以降が見つかりません")


def test_the_same_addin_from_another_place(pc: PC) -> None:
    pc.put(OPTIONS, "OPEN", '/R "\\\\server\\share\\EVALXL.xlam"')
    refused(pc, "\\\\server\\share\\EVALXL.xlam")


@pytest.mark.parametrize(
    "key",
    [r"Software\Classes", rf"Software\Classes\CLSID\{identity.CLSID}", OPTIONS],
    ids=["classes", "class", "options"],
)
def test_a_policy_that_forbids_the_registry_is_told_and_all_is_taken_back(
    pc: PC, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = pc.winreg.dump(), pc.files()
    monkeypatch.setattr(pc.winreg, "CreateKeyEx", _denying(pc.winreg, key))
    with pytest.raises(UsageError) as told:
        install(pc)
    assert "市の方針" in told.value.text.ja
    assert "元の状態に戻しました" in told.value.text.ja
    assert (pc.winreg.dump(), pc.files()) == before


def _denying(winreg: Winreg, forbidden: str, view: int = 0) -> Any:
    """Denies a key and all below it, in one view where one is named."""
    create = winreg.CreateKeyEx

    def denied(key: int, sub_key: str, reserved: int = 0, access: int = 0) -> Any:
        below = f"{sub_key.lower()}\\".startswith(f"{forbidden.lower()}\\")
        if below and (view != 32 or access & winreg.KEY_WOW64_32KEY):
            raise PermissionError(5, "Access is denied")
        return create(key, sub_key, reserved, access)

    return denied


def test_a_locked_addin_file_is_told_before_anything_changes(pc: PC, monkeypatch: pytest.MonkeyPatch) -> None:
    install(pc)
    before = pc.winreg.dump(), pc.files()

    def locked(path: object) -> None:
        raise OutputLocked(str(path), "open")

    monkeypatch.setattr(installation, "ensure_replaceable", locked)
    with pytest.raises(OutputLocked):
        install(pc, b"newer")
    with pytest.raises(OutputLocked):
        installation.uninstall(pc.machine)
    assert (pc.winreg.dump(), pc.files()) == before
    assert pc.addin.read_bytes() == ADDIN


def test_a_killed_installation_can_be_taken_back(pc: PC, monkeypatch: pytest.MonkeyPatch) -> None:
    before = pc.winreg.dump(), pc.files()
    with monkeypatch.context() as patch:
        patch.setattr(excel_keys, "add_opened", _killed)
        patch.setattr(installation, "_put_back", lambda *_: None)  # the killed program undoes nothing
        with pytest.raises(KeyboardInterrupt):
            install(pc)
    assert (pc.winreg.dump(), pc.files()) != before
    installation.uninstall(pc.machine)
    assert (pc.winreg.dump(), pc.files()) == before


# ---- a newer one in its place ------------------------------------------------------------------------------


SERVER = rf"Software\Classes\CLSID\{identity.CLSID}\LocalServer32"


def upgrade(pc: PC) -> installation.Written:
    moved = dataclasses.replace(pc.machine, executable=r"D:\other\python.exe")
    return installation.install(moved, b"a newer one", "0.2.0")


@pytest.mark.parametrize("view", [0, 32], ids=["all of it", "for 32-bit programs"])
def test_an_upgrade_that_is_denied_leaves_the_old_one_whole(
    pc: PC, view: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = pc.winreg.dump(), pc.files()
    install(pc)
    before = pc.winreg.dump(), pc.files(), installation.installed(pc.machine)
    with monkeypatch.context() as patch:
        patch.setattr(pc.winreg, "CreateKeyEx", _denying(pc.winreg, SERVER, view))
        with pytest.raises(UsageError) as told:
            upgrade(pc)
    assert "元の状態に戻しました" in told.value.text.ja
    assert pc.addin.read_bytes() == ADDIN
    assert (pc.winreg.dump(), pc.files(), installation.installed(pc.machine)) == before
    installation.uninstall(pc.machine)
    assert (pc.winreg.dump(), pc.files()) == bare


def test_an_upgrade_writes_only_what_is_new(pc: PC, monkeypatch: pytest.MonkeyPatch) -> None:
    install(pc)
    monkeypatch.setattr(pc.winreg, "CreateKeyEx", _denying(pc.winreg, r"Software"))
    installation.install(pc.machine, b"a newer one", "0.2.0")
    assert pc.addin.read_bytes() == b"a newer one"


@pytest.mark.parametrize("step", ["set", "add_opened"])
def test_a_killed_upgrade_can_be_taken_back(pc: PC, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = pc.winreg.dump(), pc.files()
    install(pc)
    with monkeypatch.context() as patch:
        patch.setattr(Registry if step == "set" else excel_keys, step, _killed)
        patch.setattr(installation, "_put_back", lambda *_: None)
        with pytest.raises(KeyboardInterrupt):
            upgrade(pc)
    assert pc.addin.read_bytes() == b"a newer one"
    done = installation.uninstall(pc.machine)
    assert done
    assert not done.left
    assert (pc.winreg.dump(), pc.files()) == before


def test_an_upgrade_takes_away_what_the_older_one_had_elsewhere(
    pc: PC, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = pc.winreg.dump()
    with monkeypatch.context() as patch:
        patch.setattr(identity, "PROGID", "evalxl.Older")
        patch.setitem(pc.machine.environment, "APPDATA", str(tmp_path / "Older"))  # type: ignore[arg-type]
        install(pc)
    upgrade(pc)
    assert not (tmp_path / "Older" / "Microsoft" / "AddIns" / "evalxl.xlam").exists()
    assert not Registry(pc.winreg).values("HKCU", r"Software\Classes\evalxl.Older")
    assert [name for name in pc.opened() if name != "DefaultPath"] == ["OPEN"]
    installation.uninstall(pc.machine)
    assert pc.winreg.dump() == before


def _killed(*_: object) -> bool:
    raise KeyboardInterrupt


def test_a_damaged_list_is_told_and_nothing_is_guessed(pc: PC) -> None:
    install(pc)
    path = installation.list_path(pc.machine)
    path.write_text("{")
    before = pc.winreg.dump()
    with pytest.raises(UsageError) as told:
        installation.uninstall(pc.machine)
    assert str(path) in str(told.value)
    assert pc.winreg.dump() == before


def test_elsewhere_the_commands_say_that_excel_is_of_windows(capsys: pytest.CaptureFixture[str]) -> None:
    from evalxl.cli import main

    if Machine.here().windows:
        pytest.skip("Windows itself")
    for line in (["install", "--xlam", "evalxl.xlam"], ["uninstall"]):
        assert main(["addin", *line]) == 2
        assert "Windows だけ" in capsys.readouterr().err
