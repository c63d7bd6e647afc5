"""A cell's fill, from the words of the file format into those of Excel's Interior."""

from __future__ import annotations

from lxml import etree

Setting = tuple[str, str | float]
"""A word of `EvBatch.bas` and its value."""
_NONE, _SOLID = -4142, 1


def interior(xml: str) -> list[Setting] | None:
    """What makes Excel show a fill again exactly; None for one that could not be put back so.

    That are patterns and gradients: a cell with such a fill keeps it and is not coloured.
    """
    pattern = etree.fromstring(xml).find("{*}patternFill")
    if pattern is None:
        return None
    match pattern.get("patternType", "none"):
        case "none":
            return [("pattern", _NONE)]
        case "solid":
            colour = _colour(pattern.find("{*}fgColor"))
            return colour and [("pattern", _SOLID), *colour]
    return None


def bgr(rgb: str) -> int:
    """RRGGBB as Excel counts colours."""
    return int(rgb[4:6] + rgb[2:4] + rgb[:2], 16)


def _colour(element: etree._Element | None) -> list[Setting] | None:
    """The settings of a colour; None for the automatic one and for one that is not understood."""
    if element is None:
        return None
    tint = float(element.get("tint", "0"))
    tinted: list[Setting] = [("tint", tint)] if tint else []
    if (theme := element.get("theme")) is not None:
        return [("theme", int(theme) + 1), *tinted]
    if (rgb := element.get("rgb")) is not None:
        return [("color", bgr(rgb[-6:])), *tinted]
    number = int(element.get("indexed", "-1"))
    if 0 <= number < 64:
        return [("index", number - 7 if number > 7 else number + 1), *tinted]
    return None
