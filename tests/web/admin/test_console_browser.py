"""The console in Chromium: accessibility, the security policy and size of every page; with and without script."""

from pathlib import Path
from unittest import mock

import pytest
from playwright.sync_api import APIResponse, Browser, Route, expect

from digest.errors import StoreError
from digest.model.receivers import AlertKind
from digest.model.subscribers import Subscriber, SubscriberStatus
from digest.model.users import UserRole
from digest.web.admin.sign_in.second_factor import new_nonce
from tests.support.chromium import collect_problems
from tests.support.console import (
    PASSWORD,
    SignedIn,
    origin,
    require_accessible,
    require_fine,
    signed_in,
    with_session,
)
from tests.support.installation import Installation
from tests.support.web import Web, served
from tests.web.conftest import configured

pytestmark = pytest.mark.needs("chromium")

# Every page of the navigation, and what is below it.
PAGES = (
    "",
    "/next",
    "/issues",
    "/readers",
    "/readers/1",
    "/readers/1/erase",
    "/readers/add",
    "/readers/import",
    "/numbers",
    "/sources",
    "/health",
    "/people",
    "/people/audit",
    "/account",
    "/account/second-factor",
    "/nothing",
)
OPEN_PAGES = ("/sign-in", "/sign-in?done=signed-out", "/link/unknown")
REFUSED = "403|404|422|429"  # the statuses of some pages
ANNA = "anna@gazette.example"
SIZES = {"phone": {"width": 390, "height": 780}, "desktop": {"width": 1280, "height": 860}}


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    """An installation that has sent nothing."""
    return configured(tmp_path, 25)


def with_alert(web: Web) -> SignedIn:
    """An admin, a second user, and something that needs attention."""
    held = "daily/2025-06-02"
    web.app.alerts.report(AlertKind.ISSUE_HELD, held, f"{held} is held: no articles", web.clock.now())
    web.app.subscribers.add_many([Subscriber(email="anna@readers.example", name="Anna")], web.clock.now())
    signed_in(web, UserRole.EDITOR)
    web.app.users.invite("boris@gazette.example", UserRole.VIEWER, "test", web.clock.now())
    web.app.users.disable("boris@gazette.example", "test", web.clock.now())
    admin = signed_in(web)
    web.app.second_factors.begin(admin.user.id, new_nonce())
    return admin


@pytest.mark.unmeasured
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_pages_have_no_axe_and_no_policy_violation(browser: Browser, web: Web, language: str, size: str) -> None:
    """Every page, in both languages and colour schemes, on a phone and on a desktop."""
    options = {"locale": language, "viewport": SIZES[size]}
    context = browser.new_context(**options)  # type: ignore[arg-type]  # options of a context by name
    page = context.new_page()
    problems: list[str] = []
    collect_problems(page, problems, statuses=REFUSED)
    require_fine(page, web, ["", *OPEN_PAGES], language)  # there is no user yet
    admin = with_alert(web)
    require_fine(page, web, OPEN_PAGES, language)
    invited = web.app.users.invite(ANNA, UserRole.EDITOR, "test", web.clock.now())
    require_fine(page, web, [f"/link/{invited.token}"], language)
    page = with_session(context, admin)
    collect_problems(page, problems, statuses=REFUSED)
    require_fine(page, web, PAGES, language)
    page.goto(f"{origin(web)}/admin/people")
    page.locator("#ask-reset-1").click()
    require_accessible(page, "a question", language)
    page.locator("#reset-1").click()
    page.wait_for_selector("main [role=status]")
    require_accessible(page, "a link", language)
    context.close()
    assert problems == []


