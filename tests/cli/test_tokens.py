"""`digest tokens`: shown once, stored as hashes, revoked at once."""

from pathlib import Path

import pytest

from tests.support.installation import Installation


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    """An installation without tokens."""
    return Installation(tmp_path).configure()


def test_add_prints_the_token_once_and_stores_a_hash(site: Installation) -> None:
    """Standard output is the token alone; it is in no file, and no list shows it."""
    made = site.run("tokens", "add", "portal", "--scope", "read", "--scope", "subscribe").fine()
    token = made.out.strip()
    assert token.startswith("digest_")
    assert "not shown again" in made.err
    (row,) = site.run("tokens", "list", "--json").fine().json
    assert (row["name"], row["scopes"], row["revoked_at"]) == ("portal", ["subscribe", "read"], None)
    listed = site.run("tokens", "list").fine().out
    assert "portal  subscribe, read" in listed
    files = [file for file in site.folder.rglob("*") if file.is_file()]
    assert not [file for file in files if token[7:].encode() in file.read_bytes()]


def test_add_json_answers_with_name_scopes_and_token(site: Installation) -> None:
    """For programs."""
    answer = site.run("tokens", "add", "crm", "--scope", "manage", "--json").fine().json
    assert (answer["name"], answer["scopes"]) == ("crm", ["manage"])
    assert len(answer["token"]) > 40


def test_add_needs_a_scope_and_a_free_name(site: Installation) -> None:
    """Wrong usage exits with 2, a name that is taken with 1; a revoked token frees its name."""
    assert site.run("tokens", "add", "portal").code == 2
    site.run("tokens", "add", "portal", "--scope", "all").failed(2, "all")
    site.run("tokens", "add", " ", "--scope", "read").failed(2, "NAME")
    site.run("tokens", "add", "portal", "--scope", "read").fine()
    site.run("tokens", "add", "portal", "--scope", "read").failed(1, "there is a token portal already")
    site.run("tokens", "revoke", "portal").fine()
    site.run("tokens", "add", "portal", "--scope", "read").fine()
    rows = site.run("tokens", "list", "--json").json
    assert [row["revoked_at"] is None for row in rows] == [False, True]


def test_revoke_of_an_unknown_name_fails(site: Installation) -> None:
    """It says where the names are."""
    assert site.run("tokens", "list").fine().out == "no tokens yet\n"
    site.run("tokens", "revoke", "portal").failed(1, "digest tokens list")
