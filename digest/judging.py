"""Asks the store for the days before an issue, and lets `expectations` judge whether it looks wrong."""

from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from digest.composing.anomalies import DayStats, judge, past_windows
from digest.model.articles import Collected, Role, Window
from digest.settings.sources import Expectation, SourceSettings
from digest.store.articles import Articles


def doubts(
    articles: Articles,
    sources: Sequence[SourceSettings],
    zone: ZoneInfo,
    window: Window,
    collected: Collected,
) -> tuple[str, ...]:
    """Why the issue of that window looks wrong, a phrase each, and which sources failed just now; else nothing."""
    past = [_day(articles, earlier, zone) for earlier in past_windows(window, zone, articles.first_sight())]
    expected = {one.name: one.expect for one in sources if one.expect != Expectation()}
    if not past and not expected:
        return ()
    today = _with_threads(articles, _day(articles, window, zone), sources, window)
    at = min(collected.taken_at, window.end)
    newest = {name: articles.newest(name, window.end) for name, expect in expected.items() if expect.fresh}
    found = judge(today, past, expected, {name: at - moment for name, moment in newest.items() if moment})
    failed = [f"source {report.source} failed" for report in collected.reports if report.error]
    return (*found, *failed) if found else ()


def _day(articles: Articles, window: Window, zone: ZoneInfo) -> DayStats:
    return DayStats(
        weekday=window.end.astimezone(zone).weekday(),
        articles=articles.count(window),
        sources=articles.given(window),
    )


def _with_threads(articles: Articles, day: DayStats, sources: Sequence[SourceSettings], window: Window) -> DayStats:
    """The same day, where the sources of the discussion that state what they expect have their threads."""
    names = [one.name for one in sources if one.role is Role.DISCUSSION and one.expect != Expectation()]
    given = articles.given(window, Role.DISCUSSION) if names else {}
    return replace(day, sources={**day.sources, **{name: given[name] for name in names if name in given}})
