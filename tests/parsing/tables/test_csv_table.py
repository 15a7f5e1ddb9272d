"""CSV tables: every delimiter and line end is read, and a bad row is reported with its line."""

import csv
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import ConfigurationError, DigestError, ParseError
from digest.parsing.tables.csv_table import BadRow, CsvTable


def read_table(text: str, *optional: str) -> CsvTable:
    """The table of a file with the required column `name`."""
    return CsvTable(text.splitlines(keepends=True), file="list.csv", required=("name",), optional=optional)


@pytest.mark.parametrize(
    "text",
    [
        "name,city\nAnna,Port\n",
        "\ufeffNAME;City\r\nAnna;Port\r\n",
        "name\tcity\rAnna\tPort",
        '"name",city\n\n , \n"Anna",Port\n',
        '"city, or ; not",name\nPort,Anna\n',
    ],
)
def test_csv_table_each_common_dialect_is_read(text: str) -> None:
    """Comma, semicolon and tab, quoted names, CR, CRLF, a byte order mark and empty lines."""
    table = read_table(text)
    ((_line, cells),) = [row for row in table if not isinstance(row, BadRow)]
    assert cells[table.places["name"]] == "Anna"
    assert len(table.unknown) == 1


def test_csv_table_bad_rows_are_reported_with_their_line_and_others_read() -> None:
    """Line breaks in quotes are counted; cells that are missing at the end are no fault."""
    text = 'name,city\n"An\nna",Port\nBen\nCarla,Port,x\n"Dora" x,Port\nEve\udcff,Port\nFred,Po\udcffrt\n'
    assert list(read_table(text)) == [
        (2, ["An\nna", "Port"]),
        (4, ["Ben"]),
        BadRow(5, "has 3 values for 2 columns; quote a value that has commas"),
        BadRow(6, "the line is not readable as CSV: a quotation mark or a line break has no partner"),
        BadRow(7, "is not UTF-8 text; save the file as UTF-8"),
        (8, ["Fred", "Po\udcffrt"]),  # nobody needs the city
    ]


@pytest.mark.parametrize(
    ("header", "error", "message"),
    [
        ("", ConfigurationError, "list.csv: line 1 must name a column name; it names: nothing"),
        ("city,a@b.example\n", ConfigurationError, r"must name a column name; it names: city, \(an address\)$"),
        ("name,Name\n", ConfigurationError, "names the column name twice"),
        ("name,city,City\n", ConfigurationError, "names the column city twice"),
        ("na\udcffme\n", ParseError, "list.csv: line 1 is not UTF-8 text"),
    ],
)
def test_csv_table_unusable_header_is_one_sentence(header: str, error: type[DigestError], message: str) -> None:
    """It names the file, and what it found, but no address."""
    with pytest.raises(error, match=message):
        read_table(header, "city")


def raw(text: str, encoding: str) -> str:
    """A row of a file in this encoding, as it is read."""
    return text.encode(encoding).decode("utf-8", "surrogateescape")


def test_csv_table_short_words_in_windows_1251_are_read_after_a_long_one() -> None:
    """The first word of three letters shows what the file is; before it, a row cannot be read."""
    rows = [raw(f"{name},x\n", "cp1251") for name in ("Ян", "Анна", "Ян")]
    table = CsvTable(["name,city\n", *rows], file="list.csv", required=("name",))
    assert list(table) == [
        BadRow(2, "is not UTF-8 text; save the file as UTF-8"),
        (3, ["Анна", "x"]),
        (4, ["Ян", "x"]),
    ]


@pytest.mark.parametrize(("encoding", "is_read"), [("cp1251", True), ("koi8-r", False)])
def test_csv_table_capitals_within_words_are_no_other_encoding(encoding: str, is_read: bool) -> None:
    """As in names of 1C; words in KOI8-R have a small letter before capital ones."""
    rows = [raw(f"{name},x\n", encoding) for name in ("АдресЭП", "Анна", "ИвановИван")]
    found = list(CsvTable(["name,city\n", *rows], file="list.csv", required=("name",)))
    assert [isinstance(row, BadRow) for row in found] == 3 * [not is_read]


