"""The pages say what the program has: commands, options, keys, shapes and links are compared with the code."""

import contextlib
import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
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
NOT_SETTINGS = {"root", "secret", "smtp.password"}  # taken from .env or the file's place


def text_of(*pages: Path) -> str:
    """The pages as one text."""
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


def commands(group: click.Group, path: str = "digest") -> Iterator[tuple[str, click.Command]]:
    """Each command below a group, with the words that call it."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")


def keys(model: type[BaseModel], path: str = "") -> Iterator[str]:
    """Each key of a table and of the tables in it, as `smtp.host`."""
    for field_name, field in model.model_fields.items():
        name = f"{path}{field.alias or field_name}"
        inner = list(tables_in(field.annotation))
        if not inner and name not in NOT_SETTINGS:
            yield name
        for table in inner:
            yield from keys(table, f"{name}.")


def tables_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The tables that a type holds, through lists, unions and annotations."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        if issubclass(annotation, BaseModel):
            yield annotation
        return
    for inner in get_args(annotation):
        yield from tables_in(inner)


def blocks(language: str) -> Iterator[tuple[str, str]]:
    """Each fenced block of a language in the pages, with the name of its page."""
    for page in PAGES:
        for match in re.finditer(rf"^```{language}\n(.*?)^```$", text_of(page), re.DOTALL | re.MULTILINE):
            yield page.name, match[1]


def digest_lines() -> Iterator[tuple[str, str]]:
    """Each command line of a sh block that calls digest, with the name of its page."""
    for page, block in blocks("sh"):
        for line in block.splitlines():
            for part in line.split("&&"):
                words = part.strip()
                if re.match(r"(?:\S*/)?digest(?:\s|$)", words):
                    yield page, words


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    prose = re.sub(r"^```.*?^```$", "", text_of(page), flags=re.DOTALL | re.MULTILINE)
    titles = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def json_keys(answer: Any, path: str = "") -> set[str]:
    """Where each key of an answer stands, such as `[].reasons[].says`."""
    if isinstance(answer, dict):
        inner = (json_keys(value, f"{path}.{name}") for name, value in answer.items())
        return {f"{path}.{name}" for name in answer}.union(*inner)
    if isinstance(answer, list):
        return set().union(*(json_keys(value, f"{path}[]") for value in answer))
    return set()


def documented(heading: str) -> set[str]:
    """The keys of the example below a heading of docs/json.md."""
    page = text_of(ROOT / "docs" / "json.md")
    example = re.search(rf"^## {heading}\n.*?^```json\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert example is not None, heading
    return json_keys(json.loads(example[1]))


def answer(*words: str) -> Any:
    """What a command that ends well says with --json."""
    result = CliRunner().invoke(cli, [*words, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one subscriber, and one issue that is frozen and not sent; it is the present folder."""
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
    with bootstrap.open_app(find_settings(None), SystemClock()) as parts:
        parts.subscribers.add(Subscriber(email="boris@readers.example", editions=("daily",)), SystemClock().now())
        IssueRun.of(parts, parts.settings.edition(None), Slot(day=date(2025, 6, 2)), report=lambda _: None).publish()
    return tmp_path


@pytest.mark.parametrize("path", [path for path, _ in commands(cli)])
def test_every_command_is_named(path: str) -> None:
    """Whoever reads the pages meets every command."""
    assert re.search(rf"\b{path}\b", text_of(*DOCS, ROOT / "README.md"))


@pytest.mark.parametrize(("path", "command"), [("digest", cli), *commands(cli)])
def test_every_option_is_named(path: str, command: click.Command) -> None:
    """Each long option of a command stands on a page that names the command too."""
    options = {name for param in command.params if isinstance(param, click.Option) for name in param.opts}
    pages = text_of(*(page for page in [*DOCS, ROOT / "README.md"] if path in text_of(page)))
    missing = {name for name in options if name.startswith("--") and not re.search(rf"{name}(?![\w-])", pages)}
    assert not missing


def test_every_setting_stands_in_the_operators_table() -> None:
    """The table of configuration keys is complete, and names nothing that is not there."""
    told = re.findall(r"^\| `([a-z]+(?:\.[a-z_]+)+)` \|", text_of(ROOT / "docs" / "operators.md"), re.MULTILINE)
    assert sorted(told) == sorted(set(keys(Settings)))


@pytest.mark.parametrize("command", ["preview", "rank"])
def test_answers_about_the_sample_have_the_documented_keys(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the sample portal's answers hold is in the example, and the other way round."""
    monkeypatch.chdir(tmp_path)
    given, shown = json_keys(answer(command)), documented(command)
    assert given <= shown
    assert all("findings[]" in key for key in shown - given)  # the sample breaks no rule


@pytest.mark.parametrize(
    ("heading", "words"),
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
def test_answers_of_an_installation_have_the_documented_keys(heading: str, words: list[str]) -> None:
    """What an installation's answers hold is in the example, and the other way round."""
    assert json_keys(answer(*words)) == documented(heading)


def test_links_between_pages_lead_somewhere() -> None:
    """Every relative link of a page names a file, and an anchor a heading in it."""
    for page in PAGES:
        prose = re.sub(r"^```.*?^```$|`[^`\n]*`", "", text_of(page), flags=re.DOTALL | re.MULTILINE)
        for target in re.findall(r"\]\(([^)\s]+)\)", prose):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            goal = (page.parent / file).resolve() if file else page
            assert goal.exists(), f"{page.name}: {target}"
            assert not anchor or anchor in headings(goal), f"{page.name}: {target}"


def test_every_error_stands_in_the_tree() -> None:
    """The tree at the top of errors.py names each class below the class that it is derived from."""
    tree = re.findall(r"^    ([│ ]*(?:[├└]── )?)(\w+)  ", errors.__doc__ or "", re.MULTILINE)
    below: dict[str, str] = {}
    path: list[str] = []
    for indent, name in tree:
        path[len(indent) // 4 :] = [name]
        below[name] = path[-2] if len(path) > 1 else "Exception"
    classes = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.DigestError)]
    assert below == {one.__name__: one.__bases__[0].__name__ for one in classes}


@pytest.mark.parametrize(("page", "block"), [(page, block) for page, block in blocks("toml")])
def test_toml_in_the_pages_is_good(page: str, block: str, tmp_path: Path) -> None:
    """A block with [portal] loads as settings; any other is TOML."""
    tables = tomllib.loads(block)
    if "portal" in tables:
        parse(tables, file=page, root=tmp_path, environ=SECRETS)


@pytest.mark.parametrize(("page", "block"), [(page, block) for page, block in blocks("json")])
def test_json_in_the_pages_is_json(page: str, block: str) -> None:
    """A program that is tried on an example can read it."""
    assert json.loads(block), page


@pytest.mark.parametrize(("page", "line"), list(digest_lines()))
def test_commands_in_the_pages_can_be_typed(
    page: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command line is understood by the command that it calls, though not run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "readers.csv").touch()
    (tmp_path / "titles.csv").touch()
    command: click.Command = cli
    words = shlex.split(line)[1:]
    with contextlib.suppress(click.exceptions.Exit):  # --help and --version end a command as soon as they are read
        while isinstance(command, click.Group) and words:
            context = command.make_context("digest", list(words))
            name, *words = command.make_parser(context).parse_args(list(words))[1]
            inner = command.get_command(context, name)
            assert inner is not None, f"{page}: {line}"
            command = inner
        command.make_context("digest", words).close()
