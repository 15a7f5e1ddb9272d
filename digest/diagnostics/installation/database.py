"""The database: it answers, is up to date, can be written, and has room to grow."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from digest.diagnostics.context import CheckContext
from digest.diagnostics.readable_size import readable_size
from digest.diagnostics.results import CheckResult, fail, ok, warn
from digest.errors import ConfigurationError, StoreError
from digest.store.engine.database_url import sqlite_file
from digest.store.upkeep.cluster_extra import is_cluster_installed

_MB = 1_000_000
_FULL, _NEARLY_FULL = 100 * _MB, 1_000 * _MB  # bytes that are free


def check_database(context: CheckContext) -> Iterator[CheckResult]:
    """Reachable, migrated and writable; its size, and the free disk."""
    try:
        app = context.open_app()
        health = app.database_health
        health.require_writable()
        size, is_known = health.size(), app.server_changes.can_be_noticed()
        lacks_standby = health.lacks_standby()
    except ConfigurationError as error:
        yield fail(str(error), "correct it in the configuration or in .env")
        return
    except StoreError as error:
        yield fail(
            str(error),
            "nothing is sent until it works; a running `digest run` tries again, a new one ends at once",
        )
        return
    if lacks_standby:
        yield fail(
            "PostgreSQL waits until a standby has each commit, and no standby is connected: all writes hang",
            "start the standby, or empty synchronous_standby_names in the server's postgresql.conf and reload it",
        )
        return
    yield ok(f"{health.kind}: reachable, up to date and writable; {readable_size(size)}")
    if not is_known:
        yield warn(
            "PostgreSQL does not tell which server it is, so a failover is not noticed",
            "docs/database.md says under Failover what to do",
        )
    if app.job_tables.are_possible and is_cluster_installed():
        try:
            app.job_tables.require_own_sessions()
        except StoreError as error:
            yield fail(str(error), "until then `digest run` ends at once")


def check_disk(context: CheckContext) -> Iterator[CheckResult]:
    """The free space of the disk that holds the installation, and of another one that holds the database."""
    root = context.settings.root.resolve()
    yield _judged_disk(root)
    with suppress(ConfigurationError, OSError):  # the check `database` says why
        file = sqlite_file(context.settings.database.url, root)
        if file is not None and file.parent.stat().st_dev != root.stat().st_dev:
            yield _judged_disk(file.parent)


def _judged_disk(folder: Path) -> CheckResult:
    free = shutil.disk_usage(folder).free
    message, fix = f"{readable_size(free)} free on the disk of {folder}", "free some space, or move the installation"
    if free < _FULL:
        return fail(message, fix)
    if free < _NEARLY_FULL:
        return warn(message, fix, is_urgent=True)
    return ok(message)
