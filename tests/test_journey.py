"""The whole way in one process, on both stores: sources, store, ranking, freezing, delivery; and what is remembered."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from digest import bootstrap
from digest.app import App
from digest.clock import SystemClock
from digest.delivery.sender import Sender
from digest.model.articles import Override, SourceReport
from digest.model.deliveries import Claim, DeliveryState, Outgoing, Tally
from digest.model.issues import IssueRecord, IssueState
from digest.parsing.urls import canonical_key
from digest.pipeline import IssueRun, collect_window
from digest.settings.load import find_settings
from digest.store.schema import reading
from digest.timetable import coming_slot
from tests.support.feed_server import FeedServer
from tests.support.growing_portal import HOME, Item, address, body, configuration, install, parsed, rss
from tests.support.smtp_server import Accepted, Behaviour, Log, rogue_server

SEVEN = datetime(2026, 10, 1, 4, tzinfo=UTC)  # 07:00 in Moscow
DAY = timedelta(days=1)
READERS = 4
_S = DeliveryState


class Hands(SystemClock):
    """A clock that stands where it was set."""

    def __init__(self) -> None:
        super().__init__()
        self.moment = SEVEN

    def now(self) -> datetime:
        return self.moment


@dataclass
class House:
    """An installation with a feed, a mail server and readers."""

    config: Path
    parts: App
    sender: Sender
    clock: Hands
    server: FeedServer
    log: Log
    replies: dict[str, list[str]]

    def show(self, *items: Item) -> None:
        """Let the feed show these articles."""
        text = rss(items)
        self.server.answer("/rss.xml", text, headers={"ETag": f'"{hash(text)}"'})

    def publish(self, edition: str = "daily") -> IssueRecord:
        """Make the issue that is due now."""
        whole = self.parts.settings.edition(edition)
        slot = coming_slot(whole, self.parts.zone, self.clock.now())
        return IssueRun.of(self.parts, whole, slot, report=no_failure).publish()

    def send(self) -> None:
        """Send what is due."""
        self.sender.deliver(stop=lambda: False)

    def state(self, record: IssueRecord) -> IssueState:
        """Where an issue stands now."""
        found = self.parts.issues.find(record.edition, record.slot)
        assert found is not None
        return found.state

    def tally(self, record: IssueRecord) -> Tally:
        """Where the issue's rows stand now."""
        return self.parts.deliveries.tally(record.id)

    def shown(self, to: int, since: int = 0) -> list[str]:
        """The articles in the only message that a reader got since then, in their order."""
        (message,) = [one for one in self.log.accepted[since:] if one.recipient == address(to)]
        return shown(message)


def shown(one: Accepted) -> list[str]:
    """The addresses of the articles in a message, in the order in which its reader meets them."""
    text = body(parsed(one.content), "plain")
    return list(dict.fromkeys(word for word in text.split() if word.startswith(f"{HOME}/news/")))


def no_failure(report: SourceReport) -> None:
    """Every source must answer."""
    assert report.error is None, report.error


def story(
    number: int, *, hours: float = 6, views: int | None = None, comments: int = 0, since: datetime = SEVEN
) -> Item:
    """An article of so many hours before seven; the higher its number, the less it is read."""
    return Item(
        url=f"{HOME}/news/{number}",
        title=f"News number {number} of the harbour",
        published=since - timedelta(hours=hours),
        summary=f"What happened at berth {number}.",
        views=1000 - number if views is None else views,
        comments=comments,
    )


def link(number: int) -> str:
    """The address of an article."""
    return f"{HOME}/news/{number}"


Opens = Callable[..., House]


@pytest.fixture
def opened(store_url: str, tmp_path: Path) -> Iterator[Opens]:
    """Opens a house with these editions."""
    with ExitStack() as stack:

        def build(*editions: str) -> House:
            replies: dict[str, list[str]] = {}

            def decide(step: str, argument: str) -> Behaviour:
                waiting = replies.get(argument, []) if step == "MESSAGE" else []
                return waiting.pop(0) if waiting else None

            server = stack.enter_context(FeedServer())
            port, log = stack.enter_context(rogue_server(decide))
            text = configuration(
                feed=server.url("/rss.xml"), port=port, database=store_url, editions=editions or ['name = "daily"']
            )
            config, clock = install(tmp_path, text, READERS), Hands()
            parts, sender = stack.enter_context(at_work(config, clock))
            return House(
                config=config, parts=parts, sender=sender, clock=clock, server=server, log=log, replies=replies
            )

        yield build


