"""Fixtures that all tests may ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from evalxl import store
from tests.support.office import office

__all__ = ["office"]


@pytest.fixture(scope="session", autouse=True)
def no_store() -> Iterator[None]:
    """No test reads or writes the user's own store of what was read; those of the store have theirs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(store.PLACE, "off")
        yield
