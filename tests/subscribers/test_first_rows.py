"""Where keys occurred first: the same as a dict, also after the table has grown."""

from hypothesis import given
from hypothesis import strategies as st

from digest.subscribers.first_rows import FirstRows


@given(st.lists(st.text(max_size=3)))
def test_first_rows_number_of_a_key_is_that_of_a_dict(keys: list[str]) -> None:
    """For any keys, new or known."""
    rows, known = FirstRows(), dict[str, int]()
    for number, key in enumerate(keys):
        assert rows.setdefault(key, number) == known.setdefault(key, number)


def test_first_rows_many_keys_are_kept_and_can_be_replaced() -> None:
    """More than fit into the first table."""
    rows, keys = FirstRows(), [f"reader{number}@mail.example" for number in range(5_000)]
    for number, key in enumerate(keys):
        assert rows.setdefault(key, number) == number
    rows.replace(keys[7], 4_000_000_000)
    assert [rows.setdefault(key, 1) for key in keys] == [*range(7), 4_000_000_000, *range(8, 5_000)]


class Colliding(str):
    """A key whose hash others have too, as somebody can arrange who knows PYTHONHASHSEED."""

    __slots__ = ()

    def __hash__(self) -> int:
        return len(self)


def test_first_rows_keys_with_one_hash_are_not_taken_for_each_other() -> None:
    """No reader is dropped because of another address, also after the table has grown."""
    rows, keys = FirstRows(), [Colliding(f"{number:04}") for number in range(1_000)]
    for number, key in enumerate(keys):
        assert rows.setdefault(key, number) == number
    rows.replace(keys[7], 4_000)
    assert [rows.setdefault(key, 1) for key in keys] == [*range(7), 4_000, *range(8, 1_000)]
