"""Removes the sentences that blog engines and their plugins put before, behind or in place of a summary."""

import re

from digest.parsing.boilerplate.signs import Signs

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
    *("appeared", "Medium", "Continue reading", "Read full topic", "participant", "submitted by", "embedded content]"),
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
    # Discourse, Reddit, and Bluesky in place of pictures and quoted posts
    rf"|\d+ posts? - \d+ participants?(?: Read full topic)?"
    rf"|Read full topic"
    rf"|submitted by /?u/\S+(?: to r/\S+)? ?\[link\] ?\[comments\]"
    rf"|\[contains quote post or other embedded content\]"
    r")[\s.»…→]*$",
    re.DOTALL,
)
_INVITATION_ALONE = re.compile(
    rf"(?i)(?:{'|'.join(_INVITATIONS)}|Continue reading|Читать (?:далее|полностью))[\s.»…→>:]*"
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


def is_invitation(line: str) -> bool:
    """Whether a line, such as `Read more`, is what a link to an article says, and nothing of the article."""
    return _INVITATION_ALONE.fullmatch(line) is not None
