"""Email addresses on the command line."""

import click

from digest.parsing.addresses import check_address


def parse_address(text: str, option: str = "") -> str:
    """Check an email address, given with `option`; raises a usage error."""
    try:
        return check_address(text)
    except ValueError as error:
        raise click.UsageError(f"{option}: {error}" if option else str(error)) from None
