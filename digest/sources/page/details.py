"""Fills what a source leaves unknown about an article with what its page says in its markup. Pure."""

import re
from collections.abc import Mapping
from dataclasses import replace

from digest.model.articles import Sighting
from digest.parsing.html_text import without_second_escape
from digest.parsing.pixels import parse_pixels
from digest.parsing.text import distinct_summary
from digest.sources.article_pictures.addresses import is_avif, usable_picture
from digest.sources.feed.texts import byline, paragraph, section_name

_MARKUP = re.compile(r"</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>|&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z]{2,31});")


def with_details(sighting: Sighting, details: Mapping[str, str]) -> Sighting:
    """A sighting whose unknown summary, picture, author and section are those in the markup of the article's page.

    The size of the page's picture is also that of the same picture in the sighting, and it replaces one in AVIF.
    """
    if not details:
        return sighting
    author, section = details.get("author", ""), details.get("section", "")
    summary = _plain_summary(details.get("summary", ""))
    picture = usable_picture(details.get("image_url", ""), sighting.url)
    is_better = is_avif(sighting.image_url) and not is_avif(picture)
    if picture and (is_better or (sighting.image_width is None and sighting.image_url in {None, picture})):
        sighting = replace(
            sighting,
            image_url=picture,
            image_width=parse_pixels(details.get("image_width")),
            image_height=parse_pixels(details.get("image_height")),
        )
    return replace(
        sighting,
        summary=sighting.summary or distinct_summary(summary, sighting.title),
        author=sighting.author or byline((author,)),
        section=sighting.section or section_name(section),
    )


def _plain_summary(text: str) -> str | None:
    """A summary, which many sites escape twice or write with tags; otherwise its signs mean themselves."""
    markup = without_second_escape(text)
    return paragraph(markup, "text/html" if _MARKUP.search(markup) else "text/plain")
