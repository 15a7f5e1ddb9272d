"""The page Health: alerts, the checks as `digest check` runs them, processes, and the database."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from digest.diagnostics.context import Network
from digest.diagnostics.http_probe import Unreachable
from digest.diagnostics.mail.dns_lookup import Dns
from digest.diagnostics.results import NamedResult, ok
from digest.model.receivers import AlertKind
from digest.model.users import UserRole
from digest.store.upkeep.beats import RUN
from digest.web.admin.check_runs import CheckRuns
from tests.support.console import SignedIn, signed_in
from tests.support.dns_server import dns_server
from tests.support.installation import SLOT, Installation
from tests.support.web import Answer, Web
from tests.web.conftest import configured


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """An installation whose name server knows nothing and whose mail and web servers are away."""
    with dns_server({}) as log:
        reached = Network(dns=Dns(log.resolver), ask=lambda *_: Unreachable(reason="connection refused"))
        monkeypatch.setattr("digest.diagnostics.probes.network", lambda: reached)
        yield configured(tmp_path, 9)


def wait_for_results(user: SignedIn) -> Answer:
    """The page once the checks have ended, which they do within their own limit."""
    while 'data-refresh="2"' in (page := user.get("/health")).text:
        time.sleep(0.05)
    return page


def test_health_shows_alerts_processes_and_the_database(web: Web) -> None:
    """Every alert with its time, not only the three of the bar above each page."""
    for number in range(5):
        web.app.alerts.report(AlertKind.CHECK_FAILS, f"check{number}", "<b>it fails</b>", SLOT)
    web.app.beats.record(RUN, ["daily"], SLOT)
    with closing(sqlite3.connect(web.site.folder / "digest.db")) as database:
        database.executescript("CREATE TABLE waste AS SELECT zeroblob(100000); DROP TABLE waste")
    page = signed_in(web, UserRole.VIEWER).get("/health").text
    assert all(f"A check fails: check{number}" in page for number in range(5))
    assert "<b>it fails" not in page
    assert page.count("since today, 07:00") == 5
    assert "last seen today, 07:00" in page
    assert "never seen" in page
    assert "free for new rows" in page
    assert "readings of counters" in page
    assert 'id="check"' not in page


def test_health_checks_have_the_results_of_the_command(web: Web, site: Installation) -> None:
    """Failures first, each with its fix; the alerts follow, and the log says who asked."""
    editor = signed_in(web, UserRole.EDITOR)
    web.app.alerts.report(AlertKind.CHECK_FAILS, "database", "it was away", SLOT)
    answer = editor.post("/health/check")
    assert (answer.status, answer.headers["location"]) == (303, "/admin/health")
    page = wait_for_results(editor).text
    names = ("database", "configuration", "smtp", "themes")
    found = site.run("check", "--json", *(part for name in names for part in ("--only", name))).json
    for row in found:
        assert f'<strong lang="en">{row["check"]}</strong>' in page
    failing = [row["check"] for row in found if row["level"] == "fail"]
    assert "smtp" in failing
    assert page.index('class="level fail"') < page.index('class="level ok"')
    alerts = {one.subject for one in web.app.alerts.open() if one.kind is AlertKind.CHECK_FAILS}
    assert "smtp" in alerts
    assert not {"database", "sources"} & alerts
    assert editor.get("/people/audit.json?action=checks+run").json[0]["by"] == editor.user.email


def test_health_in_russian_has_no_english_result(web: Web, site: Installation) -> None:
    """Neither what a check says nor its advice; the names of the checks are those of the command."""
    editor = signed_in(web, UserRole.EDITOR)
    editor.post("/health/check")
    wait_for_results(editor)
    page = editor.get("/health", **{"Accept-Language": "ru"}).text
    shown = page.partition('id="checks"')[2].partition("</ul>")[0]
    assert len(re.findall('<span lang="ru">', shown)) >= 15
    assert re.findall(r'<span[^>]* lang="en">(.*?)</span>', shown) == []
    assert re.search(r"<p>\d+ КБ", page)


def test_health_viewer_starts_no_checks(web: Web) -> None:
    """They ask the sources, which stores what they list."""
    assert signed_in(web, UserRole.VIEWER).post("/health/check").status == 403


def test_check_runs_has_one_run_at_a_time() -> None:
    """A start during a run changes nothing."""
    runs, results = CheckRuns(), [NamedResult(check="disk", result=ok("fine"))]
    blocked = False

    def second() -> list[NamedResult]:
        nonlocal blocked
        blocked = not runs.start(list, SLOT)
        return results

    assert runs.start(second, SLOT)
    while runs.started_at is not None:
        time.sleep(0.01)
    assert blocked
    assert runs.last is not None
    assert runs.last.results == results
