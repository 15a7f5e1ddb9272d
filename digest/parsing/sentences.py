"""Titles as sentences within a text. Pure."""

import re
import unicodedata

_CLOSING = "»›”“’\"')]}〉》」』】）"
_ENDS = ".!?…؟。！？:"  # after a colon follows what it announces
# Skin tones, variation selectors, the joiner and the tags of emoji, which follow the sign itself.
_OF_EMOJI = re.compile("[\U0001f3fb-\U0001f3ff\ufe0e\ufe0f\u200d\U000e0020-\U000e007f]+$")
_KEYCAP = "\u20e3"
_FIRST_EMOJI = "\u2190"  # before are №, °, © and ™, which belong to words


def as_sentence(title: str) -> str:
    """The title with a full stop, unless it ends with a mark of its own, also one in quotation marks, or an emoji."""
    bare = title.rstrip(_CLOSING)
    last = _OF_EMOJI.sub("", bare)[-1:]
    return title if not last or last in _ENDS or _is_emoji(last) else f"{title}."


def _is_emoji(char: str) -> bool:
    return char == _KEYCAP or (char >= _FIRST_EMOJI and unicodedata.category(char) == "So")
