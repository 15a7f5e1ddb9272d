"""The configuration: it was read, and an issue of every edition can be made with it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from digest.app import App
from digest.diagnostics.context import CheckContext
from digest.diagnostics.editions import require_valid_editions
from digest.diagnostics.results import CheckResult, fail, ok, warn
from digest.diagnostics.sections import section_faults
from digest.errors import ConfigurationError


def check_configuration(context: CheckContext) -> Iterator[CheckResult]:
    """Sources, editions, their subjects and themes, and the sections that they name."""
    settings = context.settings
    try:
        app = context.open_app()
        require_valid_editions(app)
    except ConfigurationError as error:
        yield from (fail(line, "correct it in the configuration") for line in str(error).splitlines())
        return
    if not settings.sources:
        yield fail("the configuration names no source", "add [[sources]]")
    if (program := next(iter(settings.summary.arguments), "")) and not _is_found(program, settings.root):
        yield warn(f"summary.command: there is no program {program}", "correct it, or make the file executable")
    for edition in settings.editions:
        for fault in section_faults(app, edition):
            yield warn(fault, "correct the name in the configuration")
    yield ok(f"read; sources: {len(settings.sources)}, editions: {_names(app)}")


def _is_found(program: str, root: Path) -> bool:
    return shutil.which(program if "/" not in program else root / program) is not None


def _names(app: App) -> str:
    return ", ".join(edition.name for edition in app.settings.editions)
