"""Finds mail addresses in texts."""

import re
from collections.abc import Iterator

from digest.parsing.addresses import with_ascii_domain

# Letters that are not ASCII, of scripts with spaces between words (é, я, ع), without signs between words such as the
# Arabic comma; and of scripts that write on behind an address (Thai, CJK), where only a name within a domain may have
# them.
_LETTERS = (
    r"\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u037d\u037f-\u0386\u0388-\u0559\u0560-\u0588\u0591-\u05bd\u05c7-\u05f2"
    r"\u0610-\u061a\u0620-\u0669\u066e-\u06d3\u06d5-\u06dc\u06de-\u06ff\u0710-\u0963\u0966-\u0dff\u10a0-\u10fa"
    r"\u10fc-\u135f\u1369-\u13ff\u1401-\u167f\u1681-\u177f\u1820-\u1fff"
)
_ALL_LETTERS = (
    _LETTERS + r"\u0e01-\u0e4e\u0e81-\u0ece\u1000-\u1049\u1780-\u17d3"
    r"\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
)
# Also what may be before an `@` and is not, so that the search does not begin again at each sign of a long row.
# The last name of a domain has letters of one kind, ASCII or not.
_ADDRESS = re.compile(
    rf"""(?<![\w.+{_LETTERS}-])([\w!#$%&'*+/=?^`{{|}}~{_LETTERS}-]++(?:\.++[\w!#$%&'*+/=?^`{{|}}~{_LETTERS}-]++)*\.?"""
    rf"(@(?:\[[\d.]{{7,15}}\]|(?:[\w{_ALL_LETTERS}-]++\.(?=[\w{_ALL_LETTERS}-]))*"
    rf"(?:[\w-]++(?![{_LETTERS}])|(?<=\.)[{_ALL_LETTERS}]++(?!\w))(?![\w{_ALL_LETTERS}-]*+\.[\w{_ALL_LETTERS}-])))?)",
    re.ASCII,
)
_AFFIX = re.compile(r"(?i)^(?:smtp|mailto|rfc822|to|rcpt|email)=|^['`*|=/]+|['`*|]+$")
_MAX_ADDRESS = 254  # characters
_MAX_SCANNED = 2_000  # characters of a line


def addresses_in(text: str) -> Iterator[str]:
    """The addresses of a line, in their order; a domain in its own letters as `xn--…`, as those of readers are kept."""
    return map(with_ascii_domain, written_addresses(text))


def written_addresses(text: str) -> Iterator[str]:
    """The addresses of a line as it writes them."""
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
