"""`digest init`: write an installation to start from."""

import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import click

from digest import bootstrap
from digest.atomic_write import write_file
from digest.cli.arguments.options import clock
from digest.cli.arguments.parameters import TEXT, FilePath
from digest.cli.dkim import key_lines, publish_key
from digest.cli.output.log_format import remark
from digest.errors import ConfigurationError, DigestError
from digest.rendering.theme import built_in_templates
from digest.settings.fields import mail
from digest.settings.load import load
from digest.timetable import coming_slot, window_of

_FEED = "example-feed.xml"
_AGE = re.compile(r"\{(\d+) minutes ago\}")
_SOON = timedelta(minutes=1)  # until the first preview
_DKIM_TABLE = re.compile(r"^# \[dkim\].*\n(?:#.*\n)*", re.MULTILINE)  # as the example configuration has it
_SENDER = re.compile(r"^from = .*", re.MULTILINE)
_FIRST_LINK = re.compile(r"<item>.*?<link>([^<]+)</link>", re.DOTALL)


@click.command(epilog="Examples: digest init my-portal; digest init --dkim --domain gazette.example")
@click.argument("folder", metavar="[DIR]", type=FilePath(file_okay=False), default=".")
@click.option("--dkim", "with_dkim", is_flag=True, help="Make a key that signs messages, and print its DNS record.")
@click.option(
    "--domain", type=TEXT, metavar="D", help="The domain that signs.  [default: the domain of `from` in [smtp]]"
)
@click.option("--selector", type=TEXT, metavar="S", help="The name of the key in DNS.  [default: digest1]")
def init(folder: Path, *, with_dkim: bool, domain: str | None, selector: str | None) -> None:
    """Write a configuration to start from into DIR.  [default: the current folder]

    Writes a commented config/digest.toml with an example feed as its source, .env.example and a copy of the theme. The
    commands preview, rank, edit and send --outbox work with it as it is. Existing files are never overwritten.

    With --dkim it also writes a key to dkim/ and the table [dkim] into the configuration. Where that exists already, it
    writes the key alone, and you add the printed lines.
    """
    if not with_dkim and (domain or selector):
        raise click.UsageError("--domain and --selector are for --dkim; add it, or leave them out")
    for name in filter(None, (domain, selector)):
        _dns_name(name)  # before anything is written
    if domain:
        _require_mail_domain(domain)
    built_in, config = bootstrap.built_in_config(), folder / "config" / "digest.toml"
    if with_dkim and config.exists():  # what is missing there was deleted, such as the copy of the theme
        _add_key(config, domain=domain, selector=selector, is_new=False)
        return
    is_new = _write_new(config, (built_in / "digest.example.toml").read_bytes())
    feed, now = config.parent / _FEED, clock().now()
    if _FEED in config.read_text(encoding="utf-8", errors="replace"):
        template = built_in / (_FEED if _language(config) == "en" else "example-feed.ru.xml")
        _write_new(
            feed, fill_dates(template.read_text(encoding="utf-8"), now, _window_start(config, now + _SOON)).encode()
        )
    _write_new(folder / ".env.example", (built_in / "env.example").read_bytes())
    _copy_theme(folder / "templates" / "default")
    if with_dkim:
        _add_key(config, domain=domain, selector=selector, is_new=is_new)
    if is_new:
        click.echo("\n".join(_next_steps(folder, feed)), err=with_dkim)


