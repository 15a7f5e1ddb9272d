"""Text that was typed and not saved, in Chromium: links, the Back button, and connections that are slow or lost."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route, expect

from digest.composing.editorial import LONGEST_PASSAGE
from digest.model.users import UserRole
from tests.support.console import BEFORE, origin, served_before_the_hour, signed_in, with_session
from tests.support.installation import day
from tests.support.web import Web
from tests.web.conftest import configured

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.unmeasured]

DARK = "#preview .tabs li:nth-child(3) a"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    """The pages of an installation that has collected five articles, 43 minutes before the hour."""
    site = configured(tmp_path, 25)
    site.write("feed.xml", day())
    site.run("collect", now=BEFORE).fine()
    with served_before_the_hour(site) as web:
        yield web


@pytest.fixture
def page(browser: Browser, web: Web) -> Iterator[Page]:
    """The page Next issue of an editor."""
    page = with_session(browser.new_context(), signed_in(web, UserRole.EDITOR, "anna@gazette.example"))
    page.goto(f"{origin(web)}/admin/next")
    yield page
    page.context.close()


@pytest.fixture
def waiting(page: Page) -> list[Route]:
    """The changes that were sent, until `answer` lets the first one go on to the server."""
    routes: list[Route] = []

    def hold(route: Route) -> None:
        routes.append(route)

    page.route(re.compile(r"/admin/next/(article|decide|words)$"), hold)
    return routes


def sent(page: Page, waiting: list[Route]) -> Route:
    """Wait for a change to be sent, for 30 seconds at most."""
    for _ in range(600):
        if waiting:
            break
        page.wait_for_timeout(50)
    return waiting.pop(0)


def answer(page: Page, waiting: list[Route]) -> None:
    """Wait for a change to be sent, and let it go on.

    Its redirect is followed here: Chromium does not end a kept request that is held and then redirected.
    """
    route = sent(page, waiting)
    route.fulfill(response=route.fetch())


def write_intro(page: Page) -> None:
    """Type an intro, without saving it."""
    page.locator("#write").click()
    page.locator("#intro").fill("Good morning")


def test_link_that_would_lose_typed_text_asks_first(page: Page) -> None:
    """The editor stays with the text, or leaves; after Back the text is in an open form."""
    dialogs: list[str] = []

    def stay(dialog: Dialog) -> None:
        dialogs.append(dialog.type)
        dialog.dismiss()

    def leave(dialog: Dialog) -> None:
        dialogs.append(dialog.type)
        dialog.accept()

    write_intro(page)
    page.once("dialog", stay)
    with page.expect_event("dialog"):
        page.locator(DARK).click(no_wait_after=True)
    assert page.input_value("#intro") == "Good morning"
    page.once("dialog", leave)
    page.locator("nav a:text-is('Issues')").click()
    page.wait_for_url("**/admin/issues")
    assert dialogs == ["beforeunload"] * 2
    page.go_back()
    expect(page.locator("#intro")).to_be_visible()
    assert page.input_value("#intro") == "Good morning"


def leave_for_issues(page: Page) -> None:
    """Follow a link to another page, whatever was typed."""
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("nav a:text-is('Issues')").click()
    page.wait_for_url("**/admin/issues")


def test_typed_title_stays_with_its_article_when_the_order_changes(browser: Browser, page: Page, web: Web) -> None:
    """After Back and after a reload, and it can be saved."""
    article = page.get_attribute("#row-2", "data-article")
    page.locator("#more-2").click()
    page.locator("#title-2").fill("Another title")
    leave_for_issues(page)
    boris = with_session(browser.new_context(), signed_in(web, UserRole.EDITOR, "boris@gazette.example"))
    boris.goto(f"{origin(web)}/admin/next")
    boris.locator("#pin-4").click()
    expect(boris.locator("main [role=status]")).to_have_text("The change is stored.")
    boris.context.close()
    page.go_back()
    typed = page.locator(f"#row-3[data-article='{article}'] [name=title]")
    expect(typed).to_be_visible()
    page.reload()
    expect(typed).to_be_visible()
    assert typed.input_value() == "Another title"
    assert page.input_value("#title-2") == page.text_content("#t2")
    page.locator("#save-3").click()
    expect(page.locator("#t3")).to_have_text("Another title")


def test_typed_title_of_an_article_that_was_out_of_the_issue_is_there_again_with_it(page: Page) -> None:
    """As after *Drop* and its undo, with other changes between them."""
    page.locator("#more-2").click()
    page.locator("#title-2").fill("Another title")
    page.locator("#drop-2").click()
    expect(page.locator("#changes")).to_be_visible()
    page.locator("#pin-3").click()
    expect(page.locator(".jump")).to_contain_text("Changes: 2")
    page.locator("[id^=undo-]").last.click()
    expect(page.locator(".jump")).to_contain_text("Changes: 1")
    assert page.locator(".words [name=title]:visible").input_value() == "Another title"


def test_typed_title_of_an_article_that_is_out_of_the_issue_survives_reloads(page: Page) -> None:
    """Two, so that the first one has not forgotten it; it is seen as soon as the article is back."""
    page.locator("#more-2").click()
    page.locator("#title-2").fill("Another title")
    page.locator("#drop-2").click()
    expect(page.locator("#changes")).to_be_visible()
    page.reload()
    page.reload()
    page.locator("[id^=undo-]").click()
    expect(page.locator("#changes")).to_have_count(0)
    assert page.locator(".words [name=title]:visible").input_value() == "Another title"


def test_chosen_role_stays_with_its_user_when_others_come(browser: Browser, web: Web) -> None:
    """Somebody goes back; the browser would show the role at a user who is in the same place by then."""
    page = with_session(browser.new_context(), signed_in(web))
    chosen = signed_in(web, UserRole.VIEWER, "maria@gazette.example").user
    page.goto(f"{origin(web)}/admin/people")
    page.select_option(f"#role-{chosen.id}", "admin")
    leave_for_issues(page)
    added = signed_in(web, UserRole.VIEWER, "boris@gazette.example").user
    page.go_back()
    roles = page.eval_on_selector_all("[name=role]", "all => all.map((one) => [one.id, one.value])")
    assert roles == [[f"role-{added.id}", "viewer"], [f"role-{chosen.id}", "admin"]]
    page.context.close()


def test_consent_of_a_reader_who_was_added_is_not_filled_in_for_the_next(browser: Browser, web: Web) -> None:
    """Somebody adds a reader, and goes back to add another."""
    page = with_session(browser.new_context(), signed_in(web))
    page.goto(f"{origin(web)}/admin/readers/add")
    page.fill("#email", "maria@readers.example")
    page.check("[name=how][value=note]")
    page.fill("#note", "On paper at the book fair")
    page.locator("#add").click()
    page.wait_for_url("**/admin/readers/1")
    page.go_back()
    assert (page.input_value("#email"), page.input_value("#note")) == ("", "")
    assert page.evaluate("history.state") is None
    page.context.close()


def test_typed_intro_is_not_filled_in_for_the_next_day(page: Page, web: Web) -> None:
    """Somebody goes back to a page of the day before."""
    write_intro(page)
    leave_for_issues(page)
    web.clock.moment = BEFORE + timedelta(days=1)
    with_session(page.context, signed_in(web, UserRole.EDITOR, "anna@gazette.example"))  # the other session has ended
    page.go_back()
    expect(page.locator("#outcome")).to_have_attribute("data-of", "2025-06-03")
    assert page.input_value("#intro") == ""


def test_link_asks_nothing_once_the_text_is_saved(page: Page) -> None:
    """Nor does the choice of a language, a page on which nothing was typed, or a search."""
    dialogs: list[str] = []

    def leave(dialog: Dialog) -> None:
        dialogs.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.locator("#ask-hold").click()
    page.locator(DARK).click()
    page.wait_for_url("**view=dark*")
    write_intro(page)
    page.locator("#save-texts").click()
    expect(page.locator("main [role=status]")).to_have_text("The change is stored.")
    page.locator("footer button[lang=ru]").press("Enter")  # a click just after a scroll may go to the preview's frame
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    page.locator("#test").click()
    page.wait_for_url("**/next/test*")
    page.locator("nav a:text-is('Читатели')").click()
    page.locator("#text").fill("anna@")
    page.locator("nav a:text-is('Выпуски')").click()
    page.wait_for_url("**/issues")
    assert dialogs == []


def test_form_that_is_being_sent_dims_the_buttons(page: Page, waiting: list[Route]) -> None:
    """On a slow connection a click is seen to have begun something; afterwards they are as before."""
    page.locator("#pin-3").click()
    expect(page.locator("form[aria-busy]")).to_have_count(1)
    expect(page.locator("#drop-2")).to_have_css("opacity", "0.55")
    answer(page, waiting)
    expect(page.locator("main [role=status]")).to_have_text("The change is stored.")
    expect(page.locator("#drop-2")).to_have_css("opacity", "1")


def test_decision_whose_page_is_left_before_it_goes_out_is_stored(page: Page, web: Web, waiting: list[Route]) -> None:
    """On a slow connection: the browser still sends it."""
    page.locator("#ask-hold").click()
    page.locator("#hold").click()
    decision = sent(page, waiting)
    page.locator("nav a:text-is('Issues')").click()
    page.wait_for_url("**/admin/issues")
    decision.continue_()
    for _ in range(600):
        if web.app.decisions.last_id("daily"):
            break
        page.wait_for_timeout(50)
    assert web.app.decisions.last_id("daily")


def test_texts_of_full_length_take_the_place_of_others(page: Page) -> None:
    """In Cyrillic: the form has the old ones and the new ones."""
    page.locator("#write").click()
    for letter in "жщ":
        for field in ("#intro", "#closing"):
            page.locator(field).fill(letter * LONGEST_PASSAGE)
        page.locator("#save-texts").click()
        expect(page.locator("#closing")).to_have_js_property("defaultValue", letter * LONGEST_PASSAGE)
        page.locator("#write").click()


def test_text_sent_without_a_connection_stays_and_is_sent_again(page: Page) -> None:
    """The page advises no reload, which would lose it."""
    write_intro(page)
    page.context.set_offline(True)
    page.locator("#save-texts").click()
    problem = page.locator("main > .problem")
    expect(problem).to_have_text(re.compile("did not answer.* what you typed stays here"))
    assert page.input_value("#intro") == "Good morning"
    page.context.set_offline(False)
    page.locator("#save-texts").click()
    expect(page.locator("main [role=status]")).to_have_text("The change is stored.")
    expect(problem).to_have_count(0)


def test_text_that_was_refused_stays_and_is_not_marked_after_another_change(page: Page) -> None:
    """Its sentence is gone by then, and the focus stays at the button of the other article."""
    page.locator("#more-3").click()
    page.locator("#title-3").fill("x" * 301)
    page.locator("#save-3").click()
    expect(page.locator("#title-3[aria-invalid=true][aria-describedby=problem]")).to_be_focused()
    page.locator("#pin-4").click()
    expect(page.locator("main [role=status]")).to_have_text("The change is stored.")
    moved = page.locator("#row-4 [name=title]")
    expect(moved).to_have_value("x" * 301)
    assert (moved.get_attribute("aria-invalid"), moved.get_attribute("aria-describedby")) == (None, None)
    assert page.get_attribute("#save-4", "aria-describedby") == "t4"
    assert "pin" in (page.locator(":focus").get_attribute("id") or "")


def test_tab_that_was_open_while_its_user_signed_in_again_stores_changes(page: Page, web: Web) -> None:
    """In another tab, as every morning; a text that is stored is not taken for one that waits."""
    signed_in_again = signed_in(web, UserRole.EDITOR, "anna@gazette.example")
    with_session(page.context, signed_in_again).close()
    write_intro(page)
    page.locator("#save-texts").click()
    expect(page.locator("main [role=status]")).to_have_text("The change is stored.")
    expect(page.locator("#intro")).not_to_be_visible()
    page.locator("#pin-3").click()
    expect(page.locator(".jump")).to_contain_text("Changes: 2")


def test_tab_of_a_user_sends_nothing_in_the_name_of_another_who_signed_in(page: Page, web: Web) -> None:
    """In another tab of the same browser: the page names Anna. The text stays, and a reload shows whose page it is."""
    with_session(page.context, signed_in(web, UserRole.ADMIN, "boris@gazette.example")).close()
    write_intro(page)
    page.locator("#save-texts").click()
    expect(page.locator("main > .problem")).to_contain_text("The form was not accepted")
    assert page.input_value("#intro") == "Good morning"
    assert web.dump()["override"] == []


def test_change_that_the_role_no_longer_allows_is_sent_once(page: Page, web: Web) -> None:
    """It is refused, and what was typed stays."""
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.method))
    write_intro(page)
    web.app.users.change_role(1, UserRole.VIEWER, "test", web.clock.now())
    page.locator("#save-texts").click()
    expect(page.locator("main > .problem")).to_contain_text("Your role does not allow it.")
    assert requests.count("POST") == 1
    assert page.input_value("#intro") == "Good morning"


def test_person_who_goes_on_before_the_answer_keeps_their_place(page: Page, waiting: list[Route]) -> None:
    """They type in another field while the first text is stored, and open the question whether to approve."""
    page.locator("#more-3").click()
    page.locator("#title-3").fill("The tram is back")
    page.locator("#title-3").press("Enter")
    page.locator("#ask-approve").click()
    write_intro(page)
    answer(page, waiting)
    page.locator("#row-3 h3", has_text="The tram is back").wait_for()
    expect(page.locator("#intro")).to_be_focused()
    page.keyboard.type(", Anna")
    expect(page.locator("#intro")).to_have_value("Good morning, Anna")
    expect(page.locator("#approve")).to_be_visible()


def test_text_that_was_typed_before_the_answer_can_be_saved_after_it(page: Page, waiting: list[Route]) -> None:
    """In the form that is being stored: the second save changes what the first one stored, and nobody else's."""
    page.locator("#more-3").click()
    page.locator("#title-3").fill("The tram is back")
    page.locator("#title-3").press("Enter")
    page.locator("#section-3").fill("Transport")
    answer(page, waiting)
    page.locator("#row-3 h3", has_text="The tram is back").wait_for()
    expect(page.locator("#section-3")).to_be_focused()
    page.keyboard.press("Enter")
    answer(page, waiting)
    expect(page.locator(".jump")).to_contain_text("Changes: 2")
    assert page.locator("main [role=alert]").count() == 0
