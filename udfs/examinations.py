"""The checks of `udfs.doctor`, from Python outwards to the policies of the city."""

from __future__ import annotations

import functools
import hashlib
import ntpath
import re
import sys
from collections.abc import Callable
from pathlib import Path

import evalxl
from evalxl.texts import Text
from udfs import excel_keys, identity, installation
from udfs.doctor import NOT_WINDOWS, Examination, Finding, check, ok, problem, unchecked
from udfs.machine import CALLED_BY_EXCEL, Machine, version_of
from udfs.registry import Registry

RegistryExamination = Callable[[Machine, Registry], Finding]
VersionExamination = Callable[[Registry, str], Finding]

REINSTALL = Text(
    "Excelを終了して evalxl addin install を実行してください。",
    "End Excel and run: evalxl addin install",
)


def on_windows(examination: RegistryExamination) -> Examination:
    """An examination that needs the registry: elsewhere it says that it cannot be done."""

    @functools.wraps(examination)
    def examine(machine: Machine) -> Finding:
        if machine.registry is None:
            return unchecked(NOT_WINDOWS)
        return examination(machine, machine.registry)

    return examine


def of_each_excel(examination: VersionExamination) -> Examination:
    """An examination of one version of Excel: the worst that is found counts."""

    @on_windows
    def examine(machine: Machine, registry: Registry) -> Finding:
        versions = excel_keys.versions(registry)
        if not versions:
            return unchecked(
                Text(
                    "Excel が見つからないため、確かめていません。",
                    "Excel was not found, so this was not checked.",
                )
            )
        found = [examination(registry, version) for version in versions]
        return min(found, key=lambda one: ["problem", "unchecked", "ok"].index(one.status))

    return examine


# ---- this program ------------------------------------------------------------------------------------------


@check("python", "Python", "Python")
def python(machine: Machine) -> Finding:
    """Which Python runs this, and of how many bits."""
    version = ".".join(map(str, sys.version_info[:3]))
    return ok(
        Text("{version}（{bits}ビット） {path}", "{version} ({bits}-bit) {path}"),
        version=version,
        bits=machine.bits,
        path=machine.executable,
    )


@check("packages", "部品（evalxl、xlwings、pywin32）", "Packages (evalxl, xlwings, pywin32)")
def packages(machine: Machine) -> Finding:
    """Whether all that calls Excel is installed."""
    found = {name: version_of(name) for name in ("evalxl", *CALLED_BY_EXCEL)}
    shown = ", ".join(f"{name} {version}" for name, version in found.items() if version)
    missing = ", ".join(name for name, version in found.items() if not version)
    if not missing:
        return ok(Text("{shown}", "{shown}"), shown=shown)
    if not machine.windows:
        return unchecked(
            Text(
                "{shown}。{missing} は Excel のある Windows だけで使います。",
                "{shown}. {missing}: only for Windows with Excel.",
            ),
            shown=shown,
            missing=missing,
        )
    return problem(
        Text("{missing} が入っていません（{shown}）。", "{missing} missing ({shown})."),
        Text(
            "配布フォルダーの install.bat をもう一度実行してください。",
            "Run install.bat of the offline folder once more.",
        ),
        missing=missing,
        shown=shown,
    )


@check("place", "プログラムの場所", "Where the program lies")
def place(machine: Machine) -> Finding:
    """A program on a network drive starts slowly, and stops with the network."""
    path = Path(evalxl.__file__).parent
    remote = machine.on_network(path)
    if remote is None:
        return unchecked(
            Text(
                "{path}（ネットワーク上かどうかは確かめられません）", "{path} (on a network? not known here)"
            ),
            path=path,
        )
    if not remote:
        return ok(Text("{path}", "{path}"), path=path)
    return problem(
        Text(
            "ネットワーク上にあります（{path}）。起動が遅くなります。",
            "On the network ({path}): slow to start.",
        ),
        Text(
            "各PCに入れてよいか情報システム担当に確かめ、install.bat で入れ直してください。",
            "Ask the IT section whether it may lie on each PC, and install it with install.bat.",
        ),
        path=path,
    )


# ---- Excel and what is registered --------------------------------------------------------------------------


@check("excel", "Excel", "Excel")
@on_windows
def excel(machine: Machine, registry: Registry) -> Finding:
    """Which Excel there is. Its bits need not be Python's: they are two programs."""
    versions = excel_keys.versions(registry)
    if not versions:
        return problem(
            Text("Excel 2016以降が見つかりません。", "No Excel 2016 or later was found."),
            Text(
                "Excelを一度開いて閉じてから、もう一度診断してください。Excelがなければ 検証.bat と "
                "集約.bat をお使いください。",
                "Open and close Excel once and try again. Without Excel use 検証.bat and 集約.bat.",
            ),
        )
    shown = [f"{v}{_bits(excel_keys.bits(registry, v))}" for v in versions]
    return ok(Text("{shown}", "{shown}"), shown=", ".join(shown))


