"""Fixtures that all tests may ask for."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from evalxl import store
from tests.support.browser import browser, desk, phone
from tests.support.edited import book
from tests.support.office import office
from tests.support.pressing import log, quick

__all__ = ["book", "browser", "desk", "log", "office", "phone", "quick"]

# Examples in docstrings are run in the packages alone: some of these are for LibreOffice's own Python.
collect_ignore = ["support"]

# readline, which pytest's debugger loads, sets them for all processes that come of this one.
for name in ("COLUMNS", "LINES"):
    os.environ.pop(name, None)

# A change is judged by the same examples each time, at one's desk and on the build machine; new ones are
# tried by `make search`. How long an example takes says what else the machine does, nothing of the change.
settings.register_profile("search", derandomize=False, deadline=None)
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")


@pytest.fixture(scope="session", autouse=True)
def no_store() -> Iterator[None]:
    """No test reads or writes the user's own store of what was read; those of the store have theirs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(store.PLACE, "off")
        yield
