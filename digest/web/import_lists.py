"""Lists of subscribers that are imported over the web: opened, checked and tried, as the command does."""

import io
from collections.abc import Iterable
from itertools import islice

from digest.model.subscribers import Subscriber
from digest.parsing.csv_table import BadRow
from digest.subscribers.csv_io import RowDefaults, SubscriberReader, read_csv
from digest.subscribers.import_result import BATCH, ImportResult
from digest.web.site import Site

LIST = "the list"  # what messages call it


def open_list(content: bytes, defaults: RowDefaults) -> SubscriberReader:
    """A reader of a list; raises ConfigurationError and ParseError."""
    return read_csv(io.StringIO(content.decode(errors="surrogateescape"), newline=""), LIST, defaults)


def checked_list(content: bytes, defaults: RowDefaults) -> SubscriberReader:
    """A reader of a list of which it is known what each row states; raises ConfigurationError and ParseError."""
    reader = open_list(content, defaults)
    if reader.has_statuses and defaults.status is None:
        open_list(content, defaults).require_known_statuses()
    return reader


def needs_edition(site: Site, reader: SubscriberReader, defaults: RowDefaults) -> bool:
    """Whether it is not clear to which of several editions the rows belong."""
    return len(site.edition_names()) > 1 and not (defaults.editions or reader.has_editions)


def try_list(site: Site, reader: SubscriberReader) -> ImportResult:
    """What an import of the list would do now; nothing is written. Raises StoreError."""
    result = ImportResult()
    rows = iter(reader)
    while batch := list(islice(rows, BATCH)):
        people = [row for row in batch if isinstance(row, Subscriber)]
        result.add(site.app.subscribers.preview_rows(people), bad_rows_of(batch))
    return result


def bad_rows_of(batch: Iterable[Subscriber | BadRow]) -> list[BadRow]:
    """The bad rows of a batch without their values, which may be addresses in the wrong column."""
    return [BadRow(row.line, row.kind) for row in batch if isinstance(row, BadRow)]
