"""Acting on what comes back: each effect once, only on proof, and nothing moved before its effect is stored."""

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from email.headerregistry import Address
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import select

from digest import tokens
from digest.delivery import returned_mail
from digest.delivery.recipient_refusals import recipient_refusals
from digest.delivery.returned_mail import ReadReport, ReturnedMail
from digest.errors import MailError, StoreError
from digest.mailboxes.factory import open_mailbox
from digest.message.build import SenderIdentity, message_id
from digest.model.articles import Window
from digest.model.deliveries import Claim, DeliveryState, Outcome, Receipt, ReplyClass
from digest.model.issues import Slot
from digest.model.subscribers import LeftBy, SubscriberStatus
from digest.protocols import StoredMessage
from digest.store.subscribers.signups import Signups
from digest.store.tables.schema import bounce, delivery, subscriber
from digest.store.tables.web_schema import signup
from tests.support.ledger import NOON, Site, never
from tests.support.store import freeze, sign_up, system_message

SECRET = b"a secret of sixteen bytes"
IDENTITY = SenderIdentity(sender=Address(addr_spec="digest@gazette.example"), portal="Gazette", secret=SECRET)
_STATUS = {
    "hard": ("failed", "5.1.1"),
    "soft": ("failed", "4.2.2"),
    "about-us": ("failed", "5.7.1"),
    "throttled": ("failed", "4.7.650"),
    "unclear": ("failed", "5.0.0"),
    "delivered": ("delivered", "2.0.0"),
}

_SIGN_UP = sign_up("reader2@readers.example")
_CONFIRMATION = system_message("confirmation")


class Shelf:
    """A mailbox in memory."""

    def __init__(self, *contents: bytes) -> None:
        self.contents = {str(number): content for number, content in enumerate(contents)}
        self.done: list[str] = []

    def messages(self) -> Iterator[StoredMessage]:
        yield from (StoredMessage(key, content) for key, content in self.contents.items())

    def mark_done(self, keys: Collection[str]) -> None:
        self.done += keys

    def require_movable(self) -> None:
        """They can be."""

    def close(self) -> None:
        """Nothing is open."""


class Office:
    """A site whose issue was sent to its readers."""

    def __init__(self, folder: Path, readers: int = 3, outcome: Outcome = Outcome.SENT) -> None:
        self.site = Site(folder, readers)
        self.mail = ReturnedMail(
            bounces=self.site.bounces,
            pauses=self.site.group_pauses,
            alerts=self.site.alerts,
            clock=self.site.clock,
            secret=SECRET,
            group_of=lambda domain: domain,
        )
        self.settle(dict.fromkeys(range(1, readers + 1), outcome))

    def settle(self, outcomes: dict[int, Outcome]) -> None:
        site, now = self.site, self.site.clock.now()
        claims = site.ledger.claim(100, owner="one", now=now, lease=timedelta(seconds=30), issues=[site.issue])
        held = [(claim.delivery_id, claim.token) for claim in claims]
        site.ledger.record([], held, now=now, lease=timedelta(seconds=30), next_try=lambda _tries: None)
        receipts = [Receipt(claim.delivery_id, claim.token, outcomes[claim.delivery_id]) for claim in claims]
        site.ledger.record(receipts, [], now=now, lease=timedelta(seconds=30), next_try=lambda _tries: None)

    def next_day(self) -> list[int]:
        """Send another issue to who is subscribed; the ids of its deliveries, by reader."""
        site = self.site
        site.clock.moment += timedelta(days=1)
        now, day = site.clock.now(), site.clock.now().date()
        window = Window(start=now - timedelta(days=1), end=now)
        site.issue = freeze(site.issues, slot=Slot(day=day), window=window, now=now).issue_id
        with site.database.read() as connection:
            ids = [row.id for row in connection.execute(delivery.select().where(delivery.c.issue_id == site.issue))]
        self.settle(dict.fromkeys(ids, Outcome.SENT))
        return ids

    def process(self, *contents: bytes) -> list[ReadReport]:
        return list(self.mail.process(Shelf(*contents)))

    def status(self, number: int) -> SubscriberStatus:
        found = self.site.subscribers.find(f"reader{number}@readers.example")
        assert found is not None
        return found.status

    def states(self) -> dict[int, DeliveryState]:
        with self.site.database.read() as connection:
            return {row.id: row.state for row in connection.execute(delivery.select())}


MakeOffice = Callable[..., Office]


