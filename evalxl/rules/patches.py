"""Patches that several examples share: consistent sheets with another judgement than the sample's."""

from __future__ import annotations

from typing import Any

EFFECTIVE = "事業のやり方改善（有効性改善）"
EFFICIENT = "事業のやり方改善（効率性改善）"
FAIR = "事業のやり方改善（公平性改善）"
KEEP = "現状維持（従来通りで特に改革改善をしない）"

FINE: dict[str, Any] = {"judgements.4": ("other",), "summary.B": ("fine",)}
"""No room for improvement in any axis."""

KEPT: dict[str, Any] = {**FINE, "directions": (KEEP,), "matrix": (("維持", "維持"),)}
"""Nothing to improve, so that the project stays as it is."""

PURPOSE: dict[str, Any] = {
    "judgements.1": ("flagged",),
    "judgements.1.reason": "国の制度と重なるようになった。",
    "summary.A": ("flagged",),
}
"""Axis A has room for improvement, with its reason; a direction must follow."""

SUSPENDED: dict[str, Any] = {
    **PURPOSE,
    **FINE,
    "judgements.5": ("other",),
    "directions": ("休止",),
    "matrix": (),
}
"""The project is to be suspended, which would do no harm."""

ABOLISHED: dict[str, Any] = {
    **SUSPENDED,
    "directions": ("廃止",),
    "activity_plan": None,
    "activity_indicators.ア.values.2018": 0,
    "activity_indicators.イ.values.2018": 0,
    "activity_indicators.ウ.values.2018": 0,
    "costs.general.2018": 0,
    "costs.project_total.2018": 0,
}
"""The project is to be abolished, and nothing of it is planned any more."""

COSTLY: dict[str, Any] = {"judgements.7": ("flagged",), "summary.C": ("flagged",)}
"""Axis C has room for improvement."""

UNFAIR: dict[str, Any] = {"judgements.9": ("flagged",), "summary.D": ("flagged",)}
"""Axis D has room for improvement."""


def emptied(table: str, slot: str) -> dict[str, Any]:
    """An indicator slot in which nothing stands."""
    years = (f"values.{year}" for year in range(2015, 2019))
    return {f"{table}.{slot}.{rest}": None for rest in ("name", "unit", *years)}
