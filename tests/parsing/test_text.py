"""Foreign text: anything from a feed, a database or a page becomes a line that is safe to show."""

import json
import os
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.parsing.html_text import literal_title, plain_text, summary_text, title_text, without_second_escape
from digest.parsing.references import resolved, resolved_attribute, with_possible_references
from digest.parsing.text import clean_line, clean_paragraphs, distinct_summary, shorten

ODD = "\u200b\u200c\u200d\u200e\u202e\u2066\u2069\ufeff\u00ad\u2028\u2029\x00\x07\x1b\x7f\x85\r\n\t\ue000\u0301"
ODD += "\U0001f3f4\U000e0067\U000e007f"
FOREIGN = st.text(alphabet=st.one_of(st.characters(), st.sampled_from(ODD + "<>&;/ .!?…br«»")), max_size=80)
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
TAG_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e007a]{3,6}\U000e007f")
# Between these two ranges are the selectors of variants of Chinese characters.
_RESERVED = "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
NEVER_VISIBLE = re.compile(f"[\u2065\ufdd0-\ufdef\ufff0-\ufff8\ufffe\uffff\U0001fffe{_RESERVED}]")
LIMITS = st.integers(min_value=1, max_value=60)


def is_safe(line: str) -> bool:
    """No control, bidi, private, reserved or lone surrogate character, and no white space but single spaces."""
    joiners = TAG_FLAG.sub("", line).replace("\u200c", "").replace("\u200d", "")
    unseen = [char for char in joiners if unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}]
    return not unseen and not NEVER_VISIBLE.search(joiners) and line == " ".join(line.split())


@given(FOREIGN, LIMITS)
def test_clean_line_any_text_is_safe_and_short(text: str, limit: int) -> None:
    """One line without invisible characters, never longer than the limit; cleaning it again changes nothing."""
    line = clean_line(text, limit)
    assert is_safe(line)
    assert len(line) <= limit
    assert clean_line(line, limit) == line


@given(FOREIGN, LIMITS)
def test_title_text_and_plain_text_any_markup_is_safe_and_short(text: str, limit: int) -> None:
    """What entities and tags hide is cleaned too, also if they spell characters that are refused."""
    hidden = "".join(f"&#{ord(char)};" for char in text)
    for line in (read(markup, limit) for read in (title_text, plain_text) for markup in (text, hidden)):
        assert is_safe(line)
        assert len(line) <= limit


@given(st.text(alphabet="abc xyzабв.,!?", max_size=60))
def test_clean_line_ordinary_text_is_unchanged(text: str) -> None:
    """Letters, spaces and punctuation that fit are kept, except for white space around and between words."""
    line_of_text = " ".join(text.split())
    assert clean_line(text) == title_text(text) == plain_text(text) == line_of_text


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


@pytest.mark.parametrize("end", ["", "…", "...", " …", " [...]", " […]"])
def test_clean_line_half_of_a_character_at_the_end_is_left_out(end: str) -> None:
    """A program cut the text by bytes; a sign of its own and one within the text stay."""
    cut = "Порт открыли".encode()[:-1].decode("utf-8", "replace")
    assert clean_line(cut + end) == f"Порт открыл{end}"
    assert clean_line(f"Порт \ufffd{end}") == f"Порт \ufffd{end}"
    assert clean_line(f"{cut}{end} раньше") == f"{cut}{end} раньше"


@given(text=st.text(alphabet="aб \ufffd…\u200b.", max_size=20), limit=LIMITS)
def test_clean_line_with_half_a_character_is_clean(text: str, limit: int) -> None:
    """Whatever is around it, cleaning the line again changes nothing."""
    line = clean_line(text, limit)
    assert clean_line(line, limit) == line


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


