"""Subscribing over HTTP: double opt-in, limits, the portal's own form, and the message that asks."""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import bootstrap, tokens
from digest.diagnostics.alerts.alerts import mail_alerts
from digest.errors import StoreError
from digest.model.deliveries import DeliveryState
from digest.model.receivers import AlertKind
from digest.model.subscribers import LeftBy, Subscriber, SubscriberStatus
from digest.parsing.redaction import masked_address
from digest.rendering.system_page import SystemMailRenderer
from digest.store.access import mail_limits
from digest.subscribers.preferences import chosen_editions
from digest.web.clients import canonical_address
from digest.web.public.form_tokens import form_token, is_valid
from tests.support.installation import SLOT, Installation
from tests.support.smtp_server import Log
from tests.support.web import BASE, Answer, Web, message_of, paths_of, served, to
from tests.web.conftest import configured

NEW, ANNA = "carol@readers.example", "anna@readers.example"
PORTAL = "https://gazette.example"
SENT = "/subscribe?sent=1"


def sign_up(web: Web, email: str, path: str = "/subscribe", **fields: str | Sequence[str]) -> Answer:
    """Open the form, wait as a person does, and send it."""
    token = web.get(path).field("form_token")
    web.clock.moment += timedelta(seconds=5)
    return web.post(path, {"email": email, "form_token": token, **fields})


def send_mail(web: Web) -> None:
    """Send system mail with a sender of its own."""
    with bootstrap.process_lock(web.app.settings) as lock:
        sender = bootstrap.sender(web.app, bootstrap.smtp_mailer(web.app.settings), lock)
        sender.deliver(stop=lambda: False)


def confirmations(web: Web) -> int:
    """How many confirmations are planned or sent."""
    with web.database.read() as connection:
        query = "SELECT count(*) FROM delivery JOIN issue ON issue.id = issue_id WHERE purpose = 'confirmation'"
        return int(connection.exec_driver_sql(query).scalar_one())


def status(web: Web, address: str) -> SubscriberStatus | None:
    """The status of a subscriber, if there is one."""
    found = web.app.subscribers.find(address)
    return None if found is None else found.status


def test_subscribe_confirm_read_and_leave(web: Web, mail: tuple[int, Log]) -> None:
    """A reader signs up, gets one message, confirms with its button, and can leave with the same mail's page."""
    answer = sign_up(web, NEW)
    assert (answer.status, answer.headers["location"]) == (303, SENT)
    assert web.get(SENT).heading == "Check your mail"
    assert status(web, NEW) is SubscriberStatus.PENDING
    send_mail(web)
    (message,) = to(mail[1], NEW)
    (path,) = (path for path in paths_of(message) if path.startswith("/confirm/"))
    page = web.get(path)
    assert "c•••@r•••.example" in page.text
    assert NEW not in page.text
    assert status(web, NEW) is SubscriberStatus.PENDING
    done = web.post(path)
    assert done.heading == "You are subscribed"
    assert status(web, NEW) is SubscriberStatus.CONFIRMED
    (preferences,) = re.findall(r'href="(/preferences/[^"]*)"', done.text)
    assert web.get(preferences).heading == "Your subscription"
    web.clock.moment += timedelta(minutes=2)
    assert web.post(path).heading == web.get(path).heading == "Nothing to confirm"


def test_confirmation_is_in_the_readers_language_and_can_be_left(web: Web, mail: tuple[int, Log]) -> None:
    """The language of the page; List-Unsubscribe and "I did not request this", which ends the matter for 30 days."""
    assert sign_up(web, NEW, "/subscribe?lang=ru").headers["location"] == f"{SENT}&lang=ru"
    send_mail(web)
    (accepted,) = to(mail[1], NEW)
    message = message_of(accepted)
    assert str(message["Subject"]) == "Подтвердите подписку: Harbour Gazette"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    (leave,) = {path for path in paths_of(accepted) if path.startswith("/leave/")}
    assert web.get(leave).heading == "Это были не вы?"
    assert web.get(f"{leave}?lang=en").heading == "You did not ask for this?"
    assert web.post(leave).heading == "Запрос отменён"
    assert status(web, NEW) is SubscriberStatus.UNSUBSCRIBED
    web.clock.moment += timedelta(days=29)
    sign_up(web, NEW)
    assert confirmations(web) == 1
    web.clock.moment += timedelta(days=2)
    sign_up(web, NEW)
    assert confirmations(web) == 2


