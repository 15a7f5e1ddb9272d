"""Foreign text, cleaned: what a feed, a database or a page says becomes a line or a short paragraph of plain text."""

import html
import re
import unicodedata

import nh3

_BREAKING = re.compile(
    r"(?i)<(?=/?(?:p|br|div|li|ul|ol|tr|td|th|h[1-6]|blockquote|section|article|figure|figcaption|hr)\b)"
)
_INLINE = re.compile(
    r"(?i)</?(?:a|abbr|b|big|br|cite|code|div|em|font|i|img|mark|nobr|p|q|s|small|span|strong|sub|sup|tt|u|wbr)"
    r"(?:\s[^<>]*)?/?>"
)
# Cc controls, Cs surrogates, Co private use, Cn unassigned; Cf holds the bidi controls, zero-width characters and tags.
_UNWANTED = frozenset({"Cc", "Cs", "Co", "Cn", "Cf"})
_JOINERS = frozenset("\u200c\u200d")  # Persian and Indic spelling, and emoji sequences, need these two
_LINE_BREAK = re.compile(r"(?i)<br(?:\s[^<>]*)?/?>")
_IDLE_JOINERS = re.compile(r"(?<!\S)[\u200c\u200d]+|[\u200c\u200d]+(?!\S)")  # they join nothing: nobody sees them
_SENTENCE_END = re.compile(r"[.!?…][»”\"')\]]*(?=\s)")
_LONGEST = (
    200_000  # characters of foreign text that are looked at: far more than any summary, little enough to be quick
)


def clean_line(text: str, limit: int = 300) -> str:
    """One line of at most `limit` characters: no controls, bidi overrides, zero-width or private characters."""
    kept = "".join(_visible(char) for char in text[:_LONGEST])
    return _capped(" ".join(_IDLE_JOINERS.sub("", unicodedata.normalize("NFC", kept)).split()), limit)


def title_text(markup: str, limit: int = 300) -> str:
    """A title as a line: known inline tags go, entities are resolved, any other markup stays as literal text."""
    return clean_line(html.unescape(_INLINE.sub("", _LINE_BREAK.sub(" ", markup[:_LONGEST]))), limit)


def plain_text(markup: str, limit: int = 600) -> str:
    """Foreign HTML as a paragraph of at most `limit` characters, cut after a sentence if one ends past the half."""
    whole = markup[:_LONGEST].encode(errors="ignore").decode()  # nh3 takes no lone surrogates; JSON can hold them
    spaced = _BREAKING.sub(" <", whole)
    bare = nh3.clean(
        spaced, tags=set(), clean_content_tags={"script", "style", "title", "iframe", "noscript", "template"}
    )
    line = clean_line(html.unescape(bare), _LONGEST)
    if len(line) <= limit:
        return line
    ends = [match.end() for match in _SENTENCE_END.finditer(line, 0, limit)]
    return line[: ends[-1]] if ends and ends[-1] > limit // 2 else _capped(line, limit)


def _visible(char: str) -> str:
    if char.isprintable() or char in _JOINERS:
        return char
    return " " if char.isspace() or unicodedata.category(char) not in _UNWANTED else ""


def _capped(line: str, limit: int) -> str:
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    word = head.rpartition(" ")[0]
    return (word if len(word) > limit // 2 else head).rstrip(" ,;:—–-") + "…"
