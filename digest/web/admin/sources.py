"""The page Sources: when each one last answered, what it lists, its articles a day, and how to ask it now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from starlette.exceptions import HTTPException
from starlette.responses import Response

from digest.app import App
from digest.diagnostics.installation.sources import judged, visit_sources
from digest.diagnostics.phrases.alert_phrases import with_language
from digest.diagnostics.results import CheckResult
from digest.i18n import Translator
from digest.model.articles import FieldCounts, Role, Window
from digest.model.users import Permission
from digest.protocols import SourceSet
from digest.settings.sources import Expectation
from digest.web.admin.console import Console, ConsoleRequest, ConsoleRoute
from digest.web.admin.sparkline import HEIGHT, WIDTH, bars

_DAYS = 14
_Counts = Mapping[str, FieldCounts]


@dataclass(frozen=True, kw_only=True)
class SourceView:
    """A source as the page shows it: its articles or threads of each day, and of all these days together.

    `error` is why it failed, with the language of that; `views` and `comments` are percentages of its items, None where
    it has none; `newest` is of the latest item.
    """

    name: str
    is_discussion: bool
    visited_at: datetime | None
    failures: int
    error: tuple[str, str] | None
    newest: datetime | None
    daily: Sequence[int]
    views: int | None
    comments: int | None

    @property
    def items(self) -> int:
        """Its items of all days."""
        return sum(self.daily)

    @property
    def chart(self) -> str:
        """The path of its chart."""
        return bars(self.daily)


def sources_page(console: Console, request: ConsoleRequest, report: CheckResult | None = None) -> Response:
    """Those that fail first, else in the order of the configuration; `report` is about one that was just asked."""
    days = [console.site.today.day - timedelta(days=back) for back in reversed(range(_DAYS))]
    views = _views(console.app, days, console.site.now, request.translator)
    return console.page(
        request,
        "sources.html",
        sources=sorted(views, key=lambda one: not one.failures),
        days=days,
        report=report,
        said=with_language(report.message if report else "", request.translator),
        advice=with_language(report.fix if report else "", request.translator),
        width=WIDTH,
        height=HEIGHT,
    )


def ask_now(console: Console, request: ConsoleRequest) -> Response:
    """Ask one source, store what it lists, and show what `digest check` says of it."""
    app, name = console.app, request.value("source")
    source = next((one for one in app.sources if one.name == name), None)
    if source is None:
        raise HTTPException(404)
    app.audit.record(console.entry(request, "source asked", name))
    visited = visit_sources(replace(app, make_source_set=lambda: SourceSet(sources=(source,))))
    expected = {one.name: one.expect for one in app.settings.sources}
    report = judged(visited.reports[0], expected.get(name, Expectation()), visited.taken_at)
    return sources_page(console, request, report)


def _views(app: App, days: Sequence[date], now: datetime, translator: Translator) -> list[SourceView]:
    measured = app.measurements.read(now)
    windows = [_window(app, day) for day in days]
    counts = {role: [app.articles.field_counts(one, role) for one in windows] for role in _roles(app)}
    return [
        SourceView(
            name=one.name,
            is_discussion=one.role is Role.DISCUSSION,
            visited_at=measured.visits.get(one.name),
            failures=measured.failures.get(one.name, 0),
            error=with_language(error, translator) if (error := measured.errors.get(one.name)) else None,
            newest=app.articles.newest(one.name, now),
            daily=[_items(day, one.name) for day in counts[one.role]],
            views=_share(counts[one.role], one.name, "views"),
            comments=_share(counts[one.role], one.name, "comments"),
        )
        for one in app.settings.sources
    ]


def _roles(app: App) -> set[Role]:
    return {one.role for one in app.settings.sources}


def _window(app: App, day: date) -> Window:
    start, end = (datetime.combine(one, time(), app.zone) for one in (day, day + timedelta(days=1)))
    return Window(start=start, end=end)


def _items(counts: _Counts, name: str) -> int:
    return counts[name].items if name in counts else 0


def _share(counts: Sequence[_Counts], name: str, counter: str) -> int | None:
    items = sum(_items(day, name) for day in counts)
    known = sum(day[name].known.get(counter, 0) for day in counts if name in day)
    return round(100 * known / items) if items else None


ROUTES = (
    ConsoleRoute("GET", "/sources", sources_page),
    ConsoleRoute("POST", "/sources/ask", ask_now, Permission.EDIT),
)
