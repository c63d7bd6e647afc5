"""A cell's fill, from the words of the file format into those of Excel's Interior."""

from __future__ import annotations

from lxml import etree

Setting = tuple[str, str | float]
"""A word of `EvBatch.bas` and its value."""
_NONE, _AUTOMATIC = -4142, -4105
_PATTERNS = {
    "none": _NONE, "solid": 1, "gray125": 17, "gray0625": 18, "darkGray": -4126, "mediumGray": -4125,
    "lightGray": -4124, "darkHorizontal": -4128, "darkVertical": -4166, "darkDown": -4121, "darkUp": -4162,
    "darkGrid": 9, "darkTrellis": 10, "lightHorizontal": 11, "lightVertical": 12, "lightDown": 13,
    "lightUp": 14, "lightGrid": 15, "lightTrellis": 16,
}  # fmt: skip


def interior(xml: str) -> list[Setting] | None:
    """What makes Excel show a fill again exactly; None for one that could not be put back so (gradients)."""
    pattern = etree.fromstring(xml).find("{*}patternFill")
    if pattern is None:
        return None
    kind = pattern.get("patternType", "none")
    if kind not in _PATTERNS:
        return None
    first, second = pattern.find("{*}fgColor"), pattern.find("{*}bgColor")
    if kind == "none":
        return [("pattern", _NONE)]
    if kind == "solid":
        ground = _colour(first)
        return None if ground is None else [("pattern", 1), *ground]
    ground, lines = _colour(second), _lines(first)
    if ground is None or lines is None:
        return None
    return [("pattern", _PATTERNS[kind]), *ground, *lines]


def bgr(rgb: str) -> int:
    """RRGGBB as Excel counts colours."""
    return int(rgb[4:6] + rgb[2:4] + rgb[:2], 16)


def _colour(element: etree._Element | None) -> list[Setting] | None:
    """The settings of a colour; none for the automatic one, None for one that is not understood."""
    if element is None or element.get("auto") == "1" or element.get("indexed") in ("64", "65"):
        return []
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


def _lines(element: etree._Element | None) -> list[Setting] | None:
    """The settings of a pattern's lines: those of a plain colour only."""
    if element is None or element.get("auto") == "1" or element.get("indexed") == "64":
        return []
    rgb = element.get("rgb")
    return [("patterncolor", bgr(rgb[-6:]))] if rgb and not element.get("tint") else None
