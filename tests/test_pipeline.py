"""The pipeline from a feed to the mailboxes, on both databases, and what later issues remember of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest
from sqlalchemy import select

from digest import bootstrap
from digest.app import App
from digest.clock import SystemClock
from digest.delivery.sender import Sender
from digest.model.articles import SourceReport
from digest.model.deliveries import Claim, DeliveryState, Outgoing, Tally
from digest.model.issues import IssueRecord, IssueState, Slot
from digest.model.overrides import Override, OverrideKind
from digest.model.subscribers import Frequency, Preferences, Subscriber
from digest.operations.collecting import collect_window
from digest.parsing.canonical_key import canonical_key
from digest.pipeline import IssueRun
from digest.settings.load import find_settings
from digest.store.engine.database import Database
from digest.store.tables.schema import reading
from tests.support.feed_server import FeedServer
from tests.support.growing_portal import HOME, Item, address, body, configuration, install, parsed, rss
from tests.support.smtp_server import Accepted, Behaviour, Log, rogue_server

SEVEN = datetime(2026, 10, 1, 4, tzinfo=UTC)  # 07:00 in Moscow
DAY = timedelta(days=1)
READERS = 4
_S = DeliveryState


class FixedClock(SystemClock):
    """A clock that shows the moment it was set to."""

    def __init__(self) -> None:
        super().__init__()
        self.moment = SEVEN

    def now(self) -> datetime:
        return self.moment

    def elapsed(self) -> float:
        return self.moment.timestamp()


@dataclass
class Site:
    """An installation with a feed, a mail server and readers."""

    config: Path
    app: App
    sender: Sender
    clock: FixedClock
    server: FeedServer
    log: Log
    replies: dict[str, list[str]]

    def show(self, *items: Item) -> None:
        """Serve these articles in the feed."""
        text = rss(items)
        self.server.answer("/rss.xml", text, headers={"ETag": f'"{hash(text)}"'})

    def publish(self, edition: str = "daily") -> IssueRecord:
        """Make the issue that is due now."""
        whole = self.app.settings.edition(edition)
        slot = Slot(day=self.clock.now().astimezone(self.app.zone).date())
        return IssueRun.of(self.app, whole, slot, report=no_failure).publish()

    def send(self) -> None:
        """Send what is due."""
        self.sender.deliver(stop=lambda: False)

    def state(self, record: IssueRecord) -> IssueState:
        """The current state of an issue."""
        found = self.app.issues.find(record.edition, record.slot)
        assert found is not None
        return found.state

    def tally(self, record: IssueRecord) -> Tally:
        """How many deliveries of the issue are in each state."""
        return self.app.tallies.of_issue(record.id)

    def shown(self, to: int, since: int = 0) -> list[str]:
        """The articles in the only message that a reader has received since then, in order."""
        (message,) = [one for one in self.log.accepted[since:] if one.recipient == address(to)]
        return shown(message)


def shown(one: Accepted) -> list[str]:
    """The URLs of the articles in a message, in order."""
    text = body(parsed(one.content), "plain")
    return list(dict.fromkeys(word for word in text.split() if word.startswith(f"{HOME}/news/")))


def no_failure(report: SourceReport) -> None:
    """Fail where a source failed."""
    assert report.error is None, report.error


def story(
    number: int, *, hours: float = 6, views: int | None = None, comments: int = 0, since: datetime = SEVEN
) -> Item:
    """An article published some hours before seven; the higher its number, the fewer views it has."""
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


OpenSite = Callable[..., Site]


@pytest.fixture
def open_site(store_url: str, tmp_path: Path) -> Iterator[OpenSite]:
    """A function that opens an installation with the given editions."""
    with ExitStack() as stack:

        def build(*editions: str) -> Site:
            replies: dict[str, list[str]] = {}

            def decide(step: str, argument: str) -> Behaviour:
                waiting = replies.get(argument, []) if step == "MESSAGE" else []
                return waiting.pop(0) if waiting else None

            server = stack.enter_context(FeedServer())
            port, log = stack.enter_context(rogue_server(decide))
            text = configuration(
                feed=server.url("/rss.xml"), port=port, database=store_url, editions=editions or ['name = "daily"']
            )
            config, clock = install(tmp_path, text, READERS), FixedClock()
            stack.enter_context(mock.patch.object(Database, "server_time", side_effect=clock.now))
            app, sender = stack.enter_context(at_work(config, clock))
            return Site(config=config, app=app, sender=sender, clock=clock, server=server, log=log, replies=replies)

        yield build


@contextmanager
def at_work(config: Path, clock: FixedClock) -> Iterator[tuple[App, Sender]]:
    """The app of one process and its sender."""
    settings = find_settings(config)
    with bootstrap.open_app(settings, clock) as app, bootstrap.process_lock(settings) as process_lock:
        yield app, bootstrap.sender(app, bootstrap.smtp_mailer(settings), process_lock)


def test_pipeline_feed_with_articles_reaches_each_mailbox_in_ranking_order(open_site: OpenSite) -> None:
    """Five articles of the feed are in each message, in the order of the ranking."""
    site = open_site()
    site.show(*(story(number, comments=number) for number in (3, 1, 5, 2, 4)), story(9, hours=30), story(8, hours=-1))
    record = site.publish()
    assert (record.state, site.tally(record)[_S.PLANNED]) == (IssueState.FROZEN, READERS)
    assert site.log.accepted == []
    site.send()
    assert (site.state(record), site.tally(record)[_S.SENT]) == (IssueState.DONE, READERS)
    edition = site.app.settings.edition("daily")
    ranked = IssueRun.of(site.app, edition, record.slot, report=no_failure, window=record.window).rank()
    assert [one.article.url for one in ranked] == site.shown(to=1)
    assert {one.article.url for one in ranked} == {link(number) for number in range(1, 6)}
    for one in site.log.accepted:
        message = parsed(one.content)
        assert str(message["Subject"]).startswith(ranked[0].article.title)
        assert message["To"].addresses[0].addr_spec == one.recipient
        assert ranked[0].article.summary is not None
        assert ranked[0].article.summary in body(message, "html")


def test_publish_after_the_feed_changed_leaves_the_frozen_issue_as_it_is(open_site: OpenSite) -> None:
    """Publishing again changes nothing, and nobody receives the issue twice."""
    site = open_site()
    site.show(*(story(number) for number in range(1, 5)))
    record = site.publish()
    site.show(*(story(number, views=9 * number) for number in range(1, 9)))
    assert site.publish() == record
    site.send()
    site.publish()
    site.send()
    assert sorted(one.recipient for one in site.log.accepted) == sorted(map(address, range(1, READERS + 1)))
    assert site.shown(to=1) == [link(number) for number in range(1, 5)]


def test_publish_article_sent_before_is_left_out_of_the_same_edition(open_site: OpenSite) -> None:
    """An article sent on Thursday is not in Friday's issue of that edition, but is in another one, for new readers."""
    site = open_site('name = "daily"\nwindow = "72h"', 'name = "weekly"\nat = "08:00"\nwindow = "72h"')
    site.show(*(story(number) for number in range(1, 5)))
    site.publish("daily")
    site.send()
    assert site.shown(to=1) == [link(number) for number in range(1, 5)]
    site.clock.moment += DAY
    fresh = [story(number, since=SEVEN + DAY) for number in range(5, 9)]
    site.show(*(story(number) for number in range(1, 5)), *fresh)
    site.publish("daily")
    site.send()
    assert sorted(site.shown(to=1, since=READERS)) == [link(number) for number in range(5, 9)]
    site.clock.moment += timedelta(hours=1)
    site.app.subscribers.add(Subscriber(email="new@reader.example"), site.clock.now())
    record = site.publish("weekly")
    site.send()
    (message,) = site.log.accepted[2 * READERS :]
    assert message.recipient == "new@reader.example"
    assert sorted(shown(message)) == [link(number) for number in range(1, 9)]
    assert (record.had_all, record.repeated) == (READERS, 0)


