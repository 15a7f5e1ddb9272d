"""The architecture: folders import downwards only, pure folders touch nothing, and the bootstrap builds the objects.

A new file needs no line here: it belongs to its folder. Only a new folder, or a new file beside `pipeline.py`, does.
"""

import ast
import importlib
import inspect
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Set
from functools import cache
from pathlib import Path

import pytest

from digest import errors

pytestmark = pytest.mark.unmeasured

PROJECT = Path(__file__).parents[1]

# Families from the ground up: each imports from itself and from the families above it in this list.
FAMILIES = (
    "errors",
    "version",
    "model",
    "parsing",
    "receivers",
    "settings",
    "protocols",
    "clock",
    "interpreter",
    "failpoints",
    "atomic_write",
    "file_owner",
    "tokens",
    "bounces",
    "mailboxes",
    "i18n",
    "timetable",
    "ranking",
    "evaluation",
    "stories",
    "composing",
    "subscribers",
    "message",
    "rendering",
    "sources",
    "collecting",
    "notices",
    "store",
    "encoding",
    "mailers",
    "delivery",
    "dkim_keys",
    "app",
    "operations",
    "pipeline",
    "diagnostics",
    "scheduler",
    "cluster",
    "web",
    "bootstrap",
    "demo",
    "cli",
    "__main__",
)

# Folders and files without a clock, a disk, a network or chance: what they need comes as an argument.
PURE = (
    *("errors", "model", "protocols", "parsing", "receivers", "tokens", "bounces", "ranking", "evaluation", "stories"),
    *("timetable", "composing", "message"),
)
UNTOUCHED = {
    *("aiohttp", "alembic", "asyncio", "glob", "http", "logging", "multiprocessing", "os", "pathlib", "psycopg"),
    *("pymysql", "random", "schedule", "secrets", "shutil", "smtplib", "socket", "sqlalchemy", "sqlite3", "ssl"),
    *("subprocess", "sys", "tempfile", "threading", "time", "uuid"),
}
CLOCKS = {"now", "utcnow", "today", "localtime", "formatdate", "make_msgid", "monotonic", "perf_counter"}
DISK = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "print", "input", "getenv"}

# Who may import by name: what Ctrl-C may stop without a traceback; a quick `--help`; Alembic only where a migration
# runs; an event loop that may be missing; what takes much memory and only some need: the sources and the comparison of
# titles (a process that only sends does without), the checks, a database's driver, what an extra brings, the web
# server, and the parser of Markdown.
LATE_IMPORTS = {
    "__main__",
    *(
        "cli.main",
        "cli.run",
        "cli.migrate",
        "cli.subscribers",
        "store.engine.database",
        "mailers.smtp.mailer",
        "bootstrap",
        "sources.sql.connect",
    ),
    *("sources.sandbox", "sources.sandbox_parsers"),
    *("store.upkeep.cluster_extra", "encoding.availability", "encoding.title_comparer"),
    *("delivery.returned_mail", "diagnostics.daily_checks", "mailboxes.factory", "parsing.markdown", "notices.targets"),
}
EVENT_LOOPS = {"sources.fetching.fetcher", "mailers.smtp.mailer"}
ASYNC_FAMILIES = ("sources.fetching.", "mailers.smtp.", "cluster.", "web.", "demo.")
BUILT_BY_BOOTSTRAP = {
    *(
        "FeedSource",
        "SqlSource",
        "PageSource",
        "ArticlePages",
        "JsonSource",
        "JsonCounterLookup",
        "SampleSource",
        "Fetcher",
    ),
    *(
        "SmtpMailer",
        "OutboxMailer",
        "Articles",
        "ReadingRetention",
        "Folding",
        "ExpiredRows",
        "Storage",
        "Issues",
        "Overrides",
        "Deliveries",
        "Tallies",
        "Resends",
        "Subscribers",
        "Beats",
        "TitleVectors",
        "ReaderLinks",
        "Archive",
        "Retractions",
        "Corrections",
        "DayArticles",
        "IssueLinks",
        "Pictures",
        "WebPictures",
        "Measurements",
        "JobTables",
        "Signups",
        "Invitations",
        "ReaderRequests",
        "ProcessLock",
        "Database",
    ),
    *("Renderer", "Sender", "App"),
}
BUILDERS = {"bootstrap", "sources.factory", "store.connect"}
LONGEST_FILE = 400  # lines
MOST_TRUNK_FILES = 16
MOST_FOLDER_FILES = 26  # `cli` has one for each command, and migrations only grow


@cache
def modules() -> dict[str, ast.Module]:
    """The syntax tree of each module of the package, by its name below `digest`; packages' own files left out."""
    return {
        ".".join(file.relative_to(PROJECT / "digest").with_suffix("").parts): ast.parse(file.read_text("utf-8"))
        for file in sorted((PROJECT / "digest").rglob("*.py"))
        if file.name != "__init__.py"
    }


