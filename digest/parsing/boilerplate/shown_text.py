"""The text of a piece of HTML, for a look at its words."""

import re

from digest.parsing.references import resolved

_TAG = re.compile(r"<[^<>]*>")


def shown_text(markup: str) -> str:
    """The text without its tags; not cleaned."""
    return resolved(_TAG.sub(" ", markup))
