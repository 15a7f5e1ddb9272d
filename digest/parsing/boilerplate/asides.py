"""Removes paragraphs of a full text that lead elsewhere."""

import re
from collections.abc import Iterable

from digest.parsing.boilerplate.shown_text import shown_text
from digest.parsing.boilerplate.signs import Signs
from digest.parsing.text import letters_of

# A paragraph of a full text that only leads to other articles or to the portal's channels, or marks the place of an
# advertisement.
_ELSEWHERE = (
    *("читайте также", "читать также", "читайте ещё", "читайте еще", "читайте по теме", "смотрите также", "см. также"),
    *("по теме", "ещё по теме", "еще по теме", "материалы по теме", "также по теме", "читайте нас"),
    *("read also", "also read", "see also", "read more", "read next", "more on this", "related", "related articles"),
)
_INVITATION = (
    *("подписывайтесь на", "подпишитесь на", "подписывайся на", "следите за нами"),
    *("присоединяйтесь к нам", "присоединяйтесь к нашему", "присоединяйтесь к нашей"),
    *("follow us", "subscribe to our", "join our", "join us on"),
)
# Where it names none, what readers are invited to is news: a festival, a petition, a talk with a page in a network.
_NAMED_CHANNEL = re.compile(
    r"(?i)канал|соцсет|т[еэ]л[еэ]грам|вконтакте|\bвк\b|одноклассник|дзен|channel|telegram|\bvk\b|\bmax\b|whatsapp|viber"
    r"|rutube|youtube|facebook|instagram|twitter|\bx\b|google news|bluesky|threads"
)
_NEXT_SENTENCE = re.compile(r"[.!?…]\s+\w")
_CHANNEL = re.compile(
    r"""(?i)\shref\s?=\s?["']?https?://(?:[\w-]{1,30}\.){0,2}(?:t\.me|telegram\.me|vk\.(?:com|ru)|ok\.ru|dzen\.ru|zen\.yandex\.ru"""
    r"""|max\.ru|rutube\.ru|youtube\.com|whatsapp\.com|viber\.com|facebook\.com|instagram\.com|twitter\.com|x\.com"""
    r"""|news\.google\.com|bsky\.app|threads\.(?:net|com))/"""
)
_LONGEST_INVITATION = 150  # letters
_ADVERTISEMENT = ("реклама", "на правах рекламы", "advertisement", "article continues below advertisement")


def _any_of(labels: Iterable[str]) -> str:
    return "|".join(map(re.escape, labels)).replace(r"\ ", r"(?:\s|&nbsp;)")


_LABELS = _any_of((*_ELSEWHERE, *_INVITATION, *_ADVERTISEMENT))
_ASIDE = re.compile(
    r"(?is)<(p|li|div|blockquote|h[2-6])\b[^<>]{0,300}>"
    rf"(?=\s{{0,99}}(?:<(?!/)[^<>]{{1,600}}>\s{{0,9}}){{0,4}}(?:{_LABELS})\b)"
    r"((?:(?!</?\1\b).){1,1500})</\1\s*>(\s{0,99}<ul\b[^<>]{0,300}>(?:(?!</?ul\b).){1,3000}</ul\s*>)?"
)
# What Mastodon and others put before or behind a post that quotes another one, for programs that show no quotes.
_QUOTED_POST = re.compile(
    r"""(?i)<(p|span)\s+class=["']quote-inline["']>(?:\s|<br\s?/?>){0,9}R[ET]:\s{0,9}"""
    r"""(?:<a\s[^<>]{1,2000}>(?:(?!</a\b).){1,2000}</a\s?>|https?://[^\s<>]{1,2000})\s{0,9}</\1\s?>"""
)
_LINK = re.compile(r"(?is)<a\s[^<>]{1,1000}>((?:(?!</a\b).){0,600})</a\s*>")
_LABELLED = re.compile(rf"(?i)\s*(?:{_any_of(_ELSEWHERE)})\s?[:|—–-]")
_ELSEWHERE_LETTERS = frozenset(map(letters_of, _ELSEWHERE))
_INVITATION_LETTERS = tuple(map(letters_of, _INVITATION))
_ADVERTISEMENT_LETTERS = frozenset(map(letters_of, _ADVERTISEMENT))
_LINK_SIGNS = Signs(
    (
        *("акже", "АКЖЕ", " теме", " ТЕМЕ", "Читайте", "also", "ALSO", "ead more", "EAD MORE", "ead next"),
        *("elated", "RELATED", "ore on this", "одпи", "ОДПИ", "рисоединя", "ледите за", "ollow us", "ubscribe", "oin "),
    )
)
_ADVERTISEMENT_SIGNS = Signs(("еклам", "ЕКЛАМ", "dvertisement", "DVERTISEMENT"))


def without_asides(markup: str) -> str:
    """HTML without paragraphs that only lead to other articles, to channels or to quoted posts, or are “Advertisement”.

    All words of such a paragraph but its label, “Read also:”, are links; an invitation to a channel is short.
    """
    if "<" not in markup:  # quick path for plain text
        return markup
    if "quote-inline" in markup:
        markup = _QUOTED_POST.sub(" ", markup)
    may_lead = "<a" in markup and _LINK_SIGNS.any_in(markup)
    return _ASIDE.sub(_if_text, markup) if may_lead or _ADVERTISEMENT_SIGNS.any_in(markup) else markup


def _if_text(found: re.Match[str]) -> str:
    """What is left of a paragraph and the list of links behind it."""
    paragraph, items = found[2], found[3] or ""
    if found[1] in {"li", "LI"} and not _LINK.search(paragraph):
        return found[0]  # a list that names advertisements names other things too
    if items and _is_aside(paragraph + items):
        return " "
    return " " + items if _is_aside(paragraph) else found[0]


def _is_aside(markup: str) -> bool:
    links = [text for link in _LINK.findall(markup) if letters_of(text := shown_text(link))]
    own = letters_of(shown_text(_LINK.sub(" ", markup)))
    if not links:
        return own in _ADVERTISEMENT_LETTERS
    is_label = own in _ELSEWHERE_LETTERS or (not own and _LABELLED.match(links[0]) is not None)
    return is_label or _is_invitation(markup)


def _is_invitation(markup: str) -> bool:
    text = shown_text(markup)
    words = letters_of(text)
    is_short = len(words) <= _LONGEST_INVITATION and words.startswith(_INVITATION_LETTERS)
    is_named = is_short and _NAMED_CHANNEL.search(text) is not None and not _NEXT_SENTENCE.search(text)
    return is_named and _CHANNEL.search(markup) is not None
