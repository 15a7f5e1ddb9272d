"""Which subscribers an issue is for, as conditions of a query."""

import json

from sqlalchemy import ColumnElement, and_, func, not_, or_, type_coerce
from sqlalchemy import Text as TextType

from digest.model.issues import Audience
from digest.model.subscribers import Frequency, SubscriberStatus
from digest.store.tables.schema import subscriber

_EDITIONS = type_coerce(subscriber.c.editions, TextType)
_SATURDAY = 5


def in_audience(audience: Audience) -> list[ColumnElement[bool]]:
    """The conditions for a reader to get the issue, whatever their topics are."""
    conditions = [subscriber.c.status == SubscriberStatus.CONFIRMED, belongs_to(audience)]
    if audience.weekly is not None:
        is_weekly = subscriber.c.frequency.is_not_distinct_from(Frequency.WEEKLY.value)
        conditions.append(is_weekly if audience.weekly else not_(is_weekly))
    if audience.day is not None:
        paused = subscriber.c.paused_until
        conditions.append(or_(paused.is_(None), paused <= audience.day))
        if audience.day.weekday() >= _SATURDAY:
            conditions.append(subscriber.c.frequency.is_distinct_from(Frequency.WEEKDAYS.value))
    return conditions


def belongs_to(audience: Audience) -> ColumnElement[bool]:
    """Whether a reader's row names the edition; or none at all, and no other edition is in their language."""
    quoted = json.dumps(audience.edition, ensure_ascii=False)
    named = func.replace(_EDITIONS, quoted, "") != _EDITIONS  # not LIKE, which ignores case on SQLite
    unnamed = _EDITIONS == "[]"
    if audience.other_languages:
        others = or_(*map(_speaks, sorted(audience.other_languages)))
        unnamed = and_(unnamed, or_(subscriber.c.language.is_(None), not_(others)))
    return or_(unnamed, named)


def _speaks(language: str) -> ColumnElement[bool]:
    return or_(subscriber.c.language == language, subscriber.c.language.startswith(f"{language}-", autoescape=True))
