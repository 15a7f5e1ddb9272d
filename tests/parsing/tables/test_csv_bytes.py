"""The first bytes of a list: its encoding, or another kind of file."""

import io
import zipfile

import pytest

from digest.errors import ConfigurationError
from digest.model.subscribers import Subscriber
from digest.parsing.tables.csv_bytes import LONGEST_START, decoding
from digest.subscribers.csv_io import RowDefaults
from digest.web.import_lists import open_list


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_decoding_finds_the_encoding(charset: str) -> None:
    """With a byte order mark, or by an ASCII letter; lists that come over the web are read so too."""
    content = "email,name\nanna@mail.example,Анна\n".encode(charset)
    assert list(open_list(content, RowDefaults())) == [Subscriber(email="anna@mail.example", name="Анна")]


def test_decoding_workbook_is_an_error_that_says_so() -> None:
    """What people have who did not save a sheet as CSV, or did not unpack an export."""
    workbook = io.BytesIO()
    with zipfile.ZipFile(workbook, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    for content in (workbook.getvalue(), b"\xd0\xcf\x11\xe0\xa1\xb1"):
        with pytest.raises(ConfigurationError, match=r"readers\.xls: is a workbook.* save the sheet as CSV"):
            decoding(content[:4], "readers.xls")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'<html><meta charset="utf-8"><table>', "is a table in HTML or XML; save it as CSV in a spreadsheet"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<Workbook', "is a table in HTML or XML; save it as CSV in a spreadsheet"),
        (b"BEGIN:VCARD\r\nVERSION:3.0", "is a file of contacts (vCard); export the list as CSV"),
        (b'[\n  {"email": "anna@mail.example"}', "is JSON; export the list as CSV"),
        (b'{"email": "anna@mail.example"}', "is JSON; export the list as CSV"),
        (b'[["email"], ["anna@mail.example"]]', "is JSON; export the list as CSV"),
        ("\n<table border=1>".encode("utf-16"), "is a table in HTML or XML; save it as CSV in a spreadsheet"),
    ],
)
def test_decoding_text_of_another_kind_is_an_error_that_says_so(content: bytes, message: str) -> None:
    """A CRM calls its HTML an .xls file; that its first line names no column was no help."""
    with pytest.raises(ConfigurationError) as caught:
        decoding(content[:LONGEST_START], "readers.xls")
    assert str(caught.value) == f"readers.xls: {message}"


@pytest.mark.parametrize(
    "content",
    [
        *(b"<anna@mail.example>,Anna\n", b"<head@school.example>,Anna\n", b"<table.tennis@club.example>\n"),
        *(b"[EMAIL];[NAME]\n", b"[[email]];[[name]]\n", b"{{email}};{{name}}\n", b"BEGIN_DATE,email\n"),
    ],
)
def test_decoding_list_with_brackets_is_no_file_of_another_kind(content: bytes) -> None:
    """Addresses as in a mail, and names of columns as in Access."""
    assert decoding(content[:LONGEST_START], "list.csv")[0] == "utf-8"
