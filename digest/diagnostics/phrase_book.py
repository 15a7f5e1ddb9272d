"""Sentences that are stored or made in English, in the language of the page that shows them. Pure."""

import re
from collections.abc import Callable, Collection, Sequence
from functools import cache

from digest.i18n import Translator

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_Pairs = Sequence[tuple[str, str]]


class PhraseBook:
    """Phrases with placeholders, in the order in which they are tried; values of `nested` ones are phrases too."""

    def __init__(
        self, phrases: Callable[[Callable[[str], str]], tuple[str, ...]], nested: Collection[str] = ()
    ) -> None:
        self._phrases = phrases
        self._nested = frozenset(nested)
        self._pairs: dict[str, _Pairs] = {}

    def translated(self, text: str, translator: Translator) -> str:
        """The text in that language; what no phrase matches, such as a server's reply, stays as it is."""
        return self._translated(text, self._pairs_of(translator))

    def _pairs_of(self, translator: Translator) -> _Pairs:
        """Each English phrase beside its translation; none in English."""
        if translator.language not in self._pairs:
            both = zip(self._phrases(str), self._phrases(translator.gettext), strict=True)
            self._pairs[translator.language] = [(english, other) for english, other in both if other != english]
        return self._pairs[translator.language]

    def _translated(self, text: str, pairs: _Pairs) -> str:
        for english, other in pairs:
            found = _phrase_pattern(english).fullmatch(text)
            if found is not None:
                return other % {name: self._filled_in(name, value, pairs) for name, value in found.groupdict().items()}
        return text

    def _filled_in(self, name: str, value: str, pairs: _Pairs) -> str:
        if name in self._nested:
            return "; ".join(self._translated(one, pairs) for one in value.split("; "))
        return "0" if (name, value) == ("number", "no") else value


@cache
def _phrase_pattern(phrase: str) -> re.Pattern[str]:
    parts = _PLACEHOLDER.split(phrase)  # text, name, text, …
    groups = (f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
    return re.compile("".join(groups), re.DOTALL)
