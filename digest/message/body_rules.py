"""The checks of what a reader sees: page, images, links and text of a finished message."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

import lxml.html

from digest.message.parsed_message import ParsedMessage, one_line
from digest.parsing.text import clean_line
from digest.parsing.urls import is_loopback

Judgement = tuple[str, str]  # level ("error" or "warning") and sentence

_LEAVE_BEFORE = 90_000  # bytes of the encoded HTML part
_HOSTS = 25
_WORDS_BESIDE_IMAGES = 400  # characters
_FILLER = re.compile(r"[\s\u00ad\u034f\u200b-\u200f\u2007\u2060\ufeff]+")
_SLIP = re.compile(r"\{\{|\}\}|\{%|%\}|\[\[|\bundefined\b|\bNone\b")
_BRACES = re.compile(r"\{\{|\}\}|\{%|%\}")
_WEB = re.compile(r"https?://[^\s<>\"\[\]]+")
_LOOKS_LIKE_URL = re.compile(r"(?i)(https?://|www\.)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?:[/?#]\S*)?")
_SHORTENERS = frozenset(
    {"bit.ly", "t.co", "goo.gl", "tinyurl.com", "ow.ly", "is.gd", "buff.ly", "cutt.ly", "rebrand.ly", "t.ly"}
    | {"shorturl.at", "clck.ru", "vk.cc", "goo.su", "u.to"}
)
_MARKUP = (
    ("error", "//script|//form|//iframe|//object|//embed|//base|//applet", "it has active content or a form"),
    ("error", "//link[contains(@rel, 'stylesheet')]|//style[contains(., '@import')]", "it loads a style sheet"),
    ("error", "//@*[starts-with(name(), 'on')]", "an element has an event handler (on…)"),
    ("error", "//meta[translate(@http-equiv, 'REFSH', 'refsh') = 'refresh']", "it sends the reader on by meta refresh"),
    ("warning", "not(/html[string(@lang)])", "the html element has no lang"),
    ("warning", "not(normalize-space(//head/title))", "it has no title"),
    ("warning", "not(//meta[@charset or contains(@content, 'charset')])", "it has no charset meta"),
    ("warning", "not(//meta[@name = 'viewport'])", "it has no viewport meta"),
    ("warning", "not(//meta[@name = 'color-scheme'])", "it has no color-scheme meta"),
    ("warning", "not(//meta[@name = 'supported-color-schemes'])", "it has no supported-color-schemes meta"),
    ("warning", "//table[not(@role = 'presentation' or @role = 'none')]", 'a table has no role="presentation"'),
    ("warning", "not(//body//*[@style])", "no style is inlined"),
)


def preheader(letter: ParsedMessage) -> Iterator[Judgement]:
    """Rule 21: hidden text of 40 to 130 characters before all else, other than the subject."""
    hidden = letter.found("(//body//*[contains(translate(@style, ' ', ''), 'display:none')])[1]")
    text = _FILLER.sub(" ", hidden[0].text_content()).strip() if hidden else ""
    if not text:
        yield "warning", "the inbox shows no preheader: there is no hidden text"
    elif not 40 <= len(text) <= 130:
        yield "warning", f"the preheader has {len(text)} characters; expected 40 to 130"
    if text and text == one_line([letter.subject or ""]):
        yield "warning", "the preheader repeats the subject"


def markup(letter: ParsedMessage) -> Iterator[Judgement]:
    """Rule 22: nothing active or foreign, and what mail clients need to show it well."""
    if letter.page is None:
        yield "error", "there is no page"
        return
    yield from ((level, says) for level, path, says in _MARKUP if letter.page.xpath(path))


def images(letter: ParsedMessage) -> Iterator[Judgement]:
    """Rule 23: images that load, keep their place, and are not missed when they are off."""
    faults = (
        (("warning", fault), image.get("src", "")) for image in letter.found("//img") for fault in _image_faults(image)
    )
    yield from _grouped(faults)
    if letter.found("//img") and len(letter.shown) < _WORDS_BESIDE_IMAGES:
        yield "warning", f"{len(letter.shown)} characters of text beside images say little when images are off"


def hyperlinks(letter: ParsedMessage) -> Iterator[Judgement]:
    """Rule 24: links that lead where they say, and that no phishing filter takes for a trick."""
    anchors = letter.found("//a[@href]|//area[@href]")
    urls = [str(anchor.get("href")).strip() for anchor in anchors]
    texts = [one_line(anchor.itertext()) for anchor in anchors]
    yield from _grouped(
        (fault, url) for url, text in zip(urls, texts, strict=True) for fault in _link_faults(letter, url, text)
    )
    hosts = {parts.hostname for parts in map(_split, urls) if parts and parts.hostname}
    if len(hosts) > _HOSTS:
        yield "warning", f"the links lead to {len(hosts)} hosts; many hosts look like spam"


def body(letter: ParsedMessage) -> Iterator[Judgement]:
    """Rule 25: the way out, the preferences, the web page and the sender's postal address, in both parts."""
    urls = [str(anchor.get("href")).strip() for anchor in letter.found("//a[@href]")]
    ways = {"unsubscribe": letter.ways_out[0] if letter.ways_out else ""}
    if letter.base_url:
        ways |= {"preferences": f"{letter.base_url}/p/", "view online": f"{letter.base_url}/v/"}
    for name, way in ways.items():
        if not any(_leads(url, way) for url in urls):
            yield "error", f"the HTML part has no {name} link"
        if not way or way not in letter.text:
            yield "error", f"the text part has no {name} link"
    if _leaves_late(letter):
        yield "error", f"the unsubscribe link stands behind byte {_LEAVE_BEFORE}, where Gmail may have clipped the page"
    yield from _postal(letter)


