"""Builds the sources in the settings: the only file that names their classes."""

from contextlib import ExitStack
from pathlib import Path
from typing import TypeGuard

from digest.model.articles import Role
from digest.protocols import CounterLookup, PictureSource, Source, SourceSet
from digest.settings.load import is_sample
from digest.settings.schema import Settings
from digest.settings.sources import FeedSettings, JsonSettings, PageSettings, SourceSettings, SqlSettings
from digest.sources.conditional import ConditionalSource, settings_mark
from digest.sources.day_dates import DayDatedSource
from digest.sources.feed.source import FeedSource
from digest.sources.fetching.documents import Document, read_document
from digest.sources.fetching.fetcher import Fetcher
from digest.sources.json_api.source import JsonCounterLookup, JsonSource
from digest.sources.page.article_counters import ArticlePages
from digest.sources.page.source import PageSource
from digest.sources.pictures import WebPictures
from digest.sources.sample import SampleSource
from digest.sources.sql.source import SqlSource


def make_source_set(settings: Settings, closing: ExitStack) -> SourceSet:
    """The sources in the settings, or the sample portal; `closing` closes what they keep open.

    Raises ConfigurationError.
    """
    if is_sample(settings):
        roles = {"portal": Role.ARTICLES, "discussion": Role.DISCUSSION}
        return SourceSet(sources=[SampleSource(name, role, settings.portal.url) for name, role in roles.items()])
    fetcher = closing.enter_context(Fetcher(portal_url=settings.portal.url))
    return SourceSet(
        sources=[_make_source(one, settings, fetcher) for one in settings.sources if not _is_lookup(one)],
        counter_lookups=_make_lookups(settings, fetcher),
    )


def make_picture_source(settings: Settings, closing: ExitStack) -> PictureSource:
    """Where pictures of articles come from; `closing` closes what it keeps open."""
    fetcher = closing.enter_context(Fetcher(portal_url=settings.portal.url))
    return WebPictures(fetcher, _configured_urls(settings))


def read_once(address: str, root: Path) -> Document:
    """A document outside of any source, over HTTP or from a file below `root`; raises FetchError."""
    with Fetcher() as fetcher:
        return read_document(address, fetcher=fetcher, root=root, validators=None, headers={})


def request_once(url: str, deadline: float) -> None:
    """Fetch an address of the configuration within `deadline` seconds; raises FetchError."""
    with Fetcher(deadline=deadline) as fetcher:
        fetcher.fetch(url)


def _make_lookups(settings: Settings, fetcher: Fetcher) -> list[CounterLookup]:
    lookups = [source for source in settings.sources if _is_lookup(source)]
    return [JsonCounterLookup(_make_json_source(source, settings, fetcher)) for source in lookups]


def _is_lookup(source: SourceSettings) -> TypeGuard[JsonSettings]:
    """Whether a source returns counters only of the URLs that it is sent."""
    return isinstance(source, JsonSettings) and source.counts_given_urls


def _make_source(source: SourceSettings, settings: Settings, fetcher: Fetcher) -> Source:
    mark = settings_mark(source, settings.portal.zone.key, settings.portal.url)
    plain = _make_plain_source(source, settings, fetcher)
    if source.role is Role.ARTICLES:
        plain = DayDatedSource(plain, zone=source.zone_or(settings.portal.zone))
    made = ConditionalSource(plain, mark=mark)
    if source.page is None:
        return made
    return ArticlePages(made, source.page, fetcher=fetcher, configured_urls=_configured_urls(settings))


def _configured_urls(settings: Settings) -> list[str]:
    return [settings.portal.url, *(one.url for one in settings.sources)]


def _make_plain_source(source: SourceSettings, settings: Settings, fetcher: Fetcher) -> Source:
    """The source without the pages of its articles."""
    zone = settings.portal.zone
    match source:
        case FeedSettings():
            return FeedSource(source, fetcher=fetcher, root=settings.root, zone=source.zone_or(zone))
        case SqlSettings():
            return SqlSource(source, root=settings.root, zone=zone, base=settings.portal.url)
        case JsonSettings():
            return _make_json_source(source, settings, fetcher)
        case PageSettings():
            return PageSource(source, fetcher=fetcher, root=settings.root, zone=zone, base=settings.portal.url)


def _make_json_source(source: JsonSettings, settings: Settings, fetcher: Fetcher) -> JsonSource:
    portal = settings.portal
    return JsonSource(source, fetcher=fetcher, root=settings.root, zone=portal.zone, base=portal.url)
