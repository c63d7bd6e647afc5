"""Arguments of cells as COM brings them: rows of cells, a single row (of an array), or one cell."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any


def rows(argument: Any) -> Any:
    """An argument as rows of cells, its values untouched."""
    if not isinstance(argument, (tuple, list)):
        return ((argument,),)
    if argument and not isinstance(argument[0], (tuple, list)):
        return (argument,)
    return argument


def kinds(block: Iterable[Iterable[Any]]) -> set[type]:
    """The types of the cells of rows."""
    return set(map(type, chain.from_iterable(block)))