def test_publish_no_reader_gets_an_article_twice_in_one_language(open_site: OpenSite) -> None:
    """Not in another edition, and not after other topics: only what a reader did not have is in their message."""
    site = open_site('name = "daily"\nwindow = "72h"', 'name = "evening"\nwindow = "72h"')
    sections = {1: "City", 2: "Sport", 3: "City", 4: "Sport"}
    titles = {1: "Council votes", 2: "Ferry race ends", 3: "Tram line opens", 4: "Swimmers meet"}
    first = [replace(story(number), title=titles[number], section=sections[number]) for number in (1, 2, 3, 4)]
    site.show(*first)
    site.app.subscribers.add_many([Subscriber(email=address(1), sections=("City",))], site.clock.now())
    site.publish("daily")
    site.send()
    assert sorted(site.shown(to=1)) == [link(1), link(3)]
    both = Subscriber(email=address(1), sections=("City", "Sport"))
    site.app.subscribers.add(both, site.clock.now())
    site.clock.moment += timedelta(hours=6)
    late = story(5, hours=1)
    site.show(*first, replace(late, title="Theatre season begins", section="Sport"))
    record = site.publish("evening")
    site.send()
    assert sorted(site.shown(to=1, since=READERS)) == [link(2), link(4), link(5)]
    assert sorted(site.shown(to=2, since=READERS)) == [link(5)]
    assert (site.tally(record)[_S.SENT], record.had_all, record.repeated) == (READERS, 0, 0)
    newest, _other = site.app.archive.latest(2)
    assert newest.preheader.count(" · ") == 2  # the whole issue, with its five articles


