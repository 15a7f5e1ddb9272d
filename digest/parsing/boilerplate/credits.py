"""Removes the credits of pictures from a full text."""

import re

from digest.parsing.boilerplate.shown_text import shown_text
from digest.parsing.boilerplate.signs import Signs

# A line that says whose a picture is: after a label with a colon, or as the services of pictures ask for it. It has
# names, which begin with capital letters, or begins with a word for a source; `Photo: a storm hits the coast` is text.
_OF_PICTURE = (
    r"(?:(?:источник|автор) (?:фото(?:графии)?|изображения|снимка)|фото(?:графии|графия)?|изображени[ея]|иллюстраци[яи]"
    r"|коллаж|(?:lead |featured |cover )?(?:photo|image|picture|photograph)s?(?: (?:credit|source|courtesy)s?)?)"
)
_OF_SERVICE = r"(?:photo|image) by \S.{0,60}? (?:on|via|from) (?:unsplash|pexels|pixabay|flickr|wikimedia commons)"
_CREDIT_TEXT = re.compile(rf"(?i)(?:{_OF_PICTURE}\s?:|©|\([cс]\))\s?(?P<whose>\S.{{0,79}})|{_OF_SERVICE}\s?\.?")
_SOURCE_WORD = re.compile(
    r"(?i)(?:из |с )?(?:личн\w+ |семейн\w+ |официальн\w+ )?(?:архив|сайт|скриншот|стоп-кадр|соцсет|социальн\w+ сет)"
    r"|пресс-служб|предоставлен|фотобанк|открыт\w+ источник|courtesy|handout|screenshot|supplied|provided|via "
    r"|[\w-]{1,60}\.[a-zа-я]{2,10}(?!\w)"
)
_WORD = re.compile(r"[^\W\d_][\w-]*")
_INNER = r"</?(?:a|b|cite|em|font|i|small|span|strong)(?:\s[^<>]{0,500})?>"
_CREDIT = re.compile(
    r"(?i)(<(?:p|div|br|figure|img)(?:\s[^<>]{0,500})?/?>|^)"
    rf"(\s{{0,99}}(?:{_INNER}\s{{0,9}}){{0,4}}(?:{_OF_PICTURE}(?![^\W_])|©|&copy;|\([cс]\))"
    rf"(?:[^<]|{_INNER}){{1,500}})(?=<br\b|</(?:p|div|figure)\b|<(?:p|div)\b)"
)
# Behind initials (`J.`, `Дж.`) it goes on.
_SENTENCE_AFTER = re.compile(r"(?:[^\W\d_]{3}|[A-ZА-ЯЁ]{2}|\d)[»\")]?[.!?…]\s+\w")
_CREDIT_SIGNS = Signs(
    (
        *("Фото", "ФОТО", "фото", "Изображени", "Иллюстраци", "Коллаж", "©", "&copy;", "(c)", "(C)", "(с)", "(С)"),
        *("Photo", "PHOTO", "photo", "Image", "IMAGE", "image ", "Picture"),
    )
)


def without_credits(markup: str) -> str:
    """HTML without lines that only say whose a picture is."""
    if "<" not in markup or not _CREDIT_SIGNS.any_in(markup):
        return markup
    return _CREDIT.sub(lambda line: line[1] if _is_credit(line[2]) else line[0], markup)


def _is_credit(markup: str) -> bool:
    text = " ".join(shown_text(markup).split())
    credit = _CREDIT_TEXT.fullmatch(text)
    return credit is not None and not _SENTENCE_AFTER.search(text) and _names_someone(credit["whose"])


def _names_someone(whose: str | None) -> bool:
    """Whether what follows a label is a source: fewer than half of its words begin with a small letter."""
    if whose is None or _SOURCE_WORD.match(whose):
        return True
    words = _WORD.findall(whose)
    small: int = sum(word[0].islower() for word in words)
    return 2 * small < len(words)
