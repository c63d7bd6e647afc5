"""What is done with the sheets that departments hand in: read, validate, consolidate."""

from __future__ import annotations

import functools
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from evalxl import outputs, texts
from evalxl.actions import DONE, FINDINGS, Argument, Context, FailOn, Outcome, command
from evalxl.commands.arguments import FAIL_ON, FRESH, JOBS, PATHS, SCHEDULER
from evalxl.commands.beside import MASTER, PREVIOUS, configured, told_uncompared, with_beside
from evalxl.errors import UsageError
from evalxl.texts import Text
from workbook import collector

if TYPE_CHECKING:
    from evalxl.consolidation import Report
    from evalxl.results import Outline
    from evalxl.tables import FileRows


@command(
    "read",
    label=Text("読み取り", "Read"),
    help=Text("評価シートの内容を読み取って表示します。", "Read evaluation sheets and print what they say."),
    arguments=[
        PATHS,
        Argument(
            "--cells",
            Text(
                "--json に、各項目のセル番地を加えます", "with --json: add the cell that each value came from"
            ),
        ),
        JOBS,
    ],
    examples=[
        ("evalxl read 電算.xlsx", Text("1つのファイルを読む", "Read one file")),
        (
            "evalxl read 提出 --json --cells > records.json",
            Text("フォルダーごとJSONにする", "A folder as JSON"),
        ),
    ],
    exits=True,
)
def read(context: Context, paths: list[str], cells: bool = False, jobs: int | None = None) -> Outcome:
    """Print the records of all sheets; refused files are findings on stderr or after the records."""
    from evalxl import results, show

    then = functools.partial(results.recorded, cells=cells, lang=context.lang)
    with context.results(paths, jobs, then) as found:
        outlines = list(found)
    records = [record for outline in outlines for record in outline.records]
    refused = [entry for outline in outlines for entry in outline.checked]
    files = _files(outlines, context)
    lines = show.records(records, refused, files, context.one_form(), context.lang)
    told = ["\n".join(show.findings([entry], context.lang)).strip() for entry in refused]
    return Outcome(FINDINGS if refused else DONE, records, lines, told)


@command(
    "validate",
    label=Text("検証", "Validate"),
    help=Text(
        "評価シートを点検し、誤りの場所と直し方を示します。",
        "Check evaluation sheets: what is wrong, where, and how to mend it.",
    ),
    arguments=[
        PATHS,
        Argument(
            "--report",
            Text(
                "指摘の一覧をExcelに書き出します（回答欄つき）",
                "write the findings as a workbook, with a column for answers",
            ),
            metavar="OUT.xlsx",
            kind=Path,
        ),
        Argument(
            "--annotate",
            Text(
                "誤りのセルに色とメモを付け、検証結果のシートを加えた写しを書き出すフォルダー",
                "folder for copies with colours and notes at the cells and a sheet of the findings",
            ),
            metavar="DIR",
            kind=Path,
        ),
        MASTER,
        PREVIOUS,
        FAIL_ON,
        JOBS,
    ],
    examples=[
        ("evalxl validate 電算.xlsx", Text("1つのファイルを点検する", "Check one file")),
        (
            "evalxl validate 提出 --report 指摘.xlsx",
            Text("フォルダーを点検し、指摘をExcelにする", "Check a folder, findings as a workbook"),
        ),
        (
            "evalxl validate 提出 --fail-on warning --json",
            Text("ほかのプログラムで使う", "For other programs"),
        ),
    ],
    exits=True,
)
def validate(
    context: Context,
    paths: list[str],
    report: Path | None = None,
    annotate: Path | None = None,
    master: Path | None = None,
    previous: str | None = None,
    fail_on: FailOn = "error",
    jobs: int | None = None,
) -> Outcome:
    """Print the findings of all sheets, and write them as a workbook or into copies when asked for."""
    from evalxl import results

    context = with_beside(context, *configured(context, master, previous), jobs)
    if annotate:
        outputs.folder(annotate)
        return _annotated(context, paths, annotate, report, fail_on, jobs)

    if report:
        outputs.book(report, [*paths, previous])
    then = functools.partial(results.checked, lang=context.lang)
    with context.results(paths, jobs, then, leave_out=[report] if report else []) as found:
        return validated(context, list(found), report, fail_on)


LOCKED = ("open", "folder", "full", "edited", "exists")
"""Why a copy that should be there is not, whatever the sheet says."""


def _annotated(
    context: Context, paths: list[str], folder: Path, report: Path | None, fail_on: FailOn, jobs: int | None
) -> Outcome:
    """`validate` with a marked copy of every book; why there is none is told."""
    from evalxl import annotating

    annotating.refuse_inputs(folder, paths)
    if report:
        outputs.book(report, paths)
    then = functools.partial(annotating.checked_and_marked, folder=folder, lang=context.lang)
    left_out = [*annotating.books_in(folder), *([report] if report else [])]
    with context.results(paths, jobs, then, leave_out=left_out) as found:
        pairs = list(found)
    for written in (written for _, written in pairs if written):
        for line in written.told(context.lang):
            context.tell(Text("{line}", "{line}"), line=line)
    outcome = validated(context, [outline for outline, _ in pairs], report, fail_on)
    if any(written and written.reason in LOCKED for _, written in pairs):
        outcome.code = FINDINGS
    return outcome


def validated(context: Context, outlines: list[Outline], report: Path | None, fail_on: FailOn) -> Outcome:
    from evalxl import show
    from evalxl.answer_sheet import table
    from workbook import report as book

    entries = [entry for outline in outlines for entry in outline.checked]
    refused = sum(outline.refusals for outline in outlines)
    files = _files(outlines, context)
    told_uncompared(context, (year for outline in outlines for year in outline.years))
    if report:
        book.write(table(outlines, report, context.lang), report)
        context.tell(texts.WRITTEN, path=report)
    code = _code(show.counted(entries), refused, fail_on)
    return Outcome(code, entries, show.validation(entries, files, refused, context.lang))


