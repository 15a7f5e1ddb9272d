"""Every feed of the corpus goes through the feed source; titles and links are what the files themselves state."""

import ast
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from digest.errors import ParseError
from digest.model.articles import Window
from digest.parsing.html_text import plain_text, title_text
from digest.parsing.text import clean_line
from digest.parsing.urls import web_url
from digest.settings.sources import FeedSettings
from digest.sources.feed.entry import Parsed
from digest.sources.feed.source import FeedSource
from digest.sources.fetching.fetcher import Fetcher
from tests.support.feeds import parse_feed

pytestmark = pytest.mark.needs("corpora")

_HEADER = re.compile(r"(?im)^\s*Header:\s*([\w-]+):[ \t]*(.*)$")
_STATED = re.compile(r"^\s*Expect:.*?\bentries\[0\](?:\['(title|link)'\]|\.(title|link)) == (.+?)\s*$", re.MULTILINE)
_CHAIN = re.compile(r"^entries\[\d\]\['\w+'\] == ")

# Where ours is another on purpose, and why.
DIFFERENCES = {
    "wellformed/sanitize/entry_title_crazy.xml": "a whole web page as a title: its <title> and scripts go too",
}


def _folder() -> Path:
    return Path(os.environ["DIGEST_CORPORA"]) / "feeds" / "feedparser" / "tests"


def _files() -> list[Path]:
    return sorted(file for file in _folder().rglob("*") if file.suffix in {".xml", ".json"})


def _leading_comment(data: bytes) -> str:
    text = data.replace(b"\0", b"").decode("latin-1")
    return text.partition("-->")[0] if "<!--" in text else ""


def _parsed(file: Path) -> Parsed:
    data = file.read_bytes()
    headers = {name.lower(): value.strip() for name, value in _HEADER.findall(_leading_comment(data))}
    served = f"http://127.0.0.1:8097/{file.relative_to(_folder()).as_posix()}"  # where the files' own harness has them
    base = web_url(headers.get("content-location", ""), served) or served
    return parse_feed(data, content_type=headers.get("content-type"), base=base)


def _stated(comment: str) -> dict[str, str]:
    """What a file states of its first entry, read as literals and never evaluated."""
    found = {}
    for by_key, by_name, right in _STATED.findall(comment):
        literal = _literal(_CHAIN.sub("", right))
        if literal is not None:
            found[by_key or by_name] = literal
    return found


def _literal(text: str) -> str | None:
    """A string literal, or several joined by `+` (the files break up what would end their comment)."""
    try:
        node = ast.parse(text, mode="eval").body
        parts = []
        while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            parts.append(ast.literal_eval(node.right))
            node = node.left
        parts.append(ast.literal_eval(node))
    except (SyntaxError, ValueError):
        return None
    return "".join(reversed(parts)) if all(isinstance(part, str) for part in parts) else None


def _same_title(ours: str, stated: str) -> bool:
    """True where ours is the stated one as text: the file does not say whether it is markup or literal."""
    return ours in {plain_text(stated, 300), title_text(stated), clean_line(stated)}


@pytest.mark.timeout(300)
def test_read_feed_corpora_are_parsed_or_refused() -> None:
    """No feed raises anything but one ParseError of one line, and nearly all are parsed."""
    files = _files()
    window = Window(start=datetime(2026, 11, 22, tzinfo=UTC), end=datetime(2026, 11, 23, tzinfo=UTC))
    refused = []
    with Fetcher() as fetcher:
        for file in files:
            settings = FeedSettings(name="main", kind="feed", url=str(file))
            source = FeedSource(settings, fetcher=fetcher, root=_folder(), zone=ZoneInfo("UTC"))
            try:
                source.visit(window, window.end, None)
            except ParseError as error:
                refused.append(str(error))
    assert len(files) > 2_000
    assert len(refused) < 12, refused
    assert all("\n" not in message and len(message) < 300 for message in refused)


def test_read_feed_corpora_have_the_stated_titles_and_links() -> None:
    """Where a file states the title or link of its first entry, ours is the same, except for the listed differences."""
    compared = 0
    different = {}
    for file in _files():
        stated = _stated(_leading_comment(file.read_bytes()))
        if not stated:
            continue
        entry = _parsed(file).entries[0]
        compared += len(stated)
        name = file.relative_to(_folder()).as_posix()
        if "title" in stated and not _same_title(entry.title, stated["title"]):
            different[name] = (entry.title, stated["title"])
        if "link" in stated and entry.url != (web_url(stated["link"]) or None):
            different[name] = (str(entry.url), stated["link"])
    assert compared > 80
    assert set(different) == set(DIFFERENCES), different
