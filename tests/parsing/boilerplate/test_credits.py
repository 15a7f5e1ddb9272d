"""Credits of pictures go; a line that says more stays."""

import pytest

from digest.parsing.html_text import summary_text


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
