"""The rules for what a reader sees: HTML, images, links and text of a finished message.

The rules of `forbidden_markup` and `unusable_addresses` also hold for an issue that is rendered and not sent yet.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

import lxml.etree
import lxml.html

from digest.message import limits
from digest.message.parsed_message import CheckedMessage, one_line
from digest.parsing.text import clean_line
from digest.parsing.urls import is_loopback, shown_host

Violation = tuple[str, str]  # level ("error" or "warning") and sentence

_MAX_HOSTS = 25
_MIN_TEXT = 400  # characters beside images
_INVISIBLE = re.compile(r"[\s\u00ad\u034f\u200b-\u200f\u2007\u2060\ufeff]+")
_TEMPLATE_SYNTAX = re.compile(r"\{\{|\}\}|\{%|%\}|\[\[|\bundefined\b|\bNone\b")
_BRACES = re.compile(r"\{\{|\}\}|\{%|%\}")
_WEB_URL = re.compile(r"https?://[^\s<>\"\[\]]+")
_AFTER_URL = ".,;:!?)'"  # punctuation that may follow an address, or end it
_LOOKS_LIKE_URL = re.compile(r"(?i)(https?://|www\.)?(?:[a-z0-9-]+\.)+[a-z]{2,}(?:[/?#]\S*)?")
_SHORTENERS = frozenset(
    {"bit.ly", "t.co", "goo.gl", "tinyurl.com", "ow.ly", "is.gd", "buff.ly", "cutt.ly", "rebrand.ly", "t.ly"}
    | {"shorturl.at", "clck.ru", "vk.cc", "goo.su", "u.to"}
)
# Most mail clients remove these elements or do not support them: https://www.caniemail.com/features/
_FORBIDDEN_TAGS = frozenset(
    {"script", "form", "input", "button", "iframe", "object", "embed", "applet", "base", "link", "svg", "video"}
)
_RECOMMENDED_MARKUP = (
    ("not(/html[string(@lang)])", "the html element has no lang"),
    ("not(normalize-space(//head/title))", "it has no title"),
    ("not(//meta[@charset or contains(@content, 'charset')])", "it has no charset meta"),
    ("not(//meta[@name = 'viewport'])", "it has no viewport meta"),
    ("not(//meta[@name = 'color-scheme'])", "it has no color-scheme meta"),
    ("not(//meta[@name = 'supported-color-schemes'])", "it has no supported-color-schemes meta"),
    ("//table[not(@role = 'presentation' or @role = 'none')]", 'a table has no role="presentation"'),
    ("not(//body//*[@style])", "it has no inlined styles"),
)


def forbidden_markup(page: lxml.html.HtmlElement) -> Iterator[str]:
    """What no message may contain: active content, forms, external style sheets and redirects, a phrase for each."""
    for element in page.iter(lxml.etree.Element):
        tag = str(element.tag)
        if tag in _FORBIDDEN_TAGS:
            yield f"<{tag}>, which mail must not contain"
        for name in element.attrib:
            if str(name).lower().startswith("on"):
                yield f"the attribute {name!s} on <{tag}>, which mail must not contain"
        if tag == "style" and "@import" in (element.text or ""):
            yield "a style sheet with @import, which mail must not contain"
        if tag == "meta" and element.get("http-equiv", "").lower() == "refresh":
            yield "a meta refresh, which mail must not contain"


def unusable_addresses(page: lxml.html.HtmlElement) -> Iterator[str]:
    """Links that are not absolute, and images without an absolute address or without alt, a phrase for each."""
    for link in page.iter("a"):
        if not _is_link_address(link.get("href")):
            yield f"a link that is not absolute: {link.get('href')!r:.200}"
    for image in page.iter("img"):
        if image.get("alt") is None:
            yield f"an image without alt: {image.get('src')!r:.200}"
        if not _is_web_address(image.get("src")):
            yield f"an image whose address is not absolute: {image.get('src')!r:.200}"


def preheader(message: CheckedMessage) -> Iterator[Violation]:
    """Rule 21: hidden text of 40 to 130 characters before all else, different from the subject."""
    hidden = message.xpath("(//body//*[contains(translate(@style, ' ', ''), 'display:none')])[1]")
    # Soft breaks within long words are not shown.
    text = _INVISIBLE.sub(" ", hidden[0].text_content().replace("\u200b", "")).strip() if hidden else ""
    if not text:
        yield "warning", "there is no preheader: the HTML part has no hidden text"
    elif not 40 <= len(text) <= 130:
        yield "warning", f"the preheader has {len(text)} characters; expected 40 to 130"
    if text and text == one_line([message.subject or ""]):
        yield "warning", "the preheader repeats the subject"


def markup(message: CheckedMessage) -> Iterator[Violation]:
    """Rule 22: nothing active or external, and what mail clients need to display it well."""
    page = message.page
    if page is None:
        yield "error", "there is no HTML part"
        return
    yield from (("error", f"it has {phrase}") for phrase in dict.fromkeys(forbidden_markup(page)))
    yield from (("warning", sentence) for path, sentence in _RECOMMENDED_MARKUP if page.xpath(path))


def images(message: CheckedMessage) -> Iterator[Violation]:
    """Rule 23: images that load and fit everywhere, and enough text when they are off."""
    pictures = message.xpath("//img")
    yield from _grouped(
        (("warning", sentence), image.get("src", "")) for image in pictures for sentence in _image_problems(image)
    )
    if pictures and len(message.visible_text) < _MIN_TEXT:
        yield "warning", f"there are only {len(message.visible_text)} characters of text beside the images"


def hyperlinks(message: CheckedMessage) -> Iterator[Violation]:
    """Rule 24: links that lead where they say, and that phishing filters accept."""
    links = [
        (str(link.get("href", "")).strip(), one_line(link.itertext())) for link in message.xpath("//a|//area[@href]")
    ]
    yield from _grouped((problem, url) for url, text in links for problem in _link_problems(message, url, text))
    hosts = {parts.hostname for parts in (_split(url) for url, _ in links) if parts and parts.hostname}
    if len(hosts) > _MAX_HOSTS:
        yield "warning", f"the links lead to {len(hosts)} hosts; many hosts look like spam"


def body(message: CheckedMessage) -> Iterator[Violation]:
    """Rule 25: links to unsubscribe, to preferences and to the web page, and the postal address, in both parts."""
    wanted = {"unsubscribe": message.unsubscribe_urls[0] if message.unsubscribe_urls else ""}
    if message.base_url:
        wanted |= {
            "preferences": f"{message.base_url}/preferences/",
            "view online": f"{message.base_url}/archive/",
        }
    for name, target in wanted.items():
        if not any(_leads_to(url, target) for url in message.link_urls):
            yield "error", f"the HTML part has no {name} link"
        if not target or target not in message.text:
            yield "error", f"the text part has no {name} link"
    if _is_unsubscribe_late(message):
        yield (
            "error",
            f"the unsubscribe link is behind byte {limits.UNSUBSCRIBE_LIMIT}, where Gmail may clip it",
        )
    yield from _postal_address(message)


def plain_text(message: CheckedMessage) -> Iterator[Violation]:
    """Rule 26: a text part that is not empty and has the same stories."""
    if not message.text.strip():
        yield "error", "the text part is empty"
        return
    linked = set(message.link_urls)
    in_text = set(_WEB_URL.findall(message.text))
    missing = sorted(url for url in linked if _is_story(message, url) and url not in message.text)
    if missing:
        yield "error", f"the text part lacks {_first_of(missing)}"
    unlinked = {url.rstrip(_AFTER_URL) for url in in_text if not any(_is_same(url, one) for one in linked)}
    extra = sorted(url for url in unlinked if _is_story(message, url) and url not in message.visible_text)
    if extra:
        yield "warning", f"the HTML part lacks {_first_of(extra)}"


def _is_same(in_text: str, linked: str) -> bool:
    """Whether a text has that address: the beginning of it, or the whole with punctuation behind it."""
    return linked.startswith(in_text) or not in_text.removeprefix(linked).strip(_AFTER_URL)


def placeholders(message: CheckedMessage) -> Iterator[Violation]:
    """Rule 27: no template syntax and no undefined value, except in the issue's foreign texts."""
    foreign = {one_line([text]) for text in message.foreign if _TEMPLATE_SYNTAX.search(text)}
    longest_first = sorted(foreign, key=len, reverse=True)
    places = {
        "subject": message.subject or "",
        "HTML part": message.visible_text,
        "HTML part's attributes": one_line(message.xpath("//@alt|//@title|//@aria-label")),
        "text part": message.text,
    }
    for place, text in places.items():
        if found := _TEMPLATE_SYNTAX.search(_without(one_line([text]), longest_first)):
            yield "error", f"the {place} has {found[0]!r}, which looks like a mistake in a template"
    if found := _BRACES.search(one_line(message.xpath("//@href|//@src"))):
        yield "error", f"an address has {found[0]!r}, which looks like a mistake in a template"


