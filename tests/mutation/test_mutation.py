"""The mutation run: what it changes, what it leaves out, and when it fails."""

import random
from pathlib import Path

import pytest

from tests.mutation.__main__ import ROOT, Result, measure, report, run
from tests.mutation.mutants import FAMILIES, Family, Mutant, _equivalent, is_equivalent, sample

needs_time = pytest.mark.needs("time")

TINY = Family("tiny", ("tiny",), ("tests/test_code.py",), ("tests/test_user.py",))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one module with two functions, of which the tests check one."""
    for folder in ("tiny", "tests"):
        (tmp_path / folder).mkdir()
    (tmp_path / "tiny" / "sums.py").write_text(
        "def add(a: int | None, b: int) -> int | None:\n    return a + b\n\n\ndef less(a, b):\n    return a - b\n",
        encoding="utf-8",
    )
    (tmp_path / "tests" / "test_code.py").write_text(
        "from tiny.sums import add\n\n\ndef test_add():\n    assert add(3, 2) == 5\n", encoding="utf-8"
    )
    (tmp_path / "tests" / "test_user.py").write_text("def test_nothing():\n    pass\n", encoding="utf-8")
    return tmp_path


def test_families_modules_and_tests_exist() -> None:
    """A moved folder is moved here too."""
    for family in FAMILIES:
        assert family.files(ROOT)
        assert [path for path in (*family.modules, *family.mirror, *family.users) if not (ROOT / path).exists()] == []


@needs_time
def test_sample_annotations_are_not_changed(project: Path) -> None:
    """A change that only type checkers see is no fault; every mutant is a line of the code, and compiles."""
    mutants = sample(TINY, project, 50, random.Random(1))
    assert {mutant.before for mutant in mutants} == {"return a + b", "return a - b"}
    assert all(compile(mutant.source, "sums.py", "exec") for mutant in mutants)


@needs_time
def test_sample_same_seed_gives_the_same_mutants() -> None:
    """The seed of the output repeats the run."""
    family = next(one for one in FAMILIES if one.name == "slots and tokens")
    first, second = ([str(one) for one in sample(family, ROOT, 5, random.Random(7))] for _ in range(2))
    assert first == second
    assert len(set(first)) == 5


def test_sample_removed_cache_is_not_counted(tmp_path: Path) -> None:
    """Whether or not an empty line goes with it: what differs is the line of the decorator."""
    code = "from functools import cache\n\n\n{0}@cache\ndef one():\n    return 1\n"
    for name, before in (("first", ""), ("second", "size = 1\n\n")):
        (tmp_path / f"{name}.py").write_text(code.format(before), encoding="utf-8")
        family = Family(name, (f"{name}.py",), (), ())
        mutants = sample(family, tmp_path, 50, random.Random(1))
        assert mutants
        assert not any("cache" in mutant.before for mutant in mutants)


@needs_time
def test_run_lists_the_mutants_that_no_test_notices(project: Path) -> None:
    """The function with a test is guarded, the other is not; afterwards the code is as before."""
    before = (project / "tiny" / "sums.py").read_text("utf-8")
    mutants = sample(TINY, project, 50, random.Random(1))
    result = run(TINY, mutants, [project])
    assert {one.before for one in result.survivors} == {"return a - b"}
    assert result.killed == sum(one.before == "return a + b" for one in mutants)
    assert (project / "tiny" / "sums.py").read_text("utf-8") == before


@needs_time
def test_coverage_map_lists_the_tests_that_run_a_line(project: Path) -> None:
    """What only runs at import has none."""
    covering, _limit = measure(TINY, project)
    module = Path("tiny/sums.py")
    assert [list(covering.tests(module, line)) for line in (1, 2, 5)] == [[], ["tests/test_code.py::test_add"], []]


@pytest.mark.parametrize(
    ("survivors", "enough"),
    [((1, 1), True), ((2, 0), False), ((1, 2), False)],
    ids=["95 % and 90 %", "one family under 85 %", "under 90 % in all"],
)
def test_report_fails_below_the_shares(
    survivors: tuple[int, int], enough: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """10 and 17 mutants: 90 % of all must be killed, and 85 % in each family."""
    mutant = Mutant(Path("a.py"), "core/AddNot", 3, "if a:", "if not a:", "")
    results = [
        Result(family=name, mutants=[mutant] * number, survivors=[mutant] * alive)
        for name, number, alive in zip(("one", "two"), (10, 17), survivors, strict=True)
    ]
    assert report(results) is enough
    assert "a.py:3: if a:  →  if not a:  [core/AddNot]" in capsys.readouterr().out


def test_is_equivalent_only_what_the_file_lists() -> None:
    """Options of dataclasses are in it; a condition is not."""
    frozen = Mutant(Path("a.py"), "o", 1, "@dataclass(frozen=True)", "@dataclass(frozen=False)", "")
    assert is_equivalent(frozen)
    assert not is_equivalent(Mutant(Path("a.py"), "o", 1, "if a:", "if not a:", ""))


def test_equivalent_mutants_are_of_code_that_exists() -> None:
    """An entry whose line was changed is removed with it."""
    for path, change in _equivalent()[1]:
        code = " ".join(line.strip() for line in (ROOT / path).read_text("utf-8").splitlines())
        assert change.partition(" → ")[0] in code