@cache
def nodes(name: str) -> list[ast.AST]:
    """All nodes of a module's syntax tree."""
    return [*ast.walk(modules()[name])]


@cache
def imports(name: str) -> set[str]:
    """The modules of the package that a module imports."""
    found: set[str] = set()
    for node in nodes(name):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: a relative import"
            full = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {one if one.removeprefix("digest.") in modules() else str(node.module) for one in full}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {one.removeprefix("digest.") for one in found if one.startswith("digest.")}


@cache
def packages_imported(name: str) -> set[str]:
    """The top-level names of other packages that a module imports."""
    tops: set[str] = set()
    for node in nodes(name):
        if isinstance(node, ast.ImportFrom):
            tops.add(str(node.module).partition(".")[0])
        elif isinstance(node, ast.Import):
            tops |= {alias.name.partition(".")[0] for alias in node.names}
    return tops - {"digest"}


@cache
def calls(name: str) -> list[tuple[str, int]]:
    """The name of each function that a module calls, `open` of `path.open()`, and the class of a method."""
    return [*_calls(name)]


def _calls(name: str) -> Iterator[tuple[str, int]]:
    for node in nodes(name):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id, node.lineno
            elif isinstance(node.func, ast.Attribute):
                yield node.func.attr, node.lineno
                if isinstance(node.func.value, ast.Name) and node.func.value.id[:1].isupper():
                    yield node.func.value.id, node.lineno


def called_in(names: Iterable[str], wanted: Set[str]) -> list[str]:
    """Where modules call one of the functions or make one of the classes."""
    return [f"{name}, line {line}: {called}" for name in names for called, line in calls(name) if called in wanted]


def family(name: str) -> str:
    """The folder that a module lies in, or its own name in the trunk."""
    return name.partition(".")[0]


def is_pure(name: str) -> bool:
    """Whether a module belongs to a pure family."""
    return family(name) in PURE


def test_families_listed_each_module_belongs_to_one() -> None:
    """A new folder, or a new file of the trunk, is given a place in FAMILIES; nothing is listed that is gone."""
    assert {family(name) for name in modules()} == set(FAMILIES)


def test_imports_of_each_module_go_down_only() -> None:
    """A module imports from families below its own, and from its own."""
    place = {name: FAMILIES.index(family(name)) for name in modules()}
    upwards = [f"{name}: {other}" for name in place for other in imports(name) if place[other] > place[name]]
    assert not upwards


def test_imports_between_modules_have_no_cycle() -> None:
    """Neither between families nor within one: there is an order in which all of them can be read."""
    left = {name: imports(name) & set(modules()) for name in modules()}
    while left:
        ready = {name for name, needs in left.items() if not needs & set(left)}
        assert ready, f"a cycle among {sorted(left)}"
        left = {name: needs for name, needs in left.items() if name not in ready}


