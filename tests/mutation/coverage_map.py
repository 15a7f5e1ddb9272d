"""Which tests run a line of code, so that a mutant meets the tests first that can notice it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coverage import CoverageData

_MOST = 150  # tests that go first; the rest of them are in the mirror folder or among the users
_STATEMENT = 12  # lines: a mutant can lie below the line that coverage records for its statement


@dataclass(frozen=True)
class CoverageMap:
    """For each line of a module, the tests that run it, the most specific ones first."""

    lines: Mapping[Path, Mapping[int, Sequence[str]]]

    def tests(self, path: Path, line: int) -> Sequence[str]:
        """Return the tests that run the statement at a line; none for what runs at import."""
        module = self.lines.get(path, {})
        recorded = next((one for one in range(line, line - _STATEMENT, -1) if one in module), None)
        return module[recorded] if recorded is not None else ()


def read_coverage(file: Path, root: Path) -> CoverageMap:
    """Read a data file of coverage.py that has pytest's names of tests as contexts (`--cov-context=test`)."""
    data = CoverageData(str(file))
    data.read()
    contexts = {path: data.contexts_by_lineno(path) for path in data.measured_files()}
    size = Counter(test for lines in contexts.values() for names in lines.values() for test in _tests(names))
    return CoverageMap(
        {
            Path(path).relative_to(root): {
                line: sorted(_tests(names), key=lambda test: (size[test], test))[:_MOST]
                for line, names in lines.items()
            }
            for path, lines in contexts.items()
        }
    )


def _tests(contexts: Sequence[str]) -> set[str]:
    """Return the names of tests in contexts such as `tests/test_code.py::test_add|run`."""
    return {context.rpartition("|")[0] for context in contexts if "|" in context}
