"""Collecting: all sources are visited concurrently, and none affects the others; the sample portal."""

import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collecting import side_by_side
from digest.collecting.collect import MOST_AT_ONCE, collect
from digest.errors import FetchError, ParseError, SourceError, StoppedError
from digest.model.articles import Collected, Counters, Role, SourceReport, Validators, Visit, Window
from digest.sources.sample import SampleSource

END = datetime(2026, 10, 1, 4, tzinfo=UTC)
WINDOW = Window(start=END - timedelta(hours=24), end=END)
NOW = END + timedelta(minutes=5)
FOREVER = 100.0


@dataclass
class FakeSource:
    """A source that does what the test sets, and records its visits."""

    name: str
    act: Callable[[], Visit] = Visit
    visits: list[tuple[Window, datetime, Validators | None]] = field(default_factory=list)

    def visit(self, window: Window, taken_at: datetime, validators: Validators | None) -> Visit:
        """Do it."""
        self.visits.append((window, taken_at, validators))
        return self.act()


def failing(error: Exception) -> Callable[[], Visit]:
    """What a source does that raises."""

    def act() -> Visit:
        raise error

    return act


def collect_from(*sources: FakeSource, deadline: float = FOREVER) -> Collected:
    """Collect once without validators."""
    return collect(sources, WINDOW, validators={}, now=NOW, deadline=deadline)


def test_collect_visits_each_source_once_with_its_validators() -> None:
    """It gets the window, the moment and its own validators, and its visit is returned unchanged."""
    feed, other = FakeSource("feed", lambda: Visit(unchanged=True, notes=("quiet",))), FakeSource("other")
    known = {"feed": Validators(url="https://gazette.example/rss.xml", etag='"1"')}
    collected = collect([feed, other], WINDOW, validators=known, now=NOW)
    assert feed.visits == [(WINDOW, NOW, known["feed"])]
    assert other.visits == [(WINDOW, NOW, None)]
    assert collected.taken_at == NOW
    assert [report.source for report in collected.reports] == ["feed", "other"]
    assert collected.reports[0].visit == Visit(unchanged=True, notes=("quiet",))
    assert collected.reports[0].error is None


def test_collect_without_sources_has_no_reports() -> None:
    """The result is empty."""
    assert collect_from() == Collected(taken_at=NOW, reports=())


def test_collect_visits_sources_concurrently() -> None:
    """As many as the limit wait for each other, which they could not do one after the other."""
    meeting = threading.Barrier(MOST_AT_ONCE, timeout=FOREVER)

    def meet() -> Visit:
        meeting.wait()
        return Visit()

    collected = collect_from(*(FakeSource(f"s{number}", meet) for number in range(MOST_AT_ONCE)))
    assert [report.error for report in collected.reports] == [None] * MOST_AT_ONCE


@given(st.lists(st.sampled_from(["good", "refuses", "breaks"]), max_size=80))
def test_collect_any_failures_keep_order_and_other_reports(kinds: list[str]) -> None:
    """Also beyond the limit: one report for each source, in order, and an error where it failed."""
    acts: dict[str, Callable[[], Visit]] = {
        "good": lambda: Visit(notes=("fine",)),
        "refuses": failing(FetchError("source x: no answer")),
        "breaks": failing(KeyError("hunter2")),
    }
    expected = {
        "good": None,
        "refuses": "source x: no answer",
        "breaks": "failed unexpectedly: KeyError (see the debug log)",
    }
    reported: list[SourceReport] = []
    sources = [FakeSource(f"{kind}{number}", acts[kind]) for number, kind in enumerate(kinds)]
    collected = collect(sources, WINDOW, validators={}, now=NOW, deadline=FOREVER, report=reported.append)
    assert [report.source for report in collected.reports] == [source.name for source in sources]
    assert [report.error for report in collected.reports] == list(map(expected.get, kinds))
    assert [bool(report.visit.notes) for report in collected.reports] == [kind == "good" for kind in kinds]
    assert {id(report) for report in reported} == {id(report) for report in collected.reports}


