"""`digest status` and `editions`: what was published, the state of each recipient, and what is due next."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest

from digest.cli.output.reports import is_unfinished
from digest.model.issues import IssueState
from digest.settings.load import find_settings, load
from digest.store.connect import open_database
from digest.store.ledger.folding import Folding
from tests.support.installation import DAY, NEXT_DAY, Installation, day
from tests.support.prepared import Copy
from tests.support.smtp_server import rogue_server
from tests.support.store import frozen

KEYS = [
    *("edition", "slot", "state", "audience"),
    *("planned", "claimed", "sending", "sent", "deferred", "bounced", "unknown", "cancelled", "expired"),
    *("folded", "without_articles", "over_limit", "had_all", "repeated", "later", "last_due"),
]
PARTS = KEYS[4:-7]
NOW = datetime(2025, 6, 2, 5, tzinfo=UTC)


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    """An installation with two editions and five articles."""
    site = Installation(tmp_path)
    site.configure(editions=['name = "daily"', 'name = "weekly"\nat = "18:30"\ndays = "fri"'])
    site.write("feed.xml", day())
    return site


def test_status_without_issues_is_empty(site: Installation) -> None:
    """An empty list in JSON, a sentence otherwise."""
    for command in ("status", "editions"):
        assert site.run(command, "--json").fine().json == []
        assert site.run(command).fine().out.startswith("no")


def test_status_of_a_skipped_issue_names_its_state_and_reason(site: Installation) -> None:
    """It said that no issue has recipients, also where others were sent."""
    site.configure(editions=['name = "daily"\nminimum = 9'])
    site.subscribe("a@reader.example")
    site.run("send", "--date", DAY, "--yes", now=NOW).fine()
    shown = site.run("status", f"daily/{DAY}").fine().out
    assert shown.startswith(f"daily/{DAY} is skipped (too few articles")
    assert "no issue has recipients" not in shown
    assert site.run("status", f"daily/{DAY}", "--json").fine().json == []


def test_status_of_a_held_issue_whose_edition_was_renamed_says_how_to_give_it_up(site: Installation) -> None:
    """`digest send --force` would not know the edition."""
    site.configure(editions=['name = "daily"\nunless_touched = "hold"'])
    site.subscribe("a@reader.example")
    site.run("send", "--date", DAY, "--yes", now=NOW).failed(1, "--force` sends it")
    assert f"`digest send --date {DAY} --edition daily --force` sends it" in site.run("status").fine().out
    site.configure(editions=['name = "morning"'])
    shown = site.run("status").fine().out
    assert f"`digest cancel daily/{DAY}` gives it up" in shown
    assert "--force" not in shown
    site.run("cancel", f"daily/{DAY}").fine()
    assert "held" not in site.run("status").fine().out


def test_status_json_has_the_documented_keys(tmp_path: Path) -> None:
    """A flat list, the latest activity first, whose counts add up to the audience."""
    site = Installation(tmp_path)

    def decide(step: str, argument: str) -> str | None:
        if step == "RCPT" and "gone" in argument:
            return "550 5.1.1 no such mailbox"
        return "451 4.3.0 later" if step == "RCPT" and "full" in argument else None

    with rogue_server(decide) as (port, _log):
        # In another language: no reader gets an article twice in one.
        evening = 'name = "evening"\nlanguage = "ru"\narticles = "any"\nwindow = "48h"'
        editions = ['name = "daily"\nwindow = "48h"', evening]
        site.configure(editions=editions, smtp=f'host = "127.0.0.1"\nport = {port}')
        site.write("feed.xml", day())
        site.subscribe("a@reader.example", "gone@reader.example", "full@reader.example")
        site.run("send", "--date", NEXT_DAY, "--yes", "--early", now=NOW).failed(1)
        site.run("send", "--date", DAY, "--edition", "evening", "--yes", now=NOW + timedelta(hours=1)).failed(1)
        rows = site.run("status", "--json").fine().json
        assert [list(row) for row in rows] == [KEYS, KEYS]
        assert [(row["edition"], row["slot"]) for row in rows] == [("evening", DAY), ("daily", NEXT_DAY)]
        assert [sum(row[part] for part in PARTS) for row in rows] == [row["audience"] for row in rows] == [2, 3]
        # The mailbox that does not exist was suppressed by the first issue.
        counts = [(row["sent"], row["bounced"], row["deferred"], row["state"]) for row in rows]
        assert counts == [(1, 0, 1, "sending"), (1, 1, 1, "sending")]
        site.run("send", "--date", NEXT_DAY, "--yes", "--early", now=NOW + timedelta(hours=2)).failed(1)
        assert [row["edition"] for row in site.run("status", "--json").json] == ["daily", "evening"]
    table = site.run("status").fine().out
    assert all(word in table for word in ("evening", "daily", DAY, NEXT_DAY, "sending"))


def test_due_names_the_weekly_issue_of_an_edition(tmp_path: Path) -> None:
    """As an edition of its own, which `send` takes too, and to which no reader can be added."""
    site = Installation(tmp_path).configure(editions=['name = "daily"\nweekly = "Fri 18:30"'])
    due = site.run("status", "--due", "--json", now=NOW).fine().json
    assert [(row["edition"], row["at"]) for row in due] == [
        ("daily", "2025-06-03T07:00:00+03:00"),
        ("daily-weekly", "2025-06-06T18:30:00+03:00"),
    ]
    sent = site.run("send", "--edition", "daily-weekly", "--yes", "--early", now=NOW)
    sent.failed(1, "no reader chose the weekly issue")
    site.run("subscribers", "add", "a@reader.example", "--edition", "daily-weekly").failed(2, "readers choose it by")


def test_send_and_status_name_messages_that_wait_for_an_hour(tmp_path: Path) -> None:
    """They are planned, the last one's time is named, and `send` does not fail."""
    site = Installation(tmp_path)
    with rogue_server(lambda _step, _argument: None) as (port, log):
        site.configure(smtp=f'host = "127.0.0.1"\nport = {port}')
        site.write("feed.xml", day())
        rows = "a@reader.example,,\nb@reader.example,9,\nc@reader.example,0,Asia/Tokyo\n"
        site.write("readers.csv", f"email,hour,timezone\n{rows}")
        site.run("subscribers", "import", "readers.csv").fine()
        sent = site.run("send", "--date", DAY, "--yes", now=NOW).fine().out
        assert f"daily/{DAY}: 2 wait for the hour that their readers chose, the last until" in sent
        assert [one.recipient for one in log.accepted] == ["a@reader.example"]
        (row,) = site.run("status", "--json", now=NOW).fine().json
        assert (row["planned"], row["later"], row["last_due"]) == (2, 2, "2025-06-02T15:00:00+00:00")
        assert "1 sent; 2 wait for the hour" in site.run("status", now=NOW).fine().out.replace("2 planned, ", "")
        site.run("send", "--date", DAY, "--yes", now=NOW + timedelta(hours=12)).fine()
        assert len(log.accepted) == 3
        assert site.run("status", "--json").json[0]["state"] == "done"


