"""Summaries of the operator's command: what it gets, and what is made of its answer."""

import json
from datetime import UTC, datetime

import pytest

from digest.composing.summaries import LONGEST, key_of, request_of, summary_of
from digest.model.articles import Article

ARTICLE = Article(
    key="gazette.example/1",
    url="https://gazette.example/1",
    title="Корабль",
    summary="Вернулся.",
    section="Порт",
    published_at=datetime(2026, 10, 1, tzinfo=UTC),
)


def test_request_of_article_is_one_object_in_utf_8() -> None:
    """Russian is readable; what the article lacks is null."""
    request = request_of(ARTICLE)
    assert "Корабль".encode() in request
    assert json.loads(request) == {
        "url": ARTICLE.url,
        "title": "Корабль",
        "text": "Вернулся.",
        "section": "Порт",
        "author": None,
        "language": None,
        "published_at": "2026-10-01T00:00:00+00:00",
    }


def test_key_of_answer_differs_by_command_and_article() -> None:
    """Also where one's end is the other's beginning."""
    keys = {key_of(command, request) for command in ("a", "ab") for request in (b"c", b"bc")}
    assert len(keys) == 4
    assert key_of("a", b"c") == key_of("a", b"c")


def test_summary_of_answer_is_plain_and_short() -> None:
    """Without markup, 600 characters at most."""
    assert summary_of(b"<p>It <b>returns</b>.</p>\n", "A ship") == "It returns."
    assert len(summary_of(b"Wind " * 400, "A ship")) <= LONGEST == 600
    assert len(summary_of(b"x" * 600, "A ship")) == 600


@pytest.mark.parametrize(
    ("printed", "problem"),
    [(b"\xff", "other bytes than UTF-8"), (b" \n", "nothing new"), (b"A ship.", "nothing new")],
)
def test_summary_of_useless_answer_is_refused(printed: bytes, problem: str) -> None:
    """One sentence that goes on after the name of the command."""
    with pytest.raises(ValueError, match=f"^it printed {problem}$"):
        summary_of(printed, "A ship")
