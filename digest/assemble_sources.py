"""Builds the sources that the settings name: the only file that names their classes."""

from contextlib import ExitStack
from zoneinfo import ZoneInfo

from digest.errors import ConfigurationError
from digest.model import Role
from digest.opening import is_sample
from digest.protocols import Source
from digest.settings import Settings
from digest.source_settings import FeedSettings, JsonSettings, PageSettings, SourceSettings, SqlSettings
from digest.sources.feed import FeedSource
from digest.sources.fetch import Fetcher
from digest.sources.sample import SampleSource
from digest.sources.sql import SqlSource


def make_sources(settings: Settings, closing: ExitStack) -> list[Source]:
    """The sources that the settings name, or the sample portal's; raises ConfigurationError.

    `closing` ends what they keep open.
    """
    if is_sample(settings):
        roles = {"portal": Role.ARTICLES, "discussion": Role.DISCUSSION}
        return [SampleSource(name, role, settings.portal.url) for name, role in roles.items()]
    fetcher = closing.enter_context(Fetcher(portal_url=settings.portal.url))
    return [_source(source, settings, fetcher) for source in settings.sources]


def _source(source: SourceSettings, settings: Settings, fetcher: Fetcher) -> Source:
    zone = settings.portal.zone
    match source:
        case FeedSettings(page=None):
            own = ZoneInfo(source.timezone) if source.timezone else zone
            return FeedSource(source, fetcher=fetcher, root=settings.root, zone=own)
        case SqlSettings():
            return SqlSource(source, root=settings.root, zone=zone, base=settings.portal.url)
        case FeedSettings():
            raise ConfigurationError(f"sources.{source.name}.page: reading counters off pages is not available yet")
        case JsonSettings() | PageSettings():
            raise ConfigurationError(
                f'sources.{source.name}.kind = "{source.kind}": is not available yet; expected "feed" or "sql"'
            )
