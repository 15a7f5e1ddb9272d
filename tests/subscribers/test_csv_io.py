"""Lists of subscribers: what is written is read back, and bad rows are reported."""

import csv
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.errors import ConfigurationError
from digest.model.subscribers import Frequency, Subscriber, SubscriberStatus
from digest.parsing.tables.csv_table import BadRow
from digest.parsing.text import clean_line
from digest.subscribers.cells import LONGEST_LINE, read_line
from digest.subscribers.csv_export import write_csv
from digest.subscribers.csv_io import RowDefaults, read_csv

LOCALS = st.from_regex(r"[a-z0-9=+'/_-]{1,20}(\.[a-z0-9]{1,10}){0,2}", fullmatch=True)
DOMAINS = st.sampled_from(["mail.example", "gazette.test", "localhost", "xn--e1afmkfd.xn--p1ai", "corp.local"])
LINES = (
    st.text(
        st.characters(exclude_categories=["Cs", "Cc", "Cf", "Cn"], exclude_characters="\ufffd")
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
    frequency=st.none() | st.sampled_from(Frequency),
    hour=st.none() | st.integers(0, 23),
    paused_until=st.none() | st.dates(),
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
@example("x" * (LONGEST_LINE + 1))
@example("\U0010fffd")
@example("\uffa0")
def test_line_quick_path_equals_clean_line(name: str) -> None:
    """The quick look at a name never lets through what cleaning would change."""
    assert read_line(name) == clean_line(name)


@given(st.lists(SUBSCRIBERS, max_size=5, unique_by=lambda subscriber: subscriber.email.casefold()))
@example([Subscriber(email="=cmd@example.com", name="=HYPERLINK(1)"), Subscriber(email="-x@a.example", name="'=1+1")])
@example([Subscriber(email="a@a.example", name="''-", sections=("a|b", "\\", "c\\|d", "AC\\DC", "|"))])
@example([Subscriber(email="a@a.example", name="＝HYPERLINK(1)"), Subscriber(email="b@a.example", name="'＠SUM(A1)")])
@pytest.mark.parametrize(("mark", "delimiter"), [("", ","), ("\ufeff", ","), ("\ufeff", ";")])
def test_write_csv_result_is_read_back(mark: str, delimiter: str, subscribers: list[Subscriber]) -> None:
    """Reading what was written gives the same subscribers, formulas, bars, quotes and all; also as for Excel."""
    header, *lines = write_csv(subscribers, delimiter)
    assert list(read_csv([mark + header, *lines])) == subscribers


@given(st.lists(SUBSCRIBERS, max_size=3))
@example([Subscriber(email=f"{place}@a.example", name=f"{sign}1+1") for place, sign in enumerate("=+-@＝＋－＠\t\r\n")])
def test_write_csv_no_cell_is_a_formula(subscribers: list[Subscriber]) -> None:
    """A spreadsheet computes none of our cells: none starts with =, +, -, @ (also full-width), tab, CR or LF."""
    lines = list(write_csv(subscribers))
    assert all(line.startswith('"') and line.endswith('"\r\n') for line in lines)
    for row in csv.reader(lines):
        assert not any(cell.startswith(tuple("=+-@＝＋－＠\t\r\n")) for cell in row)


def test_read_csv_all_columns_are_read() -> None:
    """All columns, in any order and case, are understood."""
    assert only(
        "Status,TimeZone,Hour,paused_until,frequency,sections,Edition,language,name,EMAIL",
        'Unsubscribed,Europe/Moscow,07,2026-12-31,Weekly,"Politics|Arts, books",daily|weekly,RU,"Smith, Anna",'
        "anna@mail.example",
    ) == Subscriber(
        email="anna@mail.example",
        name="Smith, Anna",
        language="ru",
        editions=("daily", "weekly"),
        sections=("Politics", "Arts, books"),
        frequency=Frequency.WEEKLY,
        timezone="Europe/Moscow",
        hour=7,
        paused_until=date(2026, 12, 31),
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


def test_read_csv_text_that_is_written_as_a_formula_is_read() -> None:
    """Programs write `="..."` so that Excel changes no value; also what states who left."""
    lines = [
        "email,name,hour,status\n",
        '"=""a@x.example""","=""007""","=""7""","=""unsubscribed"""\n',
        '="b@x.example",="B",="8",="confirmed"\n',
    ]
    read_csv(lines).require_known_statuses()
    assert list(read_csv(lines)) == [
        Subscriber(email="a@x.example", name="007", hour=7, status=SubscriberStatus.UNSUBSCRIBED),
        Subscriber(email="b@x.example", name="B", hour=8),
    ]


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
        (["anna@mail.example,Anna\n"], "is a row already; put a line before it that names the columns, such as email$"),
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
        ("language", "English please", "language english please is not a code"),
        ("edition", "daily, weekly".replace(", ", ";"), "edition daily;weekly is not an edition's name"),
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


@pytest.mark.parametrize(
    ("column", "cell", "note"),
    [
        ("frequency", "hourly", "hourly is not one of daily, weekdays, weekly"),
        ("timezone", "Mars/Base", "Mars/Base is not an IANA time zone such as Europe/Moscow"),
        ("timezone", "../../etc/passwd", "is not an IANA time zone"),
        ("timezone", "boris@mail.example", "(an address) is not an IANA time zone"),
        ("hour", "24", "24 is not a whole number from 0 to 23"),
        ("hour", "٧", "is not a whole number"),
        ("paused_until", "soon", "soon is not a date such as 2026-12-31"),
        ("paused_until", "12/31/2026", "is not a date"),
        ("paused_until", "31.02.2026", "is not a date"),
        ("paused_until", "31.12.26", "is not a date"),
    ],
)
def test_read_csv_unknown_preference_is_counted_and_left_unset(column: str, cell: str, note: str) -> None:
    """A preference that Digest does not understand is never guessed: the reader has none, and a note says so."""
    reader = read_csv([f"email,{column}\n", f"anna@mail.example,{cell}\n", f"clara@mail.example,{cell}\n"], "list.csv")
    assert list(reader) == [Subscriber(email="anna@mail.example"), Subscriber(email="clara@mail.example")]
    assert reader.notes[0].startswith(f"list.csv: {column} not used in 2 rows, lines 2, 3: ")
    assert note in reader.notes[0]


@pytest.mark.parametrize(
    "cell", ["31.12.2026", "2026-12-31", "31.12.2026 0:00", "2026-12-31 00:00:00", "2026-12-31T00:00:00.000Z"]
)
def test_read_csv_day_that_russian_excel_or_a_database_saved_is_read(cell: str) -> None:
    """Opened and saved, `2026-12-31` of our own export becomes `31.12.2026`: the pause is not lost."""
    assert only("email;paused_until", f"anna@mail.example;{cell}").paused_until == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-12-30T21:00:00Z", date(2026, 12, 31)),  # midnight in Moscow
        ("30.12.2026 23:59", date(2026, 12, 31)),
        ("9999-12-31 23:59:59", date.max),
    ],
)
def test_read_csv_pause_that_ends_within_a_day_lasts_until_the_next(cell: str, day: date) -> None:
    """On the day itself the reader would get mail before the pause ends."""
    assert only("email;paused_until", f"anna@mail.example;{cell}").paused_until == day


def test_read_csv_bad_row_does_not_stop_others() -> None:
    """Bad rows are reported with their line in the file, quoted line breaks counted, and the rest is read."""
    assert rows("email,name", "anna", 'boris@mail.example,"Boris\nB."', "", "x y@z.example", "clara@mail.example") == [
        BadRow(2, "not a valid email address: expected name@domain"),
        Subscriber(email="boris@mail.example", name="Boris B."),
        BadRow(6, "not a valid email address"),
        Subscriber(email="clara@mail.example"),
    ]


SHORT = "the status is missing; add the values that the row lacks"


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("email,name,status", "anna@mail.example,lapsed"),
        ("email,name,status", "anna@mail.example"),
        ("email,name,member_status", "anna@mail.example,gone"),
        ("email,name,unsubscribed_at", "anna@mail.example,2024-01-01"),
        ("email,name,left_at", "anna@mail.example,2024-01-01"),
        ("email,name,subscribed", "anna@mail.example,no"),
        ("email,name,wants_newsletter", "anna@mail.example,no"),
        ("email,subscribed,name,unsubscribed", "anna@mail.example,yes,1"),
        ("email;name;city;status", "anna@mail.example;Anna;lapsed"),
    ],
)
def test_read_csv_row_that_ends_before_a_status_is_a_bad_row(header: str, row: str) -> None:
    """It lost a cell, so that a status may be where a name should be; nobody is confirmed by it."""
    assert rows(header, row) == [BadRow(2, SHORT)]


