"""A receiver group that refuses this sender, or throttles it, is paused alone; after the pause it is tried again."""

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest
from aiosmtpd.smtp import SMTP

from digest.delivery.receiver_pauses import ReceiverPauses
from digest.model.deliveries import Claim, DeliveryState, Outcome, Outgoing, Receipt, ReplyClass
from digest.model.issues import IssueState
from digest.model.receivers import AlertKind, PauseCause
from digest.model.subscribers import Subscriber
from digest.protocols import Journal, Mailer
from digest.receivers.groups import Hosts
from digest.receivers.pauses import next_limit
from tests.support.ledger import NOON, Site, never
from tests.support.mailing import mailer_for
from tests.support.smtp_server import Accepted, at, rogue_server, serving

_S = DeliveryState
_POLICY = "550 5.7.1 blocked: not from you"
_SLOW = "451 4.7.650 rate limited"


class _Receivers:
    """An aiosmtpd server for all domains; `replies` are what some of them say to RCPT."""

    def __init__(self) -> None:
        self.replies: dict[str, str] = {}
        self.named: list[str] = []
        self.accepted: list[Accepted] = []
        self.seconds: dict[str, float] = {}  # that some of them take for each message or refusal
        self.refusing = asyncio.Lock()  # one after the other
        self.refused = 0
        self.waits: Callable[[], bool] = lambda: False  # whether the next refusal must wait
        self.open: Counter[str] = Counter()  # messages, by domain
        self.most: Counter[str] = Counter()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds its hooks by these names
        self, _server: object, _session: object, envelope: object, address: str, _options: list[str]
    ) -> str:
        self.named.append(address)
        domain = address.rpartition("@")[2]
        reply = self.replies.get(domain)
        if reply is not None:
            async with self.refusing:
                while self.waits():  # noqa: ASYNC110 - the ledger is in another thread
                    await asyncio.sleep(0.01)
                await asyncio.sleep(self.seconds.get(domain, 0))
                self.refused += 1
            return reply
        envelope.rcpt_tos.append(address)  # type: ignore[attr-defined] # aiosmtpd has no types
        return "250 2.1.5 Ok"

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802 - as above
        domain = envelope.rcpt_tos[0].rpartition("@")[2]  # type: ignore[attr-defined] # as above
        self.open[domain] += 1
        self.most[domain] = max(self.most[domain], self.open[domain])
        await asyncio.sleep(self.seconds.get(domain, 0))
        self.open[domain] -= 1
        self.accepted += [Accepted("", one, b"") for one in envelope.rcpt_tos]  # type: ignore[attr-defined] # as above
        return "250 2.0.0 Ok"

    def named_at(self, *domains: str) -> int:
        """How many recipients of these domains were named."""
        return sum(one.rpartition("@")[2] in domains for one in self.named)


@contextmanager
def _receivers() -> Iterator[tuple[int, _Receivers]]:
    receivers = _Receivers()
    with serving(lambda: SMTP(receivers, hostname="mail.example")) as port:
        yield port, receivers


