"""Brackets, raised numbers and strokes in foreign text: what begins no tag stays, tags that were cut off go."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.parsing.html_text import plain_text, summary_text, title_text

CYRILLIC = st.text(alphabet="абвгдежз ", min_size=1, max_size=20).filter(str.strip)
RUSSIAN_WORD = st.text(alphabet="абвгдежз", min_size=1, max_size=10)


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("при x<y то и z>1 растёт", "при x<y то и z>1 растёт"),
        ("если a<b и c", "если a<b и c"),
        ("if a<b and c, buy", "if a<b and c, buy"),
        ("if x<y, sell", "if x<y, sell"),
        ("<p>Если a<b то</p><p>продать</p>", "Если a<b то продать"),
        ("<p>пара <USD и евро</p>", "пара <USD и евро"),
        ("map<string, int> и всё", "map<string, int> и всё"),
        ("Пишите: Анна <anna@gazette.example> до среды", "Пишите: Анна <anna@gazette.example> до среды"),
        ("Источник: <https://gazette.example/1> и другие", "Источник: <https://gazette.example/1> и другие"),
        ("Жаль </3 но бывает", "Жаль </3 но бывает"),
        ("цена < 100 рублей", "цена < 100 рублей"),
        ("цена <100 рублей", "цена <100 рублей"),
    ],
)
def test_plain_text_bracket_that_begins_no_tag_stays_with_what_follows(markup: str, shown: str) -> None:
    """A parser of HTML takes the text up to the next bracket, or to the end, for a tag, and drops it."""
    assert plain_text(markup) == shown


@pytest.mark.parametrize(
    "rest",
    [
        *('<a href="https://gazette.example/?a=b', "<a href='x' class=b tar", "<a hre", "<a", "<st", "</p", "</strong"),
        *("<br", "<br/", "<img src=x alt", '<img alt="цена < 5" src="1.jpg"', '<yandex-video data-id="5'),
        *('<a title="Завод "Луч" закрыт" href="/1"', "<input type=checkbox disabled", "<p align=center"),
    ],
)
def test_plain_text_tag_that_was_cut_off_goes(rest: str) -> None:
    """Engines cut summaries after a number of characters, also within a tag."""
    assert plain_text(f"Порт открыт {rest}") == "Порт открыт"


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ('<p class="x" <b>Порт</b> открыт</p>', "Порт открыт"),
        ('<a href="/1" title="Завод "Луч" закрыт">Порт</a> открыт', "Порт открыт"),
        ("<o:p>Порт</o:p> <custom-box>открыт</custom-box>", "Порт открыт"),
        ('<td nowrap align="left">Порт</td> <b >открыт</b >', "Порт открыт"),
        ("Порт <!-- a<b и c --> открыт", "Порт открыт"),
        ("Порт <style>a<b и c</style> открыт", "Порт открыт"),
    ],
)
def test_plain_text_careless_tag_goes(markup: str, shown: str) -> None:
    """What browsers take for a tag is one."""
    assert plain_text(markup) == shown


@pytest.mark.parametrize("name", ["text", "list", "view", "none", "share", "int", "min", "set", "filter", "real"])
def test_plain_text_element_named_as_in_formulas_and_drawings_keeps_its_text(name: str) -> None:
    """Outside of `<math>` and `<svg>` such a name means nothing to a browser, which shows the content."""
    assert plain_text(f"Порт <{name}>снова</{name}> открыт") == "Порт снова открыт"
    assert plain_text(f"Порт <{name}>снова открыт") == "Порт снова открыт"


def test_plain_text_formula_shows_its_signs_and_a_drawing_none() -> None:
    """The annotation of a formula is its source in TeX, which no browser shows."""
    formula = "<math><mi>x</mi><mo>=</mo><mn>5</mn><annotation encoding='TeX'>x=5</annotation></math>"
    drawing = "<svg><title>Порт</title><g><text>схема</text></g></svg>"
    assert plain_text(f"Порт {formula} открыт") == "Порт x=5 открыт"
    assert plain_text(f"Порт {drawing} открыт") == "Порт открыт"


@given(CYRILLIC, RUSSIAN_WORD, CYRILLIC)
def test_plain_text_comparison_in_russian_keeps_every_letter(before: str, name: str, after: str) -> None:
    """No letter of a text is lost behind `x<y`, whether or not a tag follows."""
    for end in ("", "<b>конец</b>", "</p>"):
        shown = plain_text(f"<p>{before} x<y {name} {after}{end}")
        assert "".join(shown.split()).startswith("".join(f"{before}x<y{name}{after}".split()))


@pytest.mark.parametrize(
    "piece", ["<s>", '<a b="', "<a b='", "<a = ", "<a b", "<", "<a@", '="', "<y и ", "</", "<a \"'"]
)
def test_plain_text_many_brackets_take_little_time(piece: str) -> None:
    """Time grows with the length of the text."""
    start = time.process_time()
    plain_text(f"{piece * 40_000}</s>")
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("10<sup>6</sup> ships", "10⁶ ships"),
        ("10<sup>&minus;6</sup> m", "10⁻⁶ m"),
        ('100 м<SUP class="s"> 2 </SUP>', "100 м²"),
        ("101<sub>2</sub> is 5", "101₂ is 5"),
        ("log<sub>2</sub>8", "log₂8"),
        ("<sup>1</sup>/<sub>2</sub>, <sup>3</sup>&frasl;<sub>4</sub> of it", "¹/₂, ³⁄₄ of it"),
        ("H<sub>2</sub>O", "H2O"),
        ("the 5<sup>th</sup> quay", "the 5th quay"),
        ('In 2026<sup><a href="#note-1" id="back-1">1</a></sup> it opened', "In 2026 it opened"),
        ('In 2026<sup><a href="#note-1">[1]</a></sup> it opened', "In 2026 it opened"),
        ("In 2026<sup>[12]</sup> it opened<sup>[*]</sup>", "In 2026 it opened"),
        ('See <sup><a href="/quay">the quay</a></sup>', "See the quay"),
    ],
)
def test_text_number_that_html_raises_is_no_part_of_the_number_before_it(markup: str, text: str) -> None:
    """A power is one in plain text too, and the number of a footnote is left out."""
    assert (title_text(markup), plain_text(markup), summary_text(markup)) == (text, text, text)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<s>Five</s> Six ferries", "Six ferries"),
        ("From <DEL datetime='2026-11-25'>5 %</DEL> <ins>4 %</ins>", "From 4 %"),
        ("<strike>Five <b>ferries</b></strike> Six boats", "Six boats"),
        ("<S>Five</S> Six ferries", "Six ferries"),
        ("<del>Five</del> Six ferries", "Six ferries"),
        ("<s>All <s>five</s> ferries", "All ferries"),  # the first one has no end
        *((f"<{name}>All ferries</{name}>", "All ferries") for name in ("s", "del", "strike")),
        ("<s>All ferries", "All ferries"),
        ("<span>All</span> <strong>ferries</strong>", "All ferries"),
    ],
)
def test_text_that_is_struck_out_goes(markup: str, text: str) -> None:
    """Without its stroke it would be a statement; a text of nothing else stays."""
    assert (title_text(markup), plain_text(markup), summary_text(markup)) == (text, text, text)
