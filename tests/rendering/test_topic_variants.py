"""The content of an issue for readers who chose topics: narrowed, rendered once for each set, never a failure."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from digest.composing.topics import narrow, topics_in
from digest.errors import RenderError
from digest.i18n import Translator
from digest.model.articles import RankedArticle
from digest.model.issues import DEFAULT, Content, Issue, Rendered, TopicContent
from digest.rendering.topic_variants import TopicVariants
from digest.settings.schema import EditionSettings
from tests.support import issues

_EDITION = EditionSettings(name="daily")
_ISSUE = issues.english()
_TRANSLATOR = Translator("en", issues.PORTAL.zone)


def _narrow(kept: Sequence[RankedArticle], issue: Issue = _ISSUE) -> Issue:
    return narrow(issue, kept, _EDITION, _TRANSLATOR)


class _Renders:
    """Renders nothing, and remembers what."""

    def __init__(self) -> None:
        self.issues: list[Issue] = []

    def __call__(self, issue: Issue) -> Rendered:
        self.issues.append(issue)
        return Rendered(subject=issue.subject, preheader=issue.preheader, html=issue.subject, text="")


_WHOLE = Content.of(_ISSUE, Rendered(subject="all", preheader="", html="all", text=""))


def _variants(render: _Renders, most: int = 1_000, issue: Issue = _ISSUE) -> TopicVariants:
    return TopicVariants(issue.articles, _WHOLE, _narrow, render, most)


def test_topics_in_issue_ignore_case_and_keep_the_reading_order() -> None:
    """Other sections and unknown ones are left out."""
    assert topics_in(_ISSUE.articles) == ("Port", "City", "Industry", "Science")
    assert topics_in(_ISSUE.articles, ["science", "CITY", "Opera"]) == ("City", "Science")


def test_narrow_without_the_lead_makes_the_best_article_the_lead() -> None:
    """Subject, preheader and sections are those of the articles that are left, and one section needs no heading."""
    city = [one for one in _ISSUE.articles if one.article.section == "City"]
    narrowed = _narrow(city)
    assert narrowed.articles == tuple(city)
    assert narrowed.subject == city[0].article.title
    assert [section.name for section in narrowed.sections] == [None]
    assert _narrow([*_ISSUE.articles]).lead == _ISSUE.lead


def test_narrow_leaves_out_the_threads_of_the_other_articles() -> None:
    """A thread of a discussion list, which has no section, stays; fewer than three are none."""
    lead, second = _ISSUE.articles[:2]
    about = [issues.thread("About", 9, 5, number) for number in (1, 2, 3, 4)]
    urls = (lead.article.url, second.article.url, about[2].url, about[3].url)
    threads = tuple(replace(one, url=url) for one, url in zip(about, urls, strict=True))
    narrowed = _narrow([lead], replace(_ISSUE, most_discussed=threads))
    assert narrowed.most_discussed == (threads[0], *threads[2:])
    assert _narrow([lead], replace(_ISSUE, most_discussed=threads[:3])).most_discussed == ()


def test_topic_variants_sets_that_mean_the_same_are_rendered_once() -> None:
    """Whatever their order, case and unknown names; all topics are the whole issue, none of them is no message."""
    render = _Renders()
    variants = _variants(render)
    first = variants(["City", "Science"])
    assert variants(["science", "Opera", "city"]) == first
    assert len(render.issues) == 1
    assert first.content is not None
    assert first.content.key == '["City", "Science"]'
    kept = [one.article.key for one in _ISSUE.articles if one.article.section in {"City", "Science"}]
    assert list(first.content.article_keys) == kept
    assert variants(["port", "CITY", "industry", "science", "Opera"]) == TopicContent(_WHOLE)
    assert variants(["Opera"]) == TopicContent(None)


def test_topic_variants_of_an_issue_without_sections_are_the_whole_issue() -> None:
    """A feed that names no sections must not silence readers who chose some."""
    plain = [replace(one, article=replace(one.article, section=None)) for one in _ISSUE.articles]
    render = _Renders()
    assert _variants(render, issue=_narrow(plain))(["City"]) == TopicContent(_WHOLE)
    assert render.issues == []


def test_topic_variants_beyond_the_limit_are_the_whole_issue_and_say_so() -> None:
    """Those that were rendered stay."""
    render = _Renders()
    variants = _variants(render, most=1)
    first = variants(["City"])
    assert variants(["Science"]) == TopicContent(_WHOLE, over_limit=True)
    assert variants(["City"]) == first


def test_topic_variants_that_cannot_be_rendered_are_the_whole_issue(caplog: pytest.LogCaptureFixture) -> None:
    """One set of topics never stops an issue; the log says why, and who gets more."""
    assert TopicVariants(_ISSUE.articles, _WHOLE, _narrow, _fail)(["City"]) == TopicContent(_WHOLE)
    assert caplog.messages == [
        "a variant was not rendered: a broken theme",
        "readers who chose City get all topics",
    ]


def test_topic_variants_that_were_rendered_log_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody needs to do anything."""
    assert _variants(_Renders())(["City"]).content != _WHOLE
    assert caplog.messages == []


def test_topic_variants_keys_are_readable() -> None:
    """They are stored: the topics, and what its readers had."""
    lead, second = (
        replace(one, article=replace(one.article, section=section, key=key))
        for one, section, key in zip(_ISSUE.articles, ("Порт", "Город"), ("a.example/1", "a.example/é"), strict=False)
    )
    variants = TopicVariants([lead, second], _WHOLE, _narrow, _Renders())
    chosen = variants(["порт"]).content
    assert chosen is not None
    assert chosen.key == '["Порт"]'
    left = variants.without('["Порт"]', frozenset({"b.example/2", "a.example/é"})).content
    assert left is not None
    assert left.key == r'["[\"Порт\"]", "a.example/é", "b.example/2"]'


def _fail(_issue: Issue) -> Rendered:
    raise RenderError("a broken theme")


def test_without_articles_that_readers_had_renders_the_others() -> None:
    """Of the whole issue or of topics; the next article of a story takes the place of the first."""
    lead, first, second = (replace(one, also=()) for one in _ISSUE.articles[:3])
    lead = replace(lead, also=(first, second))
    variants = TopicVariants([lead, second], _WHOLE, _narrow, _Renders())
    found = variants.without(DEFAULT, frozenset({second.article.key})).content
    assert found is not None
    assert list(found.article_keys) == [lead.article.key, first.article.key]
    port = variants.without('["Port"]', frozenset({lead.article.key})).content
    assert port is not None
    assert list(port.article_keys) == [first.article.key, second.article.key]
    city = variants.without('["City"]', frozenset({lead.article.key})).content
    assert city is not None
    assert list(city.article_keys) == [second.article.key]
    assert variants.without('["City"]', frozenset({second.article.key})) == TopicContent(None)


def test_without_articles_beyond_the_limit_or_not_rendered_says_so() -> None:
    """Their readers keep the variant that they have."""
    keys = [one.article.key for one in _ISSUE.articles]
    render = _Renders()
    variants = TopicVariants(_ISSUE.articles, _WHOLE, _narrow, render, most_reduced=1)
    assert variants.without(DEFAULT, frozenset(keys[:1])).content is not None
    assert variants.without(DEFAULT, frozenset(keys[:2])).over_limit
    assert variants.without(DEFAULT, frozenset(keys[:1])).content is not None
    assert len(render.issues) == 1
    assert TopicVariants(_ISSUE.articles, _WHOLE, _narrow, _fail).without(DEFAULT, frozenset(keys[:1])).over_limit
