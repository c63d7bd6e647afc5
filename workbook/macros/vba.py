"""The VBA of a book: its modules and their procedures, from the compressed source. It is text to us."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from workbook.macros.model import Module, ModuleKind, Procedure

LARGEST = 16 * 2**20
"""Bytes of a project, and of its source unpacked."""
_HEAD = re.compile(
    r"^[ \t]*(?P<scope>(?:(?:Public|Private|Friend|Static)[ \t]+)*)"
    r"(?P<kind>Sub|Function|Property[ \t]+(?:Get|Let|Set))[ \t]+(?P<name>[^\W\d]\w*)",
    re.IGNORECASE | re.MULTILINE,
)
_END = re.compile(r"^[ \t]*End[ \t]+(?:Sub|Function|Property)\b.*$", re.IGNORECASE | re.MULTILINE)
_KEY = re.compile(
    r'^Attribute (?P<name>\w+)\.VB_ProcData\.VB_Invoke_Func = "(?P<key>[^\\" ])\\n14"', re.MULTILINE
)
_HIDDEN = re.compile(r"^Attribute .*\n?", re.MULTILINE)
_BASE = re.compile(r'^Attribute VB_Base = "(?P<base>[^"]*)"', re.MULTILINE)
_DOCUMENTS = ("00020819", "00020820", "00020821")
"""How the class ids of workbooks, worksheets and charts begin."""


class Unreadable(Exception):
    """The VBA project cannot be read: why, in the words of what went wrong."""


def modules(data: bytes) -> tuple[list[Module], bool]:
    """The modules of a vbaProject.bin or an .xls, and whether the project is locked.

    Raises `Unreadable`.
    """
    if len(data) > LARGEST:
        raise Unreadable(f"{len(data):,} bytes")
    try:
        return _modules(data)
    except Unreadable:
        raise
    except Exception as error:  # what lies in a project that no program wrote can be anything
        raise Unreadable(f"{type(error).__name__}: {error}"[:200]) from None


def _modules(data: bytes) -> tuple[list[Module], bool]:
    from pyopenvba.cfb import CFB
    from pyopenvba.vba import decompress, encoding_for_codepage, parse_vba_project

    container = CFB.from_bytes(data)
    left = LARGEST - len(decompress(_stream(container, "dir"), max_bytes=LARGEST))
    if left <= 0:
        raise Unreadable("dir")
    project = parse_vba_project(container)
    encoding = encoding_for_codepage(project.code_page)
    found = []
    for module in project.modules:
        packed = bytes(_stream(container, module.stream_name)[module.text_offset :])
        unpacked = decompress(packed, max_bytes=left)
        left -= len(unpacked)
        if left <= 0:
            raise Unreadable(f"{module.name}: > {LARGEST:,} bytes")
        found.append(_module(module.name, module.kind.name, unpacked.decode(encoding, "replace")))
    return found, _is_locked(project.protection)


def _stream(container: Any, name: str) -> Any:
    """A stream of the project; some programs keep them without a storage of their own."""
    try:
        return container.get_stream_in_storage("VBA", name)
    except KeyError:
        return container.get_stream(name)


def _is_locked(protection: Any) -> bool:
    return bool(protection is not None and protection.has_password)


def _module(name: str, kind: str, source: str) -> Module:
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    shown = _HIDDEN.sub("", source).strip("\n")
    keys = {match["name"].lower(): match["key"] for match in _KEY.finditer(source)}
    procedures = tuple(_procedures(name, shown, keys))
    return Module(name, _kind(kind, source), shown.count("\n") + 1 if shown else 0, procedures)


def _kind(kind: str, source: str) -> ModuleKind:
    base = _BASE.search(source)
    if kind == "standard":
        return "standard"
    if base is None or base["base"].startswith("0{FCFB3D2A"):
        return "class"
    return "document" if any(sign in base["base"] for sign in _DOCUMENTS) else "form"


def _procedures(module: str, source: str, keys: dict[str, str]) -> Iterator[Procedure]:
    for head in _HEAD.finditer(source):
        end = _END.search(source, head.end())
        code = source[head.start() : end.end() if end else len(source)]
        kind = head["kind"].split()[0].lower()
        line = source.count("\n", 0, head.start("kind")) + 1
        private = "private" in head["scope"].lower()
        yield Procedure(module, head["name"], kind, line, code, keys.get(head["name"].lower(), ""), private)
