"""The page Next issue: what it shows, changes, conflicts, decisions, and who may make them."""

import html
import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import lxml.html
import pytest

from digest.model.issues import IssueState, Slot
from digest.model.overrides import Override, OverrideKind
from digest.model.users import AuditFilter, UserRole
from digest.parsing.urls import url_origin
from digest.pipeline import IssueRun
from digest.store.upkeep.beats import RUN
from digest.web.admin import editing, next_issue
from tests.sources.test_thumbnails import make_picture
from tests.support.console import BEFORE, LARGEST, SignedIn, followed, notice_of, served_before_the_hour, signed_in
from tests.support.installation import DAY, SLOT, Installation, day, item, rss
from tests.support.prepared import Copy
from tests.support.web import BASE, Answer, Web, served
from tests.web.conftest import configured


@pytest.fixture
def site(tmp_path: Path, copied: Copy) -> Installation:
    """An installation that has collected fifteen articles and sent nothing."""
    return copied(_collect, tmp_path)


def _collect(site: Installation) -> None:
    configured(site.folder, 25, editions=['name = "daily"\ntop = 5'])
    site.write("feed.xml", day(15))
    site.subscribe("anna@readers.example", "boris@readers.example")
    site.run("collect", now=BEFORE).fine()


@pytest.fixture
def web(site: Installation) -> Iterator[Web]:
    """Its pages, 43 minutes before the hour, while `digest run` is running."""
    with served_before_the_hour(site) as web:
        web.app.beats.record(RUN, ["daily"], BEFORE)
        yield web


def titles(answer: Answer) -> list[str]:
    """The titles of the articles, in their order."""
    return re.findall(r'<h3 id="t\d+"><a href="[^"]*" rel="noreferrer">([^<]*)</a>', answer.text)


def fields(answer: Answer, place: int) -> dict[str, str]:
    """The hidden fields of the forms of an article."""
    row = answer.text.partition(f'id="row-{place}"')[2].partition('<li id="row-')[0]
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', row))
    return {name: value for name, value in found.items() if name != "csrf_token"}


def words(answer: Answer, place: int, title: str) -> dict[str, str]:
    """The form of an article's words, with another title."""
    hidden = {name: html.unescape(value) for name, value in fields(answer, place).items()}
    return hidden | {
        "title": title,
        "summary": hidden["was_summary"],
        "section": hidden["was_section"],
        "place": hidden["was_place"],
    }


def approval(browser: SignedIn, **more: str) -> dict[str, str]:
    """The form that approves the issue, as the page has it now."""
    form = browser.get("/next").text.partition('value="release"')[2]
    seen = re.search(r'name="seen" value="([^"]+)"', form)
    return {"edition": "daily", "slot": "2025-06-02", "decision": "release", "seen": seen[1] if seen else "", **more}


def test_next_page_shows_the_issue_as_it_would_be_sent(web: Web, anna: SignedIn) -> None:
    """The outcome, the chosen and the next ten articles, reasons and the preview, without asking a source."""
    (web.site.folder / "feed.xml").unlink()
    page = anna.get("/next")
    assert page.status == 200
    assert "Goes out at 07:00, in 43 minutes, to 2 readers, unless somebody holds it." in page.text
    assert len(titles(page)) == 15
    assert "expected in the end" in page.text
    assert len(page.body) <= LARGEST
    preview = anna.get("/next/preview?edition=daily&view=dark")
    assert titles(page)[0] in preview.text
    policy = preview.headers["content-security-policy"]
    assert policy.endswith("; sandbox")
    assert f"img-src 'self' {url_origin(BASE)} https: data:;" in policy  # Safari takes nothing in a sandbox for 'self'
    assert titles(page)[0] in anna.get("/next/preview?view=text").text
    assert anna.get("/next?edition=weekly").status == 404


