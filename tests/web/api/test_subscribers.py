"""Subscribers over the API: listed, looked up, changed and unsubscribed."""

import json
import logging
from datetime import timedelta
from unittest import mock

import pytest

from digest.model.api import Scope
from digest.model.subscribers import LeftBy, Subscriber, SubscriberStatus
from digest.scheduler.upkeep import overwrite_erased
from digest.store.engine.database import Database
from tests.support.installation import SLOT
from tests.web.api.conftest import Api
from tests.web.api.test_callers import assert_problem

ANNA, BORIS = "anna@readers.example", "boris@readers.example"


def test_look_up_shows_a_subscriber_by_any_spelling(api: Api) -> None:
    """The case of letters does not matter; of an unknown address nothing."""
    found = api.post("/subscribers/lookup", {"email": "Anna@Readers.example"}, Scope.READ).json
    assert (found["email"], found["status"], found["edition"], found["hour"]) == (ANNA, "confirmed", [], None)
    assert_problem(api.post("/subscribers/lookup", {"email": "dora@readers.example"}, Scope.READ), 404)
    assert_problem(api.post("/subscribers/lookup", {"email": ANNA}, Scope.SUBSCRIBE), 403)


@pytest.mark.parametrize(
    ("kind", "body", "detail"),
    [
        ("application/x-www-form-urlencoded", '{"email": "anna@readers.example"}', "Content-Type: application/json"),
        ("text/plain", '{"email": "anna@readers.example"}', "Content-Type: application/json"),
        ("application/json", "[]", "expected a JSON object"),
        ("application/vnd.gazette+json", "7", "expected a JSON object"),
    ],
)
def test_look_up_with_a_body_that_is_no_json_object_says_what_to_send(
    api: Api, kind: str, body: str, detail: str
) -> None:
    """As `curl -d` sends it without a header."""
    answer = api.post("/subscribers/lookup", body, Scope.READ, Content_Type=kind)
    assert_problem(answer, 422)
    assert [(one["where"], detail in one["detail"]) for one in answer.json["errors"]] == [("body", True)]


