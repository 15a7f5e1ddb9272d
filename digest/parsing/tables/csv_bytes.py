"""What the first bytes of a CSV file state: its encoding, or that it is a file of another kind. Pure."""

import codecs
import re

from digest.errors import ConfigurationError

LONGEST_START = 32
"""Up to this number of first bytes tell what a file is."""

_BEFORE_TEXT = rb"(?i)(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*"
_OTHER_FILES = {
    re.compile(rb"PK\x03\x04"): "is a workbook or a ZIP archive; save the sheet as CSV, or unpack the archive",
    re.compile(rb"\xd0\xcf\x11\xe0"): "is a workbook; save the sheet as CSV",
    re.compile(rb"%PDF"): "is a PDF document; export the list as CSV",
    # What other programs save as .xls, .vcf and .json
    re.compile(_BEFORE_TEXT + rb"<(?:!doctype|\?xml|html|head|meta|style|table)[\s>]"): (
        "is a table in HTML or XML; save it as CSV in a spreadsheet"
    ),
    re.compile(_BEFORE_TEXT + rb"begin:vcard"): "is a file of contacts (vCard); export the list as CSV",
    re.compile(_BEFORE_TEXT + rb'(?:\{\s*["}]|(?:\[\s*){1,2}[{"])'): "is JSON; export the list as CSV",
}
_BYTE_ORDER_MARKS = {  # the longer ones first: that of UTF-32 begins with that of UTF-16
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def decoding(start: bytes, file: str) -> tuple[str, str]:
    """The encoding of a list by its first bytes, and how errors in it are treated.

    Raises ConfigurationError, whose message begins with `file`, for a workbook and the like.
    """
    text = start.replace(b"\0", b"")  # in UTF-16, ASCII has zeros between
    message = next((message for mark, message in _OTHER_FILES.items() if mark.match(text)), None)
    if message is not None:
        raise ConfigurationError(f"{file}: {message}")
    charset = _charset(start)
    return charset, "surrogateescape" if charset == "utf-8" else "replace"


def list_text(content: bytes, file: str = "the list") -> str:
    """The text of a list in the encoding that its first bytes state; raises ConfigurationError as `decoding` does."""
    return content.decode(*decoding(content[:LONGEST_START], file))


def _charset(start: bytes) -> str:
    marked = next((name for mark, name in _BYTE_ORDER_MARKS.items() if start.startswith(mark)), None)
    if marked is not None:
        return marked
    letter = start[:2]  # an ASCII letter and a zero
    if len(letter) == 2 and 0 in letter and letter != b"\0\0":
        return "utf-16-le" if letter[1] == 0 else "utf-16-be"
    return "utf-8"
