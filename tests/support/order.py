"""The order of the tests: by chance, but no long one is left for the end, when the other processes have none to run."""

import pytest


def begin_long_tests_in_time(items: list[pytest.Item]) -> None:
    """Move the long tests of the last third to the front; the others keep their order, and so do they.

    They are not all at the front: long tests wait a lot, and the short ones beside them use the processors meanwhile.
    The last third begins with a file, so that what its tests share is not made twice.
    """
    late = len(items) * 2 // 3
    while late > 0 and items[late].path == items[late - 1].path:
        late -= 1
    last = items[late:]
    items[:] = [
        *(item for item in last if _is_long(item)),
        *items[:late],
        *(item for item in last if not _is_long(item)),
    ]


def _is_long(item: pytest.Item) -> bool:
    return any(marker.args == ("time",) for marker in item.iter_markers("needs"))
