"""Mornings in Chromium with `digest run` and a mail server: readers get what editors decided before the hour."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from digest.model.deliveries import DeliveryState
from digest.model.users import UserRole
from tests.support.console import BROWSER, PASSWORD, origin, signed_in, with_session
from tests.support.growing_portal import body, parsed
from tests.support.installation import DAY
from tests.support.newsroom import READERS, Newsroom, newsroom
from tests.support.smtp_server import Accepted

pytestmark = pytest.mark.needs("chromium")

ANNA, BORIS = "anna@gazette.example", "boris@gazette.example"
LATE = "The issue of 2 Jun 2025 is made and does not change any more. Nothing was stored."
_MOST_TABS = 150


@pytest.fixture
def held_room(tmp_path: Path) -> Iterator[Newsroom]:
    """An issue that waits unless somebody edits or approves it, and whose links count clicks."""
    lines = 'unless_touched = "hold"\nnotify_at = "06:30"\nlinks = "redirect"'
    with newsroom(tmp_path, lines) as room:
        yield room


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    """An issue that is sent unless somebody holds it."""
    with newsroom(tmp_path, "") as room:
        yield room


def with_password(room: Newsroom, email: str) -> None:
    """Add an editor who has set their password by the one-time link."""
    invited = room.web.app.users.invite(email, UserRole.EDITOR, "test", room.web.app.ledger_clock.now())
    form = {"password": PASSWORD, "password_again": PASSWORD}
    assert room.web.post(f"/admin/link/{invited.token}", form, Origin=origin(room.web)).status == 303


def editor(browser: Browser, room: Newsroom, email: str = ANNA) -> Page:
    """The page Next issue of an editor who is signed in."""
    page = with_session(browser.new_context(), signed_in(room.web, UserRole.EDITOR, email))
    page.goto(f"{origin(room.web)}/admin/next")
    return page


def go_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on an element."""
    for _ in range(_MOST_TABS):
        if page.locator(f"{selector}:focus").count():
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no number of tabs leads to {selector}")


def press(page: Page, selector: str) -> None:
    """Go to a button and press it."""
    go_to(page, selector)
    page.keyboard.press("Enter")


def write(page: Page, selector: str, text: str) -> None:
    """Go to a field and write a text in place of what is in it."""
    go_to(page, selector)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def expect_done(page: Page, text: str) -> None:
    """What the page says was done."""
    expect(page.locator("main [role=status]")).to_have_text(text)


def texts_to(room: Newsroom, *recipients: str) -> list[str]:
    """Subject and text of the messages to these."""
    messages = [parsed(one.content) for one in room.log.accepted if one.recipient in recipients]
    return [f"{message['Subject']}\n{body(message, 'plain')}" for message in messages]


def count_of(page: Page, name: str) -> str:
    """A number of an issue by its name."""
    return page.locator(f".counts div:has(dt:text-is('{name}')) dd").first.inner_text()


def follow_links(room: Newsroom, accepted: Accepted, agent: str, times: int) -> None:
    """Follow the first link to an article of a message."""
    path = re.search(rf"/r/daily-{DAY}/\d+", body(parsed(accepted.content), "html"))
    assert path
    for _ in range(times):
        assert room.web.get(path[0], User_Agent=agent).status == 302


