"""What 検証.bat and 集約.bat do with the files and folders that were dragged onto them.

cmd.exe cuts a dragged path at ``&``: so the .bat hands over the whole line that Windows started it with, in
`LINE`, and the paths are taken from there.
"""

from __future__ import annotations

import datetime
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from evalxl.texts import Text

LINE = "EVALXL_LINE"
"""The variable that holds the command line of the .bat, as Windows wrote it."""
_USAGE = {
    "validate": Text(
        "評価シートのファイルやフォルダーを、検証.bat のアイコンの上へドラッグしてください。"
        "となりに「検証結果_日時.xlsx」ができます。",
        "Drag evaluation sheets, or a folder of them, onto 検証.bat: it writes 検証結果_….xlsx beside them.",
    ),
    "consolidate": Text(
        "評価シートの入ったフォルダーを、集約.bat のアイコンの上へドラッグしてください。"
        "となりに「集約_日時.xlsx」ができます。",
        "Drag the folder of evaluation sheets onto 集約.bat: it writes 集約_….xlsx beside it.",
    ),
}
_OUTPUT = {"validate": "検証結果_{now}.xlsx", "consolidate": "集約_{now}.xlsx"}


def main(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> int:
    """Run ``validate`` or ``consolidate`` on what was dropped, and open what came of it. The exit code."""
    from evalxl import cli, terminal

    name, *given = arguments
    paths = dropped(environment.get(LINE, "")) or given
    if not paths:
        terminal.prepare(json=False)
        terminal.say(_USAGE[name].ja)
        return 2
    output = beside(paths[0], name)
    code = cli.main([name, *paths, "--report" if name == "validate" else "-o", str(output)])
    if output.exists():
        _open(output)
    return code


def dropped(line: str) -> list[str]:
    """The paths behind the .bat in a line such as ``cmd /c ""C:\\検証.bat" "C:\\a b.xlsx" C:\\c&d.xlsx"``."""
    found = re.search(r'(?i)\.bat"?\s+(.*)$', line)
    if not found:
        return []
    # The last quote belongs to cmd's own pair around all of it.
    rest = found[1][:-1] if re.search(r'(?i)/c\s+""', line) and found[1].endswith('"') else found[1]
    return [quoted or plain for quoted, plain in re.findall(r'"([^"]+)"|([^\s"]+)', rest)]


def beside(path: str, name: str) -> Path:
    """A new file beside the first of what was dropped: no run writes over another's result."""
    now = datetime.datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    return Path(os.path.abspath(path)).parent / _OUTPUT[name].format(now=now)


def _open(path: Path) -> None:
    if sys.platform == "win32":
        os.startfile(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