def _is_link_address(url: str | None) -> bool:
    """Whether a link with this address works in a message: http, https or mailto, and absolute."""
    parts = _split(url or "")
    return _is_web_address(url) or (parts is not None and parts.scheme == "mailto")


def names_its_host(text: str, url: str) -> bool:
    """Whether a link's text is an address, or a name, of the host that the link leads to."""
    if any(map(str.isspace, text)):
        return False
    try:
        shown, host = shown_host(text if "://" in text else f"//{text}"), shown_host(url)
    except ValueError:
        return False
    return host is not None and shown == host


def _is_web_address(url: str | None) -> bool:
    parts = _split(url or "")
    return parts is not None and parts.scheme in {"http", "https"} and bool(parts.hostname)


def _image_problems(image: lxml.html.HtmlElement) -> Iterator[str]:
    url = image.get("src", "")
    if not _is_web_address(url):
        yield "an image's address is not absolute"
    elif urlsplit(url).scheme == "http":
        yield "an image is http, which mail clients may not show"
    if image.get("alt") is None:
        yield "an image has no alt"
    if not image.get("width"):
        yield "an image has no width, so that Outlook shows it in its own size"


def _link_problems(message: CheckedMessage, url: str, text: str) -> Iterator[Violation]:
    if not _is_link_address(url):
        yield "error", "a link is not absolute"
        return
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "mailto":
        return
    if "@" in parts.netloc:
        yield "error", "a link has a user name in it"
    if host.removeprefix("www.") in _SHORTENERS:
        yield "error", "a link uses a URL shortener"
    if is_loopback(host):
        yield "warning", "a link leads to this machine and works nowhere else"
    elif _is_ip(host):
        yield "error", "a link's host is an IP address"
    if parts.scheme == "http" and not is_loopback(host):
        yield ("error", "a link of our own is not https") if message.is_own(url) else ("warning", "a link is not https")
    shown = _LOOKS_LIKE_URL.fullmatch(text)
    if shown and not names_its_host(text, url):
        is_foreign = shown[1] is None or text in map(clean_line, message.foreign)
        yield "warning" if is_foreign else "error", "a link's text names another host than its address"


