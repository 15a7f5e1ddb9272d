"""Web addresses: which ones a message may contain, and when two of them are the same article."""

import html
import re
from ipaddress import IPv6Address, ip_address
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

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
# Quick path for addresses that differ from their key only in scheme, `www.` and final slash (benchmarks: parsing).
_SIMPLE = re.compile(
    r"https?://(?:www\.)*(?!www\.)"
    r"([a-z0-9][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)*(?:/[A-Za-z0-9._~/+,:=!*'()$@&-]*)?)",
    re.ASCII,
)
_SIMPLE_ODDITY = re.compile(r"//|/\.|(?<![a-z])amp(?![a-z])")  # of an AMP page, or of a path that browsers shorten
_TRACKING = re.compile(
    r"(?i)(?:utm|mtm|pk|piwik|matomo|hsa|itm|roistat|sfmc|bsft|hmb|nx|guce|fb_action)_\w+"
    r"|at_(?:medium|campaign|custom\w*|link\w*|ptr\w*|bbc_team|format|type)|mindbox-[\w-]+"
)
_TRACKING_NAMES = """
    fbclid gclid gclsrc dclid gbraid wbraid gad_source gad_campaignid srsltid msclkid twclid ttclid li_fat_id epik
    rdt_cid sccid scclid qclid wickedid igsh igshid mibextid fb_source fb_ref _ga _gl _gac gs_l guccounter
    yclid ymclid ysclid yadclid yadordid ymid clid etext _openstat openstat erid rb_clickid roistat calltouch_tm adfrom
    xtor mc_cid mc_eid vero_id vero_conv mkt_tok dm_i elqtrackid elqtrack awt_l awt_m nr_email_referer __s _ke _kx
    _hsenc _hsmi __hstc __hssc __hsfp hsctatracking trk_contact trk_msg trk_module trk_sid oly_anon_id oly_enc_id
    ns_mchannel ns_source ns_campaign ns_linkname ns_fee wt_mc wt_zmc wtrid ml_subscriber ml_subscriber_hash
    ef_id s_kwcid s_cid irclickid irgwc cjevent tblci dicbo obclickid _branch_match_id unicorn_click_id
    cmpid ncid ocid icid ito smid spm wprov ref_src ref_url soc_src soc_trk sr_share tt_medium tt_content
    rss rssid rss_id rsssource rss_source traffic_source spref intcmp taid gaa_at gaa_n gaa_ts gaa_sig phpsessid
    jsessionid aspsessionid cfid cftoken usqp __twitter_impression
"""
_IS_TRACKING = frozenset(_TRACKING_NAMES.split())
# Parameters that often choose a page or an author, and are tracking only with these values.
_MAY_TELL_REFERRER = "from ref source src referrer partner emc cmp mod via cid mbid trk campaign medium channel origin"
_REFERRER_NAMES = frozenset(_MAY_TELL_REFERRER.split())
_REFERRERS = re.compile(
    r"(?i)rss(?:[-_][-\w]*)?|feeds?|newsfeed|telegram|tg|vk|vkontakte|ok|odnoklassniki|fb|facebook|twitter|x|instagram|email"
    r"|e-?mail|mail|mailru|newsletter|digest|yandex|ya|yanews|yxnews|dzen|zen|google|googlenews|gnews|rambler|smi2|push"
    r"|widget|share|social|whatsapp|viber|max|flipboard|pocket|amp|main(?:[-_]?page|[-_]\d+)?|home(?:[-_]?page)?|front[-_]?page"
)
# The session of a visitor, of which a forum such as phpBB or vBulletin gives each request another one.
_SESSION_NAMES = frozenset(("sid", "s", "session_id", "sessionid", "oscsid", "zenid"))
_SESSION_VALUE = re.compile(r"[0-9a-fA-F]{32}")
_AMP_PARAMETERS = {"amp": {"", "1", "true"}, "outputtype": {"amp"}}
_HOST_PREFIXES = re.compile(r"(?:www\.|(?:m|amp)\.(?=[^.]+\.))+")
_SESSION = re.compile(r"(?i);jsessionid=[^/;]*")  # Java servers give each visitor another one
_AMP_PATH = re.compile(r"^(?:/amp)+(?=/.)|(?:/amp(?:-page)?|[.,]amp)+$|(?:[.,]amp)+(?=\.html?$)")
_SLASHES = re.compile(r"//+")


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


def canonical_key(url: str) -> str:
    """An article's identity: its address without scheme, `www.`, port 80/443, tracking, session, fragment, final slash.

    The mobile and the AMP page of an article have its key. The order of the parameters does not matter. A fragment that
    starts with `!` or `/` names a page and stays.
    """
    if (simple := _SIMPLE.fullmatch(url)) and not simple[1].startswith("m.") and not _SIMPLE_ODDITY.search(simple[1]):
        return simple[1].rstrip("/")
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    host = host.removeprefix(match[0]) if (match := _HOST_PREFIXES.match(host)) else host
    host = bracketed(host)
    port = "" if parts.port in {None, 80, 443} else f":{parts.port}"
    # Bytes that are not UTF-8 (a portal in windows-1251) are kept, or two articles would become one.
    pairs = parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
    query = sorted(_without_session([pair for pair in pairs if not _is_tracking(*pair)]))
    path = unquote(_SESSION.sub("", parts.path), errors="surrogateescape")
    path = quote(path, safe="/:@!$&'()*+,;=~", errors="surrogateescape").rstrip("/")
    path = _without_dots(_SLASHES.sub("/", path))
    path = _AMP_PATH.sub("", path).rstrip("/") or path
    fragment = f"#{parts.fragment}" if parts.fragment[:1] in {"!", "/"} else ""
    return host + port + path + (f"?{urlencode(query, errors='surrogateescape')}" if query else "") + fragment


def _without_dots(path: str) -> str:
    """A path as browsers request it: `/./news/1` and `/forum/../news/1`, which programs write, are `/news/1`."""
    return urlsplit(urljoin("http://any", path)).path.rstrip("/") if "/." in path else path


def is_mobile_or_amp(url: str) -> bool:
    """Whether an address is that of the mobile or the AMP page of an article."""
    parts = urlsplit(url)
    prefixes = _HOST_PREFIXES.match(parts.hostname or "")
    is_other_host = prefixes is not None and bool(prefixes[0].replace("www.", ""))
    pairs = parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
    return (
        is_other_host or _AMP_PATH.search(parts.path.rstrip("/")) is not None or any(_asks_for_amp(*p) for p in pairs)
    )


def _asks_for_amp(name: str, value: str) -> bool:
    return value.lower() in _AMP_PARAMETERS.get(name.lower(), ())


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


def _is_tracking(name: str, value: str) -> bool:
    """Whether a parameter says where a reader came from, or asks for the AMP page, and does not choose an article."""
    lower = name.lower()
    return (
        lower in _IS_TRACKING
        or _TRACKING.fullmatch(name) is not None
        or (lower in _REFERRER_NAMES and _REFERRERS.fullmatch(value) is not None)
        or _asks_for_amp(name, value)
    )


def _without_session(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Parameters without a session; one without others may be what chooses the article."""
    others = [(name, value) for name, value in pairs if not _is_session(name, value)]
    return others or pairs


def _is_session(name: str, value: str) -> bool:
    return name.lower() in _SESSION_NAMES and _SESSION_VALUE.fullmatch(value) is not None


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
