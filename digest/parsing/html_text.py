"""Takes the text out of foreign HTML: titles, summaries and other paragraphs as plain text. Pure."""

import re
from html.entities import html5

import nh3

from digest.parsing.boilerplate.asides import without_asides
from digest.parsing.boilerplate.credits import without_credits
from digest.parsing.boilerplate.engine_sentences import LONGEST_BOILERPLATE, without_boilerplate
from digest.parsing.boilerplate.shortcodes import without_shortcodes
from digest.parsing.boilerplate.signs import Signs
from digest.parsing.html_tags import with_literal_brackets, with_raised_numbers, without_struck_text
from digest.parsing.references import resolved, unescaped, unescaped_again
from digest.parsing.text import LONGEST_TEXT, clean_line, cut

# "<" is outside of the group, so that the search can skip to the next one.
_BREAKING = re.compile(
    r"<(?i:(?=/?(?:p|br|div|li|ul|ol|tr|td|th|h[1-6]|blockquote|section|article|figure|figcaption|hr)\b))"
)
# Those that are left to a parser of HTML, because they are rare (benchmarks: parsing).
_ALSO_BREAKING = re.compile(
    r"<(?i:(?=/?(?:d[lt]|dd|pre|option|main|aside|nav|header|footer|details|summary|address|caption|legend)\b))"
)
_INLINE = re.compile(
    r"(?i)</?(?:a|abbr|b|big|br|cite|code|del|div|em|font|i|img|ins|mark|nobr|noindex|p|q|s|small|span|strike|strong|sub|sup|tt|u|wbr)"
    # With attributes that have values, or `a<b and c>d` would be a tag; noindex is a tag for Yandex's robot.
    r"(?:\s[^<>=]*+=[^<>]*+|\s*+/?)>|<!--/?noindex-->"
)
_BLOCK_NAMES = "(?:h[1-6]|p|div|center)"
# A title from an editor of rich text; "<h1> and <h2> in HTML" is none.
_RICH_TITLE = re.compile(rf"(?is)\s*<{_BLOCK_NAMES}(?:\s[^<>]*)?>.*</{_BLOCK_NAMES}\s*>\s*")
_BLOCK_TAG = re.compile(rf"(?i)</?{_BLOCK_NAMES}(?:\s[^<>]*)?>")
_NOINDEX = re.compile(r"(?i)<noindex>([^<]*+(?:<(?!/?noindex>)[^<]*+)*)</noindex>")
# Complete tags that neither hide nor move the text around them, with unambiguous attributes.
_SIMPLE = re.compile(
    r"<(?i:/?(?:p|br|div|li|ul|ol|h[1-6]|blockquote|figure|figcaption|hr|a|abbr|b|big|cite|code|em|font|i|img|mark|q"
    r"|s|small|span|strong|sub|sup|tt|u|wbr)"
    r"(?:\s++[a-z][\w:-]*+(?:=(?:\"[^\"<>]*+\"|'[^'<>]*+'|[^\s\"'<>=`]++))?)*\s*+/?>)",
    re.ASCII,
)
_BEGINS_WITH_TAG = re.compile(
    r"\s*<(p|div|span|a|b|i|em|strong|figure|ul|ol|table|h[1-6]|blockquote|img|br)\b[^<>]*>", re.IGNORECASE
)
_ALOUD = "screen-reader-text|sr-only|visually-?hidden|element-invisible"


def _of_class(names: str) -> str:
    """The pattern of an element that has one of these classes; it ends before the next one begins."""
    return (
        r"<(?P<tag>p|dd|div|span)\s(?=[^<>]*>)"
        # Read once, like an atomic group.
        rf"""(?=(?P<hidden>[^<>]*?class=["'][^"'<>]*\b(?:{names})\b))"""
        r"(?P=hidden)[^<>]*>(?:(?!<(?P=tag)\b).)*?</(?P=tag)\s*>"
    )


