"""The API's application, which is mounted below `PATH`, and its description in OpenAPI."""

from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digest.errors import StoreError
from digest.web.api import issues, problems
from digest.web.site import Site

PATH = "/api/v1"
_MOST_BYTES = 64 * 1024  # of a body
_DESCRIPTION = (
    "Each request has the header `Authorization: Bearer TOKEN`; `digest tokens add` makes a token. Every error is a"
    " problem of RFC 9457. Times are in ISO 8601 with an offset. A list is read in pages: `next` of one page is the"
    " `cursor` of the following one."
)


class _Api(FastAPI):
    """FastAPI without pages that load scripts of other sites, and with the schema of our errors."""

    def openapi(self) -> dict[str, Any]:
        """The description, made once."""
        if not self.openapi_schema:
            made = get_openapi(
                title=self.title,
                version=self.version,
                description=self.description,
                routes=self.routes,
                servers=self.servers,
            )
            schema = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            made["components"]["schemas"] |= {**schema.pop("$defs"), "Problem": schema}
            self.openapi_schema = made
        return self.openapi_schema


@dataclass(frozen=True)
class _NotCached:
    """ASGI middleware: no answer is stored on its way, because it may hold addresses."""

    application: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_uncached(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("cache-control", "no-store")
            await send(message)

        await self.application(scope, receive, send_uncached)


def make_api(site: Site) -> ASGIApp:
    """The API of an installation."""
    api = _Api(
        title="Digest",
        version="1",
        description=_DESCRIPTION,
        servers=[{"url": f"{site.pages.base_url}{PATH}"}],
        root_path_in_servers=False,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        max_body_size=_MOST_BYTES,
        exception_handlers={
            HTTPException: problems.refused,
            RequestValidationError: problems.not_valid,
            StoreError: problems.unavailable,
            Exception: problems.failed,
        },
    )
    api.state.site = site
    api.include_router(issues.router)
    return _NotCached(api)
