"""Several relays: shares by weight, a rate for each, and others that take over from one that fails."""

import asyncio
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import Context
from dataclasses import replace
from itertools import count
from typing import Any, TypeVarTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import MailError, SenderRefusedError
from digest.mailers.smtp.connect import Connector
from digest.mailers.smtp.mailer import SmtpMailer
from digest.mailers.smtp.relay import (
    Relay,
    common_error,
    connections_of,
    fair_part,
    pause_length,
    rate_name,
    share_of,
)
from digest.model.deliveries import Outcome, Outgoing, Receipt
from digest.settings.mail import SmtpSettings
from tests.support.mailing import BRIEF, RecordingJournal, mailer_for, outgoing
from tests.support.smtp_server import HOST, Behaviour, Do, Log, at, honest_server, rogue_server

NOWHERE = 9  # nothing listens on this port

Ts = TypeVarTuple("Ts")


def relay(port: int, **more: Any) -> dict[str, Any]:
    """A table of [[smtp.relays]]."""
    return {"host": HOST, "port": port, **more}


def mailer_of(*relays: dict[str, Any], **more: Any) -> SmtpMailer:
    """A mailer for relays, with four connections and short delays."""
    return mailer_for(NOWHERE, **{"connections": 4, "relays": relays, **more})


def messages(number: int) -> Iterator[Outgoing]:
    """Small messages, numbered from 1."""
    return map(outgoing, range(1, number + 1))


def made(weight: float, taken: float = 0) -> Relay:
    """A relay without a connection."""
    connector = Connector(SmtpSettings(), None, None, BRIEF, SmtpSettings())
    return Relay("mx.example:25", connector, weight=weight, taken=taken, max_workers=100)


def made_failing(weight: float, taken: float) -> Relay:
    """A relay that was left out."""
    one = made(weight, taken)
    one.leave_out(1)
    one.error, one.max_workers, one.awaited_until = MailError("away"), 1, 60.0
    return one


def counts(*logs: Log) -> list[int]:
    """How many messages each server accepted, none of them twice."""
    copies: Counter[str] = Counter()
    for log in logs:
        copies.update(log.copies)
    assert set(copies.values()) <= {1}
    return [len(log.accepted) for log in logs]


class TellingJournal(RecordingJournal):
    """A journal that lets few messages be on their way at once, so that every relay keeps up."""

    def __init__(self) -> None:
        super().__init__()
        self._settled = threading.Event()

    def settle(self, receipts: Sequence[Receipt]) -> None:
        super().settle(receipts)
        self._settled.set()

    def few_at_once(self, messages: Iterable[Outgoing], most: int = 4) -> Iterator[Outgoing]:
        """Each message once fewer than `most` before it have no result."""
        for place, message in enumerate(messages):
            while place - len(self.receipts) >= most:
                self._settled.clear()
                if place - len(self.receipts) >= most:
                    assert self._settled.wait(30)
            yield message


class TestShares:
    """Messages are spread by weight while the relays keep up."""

    def test_relays_weights_three_to_one_share_messages_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Three quarters go to the relay of weight 3; both keep up, because few messages are on their way at once."""
        monkeypatch.setattr("digest.mailers.smtp.pool.AWAITED", 60)
        number, journal = 400, TellingJournal()
        with honest_server() as (one, heavy), honest_server() as (other, light):
            mailer_of(relay(one, weight=3), relay(other)).send(journal.few_at_once(messages(number)), journal)
        accepted = counts(heavy, light)
        assert journal.outcomes == dict.fromkeys(range(1, number + 1), Outcome.SENT)
        assert accepted[0] / number == pytest.approx(0.75, abs=0.1)

    def test_relays_one_that_is_connecting_keeps_its_share(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The other does not take everything while the first greeting is on its way."""
        monkeypatch.setattr("digest.mailers.smtp.pool.AWAITED", 60)
        journal = RecordingJournal()

        connects = count(1)

        def greet_late(step: str, _argument: str) -> Behaviour:
            if step == "CONNECT" and next(connects) == 1:
                time.sleep(0.3)
            return None

        with rogue_server(greet_late) as (one, heavy), honest_server() as (other, light):
            mailer_of(relay(one, weight=3), relay(other)).send(messages(40), journal)
        assert counts(heavy, light) == [pytest.approx(30, abs=8), pytest.approx(10, abs=8)]

    def test_relays_one_message_is_sent_once(self) -> None:
        """A single message needs one relay."""
        journal = RecordingJournal()
        with honest_server() as (one, first), honest_server() as (other, second):
            mailer_of(relay(one), relay(other)).send(messages(1), journal)
        assert sum(counts(first, second)) == 1

    def test_relays_common_rate_is_shared_by_weight(self) -> None:
        """With smtp.rate each message goes to the relay that is behind its share."""
        journal = RecordingJournal()
        with honest_server() as (one, first), honest_server() as (other, second):
            mailer_of(relay(one, weight=3), relay(other), rate="200/s").send(messages(20), journal)
        assert counts(first, second) == [pytest.approx(15, abs=2), pytest.approx(5, abs=2)]

    def test_relays_connections_are_those_of_all(self) -> None:
        """Relays share `connections` by weight."""
        journal = RecordingJournal()
        with honest_server() as (one, heavy), honest_server() as (other, light):
            mailer_of(relay(one, weight=3), relay(other)).send(messages(400), journal)
        assert heavy.connections <= 3
        assert light.connections == 1