def test_next_page_lets_no_browser_fill_in_its_texts(anna: SignedIn) -> None:
    """Firefox does so by their places when it restores a tab; the form's attribute holds there for its inputs alone."""
    page = lxml.html.document_fromstring(anna.get("/next").text)
    written = page.xpath("//main//form[.//textarea or .//select or .//input[not(@type='hidden')]]")
    assert len(written) == 5 + 2
    assert {form.get("autocomplete") for form in written} == {"off"}
    assert {field.get("autocomplete") for field in page.xpath("//main//textarea | //main//select")} == {"off"}


def test_next_page_article_without_counters_has_its_section_alone(tmp_path: Path) -> None:
    """No mark that separates it from nothing, and no empty line where it has no section either."""
    site = configured(tmp_path, 25, editions=['name = "daily"\ntop = 5'])
    feed = rss(item(1, more="<category>Port</category>"), item(2))
    site.write("feed.xml", re.sub("<slash:comments>.*?</slash:comments>", "", feed))
    site.run("collect", now=BEFORE).fine()
    with served_before_the_hour(site) as web:
        _, *rows = signed_in(web).get("/next").text.split('<li id="row-')
    facts = [re.findall(r'<p class="quiet">([^<]*)</p>', row.partition("<details>")[0]) for row in rows]
    assert sorted(facts) == [[], ["Port"]]


def test_next_page_counter_stays_on_the_line_of_its_number(anna: SignedIn) -> None:
    """No line ends between a number and what it counts, and none begins with the dot between two."""
    rows = anna.get("/next").text.partition("Below the line")[0].split('<li id="row-')[1:]
    facts = [re.findall(r'<p class="quiet">([^<]*)</p>', row.partition("<details>")[0]) for row in rows]
    assert facts
    assert all(re.fullmatch(r"\w+\u00a0· \d+\u00a0comments?|\d+\u00a0comments?", one) for (one,) in facts)


@pytest.mark.parametrize("view", ["light", "forced-dark"])
def test_preview_shows_a_new_logo(site: Installation, view: str) -> None:
    """The pages do not serve its file before the issue is frozen."""
    content = make_picture((360, 80))
    site.write("logo.jpg", content)
    configuration = site.folder / "config" / "digest.toml"
    logo = 'logo = { light = "logo.jpg", width = 180, height = 40 }'
    configuration.write_text(configuration.read_text().replace("[portal]", f"[portal]\n{logo}"))
    with served(site) as web:
        web.clock.moment = BEFORE
        preview = signed_in(web, UserRole.EDITOR).get(f"/next/preview?view={view}")
    assert b64encode(content).decode() in preview.text


def test_drop_on_a_page_from_before_an_article_moved_drops_it(site: Installation, web: Web, anna: SignedIn) -> None:
    """Its address was corrected while the page was open."""
    pages = []
    for section in ("news", "port"):
        moving = item(1, url=f"https://gazette.example/{section}/1", comments=500, more="<guid>slug-1</guid>")
        site.write("feed.xml", rss(moving, item(2)))
        site.run("collect", now=BEFORE).fine()
        pages.append(anna.get("/next"))
    anna.post("/next/article", fields(pages[0], 1) | {"action": "drop"})
    assert titles(pages[0])[0] not in titles(anna.get("/next"))


def test_next_page_changes_are_the_rows_of_digest_edit(web: Web, anna: SignedIn) -> None:
    """Pin, retitle, drop, add and an intro, each with its undo and an entry of the audit log."""
    page = anna.get("/next")
    last, first = titles(page)[14], titles(page)[0]
    assert anna.post("/next/article", fields(page, 15) | {"action": "pin"}).status == 303
    page = anna.get("/next")
    assert titles(page)[0] == last
    assert anna.post("/next/words", words(page, 1, "The tram is back")).status == 303
    anna.post("/next/article", fields(page, 2) | {"action": "drop"})
    texts = dict.fromkeys(("subject", "preheader", "intro", "closing"), "")
    anna.post("/next/texts", fields(page, 2) | texts | {"intro": "Good **morning**"})
    page = anna.get("/next")
    assert titles(page)[0] == "The tram is back"
    assert first not in titles(page)
    assert f"<h3>Dropped: {first}</h3>" in page.text  # by its title, though the page lists it no more
    assert '<h3>Title: The tram is back</h3><p class="quiet">' in page.text
    assert "<h3>Intro</h3><p>Good **morning**</p>" in page.text
    assert '<a href="#changes">Changes: 4</a>' in page.text
    assert "<strong>morning</strong>" in anna.get("/next/preview").text
    kinds = [one.override.kind for one in web.app.overrides.changes("daily")]
    assert kinds == ["pin", "title", "drop", "intro"]
    dropped = web.app.overrides.changes("daily")[2]
    form = {"edition": "daily", "slot": "2025-06-02", "change": str(dropped.id)}
    assert anna.post("/next/undo", form).status == 303
    assert first in titles(anna.get("/next"))
    actions = [entry.action for entry in web.app.audit.page(AuditFilter(by=anna.user.email), None, 10)]
    assert actions[:-1] == ["change undone", "intro changed", "drop changed", "title changed", "pin changed"]


