"""The CI script and the GitHub workflow: both run the same steps, and a failure says what to run."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WORKFLOW = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")


def run_ci(*arguments: str, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """What `.ci/run` of a project answers."""
    command = ["bash", str(root / ".ci" / "run"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def listed_steps() -> list[str]:
    """The steps that `.ci/run --help` lists."""
    return re.findall(r"^  (\w+)  ", run_ci("--help").stdout, re.MULTILINE)


@pytest.fixture
def project_without_quick_start(tmp_path: Path) -> Path:
    """A project with the CI scripts and a README without a quick start: the step `readme` fails at once."""
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    (tmp_path / "README.md").write_text("# Empty\n", encoding="utf-8")
    return tmp_path


def test_ci_help_lists_every_step() -> None:
    """Each function `step_…` of the script is a step of the list, and vice versa."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert listed_steps() == re.findall(r"^step_(\w+)\(\)", script, re.MULTILINE)


@pytest.mark.parametrize("arguments", [["nonsense"], ["lint", "nonsense"], ["-lint"], [""]])
def test_ci_unknown_step_exits_2_before_any_step_runs(arguments: list[str]) -> None:
    """The answer names the word and lists the steps that exist."""
    answer = run_ci(*arguments)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert f'unknown step "{arguments[-1]}"' in answer.stderr
    assert all(step in answer.stderr for step in listed_steps())


def test_ci_failing_step_is_named_and_ends_the_run(project_without_quick_start: Path) -> None:
    """The last line names the step and the command that runs it alone; the steps after it are not run."""
    answer = run_ci("readme", "wheel", root=project_without_quick_start)
    assert answer.returncode == 1
    last_line = answer.stderr.splitlines()[-1]
    assert last_line == '.ci/run: step "readme" failed with exit status 1; to run it alone: .ci/run readme'
    assert "== readme" in answer.stdout
    assert "== wheel" not in answer.stdout


@pytest.fixture
def project_with_short_steps(tmp_path: Path) -> Path:
    """A project whose steps say that they run, and fail where a file of their name is there."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    steps = "".join(f'step_{step}() {{ echo "{step} runs"; [ ! -e {step} ]; }}\n' for step in listed_steps())
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci" / "run").write_text(script.replace("\nprepare\n", f"\n{steps}prepare\n"), encoding="utf-8")
    return tmp_path


def test_ci_all_steps_are_run_once_and_the_tests_after_all_others(project_with_short_steps: Path) -> None:
    """Those that are run beside `readme` print after it what they would print alone."""
    answer = run_ci(root=project_with_short_steps)
    assert (answer.returncode, answer.stderr) == (0, "")
    said = re.findall(r"^== (\w+) \(\d+ s\)\n(?:(\w+) runs)?", answer.stdout, re.MULTILINE)
    assert sorted(said[:-1]) == sorted((step, step) for step in listed_steps())
    assert said[-2:] == [("tests", "tests"), ("done", "")]


@pytest.mark.parametrize("step", listed_steps())
def test_ci_step_that_fails_among_all_is_named_and_ends_the_run(step: str, project_with_short_steps: Path) -> None:
    """Also one that is run beside `readme`; the tests are run only where all others passed."""
    (project_with_short_steps / step).touch()
    answer = run_ci(root=project_with_short_steps)
    assert answer.returncode == 1
    assert answer.stderr.splitlines()[-1].endswith(f"failed with exit status 1; to run it alone: .ci/run {step}")
    assert answer.stdout.count("tests runs") == (step == "tests")
    assert "== done" not in answer.stdout


def test_contributing_table_describes_every_step() -> None:
    """The table of steps in CONTRIBUTING.md has a row for each step, in the order in which they run."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = page.partition("| step | checks |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == listed_steps()


def test_workflow_runs_the_steps_of_the_script() -> None:
    """Each step of `.ci/run` is a step of the workflow, by the same name and in the same order."""
    steps = re.findall(r"- name: (\w+)\n +run: \.ci/run (\w+)\n", WORKFLOW)
    assert steps == [(step, step) for step in listed_steps()]
    assert WORKFLOW.count("run: .ci/run ") == len(steps)


def test_workflow_tests_the_python_versions_of_the_package() -> None:
    """The matrix and the classifiers name the same versions."""
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["classifiers"]
    supported = re.findall(r":: (3\.\d+)$", "\n".join(classifiers), re.MULTILINE)
    matrix = re.search(r"python: \[(.+)\]", WORKFLOW)
    assert matrix is not None
    assert re.findall(r'"(.+?)"', matrix[1]) == supported


def test_workflow_actions_are_pinned_by_commit() -> None:
    """A tag can be moved to other code, a commit cannot."""
    for file in (ROOT / ".github" / "workflows").glob("*.yml"):
        for action in re.findall(r"uses: (.*)", file.read_text(encoding="utf-8")):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", action), f"{file.name}: {action}"
