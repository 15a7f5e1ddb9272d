"""Properties of the SQL source's pure parts: binding the query and reading values."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from digest.errors import SourceError
from digest.parsing.counts import MAX_COUNT
from digest.sources.sql.statement import prepare_select
from digest.sources.values import UnreadableError, read_count, read_moment, read_names, read_text

MOSCOW, NEW_YORK = ZoneInfo("Europe/Moscow"), ZoneInfo("America/New_York")
EARLIEST = datetime.combine(date.min, time())
SANE = st.datetimes(datetime.combine(date(1990, 1, 2), time()), datetime.combine(date(9000, 1, 1), time()))


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_prepare_select_any_literal_is_unchanged(literal: str) -> None:
    """SQLite returns the literal as it was, and `:start` beside it is bound."""
    assume(literal.strip() not in {":start", ":end"})
    query = prepare_select(
        "SELECT '{}', :start -- {}".format(literal.replace("'", "''"), literal.replace("\n", " ")), "sqlite"
    )
    with closing(sqlite3.connect(":memory:")) as connection:
        rows = connection.execute(query.split(" -- ")[0] if "\r" in literal else query, {"start": 1, "end": 2})
        assert rows.fetchone() == (literal, 1)


@given(st.text(st.sampled_from("aE :%;'\"`$-/*#\\\n(se")), st.sampled_from(["postgresql", "mysql"]))
def test_prepare_select_percent_signs_are_escaped_for_the_driver(tail: str, dialect: str) -> None:
    """The query that a formatting driver sends is the query as it was written."""
    query = "SELECT " + tail
    try:
        prepared = prepare_select(query, dialect)
    except SourceError:
        return
    assert prepared % {"start": ":start", "end": ":end"} == query.strip().rstrip(";")


@pytest.mark.parametrize(
    ("dialect", "query", "expected"),
    [
        ("postgresql", "SELECT :start::date, 'x:start', a::text", "SELECT %(start)s::date, 'x:start', a::text"),
        ("postgresql", "SELECT $a$ :end $b$ $a$, :end", "SELECT $a$ :end $b$ $a$, %(end)s"),
        ("postgresql", r"SELECT E'\':end', '\', :end", r"SELECT E'\':end', '\', %(end)s"),
        ("postgresql", "SELECT :started, :ending, x:start", "SELECT :started, :ending, x:start"),
        ("mysql", r"SELECT '\':end', :end", r"SELECT '\':end', %(end)s"),
        ("mysql", "SELECT 5--:start\n, `:end`", "SELECT 5--%(start)s\n, `:end`"),
        ("mysql", "/* :end */ SELECT 1 # :end\n+ :end ; ", "/* :end */ SELECT 1 # :end\n+ %(end)s "),
    ],
)
def test_prepare_select_parameters_outside_literals_are_bound(dialect: str, query: str, expected: str) -> None:
    """Parameters are outside literals, names, comments and casts of the dialect."""
    assert prepare_select(query, dialect).strip() == expected.strip()


@pytest.mark.parametrize("query", ["", ";", "-- nothing", "SELECT 1; SELECT 2", "selection", "(DELETE FROM a)"])
def test_prepare_select_anything_but_one_select_is_refused(query: str) -> None:
    """Nothing, two statements, and anything but SELECT are refused."""
    with pytest.raises(SourceError, match="the query must"):
        prepare_select(query, "sqlite")


@pytest.mark.parametrize("parameter", ["':start'", "' :end '", "{start}", "'{end:date}'"])
def test_prepare_select_parameter_in_quotes_or_braces_is_named(parameter: str) -> None:
    """The database would compare a text, and give all rows or none."""
    with pytest.raises(SourceError, match=rf"the query has {re.escape(parameter)}; write :start and :end, without"):
        prepare_select(f"SELECT url, title FROM a WHERE day >= {parameter}", "mysql")


def test_prepare_select_path_in_json_is_no_parameter() -> None:
    """PostgreSQL writes `'{start}'` for the field of this name, as of an event."""
    query = "SELECT url, title, data #>> '{start}' AS published_at FROM a"
    assert prepare_select(query, "postgresql") == query


@example(datetime.combine(date(2026, 11, 1), time(1, 30)), NEW_YORK)
@given(SANE, st.sampled_from([MOSCOW, NEW_YORK, ZoneInfo("UTC")]))
def test_read_moment_naive_value_is_in_the_zone(naive: datetime, zone: ZoneInfo) -> None:
    """A datetime, its ISO text and its SQL text mean the same instant, the earlier one in a repeated hour."""
    expected = naive.replace(tzinfo=zone, fold=0).astimezone(UTC)
    for value in (naive, naive.replace(fold=1), naive.isoformat(), str(naive), str(naive).encode()):
        assert read_moment(value, zone) == expected


@given(SANE, st.integers(-14 * 60, 14 * 60))
def test_read_moment_aware_value_is_kept(naive: datetime, minutes: int) -> None:
    """An offset in the value has priority over the zone, in any spelling; seconds since 1970 need no zone."""
    instant = naive.replace(tzinfo=UTC)
    written = re.sub(r"\+00:00$", "", instant.isoformat())
    for value in (instant, written + "Z", written + " UTC", written + " +0000", written + "+00", instant.isoformat()):
        assert read_moment(value, MOSCOW) == instant
    sign, size = ("-" if minutes < 0 else "+"), abs(minutes)
    there = instant + timedelta(minutes=minutes)
    assert read_moment(f"{there.replace(tzinfo=None)}{sign}{size // 60:02}:{size % 60:02}", MOSCOW) == instant


def test_read_moment_day_or_epoch_is_read() -> None:
    """A date begins at midnight in the zone; numbers are seconds, or milliseconds where seconds would be absurd."""
    assert (
        read_moment(date(2026, 10, 1), MOSCOW)
        == read_moment("2026-10-01", MOSCOW)
        == datetime(2026, 9, 30, 21, tzinfo=UTC)
    )
    seven = datetime(2026, 10, 1, 4, tzinfo=UTC)
    for value in (1790827200, "1790827200", Decimal(1790827200), 1790827200000, "1790827200000", 1790827200.0):
        assert read_moment(value, MOSCOW) == seven


@pytest.mark.parametrize(
    "value",
    [
        "yesterday",
        "0000-00-00 00:00:01",
        "0001-01-01 12:00:00",
        0,
        -5,
        True,
        {},
        "1",
        "1970-01-02",
        86_400,
        date(1970, 1, 2),
        10**30,
        EARLIEST,
        1e300,
    ],
)
def test_read_moment_other_value_is_unreadable(value: object) -> None:
    """No exception of another type is raised."""
    with pytest.raises(UnreadableError):
        read_moment(value, MOSCOW)


@pytest.mark.parametrize(
    "value",
    [
        *("0000-00-00", b"0000-00-00 00:00:00", "0000-00-00 00:00:00.000000", "0001-01-01T00:00:00Z"),
        *("0001-01-01 00:00:00 +0000 UTC", "-0001-11-30 00:00:00.000000 Europe/Moscow"),
    ],
)
def test_read_moment_that_was_never_set_is_none(value: object) -> None:
    """MySQL, Go, .NET and PHP keep such a date where there is none, as of an article that was never changed."""
    assert read_moment(value, MOSCOW) is None


@pytest.mark.parametrize("text", ["{Port,Town}", '{"Port of call",Town}', "{Порт,NULL,Город}"])
def test_read_names_array_of_postgresql_as_a_text_is_unreadable(text: str) -> None:
    """A cast makes such a text of a list."""
    with pytest.raises(UnreadableError):
        read_names(text)
    assert read_names(f"{text} opens") == [f"{text} opens"]


VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text() | st.binary() | st.dates()
    | st.datetimes() | st.timedeltas() | st.lists(st.integers()) | st.text(st.sampled_from("0123456789., -+eE"))
)  # fmt: skip


@given(VALUES)
def test_read_values_any_value_is_read_or_refused(value: object) -> None:
    """Any value of a driver is a count in range, an instant in UTC, a text, or refused."""
    for read in (
        lambda given: read_count(given, "views"),
        read_text,
        lambda given: read_moment(given, NEW_YORK),
    ):
        try:
            found: object = read(value)
        except UnreadableError:
            continue
        if isinstance(found, datetime):
            assert found.tzinfo is UTC
        elif isinstance(found, int):
            assert 0 <= found <= MAX_COUNT
        else:
            assert found is None or isinstance(found, str)


@pytest.mark.parametrize(
    "table",
    [
        '{"ru": "Порт", "en": "Port"}',
        '["News", "Sport"]',
        '[{"type": "paragraph"}]',
        f'{{"blocks": "{"a" * 1_000}',
        'a:1:{i:0;s:4:"Port";}',
        's:4:"Port";',
        "[:ru]Порт[:en]Port[:]",
        "{:ru}Порт{:}{:en}Port{:}",
        "<!--:ru-->Порт<!--:-->",
        "{mlang ru}Порт{mlang}",
        '{"count": 3}',
    ],
)
def test_read_text_table_of_a_program_is_unreadable(table: str) -> None:
    """Translations, an editor's blocks and lists in one column are for programs, also as bytes."""
    for read, value in (
        (read_text, table),
        (read_text, table.encode()),
        (lambda given: read_count(given, "views"), table),
    ):
        with pytest.raises(UnreadableError):
            read(value)