def test_status_after_the_clock_was_set_back_does_not_say_that_readers_chose_an_hour(tmp_path: Path) -> None:
    """What was due at once is due later then."""
    site = Installation(tmp_path).configure()
    site.run("migrate").fine()
    with open_database(load(tmp_path / "config/digest.toml", environ={})) as database:
        frozen(database, 2, now=NOW)
    shown = site.run("status", now=NOW - timedelta(hours=1)).fine().out
    assert "2 wait, the last until" in shown
    assert "the clock was set back after the issue was made" in shown
    assert "chose" not in shown


def test_send_of_a_later_day_sends_what_waited_for_an_hour(tmp_path: Path) -> None:
    """With cron alone nobody else would; also where there is too little for an issue of that day."""
    site = Installation(tmp_path)
    with rogue_server(lambda _step, _argument: None) as (port, log):
        site.configure(smtp=f'host = "127.0.0.1"\nport = {port}')
        site.write("feed.xml", day())
        site.write("readers.csv", "email,hour\na@reader.example,\nb@reader.example,6\nc@reader.example,7\n")
        site.run("subscribers", "import", "readers.csv").fine()
        site.run("send", "--date", DAY, "--yes", now=NOW).fine()
        sent = site.run("send", "--yes", now=NOW + timedelta(hours=23)).fine().out
        assert [one.recipient[0] for one in log.accepted] == ["a", "b", "c"]
        assert f"daily/{DAY}: 3 sent of 3\ndaily/{NEXT_DAY} is skipped" in sent


