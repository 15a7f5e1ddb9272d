"""Errors as problem details (RFC 9457): one shape for every error of the API."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from digest.web.page_request import allowed_methods

_log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_LATER = {"retry-after": "60"}  # seconds

_DESCRIPTIONS = {
    401: "the token is missing, wrong or revoked",
    403: "the token lacks the scope that this needs",
    404: "not found",
    409: "it conflicts with the present state",
    413: "the body is too large",
    422: "the request is not valid",
    429: "too many requests",
    500: "an internal error",
    503: "temporarily unavailable",
}


class Fault(BaseModel):
    """One thing that is wrong in a request."""

    where: str = Field(description="Its place, such as `body.email` or `query.limit`.")
    detail: str


class Problem(BaseModel):
    """An error (RFC 9457) without a type of its own: `title` is the name of the status."""

    title: str
    status: int
    detail: str | None = None
    errors: list[Fault] | None = Field(None, description="With status 422: what is wrong in the request.")


class ProblemResponse(JSONResponse):
    """A response that is a problem."""

    media_type = MEDIA_TYPE


def invalid(where: str, detail: str) -> RequestValidationError:
    """The error of a request of which one part is not valid."""
    return RequestValidationError([{"loc": tuple(where.split(".")), "msg": detail}])


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors of an endpoint for OpenAPI: these, and those that every endpoint has."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": _DESCRIPTIONS[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in sorted({401, 403, 422, 429, 500, 503, *statuses})
    }


async def refused(request: Request, error: Exception) -> Response:
    """Answer an HTTPException."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        routes = [*request.app.routes, *request.app.state.routes]
        return _answer(405, headers={"allow": allowed_methods(routes, request.scope)})
    if error.status_code == 400:  # FastAPI's, for bytes that are no text
        return _answer(422, "the body is not JSON in UTF-8")
    return _answer(error.status_code, str(error.detail), headers=error.headers)


async def not_valid(request: Request, error: Exception) -> Response:
    """Answer a request that does not fit the description; what it holds is not repeated."""
    assert isinstance(error, RequestValidationError)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))
    faults = [
        Fault(where=_where_in_request(one, error.body), detail=_fault(one, is_json=is_json)) for one in error.errors()
    ]
    return _answer(422, "the request is not valid", faults)


def _where_in_request(error: Mapping[str, Any], body: Any) -> str:
    """Where it is in the request; pydantic's path also names the alternative of a union that it tried."""
    first, *names = error["loc"]
    if first != "body" or body is None:
        return ".".join(map(str, error["loc"]))
    if error["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        return f"{first}.kind"
    if isinstance(body, dict) and names[1:] and names[0] == body.get("kind"):
        del names[0]
    place, value = [first], body
    for name in names:
        if isinstance(value, dict) and (name in value or error["type"] == "missing"):
            value = value.get(name)
        elif isinstance(value, list) and isinstance(name, int):
            value = value[name]
        else:
            continue
        place.append(str(name))
    return ".".join(place)


def _fault(error: Mapping[str, Any], *, is_json: bool) -> str:
    """What is wrong, in one sentence; a body of another content type is not read at all."""
    if error.get("type") == "model_attributes_type" and tuple(error["loc"]) == ("body",):
        return "expected a JSON object" if is_json else "expected JSON, with the header Content-Type: application/json"
    if error.get("type") == "union_tag_not_found":
        return "Field required"
    if error.get("type") == "union_tag_invalid":
        return f"Input should be one of {error['ctx']['expected_tags']}"
    return str(error["msg"]).removeprefix("Value error, ")


async def unavailable(_request: Request, error: Exception) -> Response:
    """Answer while the database cannot be used."""
    _log.error("api: %s", error)
    return _answer(503, "the database cannot be used at present", headers=RETRY_LATER)


async def failed(_request: Request, _error: Exception) -> Response:
    """Answer an error of ours; its traceback is in the log."""
    return _answer(500)


def _answer(
    status: int, detail: str = "", faults: list[Fault] | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    title = HTTPStatus(status).phrase
    body = Problem(title=title, status=status, errors=faults)
    if detail and detail != title:
        body.detail = detail
    return ProblemResponse(body.model_dump(exclude_none=True), status, headers)
