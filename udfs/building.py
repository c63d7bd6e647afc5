"""The command that builds the add-in."""

from __future__ import annotations

from pathlib import Path

from evalxl import outputs, texts
from evalxl.actions import DONE, FORMULAS, Context, Outcome, command
from evalxl.commands.marking import OUTPUT
from evalxl.texts import Text
from udfs import identity
from workbook.atomic import replacing


@command(
    "addin build",
    label=Text("アドインの作成", "Build the add-in"),
    help=Text(
        "Excelのアドイン evalxl.xlam を書き出します（どのPCでも、いつも同じ内容になります）。",
        "Write the Excel add-in evalxl.xlam: on any system, the same bytes each time.",
    ),
    arguments=[OUTPUT],
    examples=[("evalxl addin build -o 配布", Text("配布フォルダーに書き出す", "Write it to a folder"))],
)
def build(context: Context, output: Path) -> Outcome:
    """Build the add-in, read it back, and put it into the folder."""
    from udfs import addin  # with the builder of VBA, which no other command needs

    outputs.folder(output)
    data, path = addin.build(), output / identity.FILE
    output.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        temporary.write_bytes(data)
    report = {"file": str(path), "bytes": len(data), "functions": list(FORMULAS)}
    return Outcome(DONE, report, [texts.WRITTEN.of(context.lang, path=path)])
