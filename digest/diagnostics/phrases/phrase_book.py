"""Sentences that are stored or made in English, in the language of the page that shows them. Pure."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from digest.i18n import Translator

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_BETWEEN_PARTS = re.compile(r"(: |; )")
_MOST_PARTS = 13  # of one phrase, with the separators
_NUMBERS = frozenset(  # what these name is never a quotation, such as a value of the configuration
    [
        "age",
        "all",
        "comments",
        "hours",
        "least",
        "limit",
        "lines",
        "more",
        "most",
        "number",
        "ratio",
        "readers",
        "rows",
        "shift",
        "size",
        "total",
        "usual",
        "views",
    ]
)
_ENGLISH_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+")  # one that other languages write differently
_BETWEEN_ITEMS = re.compile(r"(, |; )")


class _Phrase(NamedTuple):
    """A phrase: its pattern, its translation, and the longest of its texts, which is quick to look for."""

    pattern: re.Pattern[str]
    translation: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Translations:
    """The phrases in the order in which they are tried, single words, and how the language writes a number."""

    phrases: Sequence[_Phrase]
    words: Mapping[str, str]
    written_number: Callable[[str], str]


class PhraseBook:
    """Phrases with placeholders; those with the most text of their own are tried first.

    Values of `nested` placeholders are phrases or words too, those of `listed` ones several between commas.
    """

    def __init__(
        self,
        phrases: Callable[[Callable[[str], str]], tuple[str, ...]],
        nested: Collection[str],
        listed: Collection[str] = (),
    ) -> None:
        self._phrases = phrases
        self._nested, self._listed = frozenset(nested), frozenset(listed)
        self._known: dict[str, _Translations] = {}

    def translated(self, text: str, translator: Translator) -> str:
        """The text in that language, its parts between colons and semicolons each for itself if need be.

        What no phrase matches, such as a server's reply, stays as it is.
        """
        return self._by_parts(text, _BETWEEN_PARTS, self._known_in(translator))

    def _known_in(self, translator: Translator) -> _Translations:
        """What is translated; nothing in English."""
        if translator.language not in self._known:
            both = zip(self._phrases(str), self._phrases(translator.gettext), strict=True)
            pairs = sorted((pair for pair in both if pair[0] != pair[1]), key=lambda pair: -_own_length(pair[0]))
            self._known[translator.language] = _Translations(
                phrases=[self._phrase(*pair) for pair in pairs if " " in pair[0]],
                words=dict(pair for pair in pairs if " " not in pair[0]),
                written_number=translator.written_number,
            )
        return self._known[translator.language]

    def _phrase(self, english: str, translation: str) -> _Phrase:
        own = _PLACEHOLDER.split(english)[::2]
        return _Phrase(_pattern(english, self._nested | self._listed), translation, max(own, key=len))

    def _by_parts(self, text: str, separator: re.Pattern[str], known: _Translations) -> str:
        """The longest phrases from left to right: a phrase may have separators in it."""
        parts = separator.split(text)  # part, separator, part, …
        for end in range(min(len(parts), _MOST_PARTS) if known.phrases else 0, 0, -2):
            first = "".join(parts[:end])
            found = self._matched(first, known)
            if found is None and end == 1 and separator is _BETWEEN_ITEMS:  # such as `views for 3: nothing new`
                found = self._by_parts(first, _BETWEEN_PARTS, known)
            if found is not None or end == 1:
                rest = "".join(parts[end + 1 :])
                after = parts[end] + self._by_parts(rest, separator, known) if rest else "".join(parts[end:])
                return (first if found is None else found) + after
        return text

    def _matched(self, text: str, known: _Translations) -> str | None:
        for phrase in known.phrases:
            found = phrase.pattern.fullmatch(text) if phrase.text in text else None
            if found is not None:
                values = {name: self._filled_in(name, value, known) for name, value in found.groupdict().items()}
                return phrase.translation % values
        return None

    def _filled_in(self, name: str, value: str, known: _Translations) -> str:
        if name in _NUMBERS and _ENGLISH_NUMBER.fullmatch(value):
            return known.written_number(value)
        if name in self._nested or name in self._listed:
            separator = _BETWEEN_PARTS if name in self._nested else _BETWEEN_ITEMS
            return known.words.get(value) or self._by_parts(value, separator, known)
        return "0" if (name, value) == ("number", "no") else value


def _own_length(phrase: str) -> int:
    return len(_PLACEHOLDER.sub("", phrase))


def _pattern(phrase: str, spanning: frozenset[str]) -> re.Pattern[str]:
    """The phrase with its values; those that may span several parts are named."""
    pattern, before = "", ""
    for place, part in enumerate(_PLACEHOLDER.split(phrase)):  # text, name, text, …
        pattern += f"(?P<{part}>{_values_of(part, before, spanning)})" if place % 2 else re.escape(part)
        before = part
    return re.compile(pattern, re.DOTALL)


def _values_of(name: str, before: str, spanning: frozenset[str]) -> str:
    """The pattern of a value: text up to the end of its quotation or its part, unless it may span several.

    At the beginning no value does: it would take the parts before its own.
    """
    if name == "number":
        return r"\S+?"
    if not before:
        return "(?:(?![:;] ).)+?"
    return ".+?" if name in spanning else "[^”]+" if before.endswith("“") else "(?:(?!; ).)+?"