@pytest.mark.parametrize("row", ["anna@mail.example,unsubscribed", "anna@mail.example,unsubscribed,"])
def test_read_csv_word_in_place_of_a_name_says_who_left(row: str) -> None:
    """The status of a row that lost a cell; nobody is called so."""
    reader = read_csv(["email,name,status\n", f"{row}\n"], "list.csv")
    (found,) = reader
    assert isinstance(found, Subscriber)
    assert found.status is SubscriberStatus.UNSUBSCRIBED
    assert reader.notes == ["list.csv: unsubscribed in 1 row, line 2, because the column name says unsubscribed"]


def test_read_csv_name_that_is_also_a_word_for_an_end_is_a_name() -> None:
    """Умер is a first name in the Crimea."""
    assert only("Email;Имя;Фамилия", "anna@mail.example;Умер;Петров").status is SubscriberStatus.CONFIRMED


@pytest.mark.parametrize("column", ["first_name", "language", "timezone", "edition", "hour"])
def test_read_csv_word_in_place_of_a_preference_says_who_left(column: str) -> None:
    """As in place of a name, also where no column states a status."""
    assert only(f"email,{column},city", "anna@mail.example,Bounced").status is SubscriberStatus.SUPPRESSED


def test_read_csv_topic_called_like_a_status_is_a_topic() -> None:
    """A portal may have a section for complaints."""
    anna = Subscriber(email="anna@mail.example", sections=("Complaints",))
    assert only("email,sections", "anna@mail.example,Complaints") == anna


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("email,name,language,city", "anna@mail.example,Anna"),
        ("email,name,frequency", "anna@mail.example,Anna"),
        ("email,name,status,city,note", "anna@mail.example,Anna,confirmed"),
        ("email,name,opt-in source", "anna@mail.example,Anna"),
        ("email,name,bounces", "anna@mail.example,Anna"),
        ("email,name,signup_source,created_at", "anna@mail.example,Anna"),
    ],
)
def test_read_csv_row_that_lacks_optional_cells_is_read(header: str, row: str) -> None:
    """As spreadsheets write rows whose last cells are empty."""
    assert only(header, row) == Subscriber(email="anna@mail.example", name="Anna")


