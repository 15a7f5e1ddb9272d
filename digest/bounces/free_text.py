"""Finds the failed recipients in reports that are written for people: what surrounds an address decides."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from digest.bounces.addresses import addresses_in, domain_is_qualified, written_addresses
from digest.bounces.phrases import CUE, FAILURE, QUOTED_SUBJECT, UNRELATED
from digest.parsing.addresses import with_ascii_domain
from digest.receivers.reply_words import spelled_out

_LINES_OF_REASON = 10
_ENOUGH = 3  # points
_MOST_MENTIONS = 300
_MOST_IN_A_LINE = 20
_ALONE = re.compile(
    r"[\s<>\"'`*|=:;,.\-•()\[\]]*(?:smtp:|mailto:|rfc822;|to:|rcpt to:)?[\s<>\"'`*|=:;,.\-•()\[\]]*", re.IGNORECASE
)
_ENDS = re.compile(r"[<>()\[\]\"'`*|=:;,. \t]*$|\s*>?[\"')\]]?\s*[:;(.\-]")
_NOT_A_READER = re.compile(
    r"(?i)(?:postmaster|mailer[-_]?daemon|mail-?daemon|mdaemon|abuse|hostmaster|root|daemon|majordomo)@|@(?:localhost)$"
)
_REPLY = re.compile(r"(?<![\d.])(?:[45]\d\d[ -]|#?[45]\.\d{1,3}\.\d{1,3}\b)")
_SUMMARY = re.compile(r"(?i)\s*(?:to|cc|an|à|para|a|кому|копия)\s*:")
# What an alias or a list stands for, in Sendmail, Postfix and Exim: the message went to the address behind these words.
_ORIGIN = re.compile(r"(?i)\(?(?:ultimately )?(?:expanded|generated) from:?\s*<?")
_MESSAGE_ID = re.compile(r"(?i)(?:[0-9a-f$.]{20,}|\d{8,}\.[\w.$-]+|[\w.-]*javamail[\w.-]*|[\w$.-]{30,})@")


class FailedRecipient(NamedTuple):
    """An address to which mail failed, the text about it, and the address to which the text says that it went on."""

    address: str
    reason: str
    forwarded_to: str | None = None


class _Mention(NamedTuple):
    place: int  # of its line
    address: str
    points: int
    is_listed: bool  # the address begins its line
    forwarded_to: str | None


def failed_recipients(
    lines: Sequence[str], original_to: Collection[str], excluded: Collection[str], *, by_server: bool
) -> list[FailedRecipient]:
    """The recipients of which a text says that mail to them failed; `excluded` are never meant.

    Where nothing else shows that a server is the author (`by_server`), an address in a sentence does not count, unless
    a reply code is near.
    """
    failing = [FAILURE.search(spelled_out(line)) is not None for line in lines]
    found_addresses = _addresses(lines, {one.lower() for one in excluded})
    mentions = list(_mentions(lines, failing, found_addresses, {one.lower() for one in original_to}))
    if not by_server:
        mentions = [one for one in mentions if one.is_listed or _has_reply(lines[one.place : one.place + 3])]
    best = max((one.points for one in mentions), default=0)
    if best < _ENOUGH:
        return []
    found: dict[str, FailedRecipient] = {}
    for one in mentions:
        if one.points >= max(_ENOUGH, best - 2):
            others = (other.place for other in mentions if other.place > one.place and other.address != one.address)
            following = next(others, len(lines))
            reason = _reason(lines, failing, one.place, following)
            key = one.address.lower()
            if key not in found or len(found[key].reason) < len(one.address) + 8:
                known = found[key].address if key in found else one.address
                found[key] = FailedRecipient(known, reason, one.forwarded_to)
    return list(found.values())


def _mentions(
    lines: Sequence[str], failing: Sequence[bool], found: Iterator[tuple[int, str]], original_to: Collection[str]
) -> Iterator[_Mention]:
    introducing = [CUE.search(line) is not None for line in lines]
    for place, written in islice(found, _MOST_MENTIONS):
        address = with_ascii_domain(written)
        sent_to = _origin(lines, place) or address
        before, _, after = _ORIGIN.split(lines[place])[0].partition(written)
        is_listed = _ALONE.fullmatch(before) is not None
        points = 3 * (sent_to.lower() in original_to) + 2 * failing[place]
        if is_listed:
            points += 2 if _ENDS.match(after) else 1
        points += any(failing[place + 1 : place + 5]) + any(failing[max(0, place - 8) : place])
        points += any(introducing[max(0, place - 4) : place + 1])
        points -= 3 * (not failing[place] and UNRELATED.search(before + after) is not None)
        points -= 7 * _is_summary(lines, place) + 4 * (_MESSAGE_ID.match(address) is not None)
        points -= not domain_is_qualified(address)
        yield _Mention(place, sent_to, points, is_listed, address if sent_to != address else None)


def _addresses(lines: Sequence[str], excluded: Collection[str]) -> Iterator[tuple[int, str]]:
    """The addresses in a text that may be recipients, as it writes them, with the number of the line."""
    for place, line in enumerate(lines):
        if place and _ORIGIN.match(line.strip()):
            continue
        for written in islice(written_addresses(_ORIGIN.split(line)[0]), _MOST_IN_A_LINE):
            if with_ascii_domain(written).lower() not in excluded and not _NOT_A_READER.match(written):
                yield place, written


def _origin(lines: Sequence[str], place: int) -> str | None:
    """The address that was expanded to the one in this line."""
    for line in (lines[place], *(one for one in lines[place + 1 : place + 2] if _ORIGIN.match(one.strip()))):
        _before, *after = _ORIGIN.split(line, maxsplit=1)
        if after:
            return next(addresses_in(after[0]), None)
    return None


def _is_summary(lines: Sequence[str], place: int) -> bool:
    """Whether a line is one of a list of the message's headers, with its subject near."""
    near = lines[max(0, place - 2) : place + 4]
    return _SUMMARY.match(lines[place]) is not None and any(QUOTED_SUBJECT.match(line) for line in near)


def _has_reply(lines: Sequence[str]) -> bool:
    return any(_REPLY.search(line) for line in lines)


def _reason(lines: Sequence[str], failing: Sequence[bool], place: int, following: int) -> str:
    """The line of an address and the lines below it, up to the next address or the end of the paragraph."""
    end = min(max(following, place + 1), place + _LINES_OF_REASON)
    reason: list[str] = []
    for number in range(place, end):
        if not lines[number].strip() and any(failing[place:number]):
            break
        reason.append(" ".join(lines[number].split()))
    return " ".join(line for line in reason if line)
