"""The sentence encoder of the extra `bilingual`."""

import pytest

from digest.encoding.sentence_encoder import SentenceEncoder


def test_sentence_encoder_gives_known_cosines() -> None:
    """The parameters of the comparison were chosen for this model: another one would need others."""
    fog, same, tram, quake, other = SentenceEncoder()(
        [
            "Туман закрыл порт",
            "Fog closes the port",
            "Council votes on trams",
            "Землетрясение в Перу",
            "Earthquake strikes Peru",
        ]
    )
    assert len(fog) == 512
    assert [fog @ same, fog @ tram, quake @ other] == pytest.approx([0.704, 0.158, 0.751], abs=0.01)


def test_sentence_encoder_unusual_texts_have_vectors_of_length_one() -> None:
    """Lone surrogates, nothing, emoji and many letters."""
    vectors = SentenceEncoder()(["\ud800", "", "🔥", "a" * 5000, "\x00"])
    assert (vectors**2).sum(axis=1) == pytest.approx(1, abs=1e-3)
