"""Unsubscribing over HTTP, as scanners, mail providers and readers do it."""

import base64
import random
import re
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from digest import tokens
from digest.errors import StoreError
from digest.model.deliveries import DeliveryState
from digest.model.issues import Slot
from digest.model.subscribers import LeftBy, Preferences, SubscriberStatus
from digest.store.subscribers.reader_links import ReaderLinks
from digest.store.subscribers.subscription_ends import leave
from tests.support.installation import NEXT_DAY, SLOT, Installation, item, rss
from tests.support.smtp_server import Behaviour, Log, honest_server, rogue_server
from tests.support.store import statements
from tests.support.web import BASE, FORM, Web, message_of, paths_of, send_issue, served, to
from tests.web.conftest import configured
from tests.web.public.test_subscribing import sign_up

ANNA, BORIS = "anna@readers.example", "boris@readers.example"
ONE_CLICK = "List-Unsubscribe=One-Click"
MULTIPART = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'


def status(web: Web, address: str) -> SubscriberStatus:
    """The status of a subscriber."""
    found = web.app.subscribers.find(address)
    assert found is not None
    return found.status


def leave_path(log: Log, address: str) -> str:
    """The path in the List-Unsubscribe header of the reader's latest message."""
    value = str(message_of(to(log, address)[-1])["List-Unsubscribe"])
    return value.partition(">")[0].removeprefix(f"<{BASE}")


def test_leave_page_shows_a_button_and_its_post_unsubscribes(web: Web, mail: tuple[int, Log]) -> None:
    """The page of the link asks; its form, sent as a browser sends it, unsubscribes this reader alone."""
    path = leave_path(mail[1], ANNA)
    page = web.get(path)
    assert (page.status, page.heading) == (200, "Unsubscribe?")
    assert f'action="{path}"' in page.text
    assert web.post(path).heading == "You are not subscribed"
    assert status(web, ANNA) is SubscriberStatus.UNSUBSCRIBED
    assert status(web, BORIS) is SubscriberStatus.CONFIRMED


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (ONE_CLICK, FORM),
        (MULTIPART, "multipart/form-data; boundary=x"),
        ("", ""),
        ("", FORM),
        ("broken", "multipart/form-data; boundary=y"),
        ("broken", "multipart/form-data"),
        ("\udcff{".encode("utf-8", "surrogateescape").decode("latin-1"), "application/json"),
        ("1" * 5_000, "application/json"),
        ("x", "text/plain"),
        (f"{ONE_CLICK}%00", FORM),
        ("x" * 70_000, FORM),
    ],
)
def test_leave_one_click_in_any_form_is_200_without_redirect(
    web: Web, mail: tuple[int, Log], body: str, kind: str
) -> None:
    """RFC 8058: without cookies, with a foreign Origin, with and without a body."""
    headers = {"Content_Type": kind} if kind else {}
    answer = web.request("POST", leave_path(mail[1], ANNA), body.encode(), Origin="null", **headers)
    assert answer.status == 200
    assert "location" not in answer.headers
    assert ("<h1>" in answer.text) is (not body.startswith((ONE_CLICK, MULTIPART)))
    assert "set-cookie" not in answer.headers
    assert status(web, ANNA) is SubscriberStatus.UNSUBSCRIBED


def test_leave_undo_within_half_an_hour_subscribes_again(web: Web, mail: tuple[int, Log]) -> None:
    """The button is offered and works for thirty minutes, and then no longer."""
    path = leave_path(mail[1], ANNA)
    assert 'name="undo"' in web.post(path).text
    web.clock.moment += timedelta(minutes=29)
    assert web.post(path, {"undo": "1"}).heading == "You are still subscribed"
    assert status(web, ANNA) is SubscriberStatus.CONFIRMED
    web.post(path)
    web.clock.moment += timedelta(minutes=31)
    assert 'name="undo"' not in web.get(path).text
    assert web.post(path, {"undo": "1"}).heading == "You are not subscribed"
    assert status(web, ANNA) is SubscriberStatus.UNSUBSCRIBED


