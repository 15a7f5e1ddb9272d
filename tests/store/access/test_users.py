"""Users, sessions and the back-off on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from digest.errors import StoreError
from digest.model.users import AuditEntry, AuditFilter, UserRole
from digest.store.access.audit import Audit
from digest.store.access.second_factors import SecondFactors
from digest.store.access.sign_in_limits import SignInLimits
from digest.store.access.user_sessions import UserSessions
from digest.store.access.users import Users
from digest.store.engine.database import Database
from tests.support.installation import SLOT

ANNA = "anna@gazette.example"
LINK_VALID = timedelta(hours=1)
IDLE, LONGEST = timedelta(hours=12), timedelta(days=7)  # of a session
MOST_FAILURES = 10


def test_user_is_found_by_address_in_any_case(database: Database) -> None:
    """And there is one of an address."""
    users = Users(database)
    assert not users.any()
    added = users.invite("Anna@gazette.example", UserRole.VIEWER, "op", SLOT)
    again = users.invite(ANNA, UserRole.EDITOR, "op", SLOT)
    assert added.user.id == again.user.id
    assert users.find("ANNA@gazette.example") == again.user
    assert [one.role for one in users.list()] == [UserRole.EDITOR]


def test_link_is_used_once_by_whoever_is_first(database: Database) -> None:
    """Ten at once: one sets the password."""
    users = Users(database)
    token = users.invite(ANNA, UserRole.VIEWER, "op", SLOT).token
    with ThreadPoolExecutor(10) as pool:
        used = list(pool.map(lambda number: users.use_link(token, f"hash {number}", SLOT), range(10)))
    assert len([one for one in used if one is not None]) == 1
    assert users.linked(token, SLOT) is None


def test_session_is_found_by_its_own_kind_of_cookie(database: Database) -> None:
    """Sessions that are over are deleted when another begins."""
    users, sessions = Users(database), UserSessions(database)
    user = users.invite(ANNA, UserRole.VIEWER, "op", SLOT).user
    token = sessions.start(user, "https", "192.0.2.0/24", "b" * 1000, SLOT)
    assert token is not None
    found = sessions.find(token, "https", SLOT)
    assert found is not None
    assert (found.user.email, found.network, len(found.browser)) == (ANNA, "192.0.2.0/24", 200)
    assert sessions.find(token, "http", SLOT) is sessions.find("x", "https", SLOT) is None
    assert sessions.find(token, "https", SLOT + IDLE) is None
    sessions.start(user, "https", "", "", SLOT + IDLE)
    assert len(sessions.list(SLOT)) == 1


def test_code_of_a_second_factor_is_used_once(database: Database) -> None:
    """Ten at once: one is accepted; a step before it never is; a recovery code works for its user alone.

    What is switched on is what the user's code belongs to, also if they began again in another tab.
    """
    users, factors = Users(database), SecondFactors(database)
    anna, boris = (users.invite(f"{name}@gazette.example", UserRole.VIEWER, "op", SLOT).user for name in ("a", "b"))
    for user in (anna, boris):
        factors.begin(user.id, b"nonce")
        assert not factors.enable(user, b"of another tab", 7, ["another"], SLOT)
        assert factors.enable(user, b"nonce", 7, [f"code of {user.id}"], SLOT)
        assert not factors.enable(user, b"nonce", 7, ["another"], SLOT)
        factors.begin(user.id, b"after it was switched on")
        known = users.credentials(user.email)
        assert known is not None
        assert known.second_factor == b"nonce"
    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(lambda _: factors.use_step(anna.id, 8), range(10))) == 1
    assert not factors.use_step(anna.id, 7)
    assert factors.use_step(boris.id, 8)
    assert not any(factors.use_recovery_code(anna, f"guess {number}", SLOT) for number in range(8))
    assert not factors.use_recovery_code(boris, f"code of {anna.id}", SLOT)
    assert factors.use_recovery_code(anna, f"code of {anna.id}", SLOT)
    assert (factors.codes_left(anna.id), factors.codes_left(boris.id)) == (0, 1)


def test_wait_doubles_up_to_half_an_hour_and_ends_with_the_period(database: Database) -> None:
    """From the tenth failure on; an attempt that is refused makes the wait no longer."""
    limits, now = SignInLimits(database), SLOT

    def waits(number: int) -> Iterator[int]:
        """The minutes that somebody waits who tries again as soon as they may."""
        nonlocal now
        for _attempt in range(number):
            assert not limits.begin("a", "n", now)
            ends_at = limits.ends_at("a", "n", now)
            assert ends_at is not None
            yield (ends_at - now) // timedelta(minutes=1)
            now = ends_at
            assert limits.begin("a", "n", now)

    for _attempt in range(MOST_FAILURES):
        assert limits.begin("a", "n", now)
    assert list(waits(3)) == [1, 2, 4]
    assert not limits.begin("a", "other", now)
    assert not limits.begin("other", "n", now)
    assert limits.begin("other", "other", now)
    assert list(waits(3)) == [8, 16, 30]
    assert now > SLOT + timedelta(hours=1)
    assert limits.ends_at("a", "n", now) is None


def test_account_in_a_network_that_it_is_known_in_waits_for_nobody_elsewhere(database: Database) -> None:
    """For 30 days after it signed in there; its failures there count for the network. A success ends all waits."""
    limits = SignInLimits(database)
    assert limits.begin("a", "office", SLOT)
    limits.succeed("a", "office", SLOT)
    for number in range(MOST_FAILURES):
        assert limits.begin("a", f"n{number}", SLOT)
    assert not limits.begin("a", "home", SLOT)
    assert limits.ends_at("a", "office", SLOT) is None
    for _attempt in range(MOST_FAILURES):
        assert limits.begin("a", "office", SLOT)
    assert not limits.begin("a", "office", SLOT)
    end = SLOT + timedelta(days=30)
    for number in range(MOST_FAILURES):
        limits.begin("a", f"n{number}", end - _MOMENT)
    assert limits.begin("a", "office", end - _MOMENT)
    assert not limits.begin("a", "office", end)
    limits.succeed("a", "home", end)  # by a link
    assert limits.begin("a", "elsewhere", end)


def test_attempts_at_once_are_all_counted(database: Database) -> None:
    """Of forty, ten may be tried."""
    limits = SignInLimits(database)
    with ThreadPoolExecutor(20) as pool:
        allowed = list(pool.map(lambda number: limits.begin("a", f"n{number}", SLOT), range(40)))
    assert allowed.count(True) == MOST_FAILURES


def test_audit_entry_is_undone_with_its_change(database: Database) -> None:
    """It is written in the transaction of the change."""
    users, audit = Users(database), Audit(database)
    user = users.invite(ANNA, UserRole.VIEWER, "op", SLOT).user
    with pytest.raises(StoreError):
        users.change_role(user.id, UserRole.ADMIN, "op", None)  # type: ignore[arg-type]  # so the entry cannot be written
    found = users.find(ANNA)
    assert found is not None
    assert found.role is UserRole.VIEWER
    audit.record(AuditEntry(at=SLOT, by="op", action="x"))
    assert [one.action for one in audit.export(AuditFilter())] == ["x", "user added"]


_MOMENT = timedelta(seconds=1)


def test_link_is_valid_for_an_hour_and_until_another_one(database: Database) -> None:
    """A link that is over, was replaced, or is of a disabled user sets no password."""
    users = Users(database)
    first = users.invite(ANNA, UserRole.VIEWER, "op", SLOT).token
    token = users.invite(ANNA, UserRole.VIEWER, "op", SLOT).token
    assert users.linked(first, SLOT) is None
    assert users.linked(token, SLOT + LINK_VALID - _MOMENT) == users.find(ANNA)
    assert users.linked(token, SLOT + LINK_VALID) is users.use_link(token, "hash", SLOT + LINK_VALID) is None
    assert users.use_link(token, "hash", SLOT + LINK_VALID - _MOMENT) is not None
    found = users.find(ANNA)
    assert found is not None
    assert found.has_password
    again = users.reset(ANNA.upper(), "op", SLOT)
    assert again is not None
    assert not again.user.has_password
    assert users.disable(ANNA, "op", SLOT)
    assert users.linked(again.token, SLOT) is None
    assert users.reset(ANNA, "op", SLOT) is None
    assert users.credentials(ANNA) is None


def test_change_of_a_user_says_whether_there_was_one(database: Database) -> None:
    """What is the same already is no change and no entry of the audit; unknown users are not changed."""
    users, audit = Users(database), Audit(database)
    user = users.invite(ANNA, UserRole.VIEWER, "op", SLOT).user
    users.invite("boris@gazette.example", UserRole.ADMIN, "op", SLOT)
    assert [users.change_role(user.id, role, "op", SLOT) for role in (UserRole.VIEWER, UserRole.EDITOR)] == [
        False,
        True,
    ]
    assert [users.disable(ANNA.upper(), "op", SLOT) for _ in range(2)] == [True, False]
    assert not users.disable("nobody@gazette.example", "op", SLOT)
    assert not users.change_role(99, UserRole.ADMIN, "op", SLOT)
    assert users.reset("nobody@gazette.example", "op", SLOT) is None
    assert users.find("nobody@gazette.example") is None
    found = users.find(ANNA)
    assert found is not None
    assert (found.role, found.disabled_at) == (UserRole.EDITOR, SLOT)
    assert users.invite(ANNA, UserRole.EDITOR, "op", SLOT).user.disabled_at is None
    actions = [one.action for one in audit.export(AuditFilter())]
    assert actions == ["user enabled", "user disabled", "role changed", "user added", "user added"]
    assert [(one.email, one.role) for one in users.list()] == [
        (ANNA, UserRole.EDITOR),
        ("boris@gazette.example", UserRole.ADMIN),
    ]


def test_new_password_ends_the_sessions_of_its_user_alone(database: Database) -> None:
    """However it is set; another hash of the same password ends none, and the language stays."""
    users, sessions = Users(database), UserSessions(database)
    anna, boris = (users.invite(f"{name}@gazette.example", UserRole.VIEWER, "op", SLOT).user for name in ("a", "b"))
    users.set_language(anna.id, "ru")

    def begin() -> None:
        for user in (anna, boris):
            sessions.start(user, "https", "", "", SLOT)

    def left() -> list[str]:
        return sorted({one.user.email for one in sessions.list(SLOT)})

    begin()
    assert users.use_link(users.invite(anna.email, UserRole.VIEWER, "op", SLOT).token, "hash 0", SLOT) is not None
    assert left() == [boris.email]
    begin()
    users.rehash(anna.id, "hash 0", "hash 1")
    assert left() == [anna.email, boris.email]
    assert users.change_password(anna.id, "hash 1", "hash 2", SLOT)
    assert left() == [boris.email]
    begin()
    assert users.reset(anna.email, "op", SLOT) is not None
    assert left() == [boris.email]
    begin()
    assert users.disable(anna.email, "op", SLOT)
    assert left() == [boris.email]
    found = users.find(anna.email)
    assert found is not None
    assert found.language == "ru"


def test_session_ends_after_its_longest_time_however_often_it_is_used(database: Database) -> None:
    """When it was last seen is noted once a minute; only its own user can end it, if one is named."""
    users, sessions = Users(database), UserSessions(database)
    user = users.invite(ANNA, UserRole.VIEWER, "op", SLOT).user
    token = sessions.start(user, "https", "", "", SLOT)
    assert token is not None
    minute = timedelta(minutes=1)
    for after, seen_at in ((minute - _MOMENT, SLOT), (minute, SLOT + minute)):
        assert sessions.find(token, "https", SLOT + after) is not None
        assert [one.seen_at for one in sessions.list(SLOT + after)] == [seen_at]
    moment = SLOT + minute
    while moment < SLOT + LONGEST - IDLE:
        moment += IDLE - minute
        assert sessions.find(token, "https", moment) is not None
    assert sessions.find(token, "https", SLOT + LONGEST - _MOMENT) is not None
    assert sessions.find(token, "https", SLOT + LONGEST) is None
    (session,) = sessions.list(SLOT + minute, of_user=user.id)
    assert sessions.list(SLOT + minute, of_user=user.id + 1) == []
    assert not sessions.end(session.id, "op", SLOT, of_user=user.id + 1)
    assert not sessions.end(session.id + 1, "op", SLOT)
    assert [sessions.end(session.id, "op", SLOT, of_user=user.id) for _ in range(2)] == [True, False]
