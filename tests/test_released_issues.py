"""Issues that wait for a person: holds, releases, the notice before the hour, and `digest send`."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from digest import bootstrap
from digest.app import App
from digest.clock import SystemClock
from digest.composing.release import Hold
from digest.errors import IssueError
from digest.model.api import AUTHOR
from digest.model.decisions import Release, ReviewAction
from digest.model.drafts import Draft
from digest.model.issues import IssueState, Slot
from digest.model.overrides import Override, OverrideKind
from digest.model.users import UserRole
from digest.operations.change_log import ChangeLog
from digest.pipeline import IssueRun
from digest.scheduler.publisher import Publisher
from digest.settings.load import find_settings
from digest.store.upkeep.beats import RUN
from tests.support.feed_server import FeedServer
from tests.support.growing_portal import Days, Portal, body, configuration, days, install, parsed
from tests.support.installation import DAY, SLOT, Installation, day
from tests.support.smtp_server import Log, honest_server

MOSCOW = "Europe/Moscow"
ISSUE = "2026-09-02"
ANNA, BORIS = "anna@gazette.example", "boris@gazette.example"
PACE = timedelta(seconds=30)

StartSite = Callable[..., AbstractContextManager[tuple[Days, Log]]]


@pytest.fixture
def start_site(tmp_path: Path) -> StartSite:
    """A function that starts an installation with a portal, at a frozen time; the argument is its edition's lines."""

    @contextmanager
    def start(edition: str) -> Iterator[tuple[Days, Log]]:
        first = datetime(2026, 9, 1, 8, tzinfo=ZoneInfo(MOSCOW))
        with FeedServer() as server, honest_server() as (port, log):
            portal = Portal(server, first)
            text = configuration(
                feed=portal.address, port=port, zone=MOSCOW, every="6h", editions=[f'name = "daily"\n{edition}']
            )
            with days(install(tmp_path, text, 2), portal, MOSCOW) as simulated:
                yield simulated, log

    return start


def decide(day: Days, kind: str, by: str = ANNA) -> Callable[[object], None]:
    """An event in which a person holds the issue or releases it."""

    def happen(_clock: object) -> None:
        with day.app() as app:
            slot, now = Slot.parse(ISSUE), app.clock.now()
            if kind == "hold":
                app.decisions.hold("daily", slot, ReviewAction(by=by, at=now))
            else:
                app.decisions.release("daily", slot, Release(by=by, at=now))

    return happen


@contextmanager
def app_of(site: Installation) -> Iterator[App]:
    """The app of an installation."""
    settings = find_settings(site.folder / "config" / "digest.toml")
    with bootstrap.open_app(settings, SystemClock()) as app:
        yield app


def edit(day: Days) -> Callable[[object], None]:
    """An event in which a person writes an intro."""

    def happen(_clock: object) -> None:
        with day.app() as app:
            intro = Override(key="", kind=OverrideKind.INTRO, value="Good morning", by=ANNA, at=app.clock.now())
            app.overrides.add("daily", Slot.parse(ISSUE), intro)

    return happen


def with_editors(day: Days) -> None:
    """Two users of the console who may edit, one of them in Russian, and one who may not."""
    with day.app() as app:
        now = app.clock.now()
        anna = app.users.invite(ANNA, UserRole.EDITOR, "test", now).user
        app.users.set_language(anna.id, "ru")
        app.users.invite(BORIS, UserRole.ADMIN, "test", now)
        app.users.invite("clara@gazette.example", UserRole.VIEWER, "test", now)


def texts_to(log: Log, address: str) -> Sequence[str]:
    """Subject and text of the messages to an address."""
    messages = [parsed(one.content) for one in log.accepted if one.recipient == address]
    return [f"{message['Subject']}\n{body(message, 'plain')}" for message in messages]


@pytest.mark.needs("time")
@pytest.mark.unmeasured
def test_run_held_by_a_person_is_sent_at_once_after_the_release(
    start_site: StartSite, caplog: pytest.LogCaptureFixture
) -> None:
    """Long after its hour, and within seconds: the scheduler does not wait for its next try."""
    with start_site("") as (day, log):
        events = {"2026-09-02 06:50": decide(day, "hold"), "2026-09-02 08:10": decide(day, "release", BORIS)}
        day.run("2026-09-02 06:30", "2026-09-02 08:09", pace=PACE, events=events)
        assert day.issues() == {ISSUE: "held"}
        with day.app() as app:
            assert [alert.message for alert in app.alerts.open()] == [f"daily/{ISSUE} is held: {ANNA} holds it"]
        assert f"daily/{ISSUE}: held; rechecked every minute: a•••@g•••.example holds it" in caplog.messages
        assert ANNA not in caplog.text
        events.pop("2026-09-02 06:50")
        day.run("2026-09-02 08:09", "2026-09-02 08:11", pace=timedelta(seconds=5), events=events)
        assert day.issues() == {ISSUE: "done"}
        assert len(log.accepted) == 2


