"""What would happen to an issue at its hour if nobody did anything, and what is known of its message now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from digest.composing.outcome import Coming, outcome
from digest.composing.release import find_hold
from digest.diagnostics.phrases.alert_phrases import in_language
from digest.i18n import Translator
from digest.model.decisions import Review
from digest.model.deliveries import Outgoing
from digest.model.drafts import Draft
from digest.model.issues import Finding
from digest.operations.draft_messages import check_draft, example_message, of_level_error
from digest.pipeline import IssueRun
from digest.store.upkeep.beats import IS_OLD, RUN
from digest.timetable import required_moment


@dataclass(frozen=True, kw_only=True)
class NextIssue:
    """An issue before its hour.

    `review`: what people did to it; `message`: as a reader would get it, None without articles; `findings`: the rules
    that the message breaks.
    """

    coming: Coming
    review: Review
    message: Outgoing | None
    findings: Sequence[Finding]


def coming_issue(issue_run: IssueRun, draft: Draft) -> NextIssue:
    """What would happen to the draft at its hour if nobody did anything."""
    app, edition, slot = issue_run.app, issue_run.edition, issue_run.slot
    now, last_beat = app.clock.now(), app.beats.last_seen(RUN, edition.name)
    review = app.review(edition, slot, issue_run.window)
    message = example_message(app, draft) if draft.issue.articles else None
    findings = [] if message is None else check_draft(app, draft, message)
    coming = Coming(
        at=required_moment(edition, slot, app.zone),
        now=now,
        readers=app.subscribers.audience(app.audience(edition, slot)),
        articles=len(draft.issue.articles),
        needed=edition.needed,
        hold=find_hold(edition, review, draft.anomalies),
        released=review.released if review.is_released else None,
        breaks_rules=bool(of_level_error(findings)),
        is_scheduled=last_beat is not None and now - last_beat < IS_OLD,
    )
    return NextIssue(coming=coming, review=review, message=message, findings=findings)


def coming_outcome(coming: Coming, translator: Translator) -> str:
    """What happens to the issue if nobody does anything, and why it looks wrong, in the translator's language."""
    hold = coming.hold
    if hold is None:
        return outcome(coming, translator)
    anomalies = tuple(in_language(anomaly, translator) for anomaly in hold.anomalies)
    return outcome(replace(coming, hold=replace(hold, anomalies=anomalies)), translator)
