"""Days of real outlets, from the corpora."""

import csv
import gzip
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from tests.support.growing_portal import Item


def real_day(outlet: str, day: str) -> list[Item]:
    """The outlet's day in the order of the file; reactions and shares are used as views."""
    return [
        Item(
            url=row["url"],
            title=row["title"],
            published=datetime.fromisoformat(row["published_at"]),
            summary=row["description"],
            views=_count(row["engagement_reaction_count"], row["engagement_share_count"]),
            comments=_count(row["engagement_comment_count"]),
            image=row["url_to_image"],
        )
        for row in _rows()
        if (row["source_id"], row["published_at"][:10]) == (outlet, day)
    ]


def outlet_days() -> list[tuple[str, str]]:
    """Every outlet and day of the file, sorted."""
    return sorted({(row["source_id"], row["published_at"][:10]) for row in _rows()})


def _rows() -> Iterator[dict[str, str]]:
    file = Path(os.environ["DIGEST_CORPORA"]) / "articles" / "news_2019_six_outlets.csv.gz"
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _count(*texts: str) -> int | None:
    numbers = [int(float(text)) for text in texts if text]
    return sum(numbers) if numbers else None