def test_collect_unexpected_exception_is_in_the_debug_log(caplog: pytest.LogCaptureFixture) -> None:
    """The log has the traceback, and the report has only the type of the exception."""
    with caplog.at_level(logging.DEBUG, "digest.collecting.collect"):
        collected = collect_from(FakeSource("odd", failing(ZeroDivisionError("in the middle"))))
    assert "in the middle" not in str(collected.reports[0].error)
    (record,) = caplog.records
    assert record.levelno == logging.DEBUG
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError


def test_collect_hanging_source_is_reported_after_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other reports are complete; its late response changes nothing."""
    release = threading.Event()
    passed = 0.0  # seconds, beside the real ones
    monkeypatch.setattr(side_by_side, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + passed))

    def hang() -> Visit:
        release.wait()
        return Visit(notes=("late",))

    def report(one: SourceReport) -> None:
        nonlocal passed
        reported.append(one.source)
        passed = FOREVER

    reported: list[str] = []
    sources = [FakeSource("silent", hang), FakeSource("quick", lambda: Visit(notes=("here",)))]
    collected = collect(sources, WINDOW, validators={}, now=NOW, deadline=FOREVER, report=report)
    release.set()
    silent, quick = collected.reports
    assert silent.error == "did not answer within 100 s"
    assert silent.visit == Visit()
    assert quick.visit.notes == ("here",)
    assert reported == ["quick", "silent"]


def test_collect_sources_beyond_the_limit_are_not_visited_after_the_deadline() -> None:
    """Threads that return late do not continue with the sources that still wait."""
    release, ended = threading.Event(), threading.Semaphore(0)

    def hang() -> Visit:
        release.wait()
        ended.release()
        return Visit()

    waiting = FakeSource("waiting")
    sources = [*(FakeSource(f"s{number}", hang) for number in range(MOST_AT_ONCE)), waiting]
    collected = collect_from(*sources, deadline=0.1)
    threads = [thread for thread in threading.enumerate() if thread.name == "collect"]
    release.set()
    for thread in threads:
        thread.join(FOREVER)
    assert ended.acquire(timeout=FOREVER)
    assert collected.reports[-1].error == "did not answer within 0.1 s"
    assert waiting.visits == []


def test_collect_hanging_source_does_not_keep_the_process_alive() -> None:
    """Its thread ends with the process."""
    program = """
import threading
from datetime import UTC, datetime
from digest.collecting import side_by_side
from digest.collecting.collect import collect
from digest.model.articles import Window

class Silent:
    name = "silent"
    def visit(self, window, taken_at, validators):
        threading.Event().wait()

now = datetime(2026, 10, 1, tzinfo=UTC)
done = collect([Silent()], Window(start=now, end=now), validators={}, now=now, deadline=0.05)
print(done.reports[0].error)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout == "did not answer within 0.05 s\n"
    assert ended.stderr == ""


def test_collect_stop_abandons_the_visits() -> None:
    """StoppedError, although a source hangs and the deadline is far away; sources that still wait are not visited."""
    hanging, done = threading.Event(), threading.Event()

    def hang() -> Visit:
        hanging.set()
        done.wait()
        return Visit()

    sources = [FakeSource(f"s{number}", hang) for number in range(MOST_AT_ONCE + 1)]
    before = sys.getswitchinterval()
    with pytest.raises(StoppedError):
        collect(sources, WINDOW, validators={}, now=NOW, deadline=FOREVER, stop=hanging.is_set)
    threads = [thread for thread in threading.enumerate() if thread.name == "collect"]
    done.set()
    for thread in threads:
        thread.join(FOREVER)
    assert sources[-1].visits == []
    assert sys.getswitchinterval() == before


def test_collect_error_of_the_callback_is_raised() -> None:
    """An exception of the caller's own callback reaches the caller."""

    def listen(_: SourceReport) -> None:
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        collect([FakeSource("a"), FakeSource("b")], WINDOW, validators={}, now=NOW, report=listen)


