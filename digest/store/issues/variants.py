"""The frozen contents of issues: the whole issue as it is, those of some topics compressed."""

import json
import zlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, func, select

from digest.model.issues import DEFAULT, Content, Rendered, Variant
from digest.store.articles.pictures import picture_files
from digest.store.tables.schema import EDITION_OR_PURPOSE, issue, issue_article, signing_key, variant

_VARIANTS = select(variant, issue.c.kind, EDITION_OR_PURPOSE, issue.c.slot, issue.c.frozen_at).join(issue)


class Variants:
    """The contents of one issue; each is stored once, with the keys of its articles."""

    def __init__(self, connection: Connection, issue_id: int, dkim_selector: str | None) -> None:
        self._connection = connection
        self._issue_id = issue_id
        self._dkim_selector = dkim_selector
        self._ids: dict[str, int] = {}
        self.picture_files: set[str] = set()

    def id_of(self, content: Content) -> int:
        """The id of the content, which is stored now if it is new."""
        if content.key not in self._ids:
            self._ids[content.key] = self._freeze(content)
        return self._ids[content.key]

    def _freeze(self, content: Content) -> int:
        self.picture_files |= picture_files(content.rendered.html)
        statement = variant.insert().values(
            issue_id=self._issue_id,
            key=content.key,
            subject=content.rendered.subject,
            preheader=content.rendered.preheader,
            **_texts(content),
            dkim_selector=self._dkim_selector,
            signing_key_id=select(func.max(signing_key.c.id)).scalar_subquery(),
        )
        variant_id: int = self._connection.execute(statement.returning(variant.c.id)).scalar_one()
        rows = [
            {"issue_id": self._issue_id, "variant_id": variant_id, "article": key, "position": position}
            for position, key in enumerate(content.article_keys, start=1)
        ]
        if rows:
            self._connection.execute(issue_article.insert(), rows)
        return variant_id


def find_variant(connection: Connection, variant_id: int) -> Variant | None:
    """The frozen content of that id."""
    row = connection.execute(_VARIANTS.where(variant.c.id == variant_id)).one_or_none()
    return None if row is None else _variant(row)


def _texts(content: Content) -> Mapping[str, Any]:
    html, text = content.rendered.html, content.rendered.text
    if content.key == DEFAULT:
        return {"html": html, "text": text}
    packed = zlib.compress(json.dumps([html, text], ensure_ascii=False).encode())
    return {"html": "", "text": "", "packed": packed}


def _variant(row: Row[Any]) -> Variant:
    html, text = (row.html, row.text) if row.packed is None else json.loads(zlib.decompress(row.packed))
    return Variant(
        id=row.id,
        issue_id=row.issue_id,
        kind=row.kind,
        edition=row.edition,
        slot=row.slot,
        frozen_at=row.frozen_at,
        rendered=Rendered(subject=row.subject, preheader=row.preheader, html=html, text=text),
        dkim_selector=row.dkim_selector,
    )
