"""Serves the pictures of articles that were fetched for messages."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from digest.web.page_request import PageRequest
from digest.web.pages import IMMUTABLE
from digest.web.site import Site


def picture(site: Site, request: PageRequest) -> Response:
    """A picture by the name of its file."""
    file = request.parameters["file"]
    found = site.app.pictures.find(file) if file.isascii() and file.isprintable() else None
    if found is None:
        raise HTTPException(404)
    return Response(found.content, media_type=found.media_type, headers=IMMUTABLE)
