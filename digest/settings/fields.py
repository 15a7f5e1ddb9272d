"""Types of setting values: durations, days, rates, time zones, URLs, mailboxes, names. Pure.

Each function validates one value and raises ValueError with what is expected instead.
"""

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterator
from datetime import date, time, timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.policy import SMTP
from ipaddress import ip_address, ip_network
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict

from digest.parsing.addresses import check_address, is_address
from digest.parsing.text import clean_line
from digest.parsing.urls import ascii_url, is_loopback, url_origin

SINCE_LAST = "since last"

_NO_ZONES = {"Factory", "localtime", "posixrules"}  # the machine's own zone, or the lack of one
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS_EXPECTED = 'expected days such as "mon-fri", "mon,wed,sat" or "daily"'
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST = timedelta(days=366)
_LONGEST_RETENTION = timedelta(days=7300)
_NAME_AND_ADDRESS = re.compile(r'([^"\\<>]*[^"\\<>\s])\s*<([^<>]+)>')
_NEEDS_QUOTES = re.compile(r"[()\[\].,:;@]")  # in a name (RFC 5322, 3.2.3)


class Table(BaseModel):
    """A table of the configuration file: frozen, unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def suggestion(name: str, known: Collection[str]) -> str:
    """What to write instead of an unknown name: the closest known name, else all of them."""
    near = nearest(name, known)
    return f'did you mean "{near}"?' if near else f"expected one of: {', '.join(known) or 'nothing yet'}"


def nearest(name: str, known: Collection[str]) -> str | None:
    """The closest of the known names, whatever their case; None if none is close."""
    in_lower_case = {one.lower(): one for one in known}
    return next((in_lower_case[one] for one in difflib.get_close_matches(name.lower(), in_lower_case, 1, 0.6)), None)


def duration(value: object, longest: timedelta = _LONGEST) -> timedelta:
    """`30s`, `15m`, `24h` or `7d`; at most 366 days, so that date arithmetic cannot overflow."""
    match = re.fullmatch(r"([0-9]{1,8})([smhd])", value) if isinstance(value, str) else None
    if match is None or int(match[1]) == 0:
        raise ValueError('expected a duration such as "30s", "15m", "24h" or "7d"')
    seconds = int(match[1]) * _UNITS[match[2]]
    if seconds > longest.total_seconds():
        raise ValueError(f'expected a duration of at most "{longest.days}d"')
    return timedelta(seconds=seconds)


def retention(value: object) -> timedelta:
    """A duration of at most twenty years."""
    return duration(value, _LONGEST_RETENTION)


def window(value: object) -> timedelta | str:
    """A duration, or `since last`."""
    if value == SINCE_LAST:
        return SINCE_LAST
    try:
        return duration(value)
    except ValueError as error:
        expected = str(error).replace('"30s", "15m", "24h" or "7d"', '"24h"')
        raise ValueError(f'{expected}, or "{SINCE_LAST}"') from error


def dns_name(value: str) -> str:
    """A name of letters, digits, hyphens and dots in lower case, or nothing."""
    name = value.strip().rstrip(".").lower()
    if name and not re.fullmatch(r"(?!.{254})[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*", name):
        raise ValueError('expected a name in DNS such as "gazette.example", with an "xn--" form for other letters')
    return name


def mail_domain(value: str) -> str:
    """The domain of mail addresses, in ASCII, or nothing."""
    try:
        return value.strip() and check_address(f"bounce@{value.strip()}").partition("@")[2]
    except ValueError:
        raise ValueError('expected the domain of an address such as "bounces.gazette.example"') from None


def mail_host(value: str) -> str:
    """The name or the IP address of a mail server, in ASCII."""
    try:
        return str(ip_address(_bare_host(value)))
    except ValueError:
        name = value.strip()
    origin = None if re.search(r"[][:/?#\\]", name) else url_origin(f"http://{name}")
    if origin is None:
        raise ValueError('expected a host such as "smtp.gazette.example"; `port` and `security` have keys of their own')
    return origin.removeprefix("http://").rstrip(".")


def is_local_host(value: object) -> bool:
    """Whether the host of a mail server, as it is written, is this machine."""
    return isinstance(value, str) and is_loopback(_bare_host(value).lower())


def _bare_host(value: str) -> str:
    return value.strip().removeprefix("[").removesuffix("]")


def address(value: str) -> str:
    """An address without a name."""
    if not is_address(value.strip()):
        raise ValueError('expected an address such as "editor@gazette.example"')
    return value.strip()


def clock_time(value: object) -> time:
    """`07:00`."""
    match = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('expected a time of day such as "07:00"')
    return time(int(match[1]), int(match[2]))


def clock_time_or_none(value: object) -> time | None:
    """`06:30`, or empty for none."""
    return None if value in (None, "") else clock_time(value)


def days(value: object) -> frozenset[int]:
    """`mon-fri`, `mon,wed,sat` or `daily`, as weekday numbers (Monday 0)."""
    if not isinstance(value, str):
        raise ValueError(_DAYS_EXPECTED)
    if value.strip().lower() == "daily":
        return frozenset(range(7))
    return frozenset(day for part in value.lower().split(",") for day in _day_range(part.strip()))


def optional_day(value: object) -> date | None:
    """A day of the calendar, as TOML or ISO 8601 writes it, or none."""
    text = value.isoformat() if type(value) is date else value
    if text is None:
        return None
    try:
        return date.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        raise ValueError("expected a day such as 2026-10-01") from None


def _day_range(part: str) -> Iterator[int]:
    first, dash, last = (name.strip() for name in part.partition("-"))
    if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
        raise ValueError(_DAYS_EXPECTED)
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last if dash else first)
    return (day % 7 for day in range(start, end + 1 if end >= start else end + 8))


def weekly(value: object) -> tuple[int, time]:
    """`fri 07:00`, as a weekday number (Monday 0) and a time of day."""
    match = re.fullmatch(r"\s*([A-Za-z]{3})\s+(\S+)\s*", value) if isinstance(value, str) else None
    if match is None or match[1].lower() not in WEEKDAYS:
        raise ValueError('expected a weekday and a time of day such as "fri 07:00"')
    return WEEKDAYS.index(match[1].lower()), clock_time(match[2])


def rate(value: object) -> float | None:
    """`14/s`, `600/m` or `9000/h` as messages per second; None for the empty string."""
    if value == "":
        return None
    match = re.fullmatch(r"([0-9]{1,7})/([smh])", value) if isinstance(value, str) else None
    if match is None or int(match[1]) == 0:
        raise ValueError('expected a rate such as "14/s" or "600/m", or "" for no limit')
    return int(match[1]) / _UNITS[match[2]]


def messages_in_flight(value: object) -> int | None:
    """From 1 to 100 messages; None for `auto`."""
    if value == "auto":
        return None
    if type(value) is not int or not 1 <= value <= 100:  # `True` is an int too
        raise ValueError('expected a number of messages from 1 to 100, or "auto"')
    return value


def zone(value: str) -> str:
    """The name of an IANA time zone.

    Files that are no zone of their own are refused: the same name may be another zone on another machine, and those in
    `right/` are some seconds late.
    """
    try:
        if value in _NO_ZONES or value.startswith(("posix/", "right/")):
            raise LookupError
        ZoneInfo(value)
    except (LookupError, OSError, ValueError):  # unknown, a folder of zones, not a relative path
        places = [name for name in available_timezones() if "/" in name or name == "UTC"]  # MST is not near to MSK
        near = difflib.get_close_matches(value, places, 1, 0.5)
        raise ValueError(f'expected an IANA time zone such as "{near[0] if near else "Europe/Moscow"}"') from None
    return value


def web_url(value: str) -> str:
    """An absolute http or https URL, without its final slash."""
    expected = 'expected a URL such as "https://gazette.example"'
    try:
        usable = re.fullmatch(r"https?://[^\s/@<>\"]+(/[^\s<>\"]*)?", value) and urlsplit(value).port != 0
    except ValueError as error:  # an invalid port or IPv6 address
        raise ValueError(expected) from error
    if not usable or not urlsplit(value).hostname:
        raise ValueError(expected)
    return value.rstrip("/")


def optional_web_url(value: str | None) -> str | None:
    """An http or https address, or none."""
    return None if value is None else web_url(value)


def web_url_or_nothing(value: str) -> str:
    """An http or https address; the empty string is returned as it is."""
    return value and web_url(value)


def colour(value: str) -> str:
    """A colour as #rrggbb or #rgb."""
    if not re.fullmatch(r"#([0-9A-Fa-f]{3}){1,2}", value):
        raise ValueError('expected a colour such as "#0b5a7d"')
    return value


