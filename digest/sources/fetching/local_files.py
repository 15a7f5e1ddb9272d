"""A source's document in a file: what is such an address, where it lies, and its bytes."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from digest.errors import FetchError
from digest.sources.fetching.fetcher import LARGEST, shown


def is_web(url: str) -> bool:
    """Whether an address is one of the web; any other is a file's."""
    return url.lower().startswith(("http:", "https:"))


def local_path(url: str, root: Path) -> Path:
    """The file that a `file:` address or a path means, a relative one from `root`; raises FetchError."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    if "://" in url:
        raise FetchError(f"{shown(url)}: nothing can be read from there; expected http, https, file or a path")
    return root / Path(url).expanduser()


def read_file(file: Path) -> bytes:
    """The bytes of a file of at most 10 MB; raises FetchError."""
    try:
        with file.open("rb") as stream:
            body = stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no path"
        raise FetchError(f"{file}: cannot be read: {reason.lower()}") from None
    if len(body) > LARGEST:
        raise FetchError(f"{file}: is larger than {LARGEST // 1_000_000} MB")
    return body
