"""Ends the scope of an `xml:base`, which feedparser does only where an element around it states one too."""

from functools import wraps
from typing import Any

from feedparser.api import LooseFeedParser, StrictFeedParser


def end_scopes_of_xml_base() -> None:
    """Let feedparser's parsers forget the base of an element at its end.

    In feedparser 6 the base of one entry applies to all later ones, whose guids then depend on those before them.
    """
    for parser in (StrictFeedParser, LooseFeedParser):
        parser.unknown_endtag = _ending_scope(parser.unknown_endtag)


def _ending_scope(end_tag: Any) -> Any:
    @wraps(end_tag)
    def unknown_endtag(self: Any, tag: str) -> None:
        end_tag(self, tag)
        if self.basestack:
            self.baseuri = self.basestack[-1]

    return unknown_endtag
