"""Merges the sightings of an article from several sources into one article. Pure.

Sources have the priority of their order in the configuration: each field is that of the first source that has it. The
earliest publication date is used (later ones are edits). An article without any date has that of its first sighting.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from digest.model.articles import Article, ArticleRecord, Role, Sighting
from digest.model.overrides import Override
from digest.parsing.canonical_key import canonical_key, is_mobile_or_amp
from digest.parsing.pixels import size_in_name
from digest.sources.article_pictures.addresses import is_avif

T = TypeVar("T")


def merge(record: ArticleRecord, order: Mapping[str, int]) -> Article:
    """One article of all its sightings, at least one of which is of an article; `order` ranks the sources by name."""
    sightings = sorted(
        (sighting for sighting in record.sightings if sighting.role is Role.ARTICLES),
        key=lambda sighting: (order.get(sighting.source, len(order)), sighting.source),
    )
    first = sightings[0]
    published = [(seen.published_at, seen.day_only) for seen in sightings if seen.published_at is not None]
    published_at, day_only = min(published, default=(record.first_seen_at, False))
    with_images = [sighting for sighting in sightings if sighting.image_url]
    with_image = min(with_images, key=lambda sighting: is_avif(sighting.image_url), default=None)
    image_width, image_height = _image_size(sightings, with_image)
    return Article(
        key=record.key,
        url=_address(record.key, [seen.url for seen in sightings]),
        title=first.title,
        published_at=published_at,
        dated=bool(published),
        day_only=day_only,
        summary=_first(sightings, lambda sighting: sighting.summary),
        image_url=with_image.image_url if with_image else None,
        image_width=image_width,
        image_height=image_height,
        image_credit=with_image.image_credit if with_image else None,
        section=_first(sightings, lambda sighting: sighting.section),
        author=_first(sightings, lambda sighting: sighting.author),
        language=_first(sightings, lambda sighting: sighting.language),
        sources=tuple(sighting.source for sighting in sightings),
        readings=tuple(sorted(record.readings, key=lambda reading: (reading.taken_at, reading.source))),
    )


def added_article(added: Override) -> Article:
    """The article of an address that no source lists, as an editor adds it; other overrides give its texts."""
    url = added.value or ""
    return Article(key=added.key, url=url, title=url, published_at=added.at, dated=False)


def _address(key: str, urls: Sequence[str]) -> str:
    """The first address that is neither mobile nor AMP; not a former one if a source gives the article's own."""
    usual = [url for url in urls if not is_mobile_or_amp(url)] or urls
    own = (url for url in usual if canonical_key(url) == key)
    return usual[0] if len(usual) == 1 else next(own, usual[0])


def _image_size(sightings: Sequence[Sighting], chosen: Sighting | None) -> tuple[int | None, int | None]:
    """The size that the first sighting states of the picture that another one names, else that in its name."""
    if chosen is None:
        return None, None
    same = (one for one in sightings if one.image_url == chosen.image_url)
    sized = next((one for one in same if one.image_width), chosen)
    if sized.image_width or sized.image_height:
        return sized.image_width, sized.image_height
    return size_in_name(chosen.image_url or "")


def _first(sightings: Sequence[Sighting], field: Callable[[Sighting], T | None]) -> T | None:
    return next((value for value in map(field, sightings) if value is not None), None)