def _add_key(config: Path, *, domain: str | None, selector: str | None, is_new: bool) -> None:
    """Make a key with its DNS record, and name it in the configuration."""
    settings = load(config)
    if settings.dkim.key and not settings.path(settings.dkim.key).exists():  # for example a new machine
        publish_key(settings.path(settings.dkim.key), settings.dkim.selector, settings.dkim_domain)
        return
    if settings.dkim.key and not is_new:
        raise DigestError(f"{config} names a key already: {settings.dkim.key}; `digest dkim rotate` makes the next one")
    domain, selector = _dns_name(domain or settings.dkim_domain), _dns_name(selector or "digest1")
    key = Path("dkim") / f"{selector}.pem"
    publish_key(settings.root / key, selector, domain)
    lines = "\n".join(key_lines(key, selector, domain)) + "\n"
    if is_new:
        text = _DKIM_TABLE.sub(lambda _match: lines, config.read_text(encoding="utf-8"), count=1)
        sender = settings.smtp.mailbox.domain
        if not f".{sender}".endswith(f".{domain}"):  # a signature counts only for the domain in From
            text = _SENDER.sub(lambda match: match[0].replace(f"@{sender}", f"@{domain}"), text, count=1)
            remark(f"`from` in {config} is now an address at {domain}")
        write_file(config, text.encode())
    else:
        remark(f"add these lines to {config}:\n\n{lines}")


def _dns_name(text: str) -> str:
    try:
        return mail.dns_name(text)
    except ValueError as error:
        raise click.UsageError(f"--domain and --selector: {error}") from error


def _require_mail_domain(domain: str) -> None:
    """Refuse a domain at which `from` could not be an address, such as a top-level one."""
    try:
        mail.mail_domain(_dns_name(domain))
    except ValueError as error:
        raise click.UsageError(f"--domain: {error}") from error


def fill_dates(template: str, now: datetime, earliest: datetime | None = None) -> str:
    """Replace `{N minutes ago}` by an RFC 2822 date, not before `earliest`, and `{today}` by an ISO date."""

    def date(match: re.Match[str]) -> str:
        dated = now - timedelta(minutes=int(match[1]))
        return format_datetime(max(dated, min(earliest, now)) if earliest else dated)

    return _AGE.sub(date, template).replace("{today}", now.date().isoformat())


def _window_start(config: Path, now: datetime) -> datetime | None:
    """The start of the next issue's window, so that a preview right after the edition's hour has articles."""
    try:
        settings = load(config)
        edition, zone = settings.edition(None), settings.portal.zone
        return window_of(edition, coming_slot(edition, zone, now, [], None), zone, []).start
    except ConfigurationError:
        return None


def _language(config: Path) -> str:
    """The portal's first language; English where the configuration cannot be read."""
    try:
        return load(config).portal.languages[0]
    except ConfigurationError:
        return "en"


def _copy_theme(folder: Path) -> None:
    """Write the files of the theme that do not exist, and say how many."""
    files = sorted((built_in_templates() / "quay").iterdir())
    written = [file for file in files if _write_new(folder / file.name, file.read_bytes(), is_named=False)]
    if written:
        click.echo(f"{folder}: {len(written)} files of the theme written")


def _write_new(file: Path, content: bytes, *, is_named: bool = True) -> bool:
    """Write the file unless it exists, and say so where it `is_named`; whether it was written."""
    if file.exists():
        click.echo(f"{file}: exists, left unchanged")
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    write_file(file, content)
    if is_named:
        click.echo(f"{file}: written")
    return True


def _next_steps(folder: Path, feed: Path) -> Iterator[str]:
    """Commands that can be typed as they are, and what to do after them."""
    program, link = _program(), _FIRST_LINK.search(feed.read_text(encoding="utf-8"))
    yield "\nnext, try it with the example feed:"
    if folder != Path():
        yield f"  cd {shlex.quote(str(folder))}"
    yield f"  {program} preview --open"
    yield f"  {program} rank --explain"
    if link:
        yield f"  {program} edit --pin {link[1]}"
    yield f"  {program} send --outbox outbox"
    yield "then enter your portal and its sources in config/digest.toml"


def _program() -> str:
    """How to call this program from any folder."""
    script = Path(sys.argv[0])
    if script.name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m digest"
    found = shutil.which(script.name)
    is_on_path = script.name == sys.argv[0] or (found is not None and Path(found).samefile(script))
    return script.name if is_on_path else shlex.quote(str(script.absolute()))