class TestRates:
    """Each relay has its own rate."""

    def test_relays_a_single_one_keeps_its_rate(self) -> None:
        """Eleven messages at 50 a second take at least 0.2 s."""
        journal = RecordingJournal()
        began = time.monotonic()
        with honest_server() as (one, log):
            mailer_of(relay(one, rate="50/s")).send(messages(11), journal)
        assert time.monotonic() - began >= 0.19
        assert counts(log) == [11]

    def test_relays_rate_of_one_leaves_the_rest_to_the_other(self) -> None:
        """The limited relay gets what its rate permits, and the other one does not wait for it."""
        journal = RecordingJournal()
        began = time.monotonic()
        with honest_server() as (slow, limited), honest_server() as (fast, free):
            mailer_of(relay(slow, rate="2/s"), relay(fast)).send(messages(500), journal)
        seconds = time.monotonic() - began
        accepted = counts(limited, free)
        assert sum(accepted) == 500
        assert accepted[1] > accepted[0] >= 1
        assert accepted[0] <= 3 + seconds * 2

    def test_relays_timer_that_is_early_is_set_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The timers of uvloop are rounded to milliseconds; an early one must not be the last."""

        class EarlyLoop(asyncio.SelectorEventLoop):
            def call_at(
                self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
            ) -> asyncio.TimerHandle:
                return super().call_at(when - 0.0005, callback, *args, context=context)

        monkeypatch.setattr("digest.mailers.smtp.mailer._loop_factory", lambda: EarlyLoop)
        monkeypatch.setattr("digest.mailers.smtp.pool.AWAITED", 1_000)  # or its timer would wake the relays once more
        journal = RecordingJournal()
        with honest_server() as (one, first), honest_server() as (other, second):
            mailer_of(relay(one, rate="20/s"), relay(other)).send(messages(100), journal)
        assert sum(counts(first, second)) == 100

    def test_relays_all_with_rates_are_used_together(self) -> None:
        """Two relays at 40 a second send 30 messages in well under the time of one, and take the same number."""
        journal = RecordingJournal()
        with honest_server() as (one, first), honest_server() as (other, second):
            mailer_of(relay(one, rate="40/s"), relay(other, rate="40/s")).send(messages(30), journal)
        assert counts(first, second) == [pytest.approx(15, abs=2)] * 2


class TestFailover:
    """A relay that cannot be used is left out, and the others take over."""

    @pytest.mark.parametrize("behaviour", ["421 too busy", "554 no service for you"])
    def test_relays_one_refuses_connections_the_other_sends_all(
        self, behaviour: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Temporarily or for good; the log names the relay that is left out, once."""
        journal = RecordingJournal()
        caplog.set_level(logging.WARNING)
        with rogue_server(at("CONNECT", behaviour)) as (bad, refusing), honest_server() as (good, log):
            mailer_of(relay(bad, weight=9), relay(good)).send(messages(200), journal)
        assert counts(refusing, log) == [0, 200]
        assert journal.outcomes == dict.fromkeys(range(1, 201), Outcome.SENT)
        left_out = [line for line in caplog.messages if "left out" in line]
        assert len(left_out) == 1
        assert f"{HOST}:{bad}" in left_out[0]

    def test_relays_nothing_listens_at_one_the_other_sends_all(self) -> None:
        """A relay that does not exist is left out."""
        journal = RecordingJournal()
        with honest_server() as (good, log):
            mailer_of(relay(NOWHERE), relay(good)).send(messages(50), journal)
        assert counts(log) == [50]

    def test_relays_login_refused_at_one_the_other_sends_all(self, caplog: pytest.LogCaptureFixture) -> None:
        """A wrong password is logged with the names of the keys, without the password."""
        journal = RecordingJournal()
        account = {"username": "digest", "password": "tide-table-9", "password_env": "MX1_PASSWORD"}
        with rogue_server(at("AUTH", "535 5.7.8 no"), logins=True) as (bad, refusing), honest_server() as (good, log):
            mailer_of(relay(bad, **account), relay(good)).send(messages(100), journal)
        assert counts(refusing, log) == [0, 100]
        assert "MX1_PASSWORD in .env" in caplog.text
        assert "tide-table-9" not in caplog.text

    def test_relays_one_dies_in_the_middle_nothing_is_sent_twice(self) -> None:
        """What was in flight without a reply is unknown; everything else is sent, by one of the two."""
        journal = RecordingJournal()
        dead = threading.Event()
        seen: list[str] = []

        def die(step: str, recipient: str) -> Behaviour:
            if step == "MESSAGE":
                seen.append(recipient)
                if len(seen) > 30:
                    dead.set()
            return "421 going down" if dead.is_set() else None

        with rogue_server(die) as (bad, dying), honest_server() as (good, log):
            mailer_of(relay(bad), relay(good)).send(messages(400), journal)
        accepted = counts(dying, log)
        outcomes = Counter(journal.outcomes.values())
        assert outcomes.total() == 400
        assert outcomes[Outcome.SENT] == sum(accepted)
        assert accepted[0] == 30
        assert accepted[1] >= 360
        assert set(outcomes) <= {Outcome.SENT, Outcome.DEFERRED}

    def test_relays_reply_lost_at_one_is_unknown_and_not_repeated(self) -> None:
        """A relay that takes a message and closes without a reply leaves it unknown: the other one does not get it."""
        journal = RecordingJournal()
        with rogue_server(at("MESSAGE", Do.TAKE_AND_DROP)) as (bad, dropping), honest_server() as (good, log):
            mailer_of(relay(bad), relay(good), retry_delays=(0.05, 5)).send(messages(200), journal)
        accepted = counts(dropping, log)
        outcomes = Counter(journal.outcomes.values())
        assert outcomes == {Outcome.SENT: accepted[1], Outcome.UNKNOWN: accepted[0]}
        assert accepted[0] >= 1

    def test_relays_one_returns_and_gets_its_share_again(self, caplog: pytest.LogCaptureFixture) -> None:
        """A relay that was busy at first takes part once it accepts connections, and the log says so of it only."""
        journal = TellingJournal()
        caplog.set_level(logging.INFO)
        refusals = iter(["421 busy", "421 busy"])
        returned = threading.Event()

        def busy(step: str, _argument: str) -> Behaviour:
            if step != "CONNECT":
                returned.set()
            return next(refusals, None) if step == "CONNECT" else None

        def paced() -> Iterator[Outgoing]:
            for number, message in enumerate(messages(120)):
                if number == 30:
                    assert returned.wait(60)
                yield message

        with rogue_server(busy) as (late, returning), honest_server() as (good, log):
            # One at once goes to the relay that is behind its share, however long each server takes.
            mailer_of(relay(late), relay(good)).send(journal.few_at_once(paced(), 1), journal)
        accepted = counts(returning, log)
        assert sum(accepted) == 120
        assert accepted[0] > 30
        returns = [line for line in caplog.messages if "again" in line]
        assert returns == [f"the relay {HOST}:{late} is used again"]

    def test_relays_all_refuse_the_sender_raises_the_refusal(self) -> None:
        """The issue pauses as with one server; nothing was started."""
        journal = RecordingJournal()
        refuse = at("CONNECT", "554 5.7.1 go away")
        with (
            rogue_server(refuse) as (one, _),
            rogue_server(refuse) as (other, _),
            pytest.raises(SenderRefusedError, match=r"no relay can be used: .*554.*554"),
        ):
            mailer_of(relay(one), relay(other)).send(messages(20), journal)
        assert journal.receipts == []

    def test_relays_one_refuses_and_one_is_away_raises_mail_error(self) -> None:
        """After the retries; it is no refusal, because the other relay may come back."""
        journal = RecordingJournal()
        with rogue_server(at("CONNECT", "554 5.7.1 go away")) as (one, _), pytest.raises(MailError) as raised:
            mailer_of(relay(one), relay(NOWHERE)).send(messages(20), journal)
        assert not isinstance(raised.value, SenderRefusedError)

    def test_relays_one_hangs_the_other_does_not_wait_for_it(self) -> None:
        """A relay that accepts a connection and says nothing more keeps only what it holds."""
        journal = RecordingJournal()
        most_are_sent, in_time = threading.Event(), set[bool]()

        def hang(step: str, _argument: str) -> Behaviour:
            if step != "MAIL":
                return None
            in_time.add(most_are_sent.wait(60))
            return "421 going down"

        def note(step: str, _argument: str) -> Behaviour:
            if step == "MESSAGE" and len(log.accepted) >= 189:
                most_are_sent.set()
            return None

        with rogue_server(hang) as (bad, hanging), rogue_server(note) as (good, log):
            patient = replace(BRIEF, command=3600)
            mailer_of(relay(bad), relay(good), deadlines=patient).send(messages(200), journal)
        assert counts(hanging, log)[1] >= 190
        assert in_time == {True}


