"""To teach evalxl a form: what the reader sees in a book, what it lacks, and a draft of a form file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalxl import texts
from evalxl.actions import DONE, FINDINGS, Argument, Context, Outcome, command
from evalxl.errors import UsageError
from evalxl.terminal import coloured, padded
from evalxl.texts import Text

if TYPE_CHECKING:
    from evalxl.rules.registry import Lang
    from workbook.form import Form
    from workbook.seeing import SeenSheet

FILE = Argument("file", Text("調べるファイル", "the workbook"), metavar="FILE")
PICTURES = (".svg", ".html")


@command(
    "form show",
    label=Text("様式の見え方", "What is seen"),
    help=Text(
        "ファイルの中で、見出し・値・年度・印がどこに見えるかを示します。",
        "Show which labels, values, years and ticks are seen in a workbook, and in which cells.",
    ),
    arguments=[
        FILE,
        Argument(
            "-o",
            Text("図を書き出すファイル（.svg か .html）", "write an annotated picture (.svg or .html)"),
            metavar="OUT",
            also="--output",
            to="output",
            kind=Path,
        ),
    ],
    examples=[
        ("evalxl form show 電算.xlsx", Text("セルごとに表示する", "Cell by cell")),
        ("evalxl form show 電算.xlsx -o 見え方.html", Text("色分けした図にする", "As a coloured picture")),
    ],
)
def show(context: Context, file: str, output: Path | None = None) -> Outcome:
    """What the reader makes of every cell, as text and as a picture."""
    if output and output.suffix.lower() not in PICTURES:
        raise UsageError(texts.FORM_PICTURE, file=output)
    sheets = seen(context, file)
    if output:
        _draw(output, sheets, Path(file).name, context.lang)
    data = {"file": Path(file).name, "sheets": [_sheet_json(sheet) for sheet in sheets]}
    done = [texts.WRITTEN.of(context.lang, path=output)] if output else []
    return Outcome(DONE, data, [*_shown(sheets, context.lang), *done])


@command(
    "form check",
    label=Text("様式の点検", "Check the labels"),
    help=Text(
        "様式の見出しのうち、見つからないもの・2か所にあるものと、シート上の近い文字を示します。",
        "Which labels of the form are missing or doubled, with the nearest texts on the sheet.",
    ),
    arguments=[FILE],
    examples=[
        ("evalxl form check 電算.xlsx", Text("いちばん近い様式と比べる", "Against the nearest form")),
        (
            "evalxl form check 電算.xlsx --form unnan_2017",
            Text("様式を決めて比べる", "Against one form"),
        ),
    ],
    exits=True,
)
def check(context: Context, file: str) -> Outcome:
    """Labels found, missing and doubled; exit code 1 where no sheet holds a whole form."""
    sheets = seen(context, file)
    pages = [sheet for sheet in sheets if sheet.pages]
    whole = bool(pages) and all(sheet.complete for sheet in pages)
    data = {"file": Path(file).name, "complete": whole, "sheets": [_check_json(sheet) for sheet in sheets]}
    return Outcome(DONE if whole else FINDINGS, data, list(_checked(sheets, context.lang)))


@command(
    "form draft",
    label=Text("様式の下書き", "Draft a form"),
    help=Text(
        "知らない様式のファイルから、様式ファイル（TOML）の下書きを作ります。人が決める箇所は★です。",
        "Draft a form file (TOML) from a workbook of an unknown form; ★ marks what a person must decide.",
    ),
    arguments=[
        FILE,
        Argument(
            "-o",
            Text("書き出すファイル（省くと画面に表示）", "the file to write (printed by default)"),
            metavar="FORM.toml",
            also="--output",
            to="output",
            kind=Path,
        ),
    ],
    examples=[
        ("evalxl form draft 新様式.xlsx -o city_2026.toml", Text("下書きを作る", "Write a draft")),
    ],
    exits=True,
)
def draft(context: Context, file: str, output: Path | None = None) -> Outcome:
    """A form file guessed from the workbook; nothing is written over."""
    from workbook import atomic, drafting
    from workbook.form import DECIDE

    if output and output.exists():
        raise UsageError(texts.FORM_EXISTS, file=output)
    text = drafting.draft(seen(context, file))
    lines = text.splitlines()
    marks = [number for number, line in enumerate(lines, 1) if DECIDE in line.partition("#")[0]]
    data = {"file": Path(file).name, "output": str(output) if output else None, "decide": marks, "toml": text}
    if not text:
        return Outcome(FINDINGS, data, [texts.FORM_NOTHING.of(context.lang, file=Path(file).name)])
    if not output:
        return Outcome(DONE, data, lines)
    with atomic.replacing(output) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")
    return Outcome(DONE, data, [texts.FORM_DRAFTED.of(context.lang, path=output, marks=len(marks))])


def seen(context: Context, file: str) -> list[SeenSheet]:
    """The sheets of a file beside the known forms. Raises `UsageError` for one that cannot be read."""
    from evalxl.rules.registry import finding_of_refusal
    from workbook import form as forms
    from workbook import source
    from workbook.errors import Refused
    from workbook.seeing import see

    if Path(file).is_dir():
        raise UsageError(texts.FORM_FOLDER, file=file)
    known = [context.form] if context.form else [forms.get(name) for name in forms.ids()]
    try:
        return see(source.open_book(file).grids, known)
    except Refused as refused:
        why = finding_of_refusal(refused).message(context.lang)
        raise UsageError(texts.FORM_UNREADABLE, file=file, why=why) from None


def _draw(output: Path, sheets: list[SeenSheet], title: str, lang: Lang) -> None:
    from workbook import atomic, picture

    words = {role: text.of(lang) for role, text in texts.FORM_ROLES.items()}
    html = output.suffix.lower() == ".html"
    drawn = picture.html(sheets, title, words) if html else picture.stacked(sheets, words)
    with atomic.replacing(output) as temporary:
        temporary.write_text(drawn, encoding="utf-8")


# ---- as data -----------------------------------------------------------------------------------------------


def _sheet_json(sheet: SeenSheet) -> dict[str, Any]:
    cells = sheet.cells()
    tables = [
        {
            "name": place.table.name,
            "years": [
                {"cell": sheet.grid.place(h.spot), "year": h.year, "phase": h.phase} for h in place.headings
            ],
            "rows": [{"name": row.name, "cell": sheet.grid.place(row.spot)} for row in place.rows],
        }
        for layout in sheet.layouts
        for place in layout.tables
    ]
    shown = [{"cell": c.cell, "text": c.text, "role": c.role, "name": c.name or None} for c in cells]
    return {**_which(sheet), "tables": tables, "cells": shown}


def _which(sheet: SeenSheet) -> dict[str, Any]:
    return {
        "sheet": sheet.grid.name,
        "visible": sheet.grid.visible,
        "form": sheet.form.id if sheet.form else None,
        "pages": list(sheet.pages),
        "complete": sheet.complete,
    }


def _check_json(sheet: SeenSheet) -> dict[str, Any]:
    labels = [c for c in sheet.cells() if c.role in ("label", "year") or (c.role == "tick" and c.name)]
    missing = [
        {"label": m.label, "near": [{"cell": cell, "text": text} for cell, text in m.near]}
        for m in sheet.missing()
    ]
    doubled = [{"label": label, "cells": list(cells)} for label, cells in sheet.doubled()]
    found = [{"cell": c.cell, "text": c.text, "name": c.name or None} for c in labels]
    others = [{"form": form.id, "found": n, "missing": lacks} for form, n, lacks in sheet.others]
    return {**_which(sheet), "found": found, "missing": missing, "doubled": doubled, "others": others}


# ---- as text -----------------------------------------------------------------------------------------------


def _shown(sheets: list[SeenSheet], lang: Lang) -> Iterator[str]:
    for sheet in sheets:
        yield from _title(sheet, lang)
        for cell in sheet.cells():
            role = padded(texts.FORM_ROLES[cell.role].of(lang), 8)
            name = f"  ← {cell.name}" if cell.name else ""
            text = cell.text.replace("\n", "⏎")
            place = padded(cell.cell.rpartition("!")[2], 7)
            yield f"  {place}{role}{text[:48]}{'…' if len(text) > 48 else ''}{name}"


def _checked(sheets: list[SeenSheet], lang: Lang) -> Iterator[str]:
    for sheet in sheets:
        yield from _title(sheet, lang)
        for missing in sheet.missing():
            yield "  " + texts.FORM_MISSING.of(lang, label=missing.label)
            for cell, text in missing.near:
                yield "      " + texts.FORM_NEAR.of(lang, cell=cell, text=text.replace("\n", "⏎"))
        for label, cells in sheet.doubled():
            yield "  " + texts.FORM_DOUBLED.of(lang, label=label, cells="、".join(cells))
        for form, found, lacks in sheet.others:
            yield "  " + texts.FORM_OTHER.of(lang, form=_named(form), found=found, missing=lacks)


def _title(sheet: SeenSheet, lang: Lang) -> Iterator[str]:
    hidden = "" if sheet.grid.visible else texts.FORM_HIDDEN.of(lang)
    yield coloured(f"{sheet.grid.name}{hidden}", "head")
    if sheet.form is None:
        yield "  " + texts.FORM_NONE.of(lang)
        return
    lacks = len(sheet.missing())
    text = texts.FORM_WHOLE if sheet.complete else texts.FORM_PART
    yield "  " + text.of(lang, form=_named(sheet.form), found=sheet.found, missing=lacks)


def _named(form: Form) -> str:
    return f"{form.title} ({form.id})"
