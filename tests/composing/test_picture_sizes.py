"""Which pictures of an issue its messages show, and how wide."""

from dataclasses import replace

from digest.composing.picture_sizes import picture_sizes
from digest.model.issues import Section
from digest.model.pictures import CARD_WIDTH, LEAD_WIDTH, PictureSize
from tests.support.issues import issue, ranked

LEAD = ranked("Lead", number=1, section="City", image=True)
CARD = ranked("Card", number=2, section="Port", image=True)
LATER = ranked("Later", number=3, section="Port", image=True)
PLAIN = ranked("Plain", number=4, section="Port")
ISSUE = issue(LEAD, (Section(name="Port", articles=(CARD, LATER, PLAIN)),))


def size(number: int, width: int) -> PictureSize:
    """A picture by the number of its article."""
    return PictureSize(f"https://gazette.example/images/{number}.jpg", width)


def test_picture_sizes_lead_is_wide_and_others_are_cards() -> None:
    """In the order of the issue; an article without a picture has none."""
    assert picture_sizes(ISSUE, has_topics=False) == [size(1, LEAD_WIDTH), size(2, CARD_WIDTH), size(3, CARD_WIDTH)]


def test_picture_sizes_articles_below_one_without_a_picture_have_theirs() -> None:
    """Wherever it is."""
    mixed = issue(PLAIN, (Section(name="Port", articles=(CARD, replace(PLAIN, score=1.0), LATER)),))
    assert picture_sizes(mixed, has_topics=False) == [size(2, CARD_WIDTH), size(3, CARD_WIDTH)]


def test_picture_sizes_with_topics_the_higher_score_leads_its_section() -> None:
    """Whichever comes first; of equal ones the first."""
    for scores, number in (((1.0, 2.0), 3), ((2.0, 1.0), 2), ((1.0, 1.0), 2)):
        cards = tuple(replace(one, score=score) for one, score in zip((CARD, LATER), scores, strict=True))
        found = picture_sizes(issue(LEAD, (Section(name="Port", articles=cards),)), has_topics=True)
        assert [one for one in found if one.width == LEAD_WIDTH] == [size(1, LEAD_WIDTH), size(number, LEAD_WIDTH)]


def test_picture_sizes_with_topics_the_best_of_each_section_is_also_wide() -> None:
    """Of readers who chose the port, its best article leads the issue."""
    wide = [size(1, LEAD_WIDTH), size(2, LEAD_WIDTH), size(2, CARD_WIDTH), size(3, CARD_WIDTH)]
    assert picture_sizes(ISSUE, has_topics=True) == wide


def test_picture_sizes_with_topics_a_pinned_article_leads_its_section() -> None:
    """Before one with a higher score."""
    pinned = issue(LEAD, (Section(name="Port", articles=(CARD, replace(LATER, pinned=True))),))
    assert [one.url for one in picture_sizes(pinned, has_topics=True) if one.width == LEAD_WIDTH] == [
        size(1, 0).url,
        size(3, 0).url,
    ]


def test_picture_sizes_picture_of_two_articles_is_listed_once() -> None:
    """The same address is fetched once in each width."""
    twin = replace(LATER, article=replace(LATER.article, image_url=CARD.article.image_url))
    assert picture_sizes(issue(None, (Section(name="Port", articles=(CARD, twin)),)), has_topics=False) == [
        size(2, CARD_WIDTH)
    ]
