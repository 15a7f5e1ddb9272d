"""The house keeps its floors: imports go down only, pure files touch nothing, and one file builds the real objects."""

import ast
import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from digest import errors

PROJECT = Path(__file__).parents[1]

# From the ground up. A module imports from lower floors, and from its own family (the folder that it lies in).
FLOORS = {
    "what is said": "errors model mailing version date_patterns nearest",
    "the sockets": "protocols failpoints",
    "what formulas see": "curves",
    "the candidates": "candidates",
    "the formulas": "formulas.*",
    "the formulas by name": "scorers",
    "the settings' forms": "setting_forms setting_faults json_forms page_forms",
    "the settings' parts": "source_settings preset_tables",
    "the settings": "settings",
    "the settings' file": "settings_load",
    "texts and addresses": "text urls words clock atomic repeats counts unfilled story_names story_glossary",
    "titles": "story_words",
    "parts of messages": "links letter audience wire_form",
    "the journey's first half": "merge timetable theme view standings levels stories choose",
    "the laboratory's instruments": "measures",
    "the laboratory": "evaluate",
    "what the laboratory reads and draws": "readings_file plot",
    "the journey's second half": "rank compose message checks_page expectations",
    "what is drawn and judged": "render checks preview",
    "families": "sources.* mailers.* store.*",
    "the doors of the store": "opening",
    "the movers": "collect deliver judging",
    "the journey": "pipeline",
    "the daily run": "running",
    "the builder of sources": "assemble_sources",
    "the builder": "assemble",
    "the commands": "cli.*",
    "the door": "__main__",
}

PURE = """
    errors model mailing protocols setting_forms setting_faults source_settings text urls links
    merge rank compose message letter wire_form checks checks_page audience view counts unfilled json_forms
    date_patterns nearest page_forms sources.page_listing sources.page_markup
    sources.json_answer sources.json_items sources.json_paging sources.json_request expectations
    stories story_words story_glossary story_names choose
    curves candidates standings levels measures evaluate plot
    formulas.expected formulas.raw formulas.hn formulas.reddit formulas.velocity
"""
# The clock, the disk, the network, chance, and what runs beside us.
UNTOUCHED = """
    aiohttp alembic asyncio glob http logging multiprocessing os pathlib psycopg pymysql random schedule secrets shutil
    smtplib socket sqlalchemy sqlite3 ssl subprocess sys tempfile threading time uuid
"""
CLOCKS = "now utcnow today localtime formatdate make_msgid monotonic perf_counter "
DISK = "open read_text read_bytes write_text write_bytes print input getenv"

# Who may import by name: a quick `--help`; Alembic only where a migration runs; an event loop that may be missing; what
# takes much memory and only some need: the sources and the comparison of titles (a process that only sends does
# without), a database's driver.
LATE_IMPORTS = {"cli.main", "store.database", "mailers.smtp", "assemble", "sources.sql_open"}
EVENT_LOOPS = {"sources.fetch", "mailers.smtp"}
BUILT_BY_ASSEMBLE = """
    FeedSource SqlSource PageSource ArticlePages JsonSource JsonEnquirer SampleSource Fetcher SmtpMailer
    OutboxMailer Articles Editions Deliveries Subscribers Presence Database Renderer Sender Parts
"""
LONGEST = 400  # lines


def words(text: str) -> set[str]:
    """The words of a list."""
    return set(text.split())


@cache
def modules() -> dict[str, ast.Module]:
    """The syntax tree of each module of the package, by its name below `digest`; the package's own files left out."""
    return {
        ".".join(file.relative_to(PROJECT / "digest").with_suffix("").parts): ast.parse(file.read_text("utf-8"))
        for file in sorted((PROJECT / "digest").rglob("*.py"))
        if file.name != "__init__.py"
    }


def imports(name: str) -> set[str]:
    """The modules of the package that a module imports."""
    found: set[str] = set()
    for node in ast.walk(modules()[name]):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: a relative import"
            told = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {one if one.removeprefix("digest.") in modules() else str(node.module) for one in told}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {one.removeprefix("digest.") for one in found if one.startswith("digest.")}


def outside(name: str) -> set[str]:
    """The top-level names of other packages that a module imports."""
    tops: set[str] = set()
    for node in ast.walk(modules()[name]):
        if isinstance(node, ast.ImportFrom):
            tops.add(str(node.module).partition(".")[0])
        elif isinstance(node, ast.Import):
            tops |= {alias.name.partition(".")[0] for alias in node.names}
    return tops - {"digest"}


def calls(name: str) -> Iterator[tuple[str, int]]:
    """The last word of everything that a module calls, `open` of `path.open()`, and the class that it is called on."""
    for node in ast.walk(modules()[name]):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id, node.lineno
            elif isinstance(node.func, ast.Attribute):
                yield node.func.attr, node.lineno
                if isinstance(node.func.value, ast.Name) and node.func.value.id[:1].isupper():
                    yield node.func.value.id, node.lineno


def floor(name: str) -> int:
    """How high a module lies."""
    family = f"{name.partition('.')[0]}.*"
    places = [place for place, names in enumerate(FLOORS.values()) if {name, family} & words(names)]
    assert len(places) == 1, f"{name}: stands on {len(places)} floors; give it one in FLOORS"
    return places[0]


@pytest.mark.parametrize("name", modules())
def test_imports_go_down_only(name: str) -> None:
    """Every module has a floor, and imports from lower ones or from its own family."""
    family = name.rpartition(".")[0].partition(".")[0]
    for other in imports(name):
        sister = bool(family) and other.startswith(f"{family}.")
        assert sister or floor(other) < floor(name), f"{name} imports {other}, which is not below it"


