"""What a city does with its evaluation sheets: read, check and consolidate them.

>>> import evalxl
>>> records = evalxl.read(["提出"])                           # doctest: +SKIP
>>> entries = evalxl.validate(["提出/電算.xlsx"])              # doctest: +SKIP
>>> report = evalxl.consolidate(["提出"], "集約.xlsx")         # doctest: +SKIP

The results are plain data with the names of the command line's JSON; money is in 千円, blank is None. Paths
are files, folders (walked to the bottom) or fsspec addresses. Settings come from ``config``, else from the
evalxl.toml found upwards from the working folder. All three raise FileNotFoundError when there is no file to
read, `evalxl.settings.SettingsError` when the settings are wrong; a file that cannot be read does not raise.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from evalxl.actions import Context, Outcome

PathLike = str | os.PathLike[str]
Paths = PathLike | Sequence[PathLike]
Language = Literal["ja", "en"]

__all__ = ["consolidate", "read", "validate"]


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
    form: str | None = None,
    config: PathLike | None = None,
    jobs: int | None = None,
    lang: Language = "ja",
) -> list[dict[str, Any]]:
    """The findings of all sheets, as ``validate --json`` prints them: one entry a sheet and one a refusal.

    ``report``: also write them as a workbook. Texts are in ``lang``.
    """
    from pathlib import Path

    from evalxl import commands

    target = Path(report) if report else None
    entries: list[dict[str, Any]] = _run(
        commands.validate, paths, _context(form, config, lang), report=target, jobs=jobs
    ).data
    return entries


def consolidate(
    paths: Paths,
    output: PathLike,
    *,
    data: PathLike | None = None,
    form: str | None = None,
    config: PathLike | None = None,
    jobs: int | None = None,
    lang: Language = "ja",
) -> dict[str, Any]:
    """Write the summary book to ``output``, and the tidy tables into the folder ``data`` where it is given.

    Gives the report as ``consolidate --json`` prints it. Raises `workbook.errors.OutputLocked` when
    ``output`` is open in Excel; an older ``output`` then stays as it was.
    """
    from pathlib import Path

    from evalxl import commands

    folder = Path(data) if data else None
    report: dict[str, Any] = _run(
        commands.consolidate, paths, _context(form, config, lang), output=Path(output), data=folder, jobs=jobs
    ).data
    return report


def _context(form: str | None, config: PathLike | None, lang: Language) -> Context:
    from evalxl.actions import Context

    return Context.of(form, config, lang=lang, quiet=True)


def _run(command: Any, paths: Paths, context: Context, **options: Any) -> Outcome:
    from evalxl.actions import UsageError

    listed = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    try:
        outcome: Outcome = command(context, [os.fspath(path) for path in listed], **options)
    except UsageError as error:
        raise FileNotFoundError(str(error)) from None
    return outcome
