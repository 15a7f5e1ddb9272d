"""Markdown of editors: CommonMark without raw HTML, headings, quotations, code and pictures, which stay as typed.

Its library is loaded where somebody wrote a text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol

import nh3

from digest.parsing.urls import web_url

_TAGS = {"p", "a", "strong", "em", "ul", "ol", "li", "br"}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
_INDENT = re.compile("^(?=.)", re.MULTILINE)


class _Node(Protocol):
    """What is used of `markdown_it.tree.SyntaxTreeNode`."""

    type: str
    content: str
    markup: str
    hidden: bool
    attrs: Mapping[str, object]
    children: Sequence["_Node"]

    def walk(self) -> Iterator["_Node"]:
        """This node and all below it, in the order of the text."""


def markdown_html(markdown: str) -> str:
    """The text as HTML of p, a, strong, em, ul, ol, li and br alone; links lead to web or mail addresses."""
    return nh3.clean(
        _parser().render(markdown),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_usable_attribute,
        link_rel=None,
    ).strip()


def markdown_text(markdown: str) -> str:
    """The text without marks; addresses that links do not show are in parentheses, empty lines between paragraphs."""
    return _blocks(_tree(markdown), "\n\n")


def text_runs(markdown: str) -> list[str]:
    """The pieces of text that HTML and plain text show alike."""
    return [node.content for node in _nodes(markdown) if node.type == "text" and node.content]


def web_links(markdown: str) -> list[str]:
    """The addresses of links to web pages, as the HTML has them."""
    return [href for href in _links(markdown) if web_url(href) is not None]


def unusable_links(markdown: str) -> list[str]:
    """The addresses of links that lead to neither a web page nor a mailbox."""
    return [href for href in _links(markdown) if not _is_usable(href)]


def _links(markdown: str) -> list[str]:
    return [_href(node) for node in _nodes(markdown) if node.type == "link"]


def _nodes(markdown: str) -> Iterator[_Node]:
    return _tree(markdown).walk() if markdown else iter(())


def _tree(markdown: str) -> _Node:
    node: _Node = import_module("markdown_it.tree").SyntaxTreeNode(_parser().parse(markdown))
    return node


def _parser() -> Any:
    return import_module("digest.parsing.late.markdown_parser").PARSER


def _blocks(node: _Node, between: str) -> str:
    return between.join(_block(child) for child in node.children)


def _block(node: _Node) -> str:
    if node.type in {"bullet_list", "ordered_list"}:
        is_tight = all(child.hidden for item in node.children for child in item.children if child.type == "paragraph")
        return ("\n" if is_tight else "\n\n").join(_items(node))
    return "".join(map(_inline, node.children))


def _items(node: _Node) -> Iterator[str]:
    for place, item in enumerate(node.children):
        mark = "- " if node.type == "bullet_list" else f"{int(str(node.attrs.get('start', 1))) + place}. "
        yield mark + _INDENT.sub(" " * len(mark), _blocks(item, "\n")).lstrip()


def _inline(node: _Node) -> str:
    if node.type in {"hardbreak", "softbreak"}:
        return "\n" if node.type == "hardbreak" else " "
    text = "".join(map(_inline, node.children)) if node.children else node.content
    if node.type == "link" and node.markup != "autolink" and _is_usable(_href(node)):
        address = _href(node).removeprefix("mailto:")
        return text if text == address else f"{text} ({address})"
    return text


def _href(node: _Node) -> str:
    return str(node.attrs.get("href", ""))


def _usable_attribute(_tag: str, name: str, value: str) -> str | None:
    return value if name != "href" or _is_usable(value) else None


def _is_usable(href: str) -> bool:
    return (href.startswith("mailto:") and "@" in href) or web_url(href) is not None
