"""Overrides: the latest of each article and kind is in force, for its slot or for all, until its time is over."""

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


def test_the_latest_hand_wins(overrides: Overrides) -> None:
    """For an article and a kind the last word counts; other kinds and articles stand beside it."""
    overrides.add("daily", SLOT, PIN)
    overrides.add("daily", SLOT, replace(PIN, value="2", by="ben", at=NOW + minutes(1)))
    overrides.add("daily", SLOT, replace(PIN, kind="title", value="A new title"))
    overrides.add("daily", SLOT, replace(PIN, key="b", kind="drop", value=None))
    said = {(one.key, one.kind): (one.value, one.by) for one in overrides.in_force("daily", SLOT, NOW)}
    assert said == {("a", "pin"): ("2", "ben"), ("a", "title"): ("A new title", "anna"), ("b", "drop"): (None, "anna")}
    assert all(type(one.kind) is str for one in overrides.in_force("daily", SLOT, NOW))


def test_a_hand_holds_for_its_slot_or_for_all(overrides: Overrides) -> None:
    """Without a slot it holds for every issue of the edition."""
    overrides.add("daily", SLOT, PIN)
    overrides.add("daily", None, replace(PIN, key="b"))
    assert [one.key for one in overrides.in_force("daily", SLOT, NOW)] == ["a", "b"]
    assert [one.key for one in overrides.in_force("daily", NEXT, NOW)] == ["b"]
    assert overrides.in_force("weekly", SLOT, NOW) == []


def test_a_hand_lets_go(overrides: Overrides) -> None:
    """After its time it is no longer in force, and the word it replaced does not return."""
    overrides.add("daily", SLOT, PIN)
    until = NOW + minutes(10)
    overrides.add("daily", SLOT, replace(PIN, at=NOW + minutes(1), until=until))
    assert overrides.in_force("daily", SLOT, NOW) == [replace(PIN, at=NOW + minutes(1), until=until)]
    assert overrides.in_force("daily", SLOT, until) == []
