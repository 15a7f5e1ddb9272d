"""Compares the documentation with the code: commands, options, keys, shapes, messages and links."""

import ast
import contextlib
import csv
import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from pydoc import locate
from typing import Any, get_args, get_origin

import click
import pytest
from click.testing import CliRunner
from pydantic import BaseModel

from digest import bootstrap, errors
from digest.cli.main import cli
from digest.clock import SystemClock
from digest.model.issues import Slot
from digest.model.subscribers import Subscriber
from digest.pipeline import IssueRun
from digest.settings.load import find_settings, parse
from digest.settings.schema import Settings

ROOT = Path(__file__).parent.parent
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [*sorted(ROOT.glob("*.md")), *DOCS, *sorted((ROOT / "benchmarks").glob("*.md"))]
SECRETS = dict.fromkeys(("DATABASE_URL", "MATOMO_TOKEN", "API_TOKEN"), "sqlite://")
TABLES_OF_MESSAGES = {"troubleshooting.md": "message (shortened)", "adding-a-source.md": "note"}  # page: first column
VARIABLE_PART = re.compile(  # what a quoted message has in the place of a placeholder, and where messages are joined
    r"""…|[:;,] |"[^"]*"|'[^']*'|\$[A-Z_]+|[a-z]+\.[a-z]+|\d[\d,.-]*(?: (?:item|article|row)s?)?"""
    r"""|\b(?:daily/|daily|main|views|comments|expected|published_at|held|paused|skipped)\b"""
    r"""|Not Found|Too Many Requests"""
)
MESSAGES_OF_JINJA = ("is undefined",)
NOT_SETTINGS = {
    "root",
    "secret",
    "smtp.password",
    "smtp.relays.password",
    "bounces.password",
}  # they come from .env or from the path of the file


def text_of(*pages: Path) -> str:
    """Return the pages as one text."""
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


def commands(group: click.Group, path: str = "digest") -> Iterator[tuple[str, click.Command]]:
    """Yield each command below a group, with its full name."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")


def keys(model: type[BaseModel], path: str = "") -> Iterator[str]:
    """Yield each key of a table and of its inner tables, such as `smtp.host`."""
    for field_name, field in model.model_fields.items():
        name = f"{path}{field.alias or field_name}"
        inner = list(tables_in(field.annotation))
        if not inner and name not in NOT_SETTINGS:
            yield name
        for table in inner:
            yield from keys(table, f"{name}.")


def tables_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the tables in a type, also inside lists, unions and annotations."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        if issubclass(annotation, BaseModel):
            yield annotation
        return
    for inner in get_args(annotation):
        yield from tables_in(inner)


def blocks(language: str) -> Iterator[tuple[str, str]]:
    """Yield each fenced block of a language, with the name of its page."""
    for page in PAGES:
        for match in re.finditer(rf"^```{language}\n(.*?)^```$", text_of(page), re.DOTALL | re.MULTILINE):
            yield page.name, match[1]


def command_lines() -> Iterator[tuple[str, str]]:
    """Yield each command line of a sh block that calls digest, with the name of its page."""
    for page, block in blocks("sh"):
        for line in block.splitlines():
            for part in line.split("&&"):
                command_line = part.strip()
                if re.match(r"(?:\S*/)?digest(?:\s|$)", command_line):
                    yield page, command_line


def heading_anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub generates them."""
    prose = re.sub(r"^```.*?^```$", "", text_of(page), flags=re.DOTALL | re.MULTILINE)
    titles = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def key_paths(document: Any, path: str = "") -> set[str]:
    """Return the path of each key in a JSON document, such as `[].reasons[].says`."""
    if isinstance(document, dict):
        inner = (key_paths(value, f"{path}.{name}") for name, value in document.items())
        return {f"{path}.{name}" for name in document}.union(*inner)
    if isinstance(document, list):
        return set().union(*(key_paths(value, f"{path}[]") for value in document))
    return set()


