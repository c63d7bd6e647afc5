"""The add-in in a user's Excel: what is written where, and its exact undoing. No administrator is needed.

Written are the add-in's file in the user's add-in folder, the COM class under HKEY_CURRENT_USER, and an OPEN
value for each Excel. A list of all of it lies in the user's own folder before the first change is made:
whatever happens in between, `uninstall` knows what to take back. An installation that is replaced stays until
the new one stands: where that is denied, all is put back as it was. Trust is the IT section's, never set.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import ntpath
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from evalxl.errors import UsageError
from evalxl.texts import Text
from udfs import excel_keys, identity
from udfs.machine import CALLED_BY_EXCEL, Machine, version_of
from udfs.registry import Data, Registry, View
from workbook.atomic import ensure_replaceable, replacing

CLASSES = r"Software\Classes"
VIEWS: tuple[View, View] = (64, 32)
"""CLSID keys exist twice on a 64-bit Windows, and Excel of either kind looks in its own."""
NAME = "事務事業評価（evalxl）"

NOT_WINDOWS = Text(
    "アドインの登録は Windows だけで行えます。この機械では、検証や集約の命令をそのままお使いください。",
    "The add-in is registered on Windows only. Here, use the commands as they are.",
)
NO_PACKAGES = Text(
    "Excelから呼び出すための部品（{missing}）が、このPythonに入っていません。"
    "配布フォルダーの install.bat で入れるか、次の命令を実行してから、もう一度お試しください: "
    '"{python}" -m pip install "evalxl[excel]"',
    "This Python lacks the packages that Excel's calls need ({missing}). Install with install.bat of the "
    'offline folder, or run this and try again: "{python}" -m pip install "evalxl[excel]"',
)
NO_FOLDER = Text(
    "ユーザーのフォルダー（環境変数 {name}）が分かりません。情報システム担当にお知らせください。",
    "The user's folder (variable {name}) is not known. Please tell the IT section.",
)
NO_EXCEL = Text(
    "Excel 2016以降が見つかりません。Excelを一度開いて閉じてから、もう一度実行してください。",
    "No Excel 2016 or later was found. Open and close Excel once, then run this again.",
)
EXCEL_RUNS = Text(
    "Excelが開いています。すべてのブックを保存してExcelを終了してから、もう一度実行してください。",
    "Excel is open. Save all books, end Excel, and run this again.",
)
ELSEWHERE = Text(
    "別の場所の evalxl.xlam がすでに登録されています（{path}）。"
    "Excelの「アドイン」の画面でチェックを外してから、"
    "もう一度実行してください。",
    "Another evalxl.xlam is registered ({path}). Untick it in Excel's list of add-ins and run this again.",
)
DENIED = Text(
    "レジストリに書き込めませんでした（{detail}）。市の方針で止められている可能性があります。"
    "元の状態に戻しました。"
    "情報システム担当に、HKEY_CURRENT_USER\\Software\\Classes への登録の可否を確かめてください。",
    "The registry could not be written ({detail}), maybe by a policy of the city. All is as it was before. "
    "Ask the IT section whether HKEY_CURRENT_USER\\Software\\Classes may be written.",
)
DAMAGED_LIST = Text(
    "登録の控え {path} を読めません。"
    "情報システム担当にお知らせください（手作業での消し方は「導入の手引き」にあります）。",
    "The list of what was installed, {path}, cannot be read. Tell the IT section; removal by hand is in "
    "the guide.",
)


class Value(msgspec.Struct, frozen=True):
    """A value of the registry under HKEY_CURRENT_USER."""

    key: str
    name: str
    data: str
    view: View = 0


class Opened(msgspec.Struct, frozen=True):
    """An add-in that one version of Excel opens at its start."""

    version: str
    path: str


class Written(msgspec.Struct):
    """All that an installation wrote; ``keys`` and ``folders`` are those that were not there before."""

    evalxl: str
    file: str = ""
    sha256: str = ""
    keys: list[tuple[str, View]] = []
    values: list[Value] = []
    opened: list[Opened] = []
    folders: list[str] = []
    before: Written | None = None
    """The installation that this one replaces, as long as it is not whole."""

    @property
    def parts(self) -> list[Written]:
        """This one, and what it replaces: of each file and value one of the two may be there."""
        return [self, *(self.before.parts if self.before else [])]


@dataclasses.dataclass(slots=True, frozen=True)
class _Stood:
    """What stood where an installation writes."""

    written: Written | None
    """The earlier installation's list."""
    file: bytes | None
    values: list[Data]
    opened: list[bool]
    """For each Excel, whether it opened the add-in already."""

    @classmethod
    def of(cls, registry: Registry, plan: Written) -> _Stood:
        file = Path(plan.file)
        return cls(
            plan.before,
            file.read_bytes() if file.exists() else None,
            [registry.get("HKCU", value.key, value.name, value.view) for value in plan.values],
            [excel_keys.opens(registry, opened.version, opened.path) for opened in plan.opened],
        )


