"""`/metrics`: numbers of the database, the same from every process, without tokens and addresses."""

import re
from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families

from digest.errors import StoreError
from digest.model.receivers import AlertKind
from digest.store.upkeep.beats import RUN
from tests.support.installation import DAY, SLOT
from tests.support.web import Client, Web, served

Sample = tuple[str, tuple[tuple[str, str], ...]]


def _samples(client: Client) -> dict[Sample, float]:
    answer = client.get("/metrics")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.text)
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for family in families for one in family.samples}


def _value(samples: dict[Sample, float], name: str, **labels: str) -> float:
    return samples[name, tuple(sorted(labels.items()))]


def test_metrics_show_readers_issues_beats_alerts_and_sources(web: Web) -> None:
    """After an issue to two readers, an hour later: each number with its labels."""
    web.clock.moment = SLOT + timedelta(hours=1)
    web.app.beats.record(RUN, ["daily"], SLOT)
    web.app.alerts.report(AlertKind.ISSUE_HELD, "daily/x", "held", SLOT)
    samples = _samples(web)
    assert _value(samples, "digest_subscribers", status="confirmed") == 2
    assert _value(samples, "digest_subscribers", status="unsubscribed") == 0
    assert _value(samples, "digest_deliveries", edition="daily", slot=DAY, state="sent") == 2
    assert _value(samples, "digest_last_issue", edition="daily", slot=DAY, state="done") == 1
    assert 3_000 < _value(samples, "digest_last_issue_age_seconds", edition="daily") <= 3_600
    assert _value(samples, "digest_last_beat_age_seconds", process="run") == 3_600
    assert _value(samples, "digest_open_alerts", kind="issue-held") == 1
    assert _value(samples, "digest_open_alerts", kind="issue-paused") == 0
    assert _value(samples, "digest_due_messages") == 0
    assert 3_000 < _value(samples, "digest_source_age_seconds", source="main") <= 3_600
    assert _value(samples, "digest_source_failures", source="main") == 0
    assert _value(samples, "digest_bounces_last_day", **{"class": "hard"}) == 0
    assert _value(samples, "digest_database_up") == 1
    assert any(name == "digest_build_info" for name, _labels in samples)


def test_metrics_count_due_messages_and_signups(web: Web) -> None:
    """A confirmation that waits for its sender is due, and its sign-up is asked."""
    form = web.get("/subscribe")
    token = form.field("form_token")
    web.clock.moment = SLOT + timedelta(seconds=10)
    web.post("/subscribe", {"email": "vera@readers.example", "form_token": token})
    web.clock.moment = SLOT + timedelta(seconds=70)
    samples = _samples(web)
    assert _value(samples, "digest_due_messages") == 1
    assert _value(samples, "digest_oldest_due_message_age_seconds") == 60
    assert _value(samples, "digest_signups_last_day", state="asked") == 1
    assert _value(samples, "digest_subscribers", status="pending") == 1


def test_metrics_count_source_failures_until_it_answers(web: Web) -> None:
    """Two failed visits count, an answer forgets them."""
    feed = (web.site.folder / "feed.xml").read_bytes()
    (web.site.folder / "feed.xml").unlink()
    for turn in range(2):
        web.site.run("collect", now=SLOT + timedelta(minutes=turn))
    assert _value(_samples(web), "digest_source_failures", source="main") == 2
    web.site.write("feed.xml", feed)
    web.site.run("collect", now=SLOT).fine()
    assert _value(_samples(web), "digest_source_failures", source="main") == 0


def test_metrics_count_requests_by_route_without_tokens(web: Web) -> None:
    """The template of the route; unknown paths and methods share one label; no address and no token."""
    token = web.token(1)
    web.get(f"/leave/{token}")
    web.post(f"/leave/{token}")
    web.get("/wp-login.php?email=anna@readers.example")
    web.get("/api/v1/wp-json")
    web.request("BREW", "/")
    text = web.get("/metrics").text
    samples = _samples(web)
    route = {"route": "/leave/{token}", "status": "200"}
    assert _value(samples, "digest_http_requests_total", method="GET", **route) == 1
    assert _value(samples, "digest_http_requests_total", method="POST", **route) == 1
    assert _value(samples, "digest_http_requests_total", method="GET", route="unknown path", status="404") == 1
    assert _value(samples, "digest_http_requests_total", method="GET", route="/api/v1/{path}", status="404") == 1
    assert token not in text
    assert not re.search(r"@|wp-login|BREW", text)


def test_metrics_of_two_processes_agree_about_the_database(web: Web) -> None:
    """Each process counts its own requests; everything else comes from the database."""
    with served(web.site) as other:
        other.get("/archive")
        mine, theirs = _samples(web), _samples(other)
    shared = [key for key in mine if not key[0].startswith("digest_http_requests")]
    assert {key: mine[key] for key in shared} == {key: theirs[key] for key in shared}


def test_metrics_without_database_still_answer(web: Web) -> None:
    """What the process knows, and that the database is away."""

    def away(_now: object) -> None:
        raise StoreError("the database is away")

    object.__setattr__(web.app, "measurements", type("Away", (), {"read": staticmethod(away)}))
    samples = _samples(web)
    assert _value(samples, "digest_database_up") == 0
    assert not any(name.startswith("digest_subscribers") for name, _labels in samples)