def test_confirmation_pages_are_in_the_language_of_their_message(web: Web, mail: tuple[int, Log]) -> None:
    """Whatever the browser prefers where it is opened, unless the address names a language."""
    sign_up(web, NEW, "/subscribe?lang=ru")
    send_mail(web)
    (confirm,), (leave,) = (
        [one for one in paths_of(to(mail[1], NEW)[-1]) if one.startswith(f"/{kind}/")] for kind in ("confirm", "leave")
    )
    assert web.get(leave).heading == "Это были не вы?"
    assert web.get(confirm).heading == "Подтвердите подписку"
    assert web.get(f"{confirm}?lang=en").heading == "Confirm your subscription"
    assert [web.post(confirm).heading for _press in range(2)] == ["Вы подписаны"] * 2
    web.clock.moment += timedelta(hours=1)
    assert web.get(confirm).heading == web.post(confirm).heading == "Подтверждать нечего"


def test_pages_and_mail_in_another_language_have_the_name_that_its_edition_has(
    site: Installation, mail: tuple[int, Log]
) -> None:
    """Those in the portal's own language, and the console, keep its name."""
    russian = 'name = "russian"\nlanguage = "ru"\ntitle = "Вестник гавани"'
    configured(site.folder, mail[0], editions=('name = "daily"\ntitle = "Today"', russian))
    with served(site) as web:
        for path, own, other in (
            ("/", "Harbour Gazette", "Вестник гавани"),
            ("/?lang=ru", "Вестник гавани", "Harbour"),
        ):
            page = web.get(path).text
            assert f">{own}</a></p>" in page
            assert other not in page.replace(f"{other}</bdi> <span", "")  # the box of that edition
        assert ">Harbour Gazette</a></p>" in web.get("/admin/sign-in?lang=ru").text
        sign_up(web, NEW, path="/subscribe?lang=ru")
        send_mail(web)
        assert message_of(to(mail[1], NEW)[-1])["Subject"] == "Подтвердите подписку: Вестник гавани"
        titles = [web.get(f"/archive/feed.json{query}").json["title"] for query in ("", "?edition=russian")]
        assert titles == ["Harbour Gazette", "Вестник гавани"]


def test_refusing_a_prank_keeps_the_subscription(web: Web, mail: tuple[int, Log]) -> None:
    """Somebody enters the address of a subscriber, who says that it was not them: they stay subscribed."""
    sign_up(web, ANNA)
    send_mail(web)
    (leave,) = {path for path in paths_of(to(mail[1], ANNA)[-1]) if path.startswith("/leave/")}
    assert "not subscribed" not in web.get(leave).text + web.post(leave).text
    assert status(web, ANNA) is SubscriberStatus.CONFIRMED


def test_unsubscribed_reader_subscribes_again_by_confirming(web: Web, mail: tuple[int, Log]) -> None:
    """The confirmation goes out although they are unsubscribed; only their own button counts."""
    web.app.reader_links.leave(1, SLOT)
    sign_up(web, ANNA)
    send_mail(web)
    (path,) = (path for path in paths_of(to(mail[1], ANNA)[-1]) if path.startswith("/confirm/"))
    assert status(web, ANNA) is SubscriberStatus.UNSUBSCRIBED
    assert web.post(path).heading == "You are subscribed"
    assert status(web, ANNA) is SubscriberStatus.CONFIRMED


def test_answer_never_tells_whether_an_address_is_known(web: Web) -> None:
    """Known, unknown, unsubscribed: the same status, headers and body."""
    web.app.reader_links.leave(2, SLOT)
    answers = [sign_up(web, address) for address in (ANNA, NEW, "boris@readers.example", NEW)]
    answers += [sign_up(web, address, "/link") for address in (ANNA, "nobody@readers.example")]
    shown = [(one.status, one.headers["location"].partition("?")[2], one.body) for one in answers]
    assert len(set(shown)) == 1


def test_confirm_pressed_twice_gets_one_answer(web: Web, mail: tuple[int, Log]) -> None:
    """Within a minute, while the reader is subscribed; afterwards the link is a used one."""
    sign_up(web, NEW)
    send_mail(web)
    path = next(path for path in paths_of(to(mail[1], NEW)[-1]) if path.startswith("/confirm/"))
    first = web.post(path)
    assert first.heading == "You are subscribed"
    before = web.dump()
    assert web.post(path).text == first.text
    assert web.dump() == before
    assert web.get(path).heading == "Nothing to confirm"
    web.app.subscribers.remove(NEW, LeftBy.READER, web.clock.moment)
    assert web.post(path).heading == "Nothing to confirm"


