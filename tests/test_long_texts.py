"""Long texts from elsewhere are read in one pass.

Each text is so long that work which grows with its square would exceed the time limit of a test: nothing is measured.
"""

from collections.abc import Callable

import pytest

from digest.mailers.smtp.replies import Reply
from digest.parsing.lenient_json import load_lenient_json
from digest.parsing.pixels import parse_pixels
from digest.parsing.tables.csv_table import BadRow
from digest.receivers.groups import is_reserved, receiver_group
from digest.receivers.reply_class import is_about_sender_for_now, reply_class
from digest.sources.article_pictures.html_pictures import first_picture
from digest.stories.figures import conflicting
from digest.subscribers.csv_io import read_csv

_LONG = 1_000_000  # characters
_LONGEST_CELL = 131_072  # characters (csv.field_size_limit)


def _is_refused(text: str) -> bool:
    try:
        load_lenient_json(text)
    except ValueError:
        return True
    return False


@pytest.mark.parametrize("char", [" ", "\u200b", "a", ".", "@", "<", "'"])
def test_read_csv_address_as_long_as_a_cell_is_one_bad_row(char: str) -> None:
    """In twenty rows; the row after them is read."""
    row = f"x{char * (_LONGEST_CELL - 2)}x\n"
    *bad, good = read_csv(["email\n", *[row] * 20, "anna@mail.example\n"])
    assert all(isinstance(one, BadRow) for one in bad)
    assert not isinstance(good, BadRow)


@pytest.mark.parametrize(
    "read",
    [
        lambda: not is_reserved("." * _LONG + "x"),
        lambda: receiver_group("x.y", lambda _domain: [(1, "1" * _LONG + "x.y")]) == "1" * _LONG + "x.y",
        lambda: _is_refused("for(;;);" + " " * _LONG + "x"),
        lambda: _is_refused("call(" + " " * _LONG + "x"),
        lambda: parse_pixels("1" + " " * _LONG + "x") is None,
        lambda: first_picture(f'<img src="/a.jpg" height="1{" " * 190_000}x">', "https://x.example/").url is not None,
        lambda: Reply(550, None, "a" * _LONG + "\n").safe_text.startswith("aaa"),
        lambda: reply_class(550, "5.1.1", "." * (_LONG // 4)) is not None,
        lambda: not is_about_sender_for_now("4.2.2", "." * _LONG),
        lambda: not conflicting(["a" * _LONG, "b" * _LONG]).any(),
    ],
)
def test_long_text_is_read(read: Callable[[], bool]) -> None:
    """The name of a host, guards of JSON, sizes of pictures, replies of servers, titles."""
    assert read()