@dataclasses.dataclass(slots=True)
class Removed:
    """What `uninstall` took back, and what it left because others changed it since."""

    removed: list[str] = dataclasses.field(default_factory=list)
    left: list[str] = dataclasses.field(default_factory=list)


def list_path(machine: Machine) -> Path:
    """Where the list of what was written lies."""
    return _folder(machine, "LOCALAPPDATA") / "evalxl" / "addin-install.json"


def target(machine: Machine) -> Path:
    """Where the add-in's file belongs: the user's add-in folder, from which Excel offers add-ins."""
    return _folder(machine, "APPDATA") / "Microsoft" / "AddIns" / identity.FILE


def installed(machine: Machine) -> Written | None:
    """What an earlier installation wrote, None where there was none."""
    path = list_path(machine)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Written)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError):
        raise UsageError(DAMAGED_LIST, path=path) from None


def install(machine: Machine, addin: bytes, version: str) -> Written:
    """Register the add-in for this user, in the place of an older installation.

    Raises `UsageError` where something stands in the way; then all is as it was before.
    """
    registry = _ready(machine)
    versions = excel_keys.versions(registry)
    if not versions:
        raise UsageError(NO_EXCEL)
    old = installed(machine)
    _refuse_another(registry, versions, target(machine), old)
    for file in {str(target(machine)), *([old.file] if old else [])}:
        ensure_replaceable(file)
    plan = _plan(machine, registry, versions, addin, version, old)
    stood = _Stood.of(registry, plan)
    _note(machine, plan)
    try:
        _apply(registry, plan, addin)
    except OSError as error:
        _put_back(machine, registry, plan, stood)
        raise UsageError(DENIED, detail=error.strerror or error) from None
    except BaseException:
        _put_back(machine, registry, plan, stood)
        raise
    whole = msgspec.structs.replace(plan, before=None)
    if old:
        _remove_rest(registry, old, whole)
    _note(machine, whole)
    return whole


def ensure_possible(machine: Machine) -> None:
    """Raise `UsageError` where nothing can be installed now. Cheap: call it before the add-in is built.

    Without xlwings the add-in would be there, and each of its buttons would fail.
    """
    _ready(machine)
    missing = [name for name in CALLED_BY_EXCEL if not version_of(name)]
    if missing:
        raise UsageError(NO_PACKAGES, missing="、".join(missing), python=machine.executable)


def uninstall(machine: Machine) -> Removed | None:
    """Take back exactly what `install` wrote; None when there is nothing.

    A file or value that someone changed since is left, and told.
    """
    registry = _ready(machine)
    written = installed(machine)
    if written is None:
        return None
    done = Removed()
    _remove_files(written, done)
    for opened in (opened for part in written.parts for opened in part.opened):
        if excel_keys.remove_opened(registry, opened.version, opened.path):
            done.removed.append(rf"HKCU\{excel_keys.options(opened.version)}: OPEN")
    _remove_values(registry, written, done)
    _remove_keys(registry, written.keys, done)
    list_path(machine).unlink()
    _remove_folders(written.folders)
    return done


