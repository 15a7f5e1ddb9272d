"""What every test gets: a clean environment, real databases, and property tests without a stopwatch."""

import gc
import os
from collections.abc import Generator
from pathlib import Path

import coverage
import hypothesis
import pytest

from tests.support.memory import folder_in_memory
from tests.support.order import begin_long_tests_in_time
from tests.support.passed_tests import PassedTests, is_left_out, leave_out
from tests.support.requirements import missing
from tests.support.shared_imports import import_share

pytest_plugins = [
    "tests.support.databases",
    "tests.support.new_databases",
    "tests.support.prepared",
    "tests.support.servers",
    "tests.support.shared_statements",
    "tests.support.shared_work",
    "tests.support.unclosed_databases",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--all` runs what CI runs; `--update-golden` writes tests/rendering/golden instead of comparing with it.

    Two runs share the tests by `--write-passed` and `--leave-out`: what passed in the first is left out of the second.
    """
    parser.addoption("--all", action="store_true", help="also run long tests and those that need programs")
    parser.addoption("--write-passed", type=Path, metavar="FILE", help="write the names of the tests that passed")
    parser.addoption("--leave-out", type=Path, metavar="FILE", help="run none of the tests that the file names")
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/rendering/golden")


def pytest_configure(config: pytest.Config) -> None:
    """Forget the settings of whoever runs the tests, and let no property test fail for being slow."""
    for name in [name for name in os.environ if name == "SMTP_PASSWORD" or name.startswith("DIGEST_")]:
        if name not in {"DIGEST_CORPORA", "DIGEST_MUTATED_MESSAGES", "DIGEST_OUTLET_DAYS"}:
            del os.environ[name]
    # The programs that tests start share what they compile: it takes a fifth of the time of a short one.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if (memory := folder_in_memory()) is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", memory)  # where pytest makes each test's `tmp_path`
    too_slow = [hypothesis.HealthCheck.too_slow]
    usual = hypothesis.settings(
        deadline=None, suppress_health_check=too_slow, derandomize="CI" in os.environ, max_examples=50
    )
    hypothesis.settings.register_profile("digest", usual)
    hypothesis.settings.register_profile("thorough", usual, max_examples=1000)
    hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "digest"))
    file: Path | None = config.getoption("--write-passed")
    if file is not None and "PYTEST_XDIST_WORKER" not in os.environ:
        config.pluginmanager.register(PassedTests(file))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Read no file of which another run has run all tests."""
    file: Path | None = config.getoption("--leave-out")
    return True if file is not None and is_left_out(collection_path, file, config.rootpath) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what another run has run, and begin no long test at the end."""
    file: Path | None = config.getoption("--leave-out")
    if file is not None:
        leave_out(file, config, items)
    if config.getoption("--all"):
        begin_long_tests_in_time(items)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Collect the tests without the collector of cycles, which would look for garbage among them again and again.

    It never looks at their million objects, and while they run it seldom looks at young ones.
    """
    os.environ.pop("PYTEST_ADDOPTS", None)  # for this run and its workers, and not for one that a test starts
    gc.disable()
    try:
        import_share(session.config)
        return (yield)
    finally:
        gc.freeze()  # without a look at any object
        gc.set_threshold(5_000, *gc.get_threshold()[1:])
        gc.enable()


def pytest_unconfigure() -> None:
    """Collect the garbage of the last tests, which warns of what they left open, and look at no object again.

    Otherwise pytest and the end of the process look at all objects several times: 2 s of each test process.
    """
    gc.collect()
    gc.freeze()


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a text of several lines by the first of them that is not empty: a test's id can be read and typed again."""
    lines = val.strip().splitlines() if isinstance(val, str) else []
    return lines[0].strip().encode("unicode_escape").decode() + " ..." if len(lines) > 1 else None


@pytest.hookimpl(optionalhook=True)  # of xdist, which `-p no:xdist` leaves out
def pytest_xdist_auto_num_workers() -> int:
    """Start two test processes for each processor: tests wait for servers, timers and disks half of their time."""
    return (os.cpu_count() or 1) * 2


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure no coverage of an `unmeasured` test and of its programs: it takes half of their time."""
    if item.get_closest_marker("unmeasured") is None:
        return (yield)
    stopped = []
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("COVERAGE_")]:
            patch.delenv(name)
        while (measuring := coverage.Coverage.current()) is not None:  # where xdist runs the tests there are two
            measuring.stop()
            stopped.append(measuring)
        try:
            return (yield)
        finally:
            for measuring in reversed(stopped):
                measuring.start()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that `needs` what is not there, or a program and was not asked for with `--all`."""
    for marker in item.iter_markers("needs"):
        reason = missing(str(marker.args[0]), item.config)
        if reason:
            pytest.skip(reason)