@contextmanager
def at_work(config: Path, clock: Hands) -> Iterator[tuple[App, Sender]]:
    """The parts of one process and its sender."""
    settings = find_settings(config)
    with bootstrap.open_parts(settings, clock) as parts, bootstrap.process_lock(settings) as process_lock:
        yield parts, bootstrap.sender(parts, bootstrap.smtp_mailer(settings), process_lock)


def test_the_whole_way(opened: Opens) -> None:
    """Five articles and their counters come out of the feed and into each mailbox, in the order of the ranking."""
    house = opened()
    house.show(*(story(number, comments=number) for number in (3, 1, 5, 2, 4)), story(9, hours=30), story(8, hours=-1))
    record = house.publish()
    assert (record.state, house.tally(record)[_S.PLANNED]) == (IssueState.FROZEN, READERS)
    assert house.log.accepted == []
    house.send()
    assert (house.state(record), house.tally(record)[_S.SENT]) == (IssueState.DONE, READERS)
    edition = house.parts.settings.edition("daily")
    ranked = IssueRun.of(house.parts, edition, record.slot, report=no_failure, window=record.window).rank()
    assert [one.article.url for one in ranked] == house.shown(to=1)
    assert {one.article.url for one in ranked} == {link(number) for number in range(1, 6)}
    for one in house.log.accepted:
        message = parsed(one.content)
        assert str(message["Subject"]).startswith(ranked[0].article.title)
        assert message["To"].addresses[0].addr_spec == one.recipient
        assert ranked[0].article.summary is not None
        assert ranked[0].article.summary in body(message, "html")


def test_what_was_published_stays_as_it_was(opened: Opens) -> None:
    """Publishing again, after the portal has changed, changes nothing, and nobody gets it twice."""
    house = opened()
    house.show(*(story(number) for number in range(1, 5)))
    record = house.publish()
    house.show(*(story(number, views=9 * number) for number in range(1, 9)))
    assert house.publish() == record
    house.send()
    house.publish()
    house.send()
    assert sorted(one.recipient for one in house.log.accepted) == sorted(map(address, range(1, READERS + 1)))
    assert house.shown(to=1) == [link(number) for number in range(1, 5)]


def test_an_article_is_used_by_its_edition_once_it_was_sent(opened: Opens) -> None:
    """Sent on Thursday, it is not shown again on Friday in the same edition, and is in another edition."""
    house = opened('name = "daily"\nwindow = "72h"', 'name = "weekly"\nat = "08:00"\nwindow = "72h"')
    house.show(*(story(number) for number in range(1, 5)))
    house.publish("daily")
    house.send()
    assert house.shown(to=1) == [link(number) for number in range(1, 5)]
    house.clock.moment += DAY
    fresh = [story(number, since=SEVEN + DAY) for number in range(5, 9)]
    house.show(*(story(number) for number in range(1, 5)), *fresh)
    house.publish("daily")
    house.send()
    assert sorted(house.shown(to=1, since=READERS)) == [link(number) for number in range(5, 9)]
    house.clock.moment += timedelta(hours=1)
    house.publish("weekly")
    house.send()
    assert sorted(house.shown(to=1, since=2 * READERS)) == [link(number) for number in range(1, 9)]


def test_an_issue_that_was_never_sent_uses_nothing_up(opened: Opens) -> None:
    """Frozen and cancelled before the first message: its articles are shown by the next issue."""
    house = opened('name = "daily"\nwindow = "72h"')
    house.show(*(story(number) for number in range(1, 5)))
    record = house.publish()
    assert house.parts.deliveries.cancel(record.id, house.clock.now())
    house.send()
    assert house.log.accepted == []
    house.clock.moment += DAY
    house.publish()
    house.send()
    assert house.shown(to=2) == [link(number) for number in range(1, 5)]