class TestFairPart:
    """Which part of the waiting messages a relay may take."""

    @given(
        st.lists(st.tuples(st.floats(0.1, 100), st.integers(0, 10_000)), min_size=1, max_size=6),
        st.integers(1, 1000),
    )
    def test_fair_part_someone_may_always_take(self, loads: list[tuple[float, int]], waiting: int) -> None:
        """Whatever the weights and the past, the relay that is furthest behind may take a message."""
        relays = [made(weight, taken) for weight, taken in loads]
        parts = [fair_part(waiting, one, [other for other in relays if other is not one]) for one in relays]
        assert all(0 <= part <= waiting for part in parts)
        furthest_behind = min(range(len(relays)), key=lambda place: relays[place].taken / relays[place].weight)
        assert parts[furthest_behind] >= 1

    def test_fair_part_one_behind_takes_all_until_even(self) -> None:
        """Ten messages go to the relay that has ten fewer."""
        ahead, behind = made(1, 10), made(1, 0)
        assert (fair_part(10, ahead, [behind]), fair_part(10, behind, [ahead])) == (0, 10)

    @pytest.mark.parametrize(
        ("waiting", "taken", "parts"),
        [
            (8, (0, 0), [6, 2]),
            (9, (0, 0), [7, 3]),
            (8, (0, 4), [8, 0]),
            (8, (2, 1), [7, 2]),
            (1, (4, 0), [0, 1]),
            (0, (9, 0), [0, 0]),
        ],
    )
    def test_fair_part_of_weights_three_to_one_is_rounded_up(
        self, waiting: int, taken: tuple[int, int], parts: list[int]
    ) -> None:
        """What both have taken and what waits, divided by weight, less what each has taken."""
        heavy, light = made(3, taken[0]), made(1, taken[1])
        assert [fair_part(waiting, heavy, [light]), fair_part(waiting, light, [heavy])] == parts

    def test_fair_part_inexact_sum_adds_no_message(self) -> None:
        """Seventy messages by weights of 0.7 and 0.2 and 0.1: 49, 14 and 7, although 0.7 + 0.2 + 0.1 is below 1."""
        relays = [made(0.7), made(0.2), made(0.1)]
        parts = [fair_part(70, one, [other for other in relays if other is not one]) for one in relays]
        assert parts == [49, 14, 7]


