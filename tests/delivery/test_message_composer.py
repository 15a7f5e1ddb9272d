"""Messages that are signed before their turn: the same bytes in the same order, few at a time, errors in their turn."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import dkim
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest import bootstrap
from digest.clock import SystemClock
from digest.delivery.message_composer import MessageComposer
from digest.dkim_keys import dns_value, make_key, read_key, signers
from digest.message.build import encode, personalise
from digest.message.dkim import Signer
from digest.model.deliveries import Claim, DeliveryState, Outgoing
from digest.settings.load import load
from tests.message.test_build import IDENTITY, make_claim, make_variant
from tests.support.installation import Installation
from tests.support.ledger import Site, never
from tests.support.mailing import mailer_for
from tests.support.smtp_server import Behaviour, honest_server, rogue_server

_MOST_AHEAD = 5 * 16  # four groups and the one whose turn it is


class _Signatures:
    """A signer that is quick and counts; it fails for messages to the addresses in `fails`."""

    def __init__(self, fails: Sequence[str] = ()) -> None:
        self.threads: list[str] = []
        self._fails = [address.encode() for address in fails]

    def sign(self, data: bytes) -> bytes:
        self.threads.append(threading.current_thread().name)
        if any(address in data for address in self._fails):
            raise ArithmeticError("no signature")
        return data[:8] * 32

    @property
    def ahead(self) -> int:
        """How many were made by other threads."""
        return sum(name.startswith("digest-signing") for name in self.threads)

    def signer(self) -> Signer:
        return Signer(domain="gazette.example", selector="digest1", sign=self.sign)


def _composer(signer: Signer | None) -> MessageComposer:
    return MessageComposer(lambda _id: make_variant(), lambda _variant: IDENTITY, lambda _selector: signer)


def _claims(number: int) -> list[Claim]:
    return [make_claim(one, f"reader{one}@readers.example") for one in range(1, number + 1)]


def _made(composer: MessageComposer, claims: Sequence[Claim]) -> list[Outgoing]:
    return [composer(claim) for claim in composer.in_turn(claims)]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 100), max_size=4))
def test_composer_batches_of_any_size_give_the_bytes_of_single_messages_in_order(sizes: list[int]) -> None:
    """Every batch after the first message is signed in other threads."""
    signatures = _Signatures()
    composer, template = _composer(signatures.signer()), encode(make_variant(), IDENTITY, _Signatures().signer())
    for size in (1, *sizes):
        assert _made(composer, _claims(size)) == [personalise(template, claim) for claim in _claims(size)]
    assert signatures.ahead == sum(sizes)
    assert len(signatures.threads) == 1 + sum(sizes)


def test_composer_makes_few_messages_ahead_and_none_after_the_end() -> None:
    """However many claims there are; the threads end with the batch, also where it is left early."""
    signatures = _Signatures()
    composer = _composer(signatures.signer())
    _made(composer, _claims(1))
    turns = composer.in_turn(_claims(500))
    for taken, claim in enumerate(turns, start=1):
        assert signatures.ahead <= taken + _MOST_AHEAD
        composer(claim)
        if taken == 300:
            break
    turns.close()
    assert signatures.ahead <= 300 + _MOST_AHEAD
    assert not _signing_threads()
    assert _made(composer, _claims(40)) == _made(composer, _claims(40))


def test_composer_without_signer_starts_no_thread() -> None:
    """Messages that are not signed are made in their turn."""
    composer = _composer(None)
    _made(composer, _claims(1))
    for claim in composer.in_turn(_claims(100)):
        composer(claim)
        assert not _signing_threads()


def test_composer_error_of_one_message_is_raised_in_its_turn() -> None:
    """The others of its group are made anyway."""
    signatures = _Signatures(fails=["reader21@"])
    composer = _composer(signatures.signer())
    claims = _claims(60)
    claims[40] = make_claim(41, "not an address")
    _made(composer, claims[:1])
    failed, made = [], []
    for claim in composer.in_turn(claims):
        try:
            made.append(composer(claim))
        except (ArithmeticError, ValueError):
            failed.append(claim.delivery_id)
    assert failed == [21, 41]
    assert [one.delivery_id for one in made] == [one for one in range(1, 61) if one not in failed]


def test_composer_claims_that_are_passed_over_leave_nothing() -> None:
    """A claim that its receiver's pause holds back is not asked for; it is made again in a later batch."""
    composer = _composer(_Signatures().signer())
    whole = _made(composer, _claims(50))
    for claim in composer.in_turn(_claims(50)):
        if claim.delivery_id % 3 == 0:
            composer(claim)
    assert _made(composer, _claims(50)) == whole


def _signing_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("digest-signing")]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An issue that is frozen for eighty readers."""
    built = Site(tmp_path, 80)
    yield built
    built.database.close()


def test_sender_signing_ahead_sends_each_reader_one_valid_message(site: Site, tmp_path: Path) -> None:
    """The bytes are those that are made in turn, also of a message that was refused at first."""
    key = tmp_path / "digest1.pem"
    make_key(key)
    signer, record = signers(key, "digest1", "gazette.example")("digest1"), dns_value(read_key(key)).encode()
    assert signer is not None
    threads, refused, sign = set[str](), list[str](), signer.sign

    def sign_here(data: bytes) -> bytes:
        threads.add(threading.current_thread().name)
        return sign(data)

    def refuse_ten(step: str, argument: str) -> Behaviour:
        if step == "MESSAGE" and len(refused) < 10:
            refused.append(argument)
            return "451 4.3.0 try later"
        return None

    composer = _composer(replace(signer, sign=sign_here))
    more: dict[str, Any] = {"compose": composer, "in_turn": composer.in_turn}
    with rogue_server(refuse_ten) as (port, first):
        site.sender(mailer_for(port, connections=3), **more).deliver(stop=never)
    assert site.counts == {DeliveryState.SENT: 70, DeliveryState.DEFERRED: 10}
    with honest_server() as (port, second):
        site.sender(mailer_for(port), **more).deliver(stop=never, wait=True)
    assert site.counts == {DeliveryState.SENT: 80}
    contents = [one.content for one in (*first.accepted, *second.accepted)]
    assert any(name.startswith("digest-signing") for name in threads)
    with site.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT id, address FROM delivery").all()
    assert sorted(contents) == sorted(composer(make_claim(*row)).content for row in rows)
    assert all(dkim.verify(message, dnsfunc=lambda _name, timeout=5: record) for message in contents)


def test_bootstrap_sender_signs_ahead(tmp_path: Path) -> None:
    """The delivery loop of an installation takes its batches through the composer."""
    Installation(tmp_path).configure().run("migrate").fine()
    configured = load(tmp_path / "config" / "digest.toml", environ={})
    with bootstrap.open_app(configured, SystemClock()) as app, bootstrap.process_lock(configured) as lock:
        sender = bootstrap.sender(app, bootstrap.smtp_mailer(configured), lock)
    assert isinstance(sender.compose, MessageComposer)
    assert sender.in_turn == sender.compose.in_turn