def test_articles_that_did_not_fit_are_not_used_up(opened: Opens) -> None:
    """What was trimmed off a message that would be clipped is shown by the next issue."""
    house = opened('name = "daily"\nwindow = "72h"\ntop = 200')
    house.show(*(story(number) for number in range(1, 161)))
    house.publish()
    house.send()
    first = house.shown(to=1)
    assert 10 < len(first) < 160
    house.clock.moment += DAY
    house.publish()
    house.send()
    second = house.shown(to=1, since=READERS)
    assert not set(first) & set(second)
    assert len(second) >= min(len(first), 160 - len(first)) - 5


def test_an_unchanged_feed_counts_as_read_again(opened: Opens) -> None:
    """A 304 keeps the counters as new readings, and costs the portal no second document."""
    house = opened()
    house.show(*(story(number, comments=number) for number in range(1, 5)))
    edition = house.parts.settings.edition("daily")
    slot = coming_slot(edition, house.parts.zone, house.clock.now())
    window = house.parts.window(edition, slot)
    for hours in (3, 2, 1):
        house.clock.moment = SEVEN - timedelta(hours=hours)
        (report,) = collect_window(house.parts, window, report=no_failure).reports
        assert report.visit.unchanged is (hours != 3)
    asked = [request.headers.get("if-none-match") for request in house.server.asked]
    assert asked[0] is None
    assert None not in asked[1:]
    with house.parts.articles._database.read() as connection:
        rows = connection.execute(select(reading).order_by(reading.c.taken_at, reading.c.comments)).all()
    expected = [
        (SEVEN - timedelta(hours=hours), 1000 - number, number) for hours in (3, 2, 1) for number in range(1, 5)
    ]
    assert [(row.taken_at, row.views, row.comments) for row in rows] == expected
    house.clock.moment = SEVEN
    ranked = IssueRun.of(house.parts, edition, slot, report=no_failure, window=window).rank()
    assert {one.views.taken_at for one in ranked if one.views} == {SEVEN - timedelta(hours=1)}


def test_the_editors_hand_is_seen_in_what_is_sent(opened: Opens) -> None:
    """Pinned first, dropped out, boosted and retitled: as the message has it; a hand that let go counts no more."""
    house = opened()
    house.show(*(story(number) for number in range(1, 8)))
    hour = timedelta(hours=1)
    for number, kind, value, until in [
        (6, "pin", None, None),
        (1, "drop", None, SEVEN + hour),
        (7, "boost", "9.0", None),
        (2, "title", "Seals learn the timetable", None),
        (3, "drop", None, SEVEN - hour),
    ]:
        key = canonical_key(link(number))
        hand = Override(key=key, kind=kind, value=value, by="editor", at=SEVEN - 2 * hour, until=until)
        house.parts.overrides.add("daily", None, hand)
    house.publish()
    house.send()
    assert house.shown(to=1) == [link(number) for number in (6, 7, 2, 3, 4, 5)]
    message = parsed(house.log.accepted[0].content)
    assert str(message["Subject"]).startswith("News number 6 of the harbour")
    for kind in ("html", "plain"):
        assert "Seals learn the timetable" in body(message, kind)
        assert "News number 2 of" not in body(message, kind)


def test_a_retry_is_the_same_message_byte_for_byte(opened: Opens) -> None:
    """Deferred after its end, minutes later by another process, while the feed has changed: not a byte differs."""
    house = opened()
    house.show(*(story(number) for number in range(1, 5)))
    record = house.publish()
    house.replies[address(3)] = ["451 4.3.0 try again"]
    tried: list[Outgoing] = []

    def compose(claim: Claim) -> Outgoing:
        tried.append(house.sender.compose(claim))
        return tried[-1]

    replace(house.sender, compose=compose).deliver(stop=lambda: False)
    assert house.tally(record).counts == {_S.SENT: READERS - 1, _S.DEFERRED: 1}
    assert house.state(record) is IssueState.SENDING
    house.show(*(story(number, views=number) for number in range(1, 9)))
    house.clock.moment += timedelta(minutes=7)
    with at_work(house.config, house.clock) as (_, heir):
        heir.deliver(stop=lambda: False)
    assert house.tally(record).counts == {_S.SENT: READERS}
    assert house.state(record) is IssueState.DONE
    (first,) = [one for one in tried if one.recipient == address(3)]
    (second,) = [one for one in house.log.accepted if one.recipient == address(3)]
    assert second.content == first.content
    assert parsed(second.content)["Date"].datetime == SEVEN
    assert len(house.log.copies) == READERS
