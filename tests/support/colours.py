"""Colours as eyes see them: contrast (WCAG 2.2), CIELAB distance, colour-blindness (Machado 2009)."""

from __future__ import annotations

from collections.abc import Iterable

Linear = tuple[float, float, float]

MATRICES = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900),
    ),
}  # fmt: skip
_WHITE = (0.95047, 1.0, 1.08883)
_TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041),
)  # fmt: skip


def linear(colour: str) -> Linear:
    """``#RRGGBB`` (or without ``#``) as linear light, 0 to 1."""
    digits = colour.lstrip("#")
    red, green, blue = (_light(int(digits[i : i + 2], 16) / 255) for i in (0, 2, 4))
    return red, green, blue


def _light(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def contrast(text: str, ground: str) -> float:
    """The ratio of WCAG: 1 for the same, 21 for black on white."""
    low, high = sorted(_row(_TO_XYZ[1], linear(colour)) for colour in (text, ground))
    return (high + 0.05) / (low + 0.05)


def lightness(colour: str) -> float:
    """L* of CIELAB, 0 to 100: what is left of a colour in black and white print."""
    return _lab(linear(colour))[0]


def distance(one: str, other: str, sight: str = "") -> float:
    """The CIELAB distance (ΔE 1976) of two colours; ``sight``: as a colour-blind reader sees them."""
    pair = (_lab(_seen(linear(colour), sight)) for colour in (one, other))
    return sum((a - b) ** 2 for a, b in zip(*pair, strict=True)) ** 0.5


def _seen(light: Linear, sight: str) -> Linear:
    if not sight:
        return light
    red, green, blue = (min(1.0, max(0.0, _row(row, light))) for row in MATRICES[sight])
    return red, green, blue


def _lab(light: Linear) -> Linear:
    x, y, z = (_root(_row(row, light) / white) for row, white in zip(_TO_XYZ, _WHITE, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _root(value: float) -> float:
    return value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116


def _row(row: Iterable[float], light: Linear) -> float:
    return sum(a * b for a, b in zip(row, light, strict=True))
