"""Markdown of editors: what stays as typed, which HTML may come out, and its plain text."""

import importlib
import re
import subprocess
import sys

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it.ruler import Ruler
from mdurl import _decode, _encode

from digest.parsing.late import markdown_parser
from digest.parsing.markdown import markdown_html, markdown_text, unusable_links

TAGS = {"p", "a", "strong", "em", "ul", "ol", "li", "br"}
PIECES = st.sampled_from(
    [
        *("# ", "> ", "- ", "1. ", "**", "*", "_", "`", "\n", "\n\n", "  \n", "    ", "![", "[", "](", ")", "<", ">"),
        *("javascript:alert(1)", "https://gazette.example/a?b=1&c=2", "mailto:a@mail.example", "/about", "&nbsp;"),
        *("<script>", "<a href=x onclick=y>", "</p>", "<mj-raw>", "{{ x }}", "«Ёлки»\u00a0— палки", '"', "\\", "word"),
    ]
)


@given(st.lists(PIECES | st.text(max_size=4), max_size=20).map("".join))
def test_markdown_html_has_only_its_tags_and_usable_links(markdown: str) -> None:
    """Whatever an editor types; nothing has a style, a class or a handler."""
    root = lxml.html.fragment_fromstring(markdown_html(markdown.encode(errors="ignore").decode()), create_parent=True)
    for element in root.iterdescendants():
        assert element.tag in TAGS
        assert set(element.attrib) <= {"a": {"href"}, "ol": {"start"}}.get(str(element.tag), set())
        assert re.match(r"https?://|mailto:|$", element.get("href", ""))


def test_markdown_html_draws_paragraphs_lists_and_links() -> None:
    """Typographic characters stay, and a line that begins with a year keeps its number."""
    html = markdown_html(
        "«Ёлки»\u00a0— **палки** и *ели*,\nздесь  \nи [там](https://g.example/?a=1&b=2)\n\n1945. Победа"
    )
    assert html == (
        "<p>«Ёлки»&nbsp;— <strong>палки</strong> и <em>ели</em>,\nздесь<br>\n"
        'и <a href="https://g.example/?a=1&amp;b=2">там</a></p>\n<ol start="1945">\n<li>Победа</li>\n</ol>'
    )


@pytest.mark.parametrize(
    "typed", ["# Heading", "> quotation", "`code`", "***", "* * *", "- - -", "<b>bold</b>", "[a]: https://b.example"]
)
def test_markdown_of_other_kinds_stays_as_typed(typed: str) -> None:
    """So that nothing disappears: neither in the HTML nor in the text."""
    root = lxml.html.fragment_fromstring(markdown_html(typed), create_parent=True)
    assert root.text_content() == markdown_text(typed) == typed
    assert [element.tag for element in root] == ["p"]


def test_markdown_line_of_asterisks_ends_a_list() -> None:
    """It is a paragraph of its own between two lists, also with spaces around it."""
    list_of_one = "<ul>\n<li>one</li>\n</ul>"
    assert markdown_html("* one\n * * * \n* one") == f"{list_of_one}\n<p>* * *</p>\n{list_of_one}"


def test_markdown_text_has_addresses_in_parentheses_and_marks_of_lists() -> None:
    """An address that is its own text is not repeated; one that cannot be used is left out."""
    text = markdown_text(
        "Read *this* [story](https://g.example/1), <https://g.example/2>,\n"
        "[write](mailto:desk@g.example), [desk@g.example](mailto:desk@g.example), [about](/about).\\\n"
        "Today:\n\n- trams\n- ferries\n  1. night\n  2. day\n\nBye."
    )
    assert text == (
        "Read this story (https://g.example/1), https://g.example/2, write (desk@g.example), desk@g.example, about.\n"
        "Today:\n\n- trams\n- ferries\n  1. night\n  2. day\n\nBye."
    )


def test_unusable_links_are_those_to_neither_page_nor_mailbox() -> None:
    """Other schemes, addresses without a host, and addresses on no site."""
    bad = "[a](/about) [b](http://) [c](tel:112) [d](mailto:desk) [e](http://[x) "
    assert unusable_links(f"{bad}[f](https://g.example) [g](mailto:a@g.example)") == [
        *("/about", "http://", "tel:112", "mailto:desk", "http://%5Bx"),
    ]


def test_library_is_loaded_for_a_text_alone() -> None:
    """Most processes meet no text of an editor."""
    script = "import sys; from digest.parsing.markdown import text_runs\nfor text in ('', 'one'):\n text_runs(text); "
    script += "print('markdown_it' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert answer.stdout.split() == ["False", "True"]


def test_markdown_parser_that_threads_share_has_all_its_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its library fills them when they are first needed, and another thread would use half of one."""
    monkeypatch.setattr(_encode, "encode_cache", {})
    monkeypatch.setattr(_decode, "decode_cache", {})
    importlib.reload(markdown_parser)
    tables = dict(_encode.encode_cache), dict(_decode.decode_cache)
    monkeypatch.setattr(Ruler, "__compile__", lambda _ruler: pytest.fail("a table of rules is made"))
    html = markdown_html("- **a** [b](https://gazette.example/ä?c=d)\n- <https://gazette.example/%20>")
    assert re.findall(' href="([^"]*)"', html) == [
        "https://gazette.example/%C3%A4?c=d",
        "https://gazette.example/%20",
    ]
    assert (_encode.encode_cache, _decode.decode_cache) == tables
