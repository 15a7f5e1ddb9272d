"""Limits what a new domain sends on a day: receivers distrust a domain that begins with a large mailing."""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from itertools import groupby
from zoneinfo import ZoneInfo

from digest.model.issues import IssueRecord, Kind
from digest.model.quantities import counted, waiting
from digest.model.ramp import RampDay, daily_limit
from digest.store.ledger.ramps import Ramps
from digest.subscribers.preferences import next_delivery, zone_of

_log = logging.getLogger(__name__)

REASON = "the daily limit of smtp.ramp"


@dataclass(frozen=True, kw_only=True)
class Ramp:
    """The daily limits of all domains that send; a day is one of the portal's zone.

    `domain_of` names the domain that an edition is sent from, `editions` those that are configured. The methods raise
    StoreError.
    """

    ramps: Ramps
    zone: ZoneInfo
    domain_of: Callable[[str], str]
    editions: Collection[str]

    def apply(self, records: Collection[IssueRecord], now: datetime) -> None:
        """Postpone what does not fit into today's limits, the newest issues first, and each issue's last readers."""
        limited = [record for record in records if record.kind is not Kind.SYSTEM]
        by_domain = sorted(limited, key=lambda record: (self.domain_of(record.edition), -record.id))
        for domain, issues in groupby(by_domain, key=lambda record: self.domain_of(record.edition)):
            self._limit(domain, list(issues), now)

    def today(self, domain: str, now: datetime, more: Collection[str] = ()) -> RampDay:
        """The limit of a domain today and what is used of it; `more` are further editions of it."""
        day = now.astimezone(self.zone).date()
        editions = {*more, *(one for one in self.editions if self.domain_of(one) == domain)}
        began_on = self.ramps.began_on(domain)
        passed = (day - (began_on or day)).days
        midnight = datetime.combine(day, time(), self.zone)
        used = self.ramps.used(editions, midnight)
        waiting, next_at = self.ramps.waiting(editions, now, REASON)
        return RampDay(
            domain=domain,
            began_on=began_on,
            day=passed + 1,
            limit=daily_limit(max(0, passed)),
            used=used,
            waiting=waiting,
            next_at=next_at,
        )

    def domains(self) -> list[str]:
        """The domains of the configured editions."""
        return sorted({self.domain_of(edition) for edition in self.editions})

    def _limit(self, domain: str, issues: Sequence[IssueRecord], now: datetime) -> None:
        today = self.today(domain, now, {record.edition for record in issues})
        left = today.left
        if left is None:
            return
        for record in issues:
            until = self._next_time(record, now)
            at_hour = partial(self._next_hour, now)
            kept, postponed = self.ramps.postpone(record.id, left, now, until, REASON, at_hour)
            left -= kept
            if kept and today.began_on is None:
                self.ramps.begin(domain, now.astimezone(self.zone).date())
            if postponed:
                self._report(record, today, postponed, until)

    def _next_time(self, record: IssueRecord, now: datetime) -> datetime:
        """The time of day at which the issue was frozen, tomorrow."""
        return self._tomorrow(now, (record.frozen_at or now).astimezone(self.zone).time())

    def _next_hour(self, now: datetime, hour: int, zone: str | None) -> datetime:
        """The hour that a reader chose in their zone, when it comes next after today."""
        return next_delivery(hour, zone_of(zone, self.zone), self._tomorrow(now, time()))

    def _tomorrow(self, now: datetime, at: time) -> datetime:
        return datetime.combine(now.astimezone(self.zone).date() + timedelta(days=1), at, self.zone)

    def _report(self, record: IssueRecord, today: RampDay, postponed: int, until: datetime) -> None:
        limit = f"{today.domain} may send {today.limit} messages on day {today.day} (smtp.ramp)"
        expiring = self.ramps.expiring(record.id, REASON)
        if expiring:
            _log.warning("%s: %s will expire unsent: %s", record.name, counted(expiring, "message"), limit)
        else:
            _log.info("%s: %s until %s: %s", record.name, waiting(postponed), f"{until:%Y-%m-%d %H:%M}", limit)
