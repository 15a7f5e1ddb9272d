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
from digest.cli.options import clock
from digest.errors import ConfigurationError
from digest.rendering.theme import built_in_templates
from digest.settings.load import load
from digest.timetable import coming_slot, window_of

_FEED = "example-feed.xml"
_AGE = re.compile(r"\{(\d+) minutes ago\}")
_SOON = timedelta(minutes=1)  # until the first preview
_FIRST_LINK = re.compile(r"<item>.*?<link>([^<]+)</link>", re.DOTALL)


@click.command(epilog="Example: digest init my-portal")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False), default=".")
def init(folder: Path) -> None:
    """Write a configuration to start from into DIR.  [default: the current folder]

    Writes a commented config/digest.toml with an example feed as its source, .env.example and a copy of the theme. The
    commands preview, rank, edit and send --outbox work with it as it is. Existing files are never overwritten.
    """
    built_in, config = bootstrap.built_in_config(), folder / "config" / "digest.toml"
    is_new = _write_new(config, (built_in / "digest.example.toml").read_bytes())
    feed, now = config.parent / _FEED, clock().now()
    if _FEED in config.read_text(encoding="utf-8", errors="replace"):
        template = built_in / (_FEED if _language(config) == "en" else "example-feed.ru.xml")
        _write_new(
            feed, fill_dates(template.read_text(encoding="utf-8"), now, _window_start(config, now + _SOON)).encode()
        )
    _write_new(folder / ".env.example", (built_in / "env.example").read_bytes())
    for file in sorted((built_in_templates() / "default").iterdir()):
        _write_new(folder / "templates" / "default" / file.name, file.read_bytes())
    if is_new:
        click.echo("\n".join(_next_steps(folder, feed)))


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


def _write_new(file: Path, content: bytes) -> bool:
    """Write the file unless it exists; whether it was written."""
    if file.exists():
        click.echo(f"{file}: exists, left unchanged")
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    write_file(file, content)
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
