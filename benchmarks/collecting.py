"""How long one round over 500 feeds takes that are 100 ms away, beside fetching them alone; and storing what they said.

    python -m benchmarks.collecting --json collecting.json

The floor is aiohttp alone with as many connections. Each feed has a loopback address of its own for every 250.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from benchmarks import feeds
from benchmarks.report import Goal, conclude, conditions
from digest.collecting.collect import collect
from digest.model.articles import Collected, Window
from digest.settings.sources import FeedSettings
from digest.sources.feed.source import FeedSource
from digest.sources.fetching.fetcher import MOST_AT_ONCE, Fetcher
from digest.store.articles.articles import Articles
from digest.store.engine.database import Database

WANTED = 1.3

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: %d\r\n\r\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write JSON where it was asked for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--feeds", type=int, default=500)
    options.add_argument("--items", type=int, nargs="+", default=[10, 40])
    options.add_argument("--latency", type=float, default=0.1)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--json", type=Path)
    options.add_argument("--serve", help=argparse.SUPPRESS)
    chosen = options.parse_args(arguments)
    if chosen.serve:
        asyncio.run(_serve(Path(chosen.serve).read_bytes(), chosen.latency))
        return
    known = conditions(feeds=chosen.feeds, latency=chosen.latency, connections=MOST_AT_ONCE, rounds=chosen.rounds)
    results = [_measured(chosen.feeds, items, chosen.latency, chosen.rounds) for items in chosen.items]
    goals = [
        Goal(
            says=f"{row['items']} items each: collecting / fetching alone",
            wanted=WANTED,
            reached=row["ratio"],
            most=True,
        )
        for row in results
    ]
    conclude(chosen.json, known, results, goals)


async def _serve(body: bytes, latency: float) -> None:
    answer = _HEAD % len(body) + body

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                await asyncio.sleep(latency)
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(talk, "0.0.0.0", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


def _measured(count: int, items: int, latency: float, rounds: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "feed.xml"
        document.write_bytes(feeds.rss(items, 0, datetime.now(UTC) - timedelta(hours=1)))
        command = [sys.executable, "-m", "benchmarks.collecting", "--serve", str(document), "--latency", str(latency)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
            try:
                assert server.stdout is not None
                port = int(server.stdout.readline())
                urls = [f"http://127.0.0.{1 + number % 250}:{port}/{number}" for number in range(count)]
                pairs = [(asyncio.run(_floor(urls)), _round(urls)) for _ in range(rounds)]
            finally:
                server.kill()
        alone, ours = median(pair[0] for pair in pairs), median(pair[1][0] for pair in pairs)
        stored = _stored(pairs[-1][1][1], Path(folder))
    return {
        "items": items,
        "fetching_alone_seconds": round(alone, 3),
        "collecting_seconds": round(ours, 3),
        "every_round": [[round(floor, 3), round(told[0], 3)] for floor, told in pairs],
        "ratio": round(ours / alone, 3),
        "store_seconds": stored,
    }


async def _floor(urls: Sequence[str]) -> float:
    started = time.perf_counter()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=MOST_AT_ONCE)) as session:

        async def fetch(url: str) -> bytes:
            async with session.get(url) as response:
                return await response.read()

        await asyncio.gather(*map(fetch, urls))
    return time.perf_counter() - started


def _round(urls: Sequence[str]) -> tuple[float, Collected]:
    now = datetime.now(UTC)
    window = Window(start=now - timedelta(days=1), end=now)
    with Fetcher() as fetcher:
        sources = [
            FeedSource(
                FeedSettings(name=f"feed-{number}", kind="feed", url=url),
                fetcher=fetcher,
                root=Path(),
                zone=ZoneInfo("UTC"),
            )
            for number, url in enumerate(urls)
        ]
        started = time.perf_counter()
        collected = collect(sources, window, validators={}, now=now)
        seconds = time.perf_counter() - started
    assert not [report.error for report in collected.reports if report.error]
    return seconds, collected


def _stored(collected: Collected, folder: Path) -> list[float]:
    """Seconds that a new database takes to keep the round, and to keep it again."""
    database = Database.open("sqlite:///digest.db", folder)
    try:
        seconds = []
        for _ in range(2):
            started = time.perf_counter()
            Articles(database).record(collected)
            seconds.append(round(time.perf_counter() - started, 3))
        return seconds
    finally:
        database.close()


if __name__ == "__main__":
    main()