# What is for programs that read pages aloud; and beside that, captions in HTML, of WordPress and of Media RSS within a
# text. One ends before the next begins, or many that have no end would take long.
_FOR_PROGRAMS = re.compile(rf"(?is){_of_class(_ALOUD)}")
_BESIDE = re.compile(
    r"(?is)<figcaption\b(?:(?!<figcaption\b).)*?</figcaption\s*>|\[caption\b[^][]*\](?:(?!\[caption\b).)*?\[/caption\]"
    r"|<media:(content|group)\b(?:(?!<media:\1\b).)*?</media:\1\s*>"
    rf"|{_of_class(f'wp-caption-text|{_ALOUD}')}"
)
_PROGRAM_SIGNS = Signs(("reader-text", "sr-only", "y-hidden", "yhidden", "t-invisible"))
_LINE_BREAK = re.compile(r"(?i)<br(?:\s[^<>]*)?/?>")
# A character reference whose end a program cut off with that of the text. Names that HTML resolves so are none.
_NAMES = "amp nbsp quot laquo raquo mdash ndash hellip lsquo rsquo ldquo rdquo bdquo"
_CUT_NAMES = {name[:end] for name in _NAMES.split() for end in range(2, len(name) + 1)} - html5.keys()
_CUT_REFERENCE = re.compile(
    rf"&(?:amp;)?(?:#[xX]?[0-9a-fA-F]{{0,5}}|{'|'.join(sorted(_CUT_NAMES))})"
    r"(?=\s?(?:…|\.{3}|\[(?:…|\.{3})\])?\s?(?:</\w{1,10}>\s?){0,5}$)"
)
_LONGEST_END = 100
_WITHOUT_TEXT = {"script", "style", "title", "iframe", "noscript", "template"}
# What browsers show instead of a medium that they do not know, what a reader presses or fills in, and elements that are
# closed as in XML, behind which a parser of HTML sees nothing but their content.
_NO_TEXT = re.compile(
    r"(?is)<(video|audio|object|canvas|select|button)\b(?:(?!<\1\b).)*?</\1\s*>"
    r"|<(?:iframe|script|style|title|noscript|template|textarea|video|audio|object|canvas)\b[^<>]*/>"
)
_MARKUP_FACTOR = 8  # this many times the wanted text in markup nearly always suffices
# Elements that HTML opens again in every block after the one in which they were left open, with their attributes. A
# parser makes an element of each in each block, millions of a summary of 20 kB; their names mean nothing for the text.
_REOPENED = re.compile(r"<(/?)(?i:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>])")
_MOST_TAGS = 2_000  # where some are left open, the time grows with the square of their number
_MOVES_TEXT = re.compile(r"<(?i:table)")  # text in a table but in none of its cells is moved before the table


def title_text(markup: str, limit: int = 300) -> str:
    """A title as a line: known inline tags go, entities are resolved, any other markup stays as literal text.

    The tags of a heading or of paragraphs go where the whole title is one or consists of them.
    """
    text = _without_cdata(markup[:LONGEST_TEXT])
    if _RICH_TITLE.fullmatch(text):
        inner = _BLOCK_TAG.sub(" ", text)
        text = text if inner.isspace() else inner
    unstruck = without_struck_text(text)
    return (_title_of(unstruck, limit) if unstruck != text else "") or _title_of(text, limit)


def literal_title(text: str) -> str:
    """A title in plain text as a line; references that were escaped once too often are resolved.

    So is a CDATA section that is the whole title, as Plume escapes it (https://github.com/miniflux/v2/issues/3149).
    """
    text = _without_cdata(text) if text.endswith("]]>") else text
    return clean_line(unescaped_again(text))


def plain_text(markup: str, limit: int = 600) -> str:
    """Foreign HTML as a paragraph of at most `limit` characters, cut after a sentence if one ends past the half."""
    return cut(_leading_text(markup, limit), limit)


def summary_text(markup: str, limit: int = 600) -> str:
    """A summary as `plain_text` gives it, without captions of pictures and the boilerplate of blog engines."""
    markup, end = _without_cut_reference(markup), _MARKUP_FACTOR * limit
    markup, line = without_asides(without_credits(markup[:end])) + markup[end:], ""
    is_classed = "=" in markup  # quick path for markup without attributes (benchmarks: parsing)
    if (is_classed and _PROGRAM_SIGNS.any_in(markup)) or "caption" in markup or "<media:" in markup:
        line = _leading_text(_BESIDE.sub(" ", markup[:LONGEST_TEXT]), limit)
    line = line or _leading_text(markup, limit)
    if "[" in line or "{" in line or "**" in line or "##" in line:
        line = without_shortcodes(line)
    return cut(line if len(line) > limit + LONGEST_BOILERPLATE else without_boilerplate(line), limit)


