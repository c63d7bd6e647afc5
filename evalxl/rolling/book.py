"""A roll-up as the sheets of a book."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from evalxl import texts
from evalxl.rolling.compare import movers, shares_of
from evalxl.rolling.compute import Rolled
from evalxl.rolling.values import Value
from workbook.notation import era_year
from workbook.summary.pivot import Moved, Pivot, PivotLine, write


def save(rolled: Rolled, notes: Sequence[str], top: int, path: Path) -> None:
    """Write one sheet a value. Raises `workbook.errors.OutputLocked` when ``path`` is open in Excel."""
    write([_pivot(rolled, value, notes, top) for value in rolled.values], path)


def _pivot(rolled: Rolled, value: Value, notes: Sequence[str], top: int) -> Pivot:
    years = [column.year for column in rolled.years]
    shares = shares_of(rolled, value, rolled.reference) if rolled.reference else {}
    reference = era_year(rolled.reference) if rolled.reference else ""
    lines = [
        PivotLine(line.level, line.path[-1], [line.amounts[year] for year in years], shares.get(line.path))
        for line in rolled.of(value)
    ]
    total = rolled.total(value)
    whole = Decimal(1) if any(share is not None for share in shares.values()) else None
    lines.append(PivotLine(0, texts.TOTAL.ja, [total.amounts[year] for year in years], whole))
    return Pivot(
        title=value.title,
        levels=[field.title.ja for field in rolled.fields],
        unit=value.unit,
        years=rolled.years,
        changes=list(_changes(rolled, years)),
        share_title=f"{texts.SHARE.ja}\n（{reference}）",
        lines=lines,
        moved=[
            (
                heading.of("ja", year=reference),
                [
                    Moved(" ＞ ".join(m.line.path), m.change.difference, m.change.rate)
                    for m in found
                ],
            )
            for heading, found in zip((texts.RISEN, texts.FALLEN), movers(rolled, value, top), strict=True)
        ],
        notes=[*notes, texts.ROLLUP_ROUNDING.ja],
    )  # fmt: skip


def _changes(rolled: Rolled, years: Sequence[int]) -> Iterator[tuple[int, int, str]]:
    """The comparisons whose both years are shown."""
    for index, year in enumerate(years):
        before = rolled.before.get(year)
        if before is not None and before in years:
            other = "対前年度比" if before == year - 1 else f"対{era_year(before)}比"
            yield index, years.index(before), f"{era_year(year)}の{other}"
