"""Articles that a portal takes down before the issue's hour are not in the issue."""

from datetime import timedelta
from pathlib import Path

from tests.support.installation import SLOT, Installation, item, rss

TITLES = ("Ferry race ends in fog", "Council votes on the tram", "Swimmers meet at dawn", "Theatre opens its doors")


def items(number: int) -> str:
    """A feed of the first articles; a later one is listed behind them."""
    return rss(*(item(place, title=TITLES[place], hours=10 - place) for place in range(number)))


def test_preview_article_that_the_source_has_taken_down_is_left_out(tmp_path: Path) -> None:
    """What the source lists still is in the issue."""
    site = Installation(tmp_path).configure()
    site.write("feed.xml", items(4))
    site.run("collect", now=SLOT - timedelta(hours=3)).fine()
    site.write("feed.xml", items(3))
    answer = site.run("preview", "--json", "-o", "issue.html", now=SLOT - timedelta(hours=1)).fine().json
    assert (len(answer["articles"]), answer["left_out"]) == (3, ["1 taken down by the source"])
