"""What finance runs on many sheets or on earlier consolidations: roll-ups."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from evalxl import outputs, terminal, texts
from evalxl.actions import DONE, FINDINGS, Argument, Context, Outcome, command
from evalxl.commands.arguments import JOBS, PATHS, positive
from evalxl.commands.beside import MASTER, with_masters
from evalxl.commands.sheets import told_own
from evalxl.errors import UsageError
from evalxl.texts import Text

if TYPE_CHECKING:
    from evalxl.rolling.compute import Facts, Rolled
    from evalxl.rolling.fields import Field
    from evalxl.rolling.loading import Loaded, Origin
    from evalxl.rolling.values import Value
    from evalxl.tables import FileRows

Format = Literal["table", "csv", "json", "xlsx"]
TOP = 5


@command(
    "rollup",
    label=Text("集計", "Roll up"),
    help=Text(
        "部課・施策・予算科目・財源などの別に、年度を並べて集計します（増減、増減率、構成比つき）。",
        "Add up by section, measure, budget item, funding source and more, year by year, with changes.",
    ),
    arguments=[
        Argument(
            PATHS.name,
            Text(
                "評価シート、集約表、または --data や tables で書き出した表のフォルダー（何年分でも）",
                "sheets (files, folders), summary books, or folders of tables (--data, tables); any years",
            ),
            metavar=PATHS.metavar,
            many="+",
        ),
        Argument(
            "--by",
            Text(
                "集計する項目（いくつでも。例: 部 課、施策、予算科目、財源、方向性、事業）",
                "fields to add up by, any number (department division, measure, budget, source, project)",
            ),
            metavar="FIELD",
            many="+",
            required=True,
        ),
        Argument(
            "--value",
            Text(
                "集計する値（省くと事業費計。例: 一般財源、トータルコスト、事業数、指標:NAME）",
                "what to add up (project_total by default; any cost row, projects, indicator:NAME)",
            ),
            metavar="ROW",
            many="+",
        ),
        Argument(
            "--year",
            Text("年度（省くとすべて。2018、H30、平成30年度）", "fiscal years (all by default)"),
            metavar="Y",
            many="+",
        ),
        Argument(
            "--format",
            Text("出力の形（省くと -o の拡張子から決めます）", "the kind of output (by default from -o)"),
            choices=get_args(Format),
        ),
        Argument(
            "-o",
            Text("書き出すファイル", "the file to write"),
            metavar="OUT",
            also="--output",
            to="output",
            kind=Path,
        ),
        Argument(
            "--top",
            Text("増減の大きいものを何件まで示すか（初めは5）", "how many of those that moved most (5)"),
            metavar="N",
            kind=positive,
            default=TOP,
        ),
        MASTER,
        JOBS,
    ],
    examples=[
        ("evalxl rollup 提出 --by 部 課", Text("部・課別の事業費計", "Project cost by section")),
        (
            "evalxl rollup 表/2017 表/2018 --by 施策 財源 -o 施策別.xlsx",
            Text("2年分の表から施策・財源別の表をExcelで", "Two years by measure and source, as a book"),
        ),
        (
            "evalxl rollup 集約2017.xlsx 集約2018.xlsx --by 部 課",
            Text("2年分の集約表をつないで部・課別に", "Two years' summary books as one series"),
        ),
        (
            "evalxl rollup 表 --by 予算科目 --value general grand_total --year 2018 --format csv",
            Text("予算科目別の一般財源とトータルコストをCSVで", "By budget item, as CSV"),
        ),
    ],
    exits=True,
)
def rollup(
    context: Context,
    paths: list[str],
    by: Sequence[str],
    value: Sequence[str] | None = None,
    year: Sequence[str] | None = None,
    format: Format | None = None,
    output: Path | None = None,
    top: int = TOP,
    master: Path | None = None,
    jobs: int | None = None,
) -> Outcome:
    """Print or write a roll-up; refused files make the exit code 1, as everywhere."""
    from evalxl.rolling import shown
    from evalxl.rolling.compute import Facts, roll

    kind = _format(format, output, context)
    if output:
        outputs.replaceable(output, paths)
    context = with_masters(context, master)
    loaded, refused = _load(context, paths, jobs)
    for line in refused:
        context.tell(texts.ROLLUP_REFUSED, line=line)
    facts = Facts.of(loaded.sheets, loaded.uncounted, context.settings.masters)
    fields, values = _asked(facts, by, value)
    rolled = roll(facts, fields, values, _years(facts, year or []))
    notes = _notes(facts, loaded, len(refused), context)
    data = shown.to_json(rolled, notes, top)
    if not loaded.sheets:  # an empty table would only hide that, in the place of an older one even more
        return Outcome(FINDINGS, data, [texts.NOTHING_TO_REPORT.of(context.lang)])
    lines = _lines(context, rolled, notes, kind, output, top)
    return Outcome(FINDINGS if refused else DONE, data, lines)


_ENDINGS: dict[str, Format] = {
    ".csv": "csv", ".json": "json", ".xlsx": "xlsx", ".txt": "table", "": "table",
}  # fmt: skip


def _format(format: Format | None, output: Path | None, context: Context) -> Format:
    """The kind of output: the one asked for, else the ending of the file, else JSON or a table."""
    kind = format
    if output and not format:
        kind = _ENDINGS.get(output.suffix.lower())
        if kind is None:
            raise UsageError(texts.UNKNOWN_KIND, path=output)
    if kind == "xlsx" and output is None:
        raise UsageError(texts.NEEDS_OUTPUT, word="xlsx")
    if kind == "json" and output is None and not context.json:
        context.json = True
        terminal.prepare(json=True)
    return kind or "table"


def _load(context: Context, paths: list[str], jobs: int | None) -> tuple[Loaded, list[str]]:
    """The sheets under the paths, and in words why files among them were refused."""
    from evalxl.rolling import loading
    from workbook import marks

    origins: list[Origin] = []
    books: list[str] = []
    refused: list[str] = []
    for path in paths:
        found = loading.stores(path)
        origins += [_store(folder) for folder in found]
        if marks.is_own_output(path):
            origins += _summary(path, path, refused, context)
        elif not found or (found != [Path(path)] and _has_books(path)):
            books.append(path)
    if books:
        origins += _read(context, books, jobs, refused, alone=not origins)
    loaded = loading.join(origins)
    if not loaded.sheets and not refused:
        raise UsageError(texts.NOTHING)
    return loaded, refused


def _read(
    context: Context, books: list[str], jobs: int | None, refused: list[str], alone: bool
) -> list[Origin]:
    """The sheets of departments' books; of summary books where there is nothing else (``alone``)."""
    from evalxl.rolling import loading
    from evalxl.sharing import collected

    with context.rows(books, jobs) as results:
        files = collected(results)
        refused += [
            f"{code}  {file.file}: {message}"
            for file in files
            for status, code, _, message in file.rows
            if status == "refused"
        ]
        own = [file for file in files if _is(file, "skipped", "own_output")]
        if alone and not any(file.sheets for file in files):
            return [one for file in own for one in _summary(file.path, file.file, refused, context)]
    told_own([file.file for file in own], context)
    return [loading.of_files(files)]