@pytest.mark.parametrize(
    "text",
    ['{"a": 1} in JSON explained', "[Update] Port", "{", '["', "a:1", "[:)", "[Photo] [Video]", '{"Port"}', "s:1"],
)
def test_read_text_with_brackets_is_a_text(text: str) -> None:
    """A title may hold any sign."""
    assert read_text(text) == text


@given(st.integers(0, MAX_COUNT))
def test_read_count_each_form_gives_the_same_count(number: int) -> None:
    """Whole numbers, decimals, and texts with or without grouped thousands."""
    forms = [number, Decimal(number), str(number), f" {number} ", f"{number:,}", f"{number:,}".replace(",", "\u00a0")]
    assert {read_count(form, "views") for form in forms} == {number}


def test_read_count_unreadable_value_raises() -> None:
    """Counters above 10^15 or below zero, and fractions, raise an error; an empty text is unknown."""
    assert read_count("", "views") is read_count(" ", "views") is read_count(None, "views") is None
    odd = (-1, "-1", "many", "1,2", "1841.7", 1841.7, Decimal("1841.7"), 10**40, "9" * 30, "1e3", float("nan"), True)
    for value in (*odd, Decimal("sNaN"), float("inf")):
        with pytest.raises(UnreadableError):
            read_count(value, "views")
