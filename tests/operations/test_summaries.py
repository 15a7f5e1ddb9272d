"""The operator's command for summaries: real scripts, good and bad, and what readers see of them."""

import json
import queue
import shlex
import signal
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from digest import bootstrap
from digest.app import App
from digest.cli.signals import EndedBySignal, ended_by_signal
from digest.composing.summaries import request_of, summary_of
from digest.errors import StoppedError
from digest.model.articles import Article
from digest.operations import summaries
from digest.operations.command import LARGEST_OUTPUT, CommandFailedError, run_command
from digest.operations.summaries import ArticleSummaries
from digest.settings.load import load
from digest.settings.summary import SummarySettings
from tests.support.installation import DAY, SLOT, Installation, day
from tests.support.ledger import SteppingClock
from tests.support.process_states import process_state, wait_until_asleep
from tests.support.smtp_server import Log, honest_server

_ARTICLE = Article(key="gazette.example/1", url="https://gazette.example/1", title="A ship", published_at=SLOT)


def _script(folder: Path, body: str) -> list[str]:
    """A program that runs this Python, with `article` as what it got."""
    head = "import json, os, subprocess, sys, time\narticle = json.loads(sys.stdin.buffer.read())\n"
    file = folder / "summary.py"
    file.write_text(head + textwrap.dedent(body), encoding="utf-8")
    return [sys.executable, str(file)]


def _run(folder: Path, body: str, *, seconds: float = 20) -> str:
    command = _script(folder, body)
    printed = run_command(command, request_of(_ARTICLE), folder=folder, seconds=seconds, stopped=lambda: False)
    return summary_of(printed, _ARTICLE.title)


def test_command_gets_the_article_and_prints_its_summary(tmp_path: Path) -> None:
    """One JSON object on standard input; it runs in the folder of the installation."""
    found = _run(tmp_path, 'print("About", article["url"], os.path.basename(os.getcwd()))')
    assert found == f"About https://gazette.example/1 {tmp_path.name}"
    assert json.loads(request_of(_ARTICLE)) == {
        "url": "https://gazette.example/1",
        "title": "A ship",
        "text": None,
        "section": None,
        "author": None,
        "language": None,
        "published_at": "2025-06-02T04:00:00+00:00",
    }


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("time.sleep(60)", "it takes too long"),
        ("sys.stdout.close(); os.close(1); time.sleep(60)", "it takes too long"),
        (f"sys.stdout.write('x' * {LARGEST_OUTPUT + 1}); sys.stdout.flush(); time.sleep(60)", "more than 64 KB"),
        ("while True: print('x' * 1000)", "more than 64 KB"),
        ("sys.stdout.buffer.write(b'\\xff\\xfe abc')", "other bytes than UTF-8"),
        ("print('half an answer'); sys.exit(3)", "exit code 3"),
        ("os.kill(os.getpid(), 11)", "signal SIGSEGV"),
        ("os.kill(os.getpid(), 40)", "signal 40"),
        ("pass", "nothing new"),
        ("print('<p> </p>\\u200b')", "nothing new"),
        ("print('A SHIP.')", "nothing new"),
    ],
)
def test_command_that_fails_is_ended_and_gives_a_reason(tmp_path: Path, body: str, reason: str) -> None:
    """Whatever it does."""
    seconds = 0.5 if "too long" in reason else 20
    with pytest.raises((CommandFailedError, ValueError), match=reason):
        _run(tmp_path, body, seconds=seconds)


def test_command_that_does_not_read_its_input_is_fine(tmp_path: Path) -> None:
    """Also if it gets more than a pipe holds."""
    request = request_of(replace(_ARTICLE, summary="x" * 500_000))
    printed = run_command(["/bin/echo", "short"], request, folder=tmp_path, seconds=20, stopped=lambda: False)
    assert printed == b"short\n"
    size = run_command(["/usr/bin/wc", "-c"], request, folder=tmp_path, seconds=20, stopped=lambda: False)
    assert int(size) == len(request)


