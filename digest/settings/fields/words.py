"""Names, lines of text, and what to write instead of an unknown word."""

import difflib
import re
from collections.abc import Collection
from typing import Annotated

from pydantic import AfterValidator, Field


def suggestion(name: str, known: Collection[str]) -> str:
    """What to write instead of an unknown name: the closest known name, else all of them."""
    near = nearest(name, known)
    return f'did you mean "{near}"?' if near else f"expected one of: {', '.join(known) or 'nothing yet'}"


def nearest(name: str, known: Collection[str]) -> str | None:
    """The closest of the known names, whatever their case; None if none is close."""
    in_lower_case = {one.lower(): one for one in known}
    return next((in_lower_case[one] for one in difflib.get_close_matches(name.lower(), in_lower_case, 1, 0.6)), None)


def name(value: str) -> str:
    """A name that is safe in a URL, a file name and a command line."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", value):
        raise ValueError("expected a name of 1 to 40 letters (a-z), digits, - and _")
    return value


def variable(value: str) -> str:
    """The name of a variable of the environment, or nothing."""
    if not re.fullmatch(r"([A-Za-z_]\w*)?", value):
        raise ValueError('expected the name of a variable of .env such as "MX1_PASSWORD"')
    return value


def folder(value: str) -> str:
    """The name of a folder in a mailbox, without a path."""
    if not re.fullmatch(r"[^/\\\s.][^/\\\x00-\x1f]{0,60}", value):
        raise ValueError('expected the name of a folder such as "Handled", without a leading full stop or a slash')
    return value


def header_name(value: str) -> str:
    """The name of a header of HTTP; the empty string is returned as it is."""
    if not re.fullmatch(r"[A-Za-z0-9-]*", value):
        raise ValueError('expected the name of a header such as "X-Remote-User"')
    return value


def line(value: str) -> str:
    """One line of text; spaces alone are the empty string."""
    if any(ord(char) < 32 or ord(char) == 127 for char in value):
        raise ValueError("expected one line of text, without control characters")
    return value if value.strip() else ""


def text(value: str) -> str:
    """One line of text, not of spaces alone."""
    if not line(value):
        raise ValueError("expected one line of text, not only spaces")
    return value


Line = Annotated[str, AfterValidator(line)]
Name = Annotated[str, AfterValidator(name)]
Text = Annotated[str, Field(min_length=1), AfterValidator(text)]
