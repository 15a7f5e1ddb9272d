"""Resolves character references such as `&amp;` and `&#8212;` as HTML defines them, and careless ones. Pure."""

import html
import re
from html.entities import html5

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
# What is left of a text that was escaped twice; &lt;, &gt; and &amp; may be meant, and stay.
_ESCAPED_AGAIN = re.compile(
    r"&(?:nbsp|quot|apos|laquo|raquo|[mn]dash|hellip|[lrsb]s?quo|[lrb]dquo|bull|middot|shy|copy|reg|trade|euro|deg"
    r"|times|#\d{2,6}|#[xX][0-9a-fA-F]{2,5});"
)


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


def unescaped_again(text: str) -> str:
    """Text that is resolved already, with what is left of references that were escaped twice resolved, too."""
    return _ESCAPED_AGAIN.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


def unescaped(text: str) -> str:
    """Text with its entities resolved; of a reference to a surrogate alone, as HTML defines, U+FFFD is left."""
    plain = resolved(text)
    if "\ufffd" in plain:
        plain = resolved(_with_joined_surrogates(text))
    return unescaped_again(plain)


def _with_joined_surrogates(text: str) -> str:
    """Text in which two references to surrogates, such as `&#55357;&#56832;`, are the character that they mean."""
    return _SURROGATES.sub(_joined, text)


def _joined(match: re.Match[str]) -> str:
    high = int(match[1]) if match[1] else int(match[2], 16)
    low = int(match[3]) if match[3] else int(match[4], 16)
    return chr(0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF))


def _possible(match: re.Match[str]) -> str:
    if match[1] and len(match[1]) > _MOST_DIGITS:
        return "&#xFFFD;"
    number = int(match[1]) if match[1] else int(match[2], 16)
    return "&#xFFFD;" if 0xD800 <= number <= 0xDFFF or number > 0x10FFFF else match[0]


def _shortened_reference(match: re.Match[str]) -> str:
    return f"&#{match[1] or 0}" if len(match[1]) <= _MOST_DIGITS else "&#65533"


def _as_in_attribute(match: re.Match[str]) -> str:
    name, end = match.groups()
    return match[0] if name + end in html5 else f"&amp;{name}{end}"
