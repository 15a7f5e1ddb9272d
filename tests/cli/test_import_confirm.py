"""`digest subscribers import --confirm`: readers of a list are asked, at a pace of its own, and only once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest import bootstrap
from digest.store.subscribers.invitations import MESSAGES_PER_MINUTE
from tests.support.installation import SLOT, Installation
from tests.support.smtp_server import Accepted, Log, honest_server
from tests.support.web import BASE, Web, message_of, paths_of, served, to


@pytest.fixture
def mail() -> Iterator[tuple[int, Log]]:
    """A mail server's port, and what it receives."""
    with honest_server() as server:
        yield server


@pytest.fixture
def log(mail: tuple[int, Log]) -> Log:
    """What the mail server receives."""
    return mail[1]


@pytest.fixture
def site(tmp_path: Path, mail: tuple[int, Log]) -> Installation:
    """An installation whose pages have an address, with a mail server."""
    return Installation(tmp_path).configure(smtp=f"port = {mail[0]}", web=f'base_url = "{BASE}"')


def imported(site: Installation, *rows: str, options: tuple[str, ...] = ()) -> str:
    """Import a list with `--confirm` at the hour of the issue; what is printed."""
    site.write("readers.csv", "\n".join(["email,language", *rows]))
    command = ("subscribers", "import", "readers.csv", "--all-editions", "--confirm", *options)
    return site.run(*command, now=SLOT).fine().out


def deliver(web: Web, log: Log) -> list[Accepted]:
    """Send what is due; the messages."""
    before = len(log.accepted)
    with bootstrap.process_lock(web.app.settings) as lock:
        bootstrap.sender(web.app, bootstrap.smtp_mailer(web.app.settings), lock).deliver(stop=lambda: False)
    return log.accepted[before:]


def statuses(site: Installation) -> dict[str, str]:
    """Each reader's status."""
    return {row["email"]: row["status"] for row in site.run("subscribers", "list", "--json").json}


def test_import_confirm_asks_each_reader_in_their_language_and_the_button_subscribes(
    site: Installation, log: Log
) -> None:
    """The message names the portal and leads to the page that confirms; before that no issue goes out."""
    printed = imported(site, "anna@readers.example,en", "boris@readers.example,ru")
    assert "asked by mail to confirm: 2 of them, 600 an hour, the last one today 07:00" in printed
    with served(site) as web:
        deliver(web, log)
        anna, boris = (message_of(to(log, f"{name}@readers.example")[0]) for name in ("anna", "boris"))
        assert anna["subject"] == "Do you still want our newsletter? Harbour Gazette"
        assert boris["subject"] == "Присылать ли вам рассылку? Harbour Gazette"
        (confirm,) = (path for path in paths_of(to(log, "anna@readers.example")[0]) if path.startswith("/confirm/"))
        assert web.post(confirm).status == 200
    assert statuses(site) == {"anna@readers.example": "confirmed", "boris@readers.example": "pending"}


def test_import_confirm_repeated_asks_nobody_again_and_leaves_readers_as_they_are(site: Installation) -> None:
    """Who confirmed stays subscribed; who was asked lately, or unsubscribed, is not asked."""
    site.subscribe("known@readers.example", "left@readers.example")
    site.run("subscribers", "remove", "left@readers.example").fine()
    rows = ("known@readers.example,", "left@readers.example,", "new@readers.example,")
    assert "asked by mail to confirm: 1 of them" in imported(site, *rows)
    assert "nobody has to be asked to confirm" in imported(site, *rows)
    assert statuses(site) == {
        "known@readers.example": "confirmed",
        "left@readers.example": "unsubscribed",
        "new@readers.example": "pending",
    }


def test_import_confirm_spreads_the_messages_over_time(site: Installation, log: Log) -> None:
    """Ten a minute; a second list follows the first, and a reader who is removed meanwhile is not asked."""
    imported(site, *(f"reader{number:02}@post.example," for number in range(MESSAGES_PER_MINUTE + 2)))
    imported(site, "later@post.example,")
    site.run("subscribers", "remove", f"reader{MESSAGES_PER_MINUTE + 1}@post.example").fine()
    with served(site) as web:
        assert len(deliver(web, log)) == MESSAGES_PER_MINUTE
        web.clock.moment += timedelta(minutes=1)
        assert [one.recipient for one in deliver(web, log)] == [f"reader{MESSAGES_PER_MINUTE}@post.example"]
        web.clock.moment += timedelta(minutes=1)
        assert [one.recipient for one in deliver(web, log)] == ["later@post.example"]


def test_import_confirm_dry_run_writes_nothing(site: Installation) -> None:
    """It says what would be."""
    assert "1 added as pending" in imported(site, "anna@readers.example,", options=("--dry-run",))
    assert statuses(site) == {}


def test_import_confirm_without_web_pages_is_one_error(tmp_path: Path) -> None:
    """Readers could not confirm."""
    site = Installation(tmp_path).configure()
    site.write("readers.csv", "email\nanna@readers.example")
    site.run("subscribers", "import", "readers.csv", "--confirm").failed(2, "set [web] base_url")
