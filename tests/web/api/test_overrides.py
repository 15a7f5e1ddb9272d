"""Editorial changes over the API: the rows of `digest edit`, listed, made and undone by either."""

from typing import Any

from digest.model.api import Scope
from digest.model.issues import Slot
from digest.model.overrides import Override, OverrideKind
from tests.support.installation import DAY, SLOT, Installation
from tests.support.smtp_server import Log
from tests.support.web import Answer, served
from tests.web.api.conftest import Api, token_of
from tests.web.api.test_callers import assert_problem
from tests.web.conftest import configured

PATH = "/editions/daily/overrides"
FIRST, OTHER = "https://gazette.example/news/1", "https://museum.example/night"


def change(api: Api, kind: str, url: str = FIRST, **fields: Any) -> Answer:
    """Make one change."""
    return api.post(PATH, {"kind": kind, "url": url, **fields})


def kinds(api: Api, query: str = "") -> list[str]:
    """The kinds of the changes that hold."""
    return [one["kind"] for one in api.get(f"{PATH}{query}").json["data"]]


def test_changes_are_the_rows_of_the_command(api: Api) -> None:
    """Made by the one and listed by the other, with the name of the token."""
    answer = change(api, "boost", value=0.7)
    assert answer.status == 201
    (made,) = answer.json["data"]
    assert (made["kind"], made["url"], made["value"], made["by"]) == ("boost", FIRST, 0.7, "API token test manage")
    change(api, "title", value="A better title", slot="2025-06-03", until="2025-06-03T04:00:00Z")
    change(api, "drop", OTHER)
    listed = api.web.site.run("edit", "--list", now=SLOT).fine().out
    assert "boosted by +0.7" in listed
    assert "title “A better title”" in listed
    assert "by API token test manage" in listed
    api.web.site.run("edit", "--pin", FIRST, now=SLOT).fine()
    assert kinds(api) == ["boost", "title", "drop", "pin"]
    assert kinds(api, "?slot=2025-06-04") == ["boost", "drop", "pin"]
    (in_force,) = api.web.app.overrides.in_force("daily", Slot(day=SLOT.date()), SLOT)[:1]
    assert (in_force.kind, in_force.value) == ("boost", "0.7")


def test_change_with_a_wrong_field_names_its_place_in_the_body(api: Api) -> None:
    """As the caller wrote it, whatever kind of change it is."""
    wrong: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("boost", {"value": "much"}, "body.value"),
        ("title", {}, "body.value"),
        ("title", {"value": "A", "title": "B"}, "body.title"),
        ("subject", {"value": "A"}, "body.url"),
    )
    for kind, fields, place in wrong:
        answer = change(api, kind, **fields)
        assert_problem(answer, 422)
        assert [one["where"] for one in answer.json["errors"]] == [place], kind


def test_change_of_no_known_kind_names_the_field_and_the_kinds(api: Api) -> None:
    """What the field holds is not repeated, as in every other error."""
    for kind in ("anna@readers.example", 7, None, ["pin"]):
        (fault,) = api.post(PATH, {"kind": kind, "url": FIRST}).json["errors"]
        assert fault["where"] == "body.kind"
        assert fault["detail"].startswith("Input should be one of 'pin', 'drop', 'boost', "), kind
    assert api.post(PATH, {"url": FIRST}).json["errors"] == [{"where": "body.kind", "detail": "Field required"}]


def test_changes_of_a_weekly_issue_are_the_rows_of_the_command(site: Installation, mail: tuple[int, Log]) -> None:
    """It has changes of its own, which the API lists, makes and undoes as well."""
    configured(site.folder, mail[0], editions=('name = "daily"\nweekly = "fri 07:00"',))
    site.run("edit", "--edition", "daily-weekly", "--pin", FIRST, now=SLOT).fine()
    with served(site) as web:
        api, path = Api(web, {scope: token_of(web, scope) for scope in Scope}), "/editions/daily-weekly/overrides"
        (pin,) = api.get(path).json["data"]
        assert (pin["kind"], pin["url"]) == ("pin", FIRST)
        assert api.post(path, {"kind": "subject", "value": "The week"}).status == 201
        assert api.call("DELETE", f"{path}/{pin['id']}").status == 204
        assert "subject “The week”" in site.run("edit", "--edition", "daily-weekly", "--list", now=SLOT).fine().out
        assert api.get(PATH).json == {"data": []}


def test_latest_change_of_a_kind_holds_and_undo_brings_back_the_former(api: Api) -> None:
    """An undone change cannot be undone again; that of another edition is not found."""
    change(api, "title", value="First")
    (second,) = change(api, "title", value="Second").json["data"]
    assert [one["value"] for one in api.get(PATH).json["data"]] == ["Second"]
    assert api.call("DELETE", f"{PATH}/{second['id']}").status == 204
    assert [one["value"] for one in api.get(PATH).json["data"]] == ["First"]
    assert_problem(api.call("DELETE", f"{PATH}/{second['id']}"), 404)
    assert_problem(api.call("DELETE", f"/editions/weekly/overrides/{second['id']}"), 404)
    assert_problem(api.call("DELETE", f"{PATH}/{second['id']}", scope=Scope.READ), 403)


