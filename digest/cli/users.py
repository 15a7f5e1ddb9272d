"""`digest users`: add, list, disable and reset the users of the console."""

from pathlib import Path
from typing import Any

import click

from digest import bootstrap
from digest.cli.arguments.addresses import parse_address
from digest.cli.arguments.options import clock, config_option, json_option
from digest.cli.arguments.parameters import TEXT
from digest.cli.arguments.times import readable_time
from digest.cli.installation import own_settings
from digest.cli.output.log_format import remark
from digest.cli.output.reports import print_json, print_listing
from digest.errors import DigestError
from digest.model.users import User, UserRole
from digest.settings.schema import Settings
from digest.store.access.users import LINK_VALID, Invited
from digest.store.connect import open_users


@click.group()
@config_option
def users(config: Path | None) -> None:
    """Manage the people who may use the console of `digest serve`.

    A user sets their password at a link that works once, within an hour.
    """


@users.command(epilog="Example: digest users add anna@gazette.example --role editor")
@click.argument("email", type=TEXT, metavar="ADDRESS")
@click.option(
    "--role",
    required=True,
    type=click.Choice([str(role) for role in UserRole]),
    help="viewer: looks; editor: also changes issues and decides whether they are sent; admin: everything.",
)
@json_option
@config_option
def add(email: str, role: str, as_json: bool, config: Path | None) -> None:
    """Add a user, and print a link at which they set a password.

    A user who exists gets this role and another link; one who was disabled is enabled again.
    """
    settings, email = own_settings(config), parse_address(email)
    with open_users(settings) as stored:
        made = stored.invite(email, UserRole(role), bootstrap.operator(), clock().now())
    _print_link(settings, made, as_json=as_json)


@users.command("list")
@json_option
@config_option
def list_(as_json: bool, config: Path | None) -> None:
    """List the users."""
    settings = own_settings(config)
    with open_users(settings) as stored:
        found = stored.list()
    if as_json:
        print_json([_user_json(one) for one in found])
        return
    zone, now = settings.portal.zone, clock().now()
    rows = [
        (
            one.email,
            one.role,
            "on" if one.has_second_factor else "off",
            readable_time(one.signed_in_at, zone, now) if one.signed_in_at else "never",
            readable_time(one.disabled_at, zone, now) if one.disabled_at else "-",
        )
        for one in found
    ]
    columns = ("user", "role", "second factor", "signed in", "disabled")
    print_listing(columns, [(cells, "") for cells in rows], empty="no users yet; `digest users add` adds one")


@users.command()
@click.argument("email", type=TEXT, metavar="ADDRESS")
@config_option
def disable(email: str, config: Path | None) -> None:
    """Sign a user out everywhere, and refuse them from now on."""
    email = parse_address(email)
    with open_users(own_settings(config)) as stored:
        if not stored.disable(email, bootstrap.operator(), clock().now()):
            raise DigestError(f"there is no enabled user {email}; `digest users list` lists them")
    click.echo("disabled")


@users.command()
@click.argument("email", type=TEXT, metavar="ADDRESS")
@json_option
@config_option
def reset(email: str, as_json: bool, config: Path | None) -> None:
    """Print a link at which a user sets a new password.

    The old one, the second factor and all sessions end at once.
    """
    settings, email = own_settings(config), parse_address(email)
    with open_users(settings) as stored:
        made = stored.reset(email, bootstrap.operator(), clock().now())
    if made is None:
        raise DigestError(f"there is no enabled user {email}; `digest users list` lists them, `add` enables")
    _print_link(settings, made, as_json=as_json)


def _print_link(settings: Settings, made: Invited, *, as_json: bool) -> None:
    link = settings.web.console_link(made.token)
    if as_json:
        print_json({"email": made.user.email, "role": made.user.role, "link": link})
        return
    hours = LINK_VALID.seconds // 3600
    remark(f"the link works once, within {hours} hour, at the address of `digest serve`")
    click.echo(link)


def _user_json(user: User) -> dict[str, Any]:
    return {
        "email": user.email,
        "role": user.role,
        "second_factor": user.has_second_factor,
        "created_at": user.created_at.isoformat(),
        "signed_in_at": user.signed_in_at.isoformat() if user.signed_in_at else None,
        "disabled_at": user.disabled_at.isoformat() if user.disabled_at else None,
    }