def _bits(bits: int | None) -> str:
    return f" ({bits}-bit)" if bits else ""


@check("com_class", "連携プログラムの登録（COM）", "The COM class")
@on_windows
def com_class(machine: Machine, registry: Registry) -> Finding:
    """Whether `CreateObject` in the add-in finds our Python, for Excel of 32 and of 64 bits."""
    clsid = registry.get("HKCU", rf"{installation.CLASSES}\{identity.PROGID}\CLSID", "")
    key = rf"{installation.class_key()}\LocalServer32"
    commands = {registry.get("HKCU", key, "", view) for view in installation.VIEWS}
    if clsid != identity.CLSID or None in commands:
        return problem(
            Text("{progid} が登録されていません。", "{progid} is not registered."),
            REINSTALL,
            progid=identity.PROGID,
        )
    if commands != {installation.command_line(machine)}:
        return problem(
            Text(
                "別の場所の Python が登録されています: {commands}", "Another Python is registered: {commands}"
            ),
            REINSTALL,
            commands=" / ".join(sorted(map(str, commands))),
        )
    program = installation.command_line(machine).split('"')[1]
    if not Path(program).is_file():
        return problem(
            Text("登録された {program} がありません。", "The registered {program} is not there."),
            REINSTALL,
            program=program,
        )
    return ok(Text("{progid} → {program}", "{progid} → {program}"), progid=identity.PROGID, program=program)


@check("addin_file", "アドインのファイル", "The add-in's file")
@on_windows
def addin_file(machine: Machine, registry: Registry) -> Finding:
    """Whether the add-in lies in its folder, as it was installed."""
    written = installation.installed(machine)
    file = Path(written.file) if written else installation.target(machine)
    if not written or not file.is_file():
        return problem(Text("{file} がありません。", "There is no {file}."), REINSTALL, file=file)
    if hashlib.sha256(file.read_bytes()).hexdigest() != written.sha256:
        return problem(
            Text(
                "{file} は、登録した後に書き換えられています。", "{file} was changed after it was installed."
            ),
            REINSTALL,
            file=file,
        )
    if written.evalxl != version_of("evalxl"):
        return problem(
            Text(
                "アドインは {addin} 版、プログラムは {program} 版です。", "Add-in {addin}, program {program}."
            ),
            REINSTALL,
            addin=written.evalxl,
            program=version_of("evalxl"),
        )
    return ok(Text("{file}", "{file}"), file=file)


@check("addin_registered", "Excelへのアドインの登録", "The add-in in Excel's list")
@on_windows
def addin_registered(machine: Machine, registry: Registry) -> Finding:
    """Whether each Excel opens the add-in at its start."""
    file = str(installation.target(machine))
    without = [
        version
        for version in excel_keys.versions(registry)
        if not any(
            excel_keys.same_file(excel_keys.named(entry), file)
            for entry in excel_keys.opened(registry, version)
        )
    ]
    if without or not excel_keys.versions(registry):
        return problem(
            Text(
                "Excel の起動時に開く一覧に evalxl.xlam がありません。",
                "Excel does not open evalxl.xlam at its start.",
            ),
            Text(
                "Excelの「ファイル」→「オプション」→「アドイン」→「設定」で「evalxl」にチェックを付けるか、"
                "Excelを終了して evalxl addin install を実行してください。",
                "Tick evalxl under File, Options, Add-ins, Go; or end Excel and run: evalxl addin install",
            ),
        )
    return ok(Text("起動時に開きます。", "Opened at the start of Excel."))


@check("addin_disabled", "Excelによる使用停止", "Disabled by Excel")
@of_each_excel
def addin_disabled(registry: Registry, version: str) -> Finding:
    """Excel stops loading what it once failed with."""
    if any(identity.FILE.lower() in item.lower() for item in excel_keys.disabled_items(registry, version)):
        return problem(
            Text("Excelが、起動に失敗したアドインとして止めています。", "Excel disabled it after a failure."),
            Text(
                "Excelの「ファイル」→「オプション」→「アドイン」→ 管理「使用できないアイテム」→「設定」で、"
                "evalxl を有効にしてください。",
                "In Excel: File, Options, Add-ins, Manage: Disabled Items, Go; enable evalxl.",
            ),
        )
    return ok(Text("止められていません。", "Not disabled."))


# ---- Trust Center and policies -----------------------------------------------------------------------------

