"""What commands print: lists as JSON."""

import json
from collections.abc import Iterator

import pytest

from digest.cli.output.reports import print_json, print_json_list
from digest.errors import DigestError

_ITEMS = [{"name": "Анна\u2028\u0085\n“x”", "edition": ["daily"], "sections": [], "hour": None}, {}, "a", 1]


@pytest.mark.parametrize("number", range(len(_ITEMS) + 1))
def test_json_list_has_the_bytes_of_the_whole_answer(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Programs that compare texts see no difference."""
    print_json(_ITEMS[:number])
    whole = capsys.readouterr().out
    print_json_list(iter(_ITEMS[:number]))
    assert capsys.readouterr().out == whole


def test_json_list_prints_each_item_before_it_asks_for_the_next(capsys: pytest.CaptureFixture[str]) -> None:
    """400,000 readers took more than 256 MB."""
    printed = []

    def items() -> Iterator[int]:
        for number in range(3):
            yield number
            printed.append(capsys.readouterr().out)

    print_json_list(items())
    assert printed == ["[\n  0", ",\n  1", ",\n  2"]


@pytest.mark.parametrize("items", [[], [1, 2]])
def test_json_list_after_an_error_has_what_came_before(items: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output is JSON alone, whatever the exit code."""

    def failing() -> Iterator[int]:
        yield from items
        raise DigestError("the database went away")

    with pytest.raises(DigestError, match="went away"):
        print_json_list(failing())
    assert json.loads(capsys.readouterr().out) == items
