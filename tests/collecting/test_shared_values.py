"""What most articles of a source share: the name of its site in titles, its summary, its picture."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from digest.collecting.shared_values import without_shared_values
from digest.model.articles import Channel, Sighting, Visit

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)
TITLES = ("Ferry race ends", "Council votes — again", "Swimmers meet", "Theatre opens")


def visit(*titles: str, **fields: Any) -> Visit:
    """A visit that found articles with these titles."""
    seen = (
        Sighting(source="main", url=f"https://gazette.example/{number}", title=title, taken_at=NOW, **fields)
        for number, title in enumerate(titles)
    )
    return Visit(sightings=tuple(seen))


@pytest.mark.parametrize(
    ("ending", "channel"),
    [
        (" | Harbour Gazette", "Harbour Gazette"),
        (" - Harbour Gazette", "Harbour Gazette: all news"),
        (" — Газета «Гавань»", "Газета «Гавань» — Новости"),
        (" · News – The Harbour", "News – The Harbour"),
        (" | Harbour: the Gazette", "Harbour: the Gazette"),
        (" - gazette.example", ""),
        (" » Gazette", ""),
        (" :: Gazette", ""),
        (" : Gazette", ""),
        (" / Gazette", ""),
        (" « Gazette", ""),
        (" ~ gazette.example", ""),
        (" | Harbour / News :: Oslo", "Harbour / News :: Oslo"),
        (" | « Gazette », Oslo", "« Gazette », Oslo"),
    ],
)
def test_without_shared_values_titles_lose_the_name_of_the_site(ending: str, channel: str) -> None:
    """One without it stays as it is, and so does a mark within a title."""
    others = "Port closes — Reuters", *(f"Quay {number}" for number in "ABCD")
    before = replace(visit(*(f"{title}{ending}" for title in TITLES), *others), channel=Channel(title=channel))
    assert tuple(one.title for one in without_shared_values(before).sightings) == (*TITLES, *others)


@pytest.mark.parametrize(
    "titles",
    [
        [f"{title} | Gazette" for title in TITLES[:3]],
        [f"{title} — source" for title in TITLES],
        [f"{title} — Elections" for title in TITLES],
        [f"{title} — * * *" for title in TITLES],
        [f"{day} November — Gazette" for day in range(21, 26)],
        ["Gazette"] * 5,
        ["A-B"] * 5,
        [f"{title}/Gazette" for title in TITLES],
        [f"{title}, says our « Gazette »" for title in TITLES],
    ],
    ids=["few", "attribution", "subject", "signs", "column", "whole", "word", "joined", "quoted"],
)
def test_without_shared_values_titles_that_may_mean_it_stay(titles: list[str]) -> None:
    """What is not the name of the site says something about the articles, and a column has little else."""
    before = replace(visit(*titles), channel=Channel(title="Gazette - * * *"))
    assert without_shared_values(before) is before


def test_without_shared_values_summary_and_picture_of_the_site_go() -> None:
    """An article with others of its own keeps them."""
    shared = visit(*TITLES, summary="News of the port.", image_url="https://gazette.example/og.jpg", image_width=1200)
    own = visit("Port closes", summary="For a day.", image_url="https://gazette.example/1.jpg", image_width=600)
    after = without_shared_values(Visit(sightings=(*shared.sightings, *own.sightings), notes=("a note",)))
    *found, last = after.sightings
    assert {(one.summary, one.image_url, one.image_width) for one in found} == {(None, None, None)}
    assert (last,) == own.sightings
    same = "is the same for most articles: probably about the site, treated as unknown"
    assert after.notes == ("a note", f"summary {same}", f"image_url {same}")


def test_without_shared_values_summary_and_picture_of_half_of_the_articles_stay() -> None:
    """They may be about one event."""
    event = visit(*TITLES, summary="The port is open.", image_url="https://gazette.example/port.jpg")
    both = replace(event, sightings=(*event.sightings, *visit(*TITLES).sightings))
    assert without_shared_values(both) is both
