"""Bars as SVG: how long each way takes, on a scale where ten times is always the same length."""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape

_WIDTH, _LABELS, _BAR, _GAP = 760, 300, 22, 10
_OURS, _OTHERS, _INK = "#1F6F6B", "#B8C0C8", "#2B3440"


def bars(title: str, seconds: Mapping[str, float], ours: str = "evalxl") -> str:
    """A picture of seconds by name; those whose name begins with ``ours`` stand out."""
    low = min(math.floor(math.log10(value)) for value in seconds.values())
    high = max(math.log10(value) for value in seconds.values())
    scale = (_WIDTH - _LABELS - 90) / (high - low)
    height = 50 + len(seconds) * (_BAR + _GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'font-family="sans-serif" font-size="13" fill="{_INK}">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#FFFFFF"/>',
        f'<text x="12" y="24" font-size="15" font-weight="bold">{escape(title)}</text>',
    ]
    for number, (name, value) in enumerate(seconds.items()):
        top = 40 + number * (_BAR + _GAP)
        length = (math.log10(value) - low) * scale
        middle = top + _BAR / 2 + 5
        colour = _OURS if name.startswith(ours) else _OTHERS
        parts += [
            f'<text x="{_LABELS - 10}" y="{middle:.0f}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{_LABELS}" y="{top}" width="{length:.1f}" height="{_BAR}" fill="{colour}"/>',
            f'<text x="{_LABELS + length + 8:.1f}" y="{middle:.0f}">{value:.2f} s</text>',
        ]
    return "\n".join([*parts, "</svg>", ""])