def test_read_csv_row_without_status_that_is_known_to_have_left_is_read() -> None:
    """Another column states it, or `--status` does; such a row subscribes nobody."""
    assert only("email,unsubscribed,status", "anna@mail.example,yes").status is SubscriberStatus.UNSUBSCRIBED
    defaults = RowDefaults(status=SubscriberStatus.SUPPRESSED)
    (found,) = read_csv(["email,name,status\n", "anna@mail.example,Anna\n"], defaults=defaults)
    assert isinstance(found, Subscriber)
    assert found.status is SubscriberStatus.SUPPRESSED


def test_read_csv_name_in_an_export_of_digest_is_a_name() -> None:
    """What was written is read back, whatever a reader calls themselves."""
    bounce = Subscriber(email="anna@mail.example", name="Bounce")
    assert list(read_csv(write_csv([bounce]))) == [bounce]


def test_read_csv_repeated_address_names_first_line() -> None:
    """The first row of an address counts, whatever the case of the others, which name its line."""
    assert rows("email", "anna@mail.example", "Anna@MAIL.example", "bad", "anna@mail.example") == [
        Subscriber(email="anna@mail.example"),
        BadRow(3, "repeats line 2"),
        BadRow(4, "not a valid email address: expected name@domain"),
        BadRow(5, "repeats line 2"),
    ]


