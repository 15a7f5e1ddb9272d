"""Whether the tests notice small faults: `python -m tests.mutation [--sample N] [--seed N] [--family NAME]`.

A random sample of mutants is run against the tests of their mirror folder, and survivors against the tests of what
uses the family; the tests that run the changed line go first. It works on copies of the files that git knows.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from types import MappingProxyType

from tests.mutation.coverage_map import CoverageMap, read_coverage
from tests.mutation.mutants import FAMILIES, Family, Mutant, sample

ROOT = Path(__file__).parent.parent.parent
OVERALL, EACH = 0.90, 0.85  # shares of mutants that must be killed
_TEST_LIMIT = 60  # seconds for one test; the process ends with the first that takes longer
_PYTEST = (sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly")
_TIMEOUT = (f"--timeout={_TEST_LIMIT}", "--timeout-method=thread")
_PASSED, _NO_TESTS = 0, 5


@dataclass(frozen=True, kw_only=True)
class Result:
    """The mutants of one family, and those that no test noticed."""

    family: str
    mutants: Sequence[Mutant]
    survivors: Sequence[Mutant]

    @property
    def killed(self) -> int:
        """The number of mutants that a test noticed."""
        return len(self.mutants) - len(self.survivors)


def passes(copy: Path, tests: Sequence[str], limit: float, extra: Mapping[str, str] = MappingProxyType({})) -> bool:
    """Whether the tests pass in a copy of the project within `limit` seconds."""
    environment = os.environ | {"PYTHONPATH": str(copy), "CI": "1", "PYTHONDONTWRITEBYTECODE": "1", **extra}
    command, unheard = [*_PYTEST, *_TIMEOUT, *tests], subprocess.DEVNULL
    with subprocess.Popen(
        command, cwd=copy, env=environment, stdin=unheard, stdout=unheard, stderr=unheard, start_new_session=True
    ) as run:
        try:
            code = run.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            return False
    if code == _NO_TESTS:
        raise SystemExit(f"no tests in {' '.join(tests)}")
    return code == _PASSED


def survives(mutant: Mutant, family: Family, copy: Path, limit: float, covering: Sequence[str]) -> bool:
    """Whether all tests of the family pass with the mutant in the copy; `covering` are run first."""
    module = copy / mutant.path
    original = module.read_bytes()
    module.write_text(mutant.source, encoding="utf-8")
    try:
        stages = (covering, family.mirror, family.users)
        return all(passes(copy, tests, limit) for tests in stages if tests)
    finally:
        module.write_bytes(original)


def measure(family: Family, copy: Path) -> tuple[CoverageMap, float]:
    """Run the family's tests without a mutant; return what each line is run by, and the limit for a run in seconds."""
    data, started = copy / ".coverage-mutation", time.monotonic()
    sources = {f"--cov={Path(module).parts[0]}" for module in family.modules}
    coverage = (*sources, "--cov-context=test", "--cov-report=", "--cov-config=/dev/null")
    if not passes(copy, (*family.mirror, *family.users, *coverage), 3600, {"COVERAGE_FILE": str(data)}):
        raise SystemExit(f"the tests of {family.name} fail without a mutant")
    seconds = time.monotonic() - started
    print(f"{family.name}: the tests pass in {seconds:.0f} s", flush=True)
    return read_coverage(data, copy), 3 * seconds + _TEST_LIMIT


@contextmanager
def copies(number: int) -> Iterator[list[Path]]:
    """Provide copies of the files that git knows, as they are in the working tree."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    with tempfile.TemporaryDirectory(prefix="digest-mutants-") as folder:
        made = [Path(folder) / str(place) for place in range(number)]
        for copy in made:
            for name in filter(None, listed.stdout.split("\0")):
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, copy / name)
        yield made


def run(family: Family, mutants: Sequence[Mutant], made: Sequence[Path]) -> Result:
    """Run a family's mutants, as many side by side as there are copies."""
    covering, limit = measure(family, made[0])
    free: SimpleQueue[Path] = SimpleQueue()
    for copy in made:
        free.put(copy)

    def outcome(mutant: Mutant) -> bool:
        copy = free.get()
        try:
            survived = survives(mutant, family, copy, limit, covering.tests(mutant.path, mutant.line))
        finally:
            free.put(copy)
        print(f"{'survived' if survived else 'killed  '} {mutant}", flush=True)
        return survived

    with ThreadPoolExecutor(len(made)) as pool:
        survived = list(pool.map(outcome, mutants))
    survivors = [one for one, alive in zip(mutants, survived, strict=True) if alive]
    return Result(family=family.name, mutants=mutants, survivors=survivors)


def report(results: Sequence[Result]) -> bool:
    """Print the survivors and the shares; whether enough mutants were killed."""
    print("\nSurvivors:")
    for result in results:
        print("\n".join(f"  {mutant}  [{mutant.operator}]" for mutant in result.survivors))
    total, killed = sum(len(result.mutants) for result in results), sum(result.killed for result in results)
    for result in results:
        print(f"{result.family:18} {_share(result.killed, len(result.mutants))}")
    print(f"{'all':18} {_share(killed, total)}; {OVERALL:.0%} are needed, and {EACH:.0%} in each family")
    return killed >= OVERALL * total and all(one.killed >= EACH * len(one.mutants) for one in results)


def _share(killed: int, number: int) -> str:
    return f"{killed:3} of {number:3} killed ({killed / max(1, number):.0%})"


def main() -> int:
    """Run it; 1 when too many mutants survive."""
    names = [family.name for family in FAMILIES]
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--sample", type=int, default=300, help="number of mutants, shared equally by the families")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="repeats a sample")
    parser.add_argument("--family", action="append", choices=names, help="only this family; can be repeated")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="test runs side by side")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    families = [family for family in FAMILIES if family.name in (options.family or names)]
    rng, size = random.Random(options.seed), -(-options.sample // len(families))
    mutants = {family.name: sample(family, ROOT, size, rng) for family in families}
    with copies(options.jobs) as made:
        results = [run(family, mutants[family.name], made) for family in families]
    return 0 if report(results) else 1


if __name__ == "__main__":
    sys.exit(main())
