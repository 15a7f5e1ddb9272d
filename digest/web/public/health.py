"""Whether the process lives and can serve, and what crawlers may read."""

from starlette.responses import JSONResponse, PlainTextResponse, Response

from digest.errors import StoreError
from digest.store.upkeep.beats import RUN
from digest.web.page_request import PageRequest
from digest.web.site import Site

_PRIVATE_PATHS = ("/confirm/", "/leave/", "/preferences/", "/request/", "/u/", "/p/", "/v/", "/link", "/metrics", "/r/")


def alive(_site: Site, _request: PageRequest) -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


def ready(site: Site, _request: PageRequest) -> Response:
    """The database answers; when `digest run` was last seen."""
    try:
        seen = site.app.beats.latest(RUN)
    except StoreError:
        return JSONResponse({"database": "unavailable", "run_last_seen": None}, 503)
    return JSONResponse({"database": "ok", "run_last_seen": seen and seen.isoformat()})


def robots(site: Site, _request: PageRequest) -> Response:
    """The pages behind personal links are not for crawlers."""
    lines = ["User-agent: *", *(f"Disallow: {site.pages.prefix}{path}" for path in (*_PRIVATE_PATHS, "/admin"))]
    return PlainTextResponse("\n".join(lines) + "\n")
