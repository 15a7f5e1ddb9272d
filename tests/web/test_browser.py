"""The pages in Chromium: accessibility, the security policy, size, keyboard, no script, another origin."""

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest import mock

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from digest import tokens
from digest.errors import StoreError
from digest.model.issues import Slot
from digest.model.subscribers import Frequency, Preferences, SubscriberStatus
from digest.model.web import Correction
from digest.operations.change_log import ChangeLog
from digest.operations.corrections import plan_correction
from digest.scheduler.daily_run import collect_now, record_beat
from digest.scheduler.publisher import Publisher
from digest.store.subscribers.reader_links import ReaderLinks
from tests.support.chromium import axe_violations, chromium, collect_problems
from tests.support.installation import DAY, SLOT, Installation, item, rss
from tests.support.smtp_server import Accepted, Log
from tests.support.web import Web, message_of, paths_of, served, to
from tests.web.conftest import configured
from tests.web.public.test_subscribing import ANNA, NEW, confirmations, send_mail

pytestmark = pytest.mark.needs("chromium")

LARGEST = 50_000
REFUSED = "404|422"  # the statuses of some pages
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

# Of the correction on the page of an issue: its width, and where its text and that of the issue begin.
BOX = """
() => {
  const box = document.querySelector(".notice"), style = getComputedStyle(box);
  return {
    left: box.querySelector("p").getBoundingClientRect().left, width: box.getBoundingClientRect().width,
    margin: document.querySelector("main h1 a").getBoundingClientRect().left,
    ground: style.backgroundColor, around: getComputedStyle(document.body).backgroundColor,
    rule: style.borderLeftWidth,
  };
}
"""


@pytest.fixture(scope="module")
def browser(sent: tuple[Path, object]) -> Iterator[Browser]:
    """A browser; its event loop occupies this thread, so the first issue is sent before."""
    assert sent
    with chromium() as browser:
        yield browser


@pytest.fixture
def two_editions(site: Installation, mail: tuple[int, Log]) -> Installation:
    """An installation with two editions, so that pages show their boxes."""
    editions = ('name = "daily"', 'name = "weekend"\ntitle = "The weekend"\ndays = "sat,sun"')
    return configured(site.folder, mail[0], 'separate_consents = true\nprivacy_url = "https://p.example"', editions)


def opened(browser: Browser, problems: list[str], **options: object) -> Page:
    """A page of a new context, whose errors are collected: CSP violations are among them."""
    page = browser.new_context(**options).new_page()  # type: ignore[arg-type]  # options of a context by name
    collect_problems(page, problems, statuses=REFUSED)
    return page


@pytest.mark.unmeasured
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
        for path in (*PUBLIC_PATHS, *personal, *request_paths(web)):
            answer = page.goto(f"http://127.0.0.1:{web.port}{path}")
            assert answer is not None
            assert len(answer.body()) <= LARGEST
            assert page.get_attribute("html", "lang") == language
            found = axe_violations(page)
            assert found == [], (path, [(one["id"], one["nodes"][0]["html"]) for one in found])
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        refuse_fields(page, f"http://127.0.0.1:{web.port}{personal[1]}")
        found = axe_violations(page)
        assert found == [], [(one["id"], one["nodes"][0]["html"]) for one in found]
        web.post(personal[0])
        page.goto(f"http://127.0.0.1:{web.port}{personal[0]}")
        assert page.locator("[name=why]").count() == 5
        found = axe_violations(page)
        assert found == [], [(one["id"], one["nodes"][0]["html"]) for one in found]
        page.context.close()
    assert problems == []


def test_links_of_header_and_footer_are_as_high_as_a_finger_needs(browser: Browser, web: Web) -> None:
    """At least 44 pixels on a phone (WCAG 2.2, 2.5.5), none over another."""
    page = browser.new_context(viewport={"width": 320, "height": 780}).new_page()
    page.goto(f"http://127.0.0.1:{web.port}/archive")
    links = [one.bounding_box() for one in page.locator(".bar a").all()]
    assert len(links) >= 4
    for place, one in enumerate(links):
        assert one is not None
        assert one["height"] >= 44
        for other in links[:place]:
            assert other is not None
            is_above = other["y"] + other["height"] <= one["y"]
            assert is_above or other["x"] + other["width"] <= one["x"], (other, one)
    page.context.close()