@pytest.fixture
def make_office(tmp_path: Path) -> Iterator[MakeOffice]:
    """Build an office, and close its database after the test."""
    with ExitStack() as stack:

        def make(**more: Any) -> Office:
            built = Office(tmp_path, **more)
            stack.callback(built.site.database.close)
            return built

        yield make


@pytest.fixture
def office(make_office: MakeOffice) -> Office:
    """Three readers who got an issue; the deliveries and the readers have the same numbers."""
    return make_office()


def bounce_of(
    number: int, report_class: str = "hard", *, to: str | None = None, quoted: str = "", delayed: bool = False
) -> bytes:
    """A delivery status notification about a reader; `to` is by default the address with the delivery's token."""
    action, status = _STATUS[report_class]
    token = tokens.mint(SECRET, number, tokens.BOUNCE)
    recipient = f"bounce+{token}@gazette.example" if to is None else to
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example
To: {recipient}
Message-ID: <{number}.{report_class}@mx.example>
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b1

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; reader{number}@readers.example
Action: {"delayed" if delayed else action}
Status: {status}

--b1
Content-Type: text/rfc822-headers

To: reader{number}@readers.example
Message-ID: {quoted or "<foreign@other.example>"}

--b1--
""".encode()


def our_id(number: int) -> str:
    """The Message-ID of a delivery."""
    return message_id(IDENTITY, number)


def acted(reports: list[ReadReport]) -> list[bool]:
    """Whether each report had an effect."""
    return [report.acted for report in reports]


def test_process_hard_bounce_with_a_token_suppresses_exactly_that_reader(office: Office) -> None:
    """The ledger keeps `sent` and notes the bounce."""
    assert acted(office.process(bounce_of(2))) == [True]
    assert [office.status(number) for number in (1, 2, 3)] == ["confirmed", "suppressed", "confirmed"]
    assert set(office.states().values()) == {DeliveryState.SENT}
    with office.site.database.read() as connection:
        bounced = {row.id: row.bounced_at for row in connection.execute(delivery.select())}
    assert bounced == {1: None, 2: NOON, 3: None}


def test_process_hard_bounce_that_quotes_our_message_id_suppresses(office: Office) -> None:
    """Also where it came to another address."""
    assert acted(office.process(bounce_of(2, to="digest@gazette.example", quoted=our_id(2)))) == [True]
    assert office.status(2) == "suppressed"


@pytest.mark.parametrize(
    "form",
    [
        "{0}@gazette.example",
        "prvs=4190694bd6={0}@gazette.example",
        "btv1==0489040e8aa==={0}@gazette.example",
        "prvs={0}/4190694bd6@gazette.example",
        "SRS0=HhH/=Tt=gazette.example={0}@forwarder.example",
        "SRS1=HhH=forwarder.example==HhH=Tt=gazette.example={0}@second.example",
        "gazette.example-{0}@gazette.example",
        "{0}=gazette.example@proxy.example",
        "digest@gazette.example, {0}@gazette.example, bounce+AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA@gazette.example",
    ],
)
@pytest.mark.parametrize("case", [str, str.lower, str.upper])
def test_process_bounce_to_an_address_that_was_changed_on_the_way_suppresses(
    office: Office, form: str, case: Callable[[str], str]
) -> None:
    """By forwarders, filters and mailers that write addresses in one case."""
    address = form.format(f"bounce+{tokens.mint(SECRET, 2, tokens.BOUNCE)}")
    assert acted(office.process(bounce_of(2, to=case(address)))) == [True]
    assert {number: office.status(number) for number in (1, 2, 3)} == {1: "confirmed", 2: "suppressed", 3: "confirmed"}


def test_process_request_to_an_address_in_small_letters_unsubscribes(office: Office) -> None:
    """As some mail programs write the address of List-Unsubscribe."""
    address = f"unsubscribe+{tokens.mint(SECRET, 2, tokens.LEAVE)}@gazette.example".lower()
    assert acted(office.process(request(address))) == [True]
    assert office.status(2) == "unsubscribed"


@pytest.mark.parametrize(
    ("to", "quoted"),
    [
        ("bounce@gazette.example", ""),
        (f"bounce+{tokens.mint(b'another secret', 2, tokens.BOUNCE)}@gazette.example", ""),
        (f"bounce+{tokens.mint(SECRET, 2, tokens.LEAVE)}@gazette.example", ""),  # of another purpose
        (f"bounce+{tokens.mint(b'another secret', 2, tokens.BOUNCE)}@gazette.example".lower(), ""),
        (f"rebounce+{tokens.mint(SECRET, 2, tokens.BOUNCE)}@gazette.example", ""),  # of another mailbox
        ("bounce@gazette.example", "<0123456789abcdef0123456789abcdef.2@gazette.example>"),
        ("bounce@gazette.example", our_id(2).replace(".2@", ".3@")),
        (f"bounce+{tokens.mint(SECRET, 99, tokens.BOUNCE)}@gazette.example", ""),  # a delivery that was deleted
    ],
)
def test_process_bounce_without_proof_is_reported_and_has_no_effect(office: Office, to: str, quoted: str) -> None:
    """A forged bounce suppresses nobody."""
    (read,) = office.process(bounce_of(2, to=to, quoted=quoted))
    assert (read.report.address, str(read.report.report_class), read.acted) == (
        "reader2@readers.example",
        "hard",
        False,
    )
    assert office.status(2) == "confirmed"


def test_process_messages_that_cannot_be_moved_are_all_acted_on_before_the_error(make_office: MakeOffice) -> None:
    """The folder for those that were read belongs to another user: what is behind the first batch counts as well."""
    office, number = make_office(), 1

    class Fixed(Shelf):
        def mark_done(self, keys: Collection[str]) -> None:
            raise MailError(f"messages cannot be moved: {len(keys)}")

    reports = office.mail.process(Fixed(*[b"Subject: a reply\n\nHello\n"] * 60, bounce_of(number)))
    with pytest.raises(MailError, match="messages cannot be moved: 61"):
        list(reports)
    assert office.status(number) is SubscriberStatus.SUPPRESSED


def test_process_many_messages_are_moved_by_hundreds(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each move takes seconds on some servers; where reading ends early, what was acted on is moved as well."""
    monkeypatch.setattr(returned_mail, "_BATCH", 1)
    monkeypatch.setattr(returned_mail, "_MOVED_AT_ONCE", 3)

    class Counting(Shelf):
        moves: ClassVar[list[int]] = []

        def mark_done(self, keys: Collection[str]) -> None:
            super().mark_done(keys)
            self.moves.append(len(keys))

    shelf = Counting(*[b"Subject: a reply\n\nHello\n"] * 6, bounce_of(2))
    stops = iter([False] * 4 + [True])
    list(office.mail.process(shelf, lambda: next(stops)))
    assert (shelf.moves, shelf.done) == ([3, 1], ["0", "1", "2", "3"])
    list(office.mail.process(shelf))
    assert shelf.moves[2:] == [3, 3, 1]
    assert office.status(2) is SubscriberStatus.SUPPRESSED


