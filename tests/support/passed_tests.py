"""Two runs that share the tests: the first writes which tests passed, and the second leaves them out."""

from functools import cache
from pathlib import Path

import pytest


class PassedTests:
    """Writes the name of each test that passed to a file, one a line, and then the files in which all passed."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._passed: set[str] = set()
        self._reported: set[str] = set()
        file.write_text("", encoding="utf-8")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that passed."""
        self._reported.add(report.nodeid)
        if report.when == "call" and report.passed:
            self._passed.add(report.nodeid)
            self._write([report.nodeid])

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Note the files of which the second run needs no test; none if a test may have been left."""
        if exitstatus == pytest.ExitCode.OK:
            others = {_file_of(test) for test in self._reported - self._passed}
            self._write(sorted({_file_of(test) for test in self._passed} - others))

    def _write(self, names: list[str]) -> None:
        with self._file.open("a", encoding="utf-8") as opened:
            opened.writelines(f"{name}\n" for name in names)


def is_left_out(path: Path, file: Path, root: Path) -> bool:
    """Whether the file says that all tests of a path passed."""
    return path.is_relative_to(root) and path.relative_to(root).as_posix() in _names(file)


def leave_out(file: Path, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run none of the tests that the file names."""
    passed = _names(file)
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in passed])
    items[:] = [item for item in items if item.nodeid not in passed]


@cache
def _names(file: Path) -> frozenset[str]:
    return frozenset(file.read_text(encoding="utf-8").splitlines())


def _file_of(test: str) -> str:
    return test.partition("::")[0]
