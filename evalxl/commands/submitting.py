"""Handing a sheet in."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

from evalxl import outputs
from evalxl.actions import FINDINGS, Argument, Context, FailOn, Outcome, command
from evalxl.commands.arguments import FAIL_ON
from evalxl.commands.beside import MASTER, PREVIOUS, configured, with_beside
from evalxl.errors import UsageError
from evalxl.texts import Text

ONE_FILE = Text(
    "{path} はフォルダーです。提出するファイルを1つ指定してください。",
    "{path} is a folder. Name the one file to be handed in.",
)


@command(
    "submit",
    label=Text("提出", "Hand in"),
    help=Text(
        "評価シートを点検し、アドインの関数を値にして、決まった名前（年度_部_課_事業.xlsx）で提出先に写します。",
        "Check a sheet, turn the add-in's functions into values, and copy it under its fixed name.",
    ),
    arguments=[
        Argument("file", Text("提出するファイル", "the file to be handed in"), metavar="FILE"),
        Argument(
            "--to",
            Text("提出先のフォルダー", "the folder to hand it in to"),
            metavar="DIR",
            to="folder",
            kind=Path,
            required=True,
        ),
        Argument(
            "--replace",
            Text(
                "提出先に同じ名前のファイルがあれば、差しかえます",
                "put it in the place of a file of that name which is there already",
            ),
        ),
        MASTER,
        PREVIOUS,
        FAIL_ON,
    ],
    examples=[
        ("evalxl submit 電算.xlsx --to 提出", Text("1つのファイルを提出する", "Hand in one file")),
        (
            "evalxl submit 電算.xlsx --to 提出 --replace",
            Text("差し戻されたシートを出し直す", "Hand in a corrected sheet again"),
        ),
    ],
    exits=True,
)
def submit(
    context: Context,
    file: str,
    folder: Path,
    replace: bool = False,
    master: Path | None = None,
    previous: str | None = None,
    fail_on: FailOn = "error",
) -> Outcome:
    """Check one file and write its copy; what is wrong with it is shown as `validate` does.

    The copy is written whatever the findings are; there is none where the file cannot be read, a function of
    the add-in shows no value, or another file has its name.
    """
    from evalxl import show, submission
    from evalxl.commands.sheets import validated

    if Path(file).is_dir():
        raise UsageError(ONE_FILE, path=file)
    context = with_beside(context, *configured(context, master, previous))
    outputs.folder(folder)
    then = functools.partial(submission.submitted, folder=folder, replace=replace, lang=context.lang)
    with context.results([file], 1, then) as results:
        (done,) = results
    checked = validated(context, [done.outline], None, fail_on)
    errors = show.counted(done.outline.checked)["error"]

    def lines() -> Iterator[str]:
        yield from checked.lines
        yield ""
        yield from done.told(context.lang)
        if errors and done.written.path is not None:
            yield submission.ERRORS.of(context.lang)

    code = checked.code if done.written.path is not None else FINDINGS
    return Outcome(code, done.to_json(), lines(), list(done.told(context.lang)))
