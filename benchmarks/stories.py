"""How well stories are found, what it costs, and what it means for the choice of an issue.

`python -m benchmarks.stories`. Measured on the labelled titles in tests/stories and, where DIGEST_CORPORA names their
folder, on titles from outside the project. Files of your own: `--titles` (CSV with `title` and `story`), `--pairs` (TSV
with a kind and two titles in a line), and `--russian` with `--english` (a title in each line, of different years, so
that hardly any pair is true).
"""

import argparse
import csv
import gzip
import json
import math
import os
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean, median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.measure import peak_memory
from benchmarks.places import ROOT
from benchmarks.report import Goal, conclude, conditions
from digest.clock import SystemClock
from digest.composing.selection import select
from digest.encoding.sentence_encoder import SentenceEncoder
from digest.encoding.title_comparer import TitleComparer
from digest.model.articles import Article, RankedArticle
from digest.parsing.language import Script, script_of
from digest.settings.schema import EditionSettings
from digest.store.articles.title_vectors import TitleVectors
from digest.store.engine.database import Database
from digest.stories.agreement import agreement
from digest.stories.compare import Compared, Encode, compare

_OWN = ROOT / "tests" / "stories"
_DRAWN = 700  # titles in each language, three times
_DAYS_APART = (("2019-09-05", "2019-09-26"), ("2019-09-12", "2019-10-02"))
_FEWEST = 60  # articles of a day that is used for the choice