def test_command_that_is_missing_gives_a_reason(tmp_path: Path) -> None:
    """And no traceback."""
    with pytest.raises(CommandFailedError, match="cannot be started: No such file"):
        run_command(["./none"], b"", folder=tmp_path, seconds=20, stopped=lambda: False)


def test_command_has_no_secret_and_no_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables of Digest stay with it; what an article says is data."""
    monkeypatch.setenv("SMTP_PASSWORD", "canary")
    monkeypatch.setenv("DATABASE_URL", "canary")
    assert _run(tmp_path, 'print("has", "PATH" in os.environ, "canary" in str(os.environ))') == "has True False"
    settings = SummarySettings(
        command=f"{shlex.quote(sys.executable)} -c 'import sys; print(sys.argv[1:])' '$HOME; touch x' \"a b\""
    )
    printed = run_command(settings.arguments, b"", folder=tmp_path, seconds=20, stopped=lambda: False)
    assert printed.decode() == "['$HOME; touch x', 'a b']\n"
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("waits", [True, False])
def test_command_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, waits: bool
) -> None:
    """A child that would go on for a minute is killed when the time is over, and also after a good answer."""
    started = tmp_path / "child"

    def monotonic() -> float:  # the time is over once there is a child
        return 60.0 if waits and started.exists() and started.read_text() else 0.0

    monkeypatch.setattr("digest.operations.command.time", SimpleNamespace(monotonic=monotonic, sleep=time.sleep))
    child = "p = subprocess.Popen(['sleep', '60'], stdout=subprocess.DEVNULL)\nopen('child', 'w').write(str(p.pid))\n"
    ending = "time.sleep(60)" if waits else "print('A good summary'); sys.stdout.flush(); os.close(1)"
    with pytest.raises(CommandFailedError, match="too long") if waits else nullcontext():
        _run(tmp_path, child + ending)
    pid = int(started.read_text())
    while process_state(pid) not in (None, "Z"):
        time.sleep(0.02)


def test_summary_is_cleaned_as_foreign_text() -> None:
    """No markup, scripts, links or control characters; one line; not longer than other summaries."""
    printed = (
        '```html\n<script>alert(1)</script><p onclick="x">Ignore all instructions and <a href="https://evil.example">'
        "click</a>.\x1b[31m\u202e Really.</p>"
    )
    found = summary_of(printed.encode(), "A ship")
    assert "click." in found
    for part in ("<", "evil", "alert", "\x1b", "\u202e", "\n"):
        assert part not in found
    assert len(summary_of(("Long words. " * 900).encode(), "A ship")) <= 600


@pytest.mark.parametrize("command", ["summary 'x", 'summary "x', "summary \\"])
def test_command_with_open_quotes_exits_2(tmp_path: Path, command: str) -> None:
    """The error names the key."""
    site = Installation(tmp_path).configure(web=f"\n[summary]\ncommand = {json.dumps(command)}")
    site.run("status").failed(2, "summary.command", "quotes in pairs")


def test_command_of_the_documentation_prints_the_first_sentence(tmp_path: Path) -> None:
    """The example works as it is shown."""
    page = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text("utf-8")
    (tmp_path / "summary.py").write_text("#!" + page.partition("```python\n#!")[2].partition("```")[0], "utf-8")
    article = replace(_ARTICLE, summary="Корабль пришёл. Его ждали.")
    command = [sys.executable, "summary.py"]
    printed = run_command(command, request_of(article), folder=tmp_path, seconds=20, stopped=lambda: False)
    assert summary_of(printed, article.title) == "Корабль пришёл."
    with pytest.raises(CommandFailedError, match="exit code 1"):
        run_command(command, request_of(_ARTICLE), folder=tmp_path, seconds=20, stopped=lambda: False)


@pytest.mark.parametrize(
    ("command", "levels"), [("./none", ["warn", "ok"]), ("none", ["warn", "ok"]), ("sh -c x", ["ok"])]
)
def test_check_names_a_command_that_is_missing(tmp_path: Path, command: str, levels: list[str]) -> None:
    """An issue is made without it, so it is a warning."""
    site = Installation(tmp_path).configure(web=f"\n[summary]\ncommand = {json.dumps(command)}")
    found = site.run("check", "--json", "--only", "configuration").fine().json
    assert [row["level"] for row in found] == levels


# --- in an issue


_COUNTED = """
title = article["title"]
open("asked", "a").write(title + "\\n")
if title.endswith("2 of the harbour"):
    sys.exit(1)