@pytest.mark.parametrize("with_script", [True, False])
def test_user_sets_a_password_signs_out_and_in(browser: Browser, web: Web, with_script: bool) -> None:
    """With and without JavaScript, which no page needs."""
    signed_in(web)
    page = browser.new_context(java_script_enabled=with_script).new_page()
    invited = web.app.users.invite(ANNA, UserRole.EDITOR, "test", web.clock.now())
    page.goto(f"{origin(web)}/admin/link/{invited.token}")
    page.fill("#password", PASSWORD)
    page.fill("#password_again", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_url("**/admin")
    assert page.inner_text(".me > a") == ANNA
    with page.expect_navigation():
        page.locator(".me button").press("Enter")
    expect(page.locator("main [role=status]")).to_have_text("You are signed out.")
    page.goto(f"{origin(web)}/admin/people")
    page.wait_for_url("**/admin/sign-in?next=*")
    page.fill("#email", ANNA)
    page.fill("#password", "wrong words")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("[role=alert]").count() == 1
    page.fill("#password", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_url("**/admin/people")
    page.context.close()


def test_one_time_link_that_is_pressed_again_before_the_answer_is_sent_once(browser: Browser, web: Web) -> None:
    """The second answer would be that the link was used, and nobody would be signed in."""
    invited = web.app.users.invite(ANNA, UserRole.EDITOR, "test", web.clock.now())
    page = browser.new_context().new_page()
    page.goto(f"{origin(web)}/admin/link/{invited.token}")
    answers: list[tuple[Route, APIResponse]] = []

    def hold(route: Route) -> None:
        answers.append((route, route.fetch(max_redirects=0)))

    page.route("**/admin/link/*", hold)
    page.fill("#password", PASSWORD)
    page.fill("#password_again", PASSWORD)
    for _press in range(2):
        page.keyboard.press("Enter")
        for _ in range(1200):
            page.wait_for_timeout(25)
            if answers:
                break
    ((first, answer),) = answers
    first.fulfill(response=answer)
    page.wait_for_url("**/admin")
    assert page.inner_text(".me > a") == ANNA
    page.context.close()


@pytest.mark.parametrize("with_script", [True, False])
def test_admin_changes_a_role(browser: Browser, web: Web, with_script: bool) -> None:
    """With script the page stays: the button keeps the focus, and what happened is read aloud."""
    viewer = signed_in(web, UserRole.VIEWER)
    page = with_session(browser.new_context(java_script_enabled=with_script), signed_in(web))
    page.goto(f"{origin(web)}/admin/people")
    page.select_option(f"#role-{viewer.user.id}", "editor")
    button = f"#change-{viewer.user.id}"
    page.focus(button)
    if with_script:
        page.evaluate("window.stayed = true")
        page.keyboard.press("Enter")
    else:
        with page.expect_navigation():
            page.keyboard.press("Enter")
    page.wait_for_selector("main [role=status]")
    assert page.input_value(f"#role-{viewer.user.id}") == "editor"
    if with_script:
        assert page.evaluate("window.stayed")
        assert page.locator(f"{button}:focus").count() == 1
        assert page.inner_text("#live") == "The role is changed."
        assert page.url.endswith("/admin/people")  # so that it is not said again
    page.context.close()


def test_button_without_an_id_or_without_the_focus_reports_what_was_done(browser: Browser, web: Web) -> None:
    """The focus is on the message then, or on the button: Safari gives a button that is clicked none."""
    viewer = signed_in(web, UserRole.VIEWER)
    page = with_session(browser.new_context(), signed_in(web))
    page.goto(f"{origin(web)}/admin/people")
    page.locator("button", has_text="End session").click()
    expect(page.locator("main [role=status]")).to_be_focused()
    expect(page.locator("#live")).to_have_text("The session has ended.")
    page.select_option(f"#role-{viewer.user.id}", "editor")
    page.evaluate("document.activeElement.blur()")
    page.locator(f"#change-{viewer.user.id}").evaluate("(button) => button.form.requestSubmit(button)")
    expect(page.locator("#live")).to_have_text("The role is changed.")
    expect(page.locator(f"#change-{viewer.user.id}")).to_be_focused()
    page.set_viewport_size({"width": 390, "height": 420})  # the link that is shown once is above the window
    page.locator(f"#ask-reset-{viewer.user.id}").click()
    page.locator(f"#reset-{viewer.user.id}").click()
    expect(page.get_by_label("One-time link")).to_be_in_viewport()
    page.context.close()


def test_role_that_was_chosen_and_not_sent_stays_with_its_user(browser: Browser, web: Web) -> None:
    """While another user's role is changed, and the token of the session is another one meanwhile."""
    anna, boris = (signed_in(web, UserRole.VIEWER, f"{name}@gazette.example").user for name in ("anna", "boris"))
    page = with_session(browser.new_context(), signed_in(web))
    page.goto(f"{origin(web)}/admin/people")
    page.select_option(f"#role-{boris.id}", "editor")
    page.locator(f"#user-{boris.id} .inline [name=csrf_token]").evaluate("(field) => { field.value = 'old' }")
    page.select_option(f"#role-{anna.id}", "admin")
    page.locator(f"#change-{anna.id}").click()
    page.wait_for_selector("main [role=status]")
    assert page.locator("form[action$='/people/role']").count() == 2
    assert page.input_value(f"#user-{boris.id} select") == "editor"
    page.locator(f"#user-{boris.id} form[action$='/people/role'] button").click()
    page.locator(f"#user-{boris.id} p", has_text="Editor").wait_for()
    assert [(one.email, one.role) for one in web.app.users.list()][1:] == [
        (anna.email, UserRole.ADMIN),
        (boris.email, UserRole.EDITOR),
    ]
    page.context.close()


@pytest.mark.parametrize("status", [None, 502, 200])
def test_form_without_an_answer_says_so_and_sends_nothing_twice(browser: Browser, web: Web, status: int | None) -> None:
    """The connection fails, or a proxy answers itself: the page stays, and a sentence says what to do."""
    viewer = signed_in(web, UserRole.VIEWER)
    page = with_session(browser.new_context(), signed_in(web))
    page.goto(f"{origin(web)}/admin/people")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    foreign = "<html><body><main id='main'><h2>502 Bad Gateway</h2><hr>nginx</main></body></html>"

    def answer(route: Route) -> None:
        if status is None:
            route.abort()
        else:
            route.fulfill(status=status, content_type="text/html", body=foreign)

    page.route("**/people/role", answer)
    page.locator(f"#change-{viewer.user.id}").click()
    page.wait_for_selector("main > .problem")
    assert "did not answer" in page.inner_text("#live")
    assert "did not answer" in page.inner_text("main > .problem")
    assert page.locator(f"#change-{viewer.user.id}").count() == 1
    assert len(sent) == 1
    page.context.close()


def test_module_that_comes_late_leaves_the_page_where_it_is(browser: Browser, web: Web) -> None:
    """On a phone it moves the navigation alone, whose current page is in view; somebody has scrolled before it came."""
    page = with_session(browser.new_context(viewport={"width": 390, "height": 420}), signed_in(web))

    def scroll_first(route: Route) -> None:
        page.wait_for_function("scrollTo({top: 100, behavior: 'instant'}) ?? scrollY === 100")
        route.continue_()

    page.route("**/*.js", scroll_first)
    page.goto(f"{origin(web)}/admin/health")
    assert page.evaluate("scrollY") == 100
    current = page.locator(".top nav [aria-current]")
    left, right = current.evaluate("link => [link.getBoundingClientRect().left, link.getBoundingClientRect().right]")
    assert 0 <= left < right <= 390
    page.context.close()


def test_form_that_is_answered_with_an_error_keeps_what_was_typed(browser: Browser, web: Web) -> None:
    """The page stays, with the words of the page of that error at its top; the same form can be sent again."""
    page = with_session(browser.new_context(), signed_in(web))
    page.goto(f"{origin(web)}/admin/next")
    page.locator("#write").click()
    for away, words in ((True, "Please try again later."), (False, "Too much text. A form may have 64 KB")):
        page.fill("#intro", "Good morning" if away else "x" * 70_000)
        with mock.patch.object(web.app.overrides, "add_together", side_effect=StoreError("away")):
            page.locator("form:has(#intro) button").click()
            page.wait_for_selector(f"main > .problem:has-text('{words}')")
        assert page.input_value("#intro")[:12] == ("Good morning" if away else "x" * 12)
    page.fill("#intro", "Good morning")
    page.locator("form:has(#intro) button").click()
    page.wait_for_selector("main > .notice")
    assert page.input_value("#intro") == "Good morning"
    page.context.close()


def test_session_that_has_ended_keeps_what_was_typed(browser: Browser, web: Web) -> None:
    """The page says so, and sends it once its user has signed in in another tab."""
    editor = signed_in(web)
    page = with_session(browser.new_context(), editor)
    page.goto(f"{origin(web)}/admin/next")
    page.locator("#write").click()
    page.fill("#intro", "Good morning")
    web.app.user_sessions.end(1, editor.user.email, web.clock.now())
    for _press in range(2):
        page.locator("#save-texts").click()
        page.wait_for_selector("main > .problem a[target=_blank][href$='/admin/sign-in']")
        assert page.input_value("#intro") == "Good morning"
        page.evaluate("document.querySelector('main > .problem').remove()")  # the next answer shows it again
    with_session(page.context, signed_in(web)).close()
    page.locator("#save-texts").click()
    page.wait_for_selector("main > .notice")
    assert page.input_value("#intro") == "Good morning"
    page.context.close()


def test_region_is_loaded_again_while_nobody_is_in_it(browser: Browser, web: Web) -> None:
    """What has changed on the server appears; what somebody is filling in stays."""
    page = with_session(browser.new_context(), signed_in(web))
    page.goto(f"{origin(web)}/admin/people")
    page.evaluate("document.querySelector('main').dataset.refresh = '1'")
    signed_in(web, UserRole.VIEWER)
    page.wait_for_selector("#role-2")
    page.evaluate("document.querySelector('main').dataset.refresh = '1'")
    page.locator("h1").evaluate("(message) => { message.tabIndex = -1; message.focus() }")  # as the script does
    signed_in(web, UserRole.VIEWER, "boris@gazette.example")
    page.wait_for_selector("#role-3")
    expect(page.locator("main")).to_be_focused()
    page.focus("#role-2")
    page.select_option("#role-2", "editor")
    page.evaluate("document.querySelector('main').dataset.refresh = '1'")
    page.wait_for_selector("main[data-due]:not([data-due=''])")
    page.wait_for_selector("main[data-due='']")
    assert page.input_value("#role-2") == "editor"
    page.context.close()


def test_session_that_has_ended_leads_to_the_sign_in(browser: Browser, web: Web) -> None:
    """Also where a form is sent by script; nobody believes that it was done."""
    viewer = signed_in(web, UserRole.VIEWER)
    admin = signed_in(web)
    page = with_session(browser.new_context(), admin)
    page.goto(f"{origin(web)}/admin/people")
    web.app.users.disable(admin.user.email, "test", web.clock.now())
    page.locator(f"#change-{viewer.user.id}").click()
    page.wait_for_url("**/admin/sign-in*")
    expect(page.locator("main [role=alert]")).to_have_text("You are signed out. Nothing was changed.")
    page.context.close()


def test_header_of_a_small_phone_has_a_row_for_the_address(browser: Browser, web: Web) -> None:
    """It is below the name of the portal, has all of the row's width, and no finger meets both links."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, locale="ru")
    page = with_session(context, signed_in(web, email="editor-in-chief@gazette.example"))
    page.goto(f"{origin(web)}/admin")
    address, name = page.locator(".me > a"), page.locator(".brand a")
    assert address.evaluate("one => one.scrollWidth <= one.clientWidth")
    top, bottom = (
        address.evaluate("one => one.getBoundingClientRect().top"),
        name.evaluate("one => one.getBoundingClientRect().bottom"),
    )
    assert bottom <= top
    context.close()


def test_source_with_a_long_name_leaves_room_for_its_numbers(browser: Browser, tmp_path: Path) -> None:
    """On a small phone the name is on several lines, and the latest days are beside it."""
    site = Installation(tmp_path).configure(sources=[f'name = "{"source" * 6}"\nkind = "feed"\nurl = "feed.xml"'])
    site.run("migrate").fine()
    with served(site) as web, browser.new_context(viewport={"width": 320, "height": 640}) as context:
        page = with_session(context, signed_in(web))
        page.goto(f"{origin(web)}/admin/sources")
        assert page.locator(".days tbody td").nth(1).evaluate("one => one.getBoundingClientRect().right <= innerWidth")


def test_pages_of_a_small_phone_with_text_of_double_size_need_no_scrolling_sideways(browser: Browser, web: Web) -> None:
    """A long status of a reader and the actions on a user are shown on several lines."""
    now = web.clock.now()
    pending = Subscriber(email="vera@readers.example", status=SubscriberStatus.PENDING)
    web.app.subscribers.add_many([pending], now)
    web.app.users.invite(ANNA, UserRole.EDITOR, "test", now)
    context = browser.new_context(viewport={"width": 320, "height": 640}, locale="ru")
    page = with_session(context, signed_in(web))
    for path in ("/readers", "/people"):
        page.goto(f"{origin(web)}/admin{path}")
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    context.close()