def optional_colour(value: str | None) -> str | None:
    """A colour, or none."""
    return None if value is None else colour(value)


def optional_web_address(value: str | None) -> str | None:
    """An http or https address as it is written, or none."""
    if value is not None:
        web_url(value)
    return value


def is_web_address(value: str) -> bool:
    """Whether a picture is named by its address, not by a file's path."""
    return "://" in value


def picture(value: str) -> str:
    """The http or https address of a picture, or a path."""
    if is_web_address(value):
        web_url(value)
    elif not value.strip() or not value.isprintable():
        raise ValueError('expected an address such as "https://gazette.example/logo.png", or a file')
    return value


def optional_picture(value: str | None) -> str | None:
    """The address or path of a picture, or none."""
    return None if value is None else picture(value)


def origin(value: str) -> str:
    """The origin of web pages: a URL without a path; returned as browsers send it."""
    parts, found = urlsplit(web_url(value)), url_origin(value)
    if parts.path or parts.query or parts.fragment or found is None:
        raise ValueError('expected an origin such as "https://gazette.example", without a path')
    return found


def network(value: str) -> str:
    """An IP address or a network."""
    try:
        return str(ip_network(value, strict=False))
    except ValueError as error:
        raise ValueError('expected an IP address or a network such as "127.0.0.1" or "10.0.0.0/8"') from error


