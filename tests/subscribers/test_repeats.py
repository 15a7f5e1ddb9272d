"""Repeats: each key is told where it stood first, through every growth of the table, in little memory."""

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from digest.subscribers.repeats import Repeats


@given(st.lists(st.text(max_size=3), max_size=400))
def test_each_key_is_told_its_first_place(keys: list[str]) -> None:
    """What a dictionary would answer."""
    repeats, known = Repeats(), dict[str, int]()
    for place, key in enumerate(keys, 1):
        assert repeats.first(key, place) == known.setdefault(key, place)


def test_many_keys_survive_the_growth_of_the_table() -> None:
    """Keys that were told before the table grew are known after it, and new ones stay new."""
    repeats = Repeats()
    keys = [f"reader{number}@post.example" for number in range(20_000)]
    assert [repeats.first(key, place) for place, key in enumerate(keys, 1)] == list(range(1, 20_001))
    assert [repeats.first(key, 99_999) for key in keys] == list(range(1, 20_001))
    assert repeats.first("somebody@post.example", 99_999) == 99_999


def test_a_key_costs_a_few_bytes() -> None:
    """However long the keys are, no more than 40 bytes are kept of each."""
    tracemalloc.start()
    repeats = Repeats()
    for place in range(1, 50_001):
        repeats.first(f"{'a' * 200}{place}", place)
    kept, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 50_000 * 40
