"""Repeats of a request: with an Idempotency-Key it is carried out once, and answered alike for 24 hours."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from digest.model.api import ApiToken
from digest.store.access.idempotency import LONGEST_WORK, KeyedRequest, StoredAnswer, Unanswered
from digest.tokens import keyed_hash
from digest.web.api.callers import ThisSite
from digest.web.site import Site

_Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[!-~]+$",
        description="A text of your choice: repeats with the same key and body within 24 hours are answered alike.",
    ),
]
Work = Callable[[], BaseModel]


@dataclass(frozen=True)
class Repeatable:
    """Carries out a request once for each key; the answer is what `work` returns, or an HTTPException."""

    site: Site
    path: str
    key: str | None

    def answer(self, caller: ApiToken, body: bytes, status: int, work: Work) -> Response:
        """The answer to the request, also to a repeated one. Raises HTTPException."""
        if self.key is None:
            return _response(StoredAnswer(status, work().model_dump_json()))
        request = self._request(caller, self.key, body)
        known = self.site.app.idempotency.begin(request, self.site.now)
        if known is Unanswered.OTHER_REQUEST:
            raise HTTPException(422, "this Idempotency-Key was used for another request")
        if known is Unanswered.RUNNING:
            seconds = str(round(LONGEST_WORK.total_seconds()))
            raise HTTPException(
                409, "the request with this Idempotency-Key is being answered", {"retry-after": seconds}
            )
        return _response(self._answer(request, status, work) if known is Unanswered.NEW else known)

    def _answer(self, request: KeyedRequest, status: int, work: Work) -> StoredAnswer:
        try:
            answer = StoredAnswer(status, work().model_dump_json())
        except BaseException:
            self.site.app.idempotency.forget(request)
            raise
        self.site.app.idempotency.finish(request, answer)
        return answer

    def _request(self, caller: ApiToken, key: str, body: bytes) -> KeyedRequest:
        """Both hashes are keyed, because a body holds an address, and a key may."""
        content_hash = keyed_hash(self.site.secret, "api request", self.path.encode() + b"\n" + body)
        return KeyedRequest(caller.id, keyed_hash(self.site.secret, "api key", key.encode()), content_hash)


def repeatable(request: Request, site: ThisSite, key: _Key = None) -> Repeatable:
    """The key of a request."""
    return Repeatable(site, f"{request.method} {request.url.path}?{request.url.query}", key)


OnlyOnce = Annotated[Repeatable, Depends(repeatable)]


def _response(answer: StoredAnswer) -> Response:
    return Response(answer.body, answer.status, media_type="application/json")
