"""A real browser as the judge of the pages: Chromium, driven by Playwright, with no network at all.

Where Chromium is not installed, tests that ask for the fixture `page` are skipped with a reason that pytest
prints. The browser is the system's: Playwright's own need not be fetched.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
FLAGS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def program() -> str | None:
    """The browser's program; None where there is none."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A running browser; skips, with the reason, where there is none."""
    found = program()
    if found is None:
        pytest.skip("the pages for citizens are NOT CHECKED in a browser: chromium is not installed")
    # Chromium's own sandbox does not start for root, as whom build machines run.
    alone = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=[*FLAGS, *alone])
        yield running
        running.close()


@pytest.fixture
def desk(browser: Browser) -> Iterator[BrowserContext]:
    """A window of a desktop, without network."""
    yield from _context(browser, 1200, 900)


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone's window, without network."""
    yield from _context(browser, 360, 740)


def _context(browser: Browser, width: int, height: int) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
    yield context
    context.close()


class Watched:
    """A page with all that it asked for and complained of."""

    def __init__(self, context: BrowserContext, file: Path, address: str = "") -> None:
        self.page: Page = context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.complaints.append(dialog.message), dialog.dismiss()))
        self.page.goto(file.as_uri() + address)
