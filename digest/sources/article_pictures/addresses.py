"""Which addresses are those of an article's picture, and not of faces, emoji, counters, logos or placeholders. Pure."""

import re
from urllib.parse import urlsplit

from digest.parsing.absent import is_absent
from digest.parsing.urls import web_url

_SUFFIXES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif")
_TYPES = frozenset(suffix.lstrip(".") for suffix in _SUFFIXES) | {"image", "picture", "photo"}
_OTHER_MEDIA = ("video", "audio", "text", "application/pdf", "application/x-shockwave-flash")
# Formats that mail apps do not show.
_OTHER_FORMATS = ("image/svg", "image/heic", "image/heif", "image/tiff", "image/jxl")
_OTHER_SUFFIXES = (
    *(".svg", ".svgz", ".ico", ".heic", ".heif", ".tif", ".tiff", ".jxl", ".psd", ".eps", ".pdf", ".swf", ".zip"),
    *(".mp4", ".m4v", ".mov", ".webm", ".avi", ".mkv", ".mp3", ".m4a", ".ogg", ".oga", ".wav", ".m3u8"),
)
# Faces, emoji and counters, by host, by path and by file name; and placeholders. Not one
# regular expression, whose search takes a twentieth of the time of the whole feed.
_OTHER_HOST_NAMES = """
    gravatar.com gravatar.cn mc.yandex.ru mc.webvisor.org counter.yadro.ru top-fwz1.mail.ru top.mail.ru top.list.ru
    counter.rambler.ru top100.rambler.ru st.top100.ru pixel.wp.com stats.wordpress.com feeds.wordpress.com
    doubleclick.net google-analytics.com googletagmanager.com scorecardresearch.com quantserve.com feedsportal.com
    rss.buysellads.com pheedo.com adfox.ru an.yandex.ru openstat.net hotlog.ru tns-counter.ru hit.gemius.pl
    met.vgwort.de ioam.de statcounter.com sitemeter.com histats.com chartbeat.net imrworldwide.com bat.bing.com
    avatars.githubusercontent.com graph.facebook.com yt3.ggpht.com blogblog.com amazon-adsystem.com assoc-amazon.com
    awin1.com px.ads.linkedin.com ct.pinterest.com sp.analytics.yahoo.com static.addtoany.com img.shields.io
    feedproxy.google.com icons.duckduckgo.com badge.fury.io licensebuttons.net i.creativecommons.org paypalobjects.com
    cdn.buymeacoffee.com storage.ko-fi.com cravatar.cn cravatar.com libravatar.org ui-avatars.com dicebear.com
    counter.theconversation.com pixel.propublica.org pixel.parsely.com goatcounter.com trc.taboola.com odb.outbrain.com
    pravatar.cc googlesyndication.com servedby.adbutler.com assets.feedblitz.com a.fsdn.com cdn.printfriendly.com
    latex.codecogs.com api.qrserver.com assets.pinterest.com c.bigmir.net i.bigmir.net hit.ua acint.net spylog.com
"""
_OTHER_HOSTS = tuple(f".{host}" for host in _OTHER_HOST_NAMES.split())
_OTHER_PARTS = (
    *("/emoji/", "twemoji", "/smilies/", "/smileys/", "emoticons/", "/avatars/", "/user_avatar", "/letter_avatar"),
    *("/userpic", "gravatar.com", "feedburner.com/~", "medium.com/_/stat", "facebook.com/tr", "/pagespeed_static/"),
    *("twimg.com/profile_images/", "disquscdn.com/uploads/users/", "/smile/", "/smiles/", "list-manage.com/track/"),
    *("ak_action=api_record_view", "/count.php", "/counter.php", "/pixel.php", "/track.php", "/wf/open?"),
    *("/track/open?", "/track/open.", "/track/open/"),
    *("/piwik.php", "/matomo.php", "/latex.php", "googleusercontent.com/tracker/", "/intl/badges/", "vk.com/rtrg"),
    *("/favicon", "/apple-touch-icon", "/emojione/", "/joypixels/", "userpic.livejournal.", "become_a_patron"),
    *("/freeze/max/30/", "medium.com/max/60/"),  # of Medium, blurred, before the picture itself
    *("/-/resize/20x/", "/-/resizeb/20x/", "/-/empty/", "/dleimages/"),  # the same of Tilda; icons of DataLife Engine
    *("/img/avatar/", "googleusercontent.com/a/", "googleusercontent.com/a-/", "/buddyicons/", "tumblr.com/avatar_"),
    *(
        "/wp-includes/images/",
        "feed-stats-post-id",
        "/delivery/avw.php",
        "/delivery/lg.php",
        "/hit.xiti",
        "mystery-man",
    ),
)
_FORMAT = r"\.(?:gif|png|svg|webp|jpe?g)"
_PLACEHOLDER = re.compile(
    r"(?i)(?:[\w-]*(?:placeholder|lazy-?load)[\w.-]{0,12}|(?:pixel|spacer|blan[k]|transparent|transp|clear|empty|dot|lazy"
    r"|1x1|1px|cleardot|dummy|lqip|fallback|preload|(?:(?:ajax|img|image)[-_]?)?(?:loading|loader|preloader|spinner)"
    r"|gr[ae]y)[-_.]?(?:\d+(?:x\d+)?|image|img|pixel|bg|spinner)?|default[-_]?(?:image|img|picture|photo|thumb(?:nail)?)"
    r"|image[-_]?not[-_]?found|missing(?=\.png)|(?:sprites?|bullet|(?:play|pdf|print|e-?mail)[-_]?(?:button|btn|icon)|arrow[-_]?(?:left|right|up|down)?)(?=\.(?:gif|png|webp))"
    r"|(?:counter|open|px|beacon|tracker|white|zero|trans|pix|load|ajax|default|[bstx])"
    rf"(?=\.gif)|no[-_]?(?:image|img|photo|foto|picture|pic|thumb(?:nail)?)(?:[-_]\w{{1,20}})?){_FORMAT}"
)
_LOGO = re.compile(
    r"(?i)(?:(?:site|header|footer|main|default|amp|rss)?[-_]?logo|(?:facebook|fb|twitter|telegram|tg|vk|ok|whatsapp|viber"
    r"|linkedin|instagram|pinterest|reddit|youtube|rss|email|share)[-_](?:icon|button|share|follow))"
    rf"(?:[-_@]?(?:\d+x?\d*|x|small|big|large|white|black|dark|light|main|site|header|footer|rss|og|share|social))*{_FORMAT}"
)
_END_OF_FILE = r"\.(?:jpe?g|png|gif|webp|avif)(?:\?[^\s,;|]{0,500})?"
_FILE = rf"[^\s,;|?]{{1,2000}}{_END_OF_FILE}"
_SEVERAL = re.compile(rf"(?i)\s*({_FILE})(?:[\s,;|]+{_FILE})+[\s,;|]*")
_LONGEST_LIST = 20_000  # characters, if names have spaces: 10 MB would take half a minute
_BETWEEN_FILES = re.compile(r"[,;|]")
_ENDS_BEFORE_SPACE = re.compile(rf"(?i){_END_OF_FILE}[,;|]?\s")
_ENDS = re.compile(rf"(?i){_END_OF_FILE}\Z")
# What is left of an address where a program had no file: https://gazette.example/undefined, …/wp-content/uploads/
_NO_FILE = re.compile(
    r"(?i)/(?:undefined|null|none|nan|false|true|(?:uploads?|images?|img|photos?|media|files|thumbs)/)\Z"
)
# The format that a service of pictures is asked for, whatever the suffix: photo.jpg?fm=avif
_QUERY_FORMAT = re.compile(r"[?&;](?:fm|format|fmt|output)=(\w+)")
# What is left of a template that was not filled: {width}, {{ image }}, ${image}, <?= $image ?>, %%IMG%%, [IMAGE]
_TEMPLATE = re.compile(
    r"%7B[A-Za-z_.]{1,40}%7D|%7B(?:%7B|%25)|\$%7B|%3C(?:[?%]|%25)|%%\w{1,40}%%"
    r"|%(?![\dA-Fa-f]{2})\w{1,40}%(?![\dA-Fa-f]{2})"
    r"|/(?:\[+[A-Za-z_]{1,40}\]+|__[A-Z_]{1,40}__|@+[A-Za-z_]{1,40}@+|\$[A-Za-z_]{1,40}|\*%7C[A-Z_:]{1,40}%7C\*)\Z"
)
# What asks a service of pictures for a blurred copy, which pages show until the picture itself is loaded: `blur_2` of
# Wix, `blur:100` of Bunny, `e_blur:1000` of Cloudinary, `blur=50` of Contentful and imgix, `blur(10)` of Thumbor
_BLURRED = re.compile(r"(?:[/,;?&:](?:e_)?blur[:=(]|,blur_)[1-9]\d{0,4}(?=[/,;&)#]|\Z)")
_TEMPLATE_SIGNS = ("%", "/[", "/__", "/@", "/$", "/*")