@pytest.mark.parametrize(("language", "sentence"), [("en", "Nothing was changed."), ("ru", "Ничего не изменилось.")])
def test_next_page_form_that_changes_nothing_says_so(web: Web, anna: SignedIn, language: str, sentence: str) -> None:
    """That of an article, and that of the texts."""
    page = anna.get("/next")
    texts = fields(page, 1) | dict.fromkeys(("subject", "preheader", "intro", "closing"), "")
    for path, form in (("/next/words", words(page, 1, titles(page)[0])), ("/next/texts", texts)):
        shown = anna.get(anna.post(path, form).headers["location"].removeprefix("/admin"), Accept_Language=language)
        assert sentence in shown.text
    assert web.app.overrides.changes("daily") == []


def number_of(title: str) -> int:
    """The number in the title of an article."""
    return int(title.split()[3])


def move(browser: SignedIn, place: int, goal: int) -> Answer:
    """Move the article at a place to another one."""
    return browser.post("/next/move", fields(browser.get("/next"), place) | {"to": str(goal)})


def test_next_page_moves_articles_by_place_and_each_move_is_undone(web: Web, anna: SignedIn) -> None:
    """Up, down and to a number, past others with places; the rows are those of `digest edit`, which lists them."""
    before = titles(anna.get("/next"))
    page = anna.get("/next")
    up = re.search(r'name="to" value="(\d)" id="up-', page.text.partition('id="row-4"')[2])
    assert up is not None
    moved = anna.post("/next/move", fields(page, 4) | {"to": up[1]})
    assert up[1] == "3"
    assert moved.headers["location"].endswith("#row-3")
    assert [number_of(one) for one in titles(anna.get("/next"))[:5]] == [1, 2, 4, 3, 5]
    assert move(anna, 1, 3).status == 303
    page = anna.get("/next")
    assert [number_of(one) for one in titles(page)[:5]] == [2, 4, 1, 3, 5]
    assert "Pinned to place 3 by anna@gazette.example; " in page.text
    listed = web.site.run("edit", "--list", now=BEFORE).fine().out
    assert "pinned to place 3" in listed
    assert "pinned to place 2" in listed
    assert [one.override.value for one in web.app.overrides.changes("daily")] == ["3", "3", "2"]
    back = re.search(r'name="change" value="(\d+)" id="back-[^>]*>(.*?)<', page.text.partition('id="row-2"')[2])
    assert back is not None
    assert back[2] == "Undo: pinned"
    assert back[1] == str(web.app.overrides.changes("daily")[2].id)  # the second pin of that move
    form = {"edition": "daily", "slot": "2025-06-02", "change": back[1]}
    assert anna.post("/next/undo", form).status == 303
    assert [number_of(one) for one in titles(anna.get("/next"))[:5]] == [1, 2, 4, 3, 5]
    anna.post("/next/undo", form | {"change": str(web.app.overrides.changes("daily")[0].id)})
    assert titles(anna.get("/next")) == before


