"""A source's document in a file: which URLs mean files, their paths and their bytes."""

import re
from errno import ENAMETOOLONG
from pathlib import Path
from urllib.parse import unquote, urlsplit

from digest.errors import FetchError
from digest.settings.configured_path import configured_path
from digest.sources.fetching.decompress import DecompressError, Decompressor, TooLargeError
from digest.sources.fetching.fetcher import LARGEST
from digest.sources.fetching.wire_url import redacted

_PIECE = 65_536  # bytes; the rest of a piece is copied at the end of each gzip member, of which it may have thousands
_HOST = re.compile(r"(?:[\w-]+\.)+[A-Za-z]{2,}(?::\d+)?(?:/.*)?")
_FILE_SUFFIXES = (".xml", ".rss", ".atom", ".rdf", ".json", ".opml", ".htm", ".html", ".gz")


def is_web(url: str) -> bool:
    """Whether a URL is fetched over HTTP; any other is a file."""
    return url.lstrip().lower().startswith(("http:", "https:"))


def is_host(url: str, root: Path) -> bool:
    """Whether a URL lacks its scheme, such as `gazette.example/rss`, and is no file below `root`."""
    is_name = "/" not in url and url.lower().endswith(_FILE_SUFFIXES)
    if _HOST.fullmatch(url) is None or is_name:
        return False
    try:
        return not (root / url).exists()
    except OSError as error:
        return error.errno == ENAMETOOLONG  # no file can be called so


def local_path(url: str, root: Path) -> Path:
    """The file that a `file:` URL or a path means, a relative one below `root`; raises FetchError."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    if "://" in url:
        raise FetchError(f"{redacted(url)}: unsupported scheme; expected http, https, file or a path")
    if is_host(url, root):
        raise FetchError(f"{url.partition('?')[0]}: is no file here; a web address begins with https://")
    return configured_path(url, root)


def read_file(file: Path) -> bytes:
    """The bytes of a file of at most 10 MB, decompressed if it is a gzip file; raises FetchError."""
    decompressor = Decompressor("", LARGEST)
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise TooLargeError
        pieces = (content[start : start + _PIECE] for start in range(0, len(content), _PIECE))
        return b"".join(map(decompressor.feed, pieces)) + decompressor.finish()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a valid path"
        raise FetchError(f"{file}: cannot be read: {reason.lower()}") from None
    except DecompressError:
        raise FetchError(f"{file}: cannot be read: its gzip data are incomplete or damaged") from None
    except TooLargeError:
        raise FetchError(f"{file}: is larger than {LARGEST // 1_000_000} MB") from None
