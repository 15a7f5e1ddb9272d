"""The pages in Chromium: accessibility, the security policy, size, keyboard, no script, another origin."""

import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from digest import tokens
from digest.model.subscribers import SubscriberStatus
from tests.support.installation import DAY, Installation
from tests.support.smtp_server import Log
from tests.support.web import Web, served
from tests.web.conftest import configured
from tests.web.test_subscribing import NEW, confirmations, send_mail

pytestmark = pytest.mark.needs("chromium")

LARGEST = 50_000
TOKEN_PATHS = {"/leave": tokens.LEAVE, "/preferences": tokens.PREFERENCES}
PUBLIC_PATHS = (
    "/",
    "/subscribe?sent=1",
    "/link",
    "/archive",
    f"/archive/daily/{DAY}",
    "/nothing",
    "/confirm/x",
    "/leave/x",
)


@pytest.fixture(scope="module")
def browser(sent: tuple[Path, object]) -> Iterator[Browser]:
    """Debian's Chromium; its event loop occupies this thread, so the first issue is sent before."""
    assert sent
    with sync_playwright() as playwright:
        found = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def two_editions(site: Installation, mail: tuple[int, Log]) -> Installation:
    """An installation with two editions, so that pages show their boxes."""
    editions = ('name = "daily"', 'name = "weekend"\ntitle = "The weekend"\ndays = "sat,sun"')
    return configured(site.folder, mail[0], 'separate_consents = true\nprivacy_url = "https://p.example"', editions)


def opened(browser: Browser, problems: list[str], **options: object) -> Page:
    """A page of a new context, whose errors are collected: CSP violations are among them."""
    page = browser.new_context(**options).new_page()  # type: ignore[arg-type]  # options of a context by name
    page.on("console", lambda message: problems.append(message.text) if "status of 404" not in message.text else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    return page


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_have_no_axe_and_no_policy_violation(
    browser: Browser, two_editions: Installation, language: str, scheme: str
) -> None:
    """Every page, in both languages and colour schemes, on a phone: nothing found, nothing blocked, at most 50 KB."""
    problems: list[str] = []
    with served(two_editions) as web:
        page = opened(browser, problems, color_scheme=scheme, locale=language, viewport={"width": 390, "height": 780})
        personal = [f"{path}/{web.token(1, purpose)}" for path, purpose in TOKEN_PATHS.items()]
        for path in (*PUBLIC_PATHS, *personal):
            answer = page.goto(f"http://127.0.0.1:{web.port}{path}")
            assert answer is not None
            assert len(answer.body()) <= LARGEST
            assert page.get_attribute("html", "lang") == language
            found = Axe().run(page).response["violations"]
            assert found == [], (path, [(one["id"], one["nodes"][0]["html"]) for one in found])
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        page.context.close()
    assert problems == []


@pytest.mark.parametrize("with_scripts", [True, False])
def test_reader_subscribes_confirms_and_leaves_by_keyboard(
    browser: Browser, web: Web, mail: tuple[int, Log], with_scripts: bool
) -> None:
    """Only Tab, Space and Enter; with and without JavaScript, which no page needs."""
    page = opened(browser, [], java_script_enabled=with_scripts)
    base = f"http://127.0.0.1:{web.port}"
    page.goto(f"{base}/")
    page.focus("#email")
    page.keyboard.type(NEW)
    web.clock.moment = web.clock.moment.replace(minute=30)
    page.keyboard.press("Enter")
    page.wait_for_url("**/subscribe?sent=1")
    with ThreadPoolExecutor(1) as other_thread:
        other_thread.submit(send_mail, web).result()
    ((_id, _subscriber, delivery, *_rest),) = web.dump()["signup"]
    page.goto(f"{base}/confirm/{web.token(delivery, tokens.CONFIRM)}")
    press_button(page)
    found = web.app.subscribers.find(NEW)
    assert found is not None
    assert found.status is SubscriberStatus.CONFIRMED
    page.goto(f"{base}/leave/{web.token(delivery)}")
    press_button(page)
    found = web.app.subscribers.find(NEW)
    assert found is not None
    assert found.status is SubscriberStatus.UNSUBSCRIBED
    page.context.close()


def press_button(page: Page) -> None:
    """Tab to the first button of the content, and press Enter."""
    for _step in range(12):
        page.keyboard.press("Tab")
        if page.locator("main button:focus").count():
            break
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_scanner_with_scripts_and_patience_changes_nothing(browser: Browser, web: Web) -> None:
    """A headless browser opens every personal page and stays: no page submits itself."""
    before = web.dump()
    page = opened(browser, [])
    for path, purpose in TOKEN_PATHS.items():
        page.goto(f"http://127.0.0.1:{web.port}{path}/{web.token(1, purpose)}", wait_until="networkidle")
        page.wait_for_timeout(500)
    page.context.close()
    assert web.dump() == before


def test_form_on_another_origin_subscribes(
    browser: Browser, tmp_path: Path, site: Installation, mail: tuple[int, Log]
) -> None:
    """The snippet of docs/web.md on the portal's page: the browser comes back to the portal."""
    folder = tmp_path / "portal"
    folder.mkdir()
    (folder / "thanks.html").write_text("<h1>Thanks</h1>")
    with PortalServer(folder) as port:
        origin = f"http://127.0.0.1:{port}"
        configured(site.folder, mail[0], f'allowed_origins = ["{origin}"]')
        with served(site) as web:
            page = opened(browser, [])
            docs = (Path(__file__).parents[2] / "docs/web.md").read_text()
            snippet = docs.partition("```html\n")[2].partition("```")[0]
            snippet = snippet.replace("https://news.gazette.example", f"http://127.0.0.1:{web.port}")
            (folder / "index.html").write_text(
                snippet.replace("https://gazette.example/thanks", f"{origin}/thanks.html")
            )
            page.goto(f"{origin}/index.html")
            page.fill("input[name=email]", NEW)
            page.click("button")
            page.wait_for_url("**/thanks.html")
            assert confirmations(web) == 1
            page.context.close()


class PortalServer:
    """A small web server of the portal, stopped at the end of a block."""

    def __init__(self, folder: Path) -> None:
        quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_arguments: None})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=str(folder)))

    def __enter__(self) -> int:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self._server.server_address[1]

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
