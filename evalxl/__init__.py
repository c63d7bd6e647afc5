"""What a city does with its evaluation sheets: read, check, consolidate and roll them up::

    import evalxl

    records = evalxl.read(["提出"])
    entries = evalxl.validate(["提出/電算.xlsx"])
    report = evalxl.consolidate(["提出"], "集約.xlsx")
    table = evalxl.rollup(["提出"], by=["department"])
    pages = evalxl.publish(["提出"], "公表")
    papers = evalxl.report(["提出"], "議会")

The results are plain data with the names of the command line's JSON; money is in 千円, blank is None. Paths
are files, folders (walked to the bottom) or fsspec addresses. Settings come from ``config``, else from the
evalxl.toml found upwards from the working folder. All raise FileNotFoundError when there is no file to read,
ValueError when something is asked for that cannot be had, and `evalxl.settings.SettingsError` when the
settings are wrong; a file that cannot be read does not raise.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from evalxl.actions import Context, Outcome

PathLike = str | os.PathLike[str]
Paths = PathLike | Sequence[PathLike]
Language = Literal["ja", "en"]

__all__ = ["consolidate", "publish", "read", "report", "rollup", "validate"]


def read(
    paths: Paths,
    *,
    cells: bool = False,
    form: str | None = None,
    config: PathLike | None = None,
    jobs: int | None = None,
    lang: Language = "ja",
) -> list[dict[str, Any]]:
    """The records of all sheets, as ``read --json`` prints them, in the order of the files.

    ``cells`` adds the cell that each value came from. A file that gives no record is warned of (UserWarning,
    in ``lang``); `validate` has its finding.
    """
    import warnings

    from evalxl import commands

    outcome = _run(commands.read, paths, _context(form, config, lang), cells=cells, jobs=jobs)
    for line in outcome.told:
        warnings.warn(line, stacklevel=2)
    records: list[dict[str, Any]] = outcome.data
    return records


def validate(
    paths: Paths,
    *,
    report: PathLike | None = None,
    master: PathLike | None = None,
    previous: PathLike | None = None,
    form: str | None = None,
    config: PathLike | None = None,
    jobs: int | None = None,
    lang: Language = "ja",
) -> list[dict[str, Any]]:
    """The findings of all sheets, as ``validate --json`` prints them: one entry a sheet and one a refusal.

    ``report``: also write them as a workbook. ``master`` is a folder of masters, ``previous`` last year's
    sheets, summary book or tables. Texts are in ``lang``.
    """
    from pathlib import Path

    from evalxl import commands

    target = Path(report) if report else None
    entries: list[dict[str, Any]] = _run(
        commands.validate, paths, _context(form, config, lang), report=target, jobs=jobs,
        **_beside(master, previous),
    ).data  # fmt: skip
    return entries


def consolidate(
    paths: Paths,
    output: PathLike,
    *,
    data: PathLike | None = None,
    master: PathLike | None = None,
    previous: PathLike | None = None,
    form: str | None = None,
    config: PathLike | None = None,
    jobs: int | None = None,
    lang: Language = "ja",
) -> dict[str, Any]:
    """Write the summary book to ``output``, and the tidy tables into the folder ``data`` where it is given.

    ``master`` is a folder of masters (who must submit, the plan, the organisation, the accounts, rates),
    ``previous`` last year's sheets, summary book or tables. The ledger 受付簿 is kept beside ``output``.
    Gives the report as ``consolidate --json`` prints it. Raises `evalxl.masters.MastersError` when a master
    is wrong. Raises `workbook.errors.OutputLocked` when
    ``output`` is open in Excel; an older ``output`` then stays as it was.
    """
    from pathlib import Path

    from evalxl import commands

    folder = Path(data) if data else None
    report: dict[str, Any] = _run(
        commands.consolidate, paths, _context(form, config, lang), output=Path(output), data=folder,
        jobs=jobs, **_beside(master, previous),
    ).data  # fmt: skip
    return report


def rollup(
    paths: Paths,
    by: str | Sequence[str],
    value: str | Sequence[str] = "project_total",
    *,
    year: int | str | Sequence[int | str] | None = None,
    output: PathLike | None = None,
    format: Literal["table", "csv", "json", "xlsx"] | None = None,
    top: int = 5,
    master: PathLike | None = None,
    form: str | None = None,
    config: PathLike | None = None,
    jobs: int | None = None,
    lang: Language = "ja",
) -> dict[str, Any]:
    """Add up ``value`` by the fields ``by``, year by year, with differences, rates, shares and subtotals.

    Args:
        paths: sheets to read, or folders of tables that `consolidate` wrote with ``data``; several years' go
            together, and no project-year is counted twice.
        by: fields from the top: ``department``, ``division``, ``policy``, ``measure``, ``basic_program``,
            ``account`` … ``minor``, ``source``, ``direction``, ``period``, ``judgement_cost_room`` …,
            ``project``; or ``organization``, ``policies``, ``budget`` for a whole hierarchy.
        value: rows of the cost table, ``projects`` for their number, ``outcome_indicators.ア`` or
            ``indicator:NAME``.
        year: fiscal years; all by default.
        output: also write it there, as the ending or ``format`` says (.csv, .json, .xlsx; else a text table).
        top: how many of the lines that moved most.
        master: the folder of masters; a project that was renamed or merged is then one over the years.

    Returns:
        ``by``, ``values``, ``years`` and

        * ``lines``: one a value and line, subtotals before what is under them: ``level``, ``path`` (the words
          of its levels), ``value``, ``amounts`` by year (exact; None: nothing filled), ``changes`` by year
          (``before``: the year compared with, ``difference``, ``rate``: a fraction to three places, or 皆増,
          皆減, －) and ``shares`` by year (fractions to three places; the lowest lines add up to exactly 1);
        * ``totals``: the same without shares; ``movers``: the lowest lines that rose and fell most;
        * ``notes``: what a reader must know, such as double submissions.

    Raises:
        ValueError: for a field, value or year that there is not; the nearest names are in the message.
        OutputLocked: ``output`` is open in Excel.
    """
    from pathlib import Path

    from evalxl import commands

    def several(given: Any) -> list[str]:
        return [str(given)] if isinstance(given, (str, int)) else [str(one) for one in given]

    outcome = _run(
        commands.rollup, paths, _context(form, config, lang), by=several(by), value=several(value),
        year=None if year is None else several(year), output=Path(output) if output else None,
        format=format, top=top, master=Path(master) if master else None, jobs=jobs,
    )  # fmt: skip
    data: dict[str, Any] = outcome.data
    return data


def publish(
    paths: Paths,
    output: PathLike,
    *,
    master: PathLike | None = None,
    form: str | None = None,
    config: PathLike | None = None,
    jobs: int | None = None,
    lang: Language = "ja",
) -> dict[str, Any]:
    """Write pages for citizens into the folder ``output``, without officials' names and phones.

    Gives what ``publish --json`` prints. Where ``leaks`` is not empty ``published`` is False and nothing was
    written: each names file, sheet, cell, what was found and how to mend it. What is left out, the title and
    the licence stand in the settings.

    Raises:
        ValueError: ``output`` holds files that this program did not write, or the settings leave out a field
            that no form has.
        OutputLocked: ``output`` cannot be replaced.
    """
    from pathlib import Path

    from evalxl import commands

    data: dict[str, Any] = _run(
        commands.publish,
        paths,
        _context(form, config, lang),
        output=Path(output),
        master=_folder(master),
        jobs=jobs,
    ).data
    return data


def report(
    paths: Paths,
    output: PathLike,
    *,
    by: Literal["measure", "policy", "basic_program", "department", "division"] = "measure",
    master: PathLike | None = None,
    form: str | None = None,
    config: PathLike | None = None,
    jobs: int | None = None,
    lang: Language = "ja",
) -> dict[str, Any]:
    """Write papers for the council into the folder ``output``: a workbook, one A4 page for each measure.

    Gives what ``report --json`` prints: ``book``, ``pdf`` (None where LibreOffice is not installed),
    ``pages`` with ``totals`` by row and year, and ``refused``.

    Raises:
        ValueError: there is no sheet to report on.
        OutputLocked: the workbook is open in Excel.
    """
    from pathlib import Path

    from evalxl import commands

    data: dict[str, Any] = _run(
        commands.report,
        paths,
        _context(form, config, lang),
        output=Path(output),
        by=by,
        master=_folder(master),
        jobs=jobs,
    ).data
    return data


def _folder(path: PathLike | None) -> Path | None:
    from pathlib import Path

    return None if path is None else Path(path)


def _beside(master: PathLike | None, previous: PathLike | None) -> dict[str, Any]:
    return {"master": _folder(master), "previous": os.fspath(previous) if previous is not None else None}


def _context(form: str | None, config: PathLike | None, lang: Language) -> Context:
    from evalxl.actions import Context

    with _in_pythons_words():
        return Context.of(form, config, lang=lang, quiet=True)


def _run(command: Any, paths: Paths, context: Context, **options: Any) -> Outcome:
    listed = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    with _in_pythons_words():
        outcome: Outcome = command(context, [os.fspath(path) for path in listed], **options)
    return outcome


@contextlib.contextmanager
def _in_pythons_words() -> Iterator[None]:
    """What was asked for and cannot be had is one of Python's own errors, as a caller expects them."""
    from evalxl import texts
    from evalxl.errors import UsageError

    try:
        yield
    except UsageError as error:
        if error.near or error.text != texts.NOTHING:
            near = f" Did you mean: {', '.join(error.near)}" if error.near else ""
            raise ValueError(f"{error}{near}") from None
        raise FileNotFoundError(str(error)) from None