def test_run_unless_touched_hold_waits_and_a_notice_is_mailed_once(start_site: StartSite) -> None:
    """Each editor gets one mail in their language, also when the process is started again; then an edit releases it."""
    with start_site('unless_touched = "hold"\nnotify_at = "06:30"') as (day, log):
        with_editors(day)
        day.run("2026-09-02 06:20", "2026-09-02 06:40", pace=PACE)
        day.run("2026-09-02 06:40", "2026-09-02 06:45", pace=PACE)
        (english,), (russian,) = texts_to(log, BORIS), texts_to(log, ANNA)
        assert english.startswith("Harbour Gazette, the issue of 07:00: please decide")
        assert "Nobody has edited it. It waits until somebody edits or approves it." in " ".join(english.split())
        assert "Subject: News number" in english
        assert "expected in the end" in " ".join(english.split())
        assert "https://news.gazette.example/admin/next?edition=daily" in english
        assert "ждёт решения" in russian
        assert not texts_to(log, "clara@gazette.example")
        day.run("2026-09-02 06:45", "2026-09-02 07:05", pace=PACE)
        assert day.issues() == {ISSUE: "held"}
        day.run("2026-09-02 07:05", "2026-09-02 07:10", pace=PACE, events={"2026-09-02 07:06": edit(day)})
        assert day.issues() == {ISSUE: "done"}


def test_run_edit_before_the_notice_does_not_count_as_touched(start_site: StartSite) -> None:
    """The draft is made at `notify_at`."""
    with start_site('unless_touched = "hold"\nnotify_at = "06:30"') as (day, _log):
        day.run("2026-09-02 06:20", "2026-09-02 07:05", pace=PACE, events={"2026-09-02 06:25": edit(day)})
        assert day.issues() == {ISSUE: "held"}


def test_run_four_eyes_sends_what_somebody_else_released(start_site: StartSite) -> None:
    """The release of the last editor does not count."""
    with start_site("four_eyes = true") as (day, log):
        events = {"2026-09-02 06:40": edit(day), "2026-09-02 06:50": decide(day, "release")}
        day.run("2026-09-02 06:30", "2026-09-02 07:05", pace=PACE, events=events)
        assert day.issues() == {ISSUE: "held"}
        assert not log.accepted
        events = {"2026-09-02 07:06": decide(day, "release", BORIS)}
        day.run("2026-09-02 07:05", "2026-09-02 07:10", pace=PACE, events=events)
        assert day.issues() == {ISSUE: "done"}


def test_run_four_eyes_edit_before_the_notice_waits_for_somebody_else(start_site: StartSite) -> None:
    """Nobody but its editor has seen it."""
    with start_site('four_eyes = true\nnotify_at = "06:30"') as (day, log):
        day.run("2026-09-02 06:20", "2026-09-02 07:05", pace=PACE, events={"2026-09-02 06:25": edit(day)})
        assert day.issues() == {ISSUE: "held"}
        assert not log.accepted


def test_run_notice_is_not_sent_when_nothing_needs_a_decision(start_site: StartSite) -> None:
    """The issue sends itself."""
    with start_site('notify_at = "06:30"') as (day, log):
        with_editors(day)
        day.run("2026-09-02 06:20", "2026-09-02 07:05", pace=PACE)
        assert day.issues() == {ISSUE: "done"}
        assert texts_to(log, ANNA) == texts_to(log, BORIS) == []


def test_send_issue_that_a_person_holds_is_refused_without_force(tmp_path: Path) -> None:
    """After the release it is sent."""
    with honest_server() as (port, log):
        site = Installation(tmp_path).configure(smtp=f'host = "127.0.0.1"\nport = {port}')
        site.write("feed.xml", day())
        site.subscribe("anna@reader.example")
        slot = Slot.parse(DAY)
        with app_of(site) as app:
            app.decisions.hold("daily", slot, ReviewAction(by=ANNA, at=SLOT))
        send = ["send", "--yes", "--date", DAY]
        for _again in range(2):
            refused = site.run(*send, now=SLOT)
            refused.failed(1, "is held: a•••@g•••.example holds it", "--force")
        for command in ("status", "editions"):
            assert "a•••@g•••.example holds it" in site.run(command, now=SLOT).fine().out
        with app_of(site) as app:
            app.decisions.release("daily", slot, Release(by=BORIS, at=SLOT + timedelta(minutes=1)))
        site.run(*send, now=SLOT + timedelta(minutes=2)).fine()
        assert len(log.accepted) == 1


def test_publish_issue_that_a_person_holds_during_the_question_is_held(tmp_path: Path) -> None:
    """`digest send` asks before it freezes, and the answer may take a while."""
    site = Installation(tmp_path).configure()
    site.write("feed.xml", day())
    site.subscribe("anna@reader.example")
    slot = Slot.parse(DAY)
    with app_of(site) as app:

        def hold(_draft: Draft) -> None:
            app.decisions.hold("daily", slot, ReviewAction(by=ANNA, at=SLOT))

        issue_run = IssueRun.of(app, app.settings.edition("daily"), slot)
        record = issue_run.publish(approve=hold)
        assert (record.state, record.reason) == (IssueState.HELD, f"{ANNA} holds it")
        assert issue_run.publish(force=True).state is IssueState.FROZEN


