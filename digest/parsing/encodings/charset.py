"""Decodes feeds and pages, also where the header, the declaration and the bytes disagree about the character set."""

import codecs
import re

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_META = re.compile(rb"""(?i)<meta\s[^>]{0,200}?charset\s*=\s*["']?\s*([a-z0-9._:-]{1,40})""")  # HTML, 13.2.3.2
_IN_HEADER = re.compile(r"""(?i);\s*charset\s*=\s*+["']?\s*+([a-z0-9._:-]{1,40})""")
# Byte order marks and the first bytes of `<?xm` where ASCII is not a subset (XML 1.0, appendix F). Longer first.
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
# Names that browsers know and Python does not (https://encoding.spec.whatwg.org), and careless forms of others.
_ALIAS_PAIRS = """
    x-mac-cyrillic=mac-cyrillic x-mac-ukrainian=mac-cyrillic x-mac-roman=mac-roman x-sjis=cp932 windows-31j=cp932
    x-euc-jp=euc-jp cn-big5=big5 x-x-big5=big5 x-gbk=gb18030 gb_2312=gb18030 gb_2312-80=gb18030 logical=iso-8859-8
"""
_ALIASES = dict(pair.split("=") for pair in _ALIAS_PAIRS.split())
_CODE_PAGE = re.compile(r"(?:x-)?(?:cp|win|windows|ms|dos)[-_]?(125\d|866|874|932|936|949|950)")
_ISO_8859 = re.compile(r"(?:iso[-_]?)?8859-?(\d\d?)(?:-[ie])?")
# An emoji of two surrogates, each in three bytes (CESU-8), as Java and older versions of MySQL write it.
_SURROGATES = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
_CYRILLIC = ("windows-1251", "koi8-r")
# Servers send these where they do not know the character set.
_DEFAULTS = frozenset({"iso8859-1", "cp1252"})
_SAMPLE_SIZE = 200_000
_INCOMPLETE = frozenset({"unexpected end of data", "incomplete multibyte sequence"})  # as Python's codecs say it
_SEGMENT = re.compile(rb"[^<>\r\n]+")
# Quotation marks, dashes, an ellipsis, a space and others that Windows-1251 and Windows-1252 agree on, not beside a
# broken character.
_TYPOGRAPHIC = re.compile(
    rb"(?<![\x80-\xff])[\x85\x91-\x97\xa0\xa7\xa9\xab\xae\xb0\xb1\xb7\xbb](?![\x80-\xbf\xf8-\xff])"
)
# The letter Р at the start of a word: its second byte is a space to programs without UTF-8, and they write another one.
_LETTER_ER = re.compile(rb"(?<![\xd0\xd1][\x80-\xbf])\xd0 (?=[\xd0\xd1][\x80-\xbf])")
_RUSSIAN_WORD = re.compile(r"[А-ЯЁ]?[а-яё]{2,}")


def decoded(data: bytes, content_type: str | None) -> str:
    """The text of a feed or a page; bytes that cannot be decoded become U+FFFD."""
    wide = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if wide:
        return data.decode(wide, "replace")
    body = data.removeprefix(codecs.BOM_UTF8)
    declared, text = _declared_charsets(body, content_type), _decoded_as_utf8(body)
    if text is not None:
        return body.decode(declared[0], "replace") if declared and _is_seven_bit(declared[0]) else text
    candidates = [name for name in declared if _decodes(body, name)]
    if len(candidates) > 1:
        return _most_russian(body, candidates)
    if candidates and candidates[0] not in _DEFAULTS:
        return body.decode(candidates[0], "replace")
    return _guess(body, candidates)


def decoded_value(data: bytes) -> str:
    """The text of a value of a database, which declares no character set."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return decoded(data, None)


def as_utf8(data: bytes, content_type: str | None) -> bytes:
    """A feed in UTF-8: its own bytes where no other character set is declared, even if they are not valid UTF-8."""
    body = data.removeprefix(codecs.BOM_UTF8)
    is_wide = any(data.startswith(mark) for mark, _ in _MARKS)
    if not is_wide and set(_declared_charsets(body, content_type)) <= {"utf-8", "ascii"}:
        return body
    return decoded(data, content_type).encode("utf-8", "replace")


def _declared_charsets(body: bytes, content_type: str | None) -> list[str]:
    """The character sets that the header and the declaration name, by Python's names."""
    header = _IN_HEADER.search(content_type or "")
    declared = _DECLARED.match(body) or _META.search(body, 0, 4_096)
    known = (_known(name) for name in (header and header[1], declared and declared[1].decode("ascii")) if name)
    return list(dict.fromkeys(name for name in known if name))


