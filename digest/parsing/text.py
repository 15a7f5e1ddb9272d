"""Cleans foreign text: a line or a short paragraph of plain text from whatever a feed, a database or a page holds."""

import html
import re
import unicodedata
from html.entities import html5

import nh3

from digest.parsing.boilerplate.asides import without_asides
from digest.parsing.boilerplate.credits import without_credits
from digest.parsing.boilerplate.engine_sentences import LONGEST_BOILERPLATE, without_boilerplate
from digest.parsing.boilerplate.shortcodes import without_shortcodes
from digest.parsing.boilerplate.signs import Signs
from digest.parsing.html_tags import with_literal_brackets, with_raised_numbers, without_struck_text

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
_NOINDEX = re.compile(r"(?i)<noindex>([^<]*+(?:<(?!/?noindex>)[^<]*+)*)</noindex>")
_SURROGATES = re.compile(
    r"&#(?:(5(?:529[6-9]|5[3-9]\d\d|6[0-2]\d\d|63[01]\d))|[xX]([dD][89abAB][0-9a-fA-F]{2}));"
    r"&#(?:(5(?:632\d|63[3-9]\d|6[4-9]\d\d|7[0-2]\d\d|73[0-3]\d|734[0-3]))|[xX]([dD][c-fC-F][0-9a-fA-F]{2}));"
)
_REFERENCE = re.compile(r"&#(?:0*(\d{5,})|[xX]0*([0-9a-fA-F]{4,}));")
# Python refuses to read a number of thousands of digits; no character has more than seven, after any number of zeros.
_MOST_READABLE = 1_000
_LONG_REFERENCE = re.compile(rf"&#(?=[0-9]{{{_MOST_READABLE}}})0*+([0-9]*+)")
_MOST_DIGITS = 7
_NAMED_REFERENCE = re.compile(r"&([A-Za-z][A-Za-z0-9]*+)([;=]?)")
# Complete tags that neither hide nor move the text around them, with unambiguous attributes.
_SIMPLE = re.compile(
    r"<(?i:/?(?:p|br|div|li|ul|ol|h[1-6]|blockquote|figure|figcaption|hr|a|abbr|b|big|cite|code|em|font|i|img|mark|q"
    r"|s|small|span|strong|sub|sup|tt|u|wbr)"
    r"(?:\s++[a-z][\w:-]*+(?:=(?:\"[^\"<>]*+\"|'[^'<>]*+'|[^\s\"'<>=`]++))?)*\s*+/?>)",
    re.ASCII,
)
# What is left of a text that was escaped twice; &lt;, &gt; and &amp; may be meant, and stay.
_ESCAPED_AGAIN = re.compile(
    r"&(?:nbsp|quot|apos|laquo|raquo|[mn]dash|hellip|[lrsb]s?quo|[lrb]dquo|bull|middot|shy|copy|reg|trade|euro|deg"
    r"|times|#\d{2,6}|#[xX][0-9a-fA-F]{2,5});"
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
# Noncharacters, and code points reserved for invisible characters (Default_Ignorable_Code_Point of Unicode).
_NEVER_VISIBLE = re.compile(r"[\u2065\ufdd0-\ufdef\ufff0-\ufff8\U000e0000-\U000e0fff]")
# Printable and yet nothing to read: the place of an object that was not copied, and fillers of Hangul.
_BLANKS = re.compile("[\ufffc\u3164\uffa0]")
# Flags of England, Scotland, Wales and others: a black flag and an ISO 3166-2 code in tags (UTS 51, annex C).
_TAG_FLAG = re.compile(r"(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f)")
_TAGS = "".join(map(chr, (*range(0xE0030, 0xE003A), *range(0xE0061, 0xE007B))))
_JOINERS = "\u200c\u200d"  # Persian and Indic spelling, and emoji sequences, need these two
_SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))  # two of them are a flag
_VIRAMA = 9  # the combining class of signs that join two letters of an Indic script
_LONGEST_CHARACTER = 32  # code points of an emoji or a letter with its marks; more are no text
# Marks above and below a letter. Languages need at most five; a tower of more runs through the lines around it.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0e34-\u0e3a\u0e47-\u0e4e\u0eb4-\u0ebc\u0ec8-\u0ece"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
_MOST_MARKS = 5
_MARK = re.compile(f"[{_MARKS}]")
_TOWER = re.compile(f"([{_MARKS}]{{{_MOST_MARKS}}})[{_MARKS}]+")
_LINE_BREAK = re.compile(r"(?i)<br(?:\s[^<>]*)?/?>")
# What is left of a character that a program cut in two at the end of a text, behind the letters before it.
_CUT_CHARACTER = re.compile(r"(?<=\w)\ufffd{1,3}(?= ?(?:…|\.{2,3}|\[(?:…|\.{3})\])?$)")
# A character reference whose end a program cut off with that of the text. Names that HTML resolves so are none.
_NAMES = "amp nbsp quot laquo raquo mdash ndash hellip lsquo rsquo ldquo rdquo bdquo"
_CUT_NAMES = {name[:end] for name in _NAMES.split() for end in range(2, len(name) + 1)} - html5.keys()
_CUT_REFERENCE = re.compile(
    rf"&(?:amp;)?(?:#[xX]?[0-9a-fA-F]{{0,5}}|{'|'.join(sorted(_CUT_NAMES))})"
    r"(?=\s?(?:…|\.{3}|\[(?:…|\.{3})\])?\s?(?:</\w{1,10}>\s?){0,5}$)"
)
_LONGEST_END = 100
_SENTENCE_END = re.compile(r"[.!?…][»”\"')\]]*(?=\s)")
_WITHOUT_TEXT = {"script", "style", "title", "iframe", "noscript", "template"}
# What browsers show instead of a medium that they do not know, what a reader presses or fills in, and elements that are
# closed as in XML, behind which a parser of HTML sees nothing but their content.
_NO_TEXT = re.compile(
    r"(?is)<(video|audio|object|canvas|select|button)\b(?:(?!<\1\b).)*?</\1\s*>"
    r"|<(?:iframe|script|style|title|noscript|template|textarea|video|audio|object|canvas)\b[^<>]*/>"
)
_MOST_PUNCTUATION = 8  # such as an emoji before a title, and an ellipsis behind it
_MARKUP_FACTOR = 8  # this many times the wanted text in markup nearly always suffices
# Elements that HTML opens again in every block after the one in which they were left open, with their attributes. A
# parser makes an element of each in each block, millions of a summary of 20 kB; their names mean nothing for the text.
_REOPENED = re.compile(r"<(/?)(?i:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>])")
_MOST_TAGS = 2_000  # where some are left open, the time grows with the square of their number
_MOVES_TEXT = re.compile(r"<(?i:table)")  # text in a table but in none of its cells is moved before the table
_LONGEST = 200_000  # characters of foreign text that are read: far more than any summary, and few enough to be quick


