"""Debian's Chromium, for tests that look at pages."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright


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


def collect_problems(page: Page, problems: list[str], *, statuses: str = "") -> None:
    """Add what the browser reports of the page from now on: CSP violations and errors of scripts are among it.

    `statuses` are those of answers that the test means to get, separated by bars: the browser reports each of them.
    """
    wanted = re.compile(f"status of ({statuses})") if statuses else None

    def add(message: ConsoleMessage) -> None:
        if wanted is None or not wanted.search(message.text):
            problems.append(message.text)

    page.on("console", add)
    page.on("pageerror", lambda error: problems.append(str(error)))


def axe_violations(page: Page) -> list[dict[str, Any]]:
    """What axe finds on the page as it is now.

    What it says of other rules stays in the browser: to fetch it took a fifth of the processor time.
    """
    page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate(
        "axe.run({resultTypes: ['violations']}).then(found => found.violations)"
    )
    return found


def axe_violations_in_the_dark(page: Page) -> list[dict[str, Any]]:
    """What axe finds of the colours in the dark scheme, where `axe_violations` has looked at the light page."""
    page.emulate_media(color_scheme="dark")
    found: list[dict[str, Any]] = page.evaluate(
        "axe.run({runOnly: ['color-contrast', 'link-in-text-block'], resultTypes: ['violations']})"
        ".then(found => found.violations)"
    )
    page.emulate_media(color_scheme="light")
    return found