def _known(name: str) -> str | None:
    name = name.lower()
    if match := _CODE_PAGE.fullmatch(name):
        name = f"cp{match[1]}"
    elif match := _ISO_8859.fullmatch(name):
        name = f"iso-8859-{match[1]}"
    name = _ALIASES.get(name, name)
    try:
        "".encode(name)  # LookupError for codecs such as zlib, too
        found = codecs.lookup(name).name
    except (LookupError, UnicodeError):
        return None
    # UTF-7 can hide markup and is not used; UTF-16 and UTF-32 begin with a mark, or the declaration is wrong.
    return None if found.startswith(("utf-7", "utf-16", "utf-32")) else {"gb2312": "gb18030"}.get(found, found)


def _decoded_as_utf8(body: bytes) -> str | None:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        if _is_cut(error):
            return body.decode("utf-8", "replace")
    try:
        return _SURROGATES.sub(_as_one_character, body).decode("utf-8") if b"\xed" in body else None
    except UnicodeDecodeError:
        return None


def _is_cut(error: UnicodeDecodeError) -> bool:
    """Whether the last character alone is incomplete, after others: a transfer broke off, or somebody cut the text."""
    return error.reason in _INCOMPLETE and not error.object[: error.start].isascii()


def _as_one_character(match: re.Match[bytes]) -> bytes:
    return match[0].decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16").encode()


def _is_seven_bit(name: str) -> bool:
    """Whether a character set uses ASCII bytes only, so that valid UTF-8 proves nothing."""
    return name.startswith(("iso2022", "hz"))


def _decodes(body: bytes, name: str) -> bool:
    try:
        body.decode(name)
    except UnicodeDecodeError as error:
        if _is_cut(error):
            return True
        # Windows-125x leave a few bytes undefined; one of them must not invalidate the declaration.
        return name.startswith("cp") and body.decode(name, "replace").count("\ufffd") * 100 < len(body)
    return True


def _most_russian(body: bytes, candidates: list[str]) -> str:
    specific = [name for name in candidates if name not in _DEFAULTS] or candidates
    return body.decode(max(specific, key=lambda name: _russian_letters(body, name)), "replace")


def _guess(body: bytes, candidates: list[str]) -> str:
    """Decode as UTF-8 if most of it is valid, else as Russian if that gives words, else as declared or as Western.

    Sequences of UTF-8 hardly occur by chance, and an excerpt that was cut in the middle of a character breaks one.
    Some programs paste texts in another character set into UTF-8.
    """
    lenient = body.decode("utf-8", "replace")
    broken = lenient.count("\ufffd")
    whole = sum(1 for char in lenient[:_SAMPLE_SIZE] if "\x7f" < char != "\ufffd")
    if broken <= whole:
        return _SEGMENT.sub(_in_utf8, body).decode("utf-8", "replace")
    best = max(_CYRILLIC, key=lambda name: _russian_letters(body, name))
    high = sum(1 for byte in body[:_SAMPLE_SIZE] if byte > 127)
    if _russian_letters(body, best) * 2 > high:
        return body.decode(best, "replace")
    return body.decode(candidates[0] if candidates else "cp1252", "replace")


def _in_utf8(match: re.Match[bytes]) -> bytes:
    """A text between tags in UTF-8: what is not, is Russian if that gives words, else as it is but for punctuation."""
    segment = match[0]
    if segment.isascii() or _decoded_as_utf8(segment) is not None:
        return segment
    best = max(_CYRILLIC, key=lambda name: _russian_letters(segment, name))
    if _russian_letters(segment, best) * 2 > sum(1 for byte in segment[:_SAMPLE_SIZE] if byte > 127):
        return segment.decode(best, "replace").encode()
    segment = _LETTER_ER.sub("Р".encode(), segment)
    return _TYPOGRAPHIC.sub(lambda sign: sign[0].decode("cp1252").encode(), segment)


def _russian_letters(body: bytes, name: str) -> int:
    """The number of letters in Russian words with plausible case: KOI8-R read as Windows-1251 swaps the cases."""
    return sum(len(match[0]) for match in _RUSSIAN_WORD.finditer(body[:_SAMPLE_SIZE].decode(name, "replace")))
