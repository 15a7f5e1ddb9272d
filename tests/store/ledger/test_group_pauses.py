"""The pauses of receiver groups in the store: shared by all senders, with the refusals before them; alerts."""

from datetime import timedelta

from digest.model.deliveries import DeliveryState
from digest.model.issues import IssueState
from digest.model.receivers import AlertKind, PauseCause
from digest.store.issues.issues import Issues
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.group_pauses import GroupPauses
from digest.store.ledger.tallies import Tallies
from digest.store.upkeep.alerts import Alerts
from tests.support.store import LEASE, NOW, frozen, minutes, opened

_REFUSED = PauseCause.REFUSED
_ALERT = AlertKind.RECEIVER_REFUSES


def _two_groups(domain: str) -> str:
    return "google" if domain.startswith("g") else domain


def test_group_pauses_refusals_of_three_recipients_within_an_hour_name_the_group(store_url: str) -> None:
    """Whoever stores them; a delivery counts once, and refusals of an hour ago not at all."""
    with opened(store_url) as database:
        frozen(database, 6)
        claims = Deliveries(database).claim(6, owner="me", now=NOW, lease=LEASE)
        ids = [claim.delivery_id for claim in claims]
        first, second = GroupPauses(database), GroupPauses(database)
        assert first.add_refusals([(ids[0], "g1.example"), (ids[1], "other.example")], NOW, _two_groups) == set()
        assert second.add_refusals([(ids[0], "g1.example"), (ids[2], "g2.example")], NOW, _two_groups) == set()
        later = NOW + minutes(60) - timedelta(microseconds=1)
        assert first.add_refusals([(ids[3], "g1.example")], later, _two_groups) == {"google"}
        much_later = NOW + minutes(60)
        assert first.add_refusals([(ids[4], "g1.example")], much_later, _two_groups) == set()


def test_group_pauses_after_a_clear_only_newer_refusals_count(store_url: str) -> None:
    """What led to a pause does not lead to the next one."""
    with opened(store_url) as database:
        frozen(database, 6)
        ids = [claim.delivery_id for claim in Deliveries(database).claim(6, owner="me", now=NOW, lease=LEASE)]
        pauses = GroupPauses(database)
        assert pauses.add_refusals([(one, "g1.example") for one in ids[:3]], NOW, _two_groups) == {"google"}
        assert pauses.pause("google", _REFUSED, "550 no", NOW) is not None
        assert pauses.clear(NOW + minutes(1)) == ["google"]
        for number, expected in ((3, set()), (4, set()), (5, {"google"})):
            assert pauses.add_refusals([(ids[number], "g1.example")], NOW + minutes(2), _two_groups) == expected


def test_group_pauses_postponed_rows_stay_planned_and_are_claimed_after_the_pause(store_url: str) -> None:
    """No claim finds them before, the issue is not done, and a stale claim postpones nothing."""
    with opened(store_url) as database:
        issue_id = frozen(database, 4)
        deliveries, pauses = Deliveries(database), GroupPauses(database)
        claims = deliveries.claim(3, owner="me", now=NOW, lease=LEASE)
        until = NOW + minutes(60)
        pauses.postpone([(claim, until) for claim in claims] + [(claims[0]._replace(token="stale"), NOW)])
        tally = Tallies(database).of_issue(issue_id)
        assert {state: tally[state] for state in DeliveryState if tally[state]} == {DeliveryState.PLANNED: 4}
        assert len(deliveries.claim(9, owner="me", now=until - minutes(1), lease=LEASE)) == 1
        assert deliveries.finish(until) == 0
        assert deliveries.next_due(NOW) == until
        again = deliveries.claim(9, owner="me", now=until, lease=LEASE)
        assert [claim.delivery_id for claim in again] == [claim.delivery_id for claim in claims]


