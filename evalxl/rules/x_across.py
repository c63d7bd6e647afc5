"""X: across files."""

from __future__ import annotations

from evalxl.rules.registry import declare

declare(
    "X807",
    "error",
    "summary-differs-from-sheets",
    """A total of the summary must equal the sum of the sheets it was made of, in exact decimal arithmetic.

    Why: a row dropped or counted twice on the way would make the city's total wrong without a sign.
    This is a check of evalxl itself; it is run on every consolidation.
    """,
    ja="集約表の{year:fy}の{row}の合計は{found}ですが、各シートの合計は{expected}です。",
    en="The summary's total of {row} for {year:fy} is {found}, but the sheets add up to {expected}.",
    fix_ja="この集約結果は使わず、evalxlの担当者に知らせてください。",
    fix_en="Do not use this summary; report it to whoever maintains evalxl.",
    example={"row": "事業費計(A)", "year": 2017, "found": 8652000, "expected": 8652001},
)
