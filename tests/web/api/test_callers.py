"""Tokens, their scopes, and one shape for every error."""

import logging
from unittest import mock

import pytest

from digest.errors import StoreError
from digest.model.api import Scope
from digest.store.access import api_tokens
from digest.web.api import problems
from tests.support.installation import DAY, SLOT
from tests.support.web import Answer
from tests.web.api.conftest import Api


def assert_problem(answer: Answer, status: int, detail: str = "") -> None:
    """The answer is a problem of RFC 9457 with that status."""
    assert answer.status == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json["status"] == status
    assert answer.json["title"]
    assert detail in answer.json.get("detail", "")


def test_request_without_a_valid_token_is_refused(api: Api) -> None:
    """None, another scheme, a guess, and a revoked one; the description needs none."""
    for header in ({}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer digest_guess"}):
        answer = api.web.get("/api/v1/issues", **header)
        assert_problem(answer, 401)
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert api.get("/issues").status == 200
    api.web.app.api_tokens.revoke("test read", SLOT)
    assert_problem(api.get("/issues"), 401)
    assert api.web.get("/api/v1/openapi.json").json["info"]["title"] == "Digest"


def test_token_of_another_scope_is_refused(api: Api) -> None:
    """`manage` includes the others; the editions are for all."""
    answer = api.get("/issues", Scope.SUBSCRIBE)
    assert_problem(answer, 403, "the scope read")
    assert 'scope="read"' in answer.headers["www-authenticate"]
    assert api.get("/issues", Scope.MANAGE).status == 200
    assert api.get("/editions", Scope.SUBSCRIBE).status == 200


def test_many_wrong_tokens_of_a_network_are_limited_and_valid_ones_are_not(api: Api) -> None:
    """The limit is kept in the database, and is about wrong tokens alone."""
    with mock.patch.object(api_tokens, "MOST_WRONG", 5):
        answers = [api.web.get("/api/v1/issues", Authorization=f"Bearer guess-{n}") for n in range(7)]
        assert [one.status for one in answers] == [401] * 5 + [429] * 2
        assert_problem(answers[-1], 429)
        assert answers[-1].headers["retry-after"] == "3600"
        assert api.get("/issues").status == 200


def test_every_error_is_a_problem(api: Api) -> None:
    """Also those of routing; what was sent is not repeated."""
    wrong = (
        ("GET", "/nothing", 404),
        ("GET", "", 404),
        ("GET", "/issues/daily/2031-01-01", 404),
        ("GET", "/issues/daily/2031-99-99", 404),
        ("GET", "/issues/%00/2031-01-01", 422),
        ("DELETE", "/issues", 405),
        ("POST", "/openapi.json", 405),
        ("GET", "/issues?limit=none", 422),
        ("GET", "/issues?cursor=99999999999999999999", 422),
    )
    for method, path, status in wrong:
        answer = api.call(method, path)
        assert_problem(answer, status)
        assert bool(answer.json.get("errors")) is (status == 422), path
        assert "99999" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "unknown"),
    [
        ("GET", "/subscribers?edition=daily", "edition"),
        ("GET", "/issues?limit=1&editon=daily", "editon"),
        ("HEAD", "/issues?editon=daily", ""),
        ("GET", "/editions/daily/overrides?edition=daily", "edition"),
        ("GET", "/issues/daily/2025-06-02?x=", "x"),
        ("POST", "/imports?edition=daily&stauts=unsubscribed", "stauts"),
        ("POST", "/subscribers/lookup?dry_run=1", "dry_run"),
        ("DELETE", "/editions/daily/overrides/1?slot=2025-06-02", "slot"),
    ],
)
def test_parameter_of_a_query_that_an_endpoint_does_not_have_is_refused(
    api: Api, method: str, path: str, unknown: str
) -> None:
    """Left out, a mistyped filter would list everybody, and a mistyped status subscribe people who left."""
    before = api.web.dump()
    answer = api.call(method, path, "email\ndora@readers.example\n", Content_Type="text/csv")
    assert answer.status == 422
    if unknown:
        assert answer.json["errors"] == [{"where": f"query.{unknown}", "detail": "there is no such parameter"}]
    assert api.web.dump() == before


def test_answer_to_another_method_names_those_of_the_path(api: Api) -> None:
    """All of them, also where each has a route of its own."""
    assert api.call("PUT", "/imports").headers["allow"] == "GET, HEAD, POST"
    assert api.call("OPTIONS", "/issues").headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "path",
    ["/subscribers?limit=1", "/issues", f"/issues/daily/{DAY}", "/editions", "/imports", "/nothing", "/openapi.json"],
)
def test_head_is_answered_as_get_without_a_body(api: Api, path: str, caplog: pytest.LogCaptureFixture) -> None:
    """The same status and headers, and nothing more for who may not read; the log has the method."""
    answers = [api.call(method, path) for method in ("GET", "HEAD")]
    (got, head) = [(one.status, {**one.headers, "date": ""}) for one in answers]
    assert head == got
    assert answers[1].body == b""
    with caplog.at_level(logging.DEBUG, "digest"):
        assert api.call("HEAD", "/issues", scope=Scope.SUBSCRIBE).status == 403
        api.get("/issues")  # an answer is logged once it is sent
    assert "HEAD /api/v1/issues: 403" in caplog.text


def test_head_of_what_only_changes_is_405(api: Api) -> None:
    """And does nothing."""
    before = api.web.dump()["subscriber"]
    answer = api.call("HEAD", "/subscribers/erase")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert api.web.dump()["subscriber"] == before


def test_errors_of_the_server_are_problems(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    """503 while the database is away; 500 says nothing, and its traceback is in the log."""
    with mock.patch("digest.store.issues.issues.Issues.page", side_effect=StoreError("the database is away")):
        answer = api.get("/issues")
    assert_problem(answer, 503)
    assert answer.headers["retry-after"] == "60"
    with mock.patch("digest.store.issues.issues.Issues.page", side_effect=RuntimeError("secret")):
        answer = api.get("/issues")
    assert_problem(answer, 500)
    assert "secret" not in answer.text
    assert "the database is away" in caplog.text


def test_log_names_the_route_and_no_token(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    """Valid and wrong tokens alike."""
    with caplog.at_level(logging.DEBUG, "digest"):
        api.get("/issues/daily/2025-06-02")
        api.web.get("/api/v1/issues", Authorization="Bearer digest_canary")
    assert "GET /api/v1/issues/{edition}/{slot}: 200" in caplog.text
    assert "canary" not in caplog.text
    assert not [token for token in api.tokens.values() if token in caplog.text]


def test_every_documented_error_is_a_problem(api: Api) -> None:
    """OpenAPI gives each error of each endpoint the schema of a problem."""
    described = api.web.get("/api/v1/openapi.json").json
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            errors = {status for status in operation["responses"] if status >= "400"}
            assert {"401", "422", "500", "503"} <= errors, (method, path)
            contents = {media for status in errors for media in operation["responses"][status]["content"]}
            assert contents == {problems.MEDIA_TYPE}
            assert operation["security"] == [{"token": []}]