BOILERPLATE = [
    "<p>The post <a href='x'>Ferry opens</a> appeared first on <a href='y'>Gazette</a>.</p>",
    "The post Ferry opens first appeared on Gazette.",
    "Сообщение Паром открыт появились сначала на Газета.",
    "Запись Паром открыт впервые появилась Газета.",
    "Запис Пором відкрито спершу з'явився на Газета.",
    "Der Beitrag Fähre erschien zuerst auf Zeitung.",
    "L’article Ferry est apparu en premier sur Gazette.",
    "La entrada Ferry se publicó primero en Gaceta.",
    "O post Ferry apareceu primeiro em Gazeta.",
    "L'articolo Ferry proviene da Gazzetta.",
    "Het bericht Ferry verscheen eerst op Krant.",
    "Artykuł Prom pochodzi z serwisu Gazeta.",
    "Ferry opens was originally published in Harbour on Medium, where people are continuing the conversation.",
    "Continue reading on Medium »",
    "Continue reading Ferry opens →",
    "<p><small>5 posts - 3 participants</small></p><p><a href='x'>Read full topic</a></p>",
    "1 post - 1 participant",
    "Запис Пором відкрито спершу з’явиться на Газета.",
    "<a href='x'>Read more</a>",
    "<a href='x'>Read More »</a>",
    "Read more...",
    "[Read more…]",
    "(more…)",
    "Continue Reading",
    "<a href='x'>Подробнее</a>",
    "Подробнее →",
    "Подробнее…",
    "Читать далее…",
    "Continue reading…",
    "Читать дальше",
    "Читать подробнее",
    "<a href='x'>Read full article</a> | <a href='x#c'>Comments</a>",
    "<a href='x'>Read the full story at The Gazette.</a>",
    "<a href='x'>Read more of this story</a> at Slashdot.",
    "<a href='x'>Read 12 remaining paragraphs</a> | <a href='x#c'>Comments</a>",
    "<a href='x'>Читати далі</a>",
    "<a href='x'>Lire la suite</a>",
    "<a href='x'>Weiterlesen</a> »",
    "submitted by /u/anna [link] [comments]",
    "<figure><figcaption>The quay. Photo: Anna</figcaption></figure>",
    '<media:content url="/1.jpg"><media:copyright>The quay.</media:copyright></media:content>',
    "<p class='wp-caption-text'>The quay.</p>",
    "[caption id='attachment_5' width='300']The quay.[/caption]",
]


@pytest.mark.parametrize("boilerplate", BOILERPLATE)
def test_summary_text_leaves_out_boilerplate(boilerplate: str) -> None:
    """Also where nothing else is there, and after a long text."""
    assert summary_text(f"<p>The ferry sails.</p> {boilerplate}") == "The ferry sails."
    assert summary_text(boilerplate) in {"", "The quay.", "The quay. Photo: Anna"}
    assert summary_text("<p>The ferry sails.</p>" * 40 + boilerplate).endswith("The ferry sails.")


@pytest.mark.parametrize(
    "text",
    [
        "The post office appeared in court first on Monday. It was fined.",
        "Comments are closed.",
        "https://gazette.example/1 has the details.",
        "The film appeared first on screens of Tver. The post was empty.",
        "People Continue reading newspapers in the tram.",
        "Der Film erschien zuerst.",
        "Two participants left.",
        "It makes you want to read more",
        "He has a passion for Read more",
        "The [video] shows it [sic].",
        "Узнать Подробнее",
        "Об этом можно читать подробнее",
        "Он не стал читать далее…",
        "Как узнать больше? Читать больше.",
        "The library opens late (see more)",
        "Запись концерта появилась на сайте театра.",
        "Запис концерту з'явився на сайті театру.",
    ],
)
def test_summary_text_keeps_sentences_that_resemble_boilerplate(text: str) -> None:
    """Only the whole formula at the end goes."""
    assert summary_text(text) == text


@pytest.mark.parametrize(
    ("text", "boilerplate"),
    [
        ("The post office closes in May.", "The post Ferry opens appeared first on Gazette."),
        ("Запись к врачу закрыта до мая.", "Запись Паром открыт впервые появилась Газета."),
        ("Der Beitrag steigt.", "Der Beitrag Fähre erschien zuerst auf Zeitung."),
    ],
)
def test_summary_text_that_begins_like_its_boilerplate_is_kept(text: str, boilerplate: str) -> None:
    """A sentence with the same first words is not the title of the post."""
    assert summary_text(f"<p>{text}</p><p>{boilerplate}</p>") == text


@pytest.mark.parametrize("end", ["&nbs", "&#82", "&#x201", "&laqu...", "&mdash</p>", "&amp;quo…", "&#"])
def test_summary_text_reference_that_was_cut_off_is_left_out(end: str) -> None:
    """A number of two digits would be another character, such as R."""
    assert summary_text(f"<p>The ferry sails {end}").removesuffix("...").rstrip(" …") == "The ferry sails"


@pytest.mark.parametrize("text", ["Shares of AT&T", "Research & R&D", "The &nbs of a program", "Rock &amp"])
def test_summary_text_that_ends_like_a_reference_is_kept(text: str) -> None:
    """Only the end of a text may have been cut, and of few names."""
    assert summary_text(text) == text.replace("&amp", "&")


