"""Composing: the articles, headings and subject of an issue, and the reasons for what is left out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.composing.compose import Brief, arrange, compose, with_summaries
from digest.composing.discussion import discussion_of
from digest.composing.subject import DEFAULT_SUBJECT_LIMIT, PREHEADER_LIMIT, SUBJECT_LIMIT
from digest.errors import ConfigurationError
from digest.i18n import Translator
from digest.model.articles import ArticleRecord, RankedArticle, Window
from digest.model.issues import Issue, IssueTexts, Slot, Thread
from digest.model.overrides import Override, OverrideKind
from digest.settings.schema import EditionSettings
from tests.support.articles import discussed, hours
from tests.support.issues import SLOT, ranked

WINDOW = Window(start=SLOT - hours(24), end=SLOT)
ZONE = ZoneInfo("Europe/Moscow")


def composed_issue(
    stories: Sequence[RankedArticle],
    discussion: Sequence[ArticleRecord] = (),
    *,
    language: str = "en",
    languages: Sequence[str] = (),
    used: Sequence[str] = (),
    taken_down: Sequence[str] = (),
    retracted: Sequence[str] = (),
    **edition: Any,
) -> Issue:
    """The issue of 1 October 2026 of an edition with these settings."""
    brief = Brief(
        edition=EditionSettings(name="daily", **({"minimum": 0} | edition)),
        slot=Slot(day=date(2026, 10, 1)),
        window=WINDOW,
        language=language,
        languages=languages,
        used=used,
        retracted=retracted,
        taken_down=taken_down,
    )
    return compose(stories, discussion, brief, Translator(language, ZONE))


def thread_of(record: ArticleRecord) -> Thread:
    """The row of a thread."""
    (row,), (reading,) = record.sightings, record.readings
    return Thread(url=row.url, title=row.title, comments=reading.counters.comments or 0, active_at=SLOT)


def titles(stories: Sequence[RankedArticle]) -> list[str]:
    """The titles of articles."""
    return [one.article.title for one in stories]


def numbered(count: int, **fields: Any) -> list[RankedArticle]:
    """That many articles, best first."""
    return [ranked(f"Story number {number}", number=number, **fields) for number in range(1, count + 1)]


def test_compose_first_article_leads_and_top_is_the_limit() -> None:
    """The order of the ranking is kept; the other articles are listed beside the issue."""
    issue = composed_issue(numbered(5), top=3)
    assert titles(issue.articles) == ["Story number 1", "Story number 2", "Story number 3"]
    assert issue.lead is issue.articles[0]
    assert titles(issue.others) == ["Story number 4", "Story number 5"]
    assert (issue.edition, issue.language, issue.window, issue.notes) == ("daily", "en", WINDOW, ())


def test_compose_without_articles_is_an_empty_issue() -> None:
    """Without lead and sections, but with a subject."""
    issue = composed_issue([])
    assert (issue.lead, issue.articles, issue.sections, issue.subject, issue.preheader) == (None, (), (), "daily", "")


def test_compose_edition_contains_its_own_language() -> None:
    """The stated language, else the detected one; unknown ones are included; the others are counted."""
    stories = [
        ranked("Ships return", number=1),
        ranked("Корабли вернулись", number=2),
        ranked("Корабли вернулись", number=3, language="en"),
        ranked("Ships return", number=4, language="ru"),
        ranked("2026", number=5),
        ranked("2026", "Корабли вернулись", number=6),
    ]
    english, russian = composed_issue(stories), composed_issue(stories, language="ru")
    assert [one.article.key for one in english.articles] == [
        "gazette.example/1",
        "gazette.example/3",
        "gazette.example/5",
    ]
    assert [one.article.key[-1] for one in russian.articles] == ["2", "4", "5", "6"]
    assert english.notes == ("3 in another language than en",)
    assert len(composed_issue(stories, articles="any").articles) == 6


def test_compose_words_of_an_editor_do_not_change_the_language_of_an_article() -> None:
    """A Russian article with a title that is a name in Latin letters stays in the Russian edition."""
    listed = ranked("Корабли вернулись")
    retitled = replace(ranked("Nova Star"), listed=listed.article)
    assert titles(composed_issue([retitled], language="ru").articles) == ["Nova Star"]


def test_compose_articles_of_earlier_issues_are_left_out() -> None:
    """And counted in the notes."""
    issue = composed_issue(numbered(3), used=["gazette.example/1"])
    assert titles(issue.articles) == ["Story number 2", "Story number 3"]
    assert issue.notes == ("1 already sent in an earlier issue",)


def test_compose_taken_down_articles_are_left_out_unless_an_editor_placed_them() -> None:
    """The editor has seen them."""
    items = numbered(4)
    items[1:3] = replace(items[1], pinned=True), replace(items[2], added=True)
    issue = composed_issue(items, taken_down=[one.article.key for one in items[:3]])
    assert titles(issue.articles) == ["Story number 2", "Story number 3", "Story number 4"]
    assert issue.notes == ("1 taken down by the source",)


def test_compose_retracted_articles_and_threads_are_left_out() -> None:
    """By their key or their address: of several items with one address, each is."""
    items = numbered(4)
    items[1] = replace(items[1], article=replace(items[1].article, key="gazette.example/2#part"))
    threads = [discussed(number, 9) for number in (1, 2, 3, 4)]
    issue = composed_issue(
        items, threads, retracted=["gazette.example/2", "gazette.example/3", "gazette.example/forum/4"]
    )
    assert titles(issue.articles) == ["Story number 1", "Story number 4"]
    assert issue.notes == ("2 retracted",)
    assert [row.title for row in issue.most_discussed] == ["Thread 1", "Thread 2", "Thread 3"]
    by_key = composed_issue(items, retracted=["gazette.example/2#part"])
    assert titles(by_key.articles) == ["Story number 1", "Story number 3", "Story number 4"]


def test_most_discussed_has_no_thread_that_is_dropped_or_about_an_unwanted_article() -> None:
    """By its address or its title: what keeps an article out keeps its thread out too."""
    titled = ("Comment on “The harbour is closed tomorrow”", "The harbour is closed tomorrow", "Who needs a harbour?")
    threads = [discussed(number, 9, title=title) for number, title in enumerate(titled, 1)]
    threads += [discussed(number, 5) for number in (4, 5, 6, 7)]
    brief = Brief(
        edition=EditionSettings(name="daily", minimum=0),
        slot=Slot(day=date(2026, 10, 1)),
        window=WINDOW,
        language="en",
        unwanted_titles=["The harbour is closed tomorrow"],
    )
    drop = Override(key="gazette.example/forum/4", kind=OverrideKind.DROP, value=None, by="ada", at=SLOT)
    other = Override(key="gazette.example/forum/5", kind=OverrideKind.BOOST, value="1", by="ada", at=SLOT)
    issue = compose([], threads, brief.edited_by([drop, other]), Translator("en", ZONE))
    assert {row.title for row in issue.most_discussed} == {titled[2], "Thread 5", "Thread 6", "Thread 7"}


def test_compose_article_that_an_editor_added_needs_no_language_or_section() -> None:
    """One that was sent before is still left out."""
    added = [replace(ranked("Корабли вернулись", number=number), added=True) for number in (1, 2)]
    issue = composed_issue(added, used=["gazette.example/2"], sections=["Port"])
    assert [one.article.key for one in issue.articles] == ["gazette.example/1"]
    assert issue.notes == ("1 already sent in an earlier issue",)
    left_out = composed_issue([replace(one, added=False) for one in added], sections=["Port"])
    assert left_out.notes == ("2 in another language than en",)


def test_compose_edition_sections_are_the_only_ones_in_order() -> None:
    """Case does not matter; the heading is spelled as in the edition."""
    names = ["city", "PORT", "Sport", "Port", None, "City"]
    stories = [ranked(f"Story number {place}", number=place, section=name) for place, name in enumerate(names, 1)]
    issue = composed_issue(stories, sections=["Port", "City"])
    assert issue.lead is not None
    assert issue.lead.article.section == "city"
    assert [(section.name, titles(section.articles)) for section in issue.sections] == [
        ("Port", ["Story number 2", "Story number 4"]),
        ("City", ["Story number 6"]),
    ]
    assert issue.notes == ("2 outside the edition's sections",)


def test_compose_article_above_a_higher_score_names_its_section() -> None:
    """Not the lead, not where the order is that of the scores, and not a pinned article."""
    names = ["A", "A", "B", "A", None]
    stories = [ranked(f"Story number {place}", number=place, section=name) for place, name in enumerate(names, 1)]
    issue = composed_issue(stories)
    assert [one.article.title[-1] for one in issue.articles] == ["1", "2", "4", "3", "5"]
    explained = {one.article.title[-1]: [why.message for why in one.reasons] for one in issue.articles}
    assert explained.pop("4") == ["placed here because of its section (A), above a higher score"]
    assert not any(explained.values())
    pinned = [replace(one, pinned=place == 3) for place, one in enumerate(stories)]
    assert not any(one.reasons for one in composed_issue(pinned).articles)
    equal = [replace(one, score=5.0) for one in stories]
    assert not any(one.reasons for one in composed_issue(equal).articles)


def test_compose_without_edition_sections_orders_by_best_article() -> None:
    """Articles without a section come last; a single section has no heading."""
    names = ["A", None, "B", "a", "B"]
    stories = [ranked(f"Story number {place}", number=place, section=name) for place, name in enumerate(names, 1)]
    issue = composed_issue(stories)
    assert [(section.name, len(section.articles)) for section in issue.sections] == [("B", 2), ("a", 1), (None, 1)]
    (only,) = composed_issue([one for one in stories if one.article.section == "B"] + stories[:1]).sections[-1:]
    assert only.articles
    assert [section.name for section in composed_issue(numbered(3, section="Port")).sections] == [None]


@given(
    st.lists(st.sampled_from(["Port", "port", "City", "Sport", "", None]), max_size=8), st.integers(1, 6), st.booleans()
)
def test_compose_every_article_has_one_place(names: list[str | None], top: int, limited: bool) -> None:
    """In the issue, beside it, or left out and counted; none is lost or repeated."""
    stories = [ranked(f"Story number {place}", number=place, section=name) for place, name in enumerate(names, 1)]
    issue = composed_issue(stories, top=top, sections=["City", "Port"] if limited else [])
    shown, beside = [one.article.key for one in issue.articles], [one.article.key for one in issue.others]
    excluded = sum(int(note.split()[0]) for note in issue.notes)
    assert len(set(shown + beside)) == len(shown) + len(beside) == len(names) - excluded
    assert len(shown) == min(top, len(names) - excluded)
    assert all(section.articles for section in issue.sections)
    assert sum(1 for section in issue.sections if section.name is None) <= 1


def test_most_discussed_are_threads_by_comments() -> None:
    """The more recently active first on a tie; threads without comments are left out; any language."""
    threads = [
        discussed(1, 5, active=SLOT - hours(2)),
        discussed(2, 90),
        discussed(3, 5, active=SLOT - hours(1)),
        discussed(4, 0),
        discussed(5, None),
        discussed(6, 4),
    ]
    issue = composed_issue(numbered(2, comments=1000), threads, most_discussed=3)
    assert [(row.title, row.comments) for row in issue.most_discussed] == [
        ("Thread 2", 90),
        ("Thread 3", 5),
        ("Thread 1", 5),
    ]
    assert issue.most_discussed[1].active_at == SLOT - hours(1)
    assert issue.most_discussed[0].active_at == SLOT
    assert composed_issue(numbered(2), threads, most_discussed=0).most_discussed == ()
    assert composed_issue(numbered(2, comments=9), [discussed(1, 0)]).most_discussed == ()
    quiet = [discussed(number, 1, active=SLOT) for number in (3, 1, 2)]
    assert [row.title for row in composed_issue([], quiet).most_discussed] == ["Thread 1", "Thread 2", "Thread 3"]


def test_most_discussed_keeps_to_the_language_of_the_edition() -> None:
    """On a portal with several languages; a title without letters stays, and so does everything with `any`."""
    titles = ("Where to park?", "Где теперь стоянка?", "2026: 7!", "112")
    threads = [discussed(number, 9 - number, title=title) for number, title in enumerate(titles)]
    english, russian, *unknown = titles

    def shown(language: str, languages: Sequence[str], articles: str = "own") -> list[str]:
        issue = composed_issue(numbered(2), threads, language=language, languages=languages, articles=articles)
        return [row.title for row in issue.most_discussed]

    assert shown("en", ["en", "ru"]) == [english, *unknown]
    assert shown("ru", ["en", "ru"]) == [russian, *unknown]
    assert shown("ru", ["ru"]) == [english, russian, *unknown]
    assert shown("ru", ["en", "ru"], "any") == [english, russian, *unknown]


def test_most_discussed_without_threads_are_other_articles() -> None:
    """With comments and not in the issue; none of those left out."""
    quiet = ranked("Quiet story", number=1, comments=80)
    loud = [ranked(f"Loud story {number}", number=number, comments=70 - number) for number in (2, 3, 4)]
    stories = [quiet, *loud, ranked("Silent story", number=5), ranked("Громкая новость", number=6, comments=900)]
    issue = composed_issue(stories, top=1)
    assert [(row.title, row.comments) for row in issue.most_discussed] == [
        ("Loud story 2", 68),
        ("Loud story 3", 67),
        ("Loud story 4", 66),
    ]
    assert issue.most_discussed[0].active_at == loud[0].article.published_at
    assert not issue.threads


def test_most_discussed_thread_about_an_article_of_the_issue_belongs_to_it() -> None:
    """By its address or its title, the one with most comments; about an article below a story there is none."""
    long_title = "Night ferries return to the inner harbour"
    other = ranked("Ferries come back at last, and at night", number=2)
    lead = replace(ranked(long_title, number=1), also=(other,))
    threads = [
        discussed(1, 5, title=f"Comment on “{long_title}”"),
        discussed(2, 7, title=f"Комментарий к «{long_title.upper()}»"),
        discussed(3, 9, title=other.article.title),
        discussed(4, 4, title=f"{long_title}: who pays for it, who sails, and where to complain about the noise"),
        discussed(5, 3, title="Night ferries"),
        discussed(6, 2, title="Tram"),
    ]
    anchor = Thread(url="https://www.gazette.example/1#comments", title="1 comment", comments=1, active_at=SLOT)
    rest = discussion_of([*map(thread_of, threads), anchor], [lead], 5)
    assert [row.comments for row in rest.rows] == [4, 3, 2]
    assert rest.by_article[lead.article.key].comments == 7
    assert not discussion_of(map(thread_of, threads), [lead], 0).by_article


def test_most_discussed_thread_about_a_retitled_article_belongs_to_it() -> None:
    """The thread has the title that the source gave the article, or the editor's."""
    listed, own = ranked("Night ferries return to the inner harbour"), ranked("Ferries sail all night from Friday on")
    lead = replace(own, listed=listed.article)
    for title in (listed.article.title, own.article.title):
        thread = thread_of(discussed(1, 5, title=f"Comment on “{title}”"))
        assert discussion_of([thread], [lead], 5).by_article == {lead.article.key: thread}


