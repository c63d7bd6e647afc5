"""Arguments that several commands share."""

from __future__ import annotations

import re

from evalxl.actions import Argument
from evalxl.texts import Text


def positive(text: str) -> int:
    """A whole number above 0; ValueError for anything else."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def fiscal_year(text: str) -> int:
    """A fiscal year as people write it: 2018, H30, 平成30年度; ValueError for what is none that can be.

    >>> fiscal_year("H30"), fiscal_year("2018")
    (2018, 2018)
    """
    from workbook.notation import year_candidates

    found = [year for year in year_candidates(text) if 1989 <= year <= 2100]
    if len(found) != 1:
        raise ValueError(text)
    return found[0]


def address(text: str) -> str:
    """A scheduler's address, ``local`` among them; ValueError for what can be none.

    >>> address("tcp://dask:8786"), address("dask:8786"), address("local")
    ('tcp://dask:8786', 'dask:8786', 'local')
    """
    if not re.fullmatch(r"local|[a-z][a-z0-9+.-]*://\S+|[^\s/]+:\d+", text, re.IGNORECASE):
        raise ValueError(text)
    return text


PATHS = Argument(
    "paths",
    Text(
        "ファイル、フォルダー（中まで読みます）、または s3:// などのアドレス",
        "files, folders (walked to the bottom) or addresses such as s3://",
    ),
    metavar="PATH",
    many="+",
)
JOBS = Argument(
    "--jobs",
    Text(
        "同時に動かす処理の数（省くとファイル数に応じて決めます）",
        "processes at work (by default chosen from the number of files)",
    ),
    metavar="N",
    kind=positive,
)
FAIL_ON = Argument(
    "--fail-on",
    Text(
        "終了コードを1にする指摘の重さ（never は常に0）",
        "findings that make the exit code 1 (never: it stays 0)",
    ),
    choices=("error", "warning", "never"),
    default="error",
)
FRESH = Argument(
    "--fresh",
    Text(
        "前回から変わっていないファイルも、すべて読み直します",
        "read all files again, also those that did not change since the last run",
    ),
)
SCHEDULER = Argument(
    "--scheduler",
    Text(
        "Dask のスケジューラー（tcp://… のアドレス、または local）で読みます",
        "read on the workers of a Dask scheduler (tcp://…), or of one started here (local)",
    ),
    metavar="ADDRESS",
    kind=address,
)
