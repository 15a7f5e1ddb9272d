"""An issue without retracted articles: what goes with an article, and what stays."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import lxml.html
import pytest

from digest.i18n import Translator
from digest.model.issues import Issue, IssueTexts, Rendered
from digest.rendering.issue_page import make_page
from digest.rendering.render import Renderer
from digest.rendering.retraction import link_key, without_articles
from tests.support import issues

ZONE = ZoneInfo("Europe/Moscow")
TEMPLATES = Path(__file__).parents[2] / "templates"
KEYS = {f"g.example/{number}" for number in range(1, 6)}


def _story(number: int, also: str = "") -> str:
    return (
        f'<tr><td><a href="https://g.example/{number}"><img src="https://i.example/{number}.jpg" alt="Title {number}">'
        f'</a><h3><a href="https://g.example/{number}">Title {number}</a></h3><p>Summary {number}</p>{also}</td></tr>'
    )


def _issue(rows: str, subject: str = "Title 1 and 2 more") -> Rendered:
    html = (
        f'<html lang="en"><head><title>{subject}</title></head><body aria-label="{subject}">'
        '<div style="display:none">Title 2 · Title 3</div>'
        f'<h1><a href="https://g.example">Gazette</a></h1><p>In this issue: City 2</p><table>{rows}</table>'
        '<p><a href="https://n.example/leave/x">Unsubscribe</a></p></body></html>'
    )
    return Rendered(subject=subject, preheader="Title 2 · Title 3", html=html, text="")


def _without(content: Rendered, *numbers: int) -> Rendered:
    left = without_articles(content, KEYS, {f"g.example/{number}" for number in numbers}, ZONE)
    assert left is not None
    return left


def test_story_goes_whole_with_the_heading_that_it_leaves_empty() -> None:
    """Picture, title, summary, links to the same story; another section's heading stays."""
    also = '<p>Also: <a href="https://other.example/x">Elsewhere</a></p>'
    rows = f"<tr><td><h2>City</h2></td></tr>{_story(1, also)}<tr><td><h2>Sport</h2></td></tr>{_story(2)}{_story(3)}"
    left = _without(_issue(rows), 1)
    for gone in ("g.example/1", "Title 1", "Summary 1", "Elsewhere", "City"):
        assert gone not in left.html
    for stays in ("Sport", "Title 2", "Summary 3", "Gazette", "/leave/x"):
        assert stays in left.html
    assert (left.subject, left.preheader) == ("Title 2", "Plus: Title 3")
    page = lxml.html.document_fromstring(left.html)
    assert page.findtext("head/title") == page.body.get("aria-label") == left.subject


def test_story_without_a_picture_goes_whole() -> None:
    """With its summary and the links to other articles about the same event."""
    also = '<p>Also: <a href="https://other.example/x">Elsewhere</a></p>'
    bare = f'<tr><td><h3><a href="https://g.example/1">Title 1</a></h3><p>Summary 1</p>{also}</td></tr>'
    left = _without(_issue(f"{bare}{_story(2)}{_story(3)}"), 1)
    assert not any(gone in left.html for gone in ("g.example/1", "Title 1", "Summary 1", "Elsewhere"))
    assert all(stays in left.html for stays in ("Title 2", "Summary 2", "Title 3", "Gazette"))


@pytest.mark.parametrize("tag", ["article", "blockquote", "div", "section"])
def test_story_is_whatever_element_surrounds_its_heading(tag: str) -> None:
    """An operator's theme may use any."""
    stories = (_story(number).removeprefix("<tr><td>").removesuffix("</td></tr>") for number in (1, 2))
    content = _issue("")
    html = content.html.replace("<table></table>", "".join(f"<{tag}>{story}</{tag}>" for story in stories))
    left = _without(replace(content, html=html), 1)
    assert ("Summary 1" in left.html, "Summary 2" in left.html) == (False, True)


def test_masthead_beside_a_text_that_names_the_article_stays() -> None:
    """Of an element with a heading only the text goes."""
    content = _issue(_story(1) + _story(2))
    intro = "<div><h1>Morning</h1><p>Today: title 2.</p></div>"
    left = _without(replace(content, html=content.html.replace("<table>", f"{intro}<table>")), 2)
    assert ("Morning" in left.html, "Today" in left.html) == (True, False)


def test_link_below_another_story_goes_alone() -> None:
    """The story above it stays."""
    also = '<p>Also: <a href="https://g.example/4">Title 4</a></p>'
    left = _without(_issue(_story(1, also) + _story(2)), 4)
    assert "Title 4" not in left.html
    assert "Summary 1" in left.html
    assert left.subject == "Title 1 and 2 more"  # an editor's own: this issue has two stories