@pytest.mark.parametrize("with_script", [True, False])
def test_morning_from_the_notice_to_the_numbers_by_keyboard(
    browser: Browser, held_room: Newsroom, with_script: bool
) -> None:
    """The notice, signing in, reasons, changes, a test and the approval; at the hour readers get it; numbers add up."""
    room = held_room
    with_password(room, ANNA)
    room.set("06:30")
    room.until(lambda: room.mails(ANNA))
    (notice,) = texts_to(room, ANNA)
    assert "Nobody has edited it." in notice
    link = re.search(r"http://\S+/admin/next\S*", notice)
    assert link
    page = browser.new_context(java_script_enabled=with_script).new_page()
    page.goto(link[0])
    write(page, "#email", ANNA)
    write(page, "#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/next?edition=daily")
    press(page, "#row-2 summary")
    expect(page.locator("#row-2 details[open] li").first).to_contain_text("published")
    press(page, "#pin-5")
    expect_done(page, "The change is stored.")
    press(page, "#more-1")
    write(page, "#title-1", "The tram is back")
    page.keyboard.press("Enter")
    page.wait_for_selector("#row-1 h3 :text('The tram is back')")
    press(page, "#write")
    write(page, "#intro", "Good **morning**")
    press(page, "#save-texts")
    expect(page.locator(".jump")).to_contain_text("Changes: 3")  # the preview may show the text before the page does
    page.frame_locator("iframe").locator("strong:text('morning')").wait_for()
    press(page, "#test")
    page.wait_for_url("**/admin/next/test?edition=daily")
    press(page, "#send-test")
    expect_done(page, "The test is sent.")
    (test,) = texts_to(room, ANNA)[1:]
    assert test.startswith("[Test] The tram is back")
    press(page, "main .quiet a")
    press(page, "#ask-approve")
    press(page, "#approve")
    expect_done(page, "The issue is approved.")
    expect(page.locator("#outcome")).to_contain_text(f"{ANNA} has approved it. Goes out at 07:00")
    assert not room.mails(*READERS)
    room.set("07:00")
    room.until(lambda: room.mails(*READERS) == len(READERS))
    for text in texts_to(room, *READERS):
        assert text.startswith("The tram is back")
        assert "Good morning" in text
    first = next(one for one in room.log.accepted if one.recipient == READERS[0])
    follow_links(room, first, BROWSER, 2)
    follow_links(room, first, "curl/8.5", 1)
    _require_numbers(page, room)
    page.context.close()


def _require_numbers(page: Page, room: Newsroom) -> None:
    """The numbers of the pages are those of the ledger, which are those of the mail server."""
    (issue,) = room.web.app.issues.history("daily", 1)
    tally = room.web.app.tallies.of_issue(issue.id)
    assert tally[DeliveryState.SENT] == tally.audience == room.mails(*READERS)
    press(page, "nav a:text-is('Issues')")
    page.wait_for_url("**/admin/issues")
    sent, audience = str(tally[DeliveryState.SENT]), str(tally.audience)
    assert [count_of(page, name) for name in ("Audience", "Sent", "Clicks")] == [audience, sent, "2"]
    press(page, f"a[href$='/issues/daily/{DAY}']")
    page.wait_for_url(f"**/issues/daily/{DAY}")
    assert [count_of(page, name) for name in ("Audience", "Sent", "Bounced", "Clicks")] == [audience, sent, "0", "2"]
    press(page, "nav a:text-is('Numbers')")
    page.wait_for_url("**/admin/numbers")
    row = page.locator("table").first.locator("tbody tr").first
    assert row.locator("td").all_inner_texts() == [sent, "0", "0", "2", "1"]


def test_send_time_comes_while_an_editor_writes(browser: Browser, room: Newsroom) -> None:
    """The issue is sent as it was declared; what was written is not, is reported as late, and stays in its field."""
    page = editor(browser, room)
    expect(page.locator("#outcome")).to_contain_text("Goes out at 07:00")
    page.locator("#write").click()
    page.locator("#intro").fill("Too late for this **morning**")
    room.set("07:00")
    room.until(lambda: room.mails(*READERS) == len(READERS))
    page.locator("#save-texts").click()
    expect(page.locator("main [role=alert]")).to_have_text(LATE)
    assert page.input_value("#intro") == "Too late for this **morning**"
    assert page.locator("#intro").is_visible()
    assert not [text for text in texts_to(room, *READERS) if "Too late" in text]
    assert room.web.app.overrides.changes("daily") == []
    page.context.close()