def _site(folder: Path, readers: dict[str, int]) -> Site:
    """A ledger whose issue has that many readers at each domain, in turns."""
    site = Site(folder, 0)
    addresses = [f"r{number}@{domain}" for number in range(max(readers.values())) for domain in readers]
    known = [
        Subscriber(email=one) for one in addresses if int(one[1:].partition("@")[0]) < readers[one.partition("@")[2]]
    ]
    site.subscribers.add_many(known, NOON)
    site.issue = site.freeze("evening")
    return site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Thirty readers of one domain, and thirty of ten others."""
    built = _site(tmp_path, {"big.example": 30, **{f"d{number}.example": 3 for number in range(10)}})
    yield built
    built.database.close()


def _state(site: Site) -> IssueState:
    return site.issues.history("evening", 1)[0].state


def test_sender_group_that_refuses_three_recipients_is_paused_and_others_go_on(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """At most two of its readers bounce, the rest stay planned, the issue is not done, and an alert is open."""
    with _receivers() as (port, receivers):
        receivers.replies["big.example"] = _POLICY
        receivers.seconds["big.example"] = 0.05
        receivers.waits = lambda: receivers.refused >= 3 and not site.alerts.open()  # for the ledger
        site.sender(mailer_for(port, connections=2)).deliver(stop=never)
        assert len(receivers.accepted) == 30
        assert receivers.named_at("big.example") <= 9  # those that were in flight together
        counts = Counter(site.counts)
        assert counts[_S.BOUNCED] <= 2
        assert counts[_S.PLANNED] + counts[_S.DEFERRED] + counts[_S.BOUNCED] == 30
        assert _state(site) is IssueState.SENDING
        (pause,) = site.group_pauses.active()
        assert (pause.group, pause.cause, pause.until) == ("big.example", PauseCause.REFUSED, NOON + timedelta(hours=1))
        assert pause.reason == _POLICY
        (alert,) = site.alerts.open()
        assert (alert.kind, alert.subject, alert.first_seen) == (AlertKind.RECEIVER_REFUSES, "big.example", NOON)
        errors = [record for record in caplog.records if record.levelno == logging.ERROR]
        assert [record.getMessage().partition(":")[0] for record in errors] == [
            "the receiver big.example refuses our mail"
        ]
        assert "r0@" not in caplog.text
        named = len(receivers.named)
        site.sender(mailer_for(port), owner="two").deliver(stop=never)
        assert len(receivers.named) == named


def test_sender_after_the_pause_tries_a_few_messages_and_then_sends_all(site: Site) -> None:
    """The trial is refused and the pause is longer; once a message is accepted, the same call sends the rest."""
    with _receivers() as (port, receivers):
        receivers.replies["big.example"] = _POLICY
        sender = site.sender(mailer_for(port))
        sender.deliver(stop=never)
        bounced = site.counts.get(_S.BOUNCED, 0)  # before the pause, 2 at most; how many depends on what was in flight
        receivers.named.clear()
        site.clock.moment = NOON + timedelta(hours=1)
        sender.deliver(stop=never)
        assert 1 <= receivers.named_at("big.example") <= 3
        (pause,) = site.group_pauses.active()
        assert (pause.until, pause.times) == (site.clock.moment + timedelta(hours=2), 2)
        assert len(site.alerts.open()) == 1
        receivers.replies.clear()
        site.clock.moment = pause.until
        sender.deliver(stop=never)
    assert (site.group_pauses.active(), site.alerts.open()) == ([], [])
    assert Counter(site.counts) == Counter({_S.SENT: 60 - bounced, _S.BOUNCED: bounced})
    assert _state(site) is IssueState.DONE


@dataclass(frozen=True)
class _GreedyMailer:
    """A mailer that takes all messages before it sends the first one, like a server that answers late."""

    mailer: Mailer

    def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
        self.mailer.send(list(messages), journal)


@pytest.mark.parametrize("is_accepted", [True, False])
def test_sender_trial_is_three_messages_and_its_success_releases_the_others(site: Site, is_accepted: bool) -> None:
    """The messages beyond the trial wait, and the same call sends them once one of the three was accepted."""
    with _receivers() as (port, receivers):
        receivers.replies["big.example"] = _POLICY
        site.sender(mailer_for(port)).deliver(stop=never)
        bounced = site.counts.get(_S.BOUNCED, 0)  # before the pause; how many depends on what was in flight
        if is_accepted:
            receivers.replies.clear()
        receivers.named.clear()
        site.clock.moment = NOON + timedelta(hours=1)
        site.sender(_GreedyMailer(mailer_for(port))).deliver(stop=never)
        assert receivers.named_at("big.example") == (30 - bounced if is_accepted else 3)
    assert site.counts[_S.SENT] == (60 - bounced if is_accepted else 30)


def test_sender_waiting_for_a_paused_group_sends_it_later_or_expires_it(site: Site) -> None:
    """With `wait` the sender waits for the end of each pause, and at the deadline nothing is left."""
    with _receivers() as (port, receivers):
        receivers.replies["big.example"] = _POLICY
        site.sender(mailer_for(port)).deliver(stop=never, wait=True)
    bounced = site.counts.get(_S.BOUNCED, 0)
    assert bounced <= 2
    assert Counter(site.counts) == Counter({_S.SENT: 30, _S.BOUNCED: bounced, _S.EXPIRED: 30 - bounced})
    assert site.clock.moment >= NOON + timedelta(hours=12)
    assert receivers.named_at("big.example") <= 9 + 3 * 4


def test_sender_two_groups_that_refuse_pause_the_issue(site: Site) -> None:
    """What several receivers refuse at the same time is a matter of the sender."""
    with _receivers() as (port, receivers):
        receivers.replies |= {"big.example": _POLICY, "d0.example": _POLICY, "d1.example": _POLICY}
        site.sender(mailer_for(port)).deliver(stop=never)
    assert _state(site) is IssueState.PAUSED
    assert site.group_pauses.active() == []


@pytest.mark.parametrize("reply", [_SLOW, "421 4.7.28 too many messages", "421 slow down"])
def test_sender_group_that_throttles_is_paused_for_a_short_time(site: Site, reply: str) -> None:
    """The refused rows are deferred as always, the others wait a minute, and no alert is made."""
    with _receivers() as (port, receivers):
        receivers.replies["big.example"] = reply
        sender = site.sender(mailer_for(port))
        sender.deliver(stop=never)
        counts = Counter(site.counts)
        assert counts[_S.SENT] == 30
        assert counts[_S.PLANNED] + counts[_S.DEFERRED] == 30
        assert receivers.named_at("big.example") <= 2
        (pause,) = site.group_pauses.active()
        assert (pause.cause, pause.until) == (PauseCause.THROTTLED, NOON + timedelta(minutes=1))
        assert site.alerts.open() == []
        receivers.replies.clear()
        sender.deliver(stop=never, wait=True)
    assert site.counts == {_S.SENT: 60}
    assert site.clock.moment < NOON + timedelta(minutes=10)


def test_sender_whose_pace_is_refused_at_mail_stops_for_a_short_time(site: Site) -> None:
    """As Postfix limits its clients: the rest waits a minute instead of being tried and deferred at once."""
    with rogue_server(at("MAIL", "450 4.7.1 Error: too much mail from 127.0.0.1")) as (port, _log):
        site.sender(mailer_for(port)).deliver(stop=never)
    assert site.counts[_S.PLANNED] >= 25
    assert {pause.cause for pause in site.group_pauses.active()} == {PauseCause.THROTTLED}


@pytest.mark.parametrize("reply", ["450 4.7.1 greylisted, come back later", "451 4.3.0 later", "452 4.2.2 full"])
def test_sender_other_temporary_replies_pause_no_group(site: Site, reply: str) -> None:
    """Greylisting wants every recipient to be tried once."""
    with _receivers() as (port, receivers):
        receivers.replies["big.example"] = reply
        site.sender(mailer_for(port)).deliver(stop=never)
    assert site.counts == {_S.SENT: 30, _S.DEFERRED: 30}
    assert site.group_pauses.active() == []


def test_sender_unknown_recipients_pause_no_group(site: Site) -> None:
    """Readers who do not exist bounce, however many they are."""
    with _receivers() as (port, receivers):
        receivers.replies["big.example"] = "550 5.1.1 no such user"
        site.sender(mailer_for(port)).deliver(stop=never)
    assert site.counts == {_S.SENT: 30, _S.BOUNCED: 30}
    assert _state(site) is IssueState.DONE


def _hosts(domain: str) -> Hosts:
    return [(10, "mx1.hoster.example")] if domain.startswith("firm") else ()


@pytest.mark.parametrize(
    ("mx_hosts", "state", "group"),
    [(_hosts, IssueState.SENDING, "mx.hoster.example"), (lambda _domain: (), IssueState.PAUSED, None)],
)
def test_sender_domains_of_one_mail_host_are_one_group(
    tmp_path: Path, mx_hosts: Callable[[str], Hosts], state: IssueState, group: str | None
) -> None:
    """With known MX records their host is paused; without them each domain is a group, so the issue pauses."""
    firms = {f"firm{number}.de": 3 for number in range(10)}
    site = _site(tmp_path, {**firms, "other.example": 30})
    site.mx_hosts = mx_hosts
    with _receivers() as (port, receivers):
        receivers.replies |= dict.fromkeys(firms, _POLICY)
        site.sender(mailer_for(port)).deliver(stop=never)
    assert _state(site) is state
    assert [pause.group for pause in site.group_pauses.active()] == ([group] if group else [])
    assert (site.counts.get(_S.SENT, 0) == 30) is (group is not None)
    site.database.close()


@pytest.mark.needs("time")
def test_sender_after_throttling_half_as_many_messages_are_in_flight(tmp_path: Path) -> None:
    """A group that asked for a slower pace gets at most half of what was in flight; an hour later it has no limit."""
    site = _site(tmp_path, {"big.example": 120, "other.example": 30})
    with _receivers() as (port, receivers):
        receivers.seconds["big.example"] = 0.01
        receivers.replies["big.example"] = _SLOW
        sender = site.sender(mailer_for(port, connections=8))
        sender.deliver(stop=never)
        receivers.replies.clear()
        site.clock.moment += timedelta(minutes=1)
        sender.deliver(stop=never)
        slowed = receivers.most["big.example"]
        later = site.freeze("weekly")
        site.clock.moment += timedelta(hours=1)
        sender.deliver(stop=never)
    assert slowed <= 4 < receivers.most["big.example"]
    assert site.tallies.of_issue(later)[_S.SENT] == 150
    assert site.counts.get(_S.BOUNCED, 0) == 0
    site.database.close()


def test_receiver_pauses_limit_ends_after_an_hour_though_the_clock_was_set_back(site: Site) -> None:
    """A clock that was a day ahead would keep the pace slow for a day."""
    claims = {number: Claim(number, 1, site.issue, f"r{number}@big.example", None, 0, "") for number in range(8)}
    throttled = Receipt(0, "", Outcome.DEFERRED, 451, "4.7.650", "rate limited", reply_class=ReplyClass.ABOUT_US)
    pauses = ReceiverPauses(pauses=site.group_pauses, alerts=site.alerts, clock=site.clock, mx_hosts=lambda _domain: ())
    began = site.clock.elapsed()
    pauses.review([throttled], claims, claims)
    assert [pauses.has_room(claims[0], [claims[one] for one in range(most)]) for most in (3, 4)] == [True, False]
    site.clock.moment -= timedelta(days=1)
    limited = []
    for minutes in (59, 60):
        with mock.patch.object(site.clock, "elapsed", return_value=began + minutes * 60):
            limited.append(pauses.is_limited(claims[0]))
    assert limited == [True, False]


def test_receiver_pauses_one_refusal_of_a_trial_pauses_the_group_for_longer(site: Site) -> None:
    """Before the pause it took three."""
    claims = {1: Claim(1, 1, site.issue, "r1@big.example", None, 0, "")}
    site.group_pauses.pause("big.example", PauseCause.REFUSED, _POLICY, NOON)
    site.clock.moment = NOON + timedelta(hours=1)
    site.group_pauses.begin_trial("big.example", site.clock.moment)
    pauses = ReceiverPauses(pauses=site.group_pauses, alerts=site.alerts, clock=site.clock, mx_hosts=lambda _domain: ())
    pauses.refresh()
    refused = Receipt(1, "", Outcome.BOUNCED, 550, "5.7.1", "blocked", reply_class=ReplyClass.ABOUT_US)
    pauses.review([refused], claims, {1})
    (pause,) = site.group_pauses.active()
    assert (pause.until, pause.times) == (site.clock.moment + timedelta(hours=2), 2)


def test_receiver_pauses_trial_accepted_during_a_look_at_its_pause_ends_it_afterwards(site: Site) -> None:
    """The journal's thread ends the pause that the thread of the messages looks at."""
    claims = {number: Claim(number, 1, site.issue, f"r{number}@big.example", None, 0, "") for number in (1, 2)}
    site.group_pauses.pause("big.example", PauseCause.REFUSED, _POLICY, NOON)
    site.group_pauses.begin_trial("big.example", NOON + timedelta(hours=1))
    pauses = ReceiverPauses(pauses=site.group_pauses, alerts=site.alerts, clock=site.clock, mx_hosts=lambda _domain: ())
    pauses.refresh()
    journal = threading.Thread(target=pauses.review, args=([Receipt(1, "", Outcome.SENT)], claims, {1}))

    def look() -> datetime:
        if journal.ident is None:
            journal.start()
            journal.join(0.05)  # long enough to change the pause, if nothing holds it back
        return NOON + timedelta(hours=1)

    with mock.patch.object(site.clock, "now", look):
        assert not pauses.admits(claims[2])
        journal.join()
        assert pauses.admits(claims[2])


@pytest.mark.parametrize(("in_flight", "last", "limit"), [(8, None, 4), (8, 4, 2), (2, 4, 1), (1, 1, 1), (0, None, 1)])
def test_next_limit_is_half_of_what_was_in_flight(in_flight: int, last: int | None, limit: int) -> None:
    """Half of the messages in flight, or of the last limit if that is less; at least one."""
    assert next_limit(in_flight, last) == limit
