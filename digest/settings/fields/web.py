"""Addresses of pages and pictures, colours, and where a server listens."""

import re
from ipaddress import ip_network
from urllib.parse import urlsplit

from digest.parsing.urls import ascii_url, is_loopback, url_origin


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


def colour(value: str) -> str:
    """A colour as #rrggbb or #rgb."""
    if not re.fullmatch(r"#([0-9A-Fa-f]{3}){1,2}", value):
        raise ValueError('expected a colour such as "#0b5a7d"')
    return value


def optional_colour(value: str | None) -> str | None:
    """A colour, or none."""
    return None if value is None else colour(value)


def origin(value: str) -> str:
    """The origin of web pages: a URL without a path; returned as browsers send it."""
    parts, found = urlsplit(web_url(value)), url_origin(value)
    if parts.path or parts.query or parts.fragment or found is None:
        raise ValueError('expected an origin such as "https://gazette.example", without a path')
    return found


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


def listen(value: str) -> str:
    """HOST:PORT, of which the host may be an IPv6 address in brackets."""
    match = re.fullmatch(r"(?:[^\s:\[\]]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})", value)
    if match is None or int(match[1]) > 65_535:
        raise ValueError('expected HOST:PORT such as "127.0.0.1:8000" or "[::1]:8000"')
    return value


def network(value: str) -> str:
    """An IP address or a network."""
    try:
        return str(ip_network(value, strict=False))
    except ValueError as error:
        raise ValueError('expected an IP address or a network such as "127.0.0.1" or "10.0.0.0/8"') from error
