"""`digest users`: one-time links, roles, recovery; no secret is stored as it is."""

from pathlib import Path

import pytest

from tests.support.installation import SLOT, Installation
from tests.support.web import BASE

ANNA = "anna@gazette.example"


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    """An installation without users."""
    return Installation(tmp_path).configure(web=f'base_url = "{BASE}"')


def test_add_prints_a_link_and_stores_its_hash(site: Installation) -> None:
    """Standard output is the link alone; its token is in no file, and no list shows it."""
    made = site.run("users", "add", "Anna@Gazette.example", "--role", "editor", now=SLOT).fine()
    link = made.out.strip()
    assert link.startswith(f"{BASE}/admin/link/")
    assert "once, within 1 hour" in made.err
    (row,) = site.run("users", "list", "--json").fine().json
    assert (row["email"], row["role"], row["signed_in_at"], row["disabled_at"]) == (ANNA, "editor", None, None)
    token = link.rpartition("/")[2]
    assert len(token) > 40
    assert not [file for file in site.folder.rglob("*") if file.is_file() and token.encode() in file.read_bytes()]


def test_add_without_base_url_names_this_machine(site: Installation) -> None:
    """Where `digest serve` listens."""
    site.configure(web='listen = "127.0.0.1:8123"')
    assert site.run("users", "add", ANNA, "--role", "admin").fine().out.startswith("http://127.0.0.1:8123/admin/link/")


def test_add_of_a_known_user_changes_the_role_and_enables(site: Installation) -> None:
    """With another link each time."""
    first = site.run("users", "add", ANNA, "--role", "viewer", "--json").fine().json
    site.run("users", "disable", ANNA).fine()
    second = site.run("users", "add", ANNA, "--role", "admin", "--json").fine().json
    assert first["link"] != second["link"]
    (row,) = site.run("users", "list", "--json").json
    assert (row["role"], row["disabled_at"]) == ("admin", None)


def test_wrong_usage_is_one_line(site: Installation) -> None:
    """A role is needed, and one that exists; an address is an address."""
    assert site.run("users", "add", ANNA).code == 2
    site.run("users", "add", ANNA, "--role", "owner").failed(2, "owner")
    site.run("users", "add", "anna", "--role", "admin").failed(2, "not a valid email address")
    site.run("users", "list").fine()


def test_disable_and_reset_of_an_unknown_user_fail(site: Installation) -> None:
    """They say where users are listed; a disabled user is not reset but added again."""
    assert "digest users add" in site.run("users", "list").fine().out
    site.run("users", "disable", ANNA).failed(1, "digest users list")
    site.run("users", "reset", ANNA).failed(1, "digest users list")
    site.run("users", "add", ANNA, "--role", "viewer").fine()
    assert site.run("users", "disable", ANNA).fine().out == "disabled\n"
    site.run("users", "disable", ANNA).failed(1, "no enabled user")
    site.run("users", "reset", ANNA).failed(1, "no enabled user")
    assert f"{ANNA}  viewer" in site.run("users", "list").fine().out
