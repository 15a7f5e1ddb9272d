"""The tour in Chromium: its six steps as a visitor takes them, and its pages for everybody."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page

from digest.demo.front import CONSOLE
from digest.demo.stage import Demo
from digest.model.subscribers import SubscriberStatus
from tests.support.chromium import chromium, collect_problems
from tests.support.console import LARGEST, require_accessible

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of this file."""
    with chromium() as browser:
        yield browser


@contextmanager
def running(demo: Demo) -> Iterator[None]:
    """Let the days pass during the block."""
    passing = threading.Thread(target=demo.run)
    passing.start()
    try:
        yield
    finally:
        demo.clock.stop()
        passing.join()


def done(page: Page) -> list[str]:
    """The titles of the steps that are done, on the page Tour as it is now."""
    return [title.removesuffix(" done") for title in page.locator("#steps > .done h2").all_inner_texts()]


def go_to_tour(page: Page) -> None:
    """By the line in the head of every page, or in the navigation."""
    page.locator(".top a[href$='/tour']").first.press("Enter")
    page.wait_for_selector("#steps")


def take(page: Page, step: int) -> None:
    """Follow the button of a step."""
    page.locator(f"#steps > li:nth-child({step}) .button").click()


def test_tour_all_six_steps_are_done_by_what_really_happened(browser: Browser, demo: Demo) -> None:
    """From the link of the terminal to the end; the mail goes over SMTP, and its links lead to the pages."""
    context = browser.new_context()
    page = context.new_page()
    problems: list[str] = []
    context.on("console", lambda message: problems.append(message.text))
    with running(demo):
        page.goto(demo.start_url)
        assert page.url == f"{demo.origin}{CONSOLE}/tour"
        page.wait_for_selector("#clock :text('12 messages in the inbox')")
        assert done(page) == []

        take(page, 1)
        assert page.locator(".guide").inner_text() == "Step 1 of 6: See the next issue"
        while not page.locator("#row-3").count():  # the newspaper has published too little until noon
            page.reload()
        title = page.locator("#row-3 h3").inner_text()
        page.locator("#pin-3").click()
        page.wait_for_selector("main [role=status]")
        assert page.locator(".guide").inner_text() == "Step 3 of 6: Wait for the hour"
        go_to_tour(page)
        assert done(page) == ["See the next issue", "Change an article"]

        page.locator("#clock-skip").click()
        page.wait_for_selector("#clock :text('24 messages in the inbox')")
        page.wait_for_selector("#steps > li:nth-child(3).done")

        take(page, 4)
        page.locator("a:has-text('anna@readers.example')").first.click()
        mail = page.frame_locator("iframe.mail")
        assert title in mail.locator("body").inner_text()
        with context.expect_page() as opened:
            mail.locator("a:text('Unsubscribe')").first.click()
        reader = opened.value
        reader.locator("main form button").first.click()
        reader.wait_for_selector("h1:text('You are not subscribed')")
        reader.close()

        go_to_tour(page)
        assert done(page)[-2:] == ["Read the mail", "Be a reader"]
        take(page, 6)
        page.wait_for_selector("h1:text('Numbers')")
        go_to_tour(page)
        assert len(done(page)) == 6
        assert page.locator("#steps > .end").is_visible()
    context.close()
    assert [problem for problem in problems if "postMessage" not in problem] == []


def test_one_click_unsubscribe_and_links_of_the_mail_work(browser: Browser, demo: Demo) -> None:
    """The button above the message is that of a mail app; a link leads to the newspaper."""
    context = browser.new_context()
    page = context.new_page()
    with running(demo):
        page.goto(demo.start_url)
        page.wait_for_selector("#clock :text('12 messages in the inbox')")
        hers = next(one.number for one in demo.inbox.latest() if one.recipient == "anna@readers.example")
        page.goto(f"{demo.inbox_url}/{hers}")  # either edition may be sent first
        with context.expect_page() as opened:
            page.frame_locator("iframe.mail").locator("a[href*='/r/']").first.click()
        opened.value.wait_for_selector("main.whole h1")
        page.locator("#one-click").click()
        page.wait_for_selector("main [role=status]:has-text('Unsubscribed')")
    context.close()
    left = [one.email for one in demo.app.subscribers.list() if one.status is SubscriberStatus.UNSUBSCRIBED]
    assert left == ["anna@readers.example"]


def test_new_reader_subscribes_and_confirms_by_the_mail_in_the_inbox(browser: Browser, demo: Demo) -> None:
    """The pages are valid for a time, and the clock waits for whoever is on them."""
    context = browser.new_context()
    page = context.new_page()
    with running(demo):
        page.goto(demo.start_url)
        page.wait_for_selector("#clock :text('12 messages in the inbox')")
        page.goto(f"{demo.readers_url}/")
        page.wait_for_timeout(3_500)  # the form takes no answer that is quicker than a person
        page.locator("#email").fill("nina@readers.example")
        page.locator("main form button").first.click()
        page.wait_for_selector("h1:text('Check your mail')")
        page.goto(demo.inbox_url)
        page.locator("a:has-text('nina@readers.example')").click()
        with context.expect_page() as opened:
            page.frame_locator("iframe.mail").locator("a[href*='/confirm/']").first.click()
        opened.value.locator("main form button").first.click()
        opened.value.wait_for_selector("h1:text('You are subscribed')")
    context.close()
    assert demo.app.subscribers.find("nina@readers.example") is not None


@pytest.mark.parametrize("language", ["en", "ru"])
def test_pages_of_the_demo_have_no_axe_and_no_policy_violation(browser: Browser, demo: Demo, language: str) -> None:
    """On a phone; the newspaper too."""
    context = browser.new_context(locale=language, viewport={"width": 390, "height": 780})
    page = context.new_page()
    problems: list[str] = []
    collect_problems(page, problems)
    with running(demo):
        page.goto(demo.start_url)
        page.wait_for_selector("#clock :text-matches('12 (messages|писем)')")
        views = ("tour", "inbox", "inbox/1", "inbox/1?view=text", "inbox/1?view=headers", "inbox/1?view=source")
        for path in (*(f"{CONSOLE}/{view}" for view in views), "/"):
            answer = page.goto(demo.origin + path)
            assert answer is not None
            assert len(answer.body()) <= LARGEST, path
            require_accessible(page, path, language)
        page.locator(".stories a").first.click()
        page.wait_for_selector("main.whole")
        require_accessible(page, "a story", language)
    context.close()
    assert [problem for problem in problems if "postMessage" not in problem] == []
