"""The ASGI application: routes, the adapter between them and the handlers, and error pages."""

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from digest.app import App
from digest.errors import StoreError
from digest.model.web import Leaving
from digest.web.admin.application import ROUTES, make_console, routes_of
from digest.web.admin.console import PATH as CONSOLE_PATH
from digest.web.admin.console import Console, ConsoleRoute, Guide
from digest.web.api.application import PATH as API_PATH
from digest.web.api.application import make_api
from digest.web.gateway import Gateway
from digest.web.grouped import Grouped
from digest.web.languages import page_language
from digest.web.page_request import (
    PageRequest,
    allowed_methods,
    client_of,
    proxy_user_of,
    read_form,
    read_upload,
    require_storable,
)
from digest.web.paths import Paths
from digest.web.public import (
    archive,
    health,
    leaving,
    metrics,
    pictures,
    preferences,
    reader_requests,
    redirect,
    sending_links,
    subscribing,
)
from digest.web.shared_answers import SharedAnswers
from digest.web.site import Handler, MostBytes, Site, unless_known
from digest.web.unnamed_proxy import UnnamedProxy

_log = logging.getLogger(__name__)

# Routes are tried in order; these come first, because most requests are for them.
_LEAVE = ("/leave/{token}", "/u/{token}")
# Pages that are the same for everybody who asks in the same language.
_PUBLIC_GET: dict[str, Handler] = {
    "/archive/{edition}/{slot}.css": archive.issue_stylesheet,
    "/archive/{edition}/{slot}": archive.issue_page,
    "/archive": archive.list_page,
    "/archive/latest": archive.latest,
    "/archive/feed.atom": archive.atom,
    "/archive/feed.json": archive.json_feed,
}
_GET: dict[str, Handler] = {
    "/healthz": health.alive,
    "/readyz": health.ready,
    "/metrics": metrics.metrics,
    "/robots.txt": health.robots,
    "/static/{digest}.css": lambda site, request: site.pages.stylesheet.response(request),
    "/static/{digest}.js": lambda site, request: site.pages.script.response(request),
    "/": subscribing.home,
    "/subscribe": subscribing.subscribe_page,
    "/link": sending_links.link_page,
    "/confirm/{token}": subscribing.confirm_page,
    "/r/{issue}/{number}": redirect.follow,
    "/images/{file}": pictures.picture,
    "/v/{token}": archive.view,
    **dict.fromkeys(_LEAVE, leaving.leave_page),
    "/preferences/{token}": preferences.preferences_page,
    "/p/{token}": preferences.preferences_page,
    "/request/{token}": reader_requests.request_page,
}
_EXACT = frozenset({"/metrics"})  # what a proxy keeps private by its path, which must have no other spelling
_POST: dict[str, Handler] = {
    "/subscribe": subscribing.subscribe,
    "/link": sending_links.send_link,
    "/confirm/{token}": subscribing.confirm,
    "/preferences/{token}": preferences.save_preferences,
    "/p/{token}": preferences.save_preferences,
    "/preferences/{token}/{kind}": reader_requests.ask,
    "/request/{token}": reader_requests.carry_out,
}


def make_application(
    app: App, more_pages: Sequence[ConsoleRoute] = (), guide: Guide = lambda _translator: ""
) -> ASGIApp:
    """The application of an installation, whose console has `more_pages` beside its own, and a guide to them."""
    site = Site.of(app)
    console_routes = (*ROUTES, *more_pages)
    console = make_console(site, console_routes, guide)
    adapter, api = _Adapter(site, console), make_api(site)
    routes = [
        *(Route(path, adapter.leave, methods=["POST"]) for path in _LEAVE),
        *(Route(path, adapter.shared_endpoint(handler), methods=["GET"]) for path, handler in _PUBLIC_GET.items()),
        *_routes(adapter, "GET", _GET),
        *_routes(adapter, "POST", _POST),
        Route("/subscribe", adapter.endpoint(subscribing.preflight), methods=["OPTIONS"]),
        Route(API_PATH, api),
        Mount(API_PATH, api),
        *routes_of(console, console_routes, adapter.endpoint),
    ]
    application = Starlette(
        routes=routes,
        exception_handlers={
            HTTPException: adapter.refused,
            StoreError: adapter.unavailable,
            ClientDisconnect: adapter.gone,
            Exception: adapter.failed,
        },
    )
    application.router.redirect_slashes = False  # the redirect would name the host of the request
    paths = Paths((*_PUBLIC_GET, *_GET, *_POST))
    return Gateway(application, site.pages.prefix, paths.meant_by, _EXACT, site.request_counts.count)