def test_group_pauses_clear_makes_its_rows_due(store_url: str) -> None:
    """Rows that wait for another moment keep it."""
    with opened(store_url) as database:
        frozen(database, 4)
        deliveries, pauses = Deliveries(database), GroupPauses(database)
        earlier, later, *others = deliveries.claim(4, owner="me", now=NOW, lease=LEASE)
        pause = pauses.pause("google", _REFUSED, "550 no", NOW)
        assert pause is not None
        others_until = [(claim, pause.until) for claim in others]
        pauses.postpone([(earlier, NOW + minutes(7)), (later, pause.until + minutes(1)), *others_until])
        assert pauses.clear(NOW + minutes(1), "other") == []
        assert deliveries.claim(9, owner="me", now=NOW + minutes(1), lease=LEASE) == []
        assert pauses.clear(NOW + minutes(1), "google") == ["google"]
        assert pauses.active() == []
        assert len(deliveries.claim(9, owner="me", now=NOW + minutes(1), lease=LEASE)) == 2


def test_group_pauses_clear_makes_the_rows_of_a_paused_issue_due(store_url: str) -> None:
    """It does not wait for a pause that is over once it is resumed."""
    with opened(store_url) as database:
        issue_id = frozen(database, 1)
        deliveries, pauses, issues = Deliveries(database), GroupPauses(database), Issues(database)
        (claim,) = deliveries.claim(1, owner="me", now=NOW, lease=LEASE)
        pause = pauses.pause("google", _REFUSED, "550 no", NOW)
        assert pause is not None
        pauses.postpone([(claim, pause.until)])
        assert issues.pause(issue_id, "by hand", NOW)
        pauses.clear(NOW + minutes(1))
        assert issues.move(issue_id, {IssueState.PAUSED}, IssueState.SENDING, now=NOW)
        assert len(deliveries.claim(1, owner="me", now=NOW + minutes(1), lease=LEASE)) == 1


def test_group_pauses_rows_postponed_after_the_clear_are_due(store_url: str) -> None:
    """A sender that still knows of the pause releases them until an end that is no more."""
    with opened(store_url) as database:
        frozen(database, 4)
        deliveries, pauses = Deliveries(database), GroupPauses(database)
        claims = deliveries.claim(4, owner="me", now=NOW, lease=LEASE)
        pause = pauses.pause("google", _REFUSED, "550 no", NOW)
        assert pause is not None
        pauses.clear(NOW + minutes(1))
        pauses.postpone([(claim, pause.until) for claim in claims])
        assert len(deliveries.claim(9, owner="me", now=NOW + minutes(1), lease=LEASE)) == 4


def test_group_pauses_one_sender_begins_the_trial(store_url: str) -> None:
    """Not before the pause is over; afterwards one sender at a time, until the trial's time is over too."""
    with opened(store_url) as database:
        one, other = GroupPauses(database), GroupPauses(database)
        pause = one.pause("google", _REFUSED, "550 no", NOW)
        assert pause is not None
        assert not one.begin_trial("google", pause.until - timedelta(seconds=1))
        assert one.begin_trial("google", pause.until)
        assert not other.begin_trial("google", pause.until)
        (active,) = other.active()
        assert active.trial_at == pause.until
        assert other.begin_trial("google", active.until)
        assert not one.begin_trial("yahoo", active.until)


def test_alerts_same_subject_is_open_once_until_it_is_cleared(store_url: str) -> None:
    """Seen again, it keeps its first moment; after it was cleared a new one begins."""
    with opened(store_url) as database:
        alerts = Alerts(database)
        assert alerts.report(_ALERT, "google", "refuses", NOW)
        assert not alerts.report(_ALERT, "google", "refuses again", NOW + minutes(5))
        assert alerts.report(_ALERT, "yahoo", "refuses", NOW + minutes(6))
        yahoo, google = alerts.open()
        assert (google.message, google.first_seen, google.last_seen) == ("refuses again", NOW, NOW + minutes(5))
        alerts.clear(_ALERT, ["google"], NOW + minutes(7))
        assert alerts.open() == [yahoo]
        assert alerts.report(_ALERT, "google", "refuses", NOW + minutes(8))
