"""Bare Starlette handlers to compare the readers' pages with, on the same HTTP server.

`python -m benchmarks.bare_pages --postgres URL --pages FOLDER` prints its port, and serves until standard input ends:
`POST /update/{number}` commits one UPDATE, with psycopg alone; `GET /page.html` answers with that file of the folder.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import psycopg
from sqlalchemy import make_url
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from benchmarks.places import HOST
from digest.web.server import serving

_CONNECTIONS = 20
_UPDATE = "UPDATE bare SET status = 'unsubscribed', left_by = 'reader', changed_at = now() WHERE id = %s"


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bare_pages", description=__doc__)
    parser.add_argument("--postgres", required=True)
    parser.add_argument("--pages", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    update = _Update(make_url(chosen.postgres).set(drivername="postgresql").render_as_string(hide_password=False))
    pages = {file.name: file.read_bytes() for file in chosen.pages.glob("*.html")}

    async def show(request: Request) -> Response:
        return HTMLResponse(pages[request.path_params["name"]])

    routes = [Route("/update/{number:int}", update.answer, methods=["POST"]), Route("/{name}", show)]
    with serving(Starlette(routes=routes), f"{HOST}:0") as port:
        print(port, flush=True)
        sys.stdin.read()


class _Update:
    """Commits one UPDATE; its connections are made when they are first needed."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._free = asyncio.LifoQueue[psycopg.AsyncConnection | None]()
        for _ in range(_CONNECTIONS):
            self._free.put_nowait(None)

    async def answer(self, request: Request) -> Response:
        """200 after the commit."""
        connection = await self._free.get() or await psycopg.AsyncConnection.connect(self._address)
        try:
            await connection.execute(_UPDATE, [request.path_params["number"]])
            await connection.commit()
        finally:
            self._free.put_nowait(connection)
        return PlainTextResponse("unsubscribed")


if __name__ == "__main__":
    main()