def test_axe_violations_of_a_page_with_faults_are_found(browser: Browser) -> None:
    """With the rule and the element, by which the other tests name what they find."""
    page = browser.new_page()
    page.set_content("<html><body><main><h1>Today</h1><img src=''></main></body></html>")
    found = {one["id"]: one["nodes"][0]["html"] for one in axe_violations(page)}
    assert found["image-alt"] == '<img src="">'
    assert {"document-title", "html-has-lang"} <= found.keys()
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_archive_page_with_a_correction_shows_it_in_a_box(browser: Browser, site: Installation, scheme: str) -> None:
    """On its own ground with a rule, as wide as the issue; its text has the margins of the page on any screen.

    Paper has the issue alone, without the links to other pages.
    """
    wanted = Correction(subject="Wrong", text="The bridge opens on Monday.", by="anna", at=SLOT + timedelta(hours=2))
    with served(site) as web:
        record = web.app.issues.find("daily", Slot(day=SLOT.date()))
        assert record is not None
        plan_correction(web.app, record, wanted)
        for width in (320, 375, 600, 1280):
            page = opened(browser, [], color_scheme=scheme, viewport={"width": width, "height": 780})
            page.goto(f"http://127.0.0.1:{web.port}/archive/daily/{DAY}")
            box = page.evaluate(BOX)
            assert box["left"] == box["margin"] == (20 if width <= 480 else max(32, (width - 536) / 2))
            assert box["width"] == min(width, 600)
            assert box["ground"] != box["around"]
            assert box["rule"] == "4px"
            assert axe_violations(page) == []
            page.emulate_media(media="print")
            assert page.locator("main").is_visible()
            assert not any(one.is_visible() for one in page.locator("nav, footer").all())
            page.context.close()


def request_paths(web: Web) -> list[str]:
    """The pages of links that are mailed for each thing that a reader can do with their data."""
    for kind in ("address", "address", "export", "erase"):
        web.post(f"/preferences/{web.token(1, tokens.PREFERENCES)}/{kind}")
    first = web.dump()["reader_request"][0][2]
    web.post(f"/request/{web.token(first, tokens.REQUEST)}", {"email": NEW})
    numbers = [row[2] for row in web.dump()["reader_request"]]
    return [f"/request/{web.token(number, tokens.REQUEST)}" for number in numbers]


def refuse_fields(page: Page, address: str) -> None:
    """Send the form of the preferences with a wrong field."""
    page.goto(address)
    page.eval_on_selector("#language-en", "box => { box.value = 'xx'; box.checked = true }")
    page.locator("form.preferences button").click()
    page.wait_for_selector("[role=alert]")


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
    tab_to(page, "main button")
    follow(page)


def test_scanner_with_scripts_and_patience_changes_nothing(browser: Browser, web: Web) -> None:
    """A headless browser opens every personal page and stays: no page submits itself."""
    paths = [*(f"{path}/{web.token(1, purpose)}" for path, purpose in TOKEN_PATHS.items()), *request_paths(web)]
    before = web.dump()
    page = opened(browser, [])
    for path in paths:
        page.goto(f"http://127.0.0.1:{web.port}{path}", wait_until="networkidle")
        page.wait_for_timeout(500)
    page.context.close()
    assert web.dump() == before


