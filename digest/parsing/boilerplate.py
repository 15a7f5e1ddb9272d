"""Removes what is no text of an article: sentences of blog engines, paragraphs that lead elsewhere, and credits."""

import html
import re
from collections import defaultdict
from collections.abc import Iterable

_SHORT = 50  # characters: one search of them takes less time than looking for each of several signs
_FEW = 20  # signs that are looked for one by one in less time


class Signs:
    """Short texts, one of which makes it worth looking at another text more closely."""

    def __init__(self, signs: Iterable[str]) -> None:
        self._signs = tuple(signs)
        by_first: defaultdict[str, list[str]] = defaultdict(list)
        for sign in self._signs:
            by_first[sign[0]].append(re.escape(sign[1:]))
        # With each first character once, a search passes most places of a text at once.
        groups = (f"{re.escape(first)}(?:{'|'.join(others)})" for first, others in by_first.items())
        self._pattern = re.compile("|".join(groups))

    def any_in(self, text: str) -> bool:
        """Whether one of them is in a text."""
        # Python widens each sign before it looks for it in a text that is not ASCII (benchmarks: parsing).
        if len(text) < _SHORT or (len(self._signs) > _FEW and not text.isascii()):
            return self._pattern.search(text) is not None
        for sign in self._signs:  # noqa: SIM110 - any() takes a third longer
            if sign in text:
                return True
        return False


# Only texts that end in this way and contain a sign are searched, or the search would take a tenth of an item's time
# (benchmarks: parsing).
_ENDINGS = (
    ".",
    "»",
    "→",
    "topic",
    "participants",
    "participant",
    "reading",
    "Medium",
    "[comments]",
    "далее",
    "дальше",
    "полностью",
    "Подробнее",
    "подробнее",
    *("more", "More", "…", "]", ")", "Reading", ">", "article", "story", "Comments", "paragraphs"),
    *("сайте", "далі", "більше", "повністю", "Детальніше", "Докладніше"),
    *("Weiterlesen", "lesen", "suite", "más", "leyendo"),
)
_NEAR_THE_END = 200
_ALWAYS = (
    *("appeared", "Medium", "Continue reading", "Read full topic", "participant", "submitted by"),
    *("Read more", "Read More", "(more", "Continue Reading", "Подробнее"),
    *("появил", "з'яви", "з’яви", "Читать ", "Read the "),
    *("erschien", "apparu en premier", "publicó primero", "apareció primero", "apareceu primeiro", "proviene da"),
    *("sembra essere", "verscheen eerst", "pochodzi z serwisu"),
)
# Nearly all texts end with a full stop, and these signs do not go with one.
_WITHOUT_STOP = (
    *("Читати ", "Детальніше", "Докладніше", "Read full ", "Full ", "remaining paragraphs"),
    *("Weiterlesen", "Mehr lesen", "Lire la suite", "Leer más", "Seguir leyendo"),
)
_SIGNS, _SIGNS_WITHOUT_STOP = Signs(_ALWAYS), Signs((*_ALWAYS, *_WITHOUT_STOP))
LONGEST_BOILERPLATE = 700
"""Characters at the end of a text in which boilerplate begins."""

# How a sentence begins and goes on after the title, in WordPress's translations of 'The post %1$s appeared first on
# %2$s.'
_FIRST_PUBLISHED = (
    ("The post", "(?:appeared first|first appeared) on "),
    (
        "(?:Сообщение|Запись)",
        "(?:впервые появил[аои]?с[ья]|появил[аои]?с[ья] (?:сначала|сперва|впервые)) (?:на |в )?",
    ),
    ("Запис", "(?:(?:спершу|вперше) з['’]яви(?:в|ть)?ся|з['’]яви(?:в|ть)?ся (?:спершу|вперше)) на "),
    ("Der Beitrag", "erschien zuerst auf "),
    ("L[’']article", "est apparu en premier sur "),
    ("La entrada", "(?:se publicó|apareció) primero en "),
    ("O post", "apareceu primeiro em "),
    ("L[’']articolo", "(?:proviene da|sembra essere il primo su) "),
    ("Het bericht", "verscheen eerst op "),
    ("Artykuł", "pochodzi z serwisu "),
)
_Y = r".{1,120}?"


