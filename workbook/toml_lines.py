"""Line numbers of keys in a TOML text, so that a wrong form or setting names the line.

tomllib keeps no positions, so the headers are walked once more as text.
"""

from __future__ import annotations

import re
import tomllib

_HEADER = re.compile(r"^\s*\[{1,2}\s*([^\]]+?)\s*\]{1,2}")


def line_of(text: str, key: str, index: int = 0, inner: str = "") -> int:
    """The line of top-level key or table ``key`` (its ``index``-th array item), or of ``inner`` within it.

    Falls back to the table's own line, then to 1.
    """
    lines = text.splitlines()
    start = _start(lines, key, index)
    if start is None:
        return 1
    if inner:
        for number in range(start, len(lines)):
            if number > start and _HEADER.match(lines[number]):
                break
            if re.search(rf"(^|[{{,\s])\"?{re.escape(inner)}\"?\s*=", lines[number]):
                return number + 1
    return start + 1


def _start(lines: list[str], key: str, index: int) -> int | None:
    seen = 0
    for number, line in enumerate(lines):
        header = _HEADER.match(line)
        if header:
            if header.group(1) == key:
                if seen == index:
                    return number
                seen += 1
        elif re.match(rf"\s*\"?{re.escape(key)}\"?\s*=", line):
            return number
    return None


def key_in_message(message: str) -> str:
    """The key that a msgspec message speaks of: the unknown or missing field, else the path's last part."""
    named = re.search(r"field `([^`]+)`", message)
    if named:
        return named.group(1)
    path = re.search(r"at `\$\.([^`]+)`", message)
    return re.sub(r"\[.*?\]", "", path.group(1)).split(".")[-1] if path else ""


def line_of_syntax_error(error: tomllib.TOMLDecodeError, text: str) -> int:
    """The line that a tomllib message names; the last line when it speaks of the end of the text."""
    line = re.search(r"line (\d+)", str(error))
    return int(line.group(1)) if line else max(1, len(text.splitlines()))


def shown(text: str, line: int) -> str:
    """What stands in a line, for a message; empty behind the last one."""
    lines = text.splitlines()
    return lines[line - 1].strip()[:60] if line <= len(lines) else ""
