"""How the counters of articles grew: aggregated facts for growth curves, and every reading for `digest evaluate`."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, Row, and_, case, cast, exists, func, select

from digest.model.articles import Role
from digest.ranking.growth import (
    FINAL_AGE,
    ArticleGrowth,
    GrowthHistory,
    Point,
    article_growth,
    bucket_of,
)
from digest.store.tables.schema import article, reading, sighting

SAMPLE = 2_000  # articles are enough for a curve: of more, every n-th one is read
_GROWN = timedelta(hours=FINAL_AGE)
_TRAINING = timedelta(days=60)  # of the past to learn from
_HALF_HOUR = 1_800


class DatedReading(NamedTuple):
    """One source's reading of an article that has a date."""

    key: str
    published_at: datetime
    taken_at: datetime
    views: int | None
    comments: int | None


def grown_by(connection: Connection, slot: datetime) -> GrowthHistory:
    """The growth of the articles that had stopped growing by the slot and were published in the sixty days before."""
    newest = slot - _GROWN
    dated = and_(article.c.published_at > newest - _TRAINING, article.c.published_at <= newest)
    number = connection.scalar(select(func.count()).select_from(article).where(dated)) or 0
    step = max(1, math.ceil(number / SAMPLE))
    rows = connection.execute(_facts(connection, and_(dated, article.c.id % step == 0)))
    views: list[ArticleGrowth] = []
    comments: list[ArticleGrowth] = []
    for _, of_article in groupby(rows, key=lambda row: row.article_id):
        facts = list(of_article)
        views.extend(_grown(facts, "views"))
        comments.extend(_grown(facts, "comments"))
    return GrowthHistory(views=views, comments=comments)


def dated_readings(connection: Connection, since: datetime | None) -> Iterator[DatedReading]:
    """Every reading of the articles that are dated since then (None: ever), article by article."""
    is_dated = article.c.published_at.is_not(None) if since is None else article.c.published_at >= since
    readings = (
        select(article.c.key, article.c.published_at, reading.c.taken_at, reading.c.views, reading.c.comments)
        .join(reading, reading.c.article_id == article.c.id)
        .where(is_dated, _ranked())
        .order_by(article.c.id)
    )
    for row in connection.execution_options(yield_per=10_000).execute(readings):
        yield DatedReading(*row)


def _facts(connection: Connection, chosen: ColumnElement[bool]) -> Any:
    """For each article, source and hour of age: the mean age in seconds and the mean counters."""
    age = _age(connection)
    hour = (age + _HALF_HOUR) // 3600
    return (
        select(
            reading.c.article_id,
            reading.c.source,
            article.c.published_at,
            hour.label("hour"),
            func.avg(case((reading.c.views.is_not(None), age))).label("views_age"),
            func.avg(case((reading.c.comments.is_not(None), age))).label("comments_age"),
            func.avg(reading.c.views).label("views"),
            func.avg(reading.c.comments).label("comments"),
            func.max(reading.c.views).label("most_views"),
            func.max(reading.c.comments).label("most_comments"),
        )
        .join(article, article.c.id == reading.c.article_id)
        .where(chosen, _ranked(), age <= int(FINAL_AGE * 3600))
        .group_by(reading.c.article_id, reading.c.source, article.c.published_at, hour)
        .order_by(reading.c.article_id, reading.c.source, hour)
    )


def _ranked() -> ColumnElement[bool]:
    return exists().where(sighting.c.article_id == article.c.id, sighting.c.role == Role.ARTICLES)


def _age(connection: Connection) -> ColumnElement[int]:
    """Whole seconds from publication to reading; 0 for a reading before publication."""
    if connection.dialect.name == "sqlite":
        moments = (reading.c.taken_at, article.c.published_at)
        taken, published = (cast(func.strftime("%s", one), BigInteger) for one in moments)  # unixepoch() needs 3.38
        seconds = taken - published
    else:
        seconds = cast(func.extract("epoch", reading.c.taken_at - article.c.published_at), BigInteger)
    return case((seconds < 0, 0), else_=seconds)


def _grown(facts: Sequence[Row[Any]], counter: str) -> Iterable[ArticleGrowth]:
    """The article's growth by the source with the highest final count; empty where no source counted."""
    points: dict[str, list[Point]] = defaultdict(list)
    finals: dict[str, int] = defaultdict(int)
    for row in facts:
        mean, age = getattr(row, counter), getattr(row, f"{counter}_age")
        if mean is not None:
            points[row.source].append(Point(bucket_of(float(age) / 3600), float(age) / 3600, float(mean)))
            finals[row.source] = max(finals[row.source], getattr(row, f"most_{counter}"))
    if points:
        source = max(points, key=lambda name: (finals[name], name))
        found = article_growth(facts[0].published_at.timestamp(), finals[source], points[source])
        return [] if found is None else [found]
    return []
