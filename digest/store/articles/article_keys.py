"""The keys of articles: those of the addresses at which sources list them, and those of addresses that they had."""

import hashlib
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, or_, select, union

from digest.parsing.canonical_key import canonical_key
from digest.store.engine.chunks import chunks
from digest.store.tables.schema import article, article_alias

_LONGEST_KEY = 2_400  # bytes; PostgreSQL's index takes no more than 2,704


def article_key(url: str, item: str | None = None) -> str:
    """The key of an article: its canonical address, and its item; a hash replaces the end of a very long one."""
    suffix = f"#{hashlib.sha256(item.encode(errors='replace')).hexdigest()[:16]}" if item else ""
    key = canonical_key(url) + suffix
    if len(key.encode()) <= _LONGEST_KEY:
        return key
    return f"{key.encode()[: _LONGEST_KEY - 65].decode(errors='ignore')}#{hashlib.sha256(key.encode()).hexdigest()}"


def known_ids(connection: Connection, keys: Collection[str]) -> dict[str, int]:
    """The ids of the articles that have these keys now, by key."""
    rows = (
        row
        for chunk in chunks(keys)
        for row in connection.execute(select(article.c.key, article.c.id).where(article.c.key.in_(chunk)))
    )
    return {row.key: row.id for row in rows}


def with_other_keys(connection: Connection, keys: Collection[str]) -> frozenset[str]:
    """These keys, and all others that their articles have or had."""
    others = [row.key for chunk in chunks(keys) for row in connection.execute(_keys_of_articles(chunk))]
    return frozenset([*keys, *others])


def _keys_of_articles(keys: Collection[str]) -> Select[tuple[str]]:
    named = union(
        select(article.c.id).where(article.c.key.in_(keys)),
        select(article_alias.c.article_id).where(article_alias.c.key.in_(keys)),
    )
    all_keys = union(
        select(article.c.key).where(article.c.id.in_(named)),
        select(article_alias.c.key).where(article_alias.c.article_id.in_(named)),
    ).subquery()
    return select(all_keys.c.key)


def was_reused_since(key: ColumnElement[str], moment: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether a key was that of an article which has moved, and is that of another one first seen after the moment."""
    now, before = article.alias(), article_alias.alias()
    return and_(exists().where(before.c.key == key), exists().where(now.c.key == key, now.c.first_seen_at > moment))


def had_key_then(moment: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether an `article` is the one of those with the key of its `article_alias` that had it at the moment.

    The same in SQL as `KeyHistory.meant`: of those that came before, the last one, else the first one.
    """
    now, former, alias = article.alias(), article.alias(), article_alias.alias()
    of_key = and_(alias.c.key == article_alias.c.key, alias.c.article_id == former.c.id)
    return and_(
        ~exists().where(now.c.key == article_alias.c.key, _had_it_instead(now.c.first_seen_at, moment)),
        ~exists().where(of_key, _had_it_instead(former.c.first_seen_at, moment)),
    )


def _had_it_instead(other: ColumnElement[datetime], moment: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether one that was first seen at `other` had a key of `article` at the moment."""
    came_between = and_(other > article.c.first_seen_at, other <= moment)
    return or_(came_between, and_(article.c.first_seen_at > moment, other < article.c.first_seen_at))
