"""Summaries that begin with the title, as engines and bridges of messengers and social networks write it. Pure."""

import re
from collections.abc import Callable
from itertools import islice

from digest.parsing.html_text import plain_text
from digest.parsing.text import distinct_summary, letters_of

_BLOCK_END = re.compile(
    r"(?i)(</(?:h[1-6]|p|div|header|li|td|blockquote|figure)\s*>|<br\b[^<>]{0,100}>|</span\s*>(?=\s*<span>\s*<span\b))"
    r"|<(?:p|div|ul|h[1-6])\b"
)
# Author and date, which Drupal writes between the title and the text.
_DRUPAL_BYLINE = re.compile(
    r"(?i)\s*<span>\s*<span\b[^<>]{0,300}>[^<>]{0,100}</span>\s*</span>"
    r"\s*<span>\s*(?:<time\b[^<>]{0,300}>)?[^<>]{0,60}(?:</time>\s*)?</span>"
)
_LONGEST_HEAD = 5_000
_LAST_WORD = re.compile(r"\d[\d ]*$|\S+$")
_MOST_BLOCKS = 8  # without text, such as those of a picture


def line_below_title(line: str | None, title: str) -> str | None:
    """A summary that begins with the title, cut off with an ellipsis, as what follows; any other as it is.

    It begins with the word or the number that was cut.
    """
    start = title.rstrip("….").rstrip() if title.endswith(("…", "...")) else ""
    if not line or not start or not line.startswith(start):
        return line
    end, _space, rest = line[len(start) :].partition(" ")
    is_cut = any(map(str.isalnum, end)) or (start[-1].isdigit() and rest[:1].isdigit())
    if is_cut and (last := _LAST_WORD.search(start)):
        rest = line[last.start() :]
    if rest == line or not any(map(str.isalnum, rest)):
        return line
    is_sentence = not is_cut and any(sign in end for sign in ".!?…") and not rest[0].islower()
    return rest if is_sentence else f"…{rest}"


def text_below_title(markup: str, title: str, read: Callable[[str], str | None]) -> str | None:
    """What `read` makes of HTML, without a first block that repeats the title, unless there is nothing else.

    Of a text whose beginning is the title, cut off with an ellipsis, what follows is left.
    """
    line = line_below_title(read(markup), title)
    # Their first letters decide whether it is worth looking, a few of them quickly (benchmarks: parsing).
    is_alike = line is not None and "<" in markup and title[2:6].casefold() in line[:20].casefold()
    if line and is_alike and (start := letters_of(title[:20])) and letters_of(line[:40]).startswith(start):
        return read(_without_leading_title(markup, title)) or line
    return line


def _without_leading_title(markup: str, title: str) -> str:
    head = markup[:_LONGEST_HEAD]
    for end in islice(_BLOCK_END.finditer(head), _MOST_BLOCKS):
        place = end.end() if end[1] else end.start()
        words = plain_text(head[:place])
        if any(map(str.isalnum, words)):
            return _without_byline(markup[place:]) if distinct_summary(words, title) is None else markup
    return markup


def _without_byline(markup: str) -> str:
    byline = _DRUPAL_BYLINE.match(markup)
    return markup[byline.end() :] if byline else markup