def test_publish_reader_who_had_an_article_in_another_language_gets_it(open_site: OpenSite) -> None:
    """Editions in different languages may show the same article."""
    site = open_site('name = "russian"\nlanguage = "ru"\narticles = "any"', 'name = "daily"')
    site.show(*map(story, (1, 2, 3)))
    site.publish("russian")
    assert site.tally(site.publish("daily"))[_S.PLANNED] == READERS


def test_publish_readers_with_the_same_history_and_other_topics_get_their_own_messages(open_site: OpenSite) -> None:
    """They had the same message in the morning, and chose different topics since."""
    site = open_site('name = "daily"\nwindow = "72h"', 'name = "evening"\nwindow = "72h"')
    morning = [replace(story(number), section="City") for number in (1, 2, 3)]
    site.show(*morning)
    site.publish("daily")
    site.send()
    site.app.subscribers.add(Subscriber(email=address(1), sections=("City", "Sport")), site.clock.now())
    site.clock.moment += timedelta(hours=6)
    late = {4: ("Swimmers meet", "Sport"), 5: ("Theatre season begins", "Culture")}
    fresh = [replace(story(number, hours=1), title=title, section=section) for number, (title, section) in late.items()]
    site.show(*morning, *fresh)
    site.publish("evening")
    site.send()
    assert site.shown(to=1, since=READERS) == [link(4)]
    assert sorted(site.shown(to=2, since=READERS)) == [link(4), link(5)]


def test_publish_readers_get_the_topics_that_they_chose(open_site: OpenSite) -> None:
    """A message for each choice; readers whose topics are not in the issue get none, and are counted."""
    site = open_site()
    sections = {1: "City", 2: "City", 3: "Sport", 4: "Science"}
    site.show(*(replace(story(number), section=section) for number, section in sections.items()))
    chosen = {1: ("sport", "CITY"), 2: ("Opera",), 3: ("Science", "Sport", "City")}
    readers = [Subscriber(email=address(number), sections=topics) for number, topics in chosen.items()]
    site.app.subscribers.add_many(readers, site.clock.now())
    record = site.publish()
    assert (record.without_articles, site.tally(record).audience) == (1, 3)
    site.send()
    assert sorted(site.shown(to=1)) == [link(number) for number in (1, 2, 3)]
    assert sorted(site.shown(to=3)) == sorted(site.shown(to=4)) == [link(number) for number in (1, 2, 3, 4)]
    assert [one for one in site.log.accepted if one.recipient == address(2)] == []
    (archived,) = site.app.archive.latest(9)
    assert archived.subject == str(parsed(site.log.accepted[0].content)["Subject"])