def test_process_same_message_twice_has_its_effect_once(office: Office) -> None:
    """As after a crash between the effect and the move."""
    assert acted(office.process(bounce_of(2))) == [True]
    office.site.subscribers.unsuppress("reader2@readers.example", NOON)
    assert acted(office.process(bounce_of(2))) == [False]
    assert office.status(2) == "confirmed"


@pytest.mark.parametrize("report_class", ["soft", "unclear"])
def test_process_five_soft_or_unclear_bounces_in_a_row_suppress(office: Office, report_class: str) -> None:
    """Four do not."""
    ids = [2]
    for _day in range(4):
        office.process(bounce_of(ids[0], report_class))
        assert office.status(2) == "confirmed"
        ids = office.next_day()[1:2]
    assert acted(office.process(bounce_of(ids[0], report_class))) == [True]
    assert [office.status(number) for number in (1, 2, 3)] == ["confirmed", "suppressed", "confirmed"]


def test_process_reader_who_confirmed_again_starts_without_earlier_bounces(office: Office) -> None:
    """One more soft bounce after a new sign-up does not suppress them at once; those of others still count."""
    ids = [2]
    for _day in range(4):
        office.process(*(bounce_of(one, "soft") for one in ids))
        ids = office.next_day()[1:3]
    office.process(*(bounce_of(one, "soft") for one in ids))
    assert [office.status(2), office.status(3)] == ["suppressed", "confirmed"]
    signups, now = Signups(office.site.database), office.site.clock.now()
    signups.ask(_SIGN_UP, _CONFIRMATION, now)
    with office.site.database.read() as connection:
        (confirmation_id,) = connection.scalars(select(signup.c.delivery_id))
    assert signups.confirm(confirmation_id, now)
    office.process(*(bounce_of(one, "soft") for one in office.next_day()[1:3]))
    assert [office.status(2), office.status(3)] == ["confirmed", "suppressed"]