@pytest.mark.parametrize(
    ("length", "beside", "is_about"), [(20, 2, True), (19, 2, False), (20, 40, True), (20, 41, False)]
)
def test_most_discussed_title_within_another_is_recognised_by_its_length(
    length: int, beside: int, is_about: bool
) -> None:
    """20 characters of a title with the spaces around it, and at most 40 beside them: less may be chance."""
    title = "x" * (length - 2)
    thread = thread_of(discussed(1, 5, title=f"{title} {'y' * (beside - 1)}"))
    assert bool(discussion_of([thread], [ranked(title)], 5).by_article) is is_about


def test_most_discussed_fewer_than_three_rows_are_none() -> None:
    """Unless the edition allows no more."""
    threads = [thread_of(discussed(number, number)) for number in (1, 2, 3)]
    assert len(discussion_of(threads, [], 5).rows) == 3
    assert discussion_of(threads[:2], [], 5).rows == ()
    assert len(discussion_of(threads, [], 2).rows) == 2
    assert discussion_of([], [], 5).rows == ()


def test_subject_is_the_title_of_the_lead_cut_after_a_word() -> None:
    """Alone, however many others there are; 70 characters at most."""
    assert composed_issue([ranked("Harbour", number=99), *numbered(9)], top=50).subject == "Harbour"
    subject = composed_issue([ranked("Wind " * 80), *numbered(3)]).subject
    assert subject == f"{'Wind ' * 12}Wind…"
    assert len(composed_issue([ranked("W" * 300)]).subject) == DEFAULT_SUBJECT_LIMIT == 70


