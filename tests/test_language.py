"""Checks the language of code and documentation against banned_phrases.txt, which gives a replacement for each phrase.

The sections of the list:

- `[everywhere]` applies to documentation, templates, comments, docstrings and string literals.
- `[prose]` applies to the same texts, except for string literals that may contain headlines, or are one word.
- `[files]` applies to the names of Python files, `[identifiers]` to the names that Python code defines.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pytest

pytestmark = pytest.mark.unmeasured

ROOT = Path(__file__).parents[1]
PHRASES = Path(__file__).with_name("banned_phrases.txt")
CODE = [*sorted((ROOT / "digest").rglob("*.py")), *sorted((ROOT / "tests").rglob("*.py"))]
TEXTS = [
    path
    for pattern in ("*.md", "docs/*.md", "benchmarks/*.md", "templates/**/*.*", "config/*.*", "digest/**/*.toml")
    for path in sorted(ROOT.glob(pattern))
]
TEXTS += [path for path in sorted((ROOT / ".github").rglob("*")) if path.suffix in {".md", ".yml", ".yaml"}]
WITH_HEADLINES = (ROOT / "tests", ROOT / "digest" / "stories")  # their string literals are data about news
MOST_TOLD = 20
MOST_FILES_OF_A_HELPER = 4


class Rules(NamedTuple):
    """A section of the list: one pattern with a group for each line, and the replacement of each group."""

    pattern: re.Pattern[str]
    replacements: tuple[str, ...]

    def replacement(self, match: re.Match[str]) -> str:
        """Return the replacement that the matched line names."""
        return self.replacements[(match.lastindex or 0) - 1]


class Passage(NamedTuple):
    """A piece of text, the line at which it starts, and whether it is a string literal of the code."""

    line: int
    text: str
    literal: bool = False


@cache
def rules(section: str) -> Rules:
    """Read one section of the list; it matches whole words, and a space in it matches any white space."""
    body = re.search(rf"^\[{section}\]\n(.*?)(?=^\[|\Z)", PHRASES.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert body is not None, section
    lines = [line.split(" => ") for line in body[1].splitlines() if line and not line.startswith("#")]
    groups = "|".join(f"({phrase})" for phrase, _ in lines).replace(" ", r"\s+")
    flags = re.NOFLAG if section == "identifiers" else re.IGNORECASE
    return Rules(re.compile(rf"(?<!\w)(?:{groups})(?!\w)", flags), tuple(replacement for _, replacement in lines))


# Strings are matched to leave out the signs in them. `tokenize` took 4 s for all files, this takes 0.3 s (2026-11).
STRINGS = (
    r'"{3}(?:\\.|.)*?"{3}',
    r"'{3}(?:\\.|.)*?'{3}",
    r'"(?:\\.|[^"\\\n])*"',
    r"'(?:\\.|[^'\\\n])*'",
)
COMMENT = re.compile("|".join([*STRINGS, r"#(?P<text>[^\n]*)"]), re.DOTALL)


class Code(NamedTuple):
    """What the tests ask of Python code: its passages, and the definitions of classes, functions and methods."""

    passages: list[Passage]
    names: list[tuple[int, str]]
    definitions: list[tuple[type[ast.AST], str]]


@cache
def code_of(path: Path) -> Code:
    """Read a file once for all tests."""
    return read_code(path.read_text(encoding="utf-8"))


def read_code(source: str) -> Code:
    """Read Python code."""
    nodes = [*ast.walk(ast.parse(source))]
    defined: list[tuple[type[ast.AST], str]] = [
        (type(node), node.name)
        for node in nodes
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return Code([*passages_of_code(source, nodes)], [*defined_names(nodes)], defined)


def comments_of_code(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each comment, without its signs."""
    line, position = 1, 0
    for match in COMMENT.finditer(source):
        line += source.count("\n", position, match.start())
        position = match.start()
        if match["text"] is not None:
            yield line, match["text"].lstrip("#")


def passages_of_code(source: str, nodes: Sequence[ast.AST]) -> Iterator[Passage]:
    """Yield the comments, docstrings and string literals of Python code; comments of adjacent lines are joined."""
    for _, block in groupby(enumerate(comments_of_code(source)), key=lambda numbered: numbered[1][0] - numbered[0]):
        lines = [comment for _, comment in block]
        yield Passage(lines[0][0], "\n".join(text for _, text in lines))
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield Passage(node.lineno, node.value, literal=id(node) not in docstrings)


def passages(path: Path) -> Iterator[Passage]:
    """Yield the texts of a file."""
    if path.suffix == ".py":
        yield from code_of(path).passages
    else:
        yield Passage(1, path.read_text(encoding="utf-8"))


def find_phrases(texts: Iterable[Passage], *, headlines: bool) -> Iterator[tuple[int, str]]:
    """Yield the line and a description of each banned phrase; `headlines` says that literals contain headlines."""
    for passage in texts:
        data = passage.literal and (headlines or passage.text.isidentifier())
        for section in ("everywhere",) if data else ("everywhere", "prose"):
            for match in rules(section).pattern.finditer(passage.text):
                line = passage.line + passage.text.count("\n", 0, match.start())
                yield line, f"“{' '.join(match[0].split())}”; write: {rules(section).replacement(match)}"


