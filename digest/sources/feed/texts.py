"""Titles, summaries and bylines of items as plain text, and attributes of HTML tags."""

import html
import re
from collections.abc import Iterable
from functools import cache, lru_cache, partial

from digest.parsing.absent import is_absent
from digest.parsing.html_text import is_markup, literal_title, plain_text, summary_text, title_text
from digest.parsing.references import resolved_attribute
from digest.parsing.text import clean_line, distinct_summary
from digest.parsing.urls import web_url
from digest.sources.feed.leading_title import text_below_title
from digest.sources.shown_markup import shown_markup

_MAILBOX = re.compile(r"<?\b[\w.+-]+@[\w-]+\.[\w.-]+>?")
_LONGEST_MARKUP = 200_000
_LONGEST_HEAD = 20_000
_META = re.compile(r"(?i)<meta\b([^<>]{1,2000})>")
_REFRESH = re.compile(r"""(?i)\s*(\d*)[\d.]*\s*[;,]?\s*url\s*=\s*["']?([^"']{1,2000})""")
# Seconds: a page that leads on later is one to be read, such as a front page that reloads itself.
_LONGEST_REFRESH = 15
_NOT_FOLLOWED = re.compile(r"(?is)<!--(?:(?!<!--).)*?-->|<noscript\b(?:(?!<noscript\b).)*?</noscript\s*>")
_TITLE_WORDS = 80
_TITLE = re.compile(r"(?i)<title\b[^<>]{0,200}>([^<]{1,1000})<")
_LONGEST_TITLE = 80
_LONGEST_BYLINE = 120
_BETWEEN_SECTIONS = " ,;|/•·"  # what pages show between two of them
_MOST_AUTHORS = 3
_ADDRESS = re.compile(r"(?i)<?\bhttps?://[^\s<>]*>?")
# What engines call the lack of a category, and marks for Yandex Zen, which no reader sees.
_NO_SECTIONS = frozenset(
    (
        *("uncategorized", "uncategorised", "без рубрики", "без категории", "без категорії", "non classé"),
        *("sin categoría", "sem categoria", "senza categoria", "geen categorie", "bez kategorii"),
        *("format-article", "format-post", "native-yes", "native-no", "native-draft", "index", "noindex"),
        *("comment-all", "comment-subscribers", "comment-none"),
    )
)
# What is before a name and no part of it, and what engines call their first user or one that they do not know.
_LABEL = re.compile(r"(?i)(?:(?:(?:written|posted|story|words) )?by(?=[\s:])|(?:авторы?|текст|authors?)(?=\s?:))[\s:]*")
_NO_AUTHORS = frozenset(
    {"admin", "administrator", "root", "super user", "superuser", "unknown", "админ", "администратор"}
)
_CLOSING = {"(": ")", "<": ">"}


def heading(value: str, kind: str, *, literal: bool) -> str:
    """A title of a MIME type as a line of text; `literal` where the format promises that plain text holds no markup."""
    if kind in {"text/html", "application/xhtml+xml"}:
        return plain_text(value, 300)
    return literal_title(value) if literal else title_text(value)


def paragraph(value: str, kind: str) -> str | None:
    """A summary of a MIME type as one paragraph of plain text, or None; HTML that is declared as plain text is HTML.

    So is a CDATA section that was escaped.
    """
    if kind == "text/plain" and not is_markup(value) and not value.startswith("<![CDATA["):
        line = summary_text(html.escape(value[:_LONGEST_MARKUP], quote=False))
    else:
        line = summary_text(_without_unseen(value)) or summary_text(value)
    return None if not line or is_absent(line) else line


def first_paragraph(texts: Iterable[tuple[str, str]], title: str) -> str | None:
    """The first of several texts, each with its MIME type, that says something; one that repeats the title does not.

    A first block that repeats the title is left out.
    """
    for value, kind in texts:
        line = text_below_title(value, title, partial(paragraph, kind=kind))
        if line and (not title or distinct_summary(line, title)):
            return line
    return None


def _without_unseen(markup: str) -> str:
    # Quick path for markup without such elements (benchmarks: parsing).
    if "=" in markup and ("class=" in markup or "hidden" in markup or "none" in markup):
        return shown_markup(markup[:_LONGEST_HEAD]) + markup[_LONGEST_HEAD:]
    return markup