def test_send_waits_for_the_hour_that_a_reader_chose(open_site: OpenSite) -> None:
    """Never too early, once, and the issue is not done before; a pause cancels what waits."""
    site = open_site()
    site.show(*(story(number) for number in range(1, 5)))
    readers = [Subscriber(email=address(number), hour=9) for number in (1, 2)]
    site.app.subscribers.add_many(readers, site.clock.now())
    record = site.publish()
    site.send()
    assert sorted(one.recipient for one in site.log.accepted) == [address(3), address(4)]
    site.clock.moment = SEVEN + timedelta(hours=2) - timedelta(seconds=1)
    site.send()
    assert (len(site.log.accepted), site.state(record)) == (2, IssueState.SENDING)
    waiting = site.app.recipients.in_state(record.id, _S.PLANNED)
    assert [one.address for one in waiting] == [address(1), address(2)]
    site.app.reader_links.save_preferences(2, Preferences(paused_until=record.slot.day + DAY), site.clock.now())
    site.clock.moment = SEVEN + timedelta(hours=2)
    site.send()
    site.send()
    assert [one.recipient for one in site.log.accepted[2:]] == [address(1)]
    assert (site.state(record), site.tally(record)[_S.CANCELLED]) == (IssueState.DONE, 1)


def test_publish_weekly_issue_reaches_only_its_readers(open_site: OpenSite) -> None:
    """It covers seven days; who chose it gets no daily issue, the others no weekly one, and a pause counts too."""
    site = open_site('name = "daily"\nweekly = "thu 07:00"')
    site.show(*(story(number, hours=20 * number) for number in range(1, 10)))
    chosen = {1: None, 2: date(2026, 10, 2)}
    readers = [
        Subscriber(email=address(number), frequency=Frequency.WEEKLY, editions=("daily",), paused_until=until)
        for number, until in chosen.items()
    ]
    site.app.subscribers.add_many(readers, site.clock.now())
    weekly = site.publish("daily-weekly")
    site.send()
    assert [one.recipient for one in site.log.accepted] == [address(1)]
    assert sorted(site.shown(to=1)) == [link(number) for number in range(1, 9)]
    daily = IssueRun.of(
        site.app, site.app.settings.edition("daily"), weekly.slot, report=no_failure, window=weekly.window
    )
    daily.publish()
    site.app.reader_links.save_preferences(1, Preferences(frequency=Frequency.WEEKLY), site.clock.now(), ["daily"])
    site.send()
    assert sorted(one.recipient for one in site.log.accepted[1:]) == [address(3), address(4)]


def test_publish_after_a_cancelled_issue_shows_its_articles_again(open_site: OpenSite) -> None:
    """An issue cancelled before its first message does not mark its articles as used."""
    site = open_site('name = "daily"\nwindow = "72h"')
    site.show(*(story(number) for number in range(1, 5)))
    record = site.publish()
    assert site.app.issues.cancel(record.id, site.clock.now())
    site.send()
    assert site.log.accepted == []
    site.clock.moment += DAY
    site.publish()
    site.send()
    assert site.shown(to=2) == [link(number) for number in range(1, 5)]


def test_publish_after_a_trimmed_issue_shows_the_articles_that_did_not_fit(open_site: OpenSite) -> None:
    """Articles trimmed off a message that would be clipped are in the next issue."""
    site = open_site('name = "daily"\nwindow = "72h"\ntop = 200')
    site.show(*(story(number) for number in range(1, 161)))
    site.publish()
    site.send()
    first = site.shown(to=1)
    assert 10 < len(first) < 160
    site.clock.moment += DAY
    site.publish()
    site.send()
    second = site.shown(to=1, since=READERS)
    assert not set(first) & set(second)
    assert len(second) >= min(len(first), 160 - len(first)) - 5


