"""`digest run` while `[summary] command` takes its time: nothing else waits for it, and a stop ends it."""

import json
import logging
import shlex
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from digest.clock import SystemClock
from digest.operations.summaries import ArticleSummaries
from digest.scheduler.daily_run import DailyRun
from digest.store.upkeep.beats import RUN
from tests.support.feed_server import FeedServer
from tests.support.growing_portal import HOME, Item, address, body, configuration, install, parsed, rss, scheduler
from tests.support.smtp_server import Log, honest_server

_PATIENCE = 60.0  # seconds until something must have happened
_COMMAND = """
import json, os, pathlib, sys, time
article = json.load(sys.stdin)
if article["section"] == "Slow":
    pathlib.Path("asked").write_text(str(os.getpid()))
    while not pathlib.Path("go").exists():
        time.sleep(0.02)
print("In short:", article["title"])
"""


@dataclass(frozen=True, kw_only=True)
class Site:
    """An installation with the editions `slow` and `quick`, both due now; the command waits for the file `go`."""

    folder: Path
    log: Log
    clock: SystemClock
    run: DailyRun

    def until(self, done: Callable[[], object]) -> None:
        """Wait for something."""
        end = time.monotonic() + _PATIENCE
        while not done():
            assert time.monotonic() < end
            time.sleep(0.02)

    def texts(self) -> list[str]:
        """The texts of the messages that were received."""
        return [body(parsed(one.content), "plain") for one in self.log.accepted]

    @contextmanager
    def running(self) -> Iterator[None]:
        """`digest run` during the block."""
        thread = threading.Thread(target=self.run.run)
        thread.start()
        try:
            yield
        finally:
            (self.folder / "go").touch()
            self.clock.stop()
            thread.join()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """One reader of both editions; the command may take as long as the test."""
    unlimited = partial(ArticleSummaries, seconds=10 * _PATIENCE, seconds_of_all=10 * _PATIENCE)
    monkeypatch.setattr("digest.pipeline.ArticleSummaries", unlimited)
    monkeypatch.setattr("digest.scheduler.daily_run.MINUTE", timedelta(seconds=1))  # between two beats
    (tmp_path / "summary.py").write_text(_COMMAND)
    now, clock = datetime.now(UTC), SystemClock()
    names = ("Slow", "Quick")
    editions = [f'name = "{one.lower()}"\nat = "{now:%H:%M}"\nsections = ["{one}"]\nminimum = 1' for one in names]
    with FeedServer() as server, honest_server() as (port, log):
        feed = rss([_item(number, section, now) for number, section in enumerate(names, 1)])
        server.answer("/rss.xml", feed)
        text = configuration(port=port, feed=server.url("/rss.xml"), zone="UTC", editions=editions)
        command = json.dumps(shlex.join([sys.executable, "summary.py"]))
        config = install(tmp_path, f"{text}\n[summary]\ncommand = {command}\n", 1, known_since=now - timedelta(hours=1))
        with scheduler(config, clock) as run:
            yield Site(folder=tmp_path, log=log, clock=clock, run=run)


def _item(number: int, section: str, now: datetime) -> Item:
    title = f"{section} news of the harbour"
    published = now - timedelta(hours=number)
    return Item(url=f"{HOME}/news/{number}", title=title, published=published, section=section, views=number)


@pytest.mark.needs("time")
def test_run_slow_summary_of_one_edition_delays_neither_another_nor_the_beat(site: Site) -> None:
    """The other edition's mail arrives, the beat goes on, and in the end readers get the summary that took long."""
    beats = set()

    def beat() -> int:
        beats.add(site.run.app.beats.last_seen(RUN, "slow"))
        return len(beats)

    with site.running():
        site.until((site.folder / "asked").exists)
        site.until(lambda: len(site.log.accepted) == 1)
        beats.clear()
        site.until(lambda: beat() >= 2)
        (only,) = site.texts()
        assert "In short: Quick news" in only
        (site.folder / "go").touch()
        site.until(lambda: len(site.log.accepted) == 2)
    assert "In short: Slow news" in site.texts()[1]
    assert {one.recipient for one in site.log.accepted} == {address(1)}
    assert set(site.log.copies.values()) == {1}


@pytest.mark.needs("time")
def test_run_stopped_while_an_issue_is_summarised_ends_the_command(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """The issue is not made, which is logged once; the next start makes it."""
    with caplog.at_level(logging.INFO), site.running():
        site.until((site.folder / "asked").exists)
        site.until(lambda: len(site.log.accepted) == 1)
        site.clock.stop()
        pid = int((site.folder / "asked").read_text())
        site.until(lambda: not Path(f"/proc/{pid}").exists())
        assert not (site.folder / "go").exists()
    (issue,) = site.run.app.issues.history("slow", 9)
    assert issue.frozen_at is None
    assert caplog.text.count("the process was stopped while articles were summarised") == 1
