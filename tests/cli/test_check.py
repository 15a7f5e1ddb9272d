"""`digest check`: its output, its exit code, and the checks of a real installation."""

import email
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.diagnostics.catalogue import CHECKS
from digest.diagnostics.context import Network
from digest.diagnostics.http_probe import Unreachable
from digest.diagnostics.mail.dns_lookup import Dns
from tests.support.dns_server import dns_server
from tests.support.installation import Installation
from tests.support.smtp_server import Log, at, rogue_server


@pytest.fixture
def site(tmp_path: Path, mail_server: tuple[int, Log], monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """An installation with one feed, whose name server knows nothing and whose web server is away."""
    with dns_server({}) as log:
        reached = Network(dns=Dns(log.resolver), ask=lambda *_: Unreachable(reason="connection refused"))
        monkeypatch.setattr("digest.diagnostics.probes.network", lambda: reached)
        site = Installation(tmp_path).configure(smtp=f'host = "127.0.0.1"\nport = {mail_server[0]}')
        site.write("feed.xml", DAY)
        yield site


DAY = (
    '<rss version="2.0"><channel><title>G</title><link>https://gazette.example</link><item><title>The ferry is back'
    "</title><link>https://gazette.example/1</link></item></channel></rss>"
)
_LOCAL = ("configuration", "secrets", "database", "disk", "sources", "smtp")


def _only(*names: str) -> list[str]:
    return [part for name in names for part in ("--only", name)]


def test_check_local_parts_of_a_working_installation_are_right(
    site: Installation, mail_server: tuple[int, Log]
) -> None:
    """Exit code 0, no failure, and no message was sent."""
    found = site.run("check", "--json", *_only(*_LOCAL)).fine().json
    assert {row["check"] for row in found} == set(_LOCAL)
    assert {row["level"] for row in found} == {"ok", "warn"}
    assert all(set(row) == {"check", "level", "says", "fix"} for row in found)
    assert mail_server[1].accepted == []
    assert mail_server[1].connections == 1


def test_check_failure_is_first_with_its_fix_and_exit_code_1(site: Installation) -> None:
    """The lines of a narrow terminal are not broken, and the last one counts."""
    site.write("feed.xml", "not a feed")
    ran = site.run("check", *_only("database", "sources"), env={"COLUMNS": "80"})
    lines = ran.out.splitlines()
    assert ran.code == 1
    assert lines[0].startswith("fail         sources        main:")
    assert any("→" in line for line in lines)
    assert lines[-3:] == ["", "failed: sources", "1 fail, 1 ok"]
    assert max(len(line) for line in lines if str(site.folder) not in line) <= 80  # a path stays whole


def test_check_failure_with_json_is_named_on_standard_error(site: Installation) -> None:
    """As by every command that ends with 1; the other output says it in its last lines."""
    site.write("feed.xml", "not a feed")

    ran = site.run("check", "--json", *_only("database", "sources"))

    assert ran.failed(1) == "digest: failed: sources"
    assert {row["check"] for row in ran.json} == {"database", "sources"}


def test_check_without_database_the_others_still_run(site: Installation, mail_server: tuple[int, Log]) -> None:
    """A database that is damaged fails; what needs it cannot tell, and the mail server is checked."""
    site.write("digest.db", b"nonsense" * 1_000)
    found = site.run("check", "--json", *_only("database", "sources", "smtp")).json
    by_name = {row["check"]: row["level"] for row in found if row["level"] != "ok"}
    assert by_name["database"] == "fail"
    assert by_name["sources"] == "cannot-tell"
    assert mail_server[1].connections == 1


def test_check_wrong_configuration_is_a_usage_error(site: Installation) -> None:
    """One line, exit code 2, as for every command; an unknown check too."""
    site.run("check", "--only", "spelling").failed(2, "spelling")
    site.write("config/digest.toml", "[portal]\nname = 1\n")
    site.run("check").failed(2, "portal")


def test_check_alert_is_sent_to_everybody_who_gets_alerts(site: Installation, mail_server: tuple[int, Log]) -> None:
    """A signed message of the system; without the option nothing is sent, and without addresses it warns."""
    smtp = f'host = "127.0.0.1"\nport = {mail_server[0]}'
    assert site.run("check", "--json", "--alert", *_only("disk")).fine().json[-1]["level"] == "warn"
    site.configure(smtp=f'{smtp}\n\n[alerts]\nto = ["ops@desk.example", "chief@desk.example"]')
    assert site.run("check", "--json", *_only("disk")).fine().json[-1]["check"] == "disk"
    assert mail_server[1].accepted == []
    (_disk, alert) = site.run("check", "--json", "--alert", *_only("disk")).fine().json
    assert (alert["check"], alert["level"]) == ("alert", "ok")
    assert sorted(one.recipient for one in mail_server[1].accepted) == ["chief@desk.example", "ops@desk.example"]
    message = email.message_from_bytes(mail_server[1].accepted[0].content)
    assert (message["Subject"], message["Auto-Submitted"]) == ("A test alert", "auto-generated")
    assert message["Date"]
    assert message["List-Unsubscribe"] is None


def test_check_loop_sends_a_message_to_the_bounce_address(
    site: Installation, mail_server: tuple[int, Log], monkeypatch: pytest.MonkeyPatch
) -> None:
    """This server delivers nowhere, so that it does not come back."""
    monkeypatch.setattr("digest.diagnostics.mail.bounce_loop.LIMIT", 0.0)
    (site.folder / "Maildir" / "new").mkdir(parents=True)
    (site.folder / "Maildir" / "cur").mkdir()
    site.configure(smtp=f'host = "127.0.0.1"\nport = {mail_server[0]}\n\n[bounces]\nsource = "Maildir"')
    ran = site.run("check", "--json", "--loop", *_only("disk"))
    assert (ran.code, ran.json[-1]["check"], ran.json[-1]["level"]) == (1, "loop", "fail")
    (message,) = mail_server[1].accepted
    assert message.recipient.startswith("bounce+")
    assert message.recipient.endswith("@gazette.example")


def test_check_alert_that_is_refused_fails(site: Installation) -> None:
    """The server's reply is shown, without the address."""
    with rogue_server(at("RCPT", "550 5.1.1 no such user ops@desk.example")) as (port, _log):
        smtp = f'host = "127.0.0.1"\nport = {port}'
        site.configure(smtp=f'{smtp}\n\n[alerts]\nto = ["ops@desk.example"]')
        ran = site.run("check", "--json", "--alert", *_only("disk"))
    assert (ran.code, ran.json[-1]["level"]) == (1, "fail")
    assert "550" in ran.json[-1]["says"]
    assert "ops@" not in ran.out


def test_check_on_the_sample_portal_is_refused(tmp_path: Path) -> None:
    """There is nothing of the operator's to check."""
    Installation(tmp_path).run("check").failed(2, "digest init")


def test_check_page_describes_each_check() -> None:
    """docs/check.md has a section for every check."""
    page = (Path(__file__).parents[2] / "docs" / "check.md").read_text("utf-8")
    assert [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## `")] == [
        f"`{name}`" for name in CHECKS
    ]