def test_subject_is_not_cut_after_a_preposition() -> None:
    """Where one word is left, too."""
    long = "W" * 60
    assert composed_issue([ranked(f"{long} of {long}")]).subject == f"{long}…"


def test_subject_and_preheader_of_an_editor_are_used_before_a_template() -> None:
    """In an issue of some topics too."""
    texts = IssueTexts(subject="The tram is back", preheader="After nine years")
    issue = replace(composed_issue(numbered(3)), texts=texts)
    edition = EditionSettings(name="daily", subject="{{ lead.title }}!")
    translator = Translator("en", ZONE)
    arranged = arrange(issue, issue.articles[1:], edition, translator)
    assert (arranged.subject, arranged.preheader) == ("The tram is back", "After nine years")
    only_subject = arrange(replace(issue, texts=replace(texts, preheader="")), issue.articles, edition, translator)
    assert only_subject.preheader.startswith("Plus: Story number 2")


def test_subject_of_a_template_has_150_characters_at_most() -> None:
    """It may be longer than the default one."""
    subject = composed_issue([ranked("Wind " * 40)], subject="{{ lead.title }}").subject
    assert 140 < len(subject) <= SUBJECT_LIMIT == 150


def test_subject_template_is_rendered() -> None:
    """With the lead and the number of the rest; a title is data and not a template; a subject is not HTML."""
    assert composed_issue(numbered(3), subject="{{ rest + 1 }}: {{ lead.title|upper }}").subject == "3: STORY NUMBER 1"
    hostile = [ranked("{{ 7*7 }} <b>R&D</b> {% include '/etc/passwd' %}")]
    assert composed_issue(hostile, subject="{{ lead.title }}!").subject == f"{hostile[0].article.title}!"
    assert composed_issue(hostile).subject == hostile[0].article.title
    assert composed_issue(numbered(1), subject="{{ 'a\\nb' }}\u202e").subject == "a b"
    assert composed_issue(numbered(2), subject="{% if rest > 9 %}A long read{% endif %}").subject == "Story number 1"