def test_next_page_moves_an_article_from_below_the_line(anna: SignedIn) -> None:
    """It takes the place, and the last one leaves the issue."""
    assert move(anna, 9, 2).status == 303
    page = anna.get("/next").text.partition("Below the line")[0]
    found = re.findall(r'<h3 id="t\d+"><a href="[^"]*" rel="noreferrer">([^<]*)</a>', page)
    assert [number_of(one) for one in found] == [1, 9, 2, 3, 4]


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"to": "0"}, "A place is a number from 1 to 5."),
        ({"to": "6"}, "A place is a number from 1 to 5."),
        ({"to": "9" * 400}, "A place is a number from 1 to 5."),
        ({"to": "2", "slot": "2025-06-01"}, "The issue of 1 Jun 2025 is made and does not change any more."),
        ({"to": "2", "slot": "yesterday"}, "The page was open for too long"),
        ({"to": "two"}, "A place is a number from 1 to 5."),
        ({"to": "1", "url": "https://gazette.example/unknown"}, "This article is not in the issue any more."),
    ],
)
def test_next_page_move_to_no_place_is_refused(web: Web, anna: SignedIn, form: dict[str, str], sentence: str) -> None:
    """In one sentence, and nothing is stored."""
    refused = anna.post("/next/move", fields(anna.get("/next"), 2) | form)
    assert refused.status in {409, 422}
    assert sentence in refused.text
    assert web.app.overrides.changes("daily") == []


@pytest.mark.parametrize(
    "address", ["https://[::1/news", "https://gazette example/news", "https://", "javascript:alert(1)"]
)
def test_next_page_what_is_no_web_address_is_refused(web: Web, anna: SignedIn, address: str) -> None:
    """As `digest edit --add` and the API do; nothing is stored, and what was typed stays in the form."""
    form = fields(anna.get("/next"), 1)
    refused = anna.post("/next/link", form | {"link": address, "link_title": "Elsewhere"})
    assert (refused.status, [*refused.refused_fields]) == (422, ["link"])
    assert "An added link needs an address" in refused.refused_fields["link"]
    assert html.escape(address) in refused.text
    for action in ("article", "move", "words"):
        assert anna.post(f"/next/{action}", form | {"url": address, "action": "pin", "to": "1"}).status == 422
    assert web.app.overrides.changes("daily") == []


def test_next_page_form_with_a_wrong_text_marks_its_field(web: Web, anna: SignedIn) -> None:
    """That of the first problem, also where another text of the form is fine."""
    page = anna.get("/next")
    form = words(page, 2, titles(page)[1])
    for path, typed, wrong in (
        ("words", {"title": " ", "section": "x" * 301}, "section-2"),
        ("words", {"title": " ", "place": "9"}, "title-2"),
        ("link", {"link": "https://museum.example/night", "link_title": " "}, "link_title"),
        ("texts", {"subject": "x" * 400}, "subject"),
        ("texts", {"closing": "[Read](ftp://a.example)", "subject": "Fog"}, "closing"),
    ):
        refused = anna.post(f"/next/{path}", form | typed)
        assert (refused.status, [*refused.refused_fields]) == (422, [wrong])
    assert web.app.overrides.changes("daily") == []


def test_next_page_move_by_two_editors_is_stored_once(web: Web, anna: SignedIn) -> None:
    """The second one is told about the first."""
    boris = signed_in(web, UserRole.EDITOR, "boris@gazette.example")
    form = fields(boris.get("/next"), 4)
    assert move(anna, 4, 1).status == 303
    refused = boris.post("/next/move", form | {"to": "2"})
    assert refused.status == 409
    assert "Changed by anna@gazette.example at 06:17." in refused.text
    assert [one.override.value for one in web.app.overrides.changes("daily")] == ["1"]


def test_next_page_place_and_words_of_one_article_are_one_change(web: Web, anna: SignedIn) -> None:
    """The form may move and retitle at once; a place that cannot be stores no title either."""
    page = anna.get("/next")
    refused = anna.post("/next/words", words(page, 4, "New") | {"place": "9"})
    assert (refused.status, [*refused.refused_fields]) == (422, ["place-4"])
    assert 'value="New"' in refused.text
    assert web.app.overrides.changes("daily") == []
    assert anna.post("/next/words", words(page, 4, "New") | {"place": "2"}).status == 303
    assert titles(anna.get("/next"))[1] == "New"


