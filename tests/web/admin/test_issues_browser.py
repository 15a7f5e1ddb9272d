"""The pages Issues and Numbers in Chromium: accessibility, the security policy and size; with and without script."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from digest.model.deliveries import DeliveryState
from digest.model.issues import IssueState
from digest.model.users import UserRole
from digest.store.tables.schema import delivery, issue
from tests.support.chromium import collect_problems
from tests.support.console import BROWSER, origin, require_accessible, require_fine, signed_in, with_session
from tests.support.installation import DAY, SLOT, Installation, day
from tests.support.smtp_server import Accepted, honest_server
from tests.support.web import Web, send_issue
from tests.web.conftest import configured

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.unmeasured]

PATH = f"/issues/daily/{DAY}"
PAGES = ("/issues", PATH, f"{PATH}?list=sent", "/numbers", f"{PATH}/correct")
TEXT = "It opens on Monday.\n\nWe are sorry."
SIZES = {"phone": {"width": 390, "height": 780}, "desktop": {"width": 1280, "height": 860}}


EDITIONS = ('name = "daily"\nlinks = "redirect"', 'name = "other"')


@pytest.fixture(scope="session")
def sent(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Accepted]]:
    """A folder whose installation has sent an issue with redirects, and one without."""
    folder = tmp_path_factory.mktemp("redirects")
    with honest_server() as (port, log):
        site = configured(folder, port, editions=EDITIONS)
        send_issue(site, "anna@readers.example", "boris@readers.example")
        site.write("feed.xml", day(start=20))
        site.run("send", "--yes", "--date", DAY, "--edition", "other", now=SLOT).fine()
    return folder, log.accepted


@pytest.fixture
def site(tmp_path: Path, sent: tuple[Path, list[Accepted]]) -> Installation:
    """A copy of it."""
    shutil.copytree(sent[0], tmp_path / "site")
    return configured(tmp_path / "site", 25, editions=EDITIONS)


def _pause_half_sent(web: Web) -> None:
    """Pause the issue, with one message unknown."""
    of_boris = delivery.c.address.startswith("boris")
    with web.database.write() as connection:
        connection.execute(issue.update().values(state=IssueState.PAUSED, reason="paused by hand"))
        unknown = {"state": DeliveryState.UNKNOWN, "claim_token": "a"}
        connection.execute(delivery.update().where(of_boris).values(unknown))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_issue_pages_have_no_axe_and_no_policy_violation(browser: Browser, web: Web, language: str, size: str) -> None:
    """The list, an issue that is sent and one that is paused, its recipients, and a correction with its question."""
    options = {"locale": language, "viewport": SIZES[size]}
    context = browser.new_context(**options)  # type: ignore[arg-type]  # options of a context by name
    page = with_session(context, signed_in(web, UserRole.EDITOR))
    for agent in (BROWSER, BROWSER, "curl/8.5"):
        web.get(f"/r/daily-{DAY}/2", User_Agent=agent)
    problems: list[str] = []
    collect_problems(page, problems)
    require_fine(page, web, PAGES, language)
    page.fill("#text", "It opens on Monday.")
    page.locator("#check").click()
    page.wait_for_selector("#send")
    require_accessible(page, "a question", language)
    _pause_half_sent(web)
    require_fine(page, web, PAGES[:2], language)
    for one in page.locator("summary").all():
        one.click()
    require_accessible(page, "questions", language)
    context.close()
    assert problems == []


def test_correction_that_was_checked_is_in_its_form_until_it_is_sent(browser: Browser, web: Web) -> None:
    """After a reload, after its button to change it, and where the session ends; after Back it was sent."""
    user = signed_in(web, UserRole.EDITOR)
    page = with_session(browser.new_context(), user)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{origin(web)}/admin{PATH}/correct")
    page.fill("#text", TEXT)
    page.locator("#check").click()
    page.wait_for_selector("#send")
    page.reload()
    assert page.input_value("#text") == TEXT
    page.locator("#check").click()
    page.locator("#change").click()
    page.wait_for_selector("#text")
    assert page.input_value("#text") == TEXT
    page.locator("#check").click()
    page.wait_for_selector("#send")
    page.context.clear_cookies()
    page.locator("#send").click()
    expect(page.locator("main > .problem")).to_contain_text("You are signed out. Nothing was changed.")
    with_session(page.context, user).close()
    page.locator("#send").click()
    page.wait_for_url(f"**{PATH}.2")
    page.go_back()
    assert page.input_value("#text") == ""
    page.context.close()


@pytest.mark.parametrize("with_script", [True, False])
def test_editor_pauses_and_resumes_by_keyboard(browser: Browser, web: Web, with_script: bool) -> None:
    """Two keys for each: one asks, the other does it; the page says it once, not after a reload."""
    with web.database.write() as connection:
        connection.execute(issue.update().values(state=IssueState.SENDING))
    page = with_session(browser.new_context(java_script_enabled=with_script), signed_in(web, UserRole.EDITOR))
    page.goto(f"{origin(web)}/admin{PATH}")
    for action, state in (("pause", IssueState.PAUSED), ("resume", IssueState.SENDING)):
        page.locator(f"#ask-{action}").press("Enter")
        page.locator(f"#{action}").press("Enter")
        page.wait_for_selector("main [role=status]")
        page.wait_for_selector(f".state.{state}")
    if with_script:
        page.reload()
        assert page.locator("main [role=status]").count() == 0
    page.context.close()


def test_page_of_an_issue_that_others_pause_offers_to_resume_it(browser: Browser, web: Web) -> None:
    """While it is looked at: nobody has to load it again."""
    with web.database.write() as connection:
        connection.execute(issue.update().values(state=IssueState.SENDING))
    page = with_session(browser.new_context(), signed_in(web, UserRole.EDITOR))
    page.clock.install()
    page.goto(f"{origin(web)}/admin{PATH}")
    _pause_half_sent(web)
    page.clock.run_for(7000)
    expect(page.locator("#ask-resume")).to_be_visible()
    expect(page.locator("#ask-pause")).to_have_count(0)
    page.context.close()


def test_numbers_of_issues_with_and_without_clicks_are_below_each_other(browser: Browser, web: Web) -> None:
    """On a desktop; the issue of the edition with direct links has no clicks."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    page = with_session(context, signed_in(web))
    page.goto(f"{origin(web)}/admin/issues")
    columns = [[dt.bounding_box() for dt in one.locator("dt").all()] for one in page.locator(".rows .counts").all()]
    context.close()
    places = [[box["x"] for box in boxes if box] for boxes in columns]
    assert [len(one) for one in places] == [3, 4]
    assert places[0] == places[1][:3]
