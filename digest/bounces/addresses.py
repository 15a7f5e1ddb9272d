"""Finds mail addresses in texts."""

import re
from collections.abc import Iterator

# Also what may be before an `@` and is not, so that the search does not begin anew at each sign of a long row.
_ADDRESS = re.compile(
    r"""(?<![\w.+-])([\w!#$%&'*+/=?^`{|}~-]++(?:\.++[\w!#$%&'*+/=?^`{|}~-]++)*+\.?"""
    r"(@(?:\[[\d.]{7,15}\]|[\w-]+(?:\.[\w-]+)*))?)",
    re.ASCII,
)
_AFFIX = re.compile(r"(?i)^(?:smtp|mailto|rfc822|to|rcpt|email)=|^['`*|=/]+|['`*|]+$")
_MAX_ADDRESS = 254  # characters
_MAX_SCANNED = 2_000  # characters of a line


def addresses_in(text: str) -> Iterator[str]:
    """The addresses of a line, in their order."""
    for match in _ADDRESS.finditer(text[:_MAX_SCANNED]):
        address = _AFFIX.sub("", match[1])
        if match[2] and not address.startswith("@") and len(address) <= _MAX_ADDRESS:
            yield address


def first_address(text: str) -> str | None:
    """The first address of a line."""
    return next(addresses_in(text), None)


def domain_is_qualified(address: str) -> bool:
    """Whether the domain has a dot, or is an IP address."""
    return "." in address.rpartition("@")[2]


def without_addresses(text: str) -> str:
    """The text without its addresses, whose words say nothing about a failure."""
    return _ADDRESS.sub(lambda match: "" if match[2] else match[0], text[:_MAX_SCANNED])
