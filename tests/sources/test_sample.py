"""The sample portal: what the program relies on in its data, and what a reader may expect of it."""

import json
import statistics
import struct
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest

from digest import bootstrap
from digest.model.issues import Slot
from digest.parsing.canonical_key import canonical_key
from digest.parsing.text import clean_line
from digest.parsing.urls import web_url
from digest.pipeline import IssueRun
from digest.settings.load import find_settings, load
from tests.support.installation import FrozenClock

FOLDER = Path(__file__).parents[2] / "digest" / "sample"
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
IMAGES = sorted((FOLDER / "images").glob("*"))
PORTAL: dict[str, list[dict[str, Any]]] = json.loads((FOLDER / "portal.json").read_text(encoding="utf-8"))
ARTICLES = PORTAL["articles"]
THREADS = PORTAL["discussion"]
SECTIONS = {
    "en": {"Port", "City", "Business", "Science", "Culture", "Sport"},
    "ru": {"Порт", "Город", "Экономика", "Наука", "Культура", "Спорт"},
}
each_article = pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article["path"])
each_language = pytest.mark.parametrize("language", sorted(SECTIONS))


def in_language(language: str) -> list[dict[str, Any]]:
    """The articles of one language."""
    return [article for article in ARTICLES if article["language"] == language]


def expected_views(article: dict[str, Any]) -> float:
    """The views an article may end with: half of what is missing comes every four hours."""
    return float(article["views"] / (1 - 2 ** (-max(article["hours_before"], 0.5) / 4)))


def texts() -> Iterator[str]:
    """Every text that reaches a reader."""
    for row in ARTICLES + THREADS:
        yield from (value for value in row.values() if isinstance(value, str))


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels, from the frame header (ITU T.81, B.2.2)."""
    place = 2
    while data[place + 1] not in {0xC0, 0xC1, 0xC2}:
        place += 2 + int(struct.unpack_from(">H", data, place + 2)[0])
    height, width = struct.unpack_from(">HH", data, place + 5)
    return width, height


def test_sample_configuration_has_both_editions() -> None:
    """digest.toml loads unchanged, keeps everything in memory, and leaves subjects to the language."""
    settings = load(FOLDER / "digest.toml", environ={})
    assert [(edition.name, edition.language) for edition in settings.editions] == [("daily", "en"), ("daily-ru", "ru")]
    assert {(edition.at, edition.top, edition.most_discussed, edition.subject) for edition in settings.editions} == {
        (time(7), 10, 5, None)
    }
    assert settings.portal.url == "https://gazette.example"
    assert settings.database.url == "sqlite://"
    assert settings.sources == ()


@each_language
def test_sample_language_has_articles_in_all_its_sections(language: str) -> None:
    """An edition of ten has twice as many articles to choose from, and no section of another language."""
    articles = in_language(language)
    assert 20 <= len(articles) <= 24
    assert {article["section"] for article in articles} == SECTIONS[language]
    assert {article["language"] for article in ARTICLES} == set(SECTIONS)


@each_article
def test_sample_articles_have_all_keys_and_usual_lengths(article: dict[str, Any]) -> None:
    """A headline fits a line or two, and the summary is a sentence or two."""
    assert set(article) == {
        "path", "title", "summary", "image", "image_width", "image_height", "image_credit", "section", "author",
        "language", "hours_before", "views", "comments", "rating",
    }  # fmt: skip
    assert 40 <= len(article["title"]) <= 120
    assert not article["title"].endswith(".")
    if article["summary"] is not None:
        assert 100 <= len(article["summary"]) <= 260
        assert article["summary"].endswith(".")
    assert 0.4 <= article["hours_before"] <= 23.8


@each_article
def test_sample_counters_are_counts_or_unknown(article: dict[str, Any]) -> None:
    """Views and comments are whole and never negative; a rating is between -4 and 40; None is unknown."""
    for name, least, most in (("views", 0, 15_000), ("comments", 0, 240), ("rating", -4, 40)):
        count = article[name]
        assert count is None or (isinstance(count, int) and least <= count <= most)


def test_sample_some_counters_are_unknown() -> None:
    """A few articles have no views or comments, as on real portals, so that every preview shows that case."""
    assert 2 <= sum(article["views"] is None for article in ARTICLES) <= 3
    assert 2 <= sum(article["comments"] is None for article in ARTICLES) <= 5


@each_language
def test_sample_views_have_a_heavy_tail(language: str) -> None:
    """Half of the articles have about a thousand views, and a few have ten times as many."""
    views = [expected_views(article) for article in in_language(language) if article["views"] is not None]
    assert 600 <= statistics.median(views) <= 1_500
    assert max(views) >= 8_000


@each_language
def test_sample_ranking_selects_young_articles(language: str) -> None:
    """By expected views at least two articles under three hours are among the ten, which raw views would not choose."""
    counted = [article for article in in_language(language) if article["views"] is not None]
    raw = sorted(counted, key=lambda article: -article["views"])[:10]
    fair = sorted(counted, key=lambda article: -expected_views(article))[:10]
    lifted = [article for article in fair if article not in raw and article["hours_before"] < 3]
    assert len(lifted) >= 2
    assert fair[0]["image"]


def test_sample_urls_are_unique_and_valid() -> None:
    """No two paths name the same page, and each makes a valid URL without changes."""
    addresses = [f"https://gazette.example{row['path']}" for row in ARTICLES + THREADS]
    assert all(web_url(address) == address for address in addresses)
    assert len({canonical_key(address) for address in addresses}) == len(addresses)
    assert all(article["path"].startswith("/news/") for article in ARTICLES)
    assert all(thread["path"].startswith("/forum/") for thread in THREADS)


def test_sample_titles_are_unique() -> None:
    """No two articles, and no two threads, share a title."""
    for rows in (ARTICLES, THREADS):
        assert len({row["title"] for row in rows}) == len(rows)


def test_sample_texts_are_clean() -> None:
    """Cleaning changes nothing: no controls, no superfluous spaces, no decomposed letters."""
    for text in texts():
        assert clean_line(text) == text
        assert not any(unicodedata.category(char).startswith("C") for char in text)


@each_language
def test_sample_issue_shows_the_hard_cases(language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its ten have a portrait, a square, no summary, an emoji and a title from right to left; the lead is wide."""
    monkeypatch.chdir(tmp_path)
    settings = find_settings(None)
    edition = next(edition for edition in settings.editions if edition.language == language)
    with bootstrap.open_app(settings, FrozenClock(NOW)) as app:
        run = IssueRun.of(app, edition, Slot(day=NOW.date()))
        lead, *others = (one.article for one in run.draft().issue.articles)
    assert (lead.image_width, lead.image_height) == (1200, 675)
    assert lead.image_url == "https://gazette.example/images/lighthouse.jpg"
    shapes = {one.image_width / one.image_height for one in others if one.image_width and one.image_height}
    assert {2 / 3, 1} < shapes
    assert sum(one.summary is None for one in others) == 1
    assert sum(unicodedata.category(one.title[0]) == "So" for one in others) == 1
    assert sum(unicodedata.bidirectional(one.title[0]) == "AL" for one in others) == 1


