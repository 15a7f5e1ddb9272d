"""Overrides: the latest of each article and kind is in force, for its slot or for all, until it expires."""

from dataclasses import replace
from datetime import date

import pytest

from digest.model.articles import Override
from digest.model.issues import Slot
from digest.store.database import Database
from digest.store.overrides import Overrides
from tests.support.store import NOW, SLOT, minutes

NEXT = Slot(day=date(2026, 10, 2))
PIN = Override(key="a", kind="pin", value="1", by="anna", at=NOW)


@pytest.fixture
def overrides(database: Database) -> Overrides:
    """The overrides of the database."""
    return Overrides(database)


def test_overrides_latest_of_a_kind_wins(overrides: Overrides) -> None:
    """For one article and kind the latest override counts; other kinds and articles are independent."""
    overrides.add("daily", SLOT, PIN)
    overrides.add("daily", SLOT, replace(PIN, value="2", by="ben", at=NOW + minutes(1)))
    overrides.add("daily", SLOT, replace(PIN, kind="title", value="A new title"))
    overrides.add("daily", SLOT, replace(PIN, key="b", kind="drop", value=None))
    said = {(one.key, one.kind): (one.value, one.by) for one in overrides.in_force("daily", SLOT, NOW)}
    assert said == {("a", "pin"): ("2", "ben"), ("a", "title"): ("A new title", "anna"), ("b", "drop"): (None, "anna")}
    assert all(type(one.kind) is str for one in overrides.in_force("daily", SLOT, NOW))


def test_overrides_apply_to_their_slot_or_to_all(overrides: Overrides) -> None:
    """Without a slot it applies to every issue of the edition."""
    overrides.add("daily", SLOT, PIN)
    overrides.add("daily", None, replace(PIN, key="b"))
    assert [one.key for one in overrides.in_force("daily", SLOT, NOW)] == ["a", "b"]
    assert [one.key for one in overrides.in_force("daily", NEXT, NOW)] == ["b"]
    assert overrides.in_force("weekly", SLOT, NOW) == []


def test_overrides_expired_are_not_in_force(overrides: Overrides) -> None:
    """An expired override does not restore the one that it replaced."""
    overrides.add("daily", SLOT, PIN)
    until = NOW + minutes(10)
    overrides.add("daily", SLOT, replace(PIN, at=NOW + minutes(1), until=until))
    assert overrides.in_force("daily", SLOT, NOW) == [replace(PIN, at=NOW + minutes(1), until=until)]
    assert overrides.in_force("daily", SLOT, until) == []
