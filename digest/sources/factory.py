"""Builds the places that the settings name for asking: the only file that names the sources' classes."""

from contextlib import ExitStack
from typing import TypeGuard
from zoneinfo import ZoneInfo

from digest.model.articles import Role
from digest.protocols import CounterLookup, Source, SourceSet
from digest.settings.load import is_sample
from digest.settings.schema import Settings
from digest.settings.sources import FeedSettings, JsonSettings, PageSettings, SourceSettings, SqlSettings
from digest.sources.feed.source import FeedSource
from digest.sources.fetching.fetcher import Fetcher
from digest.sources.json_api.source import JsonCounterLookup, JsonSource
from digest.sources.page.article_counters import ArticlePages
from digest.sources.page.source import PageSource
from digest.sources.sample import SampleSource
from digest.sources.sql.source import SqlSource


def make_source_set(settings: Settings, closing: ExitStack) -> SourceSet:
    """The places that the settings name, or the sample portal; `closing` ends what they keep open.

    Raises ConfigurationError.
    """
    if is_sample(settings):
        roles = {"portal": Role.ARTICLES, "discussion": Role.DISCUSSION}
        return SourceSet(sources=[SampleSource(name, role, settings.portal.url) for name, role in roles.items()])
    fetcher = closing.enter_context(Fetcher(portal_url=settings.portal.url))
    return SourceSet(sources=_sources(settings, fetcher), counter_lookups=_counter_lookups(settings, fetcher))


def _sources(settings: Settings, fetcher: Fetcher) -> list[Source]:
    return [_source(source, settings, fetcher) for source in settings.sources if not _is_asked_later(source)]


def _counter_lookups(settings: Settings, fetcher: Fetcher) -> list[CounterLookup]:
    asked_later = [source for source in settings.sources if _is_asked_later(source)]
    return [JsonCounterLookup(_json(source, settings, fetcher)) for source in asked_later]


def _is_asked_later(source: SourceSettings) -> TypeGuard[JsonSettings]:
    return isinstance(source, JsonSettings) and source.asks_about_addresses


def _source(source: SourceSettings, settings: Settings, fetcher: Fetcher) -> Source:
    made = _told_by(source, settings, fetcher)
    if source.page is None:
        return made
    written = [settings.portal.url, *(one.url for one in settings.sources)]
    return ArticlePages(made, source.page, fetcher=fetcher, written=written)


def _told_by(source: SourceSettings, settings: Settings, fetcher: Fetcher) -> Source:
    zone = settings.portal.zone
    match source:
        case FeedSettings():
            own = ZoneInfo(source.timezone) if source.timezone else zone
            return FeedSource(source, fetcher=fetcher, root=settings.root, zone=own)
        case SqlSettings():
            return SqlSource(source, root=settings.root, zone=zone, base=settings.portal.url)
        case JsonSettings():
            return _json(source, settings, fetcher)
        case PageSettings():
            return PageSource(source, fetcher=fetcher, root=settings.root, zone=zone, base=settings.portal.url)


def _json(source: JsonSettings, settings: Settings, fetcher: Fetcher) -> JsonSource:
    portal = settings.portal
    return JsonSource(source, fetcher=fetcher, root=settings.root, zone=portal.zone, base=portal.url)
