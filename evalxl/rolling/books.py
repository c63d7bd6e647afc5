"""The sheets of a run from its summary book: what finance has in hand when nobody kept the tables.

The rows of its data sheets belong together by the sheet's number (番号), so that a book that was filtered,
sorted or corrected by hand in Excel is read as it stands.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from evalxl.grouping import HIERARCHIES, UNKNOWN
from evalxl.identity import BUDGET, LEVELS
from evalxl.rolling.loading import Origin
from evalxl.summary.summarise import items_of
from evalxl.summary.tables import (
    KEY,
    NUMBER,
    PERIOD_WORDS,
    PHASE_WORDS,
    UNREAD,
    axis_titles,
    direction_titles,
    question_titles,
)
from evalxl.tables import DEFAULT_FORM, CostRow, IndicatorRow, JudgementRow, SheetRows, current_key
from workbook import form as forms
from workbook import marks
from workbook.errors import Refused
from workbook.form import Form
from workbook.notation import year_candidates
from workbook.record import Number, exact
from workbook.summary import readback
from workbook.summary.model import COUNTED, YEAR

SHEETS = ("一覧", "コスト", "指標", "評価", "方向性")
"""The data sheets that hold what the sheets said."""

Row = Mapping[str, Any]


def of_book(path: str) -> Origin:
    """The sheets of a summary book; none where the file is no summary book, such as a report.

    Figures are those of コスト and 指標, words those of the others. Cells and findings stay behind.
    Raises `Refused` when the book cannot be opened, or lost the columns that hold its sheets together.
    """
    found = readback.read(path, SHEETS) if marks.is_own_output(path) else {}
    if "コスト" not in found:
        return Origin([], [], [])
    tables = {name: _by_number(rows, name) for name, rows in found.items()}
    numbers = sorted(set(tables["コスト"]) | set(tables.get("一覧", ())))
    listed = {number: rows[0] for number, rows in tables.get("一覧", {}).items()}
    known = _forms(listed.values())
    titles = {item.title: item.name for item in items_of(list(known.values()))}
    sheets = [
        _Sheet({name: rows.get(number, []) for name, rows in tables.items()}, known, titles, path)
        for number in numbers
    ]
    return Origin([s.rows() for s in sheets], [""] * len(sheets), [s.uncounted() for s in sheets])


def _by_number(rows: readback.Rows, sheet: str) -> dict[int, list[Row]]:
    out: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        number = _number(row.get(NUMBER))
        if number is None:
            raise Refused(
                "F001", reason="broken", detail=f"シート「{sheet}」に「{NUMBER}」の列がないか、空欄があります"
            )
        out[int(number)].append(row)
    return dict(out)


def _forms(listed: Sequence[Row] | Any) -> dict[str, Form]:
    """The forms of the book's sheets by id, in the order met; the common one for one that is not shipped."""
    met = dict.fromkeys(_text(row.get("様式")) for row in listed)
    shipped = forms.ids()
    found = {name: forms.get(name if name in shipped else DEFAULT_FORM) for name in met}
    return found or {DEFAULT_FORM: forms.get(DEFAULT_FORM)}


