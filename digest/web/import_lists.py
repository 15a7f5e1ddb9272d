"""Lists of subscribers that are imported over the web: opened, checked and tried, as the command does."""

import io
from collections.abc import Iterable

from digest.model.subscribers import Subscriber
from digest.parsing.tables.csv_bytes import list_text
from digest.parsing.tables.csv_table import BadRow
from digest.subscribers.csv_io import RowDefaults, SubscriberReader, read_csv
from digest.subscribers.import_result import ImportResult, batches
from digest.web.inviting import ImportInviter
from digest.web.site import Site

LIST = "the list"  # what messages call it
ASKED = "asked_to_confirm"  # in the result of an import: how many


def open_list(content: bytes, defaults: RowDefaults) -> SubscriberReader:
    """A reader of a list; raises ConfigurationError and ParseError."""
    reader = _reader(content, defaults)
    if reader.has_statuses and defaults.status is not None:
        reader = reader.with_unclear_boxes(_reader(content, defaults).find_unclear_boxes())
    return reader


def _reader(content: bytes, defaults: RowDefaults) -> SubscriberReader:
    return read_csv(io.StringIO(list_text(content, LIST), newline=""), LIST, defaults)


def checked_list(content: bytes, defaults: RowDefaults, name: str = "", *, choose: str) -> SubscriberReader:
    """A reader of a list of which it is known what each row states; raises ConfigurationError and ParseError.

    `name` is that of its file; `choose`: how a person states what rows are, where UnclearStatusError asks them to.
    """
    reader = open_list(content, defaults)
    reader.require_subscribed_by_name(name, choose)
    if reader.has_statuses and defaults.status is None:
        _reader(content, defaults).require_known_statuses(choose)
    return reader


def needs_edition(site: Site, reader: SubscriberReader, defaults: RowDefaults) -> bool:
    """Whether it is not clear to which of several editions the rows belong."""
    return len(site.edition_names()) > 1 and not (defaults.editions or reader.has_editions)


def try_list(site: Site, reader: SubscriberReader, inviter: ImportInviter | None) -> ImportResult:
    """What an import of the list would do now, perhaps with readers who are asked first; raises StoreError."""
    result = ImportResult()
    for people, bad_rows in batches(reader):
        result.add(site.app.subscribers.preview_rows(as_stored(people, inviter)), without_values(bad_rows))
    return result


def as_stored(people: list[Subscriber], inviter: ImportInviter | None) -> list[Subscriber]:
    """The good rows of a batch as they are stored."""
    return people if inviter is None else inviter.as_pending(people)


def without_values(bad_rows: Iterable[BadRow]) -> list[BadRow]:
    """Bad rows without their values, which may be addresses in the wrong column."""
    return [BadRow(row.line, row.kind) for row in bad_rows]