def test_summary_text_boilerplate_of_700_characters_is_left_out() -> None:
    """The longest title that is looked for has 300 characters, the name of a site 120."""
    start, end = "The post ", " appeared first on "
    for title, site, is_left_out in ((300, 120, True), (301, 120, False), (300, 121, False)):
        text = f"The ferry sails. {start}{'x' * title}{end}{'y' * site}."
        assert (summary_text(text, 1_000) == "The ferry sails.") is is_left_out


@pytest.mark.parametrize("end", ["]]>", "]]> <p>", "", "]]", " <![CDATA[]]>"])
def test_summary_text_of_escaped_cdata_is_its_content(end: str) -> None:
    """The section is a text by mistake, which may have been cut, or have more behind it."""
    assert summary_text(f" <![CDATA[<p>The ferry sails.</p>{end}").removesuffix(" ]]") == "The ferry sails."


def test_summary_text_behind_escaped_cdata_is_kept() -> None:
    """As of a section of a text to which an engine adds a link."""
    assert summary_text("<![CDATA[The ferry sails.]]> <p>It is late.</p>") == "The ferry sails. It is late."


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("&#" + "1" * 5_000 + ";", "\ufffd"),
        ("&#" + "1" * 100_000, "\ufffd"),
        ("&#" + "0" * 5_000 + "65;", "A"),
        ("&#" + "0" * 5_000 + "65", "A"),
        ("&#" + "0" * 5_000 + ";", "\ufffd"),
        ("&#x" + "1" * 5_000 + ";", "\ufffd"),
    ],
    ids=["huge", "huge-open", "zeros", "zeros-open", "zero", "hexadecimal"],
)
def test_resolved_reference_of_thousands_of_digits_is_a_character(reference: str, text: str) -> None:
    """Python reads no such number; every reader of foreign text gets a character."""
    assert resolved(f"a{reference}b") == f"a{text}b"
    read = {title_text(reference), plain_text(reference), without_second_escape("&lt;p>" + reference)}
    assert read == {text, f"&lt;p>{reference}"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *(("?a=1&copy=2", "?a=1&copy=2"), ("?a=1&section=2", "?a=1&section=2"), ("?a&copyx;b", "?a&copyx;b")),
        *(("a&amp;copy=2", "a&copy=2"), ("&copy; A", "© A"), ("&copy A", "© A"), ("&#38;b&#x41;", "&bA"), ("&", "&")),
    ],
)
def test_resolved_attribute_name_before_other_letters_is_no_reference(value: str, text: str) -> None:
    """HTML leaves `&copy=2` and `&section` unchanged in attributes, for the sake of addresses."""
    assert resolved_attribute(value) == text


@pytest.mark.parametrize("digits", ["1" * 5_000, "9" * 8])
def test_with_possible_references_of_too_many_digits_is_none(digits: str) -> None:
    """XML with it would be unreadable."""
    assert with_possible_references(f"a&#{digits};b") == "a&#xFFFD;b"


@pytest.mark.timeout(10)
@pytest.mark.parametrize("title", ["a" + "\u200d" * 150_000 + "b", "&lt;noindex>" * 16_000])
def test_title_text_of_hostile_text_ends_soon(title: str) -> None:
    """Runs of joiners and tags without an end take time in proportion to their length."""
    assert title_text(title)


@pytest.mark.timeout(10)
def test_summary_text_of_hostile_boilerplate_ends_soon() -> None:
    """The search is bounded."""
    assert summary_text("The post " * 20_000 + " appeared first on ")


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


@pytest.mark.parametrize("summary", ["Ferry opens", "ferry opens.", "«Ferry opens»", "Ferry opens…", "Ferry – opens"])
def test_distinct_summary_that_repeats_the_title_is_none(summary: str) -> None:
    """A reader would read the same words twice."""
    assert distinct_summary(summary, "Ferry opens") is None


@pytest.mark.parametrize("summary", [".", "…", "—", "🎉"])
def test_distinct_summary_without_letters_and_digits_is_none(summary: str) -> None:
    """Engines write a dot where an article has no summary, and the text behind it says more."""
    assert distinct_summary(summary, "Ferry opens") is None


@pytest.mark.parametrize("summary", [None, "Ferry opens at 6", "Ferries open", "Ferry opens. It sails at night."])
def test_distinct_summary_that_says_more_is_kept(summary: str | None) -> None:
    """Also where it begins with the title."""
    assert distinct_summary(summary, "Ferry opens") == summary


