"""schemathesis tries the served API along its own description: valid and wrong requests, and sequences of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from unittest import mock

import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from digest.model.api import Scope
from digest.store.access.idempotency import Idempotency, KeyedRequest, StoredAnswer, Unanswered
from tests.web.api.conftest import Api

_EXAMPLES = 4  # of each endpoint, beside the borders of every parameter
# Values of formats that JSON Schema cannot describe exactly.
_FORMATS = {
    "email": st.sampled_from(["anna@readers.example", "carol@readers.example", "Dora+news@readers.example"]),
    "csv": st.sampled_from(["email\nanna@readers.example\n", "name,email\nErna,erna@readers.example\nNobody,\n"]),
    "uri": st.sampled_from(["https://gazette.example/news/1", "https://museum.example/night"]),
    "time-zone": st.sampled_from(["Europe/Moscow", "UTC"]),
    "date-time": st.datetimes(datetime(2001, 1, 1), datetime(2025, 6, 1)).map(lambda one: f"{one.isoformat()}Z"),  # noqa: DTZ001 - the zone is written
}


@pytest.fixture(autouse=True, scope="module")
def _formats() -> None:
    """Register the formats; whatever the limits say is accepted."""
    for name, values in _FORMATS.items():
        schemathesis.openapi.format(name, values)


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


_begin = Idempotency.begin


def begin_anew(self: Idempotency, request: KeyedRequest, now: datetime) -> StoredAnswer | Unanswered:
    """Know no key: the same key for another request is refused, as it should be."""
    self.forget(request)
    return _begin(self, request, now)


@pytest.mark.needs("time")
@pytest.mark.unmeasured
def test_api_keeps_to_its_description(api: Api) -> None:
    """No error of the server, no status or body that is not described, nothing wrong that is accepted."""
    api.web.clock.moment += timedelta(days=365)  # no generated consent is in the future
    with mock.patch.object(Idempotency, "begin", begin_anew):
        assert not list(failures(api))
