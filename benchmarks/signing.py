"""Signing with DKIM (RSA-2048): what it adds to a message, and how many a second one core signs beside OpenSSL.

`python -m benchmarks.signing` takes a minute. Everything is counted in CPU seconds of one core. `fan_out` measures
signed messages being sent.
"""

import argparse
import re
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.material import SENDER, address, name, rendered, sender_identity
from benchmarks.places import program
from benchmarks.report import Goal, conclude, conditions
from digest.dkim_keys import make_key, signers
from digest.message.build import encode, personalise
from digest.message.dkim import Signer
from digest.model.deliveries import Claim
from digest.model.issues import Slot, Variant

OPENSSL = "openssl speed rsa2048"
SIGNATURE = "the signature alone (cryptography, the key in memory)"
SIGNED = "a message made and signed"
PLAIN = "a message made without a signature"
LEAST = 0.7  # of what OpenSSL signs
_SECONDS = 1  # of `openssl speed`
_SECRET = b"a secret for benchmarks"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and write."""
    told = _arguments(arguments)
    runs: dict[str, list[float]] = defaultdict(list)
    with TemporaryDirectory(prefix="digest-bench-") as folder:
        work = _work(Path(folder))
        for _turn in range(told.rounds):
            if program("openssl"):
                runs[OPENSSL].append(openssl_rate())
            for what, make in work.items():
                runs[what].append(_rate(make, told.messages))
    rates = {what: median(found) for what, found in runs.items()}
    results = {what: {"per_cpu_second": round(rate, 1), "ms": round(1000 / rate, 4)} for what, rate in rates.items()}
    conclude(told.json, conditions(messages=told.messages, rounds=told.rounds), results, _goals(rates))


def openssl_rate(*options: str) -> float:
    """Signatures with RSA-2048 in one CPU second, as OpenSSL counts them; with `-elapsed` in a second of the clock."""
    command = [program("openssl"), "speed", "-mr", "-seconds", str(_SECONDS), *options, "rsa2048"]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"^\+F2:\d+:2048:([0-9.]+):", told.stdout, re.MULTILINE)
    if found is None:
        raise RuntimeError("the output of `openssl speed` is not as expected")
    return float(found[1])


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.signing", description=__doc__)
    parser.add_argument("--messages", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args(arguments)


def _work(folder: Path) -> dict[str, Callable[[int], object]]:
    """What is measured, called with the number of a message; it uses a new key."""
    make_key(folder / "bench.pem")
    signer = signers(folder / "bench.pem", "bench", SENDER.domain)("bench")
    assert signer is not None
    return {SIGNATURE: lambda _number: signer.sign(b"x" * 900), SIGNED: _maker(signer), PLAIN: _maker(None)}


def _maker(signer: Signer | None) -> Callable[[int], object]:
    """Makes messages of 36 KB, signed or not."""
    identity, slot = sender_identity(_SECRET), Slot(day=date(2026, 10, 1))
    moment = datetime(2026, 10, 1, tzinfo=UTC)
    content = rendered(identity, "daily", slot)
    variant = Variant(id=1, issue_id=1, edition="daily", slot=slot, frozen_at=moment, rendered=content)
    template = encode(variant, identity, signer)
    return lambda number: personalise(template, _claim(number))


def _claim(number: int) -> Claim:
    return Claim(
        delivery_id=number, variant_id=1, issue_id=1, address=address(number), name=name(number), tries=0, token="t"
    )


def _rate(make: Callable[[int], object], times: int) -> float:
    start = time.process_time()
    for number in range(1, times + 1):
        make(number)
    return times / (time.process_time() - start)


def _goals(rates: Mapping[str, float]) -> list[Goal]:
    if OPENSSL not in rates:
        return []
    says = f"{SIGNED}: in a CPU second against {OPENSSL}"
    return [Goal(says=says, wanted=LEAST, reached=rates[SIGNED] / rates[OPENSSL])]


if __name__ == "__main__":
    main()
