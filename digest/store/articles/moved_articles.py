"""Articles whose address changed: a source lists them at an address that no article has.

They have their guid there, or else their title and the second of their publication; or the source has moved to another
host with all its articles.

Such an article gets the key of its new address and keeps everything else. Its former key becomes an alias: frozen
issues, retractions, other sources and counters still have it.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Set
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, exists, select

from digest.model.articles import Role, Sighting
from digest.model.moves import is_another_article, is_same_article, own_dates
from digest.store.articles.article_keys import article_key, known_ids
from digest.store.articles.sightings import guid_hash, in_utc
from digest.store.engine.chunks import chunks
from digest.store.tables.schema import article, article_alias, insert, override, reading, sighting

_HOST = re.compile(r"[^/?#]+")
_FEWEST_MOVED = 3  # articles; one or two may have the path and the title of others by chance, such as /weather
_REMEMBERED = 500  # articles that a source listed last

_Place = tuple[str, str]  # an article's key and a source
_Sightings = Mapping[_Place, Sighting]


class _Move(NamedTuple):
    new: str
    old: str
    article_id: int


class _Alias(NamedTuple):
    current: str
    article_id: int


def follow_moves(connection: Connection, sightings: _Sightings, new: Set[str]) -> dict[_Place, Sighting]:
    """Give moved articles their new keys; the sightings, with the current keys of their articles, ordered.

    `new` are the keys that no article has yet, except those known by their counters alone.
    """
    former = _aliases(connection, new)
    found = chain(
        _moves(connection, sightings, new, former),
        _same_titles_and_dates(connection, sightings, new, former),
        _changes_of_host(connection, sightings, new),
    )
    moves = {move.new: move for move in sorted(found)}.values()
    for move in moves:
        _change_key(connection, move)
    aliases = _aliases(connection, {*new, *(move.old for move in moves)})
    return _with_current_keys(sightings, aliases, set(_reused(connection, sightings, aliases)))


def present_url(connection: Connection, url: str) -> str:
    """Where an article is now that had this URL last; the URL itself where an article has it now, or none had it."""
    key = article_key(url)
    found = _aliases(connection, {key}).get(key)
    if found is None:
        return url
    of_article = and_(sighting.c.article_id == found.article_id, sighting.c.role == Role.ARTICLES)
    urls = connection.scalars(select(sighting.c.url).where(of_article).order_by(sighting.c.source))
    return next((one for one in urls if article_key(one) == found.current), url)


def _moves(connection: Connection, sightings: _Sightings, new: Set[str], former: Collection[str]) -> Iterator[_Move]:
    """The articles that a source listed before under the guid of a new address, and lists there no more."""
    answers: dict[str, list[Sighting]] = defaultdict(list)
    by_source: dict[str, dict[str, tuple[str, Sighting]]] = defaultdict(dict)
    for (key, source), seen in sightings.items():
        answers[source].append(seen)
        if seen.guid and seen.role is Role.ARTICLES and key in new:
            by_source[source][guid_hash(seen.guid)] = (key, seen)
    for source, wanted in by_source.items():
        dates = own_dates(answers[source])
        found: dict[str, list[_Move]] = defaultdict(list)
        for chunk in chunks(wanted):
            listed = select(sighting, article.c.key).join(article)
            of_source = and_(sighting.c.source == source, sighting.c.role == Role.ARTICLES)
            for row in connection.execute(listed.where(of_source, sighting.c.guid.in_(chunk))):
                key, seen = wanted[row.guid]
                if _has_left(row, key, sightings, former) and is_same_article(row, seen, dates):
                    found[key].append(_Move(key, row.key, row.article_id))
        yield from (moves[0] for moves in found.values() if len(moves) == 1)


def _same_titles_and_dates(
    connection: Connection, sightings: _Sightings, new: Set[str], former: Collection[str]
) -> Iterator[_Move]:
    """The articles that a source lists with their title and date at a new address, and at the former one no more.

    Many feeds have the address as the guid, and pages and databases have none.
    """
    wanted: dict[tuple[str, datetime, str], str] = {}
    for source, listed in _by_source(sightings).items():
        if not new.isdisjoint(listed):
            dates = own_dates(listed.values())
            wanted |= {
                (source, moment, seen.title): key
                for key, seen in listed.items()
                if key in new and seen.published_at in dates and (moment := in_utc(seen.published_at))
            }
    found: dict[str, list[_Move]] = defaultdict(list)
    known = select(sighting, article.c.key).join(article).where(sighting.c.role == Role.ARTICLES)
    for chunk in chunks({date for _source, date, _title in wanted}):
        for row in connection.execute(known.where(sighting.c.published_at.in_(chunk))):
            to = wanted.get((row.source, row.published_at, row.title))
            if to is not None and not row.day_only and _has_left(row, to, sightings, former):
                found[to].append(_Move(to, row.key, row.article_id))
    yield from (moves[0] for moves in found.values() if len(moves) == 1)


def _has_left(row: Row[Any], key: str, sightings: _Sightings, former: Collection[str]) -> bool:
    """Whether a source lists an article no more at the address that it had; `key` is that of its new one.

    An older version may have given the same address another key.
    """
    before = article_key(row.url)
    is_left = all((one, row.source) not in sightings for one in {before, row.key} - {key})
    return is_left and (before != key or key not in former)


def _changes_of_host(connection: Connection, sightings: _Sightings, new: Set[str]) -> Iterator[_Move]:
    """The articles of sources that list nothing but new addresses, some of them known apart from their host."""
    for source, listed in _by_source(sightings).items():
        if len(listed) < _FEWEST_MOVED or not listed.keys() <= new:
            continue
        hosts = {_host(key) for key in listed}
        wanted = {_apart_from_host(key, seen.title): key for key, seen in listed.items()}
        known = select(article.c.id, article.c.key, sighting.c.title).join(sighting)
        of_source = and_(sighting.c.source == source, sighting.c.role == Role.ARTICLES)
        latest = known.where(of_source).order_by(sighting.c.taken_at.desc(), article.c.id.desc()).limit(_REMEMBERED)
        found: dict[tuple[str, str], list[_Move]] = defaultdict(list)
        for row in connection.execute(latest):
            to = wanted.get(_apart_from_host(row.key, row.title))
            if to is not None and _host(row.key) not in hosts:
                found[_host(row.key), _host(to)].append(_Move(to, row.key, row.id))
        for moves in found.values():
            if len(moves) >= _FEWEST_MOVED:
                yield from moves


def _by_source(sightings: _Sightings) -> Mapping[str, Mapping[str, Sighting]]:
    """The articles that each source lists, by their keys."""
    found: dict[str, dict[str, Sighting]] = defaultdict(dict)
    for (key, source), seen in sightings.items():
        if seen.role is Role.ARTICLES:
            found[source][key] = seen
    return found


def _host(key: str) -> str:
    host = _HOST.match(key)
    return host[0] if host else ""


def _apart_from_host(key: str, title: str) -> tuple[str, str]:
    """What an article keeps on another host: its path with the query, and its title."""
    return key.removeprefix(_host(key)), title


def _change_key(connection: Connection, move: _Move) -> None:
    """Change the key of an article, and what refers to it."""
    _delete_counted(connection, move.new)
    own = and_(article_alias.c.key == move.new, article_alias.c.article_id == move.article_id)
    connection.execute(article_alias.delete().where(own))
    of_article = and_(article.c.id == move.article_id, article.c.key == move.old)
    moved = connection.execute(article.update().where(of_article).values(key=move.new)).rowcount
    # Where another source has moved the article in this round, the second new address is an alias too.
    alias = {"key": move.old if moved else move.new, "article_id": move.article_id}
    connection.execute(insert(connection, article_alias).values(alias).on_conflict_do_nothing())
    if moved:
        of_editors = override.c.article_key == move.old
        connection.execute(override.update().where(of_editors).values(article_key=move.new))


def _delete_counted(connection: Connection, key: str) -> None:
    """Delete what is known of a key by its counters alone."""
    counted = select(article.c.id).where(article.c.key == key, ~exists().where(sighting.c.article_id == article.c.id))
    for article_id in connection.scalars(counted).all():
        connection.execute(reading.delete().where(reading.c.article_id == article_id))
        connection.execute(article.delete().where(article.c.id == article_id))


def _aliases(connection: Connection, keys: Collection[str]) -> dict[str, _Alias]:
    """The articles that had keys last which no article has now, by these keys."""
    columns = (article_alias.c.key, article.c.key.label("current"), article.c.id)
    former = select(*columns).join(article).order_by(article.c.first_seen_at, article.c.id)
    free = set(keys) - known_ids(connection, keys).keys()
    rows = (row for chunk in chunks(free) for row in connection.execute(former.where(article_alias.c.key.in_(chunk))))
    return {row.key: _Alias(row.current, row.id) for row in rows}


def _reused(connection: Connection, sightings: _Sightings, aliases: Mapping[str, _Alias]) -> Iterator[str]:
    """The former addresses at which a source lists a new article: one beside the moved one, or plainly another one."""
    for (key, source), seen in sightings.items():
        moved = (
            sightings.get((aliases[key].current, source)) if key in aliases and seen.role is not Role.COUNTERS else None
        )
        if moved is not None and not _are_twins(moved, seen):
            yield key
    listed = select(sighting, article_alias.c.key).join(
        article_alias, article_alias.c.article_id == sighting.c.article_id
    )
    for chunk in chunks(aliases):
        for row in connection.execute(listed.where(article_alias.c.key.in_(chunk), sighting.c.role == Role.ARTICLES)):
            now = sightings.get((row.key, row.source))
            if now is not None and row.article_id == aliases[row.key].article_id and _is_another(row, now):
                yield row.key


def _are_twins(one: Sighting, other: Sighting) -> bool:
    """Whether a source lists an article at two addresses."""
    return one.title == other.title and one.published_at is not None and one.published_at == other.published_at


def _is_another(row: Row[Any], seen: Sighting) -> bool:
    """Whether a source that followed an article to its new address lists another one at the former address."""
    is_named_alike = row.guid is not None and seen.guid is not None and row.guid == guid_hash(seen.guid)
    return article_key(row.url) != row.key and not is_named_alike and is_another_article(row, seen)


def _with_current_keys(
    sightings: _Sightings, aliases: Mapping[str, _Alias], reused: Collection[str]
) -> dict[_Place, Sighting]:
    """The sightings by the current keys; a former address that is `reused` is a key of its own."""
    found: dict[_Place, Sighting] = {}
    for (key, source), seen in sightings.items():
        place = (aliases[key].current if key in aliases and key not in reused else key, source)
        found[place] = max(found.get(place, seen), seen, key=_total_count)
    return dict(sorted(found.items()))


def _total_count(seen: Sighting) -> int:
    """How much was counted: of two addresses of one article neither counts the visits of the other."""
    return (seen.counters.views or 0) + (seen.counters.comments or 0)