def test_no_imports_go_in_circles() -> None:
    """Neither between modules nor within a family: there is an order in which all of them can be read."""
    left = {name: imports(name) & set(modules()) for name in modules()}
    while left:
        ready = {name for name, needs in left.items() if not needs & set(left)}
        assert ready, f"a circle among {sorted(left)}"
        left = {name: needs for name, needs in left.items() if name not in ready}


@pytest.mark.parametrize("name", modules())
def test_imports_stand_at_the_top(name: str) -> None:
    """No import hides in a function; importing by name is for the few that LATE_IMPORTS gives a reason for."""
    tree = modules()[name]
    top = {id(node) for node in tree.body}
    late = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in top]
    assert not late, f"{name}: an import in line {late[0].lineno}"
    by_name = outside(name) | {called for called, _ in calls(name)}
    assert not by_name & {"importlib", "runpy", "pkgutil", "__import__"} or name in LATE_IMPORTS


@pytest.mark.parametrize("name", sorted(words(PURE)))
def test_pure_files_touch_nothing(name: str) -> None:
    """No clock, disk, network or chance: what they need comes as an argument."""
    assert not outside(name) & words(UNTOUCHED)
    touched = [f"{called} in line {line}" for called, line in calls(name) if called in words(CLOCKS + DISK)]
    assert not touched


def test_the_timetable_decides_without_a_clock() -> None:
    """It wakes up to ask, but `now` is always told to it."""
    assert not {called for called, _ in calls("timetable")} & words(CLOCKS)


@pytest.mark.parametrize("name", sorted(set(modules()) - {"assemble", "assemble_sources"}))
def test_one_file_builds_the_real_objects(name: str) -> None:
    """Only `assemble` and `assemble_sources`, and `opening` for the store, name concrete classes to make one."""
    family = name.rpartition(".")[0]
    built = [f"{called} in line {line}" for called, line in calls(name) if called in words(BUILT_BY_ASSEMBLE)]
    assert not built or family in {"store", "sources", "mailers"} or name == "opening", built


def test_the_journey_is_a_table_of_contents() -> None:
    """`pipeline.publish` has no loop and no `try`."""
    (publish,) = (
        node for node in modules()["pipeline"].body if isinstance(node, ast.FunctionDef) and node.name == "publish"
    )
    loops = (ast.For, ast.While, ast.Try, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.With)
    assert not [node for node in ast.walk(publish) if isinstance(node, loops)]


@pytest.mark.parametrize("name", modules())
def test_event_loops_stay_behind_their_doors(name: str) -> None:
    """Asynchronous code lives with fetching and with SMTP, and only their doors start a loop."""
    called = {called for called, _ in calls(name)}
    assert not called & {"Runner", "new_event_loop", "run_until_complete", "get_event_loop"} or name in EVENT_LOOPS
    waits = [node for node in ast.walk(modules()[name]) if isinstance(node, ast.AsyncFunctionDef | ast.Await)]
    assert not waits or name.startswith(("sources.", "mailers.smtp"))


def test_names_say_what_is_inside() -> None:
    """No drawer for odds and ends, and no file that hides a package which we import."""
    stems = {name.rpartition(".")[2] for name in modules()}
    drawers = re.compile(r"(^|_)(utils?|helpers?|common|manager|base|core|misc)(_|$)")
    assert not [stem for stem in stems if drawers.search(stem)]
    assert not stems & {package for name in modules() for package in outside(name)}


def test_packages_open_empty() -> None:
    """No logic in `__init__.py`."""
    files = sorted((PROJECT / "digest").rglob("__init__.py"))
    assert len(files) >= 5
    assert not [file for file in files if ast.parse(file.read_text("utf-8")).body]


@pytest.mark.parametrize("name", modules())
def test_a_file_is_read_in_one_sitting(name: str) -> None:
    """Nobody has to scroll for ever."""
    lines = (PROJECT / "digest" / f"{name.replace('.', '/')}.py").read_text("utf-8").count("\n")
    assert lines <= LONGEST


def test_help_waits_for_no_library() -> None:
    """The door opens without the database's, the settings', the network's and the templates' packages."""
    script = "import sys, digest.cli.main; print(*sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(answer.stdout.split())
    assert "click" in loaded
    assert not loaded & {"sqlalchemy", "pydantic", "aiohttp", "jinja2", "babel", "lxml", "alembic", "asyncio", "mjml"}


def test_the_commands_of_the_door_exist() -> None:
    """What is imported by name is there: each command's module holds a command of that name."""
    door = importlib.import_module("digest.cli.main")
    for command, (module, says) in door._COMMANDS.items():
        assert getattr(importlib.import_module(module), command).name == command
        assert says.endswith(".")


def test_the_tree_of_errors_is_drawn_as_it_grows() -> None:
    """The docstring of `errors` shows every class under its parent; each has the exit code that its tree says."""
    drawn: dict[str, str] = {}
    trunk: list[str] = []
    for line in str(errors.__doc__).splitlines():
        if match := re.match(r"[ │├└─]+(?=(\w+Error)  )", line):
            depth = len(match[0]) // 4 - 1
            drawn[match[1]] = trunk[depth - 1] if depth else "Exception"
            trunk[depth:] = [match[1]]
    classes = dict(inspect.getmembers(errors, inspect.isclass))
    assert drawn == {name: one.__mro__[1].__name__ for name, one in classes.items()}
    codes = {name: vars(one)["exit_code"] for name, one in classes.items() if "exit_code" in vars(one)}
    assert codes == {"DigestError": 1, "ConfigurationError": 2}
