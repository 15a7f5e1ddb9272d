"""Summaries whose first block is the title again."""

import pytest

from digest.parsing.html_text import summary_text
from digest.sources.feed.leading_title import line_below_title, text_below_title
from digest.sources.feed.texts import first_paragraph

TITLE = "Ferry opens"


@pytest.mark.parametrize(
    "markup",
    [
        "<h1>Ferry opens</h1><p>It sails at night.</p>",
        "<div><h2 class='x'><a href='/1'>Ferry opens</a></h2>It sails at night.</div>",
        "<b>Ferry opens</b><br><br>It sails at night.",
        "<p><strong>Ferry opens.</strong></p><p>It sails at night.</p>",
        "<p><img src='/1.jpg'></p><p>«FERRY OPENS»</p><p>It sails at night.</p>",
        "<b>Ferry opens</b><p>It sails at night.</p>",
        "<span>Ferry opens</span>\n<span><span>admin</span></span>\n<span>Sun, 11/29/2026</span> It sails at night.",
        "<span>Ferry opens</span><span><span lang=''>A</span></span><span><time>Sun</time> </span> It sails at night.",
    ],
)
def test_text_below_title_block_that_repeats_it_is_left_out(markup: str) -> None:
    """Or readers would see the title twice, run together with the first sentence."""
    assert text_below_title(markup, TITLE, summary_text) == "It sails at night."
    assert first_paragraph([(markup, "text/html")], TITLE) == "It sails at night."


def test_first_paragraph_below_the_title_of_a_bridge_is_the_text() -> None:
    """RSSHub makes the title of a post in Telegram of its first line, with a sign for its picture."""
    post = "<img src='/1.jpg'><p>Ferry opens<br><br>It sails at night.</p>"
    assert first_paragraph([(post, "text/html")], f"\U0001f5bc {TITLE}...") == "It sails at night."


@pytest.mark.parametrize(
    ("title", "summary"),
    [
        ("Ferry opens at…", "…night. It sails."),
        ("Ferry opens at ni...", "…night. It sails."),
        ("Ferry opens at night…", "It sails."),  # the text has this ellipsis too, or its sentence ends
        ("Ferry opens at night. It sails…", "Ferry opens at night. It sails."),
        ("Ferry closes…", "Ferry opens at night. It sails."),
    ],
)
def test_text_below_title_that_is_its_beginning_goes_on(title: str, summary: str) -> None:
    """Bridges of social networks cut the title off a post."""
    assert text_below_title("Ferry opens at night. It sails.", title, summary_text) == summary


@pytest.mark.parametrize(
    ("title", "line", "below"),
    [
        ("Price rises by 1...", "Price rises by 1.5 per cent.", "…1.5 per cent."),
        ("Rate falls by −…", "Rate falls by −5 %.", "…−5 %."),
        ("The port had 10…", "The port had 10 000 ships.", "…10 000 ships."),
        ("The port had 10 0…", "The port had 10 000 ships.", "…10 000 ships."),
        ("Ferry opens…", "Ferry opens! It sails.", "It sails."),
        ("Ferry opens…", "Ferry opens, says the mayor.", "…says the mayor."),
        ("The U.S…", "The U.S. port opens.", "…port opens."),
        ("Ferry…", "Ferryman retires.", "Ferryman retires."),
        ("Ferry opens…", "Ferry opens!", "Ferry opens!"),
    ],
)
def test_line_below_title_begins_with_the_word_or_number_that_was_cut(title: str, line: str, below: str) -> None:
    """Half a number would be another one."""
    assert line_below_title(line, title) == below


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Ferry opens at night.</p><p>It sails.</p>", "Ferry opens at night. It sails."),
        ("<p><b>Ferry opens</b> at night.</p>", "Ferry opens at night."),
        ("<p>Ferry opens. It sails at night.</p>", "Ferry opens. It sails at night."),
        ("<h1>Ferry opens</h1><p></p>", "Ferry opens"),
        ("<h1>Port</h1><h2>Ferry opens</h2>", "Port Ferry opens"),
    ],
)
def test_text_below_title_that_goes_on_is_kept(markup: str, text: str) -> None:
    """The title may be the beginning of a sentence."""
    assert text_below_title(markup, TITLE, summary_text) == text


def test_text_below_title_of_hostile_markup_ends_soon() -> None:
    """A block is looked for in the first 5,000 characters."""
    markup = "<p>Ferry opens</p>" + "<span>Ferry opens</span> <span><span " * 50_000
    assert text_below_title(markup, TITLE, lambda text: text[:11] and "Ferry opens") == "Ferry opens"
