"""Articles that a portal takes down before the issue's hour are not in the issue."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.installation import SLOT, Installation

SOURCE = 'name = "main"\nurl = "feed.json"'
FIELDS = 'items = "items"\nfields = { url = "url", title = "title", published_at = "date_published" }'


def feed(*numbers: int) -> str:
    """A JSON Feed of the articles of these numbers; one was published each hour."""
    items = [
        {
            "url": f"https://gazette.example/{number}",
            "title": f"Ferry {number} has left the port",
            "date_published": (SLOT - timedelta(hours=number + 2)).isoformat(),
        }
        for number in numbers
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Harbour Gazette", "items": items})


@pytest.mark.parametrize(
    ("kind", "notes"), [('kind = "feed"', ["1 taken down by the source"]), (f'kind = "json"\n{FIELDS}', [])]
)
def test_preview_article_that_a_feed_has_taken_down_is_left_out(tmp_path: Path, kind: str, notes: list[str]) -> None:
    """Of an API nobody knows: one page of its answer may have failed."""
    site = Installation(tmp_path).configure(sources=[f"{SOURCE}\n{kind}"])
    site.write("feed.json", feed(*range(21)))
    site.run("collect", now=SLOT - timedelta(hours=2)).fine()
    site.write("feed.json", feed(0, *range(2, 21)))
    answer = site.run("preview", "--json", "-o", "issue.html", now=SLOT - timedelta(hours=1)).fine().json
    assert answer["left_out"] == notes