def _first_published(start: str, after: str) -> str:
    """The pattern of such a sentence; another one that begins in the same way may be before it."""
    title = rf"(?:(?!(?<=[.!?…»”\]] ){start} ).){{1,300}}?"
    return f"{start} {title} {after}{_Y}"


_INVITATIONS = (
    *("Read [Mm]ore(?: of this story at Slashdot)?", "Подробнее", "Читать (?:дальше|подробнее|на сайте)", "Full story"),
    "Read (?:the )?(?:full|whole|entire|rest of the) (?:article|story|post)(?: (?:at|on) [^.!?…]{1,60})?",
    *(r"Read \d+ remaining paragraphs", "Читати (?:далі|дальше|більше|повністю)", "Детальніше", "Докладніше"),
    *("Weiterlesen", "Mehr lesen", "Lire la suite", "Leer más", "Seguir leyendo"),
)
_BOILERPLATE = re.compile(
    rf"(?:{'|'.join(_first_published(*words) for words in _FIRST_PUBLISHED)}"
    # WordPress themes and Medium
    rf"|Continue [Rr]eading(?: on Medium| {_Y}[→»])?"
    rf"|Читать (?:далее|полностью)(?: {_Y}[→»])?"
    # An invitation after the end of a sentence, or in brackets
    rf"|(?:^|(?<=[.!?…»”)\]] ))(?:{'|'.join(_INVITATIONS)})(?: ?[→»>:]+)?(?: \| Comments)?"
    rf"|[\[(](?:Read [Mm]ore|more)[ .…]*[\])]"
    rf"|(?:^|(?<=[.!?…»”] ))[^.!?…]{{1,200}}? was originally published in {_Y} on Medium, where people .{{0,120}}"
    # Discourse and Reddit
    rf"|\d+ posts? - \d+ participants?(?: Read full topic)?"
    rf"|Read full topic"
    rf"|submitted by /?u/\S+(?: to r/\S+)? ?\[link\] ?\[comments\]"
    r")[\s.»…→]*$",
    re.DOTALL,
)


# What Hacker News and its mirrors, Lobsters and feeds of links have instead of a summary.
_NO_SUMMARY = re.compile(
    # In place of a medium or a post that Telegram shows in its own app alone, as bridges write it
    r"(?:Please open Telegram to view this post|This media is not supported in (?:your browser|the widget))"
    r"(?: VIEW IN TELEGRAM)?"
    r"|(?:Comments|Комментарии|(?:\[link\] ?)?\[comments\]|https?://\S+)"
    r"|Article URL: \S+ Comments URL: \S+(?: Points: \d+)?(?: # Comments: \d+)?"
)
_NO_SUMMARY_STARTS = ("Please open T", "This media", "Comments", "Комментарии", "[", "http", "Article URL")


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
_LINK = re.compile(r"(?is)<a\s[^<>]{1,1000}>((?:(?!</a\b).){0,600})</a\s*>")
_LABELLED = re.compile(rf"(?i)\s*(?:{_any_of(_ELSEWHERE)})\s?[:|—–-]")
_TAG = re.compile(r"<[^<>]*>")
_LINK_SIGNS = Signs(
    (
        *("акже", "АКЖЕ", " теме", " ТЕМЕ", "Читайте", "also", "ALSO", "ead more", "EAD MORE", "ead next"),
        *("elated", "RELATED", "ore on this", "одпи", "ОДПИ", "рисоединя", "ледите за", "ollow us", "ubscribe", "oin "),
    )
)
_ADVERTISEMENT_SIGNS = Signs(("еклам", "ЕКЛАМ", "dvertisement", "DVERTISEMENT"))


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


# A table of contents whose markup is lost, as in an excerpt: nobody can tell where its last heading ends.
_CONTENTS = re.compile(
    r"(?i)(?:содержание|оглавление|зміст|(?:table of )?contents)(?: (?:hide|скрыть|сховати|\[[^][]{1,20}\]))?:?"
    r" ?1[.)]? ?(?-i:[A-ZА-ЯЁІЇЄҐ«„“]).{1,300}?[^\d\s]2[.)]? ?(?-i:[A-ZА-ЯЁІЇЄҐ«„“])"
)


