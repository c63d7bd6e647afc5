"""予算科目 as sheets write them: several lines may stand in one cell."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from evalxl.identity import BUDGET, Budget, code_key


@dataclasses.dataclass(slots=True, frozen=True)
class BudgetLine:
    """One 予算科目: its codes from 会計 to 中事業 as written; empty where not told."""

    codes: tuple[str, ...]

    @property
    def key(self) -> Budget:
        """The codes for comparison, down to the first that is not told."""
        told = self.codes.index("") if "" in self.codes else len(self.codes)
        return tuple(map(code_key, self.codes[:told]))

    @property
    def whole(self) -> bool:
        """Whether all levels are told."""
        return all(self.codes)

    @property
    def shown(self) -> str:
        """The codes for people: 01-10-05-50-01-01."""
        return "-".join(code or "？" for code in self.codes)


def lines_of(text: Callable[[str], str], prefix: str = "budget.") -> list[BudgetLine] | None:
    """The budget lines of a sheet; empty without any code, None where the levels do not fit together.

    ``text`` gives the text of a field. A level written once belongs to all lines.
    """
    levels = [(text(f"{prefix}{part}") or "").split() for part in BUDGET]
    count = max(map(len, levels))
    if any(len(level) not in (0, 1, count) for level in levels):
        return None
    columns = [level * count if len(level) == 1 else level or [""] * count for level in levels]
    return [BudgetLine(codes) for codes in zip(*columns, strict=True)]
