"""Signing readers up over the API: with a confirmation, within the limits of the pages, telling nobody who is known."""

import logging
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest

from digest.model.api import Scope
from digest.model.receivers import AlertKind
from digest.model.subscribers import SubscriberStatus
from digest.store.access import mail_limits
from tests.support.installation import SLOT, Installation
from tests.support.smtp_server import Log
from tests.support.web import Answer, Web, message_of, paths_of, served, to
from tests.web.api.conftest import Api, token_of
from tests.web.api.test_callers import assert_problem
from tests.web.conftest import configured
from tests.web.public.test_subscribing import BILINGUAL, BOTH, confirmations, editions_of_newest, send_mail, status

NEW, ANNA = "carol@readers.example", "anna@readers.example"
TEXT = "I want the Gazette's newsletter."


def form(email: str = NEW, **fields: Any) -> dict[str, Any]:
    """What the portal's form says."""
    consented_at = (SLOT - timedelta(minutes=1)).isoformat()
    return {"email": email, "ip": "192.0.2.7", "consent_text": TEXT, "consented_at": consented_at, **fields}


def sign_up(api: Api, body: dict[str, Any], **headers: str) -> Answer:
    """Sign a reader up with the token of the portal's form."""
    return api.post("/subscriptions", body, Scope.SUBSCRIBE, **headers)


def test_reader_is_subscribed_once_they_confirm(api: Api, mail: tuple[int, Log], site: Installation) -> None:
    """The message is in the language that the form names; the proof of consent names the token."""
    answer = sign_up(api, form(language="ru"))
    assert (answer.status, answer.json) == (202, {"status": "accepted"})
    assert status(api.web, NEW) is SubscriberStatus.PENDING
    send_mail(api.web)
    (accepted,) = to(mail[1], NEW)
    assert "Подтвердите" in str(message_of(accepted)["Subject"])
    (path,) = (path for path in paths_of(accepted) if path.startswith("/confirm/"))
    api.web.post(path)
    assert status(api.web, NEW) is SubscriberStatus.CONFIRMED
    shown = site.run("subscribers", "show", NEW).fine().out
    assert "form of API token test subscribe" in shown
    assert "consented   2025-06-02 06:59:00" in shown
    assert TEXT in shown
    (row,) = site.run("subscribers", "export", "--email", NEW).fine().json["signups"]
    assert row["consented_at"] == "2025-06-02T03:59:00+00:00"


@pytest.mark.parametrize("named", [{}, {"edition": []}, {"edition": list(BOTH)}])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_sign_up_on_a_bilingual_portal_gives_all_editions(
    site: Installation, mail: tuple[int, Log], named: dict[str, Any], language: str
) -> None:
    """By name or without one, whatever the language of the message."""
    configured(site.folder, mail[0], editions=BILINGUAL)
    with served(site) as web:
        api = Api(web, {Scope.SUBSCRIBE: token_of(web, Scope.SUBSCRIBE)})
        assert sign_up(api, form(language=language, **named)).status == 202
        assert editions_of_newest(web, NEW) == BOTH


def test_answer_never_tells_whether_an_address_is_known(api: Api) -> None:
    """Known, new, unsubscribed, asked before: the same status, headers and body."""
    api.web.app.reader_links.leave(2, SLOT)
    answers = [sign_up(api, form(email)) for email in (ANNA, NEW, "boris@readers.example", NEW)]
    shown = [(one.status, one.body, {**one.headers, "date": ""}) for one in answers]
    assert all(one == shown[0] for one in shown)
    assert confirmations(api.web) == 3


def test_limits_are_those_of_the_pages(api: Api) -> None:
    """A mailbox, the reader's network, the installation; the last one opens the alert."""
    with mock.patch.object(mail_limits, "MOST_OF_A_NETWORK", 3):
        spellings = ("victim@gmail.com", "Victim+tag@gmail.com", "v.i.c.t.i.m@googlemail.com", "other@readers.example")
        answers = [sign_up(api, form(email)) for email in spellings]
        assert [one.status for one in answers] == [202, 202, 202, 429]
        assert confirmations(api.web) == 1
        assert sign_up(api, form("other@readers.example", ip="198.51.100.7")).status == 202
    with mock.patch.object(mail_limits, "MOST_OF_ALL", 2):
        answer = sign_up(api, form(ip="2001:db8::1"))
    assert_problem(answer, 503, "paused")
    assert answer.headers["retry-after"] == "3600"
    assert AlertKind.SIGNUPS_PAUSED in {alert.kind for alert in api.web.app.alerts.open()}


