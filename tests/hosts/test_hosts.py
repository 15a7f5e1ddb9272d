"""Many hosts on one PostgreSQL, a sample of the trials: hosts and links are lost, and the promise still holds."""

import subprocess
import sys
from itertools import islice

import pytest

from tests.faults.processes import ROOT
from tests.hosts.bed import CLOCK, HOST_FAULTS
from tests.hosts.trial import CRASH, RESTART, SIZES, plans


@pytest.mark.needs("namespaces")
@pytest.mark.timeout(600)
@pytest.mark.xdist_group("faults")
@pytest.mark.unmeasured
@pytest.mark.parametrize("seed", [7, 12])
def test_faults_of_hosts_duplicate_and_lose_nothing(seed: int) -> None:
    """The rows of lost hosts are sent by the others in time, and the limits hold."""
    command = [sys.executable, "-m", "tests.hosts", "--seed", str(seed), "--faults", "1"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "0 duplicates, 0 losses without a flag" in ended.stdout


def test_plans_have_every_fault_and_size_and_repeat_with_their_seed() -> None:
    """Each kind of fault is about as frequent as the others, and one host is always left alone."""
    chosen = list(islice(plans(1), 60))
    assert chosen == list(islice(plans(1), 60)) != list(islice(plans(2), 60))
    assert {plan.number for plan in chosen} == set(SIZES)
    kinds = [kind for plan in chosen for _at, kind, _place in plan.faults]
    assert {*HOST_FAULTS, RESTART, CRASH} == set(kinds)
    assert kinds.count(CLOCK) > 20
    assert all(len({place for _at, _kind, place in plan.faults} - {-1}) == plan.number - 1 for plan in chosen)