@dataclass(frozen=True, slots=True)
class _News:
    """An article of the news of 2019: its outlet, its title, its time and its reactions, None if not counted."""

    outlet: str
    title: str
    published_at: datetime
    reactions: float | None


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and write."""
    told = _arguments(arguments)
    encode, news = SentenceEncoder(), list(_news())
    russian = _lines(told.russian) if told.russian else list(_written_in(Script.CYRILLIC))
    english = _lines(told.english) if told.english else [one.title for one in news]
    results: dict[str, Any] = {
        "pairs": {str(file): _pairs(_pair_rows(file), encode) for file in told.pairs} | {"own": _pairs(_own(), encode)},
        "labelled": {name: _agreement(rows, encode) for name, rows in _labelled(told.titles)},
    }
    if english:
        results["false_pairs"] = _false_pairs(russian, english, encode)
    if news:
        results["days_apart"] = _days_apart(news)
        results["choice"] = _choice(news)
    results["cost"] = _cost(english or list(_written_in(Script.LATIN)), russian, told.rounds)
    known = conditions(russian_titles=len(russian), english_titles=len(english), rounds=told.rounds)
    conclude(told.json, known, results, list(_goals(results)))


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stories", description=__doc__)
    parser.add_argument("--titles", type=Path, action="append", default=[], metavar="CSV")
    parser.add_argument("--pairs", type=Path, action="append", default=[], metavar="TSV")
    parser.add_argument("--russian", type=Path, metavar="FILE")
    parser.add_argument("--english", type=Path, metavar="FILE")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args(arguments)


def _goals(results: dict[str, Any]) -> Iterator[Goal]:
    cost = results["cost"]
    for name, wanted in (("one_language", 0.3), ("cold", 2.5), ("stored", 0.3)):
        yield Goal(says=f"1,000 titles, {name}, CPU s", wanted=wanted, reached=cost[name], most=True, unit=" s")
    if "first set" in results["labelled"]:
        reached = results["labelled"]["first set"]["with the encoder"]["f1"]
        yield Goal(says="first set, B-cubed F1", wanted=0.9, reached=reached, unit="")
    for number, draw in enumerate(results.get("false_pairs", []), 1):
        yield Goal(says=f"false pairs, draw {number}", wanted=12, reached=draw, most=True, unit="")


def _pairs(rows: Iterable[tuple[str, str, str]], encode: Encode) -> dict[str, str]:
    """Of each kind, how many pairs are joined: each compared alone."""
    joined: Counter[str] = Counter()
    number: Counter[str] = Counter()
    for kind, one, other in rows:
        number[kind] += 1
        joined[kind] += len(compare([one, other], encode=encode).stories) == 1
    return {kind: f"{joined[kind]} of {number[kind]} joined" for kind in number}


def _own() -> list[tuple[str, str, str]]:
    return [(row["kind"], row["russian"], row["english"]) for row in _rows(_OWN / "bilingual_pairs.csv")]


def _pair_rows(file: Path) -> list[tuple[str, str, str]]:
    lines = (line.split("\t") for line in _lines(file))
    return [(kind, one, other) for kind, one, other in lines]


def _labelled(files: Iterable[Path]) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """The sets of titles with known stories."""
    if "DIGEST_CORPORA" in os.environ:
        yield "first set", json.loads(_corpus("ranking", "title_clusters_ru_en.json").read_text(encoding="utf-8"))
    yield "second set", _rows(_OWN / "story_titles.csv")
    yield "third set", _rows(_OWN / "story_titles_held_out.csv")
    for file in files:
        yield str(file), _rows(file)


def _agreement(rows: Sequence[dict[str, str]], encode: Encode) -> dict[str, dict[str, float]]:
    titles, known = [row["title"] for row in rows], [str(row["story"]) for row in rows]
    found = {"with the encoder": compare(titles, encode=encode), "without": compare(titles)}
    return {name: _rounded(agreement(one.stories, known)) for name, one in found.items()}


def _rounded(measured: Any) -> dict[str, float]:
    return {name: round(getattr(measured, name), 3) for name in ("precision", "recall", "f1")}


def _false_pairs(russian: Sequence[str], english: Sequence[str], encode: Encode) -> list[int]:
    """Pairs of titles in two languages that are joined, in three draws."""
    counts = []
    for seed in range(3):
        draw = random.Random(seed)
        ours, others = (draw.sample(titles, min(_DRAWN, len(titles))) for titles in (russian, english))
        found = compare([*ours, *others], encode=encode).stories
        sizes = [(sum(place < len(ours) for place in story), len(story)) for story in found]
        counts.append(sum(first * (whole - first) for first, whole in sizes))
    return counts


def _days_apart(news: Sequence[_News]) -> dict[str, dict[str, int]]:
    """Pairs joined within a day and across two days weeks apart, where hardly any story can be the same."""
    days = _by_day(news)
    results = {}
    for one, other in _DAYS_APART:
        titles = [article.title for day in (one, other) for article in days[day]]
        first = len(days[one])
        pairs = [(a < first) != (b < first) for story in compare(titles).stories for a in story for b in story if a < b]
        counts = {"titles": len(titles), "joined_across": sum(pairs), "joined_within": len(pairs) - sum(pairs)}
        results[f"{one} and {other}"] = counts
    return results


def _choice(news: Sequence[_News]) -> dict[str, Any]:
    """What variety changes: the best ten of each day by reactions, with `diversity` 0 and 0.3."""
    replaced, best, kept = [], [], []
    for day in _by_day([one for one in news if one.reactions is not None]).values():
        if len(day) >= _FEWEST:
            plain, varied = (_chosen(day, diversity) for diversity in (0.0, 0.3))
            replaced.append(len(set(plain) - set(varied)))
            best.append(len(set(plain[:5]) - set(varied)))
            gain = [sum(day[place].reactions or 0 for place in chosen) for chosen in (varied, plain)]
            kept.append(gain[0] / gain[1])
    return {
        "days": len(kept),
        "replaced_of_ten": round(fmean(replaced), 2),
        "replaced_of_the_best_five": round(fmean(best), 2),
        "reactions_kept": round(fmean(kept), 4),
        "reactions_kept_on_the_worst_day": round(min(kept), 3),
    }


def _chosen(day: Sequence[_News], diversity: float) -> list[int]:
    """The places of the ten articles of an issue, the best first."""
    order = sorted(range(len(day)), key=lambda place: -(day[place].reactions or 0))
    ranked = [
        RankedArticle(
            article=Article(
                key=str(place),
                url=f"https://news.example/{place}",
                title=day[place].title,
                published_at=day[place].published_at,
                sources=(day[place].outlet,),
            ),
            score=math.log(1 + (day[place].reactions or 0)),
        )
        for place in order
    ]
    edition = EditionSettings(name="daily", top=10, minimum=0, per_section=0, per_source=0, diversity=diversity)
    return [int(one.article.key) for one in select(ranked, edition, _compare).selected]


def _compare(titles: Sequence[str], times: Sequence[datetime | None]) -> Compared:
    return compare(titles, times)


def _cost(english: Sequence[str], russian: Sequence[str], rounds: int) -> dict[str, float]:
    """CPU seconds for 1,000 titles: in one language; in two, with every title new, and with every title stored."""
    one = [
        english[place % len(english)] + f" {place // len(english)}" * (place >= len(english)) for place in range(1000)
    ]
    two = [*one[:500], *(f"{russian[place % len(russian)]} {place}" for place in range(500))]
    times: dict[str, list[float]] = defaultdict(list)
    for _round in range(rounds):
        times["one_language"].append(_seconds(TitleComparer(None, SystemClock()), one))
        with TemporaryDirectory(prefix="digest-bench-") as folder:
            database = Database.open("sqlite:///digest.db", Path(folder))
            comparer = TitleComparer(TitleVectors(database), SystemClock())
            times["cold"].append(_seconds(comparer, two))
            times["stored"].append(_seconds(comparer, two))
            database.close()
    return {name: round(median(values), 3) for name, values in times.items()} | {"peak_mb": peak_memory() / 1e6}


def _seconds(comparer: TitleComparer, titles: Sequence[str]) -> float:
    start = time.process_time()
    comparer(titles, [None] * len(titles))
    return time.process_time() - start


def _written_in(script: Script) -> Iterator[str]:
    """The titles of the labelled sets in that script."""
    titles = dict.fromkeys(row["title"] for _, rows in _labelled([]) for row in rows)
    return (title for title in titles if script_of(title) is script)


def _news() -> Iterator[_News]:
    """The articles of six outlets from September and October 2019, where there are the corpora."""
    if "DIGEST_CORPORA" not in os.environ:
        return
    with gzip.open(_corpus("articles", "news_2019_six_outlets.csv.gz"), "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            counts = [row[f"engagement_{kind}_count"] for kind in ("reaction", "comment", "share")]
            reactions = sum(float(count or 0) for count in counts) if counts[0] else None
            if row["title"].strip() and re.match(r"\d{4}-", row["published_at"]):
                moment = datetime.fromisoformat(row["published_at"]).astimezone(UTC)
                yield _News(row["source_id"], row["title"], moment, reactions)


def _by_day(news: Iterable[_News]) -> dict[str, list[_News]]:
    days: dict[str, list[_News]] = defaultdict(list)
    for one in news:
        days[one.published_at.date().isoformat()].append(one)
    return days


def _corpus(*names: str) -> Path:
    return Path(os.environ["DIGEST_CORPORA"]).joinpath(*names)


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _lines(file: Path) -> list[str]:
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


if __name__ == "__main__":
    main()
