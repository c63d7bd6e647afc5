"""What a run knows besides its sheets, as tables: tie-out, rewritten figures, what became of what.

For ``consolidate --data`` (`tidy`) and for the summary book (`sheets`). A table is there only where the run
was given what it needs.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from evalxl import placing, tie_out
from evalxl.grouping import Ranks, sections
from evalxl.identity import BUDGET
from evalxl.masters.model import Change
from evalxl.reception import Reception
from evalxl.rules.across import Run
from evalxl.settings import Settings
from evalxl.tables import Kind, Makers, SheetRows, Table
from evalxl.tie_out import Group
from workbook.notation import era_year
from workbook.summary.model import Cell, Column, DataTable, by_column


@dataclasses.dataclass(frozen=True, slots=True)
class Beside:
    """A run with its settings (the masters and last year's sheets in them) and its ledger."""

    run: Run
    settings: Settings
    reception: Reception

    def groups(self) -> list[Group]:
        """The tie-out; empty without accounts."""
        masters = self.settings.masters
        if masters is None:
            return []
        tolerance = Decimal(self.settings.thresholds.tie_out_tolerance)
        return tie_out.groups(self.run.sheets, self.run.counting, masters, tolerance)

    def placed(self) -> list[SheetRows]:
        """The sheets under the names that the masters give them in the run's evaluated year, for roll-ups."""
        return placing.placed(self.run.sheets, self.settings.masters, self.run.year)

    def ranks(self) -> Sequence[Ranks]:
        """部, 課 and グループ in the order of the master of the organisation."""
        return sections(self.settings.masters, self.run.year)

    def changes(self) -> list[Change]:
        """The mapping over the years; empty without masters."""
        return self.settings.masters.changes() if self.settings.masters else []


def tidy(beside: Beside) -> Makers:
    """``tie_out``, ``rewritten`` and ``mapping``, each where the run was given what it needs."""
    masters, out = beside.settings.masters, dict[str, Callable[[], Table]]()
    if masters and masters.accounts:
        out["tie_out"] = lambda: _table(_TIE_OUT, _tie_out_rows(beside))
    if beside.settings.previous:
        out["rewritten"] = lambda: _table(_REWRITTEN, _rewritten_rows(beside))
    if masters and beside.changes():
        out["mapping"] = lambda: _table(
            _MAPPING, ((c.kind, c.before, c.after, c.year, c.how) for c in beside.changes())
        )
    return out


def sheets(beside: Beside) -> list[DataTable]:
    """The sheets 突合表, 過去数値の変更 and 新旧対応, each where the run was given what it needs."""
    masters, out = beside.settings.masters, []
    if masters and masters.accounts:
        out.append(_tie_out_sheet(beside))
    if beside.settings.previous:
        out.append(_rewritten_sheet(beside))
    if masters and beside.changes():
        out.append(_mapping_sheet(beside))
    return out


def _table(kinds: dict[str, Kind], rows: Any) -> Table:
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in kinds]
    return Table(dict(zip(kinds, columns, strict=True)), kinds)


# ---- 突合表 ------------------------------------------------------------------------------------------------

_TIE_OUT: dict[str, Kind] = {
    "fiscal_year": "int", "group": "int", **dict.fromkeys(BUDGET, "text"), "name": "text",
    "settled_yen": "decimal", "budget_yen": "decimal", "settled": "decimal", "projects": "int",
    "stated": "decimal", "difference": "decimal", "tolerance": "decimal", "verdict": "text",
    "explanation": "text", "project": "text", "file": "text", "amount": "decimal",
}  # fmt: skip
"""A row an account, and one a sheet (with project, file, amount); one ``group`` is compared as a whole.
``settled``, ``stated``, ``difference``, ``tolerance`` are the group's, in 千円."""

VERDICTS = {
    "equal": "一致", "rounding": "端数", "differs": "不一致", "no_sheet": "シートなし",
    "no_account": "会計に科目なし", "unclear": "科目を照合できず", "blank": "金額なし",
}  # fmt: skip


def _tie_out_rows(beside: Beside) -> Iterator[tuple[Any, ...]]:
    for number, group in enumerate(beside.groups(), 1):
        shared = (
            group.settled, len(group.sheets), group.stated, group.difference, group.tolerance,
            group.verdict, explained(group, beside),
        )  # fmt: skip
        for account in group.accounts:
            codes = (code or None for code in account.codes)
            amounts = account.settled_yen, account.budget_yen
            yield (group.fiscal_year, number, *codes, account.name or None, *amounts, *shared, *(None,) * 3)
        for index, amount in zip(group.sheets, group.amounts, strict=True):
            sheet = beside.run.sheets[index]
            codes = (sheet.head.get(f"budget_{part}") for part in BUDGET)
            name = sheet.head.get("project_name")
            own = (sheet.project, sheet.file, amount)
            yield (group.fiscal_year, number, *codes, name, None, None, *shared, *own)


def explained(group: Group, beside: Beside) -> str:
    """In words how the accounts and the sheets of a group stand to each other, with the arithmetic."""
    verdict = group.verdict
    if verdict == "unclear":
        return "予算科目の行数が段によって違うため、突合できません。シートの予算科目を確かめてください。"
    if verdict == "no_sheet":
        return "この科目を書いたシートはありません（評価の対象でない科目か、提出もれです）。"
    if verdict == "no_account":
        return "シートの予算科目が、この年度の会計データにありません。"
    names = [beside.run.sheets[index].head.get("project_name") or "－" for index in group.sheets]
    parts = [f"{name} {_figure(amount)}" for name, amount in zip(names, group.amounts, strict=True)]
    yen = [f"{_figure(account.settled_yen)}円" for account in group.accounts]
    left = "＋".join(parts) + (f"＝{_figure(group.stated)}" if len(parts) > 1 else "")
    right = "＋".join(yen)
    text = f"シート {left}（千円）、会計 {right}＝{_figure(group.settled)}千円。"
    if verdict == "blank":
        return text + "金額のないものがあるため、突合できません。"
    if verdict != "equal":
        text += f"差は{_figure(group.difference)}千円。"
    if verdict == "rounding":
        text += f"円を千円にした端数です（{len(group.sheets)}事業で±{_figure(group.tolerance)}千円まで）。"
    if verdict == "differs":
        text += f"端数（±{_figure(group.tolerance)}千円）では説明できません。"
    return text + ("二重提出があり、先のシートだけを比べました。" if group.copies else "")