def test_summary_text_of_long_markup_leaves_out_boilerplate_that_it_breaks_in_two() -> None:
    """The end of the text decides, not the end of the markup that is read first."""
    text = "The ferry sails. " * 28
    boilerplate = f"The post {'x' * 250} appeared first on Gazette."
    assert summary_text(f"{'<i></i>' * 580}<p>{text}</p><p>{boilerplate}</p>") == text.strip()


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        ("Aaaa bbbb. cccc dddd eee", 20, "Aaaa bbbb. cccc…"),
        ("Aaaaa bbbb. cccc dddd ee", 20, "Aaaaa bbbb."),
        ("Aaaa bbbb cccc dddd. Eee", 20, "Aaaa bbbb cccc dddd."),
        ("Aaaa bbbb cccc ddddd. Ee", 20, "Aaaa bbbb cccc…"),
        ("Aaaaaaaaa bbbbbbbbbbbbbb", 20, "Aaaaaaaaa bbbbbbbbb…"),
        ("Aaaaaaaaaa bbbbbbbbbbbbb", 20, "Aaaaaaaaaa bbbbbbbb…"),
        ("Aaaaaaaaaaa bbbbbbbbbbbb", 20, "Aaaaaaaaaaa…"),
        ("Aaaa bbbb cccc dddd eeee", 24, "Aaaa bbbb cccc dddd eeee"),
    ],
)
def test_shorten_text_is_cut_past_its_half(text: str, limit: int, cut: str) -> None:
    """After a sentence or a word that ends behind half of the limit; a limit that fits cuts nothing."""
    assert shorten(text, limit) == plain_text(text, limit) == cut


def test_plain_text_long_text_is_cut_after_a_sentence() -> None:
    """If a sentence ends in the second half of the limit, else after a word with an ellipsis."""
    assert plain_text("One two three. Four five six. Seven eight nine", 32) == "One two three. Four five six."
    assert plain_text("One. Two three four five six seven", 20) == "One. Two three…"
    assert plain_text("«Порт закрыт!» Ветер крепчает всё сильнее", 25) == "«Порт закрыт!»"