def command_line(machine: Machine) -> str:
    """What Windows runs for `CreateObject`: our Python, without a window, no folder on its path."""
    executable = ntpath.join(ntpath.dirname(machine.executable), "pythonw.exe")
    return f'"{executable}" -P -m {identity.SERVER}'


def class_key() -> str:
    """The key of the COM class, below HKEY_CURRENT_USER."""
    return rf"{CLASSES}\CLSID\{identity.CLSID}"


def _ready(machine: Machine) -> Registry:
    if machine.registry is None:
        raise UsageError(NOT_WINDOWS)
    if machine.excel_runs():
        raise UsageError(EXCEL_RUNS)
    return machine.registry


def _folder(machine: Machine, variable: str) -> Path:
    folder = machine.folder(variable)
    if folder is None:
        raise UsageError(NO_FOLDER, name=variable)
    return folder


def _refuse_another(registry: Registry, versions: list[str], file: Path, old: Written | None) -> None:
    ours = [str(file), *([old.file] if old else [])]
    for version in versions:
        for path in map(excel_keys.named, excel_keys.opened(registry, version)):
            same_name = ntpath.basename(path).lower() == identity.FILE.lower()
            if same_name and not any(excel_keys.same_file(path, our) for our in ours):
                raise UsageError(ELSEWHERE, path=path)


def _plan(
    machine: Machine,
    registry: Registry,
    versions: list[str],
    addin: bytes,
    version: str,
    old: Written | None,
) -> Written:
    """What will be written, and which of the keys and folders were not there before it or ``old``."""
    values = [
        Value(rf"{CLASSES}\{identity.PROGID}", "", NAME),
        Value(rf"{CLASSES}\{identity.PROGID}\CLSID", "", identity.CLSID),
    ]
    for view in VIEWS:
        values += [
            Value(class_key(), "", NAME, view),
            Value(rf"{class_key()}\ProgID", "", identity.PROGID, view),
            Value(rf"{class_key()}\LocalServer32", "", command_line(machine), view),
        ]
    file = target(machine)
    wanted = [(value.key, value.view) for value in values]
    wanted += [(excel_keys.options(v), 0) for v in versions]
    wanted += [(rf"{CLASSES}\Wow6432Node", 0)]  # where Windows keeps the CLSID keys of 32-bit programs
    missing = dict.fromkeys(
        (above, view)
        for key, view in wanted
        for above in _down_to(key)
        if not registry.exists("HKCU", above, view)
    )
    return Written(
        evalxl=version,
        file=str(file),
        sha256=hashlib.sha256(addin).hexdigest(),
        keys=list(dict.fromkeys([*(old.keys if old else []), *missing])),
        values=values,
        opened=[Opened(v, str(file)) for v in versions],
        folders=[
            *(old.folders if old else []),
            *(
                str(folder)
                for folder in [*reversed(file.parents), *reversed(list_path(machine).parents)]
                if not folder.exists()
            ),
        ],
        before=old,
    )


def _down_to(key: str) -> list[str]:
    """A key and all above it, from the top."""
    parts = key.split("\\")
    return ["\\".join(parts[: count + 1]) for count in range(len(parts))]


def _note(machine: Machine, written: Written) -> None:
    with replacing(list_path(machine)) as temporary:
        temporary.write_bytes(msgspec.json.format(msgspec.json.encode(written), indent=1))


def _apply(registry: Registry, plan: Written, addin: bytes) -> None:
    with replacing(plan.file) as temporary:
        temporary.write_bytes(addin)
    for value in plan.values:
        if registry.get("HKCU", value.key, value.name, value.view) != value.data:
            registry.set(value.key, value.name, value.data, value.view)
    for opened in plan.opened:
        excel_keys.add_opened(registry, opened.version, opened.path)