def test_collect_unchanged_feed_stores_its_counters_as_new_readings(open_site: OpenSite) -> None:
    """A 304 stores the known counters as a new reading, and the feed is not downloaded again."""
    site = open_site()
    site.show(*(story(number, comments=number) for number in range(1, 5)))
    edition = site.app.settings.edition("daily")
    slot = site.app.coming_slot(edition)
    window = site.app.window(edition, slot)
    for hours in (3, 2, 1):
        site.clock.moment = SEVEN - timedelta(hours=hours)
        (report,) = collect_window(site.app, window, report=no_failure).reports
        assert report.visit.unchanged is (hours != 3)
    etags = [request.headers.get("if-none-match") for request in site.server.requests]
    assert etags[0] is None
    assert None not in etags[1:]
    with site.app.articles._database.read() as connection:
        rows = connection.execute(select(reading).order_by(reading.c.taken_at, reading.c.comments)).all()
    expected = [
        (SEVEN - timedelta(hours=hours), 1000 - number, number) for hours in (3, 2, 1) for number in range(1, 5)
    ]
    assert [(row.taken_at, row.views, row.comments) for row in rows] == expected
    site.clock.moment = SEVEN
    ranked = IssueRun.of(site.app, edition, slot, report=no_failure, window=window).rank()
    assert {one.views.taken_at for one in ranked if one.views} == {SEVEN - timedelta(hours=1)}


def test_publish_overrides_in_force_change_the_message(open_site: OpenSite) -> None:
    """A pin, a drop, a boost and a title are visible in the message; an expired override is not."""
    site = open_site()
    site.show(*(story(number) for number in range(1, 8)))
    hour = timedelta(hours=1)
    for number, kind, value, until in [
        (6, "pin", None, None),
        (1, "drop", None, SEVEN + hour),
        (7, "boost", "9.0", None),
        (2, "title", "Seals learn the timetable", None),
        (3, "drop", None, SEVEN - hour),
    ]:
        key = canonical_key(link(number))
        override = Override(
            key=key, kind=OverrideKind(kind), value=value, by="editor", at=SEVEN - 2 * hour, until=until
        )
        site.app.overrides.add("daily", None, override)
    site.publish()
    site.send()
    assert site.shown(to=1) == [link(number) for number in (6, 7, 2, 3, 4, 5)]
    message = parsed(site.log.accepted[0].content)
    assert str(message["Subject"]).startswith("News number 6 of the harbour")
    for kind in ("html", "plain"):
        assert "Seals learn the timetable" in body(message, kind)
        assert "News number 2 of" not in body(message, kind)


def test_deliver_retry_by_another_process_has_the_same_bytes(open_site: OpenSite) -> None:
    """A message deferred by the server is sent again with the same bytes, even after the feed has changed."""
    site = open_site()
    site.show(*(story(number) for number in range(1, 5)))
    record = site.publish()
    site.replies[address(3)] = ["451 4.3.0 try again"]
    tried: list[Outgoing] = []

    def compose(claim: Claim) -> Outgoing:
        tried.append(site.sender.compose(claim))
        return tried[-1]

    replace(site.sender, compose=compose).deliver(stop=lambda: False)
    assert site.tally(record).counts == {_S.SENT: READERS - 1, _S.DEFERRED: 1}
    assert site.state(record) is IssueState.SENDING
    site.show(*(story(number, views=number) for number in range(1, 9)))
    site.clock.moment += timedelta(minutes=7)
    with at_work(site.config, site.clock) as (_, heir):
        heir.deliver(stop=lambda: False)
    assert site.tally(record).counts == {_S.SENT: READERS}
    assert site.state(record) is IssueState.DONE
    (first,) = [one for one in tried if one.recipient == address(3)]
    (second,) = [one for one in site.log.accepted if one.recipient == address(3)]
    assert second.content == first.content
    assert parsed(second.content)["Date"].datetime == SEVEN
    assert len(site.log.copies) == READERS