def test_undo_of_one_place_of_a_move_takes_back_the_move(api: Api) -> None:
    """An editor moved an article in the console, and another one made room."""
    pins = [
        Override(key=f"gazette.example/news/{at}", kind=OverrideKind.PIN, value=str(at), by="anna", at=SLOT)
        for at in (1, 2)
    ]
    made = api.web.app.overrides.add_together("daily", None, pins)
    change(api, "boost", value=0.7)
    assert api.call("DELETE", f"{PATH}/{made[1].id}").status == 204
    assert kinds(api) == ["boost"]


def test_article_of_another_site_needs_a_title(api: Api) -> None:
    """Both rows are made at once; an article of the sources has its own."""
    assert_problem(change(api, "add", OTHER), 409, "needs a title")
    made = change(api, "add", OTHER, title="Night of museums").json["data"]
    assert [(one["kind"], one["value"]) for one in made] == [("add", OTHER), ("title", "Night of museums")]
    assert change(api, "add", FIRST).status == 201


def test_summary_may_be_longer_than_a_title(api: Api) -> None:
    """Each is stored whole or refused."""
    for kind, longest in (("title", 300), ("section", 300), ("summary", 600)):
        assert change(api, kind, value="x" * longest).json["data"][0]["value"] == "x" * longest
        assert_problem(change(api, kind, value="x" * (longest + 1)), 422)


def test_change_that_is_not_understood_is_refused(api: Api) -> None:
    """Nothing is stored."""
    wrong: tuple[dict[str, Any], ...] = (
        {"kind": "pin"},
        {"kind": "pin", "url": "news/1"},
        {"kind": "pin", "url": FIRST, "value": "x"},
        {"kind": "boost", "url": FIRST},
        {"kind": "boost", "url": FIRST, "value": "much"},
        {"kind": "title", "url": FIRST, "value": "\u200b"},
        {"kind": "hide", "url": FIRST},
        {"kind": "pin", "url": FIRST, "slot": "tomorrow"},
        {"kind": "pin", "url": FIRST, "until": "9999-12-31T23:59:59-12:00"},
    )
    for body in wrong:
        assert_problem(api.post(PATH, body), 422)
    assert kinds(api) == []


def test_texts_of_an_issue_are_the_rows_of_the_command(api: Api) -> None:
    """They have no article; an empty one takes the text back."""
    body = {"kind": "intro", "value": "Good **morning**\u202e", "slot": "2025-06-03"}
    (made,) = api.post(PATH, body).json["data"]
    assert (made["kind"], made["url"], made["value"], made["slot"]) == (
        *("intro", None, "Good **morning**", "2025-06-03"),
    )
    assert "intro “Good **morning**”" in api.web.site.run("edit", "--list", now=SLOT).fine().out
    (taken_back,) = api.post(PATH, body | {"value": ""}).json["data"]
    assert taken_back["value"] == ""
    assert api.call("DELETE", f"{PATH}/{taken_back['id']}").status == 204
    assert [one["id"] for one in api.get(PATH).json["data"]] == [made["id"]]
    for wrong in (
        {"value": "[a](/b)"},
        {"value": "x" * 3_001},
        {"url": FIRST},
        {"kind": "subject", "value": "x" * 151},
    ):
        assert_problem(api.post(PATH, body | wrong), 422)


def test_text_of_a_frozen_issue_is_refused(api: Api) -> None:
    """Because it cannot reach its readers."""
    body = {"kind": "closing", "value": "Late", "slot": DAY}
    assert_problem(api.post(PATH, body), 409, f"daily/{DAY} is frozen: its content does not change any more")
    assert kinds(api) == []


def test_change_of_what_another_editor_changed_meanwhile_is_refused(api: Api) -> None:
    """The answer says who it was and when; the first change stays."""
    body = {"kind": "title", "url": FIRST, "value": "First", "seen": 0}
    (first,) = api.post(PATH, body).json["data"]
    refused = api.post(PATH, body | {"value": "Second"})
    assert_problem(refused, 409, "changed by API token test manage at 2025-06-02 ")
    (second,) = api.post(PATH, body | {"value": "Second", "seen": float(first["id"])}).json["data"]
    assert [one["id"] for one in api.get(PATH).json["data"]] == [second["id"]]


def test_change_that_names_what_was_never_in_force_is_refused(api: Api) -> None:
    """The answer names nobody, and nothing is stored."""
    refused = api.post(PATH, {"kind": "title", "url": FIRST, "value": "First", "seen": 99})
    assert_problem(refused, 409, "the change that you saw is not in force")
    assert kinds(api) == []


def test_section_that_the_edition_does_not_show_is_refused(site: Installation, mail: tuple[int, Log]) -> None:
    """As by the command: it would keep the article out."""
    configured(site.folder, mail[0], editions=('name = "daily"\nsections = ["Politics"]',))
    with served(site) as web:
        api = Api(web, {scope: token_of(web, scope) for scope in Scope})
        assert_problem(change(api, "section", value="Sport"), 422)
        assert change(api, "section", value="politics").status == 201


def test_same_idempotency_key_makes_one_change(api: Api) -> None:
    """A repetition is answered with the same row."""
    body = {"kind": "pin", "url": FIRST, "slot": DAY}
    answers = [api.post(PATH, body, Scope.MANAGE, Idempotency_Key="pin-1").json for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(api.web.app.overrides.changes("daily")) == 1