@pytest.mark.parametrize(
    "subject",
    [
        "{{ lead.titel }}",
        "{{ leed.title }}",
        "{{ lead.title",
        "{% for %}",
        "{{ rest / 0 }}",
        "{{ rest + 'x' }}",
        "{{ lead.title.encode('klingon') }}",
        "{{ lead.__class__.__mro__ }}",
        "{% include 'x' %}",
        "{{ lead.title|frobnicate }}",
        "{{ {}.popitem() }}",
    ],
)
def test_subject_invalid_template_names_its_key(subject: str) -> None:
    """A misspelt name, bad syntax, a failing expression, an escape from the sandbox: one sentence with the key."""
    with pytest.raises(ConfigurationError) as caught:
        composed_issue(numbered(2), subject=subject)
    message = str(caught.value)
    assert message.startswith("editions.daily.subject: ")
    assert message.endswith("use lead.title and rest")
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize(
    ("subject", "problem"),
    [
        ("{{ lead.titel }}", "lead has no titel; did you mean title?; it has url, title, "),
        ("{% if rest > 99 %}{{ lead.autor }}{% endif %}", "lead has no autor; did you mean author?"),
        ("{{ title }}", "there is no title; did you mean lead.title?"),
        ("{{ leed.title }}", "there is no leed; did you mean lead?"),
        ("{{ nobody }}", "there is no nobody; use lead.title and rest"),
        ("{{ lead.title ", "expected 'end of print statement'; use lead.title and rest"),
    ],
)
def test_subject_unknown_name_suggests_one_that_exists(subject: str, problem: str) -> None:
    """Also in a branch that is not taken."""
    with pytest.raises(ConfigurationError) as caught:
        composed_issue(numbered(2), subject=subject)
    assert problem in str(caught.value)


