"""Titles that become sentences: which get a full stop."""

import pytest

from digest.parsing.sentences import as_sentence


@pytest.mark.parametrize(
    "title",
    [
        "Кто заплатит за мост?", "«Кто заплатит за мост?»", "Minister asks: “Who paid for the bridge?”", "It ends.",
        "He said: “It ends.”", "(It ends!)", "[“It ends…”]", "من يدفع ثمن الجسر؟", "誰が払う？",
        "「終わった。」", "終わった！",
        "What we know:", "The gull wins 🎉", "The gull wins 👍🏽", "The gull wins ❤️", "The gull wins ⚽", "Gull 1️⃣",
        "Flags 🇫🇮", "England 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "“The gull wins 🎉”", "",
    ],
)  # fmt: skip
def test_as_sentence_title_that_ends_by_itself_stays(title: str) -> None:
    """With a mark in any script, within quotation marks and brackets too, and with an emoji."""
    assert as_sentence(title) == title


@pytest.mark.parametrize(
    "title",
    [
        "The bridge opens", "Театр «Волна»", "He said “no”", "The bridge (temporary)", "The workers’", "Frost of 5 °",
        "A™", "№",
    ],
)  # fmt: skip
def test_as_sentence_other_title_gets_a_full_stop(title: str) -> None:
    """After its quotation mark or bracket; signs that belong to words are no emoji."""
    assert as_sentence(title) == f"{title}."
