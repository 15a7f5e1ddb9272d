"""The rankings that people saw last: one for each edition and person."""

from datetime import date

from digest.model.issues import ShownArticle, ShownRanking, Slot
from digest.store.engine.database import Database
from digest.store.issues.shown_rankings import ShownRankings


def _shown(edition: str, day: int, *titles: str) -> ShownRanking:
    articles = tuple(ShownArticle(url=f"https://gazette.example/{title}", title=title) for title in titles)
    return ShownRanking(edition=edition, slot=Slot(day=date(2025, 6, day)), articles=articles)


def test_shown_ranking_is_the_last_of_that_person_and_edition(database: Database) -> None:
    """The one before is replaced; another person's and another edition's are kept."""
    rankings = ShownRankings(database)
    rankings.keep("anna", _shown("daily", 1, "Old"))
    rankings.keep("boris", _shown("daily", 1, "His"))
    rankings.keep("anna", _shown("weekly", 1))
    titles = ('A "quoted" title', "Вторая", "C:\\dir\\", '\\"')
    rankings.keep("anna", _shown("daily", 2, *titles))
    assert rankings.last("anna", "daily") == _shown("daily", 2, *titles)
    assert rankings.last("boris", "daily") == _shown("daily", 1, "His")
    assert rankings.last("anna", "weekly") == _shown("weekly", 1)
    assert rankings.last("carl", "daily") is None
