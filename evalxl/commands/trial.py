"""The demo: an invented city's sheets, and all the rest run on them."""

from __future__ import annotations

import functools
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from evalxl import outputs, texts
from evalxl.actions import DONE, FINDINGS, Argument, Context, Outcome, command
from evalxl.commands.arguments import JOBS
from evalxl.commands.beside import with_beside
from evalxl.commands.finance import rollup
from evalxl.commands.ledgers import remind
from evalxl.commands.papers import published, reported
from evalxl.commands.sheets import summed_up, validated, written
from evalxl.errors import UsageError
from evalxl.texts import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evalxl.consolidation import Report
    from evalxl.demo import Found, Plan
    from evalxl.pages.gather import PublicFile
    from evalxl.results import FileResult, Outline
    from evalxl.rules.registry import Lang
    from evalxl.tables import FileRows


@command(
    "demo",
    label=Text("体験", "Demo"),
    help=Text(
        "架空の市の評価シート（2年分）とマスターを作り、検証・集約・集計・公表・議会資料をためします。",
        "Make an invented city's sheets of two years and its masters, and run all commands on them.",
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
    """Write the demo's books, run everything on them, and hold the findings against the plan."""
    from evalxl import demo, processes, show

    root = Path(folder or "demo")
    _replaceable(root)
    context.tell(texts.DEMO_WRITING, path=root)
    processes.ahead(processes.FEW, jobs)
    plan = demo.write_demo(root / texts.DEMO_INPUT, jobs)
    masters = root / texts.DEMO_MASTERS
    demo.write_masters(plan, masters)
    context = with_beside(context, masters, str(plan.year_folder(min(plan.projects))), jobs)
    consolidated, made = _run_all(context, plan, root, jobs)
    summary = summed_up(context, consolidated.to_json(), "error")
    account = demo.compare(plan, _found(consolidated), beside=True)
    result = {
        "folder": str(root),
        "books": len(plan.books),
        "planted": len(account.found) + len(account.missed),
        "found": len(account.found),
        "missed": [[planted.file, planted.code] for planted in account.missed],
        "unexpected": [[file, code] for file, code, _, _ in account.unexpected],
        **{name: str(path) for name, path in made.items()},
        "masters": str(masters),
        "consolidated": summary.data,
    }
    planted = Counter(p.code for p in [*account.found, *account.missed])
    lines = show.demonstration(result, planted, summary.lines, context.lang)
    return Outcome(DONE if account.matches else FINDINGS, result, lines)


def _replaceable(root: Path) -> None:
    """Raise where the demo's invented files would mix with a city's own; an earlier demo may be replaced."""
    outputs.folder(root)
    own = root / texts.DEMO_SAYS[0]
    for name in (texts.DEMO_INPUT, texts.DEMO_MASTERS):
        if (root / name).exists() and not own.exists():
            raise UsageError(texts.FOREIGN_FOLDER, path=root, file=name)
    for name in ("summary", "report", "rollup"):
        outputs.replaceable(root / texts.DEMO_FILES[name])
    root.mkdir(parents=True, exist_ok=True)
    own.write_text(texts.DEMO_SAYS[1], encoding="utf-8-sig")


def _run_all(context: Context, plan: Plan, root: Path, jobs: int | None) -> tuple[Report, dict[str, Path]]:
    """All commands over one reading of the books; what they wrote, by the names of the demo's JSON."""
    from concurrent.futures import ThreadPoolExecutor

    made = {name: root / file for name, file in texts.DEMO_FILES.items()}
    made["ledger"] = outputs.ledger(made["summary"])
    started = time.perf_counter()
    then = functools.partial(_all_of, lang=context.lang, leave_out=context.settings.leave_out)
    with context.results([str(plan.folder)], jobs, then) as results:
        outlines, files, public = map(list, zip(*results, strict=True))
    # LibreOffice prints the papers on a processor that the rest leaves idle.
    with ThreadPoolExecutor(1) as beside:
        papers = beside.submit(reported, context, files, made["papers"])
        validated(context, outlines, made["report"], "error")
        report = written(context, files, made["summary"], made["data"], started)
        rollup(context, [str(made["data"])], ["部", "課"], output=made["rollup"])
        remind(context, made["reminders"], str(made["ledger"]))
        context.tell(texts.WRITTEN, path=made["reminders"])
        published(context, public, made["pages"])
        papers.result()
    return report, made


def _found(report: Report) -> list[Found]:
    """Every finding of a consolidation: file, code, year, field."""
    found: list[Found] = [("", one.code, one.year, str(one.values.get("found"))) for one in report.checks]
    for file in report.files:
        rows = [*file.findings, *(row for sheet in file.sheets for row in sheet.findings)]
        found += [(file.file, row[0], row[3], row[2]) for row in rows]
    return found


def _all_of(result: FileResult, lang: Lang, leave_out: Sequence[str]) -> tuple[Outline, FileRows, PublicFile]:
    """What the commands need of a file, from one reading."""
    from evalxl import results, tables
    from evalxl.pages import gather

    outline, rows = results.checked(result, lang=lang), tables.extract(result, lang)
    return outline, rows, gather.public(result, leave_out, lang)
