"""The first page after signing in."""

from starlette.responses import Response

from digest.web.admin.console import Console, ConsoleRequest, ConsoleRoute


def overview_page(console: Console, request: ConsoleRequest) -> Response:
    """What the console has."""
    return console.page(request, "overview.html")


ROUTES = (ConsoleRoute("GET", "/", overview_page),)
