"""Titles whose letters were lost before they came here are reported."""

import pytest

from digest.collecting.garbled_titles import with_garbled_titles_noted
from digest.model.articles import Sighting, Visit
from tests.support.issues import SLOT


def visit(title: str) -> Visit:
    """A visit with this title beside an ordinary one."""
    titles = ("«Порт» открыт… — S.O.S.", title)
    return Visit(
        sightings=tuple(
            Sighting(source="main", url=f"https://gazette.example/{number}", title=text, taken_at=SLOT)
            for number, text in enumerate(titles)
        )
    )


@pytest.mark.parametrize(
    "title",
    ["РџРѕСЂС‚ РѕС‚РєСЂС‹С‚", "Ð\x9fÐ¾Ñ\x80Ñ\x82", "???? ?????? 2026", "CafÃ©s", "Ïàðîì “Íåâà” 2026", "ðÁÒÏÍ ×ÙÛÅÌ"],
)
def test_garbled_titles_are_noted_and_kept(title: str) -> None:
    """The source states another encoding than it has, or reads its database in one."""
    seen = with_garbled_titles_noted(visit(title))
    assert seen.sightings == visit(title).sightings
    assert len(seen.notes) == 1
    assert seen.notes[0].startswith('garbled titles: 1 of 2, such as "')


@pytest.mark.parametrize(
    "title", ["Что??!!", "Кто, где, когда????", "СССР… Р·", "Ära", "СЌ", "Ýór á Ísóá", "Été à l’île d’Yeu"]
)
def test_garbled_titles_ordinary_ones_are_not_noted(title: str) -> None:
    """Question marks after words, and letters that may be one of UTF-8 by chance."""
    assert with_garbled_titles_noted(visit(title)).notes == ()
