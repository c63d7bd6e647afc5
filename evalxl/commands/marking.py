"""Taking the marks of `validate --annotate` out of books again."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from evalxl import outputs
from evalxl.actions import DONE, FINDINGS, Argument, Context, Outcome, command
from evalxl.commands.arguments import PATHS
from evalxl.texts import Text

OUTPUT = Argument(
    "-o",
    Text("書き出すフォルダー", "the folder to write to"),
    metavar="DIR",
    also="--output",
    to="output",
    kind=Path,
    required=True,
)


@command(
    "unmark",
    label=Text("印を消す", "Take marks out"),
    help=Text(
        "validate --annotate で付けた色・メモ・検証結果のシートを取り除いた写しを書き出します。",
        "Write copies without the colours, notes and sheet that validate --annotate put in.",
    ),
    arguments=[PATHS, OUTPUT],
    examples=[
        ("evalxl unmark 検証済 -o 提出用", Text("フォルダーごと印を消す", "A whole folder")),
    ],
)
def unmark(context: Context, paths: list[str], output: Path) -> Outcome:
    """Write each marked book without its marks: what staff changed since stays."""
    from evalxl import annotating
    from evalxl import paths as finder
    from workbook.annotate import unmark as undo
    from workbook.errors import Unchangeable

    outputs.folder(output)
    annotating.refuse_inputs(output, paths)

    def plain(data: bytes, _: Path) -> annotating.Made:
        clean = undo(data)
        if clean is None:
            raise Unchangeable("not_marked")
        return clean, annotating.Written("")

    with finder.find(paths, leave_out=annotating.books_in(output)) as found:
        context.tell_missing(found)
        done = [annotating.writing(s.file, str(s.path), output, plain, replace=False) for s in found.sources]
        written = [dataclasses.replace(w, file=s.file) for w, s in zip(done, found.sources, strict=True)]
    data = [{"file": w.file, "path": w.path, "reason": w.reason or None} for w in written]
    lines = [line for w in written for line in w.told(context.lang)]
    return Outcome(FINDINGS if any(w.path is None for w in written) else DONE, data, lines)
