"""The API of a served installation, and a client with a token of each scope."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from digest.model.api import Scope
from tests.support.web import Answer, Web


@dataclass(frozen=True)
class Api:
    """Requests to the API; `tokens` are valid ones, by scope."""

    web: Web
    tokens: dict[Scope, str] = field(repr=False)

    def get(self, path: str, scope: Scope = Scope.READ) -> Answer:
        """GET a path below /api/v1."""
        return self.call("GET", path, scope=scope)

    def post(self, path: str, body: Any = None, scope: Scope = Scope.MANAGE, **headers: str) -> Answer:
        """POST a JSON body."""
        return self.call("POST", path, body, scope, **headers)

    def call(self, method: str, path: str, body: Any = None, scope: Scope = Scope.MANAGE, **headers: str) -> Answer:
        """Send a request with the token of a scope; a body that is neither text nor bytes is sent as JSON."""
        text = body if isinstance(body, str | bytes) else "" if body is None else json.dumps(body)
        sent = {"Authorization": f"Bearer {self.tokens[scope]}", "Content_Type": "application/json", **headers}
        return self.web.request(method, f"/api/v1{path}", text, **sent)


def token_of(web: Web, scope: Scope) -> str:
    """A new token."""
    token = web.app.api_tokens.add(f"test {scope}", [scope], web.clock.now())
    assert token is not None
    return token


@pytest.fixture
def api(web: Web) -> Api:
    """The API of an installation that has sent one issue."""
    return Api(web, {scope: token_of(web, scope) for scope in Scope})