def test_wrong_field_is_named_and_its_value_is_not(api: Api) -> None:
    """Nothing is stored, and no message is planned."""
    wrong: tuple[tuple[str, Any], ...] = (
        ("email", "nobody.example"),
        ("ip", "192.0.2.700"),
        ("consented_at", "2031-01-01T00:00:00Z"),
        ("consented_at", "2025-01-01T00:00:00"),
        ("consent_text", ""),
        ("edition", ["weekly"]),
        ("more", 1),
    )
    for field, value in wrong:
        answer = sign_up(api, form(**{field: value}))
        assert_problem(answer, 422)
        assert {one["where"] for one in answer.json["errors"]} == {f"body.{field}"}
        assert len(str(value)) < 9 or str(value) not in answer.text
    assert confirmations(api.web) == 0


def test_separate_consents_need_two_texts(site: Installation, mail: tuple[int, Log]) -> None:
    """As on our own form."""
    configured(site.folder, mail[0], "separate_consents = true")
    with served(site) as web:
        api = Api(web, {Scope.SUBSCRIBE: token_of(web, Scope.SUBSCRIBE)})
        assert_problem(sign_up(api, form()), 422)
        assert sign_up(api, form(consent_text=["Processing.", "Mail."])).status == 202


def test_large_or_broken_body_is_refused(api: Api) -> None:
    """413 above 64 KB; 422 for what is not JSON in UTF-8."""
    assert [one["where"] for one in api.post("/subscriptions", '{"email":').json["errors"]] == ["body"]
    assert_problem(api.post("/subscriptions", '{"email": "' + "a" * 70_000), 413)
    chunks = (b"a" * 20_000 for _ in range(5))  # without Content-Length
    assert_problem(api.web.request("POST", "/api/v1/subscriptions", chunks, Content_Type="application/json"), 413)
    assert_problem(api.post("/subscriptions", '{"email"'), 422)
    assert_problem(api.web.request("POST", "/api/v1/subscriptions", b"\xff\xfe", Content_Type="application/json"), 422)
    assert_problem(api.post("/subscriptions", "email=a", Content_Type="text/plain"), 422)


def test_same_idempotency_key_is_carried_out_once(api: Api) -> None:
    """The same answer for 24 hours; another body is refused; a request that failed may be repeated."""
    key = {"Idempotency_Key": "form-4711"}
    with mock.patch.object(mail_limits, "MOST_OF_A_NETWORK", 0):
        assert sign_up(api, form(), **key).status == 429
    assert [sign_up(api, form(), **key).json for _ in range(2)] == [{"status": "accepted"}] * 2
    with api.web.database.read() as connection:
        networks = connection.exec_driver_sql("SELECT events FROM rate_count WHERE key LIKE 'network%%'").scalars()
        assert list(networks) == [2]  # the one that failed, and one of the others
    assert_problem(sign_up(api, form(ANNA), **key), 422, "used for another request")
    assert sign_up(api, form(ANNA), Idempotency_Key="form-4712").status == 202
    assert api.post("/subscriptions", form(ANNA), Scope.MANAGE, **key).status == 202  # another token's keys are its own
    api.web.clock.moment += timedelta(hours=25)
    assert sign_up(api, form(ANNA), **key).status == 202


def test_attempt_that_died_is_repeated_after_a_minute(api: Api) -> None:
    """Until then a repetition is told to wait."""
    key = {"Idempotency_Key": "form-1"}
    with mock.patch("digest.store.access.idempotency.Idempotency.finish"):
        sign_up(api, form(), **key)
    answer = sign_up(api, form(), **key)
    assert_problem(answer, 409)
    assert answer.headers["retry-after"] == "60"
    api.web.clock.moment += timedelta(minutes=1)
    assert sign_up(api, form(), **key).status == 202


def test_neither_log_nor_database_holds_key_or_request(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    """Of the key, the network and the request only keyed hashes are stored."""
    with caplog.at_level(logging.DEBUG, "digest"):
        sign_up(api, form("canary@readers.example"), Idempotency_Key="key-of-canary")
    assert "canary" not in caplog.text
    dump = {name: rows for name, rows in api.web.dump().items() if "canary" in str(rows) or "192.0.2" in str(rows)}
    assert set(dump) <= {"subscriber", "delivery"}


def test_without_base_url_nobody_can_sign_up(site: Installation) -> None:
    """There would be no page to confirm on."""
    site.configure()
    with served(site) as web:
        api = Api(web, {Scope.SUBSCRIBE: token_of(web, Scope.SUBSCRIBE)})
        assert_problem(sign_up(api, form()), 503, "base_url")


def test_no_site_of_another_origin_may_call(web: Web) -> None:
    """No CORS: a browser shows no answer to scripts of other sites, and no cookie is set."""
    answer = web.request("OPTIONS", "/api/v1/subscriptions", Origin="https://gazette.example")
    assert answer.status == 405
    answer = web.get("/api/v1/editions", Origin="https://gazette.example")
    assert not {name for name in answer.headers if name.startswith("access-control") or name == "set-cookie"}
