"""Addresses of services that lead on to an article and name its address, such as those of Google Alerts. Pure."""

import re
from urllib.parse import parse_qs, urlsplit

from digest.parsing.urls import web_url

# For each service its host, its path, and the parameter that holds the address.
_SERVICES = (
    (re.compile(r"(?:www\.)?google\.[a-z.]{2,6}"), "/url", ("url", "q")),
    (re.compile(r"(?:www\.)?bing\.com"), "/news/apiclick.aspx", ("url",)),
    (re.compile(r"(?:l|lm|www)\.facebook\.com"), "/l.php", ("u",)),
    (re.compile(r"(?:m\.)?vk\.(?:com|ru)"), "/away.php", ("to",)),
    (re.compile(r"t\.me"), "/iv", ("url",)),
)
_WEB = ("http://", "https://")


def direct_url(url: str) -> str:
    """The address of an article to which a service leads on; any other address as it is."""
    if url.find("http", 8) < 0:  # quick path for nearly all of them
        return url
    parts = urlsplit(url)
    for host, path, names in _SERVICES:
        if parts.path == path and host.fullmatch(parts.hostname or ""):
            values = parse_qs(parts.query)
            stated = next((values[name][0] for name in names if name in values), "")
            return (web_url(stated) if stated.startswith(_WEB) else None) or url
    return url
