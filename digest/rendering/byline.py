"""An author as one short line: bylines of agencies name several people and the outlet. Pure."""

import re

from digest.i18n import Translator
from digest.parsing.text import shorten

_LONGEST = 32  # characters; with the time they fit beside a picture on a phone
_LONGEST_NAME = 40
_AND = re.compile(r"\s+(?:and|with|и|&)\s+", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s*[,;|/]\s*")
_ACRONYM = re.compile(r"[A-ZА-ЯЁ]{2,10}")


def short_byline(author: str, translator: Translator) -> str:
    """The author, or of a long byline the people without their outlet: all, or the first and how many more."""
    if len(author) <= _LONGEST:
        return author
    first, *others = _people(author)
    everybody = ", ".join((first, *others))
    if len(everybody) <= _LONGEST:
        return everybody
    name = shorten(first, _LONGEST_NAME)
    if not others:
        return name
    more = translator.ngettext("%(name)s and %(num)s more", "%(name)s and %(num)s more", len(others))
    return more % {"name": name, "num": translator.number(len(others))}


def _people(author: str) -> list[str]:
    """The names; what follows the name after *and*, and an acronym, is the outlet."""
    before, *after_and = _AND.split(author)
    parts = _SEPARATOR.split(before)
    for part in after_and[:-1]:
        parts += _SEPARATOR.split(part)
    parts += [_SEPARATOR.split(part)[0] for part in after_and[-1:]]
    return [part for part in parts if part and not _ACRONYM.fullmatch(part)] or [author]
