"""The demo: an invented city's sheets, and all the rest run on them."""

from __future__ import annotations

import functools
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from evalxl import texts
from evalxl.actions import DONE, FINDINGS, Argument, Context, Outcome, command
from evalxl.commands.arguments import JOBS
from evalxl.commands.beside import with_beside
from evalxl.commands.sheets import summed_up, validated, writable, written
from evalxl.texts import Text

if TYPE_CHECKING:
    from evalxl.consolidation import Report
    from evalxl.demo import Found
    from evalxl.results import FileResult, Outline
    from evalxl.rules.registry import Lang
    from evalxl.tables import FileRows


@command(
    "demo",
    label=Text("体験", "Demo"),
    help=Text(
        "架空の市の評価シートを作り、検証と集約をためします。",
        "Make an invented city's sheets, then check and consolidate them.",
    ),
    arguments=[
        Argument(
            "folder",
            Text("書き出すフォルダー（省くと demo）", "the folder to write to (demo by default)"),
            metavar="DIR",
            many="?",
        ),
        JOBS,
    ],
    examples=[
        ("evalxl demo", Text("demo フォルダーにためす", "Try it in the folder demo")),
        ("evalxl demo C:/見本", Text("ほかのフォルダーにためす", "Try it in another folder")),
    ],
)
def demo(context: Context, folder: str | None = None, jobs: int | None = None) -> Outcome:
    """Write the demo's books, check and consolidate them, and hold the findings against the plan."""
    from evalxl import demo, reception, show

    root = Path(folder or "demo")
    report, output, data = (root / name for name in (texts.DEMO_REPORT, texts.DEMO_SUMMARY, texts.DEMO_DATA))
    writable(report)
    writable(output)
    context.tell(texts.DEMO_WRITING, path=root)
    plan = demo.write_demo(root / texts.DEMO_INPUT)
    masters = root / texts.DEMO_MASTERS
    demo.write_masters(plan, masters)
    context = with_beside(context, masters, str(plan.year_folder(min(plan.projects))), jobs)
    started = time.perf_counter()
    then = functools.partial(_checked_and_extracted, lang=context.lang)
    with context.results([str(plan.folder)], jobs, then) as results:
        outlines, files = map(list, zip(*results, strict=True))
    validated(context, outlines, report, "error")
    consolidated = written(context, files, output, data, started)
    summary = summed_up(context, consolidated.to_json(), "error")
    account = demo.compare(plan, _found(consolidated), beside=True)
    result = {
        "folder": str(root),
        "books": len(plan.books),
        "planted": len(account.found) + len(account.missed),
        "found": len(account.found),
        "missed": [[planted.file, planted.code] for planted in account.missed],
        "unexpected": [[file, code] for file, code, _, _ in account.unexpected],
        "summary": str(output),
        "report": str(report),
        "data": str(data),
        "masters": str(masters),
        "ledger": str(reception.path_of(output)),
        "consolidated": summary.data,
    }
    planted = Counter(p.code for p in [*account.found, *account.missed])
    lines = show.demonstration(result, planted, summary.lines, context.lang)
    return Outcome(DONE if account.matches else FINDINGS, result, lines)


def _found(report: Report) -> list[Found]:
    """Every finding of a consolidation: file, code, year, field."""
    found: list[Found] = [("", one.code, one.year, str(one.values.get("found"))) for one in report.checks]
    for file in report.files:
        rows = [*file.findings, *(row for sheet in file.sheets for row in sheet.findings)]
        found += [(file.file, row[0], row[3], row[2]) for row in rows]
    return found


def _checked_and_extracted(result: FileResult, lang: Lang) -> tuple[Outline, FileRows]:
    """What both `validate` and `consolidate` need, from one reading of a file."""
    from evalxl import results, tables

    return results.checked(result, lang=lang), tables.extract(result, lang)
