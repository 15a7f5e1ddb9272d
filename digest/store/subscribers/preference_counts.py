"""How many readers have which preferences, for the operator."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Text, func, select, type_coerce

from digest.model.subscribers import SubscriberStatus
from digest.store.engine.column_types import TextList
from digest.store.engine.database import Database
from digest.store.tables.schema import subscriber

_EMPTY = TextList.write(())


class CountedPreferences(NamedTuple):
    """The number of confirmed readers by each stored value; unset values are left out."""

    language: Mapping[str, int]
    sections: Mapping[tuple[str, ...], int]
    frequency: Mapping[str, int]
    timezone: Mapping[str, int]


class PreferenceCounts:
    """The preferences that change what readers get; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_readers(self) -> CountedPreferences:
        """Count the values of all confirmed readers, also those that are not understood."""
        return CountedPreferences(
            language=self._by_value("language"),
            sections=self._by_names("sections"),
            frequency=self._by_value("frequency"),
            timezone=self._by_value("timezone"),
        )

    def of_editions(self) -> dict[tuple[str, ...], int]:
        """Count the choices of editions of all confirmed readers; those who get every edition are left out."""
        return self._by_names("editions")

    def _by_names(self, name: str) -> dict[tuple[str, ...], int]:
        return {tuple(json.loads(text)): number for text, number in self._by_value(name).items() if text != _EMPTY}

    def _by_value(self, name: str) -> dict[str, int]:
        value = type_coerce(subscriber.c[name], Text).label("value")
        confirmed = subscriber.c.status == SubscriberStatus.CONFIRMED
        counted = select(value, func.count().label("number")).where(confirmed, value.is_not(None)).group_by(value)
        with self._database.read() as connection:
            return {row.value: row.number for row in connection.execute(counted)}