def _routes(adapter: "_Adapter", method: str, handlers: Mapping[str, Handler]) -> Iterator[Route]:
    for path, handler in handlers.items():
        yield Route(path, adapter.endpoint(handler), methods=[method])


@dataclass(frozen=True)
class _Adapter:
    """Calls handlers, which are ordinary functions, in threads."""

    site: Site
    console: Console
    shared_answers: SharedAnswers = field(default_factory=SharedAnswers)

    @cached_property
    def unnamed_proxy(self) -> UnnamedProxy:
        return UnnamedProxy(self.site.app.settings.web.trusted_proxies)

    @cached_property
    def leavings(self) -> Grouped[int, Leaving | None]:
        site = self.site
        return Grouped(lambda delivery_ids: site.app.reader_links.leave_together(delivery_ids, site.now))

    def endpoint(
        self, handler: Handler, most_bytes: MostBytes | None = None
    ) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            page_request = await self._page_request(request, most_bytes)
            return await run_in_threadpool(handler, self.site, page_request)

        return serve

    def shared_endpoint(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            language = self._accepted_language(request)
            key = handler, request.scope["path"], request.scope["query_string"], language

            async def compute() -> Response:
                return await run_in_threadpool(handler, self.site, self._public_request(request, language))

            return unless_known(request.headers, await self.shared_answers.answer(key, compute))

        return serve

    async def leave(self, request: Request) -> Response:
        """Unsubscribe together with all who wait for it; the rest is done alone, in a thread.

        What a mail service sends counts whatever its body is, also one that is too large to be read.
        """
        page_request = self._without_form(request)
        with suppress(HTTPException):
            page_request = replace(page_request, form=await read_form(request))
        if leaving.only_leaves(page_request):
            delivery_id = leaving.delivery_of(self.site, page_request)
            left = await self.leavings.carry_out(delivery_id)
            if left is not None and not left.asks and not (left.is_unknown and delivery_id):
                return leaving.left_answer(self.site, page_request, left.reader)
        return await run_in_threadpool(leaving.leave, self.site, page_request)

    async def refused(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        page = await self._error_page(request, status)
        if status == 405:
            page.headers["allow"] = allowed_methods(request.app.routes, request.scope)
        return page

    async def unavailable(self, request: Request, error: Exception) -> Response:
        _log.error("web: %s", error)
        return await self._error_page(request, 503)

    async def gone(self, _request: Request, _error: Exception) -> Response:
        """For a client that went away before its request was complete; nobody reads the answer."""
        return Response(status_code=400)

    async def failed(self, request: Request, _error: Exception) -> Response:
        return await self._error_page(request, 500)

    async def _error_page(self, request: Request, status: int) -> Response:
        page_request = self._without_form(request)
        if page_request.path == "/subscribe" and page_request.wants_json:
            return await run_in_threadpool(subscribing.refused, self.site, page_request, status)
        is_console = f"{page_request.path}/".startswith(f"{CONSOLE_PATH}/")
        page = self.console.error if is_console else self.site.pages.error
        return await run_in_threadpool(page, page_request, status)

    async def _page_request(self, request: Request, most_bytes: MostBytes | None) -> PageRequest:
        page_request = self._without_form(request)
        if most_bytes is not None:
            most = await run_in_threadpool(most_bytes, page_request)
            page_request = await read_upload(request, page_request, most)
        elif request.method == "POST":
            page_request = replace(page_request, form=await read_form(request))
        require_storable(page_request)
        return page_request

    def _without_form(self, request: Request) -> PageRequest:
        web = self.site.app.settings.web
        self.unnamed_proxy.notice(request)
        return replace(
            self._public_request(request, self._accepted_language(request)),
            client=client_of(request, web.trusted_proxies),
            proxy_user=proxy_user_of(request, web.user_header, web.trusted_proxies),
            headers=dict(request.headers),
        )

    def _public_request(self, request: Request, language: str) -> PageRequest:
        """The request without what is different for each visitor."""
        return PageRequest(
            method=request.method,
            path=request.scope["path"],
            client="",
            translator=self.site.translator(language),
            parameters={name: str(value) for name, value in request.path_params.items()},
            query=dict(request.query_params),
            headers={},
            form={},
        )

    def _accepted_language(self, request: Request) -> str:
        accepted = request.headers.get("accept-language", "")
        default = self.site.app.settings.portal.languages[0]
        return page_language(request.query_params.get("lang"), accepted, default)