def test_confirmation_token_is_valid_for_seven_days(web: Web, mail: tuple[int, Log]) -> None:
    """Later the link has nothing left to do."""
    sign_up(web, NEW)
    send_mail(web)
    (path,) = (path for path in paths_of(to(mail[1], NEW)[0]) if path.startswith("/confirm/"))
    web.clock.moment += timedelta(days=7, minutes=1)
    assert web.get(path).heading == web.post(path).heading == "Nothing to confirm"
    assert web.get("/confirm/" + "A" * 36).text.count("Nothing to confirm") == 2
    assert status(web, NEW) is SubscriberStatus.PENDING


@pytest.mark.needs("time")
@pytest.mark.unmeasured
def test_thousand_requests_for_one_victim_send_one_message_a_day(site: Installation, mail: tuple[int, Log]) -> None:
    """Whatever the spelling, the tag and the network; the answer stays the same, and one message is accepted."""
    configured(site.folder, mail[0], 'trusted_proxies = ["127.0.0.1"]')
    spellings = ("victim@gmail.com", "Victim+tag@gmail.com", "v.i.c.t.i.m@googlemail.com")

    def ask(number: int) -> int:
        network = f"10.{number % 250}.{number // 250}.1"
        return web.post("/subscribe", {"email": spellings[number % 3]}, Origin=BASE, X_Forwarded_For=network).status

    before = len(mail[1].accepted)
    with served(site) as web, ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(1_000))) == {303}
        send_mail(web)
        assert len(mail[1].accepted) - before == 1
        web.clock.moment += timedelta(hours=25)
        assert ask(0) == 303
        assert confirmations(web) == 2


def test_many_victims_pause_sign_ups_with_one_alert(web: Web) -> None:
    """Above the limit of the installation nothing is sent, one alert opens, existing links keep working."""
    with mock.patch.object(mail_limits, "MOST_OF_A_NETWORK", 10_000), mock.patch.object(mail_limits, "MOST_OF_ALL", 20):
        answers = [sign_up(web, f"victim{number}@readers.example").status for number in range(30)]
    assert answers == [303] * 20 + [503] * 10
    assert confirmations(web) == 20
    (alert,) = web.app.alerts.open()
    assert alert.kind is AlertKind.SIGNUPS_PAUSED
    assert web.post(f"/leave/{web.token(1)}").heading == "You are not subscribed"
    web.clock.moment += timedelta(hours=2)
    assert sign_up(web, "victim29@readers.example").status == 303
    assert web.app.alerts.open() == []
    assert mail_alerts(web.app) == 0


def test_requests_of_one_network_are_limited(web: Web) -> None:
    """Twenty an hour, then 429; the counter is in the database, so a restart changes nothing."""
    for number in range(20):
        assert sign_up(web, f"reader{number}@readers.example").status == 303
    with served(web.site) as restarted:
        restarted.clock.moment = web.clock.moment
        refused = sign_up(restarted, NEW)
        assert (refused.status, refused.headers["retry-after"]) == (429, "3600")
        assert "Back to the form" in refused.text
        assert "Try again" not in refused.text
        answer = restarted.post("/subscribe", {"email": NEW}, Accept="application/json", Origin=BASE)
        assert (answer.status, answer.headers["retry-after"]) == (429, "3600")
        restarted.clock.moment += timedelta(hours=1, minutes=5)
        assert sign_up(restarted, NEW).status == 303


def test_concurrent_requests_for_one_address_send_one_message(web: Web) -> None:
    """The counters are changed in one transaction."""
    forms = [web.get("/subscribe").field("form_token")]
    for _number in range(9):
        web.clock.moment += timedelta(seconds=1)
        forms.append(web.get("/subscribe").field("form_token"))
    web.clock.moment += timedelta(seconds=5)
    with ThreadPoolExecutor(10) as pool:
        posts = pool.map(lambda form: web.post("/subscribe", {"email": NEW, "form_token": form}).status, forms)
        assert set(posts) == {303}
    assert confirmations(web) == 1


@pytest.mark.parametrize("headers", [{}, {"Origin": BASE}], ids=["no origin", "as browsers send it"])
@pytest.mark.parametrize(("seconds", "accepted"), [(0, False), (2, False), (4, True), (7100, True), (7300, False)])
def test_form_is_accepted_from_three_seconds_to_two_hours(
    web: Web, seconds: int, accepted: bool, headers: dict[str, str]
) -> None:
    """Otherwise the form is shown once more, with the address in it, and nothing is sent."""
    token = web.get("/subscribe").field("form_token")
    web.clock.moment += timedelta(seconds=seconds)
    answer = web.post("/subscribe", {"email": NEW, "form_token": token}, **headers)
    assert answer.status == (303 if accepted else 200)
    assert confirmations(web) == accepted
    assert accepted or f'value="{NEW}"' in answer.text