def test_process_soft_bounces_of_a_former_address_do_not_count(office: Office) -> None:
    """Four to the old one, of which the reports come after the change, and one to the new one."""
    ids = [2]
    for _day in range(3):
        office.process(bounce_of(ids[0], "soft"))
        ids = office.next_day()[1:2]
    moved = subscriber.update().where(subscriber.c.email_key == "reader2@readers.example")
    with office.site.database.write() as connection:
        connection.execute(moved.values(email="anna@readers.example", email_key="anna@readers.example"))
    office.process(bounce_of(ids[0], "soft"))
    with office.site.database.read() as connection:
        (status,) = connection.scalars(select(subscriber.c.status).where(subscriber.c.email == "anna@readers.example"))
    assert status == "confirmed"
    new = office.next_day()[1]
    office.process(bounce_of(new, "soft").replace(b"reader2@", b"anna@"))
    with office.site.database.read() as connection:
        (status,) = connection.scalars(select(subscriber.c.status).where(subscriber.c.email == "anna@readers.example"))
        assert len(connection.execute(bounce.select().where(bounce.c.counted)).all()) == 5
    assert status == "confirmed"


def test_process_soft_bounces_with_a_delivery_between_start_again(office: Office) -> None:
    """The delivery is one that did not bounce."""
    ids = [2]
    for day in range(7):
        if day != 3:
            office.process(bounce_of(ids[0], "soft"))
        ids = office.next_day()[1:2]
    assert office.status(2) == "confirmed"


def test_process_soft_bounces_over_more_than_15_days_are_not_counted_together(office: Office) -> None:
    """One in four days."""
    ids = [2]
    for _day in range(5):
        office.process(bounce_of(ids[0], "soft"))
        office.site.clock.moment += timedelta(days=3)
        ids = office.next_day()[1:2]
    assert office.status(2) == "confirmed"


def test_process_bounces_of_a_receiver_that_doubts_the_sender_are_not_counted(office: Office) -> None:
    """4.7.x for a week is about the sender's address or pace, and must not suppress a receiver's readers."""
    ids = [2]
    for _day in range(7):
        office.process(bounce_of(ids[0], "throttled"))
        ids = office.next_day()[1:2]
    assert office.status(2) == "confirmed"


def test_process_soft_bounces_of_more_than_15_days_that_are_read_at_once_are_not_counted_together(
    office: Office,
) -> None:
    """A mailbox that nobody read for weeks."""
    reports = [bounce_of(2, "soft")]
    for _week in range(4):
        office.site.clock.moment += timedelta(days=6)
        reports.append(bounce_of(office.next_day()[1], "soft"))
    assert acted(office.process(*reports)) == [True] * 5
    assert office.status(2) == "confirmed"


def test_process_one_delivery_that_bounces_often_counts_once(office: Office) -> None:
    """Each report is another message."""
    for number in range(8):
        office.process(bounce_of(2, "soft") + b"%d" % number)
    assert office.status(2) == "confirmed"


def test_process_delays_are_not_counted(office: Office) -> None:
    """The message is still tried, so nothing bounced."""
    ids = [2]
    for _day in range(6):
        assert acted(office.process(bounce_of(ids[0], "soft", delayed=True))) == [False]
        ids = office.next_day()[1:2]
    assert office.status(2) == "confirmed"
    with office.site.database.read() as connection:
        assert set(connection.scalars(select(delivery.c.bounced_at))) == {None}


def test_process_three_reports_about_us_pause_the_receiver_and_suppress_nobody(make_office: MakeOffice) -> None:
    """Two do not pause; the alert does not repeat an address."""
    office = make_office(readers=4)
    office.process(bounce_of(1, "about-us"), bounce_of(2, "about-us"))
    assert office.site.group_pauses.active() == []
    assert acted(office.process(bounce_of(3, "about-us"))) == [True]
    (pause,) = office.site.group_pauses.active()
    (alert,) = office.site.alerts.open()
    assert (pause.group, alert.subject) == ("readers.example", "readers.example")
    assert "reader3" not in alert.message
    assert {office.status(number) for number in (1, 2, 3, 4)} == {"confirmed"}


