"""Tables of more sheets than a summary book can show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from evalxl import texts
from evalxl.actions import DONE, FINDINGS, Argument, Context, Outcome, command
from evalxl.commands.arguments import FRESH, JOBS, PATHS, SCHEDULER
from evalxl.errors import UsageError
from evalxl.texts import Text

if TYPE_CHECKING:
    from evalxl.lake import Written


@command(
    "tables",
    label=Text("表の書き出し", "Tables"),
    help=Text(
        "大量の評価シートを、年度別の Parquet の表にします（集約表は作りません）。",
        "Turn any number of sheets into Parquet tables in parts by year, without a summary book.",
    ),
    arguments=[
        PATHS,
        Argument(
            "-o",
            Text("書き出すフォルダー", "the folder to write"),
            metavar="DIR",
            also="--output",
            to="output",
            kind=Path,
            required=True,
        ),
        JOBS,
        SCHEDULER,
        FRESH,
    ],
    examples=[
        ("evalxl tables 提出 -o 表", Text("フォルダーごと表にする", "A folder as tables")),
        (
            "evalxl tables s3://evaluation/2017 -o 表 --scheduler tcp://dask:8786",
            Text("Dask のワーカーで読む", "Read on the workers of a Dask scheduler"),
        ),
    ],
    exits=True,
)
def tables(
    context: Context,
    paths: list[str],
    output: Path,
    jobs: int | None = None,
    scheduler: str | None = None,
    fresh: bool = False,
) -> Outcome:
    """Write the tables in parts; the memory it needs does not grow with the number of sheets."""
    from evalxl import lake
    from workbook.folders import ForeignFilesError, ensure_own

    try:
        ensure_own(output)
        with context.rows(paths, jobs, scheduler=scheduler, fresh=fresh) as found:
            written = lake.write(found, output)
    except ForeignFilesError as error:
        raise UsageError(texts.FOREIGN_FOLDER, path=error.path, file=error.file) from None
    context.tell(texts.WRITTEN, path=output)
    code = FINDINGS if written.files["refused"] or written.findings["error"] else DONE
    why = [texts.SEE_VALIDATE.of(context.lang)] if written.files["refused"] else []
    return Outcome(code, _data(written, output), [_line(written, context), *why])


def _data(written: Written, output: Path) -> dict[str, object]:
    files = {status: written.files[status] for status in ("consolidated", "refused", "skipped")}
    return {"folder": str(output), **files, "findings": dict(written.findings), "rows": dict(written.rows)}


def _line(written: Written, context: Context) -> str:
    counts = {severity: written.findings[severity] for severity in ("error", "warning", "info")}
    return texts.TABLES.of(
        context.lang, sheets=written.files["consolidated"], refused=written.files["refused"], **counts
    )
