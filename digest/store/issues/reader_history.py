"""Takes out of a planned issue what its readers had in the last seven days, in a few statements for all of them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Column, Connection, Select, Text, and_, cast, func, select, union

from digest.model.deliveries import DeliveryState
from digest.model.issues import Audience, Content, Kind
from digest.store.articles.article_keys import had_key_then, was_reused_since
from digest.store.engine.locks import Lock, hold
from digest.store.engine.temporary_tables import filled, temporary_table
from digest.store.issues.planning import NewIssue
from digest.store.tables.schema import article, article_alias, delivery, issue, issue_article, variant

_SPAN = timedelta(days=7)
_S = DeliveryState
_HAD = (_S.PLANNED, _S.CLAIMED, _S.SENDING, _S.SENT, _S.DEFERRED, _S.UNKNOWN)  # or will have had
# For each delivery of the issue: the earlier variants that its reader had, and that have one of its articles.
_HISTORY = temporary_table(
    "reader_history",
    Column("delivery_id", BigInteger, primary_key=True, autoincrement=False),
    Column("variant_id", BigInteger),
    Column("earlier", Text),
)
_OUTCOME = temporary_table(
    "history_outcome",
    Column("variant_id", BigInteger, primary_key=True, autoincrement=False),
    Column("earlier", Text, primary_key=True),
    Column("new_variant", BigInteger),  # null: nothing is left for these readers
)
_Articles = Mapping[int, Collection[str]]  # by the id of a variant


class Repeats(NamedTuple):
    """How many readers had every article and get no message, and how many may see an article again."""

    had_all: int = 0
    repeated: int = 0


def wait_for_others(connection: Connection, audience: Audience) -> None:
    """Wait until no other issue of these editions is being planned: each must see what readers of the other get.

    Every edition has a lock, because processes may know of different ones while a configuration is changed.
    """
    for edition in sorted(audience.same_language):
        hold(connection, Lock.PLANNING, edition)


def leave_out_repeats(connection: Connection, new: NewIssue, stored: Callable[[Content], int]) -> Repeats:
    """Give readers of the planned issue a variant without the articles that they had.

    Articles count that were in an issue of any edition but `new.audience.foreign_editions`; `stored` stores a content
    and returns its id.
    """
    earlier = _earlier_variants(connection, new)
    if not earlier or new.audience.without is None:
        return Repeats()
    with filled(connection, {_HISTORY: ()}):
        connection.execute(_HISTORY.insert().from_select(_HISTORY.columns.keys(), _histories(new.id, earlier)))
        groups = connection.execute(_GROUPS).all()
        outcomes, repeats = _outcomes(groups, _contents(connection, new.id), earlier, new.audience, stored)
        with filled(connection, {_OUTCOME: outcomes}):
            connection.execute(_DELETE)
            connection.execute(_UPDATE)
    return repeats


def _earlier_variants(connection: Connection, new: NewIssue) -> _Articles:
    """The variants of the last days with articles of the issue, and these; hardly ever any within one edition."""
    recent = select(issue.c.id).where(
        issue.c.kind == Kind.EDITION,
        issue.c.edition.not_in(sorted(new.audience.foreign_editions)),
        issue.c.id != new.id,
        issue.c.frozen_at > new.now - _SPAN,
    )
    own = select(issue_article.c.article).where(issue_article.c.issue_id == new.id)
    of_recent = issue_article.c.issue_id.in_(recent)
    reused = was_reused_since(issue_article.c.article, issue.c.frozen_at)
    listed = select(issue_article.c.variant_id, issue_article.c.article).join(issue)
    moved = (
        select(issue_article.c.variant_id, article.c.key)
        .join_from(issue_article, article_alias, article_alias.c.key == issue_article.c.article)
        .join(article, article.c.id == article_alias.c.article_id)
        .join(issue, issue.c.id == issue_article.c.issue_id)
    )
    shared = union(
        listed.where(of_recent, issue_article.c.article.in_(own), ~reused),
        moved.where(of_recent, article.c.key.in_(own), had_key_then(issue.c.frozen_at)),
    )
    found: dict[int, set[str]] = defaultdict(set)
    for variant_id, key in connection.execute(shared):
        found[variant_id].add(key)
    return found


def _histories(issue_id: int, earlier: _Articles) -> Select[Any]:
    new, old = delivery.alias("new"), delivery.alias("old")
    issues = select(variant.c.issue_id).where(variant.c.id.in_(earlier))
    had = and_(old.c.issue_id.in_(issues), old.c.variant_id.in_(earlier), old.c.state.in_(_HAD))
    names = func.aggregate_strings(cast(old.c.variant_id, Text), ",")
    return (
        select(new.c.id, new.c.variant_id, names)
        .join_from(new, old, old.c.subscriber_id == new.c.subscriber_id)
        .where(new.c.issue_id == issue_id, new.c.claim_expires.is_(None), had)
        .group_by(new.c.id, new.c.variant_id)
    )


def _contents(connection: Connection, issue_id: int) -> dict[int, tuple[str, set[str]]]:
    """The variants of the issue: their keys and articles."""
    found: dict[int, tuple[str, set[str]]] = {}
    rows = select(variant.c.id, variant.c.key, issue_article.c.article).join(issue_article)
    for variant_id, key, article_key in connection.execute(rows.where(variant.c.issue_id == issue_id)):
        found.setdefault(variant_id, (key, set()))[1].add(article_key)
    return found


def _outcomes(
    groups: Sequence[Any],
    contents: Mapping[int, tuple[str, set[str]]],
    earlier: _Articles,
    audience: Audience,
    stored: Callable[[Content], int],
) -> tuple[list[tuple[int, str, int | None]], Repeats]:
    """The new variant of each group of readers with one history, the largest first."""
    outcomes: list[tuple[int, str, int | None]] = []
    had_all = repeated = 0
    for variant_id, history, readers in groups:
        key, articles = contents[variant_id]
        had = articles.intersection(chain.from_iterable(earlier[int(one)] for one in history.split(",")))
        if not had or audience.without is None:
            continue
        found = audience.without(key, frozenset(had))
        if found.over_limit:
            repeated += readers
            continue
        had_all += readers if found.content is None else 0
        outcomes.append((variant_id, history, None if found.content is None else stored(found.content)))
    return outcomes, Repeats(had_all, repeated)


_READERS = func.count().label("readers")
_GROUPS = (
    select(_HISTORY.c.variant_id, _HISTORY.c.earlier, _READERS)
    .group_by(_HISTORY.c.variant_id, _HISTORY.c.earlier)
    .order_by(_READERS.desc(), _HISTORY.c.variant_id, _HISTORY.c.earlier)
)
_SAME = and_(_OUTCOME.c.variant_id == _HISTORY.c.variant_id, _OUTCOME.c.earlier == _HISTORY.c.earlier)
_CHANGED = select(_HISTORY.c.delivery_id).join(_OUTCOME, _SAME)
_DELETE = delivery.delete().where(delivery.c.id.in_(_CHANGED.where(_OUTCOME.c.new_variant.is_(None))))
_UPDATE = (
    delivery.update()
    .where(delivery.c.id.in_(_CHANGED.where(_OUTCOME.c.new_variant.is_not(None))))
    .values(
        variant_id=select(_OUTCOME.c.new_variant)
        .join_from(_HISTORY, _OUTCOME, _SAME)
        .where(_HISTORY.c.delivery_id == delivery.c.id)
        .scalar_subquery()
    )
)
