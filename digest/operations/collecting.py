"""A round of visits: every source is asked once, and what it reports is stored."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from digest.app import App
from digest.collecting.collect import DEADLINE, collect
from digest.model.articles import Collected, SourceReport, Window

Report = Callable[[SourceReport], None]

MOST_LOOKED_UP = 1_000  # addresses that a counter lookup is asked about at once


def collect_window(
    app: App,
    window: Window,
    *,
    report: Report,
    conditional: bool = True,
    deadline: float = DEADLINE,
    taken_at: datetime | None = None,
) -> Collected:
    """Ask every source once and store what it reports, then look up the counters of the articles known by now.

    Unless `conditional`, sources report all that they list, also where it is unchanged. `deadline` is seconds for the
    sources, and for the look-ups. Two rounds that were `taken_at` one moment (None: now) are stored as one.
    """
    with app.collecting:
        now, stop = taken_at or app.clock.now(), partial(app.clock.wait, 0)
        ask = partial(collect, now=now, deadline=deadline, report=report, stop=stop)
        collected = ask(app.sources, window, validators=app.articles.validators() if conditional else {})
        app.articles.record(collected)
        if not app.counter_lookups:
            return collected
        addresses = app.articles.addresses(window, MOST_LOOKED_UP)
        counted = ask([lookup.for_urls(addresses) for lookup in app.counter_lookups], window, validators={})
        app.articles.record(counted)
        return replace(collected, reports=(*collected.reports, *counted.reports))
