"""The page Tour of the demo's console: the steps, the clock, and what to look at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.exceptions import HTTPException
from starlette.responses import Response

from digest.demo.clock import SPEED, DemoClock
from digest.demo.tour import Tour
from digest.i18n import Translator
from digest.model.users import Permission
from digest.timetable import required_moment
from digest.web.admin.console import Console, ConsoleRequest, ConsoleRoute

_BEFORE = timedelta(minutes=2)  # the hour: a moment in which the page still shows that it waits


def _step_titles(translator: Translator) -> list[str]:
    """What the steps are called."""
    _ = translator.gettext
    return [
        _("See the next issue"),
        _("Change an article"),
        _("Wait for the hour"),
        _("Read the mail"),
        _("Be a reader"),
        _("See the numbers"),
    ]


@dataclass(frozen=True)
class TourPage:
    """The handlers."""

    tour: Tour
    clock: DemoClock

    @property
    def routes(self) -> tuple[ConsoleRoute, ...]:
        """The page and the buttons of the clock."""
        return (
            ConsoleRoute("GET", "/tour", self._tour),
            ConsoleRoute("POST", "/tour/clock", self._set_clock, Permission.EDIT),
        )

    def _tour(self, console: Console, request: ConsoleRequest) -> Response:
        done, due = self.tour.done(), self._due_at(console)
        now = min(self.clock.now(), due)
        return console.page(
            request,
            "demo/tour.html",
            done=done,
            current=_current(done),
            titles=_step_titles(request.translator),
            edition=self._edition_in(request.translator.language),
            now=now,
            due=due,
            seconds=round((due - now).total_seconds() / SPEED),
            is_fast=self.clock.is_fast,
            received=self.tour.inbox.received,
        )

    def guide(self, translator: Translator) -> str:
        """The step that comes next, for the head of every page."""
        current, titles = _current(self.tour.done()), _step_titles(translator)
        if current is None:
            return translator.gettext("Tour: all steps are done")
        text = translator.gettext("Step %(number)s of %(all)s: %(title)s")
        return text % {"number": current, "all": len(titles), "title": titles[current - 1]}

    def _set_clock(self, console: Console, request: ConsoleRequest) -> Response:
        actions: dict[str, Callable[[], None]] = {
            "run": self.clock.run,
            "stop": self.clock.slow_down,
            "skip": lambda: self.clock.skip_to(self._due_at(console) - _BEFORE),
        }
        action = actions.get(request.value("do"))
        if action is None:
            raise HTTPException(422)
        action()
        return console.see_other("/tour")

    def _edition_in(self, language: str) -> str:
        """The edition that a visitor can read; empty where there is none."""
        settings = self.tour.app.settings
        return next((one.name for one in settings.editions if settings.language_of(one) == language), "")

    def _due_at(self, console: Console) -> datetime:
        """When the next issue is due."""
        app = console.app
        return min(required_moment(one, app.coming_slot(one), app.zone) for one in app.settings.editions)


def _current(done: Sequence[bool]) -> int | None:
    """The number of the first step that is not done."""
    return next((number for number, is_done in enumerate(done, 1) if not is_done), None)