@pytest.mark.parametrize(
    "sign",
    [
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\U0001f469\U0001f3fd\u200d\U0001f52c",
        "\U0001f44d\U0001f3fd",
        "\u2764\ufe0f",
        "\U0001f1f7\U0001f1fa",
        "1\ufe0f\u20e3",
        "\u0438\u0301",
        "\u0915\u094d\u0937\u093f",
    ],
    ids=["family", "scientist", "skin tone", "heart", "flag", "keycap", "accent", "Devanagari"],
)
def test_clean_line_is_cut_between_characters(sign: str) -> None:
    """Half of a flag is a letter in a box, and a part of an emoji is another one."""
    for limit in range(40, 60):
        cut = clean_line(sign * 40, limit).removesuffix("…")
        assert cut == sign * (len(cut) // len(sign))
        assert len(cut) > limit - 1 - len(sign)


def test_clean_line_of_marks_without_a_letter_is_cut_to_its_limit() -> None:
    """They are no text; the time does not grow with their number."""
    assert clean_line("Z" + "\u0941" * 50_000, 100) == "Z" + "\u0941" * 98 + "…"


@pytest.mark.parametrize("mark", ["\u0323", "\u0e47", "\u064b", "\u0489", "\u20dd"])
@pytest.mark.parametrize("before", range(6))
def test_clean_line_letter_has_at_most_five_marks(mark: str, before: int) -> None:
    """More would run through the lines above and below, wherever in the text the tower is."""
    start = "x" * before
    assert clean_line(f"{start}ง{mark * 5} port") == f"{start}ง{mark * 5} port"
    for number in (6, 7, 200):
        assert clean_line(f"{start}ง{mark * number} port {mark * number}") == f"{start}ง{mark * 5} port {mark * 5}"
        assert clean_line(f"{start}ง{mark * number}\u200bport") == f"{start}ง{mark * 5}port"
        assert clean_paragraphs(f"{start}ง{mark * number}\nport") == f"{start}ง{mark * 5}\nport"


def test_clean_line_marks_of_languages_stay() -> None:
    """Vietnamese, Hebrew with vowels and accents, Arabic with vowels, Thai, an emoji with a keycap."""
    for text in ("Việt Nam", "בְּרֵאשִׁ֖ית", "السَّلَامُ عَلَيْكُمْ", "ที่นี่น้ำ", "1\ufe0f\u20e3"):
        assert clean_line(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("sign", ["\ufffc", "\u3164", "\uffa0"])
def test_clean_line_without_signs_that_show_nothing(sign: str) -> None:
    """Word processors leave the place of a picture in a title; a title of such signs alone is none."""
    assert clean_line(f"{sign} The port opens{sign}") == "The port opens"
    assert clean_line(f"{sign} {sign}") == ""


def test_clean_line_cut_within_a_tag_flag_leaves_no_tags() -> None:
    """A part of a flag would be invisible text."""
    assert clean_line(f"wins {ENGLAND}", 9) == "wins \U0001f3f4…"


def test_clean_line_long_text_is_cut_after_a_word() -> None:
    """A text of 5,000 letters is cut to the limit; a text without spaces inside its word."""
    assert clean_line("The wind rises, and the port closes", 17) == "The wind rises…"
    assert clean_line("A" * 5000) == "A" * 299 + "…"
    assert clean_line("Windstill", 9) == "Windstill"


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


@pytest.mark.parametrize("number", [8, 9])
def test_distinct_summary_of_title_and_up_to_eight_marks_repeats_it(number: int) -> None:
    """More of them are no end of a sentence."""
    assert distinct_summary(f"Ferry{'!' * number}", "Ferry") == (None if number == 8 else "Ferry!!!!!!!!!")


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


def test_summary_text_of_page_builders_is_without_their_codes() -> None:
    """WordPress leaves the codes of plugins in the excerpts that it makes."""
    codes = "[vc_row full_width='x'][vc_column_text]The ferry[/vc_column_text][/vc_row] [gallery ids='1,2'] sails."
    assert summary_text(codes) == "The ferry sails."


@pytest.mark.parametrize(
    "code",
    [
        *("[embed]https://video.example/1[/embed]", '[[{"fid":"12","fields":{"a[und]":[1]}}]]'),
        *(
            '[adrotate banner="3"]',
            "[rl_gallery id=“5” size='big' /]",
            "[toc]",
            "[gallery]",
            "[youtube https://video.example/1]",
        ),
        *("[[*pagetitle]]", "[[++site_url]]", "[[!getImage? &tv=`image`]]", "{jcomments on}", "{module 5}"),
        *("{loadposition banner}", "{loadmodule mod_x,Title}", "{youtube}abc123{/youtube}", "{gallery}a/b{/gallery}"),
    ],
)
def test_summary_text_is_without_codes_of_content_systems(code: str) -> None:
    """WordPress, Drupal and Joomla leave what their pages replace in feeds; other braces and brackets are text."""
    assert summary_text(f"<p>{code}The ferry {{7}} [sic] sails.</p>") == "The ferry {7} [sic] sails."


def test_summary_text_within_the_code_of_a_plugin_is_kept() -> None:
    """The end of a code goes with its beginning; an end without one is text."""
    assert summary_text('[note color="red"]The ferry[/note] sails[/irony].') == "The ferry sails[/irony]."


@pytest.mark.parametrize(
    "markup",
    [
        "[p][b]The ferry[/b] sails.[/p][p]It is [url=https://a.example/1]new[/url].[/p][img]https://a.example/1.jpg[/img]",
        "**The ferry** sails. It is [new](https://a.example/1). ![Quay](/1.jpg)",
        "## The ferry\n\nsails.\n\n### It is new.",
        "<p>[list][*]The ferry sails.[/*][*]It is [color=#f00]new[/color].[/list]</p>",
    ],
)
def test_summary_text_of_bbcode_and_markdown_is_their_text(markup: str) -> None:
    """Interfaces of games, forums and headless systems give the text as it was typed."""
    assert summary_text(markup) == "The ferry sails. It is new."


@pytest.mark.parametrize(
    "text",
    [
        "Plan [b] of 3",
        "2 ** 3 ** 4",
        "He said [x](y) and a**b**c",
        "Array[i] and [sic]",
        "Track # 5 in C## minor",
        "See [[Port]]",
        "[[Where? Here]]",
        "{tab}",
    ],
)
def test_summary_text_that_resembles_markup_is_kept(text: str) -> None:
    """Brackets and stars are signs of ordinary texts too."""
    assert summary_text(text) == text


@pytest.mark.parametrize("name", ["screen-reader-text", "sr-only", "visually-hidden", "wp-caption-text"])
def test_summary_text_leaves_out_what_only_screen_readers_get(name: str) -> None:
    """Each class alone, as themes of blog engines use them."""
    markup = f'<p>The port opens.</p><span class="more {name}">Opens in a new window</span>'
    assert summary_text(markup, 200) == "The port opens."