def test_subscribers_come_in_pages_without_addresses_in_the_cursor(api: Api) -> None:
    """Each once, in the order in which they were added; by status."""
    for number in range(5):
        api.web.app.subscribers.add(Subscriber(email=f"reader{number}@readers.example"), SLOT)
    api.web.app.subscribers.suppress("reader3@readers.example", SLOT)
    found, cursor = [], ""
    while True:
        page = api.get(f"/subscribers?limit=3{cursor}").json
        found += [one["email"] for one in page["data"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert found == [ANNA, BORIS, *(f"reader{number}@readers.example" for number in range(5))]
    (suppressed,) = api.get("/subscribers?status=suppressed").json["data"]
    assert suppressed["email"] == "reader3@readers.example"


def test_change_sets_what_it_names_and_clears_with_null(api: Api) -> None:
    """Everything else stays as it is."""
    wanted = {"name": "Anna", "frequency": "weekly", "timezone": "Europe/Moscow", "hour": 8, "sections": ["Politics"]}
    answer = api.post("/subscribers/change", {"email": ANNA, **wanted, "paused_until": "2025-07-01"})
    assert {name: answer.json[name] for name in wanted} == wanted
    assert (
        api.post("/subscribers/change", {"email": ANNA, "hour": 9.0}).json["hour"] == 9
    )  # JSON has one kind of number
    answer = api.post("/subscribers/change", {"email": ANNA, "hour": None, "edition": ["daily"]}).json
    assert (answer["hour"], answer["edition"], answer["name"]) == (None, ["daily"], "Anna")
    assert answer["paused_until"] == "2025-07-01"
    stored = api.web.app.subscribers.find(ANNA)
    assert stored is not None
    assert (stored.sections, stored.hour, stored.editions) == (("Politics",), None, ("daily",))
    assert api.post("/subscribers/change", {"email": ANNA, "edition": []}).json["edition"] == []


def test_change_of_lists_to_null_clears_them(api: Api) -> None:
    """As an empty list does."""
    ways: tuple[list[str] | None, ...] = (None, [])
    for nothing in ways:
        api.post("/subscribers/change", {"email": ANNA, "edition": ["daily"], "sections": ["Politics"]})
        answer = api.post("/subscribers/change", {"email": ANNA, "edition": nothing, "sections": nothing})
        assert (answer.status, answer.json["edition"], answer.json["sections"]) == (200, [], [])
        stored = api.web.app.subscribers.find(ANNA)
        assert stored is not None
        assert (stored.editions, stored.sections) == ((), ())


def test_change_to_a_pause_of_more_than_a_year_is_refused(api: Api) -> None:
    """As the reader's page does; the last day of a year is accepted."""
    assert_problem(api.post("/subscribers/change", {"email": ANNA, "paused_until": "2026-06-04"}), 422)
    answer = api.post("/subscribers/change", {"email": ANNA, "paused_until": "2026-06-03"})
    assert (answer.status, answer.json["paused_until"]) == (200, "2026-06-03")


def test_change_with_a_wrong_entry_of_a_list_names_its_place(api: Api) -> None:
    """Counted from 0, as in JSON."""
    (fault,) = api.post("/subscribers/change", {"email": ANNA, "sections": ["City", 7]}).json["errors"]
    assert fault["where"] == "body.sections.1"


def test_change_subscribes_nobody(api: Api) -> None:
    """Neither an unknown address nor a reader who unsubscribed; wrong values are refused as a whole."""
    assert_problem(api.post("/subscribers/change", {"email": "dora@readers.example", "name": "Dora"}), 404)
    api.web.app.subscribers.remove(ANNA, LeftBy.READER, SLOT)
    assert_problem(api.post("/subscribers/change", {"email": ANNA, "name": "Anna"}), 409, "unsubscribed")
    for wrong in (
        {"hour": 24},
        {"hour": "8"},
        {"hour": 7.5},
        {"hour": True},
        {"timezone": "Moscow"},
        {"edition": ["weekly"]},
        {"paused_until": 0},
    ):
        assert_problem(api.post("/subscribers/change", {"email": BORIS, "name": "Boris", **wrong}), 422)
    stored = api.web.app.subscribers.find(BORIS)
    assert stored is not None
    assert stored.name is None
    assert_problem(api.call("POST", "/subscribers/change", {"email": BORIS}, Scope.READ), 403)


def test_unsubscribe_ends_mail_and_is_the_readers_own_request(api: Api) -> None:
    """No import brings them back; a repetition changes nothing."""
    for _ in range(2):
        answer = api.post("/subscribers/unsubscribe", {"email": ANNA})
        assert (answer.status, answer.body) == (204, b"")
    assert api.web.app.subscribers.add(Subscriber(email=ANNA), SLOT) == "left"
    api.post("/subscribers/unsubscribe", {"email": BORIS, "by": "operator"})
    assert api.web.app.subscribers.add(Subscriber(email=BORIS), SLOT) == "changed"
    found = api.web.app.subscribers.find(ANNA)
    assert found is not None
    assert found.status is SubscriberStatus.UNSUBSCRIBED
    assert_problem(api.post("/subscribers/unsubscribe", {"email": "dora@readers.example"}), 404)


def test_export_has_the_shape_of_the_command(api: Api) -> None:
    """Everything about one reader; a token of the form may not read it."""
    answer = api.post("/subscribers/export", {"email": ANNA}, Scope.READ).json
    assert answer == api.web.site.run("subscribers", "export", "--email", ANNA).fine().json
    assert answer["deliveries"][0]["state"] == "sent"
    assert_problem(api.post("/subscribers/export", {"email": "dora@readers.example"}, Scope.READ), 404)
    assert_problem(api.post("/subscribers/export", {"email": ANNA}, Scope.SUBSCRIBE), 403)


def test_erase_leaves_nothing_of_a_reader_in_files_and_logs(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    """At once in the tables, at the next clean-up in the database's files; a repetition changes nothing."""
    canary = "canary-5119@readers.example"
    with caplog.at_level(logging.DEBUG, "digest"):
        api.web.app.subscribers.add(Subscriber(email=canary), SLOT)
        api.post("/subscribers/change", {"email": canary, "name": "Canary-5119", "hour": 7})
        assert api.post("/subscribers/erase", {"email": canary}).status == 204
        assert api.post("/subscribers/erase", {"email": canary}).status == 204
        overwrite_erased(api.web.app)
    assert "canary" not in json.dumps(api.web.dump(), default=str).lower()
    files = [file for file in api.web.site.folder.glob("digest.db*") if b"canary-5119" in file.read_bytes().lower()]
    assert files == []
    assert "canary" not in caplog.text.lower()
    assert_problem(api.post("/subscribers/lookup", {"email": canary}), 404)
    assert_problem(api.post("/subscribers/erase", {"email": "dora@readers.example"}), 404)
    with mock.patch.object(Database, "compact", side_effect=AssertionError):
        overwrite_erased(api.web.app)


def test_erase_waits_for_a_message_that_is_being_sent(api: Api) -> None:
    """The reader is unsubscribed at once, and the request can be repeated."""
    with api.web.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE delivery SET state = 'sending', claim_token = 'x:1',"
            " claim_expires = '2025-06-02T04:00:20.000000+00:00' WHERE id = 1"
        )
    answer = api.post("/subscribers/erase", {"email": ANNA})
    assert_problem(answer, 409, "being sent")
    assert answer.headers["retry-after"] == "60"
    assert api.post("/subscribers/lookup", {"email": ANNA}).json["status"] == "unsubscribed"
    api.web.clock.moment += timedelta(minutes=1)
    assert api.post("/subscribers/erase", {"email": ANNA}).status == 204