class TestStates:
    """What is noted of a relay when its connections fail and work again."""

    def test_relay_left_out_is_new_once(self) -> None:
        """Each failure is counted; nobody waits for it any more."""
        one = made(2)
        one.has_connected, one.awaited_until = True, 60.0
        assert [one.leave_out(failures) for failures in (3, 4)] == [True, False]
        assert (one.left_out, one.has_connected, one.failures, one.awaited_until) == (True, False, 4, 0.0)

    def test_relay_rejoins_beside_the_one_that_has_taken_most(self) -> None:
        """What it missed is not made up for: by weight it has as much as the others from then on."""
        one = made_failing(3, taken=5)
        assert one.rejoin([made(2, taken=20), made(1, taken=4)], connections=7)
        assert one.error is None
        assert (one.taken, one.max_workers, one.awaited_until) == (30, 7, 0.0)
        assert (one.left_out, one.has_connected) == (False, True)

    def test_relay_that_was_not_left_out_keeps_its_share(self) -> None:
        """Each further connection is noted, and changes no count."""
        one = made(3, taken=5)
        assert not one.rejoin([made(2, taken=20)], connections=7)
        assert (one.taken, one.max_workers, one.has_connected) == (5, 100, True)

    def test_relay_alone_rejoins_with_nothing_taken(self) -> None:
        """There are no others."""
        one = made(3, taken=5)
        one.leave_out(1)
        assert one.rejoin([], connections=7)
        assert one.taken == 0

    def test_relay_new_has_taken_nothing_and_is_not_known_to_work(self) -> None:
        """With an even weight."""
        one = Relay("mx.example:25", made(1).connector)
        assert (one.weight, one.taken, one.max_workers, one.failures) == (1, 0, 0, 0)
        assert (one.has_connected, one.left_out, one.awaited_until, one.error) == (False, False, 0, None)


