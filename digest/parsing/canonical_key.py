"""Which web addresses are those of one article: tracking, sessions, and mobile pages make no difference. Pure."""

import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from digest.parsing.urls import bracketed

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