def _put_back(machine: Machine, registry: Registry, plan: Written, stood: _Stood) -> None:
    """Have all as it stood before ``plan`` was begun; what the user may not write was not changed either."""
    if stood.file is None:
        Path(plan.file).unlink(missing_ok=True)
    else:
        with replacing(plan.file) as temporary:
            temporary.write_bytes(stood.file)
    for opened, before in zip(plan.opened, stood.opened, strict=True):
        if not before:
            with contextlib.suppress(PermissionError):
                excel_keys.remove_opened(registry, opened.version, opened.path)
    for value, data in zip(plan.values, stood.values, strict=True):
        with contextlib.suppress(PermissionError):
            _set_back(registry, value, data)
    old = stood.written or Written("")
    _remove_keys(registry, [key for key in plan.keys if key not in old.keys], Removed())
    if stood.written:
        _note(machine, stood.written)
    else:
        list_path(machine).unlink()
    _remove_folders([folder for folder in plan.folders if folder not in old.folders])


def _set_back(registry: Registry, value: Value, data: Data) -> None:
    if registry.get("HKCU", value.key, value.name, value.view) == data:
        return
    if isinstance(data, (str, int)):
        registry.set(value.key, value.name, data, value.view)
    else:
        registry.delete_value(value.key, value.name, value.view)


def _remove_rest(registry: Registry, old: Written, plan: Written) -> None:
    """Take back what an older installation wrote and the one in its place does not have."""
    kept = {(value.key, value.name, value.view) for value in plan.values}
    for part in old.parts:
        file = part.file if part.file != plan.file else ""
        values = [value for value in part.values if (value.key, value.name, value.view) not in kept]
        rest = Written("", file, part.sha256, values=values)
        _remove_files(rest, Removed())
        _remove_values(registry, rest, Removed())
        for opened in part.opened:
            if opened not in plan.opened:
                excel_keys.remove_opened(registry, opened.version, opened.path)


def _remove_files(written: Written, done: Removed) -> None:
    hashes: dict[str, set[str]] = defaultdict(set)
    for part in written.parts:
        hashes[part.file].add(part.sha256)
    for name in filter(None, hashes):
        ensure_replaceable(name)
        try:
            data = Path(name).read_bytes()
        except FileNotFoundError:
            continue
        if hashlib.sha256(data).hexdigest() in hashes[name]:
            Path(name).unlink()
            done.removed.append(name)
        else:
            done.left.append(name)


def _remove_values(registry: Registry, written: Written, done: Removed) -> None:
    ours: dict[tuple[str, str, View], set[Data]] = defaultdict(set)
    for value in (value for part in written.parts for value in part.values):
        ours[value.key, value.name, value.view].add(value.data)
    for place, data in ours.items():
        _remove_value(registry, place, data, done)


def _remove_value(registry: Registry, place: tuple[str, str, View], ours: set[Data], done: Removed) -> None:
    key, name, view = place
    shown = rf"HKCU\{key}"
    try:
        found = registry.get("HKCU", key, name, view)
        if found in ours:
            registry.delete_value(key, name, view)
            done.removed.append(shown)
        elif found is not None:
            done.left.append(shown)
    except PermissionError:
        done.left.append(shown)


def _remove_keys(registry: Registry, keys: Iterable[tuple[str, View]], done: Removed) -> None:
    for key, view in sorted(keys, key=lambda key: -key[0].count("\\")):
        _remove_key(registry, key, view, done)


def _remove_folders(folders: Sequence[str]) -> None:
    for folder in reversed(folders):
        with contextlib.suppress(OSError):  # others have put something there
            os.rmdir(folder)


def _remove_key(registry: Registry, key: str, view: View, done: Removed) -> None:
    """A key that the user may not touch stays; one that others use by now does, too."""
    try:
        gone = registry.delete_empty(key, view)
    except PermissionError:
        gone = False
    if not gone:
        done.left.append(rf"HKCU\{key}")
