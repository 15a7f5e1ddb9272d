"""Web addresses: what a text means as one, and which ones a message may contain. Pure."""

import html
import re
from ipaddress import IPv6Address, ip_address
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import idna

_LONGEST = 2_000
_HOST_START = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?=[/?#:]|$)")
# Two slashes before what no public host is called, `//812-ferry.html` or `//ferry/`: a program joined an empty part.
_EMPTY_PART = re.compile(r"(?i)//+(?=[^/?#.:@\[\]]+(?:[/?#]|$)|[^/?#:@\[\]]*\.(?:html?|php|aspx?|jsp)(?:[/?#]|$))")
# A scheme with one slash, as browsers forgive it, or three, or without its colon, and one that a program wrote before
# another.
_LOOSE_SCHEME = re.compile(r"(?i)(?:https?:/*)*(https?)(?::/+|//)")
# What is no scheme before `://`, and a second address behind the first.
_JUNK = re.compile(r"(?i)(?![a-z][a-z0-9+.-]*://)[^/?#]*://|[^?#]*\shttps?://")
_SCHEME_ALONE = re.compile(r"(?i)https?:/*")  # what is left in a field that begins with it
_SPACES = "".join(char for char in map(chr, range(0x3001)) if char.isspace())
# Spaces, and invisible characters that are copied along: Windows puts marks of direction around what it shows.
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_AROUND = _SPACES + _INVISIBLE
_FEED_SCHEME = re.compile(r"(?i)(?:feed|rss|podcast|itpc|pcast):(?://)?(?:(https?:)//)?")
_BEFORE_PATH = re.compile(r"(?i)(?:[a-z][a-z0-9+.-]*:)?(?://[^/?#]*)?")
# A site's address that a program wrote before a complete one: https://gazette.example/https://gazette.example/1
_REPEATED_SITE = re.compile(r"(?i)https?://([^/?#\s]+?)/*(?=https?://\1(?:[/?#]|$))")
# The site's address that a template wrote before a complete one, such as `https://gazette.examplehttps://cdn.example/1`,
# and what Ghost's database has in place of it.
_SITE_BEFORE = re.compile(r"(?i)(?:https?://[^/?#@\s]+?(?=https?://))+|__GHOST_URL__(?=/)")
_PATH_END = re.compile(r"[?#]")
# Left over where an address was escaped twice; `&#038;` and `&#47;` would begin a fragment.
_ESCAPED_AGAIN = re.compile(r"&(?:(?:amp;)+|#(?:\d{2,6}|[xX][0-9a-fA-F]{2,5});)")
_MOST_READINGS = 9  # of an address without its page; the second one changes nothing that a portal writes
_USUAL_PORTS = {"http": ":80", "https": ":443"}
_SHORT = 253  # no host in an address of that length is too long
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_UNSAFE = re.compile(r"[\s\x00-\x20\x7f-\x9f<>\"\\^`{|}\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
# Quick path for addresses that need no base and no quoting, nearly all of them (benchmarks: parsing).
_COMPLETE = re.compile(
    r"https?://(?!https?/)[a-z0-9][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)*(?::[1-9]\d{0,3})?"
    r"(?:/[A-Za-z0-9._~/%+,:=!*'()$@&-]*)?(?:\?[A-Za-z0-9._~/%+,:=!*'()$@&-]+)?(?:#[A-Za-z0-9._~/%+,:=!*'()$@&-]+)?",
    re.ASCII,
)


def web_url(text: str, base: str | None = None) -> str | None:
    """The absolute http(s) address that `text` means on the page `base`, or None; user names are refused.

    It is read again until that changes nothing, so that a stored address is the same when it is read later.
    """
    address = text.strip(_AROUND)
    for page in (base, *(None,) * _MOST_READINGS):
        if not address or len(address) > _LONGEST:
            return None
        if len(address) <= _SHORT and _COMPLETE.fullmatch(address) and address.find("http", 8) < 0:
            return address
        url = _absolute_url(address, page)
        if url is None or url == address:
            return url
        address = url
    return None


def _absolute_url(address: str, base: str | None) -> str | None:
    try:
        address = _with_usual_scheme(with_forward_slashes(_without_references(_without_site(address))))
        whole = urljoin(_without_references(base), _with_slashes(address, base)) if base else address
        while repeated := _REPEATED_SITE.match(whole):
            whole = whole[repeated.end() :]
        whole.encode()  # raises for a lone surrogate, from JSON or a shell
        parts = urlsplit(whole)
        if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
            return None
        port = f":{parts.port}" if parts.port is not None else ""
        host = _ascii_host(parts.hostname)
    except (ValueError, UnicodeError):
        return None
    return urlunsplit((parts.scheme, host + port, *map(_quote_unsafe, (parts.path, parts.query, parts.fragment))))


def percent_encoded(url: str) -> str:
    """The same address in ASCII, as RFC 3986 defines it: other characters percent-encoded in UTF-8."""
    return url if url.isascii() else _NOT_ASCII.sub(lambda match: quote(match[0]), url)


def is_place_on_page(address: str) -> bool:
    """Whether an address such as `#` or `#comments` names no page but a place on the one it is on.

    `#!/news/5` and `#/news/5` are pages of old sites that consist of one page.
    """
    trimmed = address.strip(_AROUND)
    return trimmed.startswith("#") and not (trimmed.startswith(("#!", "#/")) and trimmed.strip("#!/"))


def with_forward_slashes(address: str) -> str:
    """An address with slashes in place of the backslashes in its path, as browsers read it.

    Raises ValueError for a backslash in or before the host, where readers of addresses disagree about the host.
    """
    if "\\" not in address:
        return address
    before_path = _BEFORE_PATH.match(address)
    start = before_path[0] if before_path else ""
    path = _PATH_END.split(address.removeprefix(start), maxsplit=1)[0]
    rest = address[len(start) + len(path) :]
    if "\\" in start or (start.endswith(":") and path.startswith("\\")):
        raise ValueError("a backslash before the path")
    return start + path.replace("\\", "/") + rest


def _with_usual_scheme(address: str) -> str:
    """An address as browsers read it, with one scheme and two slashes; raises ValueError for text around an address."""
    if "://" in address:
        address = with_web_scheme(address)
    if _JUNK.match(address) or _SCHEME_ALONE.fullmatch(address):
        raise ValueError("text around an address, or none")
    loose = _LOOSE_SCHEME.match(address)
    if loose is None or loose[0] == f"{loose[1]}://" or not _HOST_START.match(address, loose.end()):
        return address
    return f"{loose[1]}://{address[loose.end() :]}"


def _without_site(address: str) -> str:
    """An address without that of a site right before it, which would make the name of a host that does not exist."""
    before = _SITE_BEFORE.match(address)
    return address[before.end() :] if before else address


def _without_references(address: str) -> str:
    """An address that was escaped too often, with the characters that its references mean."""
    while (resolved := _ESCAPED_AGAIN.sub(_resolved, address)) != address:
        address = resolved
    return address


def _resolved(reference: re.Match[str]) -> str:
    return html.unescape(reference[0]) if reference[0][1] == "#" else "&"


def with_web_scheme(address: str) -> str:
    """An address whose scheme is one of feed readers, such as `feed:`, as a web address: `feed://` is https."""
    match = _FEED_SCHEME.match(address)
    return f"{match[1] or 'https:'}//{address[match.end() :]}" if match else address


def _with_slashes(address: str, base: str) -> str:
    """A relative address; one that begins with the host of `base`, or with `www.`, lacks only its scheme.

    Two slashes with no name of a host behind them begin a path, unless that is the host of `base`, as on an intranet.
    """
    if (empty := _EMPTY_PART.match(address)) and urlsplit(address).hostname != urlsplit(base).hostname:
        return f"/{address[empty.end() :]}"
    start = _HOST_START.match(address)
    if start is None:
        return address
    host = start[0].lower()
    is_host = (host.startswith("www.") and host.count(".") > 1) or host == (urlsplit(base).hostname or "").removeprefix(
        "www."
    )
    return f"//{address}" if is_host else address


def url_origin(url: str) -> str | None:
    """The origin of an http(s) address as browsers send it: scheme, ASCII host, and an unusual port.

    None for what is not such an address.
    """
    absolute = web_url(url)
    if absolute is None:
        return None
    parts = urlsplit(absolute)
    return f"{parts.scheme}://{parts.netloc.removesuffix(_USUAL_PORTS[parts.scheme])}"


def ascii_url(url: str) -> str | None:
    """An http(s) address whose host is in ASCII; None where another part of it is not, or for no such address."""
    absolute = url if url.isascii() else web_url(url)
    return absolute if absolute is not None and absolute.isascii() else None


def url_service(url: str) -> tuple[str, int | None]:
    """Host and port of an address; http and https of one host are one service, any other port is another one."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "", None
    return (parts.hostname or "").lower(), None if port in {None, 80, 443} else port


def has_bare_at(url: str) -> bool:
    """Whether the password in an address of a database has an `@`, after which a part of it counts as the host."""
    user, _colon, rest = url.partition("://")[2].partition("?")[0].partition(":")
    return "/" not in user and rest.count("@") > 1


def shown_host(url: str) -> str | None:
    """The host of a URL as people write it: without `www.`, and in its own letters in place of `xn--…`."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    try:
        return idna.decode(host) if "xn--" in host else host or None
    except idna.IDNAError:
        return host


def bracketed(host: str) -> str:
    """The host as it is written before a port: an IPv6 address has brackets (RFC 3986, 3.2.2)."""
    return f"[{host}]" if ":" in host else host


def is_loopback(host: str | None) -> bool:
    """Whether a host name or an IP address is this machine: `localhost`, 127.0.0.0/8 or ::1."""
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def _quote_unsafe(part: str) -> str:
    return _UNSAFE.sub(lambda match: quote(match[0], safe=""), part)


def _ascii_host(name: str) -> str:
    if ":" in name and "%" not in name:
        return f"[{IPv6Address(name).compressed}]"
    ascii_name = name if name.isascii() else _punycode(name)
    if not re.fullmatch(r"(?=[^.])[a-z0-9._-]{1,253}", ascii_name):
        raise ValueError("not a host name")
    return ascii_name


def _punycode(name: str) -> str:
    """A host name in ASCII by IDNA 2008 (RFC 5891, UTS 46), by IDNA 2003 where it has symbols such as emoji."""
    try:
        return idna.encode(name, uts46=True).decode("ascii")
    except idna.IDNAError:
        return name.encode("idna").decode("ascii")