def test_read_csv_row_without_email_cell_is_a_bad_row() -> None:
    """A short row is a bad row, not the end of the list; people without an address are no misspelt ones."""
    assert rows("name,email", "Anna", "Vera,\u00a0", "Boris,boris@mail.example") == [
        BadRow(2, "has no address"),
        BadRow(3, "has no address"),
        Subscriber(email="boris@mail.example", name="Boris"),
    ]


UNREADABLE = "the line is not readable as CSV: a quotation mark or a line break has no partner"


@pytest.mark.parametrize(
    "rest",
    [
        "boris@mail.example,Boris\nclara@mail.example,",
        'boris@mail.example,"Boris"\nclara@mail.example,',
        "boris@mail.example,Boris\nclara@mail.example,\n" + "x" * 140_000,
    ],
)
def test_read_csv_unbalanced_quote_loses_one_row(rest: str) -> None:
    """The rows after a quotation mark that is never closed are read, and the line of the mark is reported."""
    found = rows("email,name", 'anna@mail.example,"Anna', *rest.split("\n"))
    assert found[0] == BadRow(2, UNREADABLE)
    assert [row.email for row in found if isinstance(row, Subscriber)] == ["boris@mail.example", "clara@mail.example"]


def test_read_csv_each_unbalanced_quote_loses_its_row() -> None:
    """Two marks that close each other over several rows lose two rows, not those between them."""
    found = rows("email,name", 'a@mail.example,"A', "b@mail.example,B", 'c@mail.example,"', "d@mail.example,D")
    assert found == [
        BadRow(2, UNREADABLE),
        Subscriber(email="b@mail.example", name="B"),
        BadRow(4, UNREADABLE),
        Subscriber(email="d@mail.example", name="D"),
    ]


@pytest.mark.parametrize(
    ("row", "email", "name"),
    [
        ('"Ann Lee" <ann@x.example>,en', "ann@x.example", "Ann Lee"),
        ('"Lee, Ann" <ann@x.example>, en', "ann@x.example", "Lee, Ann"),
        ('"ann@x.example" ,en', "ann@x.example", None),
    ],
)
def test_read_csv_quotes_around_a_part_of_a_cell_are_read(row: str, email: str, name: str | None) -> None:
    """As mail programs write a mailbox; the rows around it are read too."""
    first, found, last = read_csv(["email,language\n", "a@x.example,ru\n", f"{row}\n", "b@x.example,ru\n"])
    assert found == Subscriber(email=email, name=name, language="en")
    assert [one.email for one in (first, last) if isinstance(one, Subscriber)] == ["a@x.example", "b@x.example"]


def test_read_csv_line_breaks_in_a_note_are_no_rows() -> None:
    """A cell of several lines that mentions an address stays a cell."""
    note = '"called;\ngive her x@y.example, she said\nx@y.example"'
    found = rows(*f"email,name,note\nanna@mail.example,Anna,{note}\nben@mail.example,Ben,".splitlines())
    assert found == [
        Subscriber(email="anna@mail.example", name="Anna"),
        Subscriber(email="ben@mail.example", name="Ben"),
    ]


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
    """Arbitrary text gives rows and bad rows, or one error about the first line, and nothing else."""
    try:
        found = list(read_csv(["email,name,language,edition,status\n", *lines]))
    except ConfigurationError:
        pytest.fail("the first line was right")
    assert all(isinstance(row, (Subscriber, BadRow)) for row in found)
    with pytest.raises(ConfigurationError):
        read_csv(["x" + line.replace("email", "").replace("@", "") for line in lines])


