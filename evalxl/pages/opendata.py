"""Open data: tidy tables of what is published as CSV, all of it as JSON, a dictionary of the columns."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from evalxl import export, fields, tables
from evalxl.pages.gather import Project
from evalxl.pages.redaction import is_left_out, personal
from evalxl.settings import Site
from evalxl.summary.summarise import forms_of
from evalxl.summary.tables import direction_titles
from evalxl.tables import Kind, Table
from workbook.form import Form
from workbook.record import to_json

INTERNAL = ("file", "sheet", "cell", "counted", "unread", "form")
"""Columns that only the city's own tables have: names of files may hold names of people."""

NAMES = {
    "projects": "事業一覧（1行が1事業）",
    "costs": "コスト（1行が1事業・1年度・1費目）",
    "indicators": "指標（1行が1指標・1年度）",
    "judgements": "評価（1行が1事業・1設問）",
}
_TYPES: dict[Kind, str] = {"text": "文字", "int": "整数", "bool": "true／false", "decimal": "数値"}
_MEANINGS = {
    "project": "事業の識別子。ページのファイル名（projects/識別子.html）と同じで、表どうしを結び付けます",
    "department": "所属部",
    "division": "所属課",
    "fiscal_year": "年度（西暦）。事業一覧では評価の対象年度",
    "evaluated_year": "評価の対象年度（西暦）",
    "phase": "settled は実績・決算、plan は計画",
    "row": "費目（コストの表の行）",
    "unit": "単位",
    "amount": "金額など。単位は unit。空欄は記入なしで、0ではありません",
    "family": "指標の種類",
    "slot": "様式の枠（ア、イ、ウ…）",
    "name": "指標の名称",
    "value": "指標の値。空欄は記入なしで、0ではありません",
    "question": "設問の番号",
    "topic": "設問の主題（どの様式でも同じ意味）",
    "axis": "評価の観点",
    "flagged": "見直し・向上などの余地があるか",
    "reason": "理由",
    "mergeable": "統廃合・連携ができるか",
    "period_kind": "事業期間の区分",
    "period_start_year": "開始年度（西暦）",
    "period_end_year": "終了年度（西暦）",
    "summary_text": "1次評価結果の総括",
    "directions": "今後の方向性（選んだものすべて）",
    "direction_text": "今後の方向性の説明",
    "matrix_cost": "改革・改善で見込むコスト",
    "matrix_outcome": "改革・改善で見込む成果",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """A line of the dictionary: a column of a table."""

    table: str
    name: str
    type: str
    meaning: str
    values: str


def public_tables(projects: Sequence[Project], leave_out: Sequence[str]) -> dict[str, Table]:
    """The tables of the projects that have a page, without internal columns and those left out."""
    gone = _gone(forms_of([p.rows for p in projects]), leave_out)
    sheets = [dataclasses.replace(p.rows, project=p.ident) for p in projects]
    files = [tables.FileRows("", "", "", [], sheets, [])]
    makers = tables.tidy(files, [frozenset(row[0] for row in sheet.costs) for sheet in sheets])
    return {name: _without(makers[name](), gone) for name in NAMES}


def _gone(forms: Iterable[Form], leave_out: Sequence[str]) -> set[str]:
    """Names of columns that hold what is left out, besides the internal ones."""
    columns = set(INTERNAL)
    for form in forms:
        names = [*personal(form), *leave_out]
        for line in fields.lines(form):
            if is_left_out(line.name, names):
                columns.add(line.name.replace(".", "_"))
    return columns


def _without(table: Table, gone: set[str]) -> Table:
    kept = {name: column for name, column in table.columns.items() if name not in gone}
    return Table(kept, {name: table.kinds[name] for name in kept})


def dictionary(found: dict[str, Table], forms: Sequence[Form]) -> list[Entry]:
    """What each column of each table means."""
    labels, values = _labels(forms), _values(forms)
    return [
        Entry(table, name, _TYPES[kind], labels.get(name, _MEANINGS.get(name, "")), values.get(name, ""))
        for table, content in found.items()
        for name, kind in content.kinds.items()
    ]


def _labels(forms: Sequence[Form]) -> dict[str, str]:
    labels: dict[str, str] = {}
    for form in forms:
        for field in form.fields:
            name = field.name.replace(".", "_")
            within = f"{form.field(field.within).label}の" if field.within else ""
            if field.type == "code_name":
                labels |= {f"{name}_code": f"{field.label}のコード", f"{name}_name": field.label}
            elif field.section == "head" and name not in _MEANINGS:
                labels[name] = within + field.label
        labels |= {f"summary_{axis.key}": f"評価の総括 {axis.key} {axis.label}" for axis in form.axes}
    titles = direction_titles(forms)
    return labels | {column: f"今後の方向性に「{title}」を選んだか" for column, title in titles.items()}


def _values(forms: Sequence[Form]) -> dict[str, str]:
    found: dict[str, dict[str, None]] = {}
    for form in forms:
        rows = (f"{row.name}＝{row.label}（{row.unit}）" for row in form.costs.rows)
        families = (f"{table.name}＝{table.label}" for table in form.indicator_tables)
        questions = (f"{q.number}＝{q.label}" for q in form.questions)
        axes = (f"{axis.key}＝{axis.label}" for axis in form.axes)
        options = form.axis_options
        for name, words in {
            "row": rows, "family": families, "question": questions, "axis": axes,
            "matrix_cost": form.matrix.costs, "matrix_outcome": form.matrix.outcomes,
            **{f"summary_{axis.key}": (options.fine, options.flagged) for axis in form.axes},
        }.items():  # fmt: skip
            found.setdefault(name, {}).update(dict.fromkeys(words))
    found["period_kind"] = {"single_year＝単年度のみ": None, "recurring＝単年度繰返": None}
    found["period_kind"]["multi_year＝期間限定複数年度"] = None
    return {name: "、".join(words) for name, words in found.items()}


def write(
    projects: Sequence[Project], leave_out: Sequence[str], site: Site, folder: Path
) -> tuple[dict[str, Table], list[Entry]]:
    """Write the files of open data into ``folder`` and give the tables and their dictionary."""
    folder.mkdir()
    found = public_tables(projects, leave_out)
    entries = dictionary(found, forms_of([p.rows for p in projects]))
    for name, table in found.items():
        export.write_csv(table, folder / f"{name}.csv")
    columns = {f.name: [getattr(entry, f.name) for entry in entries] for f in dataclasses.fields(Entry)}
    export.write_csv(Table(columns, dict.fromkeys(columns, "text")), folder / "dictionary.csv")
    whole = {
        "title": site.title,
        "publisher": site.publisher or None,
        "licence": site.licence,
        "licence_url": site.licence_url or None,
        "projects": [_json(project, leave_out) for project in projects],
    }
    text = json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    (folder / "projects.json").write_text(text, encoding="utf-8", errors="replace", newline="\n")
    return found, entries


def _json(project: Project, leave_out: Sequence[str]) -> dict[str, Any]:
    """A project with the names of ``read --json``; what is left out has no name either."""
    data = to_json(project.record)
    for internal in ("file", "sheet"):
        del data[internal]
    gone = [*personal(project.record.form), *leave_out]
    kept = _kept(data, "", gone)
    return {"project": project.ident, "page": f"projects/{project.ident}.html", **kept}


def _kept(data: dict[str, Any], prefix: str, gone: Sequence[str]) -> dict[str, Any]:
    out = {}
    for name, value in data.items():
        if not is_left_out(prefix + name, gone):
            out[name] = _kept(value, f"{prefix}{name}.", gone) if isinstance(value, dict) else value
    return out