def _summary(path: str, name: str, refused: list[str], context: Context) -> list[Origin]:
    """The sheets of a summary book; a report is passed over and told."""
    from evalxl.rolling import books
    from workbook.errors import Refused

    try:
        found = books.of_book(path)
    except Refused as error:
        detail = error.values.get("detail") or error.code
        refused.append(texts.NO_SUMMARY.of(context.lang, file=name, detail=detail))
        return []
    if not found.sheets:
        told_own([name], context)
    return [found]


def _store(folder: Path) -> Origin:
    from evalxl.rolling import loading

    try:
        return loading.of_store(folder)
    except ValueError as error:
        raise UsageError(texts.DAMAGED_STORE, path=folder) from error


def _has_books(path: str) -> bool:
    from evalxl.paths import find

    with find([path]) as found:
        return bool(found.sources)


def _is(file: FileRows, status: str, code: str) -> bool:
    return any(row[:2] == (status, code) for row in file.rows)


def _asked(facts: Facts, by: Sequence[str], value: Sequence[str] | None) -> tuple[list[Field], list[Value]]:
    """The fields and values that the words mean."""
    from evalxl.rolling import fields, values
    from evalxl.summary.summarise import forms_of

    found = fields.resolve(by, forms_of(facts.sheets))
    wanted = values.resolve(value or [values.DEFAULT], facts.sheets)
    if any(field.name == fields.SOURCE for field in found):
        for one in wanted:
            if one.name != values.DEFAULT:
                raise UsageError(texts.NO_SOURCES, word=one.title)
    return found, wanted


def _years(facts: Facts, typed: Sequence[str]) -> list[int]:
    """Fiscal years as typed, among those that there are."""
    from evalxl.rolling.fields import split
    from workbook.notation import year_candidates

    there = [column.year for column in facts.years]
    found: list[int] = []
    if not facts.sheets:
        return found  # why there is none is told
    for word in split(typed):
        years = [year for year in year_candidates(word) if year in there]
        if not years:
            raise UsageError(texts.NO_YEAR, word=word, known=", ".join(map(str, there)) or "－")
        found.append(years[0])
    return found


def _notes(facts: Facts, loaded: Loaded, refused: int, context: Context) -> list[str]:
    """What a reader of the figures must know."""
    from evalxl import placing, remarks
    from evalxl.totals import lost_years

    counts = {
        texts.ROLLUP_WITHOUT: refused,
        texts.ROLLUP_SAME: loaded.same,
        texts.ROLLUP_REPLACED: loaded.replaced,
        texts.ROLLUP_LATER: lost_years(facts.sheets, facts.counting.years),
    }
    notes = [remark.text.of(context.lang) for remark in remarks.of(loaded.sheets, facts.counting)]
    notes += [text.of(context.lang, count=count) for text, count in counts.items() if count]
    places = placing.moved(loaded.sheets, facts.sheets)
    if places:
        shown = "、".join(f"{old}→{new}" for old, new in places)
        notes.append(texts.ROLLUP_PLACED.of(context.lang, count=sum(places.values()), places=shown))
    return notes


def _lines(
    context: Context, rolled: Rolled, notes: list[str], kind: Format, output: Path | None, top: int
) -> list[str]:
    """What people read; with ``output`` the file is written and they are told so."""
    from evalxl.rolling import book, shown
    from workbook.atomic import replacing

    if kind == "xlsx" and output:
        book.save(rolled, notes, top, output)
    elif kind == "csv":
        text = shown.to_csv(rolled)
        if output is None:
            return text.splitlines()
        with replacing(output) as temporary:
            temporary.write_text(text, encoding="utf-8-sig", newline="")
    elif kind == "json" and output:
        text = json.dumps(shown.to_json(rolled, notes, top), ensure_ascii=False, indent=1)
        with replacing(output) as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")
    else:
        import sys

        colour = output is None and terminal.has_colour(sys.stdout)
        lines = list(shown.to_text(rolled, notes, top, context.lang, colour=colour))
        if output is None:
            return lines
        with replacing(output) as temporary:
            temporary.write_text("\n".join([*lines, ""]), encoding="utf-8-sig")
    context.tell(texts.WRITTEN, path=output)
    return []
