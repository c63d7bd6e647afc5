"""From rows to what the summary book shows: its tables, hierarchies with exact sums, counts and notices."""

from __future__ import annotations

import datetime
import os
import re
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import cast

from evalxl import finance_tables, grouping, reception, remarks
from evalxl.counting import Counting
from evalxl.finance_tables import Beside
from evalxl.grouping import HIERARCHIES, Ranks
from evalxl.identity import section_key
from evalxl.ledger import Entry
from evalxl.reception import Progress
from evalxl.rules.across import Run, run_year
from evalxl.settings import Settings
from evalxl.summary import counts as counts_over
from evalxl.summary import notices as summary_notices
from evalxl.summary import receipts
from evalxl.summary import tables as listing
from evalxl.summary import years as cost_years
from evalxl.summary.view import View, target
from evalxl.summary.years import CostYear
from evalxl.tables import DEFAULT_FORM, FileRows, FindingRow, SheetRows
from evalxl.totals import Totals, by_row, lost_years
from workbook import form as forms
from workbook.form import Form
from workbook.notation import era_year
from workbook.record import Number
from workbook.summary.model import (
    COUNTED,
    MAX_LINKS,
    YEAR,
    Card,
    DataTable,
    Item,
    Matrix,
    Node,
    Overview,
    Rollup,
    Section,
    SummaryData,
    YearColumn,
)

TITLE = "事務事業評価　集約結果"


def items(sheets: Sequence[SheetRows]) -> list[Item]:
    """The rows of the cost tables of all forms met, each with a title that a formula can name."""
    return items_of(forms_of(sheets))


def items_of(forms: Sequence[Form]) -> list[Item]:
    """Like `items`, of these forms."""
    found: dict[str, Item] = {}
    for form in forms:
        for row in form.costs.rows:
            title = re.sub(r"[(（][^)）]*[)）]|[^\w・]", "", row.label) or row.name
            if any(item.title == title and item.name != row.name for item in found.values()):
                title += row.name
            found.setdefault(row.name, Item(row.name, title, row.unit, row.source))
    return list(found.values())


def forms_of(sheets: Sequence[SheetRows]) -> list[Form]:
    """The forms met, each once; the first shipped one when there is no sheet."""
    found = {sheet.form.id: sheet.form for sheet in sheets}
    return list(found.values()) or [forms.get(DEFAULT_FORM)]


def build(
    files: Sequence[FileRows],
    entries: Sequence[Entry],
    counting: Counting,
    totals: Totals,
    *,
    output: Path,
    title: str = TITLE,
    created: str | None = None,
    extra: Sequence[FindingRow] = (),
    beside: Beside | None = None,
) -> SummaryData:
    """The summary of a run. ``totals`` are the exact sums of what counts (`totals.counted`).

    ``extra`` are findings of the run itself; ``beside`` is what it knows besides its sheets.
    """
    sheets = [sheet for file in files for sheet in file.sheets]
    evaluated = run_year(sheet.fiscal_year for sheet in sheets)
    rows = items(sheets)
    placed = beside.placed() if beside else sheets
    told = summary_notices.notices(beside, placed) if beside else []
    lines = {hierarchy.sheet: grouping.paths(hierarchy, placed) for hierarchy in HIERARCHIES}
    names = tuple(item.name for item in rows)
    by_year = [cost_years.of_sheet(sheet, names) for sheet in sheets]
    start = os.path.dirname(os.path.abspath(output))
    targets = {file.path: target(file.path, start) for file in files}
    view = View(files, entries, counting, lines, rows, by_year, output, targets, forms_of(sheets), extra)
    costs = listing.costs(view)
    rollups = _rollups(view, evaluated, beside.ranks() if beside else ())
    return SummaryData(
        title=title,
        created=created or _today(),
        evaluated_year=evaluated,
        years=year_columns(sheets, counting),
        items=rows,
        default_item=_default(rows),
        total_items=[item.name for item in rows if item.name.endswith("_total")],
        total=Node((), sum(evaluated in years for years in counting.years), by_row(totals)),
        rollups=rollups,
        listing=listing.projects(view),
        costs=costs,
        tables=[*(make(view) for make in listing.TABLES), *_received(view, beside or _alone(view, entries))],
        overview=_overview(view, sheets, evaluated, costs.unlinked, told, rollups[0], beside),
        movers=counts_over.movers(view, next(i for i in rows if i.name == _default(rows)), evaluated),
    )


