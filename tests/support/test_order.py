"""The order of the tests."""

from pathlib import Path
from typing import Any, cast

import pytest

from tests.support.order import begin_long_tests_in_time


def item(name: str) -> Any:
    """A test of that name: `t` is long, `b` needs a browser; those in one file have it before a slash."""
    needs = {"t": ["time"], "b": ["chromium"]}.get(name.rsplit("/", maxsplit=1)[-1][0], [])
    marks = [pytest.mark.needs(what).mark for what in needs]

    class Item:
        path = Path(name.split("/", maxsplit=1)[0])

        def iter_markers(self, _name: str) -> Any:
            return iter(marks)

        def __repr__(self) -> str:
            return name

    return Item()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a1 t1 b1 a2 t2 a3 t3 a4 t4", "t3 t4 a1 t1 b1 a2 t2 a3 a4"),
        ("a1 a2 f/t1 f/t2 f/a3 f/t4 a4 t5", "f/t1 f/t2 f/t4 t5 a1 a2 f/a3 a4"),
        ("t1 t2 a1", "t1 t2 a1"),
        ("b1 a1 b2", "b1 a1 b2"),
        ("t1", "t1"),
        ("", ""),
    ],
)
def test_begin_long_tests_in_time_long_ones_of_the_last_third_are_first(before: str, after: str) -> None:
    """All tests are kept, and the order among the long and among the others."""
    items = [item(name) for name in before.split()]
    begin_long_tests_in_time(cast("list[pytest.Item]", items))
    assert " ".join(map(repr, items)) == after
