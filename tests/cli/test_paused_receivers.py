"""`digest send` and `status` with receivers that refuse this sender: what they report, and how they are released."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.installation import DAY, Installation, day
from tests.support.smtp_server import Behaviour, rogue_server

NOW = datetime(2025, 6, 2, 5, tzinfo=UTC)
ISSUE = f"daily/{DAY}"
READERS = [f"r{number}@{domain}" for number in range(6) for domain in ("gmail.com", "googlemail.com", "post.example")]


@pytest.fixture
def replies() -> list[str]:
    """What Google's domains reply to RCPT; nothing where the list is empty."""
    return ["550 5.7.1 blocked"]


@pytest.fixture
def site(tmp_path: Path, replies: list[str]) -> Iterator[Installation]:
    """An installation with readers at Google's domains and at another one."""
    site = Installation(tmp_path)

    def decide(step: str, argument: str) -> Behaviour:
        google = step == "RCPT" and ("@gmail" in argument or "@googlemail" in argument)
        return replies[0] if google and replies else None

    with rogue_server(decide) as (port, _log):
        site.configure(smtp=f'host = "127.0.0.1"\nport = {port}\nconnections = 1')
        site.write("feed.xml", day())
        site.subscribe(*READERS)
        yield site


def _numbers(site: Installation) -> tuple[int, int, int]:
    (row,) = site.run("status", "--json", now=NOW).fine().json
    return row["sent"], row["bounced"], row["planned"] + row["deferred"]


def test_send_with_paused_receiver_ends_with_exit_1_and_says_until_when(site: Installation) -> None:
    """The readers of one provider wait, the others have the issue; a second send does not hang or try them."""
    ran = site.run("send", "--date", DAY, "--yes", now=NOW)
    ran.failed(1, "these receivers are paused: google until today 09:00", f"`digest send --resume {ISSUE}`")
    assert _numbers(site) == (6, 2, 10)
    site.run("send", "--date", DAY, "--yes", now=NOW + timedelta(minutes=30)).failed(1)
    assert _numbers(site) == (6, 2, 10)


def test_status_shows_paused_receivers_and_alerts(site: Installation) -> None:
    """One line for each, in the portal's zone; without addresses of readers."""
    site.run("send", "--date", DAY, "--yes", now=NOW).failed(1)
    lines = site.run("status", now=NOW).fine().out.splitlines()
    assert "google refuses our mail: paused until today 09:00" in lines
    assert "alert since today 08:00: the receiver google refuses our mail: 550 5.7.1 blocked" in lines
    assert "`digest send --resume EDITION/SLOT` ends the pauses of receivers" in lines
    later = site.run("status", now=NOW + timedelta(hours=2)).fine().out
    assert "google refuses our mail: paused until a few messages are accepted" in later
    assert "@" not in later


def test_status_shows_the_reply_of_a_receiver_that_throttles(site: Installation, replies: list[str]) -> None:
    """It opens no alert; the rest waits for a minute."""
    replies[:] = ["451 4.7.650 rate limited"]
    site.run("send", "--date", DAY, "--yes", now=NOW).failed(1)
    out = site.run("status", now=NOW).fine().out
    assert "google asks for a slower pace (451 4.7.650 rate limited): paused until today 08:01" in out
    assert "alert" not in out


def test_send_resume_releases_receivers_and_sends_the_rest(site: Installation, replies: list[str]) -> None:
    """The pause and its alert end, and everybody who did not bounce gets the issue."""
    site.run("send", "--date", DAY, "--yes", now=NOW).failed(1)
    replies.clear()
    ran = site.run("send", "--resume", ISSUE, now=NOW + timedelta(minutes=1)).fine()
    assert "google: no longer paused" in ran.out
    assert _numbers(site) == (16, 2, 0)
    assert "google" not in site.run("status", now=NOW).fine().out


def test_send_resume_while_still_refused_pauses_again(site: Installation) -> None:
    """Each time at most two more readers bounce."""
    site.run("send", "--date", DAY, "--yes", now=NOW).failed(1)
    site.run("send", "--resume", ISSUE, now=NOW + timedelta(minutes=1)).failed(1)
    sent, bounced, _waiting = _numbers(site)
    assert sent == 6
    assert bounced <= 4
    assert "google refuses our mail" in site.run("status", now=NOW + timedelta(minutes=2)).fine().out
