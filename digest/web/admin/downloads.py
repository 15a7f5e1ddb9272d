"""Files that pages of the console offer.

CSV begins with a byte order mark, without which Excel takes UTF-8 for the code page of its system. Cells are separated
as by Excel in the language of the page: by semicolons where a comma is in numbers, as in Russian. A first line `sep=;`
would state it everywhere, but Excel then ignores the mark (https://github.com/asafdav/ng-csv/issues/28).
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from starlette.responses import Response, StreamingResponse

from digest.i18n import Translator
from digest.model.subscribers import Subscriber
from digest.parsing.tables.spreadsheet_cells import formula_safe
from digest.subscribers.csv_export import write_csv

_CSV = "text/csv"
_BYTE_ORDER_MARK = "\ufeff"
_LINES_AT_ONCE = 1_000  # of a list


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]], translator: Translator) -> Response:
    """A table as CSV."""
    lines = io.StringIO(_BYTE_ORDER_MARK, newline="")
    lines.seek(0, io.SEEK_END)
    writer = csv.writer(lines, delimiter=_delimiter(translator))
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(value, translator) for value in row])
    return download(lines.getvalue(), _CSV, name)


def subscribers_file(name: str, subscribers: Iterable[Subscriber], translator: Translator) -> Response:
    """A list that imports read, as CSV that is sent while the subscribers are read."""
    lines = chain([_BYTE_ORDER_MARK], write_csv(subscribers, _delimiter(translator)))
    return StreamingResponse(_joined(lines), media_type=_CSV, headers=_file_headers(name))


def download(content: str, media_type: str, name: str) -> Response:
    """A file that the browser saves under that name."""
    return Response(content, media_type=media_type, headers=_file_headers(name))


def _file_headers(name: str) -> dict[str, str]:
    """The headers of a file that the browser saves under that name, and nobody stores on its way."""
    return {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}


def _joined(lines: Iterator[str]) -> Iterator[str]:
    return iter(lambda: "".join(islice(lines, _LINES_AT_ONCE)), "")


def _delimiter(translator: Translator) -> str:
    return ";" if translator.decimal_mark == "," else ","


def _cell(value: object, translator: Translator) -> str:
    if isinstance(value, float):
        return f"{value:.3f}".replace(".", translator.decimal_mark)
    return "" if value is None else formula_safe(str(value))
