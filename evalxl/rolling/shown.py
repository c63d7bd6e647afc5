"""A roll-up for people and programs: table on the terminal, CSV, JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from evalxl import texts
from evalxl.arithmetic import NEITHER
from evalxl.export import safe_text
from evalxl.rolling.compare import Change, Mover, Rate, change, movers, shares_of
from evalxl.rolling.compute import Line, Rolled
from evalxl.rolling.values import Value
from evalxl.rules.registry import Lang
from workbook.record import Number, plain
from workbook.summary.model import YearColumn

if TYPE_CHECKING:
    from rich.table import Table


# ---- words of public finance -------------------------------------------------------------------------------


def amount_text(amount: Number | None) -> str:
    """An amount with thousands, a minus as ▲; － for a blank.

    >>> amount_text(8652), amount_text(Decimal("-35.5")), amount_text(None)
    ('8,652', '▲35.5', '－')
    """
    if amount is None:
        return NEITHER
    return f"▲{-amount:,}" if amount < 0 else f"{amount:,}"


def rate_text(rate: Rate | None) -> str:
    """A rate in percent with one decimal, a minus as ▲; 皆増, 皆減 and － as they are.

    >>> rate_text(Decimal("0.179")), rate_text(Decimal("-0.02")), rate_text("皆増"), rate_text(None)
    ('17.9%', '▲2.0%', '皆増', '－')
    """
    if rate is None or isinstance(rate, str):
        return rate or NEITHER
    return f"{'▲' if rate < 0 else ''}{abs(rate) * 100:.1f}%"


# ---- JSON --------------------------------------------------------------------------------------------------


def to_json(rolled: Rolled, notes: Sequence[str], top: int) -> dict[str, Any]:
    """The outcome as `evalxl.rollup` documents it."""
    return {
        "by": [field.name for field in rolled.fields],
        "values": [{"name": v.name, "label": v.title, "unit": v.unit} for v in rolled.values],
        "years": [{"year": c.year, "label": c.title, "phase": c.phase} for c in rolled.years],
        "lines": [entry for value in rolled.values for entry in _lines_json(rolled, value)],
        "totals": [_line_json(rolled, line, {}) for line in rolled.totals],
        "movers": [_movers_json(rolled, value, top) for value in rolled.values],
        "notes": list(notes),
    }


def _lines_json(rolled: Rolled, value: Value) -> Iterator[dict[str, Any]]:
    shares = {column.year: shares_of(rolled, value, column.year) for column in rolled.years}
    for line in rolled.of(value):
        own = {year: found.get(line.path) for year, found in shares.items()}
        yield _line_json(rolled, line, own)


def _line_json(rolled: Rolled, line: Line, shares: dict[int, Decimal | None]) -> dict[str, Any]:
    years = [column.year for column in rolled.years]
    changes = {year: change(line, year, rolled.before) for year in years}
    entry: dict[str, Any] = {"level": line.level, "path": list(line.path), "value": line.value.name}
    entry["amounts"] = {str(year): plain(line.amounts[year]) for year in years}
    entry["changes"] = {str(year): _change_json(moved) for year, moved in changes.items()}
    if line.level:
        entry["shares"] = {str(year): plain(shares.get(year)) for year in years}
    return entry


def _change_json(moved: Change | None) -> dict[str, Any] | None:
    if moved is None:
        return None
    rate = moved.rate if isinstance(moved.rate, str) else plain(moved.rate)
    return {"before": moved.before, "difference": plain(moved.difference), "rate": rate}


def _movers_json(rolled: Rolled, value: Value, top: int) -> dict[str, Any]:
    up, down = movers(rolled, value, top)

    def entry(mover: Mover) -> dict[str, Any]:
        return {"path": list(mover.line.path), **(_change_json(mover.change) or {})}

    found = {"increases": [entry(mover) for mover in up], "decreases": [entry(mover) for mover in down]}
    return {"value": value.name, "year": rolled.reference, **found}


# ---- CSV ---------------------------------------------------------------------------------------------------

CSV_HEAD = (
    "level", "value", "unit", "fiscal_year", "phase", "amount", "before", "difference", "rate", "share",
)  # fmt: skip


def to_csv(rolled: Rolled) -> str:
    """One row a line and year: the words of its levels, then `CSV_HEAD`. The total is level 0.

    Blank means nothing filled; figures are exact and without thousands or ▲; rates and shares are fractions.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*(field.name for field in rolled.fields), *CSV_HEAD])
    for value in rolled.values:
        for column in rolled.years:
            shares = shares_of(rolled, value, column.year)
            for line in [*rolled.of(value), rolled.total(value)]:
                share = shares.get(line.path)
                writer.writerow(_csv_row(rolled, line, column, share))
    return out.getvalue()


