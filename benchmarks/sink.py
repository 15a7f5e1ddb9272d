"""The fast sink as a process: tells its port, and when its input ends, what it counted; then it ends.

`--at MESSAGE=451 4.3.0 later` misbehaves at a step: with a reply, or with hang, drop, take-and-drop, drip or babble.
"""

import argparse
import asyncio
import importlib
import importlib.util
import json
import resource
import sys
from pathlib import Path

from tests.support.fast_sink import FastSink, Keep
from tests.support.smtp_server import HOST, Behaviour, Decide, Do


def main() -> None:
    """Serve until standard input ends."""
    told = _arguments()
    keep = Keep.IDS if told.ids else Keep.NUMBER
    sink = FastSink(_decide(told.at), keep=keep, pipelining=told.pipelining, chunking=told.chunking, record=told.record)
    uvloop = importlib.util.find_spec("uvloop")
    factory = importlib.import_module("uvloop").new_event_loop if uvloop else None
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(_serve(sink, told.port))
    print(json.dumps(_counted(sink)), flush=True)


async def _serve(sink: FastSink, port: int) -> None:
    server = await asyncio.get_running_loop().create_server(sink.protocol, HOST, port, backlog=200)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


def _counted(sink: FastSink) -> dict[str, object]:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "messages": sink.taken.messages,
        "repeated": sum(number - 1 for number in sink.taken.copies.values()),
        "connections": sink.taken.connections,
        "breaches": dict(sink.taken.breaches),
        "cpu": usage.ru_utime + usage.ru_stime,
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sink", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--no-pipelining", dest="pipelining", action="store_false")
    parser.add_argument("--no-chunking", dest="chunking", action="store_false")
    parser.add_argument("--ids", action="store_true", help="count by Message-ID, to tell what was repeated")
    parser.add_argument("--record", type=Path, help="write each accepted Message-ID to this file at once")
    parser.add_argument("--at", action="append", default=[], metavar="STEP=BEHAVIOUR")
    return parser.parse_args()


def _decide(told: list[str]) -> Decide | None:
    behaviours = dict(_behaviour(one) for one in told)
    return (lambda step, _argument: behaviours.get(step)) if behaviours else None


def _behaviour(told: str) -> tuple[str, Behaviour]:
    step, _, what = told.partition("=")
    return step.upper(), Do.__members__.get(what.upper().replace("-", "_"), what)


if __name__ == "__main__":
    main()