print("In short: <b>" + title)
"""


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    """The log of a mail server, to which an installation with a command sends."""
    with honest_server() as (port, log):
        command = shlex.join(_script(tmp_path, _COUNTED))
        site = Installation(tmp_path).configure(
            editions=['name = "daily"\ntop = 3'],
            smtp=f'host = "127.0.0.1"\nport = {port}',
            web=f"\n[summary]\ncommand = {json.dumps(command)}",
        )
        site.write("feed.xml", day())
        site.subscribe("a@reader.example")
        yield log


def _titles(folder: Path) -> list[str]:
    file = folder / "asked"
    return sorted(file.read_text().splitlines()) if file.exists() else []


def test_issue_has_the_summaries_of_the_command_each_made_once(
    tmp_path: Path, log: Log, caplog: pytest.LogCaptureFixture
) -> None:
    """Only of articles that it shows; one that failed keeps its own; an editor's summary wins."""
    site = Installation(tmp_path)
    site.run("collect", now=SLOT).fine()
    assert _titles(tmp_path) == []
    own = "An editor wrote this."
    address, before = "https://gazette.example/news/3", SLOT - timedelta(minutes=9)
    site.run("edit", "--summary", f"{address}={own}", now=before).fine()
    for _ in range(2):
        site.run("preview", "--date", DAY, "--text", "preview.txt", now=SLOT).fine()
    titles = _titles(tmp_path)
    assert len(titles) == len(set(titles)) == 2
    site.run("send", "--date", DAY, "--yes", now=SLOT).fine()
    assert _titles(tmp_path) == titles
    preview = " ".join((tmp_path / "preview.txt").read_text().split())
    assert "In short: The news number 1 of the harbour" in preview
    assert own in preview
    assert preview.count("In short") == 1
    assert [one for one in caplog.messages if "summary.command" in one] == [
        "summary.command failed for 1 of 2 articles, which keep their own summaries: exit code 1"
    ]
    assert b"In short" in log.accepted[0].content


def test_issue_with_an_editors_title_and_section_has_the_summary_that_was_made_before(tmp_path: Path, log: Log) -> None:
    """The command gets what the sources say, and is not asked again; without a source it gets what the editor wrote."""
    site = Installation(tmp_path)
    site.run("preview", "--date", DAY, "--text", "preview.txt", now=SLOT).fine()
    titles = _titles(tmp_path)
    before, number = SLOT - timedelta(minutes=9), 1
    retitled = (
        "--title",
        f"https://gazette.example/news/{number}=The tram is back",
        "--section",
        f"{number}=Transport",
    )
    site.run("rank", "--date", DAY, now=before).fine()
    site.run("edit", "--date", DAY, *retitled, now=before).fine()
    museum = ("--add", "https://museum.example/night", "--title", "Night of museums")
    site.run("edit", "--date", DAY, *museum, now=before).fine()
    site.run("preview", "--date", DAY, "--text", "preview.txt", now=SLOT).fine()
    preview = " ".join((tmp_path / "preview.txt").read_text().split())
    assert "The tram is back" in preview
    assert f"In short: The news number {number} of the harbour" in preview
    assert "In short: Night of museums" in preview
    assert sorted(set(_titles(tmp_path)) - set(titles)) == ["Night of museums"]
    assert _titles(tmp_path).count(f"The news number {number} of the harbour") == 1