def first_words(summary: str | None) -> str:
    """A title for an item that has none."""
    return clean_line(summary or "", _TITLE_WORDS)


def html_attribute(tag: str, name: str) -> str:
    """An attribute of an HTML tag (what is between the brackets), entities resolved; empty if it is missing."""
    match = _attribute_pattern(name).search(tag)
    return resolved_attribute(match[1] or match[2] or match[3] or "") if match else ""


def title_of_page(page: str) -> str:
    """The title of a web page that is not what was expected: that of maintenance, a login or a check for robots."""
    title = _TITLE.search(page)
    return clean_line(plain_text(title[1], _LONGEST_TITLE), _LONGEST_TITLE) if title else ""


def page_it_leads_to(page: str, url: str | None) -> str | None:
    """The other URL that a web page at `url` leads to at once with `<meta http-equiv="refresh">`."""
    for meta in _META.finditer(_NOT_FOLLOWED.sub("", page[:_LONGEST_HEAD])):
        if html_attribute(meta[1], "http-equiv").strip().lower() == "refresh":
            target = _REFRESH.match(html_attribute(meta[1], "content"))
            if target is None or int(target[1][:9] or 0) > _LONGEST_REFRESH:
                return None
            found = web_url(target[2], url)
            return found if found != url else None
    return None


@cache
def _attribute_pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"""(?i)(?:^|[\s"']){name}\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")


@lru_cache(maxsize=1_000)  # the same few authors and sections are in all items of a feed
def author_name(text: str) -> str | None:
    """An author's name without addresses, and without a word such as `By` before it.

    None for the user `admin` and for the number of a user. Brackets around the whole of it go, those within it stay.
    """
    name = title_text(text[:1_000], 1_000)
    if label := _LABEL.match(name):
        name = name[label.end() :]
    if "@" in name:
        name = _MAILBOX.sub("", name).replace("()", "")
    if "://" in name:
        name = _ADDRESS.sub("", name)
    line = clean_line(_with_matching_brackets(name.strip(" ()<>,;")), _LONGEST_BYLINE)
    return None if is_absent(line) or line.casefold() in _NO_AUTHORS or not any(map(str.isalpha, line)) else line


@lru_cache(maxsize=1_000)
def byline(authors: tuple[str, ...]) -> str | None:
    """The names of one or several authors as a line, the first three of them."""
    names = list(dict.fromkeys(name for text in authors if (name := author_name(text))))
    more = ["…"] if len(names) > _MOST_AUTHORS else []
    return clean_line(", ".join(names[:_MOST_AUTHORS] + more), _LONGEST_BYLINE) or None


def _with_matching_brackets(core: str) -> str:
    """A name whose ends were stripped of brackets, with those again that belong to a bracket within it."""
    missing, opening = "", ""
    for char in core:
        if char in _CLOSING:
            missing = _CLOSING[char] + missing
        elif missing.startswith(char):
            missing = missing[1:]
        elif char == ")":
            opening += "("
    return opening + core + missing


def picture_credit(line: str | None) -> str | None:
    """A line that says whose a picture is, without brackets around it; None for a label alone, such as `Photo:`."""
    text = line or ""
    if text.startswith("(") and text.endswith(")") and text.count("(") == 1:
        text = text[1:-1].strip()
    return None if not text or text.endswith(":") else text


@lru_cache(maxsize=1_000)
def short(text: str) -> str | None:
    """A section or a credit as a short line, or None."""
    line = title_text(text, 120)
    return None if not line or is_absent(line) else line


@lru_cache(maxsize=1_000)
def chosen_section(text: str) -> str | None:
    """The section in a field that was configured for it; None for what engines call the lack of a category."""
    name = (short(text) or "").strip(_BETWEEN_SECTIONS)
    return None if name.casefold() in _NO_SECTIONS or not any(map(str.isalnum, name)) else name


@lru_cache(maxsize=1_000)
def section_name(text: str) -> str | None:
    """The section that a category names; None for an identifier, an address, and a mark for other programs."""
    name = chosen_section(text)
    return None if name is None or name.isdecimal() or "://" in name else name


def is_recording(kind: str) -> bool:
    """Whether a MIME type is that of sound or video."""
    return kind.strip().lower().startswith(("audio/", "video/"))
