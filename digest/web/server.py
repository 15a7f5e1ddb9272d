"""Serves the application over HTTP in a thread, and ends once open requests are answered."""

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from digest.errors import ConfigurationError
from digest.interpreter import tuned_for_serving
from digest.parsing.urls import bracketed
from digest.web.connections import TimedProtocol

_log = logging.getLogger(__name__)

_LONGEST_END = 10  # seconds for open requests
# Seconds without a request: longer than proxies keep a connection (Caddy 120, most others 60 to 90). Whoever closes one
# while the proxy sends a form on it makes the proxy answer 502, and the form may not be sent again.
_LONGEST_IDLE = 150


@contextmanager
def serving(application: ASGIApp, listen: str) -> Iterator[int]:
    """Serve at HOST:PORT during the block, whose value is the port; raises ConfigurationError."""
    with _bound(listen) as listener, tuned_for_serving():
        config = uvicorn.Config(
            application,
            http=TimedProtocol,
            log_config=None,
            proxy_headers=False,  # whose word counts is decided by `[web] trusted_proxies`
            server_header=False,
            lifespan="off",
            ws="none",
            timeout_keep_alive=_LONGEST_IDLE,
            timeout_graceful_shutdown=_LONGEST_END,
        )
        logging.getLogger("uvicorn.access").disabled = True  # its lines hold paths, and so tokens
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],), name="digest-web")
        thread.start()
        host, port = listener.getsockname()[:2]
        _log.info("serving at http://%s:%d", bracketed(host), port)
        try:
            yield port
        finally:
            server.should_exit = True
            thread.join()


def _bound(listen: str) -> socket.socket:
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, int(port)))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        reason = (error.strerror or "unknown host").lower()
        raise ConfigurationError(f"cannot listen at {listen}: {reason}; set [web] listen or --listen") from None
    return listener
