"""Normalises the words of a title, so that spellings in two languages give the same word. Pure.

In order: designators and numbers are joined (`Су-57` is `su57`, `$55 млрд` is `55bln`); stop words are removed; words
of the glossary become its concepts; the rest is stemmed, transliterated and spelt by its sound.

Endings are cut by two short lists: Snowball's stemmers gave the same stories and took two thirds of the time.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from digest.stories.glossary import STOP, TOGETHER, WORDS
from digest.stories.names import COUNTRIES, NAMES

_STOP = frozenset(STOP.split())
_LONGEST = 300  # characters of a title that are used

_CYRILLIC, _LATIN = re.compile("[а-яё]", re.IGNORECASE), re.compile("[a-z]", re.IGNORECASE)
_DOTTED = re.compile(r"\b(?:[A-Z]\.){2,}")  # U.S.
_POSSESSIVE = re.compile(r"(?<=\w)['’`]s\b")
_THOUSANDS = re.compile(r"(?<![\w.,])\d{1,3}(?:[ ,]\d{3})+(?!\w)")
_DECIMAL = re.compile(r"(?<=\d),(?=\d{1,2}(?!\d))")
_SCALES = tuple(
    (re.compile(rf"(?<![\w.])(\d+(?:\.\d+)?)(?: ?|-)(?:{words})(?!\w)\.?", re.IGNORECASE), scale)
    for scale, words in (
        ("pct", r"%|процент\w*|per ?cent"),
        ("trln", r"трлн|триллион\w*|trillion|tn"),
        ("bln", r"млрд|миллиард\w*|billion|bln|bn"),
        ("mln", r"млн|миллион\w*|million|mln|mn|m"),
        ("000", r"тыс|тысяч\w*|thousand|k"),
    )
)
_DIGIT = re.compile(r"\d")
_TOKEN = re.compile(r"\d+(?:\.\d+)+[^\W_]*|[^\W_]+(?:[-‐‑–][^\W_]+)*")
_HYPHEN = re.compile("[-‐‑–]")
_MODEL = re.compile(r"(?:[^\W\d]+\d|\d+[^\W\d])\w*")
_COUNTED = re.compile(r"[\d.]+(?:st|nd|rd|th|s|pm|am|km|kg|bln|mln|trln|pct|й|го|м|я|е|х|ти|ми|летн\w+)")
_ENDINGS = {
    True: re.compile(
        "(?:иями|иях|ией|ием|иям|ями|ами|ого|его|ому|ему|ыми|ими|ться|ется|ался|алась|ались|ает|ают|ила|или|ить|ать"
        "|ел|ил|ал|ый|ий|ой|ая|яя|ое|ее|ые|ие|ых|их|ую|юю|ым|им|ом|ем|ам|ям|ах|ях|ей|ов|ев|ью|ия|ии|ию|ья|[аеиоуыьюяй])$"
    ),
    False: re.compile("(?:ing|ied|ies|ed|es|e|y|(?<![su])s)$"),
}
_SHORTEST = 4  # letters: a shorter word keeps its ending
_LETTERS = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфыэєіґ", "abvgdeziiklmnoprstufieeig", strict=True))
    | {"ж": "zh", "х": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ь": "", "ю": "iu", "я": "ia"}
    | {"ї": "i", "ł": "l", "ø": "o", "đ": "d", "ı": "i", "ß": "s", "æ": "e"}
)
# The same sound in both alphabets, in this order. The first line is Fujian and Фуцзянь, Jackson and Джексон.
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("tsz|dzh|chzh", "zh"), ("sch|tch", "ch"), ("kh", "h"), ("ph", "f"), ("ck|q", "k"), ("x", "ks"), ("th", "t"),
        ("c(?=[eiy])", "s"), ("c(?!h)", "k"), ("(?<![csz])j|zh", "zh"), ("w", "v"), (r"ng(?=\d|$)", "n"), ("y", "i"),
        ("oo|ou", "u"), (r"([a-z])\1+", r"\1"),
    )
)  # fmt: skip


class WordKind(IntEnum):
    """The kind of a word: common, a name (or any word not in the glossary), a number, or a designator like `su57`."""

    WORD = 0
    NAME = 1
    NUMBER = 2
    DESIGNATOR = 3


@dataclass(frozen=True, slots=True)
class TitleWord:
    """One normalised word; `proper` if it may be a name with a spelling in another alphabet.

    `country` if the glossary has it as one.
    """

    text: str
    kind: WordKind
    proper: bool = False
    country: bool = False


class TitleParser:
    """Parses titles into words, and caches the words."""

    def __init__(self) -> None:
        self._known: dict[str, TitleWord | None] = {}

    def words(self, title: str) -> tuple[TitleWord, ...]:
        """The words of the first 300 characters of the title, in order."""
        *tokens, last = ("", *_tokens(title[:_LONGEST]))
        words = [word for token in tokens if (word := self._word(token))]
        end = TitleWord(last.casefold(), WordKind.NUMBER) if len(last) == 1 and last.isupper() else self._word(last)
        return tuple(_merged([*words, end] if end else words))  # the last letter of *Plan B* counts as a number

    def _word(self, token: str) -> TitleWord | None:
        if token not in self._known:
            self._known[token] = _parse_token(token)
        return self._known[token]


def is_russian(title: str) -> bool:
    """Whether most of its letters are Cyrillic."""
    return len(_CYRILLIC.findall(title)) >= len(_LATIN.findall(title))


def _tokens(title: str) -> Iterator[str]:
    text = _DOTTED.sub(lambda match: match[0].replace(".", ""), unicodedata.normalize("NFKC", title))
    text = _POSSESSIVE.sub("", text)
    if _DIGIT.search(text):
        text = _DECIMAL.sub(".", _THOUSANDS.sub(lambda match: re.sub("[ ,]", "", match[0]), text))
        for pattern, scale in _SCALES:
            text = pattern.sub(rf"\g<1>{scale} ", text)
    for token in _TOKEN.findall(text):
        yield from _hyphen_parts(token)


def _hyphen_parts(token: str) -> Iterable[str]:
    """The parts of a word with hyphens; a designator or a score stays one word."""
    if token.isalpha():
        return [token]
    parts = _HYPHEN.split(token)
    if len(parts) == 1 or not _DIGIT.search(token):
        return parts
    if all(part.isdigit() and len(part) < 3 for part in parts):
        return [":".join(parts)]
    named = parts[0].isalpha() and parts[1][:1].isdigit()
    return ["".join(parts)] if named or all(part.isupper() or part.isdigit() for part in parts) else parts


def _parse_token(token: str) -> TitleWord | None:
    """The word of a token; None for a stop word."""
    low = token.casefold().replace("ё", "е")
    glossary = _glossary()
    if token in glossary.exact:
        return glossary.exact[token]
    if low in _STOP:
        return None
    if _DIGIT.search(low):
        return _number_word(low)
    stem = _stem(low)
    known = glossary.exact.get(low) or glossary.exact.get(stem) or (None if low.isascii() else glossary.by_root(low))
    return known or (TitleWord(_sound(stem), WordKind.NAME, token[:1].isupper()) if len(low) > 1 else None)


def _number_word(low: str) -> TitleWord:
    if _MODEL.fullmatch(low) and not _COUNTED.fullmatch(low):
        return TitleWord(_sound(re.sub(r"(?<=\d)s$", "", low)), WordKind.DESIGNATOR, True)  # F-16s
    return TitleWord(low, WordKind.NUMBER)


def _stem(low: str) -> str:
    if len(low) <= _SHORTEST:
        return low
    stem = _ENDINGS["а" <= low[:1] <= "я"].sub("", low, count=1)
    doubled = len(stem) >= _SHORTEST and stem[-1] == stem[-2] and stem[-1] not in "ls"
    return stem[:-1] if doubled else stem


def _sound(low: str) -> str:
    text = low.translate(_LETTERS)
    if not text.isascii():
        text = "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
    for pattern, sound in _SOUNDS:
        text = pattern.sub(sound, text)
    return text


def _merged(words: list[TitleWord]) -> Iterator[TitleWord]:
    """Merge pairs of words that have one meaning together."""
    pairs, place = _pairs(), 0
    while place < len(words):
        pair = tuple(word.text for word in words[place : place + 2])
        yield pairs.get(pair, words[place])
        place += 2 if pair in pairs else 1


@dataclass(frozen=True, slots=True)
class _Glossary:
    exact: Mapping[str, TitleWord]
    roots: Mapping[str, TitleWord]

    def by_root(self, low: str) -> TitleWord | None:
        """The concept of the longest root that the word begins with."""
        return next((self.roots[low[:end]] for end in range(len(low), 2, -1) if low[:end] in self.roots), None)


@cache
def _glossary() -> _Glossary:
    exact: dict[str, TitleWord] = {}
    roots: dict[str, TitleWord] = {}
    for table, kind in ((COUNTRIES, WordKind.NAME), (NAMES, WordKind.NAME), (WORDS, WordKind.WORD)):
        for line in table.strip().splitlines():
            concept, _, words = line.partition(": ")
            russian, _, english = words.partition("|")
            word = TitleWord(concept, kind, kind is WordKind.NAME, table is COUNTRIES)
            exact |= {one.removesuffix("="): word for one in russian.split() if one.endswith("=")}
            roots |= {one: word for one in russian.split() if not one.endswith("=")}
            exact |= {one if one.isupper() else _stem(one): word for one in english.split()}
    return _Glossary(exact, roots)


@cache
def _pairs() -> dict[tuple[str, ...], TitleWord]:
    """The concepts of pairs of words, by their normalised words."""
    known = {word.text: word for word in (*_glossary().exact.values(), *_glossary().roots.values())}
    pairs: dict[tuple[str, ...], TitleWord] = {}
    for line in TOGETHER.strip().splitlines():
        concept, _, spellings = line.partition(": ")
        for spelling in spellings.split(" | "):
            both = tuple(word.text for token in spelling.split() if (word := _parse_token(token)))
            pairs[both] = known.get(concept, TitleWord(concept, WordKind.WORD))
    return pairs