def has_blanks(text: str) -> bool:
    """Whether a text has printable characters that show nothing."""
    return "\ufffc" in text or "\u3164" in text or "\uffa0" in text  # quicker than the pattern (benchmarks: parsing)


def clean_line(text: str, limit: int = 300) -> str:
    """One line of at most `limit` characters: no controls, bidi overrides, zero-width or private characters."""
    line = text[:_LONGEST].strip()
    is_printable = line.isprintable()
    if not is_printable or "  " in line:  # a quick look: no space but that of ASCII is printable
        line = " ".join(line.split())
        is_printable = line.isprintable()
    if has_blanks(line):
        line = " ".join(_BLANKS.sub("", line).split())
    if is_printable:  # nearly every text: nothing has to go
        return _shortened(_without_cut_character(_composed(line)), limit)
    parts = _TAG_FLAG.split(line)
    kept = "".join(part if index % 2 else "".join(map(_visible, part)) for index, part in enumerate(parts))
    words = [word.strip(_JOINERS) for word in _composed(kept).split()]  # invisible beside a space
    return _shortened(_without_cut_character(" ".join(filter(None, words))), limit)


def _composed(text: str) -> str:
    """The text in normal form C, with at most five marks on a letter."""
    text = unicodedata.normalize("NFC", text)
    # Of six marks in a row one is at a place that six divides (benchmarks: parsing).
    return _TOWER.sub(r"\1", text) if _MARK.search(text[:: _MOST_MARKS + 1]) else text


def _without_cut_character(line: str) -> str:
    return _CUT_CHARACTER.sub("", line) if "\ufffd" in line else line


def clean_paragraphs(text: str) -> str:
    """Text of several lines: no controls, bidi overrides, zero-width or private characters; spaces of any kind stay."""
    lines = (line.expandtabs(4) for line in text[:_LONGEST].splitlines())
    cleaned = "\n".join(
        "".join(char if unicodedata.category(char) == "Zs" else _visible(char) for char in line) for line in lines
    )
    return _composed(cleaned).strip("\n") if cleaned.strip(f"\n {_JOINERS}") else ""


def title_text(markup: str, limit: int = 300) -> str:
    """A title as a line: known inline tags go, entities are resolved, any other markup stays as literal text."""
    text = _without_cdata(markup[:_LONGEST])
    unstruck = without_struck_text(text)
    return (_title_of(unstruck, limit) if unstruck != text else "") or _title_of(text, limit)


