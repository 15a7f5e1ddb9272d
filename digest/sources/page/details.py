"""Fills what a source leaves unknown about an article with what its page says in its markup. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from digest.model.articles import Sighting
from digest.parsing.text import distinct_summary
from digest.sources.feed.pictures import usable_picture
from digest.sources.feed.texts import byline, paragraph, short


def with_details(sighting: Sighting, details: Mapping[str, str]) -> Sighting:
    """A sighting whose unknown summary, picture, author and section are those in the markup of the article's page."""
    if not details:
        return sighting
    author, section = details.get("author", ""), details.get("section", "")
    summary = paragraph(details.get("summary", ""), "text/plain")
    return replace(
        sighting,
        summary=sighting.summary or distinct_summary(summary, sighting.title),
        image_url=sighting.image_url or usable_picture(details.get("image_url", ""), sighting.url),
        author=sighting.author or byline((author,)),
        section=sighting.section or short(section),
    )
