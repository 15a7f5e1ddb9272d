"""Tells editors before the hour of an issue that they have to decide about it, by system mail."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from digest.app import App
from digest.composing.anomalies import unseen_anomalies
from digest.composing.issue_titles import issue_titles
from digest.composing.outcome import Coming
from digest.diagnostics.coming_issue import coming_issue, coming_outcome
from digest.diagnostics.phrases.alert_phrases import in_language
from digest.errors import DigestError, StoppedError
from digest.i18n import Translator
from digest.model.drafts import Draft
from digest.model.issues import Slot
from digest.model.users import Permission
from digest.parsing.sentences import as_sentence
from digest.pipeline import IssueRun
from digest.ranking.reason_sentence import reason_sentence
from digest.rendering.system_page import Action, SystemPage
from digest.settings.schema import EditionSettings
from digest.store.ledger.system_mail import SystemMessage, SystemRecipient
from digest.timetable import notice_moment, required_moment

_log = logging.getLogger(__name__)

_PURPOSE = "notice"
_MOST_ANOMALIES = 3


@dataclass(frozen=True, kw_only=True)
class Notices:
    """The notices of `notify_at`; `_examined` holds, by edition, the last issue that was looked at."""

    app: App
    _examined: dict[str, Slot] = field(default_factory=dict)

    def mail_due(self) -> None:
        """Plan one mail to each editor about each issue whose notice is due, and that needs a decision.

        Each issue is looked at once; a process that was restarted plans no second mail.
        """
        for edition in self.app.settings.all_editions:
            slot = self.app.coming_slot(edition)
            due_at, now = notice_moment(edition, slot, self.app.zone), self.app.clock.now()
            is_due = due_at is not None and due_at <= now < required_moment(edition, slot, self.app.zone)
            if is_due and self._examined.get(edition.name) != slot:
                self._mail_or_log(edition, slot)
                self._examined[edition.name] = slot

    def _mail_or_log(self, edition: EditionSettings, slot: Slot) -> None:
        try:
            self._mail(edition, slot)
        except StoppedError:
            raise
        except DigestError as error:
            _log.error("%s/%s: editors were not told about it: %s", edition.name, slot, error)

    def _mail(self, edition: EditionSettings, slot: Slot) -> None:
        issue_run = IssueRun.of(self.app, edition, slot)
        draft = issue_run.draft()
        coming = coming_issue(issue_run, draft).coming
        if not _needs_decision(coming, draft):
            return
        now = self.app.ledger_clock.now()
        for language, addresses in _recipients(self.app).items():
            page = _notice(self.app, edition, draft, coming, Translator(language, self.app.zone))
            message = SystemMessage(
                purpose=_PURPOSE,
                language=language,
                day=Slot.of(now, self.app.zone),
                key=f"{edition.name}/{slot}",
                content=self.app.system_mail_renderer.render(page, language),
                dkim_selector=self.app.dkim_selector,
            )
            self.app.decisions.notify(message, [SystemRecipient(address) for address in addresses], now)


def _needs_decision(coming: Coming, draft: Draft) -> bool:
    """Whether an issue waits for a person, would be left out, or looks wrong in a way that nobody has seen."""
    seen = coming.released.anomalies if coming.released is not None else ()
    return not coming.is_sent or bool(unseen_anomalies(draft.anomalies, seen))


def _recipients(app: App) -> dict[str, list[str]]:
    """The addresses of those who may edit, else those of `[alerts] to`, by language."""
    default = app.settings.portal.languages[0]
    editors = [one for one in app.users.list() if one.disabled_at is None and one.may(Permission.EDIT)]
    found: dict[str, list[str]] = {}
    for one in editors:
        found.setdefault(one.language or default, []).append(one.email)
    return found or ({default: list(app.settings.alerts.to)} if app.settings.alerts.to else {})


def _notice(app: App, edition: EditionSettings, draft: Draft, coming: Coming, translator: Translator) -> SystemPage:
    _ = translator.gettext
    title = issue_titles(app.settings, translator)[edition.name]  # of the edition: several may be due at one hour
    names = {"title": title, "time": translator.time(coming.at)}
    address = f"{app.settings.web.base_url}/admin/next?edition={edition.name}"
    return SystemPage(
        subject=_("%(title)s, the issue of %(time)s: please decide") % names,
        heading=_("The issue of %(time)s needs a decision") % names,
        paragraphs=(coming_outcome(coming, translator), *_preview(draft, translator)),
        action=Action(_("Open the next issue"), address) if app.settings.web.base_url else None,
        footnote=_("You get this message because you may edit issues, or because your address is in `[alerts] to`."),
    )


def _preview(draft: Draft, translator: Translator) -> Iterator[str]:
    _ = translator.gettext
    for anomaly in draft.anomalies[:_MOST_ANOMALIES]:
        yield _("Looks wrong: %(anomaly)s") % {"anomaly": in_language(anomaly, translator)}
    yield _("Subject: %(subject)s") % {"subject": draft.rendered.subject}
    yield from _titles(draft, translator)


def _titles(draft: Draft, translator: Translator) -> Sequence[str]:
    return [
        f"{place}. {as_sentence(one.article.title)} {reason_sentence(one, translator)}"
        for place, one in enumerate(draft.shown, 1)
    ]
