"""Texts that stand for a value that is missing: a program printed its null, or a template was not filled. Pure."""

import re

_WORDS = frozenset(
    {
        *("null", "Null", "NULL", "(null)", "nil", "undefined", "Undefined", "none", "None", "NONE", "(none)"),
        *("NaN", "N/A", "n/a", "[object Object]", "[object Array]", "Array"),
    }
)
_LONGEST = 300  # characters of the longest template, and spaces around it
_TEMPLATE = re.compile(
    r"\{\{[^{}]{1,200}\}\}|\{%[^{}%]{1,200}%\}|\$\{[^{}]{1,200}\}|<%[^<>%]{1,200}%>"
    # Of Bitrix, MODX, Mailchimp, DLE and Smarty, and what is left of other ones
    r"|#[A-Z]+(?:_[A-Z]+)+#|\[\[[*+~$%!-]?[A-Za-z][\w.:-]{1,100}\]\]|\*\|[A-Z_:]{1,100}\|\*|\{\$?[A-Za-z_][\w.-]{1,100}\}|%%\w{1,100}%%"
)
_STARTS = frozenset("{$<#[*%")


def is_absent(text: str) -> bool:
    """Whether a text, such as `undefined` or `{{ post.image }}`, says only that there is no value."""
    if len(text) > _LONGEST:
        return False
    core = text.strip()
    return core in _WORDS or (core[:1] in _STARTS and _TEMPLATE.fullmatch(core) is not None)
