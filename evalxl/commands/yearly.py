"""What happens once a year: next year's books from this year's, and a form for every project."""

from __future__ import annotations

import datetime
from pathlib import Path

from evalxl import outputs
from evalxl.actions import DONE, FINDINGS, Argument, Context, Outcome, command
from evalxl.commands.arguments import PATHS, fiscal_year
from evalxl.commands.marking import OUTPUT
from evalxl.errors import UsageError
from evalxl.texts import Text

NOBODY = Text(
    "{folder} の projects.csv に、{year}年度に評価する事務事業がありません。",
    "projects.csv in {folder} has no project to be evaluated for FY{year}.",
)


@command(
    "rollover",
    label=Text("年度更新", "Roll over"),
    help=Text(
        "今年度の評価シートから、翌年度のシートを作ります。",
        "Make next year's sheets from this year's.",
    ),
    arguments=[PATHS, OUTPUT],
    examples=[
        ("evalxl rollover 提出2017 -o 配布2018", Text("フォルダーごと翌年度にする", "A whole folder")),
    ],
)
def rollover(context: Context, paths: list[str], output: Path) -> Outcome:
    """Write next year's book of each file; why there is none is told."""
    from evalxl import annotating, yearly
    from evalxl.paths import find

    outputs.folder(output)
    annotating.refuse_inputs(output, paths)
    with find(paths, leave_out=annotating.books_in(output)) as found:
        context.tell_missing(found)
        rolled = [yearly.roll(source, output, context.form, context.lang) for source in found.sources]
    data = [
        {
            "file": r.written.file,
            "path": r.written.path,
            "fiscal_year": r.fiscal_year,
            "check": list(r.check),
            "reason": r.written.reason or None,
        }
        for r in rolled
    ]
    told = [line for r in rolled for line in r.told(context.lang)]
    failed = any(r.written.path is None for r in rolled)
    return Outcome(FINDINGS if failed else DONE, data, told)


@command(
    "distribute",
    label=Text("配布", "Distribute"),
    help=Text(
        "事務事業の一覧（projects.csv）から、基本情報を記入した様式を1事業に1つ書き出します。",
        "Write one form for each project of projects.csv, with its head filled in.",
    ),
    arguments=[
        Argument(
            "--master",
            Text("マスターのフォルダー", "the folder of the masters"),
            metavar="DIR",
            kind=Path,
            required=True,
        ),
        OUTPUT,
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
        (
            "evalxl distribute --master マスター -o 配布",
            Text("全事業の様式を作る", "A form for every project"),
        ),
    ],
)
def distribute(context: Context, master: Path, output: Path, year: int | None = None) -> Outcome:
    """Write one prefilled book for each project; a file that is there stays."""
    from evalxl import masters, yearly
    from evalxl.commands.reference import last_fiscal_year

    outputs.folder(output)
    known = masters.load(master)
    year = year or last_fiscal_year(datetime.datetime.now().astimezone().date())
    if not known.due(year):
        raise UsageError(NOBODY, folder=master, year=year)
    rates = {**known.rates, **context.settings.rates}
    written = yearly.distribute(known, output, context.one_form(), year, rates)
    data = [{"file": w.file, "path": w.path, "reason": w.reason or None} for w in written]
    told = [line for w in written for line in w.told(context.lang)]
    return Outcome(FINDINGS if any(w.path is None for w in written) else DONE, data, told)
