"""Pictures of the readers' pages and of the console, in both languages, light and dark, on a phone and a desktop.

`python -m tests.looks.pages DIR [--page NAME] [--language en|ru] [--scheme light|dark] [--width phone|desktop]`; each
option may be repeated. Needs Chromium. `sheet-….png` shows a page in all its variants. `--docs` makes the pictures of
docs/images instead.
"""

import argparse
import io
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import groupby, product
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Route, ViewportSize

from digest.atomic_write import write_file
from digest.sources.sample import PORTAL_FILE
from tests.looks.portal import HOME, TODAY, ShownPortal, shown_portal
from tests.support.chromium import chromium
from tests.support.console import origin, with_session

LANGUAGES, SCHEMES = ("en", "ru"), ("light", "dark")
WIDTHS = {"phone": (390, 844), "desktop": (1280, 800)}
_YESTERDAY = f"daily/{TODAY.replace(month=9, day=30)}"
DOCUMENTED = {"console-next.webp": "next", "console-numbers.webp": "numbers", "console-overview.webp": "overview"}
_GAP, _HIGHEST = 24, 2400
CONSOLE = {
    "overview": "",
    "next": "/next",
    "next-held": "/next?edition=daily-ru",
    "test": "/next/test",
    "issues": "/issues",
    "issue": f"/issues/{_YESTERDAY}?list=sent",
    "correct": f"/issues/{_YESTERDAY}/correct",
    "readers": "/readers",
    "reader": "/readers/12",
    "erase": "/readers/12/erase",
    "import": "/readers/import",
    "import-draft": "/readers/import/1",
    "numbers": "/numbers",
    "sources": "/sources",
    "health": "/health",
    "people": "/people",
    "audit": "/people/audit",
    "account": "/account",
    "second-factor": "/account/second-factor",
    "missing": "/nothing",
}
OPEN = {"sign-in": "/admin/sign-in", "password": "/admin/link/{invitation}"}
PUBLIC = {
    "home": "/",
    "subscribe": "/subscribe",
    "archive": "/archive",
    "archived": f"/archive/{_YESTERDAY}",
    "all-of-day": f"/archive/{_YESTERDAY}?all=",
    "link": "/link",
    "leave": "/leave/{leave}",
    "preferences": "/preferences/{preferences}",
    "not-found": "/nothing",
}


class Shot(NamedTuple):
    """A picture of a page, as PNG."""

    page: str
    language: str
    scheme: str
    width: str
    content: bytes

    @property
    def file(self) -> str:
        """Its name."""
        return f"{self.page}-{self.width}-{self.language}-{self.scheme}.png"


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the pictures, and a sheet of each page."""
    chosen = _options(arguments)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    started, made = time.monotonic(), []
    with (
        tempfile.TemporaryDirectory(prefix="digest-pages-") as work,
        shown_portal(Path(work)) as portal,
        chromium() as browser,
    ):
        for name, content in _documented(browser, portal) if chosen.docs else ():
            write_file(chosen.folder / name, content)
        for shot in _shots(browser, portal, chosen) if not chosen.docs else ():
            write_file(chosen.folder / shot.file, shot.content)
            made.append(shot)
    for page, shots in groupby(sorted(made, key=lambda one: one.page), key=lambda one: one.page):
        write_file(chosen.folder / f"sheet-{page}.png", sheet([one.content for one in shots]))
    print(f"{len(made)} pictures in {time.monotonic() - started:.0f} s")


def sheet(pictures: Sequence[bytes]) -> bytes:
    """Pictures side by side, the tops of those that are very high."""
    opened = [Image.open(io.BytesIO(one)).convert("RGB") for one in pictures]
    width = sum(one.width for one in opened) + _GAP * (len(opened) + 1)
    whole = Image.new("RGB", (width, min(max(one.height for one in opened), _HIGHEST) + 2 * _GAP), "#8a9096")
    left = _GAP
    for one in opened:
        whole.paste(one.crop((0, 0, one.width, min(one.height, _HIGHEST))), (left, _GAP))
        left += one.width + _GAP
    content = io.BytesIO()
    whole.save(content, "PNG")
    return content.getvalue()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.looks.pages", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--docs", action="store_true")
    options = {"page": [*CONSOLE, *OPEN, *PUBLIC], "language": LANGUAGES, "scheme": SCHEMES, "width": [*WIDTHS]}
    for name, choices in options.items():
        parser.add_argument(f"--{name}", action="append", choices=choices)
    found = parser.parse_args(arguments)
    for name, choices in options.items():
        setattr(found, name, getattr(found, name) or choices)
    return found


def _shots(browser: Browser, portal: ShownPortal, chosen: argparse.Namespace) -> Iterator[Shot]:
    for width, language, scheme in product(chosen.width, chosen.language, chosen.scheme):
        with browser.new_context(locale=language, color_scheme=scheme, viewport=_viewport(width)) as context:
            for name in chosen.page:
                yield Shot(name, language, scheme, width, picture(context, portal, name))


def _documented(browser: Browser, portal: ShownPortal) -> Iterator[tuple[str, bytes]]:
    """Name and content of the pictures in docs/images: what a small window shows first."""
    for file, name in DOCUMENTED.items():
        with browser.new_context(viewport=ViewportSize(width=1160, height=840)) as context:
            shown = Image.open(io.BytesIO(picture(context, portal, name, whole=False)))
            content = io.BytesIO()
            shown.convert("RGB").save(content, "WEBP", quality=82, method=6)
            yield file, content.getvalue()


def _viewport(name: str) -> ViewportSize:
    width, height = WIDTHS[name]
    return ViewportSize(width=width, height=height)


def picture(context: BrowserContext, portal: ShownPortal, name: str, *, whole: bool = True) -> bytes:
    """The whole page as PNG, or what the window shows."""
    page = with_session(context, portal.admin) if name in CONSOLE else context.new_page()
    page.route(f"{HOME}/**", _show_sample)
    page.goto(origin(portal.web) + _path(portal, name))
    page.evaluate("document.querySelectorAll('[loading=lazy]').forEach((one) => { one.loading = 'eager' })")
    page.wait_for_load_state("networkidle")
    content = page.screenshot(full_page=whole)
    page.close()
    if name in CONSOLE:
        context.clear_cookies()
    return content


def _path(portal: ShownPortal, name: str) -> str:
    if name in CONSOLE:
        return f"/admin{CONSOLE[name]}"
    return {**OPEN, **PUBLIC}[name].format(invitation=portal.invitation, **portal.tokens)


def _show_sample(route: Route) -> None:
    """Answer for the sample portal, of which nothing is on the network."""
    file = PORTAL_FILE.parent / "images" / Path(route.request.url).name
    if file.is_file():
        route.fulfill(path=file)
    else:
        route.abort()


if __name__ == "__main__":
    main()
