"""Foreign text, cleaned: what a feed, a database or a page says becomes a line or a short paragraph of plain text."""

import html
import re
import unicodedata

import nh3

# The sign "<" stands outside of what is read in any case, so that a search leaps from one to the next.
_BREAKING = re.compile(
    r"<(?i:(?=/?(?:p|br|div|li|ul|ol|tr|td|th|h[1-6]|blockquote|section|article|figure|figcaption|hr)\b))"
)
_INLINE = re.compile(
    r"(?i)</?(?:a|abbr|b|big|br|cite|code|div|em|font|i|img|mark|nobr|p|q|s|small|span|strong|sub|sup|tt|u|wbr)"
    r"(?:\s[^<>]*)?/?>"
)
# Whole tags that neither hold back nor move the text around them, with attributes whose end nobody can dispute.
_SIMPLE = re.compile(
    r"<(?i:/?(?:p|br|div|li|ul|ol|h[1-6]|blockquote|figure|figcaption|hr|a|abbr|b|big|cite|code|em|font|i|img|mark|q"
    r"|s|small|span|strong|sub|sup|tt|u|wbr)"
    r"(?:\s++[a-z][\w:-]*+(?:=(?:\"[^\"<>]*+\"|'[^'<>]*+'|[^\s\"'<>=`]++))?)*+\s*+/?>)",
    re.ASCII,
)
# Cc controls, Cs surrogates, Co private use, Cn unassigned; Cf holds the bidi controls, zero-width characters and tags.
_UNWANTED = frozenset({"Cc", "Cs", "Co", "Cn", "Cf"})
_JOINERS = frozenset("\u200c\u200d")  # Persian and Indic spelling, and emoji sequences, need these two
_LINE_BREAK = re.compile(r"(?i)<br(?:\s[^<>]*)?/?>")
_IDLE_JOINERS = re.compile(r"(?<!\S)[\u200c\u200d]+|[\u200c\u200d]+(?!\S)")  # they join nothing: nobody sees them
_SENTENCE_END = re.compile(r"[.!?…][»”\"')\]]*(?=\s)")
_WITHOUT_TEXT = {"script", "style", "title", "iframe", "noscript", "template"}
_AHEAD = 8  # times as much markup as text is wanted mostly holds more than enough of it
_MOVES_TEXT = re.compile(r"<(?i:table)")  # what stands in a table and in none of its cells is text before the table
_LONGEST = (
    200_000  # characters of foreign text that are looked at: far more than any summary, little enough to be quick
)


def clean_line(text: str, limit: int = 300) -> str:
    """One line of at most `limit` characters: no controls, bidi overrides, zero-width or private characters."""
    line = " ".join(text[:_LONGEST].split())
    if line.isprintable():  # nearly every text: nothing has to go
        return _capped(unicodedata.normalize("NFC", line), limit)
    kept = "".join(map(_visible, line))
    return _capped(" ".join(_IDLE_JOINERS.sub("", unicodedata.normalize("NFC", kept)).split()), limit)


def title_text(markup: str, limit: int = 300) -> str:
    """A title as a line: known inline tags go, entities are resolved, any other markup stays as literal text."""
    text = markup[:_LONGEST]
    if "<" in text:
        text = _INLINE.sub("", _LINE_BREAK.sub(" ", text))
    return clean_line(html.unescape(text), limit)


def plain_text(markup: str, limit: int = 600) -> str:
    """Foreign HTML as a paragraph of at most `limit` characters, cut after a sentence if one ends past the half."""
    head = markup[: _AHEAD * limit]
    line = _bare(head)
    if len(head) < len(markup) and (len(line) < 2 * limit or _MOVES_TEXT.search(head)):
        line = _bare(markup[:_LONGEST])
    if len(line) <= limit:
        return line
    ends = [match.end() for match in _SENTENCE_END.finditer(line, 0, limit)]
    return line[: ends[-1]] if ends and ends[-1] > limit // 2 else _capped(line, limit)


def _bare(markup: str) -> str:
    """The text of foreign HTML as one line, however long."""
    whole = markup.encode(errors="ignore").decode()  # nh3 takes no lone surrogates; JSON can hold them
    if "<" in whole:
        spaced = _BREAKING.sub(" <", whole)
        whole = _SIMPLE.sub("", spaced)
        if "<" in whole:  # anything that only a parser of HTML understands
            whole = nh3.clean(spaced, tags=set(), clean_content_tags=_WITHOUT_TEXT)
    return clean_line(html.unescape(whole), _LONGEST)


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