@pytest.mark.parametrize(
    ("cell", "email", "name"),
    [
        ("\u200banna@mail.example\u200b", "anna@mail.example", None),
        ("\ufeff anna@mail.example\u00a0\u200e", "anna@mail.example", None),
        ("Anna <anna@mail.example>", "anna@mail.example", "Anna"),
        ('"""Lee, Ann"" <ann@mail.example>"', "ann@mail.example", "Lee, Ann"),
        ("<anna@mail.example>", "anna@mail.example", None),
        ("anna@mail.example <anna@mail.example>", "anna@mail.example", None),
        ("mailto:anna@mail.example", "anna@mail.example", None),
        ("MAILTO:anna@mail.example?subject=Leave", "anna@mail.example", None),
        ("mailto:anna%2Bnews@mail.example", "anna+news@mail.example", None),
        ("anna@mail.example; ", "anna@mail.example", None),
        ("Anna <anna@mail.example>,", "anna@mail.example", "Anna"),
    ],
)
def test_read_csv_address_in_other_forms_is_read(cell: str, email: str, name: str | None) -> None:
    """Invisible characters beside it, and a name before it, as mail programs copy them."""
    assert only("email", cell if '"' in cell else f'"{cell}"') == Subscriber(email=email, name=name)


@pytest.mark.parametrize(
    "cell", ["<anna@mail.example> <b@mail.example>", "Anna <anna>", "an\u200bna@mail.example", "<>"]
)
def test_read_csv_address_that_is_not_clear_is_a_bad_row(cell: str) -> None:
    """Nothing is guessed."""
    assert bad_row("email", cell).startswith("not ")


@pytest.mark.parametrize("between", ["; ", ", ", " "])
def test_read_csv_several_addresses_in_a_cell_are_a_bad_row_that_says_so(between: str) -> None:
    """The operator decides which one is meant, or that both are."""
    assert "several addresses" in bad_row("email;name", f'"anna@mail.example{between}b@mail.example";Anna')


def test_read_csv_quote_after_a_space_is_a_quote() -> None:
    """Lists written by hand have spaces after commas."""
    assert only("email, name, language", 'anna@mail.example, "Lee, Ann", en').name == "Lee, Ann"


@pytest.mark.parametrize("header", ["E-mail", "Email Address", "Почта", "EMAIL_ADDRESS", "e-mail address", "Эл. почта"])
def test_read_csv_email_column_under_other_names_is_found(header: str) -> None:
    """As other systems and people call it; it is not listed among the ignored ones."""
    reader = read_csv([f"First Name,{header},Last Name\n", "Ann,anna@mail.example,Lee\n"])
    assert list(reader) == [Subscriber(email="anna@mail.example", name="Ann Lee")]
    assert reader.unknown == ()


@pytest.mark.parametrize(
    "header", ["Имя подписчика", "ФИО подписчика", "Ф.И.О.", "Фамилия и имя", "Имя контакта", "Subscriber name"]
)
def test_read_csv_name_of_a_subscriber_is_read_and_no_status(header: str) -> None:
    """Services of mailings call it so; taken for a status, it stopped the import."""
    others = "Телефон подписчика;Пол подписчика;Компания подписчика"
    reader = read_csv([f"Email;{header};{others}\n", "anna@mail.example;Анна;+7900;женский;Гавань\n"])
    assert list(reader) == [Subscriber(email="anna@mail.example", name="Анна")]
    assert reader.unknown == tuple(others.lower().split(";"))


@pytest.mark.parametrize(
    "header", ["Пошта", "Ел. пошта", "Електронна пошта", "Адреса електронної пошти", "E-mail адреса"]
)
@pytest.mark.parametrize("apostrophe", ["'", "’", "ʼ"])
def test_read_csv_columns_with_ukrainian_names_are_found(header: str, apostrophe: str) -> None:
    """Whichever apostrophe the keyboard writes."""
    reader = read_csv([f"Ім{apostrophe}я;Прізвище;{header}\n", "Анна;Коваль;anna@mail.example\n"])
    assert list(reader) == [Subscriber(email="anna@mail.example", name="Анна Коваль")]
    assert reader.unknown == ()


