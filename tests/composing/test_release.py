"""Whether an issue goes out at its hour: every state of docs/editors.md."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from digest.composing.release import find_hold, may_release
from digest.model.decisions import Release, Review, ReviewAction
from digest.settings.schema import EditionSettings

NOW = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
SEND, HOLD = (EditionSettings(name="daily", unless_touched=then) for then in ("send", "hold"))
FOUR_EYES, BOTH = (one.model_copy(update={"four_eyes": True}) for one in (SEND, HOLD))

UNTOUCHED = Review()
EDITED = Review(edited=ReviewAction(by="anna", at=NOW))
HELD = Review(held=ReviewAction(by="boris", at=NOW))
HELD_AND_EDITED = Review(edited=ReviewAction(by="anna", at=NOW), held=ReviewAction(by="boris", at=NOW))
RELEASED = Review(released=Release(by="boris", at=NOW))
RELEASED_BY_ANOTHER = Review(edited=ReviewAction(by="anna", at=NOW), released=Release(by="boris", at=NOW))
RELEASED_BY_EDITOR = Review(edited=ReviewAction(by="anna", at=NOW), released=Release(by="anna", at=NOW))
EDITED_AFTER_RELEASE = Review(
    edited=ReviewAction(by="anna", at=NOW + timedelta(minutes=1)), released=Release(by="boris", at=NOW)
)
HELD_AFTER_RELEASE = Review(
    held=ReviewAction(by="anna", at=NOW + timedelta(minutes=1)), released=Release(by="boris", at=NOW)
)
RELEASED_AFTER_HOLD = Review(
    held=ReviewAction(by="anna", at=NOW - timedelta(minutes=1)), released=Release(by="boris", at=NOW)
)
OUTCOMES = {  # review: is it sent with SEND, HOLD, FOUR_EYES, BOTH
    "untouched": (UNTOUCHED, (True, False, True, False)),
    "edited": (EDITED, (True, True, False, False)),
    "held": (HELD, (False, False, False, False)),
    "held and edited": (HELD_AND_EDITED, (False, False, False, False)),
    "released": (RELEASED, (True, True, True, True)),
    "released after a hold": (RELEASED_AFTER_HOLD, (True, True, True, True)),
    "released by another": (RELEASED_BY_ANOTHER, (True, True, True, True)),
    "released by the last editor": (RELEASED_BY_EDITOR, (True, True, False, False)),
    "edited after the release": (EDITED_AFTER_RELEASE, (True, True, False, False)),
    "held after the release": (HELD_AFTER_RELEASE, (False, False, False, False)),
}
CELLS = [
    pytest.param(review, rules, sent, id=f"{name}-{column}")
    for (name, (review, row)), (column, rules) in product(
        OUTCOMES.items(), zip(["send", "hold", "four-eyes", "both"], (SEND, HOLD, FOUR_EYES, BOTH), strict=True)
    )
    for sent in [row[(SEND, HOLD, FOUR_EYES, BOTH).index(rules)]]
]


@pytest.mark.parametrize(("review", "rules", "sent"), CELLS)
def test_find_hold_without_doubts_follows_the_table(review: Review, rules: EditionSettings, sent: bool) -> None:
    """Each cell of the table of states."""
    assert (find_hold(rules, review, ()) is None) is sent


@pytest.mark.parametrize(("review", "rules", "sent"), CELLS)
def test_find_hold_with_a_doubt_sends_only_what_a_person_released(
    review: Review, rules: EditionSettings, sent: bool
) -> None:
    """An issue that looks wrong waits, unless whoever released it saw why."""
    assert find_hold(rules, review, ["the source main failed"]) is not None
    seen = "the source main failed"
    if review.released is not None:
        release = Release(by=review.released.by, at=review.released.at, anomalies=(seen,))
        known = Review(edited=review.edited, held=review.held, released=release)
        assert (find_hold(rules, known, [seen]) is None) is sent
        assert find_hold(rules, known, [seen, "too few articles"]) is not None


def test_find_hold_doubt_that_was_approved_holds_nothing_while_articles_arrive() -> None:
    """The editor approved it twenty minutes before the hour; what gets worse holds the issue again."""
    age = "source main: the newest article is {} old, expected one from the last 30 min"
    seen = ("3 articles, usually 40", age.format("55 min"))
    review = Review(released=Release(by="boris", at=NOW, anomalies=seen))
    assert find_hold(SEND, review, ["5 articles, usually 40", age.format("1 h")]) is None
    worse = find_hold(SEND, review, ["2 articles, usually 40", age.format("1 h")])
    assert worse is not None
    assert worse.anomalies == ("2 articles, usually 40",)


def test_find_hold_doubts_with_on_doubt_send_hold_nothing() -> None:
    """The operator has decided."""
    sending = EditionSettings(name="daily", on_doubt="send")
    assert find_hold(sending, UNTOUCHED, ["the source main failed"]) is None


def test_find_hold_names_the_person() -> None:
    """The sentence that the status and the console show."""
    hold, edited = find_hold(SEND, HELD, ()), find_hold(FOUR_EYES, EDITED, ())
    assert hold is not None
    assert edited is not None
    assert hold.sentence == "boris holds it"
    assert edited.sentence == "edited by anna, and somebody else must approve it"


@pytest.mark.parametrize(
    ("rules", "review", "by", "allowed"),
    [
        (SEND, EDITED, "anna", True),
        (FOUR_EYES, EDITED, "anna", False),
        (FOUR_EYES, EDITED, "boris", True),
        (FOUR_EYES, UNTOUCHED, "anna", True),
    ],
)
def test_may_release_with_four_eyes_refuses_the_last_editor(
    rules: EditionSettings, review: Review, by: str, allowed: bool
) -> None:
    """Whoever changed the issue last needs somebody else."""
    assert may_release(rules, review, by) is allowed
