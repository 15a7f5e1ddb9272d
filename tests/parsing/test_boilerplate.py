"""Boilerplate: the signs by which a text that may hold some is found, paragraphs that lead elsewhere, and credits."""

import pytest

from digest.parsing.boilerplate.asides import without_asides
from digest.parsing.boilerplate.credits import without_credits
from digest.parsing.boilerplate.signs import Signs
from digest.parsing.html_text import summary_text

SIGNS = ("(more", "Read ", "Read the ", "a.b", "появил")


@pytest.mark.parametrize("around", ["{}", "he {} said", "он {} — да", "é{}"])
@pytest.mark.parametrize("sign", SIGNS)
def test_any_in_text_with_a_sign_is_true(sign: str, around: str) -> None:
    """In ASCII and in wider characters, at any place, whatever regular expressions make of the sign."""
    assert Signs([sign]).any_in(around.format(sign))
    assert Signs(SIGNS).any_in(around.format(sign))


@pytest.mark.parametrize("text", ["", "more", "Read", "read the", "«Read»", "axb", "axb…", "(Mor", "появи", "b"])
def test_any_in_text_without_a_sign_is_false(text: str) -> None:
    """A part of a sign is none, the case counts, and a dot is no other character."""
    assert not Signs(SIGNS).any_in(text)


@pytest.mark.parametrize(
    "aside",
    [
        "<p>Читайте также: <a href='/2'>Паром вернулся</a></p>",
        "<p class='x'><strong>Read also:</strong> <a href='/2'>Ferry is back</a>, <a href='/3'>Fog</a>.</p>",
        "<p>Читайте&nbsp;также:&nbsp;<a href='/2'>Паром вернулся</a>&nbsp;&raquo;</p>",
        "<blockquote><b><a href='/2'>READ MORE: Ferry is back</a></b></blockquote>",
        "<p>По теме:</p><ul><li><a href='/2'>Паром</a></li><li><a href='/3'>Туман</a></li></ul>",
        "<h3>Related articles</h3> <ul><li><a href='/2'>Ferry</a></li></ul>",
        "<p>Подписывайтесь на <b>наш <a href='https://t.me/gazette'>канал в Telegram</a></b>, чтобы знать больше!</p>",
        "<p>Присоединяйтесь к нашему <a href='https://max.ru/gazette'>каналу в MAX</a>.</p>",
        "<p><em>Follow us on <a href='https://www.facebook.com/gazette'>Facebook</a></em></p>",
        "<p>Читайте также: <a href='https://t.me/gazette/5'>Паром вернулся</a></p>",
        "<ul><li>Read also: <a href='/2'>Ferry is back</a></li></ul>",
        "<p>Реклама</p>",
        "<p>Реклама <a href='https://shop.example'><img src='/banner.png'></a></p>",
        "<div><span>ADVERTISEMENT</span></div>",
    ],
)
def test_without_asides_paragraph_that_leads_elsewhere_goes(aside: str) -> None:
    """The summary of an article must not state the headline of another one."""
    assert summary_text(f"<p>The port opens.</p>{aside}<p>It was closed.</p>") == "The port opens. It was closed."
    assert summary_text(aside) == ""


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Read more about it in <a href='/2'>our report</a>.</p>", "Read more about it in our report."),
        ("<p>По теме <a href='/2'>пожара</a> высказался мэр.</p>", "По теме пожара высказался мэр."),
        ("<p><a href='/2'>Related firms merge</a></p>", "Related firms merge"),
        ("<p><a href='/2'>Related: firms</a> merge</p>", "Related: firms merge"),
        ("<p>Реклама в метро подорожала</p>", "Реклама в метро подорожала"),
        ("<p>Реклама: 45 %</p>", "Реклама: 45 %"),
        ("<ul><li>Реклама</li><li>Подписка</li></ul>", "Реклама Подписка"),
        ("<p>Read more</p><p>books</p>", "Read more books"),
        ("<p>Join our <a href='/tour'>tour of the Channel</a>.</p>", "Join our tour of the Channel."),
        ("<p>Мэр написал <a href='https://t.me/mayor/5'>в Telegram</a>.</p>", "Мэр написал в Telegram."),
        (f"<p>Follow us {'far ' * 50}on <a href='https://t.me/a'>X</a></p>", f"Follow us {'far ' * 50}on X"),
        ("<p>Join our <a href='https://x.com/a'>poll</a>: who wins?</p>", "Join our poll: who wins?"),
        ("<p>Подпишитесь на петицию <a href='https://vk.com/a'>здесь</a>.</p>", "Подпишитесь на петицию здесь."),
        (
            "<p>Подписывайтесь на <a href='https://t.me/a'>наш канал</a>. Пожар потушен.</p>",
            "Подписывайтесь на наш канал. Пожар потушен.",
        ),
        ("<p>See also: <a href='/2'>Fog</a></p><ul><li>Fact</li></ul>", "Fact"),
    ],
)
def test_without_asides_paragraph_with_words_of_its_own_stays(markup: str, text: str) -> None:
    """Only links may be behind a label, an invitation is short, and a paragraph with links no advertisement."""
    assert summary_text(markup) == text


