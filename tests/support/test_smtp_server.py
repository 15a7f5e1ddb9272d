"""The tests' mail servers end without leaving a connection open."""

import asyncio
import gc
import socket
import threading
from contextlib import closing

from tests.support.smtp_server import HOST, serving


def test_server_that_ends_while_a_client_connects_closes_the_connection() -> None:
    """On a busy machine its loop accepts a connection in the moment in which it is to end.

    Pytest reports a socket that was left open in whichever test is running.
    """
    accepted, may_go_on = threading.Event(), threading.Event()

    def busy() -> asyncio.Protocol:
        accepted.set()
        may_go_on.wait(10)
        return asyncio.Protocol()

    with serving(busy) as port:
        with closing(socket.create_connection((HOST, port))):
            assert accepted.wait(10)
        socket.create_connection((HOST, port)).close()
        threading.Timer(0.1, may_go_on.set).start()
    gc.collect()