def test_process_reports_about_us_that_are_read_again_pause_nothing_more(make_office: MakeOffice) -> None:
    """They stay in a mailbox whose messages cannot be moved, and the receiver may accept mail again."""
    office = make_office(readers=4)
    reports = [bounce_of(number, "about-us") for number in (1, 2, 3)]
    office.process(*reports)
    (pause,) = office.site.group_pauses.active()
    office.site.clock.moment += timedelta(hours=12)
    office.process(*reports)
    assert office.site.group_pauses.active() == [pause]


def test_process_reports_about_us_of_earlier_messages_pause_nothing(make_office: MakeOffice) -> None:
    """What a receiver said days ago says nothing about now, nor what it said about a reader who was erased."""
    office = make_office(readers=4)
    office.site.clock.moment += timedelta(days=2)
    office.process(*(bounce_of(number, "about-us") for number in (1, 2, 3, 4)))
    assert (office.site.group_pauses.active(), office.site.alerts.open()) == ([], [])


def test_process_reports_about_us_repeat_no_address_in_the_alert(office: Office) -> None:
    """Neither the reader's nor one that their mail is forwarded to."""
    reply = b"Status: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 <other@else.example>, reader%d: blocked for policy\n"
    reports = [(number, bounce_of(number, "about-us")) for number in (1, 2, 3)]
    office.process(*(report.replace(b"Status: 5.7.1\n", reply % number) for number, report in reports))
    (alert,) = office.site.alerts.open()
    assert "blocked for policy" in alert.message
    assert "other@" not in alert.message
    assert "reader1" not in alert.message


def complaint_of(number: int, address: str | None, quoted: str) -> bytes:
    """A feedback report; without an address it is redacted."""
    stated = address or "redacted-1f@provider.example"
    return f"""\
From: fbl@provider.example
To: fbl@gazette.example
Subject: Abuse report {number}
Content-Type: multipart/report; report-type=feedback-report; boundary=b1

--b1
Content-Type: message/feedback-report

Feedback-Type: abuse
Original-Rcpt-To: {stated}

--b1
Content-Type: message/rfc822

Message-ID: {quoted}

--b1--
""".encode()


def test_process_complaint_suppresses_the_reader_whom_it_names(office: Office) -> None:
    """Where it is redacted, or quotes no message of ours, it is only reported."""
    redacted = complaint_of(1, None, our_id(1))
    forged = complaint_of(3, "reader3@readers.example", "<1@other.example>")
    assert acted(office.process(complaint_of(2, "Reader2@readers.example", our_id(2)), redacted, forged)) == [
        True,
        True,
        False,
    ]
    assert [office.status(number) for number in (1, 2, 3)] == ["confirmed", "suppressed", "confirmed"]
    with office.site.database.read() as connection:
        assert sorted(row.delivery_id for row in connection.execute(bounce.select())) == [1, 2]


def request(to: str, body: str = "", subject: str = "unsubscribe", reply_to: str = "<1@other.example>") -> bytes:
    """A reader's mail."""
    header = f"From: someone@readers.example\nTo: {to}\nSubject: {subject}\nIn-Reply-To: {reply_to}"
    return f"{header}\n\n{body}\n".encode()


def test_process_requests_to_unsubscribe_end_the_subscription_as_the_readers_own(office: Office) -> None:
    """By the address in List-Unsubscribe, by a token in the subject, by a reply to the message."""
    by_address = tokens.mint(SECRET, 1, tokens.LEAVE)
    by_subject = tokens.mint(SECRET, 2, tokens.READER)
    assert acted(
        office.process(
            request(f"unsubscribe+{by_address}@gazette.example"),
            request("digest@gazette.example", subject=f"unsubscribe {by_subject}"),
            request("digest@gazette.example", "Отпишите меня", "Re: News", our_id(3)),
        )
    ) == [True, True, True]
    assert {office.status(number) for number in (1, 2, 3)} == {"unsubscribed"}
    assert not office.site.subscribers.remove("reader1@readers.example", LeftBy.READER, NOON)


@pytest.mark.parametrize(
    "subject",
    ["[EXTERNAL] unsubscribe {}", "Re: Unsubscribe {}", "unsubscribe%20{}", "unsubscribe+{}", "unsubscribe  {}."],
)
def test_process_request_whose_subject_a_program_changed_ends_the_subscription(office: Office, subject: str) -> None:
    """The token proves it, whatever is before it or in place of the space."""
    token = tokens.mint(SECRET, 1, tokens.LEAVE)
    office.process(request("digest@gazette.example", subject=subject.format(token)))
    assert office.status(1) == "unsubscribed"


