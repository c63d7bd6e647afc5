"""What goes out of the house: pages for citizens and papers for the council."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalxl import outputs, texts
from evalxl.actions import DONE, FINDINGS, Argument, Context, Outcome, command
from evalxl.commands.arguments import JOBS, PATHS
from evalxl.commands.beside import MASTER, with_masters
from evalxl.errors import UsageError
from evalxl.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evalxl.council import By
    from evalxl.pages.gather import PublicFile
    from evalxl.pages.leaks import Leak
    from evalxl.tables import FileRows
    from workbook.papers.model import Paper, Papers

FOLDER = Argument(
    "-o",
    Text("書き出すフォルダー", "the folder to write"),
    metavar="DIR",
    also="--output",
    to="output",
    kind=Path,
    required=True,
)


@command(
    "publish",
    label=Text("公表", "Publish"),
    help=Text(
        "市民向けのページを書き出します。職員の氏名や電話番号が文章に残っていれば、中止します（終了コード1）。",
        "Write pages for citizens; stop (exit code 1) where texts hold officials' names or phones.",
    ),
    arguments=[PATHS, FOLDER, MASTER, JOBS],
    examples=[
        ("evalxl publish 提出 -o 公表", Text("フォルダーごと公表用のページにする", "A folder as pages")),
        (
            "evalxl publish 提出 -o 公表 --config 設定.toml",
            Text("載せない項目や題名を設定から読む", "With what to leave out, and the title, from settings"),
        ),
    ],
)
def publish(
    context: Context, paths: list[str], output: Path, master: Path | None = None, jobs: int | None = None
) -> Outcome:
    """Write the site, or say what must not be published and write nothing."""
    from evalxl.pages import gather

    context = with_masters(context, master)
    leave_out = context.settings.leave_out
    _known(leave_out, context)
    outputs.folder(output)
    _replaceable(output)
    then = functools.partial(gather.public, leave_out=leave_out, lang=context.lang)
    with context.results(paths, jobs, then) as results:
        files = list(results)
    return published(context, files, output)


def published(context: Context, files: list[PublicFile], output: Path) -> Outcome:
    """Write the site of what was read."""
    from evalxl.pages import gather, leaks, site

    _some([file.rows for file in files])
    leave_out = context.settings.leave_out
    people = {name for file in files for name in file.names}
    numbers = {number for file in files for number in file.phones}
    found = leaks.scan((record for file in files for record in file.records), people, numbers)
    gathered = gather.gather(files, context.settings.masters)
    data = _account(files, output) | {
        "projects": len(gathered.projects),
        "published": not found and bool(gathered.projects),
        "leaks": [_leak(leak, context) for leak in found],
        "doubles": gathered.doubles,
    }
    if data["published"]:
        site.write(gathered, leave_out, context.settings.site, output)
        context.tell(texts.WRITTEN, path=output)
        for remark in gathered.remarks:
            context.tell(remark.notice)
    code = DONE if data["published"] and not data["refused"] else FINDINGS
    return Outcome(code, data, list(_published(data, context)))


def _known(leave_out: Sequence[str], context: Context) -> None:
    """A name that no form has would leave nothing out: better to stop than to publish by mistake."""
    from evalxl.pages import redaction
    from workbook import form

    forms = [form.get(name) for name in form.ids()] + ([context.form] if context.form else [])
    names = {name for known in forms for name in redaction.known(known)}
    for name in leave_out:
        if name not in names:
            raise UsageError.unknown(texts.UNKNOWN_LEFT_OUT, name, names)


def _replaceable(output: Path) -> None:
    """Say at once when the folder holds what is not ours."""
    from workbook.folders import ForeignFilesError, ensure_own

    try:
        ensure_own(output)
    except ForeignFilesError as error:
        raise UsageError(texts.FOREIGN_FOLDER, path=error.path, file=error.file) from None


def _some(files: Sequence[FileRows]) -> None:
    if all(row[0] == "skipped" for file in files for row in file.rows):
        raise UsageError(texts.NOTHING)


def _refused(files: Sequence[FileRows]) -> list[dict[str, Any]]:
    rows = ((file.file, row) for file in files for row in file.rows if row[0] == "refused")
    return [{"file": name, "code": row[1], "message": row[3]} for name, row in rows]


def _account(files: Sequence[PublicFile], output: Path) -> dict[str, Any]:
    return {
        "output": str(output),
        "files": sum(bool(file.rows.sheets or file.rows.findings) for file in files),
        "refused": _refused([file.rows for file in files]),
        "errors": sum(
            any(row[1] == "error" for row in sheet.findings) for file in files for sheet in file.rows.sheets
        ),
    }


def _leak(leak: Leak, context: Context) -> dict[str, Any]:
    from evalxl.pages.leaks import KINDS, MENDS

    return {
        "file": leak.file,
        "sheet": leak.sheet,
        "cell": leak.cell,
        "field": leak.field,
        "kind": leak.kind,
        "found": leak.found,
        "message": KINDS[leak.kind].of(context.lang, found=leak.found),
        "hint": MENDS[leak.kind].of(context.lang),
    }


def _published(data: dict[str, Any], context: Context) -> Iterator[str]:
    from evalxl.show import indented
    from evalxl.terminal import coloured

    lang = context.lang
    if data["leaks"]:
        yield coloured(texts.LEAKS.of(lang, count=len(data["leaks"])), "error")
    elif data["published"]:
        yield coloured(texts.PUBLISHED.of(lang, projects=data["projects"], path=data["output"]), "head")
    else:
        yield coloured(texts.NOTHING_TO_PUBLISH.of(lang), "error")
    for leak in data["leaks"]:
        yield ""
        yield f"{leak['file']} › {leak['cell'] or leak['sheet']}"
        yield from indented(leak["message"])
        yield from indented(texts.HINT.of(lang, hint=leak["hint"]))
    yield from _remarks(data, context)


def _remarks(data: dict[str, Any], context: Context) -> Iterator[str]:
    """What a person should know before the pages go out."""
    lang = context.lang
    if data["doubles"]:
        yield texts.PUBLISHED_TWICE.of(lang, names="、".join(data["doubles"]))
    if data["errors"]:
        yield texts.PUBLISHED_ERRORS.of(lang, count=data["errors"])
    yield from _refusals(data, context)


def _refusals(data: dict[str, Any], context: Context) -> Iterator[str]:
    from evalxl.show import indented, shortened

    lang = context.lang
    if data["refused"]:
        yield texts.REFUSED_COUNT.of(lang, count=len(data["refused"]))
    for refused in data["refused"]:
        yield f"  {refused['code']}  {refused['file']}"
        yield from indented(shortened(refused["message"], lang), 4)


# ---- papers for the council --------------------------------------------------------------------------------

LEVELS = ("measure", "policy", "basic_program", "department", "division")


@command(
    "report",
    label=Text("議会資料", "Council papers"),
    help=Text(
        "施策ごとにA4で1枚の資料を、ExcelとPDFで書き出します。",
        "Write papers for the council, one A4 page a measure, as a workbook and PDF.",
    ),
    arguments=[
        PATHS,
        Argument(
            "--by",
            Text(
                "1枚にまとめる単位（施策、政策、基本事業、部、課）",
                "what a page is about",
            ),
            choices=LEVELS,
            default="measure",
        ),
        FOLDER,
        MASTER,
        JOBS,
    ],
    examples=[
        ("evalxl report 提出 --by measure -o 議会", Text("施策ごとの資料", "One page a measure")),
        ("evalxl report 提出 --by division -o 議会", Text("課ごとの資料", "One page a section")),
    ],
)
def report(
    context: Context,
    paths: list[str],
    output: Path,
    by: By = "measure",
    master: Path | None = None,
    jobs: int | None = None,
) -> Outcome:
    """Write the papers as one workbook, and as PDF where LibreOffice is installed."""
    from evalxl import tables

    context = with_masters(context, master)
    book, _ = paper_files(output)
    then = functools.partial(tables.extract, lang=context.lang)
    with context.results(paths, jobs, then, leave_out=[book]) as results:
        files = list(results)
    return reported(context, files, output, by)


def paper_files(output: Path) -> tuple[Path, Path]:
    """The workbook and the PDF in the folder; said at once when one cannot be written."""
    from evalxl import council

    book, pdf = output / f"{council.TITLE}.xlsx", output / f"{council.TITLE}.pdf"
    outputs.folder(output)
    for path in (book, pdf):
        outputs.replaceable(path)
    return book, pdf


def reported(
    context: Context, files: list[FileRows], output: Path, by: By = "measure", *, pdf: bool = True
) -> Outcome:
    """Write the papers of what was read; without ``pdf`` as a workbook alone."""
    from evalxl import council

    book, printed_book = paper_files(output)
    _some(files)
    papers = council.build(files, by, context.settings.masters)
    if papers is None:
        raise UsageError(texts.NOTHING_TO_REPORT)
    printed = _written(papers, book, printed_book, context, pdf)
    refused = _refused(files)
    data = {
        "book": str(book),
        "pdf": str(printed_book) if printed else None,
        "by": by,
        "pages": [_page(paper) for paper in papers.pages],
        "refused": refused,
    }
    return Outcome(FINDINGS if refused else DONE, data, list(_told(data, papers, context)))


def _written(papers: Papers, book: Path, pdf: Path, context: Context, wanted: bool) -> bool:
    """Write the workbook and, where it is ``wanted`` and can be made, the PDF; whether that is there."""
    from workbook import pdf as printer
    from workbook.papers import book as writer

    writer.write(papers, book)
    context.tell(texts.WRITTEN, path=book)
    if wanted and printer.print_book(book, pdf):
        context.tell(texts.WRITTEN, path=pdf)
        return True
    # An older PDF beside a newer book would be taken for the same.
    pdf.unlink(missing_ok=True)
    if wanted:
        context.tell(texts.NO_PDF if printer.program() is None else texts.PDF_FAILED, path=book)
    return False


def _page(paper: Paper) -> dict[str, Any]:
    from workbook.record import plain

    sums = {
        row: {str(year): plain(v) for year, v in sorted(years.items())} for row, years in paper.sums.items()
    }
    return {"title": paper.title, "above": paper.above, "projects": len(paper.projects), "totals": sums}


def _told(data: dict[str, Any], papers: Papers, context: Context) -> Iterator[str]:
    from evalxl.terminal import coloured

    level = papers.level if context.lang == "ja" else data["by"].replace("_", " ")
    count = {"pages": len(papers.pages), "level": level, "path": data["book"]}
    yield coloured(texts.REPORTED.of(context.lang, **count), "head")
    yield from (note if context.lang == "ja" else english for note, english in papers.notes)
    yield from _refusals(data, context)
