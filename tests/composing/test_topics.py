"""Topics: the sections that readers choose, and stories without the articles that a reader had."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from digest.composing.topics import narrow, topics_in, without_articles
from digest.i18n import Translator
from digest.model.issues import Issue, Section, Thread
from digest.settings.schema import EditionSettings
from tests.support.issues import SLOT, issue, ranked

LEAD, CARD, LATER = (
    ranked("Lead", number=1, section="City"),
    ranked("Card", number=2, section="Port"),
    ranked("Later", number=3, section="PORT"),
)
PLAIN = ranked("Plain", number=4)
WHOLE = issue(LEAD, (Section(name="Port", articles=(CARD, LATER)), Section(name=None, articles=(PLAIN,))))


def test_topics_in_sections_are_in_the_order_of_their_articles() -> None:
    """Whatever the case; an article without a section has no topic."""
    assert topics_in(WHOLE.articles, ["port", "Opera"]) == ("PORT",)
    assert len(topics_in(WHOLE.articles)) == 2
    assert topics_in(WHOLE.articles, []) == topics_in([PLAIN]) == ()
    assert [one.article.section_key for one in (LATER, PLAIN)] == ["port", ""]


def test_without_articles_next_of_a_story_takes_the_place_of_one_that_was_had() -> None:
    """With the rest below it; a story that was had whole is left out."""
    story = replace(LEAD, also=(CARD, LATER))
    assert list(without_articles([story, PLAIN], {LEAD.article.key})) == [replace(CARD, also=(LATER,)), PLAIN]
    assert list(without_articles([story], {CARD.article.key})) == [replace(LEAD, also=(LATER,))]
    assert list(without_articles([story, PLAIN], {one.article.key for one in (LEAD, CARD, LATER)})) == [PLAIN]
    assert list(without_articles([story], set())) == [story]


def test_narrow_best_article_leads_where_the_lead_is_left_out() -> None:
    """A pinned one before one with a higher score; the lead stays the lead, also beside a better article."""

    def lead_of(*kept: str, whole: Issue = WHOLE) -> str:
        by_title = {one.article.title: one for one in WHOLE.articles}
        by_title["Pinned"] = replace(PLAIN, pinned=True)
        narrowed = narrow(
            whole,
            [by_title[title] for title in kept],
            EditionSettings(name="daily"),
            Translator("en", ZoneInfo("Europe/Moscow")),
        )
        assert len(narrowed.articles) == len(kept)
        assert narrowed.lead is not None
        return narrowed.lead.article.title

    assert lead_of("Lead", "Card") == "Lead"
    assert lead_of("Later", "Card", whole=issue(LATER, (Section(name=None, articles=(CARD,)),))) == "Later"
    assert lead_of("Later", "Card") == "Card"
    assert lead_of("Card", "Later", "Pinned") == "Plain"


def test_narrow_leaves_out_threads_about_articles_of_topics_that_are_left_out() -> None:
    """Selected or not; what is discussed beside the issue stays, and so does an article of a topic that is kept."""
    other = ranked("Other", number=5, section="Opera")
    urls = [one.article.url for one in (LATER, PLAIN, other)] + [f"https://forum.example/{number}" for number in "ab"]
    threads = tuple(Thread(url=url, title="Talk", comments=9, active_at=SLOT) for url in urls)
    whole = replace(WHOLE, most_discussed=threads, others=(other,))
    edition = EditionSettings(name="daily", most_discussed=5)
    narrowed = narrow(whole, [LEAD, CARD], edition, Translator("en", ZoneInfo("UTC")))
    assert [one.url for one in narrowed.most_discussed] == [urls[0], *urls[3:]]
