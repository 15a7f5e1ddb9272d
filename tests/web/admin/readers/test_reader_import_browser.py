"""Import of readers in Chromium: from the file to the result, with and without script, and one clear error."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from digest.web.api.envelope import MOST_BYTES_OF_A_LIST
from digest.web.api.import_worker import run_imports
from tests.support.chromium import collect_problems
from tests.support.console import SignedIn, origin, require_accessible, signed_in, with_session
from tests.support.installation import Installation
from tests.support.web import Web, served
from tests.web.conftest import configured

pytestmark = pytest.mark.needs("chromium")

LIST = "Email Address,First Name,LEID\nvera@post.example,Vera,1\nbad,Gleb,2\nanna@readers.example,Anna,3\n"


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    """An installation that has sent nothing."""
    return configured(tmp_path, 25)


def opened(browser: Browser, admin: SignedIn, path: str, *, with_script: bool = True) -> Page:
    """A page of a new browser on a phone, in which the console's policy is in force."""
    context = browser.new_context(java_script_enabled=with_script, viewport={"width": 390, "height": 780})
    page = with_session(context, admin)
    page.goto(f"{origin(admin.web)}/admin{path}")
    return page


def choose_list(page: Page, folder: Path, content: bytes) -> None:
    """Choose a file in the form."""
    file = folder / "readers.csv"
    file.write_bytes(content)
    page.set_input_files("#list", file)


@pytest.mark.parametrize("with_script", [True, False])
def test_list_is_checked_imported_and_its_progress_shown(
    browser: Browser, web: Web, tmp_path: Path, with_script: bool
) -> None:
    """By keyboard: the page of the import is loaded again until it has ended, also without script."""
    page = opened(browser, signed_in(web), "/readers", with_script=with_script)
    problems: list[str] = []
    collect_problems(page, problems)
    page.locator("a", has_text="Import").press("Enter")
    page.wait_for_url("**/readers/import")
    choose_list(page, tmp_path, LIST.encode())
    page.locator("#upload").press("Enter")
    page.wait_for_url("**/readers/import/1")
    expect(page.locator("h1")).to_have_text("Nothing is imported yet")
    assert web.app.subscribers.find("vera@post.example") is None
    page.locator("#start").press("Enter")
    page.wait_for_url("**/readers/imports/1")
    expect(page.locator("h1")).to_have_text("Importing")
    if with_script:
        require_accessible(page, "an import that runs", "en")
    run_imports(web.app)
    expect(page.locator("h1")).to_have_text("The import is finished")
    assert page.locator("#cancel").count() == 0
    assert web.app.subscribers.find("vera@post.example") is not None
    if with_script:
        require_accessible(page, "an import that has ended", "en")
    page.context.close()
    assert problems == []


@pytest.mark.parametrize("with_script", [True, False])
def test_list_that_is_refused_shows_why(browser: Browser, tmp_path: Path, with_script: bool) -> None:
    """One without editions stays chosen with script; one that is too large gets an answer, not a closed connection."""
    with served(configured(tmp_path, 25, editions=('name = "daily"', 'name = "world"'))) as web:
        page = opened(browser, signed_in(web), "/readers/import", with_script=with_script)
        choose_list(page, tmp_path, LIST.encode())
        page.locator("#upload").click()
        expect(page.locator("#problem")).to_contain_text("no column with editions")
        assert bool(page.input_value("#list")) is with_script
        choose_list(page, tmp_path, b"email\n" + b"x" * MOST_BYTES_OF_A_LIST)
        page.locator("#upload").click()
        expect(page.locator("main")).to_contain_text("too large to be sent" if with_script else "16 MB at most")
        page.context.close()


@pytest.mark.parametrize("is_refused_by_a_proxy", [True, False])
def test_list_that_is_too_large_says_what_takes_it(
    browser: Browser, web: Web, tmp_path: Path, is_refused_by_a_proxy: bool
) -> None:
    """A proxy with a lower limit answers with a page of its own; what Digest would refuse too is not sent at all."""
    page = opened(browser, signed_in(web), "/readers/import")
    sent: list[str] = []

    def refuse(route: Route) -> None:
        sent.append(route.request.method)
        route.fulfill(status=413, content_type="text/html", body="<h1>413 Request Entity Too Large</h1>")

    page.route("**/readers/import", refuse)
    choose_list(page, tmp_path, LIST.encode() + b"x" * (0 if is_refused_by_a_proxy else MOST_BYTES_OF_A_LIST))
    page.locator("#upload").click()
    expect(page.locator("main > .problem")).to_contain_text("digest subscribers import FILE on the server")
    assert sent == ["POST"] * is_refused_by_a_proxy
    page.context.close()


@pytest.mark.parametrize("with_script", [True, False])
def test_reader_is_searched_suppressed_and_erased(browser: Browser, web: Web, with_script: bool) -> None:
    """The address is in no URL on the way."""
    admin = signed_in(web)
    web.site.subscribe("anna@readers.example", "boris@readers.example")
    page = opened(browser, admin, "/readers", with_script=with_script)
    page.fill("#text", "anna@")
    page.locator("#text").press("Enter")
    expect(page.locator("main [role=status]")).to_have_text("Found: anna@ · 1 reader")
    assert "anna" not in page.url
    page.locator(".rows a").press("Enter")
    page.wait_for_url("**/readers/1")
    if with_script:  # without it the browser asks whether to send the form again
        page.go_back()
        expect(page.locator("main [role=status]")).to_have_text("Found: anna@ · 1 reader")
        assert page.input_value("#text") == "anna@"
        page.locator(".rows a").press("Enter")
        page.wait_for_url("**/readers/1")
    page.locator("#ask-suppress").press("Enter")
    page.locator("#suppress").press("Enter")
    expect(page.locator("main [role=status]")).to_contain_text("gets no more mail")
    page.locator("a", has_text="Erase").press("Enter")
    page.wait_for_url("**/readers/1/erase")
    page.locator("#erase").press("Enter")
    page.wait_for_url(re.compile(r"/readers(\?done=erased)?$"))
    expect(page.locator("main [role=status]")).to_contain_text("erased")
    assert web.app.subscribers.find("anna@readers.example") is None
    page.context.close()