def test_leave_through_a_mailed_link_offers_undo_and_asks_why(web: Web, mail: tuple[int, Log]) -> None:
    """As a link of an issue does: on the page of the button and on that of the preferences, for half an hour."""
    link = mailed_link(web)
    (leave,) = re.findall(r'action="(/leave/[^"]+)"', web.get(link).text)
    for page in (web.post(leave), web.get(link)):
        assert page.heading == "You are not subscribed"
        assert 'name="undo"' in page.text
        assert 'name="why"' in page.text
    web.post(leave, {"question": "1", "why": "too-many"})
    assert web.post(leave, {"undo": "1"}).heading == "You are still subscribed"
    assert status(web, ANNA) is SubscriberStatus.CONFIRMED
    web.post(leave)
    web.clock.moment += timedelta(minutes=31)
    assert 'name="undo"' not in web.get(link).text


def test_leave_through_the_link_of_a_used_confirmation_offers_undo(web: Web) -> None:
    """Its reader is subscribed like any other."""
    sign_up(web, "carol@readers.example")
    newest = max(row[2] for row in web.dump()["signup"])
    web.post(f"/confirm/{web.token(newest, tokens.CONFIRM)}")
    assert 'name="undo"' in web.post(f"/leave/{web.token(newest)}").text


def mailed_link(web: Web) -> str:
    """The path of Anna's preferences in the message that the page `/link` mails."""
    sign_up(web, ANNA, "/link")
    newest = max(row[0] for row in web.dump()["delivery"])
    return f"/preferences/{web.token(newest, tokens.PREFERENCES)}"


def test_leave_question_stores_one_answer_and_unsubscribes_nobody(web: Web, mail: tuple[int, Log]) -> None:
    """Asked once after unsubscribing; exported, counted, forgotten by an undo, and erased with the reader."""
    path = leave_path(mail[1], ANNA)
    answer = {"question": "1", "why": "too-many"}
    assert web.post(path, answer).heading == "You are still subscribed"
    assert status(web, ANNA) is SubscriberStatus.CONFIRMED
    assert 'name="why"' in web.post(path).text
    assert 'name="why"' in web.get(path).text
    page = web.post(path, answer)
    assert "Thank you for your answer." in page.text
    assert 'name="why"' not in web.get(path).text
    exported = web.site.run("subscribers", "export", "--email", ANNA).fine().json
    assert exported["leave_reasons"] == [{"at": SLOT.isoformat(), "reason": "too-many"}]
    web.post(path, {"undo": "1"})
    assert web.dump()["leave_reason"] == []
    web.post(path)
    web.post(path, answer)
    assert 'digest_leave_reasons{reason="too-many"} 1.0' in web.get("/metrics").text
    web.site.run("subscribers", "erase", ANNA, "--yes").fine()
    assert web.dump()["leave_reason"] == []


@pytest.mark.parametrize("fields", [{"skip": "1", "why": "other"}, {"why": "nonsense"}, {}])
def test_leave_question_that_is_skipped_stores_nothing(web: Web, mail: tuple[int, Log], fields: dict[str, str]) -> None:
    """The page follows without the question; after half an hour it is not asked any more."""
    path = leave_path(mail[1], ANNA)
    web.post(path)
    page = web.post(path, {"question": "1", **fields})
    assert page.heading == "You are not subscribed"
    assert 'name="why"' not in page.text
    assert "Thank you" not in page.text
    web.clock.moment += timedelta(minutes=31)
    assert 'name="why"' not in web.get(path).text
    web.post(path, {"question": "1", "why": "other"})
    assert web.dump()["leave_reason"] == []


def test_leave_undo_of_a_removed_reader_changes_nothing(web: Web, mail: tuple[int, Log]) -> None:
    """What the operator ended stays ended."""
    web.site.run("subscribers", "remove", ANNA, "--ours").fine()
    assert web.post(leave_path(mail[1], ANNA), {"undo": "1"}).heading == "You are not subscribed"
    assert status(web, ANNA) is SubscriberStatus.UNSUBSCRIBED


