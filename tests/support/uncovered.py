"""Programs that long tests start run without coverage, which others give: it takes a third of their time."""

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module")
def programs_without_coverage() -> Iterator[None]:
    """Keep from the programs that a module's tests start that coverage is measured."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("COVERAGE_")]:
            patch.delenv(name)
        yield
