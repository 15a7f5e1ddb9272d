"""The API's application, which is mounted below `PATH`, and its description in OpenAPI."""

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from digest.errors import StoreError
from digest.web.api import imports, issues, overrides, problems, subscribers, subscriptions
from digest.web.api.envelope import Envelope
from digest.web.site import Site

PATH = "/api/v1"
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
            _name_editions(made, list(self.state.site.edition_names()))
            schema = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            made["components"]["schemas"] |= {**schema.pop("$defs"), "Problem": schema}
            self.openapi_schema = made
        return self.openapi_schema


def _name_editions(described: Any, names: list[str]) -> None:
    """Replace the format `edition` by the names that this installation has."""
    if isinstance(described, dict) and described.get("format") == "edition":
        described.pop("format")
        described.update(enum=names)
    for inner in described.values() if isinstance(described, dict) else described:
        if isinstance(inner, dict | list):
            _name_editions(inner, names)


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
        generate_unique_id_function=lambda route: route.name,
        exception_handlers={
            HTTPException: problems.refused,
            RequestValidationError: problems.not_valid,
            StoreError: problems.unavailable,
            Exception: problems.failed,
        },
    )
    api.state.site = site
    routers = [part.router for part in (subscriptions, subscribers, imports, issues, overrides)]
    for router in routers:
        api.include_router(router)
    api.state.routes = [route for router in routers for route in router.routes]
    return Envelope(api)