# What plugins write before a text, where its class is lost. A small letter behind it continues a sentence.
_READING_TIME = re.compile(
    r"(?i)(?:(?:estimated )?reading time\s?:?|время (?:на )?чтени[ея](?: статьи)?\s?:?|на чтение\s?:"
    r"|час (?:на )?читання\s?:?)\s?(?:[~≈<>]\s?)?\d{1,3}(?:\s?[-–]\s?\d{1,3})?"
    r"\s?(?:minutes?|mins?|минут[аы]?|мин|хвилин[аи]?|хв)(?![^\W_])(?-i:(?!\.?\s?[a-zа-яёіїєґ,;]))\.?[\s|•·—–-]*"
    r"|\d{1,2} min(?:ute)? read(?![^\W_])(?-i:(?!\.?\s?[a-zа-яёіїєґ,;]))\.?[\s|•·—–-]*"
)


# Codes of WordPress, of Drupal 7 (a picture as JSON) and their plugins that were not run, as in excerpts of pages.
_SHORTCODE = re.compile(
    # The bracket is outside of the group, so that the search can skip to the next one.
    r"\[(?:/?(?:vc|wpb|et_pb|fusion|su|av|mk|nectar)_\w+(?:\s[^][]*)?"
    r"|(?:caption|gallery|embed|audio|video|playlist|contact-form-7)\s[^][]*=[^][]*"
    r"|embed\][^][]*\[/embed"
    r"|\[\{\"(?:(?!\}\]\]|\[\[\{).){1,2000}\}\]"  # ends before the next one, or many without an end would take long
    r"|/(?:caption|gallery|embed|audio|video|playlist)|gallery|(?:ez-)?toc"
    r"|(?:youtube|vimeo|dailymotion|instagram|tweet|facebook)[ =]https?://[^][\s]+"
    # Of MODX: a field, a chunk, a link, a snippet
    r"|\[!?(?:[*$~%#]|\+\+?)[^][]{1,300}\]|\[!?\w{1,60}\? ?&[^][]{1,300}\]"
    # Of DLE: what some groups of its users see, and files
    r"|(hide|(?:not-)?group)(?:=[\d,]{1,30})?\][^][]*\[/\1|attachment=[\d:,]{1,30})\]"
)
# The code of any other plugin of WordPress: a name, and attributes with values in quotes, which it may have made curly.
_ATTRIBUTES = r"(?:\s[\w-]{1,40}=[\"'“”″«‘’][^][\"'“”″»‘’]*[\"'“”″»‘’]){1,30}"
_OTHER_SHORTCODE = re.compile(rf"\[([a-z][\w-]{{1,40}}){_ATTRIBUTES}\s?/?\]")
_END_OF_SHORTCODE = re.compile(r"\[/([a-z][\w-]{1,40})\]")
# The same of Joomla, and the end of a page of DLE.
_PLUGIN_CODE = re.compile(
    r"\{PAGEBREAK\}|\{(?:/?load(?:position|module|moduleid)(?:\s[^{}]*)?|(youtube|vimeo|gallery|audio|video)\}[^{}]*\{/\1"
    r"|(?:jcomments|module|modulepos|snippet|article|slider|tab)[ =][^{}]{1,300}|/(?:article|sliders|tabs))\}"
)


