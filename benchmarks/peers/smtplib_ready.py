"""smtplib with ready-made bytes: a thread and a connection each, the same message to every recipient."""

import argparse
import smtplib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.material import SENDER, address
from benchmarks.measure import telling

Send = Callable[[smtplib.SMTP, int], object]


def main() -> None:
    """Send the file so many times."""
    told = arguments(__doc__)
    content = told.message.read_bytes()
    run(told, lambda smtp, number: smtp.sendmail(SENDER.addr_spec, [address(number)], content))


def arguments(description: str | None) -> argparse.Namespace:
    """What both smtplib senders are told."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--messages", type=int, required=True)
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument("--message", type=Path, required=True, help="a file with a message's bytes")
    return parser.parse_args()


def run(told: argparse.Namespace, send: Send) -> None:
    """Share the messages out to threads, and measure them."""
    shares = [range(first, told.messages, told.connections) for first in range(told.connections)]
    with telling(told.messages), ThreadPoolExecutor(told.connections) as threads:
        for lane in [threads.submit(_lane, told.port, share, send) for share in shares]:
            lane.result()


def _lane(port: int, numbers: range, send: Send) -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="localhost") as smtp:
        for number in numbers:
            send(smtp, number)


if __name__ == "__main__":
    main()
