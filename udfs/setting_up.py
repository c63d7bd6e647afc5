"""The commands that put the add-in into a user's Excel, take it out, and tell what stands in its way."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from evalxl.actions import DONE, FINDINGS, Argument, Context, Outcome, command
from evalxl.errors import UsageError
from evalxl.texts import Text

INSTALLED = Text(
    "Excelにアドインを登録しました（{file}、Excel {versions}）。",
    "The add-in is registered with Excel ({file}; Excel {versions}).",
)
NEXT = Text(
    "Excelを開くと、リボンに「事務事業評価」が現れます。現れないときは evalxl addin doctor "
    "を実行してください。",
    "Open Excel: the ribbon has the tab 事務事業評価. If it has not, run: evalxl addin doctor",
)
TRUST = Text(
    "「信頼できる場所」やマクロの設定は変えていません。必要なときは情報システム担当が、Excelの「トラスト "
    "センター」→"
    "「信頼できる場所」に {folder} を加えます。",
    "Trusted locations and macro settings were not touched. If need be, the IT section adds {folder} under "
    "Trust "
    "Center, Trusted Locations.",
)
RECORD = Text("書いたものの控え: {path}", "What was written is listed in {path}")
REMOVED = Text("アドインの登録を消しました: {path}", "Removed: {path}")
LEFT = Text(
    "残しました（登録した後に変わったか、ほかのものも使っています）: {path}",
    "Left (changed since, or used by others): {path}",
)
NOTHING_INSTALLED = Text(
    "このユーザーにはアドインが登録されていません。", "The add-in is not installed for this user."
)
NO_ADDIN = Text("アドインのファイルを読めません: {path}", "The add-in's file cannot be read: {path}")


@command(
    "addin install",
    label=Text("アドインの登録", "Install the add-in"),
    help=Text(
        "Excelのアドインを、このユーザーだけに登録します（管理者の権限はいりません）。",
        "Register the Excel add-in for this user; no administrator is needed.",
    ),
    arguments=[
        Argument(
            "--xlam",
            Text("アドインのファイル（省くと組み立てます）", "the add-in's file; built when left out"),
            metavar="FILE",
            kind=Path,
        )
    ],
    examples=[
        ("evalxl addin install", Text("登録する", "Install it")),
        ("evalxl addin install --xlam evalxl.xlam", Text("配られたファイルを登録する", "A file handed out")),
    ],
)
def install(context: Context, xlam: Path | None = None) -> Outcome:
    """Put the add-in in place and say what was written."""
    from udfs import installation
    from udfs.machine import Machine

    machine = Machine.here()
    installation.ensure_possible(machine)
    written = installation.install(machine, addin(xlam), metadata.version("evalxl"))
    data = {
        "file": written.file,
        "excel": [opened.version for opened in written.opened],
        "list": str(installation.list_path(machine)),
        "registry": sorted({f"HKCU\\{value.key}" for value in written.values}),
    }
    told = [
        INSTALLED.of(context.lang, file=written.file, versions=", ".join(data["excel"])),
        NEXT.of(context.lang),
        TRUST.of(context.lang, folder=Path(written.file).parent),
        RECORD.of(context.lang, path=data["list"]),
    ]
    return Outcome(DONE, data, told)


def addin(file: Path | None) -> bytes:
    """The add-in from a file, else built."""
    if file is None:
        from udfs.addin import build

        return build()
    try:
        return file.read_bytes()
    except OSError:
        raise UsageError(NO_ADDIN, path=file) from None


@command(
    "addin uninstall",
    label=Text("アドインの登録を消す", "Uninstall the add-in"),
    help=Text(
        "addin install が書いたものだけを、すべて消します。",
        "Take back exactly what addin install wrote.",
    ),
    examples=[("evalxl addin uninstall", Text("登録を消す", "Take it out"))],
)
def uninstall(context: Context) -> Outcome:
    """Take the add-in out and say what was removed and what was left."""
    from udfs import installation
    from udfs.machine import Machine

    done = installation.uninstall(Machine.here())
    if done is None:
        return Outcome(DONE, {"removed": [], "left": []}, [NOTHING_INSTALLED.of(context.lang)])
    told = [REMOVED.of(context.lang, path=path) for path in done.removed]
    told += [LEFT.of(context.lang, path=path) for path in done.left]
    return Outcome(DONE, {"removed": done.removed, "left": done.left}, told)


@command(
    "addin doctor",
    label=Text("診断", "Diagnose"),
    help=Text(
        "アドインを使うために必要なことを調べ、問題があれば、だれに何を頼めばよいかを示します。",
        "See what the add-in needs, and for each problem what to ask for.",
    ),
    examples=[
        ("evalxl addin doctor", Text("調べる", "Look")),
        ("evalxl addin doctor --json", Text("結果をプログラムで使う", "For a program")),
    ],
    exits=True,
)
def doctor(context: Context) -> Outcome:
    """Report on this PC; exit code 1 where a problem was found."""
    from udfs import doctor

    checks = doctor.report(lang=context.lang)
    problems = any(one.status == "problem" for one in checks)
    data = {"checks": [one.to_json() for one in checks]}
    return Outcome(FINDINGS if problems else DONE, data, list(doctor.lines(checks, context.lang)))
