"""The database: it answers, is up to date, can be written, and has room to grow."""

import shutil
from collections.abc import Iterator

from digest.diagnostics.context import CheckContext
from digest.diagnostics.readable_size import readable_size
from digest.diagnostics.results import CheckResult, fail, ok, warn
from digest.errors import ConfigurationError, StoreError

_MB = 1_000_000
_FULL, _NEARLY_FULL = 100 * _MB, 1_000 * _MB  # bytes that are free


def check_database(context: CheckContext) -> Iterator[CheckResult]:
    """Reachable, migrated and writable; its size, and the free disk."""
    try:
        health = context.open_app().database_health
        health.require_writable()
        size = health.size()
    except ConfigurationError as error:
        yield fail(str(error), "correct it in the configuration or in .env")
        return
    except StoreError as error:
        yield fail(
            str(error),
            "nothing is sent until it works; a running `digest run` tries again, a new one ends at once",
        )
        return
    yield ok(f"{health.kind}: reachable, up to date and writable; {readable_size(size)}")


def check_disk(context: CheckContext) -> Iterator[CheckResult]:
    """The free space of the disk that holds the installation."""
    folder = context.settings.root.resolve()
    free = shutil.disk_usage(folder).free
    message, fix = f"{readable_size(free)} free on the disk of {folder}", "free some space, or move the installation"
    if free < _FULL:
        yield fail(message, fix)
    elif free < _NEARLY_FULL:
        yield warn(message, fix, is_urgent=True)
    else:
        yield ok(message)
