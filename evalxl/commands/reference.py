"""What needs no sheets: the empty form, the rules and the fields."""

from __future__ import annotations

import datetime
from pathlib import Path

from evalxl import outputs, texts
from evalxl.actions import DONE, Argument, Context, Outcome, command
from evalxl.commands.arguments import fiscal_year
from evalxl.errors import UsageError
from evalxl.texts import Text


@command(
    "blank",
    label=Text("空の様式", "Blank form"),
    help=Text("記入前の様式をExcelで書き出します。", "Write the empty form as a workbook."),
    arguments=[
        Argument(
            "-o",
            Text("書き出すファイル", "the file to write"),
            metavar="FILE",
            also="--output",
            to="output",
            kind=Path,
            required=True,
        ),
        Argument(
            "--year",
            Text(
                "評価する年度（2018、H30 など。省くと前の年度）",
                "the fiscal year evaluated: 2018, H30; last year by default",
            ),
            metavar="YYYY",
            kind=fiscal_year,
        ),
    ],
    examples=[
        ("evalxl blank -o 評価シート.xlsx", Text("前年度を評価する様式", "The form for last year")),
        (
            "evalxl blank -o 評価シート.xlsx --year 2017",
            Text("平成29年度を評価する様式", "The form for FY2017"),
        ),
    ],
)
def blank(context: Context, output: Path, year: int | None = None) -> Outcome:
    """Write the empty form; hourly rates of the settings become formulas for 人件費計."""
    from workbook.blank import blank as write

    form = context.one_form()
    outputs.book(output)
    _not_filled(output)
    year = year or last_fiscal_year(datetime.datetime.now().astimezone().date())
    write(form, output, year, rates=context.settings.rates)
    data = {"file": str(output), "form": form.id, "fiscal_year": year}
    return Outcome(DONE, data, [texts.BLANK_WRITTEN.of(context.lang, path=output)])


def _not_filled(path: Path) -> None:
    """Raise `UsageError` where somebody has written into the form that is there already."""
    from workbook.read import read_file

    if not path.is_file():
        return
    for record in read_file(path).records:
        if record["project_name"]:
            raise UsageError(texts.BLANK_FILLED, path=path, project=record["project_name"])


def last_fiscal_year(today: datetime.date) -> int:
    """The fiscal year (April to March) before the one of ``today``: the one that is evaluated now.

    >>> last_fiscal_year(datetime.date(2018, 5, 1)), last_fiscal_year(datetime.date(2019, 3, 31))
    (2017, 2017)
    """
    return today.year - (1 if today.month >= 4 else 2)


@command(
    "rules",
    label=Text("ルール一覧", "Rules"),
    help=Text("点検のルールを表示します。", "Print the rules that sheets are checked by."),
    arguments=[
        Argument(
            "code",
            Text("ルールのコード（省くと一覧）", "a rule's code (all of them by default)"),
            metavar="CODE",
            many="?",
        )
    ],
    examples=[
        ("evalxl rules", Text("すべてのルール", "All rules")),
        ("evalxl rules C301", Text("1つのルールをくわしく", "One rule in full")),
    ],
)
def rules(context: Context, code: str | None = None) -> Outcome:
    """Print the list of rules, or one of them in full."""
    from evalxl.rules import docs, registry

    declared = registry.load()
    if code and code.upper() not in declared:
        raise UsageError.unknown(texts.UNKNOWN_RULE, code, declared)
    text = docs.describe(code.upper() if code else None, context.lang)
    chosen = [declared[code.upper()]] if code else list(declared.values())
    data = [
        {
            "code": r.code,
            "severity": r.severity,
            "name": r.name,
            "ja": r.ja,
            "en": r.en,
            "why_ja": r.why_ja,
            "why_en": r.why_en,
            "derived": r.derived,
        }
        for r in chosen
    ]
    return Outcome(DONE, data, text.splitlines())


@command(
    "completion",
    label=Text("入力の補完", "Completion"),
    help=Text(
        "Tab キーで命令や指定を補う設定を、シェルに合わせて表示します。",
        "Print a script that lets the shell complete commands and options with Tab.",
    ),
    arguments=[
        Argument(
            "shell",
            Text("シェル（bash、zsh、powershell）", "the shell: bash, zsh or powershell"),
            metavar="bash|zsh|powershell",
        )
    ],
    examples=[
        (
            "evalxl completion powershell > evalxl-completion.ps1",
            Text("PowerShell で読み込むファイルにする", "For PowerShell"),
        ),
        ("evalxl completion bash > evalxl-completion.sh", Text("bash で読み込むファイルにする", "For bash")),
    ],
)
def completion(context: Context, shell: str) -> Outcome:
    """Print the completion script of a shell."""
    from evalxl import completion as scripts

    if shell not in scripts.SHELLS:
        raise UsageError.unknown(texts.UNKNOWN_SHELL, shell, scripts.SHELLS)
    text = scripts.script(shell)
    return Outcome(DONE, {"shell": shell, "script": text}, text.splitlines())


@command(
    "fields",
    label=Text("項目一覧", "Fields"),
    help=Text("読み取る項目の名前を表示します。", "Print the names of the fields that are read."),
    examples=[
        ("evalxl fields", Text("すべての項目", "All fields")),
        ("evalxl fields --json", Text("ほかのプログラムで使う", "For other programs")),
    ],
)
def fields(context: Context) -> Outcome:
    """Print every name of a record with its label on the form."""
    from evalxl import fields as reference

    form = context.one_form()
    return Outcome(DONE, reference.to_json(form), reference.shown(form, context.lang))