def _rollups(view: View, evaluated: int | None, sections: Sequence[Ranks]) -> list[Rollup]:
    """The exact sums of each hierarchy; ``sections`` are the places of 部 and 課 in the master."""
    counts = [evaluated in years for years in view.counting.years]
    sums = [_sums(own, counted) for own, counted in zip(view.years, view.counting.years, strict=True)]
    names = tuple(item.name for item in view.items)
    return [
        Rollup(
            hierarchy.sheet,
            hierarchy.title,
            hierarchy.titles,
            grouping.nodes(view.lines[hierarchy.sheet], sums, counts, () if number else sections, names),
        )
        for number, hierarchy in enumerate(HIERARCHIES)
    ]


def _alone(view: View, entries: Sequence[Entry]) -> Beside:
    """A run that knows nothing but its sheets."""
    run = Run([sheet for _, _, sheet in view.sheets()], view.counting)
    desk = reception.receive(entries, run, Settings(), None, view.output.name, "")
    return Beside(run, Settings(), desk)


def _received(view: View, beside: Beside) -> list[DataTable]:
    """受付簿, and what the masters and last year's sheets have to tell."""
    of_sections = (
        [receipts.progress(beside.reception)]
        if any(section.expected is not None for section in beside.reception.sections)
        else []
    )
    return [receipts.received(view, beside.reception), *of_sections, *finance_tables.sheets(beside)]


def _today() -> str:
    day = datetime.date.today()  # noqa: DTZ011 - the day on the user's own clock
    return f"{day.year}年{day.month}月{day.day}日"


def _default(rows: Sequence[Item]) -> str:
    """The item that roll-ups show at first: 事業費計, or the first row of a form without it."""
    names = [item.name for item in rows]
    return "project_total" if "project_total" in names else names[0]


def _sums(by_year: Mapping[int, CostYear], counted: Container[int]) -> dict[int, list[Number]]:
    """What counts of a sheet: year → amount of each item."""
    return {year: [amount or 0 for amount in own.amounts] for year, own in by_year.items() if year in counted}


def year_columns(sheets: Sequence[SheetRows], counting: Counting) -> list[YearColumn]:
    """All years that any sheet has, and whether what counts in them is settled, planned or both."""
    phases: dict[int, set[str]] = {}
    for sheet, years in zip(sheets, counting.years, strict=True):
        for row in sheet.costs:
            if row[0] in years:
                phases.setdefault(row[0], set()).add(row[1])
    words: dict[tuple[str, ...], str] = {("settled",): "決算", ("plan",): "計画"}
    return [
        YearColumn(year, era_year(year), words.get(tuple(phases[year]), "決算・計画"))
        for year in sorted(phases)
    ]


def years_until(evaluated: int | None, sheets: Sequence[SheetRows], counting: Counting) -> list[YearColumn]:
    """Like `year_columns`, without those that only sheets after the evaluated year have, which are slips."""
    held = {row[0] for sheet in sheets if sheet.fiscal_year <= (evaluated or 0) for row in sheet.costs}
    return [column for column in year_columns(sheets, counting) if column.year in held]


def carried(data: SummaryData) -> dict[str, Totals]:
    """What each sheet of the book adds up to, for the self-check: (row, year) → sum."""
    out: dict[str, Totals] = {data.costs.sheet: _of_cost_sheet(data)}
    for rollup in data.rollups:
        sums: Totals = {}
        for node in rollup.nodes:
            if len(node.path) == len(rollup.levels):
                for row, years in node.sums.items():
                    for year, amount in years.items():
                        sums[row, year] = sums.get((row, year), Decimal(0)) + amount
        out[rollup.sheet] = sums
    total = data.total.sums.items()
    out["財源別"] = {(row, year): amount for row, years in total for year, amount in years.items()}
    return out


def _of_cost_sheet(data: SummaryData) -> Totals:
    """The columns of the sheet コスト, added up as the roll-ups' formulas do."""
    years, counted = data.costs.of(YEAR), data.costs.of(COUNTED)
    out: Totals = {}
    for item in data.items:
        sums: dict[int, Number] = {}
        for amount, year, counts in zip(data.costs.of(item.title), years, counted, strict=True):
            if counts == 1 and amount is not None:
                sums[cast(int, year)] = sums.get(cast(int, year), 0) + cast(Number, amount)
        out |= {(item.name, year): Decimal(total) for year, total in sums.items()}
    return out


# ---- the overview ------------------------------------------------------------------------------------------


