"""Character sets: what the header or the declaration names, quoted or not, decides where bytes are not UTF-8."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.parsing.encodings import charset
from digest.parsing.encodings.charset import as_utf8, decoded

WORDS = "Порт открыли раньше срока — «как всегда»"


@pytest.mark.parametrize(
    "header",
    [
        "text/html; charset=koi8-r",
        'text/html; charset="koi8-r"',
        "text/html; charset='koi8-r'",
        'text/html; CHARSET = " KOI8-R"',
        'text/html;a=b;charset="koi8-r"; version=1',
    ],
)
def test_decoded_charset_of_the_header_is_used(header: str) -> None:
    """Quoted as RFC 9110 allows, with single quotes as servers send it, and without; names have no case."""
    data = f"<p>{WORDS.replace('—', '-')}</p>".replace("«", "").replace("»", "").encode("koi8-r")
    assert WORDS[:25] in decoded(data, header)


@pytest.mark.parametrize(
    "markup",
    [
        '<meta charset="iso-8859-5">',
        "<meta charset='iso-8859-5'>",
        "<meta charset=iso-8859-5>",
        '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-5">',
        '<?xml version="1.0" encoding="iso-8859-5"?>',
        "<?xml version='1.0' encoding = 'iso-8859-5'?>",
    ],
)
def test_decoded_charset_of_the_markup_is_used(markup: str) -> None:
    """Where the header names none."""
    assert "Порт открыли" in decoded(f"{markup}<p>Порт открыли</p>".encode("iso-8859-5"), "text/html")


def test_as_utf8_quoted_charset_is_decoded() -> None:
    """A feed whose header alone names another character set reaches the parser in UTF-8."""
    assert as_utf8("<t>Порт</t>".encode("koi8-r"), 'text/xml; charset="koi8-r"') == "<t>Порт</t>".encode()
    assert as_utf8("<t>Порт</t>".encode(), 'text/xml; charset="utf-8"') == "<t>Порт</t>".encode()


@pytest.mark.parametrize(("letters", "is_believed"), [(99, False), (100, True)])
def test_decodes_undefined_bytes_are_less_than_one_in_a_hundred(letters: int, is_believed: bool) -> None:
    """Of a declared character set of Windows; in others no byte may be undefined."""
    body = b"a" * letters + b"\x98"
    assert charset._decodes(body, "cp1251") is is_believed
    assert not charset._decodes(body, "ascii")


def test_decoded_western_text_with_few_russian_looking_letters_stays_western() -> None:
    """Nine of twenty letters beyond ASCII would make words in Windows-1251: less than half is no evidence."""
    text = "éàü éàü éàü" + " é-" * 11
    assert decoded(text.encode("cp1252"), "text/html") == text
    assert decoded(f"{text} éàü éàü".encode("cp1252"), "text/html") != text


@pytest.mark.parametrize("header", ["text/html; charset=iso-8859-1", "text/html; charset=cp1252", "text/html"])
def test_decoded_russian_is_recognised_where_a_server_sends_its_default(header: str) -> None:
    """The default says nothing; what the text itself names, or another character set in the header, is believed."""
    assert decoded(WORDS.encode("cp1251"), header) == WORDS
    assert decoded("Порт открыли".encode("koi8-r"), header) == "Порт открыли"
    named = f"<meta charset=windows-1251>{WORDS}"
    assert decoded(named.encode("cp1251"), header) == named
    assert decoded(WORDS.encode("cp1251"), "text/html; charset=windows-1251") == WORDS
    assert decoded("Café à la crème".encode("cp1252"), header) == "Café à la crème"


def test_decoded_charset_is_looked_for_at_the_beginning_of_a_page() -> None:
    """In 4,096 bytes; later it is text."""
    page = "{}<meta charset=iso-8859-5><p>Порт открыли</p>"
    assert "Порт" in decoded(page.format(" " * 4_000).encode("iso-8859-5"), "text/html")
    assert "Порт" not in decoded(page.format(" " * 4_096).encode("iso-8859-5"), "text/html")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp037"])
def test_decoded_wide_text_is_recognised_by_its_beginning(encoding: str) -> None:
    """By its mark, or by how `<?xml` is written; and a feed of it reaches the parser in UTF-8."""
    text = '<?xml version="1.0"?><t>Port</t>'
    assert decoded(text.encode(encoding), None).removeprefix("\ufeff") == text
    assert as_utf8(text.encode(encoding), None).decode().removeprefix("\ufeff") == text


def test_decoded_utf_8_with_a_broken_character_stays_utf_8() -> None:
    """An excerpt that was cut; one valid sequence for each broken byte is enough."""
    assert decoded("Порт".encode()[:-1], "text/html") == "Пор\ufffd"
    assert decoded(b"\xd0\x9f\xff", "text/html") == "П\ufffd"
    assert decoded(b"\xd0\x9f\xff\xfe", "text/html") != "П\ufffd\ufffd"


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r"])
def test_decoded_text_in_another_charset_within_utf_8_is_read(encoding: str) -> None:
    """Feeds whose items come from several programs; whole texts are in one character set each."""
    before, pasted, after = "<t>Порт открыли раньше</t>", "И в порту: паром ходит (по будням)", "<d>Ещё — «так»</d>"
    body = before.encode() + pasted.encode(encoding) + after.encode()
    assert decoded(body, "text/xml; charset=utf-8") == before + pasted + after


def test_decoded_dashes_and_quotes_of_windows_within_utf_8_are_read() -> None:
    """Pasted from a text processor; a byte beside a broken character stays unknown."""
    body = "<t>Порт открыли</t><d>".encode() + b"It\x92s \x93open\x94 \x96 again\x85</d><d>\xd1\x91\x91</d>"
    assert decoded(body, None) == "<t>Порт открыли</t><d>It’s “open” – again…</d><d>ё\ufffd</d>"


def test_decoded_signs_of_windows_before_russian_within_utf_8_are_read() -> None:
    """A template in Windows-1251 with texts in UTF-8."""
    body = b"\xab" + "Волна".encode() + b" \xbb \xb7 10\xb0 \xa0" + "Порт".encode()
    assert decoded(body, None) == "«Волна » · 10° \xa0Порт"


def test_decoded_letter_whose_second_byte_became_a_space_is_read() -> None:
    """Programs that take each byte for a character find a space in Р, and write their own."""
    body = "<t>Россия и «Родина»: Рейс, в ГЕРОЙ</t>".encode().replace(b"\xa0", b" ")
    assert decoded(body, "text/xml; charset=utf-8") == "<t>Россия и «Родина»: Рейс, в ГЕ\ufffd ОЙ</t>"


@given(text=st.text(alphabet=st.characters(codec="utf-8"), max_size=60), cut=st.integers(0, 200))
def test_decoded_utf_8_that_was_cut_keeps_its_whole_characters(text: str, cut: int) -> None:
    """A cut character is all that is lost, whatever the rest looks like in other character sets."""
    whole = f"Порт открыли раньше срока {text}"
    body = whole.encode()[: max(60, cut)]
    assert whole.startswith(decoded(body + b"\r\n", "text/html; charset=utf-8").rstrip("\r\n").rstrip("\ufffd"))


@pytest.mark.timeout(10)
def test_decoded_endless_header_ends_soon() -> None:
    """Spaces where the name of a character set should be."""
    assert decoded("Порт".encode(), f"text/html; charset={' ' * 120_000}!") == "Порт"


def test_decoded_emoji_of_two_surrogates_is_one_character() -> None:
    """CESU-8, as Java and older versions of MySQL write it."""
    data = "Порт 😀".encode().replace("😀".encode(), b"\xed\xa0\xbd\xed\xb8\x80")
    assert decoded(data, "text/xml; charset=utf-8") == "Порт 😀"


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        ("Мост", "mac-cyrillic", "x-mac-cyrillic"),
        ("Zażółć gęślą jaźń", "cp1250", "x-cp1250"),
        ("Zażółć gęślą jaźń", "cp1250", "Win-1250"),
        ("חדשות היום", "iso-8859-8", "ISO-8859-8-I"),
        ("Prokletá řeka", "iso-8859-2", "iso88592"),
        ("日本語のニュース", "cp932", "Windows-31J"),
        ("한국어 뉴스", "cp949", "windows-949"),
        ("ข่าว", "cp874", "windows-874"),
        ("中文新聞", "big5", "x-x-big5"),
    ],
)
def test_decoded_charset_that_browsers_know_by_another_name_is_used(text: str, codec: str, name: str) -> None:
    """Labels of the WHATWG's Encoding standard that Python lacks, and careless forms of them."""
    assert decoded(text.encode(codec), f"text/xml; charset={name}") == text


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        *[("utf-8", "windows-1251"), ("utf-8", "koi8-r"), ("gb18030", "gb2312"), ("shift_jis", "Shift_JIS")],
        *[("euc_jp", "EUC-JP"), ("euc_kr", "EUC-KR"), ("big5", "Big5")],
    ],
)
def test_decoded_text_that_was_cut_within_a_character_keeps_its_charset(codec: str, name: str) -> None:
    """As in a feed whose transfer broke off: all its titles were read in another character set."""
    text = "<t>Мост 新聞</t><t>新"
    assert decoded(text.encode(codec)[:-1], f"text/xml; charset={name}").rstrip("\ufffd") == text[:-1]


def test_decoded_text_with_one_letter_at_its_end_is_no_cut_utf_8() -> None:
    """In Windows-1252 the same byte is a whole letter."""
    for stated in ("windows-1252", "utf-8"):
        assert decoded("<p>au café".encode("cp1252"), f"text/html; charset={stated}") == "<p>au café"