NOTIFY = 2
"""VBAWarnings where nobody set it: macros of documents are disabled, with a notification."""
SECURITY = r"Excel\Security"


def _holds(registry: Registry, version: str, under: str, name: str) -> excel_keys.Setting | None:
    found = excel_keys.setting(registry, version, under, name)
    return found if found and found.data not in (0, "0") else None


@check("macros", "マクロの設定", "Macro settings")
@of_each_excel
def macros(registry: Registry, version: str) -> Finding:
    """VBAWarnings and VbaOff: whether the add-in's VBA may run at all."""
    if off := _holds(registry, version, "Common", "VbaOff"):
        return problem(
            Text("VBA そのものが止められています（{key}）。", "VBA as a whole is turned off ({key})."),
            Text(
                "この設定のままではアドインは使えません。検証.bat と 集約.bat で同じ結果が得られます。"
                "アドインを使うときは、情報システム担当に VBA の利用の可否を確かめてください。",
                "The add-in cannot run so; 検証.bat and 集約.bat give the same results. To use the add-in, "
                "ask "
                "the IT section whether VBA may be used.",
            ),
            key=off.key,
        )
    warnings = excel_keys.setting(registry, version, SECURITY, "VBAWarnings")
    level = warnings.data if warnings and isinstance(warnings.data, int) else NOTIFY
    key = warnings.key if warnings else "-"
    if level in (3, 4):
        return problem(MACROS_OFF if level == 4 else MACROS_SIGNED, ASK_MACROS, key=key)
    return ok(
        Text(
            "マクロは止められていません（{level}）。登録済みのアドインは確認なしで開きます。",
            "Macros are not turned off ({level}). Registered add-ins open without asking.",
        ),
        level=level,
    )


MACROS_OFF = Text(
    "「警告せずにマクロを無効にする」になっています（{key}）。",
    "All macros are disabled without notification ({key}).",
)
MACROS_SIGNED = Text(
    "「署名されたマクロだけ有効」になっています（{key}）。",
    "Only signed macros are enabled ({key}).",
)
ASK_MACROS = Text(
    "アドインのボタンが動かないときは、情報システム担当に、"
    "アドインのフォルダーを「信頼できる場所」に加えるか、"
    "evalxl.xlam に市の証明書で署名できるかを相談してください。止める方針であれば、検証.bat と 集約.bat "
    "をお使いください。",
    "If the buttons do nothing, ask the IT section whether the add-in's folder may become a trusted "
    "location, or "
    "evalxl.xlam be signed with the city's certificate. If macros are to stay off, use 検証.bat and "
    "集約.bat.",
)


@check("addins_allowed", "アドインの設定", "Add-in settings")
@of_each_excel
def addins_allowed(registry: Registry, version: str) -> Finding:
    """Whether application add-ins are disabled as a whole, or must be signed."""
    for name, found in (
        (
            "DisableAllAddins",
            Text("すべてのアドインが止められています（{key}）。", "All add-ins are disabled ({key})."),
        ),
        (
            "RequireAddinSig",
            Text("署名のあるアドインだけが許されています（{key}）。", "Add-ins must be signed ({key})."),
        ),
    ):
        if setting := _holds(registry, version, SECURITY, name):
            return problem(found, ASK_POLICY if setting.by_policy else ASK_USER_ADDINS, key=setting.key)
    return ok(Text("アドインは止められていません。", "Add-ins are not disabled."))


ASK_POLICY = Text(
    "市の方針による設定です。情報システム担当に、evalxl.xlam を使えるか（署名、または例外）"
    "を相談してください。"
    "使えないときは、検証.bat と 集約.bat で同じ結果が得られます。",
    "This is set by policy. Ask the IT section whether evalxl.xlam may be used (signed, or as an exception). "
    "If not, 検証.bat and 集約.bat give the same results.",
)
ASK_USER_ADDINS = Text(
    "Excelの「トラスト センター」→「アドイン」の設定です。変えてよいかを情報システム担当に確かめてください。",
    "It is set in Excel's Trust Center, Add-ins. Ask the IT section whether you may change it.",
)


@check("trusted_location", "信頼できる場所", "Trusted locations")
@on_windows
def trusted_location(machine: Machine, registry: Registry) -> Finding:
    """Whether the add-in's folder is trusted; it need not be where macros are not turned off."""
    folder = str(installation.target(machine).parent)
    for version in excel_keys.versions(registry):
        if off := _holds(registry, version, rf"{SECURITY}\Trusted Locations", "AllLocationsDisabled"):
            return problem(
                Text(
                    "「信頼できる場所」はすべて無効です（{key}）。",
                    "Trusted locations are all disabled ({key}).",
                ),
                ASK_MACROS,
                key=off.key,
            )
        for trusted in excel_keys.trusted_locations(registry, version):
            if _below(folder, _expanded(trusted, machine)):
                return ok(Text("{folder} は信頼できる場所です。", "{folder} is trusted."), folder=folder)
    return ok(
        Text(
            "{folder} は信頼できる場所ではありません。マクロの設定が「よし」であれば、必要ありません。",
            "{folder} is no trusted location. Where the macro settings are ok, none is needed.",
        ),
        folder=folder,
    )


