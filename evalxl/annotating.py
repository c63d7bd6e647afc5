"""Marked copies of the departments' books: what `validate --annotate` writes and `unmark` takes back."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from evalxl import texts
from evalxl.arithmetic import for_people
from evalxl.errors import UsageError
from evalxl.texts import Text

if TYPE_CHECKING:
    from evalxl.results import FileResult, Outline
    from evalxl.rules.registry import Finding, Lang
    from workbook.annotate import Answer, Mark, Words

HOLDS_INPUTS = Text(
    "{path} には、もとのファイルが入っています。別のフォルダーを指定してください。",
    "{path} holds the files to be read. Name another folder, so that they stay as they are.",
)
COPIED = Text("書き出しました: {path}", "Written: {path}")
STANDS = Text("同じ内容のファイルがすでにあります: {path}", "There already, and the same: {path}")
NOT_COPIED = Text("書き出せませんでした: {file}（{reason}）", "Not written: {file} ({reason})")
CELLS_UNMARKED = Text(
    "印を付けられないセルがありました: {file} › {cells}", "Cells that could not be marked: {file} › {cells}"
)
REASONS = {
    "not_xlsx": Text(
        ".xlsx か .xlsm のファイルではありません。Excelで .xlsx に保存し直してください",
        "it is no .xlsx or .xlsm file; save it as .xlsx in Excel",
    ),
    "too_large": Text("ファイルが大きすぎます", "it is too large"),
    "broken": Text("ファイルの中が壊れています", "it is broken inside"),
    "signed": Text(
        "電子署名が付いています。変えると署名が無効になります",
        "it is signed; a change would break the signature",
    ),
    "no_sheet": Text("シートが見つかりません: {detail}", "there is no such sheet: {detail}"),
    "shared_formula": Text(
        "ほかのセルと共有している数式があります: {detail}", "a formula is shared with other cells: {detail}"
    ),
    "array_formula": Text("配列数式があります: {detail}", "there is an array formula: {detail}"),
    "too_long": Text("文字が多すぎて入りません: {detail}", "the text is too long for a cell: {detail}"),
    "same_file": Text("もとのファイルと同じ場所になります", "it would take the place of the file itself"),
    "exists": Text(
        "同じ名前の別のファイルがあります: {detail}", "another file of that name is there: {detail}"
    ),
    "edited": Text(
        "前に書き出した写しに、職員が書きかえたセルがあります。その写しのほうを検証してください",
        "the copy written before has cells that were changed since; validate that copy instead",
    ),
    "unreadable": Text(
        "評価シートとして読み取れません（{detail}）。evalxl validate で理由を確かめてください",
        "it cannot be read as an evaluation sheet ({detail}); evalxl validate says why",
    ),
    "not_rolled": Text(
        "年度を進めた結果を正しく読み取れませんでした（{detail}）",
        "the result does not read as it should ({detail})",
    ),
    "unnamed": Text(
        "事務事業名が記入されていないため、ファイル名を決められません",
        "it does not say what the project is called, so there is no name for it",
    ),
    "uncached": Text(
        "値が分からない関数のセルがあります: {detail}。アドインの入ったExcelで開いて計算し、"
        "エラーを直して保存してください",
        "cells with functions of the add-in show no value: {detail}; open it in an Excel that has the "
        "add-in, mend the errors and save it",
    ),
    "nothing_to_adopt": Text(
        "アドインにつなぎかえられるボタンがありません", "no button of it can call the add-in instead"
    ),
    "not_marked": Text("検証の印は付いていません", "it carries no marks"),
    "outside": Text(
        "書き出すフォルダーの外になります", "it would lie outside of the folder that is written to"
    ),
    "open": Text("ほかのプログラムが開いています", "another program has it open"),
    "folder": Text("そのフォルダーには書き込めません", "nothing can be written to that folder"),
    "full": Text("ディスクの空きが足りません", "the disk is full"),
}
COLUMNS = ("severity", "code", "place", "message", "hint", "found", "expected", "answer", "state")
"""The columns of the sheet of results, as `workbook.marked` fills them."""
ANSWER = Text("回答: {answer}", "Answer: {answer}")
STATES = (Text("回答済", "answered"), Text("未回答", "open"), Text("解消", "mended"))


@dataclasses.dataclass(slots=True, frozen=True)
class Written:
    """What came of one file: the copy's path, or why there is none."""

    file: str
    path: str | None = None
    reason: str = ""
    detail: str = ""
    cells: int = 0
    answered: int = 0
    unmarked: tuple[str, ...] = ()
    stands: bool = False
    """The file was there already, with just these bytes."""

    def told(self, lang: Lang) -> Iterator[str]:
        """The same in words."""
        if self.path is not None:
            yield (STANDS if self.stands else COPIED).of(lang, path=self.path)
        else:
            reason = REASONS[self.reason].of(lang, detail=self.detail)
            yield NOT_COPIED.of(lang, file=self.file, reason=reason)
        if self.unmarked:
            yield CELLS_UNMARKED.of(lang, file=self.file, cells=", ".join(self.unmarked))


def refuse_inputs(folder: Path, paths: Iterable[str]) -> None:
    """Raise `UsageError` when the output folder is, or holds, one of the named inputs."""
    target = os.path.realpath(folder)
    for path in paths:
        real = os.path.realpath(path)
        if "://" not in path and (real == target or real.startswith(os.path.join(target, ""))):
            raise UsageError(HOLDS_INPUTS, path=folder)


