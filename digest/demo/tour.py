"""The tour: six steps, each of which is done once what it asks for has really happened."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from digest.app import App
from digest.demo.mail_server import Inbox
from digest.model.deliveries import DeliveryState
from digest.model.issues import IssueRecord
from digest.model.subscribers import Subscriber


@dataclass(frozen=True, kw_only=True)
class Tour:
    """What a visitor has done; `seen` holds the paths of the console's pages that they have looked at."""

    app: App
    inbox: Inbox
    seen: set[str]
    first_day: date
    readers_before: Sequence[Subscriber]

    def done(self) -> list[bool]:
        """Whether each step is done, in their order."""
        checks: tuple[Callable[[], bool], ...] = (
            lambda: "/next" in self.seen,
            self._is_changed,
            lambda: any(issue.slot.day > self.first_day for issue in self._sent_issues()),
            lambda: bool(self.inbox.opened),
            self._is_another_reader,
            lambda: "/numbers" in self.seen,
        )
        return [check() for check in checks]

    def _sent_issues(self) -> list[IssueRecord]:
        """The issues of which at least one message was sent."""
        found = [one for one in self.app.issues.history(None, 20) if one.frozen_at is not None]
        tallies = self.app.tallies.of_issues([one.id for one in found])
        return [one for one in found if tallies[one.id][DeliveryState.SENT]]

    def _is_changed(self) -> bool:
        return any(self.app.overrides.changes(edition.name) for edition in self.app.settings.editions)

    def _is_another_reader(self) -> bool:
        """Whether somebody left, came, or has other preferences."""
        return list(self.app.subscribers.list()) != list(self.readers_before)