def test_script_of_the_preferences_keeps_the_focus_and_reads_the_result_aloud(browser: Browser, web: Web) -> None:
    """Nothing is reloaded, and a wrong field gets the focus.

    Without a connection, and where the server fails, the choices stay, to be saved again.
    """
    problems: list[str] = []
    page = opened(browser, problems)
    page.goto(f"http://127.0.0.1:{web.port}/preferences/{web.token(1, tokens.PREFERENCES)}")
    page.evaluate("window.kept = true")
    page.select_option("#hour", "9")
    page.focus("#save")
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    expect(page.locator("main [role=alert]")).to_contain_text("The server did not answer.")
    page.context.set_offline(False)
    page.keyboard.press("Enter")
    page.wait_for_selector("main [role=status]")
    assert page.locator("main [role=alert]").count() == 0
    assert page.inner_text("[aria-live]") == "Saved."
    assert page.evaluate("document.activeElement.id") == "save"
    page.eval_on_selector("#hour option[value='9']", "option => { option.value = '99' }")
    page.keyboard.press("Enter")
    page.wait_for_selector("main [role=alert]")
    assert page.evaluate("document.activeElement.id") == "hour"
    assert page.evaluate("window.kept")
    with mock.patch.object(ReaderLinks, "save_preferences", side_effect=StoreError("the disk is full")):
        page.select_option("#hour", "8")
        page.focus("#save")
        page.keyboard.press("Enter")
        expect(page.locator("main [role=alert]")).to_contain_text("The server did not answer.")
    page.route(
        "**/preferences/*",
        lambda route: route.fulfill(content_type="text/html", body="<main><h1>A proxy's page</main>"),
    )
    page.eval_on_selector("main [role=alert]", "alert => alert.remove()")
    page.keyboard.press("Enter")
    expect(page.locator("main [role=alert]")).to_contain_text("The server did not answer.")
    page.unroute_all()
    assert (page.evaluate("window.kept"), page.input_value("#hour")) == (True, "8")
    page.keyboard.press("Enter")
    expect(page.locator("main [role=status]")).to_contain_text("Saved.")
    assert [one for one in problems if not re.search("503|ERR_INTERNET_DISCONNECTED", one)] == []
    page.context.close()


def test_preferences_that_are_changed_before_the_answer_are_kept_and_can_be_saved(browser: Browser, web: Web) -> None:
    """The reader goes on while the first save is on its way; what they save meanwhile is sent after it."""
    page = opened(browser, [])
    page.goto(f"http://127.0.0.1:{web.port}/preferences/{web.token(1, tokens.PREFERENCES)}")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    def answer() -> None:
        for _ in range(1500):
            if held:
                break
            page.wait_for_timeout(20)
        held.pop(0).continue_()

    page.route("**/preferences/*", hold)
    page.locator("#save").click()
    expect(page.locator("form[aria-busy]")).to_have_count(1)
    page.select_option("#hour", "9")
    page.check("#frequency-weekdays")
    page.focus("#leave")
    answer()
    status = page.locator("main [role=status]")
    expect(status).to_have_text("Saved. What you have changed since then is not saved yet.")
    expect(page.locator("[aria-live]")).to_have_text("Saved. What you have changed since then is not saved yet.")
    assert (page.input_value("#hour"), page.is_checked("#frequency-weekdays")) == ("9", True)
    expect(page.locator("#leave")).to_be_focused()
    page.locator("#save").click()
    page.select_option("#hour", "10")
    page.locator("#save").click()
    answer()
    answer()
    expect(status).to_have_text("Saved.")
    assert page.input_value("#hour") == "10"
    found = web.app.subscribers.find(ANNA)
    assert found is not None
    assert (found.hour, found.frequency) == (10, Frequency.WEEKDAYS)
    page.context.close()


def test_preferences_whose_page_is_left_before_they_go_out_are_stored(browser: Browser, web: Web) -> None:
    """On a slow connection: the browser still sends them."""
    page = opened(browser, [])
    page.goto(f"http://127.0.0.1:{web.port}/preferences/{web.token(1, tokens.PREFERENCES)}")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    def wait_until(done: Callable[[], object]) -> None:
        for _ in range(600):
            if done():
                break
            page.wait_for_timeout(50)
        assert done()

    page.route("**/preferences/*", hold)
    page.select_option("#hour", "9")
    page.locator("#save").click()
    wait_until(lambda: held)
    page.goto(f"http://127.0.0.1:{web.port}/archive")
    held.pop().continue_()
    wait_until(lambda: getattr(web.app.subscribers.find(ANNA), "hour", None) == 9)
    page.context.close()


