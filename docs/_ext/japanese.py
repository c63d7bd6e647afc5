"""Japanese on the site: lines that join without a blank, and search without a dictionary.

Sphinx cuts Japanese by a guesser that the browser does not have, so that a typed 財源内訳 finds nothing where
the index holds 財源 and 内訳. Pairs of letters (財源, 源内, 内訳) are found wherever they stand.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.search.ja import SearchJapanese

_JA = "぀-ヿ㐀-鿿々〆ヶｦ-ﾟ"
_RUN = re.compile(rf"[{_JA}]+|[0-9A-Za-z_.]+")

_JS = """
var splitQuery = (query) => (query.match(/[JA]+|[0-9A-Za-z_.]+/g) || []).flatMap((run) =>
  /^[0-9A-Za-z_.]/.test(run) || run.length < 3
    ? [run]
    : Array.from({ length: run.length - 1 }, (_, i) => run.slice(i, i + 2)));
""".replace("JA", _JA)


class Bigrams(SearchJapanese):
    """Sphinx' Japanese search with pairs of letters as its words."""

    js_splitter_code = _JS

    def split(self, input: str) -> list[str]:
        """The words of a text.

        >>> Bigrams({}).split("財源内訳 C301")
        ['財源', '源内', '内訳', 'C301']
        """
        return [word for run in _RUN.findall(input) for word in _pairs(run)]


def _pairs(run: str) -> list[str]:
    if len(run) < 3 or re.match(r"[0-9A-Za-z_.]", run):
        return [run]
    return [run[i : i + 2] for i in range(len(run) - 1)]


_WIDE = "。、（）「」［］！？：・" + _JA
_BREAK = re.compile(rf"(?<=[{_WIDE}])\n(?=[{_WIDE}])")


def join_lines(app: Sphinx, document: nodes.document) -> None:
    """Take out the line breaks between Japanese letters, which a browser would show as blanks."""
    for text in list(document.findall(nodes.Text)):
        if "\n" in text and not isinstance(text.parent, nodes.literal_block):
            text.parent.replace(text, nodes.Text(_BREAK.sub("", text)))


def setup(app: Sphinx) -> dict[str, Any]:
    """Take the place of Sphinx' own Japanese search, and join lines."""
    app.connect("doctree-read", join_lines)
    app.add_search_language(Bigrams)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
