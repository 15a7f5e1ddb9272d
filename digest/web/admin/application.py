"""The routes of the console, each with the permission that it takes."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from digest.web.admin import (
    access,
    audit_log,
    editing,
    health,
    issue_correction,
    issues,
    next_issue,
    numbers,
    overview,
    people,
    sending_tests,
    sources,
)
from digest.web.admin.console import PATH, Console, ConsoleRequest, ConsoleRoute, Guide, OpenHandler
from digest.web.admin.readers import reader, reader_actions, reader_adding, reader_import, readers
from digest.web.admin.sign_in import account, signing_in
from digest.web.page_request import PageRequest
from digest.web.site import Handler, MostBytes, Site

ROUTES: tuple[ConsoleRoute, ...] = (
    *overview.ROUTES,
    *next_issue.ROUTES,
    *editing.ROUTES,
    *sending_tests.ROUTES,
    *issues.ROUTES,
    *issue_correction.ROUTES,
    *readers.ROUTES,
    *reader_import.ROUTES,
    *reader_adding.ROUTES,
    *reader.ROUTES,
    *reader_actions.ROUTES,
    *numbers.ROUTES,
    *sources.ROUTES,
    *health.ROUTES,
    *people.ROUTES,
    *audit_log.ROUTES,
    *account.ROUTES,
)
_OPEN: tuple[tuple[str, str, OpenHandler], ...] = (
    ("GET", "/sign-in", signing_in.sign_in_page),
    ("POST", "/sign-in", signing_in.sign_in),
    ("POST", "/sign-in/code", signing_in.enter_code),
    ("GET", "/link/{token}", signing_in.link_page),
    ("POST", "/link/{token}", signing_in.set_password),
)


def make_console(site: Site, routes: Sequence[ConsoleRoute], guide: Guide) -> Console:
    """The console of an installation, with these pages."""
    return Console(site, frozenset(route.path for route in routes if route.method == "GET"), guide)


def routes_of(
    console: Console, routes: Sequence[ConsoleRoute], endpoint: Callable[..., Callable[..., object]]
) -> Iterator[Route]:
    """The routes; `endpoint` lets a handler of a site answer in a thread."""

    def served(method: str, path: str, handler: Callable[[Console, PageRequest], Response]) -> Route:
        below = f"{PATH}{path}".removesuffix("/")
        return Route(below, endpoint(lambda _site, request: handler(console, request)), methods=[method])

    yield served("GET", "/static/{digest}.css", lambda console, request: console.stylesheet.response(request))
    yield served("GET", "/static/{digest}.js", lambda console, request: console.script.response(request))
    for method, path, handler in _OPEN:
        yield served(method, path, partial(_open, handler=handler))
    for route in routes:
        if route.most_bytes is None:
            yield served(route.method, route.path, partial(access.answer, route=route))
        else:
            yield Route(f"{PATH}{route.path}", endpoint(*_upload(console, route)), methods=[route.method])
    unknown = ConsoleRoute("GET", "", _not_found)
    rest = partial(access.answer, route=unknown)
    yield Route(f"{PATH}/{{rest:path}}", endpoint(lambda _site, request: rest(console, request)))


def _upload(console: Console, route: ConsoleRoute) -> tuple[Handler, MostBytes]:
    return (
        lambda _site, request: access.answer(console, request, route),
        lambda request: access.most_bytes(console, request, route),
    )


def _open(console: Console, request: PageRequest, handler: OpenHandler) -> Response:
    """A page for people who are not signed in."""
    try:
        return handler(console, request)
    except HTTPException as error:
        reason = "form" if error.detail == "origin" else ""
        return console.page(request, "error.html", error.status_code, code=error.status_code, reason=reason)


def _not_found(console: Console, request: ConsoleRequest) -> Response:
    if request.path == f"{PATH}/":
        return console.see_other("")
    return console.error(request, 404)