def usable_picture(address: str, base: str | None, *, is_channel: bool = False) -> str | None:
    """The absolute URL of a picture that shows something of the article.

    None for an avatar, a tracking pixel, a placeholder, an icon, a logo (unless it is that of a channel), a format that
    mail apps do not show, and for what is not the URL of a picture.
    """
    if " " in address:
        address = first_of_several(address)
    if not address or address[0] in "#<" or is_absent(address) or address.strip().isdecimal():
        return None
    url = (web_url(address, base) or "").partition("#")[0]  # Joomla keeps its own copy of the address behind it
    return None if not url or _shows_something_else(url, is_channel) else url


def _shows_something_else(url: str, is_channel: bool) -> bool:
    for part in _OTHER_PARTS:
        if part in url:
            return True
    bare = url.partition("?")[0].partition("#")[0]
    parts = bare.split("/")
    host, name = parts[2], parts[-1]
    asked_for = _query_format(url) if bare != url else ""
    return (
        f".{host}".endswith(_OTHER_HOSTS)
        or (len(parts) < 5 and (name == "" or len(parts) < 4) and "?" not in url)  # the front page of a site
        or (bare == url and not name.endswith(_SUFFIXES) and _NO_FILE.search(url) is not None)
        or (f".{asked_for}" if asked_for else name.lower()).endswith(_OTHER_SUFFIXES)
        or _PLACEHOLDER.fullmatch(name) is not None
        or (not is_channel and _LOGO.fullmatch(name) is not None)
        or ("blur" in url and _BLURRED.search(url) is not None)
        or (any(sign in url for sign in _TEMPLATE_SIGNS) and _TEMPLATE.search(url) is not None)
    )


