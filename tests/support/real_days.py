"""Days of real outlets, from the corpora."""

import csv
import gzip
import os
from datetime import datetime
from pathlib import Path

from tests.support.growing_portal import Item


def real_day(outlet: str, day: str) -> list[Item]:
    """The outlet's day in the order of the file; reactions and shares are used as views."""
    file = Path(os.environ["DIGEST_CORPORA"]) / "articles" / "news_2019_six_outlets.csv.gz"
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if (row["source_id"], row["published_at"][:10]) == (outlet, day)]
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
        for row in rows
    ]


def _count(*texts: str) -> int | None:
    numbers = [int(float(text)) for text in texts if text]
    return sum(numbers) if numbers else None
