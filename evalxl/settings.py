"""evalxl.toml: what a city sets for itself. Wrong keys and values are errors that name the line."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Settings:
    """Rules switched off or regraded, thresholds, hourly rates."""

    off: frozenset[str] = frozenset()
    grades: Mapping[str, str] = dataclasses.field(default_factory=dict)
    thresholds: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    rates: Mapping[int, Any] = dataclasses.field(default_factory=dict)

    def is_on(self, code: str) -> bool:
        """Whether the rule of that code is to be run."""
        return code not in self.off

    def severity(self, code: str) -> Any:
        """The severity the city gave to that rule; None for the rule's own."""
        return self.grades.get(code)