def test_form_token_is_used_once(web: Web) -> None:
    """A second post of it, for another address, is shown the form again; a button pressed twice gets one answer."""
    token = web.get("/subscribe").field("form_token")
    web.clock.moment += timedelta(seconds=5)
    for _press in range(2):
        assert web.post("/subscribe", {"email": NEW, "form_token": token}).headers["location"] == SENT
    assert web.post("/subscribe", {"email": "dora@readers.example", "form_token": token}).status == 200
    assert confirmations(web) == 1


def test_honeypot_gets_the_usual_answer_and_no_message(web: Web) -> None:
    """Its field has no "mail" in its name, is text, and is hidden by the stylesheet."""
    page = web.get("/subscribe").text
    assert re.search(r'<div class="extra" aria-hidden="true">.*type="text"[^>]* name="comment"', page)
    answer = sign_up(web, NEW, comment="Buy")
    assert (answer.status, answer.headers["location"]) == (303, SENT)
    assert confirmations(web) == 0


@pytest.mark.parametrize(
    "email", ["", "x", "a@b", "a@x.example\r\nBcc: b@x.example", "а@example.com", "x" * 300 + "@x.example"]
)
def test_invalid_address_is_shown_the_form_again(web: Web, email: str) -> None:
    """With a message beside the field, which gets the focus; nothing is stored."""
    answer = sign_up(web, email)
    assert answer.status == 422
    assert answer.refused_fields == {"email": "This is not a valid email address. Please check it."}
    assert confirmations(web) == 0


@pytest.mark.parametrize("email", [f"\u200b{NEW}", f"{NEW}\u200e", f"\ufeff{NEW}\u00a0"])
def test_address_with_invisible_characters_around_it_is_taken(web: Web, email: str) -> None:
    """They are copied from pages and mail programs, and nobody sees what would be wrong."""
    assert sign_up(web, email).headers["location"] == SENT
    assert confirmations(web) == 1


@pytest.fixture
def portal(site: Installation, mail: tuple[int, Log]) -> Installation:
    """An installation that lists the portal's origin."""
    return configured(site.folder, mail[0], f'allowed_origins = ["{PORTAL}"]')


def test_portals_own_form_leads_back_to_the_portal(portal: Installation) -> None:
    """Without script and token, from a listed origin: 303 to `return_to`, if it has the request's origin."""
    with served(portal) as web:
        back = web.post("/subscribe", {"email": NEW, "return_to": f"{PORTAL}/thanks"}, Origin=PORTAL)
        assert (back.status, back.headers["location"]) == (303, f"{PORTAL}/thanks")
        assert confirmations(web) == 1
        for evil in (
            "https://evil.example/",
            "//evil.example",
            "javascript:alert(1)",
            f"{PORTAL}.evil.example/",
            "https://[",
        ):
            answer = web.post("/subscribe", {"email": NEW, "return_to": evil}, Origin=PORTAL)
            assert (answer.status, answer.headers["location"]) == (303, SENT)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_form_of_another_origin_is_answered_with_our_own_form(portal: Installation, origin: str) -> None:
    """It still works: the address is filled in, and one more press of the button subscribes."""
    with served(portal) as web:
        answer = web.post("/subscribe", {"email": NEW, "return_to": f"{origin}/x"}, Origin=origin)
        assert answer.status == 200
        assert confirmations(web) == 0
        web.clock.moment += timedelta(seconds=5)
        again = web.post("/subscribe", {"email": NEW, "form_token": answer.field("form_token")}, Origin=origin)
        assert (again.status, again.headers["location"]) == (303, SENT)
        assert confirmations(web) == 1