@pytest.mark.needs("time")
def test_send_of_a_later_day_leaves_a_stopped_issue_alone(tmp_path: Path) -> None:
    """Yesterday's news is sent late only by somebody who names the issue with --resume."""
    site = Installation(tmp_path)
    site.configure(editions=['name = "daily"\ndeadline = "36h"'], smtp='host = "127.0.0.1"\nport = 1')
    site.write("feed.xml", day())
    site.write("readers.csv", "email,hour\na@reader.example,\nb@reader.example,7\n")
    site.run("subscribers", "import", "readers.csv").fine()
    site.run("send", "--date", DAY, "--yes", now=NOW).failed(1, "cannot be used")
    with rogue_server(lambda _step, _argument: None) as (port, log):
        site.configure(editions=['name = "daily"\ndeadline = "36h"'], smtp=f'host = "127.0.0.1"\nport = {port}')
        site.run("send", "--yes", now=NOW + timedelta(hours=23)).fine()
        assert log.accepted == []
        site.run("send", "--resume", f"daily/{DAY}", "--yes", now=NOW + timedelta(hours=23)).fine()
        assert [one.recipient[0] for one in log.accepted] == ["a", "b"]


def test_status_slot_is_accepted_by_send(site: Installation) -> None:
    """EDITION/SLOT names the issue in the other commands."""
    site.write("feed.xml", day(1))
    site.subscribe("a@reader.example")
    site.run("send", "--date", DAY, "--yes").fine()
    (row,) = site.run("editions", "--json").fine().json
    assert row["window_start"] == "2025-06-01T04:00:00+00:00"
    assert row["window_end"] == "2025-06-02T04:00:00+00:00"
    assert site.run("cancel", f"{row['edition']}/{row['slot']}").fine().out == f"daily/{DAY}: cancelled\n"
    assert site.run("editions", "--json").json[0]["state"] == "cancelled"
    assert site.run("status", "--json").json == []  # it was never frozen
    assert "cancelled" in site.run("editions").fine().out


def test_status_shows_what_is_due_next(site: Installation) -> None:
    """The next moment of each edition, the earliest first, in the portal's zone."""
    rows = site.run("status", "--due", "--json", now=NOW).fine().json
    assert rows == [
        {"edition": "daily", "slot": NEXT_DAY, "at": "2025-06-03T07:00:00+03:00"},
        {"edition": "weekly", "slot": "2025-06-06", "at": "2025-06-06T18:30:00+03:00"},
    ]
    assert "2025-06-06" in site.run("status", "--due", now=NOW).fine().out


def test_editions_are_listed_newest_first(site: Installation) -> None:
    """`editions` shows the newest issues first."""
    site.write("feed.xml", day(1))
    site.subscribe("a@reader.example")
    for date in (DAY, NEXT_DAY):
        site.run("send", "--date", date, "--yes").fine()
    assert [row["slot"] for row in site.run("editions", "--json").json] == [NEXT_DAY, DAY]


_REPLIES = {
    "gone@": "550 5.1.1 no such mailbox [mail.example]",
    "full@": "451 4.3.0 later",
    "gentle@": "451 4.2.0 later, gentle",
}


@pytest.fixture
def sent(tmp_path: Path, copied: Copy) -> Installation:
    """An issue that one reader got, one did not, and two wait for."""
    return copied(_send, tmp_path)


def _send(site: Installation) -> None:
    def decide(step: str, argument: str) -> str | None:
        return next((reply for start, reply in _REPLIES.items() if step == "RCPT" and start in argument), None)

    with rogue_server(decide) as (port, _log):
        site.configure(smtp=f'host = "127.0.0.1"\nport = {port}')
        site.write("feed.xml", day())
        site.subscribe("a@reader.example", "gone@reader.example", "full@reader.example", "gentle@reader.example")
        site.run("send", "--date", DAY, "--yes", now=NOW).failed(1)


def test_status_list_names_the_recipients_of_a_state(sent: Installation) -> None:
    """By address, with the server's reply and the time of the attempt in UTC; an empty state is an empty list."""
    at = NOW.isoformat()
    assert sent.run("status", f"daily/{DAY}", "--list", "bounced", "--json").fine().json == [
        {
            "address": "gone@reader.example",
            "state": "bounced",
            "code": 550,
            "text": "no such mailbox [mail.example]",
            "at": at,
        }
    ]
    deferred = sent.run("status", f"daily/{DAY}", "--list", "deferred", "--json").fine().json
    assert [list(row) for row in deferred] == [["address", "state", "code", "text", "at"]] * 2
    assert [row["address"] for row in deferred] == ["full@reader.example", "gentle@reader.example"]
    assert sent.run("status", f"daily/{DAY}", "--list", "sending", "--json").fine().json == []
    assert sent.run("status", f"daily/{DAY}", "--list", "sending").fine().out == "no recipient\n"


