"""Debian's Chromium, for tests that look at pages."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, expect, sync_playwright


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, which ends with the block; its event loop occupies the thread meanwhile.

    An expectation waits as long as an action does: 5 seconds are too few on a busy machine.
    """
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()
