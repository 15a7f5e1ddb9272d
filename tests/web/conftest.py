"""A mail server, and an installation that has sent one issue and whose pages are served."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.support.installation import Installation
from tests.support.smtp_server import Accepted, Log, honest_server
from tests.support.web import BASE, Web, send_issue, served

DAILY = ('name = "daily"',)
REDIRECTING = ('name = "daily"\nlinks = "redirect"',)


@pytest.fixture(scope="session")
def sent(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Accepted]]:
    """A folder whose installation has sent an issue to Anna and Boris, and their messages."""
    return _sent(tmp_path_factory.mktemp("sent"), DAILY, "anna@readers.example", "boris@readers.example")


@pytest.fixture(scope="session")
def sent_with_redirects(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Accepted]]:
    """A folder whose installation has sent an issue with redirects to Vera and Boris, and their messages."""
    return _sent(tmp_path_factory.mktemp("redirects"), REDIRECTING, "vera@readers.example", "boris@readers.example")


def _sent(folder: Path, editions: Sequence[str], *readers: str) -> tuple[Path, list[Accepted]]:
    with honest_server() as (port, log):
        send_issue(configured(folder, port, editions=editions), *readers)
    return folder, log.accepted


@pytest.fixture
def mail(sent: tuple[Path, list[Accepted]]) -> Iterator[tuple[int, Log]]:
    """A mail server's port, and what it has received: the issue to begin with."""
    with honest_server() as (port, log):
        log.accepted.extend(sent[1])
        yield port, log


@pytest.fixture
def site(tmp_path: Path, sent: tuple[Path, list[Accepted]], mail: tuple[int, Log]) -> Installation:
    """A copy of that installation, which sends through the mail server."""
    folder = tmp_path / "site"
    shutil.copytree(sent[0], folder)
    return configured(folder, mail[0])


@pytest.fixture
def redirecting(
    tmp_path: Path, sent_with_redirects: tuple[Path, list[Accepted]], mail: tuple[int, Log]
) -> Installation:
    """A copy of the one whose issue has redirects, which sends through the mail server."""
    folder = tmp_path / "redirecting"
    shutil.copytree(sent_with_redirects[0], folder)
    mail[1].accepted.extend(sent_with_redirects[1])
    return configured(folder, mail[0], editions=REDIRECTING)


@pytest.fixture
def web(site: Installation) -> Iterator[Web]:
    """Its pages, served."""
    with served(site) as web:
        yield web


def configured(folder: Path, port: int, web: str = "", editions: Sequence[str] = DAILY) -> Installation:
    """An installation in a folder that sends to a port and has web pages."""
    return Installation(folder).configure(editions=editions, smtp=f"port = {port}", web=f'base_url = "{BASE}"\n{web}')