def first_of_several(text: str) -> str:
    """The first of the pictures that a program keeps in one text (`1.jpg, 2.jpg`), else the text.

    Nothing where names with spaces are not kept apart (`Photo 1.jpg Photo 2.jpg`).
    """
    if several := _SEVERAL.fullmatch(text):
        return several[1]
    if len(text) > _LONGEST_LIST:
        return text
    names = [one for part in _BETWEEN_FILES.split(text) if (one := part.strip())]
    is_list = len(names) > 1 and any(" " in one for one in names) and all(map(_ENDS.search, names))
    found = names[0] if is_list else text
    alone = found.strip(" \t\r\n,;|")
    return "" if _ENDS_BEFORE_SPACE.search(alone) and _ENDS.search(alone) else found


def is_avif(url: str | None) -> bool:
    """Whether a URL is that of a picture in AVIF, which many mail apps do not show: used only where there is no other.

    Among them are Outlook for Windows, Samsung Email, mail.ru, GMX and Fastmail (caniemail.com, image-avif).
    """
    return url is not None and "avif" in url.lower() and _named_format(url) == "avif"


def is_picture(kind: str, address: str) -> bool:
    """Whether a medium or a MIME type, however carelessly written, and an address mean a picture."""
    kind = kind.strip().lower()
    if kind.startswith(_OTHER_FORMATS):
        return False
    if kind.startswith("image") or kind in _TYPES:
        return True
    return not kind.startswith(_OTHER_MEDIA) and _path(address).endswith(_SUFFIXES)


def _named_format(url: str) -> str:
    """The format that a query asks for, else the suffix of the path without its dot; empty where there is neither."""
    return _query_format(url) or _path(url).rpartition("/")[2].rpartition(".")[2]


def _query_format(url: str) -> str:
    """The format that the query of a URL asks for, in lower case; empty for none, and for one such as `auto`."""
    found = _QUERY_FORMAT.search(url)
    name = found[1].lower() if found else ""
    return name if f".{name}" in (*_SUFFIXES, *_OTHER_SUFFIXES) else ""


def _path(address: str) -> str:
    """The path of an address, in lower case; empty for one that is not an address."""
    try:
        return urlsplit(address).path.lower()
    except ValueError:
        return ""
