"""Many senders at once: eight workers that are killed and stopped at random, and two schedulers on one slot."""

import random
import signal
import time
from collections.abc import Iterator

from tests.faults import server
from tests.faults.checker import outcome
from tests.faults.environment import CROWD, IMPORTED, Site, Templates
from tests.faults.matrix import Result, broken_invariants
from tests.faults.processes import Child
from tests.faults.server import Plan

_WORKERS = 8
_LEASE = 0.6  # seconds


def crowd(templates: Templates, kind: str, elsewhere: bool, draw: random.Random) -> Result:
    """Eight workers, SIGKILL and SIGSTOP past the lease; `elsewhere`: each as if on a machine of its own."""
    offers = draw.choice(((), ("PIPELINING",), ("PIPELINING", "CHUNKING")))
    with templates.site(kind, CROWD, Plan(do=server.SLOW, offers=offers)) as site:
        names = _lock_folders(site, elsewhere=elsewhere)
        workers = [_worker(site, next(names)) for _ in range(_WORKERS)]
        asleep: dict[Child, float] = {}
        until = time.monotonic() + 60
        while time.monotonic() < until and set(site.ledger.issues.values()) != {"done"}:
            _awake(asleep)
            one = draw.randrange(_WORKERS)
            if draw.random() < 0.5:
                workers[one].signal(signal.SIGCONT)
                workers[one].kill()
                asleep.pop(workers[one], None)
                workers[one] = _worker(site, next(names))
            elif workers[one] not in asleep:
                workers[one].signal(signal.SIGSTOP)
                asleep[workers[one]] = time.monotonic() + _LEASE * draw.uniform(0.5, 3)
            site.crashes += 1
            time.sleep(draw.uniform(0.02, 0.2))
        _awake(asleep, all_of_them=True)
        time.sleep(2 * _LEASE)
        for worker in workers:
            worker.signal(signal.SIGTERM)
        broken = [f"a worker ended with {status}" for worker in workers if (status := worker.wait(60)) != 0]
        broken += broken_invariants(site, ended=False)
        site.behave()
        site.settle()
        broken += broken_invariants(site, ended=True)
        found = outcome(site.record, site.ledger)
        return Result(name="", broken=tuple(broken), outcome=found, crashes=site.crashes)


def _worker(site: Site, locks: str) -> Child:
    return site.start("worker", "--config", site.config, locks=locks, lease=_LEASE)


def _lock_folders(site: Site, *, elsewhere: bool) -> Iterator[str]:
    number = 0
    while True:
        number += elsewhere
        yield str(site.folder / f"locks{number}")


def _awake(asleep: dict[Child, float], *, all_of_them: bool = False) -> None:
    for one, until in list(asleep.items()):
        if all_of_them or until < time.monotonic():
            one.signal(signal.SIGCONT)
            del asleep[one]


def two_schedulers(templates: Templates, kind: str) -> Result:
    """Two `digest run` find the slot due at once: one issue, sent once."""
    with templates.site(kind, IMPORTED, Plan(do=server.SLOW)) as site:
        both = [site.start("run", "--config", site.config) for _ in range(2)]
        until = time.monotonic() + 80
        while time.monotonic() < until and set(site.ledger.issues.values()) != {"done"}:
            time.sleep(0.1)
        for one in both:
            one.signal(signal.SIGTERM)
        broken = [f"it ended with {status}" for one in both if (status := one.wait(60)) != 0]
        broken += broken_invariants(site, ended=True)
        found = outcome(site.record, site.ledger)
        return Result(name="", broken=tuple(broken), outcome=found)
