"""The sheets 受付簿 and 提出状況 of the summary book: what became of every file, and who is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evalxl.ledger import Entry
from evalxl.reception import Line, Reception
from evalxl.summary.tables import SKIPPED_WORDS
from evalxl.summary.view import View
from evalxl.tables import FileRows
from workbook.summary.model import Cell, Column, DataTable, by_column

STATUS_WORDS = {
    "missing": "未提出", "refused": "受付不可", "double": "二重提出", "returned": "差戻し",
    "submitted": "提出", "skipped": "対象外",
}  # fmt: skip
"""In the order of the sheet: what is to be done comes first."""
CHANGE_WORDS = {"new": "新規", "changed": "差替え", "same": "変更なし"}


def received(view: View, reception: Reception) -> DataTable:
    """受付簿: what became of every file, and the projects of the master that have none."""
    contacts = any(line.contact for line in reception.lines)
    columns = [
        Column("状況", "center", 11), Column("ファイル", "link", 44), Column("シート", "text", 18),
        Column("部", "text", 14), Column("課", "text", 16), Column("事業名", "text", 30),
        Column("評価年度", "year", 9), Column("誤り", "count", 7), Column("注意", "count", 7),
        Column("コード", "center", 8),
        *([Column("前回から", "center", 10)] if reception.compared else []),
        *([Column("連絡先", "text", 24)] if contacts else []),
        Column("備考", "wrap", 60),
    ]  # fmt: skip
    lines = sorted(_lines(view, reception), key=_urgency)
    rows = (
        (*front, *([CHANGE_WORDS.get(line.change or "")] if reception.compared else []),
         *([_contact(line, reception)] if contacts else []), note)
        for line, _, front, note in lines
    )  # fmt: skip
    files = [file for _, file, _, _ in lines]
    leads = view.leads(files, ["ファイル"], [("" if file else None,) for file in files])
    values = by_column(columns, rows)
    return DataTable("受付簿", "受付簿表", columns, values, 1, 0, "ファイルごとの受付状況", leads=leads)


def _contact(line: Line, reception: Reception) -> str | None:
    """Whom to call: the project's contact, else the section's, such as for a file that gave no sheet."""
    place = (line.department, line.division)
    of_section = (one.contact for one in reception.sections if (one.department, one.division) == place)
    return line.contact or next(of_section, None) or None


_Found = tuple[Line, FileRows | None, tuple[Cell, ...], str | None]
"""A line with its file and what stands in its row: in front, and the note."""


def _urgency(found: _Found) -> tuple[int, int]:
    """By status, newest year first; the files' own order where these are the same."""
    line = found[0]
    return list(STATUS_WORDS).index(line.status), -(line.fiscal_year or 9999)


def _lines(view: View, reception: Reception) -> Iterator[_Found]:
    """The missing projects, and the files in their order."""
    missing = [line for line in reception.lines if line.status == "missing"]
    for line in missing:
        place = (None, None, line.department, line.division, line.project, line.fiscal_year)
        yield line, None, (STATUS_WORDS["missing"], *place, None, None, "X801"), _missing_note(line)
    sections = iter(range(sum(len(file.sheets) for file in view.files)))
    for line, entry in zip(reception.lines, view.entries, strict=False):
        if entry.sheet is None:
            note = entry.message or SKIPPED_WORDS.get(entry.code or "")
            yield line, entry.file, _without_sheet(line, entry), note
            continue
        department, division = view.section(next(sections))[:2]
        named = (department, division, line.project or None, line.fiscal_year)
        front = (
            STATUS_WORDS[line.status],
            entry.file.file,
            line.sheet,
            *named,
            line.errors,
            line.warnings,
            None,
        )
        yield line, entry.file, front, _remarks(entry, line)


def _without_sheet(line: Line, entry: Entry) -> tuple[Cell, ...]:
    code = entry.code if entry.status == "refused" else None
    place = (line.department or None, line.division or None)
    return (STATUS_WORDS[line.status], entry.file.file, line.sheet, *place, *(None,) * 4, code)


def _missing_note(line: Line) -> str:
    note = "シートがありません。"
    return f"{note}{line.contact}に確かめてください。" if line.contact else note


def _remarks(entry: Entry, line: Line) -> str | None:
    parts = []
    if entry.doubles:
        parts.append(f"同じ事業・同じ評価年度のシートがほかにあります（両方を集計）：{entry.doubles.words()}")
    if entry.same_content:
        parts.append(f"内容がまったく同じファイルがあります：{entry.same_content.words()}")
    if line.mended:
        parts.append(f"前回の誤り{line.mended}件が直りました。")
    if entry.superseded:
        parts.append("評価年度が新しいシートがあるため、重なる年度はそちらを集計しています。")
    if entry.renumbered:
        parts.append("科目・施策のコードが年度間で違いますが、事業名と部・課から同じ事業として扱いました。")
    return "\n".join(parts) or None


def progress(reception: Reception) -> DataTable:
    """提出状況: a line a section, its projects of the evaluated year."""
    columns = [
        Column("部", "text", 16), Column("課", "text", 20), Column("対象事業", "count", 10),
        Column("提出", "count", 8), Column("誤りなし", "count", 10), Column("差戻し", "count", 8),
        Column("二重提出", "count", 10), Column("受付不可", "count", 10), Column("未提出", "count", 8),
        Column("連絡先", "text", 28),
    ]  # fmt: skip
    rows: Sequence[Sequence[Cell]] = [
        (
            line.department, line.division, line.expected, line.submitted, line.ready, line.returned,
            line.double, line.refused, line.missing, line.contact or None,
        )
        for line in reception.sections
    ]  # fmt: skip
    values = by_column(columns, rows)
    return DataTable("提出状況", "提出状況表", columns, values, 2, 0, "課ごとの提出の進みぐあい")
