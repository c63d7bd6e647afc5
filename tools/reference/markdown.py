"""Markdown from rows and words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NOTE = "このページはプログラムから作っています。"


def page(title: str, *blocks: str) -> str:
    """A page of blocks, a blank line between them."""
    return "\n\n".join([f"# {title}", *(block for block in blocks if block), NOTE]) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a bar or a line break in a cell is no end of it. Empty without any row."""
    lines = ["| " + " | ".join(map(cell, row)) + " |" for row in rows]
    return "\n".join([f"| {' | '.join(heads)} |", "|" + "---|" * len(heads), *lines]) if lines else ""


def cell(text: str) -> str:
    """A text as a cell of a table holds it."""
    return text.strip().replace("|", "\\|").replace("\n", "<br>")


def code(text: str) -> str:
    """A text as code; empty stays empty."""
    return f"`{text}`" if text else ""


def block(lines: Iterable[str], language: str = "text") -> str:
    """Lines as they are, in a fence."""
    return "\n".join([f"```{language}", *lines, "```"])