@pytest.mark.parametrize("before", [timedelta(days=1), timedelta(minutes=1)])
def test_leave_undo_is_not_for_readers_who_got_no_mail_before(
    web: Web, mail: tuple[int, Log], before: timedelta
) -> None:
    """A mail client unsubscribes a reader who was removed by the operator, also just now: there is nothing to undo."""
    web.app.subscribers.remove(ANNA, LeftBy.OPERATOR, SLOT - before)
    path = leave_path(mail[1], ANNA)
    assert 'name="undo"' not in web.post(path, {"List-Unsubscribe": "One-Click"}).text
    assert 'name="undo"' not in web.get(path).text
    assert web.post(path, {"undo": "1"}).heading == "You are not subscribed"
    assert status(web, ANNA) is SubscriberStatus.UNSUBSCRIBED


def test_leave_hundred_concurrent_posts_change_once(web: Web, mail: tuple[int, Log]) -> None:
    """All of them are answered with 200, and the row is the one that the first wrote."""
    path = leave_path(mail[1], ANNA)
    changed: list[int] = []

    def counted(connection: Connection, subscriber_ids: Sequence[int], now: datetime) -> dict[int, datetime]:
        found = leave(connection, subscriber_ids, now)
        changed.extend(found)
        return found

    with mock.patch("digest.store.subscribers.reader_links.leave", counted), ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _number: web.post(path).status, range(100)))
    assert answers == [200] * 100
    assert len(changed) == 1


def test_leave_failed_commit_is_503(web: Web, mail: tuple[int, Log], caplog: pytest.LogCaptureFixture) -> None:
    """A provider tries again only if it is told that nothing was changed; the log has the reason."""
    path = leave_path(mail[1], ANNA)
    with mock.patch.object(ReaderLinks, "leave_together", side_effect=StoreError("the disk is full")):
        assert web.post(path).status == 503
    assert "the disk is full" in caplog.text
    assert status(web, ANNA) is SubscriberStatus.CONFIRMED


def test_scanner_that_opens_every_link_changes_nothing(web: Web, mail: tuple[int, Log]) -> None:
    """GET, HEAD and OPTIONS of every link of every message, by a scanner: all tables stay as they are."""
    paths = {path for one in mail[1].accepted for path in paths_of(one)}
    kinds = {path.split("/")[1] for path in paths}
    assert kinds == {"leave", "preferences", "archive"}
    before = web.dump()
    for path in paths | {"/u/" + web.token(1, tokens.READER), "/p/" + web.token(1, tokens.READER)}:
        assert web.get(path).status == 200
        assert web.request("HEAD", path).status == 200
        assert web.request("OPTIONS", path).status in {200, 204, 405}
    assert web.dump() == before


def test_links_of_mail_already_sent_keep_working(web: Web) -> None:
    """`/u/`, `/p/` and `/v/` answer like the pages that took their place; a POST to `/u/` unsubscribes."""
    token = web.token(1, tokens.READER)
    assert web.get(f"/u/{token}").heading == "Unsubscribe?"
    assert web.get(f"/p/{token}").heading == "Your subscription"
    seen = web.get(f"/v/{token}")
    assert (seen.status, seen.headers["location"]) == (302, "/archive/daily/2025-06-02")
    assert web.post(f"/u/{token}").status == 200
    assert status(web, ANNA) is SubscriberStatus.UNSUBSCRIBED


def test_tokens_of_other_purposes_open_nothing(web: Web) -> None:
    """Each page takes its own purpose alone; the envelope's token opens no page."""
    done = "You are not subscribed"
    for purpose in (tokens.PREFERENCES, tokens.BOUNCE, tokens.CONFIRM):
        assert web.post(f"/leave/{web.token(1, purpose)}").heading == done
    for purpose in (tokens.LEAVE, tokens.BOUNCE, tokens.CONFIRM):
        assert web.get(f"/preferences/{web.token(1, purpose)}").heading == done
    assert status(web, ANNA) is SubscriberStatus.CONFIRMED


