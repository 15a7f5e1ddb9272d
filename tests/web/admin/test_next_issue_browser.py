"""The page Next issue in Chromium: accessibility and the security policy; changes with and without script."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from digest.model.overrides import Override, OverrideKind
from digest.model.users import UserRole
from digest.parsing.canonical_key import canonical_key
from tests.support.chromium import collect_problems
from tests.support.console import (
    BEFORE,
    origin,
    require_accessible,
    require_fine,
    served_before_the_hour,
    signed_in,
    with_session,
)
from tests.support.installation import Installation, day
from tests.support.web import Web
from tests.web.conftest import configured

pytestmark = pytest.mark.needs("chromium")

ANNA = "anna@gazette.example"
UNDERLINED = """links => links.filter((link) =>
    getComputedStyle(link).borderBottomColor !== getComputedStyle(document.body).backgroundColor)"""


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    """An installation that has collected fifteen articles and sent nothing."""
    site = configured(tmp_path, 25)
    site.write("feed.xml", day(15))
    site.run("collect", now=BEFORE).fine()
    return site


@pytest.fixture
def web(site: Installation) -> Iterator[Web]:
    """Its pages, 43 minutes before the hour."""
    with served_before_the_hour(site) as web:
        yield web


@pytest.mark.parametrize("language", ["en", "ru"])
def test_next_page_has_no_axe_and_no_policy_violation(browser: Browser, web: Web, language: str) -> None:
    """On a phone, also with the forms open; in forced colours the current page and tab alone are underlined."""
    context = browser.new_context(locale=language, viewport={"width": 390, "height": 780})
    page = with_session(context, signed_in(web, UserRole.EDITOR, ANNA))
    problems: list[str] = []
    collect_problems(page, problems)
    require_fine(page, web, ["/next/test", "/next?view=text", "/next"], language)
    for opened in ("#write", "#more-1", "#ask-approve", "#add-link"):
        page.locator(opened).click()
    require_accessible(page, "with open forms", language)
    page.emulate_media(forced_colors="active")
    for links in (".top nav a", "#preview .tabs a"):
        assert len(page.eval_on_selector_all(f"{links}[aria-current]", UNDERLINED)) == 1, links
        assert page.eval_on_selector_all(f"{links}:not([aria-current])", UNDERLINED) == [], links
    context.close()
    # Axe cannot look into the frame, whose origin is its own.
    assert [problem for problem in problems if "postMessage" not in problem] == []


@pytest.mark.parametrize("with_script", [True, False])
def test_editor_pins_retitles_writes_an_intro_and_approves_by_keyboard(
    browser: Browser, web: Web, with_script: bool
) -> None:
    """With and without JavaScript, which the page does not need."""
    page = with_session(browser.new_context(java_script_enabled=with_script), signed_in(web, UserRole.EDITOR, ANNA))
    page.goto(f"{origin(web)}/admin/next")
    page.locator("#pin-5").press("Enter")
    page.wait_for_selector("main [role=status]")
    page.locator("#more-1").press("Enter")
    page.locator("#title-1").fill("The tram is back")
    page.locator("#title-1").press("Enter")
    page.wait_for_selector("#row-1 h3 :text('The tram is back')")
    page.locator("#write").press("Enter")
    page.locator("#intro").fill("Good **morning**")
    page.locator("#save-texts").press("Enter")
    expect(page.locator(".jump")).to_contain_text("Changes: 3")  # the preview may show the text before the page does
    page.frame_locator("iframe").locator("strong:text('morning')").wait_for()
    page.locator("#ask-approve").press("Enter")
    page.locator("#approve").press("Enter")
    page.wait_for_selector(f"#outcome :text('{ANNA} has approved it')")
    kinds = [one.override.kind for one in web.app.overrides.changes("daily")]
    assert kinds == ["pin", "title", "intro"]
    page.context.close()


def test_text_that_was_not_saved_stays_in_its_form_while_another_change_is_stored(browser: Browser, web: Web) -> None:
    """The article moves to another place meanwhile; its form goes with it, and can be saved."""
    page = with_session(browser.new_context(), signed_in(web, UserRole.EDITOR, ANNA))
    page.goto(f"{origin(web)}/admin/next")
    page.locator("#more-3").click()
    page.locator("#title-3").fill("The tram is back")
    page.locator("#drop-1").click()
    page.wait_for_selector("main [role=status]")
    assert page.locator("#title-2").input_value() == "The tram is back"
    assert page.locator("#title-3").count() == 1
    page.locator("#title-2").press("Enter")
    page.locator("#row-2 h3", has_text="The tram is back").wait_for()


def test_text_that_was_refused_stays_in_its_form_while_another_change_is_stored(browser: Browser, web: Web) -> None:
    """Somebody else had changed the title, as a phone shows there too; it can be saved over theirs afterwards."""
    phone = browser.new_context(viewport={"width": 390, "height": 780})
    page = with_session(phone, signed_in(web, UserRole.EDITOR, ANNA))
    page.goto(f"{origin(web)}/admin/next")
    slot, key = web.app.coming_slot(web.app.settings.all_editions[0]), page.input_value("#row-3 [name=url]")
    theirs = Override(key=canonical_key(key), kind=OverrideKind.TITLE, value="Theirs", by="boris", at=BEFORE)
    web.app.overrides.add("daily", slot, theirs)
    page.locator("#more-3").click()
    page.locator("#title-3").fill("The tram is back")
    page.locator("#title-3").press("Enter")
    expect(page.locator("main [role=alert]")).to_be_in_viewport(ratio=1)
    page.locator("#drop-1").click()
    page.wait_for_selector("main [role=status]")
    assert page.locator("#title-2").input_value() == "The tram is back"
    page.locator("#title-2").press("Enter")
    page.locator("#row-2 h3", has_text="The tram is back").wait_for()
    expect(page.locator("#more-2")).to_be_focused()


def test_message_covers_no_field_that_it_is_about(browser: Browser, web: Web) -> None:
    """On a phone, where the field is at the top of the window, under the message of an earlier change."""
    phone = browser.new_context(viewport={"width": 390, "height": 780}, reduced_motion="reduce")
    page = with_session(phone, signed_in(web, UserRole.EDITOR, ANNA))
    page.goto(f"{origin(web)}/admin/next")
    page.locator("#drop-1").click()
    expect(page.locator("main [role=status]")).to_be_visible()
    page.locator("#write").click()
    page.locator("#subject").fill("x" * 300)
    to_top = "(field) => scrollBy({ top: field.getBoundingClientRect().top - 30, behavior: 'instant' })"
    page.locator("#subject").evaluate(to_top)
    page.locator("#subject").press("Enter")
    expect(page.locator("main [role=alert]")).to_be_in_viewport(ratio=1)
    message, field = (f"document.querySelector('{one}').getBoundingClientRect()" for one in ("#problem", "#subject"))
    expect(page.locator("#live")).to_contain_text("300")  # then it has been scrolled
    assert page.evaluate(f"{message}.bottom <= {field}.top")
    page.context.close()


def test_message_of_many_lines_covers_no_button_that_was_pressed(browser: Browser, web: Web) -> None:
    """On the smallest phone, where somebody else has changed the article since the page was opened."""
    phone = browser.new_context(viewport={"width": 320, "height": 780}, reduced_motion="reduce", locale="ru")
    page = with_session(phone, signed_in(web, UserRole.EDITOR, ANNA))
    page.goto(f"{origin(web)}/admin/next")
    key, by = canonical_key(page.input_value("#row-3 [name=url]")), f"{'boris.' * 9}orlov@gazette.example"
    pin = Override(key=key, kind=OverrideKind.PIN, value="3", by=by, at=BEFORE)
    web.app.overrides.add("daily", web.app.coming_slot(web.app.settings.editions[0]), pin)
    to_top = "(button) => scrollBy({ top: button.getBoundingClientRect().top + 110, behavior: 'instant' })"
    page.locator("#pin-3").focus()
    page.locator("#pin-3").evaluate(to_top)  # the message moves it down again, below its own first lines
    page.keyboard.press("Enter")
    expect(page.locator("#live")).to_contain_text(by)
    message, button = (f"{one}.getBoundingClientRect()" for one in ("problem", "document.activeElement"))
    expect(page.locator("#pin-3")).to_be_focused()
    assert page.evaluate(f"{message}.bottom <= {button}.top")
    page.context.close()


@pytest.mark.parametrize("with_script", [True, False])
def test_editor_moves_an_article_by_keyboard(browser: Browser, web: Web, with_script: bool) -> None:
    """Up twice, then to a number; with script the focus stays on the button of the article that moves."""
    page = with_session(browser.new_context(java_script_enabled=with_script), signed_in(web, UserRole.EDITOR, ANNA))
    page.goto(f"{origin(web)}/admin/next")
    title = page.locator("#row-4 h3").inner_text()
    name = page.locator("#row-4 button[id^=up-]").get_attribute("id")
    for place in (3, 2):
        page.locator(f"#{name}").press("Enter")
        page.wait_for_selector(f"#row-{place} h3 :text('{title}')")
        if with_script:
            assert page.evaluate("document.activeElement.id") == name
    page.locator("#more-2").press("Enter")
    page.locator("#place-2").fill("5")
    page.locator("#place-2").press("Enter")
    page.wait_for_selector(f"#row-5 h3 :text('{title}')")


def test_focus_stays_with_the_article_whose_button_was_pressed(browser: Browser, web: Web) -> None:
    """Enter pressed twice changes no other article: after Drop the focus is on the title in its place.

    Who uses the keyboard sees where the focus is, also where the article went to the top of the page.
    """
    window = browser.new_context(viewport={"width": 1280, "height": 500}, reduced_motion="reduce")
    page = with_session(window, signed_in(web, UserRole.EDITOR, ANNA))
    page.goto(f"{origin(web)}/admin/next")
    title, following = (page.locator(f"#row-{place} h3").inner_text() for place in (4, 3))
    page.locator("#pin-4").press("Enter")
    page.wait_for_selector(f"#row-1 h3 :text('{title}')")
    assert page.evaluate("document.activeElement.id") == "pin-1"
    expect(page.locator("#pin-1")).to_be_in_viewport(ratio=1)
    page.locator("#drop-3").press("Enter")
    page.wait_for_selector(f"#row-4:not(:has-text('{following}'))")
    assert page.evaluate("document.activeElement.closest('#row-3 h3') !== null")
    assert page.evaluate("document.activeElement.localName") == "a"
    assert [one.override.kind for one in web.app.overrides.changes("daily")] == ["pin", "drop"]
    page.context.close()


def test_title_from_right_to_left_ends_with_its_quotation_mark_on_the_left(browser: Browser, web: Web) -> None:
    """Where it is read and where it is typed; in a page from left to right the mark was before the first word."""
    page = with_session(browser.new_context(), signed_in(web, UserRole.EDITOR, ANNA))
    page.goto(f"{origin(web)}/admin/next")
    page.locator("#more-1").press("Enter")
    page.locator("#title-1").fill('\u05d4\u05d2\u05e9\u05e8 "\u05e0\u05e4\u05ea\u05d7"')
    page.locator("#title-1").press("Enter")
    page.wait_for_selector("#row-1 h3 :text('\u05d4\u05d2\u05e9\u05e8')")
    place = """title => [0, title.textContent.length - 1].map((index) => {
        const range = document.createRange();
        range.setStart(title.firstChild, index);
        range.setEnd(title.firstChild, index + 1);
        return range.getBoundingClientRect().left;
    })"""
    first, mark = page.eval_on_selector("#row-1 h3 a", place)
    assert mark < first
    assert page.eval_on_selector("#title-1", "field => getComputedStyle(field).unicodeBidi") == "plaintext"
    page.context.close()


def test_editor_drags_an_article_to_another_place(browser: Browser, web: Web) -> None:
    """By its number, with the mouse, on a screen where nothing scrolls under it."""
    page = with_session(
        browser.new_context(viewport={"width": 1200, "height": 3000}), signed_in(web, UserRole.EDITOR, ANNA)
    )
    page.goto(f"{origin(web)}/admin/next")
    title = page.locator("#row-4 h3").inner_text()
    page.locator("#row-4 .place").drag_to(page.locator("#row-2 .place"))
    page.wait_for_selector(f"#row-2 h3 :text('{title}')")
    assert [one.override.value for one in web.app.overrides.changes("daily")] == ["2"]


def test_page_that_takes_long_is_loaded_again_later(browser: Browser, web: Web) -> None:
    """A tab that is left open must not keep the server busy: with twelve editions *Overview* can take ten seconds."""
    page = with_session(browser.new_context(), signed_in(web, UserRole.EDITOR, ANNA))
    page.clock.install()
    page.goto(f"{origin(web)}/admin/next")
    page.evaluate("""() => {
        globalThis.asked = 0;
        globalThis.fetch = async () => {
            globalThis.asked += 1;
            await new Promise((answer) => setTimeout(answer, 20_000));
            return new Response("");
        };
    }""")
    requests = [0]
    for seconds in (32, 80, 40):
        page.clock.run_for(seconds * 1000)
        requests.append(page.evaluate("globalThis.asked"))
    assert requests == [0, 1, 1, 2]
    page.context.close()


def test_page_shows_the_next_issue_once_this_one_is_made_and_keeps_typed_text(browser: Browser, web: Web) -> None:
    """Above the articles of an issue that was sent, its successor's hour would be misread; the text can be copied."""
    page = with_session(browser.new_context(), signed_in(web, UserRole.EDITOR, ANNA))
    page.clock.install()
    page.goto(f"{origin(web)}/admin/next")
    page.locator("#write").click()
    page.locator("#intro").fill("Good morning")
    page.locator("h1").click()
    edition = web.app.settings.all_editions[0]
    slot = web.app.coming_slot(edition)
    made = web.app.issues.open(edition.name, slot, web.app.window(edition, slot), BEFORE)
    assert web.app.issues.cancel(made.id, BEFORE)
    page.clock.run_for(32_000)
    expect(page.locator("#outcome")).to_have_attribute("data-of", "2025-06-03")
    expect(page.locator("#stories [name=slot]")).to_have_count(0)
    assert page.input_value("#intro") == "Good morning"
    page.context.close()
