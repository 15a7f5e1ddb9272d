"""Elements of feeds for Yandex, Rambler and Mail.ru, which hold texts that the ordinary elements often lack.

https://yandex.ru/support/news/feed.html and https://yandex.ru/dev/turbo/doc/rss/elements.html (archived) describe them.
"""

import re
from collections.abc import Iterator

from digest.parsing.html_text import plain_text, title_text
from digest.parsing.references import resolved
from digest.sources.feed.fields import Table, text_field

FULL_TEXTS = (
    *("yandex_full-text", "rambler_fulltext", "rambler_full-text", "mailru_full-text"),
    *("full-text", "fulltext", "rbc_news_full-text"),
)
CAPTION = "media_caption"
"""The name under which the description of a medium is read: the summary of an item only without any other text."""

ORIGINAL_LINK = "feedburner_origlink"
"""The article's own address, where its link is one that counts clicks."""

TURBO_CONTENT, TURBO_TOPIC, TURBO_SOURCE = "turbo_content", "turbo_topic", "turbo_source"
PARTNER_ELEMENTS = frozenset({*FULL_TEXTS, TURBO_CONTENT, TURBO_TOPIC, TURBO_SOURCE, CAPTION})

_HOSTS = {
    "yandex": "news.yandex.ru",
    "turbo": "turbo.yandex.ru",
    "rambler": "news.rambler.ru",
    "mailru": "news.mail.ru",
}
PREFIXES = tuple(_HOSTS)
NAMESPACES = {
    f"{scheme}://{host}{end}": prefix
    for prefix, host in _HOSTS.items()
    for scheme in ("http", "https")
    for end in ("", "/")
}
"""The usual prefix of each namespace, which feeds write in several ways."""

_DECLARATION = re.compile(r"""\bxmlns:([A-Za-z_][\w.-]*)\s*=\s*["']\s*+([^\s"'<>]{1,100}+)\s*+["']""")
_PREFIX = re.compile(r"(</?)([A-Za-z_][\w.-]{0,99}):")
_LOCAL_NAME = r"(?:full-?text|content|topic|source)"
_TAG = re.compile(rf"(?i)<(/?)((?:{'|'.join(_HOSTS)}):{_LOCAL_NAME}|full-?text|media:caption)(?:\s[^<>]*?)?(/?)>")
_DESCRIPTION = re.compile(r"(?i)(</?media:)description\b")
# Lists of other articles, and words to search for, which feedparser takes for the item's own link and categories.
_OTHER_ARTICLES = re.compile(
    rf"(?is)<((?:(?:{'|'.join(_HOSTS)}):)?related)\b[^<>]*(?:/>|>(?:(?!</?\1\b).)*</\1\s*>)"
    r"|<((?:media|itunes):keywords)\b[^<>]*>(?:[^<]|<!\[CDATA\[[^\]]*\]\]>)*</\2\s*>"
)
_H1 = re.compile(r"(?is)<h1\b[^<>]*>((?:(?!</?h1\b).){1,1000})</h1\s*>")
_LONGEST_HEAD = 20_000
# The heading, pictures with captions, menus and buttons of a Turbo page are not its text.
_ASIDE = re.compile(r"<(/?)(?i:header|h1|figure|menu|nav|button|form)\b[^<>]*>")


def with_plain_partner_elements(text: str) -> str:
    """A feed whose partner elements have the usual prefixes, no attributes, and markup in them only in CDATA.

    feedparser drops the text of an unknown element that has attributes or children.
    """
    text = _OTHER_ARTICLES.sub("", _DESCRIPTION.sub(r"\1caption", _with_usual_prefixes(text)))
    kept, end = [], 0
    opened: re.Match[str] | None = None
    for tag in _TAG.finditer(text):
        if not tag[1]:
            opened = None if tag[3] else tag
        elif opened and tag[2] == opened[2]:
            content = text[opened.end() : tag.start()]
            kept += [text[end : opened.start()], f"<{opened[2]}>{_in_cdata(content)}"]
            opened, end = None, tag.start()
    return "".join((*kept, text[end:]))


def _with_usual_prefixes(text: str) -> str:
    usual_of = {
        one[1]: NAMESPACES[one[2].lower()] for one in _DECLARATION.finditer(text) if one[2].lower() in NAMESPACES
    }
    if all(prefix.lower() == usual for prefix, usual in usual_of.items()):
        return text
    declared = {usual for usual in usual_of.values() if usual in usual_of}

    def declaration(match: re.Match[str]) -> str:
        usual = usual_of.get(match[1], match[1])
        # A second prefix of a namespace goes: feedparser takes the first one for all its elements.
        return match[0] if usual == match[1] else "" if usual in declared else f'xmlns:{usual}="{match[2]}"'

    text = _PREFIX.sub(lambda tag: f"{tag[1]}{usual_of.get(tag[2], tag[2])}:", text)
    return _DECLARATION.sub(declaration, text)


def _in_cdata(content: str) -> str:
    """The content of an element: markup that is not escaped becomes a text."""
    return f"<![CDATA[{content}]]>" if "<" in content and "<![CDATA[" not in content else content


def partner_texts(item: Table) -> Iterator[tuple[str, str]]:
    """The texts of an item's partner elements, in HTML: each as it is, and without what is not text."""
    for name in FULL_TEXTS:
        if value := _markup(item, name):
            yield value, value
    if value := _markup(item, TURBO_CONTENT):
        yield value, _without_asides(value)
    if value := _markup(item, CAPTION):
        yield value, value


def partner_title(item: Table) -> str:
    """The title of a Turbo page; empty if there is none."""
    if topic := text_field(item, TURBO_TOPIC):
        return title_text(topic)
    heading = _H1.search(_markup(item, TURBO_CONTENT)[:_LONGEST_HEAD])
    return plain_text(heading[1], 300) if heading else ""


def _markup(item: Table, name: str) -> str:
    """The HTML of an element; feedparser leaves it escaped where it reads XML that is not well-formed."""
    value = text_field(item, name)
    return resolved(value) if "&lt;" in value and "<" not in value else value


def _without_asides(markup: str) -> str:
    kept, depth, end = [], 0, 0
    for tag in _ASIDE.finditer(markup):
        kept.append("" if depth else markup[end : tag.start()])
        depth = max(0, depth - 1) if tag[1] else depth + 1
        end = tag.end()
    kept.append("" if depth else markup[end:])
    return " ".join(kept)