def test_process_request_of_a_message_that_is_not_stored_is_logged(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """As after a restored backup: its number leads to the recipient in the mail server's log."""
    token = tokens.mint(SECRET, 7_000, tokens.LEAVE)
    office.process(request(f"unsubscribe+{token}@gazette.example"), bounce_of(7_000))
    (warning,) = (one.message for one in caplog.records if "request to unsubscribe" in one.message)
    assert ".7000@" in warning


def test_process_request_whose_subject_has_another_token_ends_nothing(office: Office) -> None:
    """One that is longer, or of another purpose."""
    token = tokens.mint(SECRET, 1, tokens.LEAVE)
    for wrong in (f"{token}A", f"A{token}", tokens.mint(SECRET, 1, tokens.PREFERENCES)):
        office.process(request("digest@gazette.example", subject=f"[EXTERNAL] unsubscribe {wrong}"))
    assert office.status(1) == "confirmed"


def test_process_request_with_a_token_of_bounces_or_none_has_no_effect(office: Office) -> None:
    """The address of bounces is in every server's log."""
    of_bounces = tokens.mint(SECRET, 1, tokens.BOUNCE)
    assert acted(
        office.process(
            request(f"unsubscribe+{of_bounces}@gazette.example"),
            request(f"bounce+{of_bounces}@gazette.example", "unsubscribe"),
            request("digest@gazette.example", "unsubscribe", "Re: News"),
        )
    ) == [False, False, False]
    assert {office.status(number) for number in (1, 2, 3)} == {"confirmed"}


def test_process_request_at_the_address_of_bounces_needs_the_message_of_that_reader(office: Office) -> None:
    """A program answered the sender of the envelope; that of another reader proves nothing."""
    to = f"bounce+{tokens.mint(SECRET, 1, tokens.BOUNCE)}@gazette.example"
    for number in (2, 1):
        assert acted(office.process(request(to, "unsubscribe", "Re: News", our_id(number)))) == [number == 1]
    assert (office.status(1), office.status(2)) == ("unsubscribed", "confirmed")


def test_process_bounce_proves_that_an_unknown_message_was_sent(make_office: MakeOffice) -> None:
    """Also a note of absence, which has no other effect."""
    office = make_office(outcome=Outcome.UNKNOWN)
    token = tokens.mint(SECRET, 3, tokens.BOUNCE)
    absent = (
        f"From: reader3@readers.example\nTo: bounce+{token}@gazette.example\nAuto-Submitted: auto-replied\n\nAway\n"
    )
    assert acted(office.process(bounce_of(2), absent.encode())) == [True, True]
    assert list(office.states().values()) == [DeliveryState.UNKNOWN, DeliveryState.SENT, DeliveryState.SENT]
    assert [office.status(number) for number in (1, 2, 3)] == ["confirmed", "suppressed", "confirmed"]


def test_process_notification_of_a_delivery_proves_it_and_counts_as_no_failure(make_office: MakeOffice) -> None:
    """The message arrived, so its reader keeps getting mail."""
    office = make_office(outcome=Outcome.UNKNOWN)
    assert acted(office.process(bounce_of(1, "delivered"))) == [True]
    assert office.states()[1] == DeliveryState.SENT
    with office.site.database.read() as connection:
        assert connection.execute(select(bounce.c.counted)).scalars().all() == [False]
        assert connection.execute(select(delivery.c.bounced_at).where(delivery.c.id == 1)).scalar_one() is None
    assert office.status(1) == "confirmed"


def test_process_marks_a_message_only_after_its_effect_is_stored(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the database fails, everything stays where it is."""
    shelf = Shelf(bounce_of(1), bounce_of(2))

    def fail(*_arguments: object) -> list[bool]:
        raise StoreError("the disk is full")

    monkeypatch.setattr(type(office.mail.bounces), "apply", fail)
    with pytest.raises(StoreError):
        list(office.mail.process(shelf))
    assert shelf.done == []


def test_process_mailbox_that_fails_is_acted_on_up_to_the_failure(office: Office) -> None:
    """It may fail at the same message each time, and nothing before it would ever have an effect."""

    class Torn(Shelf):
        def messages(self) -> Iterator[StoredMessage]:
            yield from super().messages()
            raise MailError("the connection ended")

    mailbox = Torn(bounce_of(1), bounce_of(2))
    with pytest.raises(MailError, match="the connection ended"):
        list(office.mail.process(mailbox))
    assert [office.status(number) for number in (1, 2, 3)] == ["suppressed", "suppressed", "confirmed"]
    assert mailbox.done == ["0", "1"]


def test_process_after_a_failed_move_acts_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next reading finds the messages again."""
    shelf = Shelf(bounce_of(2, "soft"))

    def fail(_keys: Collection[str]) -> None:
        raise MailError("the mailbox is gone")

    with monkeypatch.context() as patch:
        patch.setattr(shelf, "mark_done", fail)
        with pytest.raises(MailError):
            list(office.mail.process(shelf))
    assert acted(list(office.mail.process(shelf))) == [False]
    assert shelf.done == ["0"]


def test_process_reader_with_another_address_now_is_not_suppressed(office: Office) -> None:
    """The mailbox that failed is not theirs any more."""
    with office.site.database.write() as connection:
        connection.execute(delivery.update().where(delivery.c.id == 2).values(address="old@readers.example"))
    office.process(bounce_of(2))
    assert office.status(2) == "confirmed"


def test_send_refused_recipient_is_suppressed_like_one_that_bounced(tmp_path: Path) -> None:
    """A hard refusal at once; a soft or unclear one not."""
    site = Site(tmp_path, 3)
    replies = {
        1: (Outcome.BOUNCED, 550, "5.1.1", ReplyClass.HARD),
        2: (Outcome.BOUNCED, 552, "5.2.2", ReplyClass.SOFT),
        3: (Outcome.SENT, 250, "2.0.0", None),
    }

    class Refusing:
        """A server with an answer for each delivery."""

        def send(self, messages: Iterator[object], journal: object) -> None:
            for message in messages:
                assert journal.record([], [message])  # type: ignore[attr-defined]  # a Journal
                outcome, code, status, reply_class = replies[message.delivery_id]  # type: ignore[attr-defined]  # Outgoing
                receipt = Receipt(message.delivery_id, message.token, outcome, code, status)  # type: ignore[attr-defined]  # Outgoing
                journal.record([receipt._replace(reply_class=reply_class)], [])  # type: ignore[attr-defined]  # a Journal

    site.sender(Refusing()).deliver(stop=never)  # type: ignore[arg-type]  # a Mailer
    found = [site.subscribers.find(f"reader{number}@readers.example") for number in (1, 2, 3)]
    site.database.close()
    assert [one.status for one in found if one] == ["suppressed", "confirmed", "confirmed"]


def test_count_refusals_of_a_recipient_refused_after_deferrals_suppresses(office: Office) -> None:
    """The deferral is recorded as a soft bounce, and does not hide the refusal."""
    claim = Claim(2, 1, 1, "reader2@readers.example", None, 3, "token")
    deferred = Receipt(2, "token", Outcome.DEFERRED, 450, "4.2.0", reply_class=ReplyClass.SOFT)
    refused = Receipt(2, "token", Outcome.BOUNCED, 550, "5.1.1", reply_class=ReplyClass.HARD)
    for receipt, status in ((deferred, "confirmed"), (refused, "suppressed")):
        office.mail.bounces.count_refusals(recipient_refusals([receipt], {2: claim}), office.site.clock.now())
        assert office.status(2) == status


@pytest.mark.parametrize(
    ("code", "status", "text", "expected"),
    [
        (450, "4.2.0", "later", 1),
        (452, "4.2.2", "mailbox full", 1),
        (421, None, "Service refuse. Veuillez essayer plus tard. Service refused, please try later. OFR_999 [999]", 0),
        (421, "4.2.0", "Service refuse. Veuillez essayer plus tard. OFR005_505 [505]", 0),
        (421, "4.3.2", "system shutting down", 0),
    ],
)
def test_recipient_refusals_deferral_that_ends_the_connection_is_none(
    code: int, status: str | None, text: str, expected: int
) -> None:
    """A receiver that closes every connection for some days must not lose us all its readers."""
    claim = Claim(2, 1, 1, "reader2@readers.example", None, 3, "token")
    receipt = Receipt(2, "token", Outcome.DEFERRED, code, status, text, reply_class=ReplyClass.SOFT)
    assert len(recipient_refusals([receipt], {2: claim})) == expected


def test_process_maildir_moves_what_was_read(office: Office, tmp_path: Path) -> None:
    """A real Maildir: new and read messages go to the folder for done ones, as seen."""
    folder = tmp_path / "Maildir"
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir(parents=True)
    (folder / "new" / "1.a").write_bytes(bounce_of(1))
    (folder / "cur" / "2.b:2,F").write_bytes(bounce_of(2))
    with open_mailbox(str(folder), tmp_path, "", "Handled") as mailbox:
        assert acted(list(office.mail.process(mailbox))) == [True, True]
    assert sorted(file.name for file in (folder / ".Handled" / "cur").iterdir()) == ["1.a:2,S", "2.b:2,FS"]
    assert not [*(folder / "new").iterdir(), *(folder / "cur").iterdir()]


@pytest.mark.parametrize("first", [True, False])
def test_process_report_about_several_recipients_counts_that_of_our_reader(office: Office, first: bool) -> None:
    """A list forwards to others too: what became of their copies says nothing about the reader."""
    other = b"""\
Final-Recipient: rfc822; elsewhere@other.example
Action: failed
Status: 4.2.2
"""
    whole = bounce_of(2).replace(b"reader2@readers", b"Reader2@Readers")
    ours = b"Final-Recipient: rfc822; Reader2@"
    assert ours in whole
    both = (
        whole.replace(ours, other + b"\n" + ours)
        if first
        else whole.replace(b"Status: 5.1.1\n", b"Status: 5.1.1\n\n" + other)
    )
    reports = office.process(both)
    assert [(one.report.status, one.acted) for one in reports] == (
        [("4.2.2", False), ("5.1.1", True)] if first else [("5.1.1", True), ("4.2.2", False)]
    )
    assert office.status(2) == "suppressed"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("reader2@gone.example", "confirmed"),
        ("reader2@mx.readers.example", "suppressed"),
        ("anna.lee@readers.example", "suppressed"),
        ("reader2@[192.0.2.7]", "suppressed"),
        ("reader2@mailstore", "suppressed"),
    ],
)
def test_process_hard_bounce_of_an_address_at_another_domain_is_counted(
    office: Office, address: str, status: str
) -> None:
    """The reader's mail is forwarded there, or goes on to the members of a list: they may read another copy."""
    assert acted(office.process(bounce_of(2).replace(b"reader2@readers.example", address.encode(), 1))) == [True]
    assert office.status(2) == status


