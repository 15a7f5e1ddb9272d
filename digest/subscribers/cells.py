"""What the cells of a list of subscribers mean, and how values are written into cells. Pure."""

import html
import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from unicodedata import is_normalized
from urllib.parse import unquote

from digest.model.subscribers import Frequency
from digest.parsing.addresses import check_address
from digest.parsing.tables.csv_table import shown
from digest.parsing.text import clean_line, has_blanks
from digest.subscribers.preferences import known_zones

LONGEST_LINE = 300  # characters of a cleaned line, such as a name
_CACHED_VALUES = 1_024  # different values of a column that are remembered; most columns have a few
# As databases write NULL, spreadsheets the error of a formula, and other encodings the letters that they lack.
_NULL = re.compile(r"NULL|null|\\N|#[A-ZА-Я]+(?:/[A-ZА-Я0]!?|[!?])|\?[? ]*\?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
_LOCALE = re.compile(r"([a-z]{2,3})_([a-z]{2})(?:[.@].*)?")  # POSIX, such as ru_RU or ru_RU.UTF-8
_LANGUAGE_NAMES = {  # also their codes of three letters (ISO 639-2), which would be languages of their own
    **dict.fromkeys(("english", "английский", "eng", "англ"), "en"),
    **dict.fromkeys(("russian", "русский", "rus", "рус"), "ru"),
}
_NO_LANGUAGE = re.compile(r"[-–—]|n/?a|none|null|nil|nan|undefined")
_HOUR = re.compile(r"\d{1,2}", re.ASCII)
_DOTTED_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_TIME_BEHIND = re.compile(
    r"(?<=\d)(?:T|\s+)(\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?)\s?(?:Z|UTC|[+-]\d\d:?\d\d)?$", re.ASCII
)
_EDITION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_ITEM = re.compile(r"(?:\\[\\|]|[^|])+")
# Zero-width characters, marks of direction and byte order marks, which are copied along with addresses, as spaces are.
_INVISIBLE = re.compile(r"[\s\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_AROUND_ADDRESS = "".join(filter(_INVISIBLE.match, map(chr, range(0x10000))))
_BEHIND_ADDRESS = ";,. "  # as lines of a mail program's list of recipients end
_BETWEEN_ADDRESSES = re.compile(r"[;,\s]+")
_MAILTO = re.compile(r"(?i)mailto:([^?]*@[^?]*)(?:\?.*)?")
_REFERENCE = re.compile(r"&(?:#\d{2,6}|#[xX][0-9a-fA-F]{2,5}|[A-Za-z]{2,8}\d?);")
_MAILBOX = re.compile(r"([^<>]*)<([^<>\s]+)>")


class RowError(ValueError):
    """A fault of a row, and the same fault without the row's value."""

    def __init__(self, message: str, fault: str) -> None:
        super().__init__(message)
        self.fault = fault


def is_null(cell: str) -> bool:
    """Whether a cell says only that it has no value, such as `NULL`, `#N/A` or `????`."""
    return _NULL.fullmatch(cell) is not None


def may_have_null(text: str) -> bool:
    """Whether `is_null` may hold for a cell of a row with this text; quick, because there are millions of rows."""
    return "NULL" in text or "null" in text or "\\N" in text or "#" in text or "??" in text


def read_mailbox(cell: str) -> tuple[str, str]:
    """The address of a cell, and the name in one such as `Anna <anna@mail.example>`; raises ValueError."""
    try:
        return check_address(cell), ""
    except ValueError:
        text = _without_invisible(cell)
        if not text:
            raise ValueError("has no address") from None
        mailbox = _MAILBOX.fullmatch(text)
        if "<" not in text and sum("@" in part for part in _BETWEEN_ADDRESSES.split(text)) > 1:
            raise ValueError("several addresses in one cell; give each a row of its own") from None
        address = check_address(mailbox[2] if mailbox else text)
        name = read_line(mailbox[1].strip(" \"'")) if mailbox else ""
        return address, "" if "@" in name else name


def _without_invisible(cell: str) -> str:
    text = cell.strip(_AROUND_ADDRESS)
    link = _MAILTO.fullmatch(text)
    return (unquote(link[1]) if link else text).rstrip(_BEHIND_ADDRESS)


def read_line(cell: str) -> str:
    """The cell as one clean line, with a quick path for one that is clean already (benchmarks: importing)."""
    clean = (
        cell.isprintable()
        and not has_blanks(cell)
        and len(cell) <= LONGEST_LINE
        and is_normalized("NFC", cell)
        and cell == " ".join(cell.split())
    )
    return cell if clean else clean_line(cell)


def read_name(cells: Mapping[str, str]) -> str:
    """The name of a row; beside a last name alone, a column *Name* has the first one, or both."""
    name, last = read_line(cells.get("name", "")), cells.get("last_name", "")
    if not name:
        return read_line(f"{cells.get('first_name', '')} {last}".strip())
    has_last = f" {last} ".casefold() in f" {name.replace(',', ' ')} ".casefold()
    is_missing = last and not has_last and "first_name" not in cells
    return read_line(f"{name} {last}") if is_missing else name


def unescaped(cell: str) -> str:
    """A cell with the characters that references of HTML stand for, such as `O&#039;Brien`, also if escaped twice."""
    for _ in range(2):
        cell = _REFERENCE.sub(lambda found: _character(found[0]), cell)
    return cell


def _character(reference: str) -> str:
    """What a reference stands for; one to half of a character, which is none, as it is."""
    character = html.unescape(reference)
    return reference if character == "\ufffd" else character


@lru_cache(_CACHED_VALUES)
def read_language(cell: str) -> str | None:
    """A language tag in lower case from a code, a locale, or the name of one of Digest's; raises RowError."""
    language = cell.lower()
    if _NO_LANGUAGE.fullmatch(language):
        return None
    language = _LANGUAGE_NAMES.get(language, language)
    locale = _LOCALE.fullmatch(language)
    if locale:
        language = locale[1] if locale[1] == locale[2] else f"{locale[1]}-{locale[2]}"
    if language and _LANGUAGE.fullmatch(language) is None:
        fault = "is not a code such as en or ru"
        raise RowError(f"language {shown(language)} {fault}", f"the language {fault}")
    return language or None


def read_timezone(cell: str) -> str | None:
    """An IANA time zone, None for anything else."""
    return cell if cell in known_zones() else None


@lru_cache(_CACHED_VALUES)
def read_frequency(cell: str) -> Frequency | None:
    """How often a reader wants mail, None for anything else."""
    return next((one for one in Frequency if one == cell.lower()), None)


@lru_cache(_CACHED_VALUES)
def read_hour(cell: str) -> int | None:
    """An hour from 0 to 23, None for anything else."""
    return int(cell) if _HOUR.fullmatch(cell) and int(cell) in range(24) else None


@lru_cache(_CACHED_VALUES)
def read_day(cell: str) -> date | None:
    """A day in ISO form, or as Excel saves it where dots are in dates (31.12.2026); None for anything else.

    With a time behind it, as databases write one, it is the first whole day from then on.
    """
    match = _TIME_BEHIND.search(cell)
    is_within = match is not None and any(digit in "123456789" for digit in match[1])
    text = cell[: match.start()] if match else cell
    dotted = _DOTTED_DAY.fullmatch(text)
    try:
        day = date(int(dotted[3]), int(dotted[2]), int(dotted[1])) if dotted else date.fromisoformat(text)
        return day + timedelta(days=is_within and day < date.max)
    except ValueError:
        return None


@lru_cache(_CACHED_VALUES)
def read_editions(cell: str, known: frozenset[str]) -> tuple[str, ...]:
    """The names of editions between bars, in the case of those that are known; raises RowError."""
    names = tuple(name for item in _split(cell) if (name := item.strip()))
    wrong = next((name for name in names if _EDITION.fullmatch(name) is None), None)
    if wrong is not None:
        fault = "is not an edition's name; separate several with bars: daily|weekly"
        raise RowError(f"edition {shown(wrong)} {fault}", f"the edition {fault}")
    return tuple(dict.fromkeys(_known_name(name, known) for name in names))


def _known_name(name: str, known: frozenset[str]) -> str:
    """The one known name that differs at most in case; if there are none or several, the name as it is."""
    if name in known:
        return name
    same = [one for one in known if one.casefold() == name.casefold()]
    return same[0] if len(same) == 1 else name


@lru_cache(_CACHED_VALUES)
def read_sections(cell: str) -> tuple[str, ...]:
    """The sections between bars."""
    return tuple(filter(None, map(clean_line, _split(cell))))


def joined(names: tuple[str, ...]) -> str:
    """Names between bars, as the functions above read them."""
    return "|".join(name.replace("\\", "\\\\").replace("|", "\\|") for name in names)


def _split(cell: str) -> list[str]:
    return [re.sub(r"\\([\\|])", r"\1", item) for item in _ITEM.findall(cell)]