@pytest.mark.parametrize(
    "header", ["address", "Рабочий e-mail", "АдресЭП", "Адреса для рассылки", "Получатели", "Recipients"]
)
def test_read_csv_only_column_of_addresses_is_found_by_its_name_and_content(header: str) -> None:
    """Its first value shows it; the rows before and after it are all read, and a note names it."""
    lines = [f"ФИО;{header};Статус\n", "Вера;;активен\n", "Анна;anna@mail.example;отписан\n"]
    reader = read_csv(lines, "list.csv")
    first, second = reader
    assert isinstance(first, BadRow)
    assert second == Subscriber(email="anna@mail.example", name="Анна", status=SubscriberStatus.UNSUBSCRIBED)
    assert reader.notes == [f"list.csv: the column {header.casefold()} has the addresses"]
    assert reader.head == lines


@pytest.mark.parametrize(
    "header",
    [
        *("Отписавшиеся", "Не присылать", "bouncedEmails", "Чёрный список"),
        *("Referred by", "referrer_email", "Email руководителя", "Логин", "Contact"),
    ],
)
def test_read_csv_addresses_of_others_are_not_taken_for_those_of_readers(header: str) -> None:
    """The column says that these people left, or are others; or it does not say that it has addresses."""
    with pytest.raises(ConfigurationError, match="must name a column email; it names"):
        read_csv([f"{header}\n", "anna@mail.example\n"])


@pytest.mark.parametrize(
    ("lines", "match"),
    [
        (["Рабочий e-mail;Личный e-mail", "a@x.example;b@x.example"], "one of these: рабочий e-mail, личный e-mail$"),
        (["Список;;", "Адрес;ФИО;Подписан", "a@x.example;Анна;0"], "it names: список$"),
    ],
)
def test_read_csv_column_of_addresses_that_is_not_clear_is_an_error(lines: list[str], match: str) -> None:
    """Two columns of addresses, or a title above their names."""
    with pytest.raises(ConfigurationError, match=match):
        read_csv([f"{line}\n" for line in lines])


@pytest.mark.parametrize(
    ("cell", "language"), [("ru_RU", "ru"), ("ru_RU.UTF-8", "ru"), ("en_US", "en-us"), ("pt-BR", "pt-br"), ("EN", "en")]
)
def test_read_csv_locale_is_a_language(cell: str, language: str) -> None:
    """POSIX locales, without a territory that adds nothing."""
    assert only("email,language", f"anna@mail.example,{cell}").language == language


@pytest.mark.parametrize(
    ("cell", "language"),
    [
        *(("Русский", "ru"), ("English", "en"), ("rus", "ru"), ("ENG", "en"), ("рус", "ru"), ("deu", "deu")),
        *(("N/A", None), ("—", None)),
    ],
)
def test_read_csv_language_by_name_or_none(cell: str, language: str | None) -> None:
    """The names of Digest's languages and their codes of three letters, and what stands for an empty cell."""
    assert only("email,language", f"anna@mail.example,{cell}").language == language


def test_read_csv_row_that_left_is_read_whatever_else_is_wrong() -> None:
    """That a reader left is not lost because of their language or edition."""
    rows = list(read_csv(["email,language,edition,status\n", "a@x.example,klingon!,to day,unsubscribed\n"]))
    assert rows == [Subscriber(email="a@x.example", status=SubscriberStatus.UNSUBSCRIBED)]


@pytest.mark.parametrize(
    "null", ["NULL", "null", "\\N", "????", "??? ??", "#Н/Д", "#N/A", "#DIV/0!", "#ССЫЛКА!", "#NAME?"]
)
def test_read_csv_null_of_a_database_or_a_spreadsheet_is_an_empty_cell(null: str) -> None:
    """No reader is called NULL, and no edition."""
    row = f"anna@mail.example,{null},{null},{null},{null}"
    assert only("email,name,language,edition,sections", row) == Subscriber(email="anna@mail.example")


@pytest.mark.parametrize("name", ["#Anna", "Null", "?", "#1"])
def test_read_csv_odd_name_is_a_name(name: str) -> None:
    """Somebody is called Null, and somebody calls themselves so."""
    assert only("email,name", f"anna@mail.example,{name}").name == name