def _grouped(problems: Iterable[tuple[Violation, str]]) -> Iterator[Violation]:
    """One violation for each kind, with the first address that has it."""
    addresses: defaultdict[Violation, list[str]] = defaultdict(list)
    for violation, url in problems:
        addresses[violation].append(url)
    yield from ((level, f"{sentence}: {_first_of(urls)}") for (level, sentence), urls in addresses.items())


def _first_of(urls: list[str]) -> str:
    more = len(set(urls)) - 1
    return clean_line(urls[0], 120) + (f" and {more} more" if more else "")


def _leads_to(url: str, target: str) -> bool:
    return bool(target) and (url == target or (target.endswith("/") and url.startswith(target)))


def _is_unsubscribe_late(message: CheckedMessage) -> bool:
    if not message.unsubscribe_urls:
        return False
    place = message.html.find(message.unsubscribe_urls[0].replace("&", "&amp;"))
    sizes = message.sizes
    before = len(message.html[: max(place, 0)].encode())
    return before * sizes.html_encoded > limits.UNSUBSCRIBE_LIMIT * sizes.html_decoded


def _postal_address(message: CheckedMessage) -> Iterator[Violation]:
    if not message.postal_address:
        yield "warning", "no part has the sender's postal address: set [portal] postal_address"
        return
    wanted = one_line([message.postal_address])
    for part, text in (("HTML", message.visible_text), ("text", one_line([message.text]))):
        if wanted not in text:
            yield "error", f"the {part} part has no postal address"


def _is_story(message: CheckedMessage, url: str) -> bool:
    """Whether a link leads to something to read, neither to a site's front page nor to our own pages."""
    parts = _split(url)
    if parts is None or parts.scheme not in {"http", "https"} or message.is_own(url):
        return False
    return bool(parts.path.strip("/") or parts.query)


def _without(text: str, foreign: list[str]) -> str:
    """The text without the foreign ones, also where one was shortened with "…"."""
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