def header_name(value: str) -> str:
    """The name of a header of HTTP; the empty string is returned as it is."""
    if not re.fullmatch(r"[A-Za-z0-9-]*", value):
        raise ValueError('expected the name of a header such as "X-Remote-User"')
    return value


def listen(value: str) -> str:
    """HOST:PORT, of which the host may be an IPv6 address in brackets."""
    match = re.fullmatch(r"(?:[^\s:\[\]]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})", value)
    if match is None or int(match[1]) > 65_535:
        raise ValueError('expected HOST:PORT such as "127.0.0.1:8000" or "[::1]:8000"')
    return value


def base_url(value: str) -> str:
    """An https URL in ASCII, or an http URL of this machine; the empty string is returned as it is."""
    if value == "":
        return value
    url = ascii_url(web_url(value))
    if url is None:
        raise ValueError('expected a URL such as "https://news.gazette.example", with a path of ASCII letters')
    if {"?", "#"} & set(url):  # the paths of all links are added at its end
        raise ValueError('expected a URL such as "https://news.gazette.example", without "?" and "#"')
    if not url.startswith("https://") and not is_loopback(urlsplit(url).hostname):
        raise ValueError(
            'expected an https URL such as "https://news.gazette.example" (one-click unsubscribe needs it)'
        )
    return url


def mailbox(value: str) -> str:
    """One mailbox of a From header, its address in ASCII; a name with a full stop, a comma and the like gets quotes."""
    expected = 'expected a mailbox such as "Harbour Gazette <news@gazette.example>"'
    spaced = unicodedata.normalize("NFC", " ".join(value.split()))
    if len(value.splitlines()) != 1 or clean_line(spaced, len(spaced) + 1) != spaced:  # with characters nobody sees
        raise ValueError(expected)
    text = _quoted_name(spaced)
    try:
        header = SMTP.header_factory("From", text)
        addresses = header.addresses
    except (MessageError, ValueError, LookupError, AttributeError, TypeError) as error:
        raise ValueError(expected) from error
    if len(addresses) != 1 or header.defects:
        raise ValueError(expected)
    if "(" in text and "(" not in addresses[0].display_name:  # a comment, which no mail program shows
        raise ValueError(expected)
    try:
        in_ascii = check_address(addresses[0].addr_spec)
    except ValueError as error:
        raise ValueError(expected) from error
    return text if addresses[0].addr_spec.isascii() else str(Address(addresses[0].display_name, addr_spec=in_ascii))


def _quoted_name(text: str) -> str:
    """A mailbox whose name is in quotes, if it needs them; one whose name may be a second address, as it is."""
    match = _NAME_AND_ADDRESS.fullmatch(text)
    if match is None or not _NEEDS_QUOTES.search(match[1]):
        return text
    return f'"{match[1]}" <{match[2]}>' if "@" not in match[1] or match[1] == match[2] else text


def optional_mailbox(value: str | None) -> str | None:
    """A mailbox, or none."""
    return None if value is None else mailbox(value)


def name(value: str) -> str:
    """A name that is safe in a URL, a file name and a command line."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", value):
        raise ValueError("expected a name of 1 to 40 letters (a-z), digits, - and _")
    return value


def variable(value: str) -> str:
    """The name of a variable of the environment, or nothing."""
    if not re.fullmatch(r"([A-Za-z_]\w*)?", value):
        raise ValueError('expected the name of a variable of .env such as "MX1_PASSWORD"')
    return value


def folder(value: str) -> str:
    """The name of a folder in a mailbox, without a path."""
    if not re.fullmatch(r"[^/\\\s.][^/\\\x00-\x1f]{0,60}", value):
        raise ValueError('expected the name of a folder such as "Handled", without a leading full stop or a slash')
    return value


def line(value: str) -> str:
    """One line of text; spaces alone are the empty string."""
    if any(ord(char) < 32 or ord(char) == 127 for char in value):
        raise ValueError("expected one line of text, without control characters")
    return value if value.strip() else ""


def text(value: str) -> str:
    """One line of text, not of spaces alone."""
    if not line(value):
        raise ValueError("expected one line of text, not only spaces")
    return value


Duration = Annotated[timedelta, BeforeValidator(duration)]
Line = Annotated[str, AfterValidator(line)]
MailHost = Annotated[str, Field(min_length=1), AfterValidator(mail_host)]
Name = Annotated[str, AfterValidator(name)]
Text = Annotated[str, Field(min_length=1), AfterValidator(text)]
Whole = Annotated[int, Strict()]
Zone = Annotated[str, AfterValidator(zone)]
Retention = Annotated[timedelta, BeforeValidator(retention)]
