"""Files that pages of the console offer."""

import csv
import io
from collections.abc import Iterable, Sequence

from starlette.responses import Response

from digest.parsing.spreadsheet_cells import formula_safe


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A table as CSV."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return download(lines.getvalue(), "text/csv", name)


def download(content: str, media_type: str, name: str) -> Response:
    """A file that the browser saves under that name."""
    return Response(content, media_type=media_type, headers=file_headers(name))


def file_headers(name: str) -> dict[str, str]:
    """The headers of a file that the browser saves under that name, and nobody stores on its way."""
    return {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}


def _cell(value: object) -> str:
    return "" if value is None else formula_safe(str(value))
