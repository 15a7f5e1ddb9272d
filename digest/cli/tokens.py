"""`digest tokens`: add, list and revoke the tokens of the API."""

from pathlib import Path
from typing import Any

import click

from digest.cli.arguments.options import clock, config_option, json_option
from digest.cli.arguments.parameters import TEXT
from digest.cli.arguments.times import readable_time
from digest.cli.installation import own_settings
from digest.cli.output.log_format import remark
from digest.cli.output.reports import print_json, print_listing
from digest.errors import DigestError
from digest.model.api import ApiToken, Scope
from digest.parsing.text import clean_line
from digest.store.connect import open_api_tokens

_LONGEST_NAME = 100  # characters


@click.group()
@config_option
def tokens(config: Path | None) -> None:
    """Manage the tokens with which programs use the API of `digest serve`."""


@tokens.command(epilog="Example: digest tokens add portal --scope subscribe")
@click.argument("name", type=TEXT)
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([str(scope) for scope in Scope]),
    help="What it may do; `manage` includes the others. May be repeated.",
)
@json_option
@config_option
def add(name: str, scopes: tuple[str, ...], as_json: bool, config: Path | None) -> None:
    """Make a token, and print it. It is shown only this once.

    NAME shows later who uses it, such as `portal`.
    """
    name = _checked(name)
    with open_api_tokens(own_settings(config)) as stored:
        token = stored.add(name, [scope for scope in Scope if scope in scopes], clock().now())
    if token is None:
        raise DigestError(f"there is a token {name} already; choose another name, or revoke it first")
    if as_json:
        print_json({"name": name, "scopes": [scope for scope in Scope if scope in scopes], "token": token})
        return
    remark("copy the token now: it is not shown again")
    click.echo(token)


@tokens.command("list")
@json_option
@config_option
def list_(as_json: bool, config: Path | None) -> None:
    """List the tokens, without their secrets."""
    settings = own_settings(config)
    with open_api_tokens(settings) as stored:
        found = stored.list()
    if as_json:
        print_json([_token_json(one) for one in found])
        return
    zone, now = settings.portal.zone, clock().now()
    rows = [
        (
            one.name,
            ", ".join(one.scopes),
            readable_time(one.created_at, zone, now),
            readable_time(one.revoked_at, zone, now) if one.revoked_at else "-",
        )
        for one in found
    ]
    print_listing(("name", "scopes", "made", "revoked"), [(cells, "") for cells in rows], empty="no tokens yet")


@tokens.command()
@click.argument("name", type=TEXT)
@config_option
def revoke(name: str, config: Path | None) -> None:
    """Revoke a token: from now on the API refuses it."""
    with open_api_tokens(own_settings(config)) as stored:
        if not stored.revoke(_checked(name), clock().now()):
            raise DigestError(f"there is no valid token {_checked(name)}; `digest tokens list` lists them")
    click.echo("revoked")


def _checked(name: str) -> str:
    line = clean_line(name)
    if not line or len(line) > _LONGEST_NAME:
        raise click.UsageError(f"NAME must have 1 to {_LONGEST_NAME} characters")
    return line


def _token_json(token: ApiToken) -> dict[str, Any]:
    return {
        "name": token.name,
        "scopes": list(token.scopes),
        "created_at": token.created_at.isoformat(),
        "revoked_at": token.revoked_at.isoformat() if token.revoked_at else None,
    }
