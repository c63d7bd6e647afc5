"""The macros that are there, and the add-in in their place."""

from __future__ import annotations

from pathlib import Path

from evalxl import outputs
from evalxl.actions import DONE, FINDINGS, Argument, Context, Outcome, command
from evalxl.buttons import BUTTONS
from evalxl.commands.arguments import PATHS
from evalxl.errors import UsageError
from evalxl.texts import Text

NEEDS_OUTPUT = Text(
    "--adopt には、写しを書き出すフォルダー（-o）が必要です。", "--adopt needs a folder for the copies (-o)."
)
NO_BUTTON = Text(
    "--assign の「{word}」は分かりません。マクロ名=ボタン名 と書いてください。ボタン名: {known}",
    "--assign does not know '{word}'. Write MACRO=BUTTON, with one of these buttons: {known}",
)


@command(
    "macros",
    label=Text("マクロの点検", "Macros"),
    help=Text(
        "ブックのマクロ（VBA）とボタンを調べ、evalxl で代わりになるものを示します。マクロは実行しません。",
        "List a book's macros and buttons, and what evalxl offers instead. No macro is run.",
    ),
    arguments=[
        PATHS,
        Argument(
            "--adopt",
            Text(
                "ボタンがアドインを呼び出すようにした写しを書き出します（ほかの部分は1バイトも変えません）",
                "write a copy whose buttons call the add-in; nothing else in it changes",
            ),
        ),
        Argument(
            "-o",
            Text("--adopt の写しを書き出すフォルダー", "the folder for the copies of --adopt"),
            metavar="DIR",
            also="--output",
            to="output",
            kind=Path,
        ),
        Argument(
            "--assign",
            Text(
                f"--adopt で、マクロの代わりになるボタンを決めます（{'、'.join(BUTTONS)}）",
                f"with --adopt: the button that takes a macro's place ({', '.join(BUTTONS)})",
            ),
            metavar="MACRO=BUTTON",
            many="+",
        ),
    ],
    examples=[
        ("evalxl macros 集約.xlsm", Text("マクロとボタンの一覧", "The macros and buttons of a book")),
        (
            "evalxl macros 集約.xlsm --adopt -o アドイン用 --assign Macro1=consolidate",
            Text("ボタンをアドインにつなぎかえた写しを作る", "A copy whose buttons call the add-in"),
        ),
    ],
)
def macros(
    context: Context,
    paths: list[str],
    adopt: bool = False,
    output: Path | None = None,
    assign: list[str] | None = None,
) -> Outcome:
    """List the macros of each book; with ``adopt`` write copies whose buttons call the add-in."""
    from evalxl import adopting, annotating
    from evalxl.paths import find

    if adopt and output is None:
        raise UsageError(NEEDS_OUTPUT)
    assigned = dict(_assigned(text) for text in assign or ())
    if adopt and output:
        outputs.folder(output)
        annotating.refuse_inputs(output, paths)
    with find(paths, leave_out=annotating.books_in(output) if output else ()) as found:
        context.tell_missing(found)
        accounts = []
        for source in found.sources:
            account = adopting.looked_at(source, context.settings)
            if adopt and output and account.macros:
                adopting.adopt(account, source.path, output, assigned)
            accounts.append(account)
    data = [adopting.to_json(account, context.lang) for account in accounts]
    lines = [line for account in accounts for line in adopting.lines(account, context.lang)]
    failed = any(a.refused or (a.written and a.written.path is None) for a in accounts)
    return Outcome(FINDINGS if failed else DONE, data, lines)


def _assigned(text: str) -> tuple[str, str]:
    """A macro, folded, and the name of the add-in's button, which may also be its label."""
    from workbook.notation import fold

    macro, _, named = text.partition("=")
    by_name = {fold(word): b.name for b in BUTTONS.values() for word in (b.name, b.label.ja, b.label.en)}
    if not macro or fold(named) not in by_name:
        raise UsageError(NO_BUTTON, word=text, known=", ".join(BUTTONS))
    return fold(macro), by_name[fold(named)]
