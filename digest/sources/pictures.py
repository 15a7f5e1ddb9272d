"""Fetches pictures of articles and scales them, within the limits of fetching and of the sandbox."""

import base64
from collections.abc import Collection

from digest.errors import ParseError
from digest.model.pictures import StoredPicture
from digest.parsing.urls import url_service
from digest.sources import sandbox
from digest.sources.fetching.fetcher import Fetcher
from digest.sources.fetching.wire_url import redacted


class WebPictures:
    """Pictures on the web; the hosts of `configured_urls` may be anywhere, all others must be public."""

    def __init__(self, fetcher: Fetcher, configured_urls: Collection[str]) -> None:
        self._fetcher = fetcher
        self._trusted = {url_service(url) for url in configured_urls}

    def fetch(self, url: str, widths: Collection[int]) -> dict[int, StoredPicture]:
        """The picture, not wider than each width; raises SourceError."""
        fetched = self._fetcher.fetch(url, trusted=url_service(url) in self._trusted, headers={"Accept": "image/*"})
        try:
            found = sandbox.run("picture", base64.b64encode(fetched.body).decode("ascii"), sorted(widths))
        except ParseError as error:
            raise ParseError(f"{redacted(url)}: {error}") from None
        return {
            int(width): StoredPicture(**{**picture, "content": base64.b64decode(picture["content"])})
            for width, picture in found.items()
        }
