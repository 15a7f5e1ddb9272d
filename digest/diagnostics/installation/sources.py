"""The sources: what each one lists now, how fresh it is, and which counters it has."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import combinations

from digest.app import App
from digest.composing.anomalies import span_text
from digest.diagnostics.context import CheckContext
from digest.diagnostics.results import CheckResult, cannot_tell, fail, ok, warn
from digest.model.articles import COUNTERS, Collected, Role, Sighting, SourceReport, Window
from digest.model.quantities import counted
from digest.operations.collecting import collect_window
from digest.parsing.canonical_key import canonical_key
from digest.parsing.text import clean_line, letters_of
from digest.parsing.urls import shown_host
from digest.settings.sources import Expectation
from digest.sources.feed.entry import BAD_DATE
from digest.sources.sightings import FUTURE_DATE

_DEADLINE = 10.0  # seconds
_STALE = timedelta(days=3)
_DAY = timedelta(hours=24)
_FEWEST = 5  # articles, and addresses with counters; of fewer there may be none in common by chance
# How notes begin that say of dates that they are there, but were not understood or believed.
_DATE_NOTES = (BAD_DATE, FUTURE_DATE, "published_at not understood", "fields.published_at found nothing")
_PART = re.compile(r"[^/?#&=.]+=?")  # of an address behind its host; the name of a parameter with its sign


def visit_sources(app: App) -> Collected:
    """Ask every source for everything that it lists now, and store that as `digest collect` does."""
    now = app.clock.now()
    window = Window(start=now - _DAY, end=now + timedelta(minutes=1))
    return collect_window(app, window, report=lambda _report: None, conditional=False, deadline=_DEADLINE)


def check_sources(context: CheckContext) -> Iterator[CheckResult]:
    """A result for each source, and one more where no source counts anything."""
    collected = context.visit_sources()
    if collected is None:
        return
    expected = {source.name: source.expect for source in context.settings.sources}
    for report in collected.reports:
        yield judged(report, expected.get(report.source, Expectation()), collected.taken_at)
    yield from _unjoined(collected)
    yield from _listed_twice(collected)
    yield from _uncounted(collected)


def judged(report: SourceReport, expect: Expectation, now: datetime) -> CheckResult:
    """The result of one visit."""
    fix = f"check the source {report.source} in the configuration; `digest collect` asks it again"
    if report.error is not None:
        error = f"{report.source}: {report.error}"
        return cannot_tell(error, fix) if report.seconds >= _DEADLINE else fail(error, fix)
    seen, notes = report.visit.sightings, "".join(f"; {note}" for note in report.visit.notes)
    message = f"{report.source}: {_contents_of(seen, now)}{notes}"
    if not seen or len(seen) < (expect.items or 0):
        return warn(message, fix)
    newest = _newest(seen)
    if newest is not None and now - newest > (expect.fresh or _STALE):
        return warn(f"{message}: nothing new", fix)
    if newest is None and any(note.startswith(_DATE_NOTES) for note in report.visit.notes):
        return warn(f"{message}: no date is known", "compare its dates with docs/sources.md, and set timezone")
    return ok(message)


def _contents_of(seen: Sequence[Sighting], now: datetime) -> str:
    newest, known = _newest(seen), _counted(seen)
    parts = [counted(len(seen), "item")]
    if newest is not None:
        parts.append(f"the newest is {span_text(max(now - newest, timedelta()))} old")
    parts += [f"{name} for {number}" for name, number in known.items()]
    return ", ".join(parts)


def _newest(seen: Sequence[Sighting]) -> datetime | None:
    return max((one.published_at for one in seen if one.published_at is not None), default=None)


def _counted(seen: Sequence[Sighting]) -> Mapping[str, int]:
    """How many items have each counter."""
    return Counter(name for one in seen for name in COUNTERS if getattr(one.counters, name) is not None)


def _unjoined(collected: Collected) -> Iterator[CheckResult]:
    """A warning for each source of counters whose addresses are those of no article that is listed.

    None where some have the form of the articles' addresses: what is read most may be older than all that is listed.
    """
    articles = {key for report in collected.reports for key in _keys(report, Role.ARTICLES)}
    forms = set(map(_form, articles))
    for report in collected.reports:
        counted_here = _keys(report, Role.COUNTERS)
        if min(len(articles), len(counted_here)) >= _FEWEST and forms.isdisjoint(map(_form, counted_here)):
            example = clean_line(report.visit.sightings[0].url, 100)
            message = f"{report.source}: none of its addresses is that of an article, such as {example}"
            yield warn(message, f"let {report.source} give the addresses that the articles have: docs/sources.md")


def _listed_twice(collected: Collected) -> Iterator[CheckResult]:
    """A warning for two sources of one site that give the same articles different addresses."""
    listed = [(report.source, _by_title(report)) for report in collected.reports]
    for (name, urls), (other_name, other_urls) in combinations(listed, 2):
        shared = sorted(urls.keys() & other_urls.keys())
        if len(shared) < _FEWEST or any(canonical_key(urls[one]) == canonical_key(other_urls[one]) for one in shared):
            continue
        url, other = (clean_line(one[shared[0]], 100) for one in (urls, other_urls))
        yield warn(
            f"{name}, {other_name}: {len(shared)} articles of one title have two addresses, such as {url} and {other}",
            "let both give the same addresses, so that each article is one: docs/sources.md",
        )


def _by_title(report: SourceReport) -> dict[tuple[str, str], str]:
    """The addresses of the articles of a source, by their host and the letters of their titles."""
    listed = (one for one in report.visit.sightings if one.role is Role.ARTICLES)
    return {(shown_host(one.url) or "", letters_of(one.title)): one.url for one in listed}


def _form(key: str) -> str:
    """What addresses of articles have in common: `gazette.example/a/0.a` of `gazette.example/news/7.html`."""
    host = key.partition("/")[0].partition("?")[0]
    return host + _PART.sub(_form_of_part, key[len(host) :])


def _form_of_part(part: re.Match[str]) -> str:
    return part[0] if part[0].endswith("=") else "0" if part[0].isdecimal() else "a"


def _keys(report: SourceReport, role: Role) -> set[str]:
    return {canonical_key(one.url) for one in report.visit.sightings if one.role is role}


def _uncounted(collected: Collected) -> Iterator[CheckResult]:
    """A warning where articles were listed, but nothing counts them."""
    seen = [one for report in collected.reports for one in report.visit.sightings]
    listed = any(one.role is Role.ARTICLES for one in seen)
    if listed and not any(_counted([one]) for one in seen):
        message = "no source reports views or comments, so articles are ranked by time alone"
        yield warn(message, "name a source with counters: docs/sources.md")
