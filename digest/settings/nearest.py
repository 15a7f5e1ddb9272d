"""What to say of a name that nobody knows (pure)."""

import difflib
from collections.abc import Collection


def nearest(name: str, known: Collection[str]) -> str:
    """What to write instead of a name that is not known: the one that was meant, or all."""
    near = difflib.get_close_matches(name, known, 1, 0.6)
    return f'did you mean "{near[0]}"?' if near else f"expected one of: {', '.join(known) or 'nothing yet'}"