def test_subject_that_repeats_a_title_is_made_anew() -> None:
    """Also where the article was not the first one."""
    left = _without(_issue(_story(1) + _story(2), subject="Today: TITLE 2"), 2)
    assert left.subject == "Title 1"
    assert left.preheader == ""


def test_subject_that_counts_the_other_stories_is_made_anew() -> None:
    """Its number would be wrong; another one that begins with the title stays."""
    assert _without(_issue(_story(1) + _story(2) + _story(3)), 3).subject == "Title 1"
    assert _without(_issue(_story(1) + _story(2) + _story(3), "Title 1: live"), 3).subject == "Title 1: live"


def test_intro_that_names_the_article_or_counts_the_stories_goes() -> None:
    """Paragraphs of the intro go alone; a summary that has the words of a title stays."""
    content = _issue(_story(1, "<p>Like Title 2</p>") + _story(2))
    intro = "<div><p>2 stories, 1 minute</p></div><div><p>Today: title 2.</p><p>Good morning</p></div>"
    left = _without(replace(content, html=content.html.replace("<table>", f"{intro}<table>")), 2)
    for gone in ("2 stories", "Today"):
        assert gone not in left.html
    assert "Like Title 2" in left.html


@pytest.mark.parametrize("theme", ["quay", "letter", "lines"])
@pytest.mark.parametrize("made", [issues.english, issues.russian])
def test_number_of_stories_goes_and_the_date_stays(theme: str, made: Callable[[], Issue]) -> None:
    """It was that of the whole issue."""
    issue = made()
    content = Renderer(issues.PORTAL, [TEMPLATES]).render(issue, issues.LINKS, theme=theme)
    keys = {one.article.key for one in issue.articles}
    page = make_page(issue, Translator(issue.language, ZONE))
    left = without_articles(content, keys, {"gazette.example/2"}, ZONE)
    assert left is not None
    assert " ".join(page.facts_line.split()) in " ".join(content.text.split())
    assert " ".join(page.facts_line.split()) not in left.text
    date = " ".join(page.date.split())
    assert date in left.text
    assert not left.text.partition(date)[2].startswith(" ·")


def test_intro_with_a_link_to_the_article_goes_alone() -> None:
    """In the default theme; the stories, the closing and the footer stay."""
    texts = IssueTexts(intro="Read [this](https://gazette.example/2) first.", closing="See you tomorrow.")
    issue = replace(issues.english(), texts=texts)
    content = Renderer(issues.PORTAL, [TEMPLATES]).render(issue, issues.LINKS, theme="default")
    keys = {one.article.key for one in issue.articles}
    left = without_articles(content, keys, {"gazette.example/2"}, ZONE)
    assert left is not None
    assert "Read this first" not in left.text
    for stays in ("Harbour Gazette", issue.articles[0].article.title, "See you tomorrow", "Unsubscribe"):
        assert stays in left.text


def test_row_of_most_discussed_goes_alone() -> None:
    """The other rows and the stories stay; without a row its heading goes."""
    rows = _story(1) + "<tr><td><h2>Most discussed</h2></td></tr>"
    rows += '<tr><td>40</td><td><a href="https://forum.example/7">Thread</a></td></tr>'
    left = without_articles(_issue(rows), KEYS, {"forum.example/7"}, ZONE)
    assert left is not None
    assert "Thread" not in left.html
    assert "Most discussed" not in left.html
    assert "Summary 1" in left.html


def test_issue_without_the_article_is_returned_as_it_is() -> None:
    """Byte for byte; and None where no story is left."""
    content = _issue(_story(1))
    assert without_articles(content, KEYS, {"g.example/9"}, ZONE) is content
    assert without_articles(content, KEYS, {"g.example/1"}, ZONE) is None


@pytest.mark.parametrize("theme", ["quay", "letter", "lines"])
@pytest.mark.parametrize("issue", ["english", "russian", "difficult"])
def test_each_story_of_a_theme_goes_alone(theme: str, issue: str) -> None:
    """Title, picture and summary of the retracted one are gone; every other link and heading stays."""
    html = (Path(__file__).parent / "golden" / f"{theme}_{issue}.html").read_text(encoding="utf-8")
    page = lxml.html.document_fromstring(html)
    stories = page.xpath("//h2//a | //h3//a")
    keys = {link_key(link) or "" for link in stories}
    content = Rendered(subject=page.findtext("head/title") or "", preheader="", html=html, text="")
    for story in stories:
        left = without_articles(content, keys, {link_key(story) or ""}, ZONE)
        assert left is not None
        body = lxml.html.document_fromstring(left.html).body
        assert story.text_content() not in body.text_content()
        assert link_key(story) not in {link_key(link) for link in body.iter("a")}
        assert {link_key(link) for link in body.xpath("//h2//a | //h3//a")} == keys - {link_key(story)}
