"""Collecting: every source is asked at once, whatever one of them does, and the sample portal is one of them."""

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collecting.collect import MOST_AT_ONCE, collect
from digest.errors import FetchError, ParseError, SourceError, StoppedError
from digest.model.articles import Collected, Counters, Role, SourceReport, Validators, Visit, Window
from digest.sources.sample import SampleSource

END = datetime(2026, 10, 1, 4, tzinfo=UTC)
WINDOW = Window(start=END - timedelta(hours=24), end=END)
NOW = END + timedelta(minutes=5)
FOREVER = 100.0


@dataclass
class StatedSource:
    """A source that does what the test says, and remembers what it was asked."""

    name: str
    act: Callable[[], Visit] = Visit
    asked: list[tuple[Window, datetime, Validators | None]] = field(default_factory=list)

    def visit(self, window: Window, taken_at: datetime, validators: Validators | None) -> Visit:
        """Do it."""
        self.asked.append((window, taken_at, validators))
        return self.act()


def failing(error: Exception) -> Callable[[], Visit]:
    """What a source does that raises."""

    def act() -> Visit:
        raise error

    return act


def ask(*sources: StatedSource, deadline: float = FOREVER) -> Collected:
    """One round without validators."""
    return collect(sources, WINDOW, validators={}, now=NOW, deadline=deadline)


def test_every_source_is_asked_once_with_its_own_validators() -> None:
    """The window, the moment and the source's own validators reach it, and its visit comes back untouched."""
    feed, other = StatedSource("feed", lambda: Visit(unchanged=True, notes=("quiet",))), StatedSource("other")
    known = {"feed": Validators(url="https://gazette.example/rss.xml", etag='"1"')}
    collected = collect([feed, other], WINDOW, validators=known, now=NOW)
    assert feed.asked == [(WINDOW, NOW, known["feed"])]
    assert other.asked == [(WINDOW, NOW, None)]
    assert collected.taken_at == NOW
    assert [report.source for report in collected.reports] == ["feed", "other"]
    assert collected.reports[0].visit == Visit(unchanged=True, notes=("quiet",))
    assert collected.reports[0].error is None


def test_no_source_at_all() -> None:
    """Nothing to ask is an empty round."""
    assert ask() == Collected(taken_at=NOW, reports=())


def test_sources_are_asked_side_by_side() -> None:
    """As many as the cap wait for each other: one after the other they would never meet."""
    meeting = threading.Barrier(MOST_AT_ONCE, timeout=FOREVER)

    def meet() -> Visit:
        meeting.wait()
        return Visit()

    collected = ask(*(StatedSource(f"s{number}", meet) for number in range(MOST_AT_ONCE)))
    assert [report.error for report in collected.reports] == [None] * MOST_AT_ONCE


@given(st.lists(st.sampled_from(["good", "refuses", "breaks"]), max_size=80))
def test_reports_keep_the_sources_order_and_one_failure_costs_no_other(kinds: list[str]) -> None:
    """For any mixture, also beyond the cap: one report for each source, in order, and an error where it failed."""
    acts: dict[str, Callable[[], Visit]] = {
        "good": lambda: Visit(notes=("fine",)),
        "refuses": failing(FetchError("source x: no answer")),
        "breaks": failing(KeyError("hunter2")),
    }
    expected = {
        "good": None,
        "refuses": "source x: no answer",
        "breaks": "source {} failed unexpectedly: KeyError (see the debug log)",
    }
    heard: list[SourceReport] = []
    sources = [StatedSource(f"{kind}{number}", acts[kind]) for number, kind in enumerate(kinds)]
    collected = collect(sources, WINDOW, validators={}, now=NOW, deadline=FOREVER, report=heard.append)
    assert [report.source for report in collected.reports] == [source.name for source in sources]
    assert [report.error for report in collected.reports] == [
        says and says.format(source.name) for source, says in zip(sources, map(expected.get, kinds), strict=True)
    ]
    assert [bool(report.visit.notes) for report in collected.reports] == [kind == "good" for kind in kinds]
    assert {id(report) for report in heard} == {id(report) for report in collected.reports}


def test_what_a_source_died_of_is_in_the_debug_log(caplog: pytest.LogCaptureFixture) -> None:
    """An unexpected exception leaves its traceback for whoever looks, and only its type for the operator."""
    with caplog.at_level(logging.DEBUG, "digest.collecting.collect"):
        collected = ask(StatedSource("odd", failing(ZeroDivisionError("in the middle"))))
    assert "in the middle" not in str(collected.reports[0].error)
    (record,) = caplog.records
    assert record.levelno == logging.DEBUG
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError


