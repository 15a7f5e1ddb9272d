"""Who can read the files with secrets: `.env`, the DKIM key, the database."""

import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from digest.diagnostics.context import CheckContext
from digest.diagnostics.results import CheckResult, fail, ok, warn
from digest.errors import ConfigurationError
from digest.settings.schema import Settings
from digest.store.engine.database_url import sqlite_file


def check_secrets(context: CheckContext) -> Iterator[CheckResult]:
    """The modes of the files that hold secrets or readers' addresses."""
    files = [file for file in _secret_files(context.settings) if file.exists()]
    faults = [fault for file in files for fault in _faults(file)]
    yield from faults
    if not faults:
        names = ", ".join(file.name for file in files) or "no such file"
        yield ok(f"only their owner and group can read the files with secrets ({names})")


def _secret_files(settings: Settings) -> Iterator[Path]:
    """The files that no other user should read."""
    yield settings.root / ".env"
    if settings.dkim.key:
        yield settings.path(settings.dkim.key)
    with suppress(ConfigurationError):  # the check `database` says why
        if (database := sqlite_file(settings.database.url, settings.root)) is not None:
            yield database


def _faults(file: Path) -> Iterator[CheckResult]:
    mode, fix = file.stat().st_mode, f"chmod 600 {file}"
    if mode & stat.S_IWOTH:
        yield fail(f"every user of this machine can change {file}", fix)
    elif mode & stat.S_IROTH:
        yield warn(f"every user of this machine can read {file}", fix)