@pytest.mark.parametrize(("kind", "longest"), [("title", 300), ("section", 300), ("summary", 600)])
def test_next_page_words_that_are_too_long_are_refused(web: Web, anna: SignedIn, kind: str, longest: int) -> None:
    """With a sentence and what was typed, of which the browser cuts nothing; those of the longest length are stored."""
    page = anna.get("/next")
    assert f'name="{kind}"' in page.text
    assert "maxlength" not in page.text
    form = words(page, 1, titles(page)[0])
    refused = anna.post("/next/words", form | {kind: "x" * (longest + 1)})
    assert (refused.status, [*refused.refused_fields]) == (422, [f"{kind}-1"])
    said = refused.refused_fields[f"{kind}-1"]
    assert f"the {kind} has {longest + 1} characters, and may have {longest}; shorten it" in said
    assert "x" * (longest + 1) in refused.text
    assert web.app.overrides.changes("daily") == []
    assert anna.post("/next/words", form | {kind: "x" * longest}).status == 303
    assert [one.override.value for one in web.app.overrides.changes("daily")] == ["x" * longest]


def test_next_page_link_whose_title_is_too_long_is_refused(web: Web, anna: SignedIn) -> None:
    """In the language of the page; nothing is stored."""
    form = fields(anna.get("/next"), 1) | {"link": "https://museum.example/night", "link_title": "x" * 301}
    refused = anna.post("/next/link", form, Accept_Language="ru")
    assert refused.status == 422
    assert "заголовок: знаков 301, а можно не больше 300; сократите текст" in refused.text
    assert web.app.overrides.changes("daily") == []


def test_next_page_changes_name_an_added_article_that_is_not_shown(web: Web, anna: SignedIn) -> None:
    """By the title that it was given: no source has one."""
    form = fields(anna.get("/next"), 1)
    link = {"url": "https://museum.example/night", "link": "https://museum.example/night", "link_title": "Night open"}
    anna.post("/next/link", form | link)
    anna.post("/next/article", form | link | {"action": "drop", "seen_drop": "0"})
    changes = anna.get("/next").text.partition('id="changes"')[2]
    assert re.findall(r"<h3>(.*?)</h3>", changes) == ["Dropped: Night open", "Added: Night open", "Title: Night open"]


def test_next_page_more_added_articles_than_places_says_that_some_stay_out(web: Web, anna: SignedIn) -> None:
    """Also where it is one that was added before which gives up its place; not of one that was dropped."""
    form = fields(anna.get("/next"), 1)
    for word in ("atrium", "belfry", "crypt", "dome", "estrade", "fresco"):
        link = {"link": f"https://museum.example/{word}", "link_title": f"{word} is open"}
        page = followed(anna, anna.post("/next/link", form | link), Accept_Language="ru")
        assert ("Закреплённых и добавленных материалов больше, чем мест в выпуске" in page.text) == (word == "fresco")
    dropped = fields(anna.get("/next"), 6)
    anna.post("/next/article", dropped | {"action": "drop"})
    again = anna.post("/next/link", dropped | {"link": dropped["url"], "link_title": "Again"})
    assert "the article is not in the issue" in notice_of(followed(anna, again))


def test_next_page_words_of_an_article_that_somebody_dropped_say_that_it_stays_out(web: Web, anna: SignedIn) -> None:
    """They are stored: they hold once the drop is undone."""
    page, boris = anna.get("/next"), signed_in(web, UserRole.EDITOR, "boris@gazette.example")
    boris.post("/next/article", fields(page, 2) | {"action": "drop"})
    stored = anna.post("/next/words", words(page, 2, "The tram is back"))
    assert "the article is not in the issue" in notice_of(followed(anna, stored))
    shown = anna.post("/next/words", words(page, 1, "The bridge is open"))
    assert notice_of(followed(anna, shown)) == "The change is stored."
    address = "/next?article=https%3A%2F%2Fgazette.example%2Fgone"
    assert [notice_of(anna.get(address + done)) for done in ("", "&done=held")] == ["", "The issue is held."]


