"""Why an article has its place, in one sentence."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from digest.i18n import Translator
from digest.model.articles import Article, Count, Counters, RankedArticle, Reading
from digest.model.overrides import Override, OverrideKind
from digest.ranking.rank import rank
from digest.ranking.reason_sentence import reason_sentence
from digest.settings.schema import RankingSettings

SLOT = datetime(2026, 10, 1, 4, tzinfo=UTC)
ENGLISH, RUSSIAN = (Translator(language, ZoneInfo("Europe/Moscow")) for language in ("en", "ru"))


def article(**counters: int) -> Article:
    """An article of the night, with counters read at the slot."""
    readings = (Reading(source="main", taken_at=SLOT, counters=Counters(**counters)),) if counters else ()
    published = SLOT - timedelta(hours=2)
    return Article(
        key="a", url="https://a.example", title="A", published_at=published, sources=("main",), readings=readings
    )


def ranked(one: Article, *overrides: Override) -> RankedArticle:
    """The article as it is ranked."""
    (found,) = rank([one], SLOT, RankingSettings(), overrides)
    return found


def test_reason_sentence_of_counters_says_what_is_expected() -> None:
    """The number is that of `rank --explain`."""
    one = ranked(article(views=640, comments=9))
    expected = next(reason.message for reason in one.reasons if reason.name == "views").partition("; expected ")[2]
    number = ENGLISH.number(int(expected.partition(" =")[0]))
    assert reason_sentence(one, ENGLISH).startswith(f"About {number} views, ")
    assert reason_sentence(one, ENGLISH).endswith(" comments expected in the end.")
    assert "В итоге ожидается примерно" in reason_sentence(one, RUSSIAN)


def test_reason_sentence_without_counters_says_so() -> None:
    """Nothing is invented."""
    assert reason_sentence(ranked(article()), ENGLISH) == "No counters: placed as an average article."


def test_reason_sentence_names_the_editors_first() -> None:
    """With the name as it is stored, whatever it holds."""
    by = "anna@gazette.example"
    kinds = {"pin": None, "boost": "0.7", "title": "B: by night"}
    made = [Override(key="a", kind=OverrideKind(kind), value=value, by=by, at=SLOT) for kind, value in kinds.items()]
    said = reason_sentence(ranked(article(), *made), ENGLISH)
    assert said.startswith(f"Retitled by {by}; boosted by {by}; pinned by {by}; no counters")


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("pin", None, "Pinned by Ada; "),
        ("pin", "3", "Pinned to place 3 by Ada; "),
        ("add", None, "Added by Ada; "),
        ("boost", "0.7", "Boosted by Ada; "),
        ("summary", "New", "New summary by Ada; "),
        ("section", "City", "Moved to this section by Ada; "),
    ],
)
def test_reason_sentence_names_each_edit(kind: str, value: str | None, said: str) -> None:
    """In the words of the page."""
    made = Override(key="a", kind=OverrideKind(kind), value=value, by="Ada", at=SLOT)
    assert reason_sentence(ranked(article(), made), ENGLISH) == f"{said}no counters: placed as an average article."


@pytest.mark.parametrize(
    ("counters", "expected"),
    [
        ({"views": 640}, r"About 2,\d{3} views expected in the end\."),
        ({"comments": 40}, r"About \d+ comments expected in the end\."),
    ],
)
def test_reason_sentence_of_one_counter_leaves_the_other_out(counters: dict[str, int], expected: str) -> None:
    """Views or comments."""
    assert re.fullmatch(expected, reason_sentence(ranked(article(**counters)), ENGLISH))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("breadth", 1, "told by 1 source"),
        ("breadth", 2, "told by 2 sources"),
        ("also", None, "a link below another article of its story"),
        ("mmr", 0.2, "lowered because it resembles an article above it"),
        ("section", None, "above a higher score because of its section"),
    ],
)
def test_reason_sentence_names_each_reason_of_the_selection(name: str, value: float | None, said: str) -> None:
    """Behind what is expected."""
    one = RankedArticle(article=article(), score=1).explained(name, value, "…")
    assert reason_sentence(one, ENGLISH) == f"No counters: placed as an average article; {said}."


def test_reason_sentence_names_what_lowers_it() -> None:
    """The selection's reasons."""
    one = RankedArticle(article=article(), score=1, views=Count(value=1, taken_at=SLOT))
    lowered = one.explained("breadth", 3, "told by 3 sources").explained("limit", None, "limit reached: 3 …")
    assert reason_sentence(lowered, ENGLISH) == (
        "Told by 3 sources; lowered because enough articles of its section or source are above it."
    )
