"""In which character set a feed or a page is written, where header, declaration and bytes disagree."""

import codecs
import re

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_META = re.compile(rb"""(?i)<meta\s[^>]{0,200}?charset\s*=\s*["']?\s*([a-z0-9._:-]{1,40})""")  # HTML, 13.2.3.2
_IN_HEADER = re.compile(r"""(?i);\s*charset\s*=\s*["']?\s*([a-z0-9._:-]{1,40})""")
# Byte order marks, and how `<?xm` begins in what is not a superset of ASCII (XML 1.0, appendix F); longer ones first.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
_CYRILLIC = ("windows-1251", "koi8-r")
# Servers send these for everything that they know nothing about.
_DEFAULTS = frozenset({"ascii", "iso8859-1", "cp1252"})
_LOOK_AT = 200_000
_WORD = re.compile(r"[А-ЯЁ]?[а-яё]{2,}")


def decoded(data: bytes, content_type: str | None) -> str:
    """The text of a feed or a page; what cannot be decoded becomes U+FFFD."""
    wide = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if wide:
        return data.decode(wide, "replace")
    body = data.removeprefix(codecs.BOM_UTF8)
    stated, text = _stated(body, content_type), _as_utf8(body)
    if text is not None:
        return body.decode(stated[0], "replace") if stated and _is_shifted(stated[0]) else text
    candidates = [name for name in stated if _decodes(body, name)]
    if len(candidates) > 1:
        return _likelier(body, candidates)
    if candidates and candidates[0] not in _DEFAULTS:
        return body.decode(candidates[0], "replace")
    return _guessed(body, candidates)


def as_utf8(data: bytes, content_type: str | None) -> bytes:
    """A feed in UTF-8: its own bytes where nobody states anything else, which need not be true."""
    body = data.removeprefix(codecs.BOM_UTF8)
    is_wide = any(data.startswith(mark) for mark, _ in _MARKS)
    if not is_wide and set(_stated(body, content_type)) <= {"utf-8", "ascii"}:
        return body
    return decoded(data, content_type).encode("utf-8", "replace")


def _stated(body: bytes, content_type: str | None) -> list[str]:
    """The character sets that the header and the declaration name, by the names Python has for them."""
    header = _IN_HEADER.search(content_type or "")
    declared = _DECLARED.match(body) or _META.search(body, 0, 4_096)
    known = (_known(name) for name in (header and header[1], declared and declared[1].decode("ascii")) if name)
    return list(dict.fromkeys(name for name in known if name))


def _known(name: str) -> str | None:
    try:
        "".encode(name)  # LookupError for codecs such as zlib, too
        found = codecs.lookup(name).name
    except (LookupError, UnicodeError):
        return None
    # UTF-7 hides markup and nobody writes it; the wide ones begin with a mark, or are not what is stated.
    return None if found.startswith(("utf-7", "utf-16", "utf-32")) else {"gb2312": "gb18030"}.get(found, found)


def _as_utf8(body: bytes) -> str | None:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _is_shifted(name: str) -> bool:
    """True for character sets that write everything in ASCII bytes, so that UTF-8 proves nothing."""
    return name.startswith(("iso2022", "hz"))


def _decodes(body: bytes, name: str) -> bool:
    try:
        body.decode(name)
    except UnicodeDecodeError:
        # Windows-125x leave a few bytes undefined; one of them must not lose the declaration.
        return name.startswith("cp") and body.decode(name, "replace").count("\ufffd") * 100 < len(body)
    return True


def _likelier(body: bytes, candidates: list[str]) -> str:
    telling = [name for name in candidates if name not in _DEFAULTS] or candidates
    return body.decode(max(telling, key=lambda name: _words(body, name)), "replace")


def _guessed(body: bytes, candidates: list[str]) -> str:
    """Broken UTF-8 if most of it is whole, else Russian if that gives words, else what was stated or Western."""
    lenient = body.decode("utf-8", "replace")
    broken = lenient.count("\ufffd")
    whole = sum(1 for char in lenient[:_LOOK_AT] if "\x7f" < char != "\ufffd")
    if broken * 10 <= whole:
        return lenient
    best = max(_CYRILLIC, key=lambda name: _words(body, name))
    high = sum(1 for byte in body[:_LOOK_AT] if byte > 127)
    if _words(body, best) * 2 > high:
        return body.decode(best, "replace")
    return body.decode(candidates[0] if candidates and candidates[0] != "ascii" else "cp1252", "replace")


def _words(body: bytes, name: str) -> int:
    """How many characters stand in well-cased Russian words; KOI8-R read as Windows-1251 swaps the cases."""
    return sum(len(match[0]) for match in _WORD.finditer(body[:_LOOK_AT].decode(name, "replace")))
