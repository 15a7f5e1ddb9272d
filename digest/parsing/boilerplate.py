"""Removes sentences that blog engines add to the end of every text."""

import re

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
    "полностью",
)
_NEAR_THE_END = 200
_SIGNS = (
    *("appeared", "Medium", "Continue reading", "Read full topic", "participant", "submitted by"),
    *("появил", "з'явив", "з’явив", "Читать далее", "Читать полностью"),
    *("erschien", "apparu en premier", "publicó primero", "apareció primero", "apareceu primeiro", "proviene da"),
    *("sembra essere", "verscheen eerst", "pochodzi z serwisu"),
)
LONGEST_BOILERPLATE = 700
"""Characters at the end of a text in which boilerplate begins."""

_X, _Y = r".{1,300}?", r".{1,120}?"
_BOILERPLATE = re.compile(
    # WordPress, from its translations of 'The post %1$s appeared first on %2$s.'
    rf"(?:The post {_X} (?:appeared first|first appeared) on {_Y}"
    rf"|(?:Сообщение|Запись) {_X} (?:впервые )?появил[аои]?с[ья] (?:сначала |сперва |впервые )?(?:на |в )?{_Y}"
    rf"|Запис {_X} (?:спершу |вперше )?з['’]явив?ся (?:спершу |вперше )?на {_Y}"
    rf"|Der Beitrag {_X} erschien zuerst auf {_Y}"
    rf"|L[’']article {_X} est apparu en premier sur {_Y}"
    rf"|La entrada {_X} (?:se publicó|apareció) primero en {_Y}"
    rf"|O post {_X} apareceu primeiro em {_Y}"
    rf"|L[’']articolo {_X} (?:proviene da|sembra essere il primo su) {_Y}"
    rf"|Het bericht {_X} verscheen eerst op {_Y}"
    rf"|Artykuł {_X} pochodzi z serwisu {_Y}"
    # WordPress themes and Medium
    rf"|Continue reading(?: on Medium| {_Y}[→»])?"
    rf"|Читать (?:далее|полностью)(?: {_Y}[→»])?"
    rf"|(?:^|(?<=[.!?…»”] ))[^.!?…]{{1,200}}? was originally published in {_Y} on Medium, where people .{{0,120}}"
    # Discourse and Reddit
    rf"|\d+ posts? - \d+ participants?(?: Read full topic)?"
    rf"|Read full topic"
    rf"|submitted by /?u/\S+(?: to r/\S+)? ?\[link\] ?\[comments\]"
    r")[\s.»…→]*$",
    re.DOTALL,
)


def without_boilerplate(line: str) -> str:
    """A line of text without what a blog engine added to it; empty if there was nothing else."""
    if not line.endswith(_ENDINGS):
        return line
    end = line[-_NEAR_THE_END:]
    if not any(sign in end for sign in _SIGNS):
        return line
    head, tail = line[:-LONGEST_BOILERPLATE], line[-LONGEST_BOILERPLATE:]
    match = _BOILERPLATE.search(tail)
    return without_boilerplate((head + tail[: match.start()]).rstrip()) if match else line
