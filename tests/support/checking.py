"""The context of checks: settings of a small installation, and stand-ins that fail unless a test gives them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from digest.diagnostics.context import CheckContext
from digest.diagnostics.http_probe import ask
from digest.diagnostics.mail.dns_lookup import Dns
from digest.diagnostics.results import CheckResult, Level
from digest.settings.load import parse
from digest.settings.schema import Settings
from tests.support.installation import FrozenClock

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def settings(root: Path = Path("/nowhere"), **tables: Any) -> Settings:
    """The settings of a portal; `tables` replace those of the file."""
    given = {
        "portal": {"name": "Harbour Gazette", "url": "https://gazette.example"},
        "smtp": {"from": "Harbour Gazette <news@gazette.example>"},
        "database": {"url": "sqlite://"},
        **tables,
    }
    return parse(given, file="digest.toml", root=root, environ={})


def context(given: Settings | None = None, **changes: Any) -> CheckContext:
    """A context in which whatever is not given raises an error."""
    unused = CheckContext(
        settings=given or settings(),
        clock=FrozenClock(NOW),
        dns=Dns(),
        ask=ask,
        open_app=_unused,
        visit_sources=_unused,
        servers=(),
    )
    return replace(unused, **changes)


def levels(found: Any) -> list[Level]:
    """The levels of some results."""
    return [one.level for one in found]


def only(found: Any) -> CheckResult:
    """The one result of a check."""
    (result,) = found
    assert isinstance(result, CheckResult)
    return result


def _unused(*_arguments: Any) -> NoReturn:
    raise AssertionError("the check needs something that the test does not give")


def always(value: Any) -> Callable[..., Any]:
    """A function that returns the value."""
    return lambda *_arguments: value