def test_next_page_stored_words_make_the_issue_once(web: Web, anna: SignedIn) -> None:
    """The page after the redirect says what came of them: with thousands of articles each time takes a second."""
    form = words(anna.get("/next"), 1, "The bridge is open")
    with mock.patch.object(IssueRun, "compose", autospec=True, side_effect=IssueRun.compose) as compose:
        assert "The bridge is open" in titles(followed(anna, anna.post("/next/words", form)))
    assert compose.call_count == 1


def test_next_page_link_to_a_dropped_article_says_that_it_stays_out(web: Web, anna: SignedIn) -> None:
    """Once the article is not dropped any more, the link brings it in."""
    form = fields(anna.get("/next"), 1)
    dropped = anna.post("/next/article", form | {"action": "drop"})
    assert notice_of(followed(anna, dropped)) == "The change is stored."
    link = {"link": form["url"], "link_title": "Brought in"}
    added = anna.post("/next/link", form | link)
    assert added.status == 303
    page = followed(anna, added, Accept_Language="ru")
    assert "Изменение сохранено, но материала нет в выпуске" in page.text
    assert "Brought in" not in titles(page)
    drop = next(one for one in web.app.overrides.changes("daily") if one.override.kind == "drop")
    anna.post("/next/undo", form | {"change": str(drop.id)})
    assert "Brought in" in titles(anna.get("/next"))


def test_next_page_link_to_the_former_address_of_an_article_is_that_article(
    web: Web, anna: SignedIn, site: Installation
) -> None:
    """An editor copies it from a message that was sent before the article moved."""
    for section in ("news", "port"):
        moving = item(1, url=f"https://gazette.example/{section}/1", more="<guid>slug-1</guid>")
        site.write("feed.xml", rss(moving, item(2)))
        site.run("collect", now=BEFORE).fine()
    link = {"link": "https://gazette.example/news/1", "link_title": "Brought in"}
    assert anna.post("/next/link", {"edition": "daily", "slot": "2025-06-02"} | link).status == 303
    assert {one.override.key for one in web.app.overrides.changes("daily")} == {"gazette.example/port/1"}


def test_next_page_words_of_one_article_are_stored_together_or_not_at_all(web: Web, anna: SignedIn) -> None:
    """Where another editor has changed the summary, the title is not stored either, and both stay in the form."""
    boris = signed_in(web, UserRole.EDITOR, "boris@gazette.example")
    page = boris.get("/next")
    assert anna.post("/next/words", words(page, 1, titles(page)[0]) | {"summary": "By Anna"}).status == 303
    refused = boris.post("/next/words", words(page, 1, "A title") | {"summary": "By Boris"})
    assert refused.status == 409
    assert ">By Boris</textarea>" in refused.text
    assert 'value="A title"' in refused.text
    assert [one.override.value for one in web.app.overrides.changes("daily")] == ["By Anna"]
    entries = web.app.audit.page(AuditFilter(by="boris@gazette.example"), None, 10)
    assert [entry.action for entry in entries] == ["signed in"]


def test_next_page_in_russian_names_what_its_buttons_do(anna: SignedIn) -> None:
    """A change is undone, where readers of the same word would subscribe again; quotes are those of the language."""
    texts = dict.fromkeys(("preheader", "intro", "closing"), "") | {"subject": "Трамвай вернулся"}
    anna.post("/next/texts", fields(anna.get("/next"), 1) | texts)
    page = anna.get("/next", Accept_Language="ru").text
    assert "Отменить изменение" in page
    assert "подписку" not in page
    assert '«<bdi lang="en">Трамвай вернулся</bdi>»' in page


def test_next_page_second_editor_is_told_and_keeps_their_text(web: Web, anna: SignedIn) -> None:
    """Nothing is overwritten unseen."""
    boris = signed_in(web, UserRole.EDITOR, "boris@gazette.example")
    page = boris.get("/next")
    assert anna.post("/next/words", words(page, 1, "By Anna")).status == 303
    refused = boris.post("/next/words", words(page, 1, "By Boris"))
    assert refused.status == 409
    assert "Changed by anna@gazette.example at 06:17." in refused.text
    assert 'value="By Boris"' in refused.text
    assert "By Anna" in refused.text
    assert boris.post("/next/words", words(refused, 1, "By Boris")).status == 303
    assert titles(boris.get("/next"))[0] == "By Boris"