@each_article
def test_sample_typography_is_that_of_the_language(article: dict[str, Any]) -> None:
    """Guillemets and no Latin words in Russian; curly quotes and no Cyrillic letter in English; no straight quotes."""
    text = "".join(article[name] or "" for name in ("title", "summary", "author", "image_credit"))
    scripts = {unicodedata.name(char).split()[0] for char in text if char.isalpha()} - {"ARABIC"}
    assert not set("\"'") & set(text)
    assert " - " not in text
    assert scripts == ({"CYRILLIC"} if article["language"] == "ru" else {"LATIN"})
    assert not set("«»" if article["language"] == "en" else "“”‘’") & set(text)
    assert text.count("«") == text.count("»")
    assert text.count("“") == text.count("”")


def test_sample_images_are_small_jpegs_in_use() -> None:
    """Each is 1200 by 675 pixels, or a square or a portrait, and at most 45 KB; together they are under 570 KB."""
    assert 14 <= len(IMAGES) <= 18
    for image in IMAGES:
        data = image.read_bytes()
        assert data.startswith(b"\xff\xd8\xff")
        assert jpeg_size(data) in {(1200, 675), (720, 720), (520, 780)}
        assert len(data) <= 45_000
    assert sum(image.stat().st_size for image in IMAGES) < 570_000
    assert {article["image"] for article in ARTICLES} - {None} == {image.name for image in IMAGES}


@each_language
def test_sample_image_has_a_credit_and_is_used_once(language: str) -> None:
    """The credit is in the article's language, and no edition shows an image twice."""
    articles = in_language(language)
    assert all((article["image"] is None) == (article["image_credit"] is None) for article in articles)
    word = {"en": "Illustration: ", "ru": "Иллюстрация: "}[language]
    assert all(article["image_credit"].startswith(word) for article in articles if article["image"])
    for article in articles:
        size = jpeg_size((FOLDER / "images" / article["image"]).read_bytes()) if article["image"] else (None, None)
        assert (article["image_width"], article["image_height"]) == size
    images = [article["image"] for article in articles if article["image"]]
    assert len(images) == len(set(images))
    assert None in {article["image"] for article in articles}


def test_sample_discussion_is_realistic() -> None:
    """Both languages, newest first, some threads without a comment and one with thousands."""
    assert 12 <= len(THREADS) <= 16
    assert all(set(thread) == {"path", "title", "hours_before", "comments"} for thread in THREADS)
    hours = [thread["hours_before"] for thread in THREADS]
    assert hours == sorted(hours)
    assert hours[0] > 0
    assert hours[-1] < 24
    counts = [thread["comments"] for thread in THREADS]
    assert min(counts) == 0
    assert sum(count >= 1_000 for count in counts) == 1
    cyrillic = sum(any("а" <= char <= "я" for char in thread["title"]) for thread in THREADS)
    assert 4 <= cyrillic <= len(THREADS) - 4


def test_sample_thread_about_an_article_has_its_comments() -> None:
    """A thread that quotes a headline quotes it exactly, and has the same number of comments."""
    comments = {article["title"]: article["comments"] for article in ARTICLES}
    quoting = [thread for thread in THREADS if thread["title"].startswith(("Комментарий к ", "Comment on "))]
    assert len(quoting) >= 5
    for thread in quoting:
        headline = thread["title"].removeprefix("Комментарий к «").removeprefix("Comment on “")[:-1]
        assert comments[headline] == thread["comments"]
