"""Numbers as people write them on pages: `1 841`, `1,8 тыс.`, `1.8K`, `Просмотров: 1 841 | Комментариев: 0`. Pure."""

import re
from decimal import Decimal

MOST = 10**15
"""Beyond this a counter is nonsense, and up to it every database holds it."""

_LONGEST = 300  # characters; a longer text is not a counter
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CLUSTER = re.compile(r"\d(?:[ .,'’٬٫]?\d)*")
_GROUPED = r"[1-9]\d{0,2}(?:([ .,'’])\d{3})(?:\1\d{3})*"
_INDIAN = r"[1-9]\d?(?:,\d\d)+,\d{3}"  # 12,34,567
_WHOLE = re.compile(rf"(?:{_GROUPED}|{_INDIAN}|\d+)(?:[.,]0{{1,2}})?")
_PART = re.compile(rf"(?:{_GROUPED}|\d+)(?:[.,](\d{{1,2}}))?")
# CLDR's short forms in Russian, Ukrainian, English and German, and what people make of them.
_MAGNITUDES = (
    (re.compile(r" ?(?:тыс|тысяч[аи]?|тис|[kк]|thousand|tsd)(?![^\W_])", re.IGNORECASE), 10**3),
    (re.compile(r" ?(?:[MМ]|(?i:млн|миллион(?:а|ов)?|mln|mio|million))(?![^\W_])"), 10**6),
    (re.compile(r" ?(?:[BG]|(?i:млрд|миллиард(?:а|ов)?|bn|mrd|billion))(?![^\W_])"), 10**9),
)
_LABELS = {
    "views": r"просмотр\w*|прочтени\w*|прочитал\w*|views?|hits",
    "comments": r"комментари\w*|коммент\w*|ответ(?:ы|ов|а)?|comments?|repl(?:y|ies)",
    "rating": r"рейтинг|оценк\w*|rating|score",
    "others": r"лайк\w*|likes?|shares?|репост\w*|голос\w*|votes?",
}
_LABEL = re.compile(r"(?i)\b(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _LABELS.items()) + r")\b")
_BETWEEN = re.compile(r"[|•·;/]")


def read_count(text: str) -> int | None:
    """The one number from 0 to 10^15 that a short text holds, words around it allowed; None where it is in doubt.

    Thousands may be grouped by any space, comma, dot or apostrophe, and `тыс.`, `K`, `млн`, `M` … may follow. None for
    a negative number, a fraction, a percentage, two numbers, and a number that is part of a word (`Су-57`, `12h`).
    """
    line = _seen(text)
    clusters = list(_CLUSTER.finditer(line)) if len(line) <= _LONGEST else []
    if len(clusters) != 1:
        return None
    start, end = clusters[0].span()
    if re.search(r"[-−.,]$|[^\W_]$", line[:start]):
        return None
    for form, factor in _MAGNITUDES:
        if form.match(line, end):
            return _sensible(_scaled(_plain(clusters[0][0]), factor))
    if re.match(r"[^\W_]| ?%", line[end:]):
        return None
    return _sensible(_whole(_plain(clusters[0][0])))


def read_named_count(text: str, name: str) -> int | None:
    """The number that belongs to `views`, `comments` or `rating` in a line of labelled counters, or the only number.

    Where the text names counters, Russian or English, before or after their numbers, only the number beside the right
    name is taken: `Просмотров: 1 841 | Комментариев: 0`, `1,8 тыс. просмотров • 21 комментарий`.
    """
    line = _seen(text)
    labels = list(_LABEL.finditer(line)) if len(line) <= _LONGEST else []
    place = next((place for place, label in enumerate(labels) if label.lastgroup == name), None)
    if not labels:
        return read_count(line)
    if place is None:
        return None
    follows = not re.search(r"\d", line[: labels[0].start()])
    if follows:
        end = labels[place + 1].start() if place + 1 < len(labels) else len(line)
        pieces = _BETWEEN.split(line[labels[place].end() : end])
    else:
        start = labels[place - 1].end() if place else 0
        pieces = _BETWEEN.split(line[start : labels[place].start()])[::-1]
    return read_count(next((piece for piece in pieces if re.search(r"\d", piece)), ""))


def says_nothing(text: str) -> bool:
    """Whether a text holds neither letter nor digit, such as the dash that stands for a counter at rest."""
    return not any(char.isalnum() for char in text)


def _seen(text: str) -> str:
    """The text as a reader sees it, every run of spaces, also the non-breaking and the thin one, as one space."""
    return " ".join(_UNSEEN.sub("", text[: _LONGEST * 10]).split())


def _plain(cluster: str) -> str:
    """The number in ASCII digits, with Arabic separators as Western ones."""
    signs = {"٬": ",", "٫": ".", "’": "'"}
    return "".join(str(int(char)) if char.isdecimal() else signs.get(char, char) for char in cluster)


def _whole(number: str) -> int | None:
    if not _WHOLE.fullmatch(number):
        return None
    return int(re.sub(r"\D", "", re.sub(r"[.,]0{1,2}$", "", number)))


def _scaled(number: str, factor: int) -> int | None:
    """The number of thousands or millions; `1.841K` may mean two things, and so means none."""
    match = _PART.fullmatch(number)
    if match is None or (match[1] in {".", ","} and match[2] is None):
        return None
    whole = number[: match.start(2) - 1] if match[2] else number
    scaled = Decimal(f"{re.sub(r'[^0-9]', '', whole)}.{match[2] or 0}") * factor
    return int(scaled)


def _sensible(number: int | None) -> int | None:
    return number if number is not None and number <= MOST else None
