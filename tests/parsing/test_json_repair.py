"""JSON that was written by hand or by a template: what it surely means is read, anything else is not."""

import json
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.parsing.json_repair import repaired_json

NAMES = st.from_regex(r"[@a-z][A-Za-z0-9_:.-]{0,12}", fullmatch=True)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
# Words in quotation marks, and then also the signs that are between the values of JSON.
QUOTING = st.lists(st.sampled_from(['"Луч"', "завод", ",", ":", "5", " "]), max_size=12).map(" ".join)
HARDER = st.lists(st.sampled_from(['"Луч"', "завод", ",", ":", "}", "]", "{", "[", '"', "5"]), max_size=12).map(
    " ".join
)


def is_read(text: str) -> Any:
    """The value of a repaired text."""
    return json.loads(repaired_json(text), strict=False)


@given(st.dictionaries(NAMES, VALUES, max_size=5), st.sampled_from([None, 0, 2]))
def test_repaired_json_valid_text_keeps_its_value(value: dict[str, Any], indent: int | None) -> None:
    """What needs no repair means the same."""
    assert is_read(json.dumps(value, ensure_ascii=False, indent=indent)) == value


@given(QUOTING, NAMES, st.integers(0, 99))
def test_repaired_json_quotation_marks_in_a_text_are_its_own(quoting: str, name: str, number: int) -> None:
    """A text ends where the next property or the end of the object follows, whatever else is in it."""
    text = f'{{"headline": "Порт {quoting} открыт", "{name}1": {number}}}'
    assert is_read(text) == {"headline": f"Порт {quoting} открыт", f"{name}1": number}


@given(HARDER, st.integers(0, 99))
def test_repaired_json_text_with_the_signs_of_json_is_its_own_or_not_read(quoting: str, number: int) -> None:
    """A text is never cut at a quotation mark of its own."""
    with suppress(ValueError):
        read = is_read(f'{{"headline": "Порт {quoting} открыт", "size": {number}}}')
        assert read == {"headline": f"Порт {quoting} открыт", "size": number}


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "Завод "Луч" закрыт", "n": 21}',
        '{"n": 21, "a": "Завод "Луч" закрыт"}',
        '{"n": 21,\n"a": "Завод "Луч" закрыт",\n}',
        '{"a": "Завод "Луч" закрыт"\n  "n": 21}',
        '{"a": "Завод "Луч" закрыт",, "n": 21}',
        '{, "a": "Завод "Луч" закрыт", "n": 21}}',
        '{"a": "Завод \\"Луч" закрыт", "n": 21',
        '{"a": "Завод "Луч" закрыт" /* завод */, // и\n "n": 21}',
    ],
)
def test_repaired_json_several_faults_are_repaired_together(text: str) -> None:
    """Commas too many or too few, quotation marks, comments, and ends too many or too few."""
    assert is_read(text) == {"a": 'Завод "Луч" закрыт', "n": 21}


@pytest.mark.parametrize("missing", ['"b":,', '"b": ,', '"b": undefined,', '"b": null,'])
def test_repaired_json_property_without_a_value_is_null(missing: str) -> None:
    """Templates print nothing for a value that is missing."""
    assert is_read(f'{{"a": 1, {missing} "c": 2}}') == {"a": 1, "b": None, "c": 2}
    assert is_read(f'{{"a": 1, {missing.rstrip(", ")}}}') == {"a": 1, "b": None}


def test_repaired_json_comma_and_bracket_in_a_text_stay() -> None:
    """Only what is outside of texts is repaired."""
    assert is_read('{"a": "Список: [1, 2,] и {3,} // всё", "b": "It\\\'s C:\\dir \\\\x",}') == {
        "a": "Список: [1, 2,] и {3,} // всё",
        "b": "It's C:\\dir \\x",
    }


@pytest.mark.parametrize(
    "text",
    [
        '{"author": {"name": "Анна" "url": "/anna"}, "n": 21}',
        '{"authors": ["Анна "Ася", "Иван" Петров"], "n": 21}',
        '{"a": "Завод, "n": 21}',
        '{"a": [1, 2}, "n": 21}',
        "{'a': 'Завод', 'n': 21}",
        '{a: "Завод", "n": 21}',
        '{"a": "Завод", "n": 21} и другие',
        'var data = {"a": "Завод"}',
    ],
)
def test_repaired_json_doubtful_text_is_not_read(text: str) -> None:
    """Where a value may end elsewhere, or a script is no JSON, nothing is guessed."""
    with pytest.raises(ValueError, match=r"end|brackets|Expecting|Extra"):
        is_read(text)


@pytest.mark.parametrize(
    "piece", ['"', '{"a":"', '"//', '"/*', '" ', '",', '"}', '"\n', "{", "//", '"a":"b"', '["', '"\n//', '"/**/,']
)
def test_repaired_json_hostile_text_takes_little_time(piece: str) -> None:
    """Time grows with the length of the text."""
    for text in (piece * 50_000, '{"a": "' + piece * 50_000):
        start = time.process_time()
        with suppress(ValueError):
            repaired_json(text)
        assert time.process_time() - start < 3