@pytest.mark.parametrize("header", ["email,имя,город", "email,статус", "email,имя"])
def test_csv_table_header_in_koi8_is_refused_in_small_letters_too(header: str) -> None:
    """Read as windows-1251 they would be other words, in capitals: a column of those who left would be ignored."""
    with pytest.raises(ParseError, match="line 1 is not UTF-8 text"):
        CsvTable([raw(f"{header}\n", "koi8-r")], file="list.csv", required=("email",))
    assert CsvTable([raw(f"{header.upper()}\n", "cp1251")], file="list.csv", required=("email",)).is_windows_1251


@pytest.mark.parametrize("header", ["email,имя,статус", "email,статус", "Email,Имя,Отписан", "email,дата отписки"])
def test_csv_table_header_in_cp866_is_refused(header: str) -> None:
    """As Excel saves CSV (MS-DOS): read as windows-1251, the column of those who left would be ignored."""
    with pytest.raises(ParseError, match="line 1 is not UTF-8 text"):
        CsvTable([raw(f"{header.lower()}\n", "cp866")], file="list.csv", required=("email",))
    for name in (header, header.replace(" ", "\u00a0")):
        assert CsvTable([raw(f"{name}\n", "cp1251")], file="list.csv", required=("email",)).is_windows_1251


def test_csv_table_row_in_cp866_is_bad() -> None:
    """In windows-1251 the name would be „¬ЁваЁ©."""
    assert list(CsvTable(["name,city\n", raw("Дмитрий,x\n", "cp866")], file="list.csv", required=("name",))) == [
        BadRow(2, "is not UTF-8 text; save the file as UTF-8")
    ]


@pytest.mark.parametrize("header", ["email;name;city", '"email;name;city"'])
def test_csv_table_row_in_one_cell_is_split(header: str) -> None:
    """As Excel saves a list that it showed in one column, because it separates by something else."""
    lines = [f"{header}\n", '"a@x.example;""Lee, Ann"";Port"\n', "b@x.example;Ben\n", '"c; d"\n', '"e@x; f@x; "\n']
    table = CsvTable(lines, file="list.csv", required=("email",), optional=("name",), is_row=lambda row: "@" in row[0])
    rows = [["a@x.example", "Lee, Ann", "Port"], ["b@x.example", "Ben"], ["c; d"], ["e@x; f@x; "]]
    assert list(table) == list(enumerate(rows, start=2))


def test_csv_table_byte_without_a_letter_in_windows_1251_loses_its_row() -> None:
    """There is no letter 0x98; the rows around it are read."""
    broken = (b"\xc0\xed\xed\xe0\x98,x\n").decode("utf-8", "surrogateescape")
    lines = ["name,city\n", raw("Анна,x\n", "cp1251"), broken, raw("Борис,x\n", "cp1251")]
    assert list(CsvTable(lines, file="list.csv", required=("name",))) == [
        (2, ["Анна", "x"]),
        BadRow(3, "is not UTF-8 text; save the file as UTF-8"),
        (4, ["Борис", "x"]),
    ]


def test_csv_table_utf_8_row_among_windows_1251_is_left_as_it_is() -> None:
    """In windows-1251 the bytes of a single letter would be two letters that look like a word."""
    lines = ["name,city\n", raw("Анна,x\n", "cp1251"), "и,x\n"]
    assert list(CsvTable(lines, file="list.csv", required=("name",))) == [(2, ["Анна", "x"]), (3, ["и", "x"])]


def lenient(text: str) -> CsvTable:
    """A table in which the cells of a line are another row if they are a name and a language."""

    def is_row(cells: Sequence[str]) -> bool:
        return '"' not in cells[0] and list(cells[1:]) in (["en"], ["ru"])

    lines = text.splitlines(keepends=True)
    return CsvTable(lines, file="list.csv", required=("name",), is_row=is_row)


def test_csv_table_quotation_mark_that_is_never_closed_loses_one_row() -> None:
    """The rows after it are read, with their own numbers of lines."""
    assert list(lenient('name,language\nAnna,en\n"Ben,en\nCarla,ru\nDora,en\n')) == [
        *(
            (2, ["Anna", "en"]),
            BadRow(3, "the line is not readable as CSV: a quotation mark or a line break has no partner"),
        ),
        *((4, ["Carla", "ru"]), (5, ["Dora", "en"])),
    ]