def test_next_page_undo_of_a_change_that_was_replaced_meanwhile_is_refused(web: Web, anna: SignedIn) -> None:
    """The page says so instead of that it is undone; a change that is undone already needs nothing."""
    boris = signed_in(web, UserRole.EDITOR, "boris@gazette.example")
    anna.post("/next/words", words(anna.get("/next"), 1, "By Anna"))
    form = fields(anna.get("/next"), 1) | {"change": str(web.app.overrides.changes("daily")[0].id)}
    boris.post("/next/words", words(boris.get("/next"), 1, "By Boris"))
    refused = anna.post("/next/undo", form)
    assert refused.status == 409
    assert "Nothing was changed: the issue has changed since you opened the page." in refused.text
    assert titles(refused)[0] == "By Boris"
    form |= {"change": str(web.app.overrides.changes("daily")[1].id)}
    assert [anna.post("/next/undo", form).status for _pressed in range(2)] == [303, 303]
    assert titles(anna.get("/next"))[0] == "By Anna"


def test_next_page_change_of_what_was_never_in_force_is_refused(web: Web, anna: SignedIn) -> None:
    """The page says so without a name, and keeps what was typed."""
    refused = anna.post("/next/words", words(anna.get("/next"), 1, "A title") | {"seen_title": "99"})
    assert refused.status == 409
    assert "This has changed since you opened the page." in refused.text
    assert 'value="A title"' in refused.text
    assert web.app.overrides.changes("daily") == []


def test_next_page_change_that_names_what_was_seen_wrongly_is_refused(web: Web, anna: SignedIn) -> None:
    """It would overwrite another editor's change unseen."""
    page = anna.get("/next")
    for seen in ("x", "-1", "9" * 5000):
        assert anna.post("/next/words", words(page, 1, "Mine") | {"seen_title": seen}).status == 422
    assert web.app.overrides.changes("daily") == []


def test_next_page_hold_and_approve_change_the_outcome(web: Web, anna: SignedIn) -> None:
    """Each is in the audit log, with the anomalies seen; a form without a known decision decides nothing."""
    form = {"edition": "daily", "slot": "2025-06-02"}
    for unknown in ({}, {"decision": "Hold"}):
        assert anna.post("/next/decide", form | unknown).status == 422
    assert "approved" not in anna.get("/next").text
    assert anna.post("/next/decide", form | {"decision": "hold"}).status == 303
    assert "anna@gazette.example has held it since 06:17." in anna.get("/next").text
    assert anna.post("/next/decide", approval(anna) | {"anomaly": "only 2 articles"}).status == 303
    assert "anna@gazette.example has approved it. Goes out" in anna.get("/next").text
    entries = web.app.audit.page(AuditFilter(by=anna.user.email), None, 10)
    assert [entry.action for entry in entries][:-1] == ["issue approved", "issue held"]
    edition = web.app.settings.editions[0]
    run = IssueRun.of(web.app, edition, web.app.coming_slot(edition))
    released = web.app.review(edition, run.slot, run.window).released
    assert released is not None
    assert (entries[0].after, released.anomalies) == ("only 2 articles", ("only 2 articles",))


def test_next_page_approval_of_what_was_not_seen_is_refused(web: Web, anna: SignedIn) -> None:
    """Another editor has held the issue, changed it or undone a change since the page was opened."""
    boris = signed_in(web, UserRole.EDITOR, "boris@gazette.example")
    form = approval(boris)
    assert anna.post("/next/decide", form | {"decision": "hold"}).status == 303
    refused = boris.post("/next/decide", form)
    assert refused.status == 409
    assert "anna@gazette.example has held it" in refused.text
    form = approval(boris)
    for number in (1, 2):
        anna.post("/next/article", fields(anna.get("/next"), number) | {"action": "drop"})
    assert boris.post("/next/decide", form).status == 409
    form = approval(boris)
    first = {"edition": "daily", "slot": "2025-06-02", "change": str(web.app.overrides.changes("daily")[0].id)}
    assert anna.post("/next/undo", first).status == 303
    assert boris.post("/next/decide", form).status == 409
    for title in ("Mine", "Mine again"):
        form = approval(boris)
        assert anna.post("/next/words", words(anna.get("/next"), 1, title)).status == 303
        assert boris.post("/next/decide", form).status == 409
    assert boris.post("/next/decide", approval(boris)).status == 303


