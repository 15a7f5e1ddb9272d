"""Two runs that share the tests: the first writes which tests passed, and the second leaves them out."""

from pathlib import Path

import pytest


class PassedTests:
    """Writes the name of each test that passed to a file, one a line."""

    def __init__(self, file: Path) -> None:
        self._file = file
        file.write_text("", encoding="utf-8")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that passed."""
        if report.when == "call" and report.passed:
            with self._file.open("a", encoding="utf-8") as opened:
                opened.write(f"{report.nodeid}\n")


def leave_out(file: Path, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run none of the tests that the file names."""
    passed = frozenset(file.read_text(encoding="utf-8").splitlines())
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in passed])
    items[:] = [item for item in items if item.nodeid not in passed]
