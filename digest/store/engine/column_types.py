"""Column types that SQLite and PostgreSQL share."""

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Integer, String, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

from digest.model.articles import require_aware
from digest.model.issues import Slot


class UTCDateTime(TypeDecorator[datetime]):
    """Aware datetimes, read back in UTC; on SQLite text of fixed width, whose order is the order in time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite, which has no type for datetimes."""
        return dialect.type_descriptor(String(32) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse a naive datetime with ValueError."""
        if value is None:
            return None
        require_aware(value)
        moment = value.astimezone(UTC)
        return moment.isoformat(timespec="microseconds") if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Convert to UTC, whatever the session's zone is."""
        if value is None:
            return None
        moment: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.astimezone(UTC)


class SlotText(TypeDecorator[Slot]):
    """A slot as text whose order is the slots' order: the number has two digits."""

    impl = String(13)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Compare bytes, without a language's rules."""
        return dialect.type_descriptor(String(13) if dialect.name == "sqlite" else String(13, collation="C"))

    def process_bind_param(self, value: Slot | None, dialect: Dialect) -> str | None:
        """Write day and number."""
        return None if value is None else f"{value.day.isoformat()}.{value.number:02d}"

    def process_result_value(self, value: Any, dialect: Dialect) -> Slot | None:
        """Read day and number."""
        if value is None:
            return None
        day, _, number = value.partition(".")
        return Slot.parse(day if number == "01" else f"{day}.{int(number)}")


class TextList(TypeDecorator[tuple[str, ...]]):
    """A list of texts as JSON; quotes inside a text are escaped as `\\u0022`, so that SQL can search for an element."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        """Write the list."""
        return None if value is None else self.write(value)

    @staticmethod
    def write(value: tuple[str, ...]) -> str:
        """The list as it is stored."""
        # One by one, because a backslash may be the last letter of a text, and a quote follows each text.
        quoted = (json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', "\\u0022") for text in value)
        return "[" + ", ".join(f'"{text}"' for text in quoted) + "]"

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...] | None:
        """Read the list."""
        return None if value is None else tuple(json.loads(value))


def bytewise() -> Text:
    """Text that both databases order by bytes."""
    return Text().with_variant(Text(collation="C"), "postgresql")


def number() -> BigInteger:
    """An id that the database assigns."""
    return BigInteger().with_variant(Integer(), "sqlite")


def one_of(members: type[StrEnum]) -> Enum:
    """One member of an enumeration as text, checked in Python only: on SQLite a new member would cost a table copy.

    A version that adds a member still needs a migration, an empty one, so that earlier versions refuse the database.
    """
    return Enum(
        members,
        native_enum=False,
        create_constraint=False,
        length=16,
        values_callable=lambda members: [member.value for member in members],
    )