def test_preheader_continues_the_subject() -> None:
    """The titles after the lead; if they are few, also the summary of the lead; never the subject again."""
    summary = "The first boat left at 23:40. " * 9
    assert composed_issue(numbered(5)).preheader == "Plus: Story number 2 · Story number 3 · Story number 4"
    two = [ranked("Lead", summary), ranked("Next", number=2)]
    assert composed_issue(two).preheader.startswith("Plus: Next · The first boat")
    russian = [ranked("Гавань"), ranked("Паромы", number=2)]
    assert composed_issue(russian, language="ru").preheader == "А также: Паромы"
    assert composed_issue([ranked("Lead", summary)]).preheader.startswith("The first boat")
    long = composed_issue([ranked("Lead", "Wind " * 80)]).preheader
    assert long == f"{'Wind ' * 24}Wind…"
    assert len(long) <= PREHEADER_LIMIT == 130
    assert composed_issue([ranked("Lead", "Lead")]).preheader == ""
    assert composed_issue([ranked("Lead")]).preheader == ""


@pytest.mark.parametrize(("length", "is_short"), [(42, True), (43, False)])
def test_preheader_takes_the_summary_up_to_a_third_of_its_length(length: int, is_short: bool) -> None:
    """From 43 of 130 characters on the other titles say enough."""
    other = "x" * (length - len("Plus: "))
    preheader = composed_issue([ranked("Lead", "The first boat left."), ranked(other, number=2)]).preheader
    assert preheader == f"Plus: {other}{' · The first boat left.' if is_short else ''}"


