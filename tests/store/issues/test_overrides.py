"""Overrides: the latest of each article and kind is in force, for its slot or for all, until it expires."""

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from digest.errors import EditConflictError, StoreError
from digest.model.issues import Slot
from digest.model.overrides import Override, OverrideKind
from digest.store.engine.database import Database
from digest.store.issues.overrides import Overrides
from digest.store.tables.schema import override
from tests.support.store import NOW, SLOT, minutes

NEXT = Slot(day=date(2026, 10, 2))
PIN = Override(key="a", kind=OverrideKind.PIN, value="1", by="anna", at=NOW)
INTRO = Override(key="", kind=OverrideKind.INTRO, value="Good morning", by="anna", at=NOW)
EDITORS = 50


@pytest.fixture
def overrides(database: Database) -> Overrides:
    """The overrides of the database."""
    return Overrides(database)


def test_overrides_latest_of_a_kind_wins(overrides: Overrides) -> None:
    """For one article and kind the latest override counts; other kinds and articles are independent."""
    overrides.add("daily", SLOT, PIN)
    overrides.add("daily", SLOT, replace(PIN, value="2", by="ben", at=NOW + minutes(1)))
    overrides.add("daily", SLOT, replace(PIN, kind=OverrideKind.TITLE, value="A new title"))
    overrides.add("daily", SLOT, replace(PIN, key="b", kind=OverrideKind.DROP, value=None))
    said = {(one.key, one.kind): (one.value, one.by) for one in overrides.in_force("daily", SLOT, NOW)}
    assert said == {("a", "pin"): ("2", "ben"), ("a", "title"): ("A new title", "anna"), ("b", "drop"): (None, "anna")}
    assert all(type(one.kind) is OverrideKind for one in overrides.in_force("daily", SLOT, NOW))


def test_overrides_added_together_are_one_transaction(overrides: Overrides) -> None:
    """Where one of them cannot be stored, none is."""
    nobody: Any = None
    with pytest.raises(StoreError):
        overrides.add_together("daily", SLOT, [PIN, replace(PIN, by=nobody)])
    assert overrides.changes("daily") == []
    made = overrides.add_together("daily", SLOT, [PIN, replace(PIN, kind=OverrideKind.TITLE, value="A title")])
    assert overrides.changes("daily") == made


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


def test_overrides_texts_of_an_issue_have_no_article(overrides: Overrides) -> None:
    """An empty text is in force in place of an earlier one, and undoing it brings that back."""
    overrides.add("daily", SLOT, INTRO)
    empty = replace(INTRO, value="", at=NOW + minutes(1))
    taken_back = overrides.add("daily", SLOT, empty)
    assert overrides.in_force("daily", SLOT, NOW) == [empty]
    overrides.undo("daily", [taken_back], "ben", NOW)
    assert overrides.in_force("daily", SLOT, NOW) == [INTRO]


def test_add_with_what_was_seen_refuses_after_another_change(overrides: Overrides) -> None:
    """The error names who made the change and when; other kinds, articles, slots and editions are no conflict."""
    first = overrides.add("daily", SLOT, INTRO, seen=0)
    second = overrides.add("daily", SLOT, replace(INTRO, by="ben", at=NOW + minutes(1)), seen=first.id)
    with pytest.raises(EditConflictError, match=r"^ben has changed this meanwhile") as caught:
        overrides.add("daily", SLOT, replace(INTRO, by="carl", at=NOW + minutes(2)), seen=first.id)
    assert (caught.value.by, caught.value.at) == ("ben", NOW + minutes(1))
    overrides.add("daily", SLOT, replace(INTRO, kind=OverrideKind.CLOSING), seen=0)
    overrides.add("daily", SLOT, PIN, seen=0)
    overrides.add("daily", NEXT, INTRO, seen=0)
    overrides.add("weekly", SLOT, INTRO, seen=0)
    overrides.add("daily", SLOT, replace(INTRO, at=NOW + minutes(3)), seen=second.id)
    assert len(overrides.changes("daily")) == 6


def test_add_with_what_was_seen_compares_changes_of_every_slot_too(overrides: Overrides) -> None:
    """They are in force for the slot; one for every slot replaces only such."""
    everywhere = overrides.add("daily", None, INTRO)
    with pytest.raises(EditConflictError):
        overrides.add("daily", SLOT, INTRO, seen=0)
    here = overrides.add("daily", SLOT, replace(INTRO, at=NOW + minutes(1)), seen=everywhere.id)
    with pytest.raises(EditConflictError):
        overrides.add("daily", SLOT, INTRO, seen=everywhere.id)
    assert here.id < overrides.add("daily", None, INTRO, seen=everywhere.id).id


def test_add_with_what_was_seen_refuses_after_undo_but_not_after_its_end(overrides: Overrides) -> None:
    """Undoing is a change, by whoever undid it; that a change ends is none."""
    ending = overrides.add("daily", SLOT, replace(INTRO, until=NOW + minutes(5)))
    later = replace(INTRO, at=NOW + minutes(6))
    following = overrides.add("daily", SLOT, later, seen=ending.id)
    overrides.undo("daily", [following], "ben", NOW + minutes(7))
    with pytest.raises(EditConflictError) as caught:
        overrides.add("daily", SLOT, later, seen=following.id)
    assert (caught.value.by, caught.value.at) == ("ben", NOW + minutes(7))
    overrides.add("daily", SLOT, later, seen=0)


def test_add_with_what_was_never_in_force_is_refused_without_a_name(overrides: Overrides) -> None:
    """Nobody changed it: it was deleted long ago, or never was."""
    with pytest.raises(EditConflictError, match=r"^the change that was seen is not in force") as caught:
        overrides.add("daily", SLOT, INTRO, seen=99)
    assert (caught.value.by, caught.value.at) == ("", None)
    assert overrides.changes("daily") == []


def test_add_with_what_was_seen_waits_for_a_change_that_is_not_committed(
    overrides: Overrides, database: Database
) -> None:
    """It may be the one that makes this one a conflict."""
    row = {"edition": "daily", "slot": SLOT, "kind": "intro", "value": "First", "by": "ben", "at": NOW}
    with ThreadPoolExecutor(1) as pool:
        with database.write() as connection:
            connection.execute(override.insert(), row)
            second = pool.submit(overrides.add, "daily", SLOT, INTRO, seen=0)
            assert not wait([second], timeout=0.3).done
        with pytest.raises(EditConflictError, match=r"^ben"):
            second.result()


def test_add_by_many_editors_at_once_keeps_one_edit_or_all(overrides: Overrides) -> None:
    """Of those that saw the same, one is kept, and the others are told who made it; without a comparison all are."""

    def write(number: int, seen: int | None) -> str:
        try:
            overrides.add("daily", SLOT, replace(INTRO, by=f"editor {number}"), seen=seen)
        except EditConflictError as conflict:
            return conflict.by
        return ""

    with ThreadPoolExecutor(EDITORS) as pool:
        answers = list(pool.map(lambda number: write(number, 0), range(EDITORS)))
        (kept,) = overrides.changes("daily")
        assert answers.count("") == 1
        assert set(answers) == {"", kept.override.by}
        assert not any(pool.map(lambda number: write(number, None), range(EDITORS)))
    assert len(overrides.changes("daily")) == EDITORS + 1