def defined_names(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    """Yield the classes, functions, arguments, variables and attributes that Python code defines, with their lines."""
    for node in nodes:
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.lineno, node.name
            case ast.arg():
                yield node.lineno, node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id
            case ast.Attribute(ctx=ast.Store()):
                yield node.lineno, node.attr


def find_identifiers(names: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield the line and a description of each banned name that Python code defines."""
    for line, name in names:
        if replacement := replacement_of(name.strip("_")):
            yield line, f"`{name}`; write: {replacement}"


@cache
def replacement_of(name: str) -> str:
    """Return what to write instead of a banned name, or an empty text; most names occur again and again."""
    match = rules("identifiers").pattern.fullmatch(name)
    return rules("identifiers").replacement(match) if match else ""


def find_file_name(path: Path) -> Iterator[tuple[int, str]]:
    """Yield a description if the name of a file, or its path from the project's folder, is banned."""
    relative = path.relative_to(ROOT).with_suffix("").as_posix()
    for name in (path.stem.removeprefix("test_"), relative):
        if match := rules("files").pattern.fullmatch(name):
            yield 1, f"file name {path.name}; write: {rules('files').replacement(match)}"


def definitions() -> list[tuple[type[ast.AST], str, str]]:
    """Return the kind, the name and the file of each class, function and method of the package."""
    return [
        (kind, name, path.relative_to(ROOT).as_posix())
        for path in CODE
        if path.is_relative_to(ROOT / "digest")
        for kind, name in code_of(path).definitions
    ]


def files_by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Collect the files in which each name occurs."""
    files: dict[str, set[str]] = defaultdict(set)
    for name, file in pairs:
        files[name].add(file)
    return files


def located(path: Path, found: Iterable[tuple[int, str]]) -> list[str]:
    """Return one line for each hit in a file, such as `digest/errors.py:7: …`."""
    return [f"{path.relative_to(ROOT)}:{line}: {what}" for line, what in sorted(set(found))]


def test_texts_of_the_project_have_no_banned_phrase() -> None:
    """Documentation, templates, comments, docstrings and messages use plain, idiomatic English."""
    hits: list[str] = []
    for path in [*CODE, *TEXTS]:
        headlines = any(path.is_relative_to(folder) for folder in WITH_HEADLINES)
        hits += located(path, find_phrases(passages(path), headlines=headlines))
    assert not hits, "\n".join(["banned phrases", *hits])


def test_names_of_files_and_definitions_are_not_banned() -> None:
    """Files, classes, functions and variables have the names that the field uses."""
    hits: list[str] = []
    for path in CODE:
        hits += located(path, [*find_file_name(path), *find_identifiers(code_of(path).names)])
    assert not hits, "\n".join(["banned names", *hits])


def test_digest_has_the_word_told_at_most_20_times() -> None:
    """“Told” is a vague name for data; this limit covers names, comments and messages."""
    counts = {
        path.relative_to(ROOT).as_posix(): len(
            re.findall(r"(?<![a-z])told(?![a-z])", path.read_text("utf-8"), re.IGNORECASE)
        )
        for path in CODE
        if path.is_relative_to(ROOT / "digest")
    }
    assert sum(counts.values()) <= MOST_TOLD, {name: count for name, count in counts.items() if count}


def test_digest_class_names_are_unique() -> None:
    """No two classes of the package share a name."""
    files = files_by_name((name, path) for kind, name, path in definitions() if kind is ast.ClassDef)
    assert not {name: found for name, found in files.items() if len(found) > 1}


def test_digest_private_function_name_is_used_in_few_files() -> None:
    """A function or method whose name occurs in five files is not named after what it does."""
    files = files_by_name((name, path) for kind, name, path in definitions() if kind is not ast.ClassDef)
    private = {name: found for name, found in files.items() if re.match(r"_[a-z]", name)}
    assert not {name: found for name, found in private.items() if len(found) > MOST_FILES_OF_A_HELPER}


def test_find_phrases_phrase_in_comment_docstring_or_literal_is_found_with_its_line() -> None:
    """Line breaks and comment signs inside a phrase do not hide it."""
    source = '"""One.\n\nCounted thr' + "ice" + '.\n"""\n# as f' + "ar\n# as\nX = f'so m" + "any {1}'\n"
    found = dict(find_phrases(read_code(source).passages, headlines=True))
    assert sorted(found) == [3, 5, 7]
    assert found[5].endswith("; write: up to")


def test_find_phrases_headline_or_single_word_in_literal_is_allowed() -> None:
    """A word of [prose] may occur in test data, or as a key, but not in a comment."""
    source = "X = ('White House', 'house')  # house\n"
    assert len(list(find_phrases(read_code(source).passages, headlines=True))) == 1
    assert len(list(find_phrases(read_code(source).passages, headlines=False))) == 2


def test_find_identifiers_banned_name_is_found_with_or_without_underscore() -> None:
    """Definitions are checked, and the case of a class name counts."""
    source = "class Hand: ...\ndef _told(wire, hand_size): ...\nday = 1\n"
    assert [line for line, _ in find_identifiers(read_code(source).names)] == [1, 2, 2]


def test_find_file_name_banned_stem_or_path_is_found() -> None:
    """`test_` is ignored, and a path bans a name in one folder only."""
    banned = ("digest/store/ledger.py", "digest/words.py", "tests/test_witness.py")
    assert all(list(find_file_name(ROOT / name)) for name in banned)
    assert not any(list(find_file_name(ROOT / name)) for name in ("tests/support/ledger.py", "digest/stories/words.py"))