def _csv_row(rolled: Rolled, line: Line, column: YearColumn, share: Decimal | None) -> list[Any]:
    words = [*map(safe_text, line.path), *[""] * (len(rolled.fields) - line.level)]
    value, moved = line.value, change(line, column.year, rolled.before)
    changes = [moved.before, _digits(moved.difference), _digits(moved.rate)] if moved else [""] * 3
    return [
        *words, line.level, safe_text(value.name), safe_text(value.unit), column.year, column.phase,
        _digits(line.amounts[column.year]), *changes, _digits(share),
    ]  # fmt: skip


def _digits(value: Number | str | None) -> str | int | None:
    return format(value, "f") if isinstance(value, Decimal) else value


# ---- the terminal ------------------------------------------------------------------------------------------


def to_text(rolled: Rolled, notes: Sequence[str], top: int, lang: Lang, *, colour: bool) -> Iterator[str]:
    """A table for each value, the lines that moved most under it, and what a reader must know."""
    for value in rolled.values:
        yield from _printed(_table(rolled, value, lang), colour)
        yield from _movers_text(rolled, value, top, lang)
        yield ""
    yield from (texts.NOTE.of(lang, text=note) for note in notes)


def _table(rolled: Rolled, value: Value, lang: Lang) -> Table:
    from rich import box
    from rich.table import Table

    title = f"{value.title}（{value.unit}）" if value.unit else value.title
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, show_edge=False)
    head = " ＞ ".join(field.title.of(lang) for field in rolled.fields)
    table.add_column(head, no_wrap=True)
    for column in rolled.years:
        year = column.title if lang == "ja" else texts.FISCAL_YEAR.of(lang, year=column.year)
        phase = column.phase if lang == "ja" else texts.PHASES[column.phase].en
        table.add_column(f"{year}\n{phase}", justify="right", no_wrap=True)
    for text in (texts.DIFFERENCE, texts.RATE, texts.SHARE):
        table.add_column(f"{_reference_text(rolled, lang)}\n{text.of(lang)}", justify="right", no_wrap=True)
    shares = shares_of(rolled, value, rolled.reference) if rolled.reference else {}
    for line in rolled.of(value):
        bold = "bold" if line.level < len(rolled.fields) else ""
        label = "　" * (line.level - 1) + line.path[-1]
        table.add_row(*_cells(rolled, line, label, shares.get(line.path)), style=bold)
    table.add_section()
    whole = Decimal(1) if any(share is not None for share in shares.values()) else None
    table.add_row(*_cells(rolled, rolled.total(value), texts.TOTAL.of(lang), whole), style="bold")
    return table


def _reference_text(rolled: Rolled, lang: Lang) -> str:
    if rolled.reference is None:
        return ""
    column = next(column for column in rolled.years if column.year == rolled.reference)
    return column.title if lang == "ja" else texts.FISCAL_YEAR.of(lang, year=column.year)


def _cells(rolled: Rolled, line: Line, label: str, share: Decimal | None) -> list[Any]:
    from rich.text import Text

    moved = change(line, rolled.reference, rolled.before) if rolled.reference else None
    amounts = [amount_text(line.amounts[column.year]) for column in rolled.years]
    difference = amount_text(moved.difference) if moved else NEITHER
    rate = rate_text(moved.rate if moved else None)
    # As plain text: a name in square brackets is no markup.
    return [Text(cell) for cell in (label, *amounts, difference, rate, rate_text(share))]


def _printed(table: Table, colour: bool) -> Iterator[str]:
    """The table's lines, as wide as it needs: a figure is never cut, whatever the terminal."""
    from rich.console import Console

    out = io.StringIO()
    system: Any = "standard" if colour else None
    console = Console(file=out, width=100_000, force_terminal=colour, color_system=system)
    console.print(table, crop=False)
    return (line.rstrip() for line in out.getvalue().splitlines())


def _movers_text(rolled: Rolled, value: Value, top: int, lang: Lang) -> Iterator[str]:
    for text, found in zip((texts.RISEN, texts.FALLEN), movers(rolled, value, top), strict=True):
        if found:
            yield text.of(lang, year=_reference_text(rolled, lang))
        for mover in found:
            words = " ＞ ".join(mover.line.path)
            moved = f"{amount_text(mover.change.difference)}（{rate_text(mover.change.rate)}）"
            yield f"  {moved}  {words}"
