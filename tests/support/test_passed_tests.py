"""Two runs that share the tests: together they run each test once."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, cast

import pytest

from tests.support.passed_tests import PassedTests, is_left_out, leave_out

Outcome = Literal["passed", "failed", "skipped"]
When = Literal["setup", "call", "teardown"]


def reported(name: str, outcome: Outcome, when: When = "call") -> pytest.TestReport:
    """What pytest reports of a test."""
    return pytest.TestReport(name, ("", 0, ""), {}, outcome, None, when)


def test_leave_out_after_a_run_leaves_only_what_did_not_pass(tmp_path: Path) -> None:
    """A test that failed or was skipped runs again, and so does one whose call was never reached."""
    file = tmp_path / "passed"
    first = PassedTests(file)
    first.pytest_runtest_logreport(reported("a.py::test_one[привет 1]", "passed"))
    first.pytest_runtest_logreport(reported("a.py::test_failed", "failed"))
    first.pytest_runtest_logreport(reported("a.py::test_skipped", "skipped", "setup"))
    first.pytest_runtest_logreport(reported("a.py::test_not_reached", "passed", "setup"))
    names = ["a.py::test_one[привет 1]", "a.py::test_failed", "a.py::test_skipped", "a.py::test_not_reached"]
    items = [cast("Any", SimpleNamespace(nodeid=name)) for name in names]
    deselected: list[Any] = []

    def note(items: list[Any]) -> None:
        deselected.extend(items)

    config = cast("pytest.Config", SimpleNamespace(hook=SimpleNamespace(pytest_deselected=note)))
    leave_out(file, config, items)
    assert [item.nodeid for item in items] == names[1:]
    assert [item.nodeid for item in deselected] == names[:1]


@pytest.mark.parametrize(
    ("exit_status", "left_out"), [(pytest.ExitCode.OK, ["b.py"]), (pytest.ExitCode.INTERRUPTED, [])]
)
def test_is_left_out_after_a_whole_run_names_the_files_where_all_passed(
    exit_status: pytest.ExitCode, left_out: list[str], tmp_path: Path
) -> None:
    """A file with another test than passed ones is read, and so is each after a run that may have left tests."""
    file = tmp_path / "passed"
    first = PassedTests(file)
    first.pytest_runtest_logreport(reported("a.py::test_one", "passed"))
    first.pytest_runtest_logreport(reported("a.py::test_skipped", "skipped", "setup"))
    first.pytest_runtest_logreport(reported("b.py::test_one", "passed", "setup"))
    first.pytest_runtest_logreport(reported("b.py::test_one", "passed"))
    first.pytest_runtest_logreport(reported("c.py::test_skipped", "skipped", "setup"))
    first.pytest_sessionfinish(exit_status)
    names = ["a.py", "b.py", "c.py", "d.py", "."]
    assert [name for name in names if is_left_out(tmp_path / name, file, tmp_path)] == left_out
    assert not is_left_out(Path("/b.py"), file, tmp_path)