def test_imports_of_each_module_are_at_the_top() -> None:
    """No import hides in a function."""
    late = [
        f"{name}, line {node.lineno}"
        for name, tree in modules().items()
        for node in {*nodes(name)} - {*tree.body}
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not late


def test_imports_by_name_are_those_of_the_list() -> None:
    """Importing by name is for the few that LATE_IMPORTS gives a reason for."""
    by_name = {name: packages_imported(name) | {called for called, _ in calls(name)} for name in modules()}
    importers = {"importlib", "runpy", "pkgutil", "__import__"}
    assert not {name for name, used in by_name.items() if used & importers} - LATE_IMPORTS


def test_pure_modules_touch_no_clock_disk_network_or_chance() -> None:
    """What a pure module needs comes as an argument."""
    pure = [name for name in modules() if is_pure(name)]
    assert not {name: found for name in pure if (found := packages_imported(name) & UNTOUCHED)}
    assert not called_in(pure, CLOCKS | DISK)


def test_job_timer_waits_on_a_clock_that_it_is_given() -> None:
    """So that tests can fake it."""
    assert not {called for called, _ in calls("operations.job_timer")} & CLOCKS


def test_concrete_classes_are_built_by_the_bootstrap_only() -> None:
    """Only the bootstrap and its two parts, for sources and for the store, name concrete classes to make one."""
    others = [name for name in modules() if family(name) not in {"store", "sources", "mailers"}]
    assert not called_in({*others} - BUILDERS, BUILT_BY_BOOTSTRAP)


def test_publish_reads_as_a_table_of_contents() -> None:
    """`publish` of `pipeline.py` has no loop and no `try`."""
    (publish,) = (node for node in nodes("pipeline") if isinstance(node, ast.FunctionDef) and node.name == "publish")
    loops = (ast.For, ast.While, ast.Try, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.With)
    assert not [node for node in ast.walk(publish) if isinstance(node, loops)]


def test_event_loops_run_only_where_many_peers_are_served() -> None:
    """Asynchronous code belongs to fetching, SMTP and the web; the first two start their loop in one file each."""
    starters = {"Runner", "new_event_loop", "run_until_complete", "get_event_loop"}
    assert not called_in({*modules()} - EVENT_LOOPS, starters)
    waits = {
        name for name in modules() if any(isinstance(node, ast.AsyncFunctionDef | ast.Await) for node in nodes(name))
    }
    assert not {name for name in waits if not name.startswith(ASYNC_FAMILIES)}


def test_trunk_holds_few_files() -> None:
    """Modules outside a folder are beside `pipeline.py`, and are what a newcomer reads first."""
    assert len([name for name in modules() if "." not in name]) <= MOST_TRUNK_FILES


def test_folders_hold_few_enough_files_to_survey() -> None:
    """A folder with more files than that has folders of its own."""
    sizes = Counter(name.rpartition(".")[0] for name in modules() if ".migrations." not in name)
    assert not {folder: size for folder, size in sizes.items() if size > MOST_FOLDER_FILES and folder != "cli"}


def test_file_names_hide_no_package_and_no_leftovers() -> None:
    """No file for odds and ends, and none in the trunk that hides a package which we import."""
    stems = {name.rpartition(".")[2] for name in modules()}
    leftovers = re.compile(r"(^|_)(utils?|helpers?|common|manager|base|core|misc)(_|$)")
    assert not [stem for stem in stems if leftovers.search(stem)]
    trunk = {name for name in modules() if "." not in name}
    assert not trunk & {package for name in modules() for package in packages_imported(name)}


def test_package_files_hold_one_docstring_and_no_logic() -> None:
    """The docstring of `__init__.py` describes the folder."""
    files = sorted((PROJECT / "digest").rglob("__init__.py"))
    bodies = {file: ast.parse(file.read_text("utf-8")) for file in files}
    assert not [file for file, tree in bodies.items() if len(tree.body) > 1]
    assert not [file for file, tree in bodies.items() if not ast.get_docstring(tree)]


def test_files_stay_short_enough_to_read_at_once() -> None:
    """No file of the package is longer than LONGEST_FILE."""
    lines = {file: file.read_text("utf-8").count("\n") for file in (PROJECT / "digest").rglob("*.py")}
    assert not {file: length for file, length in lines.items() if length > LONGEST_FILE}


def test_commands_of_the_entry_point_exist() -> None:
    """Each command has a module of its name, which holds a command of that name."""
    entry_point = importlib.import_module("digest.cli.main")
    for command, summary in entry_point._COMMANDS.items():
        assert getattr(importlib.import_module(f"digest.cli.{command}"), command).name == command
        assert summary.endswith(".")


def test_error_tree_in_the_docstring_equals_the_classes() -> None:
    """The docstring of `errors` shows every class under its parent; each has the exit code of its tree."""
    documented: dict[str, str] = {}
    trunk: list[str] = []
    for line in str(errors.__doc__).splitlines():
        if match := re.match(r"[ │├└─]+(?=(\w+Error)  )", line):
            depth = len(match[0]) // 4 - 1
            documented[match[1]] = trunk[depth - 1] if depth else "Exception"
            trunk[depth:] = [match[1]]
    classes = dict(inspect.getmembers(errors, inspect.isclass))
    assert documented == {name: one.__mro__[1].__name__ for name, one in classes.items()}
    codes = {name: vars(one)["exit_code"] for name, one in classes.items() if "exit_code" in vars(one)}
    assert codes == {"DigestError": 1, "ConfigurationError": 2}


def test_architecture_page_names_each_folder_and_no_module_that_is_gone() -> None:
    """The tree in docs/architecture.md has every folder, every module beside pipeline.py, and some of the others."""
    page = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
    tree = page.partition("## The tree")[2].partition("\ntemplates/")[0]
    folders, packages, named = [""], set(), set()
    for line in tree.partition("```")[2].splitlines():
        if branch := re.match(r"((?:[│ ] {3})*)[├└]── (?:(\w+)/)?", line):
            del folders[len(branch[1]) // 4 + 1 :]
            folders += [f"{folders[-1]}{branch[2]}."] if branch[2] else []
            packages.add(folders[-1])
        named |= {f"{folders[-1]}{name}" for name in re.findall(r"(\w+)\.py\b", line)}
    known = {name for name in modules() if ".migrations." not in name}
    assert {name for name in known if "." not in name} <= named <= known
    assert {f"{name.rpartition('.')[0]}." for name in known if "." in name} <= packages


def test_patterns_have_no_possessive_group() -> None:
    """Python before 3.11.4 matches them wrongly (https://github.com/python/cpython/issues/101955)."""
    for file in (PROJECT / "digest").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found = re.search(r"(?<![(\\])\)(?:[*+?]|\{[0-9,]*\})\+|\(\?>", node.value)
                assert found is None, f"{file}:{node.lineno}: {node.value}"