def plain_text(letter: ParsedMessage) -> Iterator[Judgement]:
    """Rule 26: a text part that is not empty and has the same stories."""
    if not letter.text.strip():
        yield "error", "the text part is empty"
        return
    told = {url.rstrip(".,;:!?)'") for url in _WEB.findall(letter.text)}
    linked = {str(anchor.get("href")).strip() for anchor in letter.found("//a[@href]")}
    missing = sorted(url for url in linked if _is_story(letter, url) and url not in letter.text)
    if missing:
        yield "error", f"the text part lacks {_first(missing)}"
    more = sorted(url for url in told - linked if _is_story(letter, url) and url not in letter.shown)
    if more:
        yield "warning", f"the page lacks {_first(more)}"


def placeholders(letter: ParsedMessage) -> Iterator[Judgement]:
    """Rule 27: no template's slip, unless the issue's foreign texts hold it."""
    foreign = sorted({one_line([text]) for text in letter.foreign if _SLIP.search(text)}, key=len, reverse=True)
    attributes = one_line(letter.found("//@alt|//@title|//@aria-label"))
    addresses = one_line(letter.found("//@href|//@src"))
    places = (("subject", letter.subject or ""), ("page", letter.shown), ("page's attributes", attributes))
    for place, text in (*places, ("text part", letter.text)):
        slip = _SLIP.search(_without(one_line([text]), foreign))
        if slip:
            yield "error", f"the {place} has {slip[0]!r}, which looks like a template's slip"
    slip = _BRACES.search(addresses)
    if slip:
        yield "error", f"an address has {slip[0]!r}, which looks like a template's slip"


def _image_faults(image: lxml.html.HtmlElement) -> Iterator[str]:
    parts = _split(image.get("src", ""))
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        yield "an image's address is not absolute"
    elif parts.scheme == "http":
        yield "an image is http, which clients may not show"
    if image.get("alt") is None:
        yield "an image has no alt"
    if not image.get("width") or not image.get("height"):
        yield "an image has no width or no height"


def _link_faults(letter: ParsedMessage, url: str, text: str) -> Iterator[Judgement]:
    parts = _split(url)
    if url.startswith("#") or (parts is not None and parts.scheme in {"mailto", "tel"}):
        return
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        yield "error", "a link is not an absolute web address"
        return
    here = is_loopback(parts.hostname)
    if "@" in parts.netloc:
        yield "error", "a link has a user name in it"
    if parts.hostname.removeprefix("www.") in _SHORTENERS:
        yield "error", "a link goes through a URL shortener"
    if here:
        yield "warning", "a link leads to this machine, and works nowhere else"
    elif _is_ip(parts.hostname):
        yield "error", "a link's host is an IP address"
    if parts.scheme == "http" and not here:
        yield ("error", "a link of our own is not https") if letter.is_own(url) else ("warning", "a link is not https")
    shown = _LOOKS_LIKE_URL.fullmatch(text)
    if shown and shown[2].lower().removeprefix("www.") != parts.hostname.removeprefix("www."):
        foreign = shown[1] is None or text in map(clean_line, letter.foreign)
        yield "warning" if foreign else "error", "a link's text names another host than the one it leads to"


def _grouped(faults: Iterable[tuple[Judgement, str]]) -> Iterator[Judgement]:
    """One judgement for each kind of fault, with the first address that has it."""
    addresses: defaultdict[Judgement, list[str]] = defaultdict(list)
    for fault, url in faults:
        addresses[fault].append(url)
    yield from ((level, f"{says}: {_first(urls)}") for (level, says), urls in addresses.items())


def _first(urls: list[str]) -> str:
    more = len(set(urls)) - 1
    return clean_line(urls[0], 120) + (f" and {more} more" if more else "")


def _leads(url: str, way: str) -> bool:
    return bool(way) and (url == way or (way.endswith("/") and url.startswith(way)))


def _leaves_late(letter: ParsedMessage) -> bool:
    if not letter.ways_out:
        return False
    sizes = letter.sizes
    before = letter.html.find(letter.ways_out[0].replace("&", "&amp;"))
    return before > 0 and len(letter.html[:before].encode()) * sizes.html_encoded > _LEAVE_BEFORE * sizes.html_decoded


def _postal(letter: ParsedMessage) -> Iterator[Judgement]:
    if letter.postal_address == "":
        yield "warning", "no part has the sender's postal address: set [portal] postal_address"
    elif letter.postal_address is not None:
        wanted = one_line([letter.postal_address])
        for part, text in (("HTML", letter.shown), ("text", one_line([letter.text]))):
            if wanted not in text:
                yield "error", f"the {part} part has no postal address"


def _is_story(letter: ParsedMessage, url: str) -> bool:
    """Whether a link leads to something to read: not to a site's front page, and not to our own pages."""
    parts = _split(url)
    web = parts is not None and parts.scheme in {"http", "https"}
    return web and not letter.is_own(url) and bool(parts and (parts.path.strip("/") or parts.query))


def _without(text: str, foreign: list[str]) -> str:
    """The text less the foreign ones, also where one was cut short by "…"."""
    for whole in foreign:
        text = text.replace(whole, " ")
        cut = next((head for end in range(len(whole), 0, -1) if (head := whole[:end] + "…") in text), None)
        text = text.replace(cut, " ") if cut else text
    return text


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _is_ip(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return re.fullmatch(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}", host) is not None
