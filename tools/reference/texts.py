"""Every text that staff may meet, found in the code: pairs of Japanese and English, with where they stand."""

from __future__ import annotations

import ast
import dataclasses
import functools
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("evalxl", "workbook", "udfs")
JAPANESE = re.compile(r"[぀-ヿ㐀-鿿]")


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """One text in two languages."""

    module: str
    line: int
    name: str
    """The constant that it is, or belongs to; empty for a text that stands in a declaration."""
    ja: str
    en: str


@functools.cache
def all_texts() -> list[Found]:
    """All pairs of texts of the packages, by module and line. The texts of the rules are the registry's."""
    paths = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    return [found for path in paths if path.parent.name != "rules" for found in _of_module(path)]


def _of_module(path: Path) -> Iterator[Found]:
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for statement in tree.body:
        name = _name(statement)
        for node in ast.walk(statement):
            pair = _pair(node)
            if pair:
                yield Found(module, getattr(node, "lineno", 0), name, *pair)


def _name(statement: ast.stmt) -> str:
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return next((target.id for target in targets if isinstance(target, ast.Name)), "")


def _pair(node: ast.AST) -> tuple[str, str] | None:
    """The two texts of ``Text(ja, en)``, or of a pair (ja, en)."""
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text"
    parts = node.args if called else node.elts if isinstance(node, ast.Tuple) else []  # type: ignore[attr-defined]
    if len(parts) != 2 or not all(isinstance(p, ast.Constant) and isinstance(p.value, str) for p in parts):
        return None
    ja, en = (part.value for part in parts)  # type: ignore[attr-defined]
    told_apart = JAPANESE.search(ja) and not JAPANESE.search(en) and re.search(r"[A-Za-z]", en)
    return (ja, en) if called or told_apart else None
