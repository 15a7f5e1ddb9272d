"""Where a file stops being UTF-8: the line, for the person who has to correct it. Pure."""


def line_of(error: UnicodeDecodeError) -> int:
    """The line, from 1, of the first byte that is not UTF-8 in a text that was decoded as a whole."""
    return error.object[: error.start].count(b"\n") + 1


def not_utf_8(error: UnicodeDecodeError) -> str:
    """What is wrong with the text, and what to do."""
    return f"not UTF-8 text in line {line_of(error)}; save it as UTF-8"
