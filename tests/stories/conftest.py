"""The sentence encoder, loaded once for all tests of stories."""

import pytest

from digest.encoding.sentence_encoder import SentenceEncoder
from digest.stories.compare import Encode


@pytest.fixture(scope="session")
def sentence_encoder() -> Encode:
    """The encoder of the extra `bilingual`."""
    return SentenceEncoder()