@pytest.fixture
def issue_run(tmp_path: Path) -> Iterator[IssueRun]:
    """The run of an issue that can be made now."""
    site = Installation(tmp_path).configure()
    site.write("feed.xml", day())
    site.subscribe("anna@reader.example")
    with app_of(site) as app:
        yield IssueRun.of(app, app.settings.edition("daily"), Slot.parse(DAY))


def dropped(issue_run: IssueRun, by: str = ANNA) -> None:
    """Keep the first article out of the issue."""
    override = Override(key="gazette.example/news/1", kind=OverrideKind.DROP, value=None, by=by, at=SLOT)
    issue_run.app.overrides.add("daily", issue_run.slot, override)


def test_publish_issue_that_is_edited_while_it_is_made_is_made_again_with_the_edit(issue_run: IssueRun) -> None:
    """The content that was made before an edit is not sent; what a program changes all the time delays nothing."""
    with pytest.raises(IssueError, match="somebody edited or held it while it was made; try again"):
        issue_run.publish(approve=lambda _draft: dropped(issue_run))
    assert issue_run.app.issues.sendable(SLOT) == []
    record = issue_run.publish(approve=lambda _draft: dropped(issue_run, f"{AUTHOR}newsroom"))
    content = issue_run.app.issue_contents.find(record.id)
    assert content is not None
    assert "https://gazette.example/news/1" not in {article["url"] for article in content.articles or ()}


def test_publish_issue_to_which_articles_return_while_it_is_made_is_not_skipped(
    issue_run: IssueRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had too few of them when it was composed."""
    overrides, edited = issue_run.app.overrides, issue_run.edition.model_copy(update={"minimum": 5})
    dropped(issue_run)

    def undo(*_unused: object) -> None:
        overrides.undo("daily", overrides.changes("daily"), ANNA, SLOT)

    monkeypatch.setattr(IssueRun, "find_hold", undo)
    with pytest.raises(IssueError, match="somebody edited or held it while it was made"):
        replace(issue_run, edition=edited).publish()
    assert replace(issue_run, edition=edited).publish().state is IssueState.FROZEN


def test_publish_issue_that_is_held_after_the_last_look_is_not_frozen(
    issue_run: IssueRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its editor was told that it waits."""

    def hold(point: str) -> None:
        if point == "publish.before_freeze":
            issue_run.app.decisions.hold("daily", issue_run.slot, ReviewAction(by=ANNA, at=SLOT))

    monkeypatch.setattr("digest.failpoints.reach", hold)
    with pytest.raises(IssueError, match="somebody edited or held it while it was made"):
        issue_run.publish()
    assert issue_run.publish().state is IssueState.HELD


def test_publisher_issue_that_is_edited_while_it_is_made_is_a_warning_and_made_a_minute_later(
    issue_run: IssueRun, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An editor at work shortly before the hour is no error that calls somebody."""
    edits = [partial(dropped, issue_run)]
    monkeypatch.setattr("digest.failpoints.reach", lambda _point: edits.pop()() if edits else None)
    monkeypatch.setattr(issue_run.app.clock, "now", lambda: SLOT)
    issue_run.app.beats.record(RUN, ["daily"], SLOT - timedelta(hours=1))
    publisher = Publisher(app=issue_run.app, changes=ChangeLog(issue_run.app.clock))
    assert not publisher.publish_or_log(issue_run.edition)
    assert [one.levelname for one in caplog.records if "somebody edited" in one.message] == ["WARNING"]
    assert publisher.publish_or_log(issue_run.edition)
    assert len(issue_run.app.issues.sendable(SLOT)) == 1


@pytest.mark.parametrize(("least", "outcome"), [(1, "published for 1 subscriber"), (50, "skipped: too few articles")])
def test_publisher_issue_that_another_host_makes_meanwhile_is_logged_by_that_one_alone(
    issue_run: IssueRun, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, least: int, outcome: str
) -> None:
    """Also where it is skipped."""
    app, find_hold = issue_run.app, IssueRun.find_hold
    edition = issue_run.edition.model_copy(update={"minimum": least, "top": 50})
    meanwhile = [Publisher(app=app, changes=ChangeLog(app.clock)).publish_or_log]

    def let_the_other_be_first(made: IssueRun, anomalies: Sequence[str]) -> Hold | None:
        if meanwhile:
            meanwhile.pop()(edition)
        return find_hold(made, anomalies)

    monkeypatch.setattr(IssueRun, "find_hold", let_the_other_be_first)
    monkeypatch.setattr(app.clock, "now", lambda: SLOT)
    app.beats.record(RUN, ["daily"], SLOT - timedelta(hours=1))
    caplog.set_level("INFO")
    Publisher(app=app, changes=ChangeLog(app.clock)).publish_or_log(edition)
    assert [f"daily/{DAY}: {outcome}" in message for message in caplog.messages if DAY in message] == [True]
