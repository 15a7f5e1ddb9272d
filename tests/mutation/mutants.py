"""The mutants of a family of modules: cosmic-ray's operators, applied at random places."""

import ast
import difflib
import random
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator, operator_names

# The first two need arguments, such as the names of variables. The others change nothing for what the code compares by
# identity: None, and the members of enums.
_LEFT_OUT = {
    *("core/VariableInserter", "core/VariableReplacer"),
    *("core/ReplaceComparisonOperator_Is_Eq", "core/ReplaceComparisonOperator_IsNot_NotEq"),
}
_EQUIVALENT = Path(__file__).parent / "equivalent.toml"


@dataclass(frozen=True)
class Family:
    """Modules that are mutated together, the tests of their mirror folder, and tests of what uses them."""

    name: str
    modules: tuple[str, ...]
    mirror: tuple[str, ...]
    users: tuple[str, ...]

    def files(self, root: Path) -> list[Path]:
        """Return the family's modules, relative to the project's root."""
        found = [path for module in self.modules for path in sorted((root / module).rglob("*.py"))]
        found += [root / module for module in self.modules if module.endswith(".py")]
        return [path.relative_to(root) for path in found if "migrations" not in path.parts]


FAMILIES = (
    Family("parsing", ("digest/parsing",), ("tests/parsing",), ("tests/sources", "tests/subscribers")),
    Family("ranking", ("digest/ranking",), ("tests/ranking",), ("tests/evaluation", "tests/cli/test_rank.py")),
    Family("stories", ("digest/stories",), ("tests/stories",), ("tests/cli/test_stories.py",)),
    Family(
        "composing",
        ("digest/composing",),
        ("tests/composing",),
        ("tests/test_held_issues.py", "tests/rendering/test_topic_variants.py"),
    ),
    Family("message", ("digest/message",), ("tests/message",), ("tests/mailers", "tests/cli/test_preview.py")),
    Family("rendering", ("digest/rendering",), ("tests/rendering",), ("tests/cli/test_preview.py",)),
    Family(
        "slots and tokens",
        ("digest/timetable.py", "digest/operations/job_timer.py", "digest/tokens.py"),
        ("tests/test_timetable.py", "tests/operations/test_job_timer.py", "tests/test_tokens.py"),
        ("tests/scheduler", "tests/cli/test_due_agreement.py", "tests/message"),
    ),
    Family(
        "ledger",
        ("digest/store", "digest/delivery"),
        ("tests/store", "tests/delivery"),
        (
            *("tests/cli/test_send.py", "tests/cli/test_send_failures.py", "tests/cli/test_status.py"),
            *("tests/web", "tests/operations", "tests/notices"),  # whose tables are in the store too
            "tests/collecting/test_counters_role.py",
        ),
    ),
    Family(
        "smtp",
        ("digest/mailers",),
        ("tests/mailers",),
        ("tests/delivery", "tests/diagnostics/mail/test_smtp.py", "tests/cli/test_send_failures.py"),
    ),
)


@dataclass(frozen=True)
class Mutant:
    """One changed module; `before` and `after` are the lines that differ, without indentation."""

    path: Path
    operator: str
    line: int
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.before}  →  {self.after}"


def sample(family: Family, root: Path, size: int, rng: random.Random) -> list[Mutant]:
    """Return mutants at different places of the family's code, each place as likely as any other."""
    places = [(path, place) for path in family.files(root) for place in _places((root / path).read_text("utf-8"))]
    mutants: list[Mutant] = []
    for path, place in rng.sample(places, len(places)):
        source = (root / path).read_text("utf-8")
        mutant = _mutated(path, source, *rng.choice(_places(source)[place]))
        if mutant is not None and not is_equivalent(mutant):
            mutants.append(mutant)
        if len(mutants) == size:
            break
    return mutants


def is_equivalent(mutant: Mutant) -> bool:
    """Whether equivalent.toml says that the mutant behaves as the original does."""
    patterns, mutants = _equivalent()
    change = f"{mutant.before} → {mutant.after}"
    return (str(mutant.path), change) in mutants or any(pattern.search(change) for pattern in patterns)


@cache
def _equivalent() -> tuple[list[re.Pattern[str]], set[tuple[str, str]]]:
    listed = tomllib.loads(_EQUIVALENT.read_text("utf-8"))
    patterns = [re.compile(one["expression"]) for one in listed.get("pattern", ())]
    return patterns, {(one["path"], f"{one['before']} → {one['after']}") for one in listed.get("mutant", ())}


@cache
def _operators() -> dict[str, Operator]:
    return {name: get_operator(name)() for name in operator_names() if name not in _LEFT_OUT}


@cache
def _places(source: str) -> dict[tuple[object, object], list[tuple[str, int]]]:
    """Return what can be done at each place of the code: an operator, and which of its occurrences that is."""
    nodes = list(ast_nodes(get_ast(source)))
    places: dict[tuple[object, object], list[tuple[str, int]]] = defaultdict(list)
    for name, operator in _operators().items():
        found = (place for node in nodes for place in operator.mutation_positions(node))
        for occurrence, place in enumerate(found):
            places[place].append((name, occurrence))
    return places


def _mutated(path: Path, source: str, operator: str, occurrence: int) -> Mutant | None:
    """Return the mutant, or None where only annotations differ or Python cannot compile it."""
    changed = mutate_code(source, _operators()[operator], occurrence)
    try:
        if changed is None or _without_annotations(changed) == _without_annotations(source):
            return None
    except SyntaxError:
        return None
    old, new = source.splitlines(), changed.splitlines()
    blocks = [block for block in difflib.SequenceMatcher(a=old, b=new).get_opcodes() if block[0] != "equal"]
    before = _joined(line for _tag, start, end, _, _ in blocks for line in old[start:end])
    after = _joined(line for _tag, _, _, start, end in blocks for line in new[start:end])
    return Mutant(path, operator, blocks[0][1] + 1, before, after, changed)


def _joined(lines: Iterable[str]) -> str:
    return " ".join(filter(None, map(str.strip, lines)))


def _without_annotations(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        for field in ("annotation", "returns"):
            if getattr(node, field, None) is not None:
                setattr(node, field, None if field == "returns" else ast.Constant(value=None))
    return ast.dump(tree)
