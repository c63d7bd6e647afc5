"""The glossary: one list in docs/glossary.toml, for its own page and for all that need a word."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path

import msgspec

from tools.reference import markdown

FILE = Path(__file__).parents[2] / "docs" / "glossary.toml"


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A word of the field; ``keys`` are the names that programs know it by."""

    ja: str
    en: str
    meaning: str
    keys: list[str] = []


@functools.cache
def terms() -> list[Term]:
    """All words, in the order of the file."""
    return msgspec.convert(tomllib.loads(FILE.read_text(encoding="utf-8"))["term"], list[Term])


@functools.cache
def columns() -> dict[str, str]:
    """What columns of the tables hold that are no words of the field, such as a digest."""
    found: dict[str, str] = tomllib.loads(FILE.read_text(encoding="utf-8"))["columns"]
    return found


@functools.cache
def by_key() -> dict[str, Term]:
    """Name in programs → word."""
    return {key: term for term in terms() for key in term.keys}


def english(label: str) -> str:
    """The English of a label of the form; empty where the glossary has none."""
    return next((term.en for term in terms() if term.ja == label), "")


def page() -> str:
    """The glossary: each word to be linked to in both languages, and a table of the two."""
    glossary = ["```{glossary}"]
    for term in terms():
        glossary += [term.ja, term.en, f"  {term.meaning}", ""]
    return markdown.page(
        "用語集",
        "画面、表、説明に出てくることばです。英語は `--lang en` と、プログラムで使う名前に合わせています。",
        "\n".join([*glossary, "```"]),
        "## 対訳",
        markdown.table(
            ("日本語", "English", "プログラムでの名前"),
            ((term.ja, term.en, " ".join(map(markdown.code, term.keys))) for term in terms()),
        ),
    )