def test_next_page_of_an_issue_that_was_made_meanwhile_refuses(web: Web, anna: SignedIn) -> None:
    """The text stays in the form; the declared outcome has happened."""
    texts = {"edition": "daily", "slot": "2025-06-01", "subject": "", "preheader": "", "intro": "Late", "closing": ""}
    refused = anna.post("/next/texts", texts)
    assert refused.status == 409
    assert "does not change any more" in refused.text
    assert ">Late</textarea>" in refused.text
    assert web.app.overrides.changes("daily") == []
    for decision in (approval(anna), {"edition": "daily", "decision": "hold"}):
        assert anna.post("/next/decide", decision | {"slot": "2025-06-01"}).status == 409
    assert "approved it" not in anna.get("/next").text
    assert "held it" not in anna.get("/next").text


def test_next_page_of_an_issue_that_is_made_at_this_moment_refuses(
    web: Web, anna: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The handler still saw it as the coming one, and it was frozen before the change was stored."""
    slot = Slot.parse(DAY)
    intro = Override(key="", kind=OverrideKind.INTRO, value="Hello", by=anna.user.email, at=BEFORE)
    change, web.clock.moment = web.app.overrides.add("daily", slot, intro), SLOT
    made = IssueRun.of(web.app, web.app.settings.editions[0], slot)
    assert made.publish().state is IssueState.FROZEN
    for module in (editing, next_issue):
        monkeypatch.setattr(module, "run_of", lambda _console, _name: made)
    texts = {"edition": "daily", "slot": DAY, "subject": "", "preheader": "", "intro": "Late", "closing": ""}
    for path, form in (
        ("texts", {**texts, "was_intro": ""}),
        ("decide", {**texts, "decision": "hold"}),
        ("undo", {**texts, "change": str(change.id)}),
    ):
        refused = anna.post(f"/next/{path}", form)
        assert refused.status == 409, path
        assert "does not change any more" in refused.text
    assert web.app.overrides.changes("daily") == [change]
    assert web.app.decisions.last_id("daily") == 0


def test_next_page_four_eyes_refuses_the_last_editor(tmp_path: Path) -> None:
    """Somebody else approves."""
    site = configured(tmp_path / "site", 25, editions=['name = "daily"\nfour_eyes = true'])
    site.write("feed.xml", day(5))
    site.run("collect", now=BEFORE).fine()
    with served(site) as web:
        web.clock.moment = BEFORE
        anna, boris = (signed_in(web, UserRole.EDITOR, f"{name}@gazette.example") for name in ("anna", "boris"))
        slot = web.app.coming_slot(web.app.settings.editions[0])
        intro = Override(key="", kind=OverrideKind.INTRO, value="Hello", by=anna.user.email, at=BEFORE)
        web.app.overrides.add("daily", slot, intro)
        form = approval(boris, slot=str(slot))
        assert anna.post("/next/decide", form).status == 409
        assert boris.post("/next/decide", form).status == 303


def test_next_page_viewer_may_look_and_not_change(web: Web) -> None:
    """No form is offered, and none is accepted."""
    viewer = signed_in(web, UserRole.VIEWER)
    page = viewer.get("/next")
    assert page.status == 200
    assert "/next/article" not in page.text
    form = {"edition": "daily", "slot": "2025-06-02", "url": "https://gazette.example/1", "action": "drop"}
    for path in ("article", "move", "words", "link", "texts", "undo", "decide"):
        assert viewer.post(f"/next/{path}", form).status == 403
