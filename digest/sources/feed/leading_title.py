"""Summaries of HTML whose first block repeats the title, as engines and bridges of messengers write it. Pure."""

import re
from collections.abc import Callable
from itertools import islice

from digest.parsing.text import distinct_summary, letters_of, plain_text

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
_MOST_BLOCKS = 8  # without text, such as those of a picture


def text_below_title(markup: str, title: str, read: Callable[[str], str | None]) -> str | None:
    """What `read` makes of HTML, without a first block that repeats the title, unless there is nothing else."""
    line = read(markup)
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
