"""Who sends: Digest and the others, each run as a process of its own."""

import json
import resource
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from benchmarks.material import BASE_URL, SENDER, Ground
from benchmarks.measure import Measured, read
from benchmarks.places import HOST, ROOT, environment, module, program
from benchmarks.signing import OPENSSL, openssl_rate
from digest.dkim_keys import make_key

OURS = "Digest"
OURS_POSTGRES = "Digest, PostgreSQL"
OURS_FORGETFUL = "Digest, a ledger that records nothing"
OURS_SIGNED = "Digest, DKIM"
OURS_FORGETFUL_SIGNED = "Digest, DKIM, … that records nothing"
SOURCE = "smtp-source"
READY = "smtplib, ready-made bytes"
COMPOSED = "smtplib + EmailMessage"
NODEMAILER = "nodemailer, composed"

Send = Callable[[int, int], Measured]  # port, messages
_LONGEST = 3600  # seconds


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What all senders share; `grounds` has the databases by URL."""

    folder: Path
    grounds: Mapping[str, Ground]
    connections: int
    window: int | None
    message: Path

    def senders(self, sqlite: str, postgres: str | None, nodemailer: Path | None) -> dict[str, Send]:
        """Every sender that there is on this machine."""
        found: dict[str, Send] = {
            OURS: lambda port, messages: self._ours(sqlite, port, messages),
            OURS_FORGETFUL: lambda port, messages: self._ours(sqlite, port, messages, "--forget"),
            OURS_SIGNED: lambda port, messages: self._ours(sqlite, port, messages, "--key", self._key()),
            OURS_FORGETFUL_SIGNED: lambda port, messages: self._ours(
                sqlite, port, messages, "--forget", "--key", self._key()
            ),
            READY: lambda port, messages: self._smtplib("smtplib_ready", port, messages),
            COMPOSED: lambda port, messages: self._smtplib("smtplib_composed", port, messages),
        }
        if postgres is not None:
            found[OURS_POSTGRES] = lambda port, messages: self._ours(postgres, port, messages)
        if program("openssl"):
            found[OPENSSL] = _openssl
        if program("smtp-source"):
            found[SOURCE] = self._source
        if nodemailer is not None:
            found[NODEMAILER] = lambda port, messages: self._nodemailer(nodemailer, port, messages)
        return found

    def _ours(self, url: str, port: int, messages: int, *more: str) -> Measured:
        issue_id = self.grounds[url].plan(messages)
        where = ("--database", url, "--root", self.folder, "--issue", issue_id)
        window = ("--window", self.window) if self.window else ()
        told = ("--port", port, "--connections", self.connections, *window)
        return _run(module("benchmarks.ours", *where, *told, *more))

    def _key(self) -> str:
        make_key(self.folder / "bench.pem")
        return str(self.folder / "bench.pem")

    def _smtplib(self, name: str, port: int, messages: int) -> Measured:
        told = ("--port", port, "--messages", messages, "--connections", self.connections, "--message", self.message)
        return _run(module(f"benchmarks.peers.{name}", *told))

    def _nodemailer(self, home: Path, port: int, messages: int) -> Measured:
        texts = self.folder / "texts.json"
        if not texts.exists():
            texts.write_text(json.dumps(_texts(self.message.read_bytes())))
        script = ROOT / "benchmarks" / "peers" / "nodemailer.mjs"
        return _run(["node", str(script), str(home), str(port), str(messages), str(self.connections), str(texts)])

    def _source(self, port: int, messages: int) -> Measured:
        lines = self.folder / "message.txt"
        lines.write_bytes(self.message.read_bytes().replace(b"\r\n", b"\n"))
        envelope = ["-f", SENDER.addr_spec, "-t", "reader@readers.example", "-M", "localhost"]
        how = ["-d", "-s", str(self.connections), "-m", str(messages), "-F", str(lines)]
        before, start = _children(), time.perf_counter()
        subprocess.run([program("smtp-source"), *how, *envelope, f"{HOST}:{port}"], check=True, timeout=_LONGEST)
        return Measured(messages=messages, seconds=time.perf_counter() - start, cpu=_children() - before)


def _openssl(_port: int, _messages: int) -> Measured:
    """Signatures instead of messages, in one thread for a second."""
    before = _children()
    rate = openssl_rate("-elapsed")
    return Measured(messages=round(rate), seconds=1, cpu=_children() - before)


def _run(command: list[str]) -> Measured:
    ended = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT, env=environment(), timeout=_LONGEST
    )
    return read(ended.stdout)


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _texts(content: bytes) -> dict[str, str]:
    whole = message_from_bytes(content, _class=EmailMessage, policy=policy.default)
    parts = {kind: whole.get_body((kind,)) for kind in ("plain", "html")}
    text, html = (str(part.get_content()) for part in parts.values() if part is not None)
    return {"sender": str(SENDER), "base": BASE_URL, "text": text, "html": html}
