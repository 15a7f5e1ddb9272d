"""Feeds that would take long, take much memory, or are no feeds at all."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.errors import ParseError
from digest.sources.feed.entry import Entry, Parsed
from digest.sources.feed.limits import is_simple, parse_within_limits
from digest.sources.sandbox import SandboxLimits
from tests.support.feeds import MOSCOW, item, parse_feed, rss, visited


@pytest.mark.timeout(10)
@pytest.mark.parametrize("start", ["<![CDATA[", "<!--", "&"])
def test_feed_source_many_starts_without_an_end_are_read_soon(start: str) -> None:
    """In time proportional to the length."""
    with contextlib.suppress(ParseError):
        parse_feed((rss(item())[:-20] + start * 20_000).encode())


def test_feed_source_more_than_2000_items_are_cut_and_noted(tmp_path: Path) -> None:
    """A feed of an archive's size is cut, and this is noted."""
    visit = visited(tmp_path, rss(*(item(link=f"https://a.example/{number}") for number in range(2_100))))
    assert len(visit.sightings) == 2_000
    assert visit.notes == ("an item beyond the first 2,000 was left out (100 times)",)


def test_feed_source_dtd_and_entities_are_ignored(tmp_path: Path) -> None:
    """A DTD includes neither files nor repeated entities."""
    (tmp_path / "secret").write_text("s3cret")
    doctype = (
        f'<!DOCTYPE rss [<!ENTITY f SYSTEM "{(tmp_path / "secret").as_uri()}"><!ENTITY a "ha"><!ENTITY b "&a;&a;">'
        + "".join(f'<!ENTITY b{n} "&b{n - 1 or ""};&b{n - 1 or ""};">' for n in range(1, 40))
        + "]>"
    )
    feed = rss(item("<description>&f; &b39;</description>")).replace("?>", f"?>{doctype}", 1)
    shown = repr(visited(tmp_path, feed))
    assert "s3cret" not in shown
    assert len(shown) < 5_000


def test_feed_source_in_the_sandbox_has_the_same_result() -> None:
    """A document that is parsed in a process of its own gives the same entries, flaws and errors."""
    feed = rss(
        item("<pubDate>2026-11-23 10:00</pubDate><slash:comments>x</slash:comments>"),
        item(title="Порт открыт для всех судов"),
    )
    here = parse_feed(feed.encode(), base="https://a.example/", zone=MOSCOW)
    padded = feed + " " * 1_000_001
    assert is_simple(feed)
    assert not is_simple(padded)
    assert parsed_within(SandboxLimits(), padded.encode()) == here
    with pytest.raises(ParseError, match=r"^is a web page"):
        parsed_within(SandboxLimits(), b"<html>" + b" " * 1_000_001)


def test_feed_source_feed_that_takes_too_long_is_refused() -> None:
    """The markup keeps the parser busy up to the limit."""
    endless = rss(item("<author>" + "a" * 900_000 + "</author>")).replace("</rss>", "").encode()
    with pytest.raises(ParseError, match=r"^(takes longer than 0\.5 s to parse$|was not parsed within 1\.5 s: )"):
        parsed_within(SandboxLimits(seconds=0.5), endless)


def test_feed_source_feed_that_takes_too_much_memory_is_refused() -> None:
    """A description of 10 MB with a small limit."""
    large = rss(item("<description>" + "x " * 5_000_000 + "</description>")).replace("</rss>", "").encode()
    with pytest.raises(ParseError, match=r"^takes more than 120 MB of memory to parse$"):
        parsed_within(SandboxLimits(memory=120_000_000), large)


def parsed_within(limits: SandboxLimits, data: bytes) -> Parsed:
    """Parse a feed within limits."""
    return parse_within_limits(data, content_type=None, base="https://a.example/", zone=MOSCOW, limits=limits)


_PIECES = st.sampled_from(
    [b"<rss version='2.0'>", b"<channel>", b"<item>", b"</item>", b"<title>", b"</title>", b"<link>", b"</link>", b"&#",
     b"https://a.example/1", b"<![CDATA[", b"]]>", b"&#xD800;", b"&#99999999999;", b"<!DOCTYPE", b"<a:b xmlns:a='",
     b"<feed xmlns='http://www.w3.org/2005/Atom'><entry>", b"<pubDate>", b"-1", b"NaN", b'{"version":"jsonfeed.org",',
     b'"items":[{"url":"https://a.example/', b'"title":"\\ud800"}]}', b"\xff", b"\xd0", b"<?xml encoding='utf-7'?>",
     b">"]
)  # fmt: skip


@given(st.one_of(st.binary(), st.lists(st.one_of(_PIECES, st.binary(max_size=4)), max_size=30).map(b"".join)))
@example(b"<rss version='2.0'><item><title>&#99999999999;</title>")
def test_feed_source_any_bytes_are_sightings_or_one_line(data: bytes) -> None:
    """Anything is parsed or refused; every text can be stored and sent."""
    entries: tuple[Entry, ...] = ()
    with contextlib.suppress(ParseError):
        entries = parse_feed(data, content_type="text/xml", base="https://a.example/feed").entries
    for entry in entries:
        for text in (entry.url, entry.title, entry.summary, entry.image_url, entry.section, entry.author):
            (text or "").encode("utf-8")


@pytest.mark.timeout(20)
@pytest.mark.parametrize("start", ["<image>" + "<item>" * 3_000, '<rss xmlns:a="' + " " * 300_000 + "<rss>"])
def test_feed_without_ends_of_items_or_attributes_ends_soon(start: str) -> None:
    """Whether it is a feed or not: what is searched for and not there takes time in proportion to the length."""
    text = f"{start}{'x ' * 300_000}"
    assert is_simple(text)
    with contextlib.suppress(ParseError):
        parse_feed(text.encode())
