"""The rows of an import as they are stored, and what they do to the subscribers that are known. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from enum import Enum
from functools import lru_cache

from digest.model.subscribers import LEFT, ImportedRows, LeftBy, RowOutcome, RowResult, Subscriber, SubscriberStatus
from digest.parsing.addresses import email_key
from digest.store.engine.chunks import chunks
from digest.store.engine.column_types import TextList

FIELDS = ("name", "language", "editions", "sections", "frequency", "timezone", "hour", "paused_until", "status")
StoredValues = tuple[str | int | date | None, ...]  # of FIELDS and left_by
Stated = tuple[str, str, SubscriberStatus, StoredValues]  # address, its key, status, and all values
_UNSTATED: StoredValues = tuple("[]" if name == "sections" else None for name in FIELDS)  # no editions: every one
_UNSTATED_OF_LEFT: StoredValues = tuple("[]" if name in {"editions", "sections"} else None for name in FIELDS)
_EDITIONS, STATUS, PAUSE = FIELDS.index("editions"), FIELDS.index("status"), FIELDS.index("paused_until")
_CONFIRMED_MEANWHILE = SubscriberStatus.CONFIRMED.value, SubscriberStatus.PENDING.value  # since a list was made
_CACHED_LISTS = 1_024  # different lists of editions or sections whose JSON is cached


class Resubscribe(Enum):
    """Which unsubscribed or suppressed readers a row that wants mail subscribes again.

    With `EVERYBODY` a row also replaces the editions that a reader chose on their page.
    """

    NOBODY = frozenset[str]()
    REMOVED_BY_OPERATOR = frozenset({LeftBy.OPERATOR.value})
    EVERYBODY = frozenset({LeftBy.OPERATOR.value, LeftBy.READER.value, None})


def stated_chunks(batch: Sequence[Subscriber]) -> Iterator[list[Stated]]:
    """The rows of a batch in groups, as they are stored."""
    return (list(map(_stated, chunk)) for chunk in chunks(batch))


def _stated(one: Subscriber) -> Stated:
    email, key = one.email, email_key(one.email)
    if email != key:
        local, at, domain = email.rpartition("@")
        email = f"{local}{at}{domain.lower()}"
    lists = _json_list(one.editions), _json_list(one.sections)
    chosen = one.frequency and one.frequency.value, one.timezone, one.hour, one.paused_until
    values = one.name, one.language, *lists, *chosen, one.status.value, None
    return email, key, one.status, values


@lru_cache(_CACHED_LISTS)
def _json_list(items: tuple[str, ...]) -> str:
    return TextList.write(items)


def merged_rows(
    before: Mapping[str, StoredValues],
    chosen: Collection[str],
    chunk: Sequence[Stated],
    resubscribe: Resubscribe,
    erased: Collection[str],
) -> tuple[ImportedRows, dict[str, tuple[str, StoredValues]]]:
    """What the rows do, and for each key that changes the address and the values afterwards.

    `chosen`: the keys of readers who chose their editions.
    """
    after: dict[str, tuple[str, StoredValues]] = {}
    results: list[RowResult] = []
    kept = 0
    if resubscribe is Resubscribe.EVERYBODY:
        chosen = ()
    for email, key, status, values in chunk:
        if key in erased:
            results.append(RowResult(RowOutcome.LEFT, status))
            continue
        known = after[key][1] if key in after else before.get(key)
        if known is None:  # nearly every row of a new list
            after[key] = email, values
            results.append(RowResult(RowOutcome.ADDED, status))
            continue
        outcome, merged, is_kept = _merged(known, values, resubscribe, has_chosen=key in chosen)
        kept += is_kept
        results.append(RowResult(outcome, status))
        if outcome is RowOutcome.CHANGED:
            after[key] = (after[key][0] if key in after else email, merged)
    return ImportedRows(results, kept), after


def _merged(
    known: StoredValues, stated: StoredValues, resubscribe: Resubscribe, *, has_chosen: bool
) -> tuple[RowOutcome, StoredValues, bool]:
    """What the stated values do to the known row, its values afterwards, and whether the editions stay as chosen."""
    if known == stated:
        return RowOutcome.SAME, known, False
    leaves = stated[STATUS] in LEFT
    if known[STATUS] in LEFT and not leaves and known[-1] not in resubscribe.value:
        return RowOutcome.LEFT, known, False
    if known[-1] == LeftBy.READER and leaves:
        return RowOutcome.SAME, known, False
    unstated_values = _UNSTATED_OF_LEFT if leaves else _UNSTATED
    merged = [
        old if new is None or new == unstated else new
        for old, new, unstated in zip(known, stated, unstated_values, strict=False)
    ]
    if (known[STATUS], stated[STATUS]) == _CONFIRMED_MEANWHILE:
        merged[STATUS] = known[STATUS]
    is_kept = has_chosen and merged[_EDITIONS] != known[_EDITIONS]
    if is_kept:
        merged[_EDITIONS] = known[_EDITIONS]
    left_by = known[-1] if merged[STATUS] == known[STATUS] else None
    outcome = RowOutcome.SAME if merged == list(known[:-1]) else RowOutcome.CHANGED
    return outcome, (*merged, left_by), is_kept