def test_leave_link_of_a_message_that_is_not_stored_says_so(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    """As after a restored backup: nobody is told that they left, and the log tells whose request it was."""
    said = "We cannot find your subscription by this link"
    path, before = f"/leave/{web.token(7_000)}", web.dump()
    for page in (web.get(path), web.get(f"/preferences/{web.token(7_000, tokens.PREFERENCES)}"), web.post(path)):
        assert (page.status, page.heading) == (200, said)
        assert 'href="/link"' in page.text
    answer = web.post(path, {"List-Unsubscribe": "One-Click"})
    assert (answer.status, answer.text) == (200, f"{said}\n")
    assert web.dump() == before
    assert [".7000@" in one.message for one in caplog.records if "changed nothing" in one.message] == [True, True]


def test_leave_link_of_an_erased_reader_says_that_nobody_is_subscribed(web: Web, mail: tuple[int, Log]) -> None:
    """Their message is still in the ledger, without them."""
    path = leave_path(mail[1], ANNA)
    web.site.run("subscribers", "erase", ANNA, "--yes").fine()
    assert {web.get(path).heading, web.post(path).heading} == {"You are not subscribed"}


def test_leave_pages_are_in_the_language_that_the_reader_chose(web: Web) -> None:
    """Whatever the browser prefers, unless the address names a language."""
    prefer(web, Preferences(language="ru"))
    path = f"/leave/{web.token(1)}"
    assert web.get(path).heading == "Отписаться?"
    assert web.get(f"{path}?lang=en").heading == "Unsubscribe?"
    left = web.post(path)
    assert left.heading == web.get(path).heading == "Вы не подписаны"
    assert "Слишком много писем" in left.text
    assert web.post(path, {"undo": "1"}).heading == "Вы по-прежнему подписаны"


def test_leave_undone_by_a_paused_reader_names_the_day_of_the_next_message(web: Web) -> None:
    """They get no issue before it."""
    prefer(web, Preferences(paused_until=web.clock.moment.date() + timedelta(days=30)))
    path = f"/leave/{web.token(1)}"
    web.post(path)
    page = web.post(path, {"undo": "1"})
    assert page.heading == "You are still subscribed"
    assert "You get nothing before " in page.text
    assert "next issue" not in page.text


def prefer(web: Web, chosen: Preferences) -> None:
    """Store preferences of the reader who got the first message."""
    web.app.reader_links.save_preferences(1, chosen, web.clock.moment)


@pytest.fixture(scope="module")
def forged() -> list[str]:
    """Tokens that nobody minted: altered in each place, of another secret, cut, and random."""
    good = tokens.mint(b"another secret", 1, tokens.LEAVE)
    return [good, good[:-1], good + "A", "A" * 36, "-" * 36, "%00" * 12, "..%2f..%2fetc%2fpasswd", "é" * 36, "x" * 2000]


def test_forged_tokens_get_the_page_of_a_used_one(web: Web, mail: tuple[int, Log], forged: list[str]) -> None:
    """Byte for byte, apart from the token itself; nothing changes."""
    path = leave_path(mail[1], ANNA)
    web.post(path)
    web.clock.moment += timedelta(hours=1)
    used, before = web.get(path).text, web.dump()
    token = path.rpartition("/")[2]
    altered = [token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :] for place in range(36)]
    for guess in forged + altered:
        quoted = guess.encode().decode("ascii", "ignore") or "%C3%A9"
        for page in (web.get(f"/leave/{quoted}"), web.post(f"/leave/{quoted}")):
            assert page.status == (200 if "%2f" not in quoted else 404)
            if page.status == 200:
                assert _without_languages(page.text) == _without_languages(used)
    assert web.dump() == before


