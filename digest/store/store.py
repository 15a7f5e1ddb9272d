"""What reads and writes the tables: one object for each subject."""

from dataclasses import dataclass
from typing import Self

from digest.store.alert_notices import AlertNotices
from digest.store.alerts import Alerts
from digest.store.api_tokens import ApiTokens
from digest.store.archive import Archive
from digest.store.articles import Articles
from digest.store.audit import Audit
from digest.store.beats import Beats
from digest.store.bounces import Bounces
from digest.store.corrections import Corrections
from digest.store.database import Database
from digest.store.day_articles import DayArticles
from digest.store.decisions import Decisions
from digest.store.deliveries import Deliveries
from digest.store.expired_rows import ExpiredRows
from digest.store.folding import Folding
from digest.store.group_pauses import GroupPauses
from digest.store.health import DatabaseHealth
from digest.store.idempotency import Idempotency
from digest.store.import_drafts import ImportDrafts
from digest.store.import_jobs import ImportJobs
from digest.store.invitations import Invitations
from digest.store.issue_contents import IssueContents
from digest.store.issue_links import IssueLinks
from digest.store.issues import Issues
from digest.store.job_tables import JobTables
from digest.store.measurements import Measurements
from digest.store.overrides import Overrides
from digest.store.pictures import Pictures
from digest.store.preference_counts import PreferenceCounts
from digest.store.reader_data import ReaderData
from digest.store.reader_links import ReaderLinks
from digest.store.reader_requests import ReaderRequests
from digest.store.readers import Readers
from digest.store.reading_retention import ReadingRetention
from digest.store.recipients import Recipients
from digest.store.resends import Resends
from digest.store.retractions import Retractions
from digest.store.second_factors import SecondFactors
from digest.store.section_counts import SectionCounts
from digest.store.shared_rates import SharedRates
from digest.store.shown_rankings import ShownRankings
from digest.store.sign_in_limits import SignInLimits
from digest.store.signups import Signups
from digest.store.storage import Storage
from digest.store.subscriber_changes import SubscriberChanges
from digest.store.subscribers import Subscribers
from digest.store.summaries import Summaries
from digest.store.tallies import Tallies
from digest.store.trial_messages import TrialMessages
from digest.store.user_sessions import UserSessions
from digest.store.users import Users


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
    trial_messages: TrialMessages

    @classmethod
    def of(cls, database: Database, *, engaged_first: bool) -> Self:
        """The store of an open database; `engaged_first` is explained at `Issues`."""
        return cls(
            articles=Articles(database),
            reading_retention=ReadingRetention(database),
            issues=Issues(database, engaged_first=engaged_first),
            issue_contents=IssueContents(database),
            overrides=Overrides(database),
            decisions=Decisions(database),
            shown_rankings=ShownRankings(database),
            deliveries=Deliveries(database),
            folding=Folding(database),
            expired_rows=ExpiredRows(database),
            storage=Storage(database),
            tallies=Tallies(database),
            recipients=Recipients(database),
            resends=Resends(database),
            group_pauses=GroupPauses(database),
            shared_rates=SharedRates(database),
            alerts=Alerts(database),
            alert_notices=AlertNotices(database),
            bounces=Bounces(database),
            database_health=DatabaseHealth(database),
            measurements=Measurements(database),
            subscribers=Subscribers(database),
            subscriber_changes=SubscriberChanges(database),
            beats=Beats(database),
            job_tables=JobTables(database),
            reader_links=ReaderLinks(database),
            archive=Archive(database),
            retractions=Retractions(database),
            corrections=Corrections(database),
            day_articles=DayArticles(database),
            issue_links=IssueLinks(database),
            pictures=Pictures(database),
            summaries=Summaries(database),
            signups=Signups(database),
            invitations=Invitations(database),
            api_tokens=ApiTokens(database),
            idempotency=Idempotency(database),
            import_jobs=ImportJobs(database),
            import_drafts=ImportDrafts(database),
            reader_requests=ReaderRequests(database),
            reader_data=ReaderData(database),
            readers=Readers(database),
            section_counts=SectionCounts(database),
            preference_counts=PreferenceCounts(database),
            users=Users(database),
            user_sessions=UserSessions(database),
            second_factors=SecondFactors(database),
            sign_in_limits=SignInLimits(database),
            audit=Audit(database),
            trial_messages=TrialMessages(database),
        )