def _title_of(text: str, limit: int) -> str:
    if "<" in text:
        text = _INLINE.sub("", _LINE_BREAK.sub(" ", with_raised_numbers(text)))
    text = _unescaped(text)
    return clean_line(_NOINDEX.sub(r"\1", text) if "<" in text else text, limit)


def literal_title(text: str) -> str:
    """A title in plain text as a line; references that were escaped once too often are resolved.

    So is a CDATA section that is the whole title, as Plume escapes it (https://github.com/miniflux/v2/issues/3149).
    """
    text = _without_cdata(text) if text.endswith("]]>") else text
    return clean_line(_ESCAPED_AGAIN.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text)


def plain_text(markup: str, limit: int = 600) -> str:
    """Foreign HTML as a paragraph of at most `limit` characters, cut after a sentence if one ends past the half."""
    return _cut(_leading_text(markup, limit), limit)


def summary_text(markup: str, limit: int = 600) -> str:
    """A summary as `plain_text` gives it, without captions of pictures and the boilerplate of blog engines."""
    markup, end = _without_cut_reference(markup), _MARKUP_FACTOR * limit
    markup, line = without_asides(without_credits(markup[:end])) + markup[end:], ""
    is_classed = "=" in markup  # quick path for markup without attributes (benchmarks: parsing)
    if (is_classed and _PROGRAM_SIGNS.any_in(markup)) or "caption" in markup or "<media:" in markup:
        line = _leading_text(_BESIDE.sub(" ", markup[:_LONGEST]), limit)
    line = line or _leading_text(markup, limit)
    if "[" in line or "{" in line or "**" in line or "##" in line:
        line = without_shortcodes(line)
    return _cut(line if len(line) > limit + LONGEST_BOILERPLATE else without_boilerplate(line), limit)


def visible_text(markup: str, limit: int) -> str:
    """HTML of a page as `plain_text` gives it, without what only programs that read pages aloud get."""
    seen = _FOR_PROGRAMS.sub(" ", markup[:_LONGEST]) if _PROGRAM_SIGNS.any_in(markup) else markup
    return plain_text(seen, limit) or plain_text(markup, limit)


def distinct_summary(summary: str | None, title: str) -> str | None:
    """The summary; None if it only repeats the title, whatever the case and the punctuation, or has no letters."""
    if summary is None or not any(map(str.isalnum, summary)):
        return None
    if abs(len(summary) - len(title)) > _MOST_PUNCTUATION:
        return summary
    return None if letters_of(summary) == letters_of(title) else summary


def letters_of(text: str) -> str:
    """The letters and digits of a text, case-folded, by which texts are compared."""
    return "".join(filter(str.isalnum, text)).casefold()


def _with_joined_surrogates(text: str) -> str:
    """Text in which two references to surrogates, such as `&#55357;&#56832;`, are the character that they mean."""
    return _SURROGATES.sub(_joined, text)


def with_possible_references(text: str) -> str:
    """Text without numeric references to what is no character, with which XML is unreadable: they become U+FFFD."""
    return _REFERENCE.sub(_possible, _with_joined_surrogates(text))


def resolved(text: str) -> str:
    """Text with its character references resolved, as HTML defines, whatever the length of their numbers."""
    may_be_long = len(text) > _MOST_READABLE and "&#" in text
    return html.unescape(_LONG_REFERENCE.sub(_shortened_reference, text) if may_be_long else text)


def resolved_attribute(value: str) -> str:
    """The value of an attribute with its references resolved: HTML defines that `?a=1&copy=2` holds none."""
    return resolved(_NAMED_REFERENCE.sub(_as_in_attribute, value)) if "&" in value else value


def _as_in_attribute(match: re.Match[str]) -> str:
    name, end = match.groups()
    return match[0] if name + end in html5 else f"&amp;{name}{end}"


def _shortened_reference(match: re.Match[str]) -> str:
    return f"&#{match[1] or 0}" if len(match[1]) <= _MOST_DIGITS else "&#65533"


def _possible(match: re.Match[str]) -> str:
    if match[1] and len(match[1]) > _MOST_DIGITS:
        return "&#xFFFD;"
    number = int(match[1]) if match[1] else int(match[2], 16)
    return "&#xFFFD;" if 0xD800 <= number <= 0xDFFF or number > 0x10FFFF else match[0]


def _unescaped(text: str) -> str:
    """Text with its entities resolved; of a reference to a surrogate alone, as HTML defines, U+FFFD is left."""
    plain = resolved(text)
    if "\ufffd" in plain:
        plain = resolved(_with_joined_surrogates(text))
    return _ESCAPED_AGAIN.sub(lambda found: html.unescape(found[0]), plain) if "&" in plain else plain