def books_in(folder: Path) -> list[Path]:
    """What lies in the output folder already: no input, if the folder stands within one."""
    return [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []


def checked_and_marked(result: FileResult, *, folder: Path, lang: Lang) -> tuple[Outline, Written | None]:
    """The findings of a file, and its marked copy; no copy of what was passed over."""
    from evalxl import results

    outline = results.checked(result, lang=lang)
    if result.skipped:
        return outline, None
    return outline, writing(
        result.file, result.path, folder, lambda data, target: _marked(result, data, target, lang)
    )


Made = tuple[bytes, Written]


def writing(
    file: str, path: str, folder: Path, make: Callable[[bytes, Path], Made], *, replace: bool = True
) -> Written:
    """Write what ``make`` gives for a file into the folder, under its own name. Never raises for a file.

    Without ``replace`` another file of that name stays.
    """
    target = folder / file
    if not Path(os.path.abspath(target)).is_relative_to(os.path.abspath(folder)):
        return Written(file, reason="outside")
    if path and os.path.realpath(target) == os.path.realpath(path):
        return Written(file, reason="same_file")
    try:
        data, written = make(content(path) if path else b"", target)
        stands = _put(data, target, replace)
    except Exception as error:
        return unwritten(file, error)
    return dataclasses.replace(written, path=str(target), stands=stands)


def _put(data: bytes, target: Path, replace: bool) -> bool:
    """Write a file unless it is there already, which is told; another one of its name only to be replaced."""
    from workbook import atomic
    from workbook.errors import Unchangeable

    if _holds(target, data):
        return True
    try:
        with (atomic.replacing if replace else atomic.creating)(target) as temporary:
            temporary.write_bytes(data)
    except FileExistsError:
        if not _holds(target, data):  # else another run has just written the same
            raise Unchangeable("exists", str(target)) from None
        return True
    return False


def _holds(target: Path, data: bytes) -> bool:
    return target.is_file() and target.stat().st_size == len(data) and target.read_bytes() == data


def unwritten(file: str, error: Exception) -> Written:
    """Why there is no copy of a file: one that cannot be read or changed is no reason to end the run."""
    from workbook.errors import OutputLocked, Refused, Unchangeable

    if isinstance(error, Unchangeable):
        return Written(file, reason=error.reason, detail=error.detail)
    if isinstance(error, OutputLocked):
        return Written(file, reason=error.reason)
    if isinstance(error, Refused):
        return Written(file, reason="unreadable", detail=error.code)
    # What lies in a part that no program wrote can be anything.
    return Written(file, reason="broken", detail=f"{type(error).__name__}: {error}")


def content(path: str) -> bytes:
    """The bytes of a file or of an fsspec address. Raises `Refused` for a file that cannot be opened."""
    if "://" not in path:
        from workbook import source

        return source.content(Path(path))
    import fsspec

    with fsspec.open(path, "rb") as opened:
        data: bytes = opened.read()
    return data


def _marked(result: FileResult, data: bytes, target: Path, lang: Lang) -> Made:
    from workbook import annotate

    answers = _answers_of_older(data, target)
    marked = annotate.annotate(data, list(marks_of(result, lang)), words(lang), answers)
    return marked.data, Written(
        result.file, cells=marked.cells, answered=marked.answered, unmarked=tuple(marked.unmarked)
    )


def _answers_of_older(data: bytes, target: Path) -> Mapping[str, Answer]:
    """The answers in a copy that was written before; `Unchangeable` where something would be lost with it."""
    from workbook import annotate
    from workbook.errors import Unchangeable

    if not target.exists():
        return {}
    older = target.read_bytes()
    try:
        marked = annotate.is_marked(older)
    except Unchangeable:
        marked = False
    if not marked:
        raise Unchangeable("exists", str(target))
    if not annotate.same_cells(data, older):
        raise Unchangeable("edited", str(target))
    return annotate.answers(older)


def marks_of(result: FileResult, lang: Lang) -> Iterator[Mark]:
    """The findings of a file as marks, refused sheets included."""
    from evalxl.results import sheet_of

    for sheet in result.sheets:
        for finding in sheet.findings:
            yield _mark(finding, sheet.record.sheet, lang)
    for finding in result.refused:
        yield _mark(finding, sheet_of(finding), lang)


def _mark(finding: Finding, sheet: str | None, lang: Lang) -> Mark:
    from evalxl.rules.registry import right_value, typed_value
    from workbook.annotate import Mark

    said = finding.to_json(lang)
    said["found"] = typed_value(finding.code, said["found"], lang)
    said["expected"] = right_value(finding.code, said["expected"])
    for name in ("found", "expected"):
        if isinstance(said[name], float):
            said[name] = float(for_people(said[name]))
    return Mark(sheet=sheet, **said)


def words(lang: Lang) -> Words:
    """What is printed in the copies."""
    from workbook.annotate import Words

    answered, waiting, mended = (text.of(lang) for text in STATES)
    return Words(
        sheet=texts.FINDINGS_SHEET.of(lang),
        title=texts.FINDINGS_TITLE.of(lang),
        headings=tuple(texts.FINDING_HEADS[column].of(lang) for column in COLUMNS),
        severities={name: text.of(lang) for name, text in texts.SEVERITY.items()},
        mend=texts.HINT.of(lang),
        answer=ANSWER.of(lang),
        answered=answered,
        open=waiting,
        mended=mended,
    )