def visible_text(markup: str, limit: int) -> str:
    """HTML of a page as `plain_text` gives it, without what only programs that read pages aloud get."""
    seen = _FOR_PROGRAMS.sub(" ", markup[:LONGEST_TEXT]) if _PROGRAM_SIGNS.any_in(markup) else markup
    return plain_text(seen, limit) or plain_text(markup, limit)


def without_second_escape(markup: str) -> str:
    """HTML that was escaped twice, so that it begins with the text of a tag and holds no tag, escaped once."""
    if "<" in markup or "&lt;" not in markup:
        return markup
    once = resolved(markup[:LONGEST_TEXT])
    return once if is_markup(once) else markup


def is_markup(text: str) -> bool:
    """Whether a text is surely HTML: it begins with a tag that is closed, or with a picture."""
    tag = _BEGINS_WITH_TAG.match(text) if "<" in text else None
    return tag is not None and (tag[1].lower() in {"img", "br"} or f"</{tag[1]}" in text)


def _title_of(text: str, limit: int) -> str:
    if "<" in text:
        text = _INLINE.sub("", _LINE_BREAK.sub(" ", with_raised_numbers(text)))
    text = unescaped(text)
    return clean_line(_NOINDEX.sub(r"\1", text) if "<" in text else text, limit)


def _leading_text(markup: str, limit: int) -> str:
    """The text of HTML as one line, of which more than `limit` characters may be missing at the end."""
    markup = _without_cdata(markup)
    unstruck = without_struck_text(markup[:LONGEST_TEXT])
    return (_leading_line(unstruck, limit) if unstruck != markup else "") or _leading_line(markup, limit)


def _leading_line(markup: str, limit: int) -> str:
    head = markup[: _MARKUP_FACTOR * limit]
    line = _text_of_html(head)
    if len(head) < len(markup) and (len(line) < 2 * limit or _MOVES_TEXT.search(head)):
        line = _text_of_html(markup[:LONGEST_TEXT])
    return line


def _without_cut_reference(markup: str) -> str:
    end = markup[-_LONGEST_END:]
    is_cut = "&" in end and _CUT_REFERENCE.search(end) is not None
    return markup[:-_LONGEST_END] + _CUT_REFERENCE.sub("", end) if is_cut else markup


def _without_cdata(markup: str) -> str:
    """Markup that begins with a CDATA section that was escaped, as its content; its end may be cut off."""
    text = markup.lstrip() if "<![CDATA[" in markup[:100] else ""
    return text.replace("<![CDATA[", "").replace("]]>", "") if text.startswith("<![CDATA[") else markup


def _text_of_html(markup: str) -> str:
    """The text of foreign HTML as one line, however long."""
    whole = _without_surrogates(markup)  # nh3 takes none
    if "<" in whole:
        spaced = _BREAKING.sub(" <", with_raised_numbers(whole))
        whole = _SIMPLE.sub("", spaced)
        if "<" in whole:  # anything that only a parser of HTML understands
            spaced = _few_tags(with_literal_brackets(_ALSO_BREAKING.sub(" <", _NO_TEXT.sub(" ", spaced))))
            whole = nh3.clean(spaced, tags=set(), clean_content_tags=_WITHOUT_TEXT)
    return clean_line(unescaped(whole), LONGEST_TEXT)


def _without_surrogates(text: str) -> str:
    """Text without lone surrogates, which JSON can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="ignore").decode()
    return text


def _few_tags(markup: str) -> str:
    """Markup that cannot keep a parser of HTML busy: without reopened elements, up to the 2,000th tag."""
    return _REOPENED.sub(r"<\1span", "<".join(markup.split("<", _MOST_TAGS)[:_MOST_TAGS]))
