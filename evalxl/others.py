"""What stands beside a sheet of a run: the first of it by name, and how many more there are.

Of a project there may be thousands of copies, where a folder was copied again and again. Each of them names
a few of the others; all of them, in every one's finding and ledger line, would fill the memory.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Sequence

from evalxl.rules.words import Lang, and_more
from evalxl.tables import SheetRows

NAMED = 5


@dataclasses.dataclass(slots=True, frozen=True)
class Others:
    """False where there is nothing."""

    named: tuple[str, ...] = ()
    more: int = 0

    def __bool__(self) -> bool:
        return bool(self.named)

    def words(self, lang: Lang = "ja") -> str:
        """As people read it."""
        return "、".join(self.named) + and_more(self.more, lang)


NONE = Others()


def of(names: Iterable[str], count: int) -> Others:
    """The first of ``names``, which are asked for no further, of ``count`` in all."""
    named = tuple(itertools.islice(names, NAMED))
    return Others(named, count - len(named))


def beside(sheets: Sequence[SheetRows], group: Sequence[int], number: int) -> Others:
    """The other sheets of a group, as the sheet of that number sees them."""
    own = sheets[number].file
    names = (place(sheets[other], own) for other in group if other != number)
    return of(names, len(group) - 1) if group else NONE


def place(sheet: SheetRows, seen_from: str) -> str:
    """Where a sheet stands: its file, in the same file also its name."""
    return f"{sheet.file}!{sheet.sheet}" if sheet.file == seen_from else sheet.file