def test_script_of_a_listed_origin_gets_json(portal: Installation) -> None:
    """CORS for the listed origin alone, with and without a preflight; a wrong address names the field."""
    with served(portal) as web:
        allowed = web.request("OPTIONS", "/subscribe", Origin=PORTAL, Access_Control_Request_Method="POST")
        assert (allowed.status, allowed.headers["access-control-allow-origin"]) == (204, PORTAL)
        refused = web.request("OPTIONS", "/subscribe", Origin="https://evil.example")
        assert "access-control-allow-origin" not in refused.headers
        headers = {"Origin": PORTAL, "Content_Type": "application/json"}
        good = web.request("POST", "/subscribe", f'{{"email": "{NEW}", "edition": ["daily"]}}', **headers)
        assert (good.status, good.json) == (200, {"status": "ok"})
        assert good.headers["access-control-allow-origin"] == PORTAL
        bad = web.request("POST", "/subscribe", '{"email": "x"}', **headers)
        assert (bad.status, bad.json) == (422, {"status": "error", "problem": "email"})
        upper = headers | {"Content_Type": "Application/JSON; charset=UTF-8"}
        assert web.request("POST", "/subscribe", '{"email": "x"}', **upper).json == bad.json
        assert confirmations(web) == 1


def test_script_that_sends_the_form_itself_gets_json(portal: Installation) -> None:
    """`fetch` with the fields of a form, as browsers mark it: it cannot follow the redirect that a form gets."""
    with served(portal) as web:
        marked = {"Origin": PORTAL, "Accept": "*/*", "Sec_Fetch_Mode": "cors"}
        answer = web.post("/subscribe", {"email": NEW}, **marked)
        assert (answer.status, answer.json) == (200, {"status": "ok"})
        assert answer.headers["access-control-allow-origin"] == PORTAL
        assert web.post("/subscribe", {"email": NEW}, **marked | {"Accept": "text/html"}).status == 303
        assert web.post("/subscribe", {"email": NEW}, **marked | {"Sec_Fetch_Mode": "navigate"}).status == 303


def test_script_of_a_listed_origin_can_read_every_error(portal: Installation) -> None:
    """Without the header of CORS a browser hides the answer, and its JSON, from the script."""
    too_large, nul, good = (f'{{"email": "{email}"}}' for email in ("x" * 70_000, "\\u0000@x.example", NEW))
    with served(portal) as web:
        away = mock.patch.object(type(web.app.signups), "ask", side_effect=StoreError("away"))
        for body, status in ((too_large, 413), (nul, 400), (good, 503)):
            with away:
                answer = web.request("POST", "/subscribe", body, Content_Type="application/json", Origin=PORTAL)
            assert (answer.status, answer.json) == (status, {"status": "error"})
            assert answer.headers["access-control-allow-origin"] == PORTAL


def test_script_of_another_origin_gets_an_error_as_json(portal: Installation) -> None:
    """Not a page with status 200, which a script would take for success; nothing is sent."""
    with served(portal) as web:
        for origin in ({}, {"Origin": "https://evil.example"}):
            answer = web.request(
                "POST", "/subscribe", f'{{"email": "{NEW}"}}', Content_Type="application/json", **origin
            )
            assert (answer.status, answer.json) == (403, {"status": "error", "problem": "form"})
            assert "access-control-allow-origin" not in answer.headers
        assert confirmations(web) == 0


def test_address_that_is_no_text_is_shown_the_form_again(web: Web) -> None:
    """JSON may hold half of a surrogate pair, which no page can repeat."""
    answer = web.request("POST", "/link", r'{"email": "\ud800@x.example"}', Content_Type="application/json")
    assert answer.status == 200
    assert 'value="?@x.example"' in answer.text


def test_stored_origin_has_no_control_characters(web: Web) -> None:
    """`digest subscribers show` prints it at a terminal."""
    token = web.get("/subscribe").field("form_token")
    web.clock.moment += timedelta(seconds=5)
    web.post("/subscribe", {"email": NEW, "form_token": token}, Origin="https://x\x9b31m.example")
    (record,) = web.app.signups.of_address(NEW)
    assert record.origin == "https://x31m.example"


def test_separate_consents_are_two_unticked_boxes(site: Installation, mail: tuple[int, Log]) -> None:
    """Both are needed, and both texts are stored as they were shown, with the time and a hashed network."""
    configured(site.folder, mail[0], 'separate_consents = true\nconsent_text = "I want the Harbour news."')
    with served(site) as web:
        page = web.get("/subscribe").text
        assert len(re.findall(r'type="checkbox"[^>]* name="consent_\w+" value="1" required>', page)) == 2
        answer = sign_up(web, NEW, consent_mailing="1")
        needed = {"consent_processing": "We need both consents to send you the newsletter."}
        assert (answer.status, answer.refused_fields) == (422, needed)
        assert sign_up(web, NEW, consent_mailing="1", consent_processing="1").status == 303
        (record,) = web.app.signups.of_address(NEW)
        assert record.consents == ("I agree to the processing of my personal data.", "I want the Harbour news.")
        assert record.asked_at == web.clock.moment
        assert "127.0.0" not in record.network