def test_status_list_for_people_shows_code_text_and_local_time(sent: Installation) -> None:
    """What a server writes in brackets is shown as it is."""
    out = sent.run("status", f"daily/{DAY}", "--list", "bounced").fine().out
    assert "gone@reader.example" in out
    assert "550 5.1.1" in out
    assert "no such mailbox" in out
    assert "[mail.example]" in out
    assert "2 Jun 2025 08:00" in out


def test_status_reader_shows_their_messages(sent: Installation) -> None:
    """In every issue or in one, however the address is written; the error for an unknown one does not repeat it."""
    (row,) = sent.run("status", "--reader", "GONE@Reader.example", "--json").fine().json
    assert list(row) == ["address", "state", "code", "text", "at", "edition", "slot"]
    assert (row["edition"], row["slot"], row["state"]) == ("daily", DAY, "bounced")
    assert sent.run("status", f"daily/{DAY}", "--reader", "a@reader.example", "--json").json[0]["state"] == "sent"
    assert "bounced" in sent.run("status", "--reader", "gone@reader.example").fine().out
    error = sent.run("status", "--reader", "nobody@reader.example").failed(1)
    assert "nobody has this address" in error
    assert "nobody@" not in error


def test_status_after_recipients_were_folded_says_so(sent: Installation) -> None:
    """Their numbers stay; the lists of recipients say what is missing."""
    issue = f"daily/{DAY}"
    sent.run("cancel", issue, now=NOW).fine()
    before = sent.run("status", "--json").fine().json
    with open_database(find_settings(sent.folder / "config" / "digest.toml")) as database:
        assert sum(Folding(database).fold(NOW + timedelta(days=1))) == 4
    (row,) = sent.run("status", "--json").fine().json
    assert row == {**before[0], "folded": 4}
    assert "4 kept as numbers only" in sent.run("status").fine().out
    assert "4 readers kept as numbers only" in " ".join(sent.run("editions").fine().out.split())
    assert sent.run("editions", "--json").fine().json[0]["folded"] == 4
    listed = sent.run("status", issue, "--list", "bounced").fine().out
    assert listed.splitlines() == [
        "no recipient",
        "of 4 more messages of this issue only the number in each state is kept",
    ]
    reader = sent.run("status", "--reader", "a@reader.example").fine().out
    assert "messages of issues up to" in reader
    assert "are missing" in reader


def test_status_storage_shows_what_the_database_holds(sent: Installation) -> None:
    """A table of families and the size; with --json the documented keys."""
    found = sent.run("status", "--storage", "--json").fine().json
    assert list(found) == ["bytes", "free", "counted_at", "families"]
    assert [list(one) for one in found["families"]] == [["family", "rows", "bytes"]] * 8
    rows = {one["family"]: one["rows"] for one in found["families"]}
    assert (rows["deliveries"], rows["readers"]) == (4, 4)
    out = sent.run("status", "--storage").fine().out
    assert "deliveries" in out
    assert ("are free for new rows" in out) == bool(found["free"])
    with closing(sqlite3.connect(sent.folder / "digest.db")) as database:
        database.executescript("CREATE TABLE waste AS SELECT zeroblob(100000); DROP TABLE waste")
    assert re.search(r", of which 1\d\d KB are free for new rows", sent.run("status", "--storage").fine().out)
    assert sent.run("status").fine().out.splitlines()[-1].startswith("database: ")
    sent.run("status", "--storage", "--due").failed(2, "--storage")


def test_status_of_one_issue_shows_that_issue(sent: Installation) -> None:
    """EDITION/SLOT alone is a row of the table; an issue that does not exist is an error."""
    assert [row["slot"] for row in sent.run("status", f"daily/{DAY}", "--json").fine().json] == [DAY]
    sent.run("status", f"daily/{NEXT_DAY}").failed(1, "there is no issue")