def test_process_hard_bounce_of_the_domain_above_the_readers_suppresses(office: Office) -> None:
    """A server may write an address of `mail.readers.example` as one of `readers.example`."""
    with office.site.database.write() as connection:
        changed = {"email": "reader2@mail.readers.example", "email_key": "reader2@mail.readers.example"}
        connection.execute(subscriber.update().where(subscriber.c.id == 2).values(changed))
        connection.execute(delivery.update().where(delivery.c.id == 2).values(address=changed["email"]))
    assert acted(office.process(bounce_of(2))) == [True]
    found = office.site.subscribers.find("reader2@mail.readers.example")
    assert found is not None
    assert found.status is SubscriberStatus.SUPPRESSED


def test_process_hard_bounce_of_an_address_at_another_domain_of_the_receiver_suppresses(office: Office) -> None:
    """As at a provider with several domains."""
    office.mail = replace(office.mail, group_of=lambda _domain: "one provider")
    other = bounce_of(2).replace(b"reader2@readers.example", b"reader2@readers-mail.example", 1)
    assert acted(office.process(other)) == [True]
    assert office.status(2) == "suppressed"


def test_process_hard_bounce_of_an_alias_is_counted_where_its_member_is_elsewhere(office: Office) -> None:
    """Postfix and others name both: a list, and the one of its members who is gone; in words and in fields."""
    fields = b"Final-Recipient: rfc822; gone@other.example\nOriginal-Recipient: rfc822; reader2@readers.example"
    assert acted(office.process(bounce_of(2).replace(b"Final-Recipient: rfc822; reader2@readers.example", fields)))
    text = f"""\
Return-Path: <>
From: Mail Delivery System <Mailer-Daemon@mx.example>
To: bounce+{tokens.mint(SECRET, 3, tokens.BOUNCE)}@gazette.example
Subject: Mail delivery failed: returning message to sender

The following address(es) failed:

  gone@other.example
    (generated from reader3@readers.example)
    550 no such user here
"""
    assert acted(office.process(text.encode()))
    assert [office.status(number) for number in (2, 3)] == ["confirmed", "confirmed"]
