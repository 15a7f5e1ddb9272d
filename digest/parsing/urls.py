"""Web addresses: which ones a message may contain, and when two of them are the same article."""

import re
from ipaddress import IPv6Address, ip_address
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

_LONGEST = 2_000
_SHORT = 253  # no host in an address of that length is too long
_UNSAFE = re.compile(r"[\s\x00-\x20\x7f-\x9f<>\"\\^`{|}\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
# Quick path for addresses that need no base and no quoting, nearly all of them (benchmarks: parsing).
_COMPLETE = re.compile(
    r"https?://[a-z0-9][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)*(?::[1-9]\d{0,3})?"
    r"(?:/[A-Za-z0-9._~/%+,:=!*'()$@&-]*)?(?:\?[A-Za-z0-9._~/%+,:=!*'()$@&-]+)?(?:#[A-Za-z0-9._~/%+,:=!*'()$@&-]+)?",
    re.ASCII,
)
# Quick path for addresses that differ from their key only in scheme, `www.` and final slash (benchmarks: parsing).
_SIMPLE = re.compile(
    r"https?://(?:www\.)*+([a-z0-9][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)*(?:/[A-Za-z0-9._~/+,:=!*'()$@&-]*)?)", re.ASCII
)
_TRACKING = re.compile(
    r"(?i)utm_\w+|mtm_\w+|pk_\w+|hsa_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|ymclid|_openstat|mc_[ce]id"
    r"|igshid|twclid|ttclid|li_fat_id|erid|vero_id|_hs(?:enc|mi)|mkt_tok|at_medium|at_campaign|rss_?(?:source|id)?"
)


def web_url(text: str, base: str | None = None) -> str | None:
    """The absolute http(s) address that `text` means on the page `base`, or None; user names are refused."""
    trimmed = text.strip()
    if not trimmed or len(trimmed) > _LONGEST:
        return None
    if len(trimmed) <= _SHORT and _COMPLETE.fullmatch(trimmed):
        return trimmed
    try:
        whole = urljoin(base, trimmed) if base else trimmed
        whole.encode()  # raises for a lone surrogate, from JSON or a shell
        parts = urlsplit(whole)
        if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
            return None
        port = f":{parts.port}" if parts.port is not None else ""
        host = _ascii_host(parts.hostname)
    except (ValueError, UnicodeError):
        return None
    url = urlunsplit((parts.scheme, host + port, *map(_quote_unsafe, (parts.path, parts.query, parts.fragment))))
    return url if len(url) <= _LONGEST else None


def canonical_key(url: str) -> str:
    """An article's identity: its address without scheme, `www.`, port 80/443, tracking, fragment or final slash.

    The order of the other parameters does not matter. A fragment that starts with `!` or `/` names a page and stays.
    """
    if simple := _SIMPLE.fullmatch(url):
        return simple[1].rstrip("/")
    parts = urlsplit(url)
    host = re.sub(r"^(www\.)+", "", (parts.hostname or "").rstrip("."))
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in {None, 80, 443} else f":{parts.port}"
    # Bytes that are not UTF-8 (a portal in windows-1251) are kept, or two articles would become one.
    pairs = parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
    query = sorted((key, value) for key, value in pairs if not _TRACKING.fullmatch(key))
    path = unquote(parts.path, errors="surrogateescape")
    path = quote(path, safe="/:@!$&'()*+,;=~", errors="surrogateescape").rstrip("/")
    fragment = f"#{parts.fragment}" if parts.fragment[:1] in {"!", "/"} else ""
    return host + port + path + (f"?{urlencode(query, errors='surrogateescape')}" if query else "") + fragment


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
    ascii_name = name if name.isascii() else name.encode("idna").decode("ascii")
    if not re.fullmatch(r"(?=[^.])[a-z0-9._-]{1,253}", ascii_name):
        raise ValueError("not a host name")
    return ascii_name