def _files(outlines: list[Outline], context: Context) -> int:
    """How many files were looked at; `UsageError` when all that was found is passed over."""
    told_own([outline.file for outline in outlines if outline.skipped == "own_output"], context)
    files = sum(outline.skipped is None for outline in outlines)
    if not files:
        raise UsageError(texts.NOTHING)
    return files


def told_own(own: list[str], context: Context) -> None:
    """Say which files are results of this program and were passed over."""
    for file in own:
        context.tell(texts.SKIPPED_OWN, file=file)


def _code(counts: dict[str, int], refused: int, fail_on: FailOn) -> int:
    """The exit code: 1 for findings at or above ``fail_on`` or refused files."""
    if fail_on == "never":
        return DONE
    grave = counts["error"] + (counts["warning"] if fail_on == "warning" else 0)
    return FINDINGS if grave or refused else DONE


@command(
    "consolidate",
    label=Text("集約", "Consolidate"),
    help=Text(
        "たくさんの評価シートを、1つの集約表（Excel）にまとめます。",
        "Bring many evaluation sheets together in one summary book.",
    ),
    arguments=[
        PATHS,
        Argument(
            "-o",
            Text("書き出す集約表", "the summary book to write"),
            metavar="OUT.xlsx",
            also="--output",
            to="output",
            kind=Path,
            required=True,
        ),
        Argument(
            "--data",
            Text(
                "整理した表を CSV と Parquet で書き出すフォルダー",
                "folder for the tidy tables, CSV and Parquet",
            ),
            metavar="DIR",
            kind=Path,
        ),
        MASTER,
        PREVIOUS,
        FAIL_ON,
        JOBS,
        SCHEDULER,
        FRESH,
    ],
    examples=[
        ("evalxl consolidate 提出 -o 集約.xlsx", Text("フォルダーを1つの表にする", "A folder as one book")),
        (
            "evalxl consolidate 提出 -o 集約.xlsx --master マスター --previous 前年度",
            Text("未提出、会計との突合、前の年度との比較も", "Who is missing, the accounts, last year"),
        ),
        (
            "evalxl consolidate 提出 -o 集約.xlsx --data 表 --json",
            Text("CSVとParquetも書き出す", "CSV and Parquet as well"),
        ),
    ],
    exits=True,
)
def consolidate(
    context: Context,
    paths: list[str],
    output: Path,
    data: Path | None = None,
    master: Path | None = None,
    previous: str | None = None,
    fail_on: FailOn = "error",
    jobs: int | None = None,
    scheduler: str | None = None,
    fresh: bool = False,
) -> Outcome:
    """Write the summary book and the tidy tables of all sheets."""
    outputs.book(output, [*paths, previous])
    outputs.replaceable(outputs.ledger(output))
    if data:
        outputs.tables(data)
    started = time.perf_counter()
    context = msgspec.structs.replace(
        with_beside(context, *configured(context, master, previous), jobs), meanwhile=_load_writer
    )
    with (
        collector.paused(),
        context.rows(paths, jobs, leave_out=[output], scheduler=scheduler, fresh=fresh) as found,
    ):
        from evalxl.sharing import collected  # while processes begin to read

        files = collected(found)
    report = written(context, files, output, data, started, fresh=fresh).to_json()
    return summed_up(context, report, fail_on)


def _load_writer() -> None:
    """Load what a consolidation needs when all is read."""
    from evalxl import consolidation, program  # noqa: F401
    from evalxl.rules import registry
    from workbook.summary import book  # noqa: F401

    registry.load()
    program.fingerprint()


@collector.paused()
def written(
    context: Context,
    files: list[FileRows],
    output: Path,
    data: Path | None,
    started: float,
    *,
    fresh: bool = False,
) -> Report:
    """Write what comes of a consolidation, and tell what is worth telling."""
    from evalxl.consolidation import consolidate as write

    _told_beforehand(context, files, output)
    told_own(
        [file.file for file in files if ("skipped", "own_output") in (row[:2] for row in file.rows)], context
    )
    if all(row[0] == "skipped" for file in files for row in file.rows):
        raise UsageError(texts.NOTHING)
    report = write(
        files,
        output,
        data=data,
        settings=context.settings,
        lang=context.lang,
        started=started,
        fresh=fresh,
    )
    for path in [output, *([data] if data else [])]:
        context.tell(texts.STANDS if report.stands else texts.WRITTEN, path=path)
    for remark in report.remarks:
        context.tell(remark.notice)
    return report


def summed_up(context: Context, report: dict[str, Any], fail_on: FailOn) -> Outcome:
    """The outcome of a consolidation, from its JSON."""
    from evalxl import show

    code = _code(report["findings"], len(report["refused"]), fail_on)
    return Outcome(code, report, show.consolidation(report, context.lang))


def _told_beforehand(context: Context, files: list[FileRows], output: Path) -> None:
    """What the run will not be able to compare: years without accounts or last year, a damaged ledger."""
    from evalxl import reception, tie_out

    masters = context.settings.masters
    sheets = [sheet for file in files for sheet in file.sheets]
    for year in tie_out.missing_years(sheets, masters) if masters else ():
        context.tell(texts.NO_ACCOUNTS, year=year)
    told_uncompared(context, (sheet.fiscal_year for sheet in sheets))
    kept = outputs.ledger(output)
    try:
        reception.read(kept)
    except reception.LedgerError:
        context.tell(texts.LEDGER_LOST, path=kept)
