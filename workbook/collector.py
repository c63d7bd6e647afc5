"""Rest for Python's search for cycles, where hundreds of thousands of small objects all live to the end."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """No search in this block: it would look at all of them again and again, and find nothing.

    What was made in it counts as old afterwards, and is looked at when Python looks at everything: as new it
    all would be searched at once.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.unfreeze()  # from where freezing puts it to the oldest generation
            gc.enable()