@pytest.mark.timeout(3)
@pytest.mark.parametrize(
    "part",
    [
        *("<p>read more <a x>", "<p><b><i><u>also", "<p>related</p><ul>x", "<p>join our <a href='https://"),
        *("<p>Фото: ", "<p>©<b>", "<p><b><b><b>Photo by "),
    ],
)
def test_without_asides_of_hostile_markup_ends_soon(part: str) -> None:
    """A paragraph, a link and a list end before the next one begins."""
    assert without_asides(without_credits(part * 20_000))


@pytest.mark.parametrize(
    "credit",
    [
        "<p>Фото: ТАСС</p>",
        "<p><img src='/1.jpg'><em>Фото: И. Иванов / <a href='/photo'>РИА Новости</a></em><br>",
        "<figure><img src='/1.jpg'>Photo credit: J. Doe</figure>",
        "<div><small>&copy; AP</small></div>",
        "<p><b>Иллюстрация</b>:&nbsp;сайт mos.ru</p>",
        "Источник фото: из личного архива семьи<br/><br/>",
        "Фото: ТАСС",
        "<p>Фото: пресс-служба мэрии города</p>",
        "<p>Фото: vk.com/port_news_city</p>",
        "<p>© Ю. Л. Иванов, Дж. Браун</p>",
        "<p>Photo by <a href='/a'>Ann</a> on <a href='/b'>Unsplash</a>.</p>",
    ],
)
def test_summary_text_credit_of_a_picture_goes(credit: str) -> None:
    """It would be the first sentence of the summary."""
    assert summary_text(f"{credit}<p>Порт открыт.</p>") == "Порт открыт."
    assert summary_text("Фото: ТАСС<br>Порт открыт.") == "Порт открыт."


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Фото: как прошёл праздник. Порт открыт.</p>", "Фото: как прошёл праздник. Порт открыт."),
        ("<p>Фото: как прошёл праздник</p>", "Фото: как прошёл праздник"),
        ("<p>Photo: Storm hits the coast</p>", "Photo: Storm hits the coast"),
        ("<p>(c) the committee votes today</p>", "(c) the committee votes today"),
        ("<p>© AP. Порт открыт.</p>", "© AP. Порт открыт."),
        ("<p>© РИА 2026. Порт открыт.</p>", "© РИА 2026. Порт открыт."),
        ("<p>Фото и видео: праздник в порту</p>", "Фото и видео: праздник в порту"),
        ("<p>Photo: J. Doe. The port opens.</p>", "Photo: J. Doe. The port opens."),
        ("<p>Photo by photo the port opens</p>", "Photo by photo the port opens"),
        (f"<p>Фото: {'порт ' * 20}</p>", f"Фото: {'порт ' * 20}".strip()),
        ("<p>The port opens, photo: J. Doe</p>", "The port opens, photo: J. Doe"),
    ],
)
def test_summary_text_line_that_says_more_than_a_credit_stays(markup: str, text: str) -> None:
    """A label without a colon, words that are no names, a second sentence and a long line are text."""
    assert summary_text(markup) == text


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


def test_summary_text_codes_of_dle_go() -> None:
    """With what it shows to some groups of its users only."""
    text = "Порт открыт. [not-group=5]Войдите[/not-group] [attachment=12] {PAGEBREAK} [hide]Секрет[/hide] Да."
    assert summary_text(text) == "Порт открыт. Да."
    assert summary_text("[Group] of people [hide and seek]") == "[Group] of people [hide and seek]"
