"""`digest demo` as a program: from its start to the first mail, and its end."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from queue import Queue

import pytest

from digest.demo.days import HOUR
from digest.demo.stage import Demo
from digest.errors import StoppedError
from digest.operations.background import at_once
from digest.scheduler.daily_run import DailyRun
from digest.store.upkeep.beats import RUN
from tests.support.installation import Installation
from tests.support.signals import hangup_is


@dataclass(frozen=True)
class Program:
    """A demo that runs; `lines` is its output so far."""

    process: subprocess.Popen[str]
    lines: Queue[str]

    def wait_for(self, pattern: str) -> str:
        """The next line of its output that has the pattern."""
        while True:
            line = self.lines.get(timeout=60)
            if re.search(pattern, line):
                return line.strip()

    def end(self, number: int) -> tuple[int, str]:
        """Its exit code after a signal, and its last line."""
        self.process.send_signal(number)
        code = self.process.wait(30)
        last = ""
        while (line := self.lines.get(timeout=30)) != "":
            last = line
        return code, last.strip()


@contextmanager
def started(folder: Path, *options: str) -> Iterator[Program]:
    """Run it in a folder, with a display whose browser writes the address that it opens to a file there."""
    browser = folder / "bin" / "xdg-open"
    browser.parent.mkdir(exist_ok=True)
    browser.write_text(f'#!/bin/sh\necho "$1" >>"{folder}/opened"\n')
    browser.chmod(0o755)
    environment = {**os.environ, "DISPLAY": ":0", "PATH": f"{browser.parent}:{os.environ['PATH']}"}
    temporary = folder / "temporary"
    temporary.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "digest", "demo", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env={**environment, "PYTHONPATH": str(Path(__file__).parents[2]), "TMPDIR": str(temporary)},
    )
    lines: Queue[str] = Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)
        lines.put("")

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield Program(process, lines)
    finally:
        process.kill()
        reader.join()
        assert process.stdout is not None
        process.stdout.close()


@pytest.mark.needs("time")
def test_demo_sends_its_first_issue_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """Two demos do not disturb each other; Ctrl-C ends one, and closing the window of its terminal the other."""
    with (
        hangup_is(signal.SIG_DFL),
        started(tmp_path) as first,
        started(tmp_path, "--no-browser") as second,
    ):
        link, other_link = (one.wait_for("/start/") for one in (first, second))
        assert link.partition("/start/")[0] != other_link.partition("/start/")[0]
        for one in (first, second):
            assert re.search("daily/.*: 6 messages are in the inbox", one.wait_for("messages"))
        for one, number in ((first, signal.SIGINT), (second, signal.SIGHUP)):
            code, last = one.end(number)
            assert code == 0
            assert re.fullmatch(r"stopped; .*/digest-demo-\w+ is removed", last)
    assert list((tmp_path / "temporary").iterdir()) == []
    assert (tmp_path / "opened").read_text().split() == [link]


@pytest.mark.needs("time")
def test_days_pass_an_issue_each_morning_and_none_is_held(demo: Demo) -> None:
    """Four days, of which the last two have the stories of the first two again."""

    def go_on() -> None:
        records = [one for one in demo.app.issues.history("daily", 10) if one.frozen_at is not None]
        if len(records) == 4 and demo.inbox.received == 4 * 12:
            demo.clock.stop()
            raise StoppedError("four days")
        if demo.inbox.received == len(records) * 12:
            due = demo.app.coming_slot(demo.app.settings.editions[0]).day
            demo.clock.skip_to(demo.app.clock.now().astimezone(demo.app.zone).replace(hour=HOUR.hour, day=due.day))

    demo.run((demo.app.settings.collect.every / 3600, go_on))
    subjects = [one.subject for one in demo.inbox.latest()]
    assert len(set(subjects)) == 4
    assert not demo.app.alerts.open()


def test_beat_of_the_demo_is_ahead_of_its_clock(demo: Demo) -> None:
    """Minutes of the demo pass within a second: pages would say that `digest run` is not running."""
    jobs = DailyRun(app=demo.app, sender=demo.sender, clock=demo.clock).jobs(at_once)
    _every, beat = demo.at_speed(jobs)[0]
    beat()
    seen = demo.app.beats.last_seen(RUN, "daily")
    assert seen is not None
    assert seen > demo.clock.now() + timedelta(hours=1)


def test_demo_with_a_configuration_is_refused(tmp_path: Path) -> None:
    """It would not be used."""
    ran = Installation(tmp_path).run("--config", "digest.toml", "demo")
    assert ran.code == 2
    assert "leave out --config" in ran.err


def test_first_morning_waits_for_a_visitor_who_fills_in_a_form(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """The form would be too old at noon; once the visitor has had their time, the day goes on there."""
    monkeypatch.setattr(type(demo.inbox), "received", 99)
    demo.clock.rest(600)
    demo._skip_the_first_morning()
    assert demo.clock.now() < demo.clock.start + timedelta(hours=1)
    demo.clock.rest(0)
    demo._skip_the_first_morning()
    assert demo.clock.now() > demo.clock.start + timedelta(hours=4)
