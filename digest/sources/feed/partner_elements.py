"""Elements of feeds for Yandex, Rambler and Mail.ru, which hold texts that the ordinary elements often lack.

https://yandex.ru/support/news/feed.html and https://yandex.ru/dev/turbo/doc/rss/elements.html (archived) describe them.
"""

import re
from collections.abc import Iterator
from html import unescape

from digest.parsing.text import plain_text, title_text
from digest.sources.feed.fields import Table, text_field

FULL_TEXTS = ("yandex_full-text", "rambler_fulltext", "rambler_full-text", "mailru_full-text")
TURBO_CONTENT, TURBO_TOPIC, TURBO_SOURCE = "turbo_content", "turbo_topic", "turbo_source"
PARTNER_ELEMENTS = frozenset({*FULL_TEXTS, TURBO_CONTENT, TURBO_TOPIC, TURBO_SOURCE})

# feedparser drops the text of an unknown element that has attributes.
_WITH_ATTRIBUTES = re.compile(r"(?i)<((?:yandex|rambler|mailru|turbo):(?:full-?text|content|topic|source))\s[^<>]*>")
_H1 = re.compile(r"(?is)<h1\b[^<>]*>(.{1,1000}?)</h1\s*>")
_LONGEST_HEAD = 20_000
# The heading, pictures with captions, menus and buttons of a Turbo page are not its text.
_ASIDE = re.compile(r"<(/?)(?i:header|h1|figure|menu|nav|button|form)\b[^<>]*>")


def without_attributes(text: str) -> str:
    """A feed whose partner elements have no attributes."""
    return _WITH_ATTRIBUTES.sub(r"<\1>", text)


def partner_texts(item: Table) -> Iterator[tuple[str, str]]:
    """The texts of an item's partner elements, in HTML: each as it is, and without what is not text."""
    for name in FULL_TEXTS:
        if value := _markup(item, name):
            yield value, value
    if value := _markup(item, TURBO_CONTENT):
        yield value, _without_asides(value)


def partner_title(item: Table) -> str:
    """The title of a Turbo page; empty if there is none."""
    if topic := text_field(item, TURBO_TOPIC):
        return title_text(topic)
    heading = _H1.search(_markup(item, TURBO_CONTENT)[:_LONGEST_HEAD])
    return plain_text(heading[1], 300) if heading else ""


def _markup(item: Table, name: str) -> str:
    """The HTML of an element; feedparser leaves it escaped where it reads XML that is not well-formed."""
    value = text_field(item, name)
    return unescape(value) if "&lt;" in value and "<" not in value else value


def _without_asides(markup: str) -> str:
    kept, depth, end = [], 0, 0
    for tag in _ASIDE.finditer(markup):
        kept.append("" if depth else markup[end : tag.start()])
        depth = max(0, depth - 1) if tag[1] else depth + 1
        end = tag.end()
    kept.append("" if depth else markup[end:])
    return " ".join(kept)
