"""The page Send a test: recipients, whose message it is, how often, and what the log keeps (threats, row 32)."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from digest.mailers.smtp import mailer
from digest.mailers.smtp.reply_timer import Deadlines
from digest.model.subscribers import Subscriber
from digest.model.users import AuditFilter, UserRole
from digest.store.access.sent_tests import MOST
from tests.support.console import LARGEST, SignedIn, signed_in
from tests.support.installation import DAY, SLOT, Installation, item, rss
from tests.support.smtp_server import Accepted, Do, Log, at, rogue_server
from tests.support.web import Web, message_of, paths_of, served, to
from tests.web.conftest import configured

BEFORE = SLOT - timedelta(minutes=43)
ANNA, BORIS = "anna@gazette.example", "boris@readers.example"
PERSONAL = {"to", "subject", "message-id", "date", "list-unsubscribe"}


@pytest.fixture
def site(tmp_path: Path, mail_server: tuple[int, Log]) -> Installation:
    """An installation with two sections, one reader of everything and Boris, who reads of sport."""
    site = configured(tmp_path, mail_server[0])
    sections = ("Sport", "Politics")
    items = (item(one, comments=9 - one, more=f"<category>{sections[one % 2]}</category>") for one in range(6))
    site.write("feed.xml", rss(*items))
    site.subscribe("vera@readers.example")
    site.run("collect", now=BEFORE).fine()
    return site


def collected(folder: Path, port: int) -> Installation:
    """An installation with one article and this mail server."""
    site = configured(folder, port)
    site.write("feed.xml", rss(item(1)))
    site.run("collect", now=BEFORE).fine()
    return site


@pytest.fixture
def web(site: Installation) -> Iterator[Web]:
    """Its pages, 43 minutes before the hour."""
    with served(site) as web:
        web.clock.moment = BEFORE
        web.app.subscribers.add(Subscriber(email=BORIS, name="Boris", sections=("Sport",)), BEFORE)
        yield web


def form(**more: str) -> dict[str, str]:
    """The form with one typed address."""
    return {"edition": "daily", "slot": DAY, "to": "chief@gazette.example", **more}


def impersonal(accepted: Accepted) -> tuple[dict[str, str], list[str]]:
    """A message without what differs between readers: its headers by name, and its parts with the tokens left out."""
    message = message_of(accepted)
    headers = {name.lower(): str(value) for name, value in message.items() if name.lower() not in PERSONAL}
    headers["content-type"] = message.get_content_type()
    parts = [str(part.get_content()) for part in message.iter_parts()]
    return headers, [re.sub(r"(/(?:leave|preferences)/)[\w-]+", r"\1TOKEN", part) for part in parts]


def test_test_message_is_the_message_of_the_reader_except_for_its_subject(
    web: Web, anna: SignedIn, mail_server: tuple[int, Log]
) -> None:
    """By a real mail server: the test has the topics of Boris, and neither the address nor the links."""
    assert anna.post("/next/test", form(reader=BORIS)).status == 303
    web.site.run("send", "--yes", "--date", DAY, now=SLOT).fine()
    (test,), (real,) = to(mail_server[1], "chief@gazette.example"), to(mail_server[1], BORIS)
    assert message_of(test)["subject"] == f"[Test] {message_of(real)['subject']}"
    assert impersonal(test) == impersonal(real)
    assert "Politics" not in impersonal(test)[1][0]
    assert BORIS.encode() not in test.content + test.sender.encode()
    assert not {path for path in paths_of(test) & paths_of(real) if not path.startswith("/archive")}
    (whole,) = to(mail_server[1], "vera@readers.example")
    assert impersonal(test) != impersonal(whole)


def test_test_message_as_a_reader_of_an_international_domain_finds_them_by_its_letters(
    web: Web, anna: SignedIn, mail_server: tuple[int, Log]
) -> None:
    """As people write the address, and as it is copied from a message."""
    web.app.subscribers.add(Subscriber(email="vera@xn--b1agjinxh.xn--p1ai"), web.clock.now())
    assert anna.post("/next/test", form(reader="\u200bVera@вестник.рф")).status == 303


def test_test_message_goes_to_colleagues_and_typed_addresses_once_each(
    web: Web, anna: SignedIn, mail_server: tuple[int, Log]
) -> None:
    """Nothing is frozen, and no reader gets anything; the log names users and masks other addresses."""
    page = anna.get("/next/test?edition=daily")
    assert f'value="{ANNA}" id="colleague-1" checked' in page.text
    assert 'action="/admin/next/test" autocomplete="off"' in page.text
    assert len(page.body) <= LARGEST
    typed = (
        'The chief <chief@gazette.example> "Orlova, Vera" <vera@gazette.example>; Boss@Other.example\r\n'
        "CHIEF@gazette.example mailto:chief@gazette.example"
    )
    assert anna.post("/next/test", form(to=typed, colleague=ANNA)).status == 303
    recipients = sorted(one.recipient for one in mail_server[1].accepted)
    assert recipients == ["Boss@other.example", ANNA, "chief@gazette.example", "vera@gazette.example"]
    assert web.app.issues.find("daily", web.app.coming_slot(web.app.settings.editions[0])) is None
    (entry,) = web.app.audit.page(AuditFilter(action="test sent"), None, 10)
    assert (entry.by, entry.subject) == (ANNA, f"daily/{DAY}")
    assert entry.after == f"{ANNA}, c•••@g•••.example, v•••@g•••.example, B•••@o•••.example"
    assert "The test is sent." in anna.get("/next/test?done=sent").text


def test_test_message_as_readers_of_topics_has_these_topics(anna: SignedIn, mail_server: tuple[int, Log]) -> None:
    """The page offers the choices of its readers; topics that the issue lacks are refused."""
    assert '<option value="[&#34;Sport&#34;]">Sport</option>' in anna.get("/next/test").text
    assert anna.post("/next/test", form(topics='["Sport"]')).status == 303
    text = impersonal(mail_server[1].accepted[0])[1][0]
    assert "number 2" in text
    assert "number 1" not in text
    refused = anna.post("/next/test", form(topics='["Chess"]'))
    assert (refused.status, [*refused.refused_fields]) == (422, ["topics"])
    assert "The issue has no article of these topics" in refused.refused_fields["topics"]
    for nonsense in ("Sport", "[1]", "{}"):
        assert anna.post("/next/test", form(topics=nonsense)).status == 422
    assert len(mail_server[1].accepted) == 1


@pytest.mark.parametrize(
    ("fields", "wrong", "sentence"),
    [
        ({"to": ""}, ["to"], "Choose a colleague or write an address."),
        ({"to": "no address"}, ["to"], "“no” is not an email address."),
        ({"to": "a@b.example\r\nBcc: c@d.example"}, ["to"], "“Bcc:” is not an email address."),
        ({"to": '"a@b.example" <c@d.example>'}, ["to"], "is not an email address."),
        ({"to": "a@b.example <c@d.example>"}, ["to"], "“a@b.example &lt;c@d.example&gt;” is not an email address."),
        ({"reader": "nobody@readers.example"}, ["reader"], "No reader has this address."),
        ({"slot": "2025-06-01"}, [], "does not change any more"),
    ],
)
def test_test_message_that_cannot_be_sent_is_refused_in_one_sentence(
    web: Web, anna: SignedIn, mail_server: tuple[int, Log], fields: dict[str, str], wrong: list[str], sentence: str
) -> None:
    """About the field that is wrong. What was typed stays in the form; nothing is sent, counted or logged."""
    refused = anna.post("/next/test", form() | fields)
    assert (refused.status, [*refused.refused_fields]) == (422 if wrong else 409, wrong)
    assert sentence in refused.text
    assert mail_server[1].accepted == []
    assert web.app.sent_tests.left(BEFORE) == MOST
    assert web.app.audit.page(AuditFilter(action="test sent"), None, 10) == []


def test_test_messages_are_at_most_twenty_an_hour(web: Web, anna: SignedIn, mail_server: tuple[int, Log]) -> None:
    """Of a thousand messages side by side by two users twenty are sent, and each is in the log."""
    boris = signed_in(web, UserRole.ADMIN, "boris@gazette.example")

    def send(number: int) -> int:
        addresses = " ".join(f"victim{number}-{one}@other.example" for one in range(4))
        return (anna, boris)[number % 2].post("/next/test", form(to=addresses)).status

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(send, range(8)))
    assert sorted(statuses) == [303] * 5 + [429] * 3
    assert len(mail_server[1].accepted) == MOST
    assert len(web.app.audit.page(AuditFilter(action="test sent"), None, 100)) == 5
    refused = anna.post("/next/test", form(to=" ".join(f"v{one}@other.example" for one in range(1000))))
    assert "20 test messages an hour may be sent, and 0 are left." in refused.text


def test_test_message_that_the_mail_server_refuses_says_why(tmp_path: Path) -> None:
    """Its reply is on the page; the messages count, so that nobody tries addresses for hours."""
    with rogue_server(at("RCPT", "550 5.1.1 no such colleague")) as (port, _log):
        site = collected(tmp_path, port)
        with served(site) as web:
            web.clock.moment = BEFORE
            refused = signed_in(web, UserRole.EDITOR).post("/next/test", form())
            assert refused.status == 502
            assert "The mail server accepted 0 of 1 messages. It says: 550 no such colleague" in refused.text
            assert web.app.sent_tests.left(BEFORE) == MOST - 1


def test_test_message_without_a_mail_server_is_refused_and_readable(tmp_path: Path) -> None:
    """Nothing is raised where nobody answers at the port, and whoever waits is told at the first attempt."""
    site = collected(tmp_path, 1)
    with served(site) as web:
        web.clock.moment = BEFORE
        refused = signed_in(web, UserRole.EDITOR).post("/next/test", form())
        assert refused.status == 503
        assert "The test was not sent" in refused.text


def test_test_message_to_a_server_that_hangs_is_given_up_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It connects once, and says at which step the server did not answer; a browser waits no minutes."""
    monkeypatch.setattr(mailer, "_PROMPT_DEADLINES", Deadlines(command=0.2, quit=0.2))
    with rogue_server(at("EHLO", Do.HANG)) as (port, log):
        site = collected(tmp_path, port)
        with served(site) as web:
            web.clock.moment = BEFORE
            refused = signed_in(web, UserRole.EDITOR).post("/next/test", form())
    assert refused.status in {502, 503}
    assert "EHLO took longer than 0.2 s" in refused.text
    assert log.connections == 1


def test_viewer_may_not_send_test_messages(web: Web, mail_server: tuple[int, Log]) -> None:
    """Neither the page nor the form is theirs, and a form of another origin is nobody's."""
    viewer = signed_in(web, UserRole.VIEWER)
    assert viewer.get("/next/test").status == 403
    assert viewer.post("/next/test", form()).status == 403
    assert "/next/test" not in viewer.get("/next").text
    assert signed_in(web).post("/next/test", form(), Origin="https://evil.example").status == 403
    assert mail_server[1].accepted == []