class _Sheet:
    """The rows of one sheet in each of the data sheets."""

    def __init__(
        self,
        tables: Mapping[str, Sequence[Row]],
        known: Mapping[str, Form],
        titles: Mapping[str, str],
        book: str,
    ) -> None:
        self.costs, self.indicators = tables["コスト"], tables.get("指標", ())
        self.listed, self.judged, self.planned = (
            next(iter(tables.get(name, ())), {}) for name in ("一覧", "評価", "方向性")
        )
        self.form = known.get(_text(self.listed.get("様式"))) or next(iter(known.values()))
        self.known, self.titles, self.book = list(known.values()), titles, book

    def rows(self) -> SheetRows:
        """As `tables.extract` would have given them."""
        first = self.costs[0] if self.costs else self.listed
        head = dict(self._head(first))
        return SheetRows(
            project=current_key(_text(self.listed.get(KEY)))
            or "|".join(_text(first.get(t)) for t in ("部", "課", "事業名")),
            file=_text(self.listed.get("ファイル")) or self.book,
            sheet=_text(self.listed.get("シート")),
            form=self.form,
            fiscal_year=int(_number(first.get("評価年度")) or 0),
            head=head,
            costs=list(self._costs()),
            indicators=list(self._indicators()),
            judgements=list(self._judgements()),
            findings=[],
            sums={},
            unread=dict(self._unread()),
        )

    def _unread(self) -> Iterator[tuple[tuple[str, int], str]]:
        """What the book calls unknown."""
        for row in self.costs:
            for words in _text(row.get(UNREAD)).split("、"):
                title, _, code = words.partition("（")
                if title in self.titles:
                    yield (self.titles[title], int(row[YEAR])), code.removesuffix("）")

    def uncounted(self) -> frozenset[int]:
        """The years that the book does not count."""
        return frozenset(int(row[YEAR]) for row in self.costs if not row.get(COUNTED))

    def _head(self, first: Row) -> Iterator[tuple[str, Any]]:
        """The columns of ``projects``: roll-ups ask for those of コスト, so these come first."""
        yield "form", self.form.id
        yield "project_name", _text(first.get("事業名")) or None
        key = _text(self.listed.get(KEY))
        yield "project_id", key if key and "|" not in key and "#" not in key else None
        for name, title in (("department", "部"), ("division", "課"), ("group", "グループ")):
            yield name, _label(first.get(title) or self.listed.get(title))
        for level, title in zip(LEVELS, HIERARCHIES[1].titles, strict=True):
            code, _, name = (_label(first.get(title)) or "").partition(" ")
            yield from ((f"{level}_code", code or None), (f"{level}_name", name or None))
        for part, title in zip(BUDGET, (*HIERARCHIES[2].titles, "大事業", "中事業"), strict=True):
            label = _label(first.get(title) or self.listed.get(title)) or ""
            yield f"budget_{part}", label.removesuffix(title).replace("・", "\n") or None
        yield from self._verdict()
        yield from self._period()

    def _verdict(self) -> Iterator[tuple[str, Any]]:
        for key, title in axis_titles(self.known).items():
            yield f"summary_{key}", _text(self.judged.get(title) or self.listed.get(title)) or None
        yield "summary_text", _text(self.judged.get("総括")) or None
        for column, title in direction_titles(self.known).items():
            yield column, bool(self.planned.get(title))
        yield "matrix_outcome", _text(self.planned.get("成果")) or None
        yield "matrix_cost", _text(self.planned.get("コスト")) or None
        yield self.form.free_text.name, _text(self.planned.get("説明")) or None

    def _period(self) -> Iterator[tuple[str, Any]]:
        kind, _, years = _text(self.listed.get("事業期間")).partition("（")
        yield "period_kind", next((key for key, word in PERIOD_WORDS.items() if word == kind), None)
        ends = years.removesuffix("）").split("～")
        for name, word in zip(("period_start_year", "period_end_year"), [*ends, ""][:2], strict=True):
            yield name, next(iter(year_candidates(word)), None)

    def _costs(self) -> Iterator[CostRow]:
        phases = {word: phase for phase, word in PHASE_WORDS.items()}
        units = {row.name: row.unit for row in self.form.costs.rows}
        for row in self.costs:
            phase: Any = phases.get(_text(row.get("区分")), "settled")
            for title, name in self.titles.items():
                if name in units and title in row:
                    yield int(row[YEAR]), phase, name, units[name], _number(row[title]), None

    def _indicators(self) -> Iterator[IndicatorRow]:
        families = {table.label: table.name for table in self.form.indicator_tables}
        for row in self.indicators:
            family, slot = families.get(_text(row.get("種別"))), _text(row.get("記号"))
            named = (_text(row.get("指標名")) or None, _text(row.get("単位")) or None)
            evaluated = int(_number(row.get("評価年度")) or 0)
            for title, value in row.items():
                years = year_candidates(title) if _YEAR_TITLE.fullmatch(title) else ()
                if family and len(years) == 1:
                    phase: Any = "settled" if years[0] <= evaluated else "plan"
                    yield family, slot, *named, years[0], phase, _number(value), None

    def _judgements(self) -> Iterator[JudgementRow]:
        titles = question_titles(self.known)
        for question in self.form.questions:
            title = titles[question.topic]
            word = _text(self.judged.get(title.question))
            flagged = {question.flagged: True, question.other: False}.get(word)
            merges = {"できる": True, "できない": False}.get(
                _text(self.judged.get(title.merging)) if question.mergeable else ""
            )
            reason = _text(self.judged.get(title.reason)) or None
            yield question.number, question.topic, question.axis, flagged, reason, merges, None


_YEAR_TITLE = re.compile(r"\D+(\d+|元)年度")


def _label(value: Any) -> str | None:
    """A line's label as the sheets have it: without the words for a blank, the brackets round a number."""
    text = _text(value)
    if text.startswith(UNKNOWN):
        return None
    return (text[1:-1] if text[:1] + text[-1:] == "「」" else text) or None


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _number(value: Any) -> Number | None:
    """A figure; one of more digits than Excel holds stands in the book as a text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float, Decimal)):
        return exact(value)
    try:
        return exact(Decimal(value)) if isinstance(value, str) and value else None
    except InvalidOperation:
        return None
