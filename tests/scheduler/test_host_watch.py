"""Processes on one database with different secrets: the log, an alert, and `digest check` say so until it is fixed."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest

from digest import bootstrap
from digest.app import App
from digest.cli.worker import open_sender
from digest.diagnostics.installation.host_settings import compared
from digest.diagnostics.results import Level
from digest.scheduler.host_watch import HostWatch
from digest.settings.load import load
from digest.store.upkeep.beats import SETTINGS
from tests.support.installation import Installation
from tests.support.ledger import SteppingClock
from tests.support.store import minutes

_ONE, _OTHER = "the secret of alpha", "the secret of beta"


@contextmanager
def _hosts(site: Installation, clock: SteppingClock, *secrets: str) -> Iterator[list[App]]:
    """Applications on one database, each with a secret of its own."""
    with ExitStack() as opened:
        yield [
            opened.enter_context(
                bootstrap.open_app(load(site.folder / "config/digest.toml", {"DIGEST_SECRET": secret}), clock)
            )
            for secret in secrets
        ]


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    """An installation without mail."""
    return Installation(tmp_path).configure()


def test_host_watch_other_secret_alerts_until_all_are_the_same(
    site: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    """The difference is logged once by each process; a process that stopped for a planned change is not compared."""
    clock = SteppingClock()
    with _hosts(site, clock, _ONE, _OTHER, _OTHER) as (alpha, beta, alpha_later):
        watches = [HostWatch(alpha, "run"), HostWatch(beta, "serve")]
        for _minute in range(3):
            for watch in watches:
                watch.look()
            clock.moment += minutes(1)
        assert [alert.subject for alert in beta.alerts.open()] == ["hosts"]
        logged = [record.getMessage() for record in caplog.records]
        assert ["`digest serve` (" in line for line in logged] == [False, True]
        said = site.run("check", "--only", "hosts", env={"DIGEST_SECRET": _ONE}, now=clock.moment)
        assert said.code == 1
        assert "is not that of `digest serve`" in said.out
        sent = site.run("send", "--resume", "daily/2026-11-24", env={"DIGEST_SECRET": _ONE}, now=clock.moment)
        assert "is not that of `digest serve`" in sent.err
        watches[0].leave()
        HostWatch(alpha_later, "run").look()
        assert beta.alerts.open() == []
        site.run("check", "--only", "hosts", env={"DIGEST_SECRET": _OTHER}, now=clock.moment).fine()


def test_host_watch_process_that_vanished_counts_for_three_minutes(site: Installation) -> None:
    """What it noted is deleted after a day."""
    clock = SteppingClock()
    with _hosts(site, clock, _ONE, _OTHER) as (alpha, beta):
        HostWatch(alpha, "run").look()
        clock.moment += minutes(4)
        watch = HostWatch(beta, "run")
        watch.look()
        assert beta.alerts.open() == []
        clock.moment += minutes(24 * 60)
        watch.leave()
        assert beta.beats.moments(SETTINGS) == {}


def test_host_watch_of_running_process_stores_nothing_of_the_secret_but_16_bits(site: Installation) -> None:
    """From its start, and until it stops."""
    settings = load(site.folder / "config/digest.toml", {"DIGEST_SECRET": _ONE})
    with bootstrap.open_app(settings, SteppingClock()) as app:
        with open_sender(settings, "worker") as (_app, _sender, clock):
            while not (found := app.beats.moments(SETTINGS)):
                clock.wait(0.01)
        assert app.beats.moments(SETTINGS) == {}
    assert {mark.split()[1] for mark in found} == {"DIGEST_SECRET", "portal", "ranking", "editions.daily"}
    assert {(len(mark.split()[0]), mark.split()[2]) for mark in found} == {(4, "worker")}


def test_host_watch_other_configuration_warns_about_what_both_have(
    site: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    """A zone and an hour that differ; an edition that only one host has may be meant so."""
    clock = SteppingClock()
    with _hosts(site, clock, _ONE) as (alpha,):
        portal = alpha.settings.portal.model_copy(update={"timezone": "UTC"})
        daily = alpha.settings.editions[0]
        others = (daily.model_copy(update={"at": time(9)}), daily.model_copy(update={"name": "evening"}))
        changed = alpha.settings.model_copy(update={"portal": portal, "editions": others})
        beta = replace(alpha, settings=changed)
        HostWatch(alpha, "run").look()
        HostWatch(beta, "run").look()
        assert alpha.alerts.open() == []
        found = list(compared(alpha))
    assert [(one.level, one.message.split()[0]) for one in found] == [
        (Level.WARN, "editions.daily"),
        (Level.WARN, "portal"),
    ]
    assert "portal in the configuration on" in caplog.text