def without_second_escape(markup: str) -> str:
    """HTML that was escaped twice, so that it begins with the text of a tag and holds no tag, escaped once."""
    if "<" in markup or "&lt;" not in markup:
        return markup
    once = resolved(markup[:_LONGEST])
    return once if is_markup(once) else markup


def is_markup(text: str) -> bool:
    """Whether a text is surely HTML: it begins with a tag that is closed, or with a picture."""
    tag = _BEGINS_WITH_TAG.match(text) if "<" in text else None
    return tag is not None and (tag[1].lower() in {"img", "br"} or f"</{tag[1]}" in text)


def _joined(match: re.Match[str]) -> str:
    high = int(match[1]) if match[1] else int(match[2], 16)
    low = int(match[3]) if match[3] else int(match[4], 16)
    return chr(0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF))


def _leading_text(markup: str, limit: int) -> str:
    """The text of HTML as one line, of which more than `limit` characters may be missing at the end."""
    markup = _without_cdata(markup)
    unstruck = without_struck_text(markup[:_LONGEST])
    return (_leading_line(unstruck, limit) if unstruck != markup else "") or _leading_line(markup, limit)


def _leading_line(markup: str, limit: int) -> str:
    head = markup[: _MARKUP_FACTOR * limit]
    line = _text_of_html(head)
    if len(head) < len(markup) and (len(line) < 2 * limit or _MOVES_TEXT.search(head)):
        line = _text_of_html(markup[:_LONGEST])
    return line


def _without_cut_reference(markup: str) -> str:
    end = markup[-_LONGEST_END:]
    is_cut = "&" in end and _CUT_REFERENCE.search(end) is not None
    return markup[:-_LONGEST_END] + _CUT_REFERENCE.sub("", end) if is_cut else markup


def _without_cdata(markup: str) -> str:
    """Markup that begins with a CDATA section that was escaped, as its content; its end may be cut off."""
    text = markup.lstrip() if "<![CDATA[" in markup[:100] else ""
    return text.replace("<![CDATA[", "").replace("]]>", "") if text.startswith("<![CDATA[") else markup


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters: cut after a sentence that ends in the second half, else after a word, with “…”."""
    return _cut(clean_line(text, 2 * limit), limit)


def _cut(line: str, limit: int) -> str:
    if len(line) <= limit:
        return line
    ends = [match.end() for match in _SENTENCE_END.finditer(line, 0, limit + 1)]  # and the space after it
    return line[: ends[-1]] if ends and ends[-1] > limit // 2 else _shortened(line, limit)


def _text_of_html(markup: str) -> str:
    """The text of foreign HTML as one line, however long."""
    whole = _without_surrogates(markup)  # nh3 takes none
    if "<" in whole:
        spaced = _BREAKING.sub(" <", with_raised_numbers(whole))
        whole = _SIMPLE.sub("", spaced)
        if "<" in whole:  # anything that only a parser of HTML understands
            spaced = _few_tags(with_literal_brackets(_ALSO_BREAKING.sub(" <", _NO_TEXT.sub(" ", spaced))))
            whole = nh3.clean(spaced, tags=set(), clean_content_tags=_WITHOUT_TEXT)
    return clean_line(_unescaped(whole), _LONGEST)


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


def _visible(char: str) -> str:
    """A character other than a space, or nothing: controls, surrogates, private use, bidi controls, zero width.

    Unassigned ones stay, because Python 3.11 knows no emoji of September 2022 or later.
    """
    if char.isprintable() or char in _JOINERS:
        return char
    is_unassigned = unicodedata.category(char) == "Cn"
    return char if is_unassigned and not _NEVER_VISIBLE.match(char) and ord(char) & 0xFFFE != 0xFFFE else ""


def _shortened(line: str, limit: int) -> str:
    if len(line) <= limit:
        return line
    head = line[: _end_of_character(line, limit - 1)]
    word = head.rpartition(" ")[0]
    return (word if len(word) > limit // 2 else head).rstrip(f" ,;:—–-\ufffd{_TAGS}") + "…"


def _end_of_character(line: str, place: int) -> int:
    """The last place up to `place` that is within nothing that is shown as one character (as in UAX 29)."""
    start = place
    while place > 0 and _continues(line, place):
        place -= 1
        if start - place == _LONGEST_CHARACTER:
            return start
    return place


def _continues(line: str, place: int) -> bool:
    """Whether the code point at a place belongs to the one before it: a mark, a part of an emoji, of a flag."""
    before, char = line[place - 1], line[place]
    if char in _FLAG_LETTERS:
        return (place - len(line[:place].rstrip(_FLAG_LETTERS))) % 2 == 1
    if char in _JOINERS or char in _SKIN_TONES or unicodedata.category(char).startswith("M"):
        return True
    return before == "\u200d" or (char.isalpha() and unicodedata.combining(before) == _VIRAMA)