def _overview(
    view: View,
    sheets: Sequence[SheetRows],
    evaluated: int | None,
    unlinked: int,
    told: Sequence[str],
    by_section: Rollup,
    beside: Beside | None,
) -> Overview:
    latest = [sheet for sheet, last in zip(sheets, view.counting.latest, strict=True) if last]
    severities = Counter(row[1] for row in listing.all_findings(view))
    cards = [
        Card("事業", len(latest)),
        Card("ファイル", len({entry.file.file for entry in view.entries if entry.status != "skipped"})),
        Card("受付できないもの", sum(entry.status == "refused" for entry in view.entries), "error"),
        Card("誤り", severities["error"], "error"),
        Card("注意", severities["warning"], "warning"),
        Card("参考", severities["info"]),
    ]
    return Overview(
        cards,
        [
            *told,
            *_notices(view, sheets, evaluated),
            *_about_links(sheets, unlinked),
            summary_notices.ROUNDING,
        ],
        _directions(view, latest),
        _matrix(view, latest),
        _with_silent(_sections(view, by_section), beside.reception.sections if beside else ()),
        counts_over.asked(view, latest),
        years_until(evaluated, sheets, view.counting),
    )


def _about_links(sheets: Sequence[SheetRows], unlinked: int) -> list[str]:
    """That figures lead to their source; and how many do not, because Excel takes no more links."""
    if not sheets:
        return []
    told = "「一覧」と「コスト」の数値から元のシートのそのセルが開きます（フォルダーごと移しても使えます）。"
    if unlinked:
        told += (
            f"Excelのリンクの上限（1シート{MAX_LINKS:,}件）のため、「コスト」の{unlinked:,}件の数値にはリンクが"
            "ありません。行の右端の出典から元のシートが開きます。"
        )
    return [f"【出典】{told}"]


def _notices(view: View, sheets: Sequence[SheetRows], evaluated: int | None) -> list[str]:
    """What a reader of the totals must know, in sentences."""
    years = sorted({sheet.fiscal_year for sheet in sheets})
    notices = [remark.notice.ja for remark in remarks.of(sheets, view.counting)]
    if evaluated is not None and len(years) > 1:
        lost = lost_years(sheets, view.counting.years)
        older = sum(
            last and not ended and sheet.fiscal_year < evaluated
            for sheet, last, ended in zip(sheets, view.counting.latest, view.counting.ended, strict=True)
        )
        names = "・".join(era_year(year) for year in years)
        notices.append(
            f"【複数の評価年度】{names}のシートがあります。同じ事業の同じ年度は、評価年度が新しいシートの金額だけを"
            f"集計しています（古いシートの{lost}事業年度分は「コスト」に残し、集計には含めていません）。"
        )
        if older:
            notices.append(
                f"【{era_year(evaluated)}のシートがない事業】{older}件は、古い評価年度のシートの金額で集計しています。"
            )
        if later := sum(sheet.fiscal_year > evaluated for sheet in sheets):
            notices.append(
                f"【{era_year(evaluated)}より後のシート】{later}件あります。年度の書き誤りでないか、"
                "確かめてください。"
            )
    if renumbered := sum(view.counting.renumbered):
        notices.append(
            f"【科目・施策の変更】{renumbered}件のシートは、年度間でコードが違いますが、事業名と部・課が同じなので"
            "同じ事業として扱いました。"
        )
    return notices


def _directions(view: View, latest: Sequence[SheetRows]) -> list[tuple[str, int]]:
    return [
        (title, sum(sheet.head.get(column) is True for sheet in latest))
        for column, title in listing.direction_titles(view.forms).items()
    ]


def _matrix(view: View, latest: Sequence[SheetRows]) -> Matrix:
    matrix = view.forms[0].matrix
    places = ((sheet.head.get("matrix_cost"), sheet.head.get("matrix_outcome")) for sheet in latest)
    counts = Counter((cost, outcome) for cost, outcome in places if cost and outcome)
    return Matrix(matrix.costs, matrix.outcomes, counts, matrix.forbidden)


def _sections(view: View, by_section: Rollup) -> list[Section]:
    """Each section's projects and findings, in the order of the roll-up."""
    counts: dict[tuple[str, ...], Counter[str]] = {}
    sheets = [sheet for file in view.files for sheet in file.sheets]
    lines = view.lines[HIERARCHIES[0].sheet]
    for sheet, line, last in zip(sheets, lines, view.counting.latest, strict=True):
        count = counts.setdefault(line, Counter())
        count["projects"] += last
        count.update(row[1] for row in sheet.findings)
    return [
        Section(path[0], path[1], c["projects"], c["error"], c["warning"], c["info"])
        for path in (node.path for node in by_section.nodes)
        if len(path) == 2 and (c := counts[path])
    ]


def _with_silent(found: Sequence[Section], due: Sequence[Progress]) -> list[Section]:
    """The sections with those of which nothing came in yet, each within its department."""
    known = {section_key(one.department, one.division) for one in found}
    silent = [
        Section(one.department, one.division, 0, 0, 0, 0)
        for one in due
        if section_key(one.department, one.division) not in known
    ]
    departments = list(dict.fromkeys(one.department for one in (*found, *silent)))
    return sorted((*found, *silent), key=lambda one: departments.index(one.department))