def test_with_summaries_replaces_those_of_some_articles_and_what_quotes_them() -> None:
    """The lead's and others', by their keys; an editor's subject and preheader stay."""
    edition = EditionSettings(name="daily", subject="{{ lead.summary }}")
    issue = composed_issue([ranked("Lead", "Old"), *numbered(4)[1:]], subject=edition.subject)
    summaries = {"gazette.example/1": "New", "gazette.example/3": "Third", "gazette.example/9": "Nobody's"}
    shown = with_summaries(issue, summaries, edition, Translator("en", ZONE))
    assert [one.article.summary for one in shown.articles] == ["New", None, "Third", None]
    assert shown.lead is shown.articles[0]
    assert (issue.subject, shown.subject) == ("Old", "New")
    texts = IssueTexts(subject="The tram is back", preheader="After nine years")
    written = with_summaries(replace(issue, texts=texts), summaries, edition, Translator("en", ZONE))
    assert (written.subject, written.preheader) == ("The tram is back", "After nine years")
    assert with_summaries(composed_issue([]), summaries, edition, Translator("en", ZONE)).lead is None


def test_with_summaries_preheader_begins_with_that_of_the_lead() -> None:
    """Where an issue has one article."""
    issue = composed_issue([ranked("Lead", "Old")])
    shown = with_summaries(issue, {"gazette.example/1": "New"}, EditionSettings(name="daily"), Translator("en", ZONE))
    assert (issue.preheader, shown.preheader) == ("Old", "New")


def test_compose_pinned_article_leads() -> None:
    """The ranking puts it first, and its order is kept."""
    pinned = replace(ranked("Pinned story", number=9), pinned=True)
    issue = composed_issue([pinned, *numbered(3)], top=2)
    assert titles(issue.articles) == ["Pinned story", "Story number 1"]
