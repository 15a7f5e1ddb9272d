"""What is deleted after a time, apart from readings, articles and deliveries."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_

from digest.model.issues import Slot
from digest.store.access import idempotency, rate_counts, user_sessions
from digest.store.articles import pictures, summaries, title_vectors
from digest.store.engine.database import Database
from digest.store.ledger import group_pauses
from digest.store.subscribers import import_drafts, import_jobs
from digest.store.tables.alert_schema import alert
from digest.store.tables.api_schema import api_token, idempotent_request
from digest.store.tables.public_schema import retraction
from digest.store.tables.schema import bounce, delivery, override, resend
from digest.store.tables.web_schema import former_address, reader_request, signup
from digest.store.upkeep.expiry import Expiry, purge

UNCONFIRMED = timedelta(days=30)  # after a sign-up that nobody confirmed; its link is valid for a week
_ROWS = 500  # deleted in one transaction


class ExpiredRows:
    """Rows that are over: by their own time, by that of changes and alerts, or by that of deliveries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def purge(self, now: datetime, *, audit: timedelta, deliveries: timedelta) -> Iterator[tuple[str, int]]:
        """Delete them; after each batch, what it was and how many. Raises StoreError."""
        groups = ((now, _BY_THEIR_OWN_TIME), (now - audit, _AUDIT), (now - deliveries, _OF_DELIVERIES))
        for moment, expiries in groups:
            for expiry in expiries:
                while number := self._purge(expiry, moment):
                    yield expiry.name, number

    def _purge(self, expiry: Expiry, moment: datetime) -> int:
        with self._database.write() as connection:
            return purge(connection, expiry, moment, _ROWS)


def _is_in_ledger() -> ColumnElement[bool]:
    """Whether a delivery still has a former address."""
    of_reader = delivery.c.subscriber_id == former_address.c.subscriber_id
    return exists().where(of_reader, func.lower(delivery.c.address) == former_address.c.email_key)


_BY_THEIR_OWN_TIME = (
    rate_counts.ENDED,
    idempotency.EXPIRED,
    import_jobs.ENDED,
    import_drafts.OLD,
    title_vectors.UNUSED,
    summaries.OLD,
    user_sessions.ENDED,
    group_pauses.OLD_REFUSALS,
    pictures.UNUSED,
    Expiry(
        "sign-ups", signup, lambda now: and_(signup.c.confirmed_at.is_(None), signup.c.asked_at < now - UNCONFIRMED)
    ),
)

_AUDIT = (
    Expiry("alerts", alert, lambda before: alert.c.cleared_at < before),
    Expiry("retractions", retraction, lambda before: retraction.c.undone_at < before),
    Expiry("resends", resend, lambda before: resend.c.at < before),
    Expiry("requests", reader_request, lambda before: reader_request.c.asked_at < before),
    Expiry(
        "overrides",
        override,
        lambda before: or_(
            override.c.slot < Slot(day=before.date()), override.c.until < before, override.c.undone_at < before
        ),
    ),
    Expiry(
        "tokens",
        api_token,
        lambda before: and_(
            api_token.c.revoked_at < before, ~exists().where(idempotent_request.c.token_id == api_token.c.id)
        ),
    ),
)

_OF_DELIVERIES = (
    Expiry("bounces", bounce, lambda before: bounce.c.at < before),
    Expiry(
        "former addresses",
        former_address,
        lambda before: and_(former_address.c.at < before, ~_is_in_ledger()),
    ),
)
