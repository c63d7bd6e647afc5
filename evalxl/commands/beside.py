"""What a run is given besides its sheets: the masters, and last year's sheets."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from evalxl import texts
from evalxl.actions import Argument, Context
from evalxl.errors import UsageError
from evalxl.texts import Text
from workbook.notation import era_year

if TYPE_CHECKING:
    from evalxl.masters import Masters
    from evalxl.past import Past, Previous
    from evalxl.previous import Kept

MASTER = Argument(
    "--master",
    Text(
        "マスター（projects.csv、policies.csv、organization.csv、accounts.csv、rates.csv）のフォルダー",
        "folder of masters (projects.csv, policies.csv, organization.csv, accounts.csv, rates.csv)",
    ),
    metavar="DIR",
    kind=Path,
)
PREVIOUS = Argument(
    "--previous",
    Text(
        "前の年度のシート（フォルダーかファイル）、前の年度の集約表、またはその --data の表のフォルダー",
        "last year's sheets (folder or file), its summary book, or its folder of tables",
    ),
    metavar="PATH",
)


def with_beside(
    context: Context, master: Path | None, previous: str | None, jobs: int | None = None
) -> Context:
    """The context with the masters and last year's sheets in its settings; what is odd about them is told.

    Raises `MastersError` when a master is wrong, `UsageError` when nothing of last year's can be read.
    """
    if master is None and previous is None:
        return context
    masters = masters_of(context, master) if master is not None else None
    before = previous_of(context, previous, masters, jobs) if previous is not None else None
    return msgspec.structs.replace(context, settings=context.settings.beside(masters, before))


def with_masters(context: Context, master: Path | None) -> Context:
    """The context with the masters that were named, else those that the settings name."""
    return with_beside(context, configured(context, master, None)[0], None)


def configured(context: Context, master: Path | None, previous: str | None) -> tuple[Path | None, str | None]:
    """The masters and last year's sheets that were named, else those that the settings name."""
    known = context.settings
    folder = known.master_folder
    return master or (Path(folder) if folder else None), previous or known.previous_place


def masters_of(context: Context, folder: Path) -> Masters:
    """The masters of a folder; what was repaired in them is told. Raises `MastersError`."""
    from evalxl import masters

    found = masters.load(folder)
    by_file = Counter(repair.file for repair in found.repairs)
    for repair in {repair.file: repair for repair in reversed(found.repairs)}.values():
        context.tell(
            texts.ZEROS, count=by_file[repair.file], file=repair.file, line=repair.line,
            column=repair.column, found=repair.found, repaired=repair.repaired,
        )  # fmt: skip
    for file, headings in found.unused.items():
        context.tell(texts.UNUSED_COLUMNS, file=file, columns="、".join(headings))
    return found


def previous_of(context: Context, path: str, masters: Masters | None, jobs: int | None = None) -> Previous:
    """Last year's sheets; what of them cannot be read is told. Raises `UsageError` where nothing can."""
    from evalxl.past import Previous
    from evalxl.previous import of_rows
    from evalxl.rolling import loading

    try:
        folders = loading.stores(path)
        pasts = [of_rows(sheet) for folder in folders for sheet in loading.of_store(folder).sheets]
    except ValueError as error:
        raise UsageError(texts.DAMAGED_STORE, path=path) from error
    whole = bool(folders) or not Path(path).is_file()
    if not folders:
        pasts, summary = _of_books(context, path, jobs)
        whole |= summary
    if not pasts:
        raise UsageError(texts.NO_PREVIOUS, path=path)
    return Previous(pasts, masters, whole)


def told_uncompared(context: Context, years: Iterable[int]) -> None:
    """Say that last year's sheets are of no year before any of the run's sheets; ``years`` are theirs."""
    previous, run = context.settings.previous, sorted(set(years))
    if not previous or not run or any(previous.year_before(year) for year in run):
        return

    def named(found: Iterable[int]) -> str:
        japanese = context.lang == "ja"
        words = (era_year(y) if japanese else texts.FISCAL_YEAR.en.format(year=y) for y in sorted(set(found)))
        return ("、" if japanese else ", ").join(words)

    before = named(past.fiscal_year for past in previous.pasts)
    context.tell(texts.PREVIOUS_LATER, before=before, years=named(run))


def _of_books(context: Context, path: str, jobs: int | None) -> tuple[list[Past], bool]:
    """Of departments' books; of a summary book (True) where there are none."""
    from evalxl.previous import keep
    from evalxl.rules import registry

    # How last year's sheets were filled in is not this run's matter: no rule is run on them.
    settings = msgspec.structs.replace(context.settings, off=frozenset(registry.load()))
    quick = msgspec.structs.replace(context, settings=settings)
    try:
        with quick.results([path], jobs, functools.partial(keep, lang=context.lang)) as found:
            kept = list(found)
    except UsageError as error:
        raise UsageError(texts.NO_PREVIOUS, path=path) from error
    for one in kept:
        for code, message in one.refused:
            context.tell(texts.PREVIOUS_REFUSED, file=one.file, code=code, message=message)
    pasts = [past for one in kept for past in one.pasts]
    return (pasts, False) if pasts else (_of_summaries(context, kept), True)


def _of_summaries(context: Context, kept: list[Kept]) -> list[Past]:
    from evalxl.previous import of_summary
    from workbook.errors import Refused

    pasts = []
    for one in kept:
        try:
            pasts += of_summary(one.path) if one.own else []
        except Refused as error:
            context.tell(texts.PREVIOUS_REFUSED, file=one.file, code=error.code, message=error)
    return pasts
