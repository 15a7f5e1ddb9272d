"""What persons did to an issue: decisions, edits, and since when edits count."""

from dataclasses import replace
from datetime import date

import pytest

from digest.errors import IssueFrozenError
from digest.model.decisions import Release, Review, ReviewAction
from digest.model.issues import Slot
from digest.model.overrides import Override, OverrideKind
from digest.model.users import AuditEntry, AuditFilter
from digest.store.access.audit import Audit
from digest.store.engine.database import Database
from digest.store.issues.decisions import Decisions
from digest.store.issues.overrides import Overrides
from tests.support.store import NOW, SLOT, frozen, minutes

PIN = Override(key="a", kind=OverrideKind.PIN, value=None, by="anna", at=NOW)
NEXT = Slot(day=date(2026, 10, 2))


@pytest.fixture
def decisions(database: Database) -> Decisions:
    """The decisions of the database."""
    return Decisions(database)


def test_review_has_the_last_decision_of_each_kind(decisions: Decisions) -> None:
    """Of this issue alone."""
    assert decisions.review("daily", SLOT, NOW) == Review()
    decisions.hold("daily", SLOT, ReviewAction(by="anna", at=NOW))
    assert decisions.review("daily", SLOT, NOW).is_held
    release = Release(by="boris", at=NOW + minutes(1), anomalies=("too few “articles”",))
    decisions.release("daily", SLOT, release)
    assert decisions.review("daily", SLOT, NOW) == Review(held=ReviewAction(by="anna", at=NOW), released=release)
    assert decisions.review("daily", SLOT, NOW).is_released
    decisions.hold("daily", SLOT, ReviewAction(by="clara", at=NOW + minutes(2)))
    assert decisions.review("daily", SLOT, NOW).is_held
    assert decisions.review("daily", NEXT, NOW) == decisions.review("weekly", SLOT, NOW) == Review()


def test_last_id_grows_with_each_decision_of_the_edition(decisions: Decisions) -> None:
    """By which `digest run` sees that somebody decided."""
    assert decisions.last_id("daily") == 0
    decisions.hold("daily", SLOT, ReviewAction(by="anna", at=NOW))
    first = decisions.last_id("daily")
    decisions.release("daily", SLOT, Release(by="anna", at=NOW))
    assert 0 < first < decisions.last_id("daily")
    assert decisions.last_id("weekly") == 0


def test_review_edits_of_the_issue_and_of_every_issue_count(database: Database, decisions: Decisions) -> None:
    """Since the moment at which the draft was made; undoing is an edit too."""
    overrides = Overrides(database)
    overrides.add("daily", NEXT, PIN)
    overrides.add("weekly", SLOT, PIN)
    assert decisions.review("daily", SLOT, NOW).edited is None
    change = overrides.add("daily", None, PIN)
    assert decisions.review("daily", SLOT, NOW).edited == ReviewAction(by="anna", at=NOW)
    assert decisions.review("daily", SLOT, NOW + minutes(1)).edited is None
    overrides.undo("daily", [change], "boris", NOW + minutes(2))
    assert decisions.review("daily", SLOT, NOW + minutes(1)).edited == ReviewAction(by="boris", at=NOW + minutes(2))


def test_review_edits_by_a_token_do_not_count(database: Database, decisions: Decisions) -> None:
    """No person touched the issue."""
    change = Overrides(database).add("daily", SLOT, replace(PIN, by="API token cms"))
    Overrides(database).undo("daily", [change], "API token cms", NOW)
    assert decisions.review("daily", SLOT, NOW).edited is None


def test_decisions_are_in_the_audit_log(database: Database, decisions: Decisions) -> None:
    """In the same transaction."""
    entry = AuditEntry(at=NOW, by="anna", action="issue held", subject="daily/2026-10-01")
    decisions.hold("daily", SLOT, ReviewAction(by="anna", at=NOW), entry)
    (found,) = Audit(database).page(AuditFilter(), None, 10)
    assert replace(found, id=0) == entry


def test_changes_of_a_frozen_issue_are_refused(database: Database, decisions: Decisions) -> None:
    """They would not reach it; the one that an editor saw a moment ago was not frozen."""
    overrides = Overrides(database)
    change = overrides.add("daily", SLOT, PIN)
    frozen(database, 1)
    for refused in (
        lambda: decisions.hold("daily", SLOT, ReviewAction(by="anna", at=NOW)),
        lambda: decisions.release("daily", SLOT, Release(by="anna", at=NOW)),
        lambda: overrides.add_together("daily", SLOT, [PIN], unfrozen=SLOT),
        lambda: overrides.undo("daily", [change], "anna", NOW, unfrozen=SLOT),
    ):
        with pytest.raises(IssueFrozenError, match=r"^daily/2026-10-01 is frozen"):
            refused()
    assert decisions.last_id("daily") == 0
    assert overrides.changes("daily") == [change]
    overrides.add_together("daily", NEXT, [PIN], unfrozen=NEXT)
    for edition, slot in (("daily", NEXT), ("weekly", SLOT)):
        decisions.hold(edition, slot, ReviewAction(by="anna", at=NOW))


def test_edit_mark_changes_with_what_people_do_to_the_issue(database: Database, decisions: Decisions) -> None:
    """Not with releases, other issues, and what programs do."""
    overrides = Overrides(database)
    token = replace(PIN, by="API token cms")
    marks = [decisions.mark("daily", SLOT)]
    for action in (
        lambda: overrides.add("daily", None, PIN),
        lambda: overrides.undo("daily", overrides.changes("daily"), "anna", NOW),
        lambda: decisions.hold("daily", SLOT, ReviewAction(by="anna", at=NOW)),
    ):
        action()
        marks.append(decisions.mark("daily", SLOT))
    assert len(set(marks)) == 4
    overrides.add("weekly", None, PIN)
    overrides.undo("daily", [overrides.add("daily", None, token), overrides.add("daily", NEXT, PIN)], token.by, NOW)
    for edition, slot in (("daily", NEXT), ("weekly", SLOT)):
        decisions.hold(edition, slot, ReviewAction(by="anna", at=NOW))
    decisions.release("daily", SLOT, Release(by="anna", at=NOW))
    assert decisions.mark("daily", SLOT) == marks[-1]
