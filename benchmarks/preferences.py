"""One issue for readers with preferences: 1,000 sets of topics rendered, and 1,000,000 readers planned.

`python -m benchmarks.preferences` renders the variants of an issue with 12 articles in 12 sections, and plans the issue
for readers who chose nothing and for as many of whom each chose topics, an hour and a zone, in two databases by turns:
SQLite in a temporary folder, and with `--postgres URL` (an empty database) PostgreSQL for the second kind.
"""

import argparse
import json
import random
import sys
import time
import zlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import text

from benchmarks.material import Ground, sender_identity
from benchmarks.places import ROOT
from benchmarks.report import conclude, conditions
from digest.composing.topics import narrow
from digest.i18n import Translator
from digest.message.build import placeholder_links
from digest.model.articles import Article, RankedArticle, Window
from digest.model.issues import Audience, Content, Coverage, Issue, Rendered, Section, Slot, TopicContent
from digest.rendering.render import Renderer
from digest.rendering.topic_variants import TopicVariants
from digest.settings.schema import EditionSettings, PortalSettings
from digest.store.issues.issues import Issues

_NOW = datetime(2026, 10, 1, 4, tzinfo=UTC)
_SLOT = Slot(day=date(2026, 10, 1))
_SECTIONS = [f"Section {number}" for number in range(1, 13)]
_ZONES = ["Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Vladivostok", "UTC"]
_PORTAL = PortalSettings(
    name="Harbour Gazette", url="https://gazette.example", timezone="Europe/Moscow", postal_address="1 Quay Street"
)
_EDITION = EditionSettings(name="daily")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and write."""
    told = _arguments(arguments)
    sets = _topic_sets(told.sets)
    results: dict[str, Any] = {"rendering": _rendered(sets)}
    with TemporaryDirectory(prefix="digest-bench-") as folder:
        plain, chosen = f"sqlite:///{folder}/plain.db", told.postgres or f"sqlite:///{folder}/chosen.db"
        results["planning"] = _planned(plain, chosen, sets, told)
    conclude(told.json, conditions(subscribers=told.subscribers, sets=told.sets, rounds=told.rounds), results, [])


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.preferences", description=__doc__)
    parser.add_argument("--subscribers", type=int, default=1_000_000)
    parser.add_argument("--sets", type=int, default=1_000, help="different sets of topics, at most 4,000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--postgres", help="the URL of an empty PostgreSQL database")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args(arguments)


def _topic_sets(number: int) -> list[tuple[str, ...]]:
    """Different sets of topics, none of them all."""
    draw, found = random.Random(7), dict[tuple[str, ...], None]()
    while len(found) < number:
        chosen = draw.sample(_SECTIONS, draw.randint(1, len(_SECTIONS) - 1))
        found[tuple(sorted(chosen, key=_SECTIONS.index))] = None
    return list(found)


def _rendered(sets: Sequence[tuple[str, ...]]) -> dict[str, Any]:
    issue, renderer = _issue(), Renderer(_PORTAL, [ROOT / "templates"])
    links = placeholder_links(sender_identity(b"secret"), "daily", _SLOT)
    render = partial(renderer.render, links=links, theme="quay")
    whole, translator = Content.of(issue, render(issue)), Translator("en", _PORTAL.zone)
    variants = TopicVariants(issue.articles, whole, lambda kept: narrow(issue, kept, _EDITION, translator), render)
    start = time.perf_counter()
    contents = [variants(chosen).content for chosen in sets]
    seconds = time.perf_counter() - start
    texts = [json.dumps([one.rendered.html, one.rendered.text]).encode() for one in contents if one]
    print(f"rendered {len(contents)} sets in {seconds:.1f} s", file=sys.stderr, flush=True)
    return {
        "seconds": seconds,
        "milliseconds_each": 1_000 * seconds / len(contents),
        "octets": sum(map(len, texts)),
        "octets_compressed": sum(len(zlib.compress(one)) for one in texts),
    }


def _issue() -> Issue:
    articles = [_article(number, section) for number, section in enumerate(_SECTIONS, 1)]
    return Issue(
        edition="daily",
        slot=_SLOT,
        language="en",
        window=Window(start=_NOW - timedelta(days=1), end=_NOW),
        subject="The harbour council opens a museum and 11 more",
        preheader="Ferries return after the storm",
        lead=articles[0],
        sections=tuple(Section(name=one.article.section, articles=(one,)) for one in articles[1:]),
        most_discussed=(),
    )


def _article(number: int, section: str) -> RankedArticle:
    address = f"gazette.example/news/{number}"
    article = Article(
        key=address,
        url=f"https://{address}",
        title=f"The council of quay {number} votes on a breakwater of its own",
        summary="Forty engineers, three barges and a tide table: how the stone will cross the basin before winter. "
        * 2,
        published_at=_NOW - timedelta(hours=number),
        section=section,
        image_url=f"https://gazette.example/images/{number}.jpg",
        sources=("main",),
    )
    return RankedArticle(article=article, score=20.0 - number)


def _planned(plain: str, chosen: str, sets: Sequence[tuple[str, ...]], told: argparse.Namespace) -> dict[str, Any]:
    """Seconds of planning, medians of interleaved rounds."""
    without, preferred = [], []
    with Ground.open(plain) as one, Ground.open(chosen) as other:
        for ground in (one, other):
            ground.settle([told.subscribers])
        _choose(other, sets)
        for turn in range(told.rounds):
            without.append(_seconds(one, told.subscribers, turn))
            preferred.append(_seconds(other, told.subscribers, turn))
            print(f"round {turn + 1}: {without[-1]:.2f} s, {preferred[-1]:.2f} s", file=sys.stderr, flush=True)
    return {"without_seconds": median(without), "with_preferences_seconds": median(preferred)}


def _choose(ground: Ground, sets: Sequence[tuple[str, ...]]) -> None:
    """Let each reader have chosen a set of topics, an hour and a zone."""
    rows = [
        {"place": place, "sets": len(sets), "sections": json.dumps(chosen), "zone": _ZONES[place % len(_ZONES)]}
        for place, chosen in enumerate(sets)
    ]
    choose = "UPDATE subscriber SET sections = :sections, timezone = :zone, hour = id % 24 WHERE id % :sets = :place"
    with ground.database.write() as connection:
        connection.execute(text(choose), rows)


def _seconds(ground: Ground, readers: int, turn: int) -> float:
    """Freeze an issue for all readers, with a small content for each set of topics, and delete its deliveries."""
    issues, slot = Issues(ground.database), Slot(day=_SLOT.day + timedelta(days=turn))
    edition = f"of-{readers}"
    window = Window(start=_NOW - timedelta(days=1), end=_NOW)
    issue_id = issues.open(edition, slot, window, _NOW).id
    audience = Audience(edition=edition, day=slot.day, topics=_content, same_language=frozenset({edition}))
    start = time.perf_counter()
    issues.topic_sets(audience)
    planned = issues.freeze(
        issue_id,
        content=_WHOLE,
        audience=audience,
        coverage=Coverage(window, _NOW),
        now=_NOW,
        deadline=_NOW + timedelta(hours=12),
    )
    seconds = time.perf_counter() - start
    if planned != readers:
        raise RuntimeError(f"{planned} messages were planned, not {readers}")
    with ground.database.write() as connection:
        connection.execute(text("DELETE FROM delivery"))
    return seconds


_RENDERED = Rendered(subject="News", preheader="", html="<p>News</p>", text="News")
_WHOLE = Content(rendered=_RENDERED, article_keys=("a",))


def _content(topics: Sequence[str]) -> TopicContent:
    return TopicContent(Content(key=json.dumps(topics), rendered=_RENDERED, article_keys=("a",)))


if __name__ == "__main__":
    main()