def test_held_issue_is_sent_once_somebody_approves_it(browser: Browser, room: Newsroom) -> None:
    """It waits beyond its hour, both editors see why, and it goes out at once after the approval."""
    anna, boris = editor(browser, room), editor(browser, room, BORIS)
    anna.locator("#ask-hold").click()
    anna.locator("#hold").click()
    expect_done(anna, "The issue is held.")
    room.set("07:10")
    room.until(lambda: [one.state for one in room.web.app.issues.history("daily", 1)] == ["held"])
    boris.reload()
    expect(boris.locator("#outcome")).to_contain_text(f"{ANNA} has held it since")
    expect(boris.locator("#outcome")).to_contain_text("has passed: once approved, it is sent at once")
    assert not room.mails(*READERS)
    boris.locator("#ask-approve").click()
    boris.locator("#approve").click()
    expect_done(boris, "The issue is approved.")
    room.until(lambda: room.mails(*READERS) == len(READERS))
    anna.context.close()
    boris.context.close()


def test_two_editors_at_once_are_told_of_each_other(browser: Browser, room: Newsroom) -> None:
    """Of the same title the second editor is told, and saves again; changes of different things are both stored."""
    anna, boris = editor(browser, room), editor(browser, room, BORIS)
    for page, title in ((anna, "By Anna"), (boris, "By Boris")):
        page.locator("#more-1").click()
        page.locator("#title-1").fill(title)
    anna.locator("#save-1").click()
    anna.locator("#row-1 h3", has_text="By Anna").wait_for()
    boris.locator("#save-1").click()
    expect(boris.locator("main [role=alert]")).to_contain_text(f"Changed by {ANNA} at 06:2")
    expect(boris.locator("#row-1 h3")).to_have_text("By Anna")
    assert boris.input_value("#title-1") == "By Boris"
    boris.locator("#save-1").click()
    boris.locator("#row-1 h3", has_text="By Boris").wait_for()
    anna.locator("#drop-5").click()
    expect_done(anna, "The change is stored.")
    expect(anna.locator("#row-1 h3")).to_have_text("By Boris")
    stored = [(one.override.kind, one.override.by) for one in room.web.app.overrides.changes("daily")]
    assert stored == [("title", ANNA), ("title", BORIS), ("drop", ANNA)]
    anna.context.close()
    boris.context.close()


def test_correction_goes_to_exactly_those_who_have_the_issue(browser: Browser, room: Newsroom) -> None:
    """Not to a reader who left, and not to one who came afterwards; the page of the issue shows it too."""
    room.set("07:00")
    room.until(lambda: room.mails(*READERS) == len(READERS))
    room.until(lambda: [one.state for one in room.web.app.issues.history("daily", 1)] == ["done"])
    (left,) = (one for one in room.log.accepted if one.recipient == READERS[1])
    room.web.post(urlsplit(parsed(left.content)["List-Unsubscribe"].strip("<>")).path)
    room.web.site.subscribe("dora@readers.example")
    page = editor(browser, room)
    page.goto(f"{origin(room.web)}/admin/issues/daily/{DAY}/correct")
    page.fill("#text", "The tram runs again from Tuesday on.")
    page.locator("#check").click()
    page.wait_for_selector("main [role=status] :text('This goes to 2 readers')")
    page.locator("#send").click()
    expect_done(page, "The correction is planned. `digest run` or `digest worker` sends it.".replace("`", ""))
    room.until(lambda: len(room.log.accepted) == len(READERS) + 2)
    corrections = [one.recipient for one in room.log.accepted[len(READERS) :]]
    assert sorted(corrections) == [READERS[0], READERS[2]]
    assert all("from Tuesday on" in texts_to(room, one)[1] for one in corrections)
    page.goto(f"{origin(room.web)}/archive/daily/{DAY}")
    expect(page.locator("body")).to_contain_text("from Tuesday on")
    page.context.close()