def test_read_csv_address_in_another_column_is_reported() -> None:
    """An empty column `Email` would otherwise hide why no row is read; those of other people do not matter."""
    header = "Email,Рабочий e-mail,E-mail руководителя"
    assert bad_row(header, ",anna@mail.example,boss@mail.example") == (
        "has no address in the column Email, which is read, but one in Рабочий e-mail"
    )
    assert bad_row(header, ",,boss@mail.example") == "has no address"


def test_read_csv_names_that_only_capitals_separate_are_found() -> None:
    """As programs name the fields of their objects."""
    reader = read_csv(["customerEmail,firstName,LastName\n", "anna@mail.example,Ann,Lee\n"])
    assert list(reader) == [Subscriber(email="anna@mail.example", name="Ann Lee")]


@pytest.mark.parametrize(
    ("header", "row", "name"),
    [
        ("email,Name,Last name", "Anna,Lee", "Anna Lee"),
        ("email,Last name,Name", "Lee,Anna", "Anna Lee"),
        ("email,Name,Last name", "Anna LEE,Lee", "Anna LEE"),
        ("email,Name,Last name", '"Lee, Anna",Lee', "Lee, Anna"),
        ("email,Name,Last name", "Leeann,Lee", "Leeann Lee"),
        ("email,Name,Last name", "Anna,", "Anna"),
        ("email,Name,Last name", ",Lee", "Lee"),
        ("email,Name,First name,Last name", "The Lees,Anna,Lee", "The Lees"),
    ],
)
def test_read_csv_column_name_beside_a_last_name_is_the_first_name(header: str, row: str, name: str) -> None:
    """As MailerLite calls it; a name that has the last one already is whole."""
    assert only(header, f"anna@mail.example,{row}").name == name


def test_read_csv_sections_of_substack_are_no_topics() -> None:
    """They are names of newsletters between commas: a reader with such a topic would get no mail."""
    lines = ["Email,Name,Stripe plan,Sections\n", 'anna@mail.example,Anna,,"Letters, Podcast"\n']
    reader = read_csv(lines)
    assert list(reader) == [Subscriber(email="anna@mail.example", name="Anna")]
    assert reader.unknown == ("stripe plan", "sections of substack")
    assert only("email,sections", "anna@mail.example,Sport").sections == ("Sport",)
    assert only("email,stripe plan", "anna@mail.example,").sections == ()


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("O&#039;Brien", "O'Brien"),
        ("O&amp;#39;Brien", "O'Brien"),
        ("Fran&ccedil;ois", "François"),
        ("Lee &amp; Sons", "Lee & Sons"),
        ("&quot;Ann&quot;&#10;Lee", '"Ann" Lee'),
        ("AT&T; &copy", "AT&T; &copy"),
        ("&nosuch;", "&nosuch;"),
        ("Ann &#55357;&#56832;", "Ann &#55357;&#56832;"),
    ],
)
def test_read_csv_name_with_references_of_html_is_read(cell: str, name: str) -> None:
    """As programs of web pages export names; the name that Digest exports is the reader's own."""
    assert only("email,name", f"anna@mail.example,{cell}").name == name
    own = Subscriber(email="anna@mail.example", name=clean_line(cell))
    assert list(read_csv(write_csv([own]))) == [own]


def test_read_csv_address_with_a_reference_of_html_is_a_bad_row() -> None:
    """It may be anybody's."""
    assert "address" in bad_row("email,name", "r&amp;d@mail.example,Anna")


@pytest.mark.parametrize("mistaken", ["cp1251", "latin-1"])
def test_read_csv_garbled_header_is_an_error(mistaken: str) -> None:
    """A column that cannot be read may state who left."""
    header = "email,Отписан\n".encode().decode(mistaken, "replace")
    with pytest.raises(ConfigurationError, match="line 1 has letters that were lost in a conversion"):
        read_csv([header, "anna@mail.example,1\n"], "list.csv")