def documented_key_paths(heading: str) -> set[str]:
    """Return the key paths of the example below a heading of docs/json.md."""
    page = text_of(ROOT / "docs" / "json.md")
    example = re.search(rf"^## {heading}\n.*?^```json\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert example is not None, heading
    return key_paths(json.loads(example[1]))


def json_output(*arguments: str) -> Any:
    """Run a command with --json and return its output; the command must succeed."""
    result = CliRunner().invoke(cli, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def quoted_messages() -> Iterator[tuple[str, str]]:
    """Yield each message in a table of messages, or in a JSON example."""
    for page, column in TABLES_OF_MESSAGES.items():
        table = text_of(ROOT / "docs" / page).partition(f"| {column} |")[2].partition("\n\n")[0]
        for message in re.findall(r"^\| `(.+?)` \|", table, re.MULTILINE):
            yield page, message
    for message in re.findall(r'"(?:says|reason)": "(.+?)"', text_of(ROOT / "docs" / "json.md")):
        yield "json.md", message


@cache
def literals_of_the_code() -> str:
    """Return all string literals of the package without its docstrings; placeholders separate them."""
    found: list[str] = []
    for path in (ROOT / "digest").rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        constants = [node for node in nodes if isinstance(node, ast.Constant) and id(node) not in docstrings]
        found += [node.value.replace("`", "") for node in constants if isinstance(node.value, str)]
    return "\0".join(found)


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder: an installation with one subscriber and one frozen issue that was not sent."""
    monkeypatch.chdir(tmp_path)
    item = {"id": "1", "url": "https://gazette.example/1", "title": "Ferry", "date_published": "2025-06-01T12:00:00Z"}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "G", "items": [{**item, "_x": {"views": 7}}]}
    (tmp_path / "feed.json").write_text(json.dumps(feed), encoding="utf-8")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "digest.toml").write_text(
        '[portal]\nname = "G"\nurl = "https://gazette.example"\n'
        '[[sources]]\nname = "main"\nkind = "feed"\nurl = "feed.json"\n'
        '[[editions]]\nname = "daily"\nminimum = 1\n',
        encoding="utf-8",
    )
    (tmp_path / "readers.csv").write_text("email,colour\nanna@readers.example,red\nnobody,blue\n", encoding="utf-8")
    (tmp_path / "titles.csv").write_text("title,story\nFerry,1\n", encoding="utf-8")
    with bootstrap.open_app(find_settings(None), SystemClock()) as app:
        app.subscribers.add(Subscriber(email="boris@readers.example", editions=("daily",)), SystemClock().now())
        IssueRun.of(app, app.settings.edition(None), Slot(day=date(2025, 6, 2))).publish()
    return tmp_path


@pytest.mark.parametrize("path", [path for path, _ in commands(cli)])
def test_docs_every_command_is_named(path: str) -> None:
    """The documentation names every command."""
    assert re.search(rf"\b{path}\b", text_of(*DOCS, ROOT / "README.md"))


@pytest.mark.parametrize(("path", "command"), [("digest", cli), *commands(cli)])
def test_docs_every_option_is_named_on_a_page_with_its_command(path: str, command: click.Command) -> None:
    """A page that names a command also names each of its long options."""
    options = {name for param in command.params if isinstance(param, click.Option) for name in param.opts}
    pages = text_of(*(page for page in [*DOCS, ROOT / "README.md"] if path in text_of(page)))
    missing = {name for name in options if name.startswith("--") and not re.search(rf"{name}(?![\w-])", pages)}
    assert not missing


def test_configuration_page_has_exactly_the_keys_of_the_settings() -> None:
    """The tables of configuration keys are complete, and have no key that does not exist."""
    page = text_of(ROOT / "docs" / "configuration.md")
    documented = re.findall(r"^\| `([a-z]+(?:\.[a-z0-9_]+)+)` \|", page, re.MULTILINE)
    assert sorted(documented) == sorted(set(keys(Settings)))


@pytest.mark.parametrize("command", ["preview", "rank"])
def test_json_page_sample_portal_output_has_the_documented_keys(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The output for the sample portal and the example have the same keys."""
    monkeypatch.chdir(tmp_path)
    actual, documented = key_paths(json_output(command)), documented_key_paths(command)
    assert actual <= documented
    assert all("findings[]" in key for key in documented - actual)  # the sample has no findings


@pytest.mark.parametrize(
    ("heading", "arguments"),
    [
        ("collect", ["collect"]),
        ("status", ["status"]),
        ("due", ["status", "--due"]),
        ("editions", ["editions"]),
        ("subscribers list", ["subscribers", "list"]),
        ("subscribers import", ["subscribers", "import", "readers.csv"]),
        ("stories", ["stories", "titles.csv"]),
    ],
)
@pytest.mark.usefixtures("installation")
def test_json_page_installation_output_has_the_documented_keys(heading: str, arguments: list[str]) -> None:
    """The output for an installation and the example have the same keys."""
    assert key_paths(json_output(*arguments)) == documented_key_paths(heading)


@pytest.mark.usefixtures("installation")
def test_json_page_tokens_have_the_documented_keys() -> None:
    """One that was made just now, and the list."""
    assert key_paths(json_output("tokens", "add", "portal", "--scope", "read")) == documented_key_paths("tokens")
    assert key_paths(json_output("tokens", "list")) == documented_key_paths("tokens list")


@pytest.mark.usefixtures("installation")
def test_json_page_users_have_the_documented_keys() -> None:
    """One that was added just now, and the list."""
    add = ("users", "add", "anna@gazette.example", "--role", "editor")
    assert key_paths(json_output(*add)) == documented_key_paths("users")
    assert key_paths(json_output("users", "reset", "anna@gazette.example")) == documented_key_paths("users")
    assert key_paths(json_output("users", "list")) == documented_key_paths("users list")


@pytest.mark.usefixtures("installation")
def test_json_page_export_of_a_reader_has_the_documented_keys() -> None:
    """The reader and their messages; the reader of the example also signed up and bounced."""
    result = CliRunner().invoke(cli, ["subscribers", "export", "--email", "boris@readers.example"])
    actual, documented = key_paths(json.loads(result.stdout)), documented_key_paths("subscribers export")
    assert actual == {path for path in documented if "[]" not in path or path.startswith(".deliveries")}


@pytest.mark.parametrize(("page", "message"), list(quoted_messages()))
def test_docs_quoted_message_occurs_in_the_code(page: str, message: str) -> None:
    """A message that a page explains is one that the program prints, except for its variable parts."""
    fragments = [fragment.strip(" :;,.()%") for fragment in VARIABLE_PART.split(message)]
    known = [fragment for fragment in fragments if fragment and fragment not in MESSAGES_OF_JINJA]
    assert not [fragment for fragment in known if fragment not in literals_of_the_code()], page


def test_glossary_references_name_what_the_code_has() -> None:
    """The third column has files, folders, and the names of classes and attributes."""
    rows = re.findall(r"^\|(?:[^|\n]*\|){2}([^|\n]*)\|$", (ROOT / "docs/glossary.md").read_text("utf-8"), re.MULTILINE)
    references = {one for row in rows for one in re.findall(r"`([^`]*)`", row)}
    paths = {one for one in references if "/" in one or one.endswith(".py")}
    names = {one for one in references - paths if "." in one}
    assert len(paths) > 10
    assert len(names) > 10
    assert {one for one in paths if not (ROOT / "digest" / one).exists()} == set()
    assert {one for one in names if locate(f"digest.{one}") is None} == set()


def test_docs_relative_links_name_existing_files_and_headings() -> None:
    """Every relative link names an existing file, and its anchor a heading in that file."""
    for page in PAGES:
        prose = re.sub(r"^```.*?^```$|`[^`\n]*`", "", text_of(page), flags=re.DOTALL | re.MULTILINE)
        for target in re.findall(r"\]\(([^)\s]+)\)", prose):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            linked = (page.parent / file).resolve() if file else page
            assert linked.exists(), f"{page.name}: {target}"
            assert not anchor or anchor in heading_anchors(linked), f"{page.name}: {target}"


@pytest.mark.parametrize(("column", "tags"), [("tags", "Football, other"), ("TAGS", '"other","Football"')])
def test_moving_in_page_script_for_topics_reads_the_tags_of_each_system(
    column: str, tags: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mailchimp puts each tag in quotation marks, the others do not."""
    monkeypatch.chdir(tmp_path)
    with (tmp_path / "export.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("Email Address", column), ("anna@readers.example", tags)])
    script = re.search(r"^```python\n(.*?)^```$", text_of(ROOT / "docs" / "moving-in.md"), re.DOTALL | re.MULTILINE)
    assert script is not None
    exec(script[1].replace('column = "tags"', f'column = "{column}"'), {})
    with (tmp_path / "readers.csv").open(newline="", encoding="utf-8") as file:
        assert [row["sections"] for row in csv.DictReader(file)] == ["Sport"]


def test_errors_docstring_tree_matches_the_class_hierarchy() -> None:
    """The tree at the top of errors.py names each class below its base class."""
    tree = re.findall(r"^    ([│ ]*(?:[├└]── )?)(\w+)  ", errors.__doc__ or "", re.MULTILINE)
    bases: dict[str, str] = {}
    path: list[str] = []
    for indent, name in tree:
        path[len(indent) // 4 :] = [name]
        bases[name] = path[-2] if len(path) > 1 else "Exception"
    classes = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.DigestError)]
    assert bases == {one.__name__: one.__bases__[0].__name__ for one in classes}


@pytest.mark.parametrize(("page", "block"), [(page, block) for page, block in blocks("toml")])
def test_docs_toml_block_is_valid(page: str, block: str, tmp_path: Path) -> None:
    """A block with [portal] loads as settings; every other block is valid TOML."""
    tables = tomllib.loads(block)
    assert tables, page
    if "portal" in tables:
        parse(tables, file=page, root=tmp_path, environ=SECRETS)


@pytest.mark.parametrize(("page", "block"), [(page, block) for page, block in blocks("json")])
def test_docs_json_block_is_valid(page: str, block: str) -> None:
    """Every JSON example can be parsed."""
    assert json.loads(block), page


@pytest.mark.parametrize(("page", "line"), list(command_lines()))
def test_docs_command_line_is_accepted_by_its_command(
    page: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command parses its arguments without an error; it is not run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "readers.csv").touch()
    (tmp_path / "titles.csv").touch()
    command: click.Command = cli
    arguments = shlex.split(line)[1:]
    with contextlib.suppress(click.exceptions.Exit):  # --help and --version exit during parsing
        while isinstance(command, click.Group) and arguments:
            context = command.make_context("digest", list(arguments))
            name, *arguments = command.make_parser(context).parse_args(list(arguments))[1]
            inner = command.get_command(context, name)
            assert inner is not None, f"{page}: {line}"
            command = inner
        command.make_context("digest", arguments).close()