@pytest.mark.unmeasured
def test_preferences_after_back_are_those_that_are_stored(browser: Browser, web: Web) -> None:
    """A browser fills boxes in by their places, where another topic is once the reader has more of them."""
    before, since = Preferences(sections=("Economy", "Sport")), Preferences(sections=("Art", "Economy"), hour=9)
    web.app.reader_links.save_preferences(1, before, web.clock.moment)
    page = opened(browser, [])
    page.goto(f"http://127.0.0.1:{web.port}/preferences/{web.token(1, tokens.PREFERENCES)}")
    page.uncheck("[name=topic][value=Economy]")
    page.goto(f"http://127.0.0.1:{web.port}/archive")
    web.app.reader_links.save_preferences(1, since, web.clock.moment)
    page.go_back()
    checked = page.eval_on_selector_all("[name=topic]:checked", "boxes => boxes.map((one) => one.value)")
    assert (tuple(checked), page.input_value("#hour")) == (since.sections, "9")
    page.context.close()


def test_preferences_without_an_edition_show_that_the_reader_has_left(
    browser: Browser, two_editions: Installation
) -> None:
    """The button is far down on a phone; what it did is the heading of another page."""
    with served(two_editions) as web:
        page = opened(browser, [], viewport={"width": 390, "height": 600})
        page.goto(f"http://127.0.0.1:{web.port}/preferences/{web.token(1, tokens.PREFERENCES)}")
        for box in page.locator("[name=edition]").all():
            box.uncheck()
        page.locator("#save").click()
        heading = page.locator("h1", has_text="You are not subscribed")
        expect(heading).to_be_focused()
        expect(heading).to_be_in_viewport()
        page.context.close()


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


TITLES = {
    "Culture": ("Theatre opens its season", "Museum shows old maps"),
    "Politics": ("Council votes on taxes", "Mayor dismisses a deputy"),
    "Sport": ("Rowers win the regatta", "Goalkeeper breaks an arm"),
}
TUESDAY, FRIDAY = SLOT + timedelta(days=1), SLOT + timedelta(days=4)
MAIL_SUBJECTS = {"en": "Confirm your subscription", "ru": "Подтвердите подписку"}


