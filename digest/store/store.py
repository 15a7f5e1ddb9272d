"""What reads and writes the tables: one object for each subject."""

from dataclasses import dataclass, fields
from typing import Any, cast

from digest.store.access.api_tokens import ApiTokens
from digest.store.access.audit import Audit
from digest.store.access.idempotency import Idempotency
from digest.store.access.second_factors import SecondFactors
from digest.store.access.sent_tests import SentTests
from digest.store.access.sign_in_limits import SignInLimits
from digest.store.access.user_sessions import UserSessions
from digest.store.access.users import Users
from digest.store.articles.articles import Articles
from digest.store.articles.day_articles import DayArticles
from digest.store.articles.pictures import Pictures
from digest.store.articles.reading_retention import ReadingRetention
from digest.store.articles.retractions import Retractions
from digest.store.articles.section_counts import SectionCounts
from digest.store.articles.summaries import Summaries
from digest.store.engine.database import Database
from digest.store.engine.health import DatabaseHealth
from digest.store.issues.archive import Archive
from digest.store.issues.corrections import Corrections
from digest.store.issues.decisions import Decisions
from digest.store.issues.issue_contents import IssueContents
from digest.store.issues.issue_links import IssueLinks
from digest.store.issues.issues import Issues
from digest.store.issues.overrides import Overrides
from digest.store.issues.shown_rankings import ShownRankings
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.folding import Folding
from digest.store.ledger.group_pauses import GroupPauses
from digest.store.ledger.recipients import Recipients
from digest.store.ledger.resends import Resends
from digest.store.ledger.server_changes import ServerChanges
from digest.store.ledger.shared_rates import SharedRates
from digest.store.ledger.tallies import Tallies
from digest.store.subscribers.bounces import Bounces
from digest.store.subscribers.import_drafts import ImportDrafts
from digest.store.subscribers.import_jobs import ImportJobs
from digest.store.subscribers.invitations import Invitations
from digest.store.subscribers.preference_counts import PreferenceCounts
from digest.store.subscribers.reader_data import ReaderData
from digest.store.subscribers.reader_links import ReaderLinks
from digest.store.subscribers.reader_requests import ReaderRequests
from digest.store.subscribers.readers import Readers
from digest.store.subscribers.signups import Signups
from digest.store.subscribers.subscriber_changes import SubscriberChanges
from digest.store.subscribers.subscribers import Subscribers
from digest.store.upkeep.alert_notices import AlertNotices
from digest.store.upkeep.alerts import Alerts
from digest.store.upkeep.beats import Beats
from digest.store.upkeep.expired_rows import ExpiredRows
from digest.store.upkeep.job_tables import JobTables
from digest.store.upkeep.measurements import Measurements
from digest.store.upkeep.storage import Storage


@dataclass(frozen=True, kw_only=True)
class Store:
    """The objects of one process that read and write its database."""

    articles: Articles
    reading_retention: ReadingRetention
    issues: Issues
    issue_contents: IssueContents
    overrides: Overrides
    decisions: Decisions
    shown_rankings: ShownRankings
    deliveries: Deliveries
    folding: Folding
    expired_rows: ExpiredRows
    storage: Storage
    tallies: Tallies
    recipients: Recipients
    resends: Resends
    group_pauses: GroupPauses
    server_changes: ServerChanges
    shared_rates: SharedRates
    alerts: Alerts
    alert_notices: AlertNotices
    bounces: Bounces
    database_health: DatabaseHealth
    measurements: Measurements
    subscribers: Subscribers
    subscriber_changes: SubscriberChanges
    beats: Beats
    job_tables: JobTables
    reader_links: ReaderLinks
    archive: Archive
    retractions: Retractions
    corrections: Corrections
    day_articles: DayArticles
    issue_links: IssueLinks
    pictures: Pictures
    summaries: Summaries
    signups: Signups
    invitations: Invitations
    api_tokens: ApiTokens
    idempotency: Idempotency
    import_jobs: ImportJobs
    import_drafts: ImportDrafts
    reader_requests: ReaderRequests
    reader_data: ReaderData
    readers: Readers
    section_counts: SectionCounts
    preference_counts: PreferenceCounts
    users: Users
    user_sessions: UserSessions
    second_factors: SecondFactors
    sign_in_limits: SignInLimits
    audit: Audit
    sent_tests: SentTests


def parts_of(database: Database, *, engaged_first: bool) -> dict[str, Any]:
    """The fields of the `Store` of an open database; `engaged_first` is explained at `Issues`."""
    parts = {one.name: cast("type", one.type)(database) for one in fields(Store)}
    return parts | {"issues": Issues(database, engaged_first=engaged_first)}