@pytest.mark.parametrize(
    "options",
    [
        ("--list", "bounced"),
        (f"daily/{DAY}", "--list", "refused"),
        (f"daily/{DAY}", "--due"),
        ("--due", "--reader", "a@reader.example"),
        (f"daily/{DAY}", "--list", "bounced", "--reader", "a@reader.example"),
        ("--reader", "no address"),
    ],
)
def test_status_contradicting_options_are_a_usage_error(site: Installation, options: tuple[str, ...]) -> None:
    """--list needs an issue and a state of the ledger; the options exclude each other."""
    site.run("status", *options).failed(2)


def test_status_list_enters_no_log(sent: Installation, caplog: pytest.LogCaptureFixture) -> None:
    """Addresses are printed, never logged."""
    sent.run("-v", "status", f"daily/{DAY}", "--list", "bounced").fine()
    sent.run("-v", "status", "--reader", "gone@reader.example").fine()
    assert "gone" not in caplog.text


def test_listings_are_legible_at_80_columns(sent: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Times as people write them; a reason and the states on a line of their own, wrapped at a terminal."""
    name = f"daily/{DAY}"
    sent.run("pause", name).fine()
    later = NOW + timedelta(days=1)
    assert sent.run("status", "--due", now=NOW).fine().out.splitlines() == [
        *("issue             due", f"daily/{NEXT_DAY}  tomorrow 07:00"),
    ]
    for terminal in (False, True):
        monkeypatch.setattr("digest.cli.output.reports.on_terminal", lambda terminal=terminal: terminal)
        monkeypatch.setenv("COLUMNS", "80")
        for command in ("editions", "status", f"status {name} --list bounced", "status --reader gone@reader.example"):
            lines = sent.run(*command.split(), now=later).fine().out.splitlines()
            assert lines[0].split()[0] in {"issue", "address"}
            assert lines[2].startswith("    ") or command == "editions"
            assert not terminal or max(map(len, lines)) <= 80


def test_listings_at_a_terminal_leave_out_old_issues_that_are_finished(
    sent: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some months they pushed the latest ones off the screen; into a pipe goes all."""
    sent.write("feed.xml", day(start=20))
    later = NOW + timedelta(minutes=1)
    with rogue_server(lambda _step, _argument: None) as (port, _log):
        sent.configure(editions=['name = "daily"', 'name = "second"\nat = "08:00"'], smtp=f"port = {port}")
        sent.run("send", "--edition", "second", "--date", DAY, "--yes", now=later).fine()
    old, commands = f"daily/{DAY}", ("status", "editions", "status --reader full@reader.example")
    monkeypatch.setattr("digest.cli.output.reports._ON_SCREEN", 1)
    for command in commands:
        assert old in sent.run(*command.split(), now=later).fine().out
    monkeypatch.setattr("digest.cli.output.reports.on_terminal", lambda: True)
    for command in commands[:2]:
        assert f"{old}   paused" in _with_state(sent, "paused").run(command, now=later).fine().out
    for command in commands:
        shown = _with_state(sent, "done").run(*command.split(), now=later).fine().out
        assert len(re.findall(DAY, shown)) == 1
        assert (old in shown) == ("--reader" in command)  # of one day it has the issues by name
        assert re.search(r"^and 1 older (issue|message); `\| less` after the command shows them$", shown, re.MULTILINE)


def test_status_list_of_an_issue_at_a_terminal_is_whole(sent: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is not listed would be thought to have the issue."""
    monkeypatch.setattr("digest.cli.output.reports._ON_SCREEN", 1)
    monkeypatch.setattr("digest.cli.output.reports.on_terminal", lambda: True)
    listed = sent.run("status", f"daily/{DAY}", "--list", "deferred", now=NOW).fine().out
    assert "full@reader.example" in listed
    assert "gentle@reader.example" in listed


def test_issue_is_unfinished_while_something_is_to_be_done_or_decided() -> None:
    finished = {state for state in IssueState if not is_unfinished(Mock(state=state))}
    assert finished == {IssueState.DONE, IssueState.CANCELLED, IssueState.SKIPPED}


def _with_state(site: Installation, state: str) -> Installation:
    with closing(sqlite3.connect(site.folder / "digest.db", isolation_level=None)) as database:
        database.execute("UPDATE issue SET state = ? WHERE edition = 'daily'", (state,))
    return site
