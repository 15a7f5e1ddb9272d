"""Paragraphs that lead elsewhere and advertisements go; those with words of their own stay."""

import pytest

from digest.parsing.boilerplate.asides import without_asides
from digest.parsing.boilerplate.credits import without_credits
from digest.parsing.html_text import summary_text


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
        "<p class='quote-inline'>RE: <a href='/@b/2'><span>https://</span>m.example/@b/2</a></p>",
        "<span class='quote-inline'><br/><br/>RE: <a href='/@b/2'><span>m.example/@b/2</span></a></span>",
        "<span class='quote-inline'><br>RT: https://m.example/@b/2</span>",
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
        ("<p class='quote-inline'>“We sail at dawn,” the captain said.</p>", "“We sail at dawn,” the captain said."),
        ("<p class='quote-inline'>RE: your letter of Monday</p>", "RE: your letter of Monday"),
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
