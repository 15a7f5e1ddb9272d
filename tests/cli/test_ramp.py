"""`digest send` and `status` for a new domain: what they report about its daily limit."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.model import ramp
from tests.support.installation import DAY, Installation, day
from tests.support.smtp_server import Behaviour, honest_server, rogue_server

NOW = datetime(2025, 6, 2, 5, tzinfo=UTC)
READERS = [f"r{number}@readers.example" for number in range(10)]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """An installation whose domain may send four messages on its first day."""
    monkeypatch.setattr(ramp, "FIRST_DAY", 4)
    site = Installation(tmp_path)
    with honest_server() as (port, _log):
        smtp = f'host = "127.0.0.1"\nport = {port}\nramp = "new-domain"'
        site.configure(smtp=smtp, editions=('name = "daily"\ndeadline = "3d"',))
        site.write("feed.xml", day())
        site.subscribe(*READERS)
        yield site


def _later_for_the_first(step: str, argument: str) -> Behaviour:
    return "450 4.2.1 later" if step == "RCPT" and READERS[0] in argument else None


def test_send_with_ramp_asks_with_the_limit(site: Installation) -> None:
    """The question says how many of the readers fit into today's limit."""
    ran = site.run("send", "--date", DAY, now=NOW, answer="n")
    ran.failed(1)
    assert "to 10 readers, today at most 4 of them (smtp.ramp)?" in ran.out + ran.err


def test_send_with_ramp_sends_each_days_part(site: Installation) -> None:
    """The rest waits for the next day, which is no failure, and status shows it."""
    ran = site.run("send", "--date", DAY, "--yes", now=NOW).fine()
    assert "6 wait until tomorrow 08:00, because gazette.example may send 4 messages today (smtp.ramp)" in ran.out
    shown = site.run("status", now=NOW).fine().out
    assert "gazette.example may send 4 messages today, day 1 of smtp.ramp: 4 sent, 0 left; 6 wait until tomor" in shown
    for days, sent in ((1, 10), (2, 10)):
        site.run("send", "--date", DAY, "--yes", now=NOW + timedelta(days=days))
        assert site.status()["sent"] == sent


def test_send_with_ramp_and_a_deferred_message_exits_1(site: Installation) -> None:
    """What waits for the next day is no failure, and does not hide one."""
    with rogue_server(_later_for_the_first) as (port, _log):
        site.configure(smtp=f'host = "127.0.0.1"\nport = {port}\nramp = "new-domain"')
        ran = site.run("send", "--date", DAY, "--yes", now=NOW)
    ran.failed(1, "1 deferred; `digest run` or the next send retries")
    assert "6 wait until tomorrow 08:00" in ran.out


def test_status_before_the_first_message_names_the_first_days_limit(site: Installation) -> None:
    """Nothing has been sent with the setting yet."""
    shown = site.run("status", now=NOW).fine().out
    assert "gazette.example may send 4 messages on its first day (smtp.ramp)" in shown
