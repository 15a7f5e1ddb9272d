"""Mailboxes, domains and hosts of mail."""

import re
import unicodedata
from email.errors import MessageError
from email.headerregistry import Address
from email.policy import SMTP
from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator, Field

from digest.parsing.addresses import check_address, is_address
from digest.parsing.text import clean_line
from digest.parsing.urls import is_loopback, url_origin

_NAME_AND_ADDRESS = re.compile(r'([^"\\<>]*[^"\\<>\s])\s*<([^<>]+)>')
_NEEDS_QUOTES = re.compile(r"[()\[\].,:;@]")  # in a name (RFC 5322, 3.2.3)


def mail_domain(value: str) -> str:
    """The domain of mail addresses, in ASCII, or nothing."""
    try:
        return value.strip() and check_address(f"bounce@{value.strip()}").partition("@")[2]
    except ValueError:
        raise ValueError('expected the domain of an address such as "bounces.gazette.example"') from None


def dns_name(value: str) -> str:
    """A name of letters, digits, hyphens and dots in lower case, or nothing."""
    name = value.strip().rstrip(".").lower()
    if name and not re.fullmatch(r"(?!.{254})[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*", name):
        raise ValueError('expected a name in DNS such as "gazette.example", with an "xn--" form for other letters')
    return name


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


def optional_mailbox(value: str | None) -> str | None:
    """A mailbox, or none."""
    return None if value is None else mailbox(value)


def _quoted_name(text: str) -> str:
    """A mailbox whose name is in quotes, if it needs them; one whose name may be a second address, as it is."""
    match = _NAME_AND_ADDRESS.fullmatch(text)
    if match is None or not _NEEDS_QUOTES.search(match[1]):
        return text
    return f'"{match[1]}" <{match[2]}>' if "@" not in match[1] or match[1] == match[2] else text


def messages_in_flight(value: object) -> int | None:
    """From 1 to 100 messages; None for `auto`."""
    if value == "auto":
        return None
    if type(value) is not int or not 1 <= value <= 100:  # `True` is an int too
        raise ValueError('expected a number of messages from 1 to 100, or "auto"')
    return value


MailHost = Annotated[str, Field(min_length=1), AfterValidator(mail_host)]