@pytest.mark.parametrize(
    ("with_scripts", "language", "frequency"), [(True, "en", Frequency.WEEKDAYS), (False, "ru", Frequency.WEEKLY)]
)
def test_reader_goes_the_whole_way_by_keyboard(
    browser: Browser,
    tmp_path: Path,
    site: Installation,
    mail: tuple[int, Log],
    with_scripts: bool,
    language: str,
    frequency: Frequency,
) -> None:
    """From the portal's form to the last message: topics, days and hour as chosen, read online, left at once."""
    slot, next_slot = {
        Frequency.WEEKDAYS: (TUESDAY, TUESDAY + timedelta(days=1)),
        Frequency.WEEKLY: (FRIDAY, FRIDAY + timedelta(days=7)),
    }[frequency]
    folder = tmp_path / "portal"
    folder.mkdir()
    (folder / "thanks.html").write_text("<h1>Thanks</h1>")
    with PortalServer(folder) as port, ThreadPoolExecutor(1) as other_thread:
        origin = f"http://127.0.0.1:{port}"
        configured(
            site.folder,
            mail[0],
            f'allowed_origins = ["{origin}"]',
            ('name = "daily"\nminimum = 1\nweekly = "fri 07:00"',),
        )
        with served(site) as web:
            base = f"http://127.0.0.1:{web.port}"
            other_thread.submit(record_beat, web.app).result()
            page = opened(browser, [], java_script_enabled=with_scripts, locale=language)
            subscribe_at_portal(page, folder, origin, base)
            other_thread.submit(run_at, web, web.clock.moment).result()
            (confirmation,) = to(mail[1], NEW)
            assert str(message_of(confirmation)["Subject"]).startswith(MAIL_SUBJECTS[language])
            page.goto(base + path_of(confirmation, "/confirm/"))
            press_button(page)
            assert page.get_attribute("html", "lang") == language
            tab_to(page, "main a[href*=preferences]")
            follow(page)
            choose_by_keyboard(page, frequency)
            found = web.app.subscribers.find(NEW)
            assert found is not None
            assert (found.sections, found.frequency, found.hour) == (("Culture", "Sport"), frequency, 10)

            for moment in (TUESDAY, slot, slot + timedelta(minutes=179), slot + timedelta(minutes=180)):
                assert len(to(mail[1], NEW)) == 1
                other_thread.submit(run_at, web, moment).result()
            assert len(to(mail[1], NEW)) == 2
            issue = to(mail[1], NEW)[-1]
            text = str(message_of(issue).get_body(("plain",)))
            assert [name for name, titles in TITLES.items() if titles[0] in text] == ["Culture", "Sport"]

            page.goto(base + path_of(issue, "/archive/"))
            assert TITLES["Sport"][0] in page.inner_text("main")
            page.goto(base + path_of(issue, "/leave/"))
            press_button(page)
            page.context.close()
            others = len(to(mail[1], ANNA))
            for moment in (next_slot, next_slot + timedelta(hours=11)):
                other_thread.submit(run_at, web, moment).result()
            assert (len(to(mail[1], NEW)), len(to(mail[1], ANNA))) == (2, others + 1)


def run_at(web: Web, moment: datetime) -> None:
    """Do what `digest run` does at that moment, after the portal has published two articles of each section."""
    web.clock.moment = moment
    hours = (SLOT - moment) / timedelta(hours=1) + 2
    articles = [(section, title) for section, titles in TITLES.items() for title in titles]
    items = (
        item(100 * moment.day + number, title=title, hours=hours, more=f"<category>{section}</category>")
        for number, (section, title) in enumerate(articles)
    )
    web.site.write("feed.xml", rss(*items))
    collect_now(web.app, ChangeLog(web.app.clock))
    Publisher(app=web.app, changes=ChangeLog(web.app.clock)).publish_due()
    send_mail(web)


def subscribe_at_portal(page: Page, folder: Path, origin: str, base: str) -> None:
    """Fill in the form of docs/web.md on the portal's page."""
    docs = (Path(__file__).parents[2] / "docs/web.md").read_text()
    snippet = docs.partition("```html\n")[2].partition("```")[0].replace("https://news.gazette.example", base)
    (folder / "index.html").write_text(snippet.replace("https://gazette.example/thanks", f"{origin}/thanks.html"))
    page.goto(f"{origin}/index.html")
    tab_to(page, "input[name=email]")
    page.keyboard.type(NEW)
    page.keyboard.press("Enter")
    page.wait_for_url("**/thanks.html")


def choose_by_keyboard(page: Page, frequency: Frequency) -> None:
    """Without politics, so often, not before ten."""
    tab_to(page, "input[value=Politics]")
    page.keyboard.press("Space")
    tab_to(page, "input[name=frequency]")
    for _step in range(list(Frequency).index(frequency)):
        page.keyboard.press("ArrowDown")
    tab_to(page, "#hour")
    page.keyboard.type("10:")
    tab_to(page, "form.preferences button")
    page.keyboard.press("Enter")
    page.wait_for_selector("main [role=status]")
    assert page.locator("main [role=status]").count() == 1
    assert "10:00" in page.inner_text("#next-message")


def path_of(accepted: Accepted, start: str) -> str:
    """The path of the message's link that starts so."""
    (path,) = {path for path in paths_of(accepted) if path.startswith(start) and path != "/archive/"}
    return path


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element has the focus."""
    for _step in range(60):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"{selector} cannot be reached")


def follow(page: Page) -> None:
    """Press Enter, and wait for the page that it leads to."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


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
