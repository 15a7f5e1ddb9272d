"""The first bytes of a list: its encoding, or another kind of file."""

import io
import zipfile

import pytest

from digest.errors import ConfigurationError
from digest.model.subscribers import Subscriber
from digest.parsing.csv_bytes import decoding
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
