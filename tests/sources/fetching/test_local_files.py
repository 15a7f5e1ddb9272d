"""A source's document in a file."""

import gzip
from pathlib import Path

import pytest

from digest.errors import FetchError
from digest.sources.fetching import local_files
from digest.sources.fetching.decompress import Decompressor
from digest.sources.fetching.local_files import read_file

FEED = b"<rss><channel><title>Harbour Gazette</title></channel></rss>"


@pytest.mark.parametrize("content", [FEED, b"", b"\x1f\x8b", b"\x1f"])
def test_read_file_that_is_not_compressed_gives_its_bytes(tmp_path: Path, content: bytes) -> None:
    """Also those of a file that begins as a gzip file does and ends there."""
    (tmp_path / "feed.xml").write_bytes(content)
    assert read_file(tmp_path / "feed.xml") == content


def test_read_file_that_is_a_gzip_file_gives_what_is_in_it(tmp_path: Path) -> None:
    """As over HTTP, whatever its name is."""
    (tmp_path / "feed.xml.gz").write_bytes(gzip.compress(FEED) + gzip.compress(FEED))
    assert read_file(tmp_path / "feed.xml.gz") == FEED + FEED


@pytest.mark.parametrize("damage", [b"", b"\0\0\0"])
def test_read_file_with_a_part_of_a_gzip_file_is_one_sentence(tmp_path: Path, damage: bytes) -> None:
    """A part of a feed would be read as all of it."""
    (tmp_path / "feed.xml.gz").write_bytes(gzip.compress(FEED)[:30] + damage)
    with pytest.raises(FetchError, match=r"feed\.xml\.gz: cannot be read: its gzip data are incomplete or damaged$"):
        read_file(tmp_path / "feed.xml.gz")


def test_read_file_with_many_gzip_members_is_decompressed_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All at once would take minutes: what is left is copied at the end of each member."""
    (tmp_path / "feed.xml.gz").write_bytes(gzip.compress(b"") * 8_000 + gzip.compress(FEED))
    feed, sizes = Decompressor.feed, list[int]()

    def recorded(decompressor: Decompressor, chunk: bytes) -> bytes:
        sizes.append(len(chunk))
        return feed(decompressor, chunk)

    monkeypatch.setattr(Decompressor, "feed", recorded)
    assert read_file(tmp_path / "feed.xml.gz") == FEED
    assert max(sizes) <= 65_536


@pytest.mark.parametrize(
    "content",
    [b"<" * 1_000_001, gzip.compress(b"<" * 1_000_001), gzip.compress(b"<" * 10**6, 0)],
    ids=["plain", "compressed", "stored"],
)
def test_read_file_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    """Before or after it is decompressed."""
    monkeypatch.setattr(local_files, "LARGEST", 1_000_000)
    (tmp_path / "feed.xml").write_bytes(content)
    with pytest.raises(FetchError, match=r"feed\.xml: is larger than 1 MB$"):
        read_file(tmp_path / "feed.xml")
