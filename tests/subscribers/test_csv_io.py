"""Lists of subscribers: what is written is read back, and bad rows are reported."""

import csv
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.errors import ConfigurationError
from digest.model.subscribers import Subscriber, SubscriberStatus
from digest.parsing.csv_table import BadRow
from digest.parsing.text import clean_line
from digest.subscribers.csv_io import _MAX_LINE, _line, read_csv, write_csv

LOCALS = st.from_regex(r"[a-z0-9=+'/_-]{1,20}(\.[a-z0-9]{1,10}){0,2}", fullmatch=True)
DOMAINS = st.sampled_from(["mail.example", "gazette.test", "localhost", "xn--e1afmkfd.xn--p1ai", "corp.local"])
LINES = (
    st.text(
        st.characters(
            exclude_categories=["Cs", "Cc", "Cf", "Cn"], exclude_characters="\ufffd"
        )  # lost letters are reported
        | st.sampled_from("=+-@'|\\;,\""),
        max_size=40,
    )
    .map(clean_line)
    .filter(bool)
)
SUBSCRIBERS = st.builds(
    Subscriber,
    email=st.builds("{}@{}".format, LOCALS, DOMAINS),
    name=st.none() | LINES,
    language=st.none() | st.sampled_from(["en", "ru", "pt-br"]),
    editions=st.lists(st.sampled_from(["daily", "weekly_2", "Night-1"]), unique=True).map(tuple),
    sections=st.lists(LINES, max_size=3).map(tuple),
    frequency=st.none() | st.sampled_from(["daily", "weekdays", "weekly"]),
    timezone=st.none() | st.sampled_from(["UTC", "Europe/Moscow", "America/Argentina/Buenos_Aires"]),
    status=st.sampled_from(SubscriberStatus),
)


def rows(*lines: str) -> list[Subscriber | BadRow]:
    """The rows of a file of these lines."""
    return list(read_csv("\n".join(lines).splitlines(keepends=True)))


def only(*lines: str) -> Subscriber:
    """The one subscriber of a file of these lines."""
    (row,) = rows(*lines)
    assert isinstance(row, Subscriber)
    return row


def bad_row(*lines: str) -> str:
    """Why the one row of a file of these lines is bad; it never repeats the address."""
    (row,) = rows(*lines)
    assert isinstance(row, BadRow)
    assert "anna" not in row.message
    return row.message


@given(st.text(max_size=400) | st.from_regex(r"[\w .'\u00e9-]{0,40}", fullmatch=True))
@example("e\u0301")
@example("  Anna  Smith ")
@example("x" * (_MAX_LINE + 1))
@example("\U0010fffd")
def test_line_quick_path_equals_clean_line(name: str) -> None:
    """The quick look at a name never lets through what cleaning would change."""
    assert _line(name) == clean_line(name)


@given(st.lists(SUBSCRIBERS, max_size=5, unique_by=lambda subscriber: subscriber.email.casefold()))
@example([Subscriber(email="=cmd@example.com", name="=HYPERLINK(1)"), Subscriber(email="-x@a.example", name="'=1+1")])
@example([Subscriber(email="a@a.example", name="''-", sections=("a|b", "\\", "c\\|d", "AC\\DC", "|"))])
def test_write_csv_result_is_read_back(subscribers: list[Subscriber]) -> None:
    """Reading what was written gives the same subscribers, formulas, bars, quotes and all."""
    assert list(read_csv(write_csv(subscribers))) == subscribers


@given(st.lists(SUBSCRIBERS, max_size=3))
def test_write_csv_no_cell_is_a_formula(subscribers: list[Subscriber]) -> None:
    """A spreadsheet computes none of our cells: none starts with =, +, -, @, tab or CR, and every cell is quoted."""
    lines = list(write_csv(subscribers))
    assert all(line.startswith('"') and line.endswith('"\r\n') for line in lines)
    for row in csv.reader(lines):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_read_csv_all_columns_are_read() -> None:
    """All columns, in any order and case, are understood."""
    assert only(
        "Status,TimeZone,frequency,sections,Edition,language,name,EMAIL",
        'Unsubscribed,Europe/Moscow,Weekly,"Politics|Arts, books",daily|weekly,RU,"Smith, Anna",anna@mail.example',
    ) == Subscriber(
        email="anna@mail.example",
        name="Smith, Anna",
        language="ru",
        editions=("daily", "weekly"),
        sections=("Politics", "Arts, books"),
        frequency="weekly",
        timezone="Europe/Moscow",
        status=SubscriberStatus.UNSUBSCRIBED,
    )


def test_read_csv_empty_cells_are_unknown() -> None:
    """Empty and missing cells are None or empty, and the status of an import is confirmed."""
    anna = Subscriber(email="anna@mail.example")
    assert only("email,name,status,language,sections", " anna@mail.example , ,,") == anna
    assert only("email", "anna@mail.example", "", "  ") == anna
    assert anna.status is SubscriberStatus.CONFIRMED


@pytest.mark.parametrize(
    "text", ["\ufeffemail;name\r\nanna@mail.example;Smith, A.\r\n", "email\tname\nanna@mail.example\tSmith, A."]
)
def test_read_csv_spreadsheet_dialects_are_read(text: str) -> None:
    """A byte order mark, semicolons, tabs, CRLF and a missing last line break are no obstacle."""
    assert list(read_csv(text.splitlines(keepends=True))) == [Subscriber(email="anna@mail.example", name="Smith, A.")]


