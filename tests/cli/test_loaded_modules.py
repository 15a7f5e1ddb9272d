"""What commands load: a start is quick, and no process keeps a library in memory that it does not use."""

import subprocess
import sys
from pathlib import Path

import digest

_CHECKOUT = Path(digest.__file__).parent.parent

# Modules that are imported one after the other, and what none of them loads, nor those before it.
_UNUSED: dict[str, set[str]] = {
    # A process of the sandbox loads the one parser that it was started for, and that of pages no settings.
    "digest.sources.sandbox_parsers": {"feedparser", "PIL", "digest.sources.page.listing"},
    "digest.sources.page.structured_data": {"pydantic", "feedparser", "PIL"},
    # `digest --help` needs none of the packages of the database, the settings, the network and the templates.
    "digest.cli.main": {
        *("sqlalchemy", "pydantic", "aiohttp", "jinja2", "babel", "lxml", "alembic", "asyncio", "mjml"),
    },
    # An import of a million readers must not need the memory of the renderer or the mailer.
    "digest.cli.subscribers": {"digest.rendering.render", "digest.bootstrap", "digest.sources.sql.source"},
    # Only composing loads numpy. The phrases of bounces and the libraries for them and for IMAP take 50 ms and 1.5 MB.
    "digest.cli.send": {"numpy", "digest.bounces.read", "flufl.bounce", "imap_tools"},
    "digest.cli.run": {"numpy"},
    # Without the extra `cluster` a start on SQLite is as quick as it was before.
    "digest.bootstrap, digest.cli.migrate, digest.scheduler.daily_run": {
        *("procrastinate", "psycopg", "psycopg_pool", "asgiref", "digest.cluster.host_run"),
    },
}


def test_commands_load_nothing_that_they_do_not_use() -> None:
    """In one process, because each takes a second."""
    script = "import sys\n" + "".join(f"import {modules}\nprint(*sys.modules)\n" for modules in _UNUSED)
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=_CHECKOUT, capture_output=True, text=True, check=True, timeout=60
    )
    loaded = [set(line.split()) for line in ran.stdout.splitlines()]
    wrong = [(modules, found & unused) for found, (modules, unused) in zip(loaded, _UNUSED.items(), strict=True)]
    assert not [one for one in wrong if one[1]]
    assert "click" in loaded[2]
    assert "digest.scheduler.daily_run" in loaded[-1]
