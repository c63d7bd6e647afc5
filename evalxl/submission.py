"""Handing a sheet in: checked, the add-in's functions turned into values, under its fixed name."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from evalxl.annotating import Made, Written, writing
from evalxl.texts import Text

if TYPE_CHECKING:
    from evalxl.results import FileResult, Outline
    from evalxl.rules.registry import Lang

SUBMITTED = Text("提出用に書き出しました: {path}", "Ready to be handed in: {path}")
FROZEN = Text(
    "アドインの関数を値にしました: {count}セル（{cells}）",
    "Functions of the add-in turned into values: {count} cells ({cells})",
)
ERRORS = Text(
    "誤りが残っています。直してから、もう一度 --replace を付けて提出してください。",
    "There are errors. Please mend them, and hand the sheet in again with --replace.",
)
EXISTS = Text(
    "提出先に同じ名前の別のファイルがあります: {path}（差しかえるときは --replace を付けてください）",
    "Another file of that name is there already: {path} (--replace puts this one in its place)",
)
REPLACED = Text(
    "名前の書き方だけが違う前のファイルは、同じ事業のものなので消しました: {path}",
    "Took away the earlier file of the same project, whose name was only written otherwise: {path}",
)
_FEW = 5


@dataclasses.dataclass(slots=True, frozen=True)
class Submitted:
    """What came of a file: the copy, or why there is none, and what was turned into values."""

    outline: Outline
    written: Written
    fiscal_year: int | None = None
    frozen: tuple[str, ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()
    """Cells of the add-in's functions without a value, with the error that stands there ("" for nothing)."""
    replaced: tuple[str, ...] = ()
    """Earlier files of the project under a name that was written otherwise, which are gone."""

    def told(self, lang: Lang) -> Iterator[str]:
        """The same in words."""
        if self.written.path is not None:
            yield SUBMITTED.of(lang, path=self.written.path)
        elif self.written.reason == "exists":
            yield EXISTS.of(lang, path=self.written.detail)
        else:
            yield from self.written.told(lang)
        for path in self.replaced:
            yield REPLACED.of(lang, path=path)
        if self.frozen:
            yield FROZEN.of(lang, count=len(self.frozen), cells=_listed(self.frozen))

    def to_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "file": self.outline.file,
            "path": self.written.path,
            "reason": self.written.reason or None,
            "fiscal_year": self.fiscal_year,
            "replaced": list(self.replaced),
            "frozen": list(self.frozen),
            "unknown": [{"cell": cell, "found": found or None} for cell, found in self.unknown],
            "sheets": self.outline.checked,
        }


def submitted(result: FileResult, *, folder: Path, replace: bool, lang: Lang) -> Submitted:
    """Check a file and write its copy into the folder. Never raises for what stands in it.

    A file there whose name differs only in spaces, width or ending is the same project's: it stands in the
    way as well, and ``replace`` takes it away.
    """
    from evalxl import naming, results
    from workbook import atomic
    from workbook.errors import Unchangeable
    from workbook.freeze import freeze

    outline = results.checked(result, lang=lang)
    records = [sheet.record for sheet in result.sheets]
    if not records:
        codes = ", ".join(finding.code for finding in result.refused)
        return Submitted(outline, Written(result.file, reason="unreadable", detail=codes))
    suffix = PurePosixPath(result.file).suffix.lower()
    try:
        name = naming.name_of(records, suffix)
    except ValueError:
        return Submitted(outline, Written(result.file, reason="unnamed"))
    done = Submitted(outline, Written(result.file), records[0].fiscal_year)
    earlier = naming.otherwise_written(folder / name)

    def make(data: bytes, _: Path) -> Made:
        nonlocal done
        frozen = freeze(data)
        done = dataclasses.replace(done, frozen=tuple(frozen.cells), unknown=tuple(frozen.unknown))
        if frozen.unknown:
            raise Unchangeable("uncached", _listed([_cell(*one) for one in frozen.unknown]))
        for old in earlier:
            if os.path.realpath(old) == os.path.realpath(result.path):
                raise Unchangeable("same_file")
            if not replace:
                raise Unchangeable("exists", str(old))
            atomic.ensure_replaceable(old)
        return frozen.data, Written(result.file)

    written = dataclasses.replace(writing(name, result.path, folder, make, replace=replace), file=result.file)
    if written.path is None:
        return dataclasses.replace(done, written=written, frozen=())
    for old in earlier:
        atomic.remove(old)
    return dataclasses.replace(done, written=written, replaced=tuple(map(str, earlier)))


def _cell(cell: str, found: str) -> str:
    return f"{cell}（{found}）" if found else cell


def _listed(cells: Sequence[str]) -> str:
    rest = len(cells) - _FEW
    return "、".join(cells[:_FEW]) + (f" +{rest}" if rest > 0 else "")
