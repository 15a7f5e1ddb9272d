"""Fixtures of the tests that use servers on this machine: for the web, for mail, and what their clients need."""

from collections.abc import Iterator

import pytest

from digest.sources.fetching.fetcher import Fetcher
from tests.support.certificates import Authority, make_authority
from tests.support.feed_server import FeedServer
from tests.support.smtp_server import Log, honest_server


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


@pytest.fixture
def mail_server() -> Iterator[tuple[int, Log]]:
    """The port of an honest SMTP server, and what it saw."""
    with honest_server() as (port, log):
        yield port, log


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority that the settings name."""
    return make_authority(tmp_path_factory.mktemp("authority"))
