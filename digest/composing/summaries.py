"""What the operator's command gets about an article, and what is made of its answer. Pure."""

import json
from hashlib import sha256

from digest.model.articles import Article
from digest.parsing.html_text import summary_text
from digest.parsing.text import distinct_summary

LONGEST = 600  # characters


def request_of(article: Article) -> bytes:
    """The article as one JSON object in UTF-8."""
    fields = {
        "url": article.url,
        "title": article.title,
        "text": article.summary,
        "section": article.section,
        "author": article.author,
        "language": article.language,
        "published_at": article.published_at.isoformat(),
    }
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace")


def key_of(command: str, request: bytes) -> bytes:
    """What identifies an answer: the same command with the same article gives the same summary."""
    return sha256(command.encode() + b"\0" + request).digest()


def summary_of(printed: bytes, title: str) -> str:
    """The answer as foreign text: without markup and control characters, short; raises ValueError where it is none."""
    try:
        text = distinct_summary(summary_text(printed.decode("utf-8"), LONGEST), title)
    except UnicodeDecodeError:
        raise ValueError("it printed other bytes than UTF-8") from None
    if not text:
        raise ValueError("it printed nothing new")
    return text