def test_a_source_that_does_not_answer_is_reported_after_the_deadline() -> None:
    """The others' reports are there; the silent one's late answer changes nothing."""
    let_go = threading.Event()

    def hang() -> Visit:
        let_go.wait()
        return Visit(notes=("late",))

    heard: list[str] = []
    sources = [StatedSource("silent", hang), StatedSource("quick", lambda: Visit(notes=("here",)))]
    collected = collect(
        sources, WINDOW, validators={}, now=NOW, deadline=1, report=lambda report: heard.append(report.source)
    )
    let_go.set()
    silent, quick = collected.reports
    assert silent.error == "source silent did not answer within 1 s"
    assert silent.visit == Visit()
    assert quick.visit.notes == ("here",)
    assert heard == ["quick", "silent"]


def test_sources_beyond_the_cap_are_not_asked_after_the_deadline() -> None:
    """When the round is over, the threads that come back late do not go on with the sources that still wait."""
    let_go, ended = threading.Event(), threading.Semaphore(0)

    def hang() -> Visit:
        let_go.wait()
        ended.release()
        return Visit()

    waiting = StatedSource("waiting")
    sources = [*(StatedSource(f"s{number}", hang) for number in range(MOST_AT_ONCE)), waiting]
    collected = ask(*sources, deadline=0.1)
    threads = [thread for thread in threading.enumerate() if thread.name == "collect"]
    let_go.set()
    for thread in threads:
        thread.join(FOREVER)
    assert ended.acquire(timeout=FOREVER)
    assert collected.reports[-1].error == "source waiting did not answer within 0.1 s"
    assert waiting.asked == []


def test_the_process_ends_while_a_source_still_hangs() -> None:
    """No thread of a silent source keeps the process alive."""
    program = """
import threading
from datetime import UTC, datetime
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
    assert ended.stdout == "source silent did not answer within 0.05 s\n"
    assert ended.stderr == ""


def test_collect_asked_to_stop_abandons_the_visits() -> None:
    """StoppedError, although a source never answers and the deadline is far away; what still waits is not visited."""
    hanging, done = threading.Event(), threading.Event()

    def hang() -> Visit:
        hanging.set()
        done.wait()
        return Visit()

    sources = [StatedSource(f"s{number}", hang) for number in range(MOST_AT_ONCE + 1)]
    before = sys.getswitchinterval()
    with pytest.raises(StoppedError):
        collect(sources, WINDOW, validators={}, now=NOW, deadline=FOREVER, stop=hanging.is_set)
    threads = [thread for thread in threading.enumerate() if thread.name == "collect"]
    done.set()
    for thread in threads:
        thread.join(FOREVER)
    assert sources[-1].asked == []
    assert sys.getswitchinterval() == before


def test_a_listener_that_fails_is_not_hidden() -> None:
    """An exception of the caller's own callback is the caller's."""

    def listen(_: SourceReport) -> None:
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        collect([StatedSource("a"), StatedSource("b")], WINDOW, validators={}, now=NOW, report=listen)


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


def test_the_sample_portal_publishes_before_the_window_ends(sample_file: Path) -> None:
    """Articles stand under the portal's address, as old as they say at the window's end."""
    source = SampleSource("sample", Role.ARTICLES, "https://gazette.example/", file=sample_file)
    first, second = source.visit(WINDOW, NOW, None).sightings
    assert first.url == "https://gazette.example/2026/bridge"
    assert first.image_url == "https://gazette.example/images/bridge.jpg"
    assert first.published_at == END - timedelta(minutes=90)
    assert first.counters == Counters(views=1841, comments=0)
    assert (first.source, first.role, first.taken_at, first.author) == ("sample", Role.ARTICLES, END, "B. Line")
    assert (second.title, second.summary, second.image_url, second.counters) == ("Мост", None, None, Counters())


def test_the_sample_discussion(sample_file: Path) -> None:
    """Threads have a title, a time and a number of comments."""
    source = SampleSource("talk", Role.DISCUSSION, "https://gazette.example", file=sample_file)
    (thread,) = source.visit(WINDOW, NOW, None).sightings
    assert (thread.url, thread.role) == ("https://gazette.example/forum/1", Role.DISCUSSION)
    assert thread.counters == Counters(comments=12)
    assert thread.published_at == END - timedelta(hours=3)


@given(days=st.integers(-4000, 4000), late=st.integers(-50, 50))
def test_the_sample_moves_with_its_window(tmp_path_factory: pytest.TempPathFactory, days: int, late: int) -> None:
    """Another day's window gives the same portal, shifted; nothing is read before it was published."""
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
def test_a_broken_sample_is_one_sentence(tmp_path: Path, content: str) -> None:
    """A file that is not the sample portal is named, as is one that is missing."""
    file = tmp_path / "portal.json"
    file.write_text(content)
    for path in (file, tmp_path / "missing.json"):
        with pytest.raises(ParseError, match=r"^source sample: the sample portal .* is broken \(\w+\)$"):
            SampleSource("sample", Role.ARTICLES, "https://gazette.example", file=path).visit(WINDOW, NOW, None)


def test_source_errors_are_what_sources_may_raise() -> None:
    """The errors a source documents are all reported by their own sentence."""
    for kind in (SourceError, FetchError, ParseError):
        assert ask(StatedSource("x", failing(kind("said")))).reports[0].error == "said"