def test_consent_is_a_box_that_is_ticked(site: Installation, mail: tuple[int, Log]) -> None:
    """A form may send 0 for a box that is not ticked, and with 1 for one that is; it is no proof of a consent."""
    configured(site.folder, mail[0], "separate_consents = true")
    with served(site) as web:
        for value in ("0", "false", "no", "off", "null", "нет"):
            assert sign_up(web, NEW, consent_processing="1", consent_mailing=value).status == 422, value
        assert web.app.signups.of_address(NEW) == []
        for number, ticked in enumerate(("on", "True", ("0", "1"))):
            address = f"new{number}@post.example"
            assert sign_up(web, address, consent_processing="1", consent_mailing=ticked).status == 303
            assert len(web.app.signups.of_address(address)) == 1


def test_consent_that_was_ticked_stays_ticked_after_an_error(site: Installation, mail: tuple[int, Log]) -> None:
    """Of our own form, and the portal's; what a form of an unknown site sends is no consent."""
    configured(site.folder, mail[0], "separate_consents = true")
    boxes = {"consent_processing": "1", "consent_mailing": "1"}
    with served(site) as web:
        for answer, expected in (
            (sign_up(web, "no address", consent_mailing="1"), {"consent_mailing"}),
            (sign_up(web, NEW, consent_processing="1"), {"consent_processing"}),
            (sign_up(web, "no address", consent_mailing="1", consent_processing="1"), set(boxes)),
            (web.post("/subscribe", {"email": NEW, "form_token": "0.old", **boxes}, Origin=BASE), set(boxes)),
            (web.post("/subscribe", {"email": NEW, **boxes}, Origin="https://evil.example"), set()),
        ):
            assert set(re.findall(r'name="(consent_\w+)" value="1" required checked>', answer.text)) == expected
        assert confirmations(web) == 0


def test_subscribers_show_prints_the_proof_of_consent(web: Web) -> None:
    """When it was asked for and confirmed, where, and the text with its version; an unknown address is an error."""
    sign_up(web, NEW)
    (row,) = web.dump()["signup"]
    shown = web.site.run("subscribers", "show", NEW).fine().out
    assert "carol@readers.example: pending; editions: all" in shown
    assert "asked for   2025-06-02 07:00:05 MSK" in shown
    assert "confirmed   no" in shown
    web.app.signups.confirm(row[2], web.clock.moment)
    shown = web.site.run("subscribers", "show", NEW).fine().out
    assert "confirmed   2025-06-02 07:00:05 MSK" in shown
    assert re.search(r"agreed to   I agree to receive .* \(version [0-9a-f]{8}\)", shown)
    web.site.run("subscribers", "show", "nobody@readers.example").failed(1, "nobody has this address")


def test_editions_that_were_chosen_are_subscribed(site: Installation, mail: tuple[int, Log]) -> None:
    """One of two; without a choice, all."""
    configured(site.folder, mail[0], editions=('name = "daily"', 'name = "weekend"\ntitle = "The weekend"'))
    with served(site) as web:
        assert "The weekend" in web.get("/").text
        sign_up(web, NEW, edition="weekend")
        sign_up(web, "dora@readers.example")
        for number in web.dump()["signup"]:
            assert web.app.signups.confirm(number[2], web.clock.moment)
        found = [web.app.subscribers.find(one) for one in (NEW, "dora@readers.example")]
        assert [one and one.editions for one in found] == [("weekend",), ()]


