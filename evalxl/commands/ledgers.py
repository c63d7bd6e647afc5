"""The ledger 受付簿 between consolidations: how far the sections are, and what they are to be told."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from evalxl import texts
from evalxl.actions import DONE, Argument, Context, Outcome, command
from evalxl.errors import UsageError
from evalxl.texts import Text

if TYPE_CHECKING:
    from evalxl.reception import Reception

_FOLDER = Argument(
    "folder",
    Text(
        "集約表のあるフォルダー（または集約表か、そのとなりの受付簿.json）",
        "the folder of the summary book (or the book, or the ledger beside it)",
    ),
    metavar="DIR",
    many="?",
)


@command(
    "status",
    label=Text("提出状況", "Status"),
    help=Text(
        "受付簿から、課ごとの提出の進みぐあいを示します。",
        "Show from the ledger how far each section is.",
    ),
    arguments=[_FOLDER],
    examples=[
        ("evalxl status 集約", Text("集約表のあるフォルダーの受付簿を見る", "The ledger in a folder")),
        ("evalxl status 集約/集約.xlsx --json", Text("ほかのプログラムで使う", "For other programs")),
    ],
)
def status(context: Context, folder: str | None = None) -> Outcome:
    """Print the ledger that the last consolidation kept."""
    import msgspec

    from evalxl import reminding

    kept = _ledger(context, Path(folder or "."))
    return Outcome(DONE, msgspec.to_builtins(kept), reminding.status(kept, context.lang))


@command(
    "remind",
    label=Text("督促", "Remind"),
    help=Text(
        "課ごとに、未提出のものと直すところを書いた文書を作ります。",
        "Write a text for each section: what is missing and what is to be mended.",
    ),
    arguments=[
        _FOLDER,
        Argument(
            "-o",
            Text("書き出すフォルダー", "the folder to write to"),
            metavar="DIR",
            also="--output",
            to="output",
            kind=Path,
            required=True,
        ),
    ],
    examples=[("evalxl remind 集約 -o 督促", Text("課ごとの文書を書き出す", "A text for each section"))],
)
def remind(context: Context, output: Path, folder: str | None = None) -> Outcome:
    """Write the reminders: UTF-8 with BOM and Windows line ends, which Notepad and mailers can read.

    What an earlier run wrote to a section that has nothing left to do is taken away: it would be sent along.
    """
    from evalxl import reminding
    from workbook.atomic import replacing_all

    kept = _ledger(context, Path(folder or "."))
    letters = dict(reminding.letters(kept, context.lang))
    paths = [output / name for name in letters]
    if paths:
        with replacing_all(paths) as temporaries:
            for temporary, text in zip(temporaries, letters.values(), strict=True):
                temporary.write_text(text, encoding="utf-8-sig", newline="\r\n")
    gone, others = _tidied(output, reminding.overtaken(kept, _subjects(output), letters))
    data = {
        "folder": str(output),
        "files": [str(path) for path in paths],
        "removed": [str(path) for path in gone],
        "others": [str(path) for path in others],
    }
    groups = [(texts.REMINDED, paths), (texts.REMINDERS_REMOVED, gone), (texts.REMINDERS_OTHER, others)]
    lines = [
        line
        for text, named in groups
        if named or text is texts.REMINDED
        for line in (text.of(context.lang, count=len(named), path=output), *(f"  {path}" for path in named))
    ]
    return Outcome(DONE, data, lines)


def _subjects(folder: Path) -> dict[str, str]:
    """The first lines of the texts in a folder, by their names; what cannot be read is no letter of ours."""
    found = {}
    for path in sorted(folder.glob("*.txt")):
        with contextlib.suppress(OSError, UnicodeDecodeError), path.open(encoding="utf-8-sig") as text:
            found[path.name] = text.readline().rstrip("\n")
    return found


def _tidied(folder: Path, overtaken: tuple[list[str], list[str]]) -> tuple[list[Path], list[Path]]:
    """Take away the texts that have nothing left to ask for; gives them, and the others of ours."""
    from workbook.atomic import remove

    gone, others = ([folder / name for name in names] for names in overtaken)
    for path in gone:
        remove(path)
    return gone, others


def _ledger(context: Context, place: Path) -> Reception:
    """The ledger of a folder, a summary book, or a ledger file; of several in a folder the newest."""
    from evalxl import reception

    found = _paths(place)
    if not found:
        raise UsageError(texts.NO_LEDGER, path=place)
    newest = max(found, key=lambda path: (path.stat().st_mtime_ns, str(path)))
    if len(found) > 1:
        context.tell(texts.OTHER_LEDGERS, count=len(found), path=newest)
    try:
        kept = reception.read(newest)
    except reception.LedgerError as error:
        known = texts.LEDGER_REASONS.get(error.detail)
        detail = known.of(context.lang) if known else texts.os_words(error.detail, context.lang)
        raise UsageError(texts.DAMAGED_LEDGER, path=error.path, detail=detail) from error
    if kept is None:
        raise UsageError(texts.NO_LEDGER, path=place)
    return kept


def _paths(place: Path) -> list[Path]:
    from evalxl import outputs

    if place.is_dir():
        return sorted(place.glob(f"*{outputs.LEDGER}")) or sorted(place.rglob(f"*{outputs.LEDGER}"))
    beside = place if place.name.endswith(outputs.LEDGER) else outputs.ledger(place)
    return [beside] if beside.is_file() else []
