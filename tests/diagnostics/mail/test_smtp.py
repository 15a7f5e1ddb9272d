"""The check of the mail server, against real servers."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from digest.diagnostics.context import ServerProbe
from digest.diagnostics.mail.smtp import check_smtp, judged
from digest.diagnostics.results import CheckResult, Level
from digest.mailers.smtp.mailer import survey_server
from digest.mailers.smtp.survey import ServerSurvey
from digest.settings.mail import SmtpSettings
from tests.support.certificates import Authority
from tests.support.checking import context, levels
from tests.support.smtp_server import HOST, PASSWORD, USER, at, honest_server, rogue_server


def _check(port: int, **changes: Any) -> list[CheckResult]:
    smtp = SmtpSettings(host=HOST, port=port, **{"security": "none", **changes})
    now = type("Now", (), {"now": lambda _self: datetime.now(UTC)})()
    relay = ServerProbe(host=HOST, survey=partial(survey_server, smtp, Path(), smtp))
    return list(check_smtp(context(servers=[relay], clock=now)))


def _secure(authority: Authority) -> dict[str, Any]:
    login = {"username": USER, "password": SecretStr(PASSWORD)}
    return {"security": "starttls", "ca_file": str(authority.file), **login}


def test_check_smtp_server_with_tls_and_login_is_right(authority: Authority, tmp_path: Path) -> None:
    """aiosmtpd logs us in, and the days of its certificate are counted; it offers no PIPELINING."""
    with honest_server(authority.server(tmp_path, days=30)) as (port, log):
        found = _check(port, **_secure(authority))
    assert levels(found) == [Level.OK, Level.OK, Level.WARN]
    assert "connected and logged in; offers SIZE, 8BITMIME" in found[0].message
    assert "ends in 29 days" in found[1].message
    assert "PIPELINING" in found[2].message
    assert log.accepted == []


def test_check_smtp_certificate_of_one_more_day_is_in_the_singular(authority: Authority, tmp_path: Path) -> None:
    """Its alert is mailed."""
    with honest_server(authority.server(tmp_path, days=2)) as (port, _log):
        found = _check(port, **_secure(authority))
    assert found[1].message.endswith("is trusted and ends in 1 day")


def test_check_smtp_certificate_that_ends_soon_warns(authority: Authority, tmp_path: Path) -> None:
    """Ten days before, it should have been renewed."""
    with honest_server(authority.server(tmp_path, days=10)) as (port, _log):
        found = _check(port, **_secure(authority))
    assert [one.level for one in found if "certificate" in one.message] == [Level.WARN]


@pytest.mark.parametrize(
    ("name", "days", "expected"), [(HOST, -1, "expired"), ("other.example", 30, "not valid for '127.0.0.1'")]
)
def test_check_smtp_certificate_that_is_wrong_fails(
    authority: Authority, tmp_path: Path, name: str, days: int, expected: str
) -> None:
    """An expired one, and one of another host."""
    with honest_server(authority.server(tmp_path, name=name, days=days)) as (port, log):
        (found,) = _check(port, **_secure(authority))
    assert found.level is Level.FAIL
    assert expected in found.message
    assert log.secure_logins == 0


@pytest.mark.parametrize(
    ("step", "reply", "expected"),
    [("AUTH", "535 5.7.8 no", "refused the login with 535"), ("CONNECT", "554 no", "refused the connection with 554")],
)
def test_check_smtp_refusal_fails(step: str, reply: str, expected: str) -> None:
    """The server's reply is shown, the password is not."""
    with rogue_server(at(step, reply), logins=True) as (port, _log):
        (found,) = _check(port, username=USER, password=SecretStr(PASSWORD))
    assert found.level is Level.FAIL
    assert expected in found.message
    assert PASSWORD not in found.message


def test_check_smtp_server_without_starttls_or_behind_a_closed_port_fails() -> None:
    """Nothing is sent in clear text, and a closed port is reported as such."""
    with rogue_server(lambda *_: None) as (port, _log):
        (stripped,) = _check(port, security="starttls")
    (closed,) = _check(port)
    assert (stripped.level, closed.level) == (Level.FAIL, Level.FAIL)
    assert "does not offer STARTTLS" in stripped.message
    assert "cannot be used" in closed.message


def test_check_smtp_limit_of_size_below_an_issue_fails() -> None:
    """A server that takes 100 KB would refuse issues."""
    offers = "250-mail.example\r\n250-PIPELINING\r\n250 SIZE 100000"
    with rogue_server(at("EHLO", offers)) as (port, _log):
        smtp = SmtpSettings(host=HOST, port=port, security="none")
        survey = survey_server(smtp, Path(), smtp)
    assert (survey.host_name, survey.largest) == ("mail.example", 100_000)
    found = list(judged(survey, datetime.now(UTC) + timedelta()))
    assert levels(found) == [Level.OK, Level.OK, Level.FAIL]
    assert "100 KB" in found[2].message


def test_check_smtp_certificate_near_its_end_warns_urgently() -> None:
    """Two weeks before."""
    survey = ServerSurvey(
        server="m.example:25",
        host_name="m.example",
        extensions=frozenset({"PIPELINING", "CHUNKING"}),
        largest=None,
        certificate_ends=datetime(2026, 10, 15, tzinfo=UTC),
        is_logged_in=False,
    )
    for day, level in ((1, Level.OK), (2, Level.WARN)):
        found = list(judged(survey, datetime(2026, 10, day, tzinfo=UTC)))[1]
        assert (found.level, found.is_urgent) == (level, level is Level.WARN)
