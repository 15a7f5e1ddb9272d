"""The status of a failure that says most."""

import pytest

from digest.bounces.failure_class import best_status


@pytest.mark.parametrize(
    ("stated", "text", "status"),
    [
        ("5.0.0", "relay: 2.1.5 recipient ok; then 550 5.1.1 no such user", "5.1.1"),
        ("5.0.0", "relay: 2.1.5 recipient ok", "5.0.0"),
        (None, "250 2.1.5 recipient ok", None),
        ("5.2.2", "550 5.1.1 no such user", "5.2.2"),
    ],
)
def test_best_status_success_within_a_text_is_none(stated: str | None, text: str, status: str | None) -> None:
    """A notification that repeats a whole dialogue has replies of success in it, too."""
    assert best_status(stated, text) == status