# Markup of forums, games and editors, where it is unmistakable: a tag of BBCode in a text that closes one, and links,
# pictures, headings and bold words in Markdown.
_BBCODE_BLOCK = re.compile(
    r"\[img(?:[ =][^][]{0,300})?\][^][]{0,1000}\[/img\]|\[/?\*\]"
    r"|\[/?(?:p|h[1-6]|quote|list|olist|center|left|right|spoiler)(?:[ =][^][]{0,300})?\]",
    re.IGNORECASE,
)
_BBCODE_INLINE = re.compile(r"\[/?(?:b|i|u|s|strike|url|size|colou?r|font)(?:[ =][^][]{0,300})?\]", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(r"(!?)\[([^][]{0,300})\]\((?:https?://|/)[^()\s]{1,1000}\)")
_MARKDOWN_HEADING = re.compile(r"(?:^|(?<= ))#{2,6} ")
_MARKDOWN_BOLD = re.compile(r"(?<![\w*])\*\*(?=[^\s*])([^*]{1,300})(?<=[^\s*])\*\*(?![\w*])")


def without_shortcodes(line: str) -> str:
    """A line of text without the codes of WordPress, Drupal and Joomla that their pages do not show.

    Of BBCode and Markdown the text is left.
    """
    shown = _without_other_shortcodes(_SHORTCODE.sub(" ", line)) if "[" in line else line
    shown = _PLUGIN_CODE.sub(" ", shown) if "{" in shown else shown
    if "[/" in shown:
        shown = _BBCODE_INLINE.sub("", _BBCODE_BLOCK.sub(" ", shown))
    if "](" in shown:
        shown = _MARKDOWN_LINK.sub(lambda link: "" if link[1] else link[2], shown)
    shown = _MARKDOWN_BOLD.sub(r"\1", shown) if "**" in shown else shown
    shown = _MARKDOWN_HEADING.sub("", shown) if "##" in shown else shown
    return line if shown == line else " ".join(shown.split())


def _without_other_shortcodes(line: str) -> str:
    """A line without the codes of other plugins; what is between one and its end stays."""
    names = {code[1] for code in _OTHER_SHORTCODE.finditer(line)}
    if not names:
        return line
    shown = _OTHER_SHORTCODE.sub(" ", line)
    return _END_OF_SHORTCODE.sub(lambda end: " " if end[1] in names else end[0], shown)


def without_boilerplate(line: str) -> str:
    """A line of text without what a blog engine added to it; empty if there was nothing else."""
    if line.startswith(_NO_SUMMARY_STARTS) and _NO_SUMMARY.fullmatch(line):
        return ""
    if _CONTENTS.match(line):
        return ""
    if reading_time := _READING_TIME.match(line):
        line = line[reading_time.end() :]
    if not line.endswith(_ENDINGS):
        return line
    end = line[-_NEAR_THE_END:]
    if not (_SIGNS if end[-1] == "." else _SIGNS_WITHOUT_STOP).any_in(end):
        return line
    head, tail = line[:-LONGEST_BOILERPLATE], line[-LONGEST_BOILERPLATE:]
    match = _BOILERPLATE.search(tail)
    return without_boilerplate((head + tail[: match.start()]).rstrip()) if match else line


def without_asides(markup: str) -> str:
    """HTML without paragraphs that only lead elsewhere or only say “Advertisement”, and without credits of pictures.

    They lead to other articles or to channels. All words of such a paragraph but its label, “Read also:”, are links; an
    invitation to a channel is short. A credit is a line that only says whose a picture is.
    """
    if "<" not in markup:  # quick path for plain text
        return markup
    if _CREDIT_SIGNS.any_in(markup):
        markup = _CREDIT.sub(lambda line: line[1] if _is_credit(line[2]) else line[0], markup)
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
    links = [text for link in _LINK.findall(markup) if _letters(text := _shown_text(link))]
    own = _letters(_shown_text(_LINK.sub(" ", markup)))
    if not links:
        return own in _ADVERTISEMENT_LETTERS
    is_label = own in _ELSEWHERE_LETTERS or (not own and _LABELLED.match(links[0]) is not None)
    return is_label or _is_invitation(markup)


def _is_credit(markup: str) -> bool:
    text = " ".join(_shown_text(markup).split())
    credit = _CREDIT_TEXT.fullmatch(text)
    return credit is not None and not _SENTENCE_AFTER.search(text) and _names_someone(credit["whose"])


def _names_someone(whose: str | None) -> bool:
    """Whether what follows a label is a source: fewer than half of its words begin with a small letter."""
    if whose is None or _SOURCE_WORD.match(whose):
        return True
    words = _WORD.findall(whose)
    small: int = sum(word[0].islower() for word in words)
    return 2 * small < len(words)


def _is_invitation(markup: str) -> bool:
    text = _shown_text(markup)
    words = _letters(text)
    is_short = len(words) <= _LONGEST_INVITATION and words.startswith(_INVITATION_LETTERS)
    is_named = is_short and _NAMED_CHANNEL.search(text) is not None and not _NEXT_SENTENCE.search(text)
    return is_named and _CHANNEL.search(markup) is not None


def _shown_text(markup: str) -> str:
    return html.unescape(_TAG.sub(" ", markup))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


_ELSEWHERE_LETTERS = frozenset(map(_letters, _ELSEWHERE))
_INVITATION_LETTERS = tuple(map(_letters, _INVITATION))
_ADVERTISEMENT_LETTERS = frozenset(map(_letters, _ADVERTISEMENT))
