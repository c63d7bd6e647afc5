"""The documentation site: Sphinx, read from file:// as well as from a server. `make site` builds it."""

from __future__ import annotations

import sys
from importlib.metadata import version as installed
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]

from workbook import palette  # noqa: E402  (found by the line above)

project = "evalxl"
author = "evalxl"
project_copyright = "MIT licence"
release = version = installed("evalxl")
language = "ja"
locale_dirs = ["locale"]  # the words of the theme; the pages are written in their own language

extensions = ["myst_parser", "japanese"]
myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3
source_suffix = {".md": "markdown"}
exclude_patterns = ["_ext", "locale", "rules/README.md"]
suppress_warnings = ["myst.xref_ambiguous"]

html_theme = "furo"
html_title = "evalxl 事務事業評価シート"
html_static_path = ["_static", "pictures"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_search_summary = False  # it would fetch the pages, which a browser refuses for file://
html_show_copyright = False

_LIGHT = {
    "color-brand-primary": palette.NAVY,
    "color-brand-content": palette.LINK,
    "color-foreground-primary": palette.INK,
    "color-foreground-secondary": palette.GREY,
    "color-background-secondary": palette.PAPER,
    "color-problematic": palette.ERROR,
    "font-stack": '"Hiragino Sans", "Yu Gothic UI", "Noto Sans JP", "Noto Sans CJK JP", Meiryo, sans-serif',
    "font-stack--monospace": '"BIZ UDGothic", "ＭＳ ゴシック", "Noto Sans Mono CJK JP", Consolas, monospace',
}
html_theme_options = {"light_css_variables": _LIGHT, "dark_css_variables": {
    "font-stack": _LIGHT["font-stack"], "font-stack--monospace": _LIGHT["font-stack--monospace"],
}}  # fmt: skip