def test_read_csv_unknown_columns_are_named() -> None:
    """Unknown columns are ignored and named; one that looks like an address is not repeated."""
    reader = read_csv(["email,City,,notes,x@y.example\n", 'anna@mail.example,Port,,"call\nx@y.example",\n'])
    assert reader.unknown == ("city", "notes", "(an address)")
    assert list(reader) == [Subscriber(email="anna@mail.example")]


@pytest.mark.parametrize(
    ("lines", "match"),
    [
        ([], "nothing"),
        (["\n"], "nothing"),
        (["name,city\n"], "names: name, city$"),
        (["anna@mail.example,Anna\n"], r"names: \(an address\), anna$"),
        (["email,name,EMAIL\n"], "the column email twice"),
        (['"email\n', "anna@mail.example\n"], "nothing"),
    ],
)
def test_read_csv_header_without_email_is_an_error(lines: list[str], match: str) -> None:
    """The first line is checked at once; the sentence says what was found there, but no address."""
    with pytest.raises(ConfigurationError, match=match) as caught:
        read_csv(lines)
    assert "anna@" not in str(caught.value)


@pytest.mark.parametrize(
    ("header", "cell", "match"),
    [
        ("name", "Smith, Anna", "has 3 values for 2 columns"),
        ("status", "active", "status active must be one of pending, confirmed, unsubscribed, suppressed"),
        ("frequency", "hourly", "frequency hourly must be one of daily, weekdays, weekly"),
        ("timezone", "Mars/Base", "timezone Mars/Base is not an IANA time zone"),
        ("timezone", "../../etc/passwd", "is not an IANA time zone"),
        ("language", "English please", "language english please is not a code"),
        ("edition", "daily, weekly".replace(", ", ";"), "edition daily;weekly is not an edition's name"),
        ("status", "anna@mail.example", r"status \(an address\) must be one of"),
    ],
)
def test_read_csv_wrong_cell_is_a_bad_row(header: str, cell: str, match: str) -> None:
    """An impossible value is reported with what is expected."""
    (row,) = rows(f"email,{header}", f"anna@mail.example,{cell}")
    assert isinstance(row, BadRow)
    assert row.line == 2
    with pytest.raises(ValueError, match=match):
        raise ValueError(row.message)
    assert "anna@" not in row.message


def test_read_csv_bad_row_does_not_stop_others() -> None:
    """Bad rows are reported with their line in the file, quoted line breaks counted, and the rest is read."""
    assert rows("email,name", "anna", 'boris@mail.example,"Boris\nB."', "", "x y@z.example", "clara@mail.example") == [
        BadRow(2, "not a valid email address: expected name@domain"),
        Subscriber(email="boris@mail.example", name="Boris B."),
        BadRow(6, "not a valid email address"),
        Subscriber(email="clara@mail.example"),
    ]


def test_read_csv_repeated_address_names_first_line() -> None:
    """The first row of an address counts, whatever the case of the others, which name its line."""
    assert rows("email", "anna@mail.example", "Anna@MAIL.example", "bad", "anna@mail.example") == [
        Subscriber(email="anna@mail.example"),
        BadRow(3, "repeats line 2"),
        BadRow(4, "not a valid email address: expected name@domain"),
        BadRow(5, "repeats line 2"),
    ]


def test_read_csv_row_without_email_cell_is_a_bad_row() -> None:
    """A short row is a bad row, not the end of the list."""
    assert rows("name,email", "Anna", "Boris,boris@mail.example") == [
        BadRow(2, "not a valid email address: expected name@domain"),
        Subscriber(email="boris@mail.example", name="Boris"),
    ]


def test_read_csv_unclosed_quote_is_reported() -> None:
    """Rows inside an unclosed quotation mark are never lost silently."""
    assert bad_row("email,name", 'anna@mail.example,"Anna', "boris@mail.example,Boris") == (
        "lines 2 to 3 are not readable as CSV: a quotation mark or a line break has no partner"
    )
    assert "contains the lines after it" in bad_row("email,name", 'anna@mail.example,"Anna', 'boris@mail.example,"')
    found = rows("email,name", 'anna@mail.example,"Anna', 'boris@mail.example,"Boris"', "clara@mail.example,")
    assert found[1:] == [Subscriber(email="clara@mail.example")]
    assert isinstance(found[0], BadRow)


def test_read_csv_is_lazy() -> None:
    """A row is given as soon as it was read: a list of a million readers is never in memory at once."""

    def endless() -> Iterator[str]:
        yield "email\n"
        for number in range(1000):
            yield f"reader{number}@mail.example\n"
        raise AssertionError("the reader ran ahead")

    found = iter(read_csv(endless()))
    assert [next(found) for _ in range(1000)][-1] == Subscriber(email="reader999@mail.example")


@given(st.lists(st.text(max_size=60), max_size=8))
@example(["email,name", 'a@b.example,"x', "y\r z"])
@example(["email", "\x00", "'=\x00@b.example"])
def test_read_csv_any_lines_give_rows_or_bad_rows(lines: list[str]) -> None:
    """Arbitrary text gives rows and bad rows, or one ConfigurationError, and nothing else."""
    try:
        found = list(read_csv(["email,name,language,edition,status\n", *lines]))
    except ConfigurationError:
        pytest.fail("the first line was right")
    assert all(isinstance(row, (Subscriber, BadRow)) for row in found)
    with pytest.raises(ConfigurationError):
        read_csv(["x" + line.replace("email", "") for line in lines])