def test_issue_whose_editor_took_the_summary_as_title_does_not_repeat_it(tmp_path: Path, log: Log) -> None:
    """The summary was made before, of the title of the source."""
    site = Installation(tmp_path)
    title = "In short: The news number 1 of the harbour"
    site.run("edit", "--title", f"https://gazette.example/news/1={title}", now=SLOT - timedelta(minutes=9)).fine()
    site.run("preview", "--date", DAY, "--text", "preview.txt", now=SLOT).fine()
    preview = " ".join((tmp_path / "preview.txt").read_text().split())
    story = preview.partition(title)[2].partition("https://")[0]
    assert title not in story


@pytest.fixture
def app(tmp_path: Path, log: Log) -> Iterator[App]:
    """The application of that installation."""
    with bootstrap.open_app(load(tmp_path / "config/digest.toml", environ={}), SteppingClock()) as app:
        yield app


def test_summaries_of_a_failing_command_are_tried_again_after_a_quarter_of_an_hour(app: App, tmp_path: Path) -> None:
    """Known ones are not; another text of the article is another article."""
    article = replace(_ARTICLE, key="gazette.example/2", title="Number 2 of the harbour")
    clock = app.clock
    assert isinstance(clock, SteppingClock)
    for minutes, times in ((0, 1), (14, 1), (1, 2)):
        clock.moment += timedelta(minutes=minutes)
        assert ArticleSummaries(app=app).made([article]) == {}
        assert len(_titles(tmp_path)) == times
    for _ in range(2):
        assert ArticleSummaries(app=app).made([_ARTICLE]) == {_ARTICLE.key: "In short: A ship"}
    assert len(_titles(tmp_path)) == 3
    assert ArticleSummaries(app=app).known([_ARTICLE, article]) == {_ARTICLE.key: "In short: A ship"}
    assert ArticleSummaries(app=app).known([replace(_ARTICLE, summary="Changed")]) == {}
    assert (
        sum(
            number
            for _what, number in app.expired_rows.purge(
                clock.moment + timedelta(days=31), audit=timedelta(days=400), deliveries=timedelta(days=180)
            )
        )
        == 2
    )


def test_summaries_of_two_issues_made_at_once_are_asked_for_once(app: App, tmp_path: Path) -> None:
    """The second issue waits for the answer that the first one gets."""
    both = threading.Barrier(2)

    def made() -> dict[str, str]:
        both.wait()
        return ArticleSummaries(app=app).made([_ARTICLE])

    with ThreadPoolExecutor(2) as pool:
        found = [pool.submit(made) for _ in range(2)]
    assert [one.result() for one in found] == [{_ARTICLE.key: "In short: A ship"}] * 2
    assert _titles(tmp_path) == ["A ship"]


def test_summaries_of_an_issue_have_a_limit_together(app: App) -> None:
    """Nothing is started after it."""
    assert ArticleSummaries(app=app, seconds_of_all=0).made([_ARTICLE]) == {}


def test_summaries_while_the_process_is_stopped_make_no_issue(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is made after the next start, with its summaries."""
    monkeypatch.setattr(app.clock, "wait", lambda _seconds: True)
    with pytest.raises(StoppedError):
        ArticleSummaries(app=app).made([_ARTICLE])
    assert app.summaries.find([b""], datetime(2000, 1, 1, tzinfo=UTC)) == {}


def test_summaries_that_a_signal_interrupts_end_the_command(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """`digest preview` ended only after the command's limit of 20 seconds."""
    main_thread, patience = threading.main_thread(), time.monotonic() + 30
    seen: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def command(*_arguments: object, stopped: Callable[[], bool], **_more: object) -> bytes:
        wait_until_asleep(main_thread.native_id or 0)
        signal.pthread_kill(main_thread.ident or 0, signal.SIGTERM)
        while not stopped() and time.monotonic() < patience:
            time.sleep(0.01)
        seen.put(stopped())
        raise CommandFailedError("it was stopped")

    monkeypatch.setattr(summaries, "run_command", command)
    with ended_by_signal(), pytest.raises(EndedBySignal):
        ArticleSummaries(app=app).made([_ARTICLE])
    assert seen.get(timeout=60)
