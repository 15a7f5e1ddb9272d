"""What a value of a database row, a JSON item or a page means: a text, a moment or a counter. Pure."""

import json
import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from digest.parsing.counts import is_blank, parse_count
from digest.parsing.dates.believable import believable
from digest.parsing.dates.epochs import moment_since_1970
from digest.parsing.dates.moments import parse_moment
from digest.parsing.encodings.charset import decoded_value
from digest.parsing.pixels import parse_pixels

# Markup, JSON, what PHP serialises, and a template of Bitrix such as `/news/#ELEMENT_CODE#/`.
_NOT_ADDRESS = re.compile(r"\s*(?:[<{\[]|[aOs]:\d+:)|.*#[A-Z]+(?:_[A-Z]+)*#")
# Translations, blocks of an editor or a list of tags, as programs keep them in one column.
_JSON = re.compile(r'\s*(?:\{\s*"[^"\\]{1,100}"\s*:|\[\s*[\[{"])')
_SERIALISED = re.compile(r'\s*(?:a:\d+:\{.*\}|O:\d+:".*\}|s:\d+:".*";)\s*', re.DOTALL)  # by PHP
_LANGUAGES = re.compile(r"\s*(?:\[:|\{:|\{mlang |<!--:)[a-z]{2}(?:[]}]|-->)")  # by plugins: [:ru]Порт[:en]Port[:]
# A UUID, as Directus has, and an identifier of MongoDB.
_IDENTIFIER = re.compile(r"\s*(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|(?=\S*\d)[0-9a-f]{24})\s*")
# What MySQL, and Go and .NET keep where no date is set; PHP makes the last one of MySQL's.
_NO_DATE = re.compile(
    r"\s*(?:0000-00-00|0001-01-01|-0001-11-30)"
    r"(?:[T ]00:00:00(?:\.0{1,9})?(?: ?(?:Z|\+00:?00|[A-Z][\w/]{2,40})){0,2})?\s*"
)
_MOST_NAMES = 100
_ARRAY = re.compile(r"\{[^{},]+,[^{}]+\}")  # of PostgreSQL, cast to a text: {Port,Town}
_LONG_JSON = 1_000  # characters; of a longer one the beginning decides, for it may have been cut


class UnreadableError(ValueError):
    """A value is there, and it is not what its column promises."""


def read_text(value: object) -> str:
    """The value as raw text, empty for NULL; raises UnreadableError for a value that is no text, or a table as text."""
    text = _raw_text(value)
    if _is_table(text):
        raise UnreadableError
    return text


def _raw_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes | bytearray | memoryview):
        if b"\0" in bytes(value):
            raise UnreadableError
        return decoded_value(bytes(value))
    if isinstance(value, str | int | float | Decimal | UUID) and not isinstance(value, bool):
        return str(value)
    raise UnreadableError


def _is_table(text: str) -> bool:
    """Whether a text is an object or a list as a program stores it, which no reader should see."""
    if _JSON.match(text) is None:
        return _SERIALISED.fullmatch(text) is not None or _LANGUAGES.match(text) is not None
    try:
        return len(text) >= _LONG_JSON or json.loads(text) is not None
    except (ValueError, RecursionError):
        return False


def read_address(value: object) -> str:
    """The value as the text of an address, empty for NULL; raises UnreadableError for a number, a table or markup."""
    text = read_text(value)
    if isinstance(value, int | float | Decimal) or _NOT_ADDRESS.match(text):
        raise UnreadableError
    return text


def read_names(value: object) -> list[str]:
    """The texts of a name or a list of names, empty for NULL; raises UnreadableError for a row's identifier."""
    texts = [(one, read_text(one)) for one in (value[:_MOST_NAMES] if isinstance(value, list) else [value])]
    if any(
        isinstance(one, int | float | Decimal) or _IDENTIFIER.fullmatch(text) or _ARRAY.fullmatch(text)
        for one, text in texts
    ):
        raise UnreadableError
    return [text for _one, text in texts]


def read_moment(value: object, zone: ZoneInfo) -> datetime | None:
    """The moment (UTC) of a datetime, a date, a text, or (milli)seconds since 1970; `zone` is for naive ones.

    None for NULL, an empty text, and the date that a program has where none is set; raises UnreadableError.
    """
    plain = _without_bytes(value)
    if plain is None or (isinstance(plain, str) and (not plain.strip() or _NO_DATE.fullmatch(plain))):
        return None
    moment = _moment_of(plain, zone)
    if moment is None:
        raise UnreadableError
    return moment


def read_count(value: object, name: str) -> int | None:
    """The counter `name` of a number or a text; None for NULL and a text such as a dash; raises UnreadableError."""
    plain = _without_bytes(value)
    if is_blank(plain):
        return None
    if isinstance(plain, str) and _is_table(plain):
        raise UnreadableError
    count = parse_count(plain, name)
    if count is None:
        raise UnreadableError
    return count


def read_pixels(value: object) -> int | None:
    """The width or height of a picture; None for NULL, a text such as a dash, and zero; raises UnreadableError."""
    plain = _without_bytes(value)
    pixels = parse_pixels(plain)
    if pixels is None and not is_blank(plain) and str(plain).strip() != "0":
        raise UnreadableError
    return pixels


def _without_bytes(value: object) -> object:
    return _raw_text(value) if isinstance(value, bytes | bytearray | memoryview) else value


def _moment_of(value: object, zone: ZoneInfo) -> datetime | None:
    if isinstance(value, str):
        return parse_moment(value, zone)
    if isinstance(value, date):
        naive = value if isinstance(value, datetime) else datetime.combine(value, time())
        aware = naive if naive.tzinfo else naive.replace(tzinfo=zone, fold=0)
        try:
            return believable(aware.astimezone(UTC))
        except OverflowError:
            return None
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return moment_since_1970(value) or (parse_moment(str(value), zone) if isinstance(value, int) else None)
    return None
