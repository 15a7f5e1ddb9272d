"""The sentences that modules contain, read from their source: for tests that every one has a translation."""

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import digest

PACKAGE = Path(digest.__file__).parent
_SENTENCE = re.compile(r"[a-z)`’'”]{2,}[:,;]? [a-z(`“]{2,}")
_LOGGED = {"debug", "info", "warning", "error"}


def sentences_of(module: str) -> list[str]:
    """The sentences of a module, such as `diagnostics/mail/smtp.py`, with `71`, `72` … for the values in them.

    Neither docstrings nor what is logged; each sentence once.
    """
    tree = ast.parse((PACKAGE / module).read_text(encoding="utf-8"))
    skipped = set(_skipped(tree))
    found = [text for node in _texts(tree, skipped) for text in _filled_in(node)]
    return [text for text in dict.fromkeys(found) if _SENTENCE.search(text)]


def _skipped(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _LOGGED:
            yield node


def _texts(node: ast.AST, skipped: set[ast.AST]) -> Iterator[ast.expr]:
    if node in skipped:
        return
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        yield node
    values = node.values if isinstance(node, ast.JoinedStr) else ast.iter_child_nodes(node)
    for child in values:
        if not isinstance(node, ast.JoinedStr) or isinstance(child, ast.FormattedValue):
            yield from _texts(child, skipped)


def _filled_in(node: ast.expr) -> Iterator[str]:
    """The text with names for its values, and in each way that a condition inside it decides."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.JoinedStr):
        for parts in product(*(list(_alternatives(one, place)) for place, one in enumerate(node.values))):
            yield "".join(parts)


def _alternatives(node: ast.expr, place: int) -> Iterator[str]:
    value = node.value if isinstance(node, ast.FormattedValue) else node
    if isinstance(value, ast.IfExp):
        yield from _alternatives(value.body, place)
        yield from _alternatives(value.orelse, place)
    elif isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and isinstance(value.value, str)):
        yield from _filled_in(value)
    else:
        yield f"7{place}"
