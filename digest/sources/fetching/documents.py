"""One document of a source, over HTTP or from a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from digest.model.articles import Validators
from digest.sources.fetching.fetcher import Fetcher
from digest.sources.fetching.local_files import is_web, local_path, read_file
from digest.sources.fetching.wire_url import redacted


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """The bytes of a document; `url` is None for a file, `place` names it in messages."""

    body: bytes
    place: str
    url: str | None = None
    content_type: str | None = None
    validators: Validators | None = None
    not_modified: bool = False
    notes: tuple[str, ...] = ()


def read_document(
    url: str, *, fetcher: Fetcher, root: Path, validators: Validators | None, headers: Mapping[str, str]
) -> Document:
    """Fetch or read a document in the configuration, a relative path below `root`; raises FetchError."""
    if not is_web(url):
        file = local_path(url, root)
        return Document(body=read_file(file), place=str(file))
    fetched = fetcher.fetch(url, validators=validators, headers=headers)
    return Document(
        body=fetched.body,
        place=redacted(fetched.url),
        url=fetched.url,
        content_type=fetched.content_type,
        validators=fetched.validators,
        not_modified=fetched.not_modified,
        notes=fetched.notes,
    )
