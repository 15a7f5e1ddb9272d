"""What the tests of sending share: small messages, a mailer with short delays, a journal that records its calls."""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from digest.mailers.smtp.mailer import SmtpMailer
from digest.mailers.smtp.reply_timer import Deadlines
from digest.model.deliveries import Outcome, Outgoing, Receipt
from digest.settings.mail import SmtpSettings
from tests.support.smtp_server import HOST, Behaviour

BRIEF = Deadlines(connect=30, greeting=30, command=30, envelope=30, transfer=30, answer=30, quit=2)
_PHASES = {
    "CONNECT": ["connect", "greeting"],
    "BODY": ["transfer", "answer"],
    "BDAT": ["answer"],
    "MESSAGE": ["answer"],
}


def hasty(step: str, seconds: float = 0.3) -> Deadlines:
    """Short deadlines for the step at which a server hangs, and no shorter ones elsewhere: a busy machine is slow."""
    return replace(BRIEF, **dict.fromkeys(_PHASES.get(step, ["command", "envelope"]), seconds))


def mailer_for(
    port: int,
    *,
    connections: int = 1,
    deadlines: Deadlines = BRIEF,
    root: Path = Path(),
    most_messages: int = 1000,
    retry_delays: Sequence[float] = (0.01, 0.01, 0.01, 0.01),
    max_age: float = 600,
    **more: Any,
) -> SmtpMailer:
    """A mailer for a local server, with short delays; a connection ends after `max_age` seconds."""
    smtp = SmtpSettings(host=HOST, port=port, connections=connections, connection_messages=most_messages, **more)
    smtp = smtp.model_copy(update={"connection_seconds": max_age})
    return SmtpMailer(smtp, root, deadlines=deadlines, retry_delays=retry_delays)


def outgoing(number: int, body: bytes = b"Hello.\r\n", recipient: str | None = None) -> Outgoing:
    """A small message whose Message-ID contains its number."""
    return Outgoing(
        delivery_id=number,
        token=f"token-{number}",
        sender="bounce@gazette.example",
        recipient=recipient or f"reader{number}@readers.example",
        parts=(b"Message-ID: <%d@gazette.example>\r\n" % number, b"Subject: News\r\n\r\n", body),
    )


class RecordingJournal:
    """A journal that keeps intents and receipts in the order of its calls; the ids in `refuse` may not be sent."""

    def __init__(self, refuse: Iterable[int] = (), senders: int = 1) -> None:
        self.refuse = set(refuse)
        self.senders = senders
        self.place = senders - 1
        self.is_stopped = False
        self.intended: list[set[int]] = []
        self.receipts: list[Receipt] = []
        self.threads: set[str] = set()

    def reserve_turns(self, _name: str, _rate: float) -> tuple[float, int]:
        return 0.0, 1

    def record(self, receipts: Sequence[Receipt], messages: Sequence[Outgoing]) -> set[int]:
        if receipts:
            self.settle(receipts)
        return self.intend(messages) if messages else set()

    def intend(self, messages: Sequence[Outgoing]) -> set[int]:
        self.threads.add(threading.current_thread().name)
        allowed = {message.delivery_id for message in messages} - self.refuse
        self.intended.append(allowed)
        return allowed

    def settle(self, receipts: Sequence[Receipt]) -> None:
        self.receipts += receipts

    @property
    def outcomes(self) -> dict[int, Outcome]:
        assert len({receipt.delivery_id for receipt in self.receipts}) == len(self.receipts)
        return {receipt.delivery_id: receipt.outcome for receipt in self.receipts}


def watch_for_unproven(journal: RecordingJournal) -> tuple[Callable[[str, str], Behaviour], list[str]]:
    """A server that accepts all, and the recipients whose whole message it had before the intent was recorded."""
    unproven: list[str] = []

    def decide(step: str, recipient: str) -> Behaviour:
        if step == "MESSAGE":
            number = int(recipient.partition("@")[0].removeprefix("reader"))
            unproven.extend([recipient] * (not any(number in group for group in journal.intended)))
        return None

    return decide, unproven


def send_one(port: int, message: Outgoing | None = None, **more: Any) -> tuple[Receipt, RecordingJournal]:
    """Send one message and return its receipt."""
    journal = RecordingJournal()
    mailer_for(port, **more).send([message or outgoing(1)], journal)
    return journal.receipts[0], journal