BILINGUAL = ('name = "daily"', 'name = "daily-ru"\nlanguage = "ru"')
BOTH = ("daily", "daily-ru")


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(("ticked", "expected"), [(BOTH, BOTH), ((), BOTH), (("daily",), ("daily",))])
def test_subscribe_on_a_bilingual_portal_gives_the_editions_that_were_ticked(
    site: Installation, mail: tuple[int, Log], language: str, ticked: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    """Whatever the language of the page; a form without any gives all."""
    configured(site.folder, mail[0], editions=BILINGUAL)
    with served(site) as web:
        sign_up(web, NEW, f"/subscribe?lang={language}", edition=ticked)
        assert editions_of_newest(web, NEW) == expected


def test_subscribe_to_an_edition_that_was_renamed_asks_again(portal: Installation, mail: tuple[int, Log]) -> None:
    """The reader gets no edition that they did not name; of several, those that exist count."""
    script = {"Origin": PORTAL, "Content_Type": "application/json"}
    allowed = f'allowed_origins = ["{PORTAL}"]'
    configured(portal.folder, mail[0], web=allowed, editions=BILINGUAL)
    with served(portal) as web:
        answer = web.post("/subscribe", {"email": NEW, "edition": "weekend"}, Origin=PORTAL)
        assert (answer.status, "The editions have changed. Choose them again." in answer.text) == (422, True)
        assert f'value="{NEW}"' in answer.text
        assert " checked" not in answer.text
        assert '<fieldset aria-invalid="true" aria-describedby="problem">' in answer.text
        assert re.findall(r'<[^>]* id="([^"]*)"[^>]* autofocus', answer.text) == ["edition-daily"]
        for wrong, origin in (("dora", PORTAL), (NEW, "https://elsewhere.example")):
            answer = web.post("/subscribe", {"email": wrong, "edition": "weekend"}, Origin=origin)
            assert "The editions have changed. Choose them again." in answer.text
        refused = web.request("POST", "/subscribe", f'{{"email": "{NEW}", "edition": "weekend"}}', **script)
        assert (refused.status, refused.json) == (422, {"status": "error", "problem": "edition"})
        assert confirmations(web) == 0
        web.post("/subscribe", {"email": NEW, "edition": ["weekend", "daily-ru"]}, Origin=PORTAL)
        assert editions_of_newest(web, NEW) == ("daily-ru",)
    configured(portal.folder, mail[0], web=allowed)
    with served(portal) as web:
        answer = web.post("/subscribe", {"email": "dora@readers.example", "edition": "weekend"}, Origin=PORTAL)
        assert "Please check the form and send it once more." in answer.text


@pytest.mark.parametrize("empty", [{"edition": ""}, {}])
def test_subscribe_with_an_empty_edition_gives_all(
    portal: Installation, mail: tuple[int, Log], empty: dict[str, str]
) -> None:
    """As the first entry of a menu sends it."""
    configured(portal.folder, mail[0], web=f'allowed_origins = ["{PORTAL}"]', editions=BILINGUAL)
    with served(portal) as web:
        web.post("/subscribe", {"email": NEW, **empty}, Origin=PORTAL)
        assert editions_of_newest(web, NEW) == BOTH


@pytest.mark.parametrize("language", ["en", "ru"])
def test_subscribe_takes_no_edition_from_a_reader_without_a_choice(
    site: Installation, mail: tuple[int, Log], language: str
) -> None:
    """They had those in their language, and get what they ticked as well."""
    configured(site.folder, mail[0], editions=BILINGUAL)
    with served(site) as web:
        web.app.subscribers.add(Subscriber(email=NEW, language="en"), web.clock.moment)
        sign_up(web, NEW, f"/subscribe?lang={language}", edition="daily-ru")
        assert editions_of_newest(web, NEW) == BOTH


def editions_of_newest(web: Web, address: str) -> tuple[str, ...]:
    """The editions that a reader gets once they have confirmed the newest sign-up."""
    newest = max(row[2] for row in web.dump()["signup"])
    assert web.post(f"/confirm/{web.token(newest, tokens.CONFIRM)}?lang=en").heading == "You are subscribed"
    found = web.app.subscribers.find(address)
    assert found is not None
    return chosen_editions(found.editions, found.language, {"daily": "en", "daily-ru": "ru"})


def test_without_base_url_nobody_can_subscribe(site: Installation) -> None:
    """A link in a confirmation could lead nowhere; the page says so."""
    site.configure()
    with served(site) as web:
        assert "Nobody can subscribe here yet." in web.get("/subscribe").text
        assert web.post("/subscribe", {"email": NEW}).status == 503
        assert web.post("/link", {"email": NEW}).status == 503


def test_link_is_mailed_to_subscribed_readers_alone(web: Web, mail: tuple[int, Log]) -> None:
    """One message a day with the links to unsubscribe and to the preferences; nobody else gets one."""
    before = len(mail[1].accepted)
    for address in (ANNA, ANNA, "nobody@readers.example"):
        assert sign_up(web, address, "/link").headers["location"] == "/link?sent=1"
    send_mail(web)
    (message,) = mail[1].accepted[before:]
    assert message.recipient == ANNA
    assert message_of(message)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert {path.split("/")[1] for path in paths_of(message)} == {"leave", "preferences"}
    (preferences,) = (path for path in paths_of(message) if path.startswith("/preferences/"))
    assert web.get(preferences).heading == "Your subscription"


def test_scanner_that_opens_a_confirmation_changes_nothing(web: Web, mail: tuple[int, Log]) -> None:
    """GET and HEAD of its links, and of every public page: all tables stay as they are."""
    sign_up(web, NEW)
    send_mail(web)
    before = web.dump()
    for path in {*paths_of(to(mail[1], NEW)[0]), "/", "/subscribe", "/link", "/archive", "/archive/latest"}:
        assert web.get(path).status in {200, 302}
        assert web.request("HEAD", path).status in {200, 302}
    web.request("OPTIONS", "/subscribe", Origin=PORTAL)
    assert web.dump() == before


def test_expired_rows_of_counters_are_removed(web: Web) -> None:
    """The table does not grow without end."""
    sign_up(web, NEW)
    web.clock.moment += timedelta(days=2)
    sign_up(web, ANNA)
    assert all(row[1] > web.clock.moment for row in web.dump()["rate_count"])


def test_signups_on_postgresql(postgres_store_url: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same statements on the other database, by whose clock requests are counted; a form's age counts too."""
    folder = tmp_path_factory.mktemp("postgresql")
    site = Installation(folder).configure(
        database=postgres_store_url, web=f'base_url = "{BASE}"\nallowed_origins = ["{PORTAL}"]'
    )
    site.run("migrate").fine()
    with served(site) as web:
        with ThreadPoolExecutor(10) as pool:
            posts = pool.map(lambda _number: web.post("/subscribe", {"email": NEW}, Origin=PORTAL).status, range(20))
            assert set(posts) == {303}
        assert web.post("/subscribe", {"email": "dora@readers.example"}, Origin=PORTAL).status == 429
        ((_id, _subscriber, delivery, *_rest),) = web.dump()["signup"]
        assert web.app.reader_links.find(delivery) is not None
        assert web.post(f"/confirm/{web.token(delivery, tokens.CONFIRM)}").heading == "You are subscribed"
        assert web.post(f"/leave/{web.token(delivery)}").heading == "You are not subscribed"
        assert status(web, NEW) is SubscriberStatus.UNSUBSCRIBED
        assert web.get("/archive?q=%00").status == 200
        assert web.get("/archive/%00/2025-06-02").status == 404


@given(st.text(max_size=60))
def test_form_token_of_anything_else_is_refused(text: str) -> None:
    """Only what was made with the secret, for that form, within its time."""
    token = form_token(b"s" * 16, "subscribe", SLOT)
    later = SLOT + timedelta(minutes=1)
    assert is_valid(b"s" * 16, "subscribe", token, later)
    assert not is_valid(b"s" * 16, "link", token, later)
    assert not is_valid(b"t" * 16, "subscribe", token, later)
    assert not is_valid(b"s" * 16, "subscribe", text, later)
    assert not is_valid(b"s" * 16, "subscribe", token + text, later) or not text


@pytest.mark.parametrize(
    ("address", "canonical", "masked"),
    [
        ("Anna.Smith+x@Gmail.com", "annasmith@gmail.com", "A•••@G•••.com"),
        ("a@x.example", "a@x.example", "a•••@x•••.example"),
        ("Anna.Smith@ya.ru", "anna-smith@yandex.ru", "A•••@y•••.ru"),
        ("+tag@x.example", "+tag@x.example", "+•••@x•••.example"),
        ("root@localhost", "root@localhost", "r•••@•••localhost"),
    ],
)
def test_addresses_are_counted_and_shown_in_forms_of_their_own(address: str, canonical: str, masked: str) -> None:
    """One mailbox is counted once; a mask shows too little for anybody but its owner."""
    assert canonical_address(address) == canonical
    assert masked_address(address) == masked


def test_states_of_confirmations_are_ordinary_deliveries(web: Web) -> None:
    """They are rows of the ledger, sent like all mail."""
    sign_up(web, NEW)
    states = {row[6] for row in web.dump()["delivery"] if row[4] == NEW}
    assert states == {DeliveryState.PLANNED}


def test_confirmation_of_a_day_is_rendered_once_for_all_readers(web: Web) -> None:
    """Rendering takes longer than everything else in a sign-up; another language is another message."""
    render = SystemMailRenderer.render
    with mock.patch.object(SystemMailRenderer, "render", autospec=True, side_effect=render) as rendered:
        for name, language in (("a", "en"), ("b", "en"), ("c", "ru")):
            fields = {"email": f"{name}@mail.example"}
            assert web.post(f"/subscribe?lang={language}", fields, Origin=BASE).status == 303
    assert rendered.call_count == 2