PORTAL = {
    "articles": [
        {
            "path": "/2026/bridge", "title": "Bridge opens", "summary": "It opened.", "image": "bridge.jpg",
            "image_credit": "Ann", "section": "City", "author": "B. Line", "language": "en", "hours_before": 1.5,
            "views": 1841, "comments": 0, "rating": None,
        },
        {
            "path": "мост", "title": "Мост", "summary": None, "image": None, "image_credit": None, "section": None,
            "author": None, "language": "ru", "hours_before": 20, "views": None, "comments": None, "rating": None,
        },
    ],
    "discussion": [{"path": "/forum/1", "title": "Which bridge?", "hours_before": 3.0, "comments": 12}],
}  # fmt: skip


@pytest.fixture
def sample_file(tmp_path: Path) -> Path:
    """A tiny sample portal."""
    file = tmp_path / "portal.json"
    file.write_text(json.dumps(PORTAL), encoding="utf-8")
    return file


def test_sample_source_articles_are_dated_from_the_window_end(sample_file: Path) -> None:
    """Their URLs are those of the portal, and their age is counted from the end of the window."""
    source = SampleSource("sample", Role.ARTICLES, "https://gazette.example/", file=sample_file)
    first, second = source.visit(WINDOW, NOW, None).sightings
    assert first.url == "https://gazette.example/2026/bridge"
    assert first.image_url == "https://gazette.example/images/bridge.jpg"
    assert first.published_at == END - timedelta(minutes=90)
    assert first.counters == Counters(views=1841, comments=0)
    assert (first.source, first.role, first.taken_at, first.author) == ("sample", Role.ARTICLES, END, "B. Line")
    assert (second.title, second.summary, second.image_url, second.counters) == ("Мост", None, None, Counters())


def test_sample_source_discussion_has_threads(sample_file: Path) -> None:
    """Threads have a title, a time and a number of comments."""
    source = SampleSource("talk", Role.DISCUSSION, "https://gazette.example", file=sample_file)
    (thread,) = source.visit(WINDOW, NOW, None).sightings
    assert (thread.url, thread.role) == ("https://gazette.example/forum/1", Role.DISCUSSION)
    assert thread.counters == Counters(comments=12)
    assert thread.published_at == END - timedelta(hours=3)


@given(days=st.integers(-4000, 4000), late=st.integers(-50, 50))
def test_sample_source_any_window_shifts_the_dates(
    tmp_path_factory: pytest.TempPathFactory, days: int, late: int
) -> None:
    """Another day's window gives the same portal, shifted; no reading is older than its article."""
    file = tmp_path_factory.getbasetemp() / "moving.json"
    file.write_text(json.dumps(PORTAL), encoding="utf-8")
    source = SampleSource("sample", Role.ARTICLES, "https://gazette.example", file=file)
    shift = timedelta(days=days)
    there = Window(start=WINDOW.start + shift, end=END + shift)
    for here, moved in zip(
        source.visit(WINDOW, NOW, None).sightings,
        source.visit(there, there.end + timedelta(hours=late), None).sightings,
        strict=True,
    ):
        assert here.published_at is not None
        assert moved.published_at == here.published_at + shift
        assert moved.published_at in there
        assert moved.taken_at >= moved.published_at


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"articles": [{"path": "/x"}]}', '{"articles": 3}'])
def test_sample_source_invalid_file_is_one_line(tmp_path: Path, content: str) -> None:
    """A file that is not a sample portal is named, as is one that is missing."""
    file = tmp_path / "portal.json"
    file.write_text(content)
    for path in (file, tmp_path / "missing.json"):
        with pytest.raises(ParseError, match=r"^the sample portal .* is broken \(\w+\)$"):
            SampleSource("sample", Role.ARTICLES, "https://gazette.example", file=path).visit(WINDOW, NOW, None)


def test_collect_documented_errors_are_reported_by_their_message() -> None:
    """The errors that the source protocol documents are all reported by their own message."""
    for kind in (SourceError, FetchError, ParseError):
        assert collect_from(FakeSource("x", failing(kind("said")))).reports[0].error == "said"
