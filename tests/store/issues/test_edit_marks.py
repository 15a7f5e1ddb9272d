"""What people do at the moment in which an issue is frozen."""

import pytest

from digest.errors import StoreError
from digest.model.decisions import ReviewAction
from digest.model.overrides import Override, OverrideKind
from digest.store.issues.decisions import Decisions
from digest.store.issues.edit_marks import edit_mark, is_unchanged, wait_while_made
from digest.store.issues.issues import Issues
from digest.store.issues.overrides import Overrides
from digest.store.tables.schema import override
from tests.support.store import NOW, SLOT, WINDOW, opened

PIN = Override(key="a", kind=OverrideKind.PIN, value=None, by="anna", at=NOW)


def test_edit_mark_changes_with_an_edit_that_is_committed_after_a_later_one(postgres_store_url: str) -> None:
    """It is not in the content either, although its id is the smaller one."""
    with opened(postgres_store_url) as database:
        row = {"edition": "daily", "slot": SLOT, "kind": PIN.kind, "by": "boris", "at": NOW, "article_key": "b"}
        with database.write() as connection:
            connection.execute(override.insert(), row)
            Overrides(database).add("daily", SLOT, PIN)
            mark = Decisions(database).mark("daily", SLOT)
        assert Decisions(database).mark("daily", SLOT) != mark


def test_edits_wait_while_an_issue_of_their_edition_is_frozen_and_not_for_each_other(postgres_store_url: str) -> None:
    """Those of another edition go on."""
    in_haste = f"{postgres_store_url}&options=-c%20lock_timeout%3D1ms"
    with opened(postgres_store_url) as database, opened(in_haste) as impatient:
        overrides, decisions = Overrides(impatient), Decisions(impatient)
        issue_id = Issues(database).open("daily", SLOT, WINDOW, NOW).id
        with database.write() as freezing:
            with database.write() as editing:
                wait_while_made(editing, "daily")
                change = overrides.add("daily", SLOT, PIN)
            assert is_unchanged(freezing, issue_id, edit_mark(freezing, "daily", SLOT))
            for edit in (
                lambda: overrides.add("daily", SLOT, PIN),
                lambda: overrides.undo("daily", [change], "anna", NOW),
                lambda: decisions.hold("daily", SLOT, ReviewAction(by="anna", at=NOW)),
            ):
                with pytest.raises(StoreError, match="lock"):
                    edit()
            overrides.add("weekly", SLOT, PIN)
