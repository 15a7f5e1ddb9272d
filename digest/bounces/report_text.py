"""Splits the texts of a message into what its author wrote and what they quote of another message.

A quoted subject is a headline of ours, whose words say nothing about a failure.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from digest.bounces.mime import MESSAGE_TYPES, Headers, MessagePart, parse_headers, values
from digest.bounces.phrases import ORIGINAL, QUOTED_SUBJECT, SUBJECT_IN_SENTENCE

MAX_LINES = 300  # of the author's text
_MAX_LINE = 1_000  # characters
_NO_TEXT = re.compile(
    r"(?:message/(?:x-)?(?:global-)?delivery-?status|message/feedback-report|image/|audio/|video/|application/)"
)
# Header lines with which a quoted message may begin; `To:` and `Subject:` also begin summaries of it.
_FIRST_HEADER = re.compile(
    r"(?i)[>|\s]{0,4}(?:received|return-path|message-id|x-[\w-]+|dkim-signature|domainkey-signature|delivered-to|from|"
    r"date|mime-version|content-type|arc-[\w-]+|authentication-results)\s{0,2}:\s"
)
_HEADER = re.compile(r"(?i)[>|\s]{0,4}[a-z][\w-]{1,40}\s{0,2}:(?:\s|$)")
_CONTINUED = re.compile(r"[>|]?[ \t]+\S")
_HEADERS_IN_A_ROW = 4
_NOT_OF_SUBJECT = re.compile(r"[@:：]|(?<!\d)[45]\d\d\s")  # in a line below a subject
_SHORTEST_SUBJECT = 3  # characters
_LONGEST_SUBJECT = 200
_MOST_SUBJECTS = 5


class SplitText(NamedTuple):
    """The author's lines without the subjects that they quote, these, and the headers of the quoted message, if any."""

    lines: Sequence[str]
    original: Headers
    subjects: Sequence[str]


def split_texts(message: MessagePart) -> SplitText:
    """The author's text of a whole message, and the headers of the first message that it quotes."""
    lines: list[str] = []
    originals: list[Headers] = []
    for text, quoted in _texts(message):
        if quoted:
            originals.append(parse_headers(_without_quote_marks(text.lstrip("\n").split("\n")[:200])))
            continue
        own, rest = _own_lines(text.split("\n")[: 4 * MAX_LINES])
        lines += own
        if rest:
            originals.append(parse_headers(_without_quote_marks(rest)))
    originals += [part.headers for part in _quoted_messages(message)]
    named = [one for one in originals if {"to", "message-id", "from"} & {name for name, _value in one}]
    original = next(iter(named), ())
    kept, subjects = _without_subjects([line[:_MAX_LINE] for line in lines[:MAX_LINES]])
    return SplitText(kept, original, list(dict.fromkeys([*values(original, "subject"), *subjects]))[:_MOST_SUBJECTS])


def without_subjects(text: str, subjects: Sequence[str]) -> str:
    """The text without the quoted subjects, as the subject of a report repeats them ("Undeliverable: …")."""
    for subject in subjects:
        words = subject.strip(" '\"")[:_LONGEST_SUBJECT].strip()
        if len(words) >= _SHORTEST_SUBJECT:
            text = re.sub(rf"(?i)(?<!\w){re.escape(words)}(?!\w)", " ", text)
    return text


def _without_subjects(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The lines with the labels of the quoted subjects only, and these subjects, also where they are wrapped."""
    kept: list[str] = []
    subjects: list[str] = []
    indented_by: int | None = None  # the subject whose wrapped lines may follow
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if (match := QUOTED_SUBJECT.fullmatch(line)) is not None:
            indented_by = indent
            kept.append(match["label"])
            subjects.append(match["subject"].strip())
        elif indented_by is not None and indent > indented_by and line.strip() and not _NOT_OF_SUBJECT.search(line):
            kept.append("")
            subjects[-1] += f" {line.strip()}"
        else:
            indented_by = None
            subjects += [match["subject"] for match in SUBJECT_IN_SENTENCE.finditer(line)]
            kept.append(SUBJECT_IN_SENTENCE.sub(r"\g<label>", line))
    return kept, [one for one in subjects if one]


def _texts(part: MessagePart) -> Iterator[tuple[str, bool]]:
    """The texts of a message outside of quoted messages, and whether each is the header of one."""
    if part.content_type in {"text/rfc822-headers", "message/rfc822-headers"}:
        yield part.text, True
    elif part.content_type in MESSAGE_TYPES:
        if not part.parts:
            yield part.text, True
    elif part.parts:
        plain = [one for one in part.parts if one.content_type != "text/html"]
        has_plain = part.content_type == "multipart/alternative" and any(one.text.strip() for one in plain)
        for one in plain if has_plain else part.parts:
            yield from _texts(one)
    elif not _NO_TEXT.match(part.content_type):
        yield part.text, False


def _quoted_messages(part: MessagePart) -> Iterator[MessagePart]:
    for one in part.walk():
        if one.content_type in MESSAGE_TYPES:
            yield from one.parts


def _own_lines(lines: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """The lines before a quoted message, and those of its header."""
    for place, line in enumerate(lines):
        if _begins_message(lines, place):
            return lines[:place], lines[place : place + 200]
        if len(line) < 200 and line.strip() and ORIGINAL.match(line) and _is_followed_by_header(lines, place + 1):
            return lines[:place], _from_first_header(lines[place + 1 : place + 200])
    return lines, ()


def _begins_message(lines: Sequence[str], place: int) -> bool:
    """Whether a header begins here: several header lines in a row, of which the first is typical."""
    if not _FIRST_HEADER.match(lines[place]):
        return False
    headers = 0
    for line in lines[place : place + 12]:
        if _HEADER.match(line):
            headers += 1
        elif not _CONTINUED.match(line):
            break
    return headers >= _HEADERS_IN_A_ROW


def _is_followed_by_header(lines: Sequence[str], start: int) -> bool:
    following = [line for line in lines[start : start + 8] if line.strip()]
    return not following or any(_HEADER.match(line) for line in following[:4])


def _from_first_header(lines: Sequence[str]) -> Sequence[str]:
    start = next((place for place, line in enumerate(lines) if _HEADER.match(line)), 0)
    return lines[start:]


def _without_quote_marks(lines: Sequence[str]) -> str:
    marked = [line for line in lines[:10] if line.startswith((">", "|"))]
    if len(marked) * 2 > min(len(lines), 10):
        return "\n".join(re.sub(r"^[>|] ?", "", line) for line in lines)
    return "\n".join(re.sub(r"^[ \t]{1,8}(?=[A-Za-z][\w-]{1,40}:)", "", line) for line in lines)
