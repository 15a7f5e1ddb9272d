"""What blog engines and plugins put before, behind or in place of a summary goes."""

import pytest

from digest.parsing.html_text import summary_text

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
    "\n\n[contains quote post or other embedded content]",
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


def test_summary_text_boilerplate_of_700_characters_is_left_out() -> None:
    """The longest title that is looked for has 300 characters, the name of a site 120."""
    start, end = "The post ", " appeared first on "
    for title, site, is_left_out in ((300, 120, True), (301, 120, False), (300, 121, False)):
        text = f"The ferry sails. {start}{'x' * title}{end}{'y' * site}."
        assert (summary_text(text, 1_000) == "The ferry sails.") is is_left_out


@pytest.mark.timeout(10)
def test_summary_text_of_hostile_boilerplate_ends_soon() -> None:
    """The search is bounded."""
    assert summary_text("The post " * 20_000 + " appeared first on ")


def test_summary_text_of_long_markup_leaves_out_boilerplate_that_it_breaks_in_two() -> None:
    """The end of the text decides, not the end of the markup that is read first."""
    text = "The ferry sails. " * 28
    boilerplate = f"The post {'x' * 250} appeared first on Gazette."
    assert summary_text(f"{'<i></i>' * 580}<p>{text}</p><p>{boilerplate}</p>") == text.strip()


@pytest.mark.parametrize(
    "start",
    [
        *(
            "Reading Time: 3 minutes ",
            "Estimated reading time: 5 min · ",
            "3 min read | ",
            "<p>Время чтения: 3 мин.</p>",
        ),
        *("Время на чтение: &lt; 1 минуты. ", "На чтение: 2-3 мин ", "Час читання: 2 хв. "),
    ],
)
def test_summary_text_reading_time_before_it_goes(start: str) -> None:
    """Plugins write it into the text, and an excerpt has lost its class."""
    assert summary_text(f"{start}Порт открыт.") == "Порт открыт."


@pytest.mark.parametrize(
    "text",
    [
        *("Reading time is money.", "Reading time: 5 minutes to midnight.", "3 min read that changed the war."),
        *("Время чтения прошло.", "На чтение: 5 мин. в день.", "3 min reading a day.", "На чтение: 5 книг"),
    ],
)
def test_summary_text_sentence_about_reading_stays(text: str) -> None:
    """Only a time with its unit is that of a plugin."""
    assert summary_text(text) == text


def test_summary_text_of_a_post_that_telegram_alone_shows_is_empty() -> None:
    """Bridges write the words of its widget in place of the post."""
    assert summary_text("<div>Please open Telegram to view this post</div> <a>VIEW IN TELEGRAM</a>") == ""
    assert summary_text("This media is not supported in your browser") == ""


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("Содержание 1 Как открыли порт2 Что дальше3 Итоги Порт открыли.", ""),
        ("Table of Contents [hide] 1. How it opened2. What is next The port is open.", ""),
        ("Содержание 1 кг муки и 2 яиц растёт.", "Содержание 1 кг муки и 2 яиц растёт."),
        ("Contents: 1 bottle of vitamin B2 and salt.", "Contents: 1 bottle of vitamin B2 and salt."),
        ("Содержание 1 Тома: CO2 и воздух.", "Содержание 1 Тома: CO2 и воздух."),
        ("Contents 1 and 2 are here.", "Contents 1 and 2 are here."),
    ],
)
def test_summary_text_that_begins_with_a_table_of_contents_is_empty(text: str, summary: str) -> None:
    """In an excerpt its headings run into the text; the whole text of the article is used instead."""
    assert summary_text(text) == summary
