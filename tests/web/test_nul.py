"""A NUL in a request: PostgreSQL stores none, so such a request is refused before the database is asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.model.api import Scope
from tests.support.console import origin, signed_in
from tests.support.installation import DAY, Installation
from tests.support.web import BASE, Web, served
from tests.web.api.conftest import Api, token_of

NUL = "a\0b@readers.example"


@pytest.fixture
def web(store_url: str, tmp_path: Path) -> Iterator[Web]:
    """The pages of an installation on each kind of database."""
    site = Installation(tmp_path / "site").configure(database=store_url, web=f'base_url = "{BASE}"')
    site.run("migrate").fine()
    with served(site) as web:
        yield web


def test_nul_in_a_request_is_refused_with_a_sentence(web: Web) -> None:
    """In fields of forms, in addresses of pages and in their queries, of the public pages and of the console."""
    admin = signed_in(web)
    here = {"Origin": origin(web)}
    texts = {"edition": "daily", "slot": DAY, "subject": NUL}
    answers = [
        web.post("/subscribe", {"email": NUL}, **here),
        web.post("/subscribe", {"email": "anna@readers.example", NUL: "1"}, **here),
        web.post("/link", {"email": NUL}),
        web.request("POST", "/link", '{"email": "a\\u0000b"}', Content_Type="application/json"),
        web.post("/admin/sign-in", {"email": NUL, "password": "x"}, **here),
        admin.post("/next/texts", texts),
        admin.post("/people/reset", {"user": NUL}),
        admin.get("/people/audit?by=%00"),
        admin.get("/issues/%00/2025-06-02"),
    ]
    assert [answer.status for answer in answers] == [400] * len(answers)
    assert all("cannot be stored" in answer.text for answer in answers)
    assert web.get("/archive?edition=%00").status == 404


def test_nul_in_a_request_to_the_api_is_not_valid_or_removed(web: Web) -> None:
    """Texts are cleaned or refused before they are stored."""
    api = Api(web, {scope: token_of(web, scope) for scope in Scope})
    title = {"kind": "title", "url": "https://gazette.example/1", "value": "a\0b"}
    answers = [
        api.post("/subscriptions", {"email": NUL}, Scope.SUBSCRIBE),
        api.post("/subscribers/lookup", {"email": NUL}),
        api.post("/editions/daily/overrides", title),
        api.post("/editions/daily/overrides", {"kind": "intro", "value": "a\0b"}),
        api.post("/imports?all_editions=true", "email,name\nanna@readers.example,a\0b", Content_Type="text/csv"),
        api.get("/issues/a%00b/2025-06-02"),
    ]
    assert [answer.status for answer in answers] == [422, 422, 201, 201, 202, 422]
