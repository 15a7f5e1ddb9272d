"""schemathesis tries the served API along its own description: valid and wrong requests, and sequences of them."""

from collections.abc import Iterator

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from digest.model.api import Scope
from tests.web.api.conftest import Api

_EXAMPLES = 4  # of each endpoint, beside the borders of every parameter


def failures(api: Api) -> Iterator[str]:
    """What schemathesis finds, in a run that is always the same."""
    address = f"http://127.0.0.1:{api.web.port}/api/v1"
    generation = {"deterministic": True, "max-examples": _EXAMPLES, "database": "none", "no-shrink": True}
    config = SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "base-url": address,
            "headers": {"Authorization": f"Bearer {api.tokens[Scope.MANAGE]}"},
            "generation": generation,
            "phases": {"stateful": {"enabled": False}},
        }
    )
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json", config=config)
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            yield str(event)
        elif isinstance(event, events.ScenarioFinished):
            checks = (check for found in event.recorder.checks.values() for check in found)
            yield from (f"{event.label}: {one.failure_info.failure}" for one in checks if one.failure_info)


def test_api_keeps_to_its_description(api: Api) -> None:
    """No error of the server, no status or body that is not described, nothing wrong that is accepted."""
    assert not list(failures(api))
