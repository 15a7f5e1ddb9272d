"""The real objects that one process works with; the bootstrap makes them from the settings."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from digest.collecting.merge import merge
from digest.delivery.ramp import Ramp
from digest.delivery.restore_guard import RestoreGuard
from digest.i18n import Translator
from digest.message.build import SenderIdentity
from digest.message.dkim import Signer
from digest.model.articles import Article, LateSpan, Window
from digest.model.decisions import Review
from digest.model.deliveries import LaterMessages
from digest.model.issues import Audience, IssueRecord, Kind, Slot, Variant
from digest.model.pictures import PictureSize, StoredPicture
from digest.notices.heartbeat import Heartbeat
from digest.notices.target import Target
from digest.protocols import Clock, Compare, CounterLookup, LedgerClock, Mailer, PictureSource, Source, SourceSet
from digest.receivers.pauses import REPLACED_PAUSE
from digest.rendering.logo import Logo
from digest.rendering.render import Renderer
from digest.rendering.system_page import SystemMailRenderer
from digest.settings.mail import parse_mailbox
from digest.settings.schema import EditionSettings, PortalSettings, Settings
from digest.store.ledger.work_notices import WorkNotices
from digest.store.store import Store
from digest.store.upkeep.beats import RUN
from digest.subscribers.preferences import primary
from digest.timetable import LOOK_BACK, Due, coming_slot, due, late_span, notice_moment, window_of

_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_HISTORY = LOOK_BACK.days * 2  # issues of an edition that can matter to the next one


@dataclass(frozen=True, kw_only=True)
class App(Store):
    """The store of one process with its settings, its renderer, its sources and what else it works with."""

    settings: Settings
    clock: Clock
    make_source_set: Callable[[], SourceSet]
    make_picture_source: Callable[[], PictureSource]
    make_prompt_mailer: Callable[[], Mailer]  # for somebody who waits
    renderer: Renderer
    system_mail_renderer: SystemMailRenderer
    sender_identity: SenderIdentity
    signer_of: Callable[[str | None], Signer | None]
    compare: Compare
    restore_guard: RestoreGuard
    ledger_clock: LedgerClock
    heartbeat: Heartbeat
    alert_targets: Callable[[], Sequence[Target]]  # raises ConfigurationError
    logo: Callable[[], Logo | None]  # read when it is first needed
    work_notices: WorkNotices
    ramp: Ramp | None  # the daily limits of new domains, if smtp.ramp is set
    collecting: AbstractContextManager[object] = field(default_factory=nullcontext)  # rounds of visits enter it

    @property
    def sources(self) -> Sequence[Source]:
        """The sources, made when they are first needed; raises ConfigurationError."""
        return self.make_source_set().sources

    @property
    def counter_lookups(self) -> Sequence[CounterLookup]:
        """The services that count articles by address, made when they are first needed; raises ConfigurationError."""
        return self.make_source_set().counter_lookups

    @property
    def zone(self) -> ZoneInfo:
        """The portal's time zone."""
        return self.settings.portal.zone

    @property
    def dkim_selector(self) -> str | None:
        """The key that signs what is frozen now; None: messages are not signed."""
        return self.settings.dkim.selector or None

    def translator(self, edition: EditionSettings) -> Translator:
        """The translator of an edition's language."""
        return Translator(self.settings.language_of(edition), self.zone)

    def portal_of(self, edition: EditionSettings) -> PortalSettings:
        """The portal as the edition's readers see it; raises ConfigurationError for a logo that cannot be shown."""
        portal, logo = self.settings.portal_of(edition), self.logo()
        return portal if logo is None else portal.model_copy(update={"logo": logo.settings})

    def logo_content(self, url: str) -> bytes | None:
        """The picture of the logo that the web pages serve at that address; None for other addresses."""
        logo = self.logo()
        file = None if logo is None else logo.files.get(url)
        return None if file is None else file.content

    def logo_files(self) -> Mapping[PictureSize, StoredPicture]:
        """The pictures of the logo that the web pages serve."""
        logo = self.logo()
        if logo is None:
            return {}
        return {PictureSize(address, logo.settings.width): picture for address, picture in logo.files.items()}

    def identity_of(self, edition: str) -> SenderIdentity:
        """Who an edition's messages are from; the installation's sender for one that is no longer configured."""
        own = self.settings.find_edition(edition)
        if own is None:
            return self.sender_identity
        return replace(
            self.sender_identity,
            sender=parse_mailbox(own.sender) if own.sender else self.sender_identity.sender,
            reply_to=parse_mailbox(own.reply_to) if own.reply_to else None,
            portal=own.title or self.sender_identity.portal,
        )

    def sender_of(self, variant: Variant) -> SenderIdentity:
        """Who the messages of a variant are from."""
        return self.identity_of(variant.edition) if variant.kind is Kind.EDITION else self.sender_identity

    def later_messages(self, *, postponed: bool = False) -> Mapping[int, LaterMessages]:
        """The messages that wait for the hour of their reader, by issue; `postponed`: also for a daily limit.

        What was postponed for a pause of a receiver does not count, also where its pause has been replaced since.
        """
        pauses, now = [pause.until for pause in self.group_pauses.active()], self.ledger_clock.now()
        return self.tallies.later(now + REPLACED_PAUSE if pauses else now, besides=pauses, postponed=postponed)

    def audience(self, edition: EditionSettings, slot: Slot) -> Audience:
        """Who gets the edition's issue of that slot; where it has a weekly issue, readers get one or the other."""
        own = primary(self.settings.language_of(edition))
        languages = {one.name: primary(self.settings.language_of(one)) for one in self.settings.all_editions}
        same = frozenset(name for name, language in languages.items() if language == own)
        return Audience(
            edition=edition.readers_of,
            day=slot.day,
            other_languages=frozenset({*languages.values()} - {own}),
            zone=self.zone.key,
            weekly=edition.is_weekly if edition.is_weekly or edition.weekly else None,
            same_language=same,
            foreign_editions=frozenset(languages.keys() - same),
        )

    def history(self, edition: EditionSettings) -> list[IssueRecord]:
        """The edition's latest issues, newest first."""
        return self.issues.history(edition.name, _HISTORY)

    def window(self, edition: EditionSettings, slot: Slot) -> Window:
        """The window that an issue of that slot is about; for a frozen issue the one stored with it."""
        record = self.issues.find(edition.name, slot)
        if record is not None and record.frozen_at is not None:
            return record.window
        return window_of(edition, slot, self.zone, self.history(edition))

    def late_span(self, edition: EditionSettings, slot: Slot, window: Window) -> LateSpan | None:
        """Which articles an issue of that slot has that came too late for the one before it, if there may be any."""
        record = self.issues.find(edition.name, slot)
        return late_span(window, slot, self.history(edition), None if record is None else record.known_until)

    def review(self, edition: EditionSettings, slot: Slot, window: Window) -> Review:
        """What people did to the issue; edits count since editors were told about it, else since its window began.

        With `four_eyes` those before the notice count too: somebody else has to see them.
        """
        told_at = None if edition.four_eyes else notice_moment(edition, slot, self.zone)
        return self.decisions.review(edition.name, slot, told_at or window.start)

    def listed_articles(self, keys: Iterable[str]) -> dict[str, Article]:
        """Those of the articles that a source lists, by key."""
        order = {source.name: place for place, source in enumerate(self.settings.sources)}
        return {record.key: merge(record, order) for record in self.articles.known(set(keys))}

    def due(self, edition: EditionSettings) -> Due:
        """What `digest run` publishes and skips now, an issue that somebody sends before its hour included."""
        plan = due(edition, self.zone, self.clock.now(), self.history(edition), self._first_seen(edition))
        early = self.decisions.sent_at_once(edition.name) if plan.publish is None else []
        return replace(plan, publish=slot) if early and (slot := self.coming_slot(edition)) in early else plan

    def coming_slot(self, edition: EditionSettings) -> Slot:
        """The slot that `digest run` publishes next: `run`, `status --due`, `rank` and `preview` agree on it."""
        return coming_slot(edition, self.zone, self.clock.now(), self.history(edition), self._first_seen(edition))

    def passed_over(self, edition: EditionSettings) -> Slot | None:
        """The slot that would be due now if `digest run` had seen the edition earlier; None if there is none."""
        late = due(edition, self.zone, self.clock.now(), self.history(edition), _EARLIEST).publish
        return late if late != self.due(edition).publish else None

    def _first_seen(self, edition: EditionSettings) -> datetime | None:
        return self.beats.first_seen(RUN, edition.name)
