"""Russian names as people write them behind “от”: in the genitive. Pure."""

import re

# Endings of the nominative, the longer ones first, and those of the genitive that may follow the same stem. Names whose
# stem changes, such as Огонёк (Огонька), and words of three letters are found as they are alone.
_GENITIVES = {
    **dict.fromkeys(("ый", "ий", "ое", "ее"), "ого|его"),
    "ой": "ого",
    **dict.fromkeys(("ая", "яя"), "ой|ей"),
    **dict.fromkeys(("ые", "ие"), "ых|их"),
    "ия": "ии|ий",
    "ие": "ия|их",
    **dict.fromkeys("ая", "ы|и|й"),
    **dict.fromkeys("оеё", "а|я"),
    **dict.fromkeys("ыи", "ов|ев|ей|"),
    "ь": "и|я",
    "й": "я",
    "ъ": "а",
    "": "а",
}
_SHORTEST_STEM = 3
_RUSSIAN_WORD = re.compile("[А-ЯЁа-яё]{4,}")


def name_pattern(name: str) -> str:
    """A pattern for a name as it is, or with each of its Russian words as it is or in the genitive."""
    return _RUSSIAN_WORD.sub(lambda word: _word_pattern(word[0]), re.escape(name))


def _word_pattern(word: str) -> str:
    ending = next(one for one in _GENITIVES if word.lower().endswith(one) and len(word) - len(one) >= _SHORTEST_STEM)
    stem = word[: len(word) - len(ending)]
    return f"(?:{word}|{stem}(?:{_GENITIVES[ending]}))"
