"""Which validators of a response the next request may send (RFC 9110, 8.8 and 13.1)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from aiohttp import ClientResponse
from yarl import URL

from digest.model.articles import Validators
from digest.parsing.dates.believable import EARLIEST, is_in_future

_LONGEST = 1_000


def validators_of(url: URL, response: ClientResponse, sent: Validators | None) -> Validators:
    """The validators of a response from a URL; a 304 keeps those `sent` that it does not repeat.

    None where `Last-Modified` is in the future or from before 1990, as of files without a time: some servers would
    answer 304 for good.
    """

    def header(name: str, earlier: str | None) -> str | None:
        value = response.headers.get(name, earlier)
        return value if value and len(value) <= _LONGEST and value.isprintable() else None

    last_modified = header("Last-Modified", sent.last_modified if sent else None)
    if last_modified and _is_impossible(last_modified):
        return Validators(url=str(url))
    etag = header("ETag", sent.etag if sent else None)
    return Validators(url=str(url), etag=etag, last_modified=last_modified)


def _is_impossible(date: str) -> bool:
    try:
        moment = parsedate_to_datetime(date).astimezone(UTC)
    except (ValueError, OverflowError):
        return False  # servers have to ignore one that is not a date
    return moment < EARLIEST or is_in_future(moment, datetime.now(UTC))
