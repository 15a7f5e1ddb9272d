"""A portal's own database, filled by the test and queried by the SQL source."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import NullPool, create_engine, text

from digest.errors import SourceError
from digest.model.articles import Visit, Window
from digest.settings.sources import SqlSettings
from digest.sources.sql.limits import Limits
from digest.sources.sql.source import SqlSource

MOSCOW = ZoneInfo("Europe/Moscow")
WINDOW = Window(start=datetime(2026, 9, 30, 4, tzinfo=UTC), end=datetime(2026, 10, 1, 4, tzinfo=UTC))
NOW = datetime(2026, 10, 1, 4, 30, tzinfo=UTC)
IN_WINDOW = "SELECT * FROM articles WHERE published_at >= :start AND published_at < :end ORDER BY id"


class PortalDatabase:
    """A portal's database: written to by an engine of its own, read by the source under test."""

    def __init__(self, url: str, root: Path) -> None:
        self.url, self.root = url, root
        self.engine = create_engine(url, poolclass=NullPool)

    def run(self, *statements: str) -> None:
        """Execute and commit."""
        with self.engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def value(self, query: str) -> Any:
        """The first value of the answer."""
        with self.engine.connect() as connection:
            return connection.scalar(text(query))

    def source(self, query: str = IN_WINDOW, *, limits: Limits | None = None, **settings: Any) -> SqlSource:
        """Return the source under test; the portal is in the zone of Moscow."""
        whole: dict[str, Any] = {"name": "portal-db", "kind": "sql", "url": self.url, "query": query, **settings}
        base = "https://gazette.example/"
        return SqlSource(SqlSettings(**whole), root=self.root, zone=MOSCOW, base=base, limits=limits)

    def visit(self, query: str = IN_WINDOW, *, limits: Limits | None = None, **settings: Any) -> Visit:
        """One visit over the day."""
        return self.source(query, limits=limits, **settings).visit(WINDOW, NOW, None)

    def error(self, query: str, *, limits: Limits | None = None, **settings: Any) -> str:
        """Return the error of a failing visit, which must be one line."""
        with pytest.raises(SourceError) as caught:
            self.visit(query, limits=limits, **settings)
        message = str(caught.value)
        assert not message.startswith("source ")  # the report of the visit has the name
        assert message.isprintable()
        return message