@pytest.mark.parametrize(
    ("name", "mistaken"), [("Анна Смирнова", "cp1251"), ("Анна", "latin-1"), ("Ян", "cp1251"), ("Zoë", "cp1252")]
)
def test_read_csv_garbled_name_is_a_bad_row(name: str, mistaken: str) -> None:
    """UTF-8 that was opened in another encoding: the reader would be addressed so. The name itself is fine."""
    garbled = name.encode().decode(mistaken)
    assert "taken for another encoding" in bad_row("email,name", f"anna@mail.example,{garbled}")
    assert only("email,name", f"anna@mail.example,{name}").name == name
    (read,) = read_csv(write_csv([Subscriber(email="anna@mail.example", name=garbled)]))
    assert isinstance(read, Subscriber)


def test_read_csv_quotes_escaped_by_a_backslash_are_read() -> None:
    """As MySQL writes them."""
    assert only("email,name,status", r'"anna@mail.example","Ann \"Lee\", Jr","pending"').name == 'Ann "Lee", Jr'


@pytest.mark.parametrize("cell", ["'anna@mail.example", "'anna@mail.example'"])
def test_read_csv_address_in_apostrophes_is_without_them(cell: str) -> None:
    """Spreadsheets mark text so."""
    assert only("email", cell) == Subscriber(email="anna@mail.example")


def test_read_csv_empty_lines_before_the_header_are_counted_only() -> None:
    """As reports begin."""
    assert rows("", "  ", "email", "nobody") == [BadRow(4, "not a valid email address: expected name@domain")]


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;"])
def test_read_csv_separator_line_names_the_delimiter(line: str) -> None:
    """Excel writes it before the header; lines are still counted from the start of the file."""
    found = rows(line, "email;name", "anna@mail.example;Smith, A.", "nobody")
    assert found[0] == Subscriber(email="anna@mail.example", name="Smith, A.")
    assert isinstance(found[1], BadRow)
    assert found[1].line == 4


def test_read_csv_defaults_apply_to_rows_without_a_value() -> None:
    """`--status` and `--edition` never replace what a row states."""
    defaults = RowDefaults(status=SubscriberStatus.PENDING, editions=("daily",))
    lines = ["email,edition,status\n", "a@mail.example,,\n", "b@mail.example,weekly,unsubscribed\n"]
    assert list(read_csv(lines, defaults=defaults)) == [
        Subscriber(email="a@mail.example", editions=("daily",), status=SubscriberStatus.PENDING),
        Subscriber(email="b@mail.example", editions=("weekly",), status=SubscriberStatus.UNSUBSCRIBED),
    ]


@pytest.mark.parametrize(
    ("known", "cell", "editions"),
    [
        ({"daily", "weekly"}, "Daily", ("daily",)),
        ({"Daily", "weekly"}, "DAILY|Weekly", ("Daily", "weekly")),
        ({"daily"}, "Daily|daily", ("daily",)),
        ({"daily", "Daily"}, "Daily", ("Daily",)),
        ({"daily", "Daily"}, "DAILY", ("DAILY",)),
        ({"daily"}, "Evening", ("Evening",)),
    ],
)
def test_read_csv_edition_in_another_case_is_the_known_one(
    known: set[str], cell: str, editions: tuple[str, ...]
) -> None:
    """Unless several differ only in case; an unknown name stays as it is."""
    defaults = RowDefaults(known_editions=frozenset(known))
    lines = ["email,edition\n", f"anna@mail.example,{cell}\n"]
    assert list(read_csv(lines, defaults=defaults)) == [Subscriber(email="anna@mail.example", editions=editions)]


def test_read_csv_later_row_that_unsubscribes_counts() -> None:
    """Of several rows with one address the first counts, except that nobody is subscribed who left in any of them."""
    lines = ["a@mail.example,subscribed", "A@mail.example,unsubscribed", "a@mail.example,subscribed"]
    found = rows("email,status", *lines)
    assert found[1:] == [
        Subscriber(email="A@mail.example", status=SubscriberStatus.UNSUBSCRIBED),
        BadRow(4, "repeats line 2"),
    ]


def test_bad_row_kind_is_its_fault_without_values_or_its_message() -> None:
    """People get one message for each kind."""
    assert BadRow(2, "the hour 25 is unknown", fault="the hour is unknown").kind == "the hour is unknown"
    assert BadRow(2, "not a valid email address").kind == "not a valid email address"
