"""Holds a feed's parser to 10 seconds and 1 GB, for what a stranger sends may be made to keep it busy.

Ordinary and simple documents are parsed here, for a process costs more than they do. Others go to one of their own
(`python -m digest.sources.sandbox`): question and answer are JSON.
"""

import json
import re
import resource
import subprocess  # runs this very module
import sys
import threading
from collections import Counter
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from digest.errors import ParseError
from digest.model.articles import Counters
from digest.parsing.charset import decoded
from digest.sources.feed.entry import Entry, Parsed
from digest.sources.feed.parse import parse_ordinary, parse_text

SECONDS = 10.0

# One thread at a time: those that compute side by side take the interpreter from each other, and lose half of it.
_TURN = threading.Lock()
_MODULE = "digest.sources.sandbox"
_MEMORY = 1_000_000_000
_SMALL = 1_000_000
# Above these feedparser's time grows with the square: author names, attributes, categories, keywords (measured).
_LONG_WORD = re.compile(r"(?a)[\w.+@-]{4000}")
_MOST = (("<", 20_000), ("&", 60_000), ("=", 10_000), ("category", 4_000))
_MOST_KEYWORDS = 2_000


def parse_within_limits(
    data: bytes, *, content_type: str | None, base: str | None, zone: ZoneInfo, seconds: float = SECONDS
) -> Parsed:
    """What `parse_feed` says; raises ParseError also when the document takes too long or too much memory."""
    with _TURN:
        ordinary = parse_ordinary(data, content_type=content_type, base=base, zone=zone)
        if ordinary is not None:
            return ordinary
        text = decoded(data, content_type)
        if is_simple(text):
            return parse_text(text, base=base, zone=zone)
    question = json.dumps({"base": base, "zone": zone.key, "text": text}).encode("ascii")
    try:
        done = subprocess.run(  # noqa: S603  # a fixed command, no shell
            [sys.executable, "-P", "-m", _MODULE],
            check=False,
            input=question,
            capture_output=True,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        raise ParseError(f"takes longer than {seconds:g} s to understand, which no real feed does") from None
    return _answered(done.stdout)


def is_simple(text: str) -> bool:
    """True for a document that cannot keep the parser busy for long."""
    if len(text) > _SMALL or any(text.count(sign) > most for sign, most in _MOST):
        return False
    has_keywords = "keywords" in text and text.count(",") > _MOST_KEYWORDS
    return "<!ENTITY" not in text and not has_keywords and not _LONG_WORD.search(text)


def _answered(answer: bytes) -> Parsed:
    try:
        told = json.loads(answer)
    except ValueError:
        raise ParseError("is too large or too deeply nested to be understood") from None
    if "error" in told:
        raise ParseError(told["error"])
    return Parsed(entries=tuple(_entry(table) for table in told["entries"]), flaws=Counter(told["flaws"]))


def _entry(table: dict[str, Any]) -> Entry:
    for name in ("published_at", "updated_at"):
        table[name] = datetime.fromisoformat(table[name]) if table[name] else None
    return Entry(**{**table, "counters": Counters(**table["counters"])})


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    try:
        parsed = parse_text(question["text"], base=question["base"], zone=ZoneInfo(question["zone"]))
    except ParseError as error:
        return {"error": str(error)}
    return {"entries": [asdict(entry) for entry in parsed.entries], "flaws": dict(parsed.flaws)}


def main() -> None:
    """Answer one question from stdin on stdout, within this process's limits."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (int(SECONDS) + 1, int(SECONDS) + 2))
    answer = _answer(json.load(sys.stdin))
    sys.stdout.write(json.dumps(answer, default=datetime.isoformat))


if __name__ == "__main__":
    main()
