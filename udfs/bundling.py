"""The command that writes the offline folder."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from evalxl import texts
from evalxl.actions import DONE, Argument, Context, Outcome, command
from evalxl.commands.marking import OUTPUT
from evalxl.errors import UsageError
from evalxl.texts import Text

PYTHON = "3.13"
COMPONENT = ("name", "version", "licence", "file", "sha256")
"""What the JSON says of each wheel."""
BUNDLED = Text(
    "オフライン用のフォルダーを書き出しました（部品{wheels}個、{size}MB）: {path}",
    "The offline folder is written ({wheels} wheels, {size} MB): {path}",
)
NEXT = Text(
    "共有フォルダーやUSBに丸ごとコピーし、「情報システム担当の方へ.txt」をお読みください。",
    "Copy it as a whole to a share or a USB stick, and read 情報システム担当の方へ.txt in it.",
)
NO_ADDIN = Text(
    "アドインは入っていません。検証.bat、集約.bat だけのフォルダーです。",
    "It holds no add-in: it is for 検証.bat and 集約.bat alone.",
)
NO_PACKAGING = Text(
    "部品を選ぶための packaging がありません。pip install evalxl[bundle] で入れてください。",
    "The package packaging is missing. Install it with: pip install evalxl[bundle]",
)


@command(
    "bundle",
    label=Text("オフライン配布", "Offline folder"),
    help=Text(
        "ネットワークのないPCに配るフォルダーを作ります（部品、アドイン、ドラッグで使う検証.bat・集約.bat、"
        "説明）。",
        "Write the folder for PCs without a network: wheels, add-in, .bat files to drag onto, instructions.",
    ),
    arguments=[
        OUTPUT,
        Argument(
            "--wheels",
            Text(
                "部品（.whl）のフォルダー（ネットワークを使わずに、ここから集めます）",
                "a folder of wheels: they come from there, without a network",
            ),
            metavar="DIR",
            kind=Path,
        ),
        Argument(
            "--python",
            Text("対象の Python（初めは 3.13）", "the Pythons it is for (3.13 by default)"),
            metavar="X.Y",
            many="+",
        ),
        Argument(
            "--platform",
            Text("対象のPC", "the PCs it is for"),
            choices=("win_amd64", "linux_x86_64"),
            default="win_amd64",
        ),
        Argument(
            "--xlam",
            Text("アドインのファイル（省くと組み立てます）", "the add-in's file; built when left out"),
            metavar="FILE",
            kind=Path,
        ),
        Argument(
            "--no-addin",
            Text(
                "アドインを入れません（検証.bat と 集約.bat だけ）", "leave the add-in out (.bat files alone)"
            ),
        ),
        Argument(
            "--docs",
            Text("一緒に配る説明書のフォルダー", "a folder of documents to go along"),
            metavar="DIR",
            kind=Path,
        ),
    ],
    examples=[
        ("evalxl bundle -o 配布用", Text("ネットワークにつながる機械で作る", "Where there is a network")),
        (
            "evalxl bundle -o 配布用 --python 3.12 3.13",
            Text("2つの版の Python 用に作る", "For two Pythons"),
        ),
        (
            "evalxl bundle -o 配布用 --wheels 部品",
            Text("集めておいた部品から作る", "From wheels gathered before"),
        ),
    ],
)
def bundle(
    context: Context,
    output: Path,
    wheels: Path | None = None,
    python: list[str] | None = None,
    platform: str = "win_amd64",
    xlam: Path | None = None,
    docs: Path | None = None,
    no_addin: bool = False,
) -> Outcome:
    """Write the folder and say what is in it."""
    try:
        from udfs.bundle import folder, lock
    except ModuleNotFoundError as error:
        if error.name != "packaging":
            raise
        raise UsageError(NO_PACKAGING) from None
    from udfs.setting_up import addin
    from workbook.folders import ForeignFilesError

    request = folder.Request(
        version=metadata.version("evalxl"),
        pythons=_known(python or [PYTHON], lock.PYTHONS),
        target=lock.TARGETS[platform],
        wheels=wheels,
        addin=None if no_addin else addin(xlam),
        documents=docs,
    )
    try:
        listed = folder.write(request, output)
    except ForeignFilesError as error:
        raise UsageError(texts.FOREIGN_FOLDER, path=error.path, file=error.file) from None
    size = sum(path.stat().st_size for path in output.rglob("*") if path.is_file())
    data = {
        "path": str(output),
        "bytes": size,
        "pythons": list(request.pythons),
        "platform": platform,
        "addin": not no_addin,
        "components": [{name: getattr(one, name) for name in COMPONENT} for one in listed],
    }
    told = BUNDLED.of(context.lang, wheels=len(listed), size=round(size / 1e6), path=output)
    notes = [NO_ADDIN, NEXT] if no_addin else [NEXT]
    return Outcome(DONE, data, [told, *(note.of(context.lang) for note in notes)])


def _known(pythons: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """The Pythons asked for; raises `UsageError` for one that there are no locked packages for."""
    for wanted in pythons:
        if wanted not in known:
            raise UsageError(texts.NO_CHOICE, name="--python", word=wanted, known=", ".join(known))
    return tuple(pythons)