@pytest.mark.parametrize(
    ("number", "seed"),
    [
        (100, 0),
        *(pytest.param(2_000, seed, marks=[pytest.mark.needs("time"), pytest.mark.unmeasured]) for seed in range(1, 6)),
    ],
)
def test_leave_guessed_tokens_change_nothing(web: Web, number: int, seed: int) -> None:
    """A reader's token with one bit changed, and random tokens of its length: one answer for all, 10,000 of them."""
    rng, before = random.Random(seed), web.dump()
    good = int.from_bytes(base64.urlsafe_b64decode(web.token(1)))
    guesses = [good ^ 1 << rng.randrange(8 * 27) for _ in range(number // 2)]
    guesses += [rng.getrandbits(8 * 27) for _ in range(number // 2)]
    answers = Counter[tuple[int, str]]()
    with web.kept_alive() as client:
        for guess in guesses:
            path = f"/leave/{base64.urlsafe_b64encode(guess.to_bytes(27)).decode()}"
            answers.update((page.status, page.heading) for page in (client.get(path), client.post(path)))
    assert answers == {(200, "You are not subscribed"): 2 * number}
    assert web.dump() == before


def test_leave_forged_token_takes_the_statements_of_a_used_one(web: Web, mail: tuple[int, Log]) -> None:
    """One transaction each, with the same work for the database."""
    path = leave_path(mail[1], ANNA)
    executed = []
    for one in (path, path, f"/leave/{'A' * 36}"):
        with statements(web.database) as found:
            web.post(one)
        executed.append([statement for statement, _parameters in found])
    assert executed[2] == executed[1]
    assert [sum("BEGIN" in statement for statement in found) for found in executed] == [1, 1, 1]


def _without_languages(page: str) -> str:
    """The page without the language switch, which the page of a POST has not."""
    return page.partition('<nav aria-label="Language"')[0].rstrip().removesuffix("</footer>\n</body>\n</html>").rstrip()


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_read_leave_of_any_delivery_is_inverse_of_mint(delivery_id: int) -> None:
    """Both kinds of token that unsubscribe name their delivery."""
    for purpose in (tokens.LEAVE, tokens.READER):
        assert tokens.read_leave(b"s" * 16, tokens.mint(b"s" * 16, delivery_id, purpose)) == delivery_id


def test_leave_cancels_what_a_sender_has_claimed(web: Web, site: Installation) -> None:
    """In the middle of a running issue: a row that is planned, or claimed and not begun, is not sent."""
    issue = web.app.issues.find("daily", Slot.parse("2025-06-02"))
    assert issue is not None
    site.run("send", "--yes", "--early", "--date", NEXT_DAY, "--outbox", "out", now=SLOT)
    links = web.app.reader_links
    with web.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE delivery SET state = 'claimed', claim_token = 'other:1', claim_expires = '2999-01-01 00:00:00'"
        )
    assert links.leave(1, SLOT)
    assert web.app.tallies.of_issue(issue.id)[DeliveryState.CANCELLED] == 1
    assert web.app.tallies.of_issue(issue.id)[DeliveryState.CLAIMED] == 1


def test_leave_while_an_issue_is_sent_keeps_it_from_a_later_reader(tmp_path: Path) -> None:
    """One click in yesterday's mail, while the mail server takes today's first message: the rest get it, once."""
    readers = [f"reader{number}@readers.example" for number in range(40)]
    begun: set[str] = set()
    left: dict[str, int] = {}

    def decide(step: str, recipient: str) -> Behaviour:
        if step == "DATA":
            begun.add(recipient)
        if step == "MESSAGE" and not left:
            last = [one for one in readers if one not in begun][-1]
            left[last] = web.post(leave_path(yesterday, last), {"List-Unsubscribe": "One-Click"}).status
        return None

    with honest_server() as (port, yesterday):
        send_issue(configured(tmp_path, port), *readers)
    with rogue_server(decide) as (port, today), served(configured(tmp_path, port)) as web:
        web.site.write("feed.xml", rss(*(item(number, hours=-6) for number in range(11, 16))))
        web.site.run("send", "--yes", "--date", NEXT_DAY, now=SLOT + timedelta(days=1)).fine()
        assert list(left.values()) == [200]
        assert Counter(one.recipient for one in today.accepted) == Counter(readers) - Counter(left)
        listed = web.site.run("status", f"daily/{NEXT_DAY}", "--list", "cancelled", "--json").json
        assert [row["address"] for row in listed] == list(left)


def test_mail_has_one_click_headers_and_tokens_of_equal_length(web: Web, mail: tuple[int, Log]) -> None:
    """What the server received: https first, List-Unsubscribe-Post, List-Archive, two personal links."""
    message = message_of(to(mail[1], ANNA)[0])
    assert str(message["List-Unsubscribe"]).startswith(f"<{BASE}/leave/")
    assert message["List-Unsubscribe-Post"] == ONE_CLICK
    assert message["List-Archive"] == f"<{BASE}/archive>"
    personal = [path for path in paths_of(to(mail[1], ANNA)[0]) if path.count("/") == 2]
    assert {len(path.rpartition("/")[2]) for path in personal} == {tokens.LENGTH}
    assert len(personal) == 2
