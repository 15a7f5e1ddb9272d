"""Values of MySQL's own column types, as MySQL 9.7 sends them; MariaDB has no such types."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pymysql.connections import MySQLResult
from pymysql.constants import FIELD_TYPE
from sqlalchemy import make_url

from digest.sources.sql import mysql
from digest.sources.sql.limits import Limits

_BINARY = 63  # the charset of columns that hold no text
_VECTOR = 242


def _read(column_type: int, data: bytes) -> object:
    """What the driver makes of a value in a column of that type."""
    arguments = mysql.options(make_url("mysql+pymysql://portal.example/news"), Path(), Limits())["connect_args"]
    column = SimpleNamespace(type_code=column_type, charsetnr=_BINARY, description=tuple)
    packets = iter([column, SimpleNamespace(is_eof_packet=lambda: True)])
    connection: Any = SimpleNamespace(
        use_unicode=True, encoding="utf8", decoders=arguments["conv"], _read_packet=lambda *_type: next(packets)
    )
    result: Any = MySQLResult(connection)
    result.field_count = 1
    result._get_descriptions()
    (value,) = result._read_row_from_packet(SimpleNamespace(read_length_coded_string=lambda: data))
    return value


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ('"Ёлка \\"в\\" гавани"', 'Ёлка "в" гавани'),
        ("null", None),
        ("1200", 1200),
        ('["Sea", "Port"]', ["Sea", "Port"]),
        ("{", "{"),  # no server gives it
    ],
)
def test_mysql_json_column_gives_its_value(stored: str, expected: object) -> None:
    """`data->'$.title'` is a text in quotes there, and a JSON null would be the title `null`."""
    assert _read(FIELD_TYPE.JSON, stored.encode()) == expected


def test_mysql_vector_column_is_read_as_bytes() -> None:
    """`SELECT *` with one failed: the driver takes types that it does not know for ASCII."""
    assert _read(_VECTOR, b"\0\0\x80?") == b"\0\0\x80?"
