"""What people read on the terminal: the summary first, then the findings by file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from evalxl import terminal, texts
from evalxl.rules.registry import SEVERITIES, Lang
from evalxl.terminal import coloured, padded, width
from workbook.form import Form

LISTED, LONG_LIST = 8, 16
"""So much of a longer list is shown."""
MANY = 20
"""Findings above which they are first counted by rule, before the single ones."""
Entry = dict[str, Any]
"""An entry of ``validate --json``."""


def counted(entries: Iterable[Entry]) -> dict[str, int]:
    """How many findings of each severity."""
    counts = Counter(finding["severity"] for entry in entries for finding in entry["findings"])
    return {severity: counts[severity] for severity in SEVERITIES}


def validation(entries: list[Entry], files: int, refused: int, lang: Lang) -> Iterator[str]:
    """The account of a validation."""
    counts = counted(entries)
    summary = texts.CHECKED.of(lang, files=files, sheets=len(entries) - refused, **counts)
    yield coloured(summary, "head")
    if refused:
        yield texts.REFUSED_COUNT.of(lang, count=refused)
    if not sum(counts.values()):
        yield texts.ALL_FINE.of(lang)
    if sum(counts.values()) > MANY:
        yield texts.BY_CODE.of(lang, codes=_by_code(entries))
    yield from findings(entries, lang)


def _by_code(entries: Iterable[Entry]) -> str:
    """How often each rule fired, the most frequent first within the gravest severity."""
    found = Counter((f["severity"], f["code"]) for entry in entries for f in entry["findings"])
    order = sorted(found, key=lambda pair: (SEVERITIES.index(pair[0]), -found[pair], pair[1]))
    return "  ".join(f"{coloured(code, severity)}×{found[severity, code]}" for severity, code in order)


def findings(entries: Iterable[Entry], lang: Lang) -> Iterator[str]:
    """Each finding in three lines: where, what, and how to mend it."""
    for entry in entries:
        for finding in entry["findings"]:
            severity = finding["severity"]
            place = finding["cell"] or entry["sheet"]
            where = f"{entry['file']} › {place}" if place else entry["file"]
            yield ""
            yield f"{coloured(texts.SEVERITY[severity].of(lang), severity)} {finding['code']}  {where}"
            yield from indented(shortened(finding["message"], lang))
            if finding["hint"]:
                yield from indented(texts.HINT.of(lang, hint=finding["hint"]))


def shortened(message: str, lang: Lang) -> str:
    """A message whose list is long, such as all labels of a form, with the first of them; JSON has all."""
    stop = "、" if lang == "ja" else ", "
    parts = message.split(stop)
    if len(parts) <= LONG_LIST:
        return message
    return stop.join([*parts[:LISTED], texts.AND_MORE.of(lang, count=len(parts) - LISTED)])


def indented(text: str, by: int = 2) -> Iterator[str]:
    """The lines of a text, folded to the screen, with blanks before each."""
    wide = terminal.columns()
    for line in text.splitlines():
        yield from (" " * by + part for part in terminal.folded(line, wide - by if wide else None))


def records(
    found: list[dict[str, Any]], refused: list[Entry], files: int, form: Form, lang: Lang
) -> Iterator[str]:
    """A few lines for every sheet that was read."""
    yield coloured(texts.SHEETS_READ.of(lang, files=files, sheets=len(found)), "head")
    if refused:
        yield texts.REFUSED_COUNT.of(lang, count=len(refused))
    for record in found:
        yield ""
        yield f"{record['file']} › {record['sheet']}"
        head = [record[name] for name in ("project_name", "department", "division") if record.get(name)]
        yield "  " + "  ".join([texts.FISCAL_YEAR.of(lang, year=record["fiscal_year"]), *head])
        yield "  " + _totals(record, form)
    yield from findings(refused, lang)


def _totals(record: dict[str, Any], form: Form) -> str:
    """The last row of the cost table, トータルコスト, year by year."""
    row = form.costs.rows[-1]
    amounts = record["costs"].get(row.name, {}).items()
    shown = (f"{year}: {'－' if amount is None else format(amount, ',')}" for year, amount in amounts)
    return "  ".join([f"{row.label} ({row.unit})", *shown])


def consolidation(report: Mapping[str, Any], lang: Lang) -> Iterator[str]:
    """The account of a consolidation, from its JSON."""
    values = {name: report[name] for name in ("files", "consolidated", "seconds")}
    yield coloured(texts.CONSOLIDATED.of(lang, **values, **report["findings"]), "head")
    if report["refused"]:
        yield texts.REFUSED_COUNT.of(lang, count=len(report["refused"]))
    for refused in report["refused"]:
        yield f"  {refused['code']}  {refused['file']}"
        yield from indented(shortened(refused["message"], lang), 4)


def demonstration(
    result: Mapping[str, Any], planted: Mapping[str, int], consolidated: Iterable[str], lang: Lang
) -> Iterator[str]:
    """The account of the demo: what was planted and found, and where everything lies now."""
    yield ""
    yield coloured(texts.DEMO_BOOKS.of(lang, books=result["books"], folder=result["folder"]), "head")
    yield from consolidated
    yield ""
    counts = {"planted": result["planted"], "found": result["found"], "unexpected": len(result["unexpected"])}
    yield coloured(texts.DEMO_FOUND.of(lang, **counts), "head")
    yield "  " + "  ".join(f"{code}×{count}" for code, count in sorted(planted.items()))
    yield from (f"  {texts.DEMO_MISSED.of(lang, code=code, file=file)}" for file, code in result["missed"])
    yield from (f"  {texts.DEMO_UNEXPECTED.of(lang, code=c, file=file)}" for file, c in result["unexpected"])
    if not result["missed"] and not result["unexpected"]:
        yield f"  {texts.DEMO_MATCHES.of(lang)}"
    yield ""
    yield coloured(texts.DEMO_RESULTS.of(lang), "head")
    columns = max(width(text.of(lang)) for text in texts.DEMO_NAMES.values()) + 2
    yield from (
        f"  {padded(text.of(lang), columns)}{result[name]}" for name, text in texts.DEMO_NAMES.items()
    )
