"""The text of a piece of HTML, for a look at its words."""

import html
import re

_TAG = re.compile(r"<[^<>]*>")


def shown_text(markup: str) -> str:
    """The text without its tags; not cleaned."""
    return html.unescape(_TAG.sub(" ", markup))
