"""Which article a key meant at a moment: an address that an article had may be given to another one."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from digest.store.articles.article_keys import with_other_keys
from digest.store.engine.chunks import chunks
from digest.store.tables.schema import article, article_alias


class _Holder(NamedTuple):
    first_seen_at: datetime
    article_id: int


class KeyHistory:
    """The articles that had or have some keys; `keys` are these, and all others of the same articles."""

    def __init__(self, held: Mapping[str, list[_Holder]], keys: Collection[str]) -> None:
        self._held = held
        self.keys = frozenset(keys)

    @classmethod
    def read(cls, connection: Connection, keys: Collection[str]) -> "KeyHistory":
        """The history of these keys."""
        every = with_other_keys(connection, keys)
        columns = (article.c.first_seen_at, article.c.id)
        before = select(article_alias.c.key, *columns).join(article).order_by(*columns)
        now = select(article.c.key, *columns)
        held: dict[str, list[_Holder]] = defaultdict(list)
        for chunk in chunks(every):
            for query in (before.where(article_alias.c.key.in_(chunk)), now.where(article.c.key.in_(chunk))):
                for key, first_seen_at, article_id in connection.execute(query):
                    held[key].append(_Holder(first_seen_at, article_id))
        return cls(held, every)

    def meant(self, key: str, moment: datetime | None = None) -> int | str:
        """The id of the article that had the key at the moment (None: has it now, or had it last).

        One that came later counts where no other is known, and the key itself stands for an article that is not stored.
        """
        held = self._held.get(key)
        if not held:
            return key
        known = [one for one in held if moment is None or one.first_seen_at <= moment]
        return (known or held[:1])[-1].article_id
