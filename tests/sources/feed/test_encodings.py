"""Feeds in any encoding, whatever they declare."""

from pathlib import Path

import pytest

from tests.support.feeds import item, parse_feed, rss, visited


def test_surrogate_pairs_in_decimal_are_one_character(tmp_path: Path) -> None:
    """They make XML ill-formed, and are understood in a CDATA section too."""
    visit = visited(
        tmp_path,
        rss(
            item(title="Smile &#55357;&#56832;"),
            item(title="<![CDATA[Smile &#55357;&#56832;]]>", link="https://a.example/2"),
        ),
    )
    assert [sighting.title for sighting in visit.sightings] == ["Smile \U0001f600", "Smile \U0001f600"]
    assert visit.notes == ()


RUSSIAN = "Порт открыт для всех судов, сообщает Гавань"


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "utf-8", "utf-16", "iso-8859-5"])
@pytest.mark.parametrize(
    "content_type",
    [None, "text/xml", "text/xml; charset={}", "application/rss+xml", "text/xml; charset=iso-8859-1",
     "text/xml; charset=us-ascii", "application/xml; charset=utf-8", "text/html; charset=nonsense"],
)  # fmt: skip
def test_feed_source_russian_in_any_charset_is_readable(charset: str, content_type: str | None) -> None:
    """Also when the header contradicts the declaration."""
    feed = rss(item(title=RUSSIAN)).replace("?>", f' encoding="{charset}"?>', 1).encode(charset)
    header = content_type.format(charset) if content_type else None
    assert parse_feed(feed, content_type=header).entries[0].title == RUSSIAN


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r"])
@pytest.mark.parametrize("declared", ["", ' encoding="utf-8"', ' encoding="windows-1251"', ' encoding="koi8-r"'])
def test_feed_source_russian_with_wrong_declaration_is_readable(charset: str, declared: str) -> None:
    """A declaration that the bytes or the header contradict does not garble Russian."""
    feed = rss(item(title=RUSSIAN)).replace("?>", f"{declared}?>", 1).encode(charset)
    header = f"text/xml; charset={charset}"
    assert parse_feed(feed, content_type=header).entries[0].title == RUSSIAN


def test_feed_source_broken_utf8_stays_utf8() -> None:
    """One bad byte does not garble the rest."""
    feed = rss(item(title=RUSSIAN)).encode().replace("Гавань".encode(), b"\xd0")
    assert parse_feed(feed).entries[0].title.startswith("Порт открыт для всех судов, сообщает")


def test_feed_source_excerpt_cut_within_a_character_garbles_nothing_else() -> None:
    """Few other letters are enough to know UTF-8 by."""
    feed = rss(item(title="Café")).encode().replace("é".encode(), "é “o".encode() + b"\xe2\x80")
    assert parse_feed(feed, content_type="text/xml; charset=utf-8").entries[0].title.startswith("Café “o")


def test_feed_source_undeclared_western_text_is_readable() -> None:
    """What is neither UTF-8 nor Russian is read as Western text."""
    assert parse_feed(rss(item(title="Café à Genève")).encode("cp1252")).entries[0].title == "Café à Genève"
