"""What a mailer makes of its settings: who waits how long, the rate of all messages, and the event loop."""

import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from digest.errors import MailError
from digest.mailers.smtp import mailer as module
from digest.mailers.smtp.connect import TemporaryConnectError
from digest.mailers.smtp.mailer import SmtpMailer, prompt_mailer, survey_server
from digest.mailers.smtp.reply_timer import Deadlines
from digest.settings.mail import SmtpSettings
from tests.support.mailing import RecordingJournal, outgoing

SETTINGS = SmtpSettings(host="127.0.0.1", port=2525)


class SilentServer:
    """A connector to a server that does not answer; `used` has the deadlines of each attempt."""

    used: Sequence[Deadlines] = ()
    key = "smtp"

    def __init__(self, _settings: object, _tls: object, _name: object, deadlines: Deadlines, *_more: object) -> None:
        self._deadlines = deadlines

    async def open(self) -> None:
        type(self).used = [*self.used, self._deadlines]
        raise TemporaryConnectError("it is silent")

    async def survey(self) -> None:
        await self.open()


@pytest.mark.parametrize(
    ("work", "deadlines"),
    [
        (
            lambda: SmtpMailer(SETTINGS, Path(), retry_delays=()).send([outgoing(1)], RecordingJournal()),
            Deadlines(connect=30, greeting=120, command=60, envelope=300, transfer=300, answer=600, quit=5),
        ),
        (
            lambda: prompt_mailer(SETTINGS, Path()).send([outgoing(1)], RecordingJournal()),
            Deadlines(connect=10, greeting=10, command=10, envelope=10, transfer=20, answer=30, quit=2),
        ),
        (
            lambda: survey_server(SETTINGS, Path(), SETTINGS),
            Deadlines(connect=8, greeting=8, command=8, envelope=300, transfer=300, answer=600, quit=5),
        ),
    ],
    ids=["sending", "somebody waits", "check"],
)
def test_mailer_waits_as_long_as_its_purpose_permits(
    work: Callable[[], object], deadlines: Deadlines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While sending, five minutes for the envelope and ten for the answer (RFC 5321, 4.5.3.2).

    Who waits for one server is told soon.
    """
    monkeypatch.setattr(SilentServer, "used", [])
    monkeypatch.setattr(module, "Connector", SilentServer)
    with pytest.raises(MailError, match=r"the mail server .*127.0.0.1:2525 cannot be used.*: it is silent"):
        work()
    assert SilentServer.used == [deadlines]


@pytest.mark.parametrize(
    ("rate", "relay_rates", "expected"),
    [
        (None, [], None),
        ("5/s", [], 5),
        (None, ["2/s"], 2),
        ("5/s", ["2/s"], 2),
        ("5/s", ["7/s"], 5),
        ("5/s", [None], 5),
        ("5/s", ["2/s", "3/s"], 5),
        (None, ["2/s", "3/s"], None),
    ],
)
def test_mailer_rate_of_all_messages_is_the_lower_one_of_a_single_relay(
    rate: str | None, relay_rates: list[str | None], expected: float | None
) -> None:
    """Several relays keep their own rates beside it."""
    relays = [{"host": "127.0.0.1", "port": 26, **({"rate": one} if one else {})} for one in relay_rates]
    more: dict[str, Any] = {"rate": rate} if rate else {}
    assert module._common_rate(SmtpSettings.model_validate({"host": "127.0.0.1", "relays": relays, **more})) == expected


@pytest.mark.parametrize("is_installed", [True, False])
def test_mailer_uses_uvloop_where_it_is_installed(*, is_installed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise asyncio's own event loop."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if is_installed else None)
    monkeypatch.setattr(importlib, "import_module", lambda name: type(name, (), {"new_event_loop": name}))
    factory: object = module._loop_factory()
    assert factory == ("uvloop" if is_installed else None)
