"""Lists of subscribers as CSV. Pure."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import chain

from digest.model.subscribers import Subscriber
from digest.parsing.tables.spreadsheet_cells import formula_safe
from digest.subscribers.cells import joined
from digest.subscribers.csv_io import COLUMNS


def write_csv(subscribers: Iterable[Subscriber], delimiter: str = ",") -> Iterator[str]:
    """The list as lines of CSV, each ended by CRLF, that `read_csv` reads back; no cell is a spreadsheet's formula."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for cells in chain([COLUMNS], map(_row, subscribers)):
        writer.writerow(map(formula_safe, cells))
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _row(subscriber: Subscriber) -> tuple[str, ...]:
    return (
        subscriber.email,
        subscriber.name or "",
        subscriber.language or "",
        joined(subscriber.editions),
        joined(subscriber.sections),
        subscriber.frequency or "",
        subscriber.timezone or "",
        "" if subscriber.hour is None else str(subscriber.hour),
        "" if subscriber.paused_until is None else subscriber.paused_until.isoformat(),
        subscriber.status.value,
    )