def _figure(value: int | Decimal | None) -> str:
    if value is None:
        return "空欄"
    number = Decimal(value)
    shown = f"{abs(number.normalize()):,f}"
    return f"▲{shown}" if number < 0 else shown


def _tie_out_sheet(beside: Beside) -> DataTable:
    columns = [
        Column("年度", "year", 8), Column("組", "count", 6), Column("判定", "center", 15),
        *(Column(title, "center", 7) for title in ("会計", "款", "項", "目", "大事業", "中事業")),
        Column("科目・事業名", "text", 32), Column("会計 決算額（円）", "amount", 18),
        Column("会計（千円）", "amount", 15), Column("シート（千円）", "amount", 15),
        Column("事業数", "count", 8), Column("差（千円）", "amount", 13),
        Column("許容（千円）", "amount", 10), Column("説明", "wrap", 70),
    ]  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for number, group in enumerate(beside.groups(), 1):
        head = (group.fiscal_year, number, VERDICTS[group.verdict])
        explanation = explained(group, beside)
        compared = (len(group.sheets), group.difference, group.tolerance, explanation)
        first = True
        for account in group.accounts:
            own = None if account.settled_yen is None else Decimal(account.settled_yen) / 1000
            stated = group.stated if first else None
            rest = compared if first else (None,) * 4
            codes = (code or None for code in account.codes)
            rows.append((*head, *codes, account.name or None, account.settled_yen, own, stated, *rest))
            first = False
        for index in group.sheets if not group.accounts else ():
            sheet = beside.run.sheets[index]
            codes = (sheet.head.get(f"budget_{part}") for part in BUDGET)
            name = sheet.head.get("project_name")
            rows.append((*head, *codes, name, None, None, group.stated, *compared))
    order = {verdict: place for place, verdict in enumerate(_ORDER)}
    rows.sort(key=lambda row: (order[str(row[2])], str(row[0])))
    return DataTable(
        "突合表", "突合表_", columns, by_column(columns, rows), 3, 0, "会計の決算額とシートの事業費計の突合"
    )


_ORDER = ("不一致", "会計に科目なし", "科目を照合できず", "金額なし", "端数", "一致", "シートなし")
"""What is to be looked at first."""


# ---- rewritten figures -------------------------------------------------------------------------------------

_REWRITTEN: dict[str, Kind] = {
    "project": "text", "department": "text", "division": "text", "file": "text", "sheet": "text",
    "evaluated_year": "int", "field": "text", "label": "text", "fiscal_year": "int", "before": "decimal",
    "after": "decimal", "difference": "decimal", "previous_file": "text", "cell": "text",
}  # fmt: skip


def _rewritten_rows(beside: Beside) -> Iterator[tuple[Any, ...]]:
    for sheet in beside.run.sheets:
        for field, label, year, before, after, place, cell in sheet.rewritten:
            yield (*sheet.dimensions, field, label, year, before, after, after - before, place, cell)


def _rewritten_sheet(beside: Beside) -> DataTable:
    columns = [
        Column("部", "text", 14), Column("課", "text", 16), Column("事業名", "text", 30),
        Column("評価年度", "year", 9), Column("項目", "text", 24), Column("年度", "center", 12),
        Column("前回", "amount", 14), Column("今回", "amount", 14), Column("差", "amount", 14),
        Column("前回のファイル", "text", 34), Column("今回のファイル", "text", 34),
        Column("セル", "text", 18),
    ]  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for sheet in beside.run.sheets:
        head = sheet.head
        named = (head.get("department"), head.get("division"), head.get("project_name"), sheet.fiscal_year)
        for _, label, year, before, after, place, cell in sheet.rewritten:
            figures = (before, after, after - before)
            rows.append((*named, label, era_year(year), *figures, place, sheet.file, cell))
    return DataTable(
        "過去数値の変更",
        "過去数値表",
        columns,
        by_column(columns, rows),
        3,
        0,
        "前回のシートと違う、過去の年度の数値",
    )


# ---- what became of what -----------------------------------------------------------------------------------

_MAPPING: dict[str, Kind] = {
    "kind": "text", "before": "text", "after": "text", "year": "int", "how": "text",
}  # fmt: skip
_KINDS = {"section": "組織", "project": "事務事業"}
_HOW = {"renamed": "改称・引継ぎ", "split": "分割", "merged": "統合", "regrouped": "再編"}


def _mapping_sheet(beside: Beside) -> DataTable:
    columns = [
        Column("種別", "center", 10), Column("旧", "text", 36), Column("新", "text", 36),
        Column("新しくなった年度", "center", 18), Column("内容", "center", 14),
    ]  # fmt: skip
    rows = [
        (_KINDS[c.kind], c.before, c.after, era_year(c.year) if c.year else None, _HOW[c.how])
        for c in beside.changes()
    ]
    values = by_column(columns, rows)
    return DataTable("新旧対応", "新旧対応表", columns, values, 0, 0, "組織と事務事業の新旧の対応")
