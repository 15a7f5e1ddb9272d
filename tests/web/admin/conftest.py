"""What the tests of the console share."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from digest.model.users import UserRole
from tests.support.chromium import chromium
from tests.support.console import SignedIn, signed_in
from tests.support.web import Web


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of a file."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def admin(web: Web) -> SignedIn:
    """A signed-in admin."""
    return signed_in(web)


@pytest.fixture
def anna(web: Web) -> SignedIn:
    """A signed-in editor."""
    return signed_in(web, UserRole.EDITOR, "anna@gazette.example")


@pytest.fixture
def viewer(web: Web) -> SignedIn:
    """A signed-in viewer, who may see all numbers and no addresses."""
    return signed_in(web, UserRole.VIEWER)