def test_csv_table_quoted_line_break_is_part_of_a_cell() -> None:
    """Where what follows is no row."""
    assert list(lenient('name,language\n"Anna\nLee",en\nBen,ru\n')) == [(2, ["Anna\nLee", "en"]), (4, ["Ben", "ru"])]


def test_csv_table_carelessly_quoted_row_is_read_where_its_marks_are_in_pairs() -> None:
    """As people write names; with an odd number of marks nobody knows where a cell ends."""
    found = list(lenient('name,language\n"Ann Lee" <x>,en\n"Ann" "Lee,en\nBen,ru\n'))
    assert found[0] == (2, ["Ann Lee <x>", "en"])
    assert isinstance(found[1], BadRow)
    assert found[2:] == [(4, ["Ben", "ru"])]


@pytest.mark.parametrize("separator", ["|", ":", ",", ";", "\t"])
def test_csv_table_separator_that_excel_states_is_used(separator: str) -> None:
    """In the line before the header, which is counted."""
    table = read_table(f"sep={separator}\nname{separator}city\nAnna{separator}Port\n")
    assert list(table) == [(3, ["Anna", "Port"])]
    assert table.head == [f"sep={separator}\n", f"name{separator}city\n"]
    assert table.last_line == 3


def test_csv_table_most_frequent_delimiter_of_the_header_is_used() -> None:
    """Outside quotation marks; of equally many the comma."""
    assert read_table('"a,b,c";name\n').header == ["a,b,c", "name"]
    assert read_table("name,b;c\n").header == ["name", "b;c"]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_csv_table_empty_rows_before_the_header_are_skipped(separator: str) -> None:
    """Spreadsheets write a row without values as delimiters, and databases separate by vertical bars."""
    table = read_table(f'\ufeff{separator}\n\n"" {separator}""\nname{separator}city\nAnna{separator}Port\n')
    assert table.header == ["name", "city"]
    assert list(table) == [(5, ["Anna", "Port"])]


def test_csv_table_empty_cells_beyond_the_columns_are_no_values() -> None:
    """Spreadsheets write them; an address as a column's name is not shown."""
    assert list(read_table("name,city\nAnna,Port, ,\n")) == [(2, ["Anna", "Port", "", ""])]
    assert read_table("name,a@b.example,,x\n").unknown == ("(an address)", "x")


@given(st.lists(st.text(max_size=30), max_size=6))
def test_csv_table_any_lines_give_rows_or_bad_rows(lines: list[str]) -> None:
    """Whatever follows a good header, no exception comes out."""
    assert all(isinstance(row, (tuple, BadRow)) for row in CsvTable(["name\n", *lines], file="x", required=("name",)))


TOO_LONG = "a value has more than 131,072 characters"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (f"Anna,{'x' * 131_073}\n", TOO_LONG),
        (f'Anna,"{"x" * 131_073}"\n', TOO_LONG),
        (f'"Anna ""Ann"" Lee","{"x" * 131_073}"\n', TOO_LONG),
        (f'Anna,"{"x" * 131_073}\n', f"{TOO_LONG}, or a quotation mark has no partner"),
    ],
)
def test_csv_table_value_that_is_too_long_is_the_reason_of_its_bad_row(row: str, message: str) -> None:
    """Nothing is wrong with its quotation marks where they are in pairs; the rows around it are read."""
    assert list(lenient(f"name,language\nBen,en\n{row}Carla,ru\n")) == [
        (2, ["Ben", "en"]),
        BadRow(3, message),
        (4, ["Carla", "ru"]),
    ]


def test_csv_table_longest_value_is_read() -> None:
    """The limit is that of Python's reader, which the message names."""
    assert f"{csv.field_size_limit():,}" in TOO_LONG
    note = "x" * csv.field_size_limit()
    assert list(read_table(f"name,note\nAnna,{note}\n")) == [(2, ["Anna", note])]


def test_csv_table_row_that_swallows_a_long_row_has_an_open_quotation_mark() -> None:
    """The value is too long only because of the mark."""
    found = list(lenient(f'name,language\n"Anna,en\nBen,en\n{"x" * 131_073}\nCarla,ru\n'))
    assert found[0] == BadRow(2, "the line is not readable as CSV: a quotation mark or a line break has no partner")
    assert (5, ["Carla", "ru"]) in found
