"""Fixtures of the tests that fetch: a web server on this machine, and who asks it."""

from collections.abc import Iterator

import pytest

from digest.sources.fetching.fetcher import Fetcher
from tests.support.feed_server import FeedServer


@pytest.fixture
def server() -> Iterator[FeedServer]:
    """A server on 127.0.0.1."""
    with FeedServer() as running:
        yield running


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    """A fetcher with the usual limits."""
    with Fetcher() as running:
        yield running
