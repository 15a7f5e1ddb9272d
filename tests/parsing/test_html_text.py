"""Titles and summaries from hostile HTML."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.parsing.html_text import literal_title, plain_text, summary_text, title_text, without_second_escape
from digest.parsing.text import clean_line
from tests.support.foreign_text import FOREIGN, is_safe

ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
LIMITS = st.integers(min_value=1, max_value=60)


@given(FOREIGN, LIMITS)
def test_title_text_and_plain_text_any_markup_is_safe_and_short(text: str, limit: int) -> None:
    """What entities and tags hide is cleaned too, also if they spell characters that are refused."""
    hidden = "".join(f"&#{ord(char)};" for char in text)
    for line in (read(markup, limit) for read in (title_text, plain_text) for markup in (text, hidden)):
        assert is_safe(line)
        assert len(line) <= limit


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("{{7*7}} {% include '/etc/passwd' %}", "{{7*7}} {% include '/etc/passwd' %}"),
        ("</title><style>*{display:none}", "</title><style>*{display:none}"),
        ('<mj-include path="/etc/passwd">', '<mj-include path="/etc/passwd">'),
        ("Ships\r\nBcc: all@post.example", "Ships Bcc: all@post.example"),
        ("Ships\x00\u2028\u0085 sail", "Ships sail"),
        ("Ships \u202egnp.exe\u202c sail", "Ships gnp.exe sail"),
        ("Sh\u200bi\ufeffp\u00ads", "Ships"),
        ("Ships\ue000\U000f0000", "Ships"),
        ("\u200d \u200c\u200d", ""),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("Crew \U0001f469\u200d\U0001f680", "Crew \U0001f469\u200d\U0001f680"),
        ("Half \ud83d pair", "Half pair"),
        ("\U0001fa77 Pink \U0001fae8 heart \U0001f6dc", "\U0001fa77 Pink \U0001fae8 heart \U0001f6dc"),
        ("Rare letter \U0002ebf0", "Rare letter \U0002ebf0"),
        (f"{ENGLAND} wins", f"{ENGLAND} wins"),
        ("Hidden \U000e0068\U000e0069\U000e007f tags", "Hidden tags"),
        ("Flag \U0001f3f4\U000e0067\U000e0062 without end", "Flag \U0001f3f4 without end"),
        ("No\ufffe\U0001ffff\u2065\ufff0 character", "No character"),
        ("Cafe\u0301", "Café"),
        ("<b>Tide</b> &amp; <i>time</i>", "Tide & time"),
        ("Tide<br/>and <b>ti</b>me", "Tide and time"),
        ("AT&amp;T &lt;b&gt; &#x2014; 5 &lt; 6", "AT&T <b> — 5 < 6"),
        ("1 < 2 and <b 3", "1 < 2 and <b 3"),
        ("If a<b and c>d: <b class='x'>why</b> <img src=x />", "If a<b and c>d: why"),
        ("<noindex>Порт</noindex> <!--noindex-->открыт<!--/noindex-->", "Порт открыт"),
        ("&lt;noindex&gt;Порт&lt;/noindex&gt; открыт", "Порт открыт"),
        ("How to use &lt;noindex&gt;", "How to use <noindex>"),
        ("<![CDATA[Tide &amp; <b>time</b>]]>", "Tide & time"),
        ("&#55357;&#56832; and &#xD83D;&#xDE00;", "\U0001f600 and \U0001f600"),
        ("Half &#55357; pair", "Half \ufffd pair"),
    ],
)
def test_title_text_hostile_markup_stays_literal_text(markup: str, title: str) -> None:
    """Known inline tags are removed, entities are read once, anything else that looks like markup stays as text."""
    assert title_text(markup) == title


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("<h1>Quay</h1>", "Quay"),
        ('<h2 class="title">Quay &amp; ferry</h2>\n', "Quay & ferry"),
        ("<p>Quay</p><p>opened</p>", "Quay opened"),
        ("<h1>Quay</h1><div>opened</div>", "Quay opened"),
        ("<center><b>Quay</b></center>", "Quay"),
        ("<p>if a<b and c>d</p>", "if a<b and c>d"),
        ("<p>The <script> tag</p>", "The <script> tag"),
        ("<h1>Array<T> in C++</h1>", "Array<T> in C++"),
        ("<h1> and <h2> in HTML", "<h1> and <h2> in HTML"),
        ("<h1></h1>", "<h1></h1>"),
        ("&lt;h1&gt;Quay&lt;/h1&gt;", "<h1>Quay</h1>"),
    ],
)
def test_title_text_of_rich_text_is_its_text(markup: str, title: str) -> None:
    """Editors of rich text wrap a title in a heading or in paragraphs."""
    assert title_text(markup) == title


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One.</p><p>Two.</p>", "One. Two."),
        ("<p>One<br>two</p><ul><li>three<li>four</ul>", "One two three four"),
        ("in<em>vis</em>ible", "invisible"),
        ("<script>alert(1)</script>Said<style>p{}</style>", "Said"),
        ("<p>A <iframe>x</iframe><noscript>y</noscript><template>z</template>b</p>", "A b"),
        ("A <video src='x'>No video here</video><button>Share</button> b", "A b"),
        ("A <iframe src='x'/> b <video src='y'/> c", "A b c"),
        ("<dl><dt>A<dd>b</dl><pre>c\nd</pre>e", "A b c d e"),
        ("5 &lt; 6 &amp;amp; so", "5 < 6 &amp; so"),
        ("<img src=x onerror=alert(1)>Said", "Said"),
        ("<!-- no --><![CDATA[x]]>Said", "Said"),
        ("&#x202e;desrever", "desrever"),
        ("<p>Half \ud83d pair</p>", "Half pair"),
        ("", ""),
    ],
)
def test_plain_text_markup_gives_the_visible_text(markup: str, text: str) -> None:
    """Blocks are separated, inline tags are not, scripts and styles are removed with their content."""
    assert plain_text(markup) == text


@pytest.mark.parametrize("end", ["&nbs", "&#82", "&#x201", "&laqu...", "&mdash</p>", "&amp;quo…", "&#"])
def test_summary_text_reference_that_was_cut_off_is_left_out(end: str) -> None:
    """A number of two digits would be another character, such as R."""
    assert summary_text(f"<p>The ferry sails {end}").removesuffix("...").rstrip(" …") == "The ferry sails"


@pytest.mark.parametrize("text", ["Shares of AT&T", "Research & R&D", "The &nbs of a program", "Rock &amp"])
def test_summary_text_that_ends_like_a_reference_is_kept(text: str) -> None:
    """Only the end of a text may have been cut, and of few names."""
    assert summary_text(text) == text.replace("&amp", "&")


@pytest.mark.parametrize("end", ["]]>", "]]> <p>", "", "]]", " <![CDATA[]]>"])
def test_summary_text_of_escaped_cdata_is_its_content(end: str) -> None:
    """The section is a text by mistake, which may have been cut, or have more behind it."""
    assert summary_text(f" <![CDATA[<p>The ferry sails.</p>{end}").removesuffix(" ]]") == "The ferry sails."


def test_summary_text_behind_escaped_cdata_is_kept() -> None:
    """As of a section of a text to which an engine adds a link."""
    assert summary_text("<![CDATA[The ferry sails.]]> <p>It is late.</p>") == "The ferry sails. It is late."


@pytest.mark.timeout(10)
@pytest.mark.parametrize("title", ["a" + "\u200d" * 150_000 + "b", "&lt;noindex>" * 16_000])
def test_title_text_of_hostile_text_ends_soon(title: str) -> None:
    """Runs of joiners and tags without an end take time in proportion to their length."""
    assert title_text(title)


@pytest.mark.timeout(3)
@pytest.mark.parametrize(
    "markup",
    [
        "<p>" + "".join(f"<b '{number}>" for number in range(3_000)) + "<p>x" * 3_000,
        "<ul '><li>" * 18_000,
        "<p " + 'class="sr-only"' * 13_000,
        "<p " + 'class="sr-only"' * 13_000 + ">",
        ("<sup><a " + "#" * 790) * 250,
        "1<sub " * 30_000,
    ],
    ids=["reopened", "lists", "classes", "classes-closed", "footnotes", "lowered"],
)
def test_summary_text_of_hostile_elements_ends_soon(markup: str) -> None:
    """What is left open makes no elements in each later block, and the time does not grow with the square."""
    assert summary_text(f"<p>The ferry sails.</p>{markup}").startswith("The ferry sails.")


def test_summary_text_with_open_elements_is_their_text() -> None:
    """Their attributes are such as only a parser of HTML understands."""
    markup = "<p>The <b '1>ferry <i \"x>sails</p><p>at <A '3>seven</a>, <strong\n'>not</strong>/<tt/>eight.</tt>"
    assert summary_text(markup) == "The ferry sails at seven, not/eight."


@pytest.mark.parametrize(
    "markup",
    [
        "<a href='https://news.example/item?id=1'>Comments</a>",
        "https://gazette.example/1",
        "<p>Article URL: https://a.example/</p> <p>Comments URL: https://b.example/</p> Points: 5 # Comments: 0",
    ],
)
def test_summary_text_of_links_alone_is_empty(markup: str) -> None:
    """Feeds of links have these in the place of a summary."""
    assert summary_text(markup) == ""


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Don&#8217;t &quot;go&quot;", 'Don’t "go"'),
        ("How &lt;b&gt; and &amp; are escaped", "How &lt;b&gt; and &amp; are escaped"),
        ("<![CDATA[Open letter]]>", "Open letter"),
        ("<![CDATA[ in XML: what is it?", "<![CDATA[ in XML: what is it?"),
    ],
)
def test_literal_title_resolves_what_nobody_writes(text: str, title: str) -> None:
    """Plain text escaped twice has references to quotes; those to angle brackets and ampersands may be meant."""
    assert literal_title(text) == title


def test_plain_text_long_text_is_cut_after_a_sentence() -> None:
    """If a sentence ends in the second half of the limit, else after a word with an ellipsis."""
    assert plain_text("One two three. Four five six. Seven eight nine", 32) == "One two three. Four five six."
    assert plain_text("One. Two three four five six seven", 20) == "One. Two three…"
    assert plain_text("«Порт закрыт!» Ветер крепчает всё сильнее", 25) == "«Порт закрыт!»"


def test_plain_text_megabytes_of_markup_are_read_in_part() -> None:
    """Only the beginning is parsed: a summary of a million tags is finished quickly."""
    assert plain_text("<p>Wind. " * 1_000_000, 20) == "Wind. Wind. Wind."
    assert clean_line(" " * 10_000_000 + "late") == ""


def test_plain_text_after_long_markup_is_read() -> None:
    """Where the beginning is hardly anything but tags, the text after it counts."""
    assert plain_text(f"<p>Wind.</p>{'<i></i>' * 500}<p>The port closes.</p>", 40) == "Wind. The port closes."
    assert plain_text(f"{'<i></i>' * 500}<p>The port closes.</p>", 40) == "The port closes."


@pytest.mark.needs("corpora")
def test_text_naughty_strings_are_safe() -> None:
    """The Big List of Naughty Strings, as a title, a line and a summary."""
    strings = json.loads((Path(os.environ["DIGEST_CORPORA"]) / "hostile/blns/blns.json").read_text(encoding="utf-8"))
    assert len(strings) > 500
    for text in strings:
        line = clean_line(text)
        assert clean_line(line) == line
        assert all(
            is_safe(line_of_text) and len(line_of_text) <= 300
            for line_of_text in (line, title_text(text), plain_text(text, 300))
        )


@pytest.mark.parametrize(
    ("markup", "once"),
    [
        ("&lt;p&gt;The ferry&lt;/p&gt;", "<p>The ferry</p>"),
        (" &lt;img src=a&gt; The ferry", " <img src=a> The ferry"),
        ("&lt;br&gt;The ferry", "<br>The ferry"),
        ("&lt;p&gt;The ferry", "&lt;p&gt;The ferry"),
        ("<i>&lt;p&gt;The ferry&lt;/p&gt;</i>", "<i>&lt;p&gt;The ferry&lt;/p&gt;</i>"),
        ("The tag &lt;p&gt;&lt;/p&gt;", "The tag &lt;p&gt;&lt;/p&gt;"),
        ("5 &lt; 6", "5 &lt; 6"),
        ("The ferry", "The ferry"),
    ],
)
def test_without_second_escape_only_markup_is_resolved(markup: str, once: str) -> None:
    """It begins with a tag that ends or needs no end, and nothing in it was escaped once."""
    assert without_second_escape(markup) == once


def test_title_text_and_line_are_limited_to_300_characters() -> None:
    """Unless another limit is given."""
    assert [len(read("x" * 400)) for read in (title_text, clean_line)] == [300, 300]


@pytest.mark.parametrize("name", ["screen-reader-text", "sr-only", "visually-hidden", "wp-caption-text"])
def test_summary_text_leaves_out_what_only_screen_readers_get(name: str) -> None:
    """Each class alone, as themes of blog engines use them."""
    markup = f'<p>The port opens.</p><span class="more {name}">Opens in a new window</span>'
    assert summary_text(markup, 200) == "The port opens."