def _below(folder: str, trusted: str) -> bool:
    return ntpath.normcase(folder + "\\").startswith(ntpath.normcase(trusted.rstrip("\\/") + "\\"))


def _expanded(path: str, machine: Machine) -> str:
    known = {name.upper(): value for name, value in machine.environment.items()}
    return re.sub(r"%([^%]+)%", lambda match: known.get(match[1].upper(), match[0]), path)


@check("blocked_mark", "「ブロック」の印（インターネットから来たファイル）", "Mark of the web")
@on_windows
def blocked_mark(machine: Machine, registry: Registry) -> Finding:
    """Whether Windows takes the add-in's file for one from the internet: Excel then runs no macro of it."""
    file = installation.target(machine)
    zone = machine.zone(file) if file.exists() else ""
    if zone is None:
        return unchecked(Text("{file} の印を読めません。", "The mark of {file} cannot be read."), file=file)
    found = re.search(r"ZoneId\s*=\s*(\d+)", zone)
    if found and int(found[1]) >= 3:
        return problem(
            Text("{file} に印が付いています（ZoneId={zone}）。", "{file} is marked (ZoneId={zone})."),
            Text(
                "印は消さず、情報システム担当に、"
                "配布元が正しいことを確かめたうえでファイルを渡し直してもらってください。",
                "Do not take the mark away: have the IT section verify the file and hand it out again.",
            ),
            file=file,
            zone=found[1],
        )
    return ok(Text("印は付いていません。", "Not marked."))


@check("network_path", "アドインの場所", "Where the add-in lies")
@on_windows
def network_path(machine: Machine, registry: Registry) -> Finding:
    """An add-in on a network drive (a roaming profile) is trusted less, and slow."""
    file = installation.target(machine)
    remote = machine.on_network(file)
    if remote is None:
        return unchecked(
            Text("{file} の場所を判定できません。", "Where {file} lies is not known."), file=file
        )
    if not remote:
        return ok(Text("このPCの中にあります。", "On this PC."))
    return problem(
        Text("ネットワーク上にあります（{file}）。", "On the network ({file})."),
        Text(
            "ユーザーのフォルダーがサーバーにある設定です。"
            "Excelの「信頼できる場所」でネットワーク上の場所を許すかどうか、"
            "情報システム担当に確かめてください。",
            "The user's folder is on a server. Ask the IT section whether network places may be trusted in "
            "Excel.",
        ),
        file=file,
    )


# ---- what stands outside Office ----------------------------------------------------------------------------

ASR = r"Software\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
NO_CHILDREN = "d4f940ab-401b-4efc-aadc-ad5f3c50688a"
"""Microsoft's id of the rule: block all Office applications from creating child processes."""


@check("started_programs", "Officeから起動するプログラムの制限", "Programs started by Office")
@on_windows
def started_programs(machine: Machine, registry: Registry) -> Finding:
    """Rules of the antivirus and of AppLocker can mostly not be read by a user: that is said."""
    rules = {name.lower(): str(data) for name, data in registry.values("HKLM", ASR).items()}
    if rules.get(NO_CHILDREN) in ("1", "6"):
        return problem(
            Text(
                "Officeからほかのプログラムを動かすことを制限する規則があります。",
                "A rule restrains programs that are started from Office.",
            ),
            Text(
                "情報システム担当に、Excelから evalxl の連携プログラム（{program}）"
                "を使ってよいかを確かめてください。"
                "認められないときは、検証.bat と 集約.bat をお使いください。",
                "Ask the IT section whether Excel may use evalxl's program ({program}). If not, use "
                "検証.bat and "
                "集約.bat.",
            ),
            program=installation.command_line(machine),
        )
    return unchecked(
        Text(
            "ウイルス対策ソフト（ASR規則など）と AppLocker の設定は、利用者の権限では読み取れません。",
            "Rules of the antivirus (ASR) and of AppLocker cannot be read with a user's rights.",
        ),
        Text(
            "ボタンを押しても「連携プログラムを起動できません」と出るときは、情報システム担当に {program} "
            "の実行が"
            "止められていないかを確かめてください。",
            "If a button says that the program cannot be started, ask the IT section whether {program} is "
            "blocked.",
        ),
        program=installation.command_line(machine),
    )
