"""`digest dkim`: the keys that sign messages."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import click

from digest.cli.arguments.options import clock, config_option
from digest.cli.installation import own_settings
from digest.cli.output.log_format import remark
from digest.dkim_keys import dns_name, dns_value, keep_under_selector, make_key, next_selector, quoted_strings, read_key
from digest.errors import ConfigurationError, DigestError
from digest.settings.schema import Settings
from digest.subscribers.preferences import LONGEST_WAIT

_VERIFIED_LATE = timedelta(days=7)  # receivers may verify a message again after days, for example when it is forwarded


@click.group()
@config_option
def dkim(config: Path | None) -> None:
    """Manage the keys that sign messages (DKIM)."""


@dkim.command()
@config_option
def rotate(config: Path | None) -> None:
    """Make the next key, and print its DNS record.

    It also says when the old one may go. Messages are signed with the current key until you change `selector` and `key`
    in the configuration. The command can be repeated: a key that exists is not made again.
    """
    settings = own_settings(config)
    current = settings.dkim
    if not current.key:
        raise ConfigurationError("there is no key to replace; `digest init --dkim` makes the first one")
    kept = keep_under_selector(settings.path(current.key), current.selector)
    selector = next_selector(current.selector)
    file = Path(current.key).with_name(f"{selector}{Path(current.key).suffix}")
    publish_key(settings.path(str(file)), selector, settings.dkim_domain)
    remark("\n".join(_steps(settings, Path(current.key).with_name(kept.name), file, selector)))


def publish_key(file: Path, selector: str, domain: str) -> None:
    """Make the key unless it exists, and print its DNS record; raises DigestError where it cannot be written."""
    try:
        is_new = make_key(file)
    except OSError as error:
        raise DigestError(f"{error.filename or file} cannot be written: {error.strerror}") from error
    remark(f"{file}: {'written' if is_new else 'exists, left unchanged'}")
    value = dns_value(read_key(file))
    remark("\nthe DNS record to publish:\n")
    click.echo(f'{dns_name(selector, domain)} IN TXT "{value}"')
    remark("\nin a zone file, where one string has at most 255 characters:\n")
    remark(f"{dns_name(selector, domain)} IN TXT ( {quoted_strings(value)} )\n")


def key_lines(key: Path, selector: str, domain: str) -> Iterator[str]:
    """The lines of `[dkim]` in the configuration."""
    yield "[dkim]"
    yield f'key = "{key}"'
    yield f'selector = "{selector}"'
    yield f'domain = "{domain}"'


def _steps(settings: Settings, kept: Path, file: Path, selector: str) -> Iterator[str]:
    old = settings.dkim
    longest = max((edition.deadline for edition in settings.editions), default=timedelta())
    gone = (clock().now() + LONGEST_WAIT + longest + _VERIFIED_LATE).astimezone(settings.portal.zone)
    yield f"once it is published, change these lines and restart `digest run` ({old.selector} signs until then)"
    yield f'  key = "{file}"'
    yield f'  selector = "{selector}"'
    yield f"keep {kept} and the DNS record of {old.selector}: messages that it signed may be tried again or verified"
    yield f"late; if you change the lines today, both may go on {gone.date().isoformat()}"