@pytest.mark.parametrize(("left_out", "expected"), [((), [6, 3]), ((0,), [1, 9]), ((1,), [9, 1])])
def test_connections_of_relays_left_out_leave_theirs_to_the_others(
    left_out: tuple[int, ...], expected: list[int]
) -> None:
    """Nine connections are shared by weight; a relay that is left out has one to try again."""
    relays = [made(2), made(1)]
    for place in left_out:
        relays[place].leave_out(1)
    assert [connections_of(one, relays, 9) for one in relays] == expected


@pytest.mark.parametrize(
    ("connections", "permitted", "expected"), [(10, 100, [6, 3]), (10, 4, [4, 3]), (1, 100, [1, 1]), (9, 0, [1, 1])]
)
def test_connections_of_relay_are_a_whole_part_that_it_permits(
    connections: int, permitted: int, expected: list[int]
) -> None:
    """At least one, and no more than the relay has shown to permit."""
    relays = [made(2), made(1)]
    for one in relays:
        one.max_workers = permitted
    assert [connections_of(one, relays, connections) for one in relays] == expected


def test_pause_length_grows_up_to_five_minutes() -> None:
    """The delays in turn, then twice as long each time."""
    assert [pause_length((1, 2, 4), failures) for failures in range(1, 8)] == [1, 2, 4, 8, 16, 32, 64]
    assert [pause_length((), failures) for failures in range(1, 10)] == [2, 4, 8, 16, 32, 64, 128, 256, 300]
    assert pause_length((1, 2, 4), 5000) == pause_length((), 5000) == 300
    assert [pause_length((400,), failures) for failures in (1, 2)] == [400, 300]


def test_rate_name_server_is_listed_twice_differs() -> None:
    """Two accounts of one server have a rate each."""
    relays = [made(1), made(3)]
    assert [rate_name(one, relays) for one in relays] == ["mx.example:25 1", "mx.example:25 2"]


@given(st.integers(1, 100), st.integers(1, 100))
def test_share_of_all_senders_together_is_all_connections(senders: int, more: int) -> None:
    """None is left over, and the parts differ by one at most."""
    connections = senders + more - 1
    shares = [share_of(connections, senders, place) for place in range(senders)]
    assert sum(shares) == connections
    assert max(shares) - min(shares) <= 1
    assert shares == sorted(shares, reverse=True)


def test_common_error_is_a_refusal_where_each_relay_refuses() -> None:
    """The error of one relay is raised as it is; with several, all are named."""
    refused, away = SenderRefusedError("no, says mx1", lasted=10), MailError("mx2 is away", lasted=20)
    assert common_error([away]) is away
    assert common_error([refused]) is refused
    for errors, kind in (([refused, refused], SenderRefusedError), ([refused, away], MailError)):
        error = common_error(errors)
        assert type(error) is kind
        assert str(error) == f"no relay can be used: {errors[0]}; {errors[1]}"
        assert error.lasted == 10  # until then one of them could be used
